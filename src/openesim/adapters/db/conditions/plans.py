"""Plans: what an operator offers."""

from __future__ import annotations

from typing import Final

from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements

STATEMENTS: Final[Statements] = {}


class PlanRows(Rows):
    """Implements ``services.conditions.plans.PlanStores``."""
