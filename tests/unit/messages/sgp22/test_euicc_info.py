"""What a chip says of itself: exact octets, capabilities by their bits, memory."""

from __future__ import annotations

from dataclasses import fields

import pytest

from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.euicc_info import (
    DeviceCapabilities,
    DeviceInfo,
    EuiccCategory,
    EuiccInfo1,
    EuiccInfo2,
    RspCapability,
    UiccCapability,
    free_non_volatile_memory,
)

KEY = bytes.fromhex("f54172bdf98a95d65cbeb88a38a1c11d800a85c3")
INFO1 = "bf2035" + "8203020500" + "a916" + "0414" + KEY.hex() + "aa16" + "0414" + KEY.hex()
INFO2_PARTS = [
    "8103020301",
    "8203020500",
    "8303010203",
    "840d" + "810100" + "82040004ffff" + "83022000",
    "8503" + "044f10",
    "8603090200",
    "8703020300",
    "8802" + "0490",
    "a900",
    "aa00",
    "8b0102",
    "99020640",
    "0403010000",
    "0c07" + b"XX-SAS1".hex(),
    "ac08" + "80026162" + "81026364",
]


def info2(parts: list[str]) -> bytes:
    """Return the octets of an EUICCInfo2 of these components."""
    content = bytes.fromhex("".join(parts))
    return bytes.fromhex("bf22") + bytes([len(content)]) + content


def test_euicc_info1_has_the_octets_of_the_standard() -> None:
    info = EuiccInfo1(
        svn=b"\x02\x05\x00", euicc_ci_pkid_list_for_verification=(KEY,), euicc_ci_pkid_list_for_signing=(KEY,)
    )
    assert info.encode().hex() == INFO1
    assert EuiccInfo1.decode(bytes.fromhex(INFO1)) == info


def test_euicc_info2_has_the_octets_of_the_standard() -> None:
    info = EuiccInfo2.decode(info2(INFO2_PARTS))
    assert info.encode() == info2(INFO2_PARTS)
    assert info.svn == b"\x02\x05\x00"
    assert info.uicc_capability.set_names == [
        "usim_support",
        "aka_milenage",
        "aka_cave",
        "aka_tuak128",
        "aka_tuak256",
        "gba_authen_isim",
    ]
    assert info.rsp_capability.set_names == ["additional_profile", "test_profile_support"]
    assert info.euicc_category is EuiccCategory.MEDIUM_EUICC
    assert info.forbidden_profile_policy_rules is not None
    assert info.forbidden_profile_policy_rules.set_names == ["ppr1_disable_not_allowed"]
    assert info.sas_acreditation_number == "XX-SAS1"
    assert info.certification_data_object is not None
    assert info.certification_data_object.discovery_base_url == "cd"
    assert free_non_volatile_memory(info.ext_card_resource) == 0x4FFFF


def test_a_chip_of_version_three_is_read_with_what_version_two_knows() -> None:
    newer = [*INFO2_PARTS, "8d0100", "af00", "900100", "b102" + "0400", "9303030100"]
    assert EuiccInfo2.decode(info2(newer)) == EuiccInfo2.decode(info2(INFO2_PARTS))
    with_lowest = "bf2038" + INFO1[6:16] + "880100" + INFO1[16:]
    assert EuiccInfo1.decode(bytes.fromhex(with_lowest)) == EuiccInfo1.decode(bytes.fromhex(INFO1))


def test_a_chip_without_optional_components_is_read() -> None:
    shorter = [part for part in INFO2_PARTS if part[:2] not in {"86", "87", "8b", "99", "ac"}]
    info = EuiccInfo2.decode(info2(shorter))
    assert info.encode() == info2(shorter)
    assert (info.euicc_category, info.ts102241_version, info.certification_data_object) == (None, None, None)


@pytest.mark.parametrize("tag", ["81", "82", "83", "84", "85", "88", "a9", "aa", "04", "0c"])
def test_a_chip_without_a_mandatory_component_is_refused(tag: str) -> None:
    with pytest.raises(DecodeError, match="mandatory component is missing"):
        EuiccInfo2.decode(info2([part for part in INFO2_PARTS if part[:2] != tag]))


def test_a_version_of_two_octets_is_refused_where_it_stands() -> None:
    with pytest.raises(DecodeError, match=r"^svn: must have 3 octets, has 2 at octet 8$"):
        EuiccInfo2.decode(info2([INFO2_PARTS[0], "82020205", *INFO2_PARTS[2:]]))


def test_capabilities_have_the_bits_of_the_standard() -> None:
    assert UiccCapability.names()["AKA_MILENAGE"] == 1 << 4
    assert UiccCapability.names()["JAVACARD"] == 1 << 14
    assert UiccCapability.names()["SUCI_CALCULATOR_API"] == 1 << 25
    assert UiccCapability.names()["IOT_MINIMAL"] == 1 << 31
    assert RspCapability.names()["DEVICE_INFO_EXTENSIBILITY_SUPPORT"] == 1 << 4


def test_a_device_may_tell_nothing_but_its_type() -> None:
    device = DeviceInfo(tac=bytes.fromhex("35290611"), device_capabilities=DeviceCapabilities())
    assert device.encode().hex() == "3008" + "800435290611" + "a100"
    assert DeviceInfo.decode(device.encode()) == device


def test_the_capabilities_of_a_device_stand_in_the_order_of_the_standard() -> None:
    names = [field.name for field in fields(DeviceCapabilities)]
    present = DeviceCapabilities(**{name: bytes([number, 0, 0]) for number, name in enumerate(names)})
    octets = present.encode()
    assert octets[2::5].hex() == "808182838485868788898a"
    assert [octets[at] for at in range(4, len(octets), 5)] == list(range(11))


@pytest.mark.parametrize(
    ("resource", "free"),
    [
        ("810100" + "82040004ffff" + "83022000", 0x4FFFF),
        ("8203010000", 0x10000),
        ("8200", 0),
        ("810100" + "83022000", None),
        ("", None),
        ("8204", None),
        ("00", None),
    ],
)
def test_free_memory_is_told_or_not(resource: str, free: int | None) -> None:
    assert free_non_volatile_memory(bytes.fromhex(resource)) == free
