"""Evidence files: attached by the operator, looked at by both sides, never changed.

A file is recognised and digested before the unit of work begins (``evidence.read_upload``): that takes its time, and others
wait for the unit.
"""

from __future__ import annotations

from hashlib import sha256

from openesim.conditions.licensing import deeds
from openesim.conditions.licensing.evidence import MOST_FILES, Upload
from openesim.conditions.licensing.licence import By, EvidenceFile
from openesim.conditions.licensing.texts import explained
from openesim.conditions.licensing.wording import refused
from openesim.kernel.errors import ConflictError, NotFoundError, VerificationError
from openesim.services.conditions.licences.keeping import LicenceStores, find_licence, keep
from openesim.services.conditions.licences.licences import Licensing


def attach(
    licensing: Licensing, stores: LicenceStores, licence_id: int, item: str, upload: Upload, by: By
) -> EvidenceFile:
    """Attach a file to an item and return it with its number.

    Args:
        licensing: knows the checklists.
        stores: of the unit of work.
        licence_id: of the application.
        item: of the checklist.
        upload: the file, looked at.
        by: who does it.

    Raises:
        NotFoundError: no such licence.
        StateError: it cannot be changed now.
        DecodeError: no such item, one that asks for no files, or too many files.
        ConflictError: the same file is there already.
    """
    licence = find_licence(stores, licence_id, by)
    changed = deeds.with_files(licence, licensing.checklist_of(licence), item, by)
    present = stores.files_of_licence(licence_id)
    if len(present) >= MOST_FILES:
        raise refused("too-many", "file", most=MOST_FILES)
    if any(each.item == item and each.digest == upload.digest for each in present):
        raise ConflictError("this file is attached already").explained(explained("file-again"))
    stored = stores.add_licence_file(
        EvidenceFile(
            licence_id=licence_id,
            item=item,
            name=upload.name,
            media_type=upload.media_type.value,
            digest=upload.digest,
            size=len(upload.octets),
            added_at=by.now,
            added_by=by.actor,
        ),
        upload.octets,
    )
    keep(stores, changed, "attach", by, _told(stored))
    return stored


def detach(licensing: Licensing, stores: LicenceStores, licence_id: int, file_id: int, by: By) -> None:
    """Remove a file from an application; the ledger keeps its digest.

    Raises:
        NotFoundError: no such licence, or no such file of it.
        StateError: it cannot be changed now.
    """
    licence = find_licence(stores, licence_id, by)
    file = _find_file(stores, licence_id, file_id)
    changed = deeds.with_files(licence, licensing.checklist_of(licence), file.item, by)
    stores.remove_licence_file(file_id)
    keep(stores, changed, "detach", by, _told(file))


def read_file(stores: LicenceStores, licence_id: int, file_id: int, by: By) -> tuple[EvidenceFile, bytes]:
    """Return a file and what is in it, to be handed out as an attachment of the type that is stated.

    Raises:
        NotFoundError: no such licence, or no such file of it.
        VerificationError: what is kept is not what was attached.
    """
    find_licence(stores, licence_id, by)
    file = _find_file(stores, licence_id, file_id)
    octets = stores.licence_file_octets(file_id) or b""
    if sha256(octets).digest() != file.digest:
        raise VerificationError(f"file {file_id} is not what was attached")
    return file, octets


def _find_file(stores: LicenceStores, licence_id: int, file_id: int) -> EvidenceFile:
    """Return a file of a licence.

    Raises:
        NotFoundError: there is none of this number, or it is another licence's.
    """
    file = stores.licence_file(file_id)
    if file is None or file.licence_id != licence_id:
        raise NotFoundError(f"there is no file {file_id} of licence {licence_id}").explained(
            explained("no-file", file=file_id)
        )
    return file


def _told(file: EvidenceFile) -> dict[str, str]:
    """Return a file as facts; what it is called may name somebody."""
    return {
        "item": file.item,
        "file": file.digest.hex(),
        "type": file.media_type,
        "size": str(file.size),
    }
