"""A description that no card or network would take is refused, and the field is named."""

from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Imsi
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.description import Description, FifthGeneration, verify_description
from openesim.messages.saip.suci_information import HomeNetworkKey, SchemeChoice, SuciInformation


def test_a_good_description_is_given_back(description: Description) -> None:
    assert verify_description(description) is description


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("operator_name", ""),
        ("operator_name", "x" * 101),
        ("mcc", "1"),
        ("mcc", "０01"),
        ("mnc", "1"),
        ("imsi", Imsi.parse("262010123456789")),
        ("k", bytes(15)),
        ("opc", bytes(32)),
        ("opc", b""),
        ("algorithm_options", b"\x01\x02"),
        ("pin1", "123"),
        ("pin1", "12a4"),
        ("pin2", "123456789"),
        ("puk1", "1234"),
        ("puk2", ""),
        ("adm1", b"1234"),
        ("spn", "a name that is too long"),
        ("spn", "中国移动通信集团"),
        ("gid1", b""),
        ("preferred_plmns", ("0101",)),
    ],
)
def test_a_value_out_of_range_is_refused_and_named(description: Description, field: str, value: Any) -> None:
    with pytest.raises(DecodeError) as caught:
        verify_description(replace(description, **{field: value}))
    assert caught.value.path == (field,)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kic", bytes(8)),
        ("kik", bytes(33)),
        ("version", 0),
        ("version", 16),
        ("key_type", 0x85),
        ("minimum_security_level", 256),
    ],
)
def test_keys_of_remote_management_are_looked_at(description: Description, field: str, value: Any) -> None:
    assert description.ota is not None
    with pytest.raises(DecodeError) as caught:
        verify_description(replace(description, ota=replace(description.ota, **{field: value})))
    assert caught.value.path == (f"ota.{field}",)


def test_triple_des_keys_have_sizes_of_their_own(description: Description) -> None:
    assert description.ota is not None
    long = replace(description.ota, kic=bytes(32))
    verify_description(replace(description, ota=long))
    with pytest.raises(DecodeError):
        verify_description(replace(description, ota=replace(long, key_type=0x80)))


def test_tuak_takes_long_keys_and_a_long_topc(description: Description) -> None:
    tuak = replace(description, algorithm=Algorithm.TUAK, k=bytes(32), opc=bytes(32))
    verify_description(tuak)
    with pytest.raises(DecodeError):
        verify_description(replace(tuak, opc=bytes(16)))


@pytest.mark.parametrize(
    ("operator_name", "shown"),
    [
        ("Example Mobile", "Example Mobile"),
        ("An operator with a long name", "An operator with"),
        ("中国移动通信集团有限公司", "中国移动通信集"),
    ],
)
def test_the_screen_shows_as_much_of_the_name_as_fits(
    description: Description, operator_name: str, shown: str
) -> None:
    changed = replace(description, operator_name=operator_name, spn=None)
    assert changed.shown_name == shown
    verify_description(changed)


def test_secrets_do_not_print(description: Description) -> None:
    printed = repr(description)
    for secret in ("xe8\\xb1", "73829164", "8462", "94618273", "xfe"):
        assert secret not in printed
    assert "Example Mobile" in printed


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gid2", b""),
        ("user_plmns", ("1",)),
        ("equivalent_home_plmns", ("0010x",)),
        ("forbidden_plmns", ("00101",) * 5),
        ("access_classes", (10,)),
        ("access_classes", (16,)),
        ("emergency_numbers", ()),
        ("emergency_numbers", ("1234567",)),
    ],
)
def test_lists_of_networks_and_classes_are_looked_at(
    description: Description, field: str, value: Any
) -> None:
    with pytest.raises(DecodeError) as caught:
        verify_description(replace(description, **{field: value}))
    assert caught.value.path == (field,)


@pytest.mark.parametrize(
    ("five_g", "field"),
    [
        (FifthGeneration(routing_indicator="12345"), "routing_indicator"),
        (FifthGeneration(routing_indicator=""), "routing_indicator"),
        (FifthGeneration(suci=SuciInformation((SchemeChoice(1, 1),))), "keys"),
        (FifthGeneration(suci=SuciInformation((SchemeChoice(1, 1),), (HomeNetworkKey(256, bytes(32)),))), "keys"),
    ],
)  # fmt: skip
def test_what_a_5g_network_could_not_work_with_is_refused(
    description: Description, five_g: FifthGeneration, field: str
) -> None:
    with pytest.raises(DecodeError) as caught:
        verify_description(replace(description, five_g=five_g))
    assert caught.value.path == (f"five_g.{field}",)
