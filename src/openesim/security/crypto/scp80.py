"""SCP80: secured packets between an operator's OTA platform and the card.

::

    command    CPL(2) CHL SPI(2) KIc KID TAR(3) │ CNTR(5) PCNTR        RC or CC   data   padding
    response   RPL(2) RHL                TAR(3) │ CNTR(5) PCNTR status RC or CC   data   padding

SPI says what is protected and how; what stands behind the line may be enciphered. The checksum is made first, over the whole
packet with its padding, and is enciphered with the rest. In a response by SMS it also covers the user data header.

Source: ETSI TS 102 225 §5, §6; 3GPP TS 31.115 §4.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Final

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.crypto.scp80_algorithms import Checksum, Ciphering

RESPONSE_USER_DATA_HEADER: Final = bytes.fromhex("027100")
"""What stands before a response in its SMS; the checksum covers it."""

LARGEST_COUNTER: Final = (1 << 40) - 1
"""The last counter there is; a card that has seen it takes no more."""

_COUNTER_OCTETS: Final = 5
_COMMAND_HEADER: Final = 8  # CHL, SPI, KIc, KID, TAR
_RESPONSE_HEADER: Final = 4  # RHL, TAR
_COMMAND_TAG: Final = 0x01
_RESPONSE_TAG: Final = 0x02

# SPI, first octet for the command; the response is told by the second one, in the same codes two bits further up.
_CIPHERED: Final = 0x04
_CHECKSUM: Final = 0x03
_REDUNDANCY_CHECK: Final = 0x01
_CRYPTOGRAPHIC_CHECKSUM: Final = 0x02


class Transport(Enum):
    """How a packet begins: by SMS with its length in two octets, by CAT_TP with a tag and its length."""

    SMS_PP = "SMS-PP"
    CAT_TP = "CAT_TP"


class PacketStatus(IntEnum):
    """What became of a command packet.

    Source: ETSI TS 102 225 §5.2 (response status codes).
    """

    TAKEN = 0x00
    CHECKSUM_FAILED = 0x01
    COUNTER_LOW = 0x02
    COUNTER_HIGH = 0x03
    COUNTER_BLOCKED = 0x04
    UNIDENTIFIED_SECURITY_ERROR = 0x06
    TAR_UNKNOWN = 0x09
    INSUFFICIENT_SECURITY = 0x0A


@dataclass(frozen=True, slots=True, kw_only=True)
class Scp80Keys:
    """Algorithms and keys of one key set; keys are never printed.

    Attributes:
        ciphering: algorithm, where something may be enciphered.
        kic: its key.
        checksum: algorithm, where something may be protected.
        kid: its key; empty for a redundancy check.
    """

    ciphering: Ciphering | None = None
    kic: bytes = field(default=b"", repr=False)
    checksum: Checksum | None = None
    kid: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class CommandPacket:
    """What the platform sends.

    Attributes:
        spi: security parameter indicator, 2 octets.
        kic: octet that names key and algorithm of the ciphering.
        kid: octet that names key and algorithm of the checksum.
        tar: toolkit application reference, 3 octets.
        counter: 40 bits.
        data: for the application, such as commands.
    """

    spi: bytes
    kic: int
    kid: int
    tar: bytes
    counter: int
    data: bytes

    def __post_init__(self) -> None:
        """Refuse what has no octets.

        Raises:
            DecodeError: a value of another length or out of range.
        """
        _require_spi(self.spi)
        _require_octet("KIc", self.kic)
        _require_octet("KID", self.kid)
        _require_tar_and_counter(self.tar, self.counter)


@dataclass(frozen=True, slots=True)
class ResponsePacket:
    """What the card answers (proof of receipt).

    Attributes:
        tar: 3 octets.
        counter: of the command, 40 bits.
        status: one of ``PacketStatus``, or another octet.
        data: of the application.
    """

    tar: bytes
    counter: int
    status: int
    data: bytes

    def __post_init__(self) -> None:
        """Refuse what has no octets.

        Raises:
            DecodeError: a value of another length or out of range.
        """
        _require_octet("status", self.status)
        _require_tar_and_counter(self.tar, self.counter)


def wrap_command(packet: CommandPacket, keys: Scp80Keys, transport: Transport = Transport.SMS_PP) -> bytes:
    """Return the octets of a command, protected as its SPI says.

    Raises:
        DecodeError: a protection for which there is no key, or too much data.

    Source: ETSI TS 102 225 §5.1; 3GPP TS 31.115 §4.2.
    """
    seal = _Seal.of(packet.spi[0], keys)
    header = packet.spi + bytes((packet.kic, packet.kid)) + packet.tar
    return seal.wrap(_Frame(transport, _COMMAND_TAG), header, packet.counter, b"", packet.data)


def unwrap_command(octets: bytes, keys: Scp80Keys, transport: Transport = Transport.SMS_PP) -> CommandPacket:
    """Read a command; its checksum is verified in constant time. Whether its counter is fresh is another question.

    Raises:
        DecodeError: lengths that do not agree, or a protection for which there is no key.
        VerificationError: the checksum does not hold.

    Source: ETSI TS 102 225 §5.1; 3GPP TS 31.115 §4.2.
    """
    front, header, secured = _Frame(transport, _COMMAND_TAG).split(octets, _COMMAND_HEADER)
    spi = header[1:3]
    counter, _, data = _Seal.of(spi[0], keys).unwrap(front, header, secured, status_octets=0)
    return CommandPacket(spi, header[3], header[4], header[5:], counter, data)


def wrap_response(
    packet: ResponsePacket, spi: bytes, keys: Scp80Keys, transport: Transport = Transport.SMS_PP
) -> bytes:
    """Return the octets of a response, protected as the SPI of the command asks; the user data header is left to the SMS.

    Raises:
        DecodeError: an SPI of another length, a protection for which there is no key, or too much data.

    Source: ETSI TS 102 225 §5.2; 3GPP TS 31.115 §4.3.
    """
    seal = _Seal.of(_response_protection(spi), keys)
    frame = _Frame(transport, _RESPONSE_TAG)
    return seal.wrap(frame, packet.tar, packet.counter, bytes((packet.status,)), packet.data)


def unwrap_response(
    octets: bytes, spi: bytes, keys: Scp80Keys, transport: Transport = Transport.SMS_PP
) -> ResponsePacket:
    """Read a response without its user data header; its checksum is verified in constant time.

    Raises:
        DecodeError: lengths that do not agree, or a protection for which there is no key.
        VerificationError: the checksum does not hold.

    Source: ETSI TS 102 225 §5.2; 3GPP TS 31.115 §4.3.
    """
    seal = _Seal.of(_response_protection(spi), keys)
    front, header, secured = _Frame(transport, _RESPONSE_TAG).split(octets, _RESPONSE_HEADER)
    counter, status, data = seal.unwrap(front, header, secured, status_octets=1)
    return ResponsePacket(header[1:], counter, status[0], data)


def verify_counter(spi: bytes, counter: int, last: int) -> int:
    """Return the counter that the card remembers after a command.

    Args:
        spi: of the command, 2 octets; bits 5 and 4 of the first say what is asked of the counter.
        counter: of the command.
        last: the one remembered so far.

    Raises:
        DecodeError: an SPI of another length.
        VerificationError: a counter that is not higher, or not the very next one.

    Source: ETSI TS 102 225 §5.1.4.
    """
    _require_spi(spi)
    match spi[0] >> 3 & 3:
        case 0 | 1:
            return last
        case 2 if counter > last:
            return counter
        case 3 if counter == last + 1:
            return counter
        case _:
            msg = "the counter of the command is not fresh"
            raise VerificationError(msg)


def _response_protection(spi: bytes) -> int:
    """Return what the second octet of an SPI asks for, coded as in the first."""
    _require_spi(spi)
    return spi[1] >> 2


def _require_spi(spi: bytes) -> None:
    """Refuse an SPI of another length."""
    if len(spi) != 2:
        msg = f"SPI must have 2 octets, not {len(spi)}"
        raise DecodeError(msg)


def _require_octet(name: str, value: int) -> None:
    """Refuse a number that is no octet."""
    if not 0 <= value <= 255:
        msg = f"{name} must be one octet"
        raise DecodeError(msg)


def _require_tar_and_counter(tar: bytes, counter: int) -> None:
    """Refuse a TAR of another length and a counter out of range."""
    if len(tar) != 3 or not 0 <= counter <= LARGEST_COUNTER:
        msg = "TAR must have 3 octets and the counter at most 40 bits"
        raise DecodeError(msg)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a packet begins and ends."""

    transport: Transport
    tag: int

    def front(self, octets: int) -> bytes:
        """Return what stands before a packet of so many octets."""
        if self.transport is Transport.CAT_TP:
            return bytes((self.tag,)) + tlv.length_octets(octets)
        try:
            return octets.to_bytes(2, "big")
        except OverflowError:
            msg = "a secured packet must have at most 65535 octets"
            raise DecodeError(msg) from None

    @property
    def covered(self) -> bytes:
        """What the checksum covers though it stands before the packet."""
        is_sms_response = self.tag == _RESPONSE_TAG and self.transport is Transport.SMS_PP
        return RESPONSE_USER_DATA_HEADER if is_sms_response else b""

    def split(self, octets: bytes, header_octets: int) -> tuple[bytes, bytes, bytes]:
        """Return what the checksum covers in front, the header from its length on, and what may be enciphered."""
        if self.transport is Transport.CAT_TP:
            item = tlv.read_one(octets)
            front, body = octets[: len(octets) - len(item.value)], item.value
            is_whole = item.tag == self.tag
        else:
            front, body = octets[:2], octets[2:]
            is_whole = front == len(body).to_bytes(2, "big")
        if not is_whole or len(body) < header_octets + _COUNTER_OCTETS + 1:
            msg = "the lengths of a secured packet do not agree with its octets"
            raise DecodeError(msg)
        return self.covered + front, body[:header_octets], body[header_octets:]


@dataclass(frozen=True, slots=True)
class _Seal:
    """What is done to one packet, and with which keys."""

    ciphering: Ciphering | None
    checksum: Checksum | None
    keys: Scp80Keys

    @classmethod
    def of(cls, protection: int, keys: Scp80Keys) -> _Seal:
        """Return what the bits of an SPI ask for."""
        is_ciphered, kind = bool(protection & _CIPHERED), protection & _CHECKSUM
        if kind == _REDUNDANCY_CHECK | _CRYPTOGRAPHIC_CHECKSUM:
            msg = "digital signatures are not supported"
            raise DecodeError(msg)
        if is_ciphered and keys.ciphering is None:
            msg = "the packet is ciphered, and there is no key for it"
            raise DecodeError(msg)
        if kind and (
            keys.checksum is None or keys.checksum.is_keyed is not (kind == _CRYPTOGRAPHIC_CHECKSUM)
        ):
            msg = "the packet has a checksum of another kind than the key"
            raise DecodeError(msg)
        return cls(keys.ciphering if is_ciphered else None, keys.checksum if kind else None, keys)

    @property
    def checksum_octets(self) -> int:
        """Length of the checksum, 0 without one."""
        return self.checksum.octets if self.checksum else 0

    def wrap(self, frame: _Frame, header: bytes, counter: int, status: bytes, data: bytes) -> bytes:
        """Return the octets of a packet; the header comes without its length."""
        clear = _COUNTER_OCTETS + 1 + len(status) + self.checksum_octets
        padding = -(clear + len(data)) % (self.ciphering.block_octets if self.ciphering else 1)
        header = bytes((len(header) + clear,)) + header
        front = frame.front(len(header) + clear + len(data) + padding)
        fields = counter.to_bytes(_COUNTER_OCTETS, "big") + bytes((padding,)) + status
        padded = data + bytes(padding)
        checksum = self._compute(frame.covered + front + header + fields + padded)
        secured = fields + checksum + padded
        if self.ciphering:
            secured = self.ciphering.encipher(self.keys.kic, secured)
        return front + header + secured

    def unwrap(
        self, covered: bytes, header: bytes, secured: bytes, *, status_octets: int
    ) -> tuple[int, bytes, bytes]:
        """Return counter, status and data of a packet whose checksum holds."""
        clear = _COUNTER_OCTETS + 1 + status_octets
        end = clear + self.checksum_octets
        if header[0] != len(header) - 1 + end or len(secured) < end:
            msg = "the header of a secured packet has another length than its SPI asks for"
            raise DecodeError(msg)
        if self.ciphering:
            secured = self.ciphering.decipher(self.keys.kic, secured)
        fields, checksum, padded = secured[:clear], secured[clear:end], secured[end:]
        if not hmac.compare_digest(self._compute(covered + header + fields + padded), checksum):
            msg = "the checksum of the packet does not hold"
            raise VerificationError(msg)
        padding = fields[_COUNTER_OCTETS]
        if padding > len(padded):
            msg = "a secured packet counts more padding than it has data"
            raise DecodeError(msg)
        counter = int.from_bytes(fields[:_COUNTER_OCTETS], "big")
        return counter, fields[_COUNTER_OCTETS + 1 :], padded[: len(padded) - padding]

    def _compute(self, message: bytes) -> bytes:
        """Return the checksum over octets, nothing without one."""
        return self.checksum.compute(self.keys.kid, message) if self.checksum else b""
