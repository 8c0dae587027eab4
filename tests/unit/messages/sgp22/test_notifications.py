"""Notifications: exact octets of results and events, both arms told apart, loose forms of the field kept."""

from __future__ import annotations

import pytest

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Oid, TransactionId
from openesim.messages.sgp22.notifications import (
    BppCommandId,
    ErrorReason,
    ErrorResult,
    FinalResult,
    NotificationMetadata,
    OtherSignedNotification,
    PendingNotification,
    ProfileInstallationResult,
    ProfileInstallationResultData,
    SuccessResult,
)
from openesim.messages.sgp22.types import NotificationEvent

METADATA = NotificationMetadata(
    seq_number=1,
    profile_management_operation=NotificationEvent(NotificationEvent.INSTALL),
    notification_address="a.b",
    iccid=Iccid.parse("89000123456789012341"),
)
METADATA_OCTETS = "bf2f18" + "800101" + "81020780" + "0c03612e62" + "5a0a98001032547698103214"
SIGNATURE = "5f3740" + "00" * 64


@pytest.mark.parametrize(
    ("event", "octets"),
    [
        (NotificationEvent.INSTALL, "81020780"),
        (NotificationEvent.ENABLE, "81020640"),
        (NotificationEvent.DISABLE, "81020520"),
        (NotificationEvent.DELETE, "81020410"),
    ],
)
def test_an_event_is_one_bit(event: int, octets: str) -> None:
    metadata = NotificationMetadata(
        seq_number=128, profile_management_operation=NotificationEvent(event), notification_address=""
    )
    assert metadata.encode().hex() == "bf2f0a" + "80020080" + octets + "0c00"
    assert NotificationMetadata.decode(metadata.encode()) == metadata


def test_metadata_have_the_octets_of_the_standard() -> None:
    assert METADATA.encode().hex() == METADATA_OCTETS
    assert NotificationMetadata.decode(bytes.fromhex(METADATA_OCTETS)) == METADATA


@pytest.mark.parametrize(
    ("result", "octets"),
    [
        (SuccessResult(aid=bytes(5), sima_response=b"\x30\x00"), "a00b" + "4f050000000000" + "04023000"),
        (
            ErrorResult(
                bpp_command_id=BppCommandId.LOAD_PROFILE_ELEMENTS,
                error_reason=ErrorReason.INSTALL_FAILED_DUE_TO_INTERRUPTION,
            ),
            "a106" + "800105" + "81010b",
        ),
        (
            ErrorResult(bpp_command_id=0, error_reason=99, sima_response=b"x"),
            "a109" + "800100" + "810163" + "820178",
        ),
    ],
)
def test_success_and_error_carry_the_interpreters_answer_under_different_tags(
    result: SuccessResult | ErrorResult, octets: str
) -> None:
    assert FinalResult.encode(result).hex() == octets
    assert FinalResult.decode(bytes.fromhex(octets)) == result


def test_an_installation_result_has_the_octets_of_the_standard() -> None:
    data = ProfileInstallationResultData(
        transaction_id=TransactionId(b"\x01"),
        notification_metadata=METADATA,
        smdp_oid=Oid.parse("2.999.10"),
        final_result=SuccessResult(aid=bytes(5), sima_response=b""),
    )
    result = ProfileInstallationResult(
        profile_installation_result_data=ProfileInstallationResultData.signed(data), euicc_sign_pir=bytes(64)
    )
    octets = (
        "bf2730" + "800101" + METADATA_OCTETS + "060388370a" + "a20b" + "a009" + "4f050000000000" + "0400"
    )
    assert PendingNotification.encode(result).hex() == "bf3776" + octets + SIGNATURE
    decoded = PendingNotification.decode(PendingNotification.encode(result))
    assert decoded == result
    assert isinstance(decoded, ProfileInstallationResult)
    assert decoded.profile_installation_result_data.octets.hex() == octets


def test_another_notification_is_told_by_its_tag() -> None:
    notification = OtherSignedNotification(
        tbs_other_notification=NotificationMetadata.signed(METADATA),
        euicc_notification_signature=bytes(64),
        euicc_certificate=b"\x30\x01\x00",
        eum_certificate=b"\x30\x00",
    )
    octets = tlv.encode(0x30, bytes.fromhex(METADATA_OCTETS + SIGNATURE + "300100" + "3000"))
    assert PendingNotification.encode(notification) == octets
    assert PendingNotification.decode(octets) == notification


@pytest.mark.parametrize("octets", ["a000", "bf3d00", "bf2f00", "3100"])
def test_what_is_neither_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError, match="where BF37 or 30 is expected at octet 0"):
        PendingNotification.decode(bytes.fromhex(octets))


def test_a_result_of_neither_kind_is_refused_by_its_path() -> None:
    data = "bf2727" + "800101" + METADATA_OCTETS + "060388370a" + "a202" + "a200"
    with pytest.raises(DecodeError) as refusal:
        ProfileInstallationResult.decode(bytes.fromhex("bf376d" + data + SIGNATURE))
    assert str(refusal.value) == (
        "profile_installation_result_data.final_result: unexpected content with tag A2 at octet 43"
    )
