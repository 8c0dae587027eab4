"""Secured packets (SCP80) that reach the chip in short messages: opened for the security domain of the profile in use.

Only the card that the terminal works with is reached: that of the enabled profile. What cannot be opened is answered in the
clear, since a response sealed for whoever asks would be a gift to people who look for keys; it changes nothing.

Source: ETSI TS 102 225 §5; ETSI TS 102 226 §5; 3GPP TS 31.115 §4; 3GPP TS 31.111 §7.1.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.messages.saip.scp80_domain import Scp80Domain, find_scp80_domain
from openesim.provisioning.euicc import profiles
from openesim.provisioning.euicc.card import profile_of_card
from openesim.provisioning.euicc.es6 import carry_out
from openesim.provisioning.euicc.state import Euicc, Profile
from openesim.provisioning.procedures.command_script import decode_script, encode_answers
from openesim.provisioning.procedures.short_message import collect, read_envelope_data
from openesim.provisioning.uicc.status_words import StatusWord, refused
from openesim.security.crypto.scp80 import (
    LARGEST_COUNTER,
    RESPONSE_USER_DATA_HEADER,
    CommandPacket,
    PacketStatus,
    ResponsePacket,
    Scp80Keys,
    unwrap_command,
    verify_counter,
    wrap_response,
)

_SPI, _KIC, _KID, _TAR, _SHORTEST = slice(3, 5), 5, 6, slice(7, 10), 10
_IN_THE_CLEAR = bytes(2)
_CIPHERED, _CHECKSUM, _KEYED_CHECKSUM, _COUNTER = 0x04, 0x03, 0x02, 0x18
_WANTED, _ALWAYS, _ON_ERROR = 0x03, 0x01, 0x02


class _NotOpenedError(Exception):
    """A packet that cannot be opened; becomes the status of a response."""

    def __init__(self, status: PacketStatus) -> None:
        """Keep the status."""
        super().__init__(status.name)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Opened:
    """A packet whose sender has the keys."""

    profile: Profile
    packet: CommandPacket
    keys: Scp80Keys

    def respond(self, status: PacketStatus, data: bytes = b"") -> bytes:
        """Return the user data of the response, protected as asked for; empty: none is wanted."""
        wanted = self.packet.spi[1] & _WANTED
        if wanted != _ALWAYS and not (wanted == _ON_ERROR and status):
            return b""
        packet = ResponsePacket(self.packet.tar, self.packet.counter, status, data)
        return RESPONSE_USER_DATA_HEADER + wrap_response(packet, self.packet.spi, self.keys)


def download(euicc: Euicc, event: bytes) -> tuple[Euicc, bytes]:
    """Take a short message, or a piece of one, that a terminal hands on.

    Args:
        euicc: the chip before.
        event: SMS-PP download, tag D1.

    Returns:
        The chip after, and the user data of the delivery report; empty where nothing is to be said.

    Raises:
        CardError: no whole short message in it (6A80).

    Source: 3GPP TS 31.111 §7.1.1; 3GPP TS 31.115 §4.
    """
    try:
        message = read_envelope_data(event)
    except DecodeError as error:
        raise refused(StatusWord.INCORRECT_DATA, str(error)) from None
    if message is None:
        return euicc, b""
    pieces, packet = collect(euicc.ram.pieces, message)
    if pieces is not euicc.ram.pieces:
        euicc = Euicc(euicc.nvm, replace(euicc.ram, pieces=pieces))
    if packet is None:
        return euicc, b""
    if len(packet) < _SHORTEST:
        raise refused(StatusWord.INCORRECT_DATA, "the short message holds no secured packet")
    return receive(euicc, packet)


def receive(euicc: Euicc, packet: bytes) -> tuple[Euicc, bytes]:
    """Open a secured packet and carry out the script in it.

    Args:
        euicc: the chip before.
        packet: command packet from its length on, at least 10 octets.

    Returns:
        The chip after, and the user data of the response; empty where none is wanted.

    Source: ETSI TS 102 225 §5.1; ETSI TS 102 226 §5.2.
    """
    euicc, profile = profile_of_card(euicc)
    try:
        opened = _open(profile, packet)
    except _NotOpenedError as error:
        return euicc, _in_the_clear(packet, error.status)
    status, last = _judge_counter(opened)
    if status:
        return euicc, opened.respond(status)
    # The counter counts even if every command is refused: a packet is taken once.
    version = opened.packet.kid >> 4
    memory = opened.profile.card_memory
    counted = replace(opened.profile, card_memory=memory.with_counter(version, last))
    script = decode_script(opened.packet.data)
    nvm, executed, data, word = carry_out(profiles.put(euicc.nvm, counted), counted, script)
    answers = encode_answers(script, executed, data, word)
    return euicc.with_nvm(nvm), opened.respond(PacketStatus.TAKEN, answers)


def _open(profile: Profile | None, octets: bytes) -> _Opened:
    """Open a packet.

    Raises:
        _NotOpenedError: nobody is addressed, too little protection, no key, or a checksum that does not hold.

    Source: ETSI TS 102 225 §5.1, §5.2.
    """
    domain = None if profile is None else find_scp80_domain(profile.package)
    if profile is None or domain is None or octets[_TAR] not in domain.tars:
        raise _NotOpenedError(PacketStatus.TAR_UNKNOWN)
    if not _is_enough(octets[_SPI][0], domain):
        raise _NotOpenedError(PacketStatus.INSUFFICIENT_SECURITY)
    try:
        is_ciphered = bool(octets[_SPI][0] & _CIPHERED)
        keys = domain.keys_for(octets[_KIC], octets[_KID], is_ciphered=is_ciphered)
        opened = _Opened(profile, unwrap_command(octets, keys), keys)
        opened.respond(PacketStatus.TAKEN)  # what cannot be answered as asked is not begun
    except VerificationError:
        raise _NotOpenedError(PacketStatus.CHECKSUM_FAILED) from None
    except DecodeError:
        raise _NotOpenedError(PacketStatus.UNIDENTIFIED_SECURITY_ERROR) from None
    return opened


def _is_enough(protection: int, domain: Scp80Domain) -> bool:
    """Tell whether a packet is protected as the profile asks, and by a checksum that needs a key in any case.

    Source: ETSI TS 102 226 §8.2.1.3.2.4 (minimum security level).
    """
    least = domain.minimum_spi1
    return (
        protection & _CHECKSUM >= max(least & _CHECKSUM, _KEYED_CHECKSUM)
        and protection & _CIPHERED >= least & _CIPHERED
        and protection & _COUNTER >= least & _COUNTER
    )


def _judge_counter(opened: _Opened) -> tuple[PacketStatus, int]:
    """Return whether the counter of a packet is fresh, and which one is remembered from now on.

    Source: ETSI TS 102 225 §5.1.4.
    """
    packet = opened.packet
    last = opened.profile.card_memory.counters.get(packet.kid >> 4, 0)
    try:
        return PacketStatus.TAKEN, verify_counter(packet.spi, packet.counter, last)
    except VerificationError:
        if last == LARGEST_COUNTER:
            return PacketStatus.COUNTER_BLOCKED, last
        return PacketStatus.COUNTER_HIGH if packet.counter > last else PacketStatus.COUNTER_LOW, last


def _in_the_clear(octets: bytes, status: PacketStatus) -> bytes:
    """Return the user data of a response without protection, if one is wanted in case of an error."""
    if not octets[_SPI][1] & _WANTED:
        return b""
    packet = ResponsePacket(octets[_TAR], 0, status, b"")
    return RESPONSE_USER_DATA_HEADER + wrap_response(packet, _IN_THE_CLEAR, Scp80Keys())
