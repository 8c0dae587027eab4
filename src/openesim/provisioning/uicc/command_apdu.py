"""Command APDUs: class and channel, instruction, parameters, data, expected length.

Source: ISO/IEC 7816-3 §12.1; ETSI TS 102 221 §10.1; SGP.22 v2.5 §5.7.2.
"""

from __future__ import annotations

from dataclasses import dataclass

from openesim.provisioning.uicc.status_words import StatusWord, refused

STORE_DATA = 0xE2
_SHORTEST = 4
_BLOCK = 255


@dataclass(frozen=True, slots=True)
class CommandApdu:
    """One command APDU.

    Attributes:
        channel: logical channel, 0 to 19, out of the class.
        is_proprietary: whether the class is one of GlobalPlatform and ETSI (8X, CX) and not of ISO (0X, 4X).
        data: command data.
        expected: most octets of response data wanted (Le), None where it is absent.
    """

    channel: int
    is_proprietary: bool
    instruction: int
    p1: int
    p2: int
    data: bytes
    expected: int | None

    @classmethod
    def decode(cls, octets: bytes) -> CommandApdu:
        """Read a command APDU, short or extended.

        Raises:
            CardError: shorter than 4 octets or of another length than it states (6700); a class with secure messaging
                (6882) or chaining (6884), or none that is known (6E00).
        """
        if len(octets) < _SHORTEST:
            raise refused(StatusWord.WRONG_LENGTH)
        channel, is_proprietary = _read_class(octets[0])
        data, expected = _read_body(octets[1], octets[3], octets[4:])
        return cls(channel, is_proprietary, octets[1], octets[2], octets[3], data, expected)


def require_class(command: CommandApdu, *, is_proprietary: bool) -> None:
    """Demand the class that an instruction comes under.

    Raises:
        CardError: it is the other one (6E00).

    Source: ETSI TS 102 221 §10.1.2.
    """
    if command.is_proprietary is not is_proprietary:
        raise refused(StatusWord.CLASS_NOT_SUPPORTED)


def _read_class(octet: int) -> tuple[int, bool]:
    """Return channel, and whether the class is proprietary.

    Classes 0X and 8X carry channels 0 to 3, 4X and CX channels 4 to 19.

    Raises:
        CardError: secure messaging (6882), chaining (6884), another class (6E00).

    Source: ETSI TS 102 221 §10.1.1.
    """
    is_proprietary = bool(octet & 0x80)
    if octet & 0x40:
        if octet & 0x20:
            raise refused(StatusWord.SECURE_MESSAGING_NOT_SUPPORTED)
        channel = 4 + (octet & 0x0F)
    elif octet & 0x20:
        raise refused(StatusWord.CLASS_NOT_SUPPORTED)
    elif octet & 0x0C:
        raise refused(StatusWord.SECURE_MESSAGING_NOT_SUPPORTED)
    else:
        channel = octet & 0x03
    if octet & 0x10:
        raise refused(StatusWord.COMMAND_CHAINING_NOT_SUPPORTED)
    return channel, is_proprietary


def _read_body(instruction: int, p2: int, body: bytes) -> tuple[bytes, int | None]:
    """Return command data and Le.

    Raises:
        CardError: the lengths do not add up (6700).

    Source: ISO/IEC 7816-3 §12.1.3.
    """
    if not body:
        return b"", None
    if len(body) == 1:
        return b"", body[0] or 256
    first, rest = body[0], body[1:]
    if first:
        if len(rest) == first:
            return rest, None
        if len(rest) == first + 1:
            return rest[:-1], rest[-1] or 256
        raise refused(StatusWord.WRONG_LENGTH)
    if instruction == STORE_DATA and len(rest) == _BLOCK and p2:
        # Android's platform code announces a last block of 255 octets as one of none. No first block begins with 00,
        # so the octets of the first one are left to what an extended length would make of them.
        return rest, None
    if len(rest) == 2:
        return b"", int.from_bytes(rest, "big") or 65536
    length = int.from_bytes(rest[:2], "big")
    if length and len(rest) == 2 + length:
        return rest[2:], None
    if length and len(rest) == 4 + length:
        return rest[2:-2], int.from_bytes(rest[-2:], "big") or 65536
    if instruction == STORE_DATA and len(rest) == _BLOCK:
        return rest, None
    raise refused(StatusWord.WRONG_LENGTH)
