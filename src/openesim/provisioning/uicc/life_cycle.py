"""ACTIVATE FILE and DEACTIVATE FILE.

Source: ETSI TS 102 221 §11.1.14, §11.1.15.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.kernel.ambient import Entropy
from openesim.provisioning.uicc.access import require_granted
from openesim.provisioning.uicc.card import OK, Card, Reply
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.image import ACTIVATED, DEACTIVATED, Operation
from openesim.provisioning.uicc.select import find_file
from openesim.provisioning.uicc.status_words import StatusWord, refused

_REFERENCES = (0x00, 0x08, 0x09)
"""How the two commands name a file: by identifier, by path from the MF or from the current directory."""


def deactivate_file(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Deactivate a file: reading and updating are refused until it is activated again.

    Raises:
        CardError: no such file (6A82), not allowed (6982), wrong parameters (6A86).

    Source: ETSI TS 102 221 §11.1.14.
    """
    return _put(card, command, Operation.DEACTIVATE, DEACTIVATED)


def activate_file(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Activate a file that was deactivated.

    Raises:
        CardError: no such file (6A82), not allowed (6982), wrong parameters (6A86).

    Source: ETSI TS 102 221 §11.1.15.
    """
    return _put(card, command, Operation.ACTIVATE, ACTIVATED)


def _put(card: Card, command: CommandApdu, operation: Operation, status: int) -> Reply:
    """Put the file that a command names, or the current one, into another state.

    Raises:
        CardError: no such file (6A82), not allowed (6982), wrong parameters (6A86).
    """
    if command.p1 not in _REFERENCES or command.p2:
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    if command.data:
        file = find_file(card, command.p1, command.data)
    else:
        file = card.selection.file or card.selection.directory
    require_granted(card, file, operation)
    if card.life_cycle(file) == status:
        return card, b"", OK
    return replace(card, memory=card.memory.with_life_cycle(file.path, status)), b"", OK
