"""SELECT and STATUS.

Source: ETSI TS 102 221 §8.4, §11.1.1, §11.1.2.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.kernel.ambient import Entropy
from openesim.provisioning.uicc.card import OK, Card, Reply, Selection
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.control_parameters import (
    CURRENT_APPLICATION,
    application_name,
    file_control_parameters,
)
from openesim.provisioning.uicc.image import ACTIVATED, Directory, ElementaryFile, PinKey
from openesim.provisioning.uicc.status_words import StatusWord, refused

File = Directory | ElementaryFile

MF_IDENTIFIER = b"\x3f\x00"

_BY_IDENTIFIER, _CHILD, _PARENT, _BY_AID, _FROM_MF, _FROM_CURRENT = 0x00, 0x01, 0x03, 0x04, 0x08, 0x09
_WHAT_IS_TOLD, _FCP, _NOTHING, _NAME = 0x0C, 0x04, 0x0C, 0x01
_OCCURRENCE = 0x03
_TERMINATE = 0x40
_KNOWN_BITS = _WHAT_IS_TOLD | _OCCURRENCE | _TERMINATE
_UNSUPPORTED = 0x08
_LENGTHS = {_BY_IDENTIFIER: (0, 2), _CHILD: (2,), _PARENT: (0,)}
_SHORTEST_AID, _LONGEST_AID = 5, 16
_FIRST, _LAST, _NEXT = 0, 1, 2
_HIGHEST_STATUS = 0x02


def select(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Select a file by identifier, by path, as child or parent, or an application by its name or the beginning of it.

    Raises:
        CardError: wrong parameters (6A86), wrong length (6700), no such file or application (6A82); the selection is
            as it was.

    Source: ETSI TS 102 221 §11.1.1.
    """
    if command.p2 & ~_KNOWN_BITS or command.p2 & _WHAT_IS_TOLD == _UNSUPPORTED:
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    if command.p1 == _BY_AID:
        application = find_application(card, command.data, command.p2 & _OCCURRENCE)
        if command.p2 & _TERMINATE:
            return _terminate(card, application), b"", OK
        return _answer(_enter(card, application), application, command.p2)
    if command.p2 & (_OCCURRENCE | _TERMINATE):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    file = find_file(card, command.p1, command.data)
    return _answer(_move(card, file), file, command.p2)


def status(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Tell of the current directory or application; P1 = 02 ends the application's session.

    Raises:
        CardError: wrong parameters (6A86).

    Source: ETSI TS 102 221 §11.1.2.
    """
    if command.p1 > _HIGHEST_STATUS or command.p2 not in (0, _NAME, _NOTHING):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    directory, application = card.selection.directory, card.selection.application
    if command.p1 == _HIGHEST_STATUS and application is not None:
        card = _terminate(card, application)
    if command.p2 == _NOTHING:
        return card, b"", OK
    if command.p2 == _NAME:
        return card, application_name(application or directory), OK
    return card, file_control_parameters(card, directory), OK


def find_file(card: Card, p1: int, data: bytes) -> File:
    """Return the file that a reference of SELECT means.

    Args:
        card: the card.
        p1: kind of the reference: identifier, directory in the current one, parent, path from the MF, path from the
            current directory.
        data: identifier or path, two octets each; nothing, or nothing under an identifier, is the MF.

    Raises:
        CardError: unknown kind (6A86), wrong length (6700), no such file (6A82).

    Source: ETSI TS 102 221 §8.4.1, §8.4.2, §11.1.1.2.
    """
    if p1 not in (_BY_IDENTIFIER, _CHILD, _PARENT, _FROM_MF, _FROM_CURRENT):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    if len(data) not in _LENGTHS.get(p1, range(0, 256, 2)):
        raise refused(StatusWord.WRONG_LENGTH)
    file: File | None
    if p1 == _PARENT:
        file = card.selection.directory.parent
    elif p1 == _CHILD:
        child = card.selection.directory.children.get(data)
        file = child if isinstance(child, Directory) else None
    elif p1 == _BY_IDENTIFIER:
        file = _reach(card, data)
    else:
        start = card.image.root if p1 == _FROM_MF else card.selection.directory
        file = _follow(card, start, data)
    if file is None:
        raise refused(StatusWord.FILE_NOT_FOUND)
    return file


def find_application(card: Card, name: bytes, occurrence: int) -> Directory:
    """Return the application with a name or a beginning of it.

    Args:
        card: the card.
        name: AID, 5 to 16 octets.
        occurrence: 0 the first, 1 the last, 2 the one behind the current one, 3 the one before it.

    Raises:
        CardError: there is none (6A82).

    Source: ETSI TS 102 221 §8.4.4.
    """
    named = [one for one in card.image.applications if (one.aid or b"").startswith(name)]
    if not _SHORTEST_AID <= len(name) <= _LONGEST_AID or not named:
        raise refused(StatusWord.FILE_NOT_FOUND)
    if occurrence in (_FIRST, _LAST):
        return named[0 if occurrence == _FIRST else -1]
    order = named if occurrence == _NEXT else named[::-1]
    current = card.selection.application
    if current not in order:
        return order[0]
    position = order.index(current) + 1
    if position == len(order):
        raise refused(StatusWord.FILE_NOT_FOUND)
    return order[position]


def forget_own_pins(verified: frozenset[PinKey], application: Directory) -> frozenset[PinKey]:
    """Return the PINs that are still verified when the session of an application has ended: its local ones are not.

    Source: ETSI TS 102 221 §9.4.1, §9.5.1.
    """
    own = {pin.key for pin in application.pins.values()}
    return verified - own if verified & own else verified


def _reach(card: Card, identifier: bytes) -> File | None:
    """Return the file with an identifier among those that can be reached from here, or None.

    Source: ETSI TS 102 221 §8.4.1.
    """
    directory = card.selection.directory
    if identifier in (b"", MF_IDENTIFIER):
        return card.image.root
    if identifier == CURRENT_APPLICATION:
        return card.selection.application
    child = directory.children.get(identifier)
    if child is not None:
        return child
    parent = directory.parent
    if parent is None:
        return None
    for near in (directory, parent):
        if near.path[-2:] == identifier and near.aid is None:
            return near
    beside = parent.children.get(identifier)
    return beside if isinstance(beside, Directory) else None


def _follow(card: Card, start: Directory, path: bytes) -> File | None:
    """Return the file at the end of a path, or None."""
    at: File | None = start
    if path[:2] == CURRENT_APPLICATION and start is card.image.root:
        at, path = card.selection.application, path[2:]
    for position in range(0, len(path), 2):
        at = at.children.get(path[position : position + 2]) if isinstance(at, Directory) else None
    return at


def _enter(card: Card, application: Directory) -> Card:
    """Return the card with an application selected; the session of another one ends."""
    left = card.selection.application
    if left is not None and left is not application:
        card = _forget(card, left)
    return card.selecting(Selection(application, application))


def _terminate(card: Card, application: Directory) -> Card:
    """Return the card with the session of an application ended and the MF selected."""
    card = _forget(card, application)
    if card.selection.application is not application:
        return card
    return card.selecting(Selection(card.image.root))


def _forget(card: Card, application: Directory) -> Card:
    """Return the card without the application's own PINs being verified."""
    verified = forget_own_pins(card.verified, application)
    return card if verified is card.verified else replace(card, verified=verified)


def _move(card: Card, file: File) -> Card:
    """Return the card with a file selected; the session of the current application goes on."""
    application = card.selection.application
    if isinstance(file, Directory):
        return card.selecting(Selection(file, file.application or application))
    return card.selecting(Selection(file.parent, file.parent.application or application, file))


def _answer(card: Card, file: File, p2: int) -> Reply:
    """Answer with what was asked for, and warn of a deactivated file."""
    is_active = card.life_cycle(file) & ACTIVATED == ACTIVATED
    word = OK if is_active else int(StatusWord.FILE_DEACTIVATED)
    if p2 & _WHAT_IS_TOLD == _NOTHING:
        return card, b"", word
    return card, file_control_parameters(card, file), word
