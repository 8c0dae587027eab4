"""Admissions, lines of persons, and how often somebody ordered."""

from __future__ import annotations

from typing import Final

from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements

STATEMENTS: Final[Statements] = {}


class AdmissionRows(Rows):
    """Implements ``services.conditions.gate.GateStores``."""
