"""Cases, persons, and the sealed fields of cases."""

from __future__ import annotations

from typing import Final

from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements

STATEMENTS: Final[Statements] = {}


class CaseRows(Rows):
    """Implements ``services.conditions.cases.CaseStores``."""
