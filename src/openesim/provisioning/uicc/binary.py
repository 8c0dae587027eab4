"""READ BINARY and UPDATE BINARY.

Source: ETSI TS 102 221 §11.1.3, §11.1.4.
"""

from __future__ import annotations

from openesim.kernel.ambient import Entropy
from openesim.messages.saip.templates import FileType
from openesim.provisioning.uicc.card import OK, Card, Reply
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.image import Operation
from openesim.provisioning.uicc.selection import current_file, require_length, select_by_sfi
from openesim.provisioning.uicc.status_words import StatusWord, refused

_BY_SFI = 0x80
_SFI = 0x1F


def read_binary(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Read a part of a transparent EF.

    Raises:
        CardError: no such EF (6A82) or none selected (6986), another structure (6981), not allowed (6982),
            deactivated (6984), offset behind the end (6B00), another length can be had (6CXX).

    Source: ETSI TS 102 221 §11.1.3.
    """
    card, offset = _locate(card, command)
    file = current_file(card, Operation.READ, FileType.TRANSPARENT)
    content = card.content(file)
    if offset >= len(content):
        raise refused(StatusWord.WRONG_PARAMETERS)
    octets = require_length(command.expected, len(content) - offset, whole=False)
    return card, content[offset : offset + octets], OK


def update_binary(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Write over a part of a transparent EF.

    Raises:
        CardError: as in ``read_binary``; nothing to write, or more than fits behind the offset (6700).

    Source: ETSI TS 102 221 §11.1.4.
    """
    card, offset = _locate(card, command)
    file = current_file(card, Operation.UPDATE, FileType.TRANSPARENT)
    content = card.content(file)
    if offset >= len(content):
        raise refused(StatusWord.WRONG_PARAMETERS)
    end = offset + len(command.data)
    if not command.data or end > len(content):
        raise refused(StatusWord.WRONG_LENGTH)
    return card.with_content(file, content[:offset] + command.data + content[end:]), b"", OK


def _locate(card: Card, command: CommandApdu) -> tuple[Card, int]:
    """Return the card with the EF meant selected, and the offset.

    Raises:
        CardError: no such EF (6A82) or none selected (6986), a bit that means nothing (6A86).
    """
    if not command.p1 & _BY_SFI:
        return select_by_sfi(card, 0), command.p1 << 8 | command.p2
    if command.p1 & ~(_BY_SFI | _SFI):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    return select_by_sfi(card, command.p1 & _SFI), command.p2
