"""Licences and the files that stand behind their answers.

What the operator answered and what both sides said is sealed, and so are the files: they are an operator's secrets, and may
name people. A licence is bound to its number, a file to its digest: moved to another row neither opens.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, or_, select

from openesim.adapters.db.conditions.tables import licence_files, licences
from openesim.adapters.db.records import Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.sealing import SealedRows
from openesim.adapters.db.sql import MOST, Statements, constant, insert_row, select_row, update_row
from openesim.conditions.licensing.licence import EvidenceFile, Licence
from openesim.conditions.licensing.states import HELD, LicenceState
from openesim.kernel.records import changed

REVISION: Final = "licences"

_FILE: Final = tuple(column for column in licence_files.c if column.name != "octets")

STATEMENTS: Final[Statements] = {
    "add_licence": insert_row(licences, numbered="licence_id"),
    "save_licence": update_row(licences, "licence_id"),
    # Whoever moves a licence holds its row until his unit ends.
    "licence": select_row(licences, "licence_id").with_for_update(),
    "licences": select(licences)
    .where(licences.c.licence_id > bindparam("after"))
    .order_by(licences.c.licence_id)
    .suffix_with(MOST),
    "licences_of_operator": select(licences)
    .where(licences.c.operator == bindparam("operator"), licences.c.licence_id > bindparam("after"))
    .order_by(licences.c.licence_id)
    .suffix_with(MOST),
    "licences_in": select(licences)
    .where(
        licences.c.state == bindparam("state"),
        or_(
            licences.c.changed_at > bindparam("changed_at"),
            (licences.c.changed_at == bindparam("changed_at")) & (licences.c.licence_id > bindparam("after")),
        ),
    )
    .order_by(licences.c.changed_at, licences.c.licence_id)
    .suffix_with(MOST),
    "licences_ending": select(licences)
    .where(
        licences.c.ends_at < bindparam("ends_at"),
        licences.c.licence_id > bindparam("after"),
        licences.c.state.in_([constant(state) for state in sorted(HELD)]),
    )
    .order_by(licences.c.licence_id)
    .suffix_with(MOST),
    # Every change has a revision of its own.
    "licences_changed": select(licences)
    .where(licences.c.revision > bindparam("after"))
    .order_by(licences.c.revision)
    .suffix_with(MOST),
    "add_licence_file": insert_row(licence_files, numbered="file_id"),
    "remove_licence_file": delete(licence_files).where(licence_files.c.file_id == bindparam("file_id")),
    "licence_file": select(*_FILE).where(licence_files.c.file_id == bindparam("file_id")),
    "licence_file_octets": select(licence_files.c.digest, licence_files.c.octets).where(
        licence_files.c.file_id == bindparam("file_id")
    ),
    "files_of_licence": select(*_FILE)
    .where(licence_files.c.licence_id == bindparam("licence_id"))
    .order_by(licence_files.c.file_id),
}

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(Licence).decode


class LicenceRows(SealedRows):
    """Implements ``services.conditions.licences.licences.LicenceStores``."""

    def add_licence(self, licence: Licence) -> Licence:
        """Store a new application and return it with its number; the revision rises."""
        begun = changed(licence, revision=self._new("raise_revision", {"name": REVISION}))
        number = self._new("add_licence", _columns(begun) | {"record": b""})
        stored = changed(begun, licence_id=number)
        self._do("save_licence", self._licence_parameters(stored))
        return stored

    def save_licence(self, licence: Licence) -> Licence:
        """Store a licence that changed and return it; the revision rises."""
        stored = changed(licence, revision=self._new("raise_revision", {"name": REVISION}))
        self._do("save_licence", self._licence_parameters(stored))
        return stored

    def licence(self, licence_id: int) -> Licence | None:
        """Return a licence, held until the unit ends."""
        return self._one("licence", self._read_licence, licence_id=licence_id)

    def licences(self, after: int, limit: int) -> list[Licence]:
        """Return licences by number, beginning behind ``after``."""
        return self._all("licences", self._read_licence, after=after, most=limit)

    def licences_of_operator(self, operator: str, after: int, limit: int) -> list[Licence]:
        """Return licences of an operator by number, beginning behind ``after``."""
        return self._all(
            "licences_of_operator", self._read_licence, operator=operator, after=after, most=limit
        )

    def licences_in(self, state: LicenceState, after: tuple[datetime, int], limit: int) -> list[Licence]:
        """Return licences in a state by when they changed and number, beginning behind ``after``."""
        changed_at, number = to_milliseconds(after[0]), after[1]
        return self._all(
            "licences_in",
            self._read_licence,
            state=state.value,
            changed_at=changed_at,
            after=number,
            most=limit,
        )

    def licences_ending(self, before: datetime, after: int, limit: int) -> list[Licence]:
        """Return approved and suspended licences that end before a moment, by number, beginning behind ``after``."""
        ends_at = to_milliseconds(before)
        return self._all("licences_ending", self._read_licence, ends_at=ends_at, after=after, most=limit)

    def licences_changed(self, after: int, limit: int) -> list[Licence]:
        """Return licences that changed, by revision, beginning behind ``after``."""
        return self._all("licences_changed", self._read_licence, after=after, most=limit)

    # --- files ---

    def add_licence_file(self, file: EvidenceFile, octets: bytes) -> EvidenceFile:
        """Store a file and return it with its number."""
        parameters = {
            "licence_id": file.licence_id,
            "item": file.item,
            "name": file.name,
            "media_type": file.media_type,
            "digest": file.digest,
            "size": file.size,
            "octets": self._seal("licence_files", file.digest, octets),
            "added_at": to_milliseconds(file.added_at),
            "added_by": file.added_by,
        }
        return changed(file, file_id=self._new("add_licence_file", parameters))

    def remove_licence_file(self, file_id: int) -> None:
        """Forget a file."""
        self._do("remove_licence_file", {"file_id": file_id})

    def licence_file(self, file_id: int) -> EvidenceFile | None:
        """Return a file without what is in it."""
        return self._one("licence_file", _read_file, file_id=file_id)

    def licence_file_octets(self, file_id: int) -> bytes | None:
        """Return what is in a file.

        Raises:
            VerificationError: it cannot be opened.
        """
        read = self._one("licence_file_octets", lambda row: (bytes(row[0]), bytes(row[1])), file_id=file_id)
        return None if read is None else self._open("licence_files", *read)

    def files_of_licence(self, licence_id: int) -> list[EvidenceFile]:
        """Return the files of a licence by number, without what is in them."""
        return self._all("files_of_licence", _read_file, licence_id=licence_id)

    def _licence_parameters(self, licence: Licence) -> dict[str, Any]:
        """Return the columns of a licence and its number as a key."""
        number = licence.licence_id
        record = self._seal("licences", str(number).encode(), _pack(licence))
        return _columns(licence) | {"key_licence_id": number, "record": record}

    def _read_licence(self, row: Row) -> Licence:
        """Return the licence of a row of ``licences``."""
        record = self._open("licences", str(row[0]).encode(), bytes(row[8]))
        return changed(_unpack(record), licence_id=row[0], state=LicenceState(row[3]), revision=row[9])


def _columns(licence: Licence) -> dict[str, Any]:
    """Return the columns of a licence that are in clear, all but its number."""
    scope = licence.scope
    return {
        "operator": licence.operator,
        "service": licence.service.value,
        "state": licence.state.value,
        "begins_at": to_milliseconds(scope.begins),
        "ends_at": None if scope.ends is None else to_milliseconds(scope.ends),
        "created_at": to_milliseconds(licence.created_at),
        "changed_at": to_milliseconds(licence.changed_at),
        "revision": licence.revision,
    }


def _read_file(row: Row) -> EvidenceFile:
    """Return the file of a row of ``licence_files``."""
    return EvidenceFile(
        file_id=row[0],
        licence_id=row[1],
        item=row[2],
        name=row[3],
        media_type=row[4],
        digest=bytes(row[5]),
        size=row[6],
        added_at=from_milliseconds(row[7]),
        added_by=row[8],
    )
