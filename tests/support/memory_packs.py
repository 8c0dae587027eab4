"""Rule packs, who is under which, and revisions, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from openesim.kernel.errors import ConflictError
from openesim.services.conditions.rules.keeping import AddedAssignment, AddedPack


def kept(moment: datetime) -> datetime:
    """Return a moment as databases keep it: to the millisecond."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


class MemoryRevisions:
    """Implements ``RevisionStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.revision_numbers: dict[str, int] = {}

    def revisions(self) -> dict[str, int]:
        return dict(self.revision_numbers)

    def raise_revision(self, name: str) -> int:
        self.revision_numbers[name] = self.revision_numbers.get(name, 0) + 1
        return self.revision_numbers[name]


class MemoryPacks:
    """Implements ``PackStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.rule_packs: dict[tuple[str, str], AddedPack] = {}
        self.rule_assignments: dict[int, AddedAssignment] = {}

    def add_rule_pack(self, pack: AddedPack) -> None:
        key = (pack.pack_id, pack.version)
        if key in self.rule_packs:
            raise ConflictError("a row with the same key exists")
        self.rule_packs[key] = replace(pack, added_at=kept(pack.added_at))

    def rule_packs_changed(self, after: int, limit: int) -> list[AddedPack]:
        found = [each for each in self.rule_packs.values() if each.revision > after]
        return sorted(found, key=lambda each: each.revision)[:limit]

    def add_rule_assignment(self, assignment: AddedAssignment) -> AddedAssignment:
        what = assignment.assignment
        number = len(self.rule_assignments) + 1
        stored = replace(
            assignment,
            assignment=replace(what, number=number, begins=kept(what.begins)),
            added_at=kept(assignment.added_at),
        )
        self.rule_assignments[number] = stored
        return stored

    def rule_assignments_changed(self, after: int, limit: int) -> list[AddedAssignment]:
        found = [each for each in self.rule_assignments.values() if each.revision > after]
        return sorted(found, key=lambda each: each.revision)[:limit]
