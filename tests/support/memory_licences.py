"""Licences and their files in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from openesim.conditions.licensing.licence import EvidenceFile, Licence
from openesim.conditions.licensing.states import HELD, LicenceState
from openesim.kernel.errors import ConflictError


class MemoryLicences:
    """Implements ``LicenceStores``, but for operators and the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.all_licences: dict[int, Licence] = {}
        self.all_licence_files: dict[int, tuple[EvidenceFile, bytes]] = {}
        self.last_licence_file = 0

    def add_licence(self, licence: Licence) -> Licence:
        return self.save_licence(replace(licence, licence_id=len(self.all_licences) + 1))

    def save_licence(self: Any, licence: Licence) -> Licence:
        stored = replace(licence, revision=self.raise_revision("licences"))
        self.all_licences[stored.licence_id] = stored
        return stored

    def licence(self, licence_id: int) -> Licence | None:
        return self.all_licences.get(licence_id)

    def licences(self, after: int, limit: int) -> list[Licence]:
        return [each for number, each in self.all_licences.items() if number > after][:limit]

    def licences_of_operator(self, operator: str, after: int, limit: int) -> list[Licence]:
        return [each for each in self.licences(after, len(self.all_licences)) if each.operator == operator][
            :limit
        ]

    def licences_in(self, state: LicenceState, after: tuple[datetime, int], limit: int) -> list[Licence]:
        found = [
            each
            for each in self.all_licences.values()
            if each.state is state and (each.changed_at, each.licence_id) > after
        ]
        return sorted(found, key=lambda each: (each.changed_at, each.licence_id))[:limit]

    def licences_ending(self, before: datetime, after: int, limit: int) -> list[Licence]:
        found = [
            each
            for each in self.licences(after, len(self.all_licences))
            if each.state in HELD and each.scope.ends is not None and each.scope.ends < before
        ]
        return found[:limit]

    def licences_changed(self, after: int, limit: int) -> list[Licence]:
        found = [each for each in self.all_licences.values() if each.revision > after]
        return sorted(found, key=lambda each: each.revision)[:limit]

    def add_licence_file(self, file: EvidenceFile, octets: bytes) -> EvidenceFile:
        if file.licence_id not in self.all_licences:
            raise ConflictError("there is no such licence")
        self.last_licence_file += 1
        stored = replace(file, file_id=self.last_licence_file)
        self.all_licence_files[stored.file_id] = (stored, octets)
        return stored

    def remove_licence_file(self, file_id: int) -> None:
        self.all_licence_files.pop(file_id, None)

    def licence_file(self, file_id: int) -> EvidenceFile | None:
        found = self.all_licence_files.get(file_id)
        return None if found is None else found[0]

    def licence_file_octets(self, file_id: int) -> bytes | None:
        found = self.all_licence_files.get(file_id)
        return None if found is None else found[1]

    def files_of_licence(self, licence_id: int) -> list[EvidenceFile]:
        return [file for file, _ in self.all_licence_files.values() if file.licence_id == licence_id]
