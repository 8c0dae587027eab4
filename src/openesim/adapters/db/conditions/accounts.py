"""Accounts of the desks and their sessions."""

from __future__ import annotations

from typing import Final

from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements

STATEMENTS: Final[Statements] = {}


class AccountRows(Rows):
    """Implements ``services.conditions.accounts.AccountStores``."""
