"""The ledger: entries as they are written, and their places in the chain."""

from __future__ import annotations

from typing import Final

from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements

STATEMENTS: Final[Statements] = {}


class LedgerRows(Rows):
    """Implements ``services.conditions.ledger.LedgerStores``."""
