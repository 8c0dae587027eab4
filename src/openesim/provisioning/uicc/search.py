"""SEARCH RECORD.

Source: ETSI TS 102 221 §11.1.7.
"""

from __future__ import annotations

from collections.abc import Callable

from openesim.kernel.ambient import Entropy
from openesim.messages.saip.templates import FileType
from openesim.provisioning.uicc.card import OK, Card, Reply
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.image import Operation
from openesim.provisioning.uicc.records import point_to, record_count
from openesim.provisioning.uicc.selection import MOST_OCTETS, current_file, select_by_sfi
from openesim.provisioning.uicc.status_words import StatusWord, refused

Test = Callable[[bytes, bytes], bool]
"""Tells whether a record holds what is searched for."""

_MODE = 0x07
_FORWARD, _BACKWARD, _ENHANCED = 0x04, 0x05, 0x06
_FORWARD_FROM_NEXT, _BACKWARD_FROM_PREVIOUS = 0x06, 0x07
_BEHIND_OCTET = 0x08
_INDICATION_OCTETS = 2


def search_record(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Find the records that hold some octets; the first one found becomes the current one.

    Returns:
        The card, the numbers found in the order of the search, 9000; none found: 6282.

    Raises:
        CardError: no such EF (6A82) or none selected (6986), another structure (6981), not allowed (6982),
            deactivated (6984), wrong parameters (6A86), nothing to search for (6700), no such record (6A83).

    Source: ETSI TS 102 221 §11.1.7.
    """
    card = select_by_sfi(card, command.p2 >> 3)
    file = current_file(card, Operation.READ, FileType.LINEAR_FIXED, FileType.CYCLIC)
    mode, wanted = command.p2 & _MODE, command.data
    holds: Test = _anywhere
    if mode == _ENHANCED:
        if len(wanted) <= _INDICATION_OCTETS:
            raise refused(StatusWord.WRONG_LENGTH)
        mode, holds, wanted = (
            wanted[0] & _MODE,
            _from_where(wanted[0], wanted[1]),
            wanted[_INDICATION_OCTETS:],
        )
    elif mode not in (_FORWARD, _BACKWARD):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    if not wanted:
        raise refused(StatusWord.WRONG_LENGTH)
    content, length = card.content(file), file.record_length
    found = bytes(
        number
        for number in _order(card, command.p1, mode, record_count(card, file))
        if holds(content[(number - 1) * length : number * length], wanted)
    )
    if not found:
        return card, b"", int(StatusWord.NOTHING_FOUND)
    return point_to(card, found[0]), found[: command.expected or MOST_OCTETS], OK


def _order(card: Card, p1: int, mode: int, count: int) -> range:
    """Return the records to look at.

    Raises:
        CardError: unknown direction (6A86), the first one does not exist (6A83).

    Source: ETSI TS 102 221 §11.1.7.2, table 11.13.
    """
    current = p1 or card.selection.record
    if not p1 and mode == _BACKWARD_FROM_PREVIOUS and not current:
        current = count + 1
    if not p1 and mode == _FORWARD and not current:
        current = 1
    if not p1 and mode == _BACKWARD and not current:
        current = count
    starts = {
        _FORWARD: range(current, count + 1),
        _BACKWARD: range(current, 0, -1),
        _FORWARD_FROM_NEXT: range(current + 1, count + 1),
        _BACKWARD_FROM_PREVIOUS: range(current - 1, 0, -1),
    }
    if mode not in starts:
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    if p1 > count:
        raise refused(StatusWord.RECORD_NOT_FOUND)
    return starts[mode]


def _anywhere(record: bytes, wanted: bytes) -> bool:
    """Tell whether octets stand anywhere in a record."""
    return wanted in record


def _from_where(indication: int, octet: int) -> Test:
    """Return the test of an enhanced search: from an offset on, or behind the first octet of some value.

    Source: ETSI TS 102 221 §11.1.7.2, table 11.14.
    """

    def holds(record: bytes, wanted: bytes) -> bool:
        start = record.find(octet) + 1 if indication & _BEHIND_OCTET else octet
        return (start > 0 or not indication & _BEHIND_OCTET) and wanted in record[start:]

    return holds
