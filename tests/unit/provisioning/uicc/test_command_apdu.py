"""Command APDUs: classes, channels, lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import CardError
from openesim.provisioning.uicc.command_apdu import CommandApdu


def decode(text: str) -> CommandApdu:
    return CommandApdu.decode(bytes.fromhex(text))


def refusal(octets: bytes) -> int | None:
    with pytest.raises(CardError) as raised:
        CommandApdu.decode(octets)
    return raised.value.status_word


@pytest.mark.parametrize(
    ("class_octet", "channel", "is_proprietary"),
    [
        ("00", 0, False),
        ("03", 3, False),
        ("40", 4, False),
        ("4F", 19, False),
        ("80", 0, True),
        ("83", 3, True),
        ("C0", 4, True),
        ("CF", 19, True),
    ],
)
def test_the_class_carries_the_channel(class_octet: str, channel: int, is_proprietary: bool) -> None:
    command = decode(f"{class_octet}A40000")
    assert (command.channel, command.is_proprietary) == (channel, is_proprietary)


@pytest.mark.parametrize(
    ("class_octet", "status_word"),
    [
        ("20", 0x6E00),
        ("A0", 0x6E00),
        ("04", 0x6882),
        ("0C", 0x6882),
        ("8C", 0x6882),
        ("60", 0x6882),
        ("E0", 0x6882),
        ("10", 0x6884),
        ("90", 0x6884),
        ("50", 0x6884),
        ("D1", 0x6884),
        ("FF", 0x6882),
    ],
)
def test_other_classes_are_refused(class_octet: str, status_word: int) -> None:
    assert refusal(bytes.fromhex(f"{class_octet}A40000")) == status_word


@pytest.mark.parametrize(
    ("body", "data", "expected"),
    [
        ("", "", None),
        ("00", "", 256),
        ("10", "", 16),
        ("02AABB", "AABB", None),
        ("02AABB00", "AABB", 256),
        ("02AABB05", "AABB", 5),
        ("000000", "", 65536),
        ("000100", "", 256),
        ("000002AABB", "AABB", None),
        ("000002AABB0000", "AABB", 65536),
        ("000002AABB0010", "AABB", 16),
    ],
)
def test_lengths_are_short_or_extended(body: str, data: str, expected: int | None) -> None:
    command = decode(f"80E29100{body}")
    assert (command.data.hex().upper(), command.expected) == (data, expected)


@pytest.mark.parametrize("body", ["02AA", "02AABBCCDD", "000003AABB", "0000", "000002AABB00"])
def test_lengths_that_do_not_add_up_are_refused(body: str) -> None:
    assert refusal(bytes.fromhex(f"80E29100{body}")) == 0x6700


def test_a_last_block_of_255_octets_announced_as_none_is_understood() -> None:
    block = bytes(range(255))
    assert CommandApdu.decode(bytes.fromhex("80E2910100") + block).data == block
    # A first block that begins like an extended length is one.
    extended = b"\x00\xfd" + bytes(253)
    assert CommandApdu.decode(bytes.fromhex("80E2910000") + extended).data == bytes(253)
    assert CommandApdu.decode(bytes.fromhex("80E2910100") + extended).data == extended
    assert refusal(bytes.fromhex("80C0000100") + block) == 0x6700


@pytest.mark.parametrize("octets", [b"", b"\x80", b"\x80\xe2\x91"])
def test_three_octets_are_no_command(octets: bytes) -> None:
    assert refusal(octets) == 0x6700


@given(st.binary(max_size=600))
def test_octets_of_chance_are_a_command_or_refused(octets: bytes) -> None:
    try:
        command = CommandApdu.decode(octets)
    except CardError as error:
        status_word = error.status_word
    else:
        status_word = 0x9000
        assert 0 <= command.channel <= 19
        assert len(command.data) <= len(octets)
    assert status_word in {0x9000, 0x6700, 0x6882, 0x6884, 0x6E00}
