"""Profile metadata: exact octets, the default class, what an older or a newer peer leaves in or out."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Oid
from openesim.messages.sgp22.metadata import (
    ArDo,
    DpProprietaryData,
    IconType,
    NotificationConfigurationInformation,
    ProfileClass,
    ProfileInfo,
    ProfileState,
    RefArDo,
    RefDo,
    StoreMetadataRequest,
    UpdateMetadataRequest,
)
from openesim.messages.sgp22.types import NotificationEvent, OperatorId, PprIds

ICCID = Iccid.parse("89000123456789012341")
NAMES = "5a0a98001032547698103214" + "910141" + "920142"


def test_metadata_of_an_operational_profile_leave_the_class_out() -> None:
    metadata = StoreMetadataRequest(iccid=ICCID, service_provider_name="A", profile_name="B")
    assert metadata.encode().hex() == "bf2512" + NAMES
    decoded = StoreMetadataRequest.decode(bytes.fromhex("bf2512" + NAMES))
    assert decoded == metadata
    assert decoded.profile_class is ProfileClass.OPERATIONAL


def test_metadata_have_the_octets_of_the_standard() -> None:
    metadata = StoreMetadataRequest(
        iccid=ICCID,
        service_provider_name="A",
        profile_name="B",
        icon_type=IconType.PNG,
        icon=b"\x89P",
        profile_class=ProfileClass.TEST,
        notification_configuration_info=(
            NotificationConfigurationInformation(
                profile_management_operation=NotificationEvent(0b1001), notification_address="a.b"
            ),
        ),
        profile_owner=OperatorId(mcc_mnc=b"\x26\xf3\x10"),
        profile_policy_rules=PprIds(0b110),
    )
    octets = (
        NAMES
        + "930101"
        + "94028950"
        + "950100"
        + "b60b"
        + "3009"
        + "80020490"
        + "8103"
        + "612e62"
        + "b705"
        + "800326f310"
        + "99020560"
    )
    assert metadata.encode().hex() == f"bf25{len(octets) // 2:02x}{octets}"
    assert StoreMetadataRequest.decode(metadata.encode()) == metadata


def test_metadata_of_version_three_are_read_with_what_version_two_knows() -> None:
    newer = NAMES + "bf22028000" + "9902" + "0640"
    decoded = StoreMetadataRequest.decode(bytes.fromhex(f"bf25{len(newer) // 2:02x}{newer}"))
    assert decoded.profile_policy_rules == PprIds.PPR1_DISABLE_NOT_ALLOWED


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (NAMES[:24] + "920142", "service_provider_name: mandatory component is missing at octet 0"),
        (NAMES[:24] + "9121" + "41" * 33, "service_provider_name: must have 0 to 32 characters, has 33"),
        (NAMES[:30] + "9241" + "41" * 65, "profile_name: must have 0 to 64 characters, has 65"),
        (NAMES + "94820401" + "00" * 1025, "icon: must have 0 to 1024 octets, has 1025 at octet 23"),
        (NAMES + "b6023000", "0.profile_management_operation: mandatory component is missing"),
        (
            "5a0a" + "98001032547698103a14" + NAMES[24:],
            "iccid: ICCID must consist of decimal digits at octet 3",
        ),
    ],
)
def test_metadata_out_of_bounds_are_refused(content: str, text: str) -> None:
    length = len(content) // 2
    head = f"bf25{length:02x}" if length < 128 else f"bf2582{length:04x}"
    with pytest.raises(DecodeError) as refusal:
        StoreMetadataRequest.decode(bytes.fromhex(head + content))
    assert text in str(refusal.value)


def test_thirty_two_characters_may_be_more_octets() -> None:
    metadata = StoreMetadataRequest(iccid=ICCID, service_provider_name="移" * 32, profile_name="動" * 64)
    assert StoreMetadataRequest.decode(metadata.encode()) == metadata


def test_an_update_holds_only_what_changes() -> None:
    assert UpdateMetadataRequest().encode().hex() == "bf2a00"
    assert UpdateMetadataRequest(profile_name="B").encode().hex() == "bf2a03920142"
    assert UpdateMetadataRequest.decode(bytes.fromhex("bf2a0499020780")).profile_policy_rules == 1


def test_a_listed_profile_may_tell_everything_or_nothing() -> None:
    nothing = ProfileInfo.decode(b"\xe3\x00")
    assert nothing == ProfileInfo()
    full = ProfileInfo(
        iccid=ICCID,
        isdp_aid=bytes.fromhex("a0000005591010ffffffff8900001000"),
        profile_state=ProfileState.ENABLED,
        profile_nickname="",
        dp_proprietary_data=DpProprietaryData(dp_oid=Oid.parse("2.999.10")),
        ref_ar_do=(
            RefArDo(
                ref_do=RefDo(device_app_id_ref_do=bytes(20), pkg_ref_do=b"p"), ar_do=ArDo(perm_ar_do=bytes(8))
            ),
        ),
    )
    rule = "e227" + "e119" + "c114" + "00" * 20 + "ca0170" + "e30a" + "db08" + "00" * 8
    content = (
        NAMES[:24]
        + "4f10a0000005591010ffffffff8900001000"
        + "9f700101"
        + "9000"
        + "b805"
        + "800388370a"
        + f"bf76{len(rule) // 2:02x}"
        + rule
    )
    assert full.encode().hex() == f"e3{len(content) // 2:02x}{content}"
    assert ProfileInfo.decode(full.encode()) == full
