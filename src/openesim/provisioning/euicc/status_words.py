"""Status words that the chip answers with, and what they mean to a person.

Source: ETSI TS 102 221 §10.2.1; SGP.22 v2.5 §5.7.2.
"""

from __future__ import annotations

from enum import IntEnum

from openesim.kernel.errors import CardError


class StatusWord(IntEnum):
    """SW1‖SW2 as one number."""

    SUCCESS = 0x9000
    MEMORY_PROBLEM = 0x6581
    WRONG_LENGTH = 0x6700
    CHANNEL_NOT_SUPPORTED = 0x6881
    SECURE_MESSAGING_NOT_SUPPORTED = 0x6882
    COMMAND_CHAINING_NOT_SUPPORTED = 0x6884
    CONDITIONS_NOT_SATISFIED = 0x6985
    INCORRECT_DATA = 0x6A80
    NO_CHANNEL_LEFT = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    INCORRECT_PARAMETERS = 0x6A86
    REFERENCED_DATA_NOT_FOUND = 0x6A88
    INSTRUCTION_NOT_SUPPORTED = 0x6D00
    CLASS_NOT_SUPPORTED = 0x6E00
    TECHNICAL_PROBLEM = 0x6F00

    @property
    def octets(self) -> bytes:
        """SW1 and SW2."""
        return self.to_bytes(2, "big")


_MEANINGS = {
    StatusWord.SUCCESS: "done",
    StatusWord.MEMORY_PROBLEM: "the chip could not write its memory",
    StatusWord.WRONG_LENGTH: "wrong length",
    StatusWord.CHANNEL_NOT_SUPPORTED: "this logical channel is not open",
    StatusWord.SECURE_MESSAGING_NOT_SUPPORTED: "secure messaging is not supported",
    StatusWord.COMMAND_CHAINING_NOT_SUPPORTED: "command chaining is not supported",
    StatusWord.CONDITIONS_NOT_SATISFIED: "not now: conditions of use are not satisfied",
    StatusWord.INCORRECT_DATA: "the data do not follow their structure",
    StatusWord.NO_CHANNEL_LEFT: "no logical channel is left",
    StatusWord.FILE_NOT_FOUND: "no such application or file",
    StatusWord.INCORRECT_PARAMETERS: "wrong P1 or P2",
    StatusWord.REFERENCED_DATA_NOT_FOUND: "the chip does not know this function or data object",
    StatusWord.INSTRUCTION_NOT_SUPPORTED: "the chip does not know this instruction",
    StatusWord.CLASS_NOT_SUPPORTED: "the chip does not know this class",
    StatusWord.TECHNICAL_PROBLEM: "technical problem, no diagnosis",
}


def describe(status_word: int) -> str:
    """Return what a status word means, in a few English words."""
    if status_word >> 8 == 0x61:
        return f"done, {status_word & 0xFF or 256} octets or more wait for GET RESPONSE"
    if status_word >> 8 == 0x91:
        return "done, and the chip has a proactive command to fetch"
    return _MEANINGS.get(StatusWord(status_word), "") if status_word in _MEANINGS else "unknown status word"


def refused(status_word: StatusWord, why: str = "") -> CardError:
    """Return the error that becomes the status word of a response."""
    return CardError(why or _MEANINGS[status_word], status_word)
