"""Status words that card and chip answer with, and what they mean to a person.

Source: ETSI TS 102 221 §10.2.1; 3GPP TS 31.102 §7.3; SGP.22 v2.5 §5.7.2.
"""

from __future__ import annotations

from enum import IntEnum

from openesim.kernel.errors import CardError


class StatusWord(IntEnum):
    """SW1‖SW2 as one number."""

    SUCCESS = 0x9000
    NOTHING_FOUND = 0x6282
    FILE_DEACTIVATED = 0x6283
    MORE_DATA_AVAILABLE = 0x62F1
    MORE_DATA_EXPECTED = 0x63F1
    MEMORY_PROBLEM = 0x6581
    WRONG_LENGTH = 0x6700
    CHANNEL_NOT_SUPPORTED = 0x6881
    SECURE_MESSAGING_NOT_SUPPORTED = 0x6882
    COMMAND_CHAINING_NOT_SUPPORTED = 0x6884
    WRONG_FILE_STRUCTURE = 0x6981
    SECURITY_NOT_SATISFIED = 0x6982
    CODE_BLOCKED = 0x6983
    DATA_INVALIDATED = 0x6984
    CONDITIONS_NOT_SATISFIED = 0x6985
    NO_FILE_SELECTED = 0x6986
    INCORRECT_DATA = 0x6A80
    NO_CHANNEL_LEFT = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    NOT_ENOUGH_SPACE = 0x6A84
    INCORRECT_PARAMETERS = 0x6A86
    REFERENCED_DATA_NOT_FOUND = 0x6A88
    WRONG_PARAMETERS = 0x6B00
    INSTRUCTION_NOT_SUPPORTED = 0x6D00
    CLASS_NOT_SUPPORTED = 0x6E00
    TECHNICAL_PROBLEM = 0x6F00
    MAXIMUM_REACHED = 0x9850
    WRONG_MAC = 0x9862
    CONTEXT_NOT_SUPPORTED = 0x9864

    @property
    def octets(self) -> bytes:
        """SW1 and SW2."""
        return self.to_bytes(2, "big")


_MEANINGS = {
    StatusWord.SUCCESS: "done",
    StatusWord.NOTHING_FOUND: "nothing was found",
    StatusWord.FILE_DEACTIVATED: "the file is deactivated",
    StatusWord.MORE_DATA_AVAILABLE: "done, and there is more to read",
    StatusWord.MORE_DATA_EXPECTED: "done, and more is to come",
    StatusWord.MEMORY_PROBLEM: "the chip could not write its memory",
    StatusWord.WRONG_LENGTH: "wrong length",
    StatusWord.CHANNEL_NOT_SUPPORTED: "this logical channel is not open",
    StatusWord.SECURE_MESSAGING_NOT_SUPPORTED: "secure messaging is not supported",
    StatusWord.COMMAND_CHAINING_NOT_SUPPORTED: "command chaining is not supported",
    StatusWord.WRONG_FILE_STRUCTURE: "the file has another structure",
    StatusWord.SECURITY_NOT_SATISFIED: "the PIN that this needs was not given",
    StatusWord.CODE_BLOCKED: "the PIN or PUK is blocked",
    StatusWord.DATA_INVALIDATED: "the file is deactivated, or the PIN is in another state",
    StatusWord.CONDITIONS_NOT_SATISFIED: "not now: conditions of use are not satisfied",
    StatusWord.NO_FILE_SELECTED: "no file is selected",
    StatusWord.INCORRECT_DATA: "the data do not follow their structure",
    StatusWord.NO_CHANNEL_LEFT: "no logical channel is left",
    StatusWord.FILE_NOT_FOUND: "no such application or file",
    StatusWord.RECORD_NOT_FOUND: "no such record",
    StatusWord.NOT_ENOUGH_SPACE: "the file has no room for it",
    StatusWord.INCORRECT_PARAMETERS: "wrong P1 or P2",
    StatusWord.REFERENCED_DATA_NOT_FOUND: "the chip does not know this function or data object",
    StatusWord.WRONG_PARAMETERS: "P1 and P2 lead out of the file",
    StatusWord.INSTRUCTION_NOT_SUPPORTED: "the chip does not know this instruction",
    StatusWord.CLASS_NOT_SUPPORTED: "the chip does not know this class",
    StatusWord.TECHNICAL_PROBLEM: "technical problem, no diagnosis",
    StatusWord.MAXIMUM_REACHED: "the counter cannot hold more",
    StatusWord.WRONG_MAC: "the network's proof does not hold: it uses another key",
    StatusWord.CONTEXT_NOT_SUPPORTED: "this kind of authentication is not supported, or used up",
}


_WRONG_CODE = 0x63C0
_LENGTH_IS = 0x6C00
_SHORT = 256


def describe(status_word: int) -> str:
    """Return what a status word means, in a few English words."""
    if status_word >> 8 == 0x61:
        return f"done, {status_word & 0xFF or 256} octets or more wait for GET RESPONSE"
    if status_word >> 4 == _WRONG_CODE >> 4:
        return f"wrong PIN or PUK, {status_word & 0x0F} attempts are left"
    if status_word >> 8 == 0x6C:
        return f"wrong length, {status_word & 0xFF or 256} octets can be had"
    if status_word >> 8 == 0x91:
        return "done, and the chip has a proactive command to fetch"
    return _MEANINGS.get(StatusWord(status_word), "") if status_word in _MEANINGS else "unknown status word"


def refused(status_word: StatusWord, why: str = "") -> CardError:
    """Return the error that becomes the status word of a response."""
    return CardError(why or _MEANINGS[status_word], status_word)


def attempts_left(count: int) -> int:
    """Return 63CX, the status word that tells how many attempts are left.

    Args:
        count: 0 to 15.
    """
    return _WRONG_CODE | count


def wrong_length(octets: int) -> CardError:
    """Return the error that becomes 6CXX: that many octets can be had.

    Args:
        octets: 1 to 256.
    """
    return CardError("another length can be had", _LENGTH_IS | octets % _SHORT)
