"""The card as a SIM of GSM: class A0, for phones and programs that know no other.

The files are the same: DF GSM and DF TELECOM lead to those of the USIM, unless the profile has such directories of its own; and
what moved from DF TELECOM to the USIM is found in either. Where an identifier means another thing now there is no such file, but
for the service table: it is told in GSM's numbers. Answers are those of a SIM: headers of files instead of FCP templates, 9FXX
instead of 61XX, and its own words for what is refused.

Source: 3GPP TS 51.011 §8, §9.2, §9.4; ETSI TS 102 221 §10.1.1 (class A0).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from openesim.kernel.ambient import Entropy
from openesim.messages.saip.access_rules import Condition
from openesim.messages.saip.templates import FileType
from openesim.provisioning.uicc import commands, select
from openesim.provisioning.uicc.access import find_pin, pin_state
from openesim.provisioning.uicc.authenticate import services_of
from openesim.provisioning.uicc.card import OK, Card, Reply, Selection
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.image import ACTIVATED, Directory, ElementaryFile, Operation
from openesim.provisioning.uicc.status_words import StatusWord

CLASS: Final = 0xA0

_DF_GSM: Final = b"\x7f\x20"
_USIM: Final = bytes.fromhex("A0000000871002")
_DF_TELECOM: Final = b"\x7f\x10"
_OF_TELECOM: Final = {bytes((0x6F, low)) for low in (0x3B, 0x3C, 0x40, 0x42, 0x43, 0x47, 0x49, 0x4B, 0x4C)}
"""FDN, SMS, MSISDN, SMSP, SMSS, SMSR, SDN, EXT2 and EXT3: in DF TELECOM of a SIM, in the ADF of a USIM."""

_SERVICE_TABLE: Final = b"\x6f\x38"
_EMERGENCY_CALL_CODES: Final = b"\x6f\xb7"  # records in a USIM, in a SIM none
_SERVICES: Final = dict(
    zip(
        (2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 42, 43, 45, 46, 47, 48, 49, 51),
        (3, 11, 18, 19, 31, 32, 4, 35, 12, 5, 14, 30, 15, 16, 17, 43, 9, 44, 45, 51, 52, 53, 54, 55, 56),
        strict=True,
    )
)
"""Number in the service table of a SIM by number in that of a USIM, for services with the same files.

Source: 3GPP TS 51.011 §10.3.7; TS 31.102 §4.2.8.
"""

_SERVICE_TABLE_OCTETS: Final = 14
_ALLOCATED_AND_ACTIVATED: Final = 0b11
_TELL_NOTHING: Final = 0x0C
_SELECT, _STATUS, _RUN_GSM_ALGORITHM, _UNBLOCK = 0xA4, 0xF2, 0x88, 0x2C
_SAME: Final = frozenset((0x20, 0x24, 0x26, 0x28, 0x2C, 0xB0, 0xB2, 0xD6, 0xDC))
_ON_PINS: Final = frozenset((0x20, 0x24, 0x26, 0x28, 0x2C))
_PIN_REFERENCES: Final = {1: 0x01, 2: 0x81}
_GSM_CONTEXT: Final = 0x80
_RAND_OCTETS: Final = 16

_ALWAYS, _CHV1, _CHV2, _ADM, _NEVER = 0x0, 0x1, 0x2, 0x4, 0xF
_STRUCTURES: Final = {FileType.TRANSPARENT: 0x00, FileType.LINEAR_FIXED: 0x01, FileType.CYCLIC: 0x03}
_MF, _DF, _EF = b"\x01", b"\x02", b"\x04"
_CLOCK_MAY_STOP, _CHV1_DISABLED = 0x01, 0x80
_INITIALISED: Final = 0x80
_CODES: Final = 4
_MOST_ATTEMPTS: Final = 0x0F

_NO_FILE_SELECTED, _OUT_OF_RANGE, _NOT_FOUND, _WRONG_KIND = 0x9400, 0x9402, 0x9404, 0x9408
_NOT_GRANTED, _CONTRADICTS, _BLOCKED = 0x9804, 0x9810, 0x9840
_WORDS: Final = {
    StatusWord.WRONG_FILE_STRUCTURE: _WRONG_KIND,
    StatusWord.SECURITY_NOT_SATISFIED: _NOT_GRANTED,
    StatusWord.CODE_BLOCKED: _BLOCKED,
    StatusWord.DATA_INVALIDATED: _CONTRADICTS,
    StatusWord.CONDITIONS_NOT_SATISFIED: _NOT_GRANTED,
    StatusWord.NO_FILE_SELECTED: _NO_FILE_SELECTED,
    StatusWord.FILE_NOT_FOUND: _NOT_FOUND,
    StatusWord.RECORD_NOT_FOUND: _OUT_OF_RANGE,
    StatusWord.WRONG_PARAMETERS: _OUT_OF_RANGE,
    StatusWord.INCORRECT_PARAMETERS: StatusWord.WRONG_PARAMETERS,
    StatusWord.REFERENCED_DATA_NOT_FOUND: StatusWord.WRONG_PARAMETERS,
    StatusWord.FILE_DEACTIVATED: OK,
}


def execute(card: Card, command: CommandApdu, entropy: Entropy) -> Reply:
    """Carry out one command of class A0.

    Args:
        card: the card before.
        command: the command, its class left out of account.
        entropy: source of challenges and one-time keys.

    Returns:
        The card after, response data, status word.

    Source: 3GPP TS 51.011 §9.2.
    """
    if command.instruction == _SELECT:
        return _select(card, command)
    if command.instruction == _STATUS:
        header = _describe_directory(card, card.selection.directory)
        return card, header[: command.expected], OK
    if command.instruction == _RUN_GSM_ALGORITHM:
        return _run_gsm_algorithm(card, command, entropy)
    if command.instruction not in _SAME:
        return card, b"", int(StatusWord.INSTRUCTION_NOT_SUPPORTED)
    card, data, word = commands.execute(card, _as_uicc(command), entropy)
    return card, data, _word(word)


def _as_uicc(command: CommandApdu) -> CommandApdu:
    """Return the command as a UICC takes it: CHV1 and CHV2 have other references there."""
    if command.instruction not in _ON_PINS:
        return command
    asked = command.p2
    if command.instruction == _UNBLOCK and not asked:
        asked = 1
    return replace(command, p2=_PIN_REFERENCES.get(asked, 0))


def _select(card: Card, command: CommandApdu) -> Reply:
    """Select a file by its identifier and tell of it.

    Source: 3GPP TS 51.011 §8.1, §9.2.1.
    """
    if command.p1 or command.p2 or len(command.data) != 2:
        return card, b"", int(StatusWord.WRONG_PARAMETERS)
    usim = next((one for one in card.image.applications if (one.aid or b"").startswith(_USIM)), None)
    if usim and command.data in {_DF_GSM, _DF_TELECOM} - card.image.root.children.keys():
        return card.selecting(Selection(usim, usim)), _describe_directory(card, usim, command.data), OK
    if card.selection.directory is usim and command.data == _EMERGENCY_CALL_CODES:
        return card, b"", _NOT_FOUND
    directory = card.selection.directory
    if usim and directory.path == _DF_TELECOM and command.data in _OF_TELECOM - directory.children.keys():
        moved = usim.children.get(command.data)
        if isinstance(moved, ElementaryFile):
            return card.selecting(Selection(directory, usim, moved)), _describe_file(card, moved), OK
    card, _, word = commands.execute(card, replace(command, p2=_TELL_NOTHING), bytes)
    if word not in (OK, StatusWord.FILE_DEACTIVATED):
        return card, b"", _word(word)
    file = card.selection.file
    if file is None:
        return card, _describe_directory(card, card.selection.directory), OK
    if file.parent is usim and command.data == _SERVICE_TABLE:
        file = _service_table(card, usim, file)
        card = card.selecting(Selection(usim, usim, file))
    return card, _describe_file(card, file), OK


def _service_table(card: Card, usim: Directory, file: ElementaryFile) -> ElementaryFile:
    """Return the service table of a SIM that says what that of the USIM says; it can only be read.

    Source: 3GPP TS 51.011 §10.3.7.
    """
    told = [_SERVICES[service] for service in services_of(card, usim) if service in _SERVICES]
    table = sum(_ALLOCATED_AND_ACTIVATED << 2 * (service - 1) for service in told)
    return replace(
        file,
        content=table.to_bytes(_SERVICE_TABLE_OCTETS, "little"),
        content_path=_DF_GSM + _SERVICE_TABLE,
        size=_SERVICE_TABLE_OCTETS,
        access={Operation.READ: file.access.get(Operation.READ, ())},
    )


def _run_gsm_algorithm(card: Card, command: CommandApdu, entropy: Entropy) -> Reply:
    """Return SRES (4 octets) and Kc (8 octets) for a challenge.

    Source: 3GPP TS 51.011 §9.2.16; TS 31.102 §7.1.2.2.
    """
    if len(command.data) != _RAND_OCTETS:
        return card, b"", int(StatusWord.WRONG_LENGTH)
    challenge = bytes((_RAND_OCTETS,)) + command.data
    inner = replace(command, p1=0, p2=_GSM_CONTEXT, data=challenge)
    card, data, word = commands.execute(card, inner, entropy)
    return card, data[1:5] + data[6:14], _word(word)


def _describe_directory(card: Card, directory: Directory, identifier: bytes = _DF_GSM) -> bytes:
    """Return the header of the MF or of a DF, 22 octets.

    Args:
        card: the card.
        directory: the MF, a DF, or the USIM.
        identifier: under which the USIM was selected.

    Source: 3GPP TS 51.011 §9.2.1.
    """
    codes = [find_pin(directory, reference) for reference in _PIN_REFERENCES.values()]
    states = b"".join(
        bytes((0, 0)) if pin is None else bytes((_attempts(pin_state(card, pin).attempts_left), _INITIALISED))
        for pin in codes
    )
    first = codes[0]
    is_open = first is None or not pin_state(card, first).is_enabled
    children = directory.children.values()
    directories = sum(isinstance(child, Directory) for child in children)
    behind = (
        bytes((_CLOCK_MAY_STOP | (_CHV1_DISABLED if is_open else 0), directories))
        + bytes((min(len(children) - directories, 0xFF), _CODES, 0))
        + states
    )
    own = identifier if directory.aid else directory.path[-2:] or select.MF_IDENTIFIER
    kind = _DF if directory.parent else _MF
    return bytes(4) + own + kind + bytes(5) + bytes((len(behind),)) + behind


def _describe_file(card: Card, file: ElementaryFile) -> bytes:
    """Return the header of an EF, 15 octets.

    Source: 3GPP TS 51.011 §9.2.1.
    """

    def condition(operation: Operation) -> int:
        return _level(file.access.get(operation, ()))

    access = bytes(
        (
            condition(Operation.READ) << 4 | condition(Operation.UPDATE),
            condition(Operation.INCREASE) << 4,
            condition(Operation.ACTIVATE) << 4 | condition(Operation.DEACTIVATE),
        )
    )
    is_active = card.life_cycle(file) & ACTIVATED == ACTIVATED
    size = min(file.size, 0xFFFF).to_bytes(2, "big")
    structure = bytes((2, _STRUCTURES.get(file.file_type, 0), min(file.record_length, 0xFF)))
    return bytes(2) + size + file.path[-2:] + _EF + b"\x00" + access + bytes((is_active,)) + structure


def _level(condition: Condition) -> int:
    """Return the access condition of GSM that comes nearest: of several ways the easiest.

    Source: 3GPP TS 51.011 §9.3.
    """
    levels = [max((_code(reference) for reference in way), default=_ALWAYS) for way in condition]
    return min(levels, default=_NEVER)


def _code(key_reference: int) -> int:
    """Return the access condition that a key reference stands for."""
    return {0x01: _CHV1, 0x81: _CHV2}.get(key_reference, _ADM)


def _attempts(left: int) -> int:
    """Return the status of a code: initialised, and how many attempts are left."""
    return _INITIALISED | min(left, _MOST_ATTEMPTS)


def _word(status_word: int) -> int:
    """Return the status word of GSM for one of a UICC.

    Source: 3GPP TS 51.011 §9.4.
    """
    if status_word >> 4 == 0x63C:
        return _NOT_GRANTED if status_word & 0x0F else _BLOCKED
    if status_word >> 8 == 0x6C:
        return 0x6700 | status_word & 0xFF
    known = status_word in set(StatusWord)
    return int(_WORDS.get(StatusWord(status_word), status_word)) if known else status_word
