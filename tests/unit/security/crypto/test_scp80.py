"""Secured packets: every protection both ways, and what is refused (figures are in tests/vectors)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.crypto.scp80 import (
    LARGEST_COUNTER,
    CommandPacket,
    ResponsePacket,
    Scp80Keys,
    Transport,
    unwrap_command,
    unwrap_response,
    verify_counter,
    wrap_command,
    wrap_response,
)
from openesim.security.crypto.scp80_algorithms import Checksum, Ciphering

KEY = bytes(range(16))
AES = Scp80Keys(ciphering=Ciphering.AES_CBC, kic=KEY, checksum=Checksum.AES_CMAC64, kid=KEY[::-1])
CIPHERED_CC = bytes.fromhex("1639")
PLAIN = bytes(2)
COMMAND = CommandPacket(CIPHERED_CC, 0x12, 0x12, bytes.fromhex("b00011"), 7, bytes.fromhex("00a40004023f00"))
RESPONSE = ResponsePacket(bytes.fromhex("b00011"), 7, 0, bytes.fromhex("019000"))

transports = pytest.mark.parametrize("transport", list(Transport))


@transports
@pytest.mark.parametrize("checksum", [None, *Checksum])
@pytest.mark.parametrize("ciphering", [None, *Ciphering])
def test_every_protection_comes_back_with_data_of_any_length(
    ciphering: Ciphering | None, checksum: Checksum | None, transport: Transport
) -> None:
    kind = 0 if checksum is None else 2 if checksum.is_keyed else 1
    protection = kind | (4 if ciphering else 0)
    spi = bytes((protection, protection << 2))
    kic = bytes(range(ciphering.key_octets[-1])) if ciphering else b""
    kid = bytes(range(checksum.key_octets[-1])) if checksum and checksum.is_keyed else b""
    keys = Scp80Keys(ciphering=ciphering, kic=kic, checksum=checksum, kid=kid)
    for octets in range(40):
        command = replace(COMMAND, spi=spi, data=bytes(octets))
        assert unwrap_command(wrap_command(command, keys, transport), keys, transport) == command
        response = replace(RESPONSE, data=bytes(octets))
        assert (
            unwrap_response(wrap_response(response, spi, keys, transport), spi, keys, transport) == response
        )


@transports
def test_any_changed_octet_of_a_command_is_noticed(transport: Transport) -> None:
    packet = wrap_command(COMMAND, AES, transport)
    for at in range(len(packet)):
        changed = packet[:at] + bytes((packet[at] ^ 0x40,)) + packet[at + 1 :]
        with pytest.raises((DecodeError, VerificationError)):
            unwrap_command(changed, AES, transport)


def test_any_changed_octet_of_a_response_is_noticed() -> None:
    packet = wrap_response(RESPONSE, CIPHERED_CC, AES)
    for at in range(len(packet)):
        changed = packet[:at] + bytes((packet[at] ^ 0x40,)) + packet[at + 1 :]
        with pytest.raises((DecodeError, VerificationError)):
            unwrap_response(changed, CIPHERED_CC, AES)


@transports
def test_a_packet_cut_short_or_with_octets_behind_is_refused(transport: Transport) -> None:
    packet = wrap_command(COMMAND, AES, transport)
    for octets in [packet[:length] for length in range(len(packet))] + [packet + b"\0"]:
        with pytest.raises(DecodeError):
            unwrap_command(octets, AES, transport)


def test_a_response_is_not_read_as_a_command_of_cat_tp() -> None:
    packet = wrap_response(RESPONSE, PLAIN, AES, Transport.CAT_TP)
    with pytest.raises(DecodeError):
        unwrap_command(packet, AES, Transport.CAT_TP)


def test_the_wrong_key_is_noticed() -> None:
    packet = wrap_command(COMMAND, AES)
    with pytest.raises(VerificationError, match="checksum"):
        unwrap_command(packet, replace(AES, kid=KEY))
    with pytest.raises(VerificationError, match="checksum"):
        unwrap_command(packet, replace(AES, kic=KEY[::-1]))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (replace(AES, ciphering=None), "no key"),
        (replace(AES, checksum=None), "another kind"),
        (replace(AES, checksum=Checksum.CRC32), "another kind"),
        (replace(AES, kic=KEY[1:]), "16 or 24 or 32"),
        (replace(AES, kid=KEY[1:]), "16 or 24 or 32"),
    ],
)
def test_a_protection_without_a_fitting_key_is_refused_both_ways(keys: Scp80Keys, said: str) -> None:
    packet = wrap_command(COMMAND, AES)
    with pytest.raises(DecodeError, match=said):
        unwrap_command(packet, keys)
    with pytest.raises(DecodeError, match=said):
        wrap_command(COMMAND, keys)


def test_digital_signatures_are_refused() -> None:
    with pytest.raises(DecodeError, match="signatures"):
        wrap_command(replace(COMMAND, spi=b"\x03\x00"), AES)


def test_a_header_shorter_than_its_spi_asks_for_is_refused() -> None:
    shorter = wrap_command(COMMAND, replace(AES, checksum=Checksum.AES_CMAC32))
    with pytest.raises(DecodeError, match="another length"):
        unwrap_command(shorter, AES)


def test_more_padding_than_data_is_refused() -> None:
    packet = bytearray(wrap_command(replace(COMMAND, spi=PLAIN, data=b"ab"), AES))
    packet[15] = 3
    with pytest.raises(DecodeError, match="padding"):
        unwrap_command(bytes(packet), AES)


@pytest.mark.parametrize(
    "change",
    [
        {"spi": b"\0"},
        {"spi": bytes(3)},
        {"kic": 256},
        {"kid": -1},
        {"tar": bytes(2)},
        {"counter": -1},
        {"counter": LARGEST_COUNTER + 1},
    ],
)
def test_a_command_without_octets_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(DecodeError):
        replace(COMMAND, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"tar": b""}, {"status": 256}, {"counter": LARGEST_COUNTER + 1}])
def test_a_response_without_octets_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(DecodeError):
        replace(RESPONSE, **change)  # type: ignore[arg-type]


def test_a_response_needs_a_whole_spi() -> None:
    for spi in (b"", b"\0", bytes(3)):
        with pytest.raises(DecodeError):
            wrap_response(RESPONSE, spi, AES)


def test_more_data_than_the_length_can_say_is_refused() -> None:
    with pytest.raises(DecodeError, match="65535"):
        wrap_command(replace(COMMAND, data=bytes(65536)), AES)


@pytest.mark.parametrize(
    ("mode", "counter", "last", "remembered"),
    [
        (0, 3, 9, 9),
        (1, 3, 9, 9),
        (2, 10, 9, 10),
        (2, 99, 9, 99),
        (2, 9, 9, None),
        (2, 8, 9, None),
        (3, 10, 9, 10),
        (3, 11, 9, None),
        (3, 9, 9, None),
        (2, LARGEST_COUNTER, LARGEST_COUNTER, None),
    ],
)
def test_the_spi_says_what_is_asked_of_the_counter(
    mode: int, counter: int, last: int, remembered: int | None
) -> None:
    spi = bytes((mode << 3, 0))
    if remembered is None:
        with pytest.raises(VerificationError, match="not fresh"):
            verify_counter(spi, counter, last)
    else:
        assert verify_counter(spi, counter, last) == remembered


def test_a_counter_is_not_judged_without_a_whole_spi() -> None:
    with pytest.raises(DecodeError):
        verify_counter(b"", 1, 0)


def test_keys_are_not_printed() -> None:
    assert KEY.hex() not in repr(AES)
    assert repr(KEY) not in repr(AES)
