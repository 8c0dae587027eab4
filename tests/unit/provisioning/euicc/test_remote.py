"""Secured packets that reach the chip in short messages, from ENVELOPE to what stands in GetProfilesInfo.

The packets are made here from the messages up, script and short message included: the operator's half of the package is
tested in tests/unit/provisioning/procedures.
"""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import OtaKeys
from openesim.messages.sgp22.es10c import ProfileInfoListRequest, ProfileInfoListResponse
from openesim.provisioning.euicc.state import Nvm
from openesim.provisioning.euicc.storage import decode_nvm, encode_nvm
from openesim.security.crypto.scp80 import (
    LARGEST_COUNTER,
    CommandPacket,
    PacketStatus,
    Scp80Keys,
    unwrap_response,
    wrap_command,
)
from openesim.security.crypto.scp80_algorithms import Checksum, Ciphering
from tests.unit.provisioning.euicc import laboratory as lab

KIC, KID = bytes(range(16)), bytes(range(16, 32))
KEYS = Scp80Keys(ciphering=Ciphering.AES_CBC, kic=KIC, checksum=Checksum.AES_CMAC64, kid=KID)
TAR = bytes.fromhex("B20100")
INSTALL = bytes.fromhex("80E62000 16 0000 10 A0000005591010FFFFFFFF8900000F00 000000".replace(" ", ""))
RENAME = bytes.fromhex("BF2A05 9203 4E6577".replace(" ", ""))
SECURE = bytes.fromhex("1619")
CLEAR = bytes(2)
NO_KEYS = Scp80Keys()
TAKEN = bytes.fromhex("AB07 800102 2302 9000".replace(" ", ""))


@cache
def package() -> bytes:
    """A package whose operator can reach it over the air."""
    return build_package(lab.subscription(ota=OtaKeys(kic=KIC, kid=KID, kik=KIC)))


def new_card() -> MemoryCard:
    """A chip whose enabled profile has keys for secured packets."""
    return MemoryCard(nvm())


@cache
def nvm() -> Nvm:
    """The memory of such a chip."""
    card = lab.new_card()
    lab.download(card, lab.contents(package=package()))
    lab.forget_notifications(card)
    card.execute(
        bytes.fromhex("BF31 11 A00C 5A0A".replace(" ", "")) + lab.ICCID.octets + bytes.fromhex("8101FF")
    )
    return card.nvm


def store_data(octets: bytes, p1: int = 0x90, p2: int = 0) -> bytes:
    return bytes((0x80, 0xE2, p1, p2, len(octets))) + octets


def expanded(*commands: bytes) -> bytes:
    return tlv.encode(0xAA, b"".join(tlv.encode(0x22, command) for command in commands))


def packet(script: bytes = b"", counter: int = 1, keys: Scp80Keys = KEYS, **changes: Any) -> bytes:
    script = script or expanded(INSTALL, store_data(RENAME))
    return wrap_command(replace(CommandPacket(SECURE, 0x12, 0x12, TAR, counter, script), **changes), keys)


def envelope(user_data: bytes, sender: str = "21436587") -> bytes:
    """ENVELOPE with an SMS-DELIVER from 12345678."""
    tpdu = bytes((0x44, 8, 0x91)) + bytes.fromhex(sender) + b"\x7f\xf6" + bytes(7)
    tpdu += bytes((len(user_data),)) + user_data
    event = tlv.encode(0xD1, bytes.fromhex("02028381") + tlv.encode(0x0B, tpdu))
    return bytes((0x80, 0xC2, 0, 0, len(event))) + event + b"\0"


def send(card: MemoryCard, secured: bytes) -> bytes:
    """Hand a packet over in one short message; the user data of the delivery report."""
    answer = card.transmit(envelope(b"\x02\x70\x00" + secured))
    assert answer[-2:] == b"\x90\x00", answer.hex()
    return answer[:-2]


def response(report: bytes, spi: bytes = SECURE, keys: Scp80Keys = KEYS) -> tuple[int, bytes]:
    """Status and script response of a delivery report."""
    assert report[:3] == bytes.fromhex("027100")
    answer = unwrap_response(report[3:], spi, keys)
    return answer.status, answer.data


def name(card: MemoryCard) -> str | None:
    """What GetProfilesInfo says."""
    answer = ProfileInfoListResponse.decode(card.execute(ProfileInfoListRequest().encode()))
    assert isinstance(answer, tuple)
    (info,) = answer
    return info.profile_name


def test_a_new_name_is_what_the_lpa_reads() -> None:
    card = new_card()
    assert name(card) == "Plan"
    assert response(send(card, packet())) == (PacketStatus.TAKEN, TAKEN)
    assert name(card) == "New"
    assert decode_nvm(encode_nvm(card.nvm)) == card.nvm


def test_the_compact_format_is_answered_in_kind() -> None:
    card = new_card()
    script = INSTALL + store_data(RENAME)
    assert response(send(card, packet(script))) == (PacketStatus.TAKEN, bytes.fromhex("029000"))
    assert name(card) == "New"


def test_a_packet_in_pieces_is_put_together_in_any_order() -> None:
    card = new_card()
    secured = packet(expanded(INSTALL, store_data(bytes.fromhex("BF2A42 9240") + b"n" * 64)))
    pieces = [
        b"\x07\x00\x03\x05\x03\x01\x70\x00" + secured[:60],
        b"\x05\x00\x03\x05\x03\x02" + secured[60:120],
        b"\x05\x00\x03\x05\x03\x03" + secured[120:],
    ]
    for piece in (pieces[2], pieces[0], pieces[0]):
        assert card.transmit(envelope(piece)) == b"\x90\x00"
    assert card.transmit(envelope(pieces[1], sender="99999999")) == b"\x90\x00", "a stranger's piece"
    for piece in (pieces[2], pieces[0]):
        assert card.transmit(envelope(piece)) == b"\x90\x00"
    answer = card.transmit(envelope(pieces[1]))
    assert response(answer[:-2]) == (PacketStatus.TAKEN, TAKEN)
    assert name(card) == "n" * 64


def test_a_packet_is_taken_once_even_after_a_power_cut() -> None:
    card = new_card()
    send(card, packet(counter=5))
    card = MemoryCard(decode_nvm(encode_nvm(card.nvm)))
    for counter in (5, 4, 0):
        assert response(send(card, packet(counter=counter))) == (PacketStatus.COUNTER_LOW, b"")
    assert response(send(card, packet(counter=6)))[0] == PacketStatus.TAKEN


def test_counters_can_run_out_and_be_asked_for_in_a_row() -> None:
    card = new_card()
    in_a_row = bytes.fromhex("1E19")
    assert response(send(card, packet(counter=2, spi=in_a_row)))[0] == PacketStatus.COUNTER_HIGH
    assert response(send(card, packet(counter=1, spi=in_a_row)))[0] == PacketStatus.TAKEN
    assert response(send(card, packet(counter=LARGEST_COUNTER)))[0] == PacketStatus.TAKEN
    assert response(send(card, packet(counter=LARGEST_COUNTER)))[0] == PacketStatus.COUNTER_BLOCKED


WRONG = replace(KEYS, kid=bytes(16))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"keys": WRONG}, PacketStatus.CHECKSUM_FAILED),
        ({"kic": 0x22, "kid": 0x22}, PacketStatus.UNIDENTIFIED_SECURITY_ERROR),
        ({"kic": 0x15, "kid": 0x12}, PacketStatus.UNIDENTIFIED_SECURITY_ERROR),
        ({"tar": bytes.fromhex("B00000")}, PacketStatus.TAR_UNKNOWN),
        ({"spi": bytes.fromhex("0001")}, PacketStatus.INSUFFICIENT_SECURITY),
        ({"spi": bytes.fromhex("1001"), "keys": NO_KEYS}, PacketStatus.INSUFFICIENT_SECURITY),
    ],
)
def test_a_packet_that_cannot_be_opened_changes_nothing_and_is_answered_in_the_clear(
    changes: dict[str, Any], status: PacketStatus
) -> None:
    card = new_card()
    before = card.nvm
    assert response(send(card, packet(**changes)), CLEAR, NO_KEYS) == (status, b"")
    assert card.nvm is before


def test_without_a_profile_nobody_is_addressed() -> None:
    status, _ = response(send(lab.new_card(), packet()), CLEAR, NO_KEYS)
    assert status == PacketStatus.TAR_UNKNOWN


def test_a_disabled_profile_cannot_be_reached() -> None:
    card = lab.new_card()
    lab.download(card, lab.contents(package=package()))
    assert response(send(card, packet()), CLEAR, NO_KEYS)[0] == PacketStatus.TAR_UNKNOWN
    assert name(card) == "Plan"


def test_nothing_is_said_unless_asked_for() -> None:
    card = new_card()
    assert send(card, packet(spi=bytes.fromhex("1618"))) == b""
    assert name(card) == "New"
    assert send(card, packet(spi=bytes.fromhex("1618"), keys=WRONG)) == b""
    only_on_error = bytes.fromhex("161A")
    assert send(card, packet(counter=2, spi=only_on_error)) == b""
    assert response(send(card, packet(counter=2, spi=only_on_error)), only_on_error)[0]


def test_a_response_that_cannot_be_sealed_as_asked_is_known_before_anything_is_done() -> None:
    card = new_card()
    report = send(card, packet(spi=bytes.fromhex("1605")))
    assert response(report, CLEAR, NO_KEYS) == (PacketStatus.UNIDENTIFIED_SECURITY_ERROR, b"")
    assert name(card) == "Plan"


def test_a_checksum_alone_is_enough_where_the_profile_asks_for_no_more() -> None:
    card = new_card()
    plain = bytes.fromhex("1209")
    report = send(card, packet(spi=plain, kic=0))
    assert response(report, plain) == (PacketStatus.TAKEN, TAKEN)


@pytest.mark.parametrize(
    "user_data", ["", "05", "0270", "02700001", "0500030203", "050003020300AA", "027000"]
)
def test_no_whole_message_is_wrong_data(user_data: str) -> None:
    card = new_card()
    before = card.nvm
    assert card.transmit(envelope(bytes.fromhex(user_data))) == b"\x6a\x80"
    assert card.nvm is before


@pytest.mark.parametrize("event", ["D100", "D1068B0444028100", "D1048B020402", "D1038B0144"])
def test_no_short_message_is_wrong_data(event: str) -> None:
    octets = bytes.fromhex(event)
    assert lab.new_card().transmit(bytes((0x80, 0xC2, 0, 0, len(octets))) + octets) == b"\x6a\x80"


def test_a_message_for_somebody_else_is_only_noted() -> None:
    card = new_card()
    assert card.transmit(envelope(bytes.fromhex("03240101") + b"text")) == b"\x90\x00"


def test_an_answer_without_le_waits_for_get_response() -> None:
    card = new_card()
    answer = card.transmit(envelope(b"\x02\x70\x00" + packet())[:-1])
    assert answer[0] == 0x61
    report = card.transmit(bytes((0x00, 0xC0, 0, 0, answer[1])))
    assert response(report[:-2]) == (PacketStatus.TAKEN, TAKEN)
