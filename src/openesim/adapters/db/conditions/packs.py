"""Rule packs that were added to those shipped, and to whom which applies."""

from __future__ import annotations

from typing import Final

from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements

STATEMENTS: Final[Statements] = {}


class PackRows(Rows):
    """Implements ``services.conditions.rule_book.PackStores``."""
