"""Whether a profile belongs to the operator that its metadata name as its owner.

Only where policy rules depend on it: they are granted to an owner, so the owner must be the real one.

Source: SGP.22 v2.5 §5.5.3 (profileOwner), Annex H (OperatorId); 3GPP TS 31.102 §4.2.2.
"""

from __future__ import annotations

from openesim.kernel.ids import Plmn, unswap_nibbles
from openesim.messages.saip.file_tree import CardFile, FileTree
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.sgp22.types import OperatorId

_EF_IMSI, _EF_GID1, _EF_GID2 = b"\x6f\x07", b"\x6f\x3e", b"\x6f\x3f"


def is_owner_of(owner: OperatorId, tree: FileTree) -> bool:
    """Tell whether IMSI and group identifiers of the USIM are the owner's.

    A profile without USIM has nothing to compare with and is nobody else's.
    """
    usim = tree.adf_of(ElementKind.USIM)
    if usim is None:
        return True
    imsi = _content(usim, _EF_IMSI)
    # One octet of length; the first digit behind it is the parity.
    digits = unswap_nibbles(imsi[1:])[1:]
    return (
        owner.mcc_mnc in {Plmn(digits[:5]).octets, Plmn(digits[:6]).octets}
        and _is_group(owner.gid1, _content(usim, _EF_GID1))
        and _is_group(owner.gid2, _content(usim, _EF_GID2))
    )


def _content(directory: CardFile, identifier: bytes) -> bytes:
    """Return the content of a file, empty where there is no such file."""
    file = directory.children.get(identifier)
    return file.content if file else b""


def _is_group(stated: bytes | None, content: bytes) -> bool:
    """Tell whether a group identifier is what the file holds; one that is not stated is not compared."""
    return not stated or content.rstrip(b"\xff") == stated.rstrip(b"\xff")
