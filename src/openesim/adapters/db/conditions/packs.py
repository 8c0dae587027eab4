"""Rule packs that were added to those shipped, and to whom which applies."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from openesim.adapters.db import records
from openesim.adapters.db.conditions.tables import rule_assignments, rule_packs
from openesim.adapters.db.records import Row
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, insert_row
from openesim.conditions.rules.in_force import DatedAssignment
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.records import changed
from openesim.services.conditions.rules.keeping import AddedAssignment, AddedPack

STATEMENTS: Final[Statements] = {
    "add_rule_pack": insert_row(rule_packs),
    # Every change has a revision of its own.
    "rule_packs_changed": select(rule_packs)
    .where(rule_packs.c.revision > bindparam("after"))
    .order_by(rule_packs.c.revision)
    .suffix_with(MOST),
    "add_rule_assignment": insert_row(rule_assignments, numbered="assignment_id"),
    "rule_assignments_changed": select(rule_assignments)
    .where(rule_assignments.c.revision > bindparam("after"))
    .order_by(rule_assignments.c.revision)
    .suffix_with(MOST),
}


class PackRows(Rows):
    """Implements ``services.conditions.rules.keeping.PackStores``."""

    def add_rule_pack(self, pack: AddedPack) -> None:
        """Store a pack.

        Raises:
            ConflictError: there is one with this name and version.
        """
        self._do(
            "add_rule_pack",
            {
                "pack_id": pack.pack_id,
                "version": pack.version,
                "text": pack.text,
                "added_at": records.to_milliseconds(pack.added_at),
                "added_by": pack.added_by,
                "revision": pack.revision,
            },
        )

    def rule_packs_changed(self, after: int, limit: int) -> list[AddedPack]:
        """Return packs by revision, beginning behind ``after``."""
        return self._all("rule_packs_changed", _read_pack, after=after, most=limit)

    def add_rule_assignment(self, assignment: AddedAssignment) -> AddedAssignment:
        """Store an assignment and return it with its number."""
        what = assignment.assignment
        number = self._new(
            "add_rule_assignment",
            {
                "operator": what.operator or "",
                "service": "" if what.service is None else what.service.value,
                "pack_id": what.pack_id or "",
                "begins_at": records.to_milliseconds(what.begins),
                "added_at": records.to_milliseconds(assignment.added_at),
                "added_by": assignment.added_by,
                "revision": assignment.revision,
            },
        )
        return changed(assignment, assignment=changed(what, number=number))

    def rule_assignments_changed(self, after: int, limit: int) -> list[AddedAssignment]:
        """Return assignments by revision, beginning behind ``after``."""
        return self._all("rule_assignments_changed", _read_assignment, after=after, most=limit)


def _read_pack(row: Row) -> AddedPack:
    """Return the pack of a row of ``rule_packs``."""
    return AddedPack(
        pack_id=row[0],
        version=row[1],
        text=row[2],
        added_at=records.from_milliseconds(row[3]),
        added_by=row[4],
        revision=row[5],
    )


def _read_assignment(row: Row) -> AddedAssignment:
    """Return the assignment of a row of ``rule_assignments``."""
    return AddedAssignment(
        assignment=DatedAssignment(
            number=row[0],
            operator=row[1] or None,
            service=ServiceClass(row[2]) if row[2] else None,
            pack_id=row[3] or None,
            begins=records.from_milliseconds(row[4]),
        ),
        added_at=records.from_milliseconds(row[5]),
        added_by=row[6],
        revision=row[7],
    )
