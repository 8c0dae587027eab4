"""Licences and the files that stand behind their answers."""

from __future__ import annotations

from typing import Final

from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements

STATEMENTS: Final[Statements] = {}


class LicenceRows(Rows):
    """Implements ``services.conditions.licences.LicenceStores``."""
