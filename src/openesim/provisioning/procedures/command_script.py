"""Command scripts: what a secured packet for a security domain carries, and what comes back.

::

    compact    command, command, …                         response  number(1) SW1 SW2 data of the last
    expanded   AA {22 command}*                            response  AB {80 number, 23 data SW1 SW2 of the last}

A script ends with the first command that is refused. The expanded format is read and written with definite lengths.

Source: ETSI TS 102 226 §5.2.1; GlobalPlatform Card Specification 2.3 §11.5, §11.11.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.metadata import UpdateMetadataRequest

RESERVED_ISDP_AID: Final = bytes.fromhex("A0000005591010FFFFFFFF8900000F00")
"""By this AID a profile's own security domain speaks of the ISD-P it lives in."""

INSTALL, FOR_PERSONALIZATION = 0xE6, 0x20
STORE_DATA, LAST_BLOCK = 0xE2, 0x80

_CLASS: Final = 0x80
_BER_TLV: Final = 0x10
_BLOCK_OCTETS: Final = 255
_SCRIPT, _COMMAND, _ANSWERS, _NUMBER, _ANSWER, _BAD_FORMAT = 0xAA, 0x22, 0xAB, 0x80, 0x23, 0x90
_UNKNOWN_TAG, _WRONG_LENGTH = b"\x01", b"\x02"
_HEADER_OCTETS: Final = 5


@dataclass(frozen=True, slots=True)
class Script:
    """Commands in the order they are to be carried out.

    Attributes:
        commands: command APDUs.
        is_expanded: which format they came in; the response takes the same.
        fault: what could not be read behind them, as value of the tag Bad format; empty: nothing.
    """

    commands: tuple[bytes, ...]
    is_expanded: bool
    fault: bytes = b""


def update_metadata_commands(request: UpdateMetadataRequest) -> list[bytes]:
    """Return the command APDUs of UpdateMetadata: INSTALL [for personalization] of the ISD-P, then STORE DATA.

    Source: SGP.22 v2.5 §5.4.1; GlobalPlatform Card Specification 2.3 §11.5.2.3.6, §11.11.
    """
    aid = bytes((0, 0, len(RESERVED_ISDP_AID))) + RESERVED_ISDP_AID + bytes(3)
    commands = [_command(INSTALL, FOR_PERSONALIZATION, 0, aid)]
    octets = request.encode()
    blocks = [octets[at : at + _BLOCK_OCTETS] for at in range(0, len(octets), _BLOCK_OCTETS)]
    for number, block in enumerate(blocks):
        last = LAST_BLOCK if number == len(blocks) - 1 else 0
        commands.append(_command(STORE_DATA, last | _BER_TLV, number, block))
    return commands


def encode_script(commands: Iterable[bytes]) -> bytes:
    """Return a script in the expanded format.

    Source: ETSI TS 102 226 §5.2.1.2.
    """
    return tlv.encode(_SCRIPT, b"".join(tlv.encode(_COMMAND, command) for command in commands))


def decode_script(octets: bytes) -> Script:
    """Read a script of either format; what cannot be read ends it and is told in the response.

    Source: ETSI TS 102 226 §5.2.1.1, §5.2.1.2.
    """
    if octets[:1] == bytes((_SCRIPT,)):
        return _decode_expanded(octets)
    commands, at = [], 0
    while at < len(octets):
        end = at + _HEADER_OCTETS + (octets[at + 4] if at + 4 < len(octets) else 0)
        if len(octets) - end == 1:  # Le may stand behind the last command
            end += 1
        commands.append(octets[at:end])
        at = end
    return Script(tuple(commands), is_expanded=False)


def encode_answers(script: Script, executed: int, data: bytes, status_word: int) -> bytes:
    """Return the response of a script.

    Args:
        script: what was carried out.
        executed: how many of its commands, the refused one included.
        data: response data of the last one.
        status_word: of the last one.

    Source: ETSI TS 102 226 §5.2.1.1, §5.2.1.3.
    """
    word = status_word.to_bytes(2, "big")
    if not script.is_expanded:
        return bytes((min(executed, 255),)) + word + data
    answers = tlv.encode(_NUMBER, executed.to_bytes(2 if executed > 127 else 1, "big"))
    if executed:
        answers += tlv.encode(_ANSWER, data + word)
    if script.fault and executed == len(script.commands):
        answers += tlv.encode(_BAD_FORMAT, script.fault)
    return tlv.encode(_ANSWERS, answers)


def decode_answers(octets: bytes) -> tuple[int, int]:
    """Return how many commands a card has carried out, and the status word of the last; 0 where there is none.

    Raises:
        DecodeError: neither of the formats.

    Source: ETSI TS 102 226 §5.2.1.1, §5.2.1.3.
    """
    if octets[:1] != bytes((_ANSWERS,)):
        if len(octets) < 3:
            raise DecodeError("the response of a script has at least 3 octets")
        return octets[0], int.from_bytes(octets[1:3], "big")
    answers = tlv.read_one(octets)
    number, last = answers.find(_NUMBER), answers.find(_ANSWER)
    if number is None:
        raise DecodeError("the response of a script does not say how many commands were carried out")
    return int.from_bytes(number.value, "big"), int.from_bytes(last.value[-2:], "big") if last else 0


def _command(instruction: int, p1: int, p2: int, data: bytes) -> bytes:
    """Return a command APDU without Le."""
    return bytes((_CLASS, instruction, p1, p2, len(data))) + data


def _decode_expanded(octets: bytes) -> Script:
    """Read the commands of a script in the expanded format."""
    commands: list[bytes] = []
    fault = b""
    try:
        for item in tlv.read_one(octets).children():
            if item.tag != _COMMAND:
                fault = _UNKNOWN_TAG
                break
            commands.append(item.value)
    except DecodeError:
        fault = _WRONG_LENGTH
    return Script(tuple(commands), is_expanded=True, fault=fault)
