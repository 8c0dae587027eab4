"""Vendors, models, TAC ranges, chip makers, EINs, bindings, and recalls."""

from __future__ import annotations

from typing import Final

from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements

STATEMENTS: Final[Statements] = {}


class TerminalRows(Rows):
    """Implements ``services.conditions.terminals.TerminalStores``."""
