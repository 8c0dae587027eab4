"""The operator's half of UpdateMetadata: against the octets of the card's standard, not against our chip."""

from dataclasses import replace

import pytest

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import OtaKeys
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.sgp22.metadata import IconType, UpdateMetadataRequest
from openesim.messages.sgp22.types import PprIds
from openesim.provisioning.procedures.remote_metadata import SPI, RemoteAnswer, build_update, read_answer
from openesim.security.crypto.scp80 import ResponsePacket, Scp80Keys, unwrap_command, wrap_response
from openesim.security.crypto.scp80_algorithms import Checksum, Ciphering
from tests.unit.provisioning.euicc import laboratory as lab

KIC, KID = bytes(range(16)), bytes(range(16, 32))
NEW_NAME = UpdateMetadataRequest(profile_name="New")
AES = Scp80Keys(ciphering=Ciphering.AES_CBC, kic=KIC, checksum=Checksum.AES_CMAC64, kid=KID)
DES = Scp80Keys(ciphering=Ciphering.TRIPLE_DES_CBC, kic=KIC, checksum=Checksum.TRIPLE_DES_CBC, kid=KID)
SCRIPT = "AA2C221B80E6200016000010A0000005591010FFFFFFFF8900000F00000000220D80E2900008BF2A0592034E6577"


def package(key_type: int = 0x88) -> Package:
    keys = OtaKeys(kic=KIC, kid=KID, kik=KIC, version=2, key_type=key_type)
    return decode_package(build_package(lab.subscription(ota=keys)))


@pytest.mark.parametrize(("key_type", "octet", "keys"), [(0x88, 0x22, AES), (0x80, 0x25, DES)])
def test_the_packet_is_sealed_with_the_profiles_keys(key_type: int, octet: int, keys: Scp80Keys) -> None:
    packet = unwrap_command(build_update(package(key_type), NEW_NAME, 77), keys)
    assert (packet.spi, packet.kic, packet.kid, packet.counter) == (SPI, octet, octet, 77)
    assert packet.tar == bytes.fromhex("B20100")
    assert packet.data.hex().upper() == SCRIPT


def sealed(status: int, data: str, spi: bytes = SPI, keys: Scp80Keys = AES) -> bytes:
    """A delivery report."""
    answer = ResponsePacket(bytes.fromhex("B20100"), 1, status, bytes.fromhex(data))
    return bytes.fromhex("027100") + wrap_response(answer, spi, keys)


def test_the_cards_answer_is_read() -> None:
    refused = read_answer(package(), sealed(0, "AB0780010223026A80"))
    assert refused == RemoteAnswer(0, 0x6A80, is_proven=True)
    assert read_answer(package(), sealed(2, "")) == RemoteAnswer(2, 0, is_proven=True)


def test_anybody_may_say_that_a_packet_was_not_taken_but_not_that_it_was() -> None:
    assert read_answer(package(), sealed(9, "", bytes(2), Scp80Keys())) == RemoteAnswer(9, 0, is_proven=False)
    for report in (
        sealed(0, "AB078001022302 9000", bytes(2), Scp80Keys()),
        sealed(0, "", bytes(2), Scp80Keys()),
        sealed(0, "AB078001022302 9000", keys=replace(AES, kid=bytes(16))),
    ):
        with pytest.raises(VerificationError):
            read_answer(package(), report)


@pytest.mark.parametrize("report", ["", "0271", "027000", "027100", "02710000010A"])
def test_no_response_packet_is_refused(report: str) -> None:
    with pytest.raises(DecodeError):
        read_answer(package(), bytes.fromhex(report))


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (UpdateMetadataRequest(), "nothing"),
        (UpdateMetadataRequest(icon=b"alone"), "type"),
        (UpdateMetadataRequest(icon_type=IconType.PNG), "icon"),
        (UpdateMetadataRequest(profile_policy_rules=PprIds(PprIds.PPR_UPDATE_CONTROL)), "policy rules"),
    ],
)
def test_what_no_card_could_take_is_not_sent(request_: UpdateMetadataRequest, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        build_update(package(), request_, 1)


def test_a_profile_without_keys_cannot_be_reached() -> None:
    with pytest.raises(DecodeError, match="reach"):
        build_update(decode_package(lab.package()), NEW_NAME, 1)
