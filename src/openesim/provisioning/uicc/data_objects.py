"""RETRIEVE DATA and SET DATA: files of BER-TLV structure.

The content of such a file is its data objects one behind the other. An object goes in and out in blocks; it takes effect with
its last block.

Source: ETSI TS 102 221 §8.2.2.4, §11.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from openesim.encoding.tlv import Tlv, encode, read_header, tag_octets, walk
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError
from openesim.messages.saip.templates import FileType
from openesim.provisioning.uicc.card import OK, Card, Reply, Transfer
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.image import ElementaryFile, Operation
from openesim.provisioning.uicc.selection import MOST_OCTETS, current_file, select_by_sfi
from openesim.provisioning.uicc.status_words import StatusWord, refused

_FIRST, _NEXT, _AGAIN = 0x80, 0x00, 0xC0
_BLOCK, _SFI = 0xE0, 0x1F
_TAG_LIST = 0x5C
_LONGEST_TAG = 3


def retrieve_data(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Read a data object, or the list of all tags (tag 5C), in blocks.

    Returns:
        The card, a block, 9000 with the last and 62F1 with any other.

    Raises:
        CardError: no such EF (6A82) or none selected (6986), another structure (6981), not allowed (6982),
            deactivated (6984), wrong parameters (6A86), no tag (6700), no such object (6A88), nothing under way (6985).

    Source: ETSI TS 102 221 §11.3.1.
    """
    if command.p1 or command.p2 & _BLOCK not in (_FIRST, _NEXT, _AGAIN):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    card = select_by_sfi(card, command.p2 & _SFI)
    file = current_file(card, Operation.READ, FileType.BER_TLV)
    wanted = min(command.expected or MOST_OCTETS, MOST_OCTETS)
    if command.p2 & _BLOCK == _FIRST:
        octets, start = _find(card.content(file), command.data), 0
    else:
        transfer = _under_way(card, file)
        if transfer.position is None:
            raise refused(StatusWord.CONDITIONS_NOT_SATISFIED)
        octets, start = transfer.octets, transfer.position
        if command.p2 & _BLOCK == _AGAIN:
            start = max(0, start - wanted)
    end = min(start + wanted, len(octets))
    is_last = end == len(octets)
    kept = None if is_last else Transfer(file, octets, end)
    word = OK if is_last else int(StatusWord.MORE_DATA_AVAILABLE)
    return _with_transfer(card, kept), octets[start:end], word


def set_data(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Write a data object in blocks, in the place of one with the same tag; an empty one, or the tag alone, deletes it.

    Returns:
        The card, nothing, 9000 with the last block and 63F1 with any other.

    Raises:
        CardError: as in ``retrieve_data``; no BER-TLV (6A80), more than fits into the file (6A84).

    Source: ETSI TS 102 221 §11.3.2.
    """
    if command.p1 or command.p2 & _BLOCK not in (_FIRST, _NEXT):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    card = select_by_sfi(card, command.p2 & _SFI)
    file = current_file(card, Operation.UPDATE, FileType.BER_TLV)
    octets = command.data
    if command.p2 & _BLOCK == _NEXT:
        transfer = _under_way(card, file)
        if transfer.position is not None:
            raise refused(StatusWord.CONDITIONS_NOT_SATISFIED)
        octets = transfer.octets + octets
    else:
        octets = _completed(octets)
    tag, value_start, end = _measure(octets)
    content = b"".join(item.octets for item in _objects(card.content(file)) if item.tag != tag)
    if len(content) + end > file.size:
        raise refused(StatusWord.NOT_ENOUGH_SPACE)
    if len(octets) < end:
        return _with_transfer(card, Transfer(file, octets)), b"", int(StatusWord.MORE_DATA_EXPECTED)
    if len(octets) > end:
        raise refused(StatusWord.INCORRECT_DATA)
    kept = octets if value_start < end else b""
    return _with_transfer(card.with_content(file, content + kept), None), b"", OK


def _find(content: bytes, tag: bytes) -> bytes:
    """Return the data object with a tag, or the list of all tags.

    Raises:
        CardError: no tag (6700), no such object (6A88).
    """
    if not 0 < len(tag) <= _LONGEST_TAG:
        raise refused(StatusWord.WRONG_LENGTH)
    wanted = int.from_bytes(tag, "big")
    items = list(_objects(content))
    if wanted == _TAG_LIST:
        return encode(_TAG_LIST, b"".join(tag_octets(item.tag) for item in items))
    found = next((item for item in items if item.tag == wanted), None)
    if found is None:
        raise refused(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return found.octets


def _objects(content: bytes) -> Iterator[Tlv]:
    """Yield the data objects of a file; a profile may have left something else behind them."""
    try:
        yield from walk(content)
    except DecodeError:
        return


def _measure(octets: bytes) -> tuple[int, int, int]:
    """Return tag, start of the value and end of the data object that octets begin.

    Raises:
        CardError: they begin none (6A80).
    """
    try:
        return read_header(octets, 0, 1 << 24)
    except DecodeError as error:
        raise refused(StatusWord.INCORRECT_DATA, str(error)) from None


def _completed(octets: bytes) -> bytes:
    """Return the octets of a first block; a tag alone becomes an empty data object.

    Source: ETSI TS 102 221 §11.3.2.
    """
    empty = octets + b"\x00"
    try:
        _, value_start, _ = read_header(empty, 0, len(empty))
    except DecodeError:
        return octets
    return empty if value_start == len(empty) else octets


def _under_way(card: Card, file: ElementaryFile) -> Transfer:
    """Return the transfer that a further block belongs to.

    Raises:
        CardError: there is none (6985).
    """
    transfer = card.selection.transfer
    if transfer is None or transfer.file is not file:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED)
    return transfer


def _with_transfer(card: Card, transfer: Transfer | None) -> Card:
    """Return the card with a transfer under way, or with none."""
    return card.selecting(replace(card.selection, transfer=transfer))
