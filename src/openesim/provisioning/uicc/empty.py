"""The card of a chip on which no profile is enabled.

There is an MF, so that a terminal finds a card, and an EF.DIR that names no application; neither EF.ICCID nor a PIN: what
terminals read as a card without a subscription. ISD-R and ECASD are the chip's, not the card's, and always there.

Source: SGP.22 v2.5 §2.4.1, §3.2; ETSI TS 102 221 §8.1, §13.1.
"""

from __future__ import annotations

from functools import cache

from openesim.messages.saip.access_rules import standard_records
from openesim.messages.saip.file_tree import MF_ID, AccessRuleReference, CardFile, FileTree
from openesim.messages.saip.templates import FileType
from openesim.provisioning.uicc.build import build_directories
from openesim.provisioning.uicc.image import Image

_EF_DIR, _EF_ARR = b"\x2f\x00", b"\x2f\x06"
_RECORD_OCTETS = 32
_DIRECTORY_RULE, _FILE_RULE = 14, 10


@cache
def empty_image() -> Image:
    """Return the card without a subscription."""
    root = CardFile("MF", "mf", FileType.MF, MF_ID, None)
    root.access_rule = AccessRuleReference(_EF_ARR, _DIRECTORY_RULE)
    records = standard_records()
    _add(root, "EF.DIR", _EF_DIR, b"\xff" * _RECORD_OCTETS, _RECORD_OCTETS)
    _add(root, "EF.ARR", _EF_ARR, b"".join(records), len(records[0]))
    directory, _ = build_directories(FileTree(root), {})
    return Image(root=directory)


def _add(root: CardFile, name: str, fid: bytes, content: bytes, record_length: int) -> None:
    """Put a record file that everybody may read into the MF."""
    root.children[fid] = CardFile(
        name,
        "",
        FileType.LINEAR_FIXED,
        fid,
        None,
        parent=root,
        size=len(content),
        record_length=record_length,
        content=content,
        access_rule=AccessRuleReference(_EF_ARR, _FILE_RULE),
    )
