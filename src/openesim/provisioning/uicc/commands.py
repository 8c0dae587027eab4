"""All commands of a card, by instruction.

A command takes the card and leaves a card, response data and a status word; a refusal leaves the card as it was. What cannot be
read as a command has been refused before (``command_apdu``).

Source: ETSI TS 102 221 §10.1.2, §11; 3GPP TS 31.102 §7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import CardError
from openesim.provisioning.uicc import (
    authenticate,
    binary,
    codes,
    data_objects,
    identity,
    life_cycle,
    records,
    search,
    select,
)
from openesim.provisioning.uicc.card import OK, Card, Reply
from openesim.provisioning.uicc.command_apdu import CommandApdu, require_class
from openesim.provisioning.uicc.status_words import StatusWord

Handler = Callable[[Card, CommandApdu, Entropy], Reply]

SELECT = 0xA4

_LONGEST_CHALLENGE = 256
_USUAL_CHALLENGE = 8


@dataclass(frozen=True, slots=True)
class Instruction:
    """One command.

    Attributes:
        name: in the standard.
        handler: what carries it out.
        is_proprietary: whether it comes under class 8X or CX, and not 0X or 4X.
    """

    name: str
    handler: Handler
    is_proprietary: bool = False


def get_challenge(card: Card, command: CommandApdu, entropy: Entropy) -> Reply:
    """Return octets of chance, as many as are asked for.

    Source: ETSI TS 102 221 §11.1.16.
    """
    if command.p1 or command.p2 or command.data:
        return card, b"", int(StatusWord.INCORRECT_PARAMETERS)
    octets = min(command.expected or _USUAL_CHALLENGE, _LONGEST_CHALLENGE)
    return card, entropy(octets), OK


INSTRUCTIONS: dict[int, Instruction] = {
    0x04: Instruction("DEACTIVATE FILE", life_cycle.deactivate_file),
    0x20: Instruction("VERIFY PIN", codes.verify_pin),
    0x24: Instruction("CHANGE PIN", codes.change_pin),
    0x26: Instruction("DISABLE PIN", codes.disable_pin),
    0x28: Instruction("ENABLE PIN", codes.enable_pin),
    0x2C: Instruction("UNBLOCK PIN", codes.unblock_pin),
    0x32: Instruction("INCREASE", records.increase, is_proprietary=True),
    0x44: Instruction("ACTIVATE FILE", life_cycle.activate_file),
    0x78: Instruction("GET IDENTITY", identity.get_identity, is_proprietary=True),
    0x84: Instruction("GET CHALLENGE", get_challenge),
    0x88: Instruction("AUTHENTICATE", authenticate.authenticate),
    0xA2: Instruction("SEARCH RECORD", search.search_record),
    SELECT: Instruction("SELECT", select.select),
    0xB0: Instruction("READ BINARY", binary.read_binary),
    0xB2: Instruction("READ RECORD", records.read_record),
    0xCB: Instruction("RETRIEVE DATA", data_objects.retrieve_data, is_proprietary=True),
    0xD6: Instruction("UPDATE BINARY", binary.update_binary),
    0xDB: Instruction("SET DATA", data_objects.set_data, is_proprietary=True),
    0xDC: Instruction("UPDATE RECORD", records.update_record),
    0xF2: Instruction("STATUS", select.status, is_proprietary=True),
}
"""Command by instruction octet."""


def execute(card: Card, command: CommandApdu, entropy: Entropy) -> Reply:
    """Carry out one command.

    Args:
        card: the card before, as the command's channel sees it.
        command: the command.
        entropy: source of challenges and one-time keys.

    Returns:
        The card after, response data, status word. Nothing that comes in is answered otherwise.

    Source: ETSI TS 102 221 §10.2.
    """
    instruction = INSTRUCTIONS.get(command.instruction)
    if instruction is None:
        return card, b"", int(StatusWord.INSTRUCTION_NOT_SUPPORTED)
    try:
        require_class(command, is_proprietary=instruction.is_proprietary)
        return instruction.handler(card, command, entropy)
    except CardError as error:
        return card, b"", error.status_word or int(StatusWord.TECHNICAL_PROBLEM)
