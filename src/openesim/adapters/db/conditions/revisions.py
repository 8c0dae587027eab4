"""Revisions: numbers that rise with every change of what processes know by heart."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements
from openesim.adapters.db.tables import revisions

STATEMENTS: Final[Statements] = {"revisions": select(revisions.c.name, revisions.c.number)}


class RevisionRows(Rows):
    """Implements ``services.conditions.following.RevisionStores``."""

    def revisions(self) -> dict[str, int]:
        """Return all revisions by name."""
        return dict(self._all("revisions", lambda row: (str(row[0]), int(row[1]))))

    def raise_revision(self, name: str) -> int:
        """Return the next revision of what has the name.

        The row stays locked until the unit ends: revisions rise in the order in which changes are seen.
        """
        return self._new("raise_revision", {"name": name})
