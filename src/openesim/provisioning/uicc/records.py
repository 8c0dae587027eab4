"""READ RECORD, UPDATE RECORD and INCREASE. Searching stands in ``search``.

In a cyclic EF record 1 is the youngest: content is kept in that order.

Source: ETSI TS 102 221 §8.2.2, §11.1.5, §11.1.6, §11.1.8.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.kernel.ambient import Entropy
from openesim.messages.saip.templates import FileType
from openesim.provisioning.uicc.card import OK, Card, Reply
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.image import ElementaryFile, Operation
from openesim.provisioning.uicc.selection import current_file, require_length, select_by_sfi
from openesim.provisioning.uicc.status_words import StatusWord, refused

NEXT, PREVIOUS, ABSOLUTE = 0x02, 0x03, 0x04
_MODE = 0x07
_LONGEST_VALUE = 127
_BY_SFI, _SFI = 0x80, 0x1F


def read_record(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Read a record: by number, the current one, the next or the previous one.

    Raises:
        CardError: no such EF (6A82) or none selected (6986), another structure (6981), not allowed (6982),
            deactivated (6984), wrong parameters (6A86), no such record (6A83), the record's length (6CXX).

    Source: ETSI TS 102 221 §11.1.5.
    """
    card = select_by_sfi(card, command.p2 >> 3)
    file = current_file(card, Operation.READ, FileType.LINEAR_FIXED, FileType.CYCLIC)
    card, number = _locate(card, file, command)
    start = (number - 1) * file.record_length
    octets = require_length(command.expected, file.record_length, whole=True)
    return card, card.content(file)[start : start + octets], OK


def update_record(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Write over a record; in a cyclic EF always the oldest, which becomes record 1.

    Raises:
        CardError: as in ``read_record``; data of another length than the record (6700).

    Source: ETSI TS 102 221 §11.1.6.
    """
    card = select_by_sfi(card, command.p2 >> 3)
    file = current_file(card, Operation.UPDATE, FileType.LINEAR_FIXED, FileType.CYCLIC)
    if len(command.data) != file.record_length:
        raise refused(StatusWord.WRONG_LENGTH)
    if file.file_type is FileType.CYCLIC:
        if command.p1 or command.p2 & _MODE != PREVIOUS:
            raise refused(StatusWord.INCORRECT_PARAMETERS)
        return _put_first(card, file, command.data), b"", OK
    card, number = _locate(card, file, command)
    content, start = card.content(file), (number - 1) * file.record_length
    content = content[:start] + command.data + content[start + file.record_length :]
    return card.with_content(file, content), b"", OK


def increase(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Add a value to the youngest record of a cyclic EF and keep the sum as the youngest.

    Returns:
        The card, the sum with the length of a record and the value that was added, 9000.

    Raises:
        CardError: as in ``read_record``; no value, one of more than 127 octets or longer than a record (6700), a sum that
            a record cannot hold (9850).

    Source: ETSI TS 102 221 §11.1.8.
    """
    if command.p2 or (command.p1 and command.p1 & ~_SFI != _BY_SFI):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    card = select_by_sfi(card, command.p1 & _SFI)
    file = current_file(card, Operation.INCREASE, FileType.CYCLIC)
    if not 0 < len(command.data) <= min(_LONGEST_VALUE, file.record_length):
        raise refused(StatusWord.WRONG_LENGTH)
    _require_record(card, file, 1)
    youngest = int.from_bytes(card.content(file)[: file.record_length], "big")
    total = youngest + int.from_bytes(command.data, "big")
    if total >> 8 * file.record_length:
        raise refused(StatusWord.MAXIMUM_REACHED)
    record = total.to_bytes(file.record_length, "big")
    return _put_first(card, file, record), record + command.data, OK


def record_count(card: Card, file: ElementaryFile) -> int:
    """Return how many records an EF has."""
    return len(card.content(file)) // file.record_length if file.record_length else 0


def point_to(card: Card, number: int) -> Card:
    """Return the card with another current record."""
    return card.selecting(replace(card.selection, record=number))


def _locate(card: Card, file: ElementaryFile, command: CommandApdu) -> tuple[Card, int]:
    """Return the number of the record meant, and the card; the next and the previous one become current.

    Raises:
        CardError: wrong parameters (6A86), no such record (6A83).

    Source: ETSI TS 102 221 §8.2.2.2, §8.2.2.3, §11.1.5.
    """
    mode, current, count = command.p2 & _MODE, card.selection.record, record_count(card, file)
    if mode == ABSOLUTE:
        number = command.p1 or current
        _require_record(card, file, number)
        return card, number
    if mode not in (NEXT, PREVIOUS) or command.p1:
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    number = current + 1 if mode == NEXT else (current or count + 1) - 1
    if file.file_type is FileType.CYCLIC and count:
        number = (number - 1) % count + 1
    _require_record(card, file, number)
    return point_to(card, number), number


def _require_record(card: Card, file: ElementaryFile, number: int) -> None:
    """Demand that a record exists.

    Raises:
        CardError: it does not (6A83).
    """
    if not 0 < number <= record_count(card, file):
        raise refused(StatusWord.RECORD_NOT_FOUND)


def _put_first(card: Card, file: ElementaryFile, record: bytes) -> Card:
    """Return the card with a record in the place of the oldest, as the youngest, which becomes the current one."""
    _require_record(card, file, 1)
    content = record + card.content(file)[: -file.record_length]
    return point_to(card.with_content(file, content), 1)
