"""Primitive types: every value with its octets, every limit from both sides."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.encoding import tlv
from openesim.encoding.asn1 import Bits, Message, Range, Size, Tag, message
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Oid, TransactionId


class Colour(IntEnum):
    RED = 0
    BLUE = 5


class Flags(Bits):
    FIRST = 1 << 0
    SECOND = 1 << 1
    TENTH = 1 << 9


@message()
class Integer(Message):
    value: int


@message()
class Bounded(Message):
    value: Annotated[int, Range(-3, 200)]


@message()
class Named(Message):
    value: Colour | int


@message()
class Truth(Message):
    value: bool


@message()
class Octets(Message):
    value: bytes


@message()
class SizedOctets(Message):
    value: Annotated[bytes, Size(2, 4)]


@message()
class FourOctets(Message):
    value: Annotated[bytes, Tag(0x84), Size(4)]


@message()
class Text(Message):
    value: str


@message()
class SizedText(Message):
    value: Annotated[str, Size(1, 3)]


@message()
class Options(Message):
    value: Flags


@message()
class Session(Message):
    value: TransactionId


@message()
class Card(Message):
    value: Iccid


@message()
class Arc(Message):
    value: Oid


def decode(kind: Any, content: str) -> Any:
    """Return the value of the one component whose whole TLV is given."""
    return kind.decode(tlv.encode(0x30, bytes.fromhex(content))).value


def encode(kind: Any, value: Any) -> str:
    """Return the TLV of the one component."""
    octets: bytes = kind(value=value).encode()
    return tlv.read_one(octets).value.hex()


def refused(kind: Any, content: str) -> str:
    """Return what the refusal says; it names the component and where it begins."""
    with pytest.raises(DecodeError) as refusal:
        decode(kind, content)
    assert refusal.value.path == ("value",)
    assert refusal.value.offset == 2
    return refusal.value.reason


# --- INTEGER --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "content"),
    [
        (0, "020100"),
        (1, "020101"),
        (127, "02017f"),
        (128, "02020080"),
        (255, "020200ff"),
        (256, "02020100"),
        (32767, "02027fff"),
        (32768, "0203008000"),
        (-1, "0201ff"),
        (-128, "020180"),
        (-129, "0202ff7f"),
        (-32768, "02028000"),
        (2**63 - 1, "02087fffffffffffffff"),
        (-(2**63), "02088000000000000000"),
    ],
)
def test_an_integer_has_its_shortest_octets(number: int, content: str) -> None:
    assert encode(Integer, number) == content
    assert decode(Integer, content) == number


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_integer_of_eight_octets_comes_back(number: int) -> None:
    assert Integer.decode(Integer(value=number).encode()).value == number


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("0200", "must have 1 to 8 octets, has 0"),
        ("0209000000000000000080", "must have 1 to 8 octets, has 9"),
        ("02020000", "integer is padded"),
        ("0202007f", "integer is padded"),
        ("0202ffff", "integer is padded"),
        ("0202ff80", "integer is padded"),
    ],
)
def test_an_integer_of_another_form_is_refused(content: str, reason: str) -> None:
    assert refused(Integer, content) == reason


@pytest.mark.parametrize("number", [-3, 0, 200])
def test_an_integer_within_its_range_is_taken(number: int) -> None:
    assert decode(Bounded, encode(Bounded, number)) == number


@pytest.mark.parametrize("number", [-4, 201, 2**40])
def test_an_integer_outside_its_range_is_refused(number: int) -> None:
    assert refused(Bounded, encode(Integer, number)) == "integer must lie between -3 and 200"


def test_a_number_with_a_name_gets_it_and_others_stay_numbers() -> None:
    assert decode(Named, "020105") is Colour.BLUE
    unnamed = decode(Named, "020106")
    assert unnamed == 6
    assert type(unnamed) is int
    assert encode(Named, Colour.BLUE) == "020105"
    assert encode(Named, 6) == "020106"


# --- BOOLEAN --------------------------------------------------------------------------------------------------


def test_a_boolean_is_ff_or_00() -> None:
    assert (encode(Truth, True), encode(Truth, False)) == ("0101ff", "010100")
    assert decode(Truth, "0101ff") is True
    assert decode(Truth, "010100") is False


@pytest.mark.parametrize("content", ["0100", "010101", "01017f", "0102ffff"])
def test_a_boolean_of_another_form_is_refused(content: str) -> None:
    assert refused(Truth, content) == "boolean must be one octet, 00 or FF"


# --- OCTET STRING ---------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_octets_come_back(octets: bytes) -> None:
    assert Octets.decode(Octets(value=octets).encode()).value == octets


@pytest.mark.parametrize("content", ["04020102", "0403010203", "040401020304"])
def test_octets_within_their_size_are_taken(content: str) -> None:
    assert encode(SizedOctets, decode(SizedOctets, content)) == content


@pytest.mark.parametrize("count", [0, 1, 5])
def test_octets_outside_their_size_are_refused_both_ways(count: int) -> None:
    assert refused(SizedOctets, f"04{count:02x}" + "00" * count) == f"must have 2 to 4 octets, has {count}"
    with pytest.raises(DecodeError, match=f"must have 2 to 4 octets, has {count}"):
        SizedOctets(value=bytes(count)).encode()


def test_an_exact_size_is_told_as_one_number() -> None:
    assert refused(FourOctets, "84050000000000") == "must have 4 octets, has 5"


# --- UTF8String -----------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_text_comes_back(text: str) -> None:
    assert Text.decode(Text(value=text).encode()).value == text


def test_the_size_of_a_text_counts_characters_not_octets() -> None:
    assert decode(SizedText, encode(SizedText, "上海\N{ROCKET}")) == "上海\N{ROCKET}"


@pytest.mark.parametrize("text", ["", "abcd"])
def test_a_text_outside_its_size_is_refused_both_ways(text: str) -> None:
    reason = f"must have 1 to 3 characters, has {len(text)}"
    assert refused(SizedText, encode(Text, text)) == reason
    with pytest.raises(DecodeError, match=reason):
        SizedText(value=text).encode()


@pytest.mark.parametrize("octets", ["ff", "c0af", "eda080", "f4908080", "e4b8", "80"])
def test_what_is_no_utf8_is_refused(octets: str) -> None:
    assert refused(Text, f"0c{len(octets) // 2:02x}{octets}") == "text is not UTF-8"


# --- BIT STRING -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "content"),
    [
        (0, "030100"),
        (Flags.FIRST, "03020780"),
        (Flags.SECOND, "03020640"),
        (Flags.FIRST | Flags.SECOND, "030206c0"),
        (1 << 7, "03020001"),
        (1 << 8, "0303070080"),
        (Flags.TENTH, "0303060040"),
        ((1 << 64) - 1, "0309" + "00" + "ff" * 8),
    ],
)
def test_a_bit_string_counts_from_the_highest_bit_and_ends_with_its_last(flags: int, content: str) -> None:
    assert encode(Options, Flags(flags)) == content
    decoded = decode(Options, content)
    assert decoded == flags
    assert type(decoded) is Flags


@pytest.mark.parametrize(
    ("content", "flags"),
    [
        ("03020080", Flags.FIRST),  # stands so in recorded sessions
        ("03020000", 0),
        ("0303008000", Flags.FIRST),
        ("030204c0", Flags.FIRST | Flags.SECOND),
    ],
)
def test_zero_bits_at_the_end_are_tolerated_and_not_written_again(content: str, flags: int) -> None:
    assert decode(Options, content) == flags
    assert len(encode(Options, Flags(flags))) <= len(content)
    assert decode(Options, encode(Options, Flags(flags))) == flags


def test_bits_said_to_be_unused_are_not_read() -> None:
    assert decode(Options, "030207ff") == Flags.FIRST


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("0300", "must have 1 to 9 octets, has 0"),
        ("030a00" + "00" * 9, "must have 1 to 9 octets, has 10"),
        ("030101", "impossible number of unused bits"),
        ("03020880", "impossible number of unused bits"),
        ("0302ff80", "impossible number of unused bits"),
    ],
)
def test_a_bit_string_of_another_form_is_refused(content: str, reason: str) -> None:
    assert reason in refused(Options, content)


@given(st.integers(0, 2**64 - 1))
def test_every_bit_string_of_64_bits_comes_back(flags: int) -> None:
    assert Options.decode(Options(value=Flags(flags)).encode()).value == flags


# --- Identifiers ----------------------------------------------------------------------------------------------


def test_identifiers_come_back_with_their_types() -> None:
    assert type(decode(Session, "0402abcd")) is TransactionId
    assert type(decode(Card, "5a0a98001032547698103214")) is Iccid
    assert type(decode(Arc, "060388370a")) is Oid
    assert encode(Session, TransactionId.parse("ABCD")) == "0402abcd"
    assert encode(Card, Iccid.parse("89000123456789012341")) == "5a0a98001032547698103214"
    assert encode(Arc, Oid.parse("2.999.10")) == "060388370a"


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        (Session, "0400", "must have 1 to 16 octets, has 0"),
        (Session, "0411" + "00" * 17, "must have 1 to 16 octets, has 17"),
        (Card, "5a0a" + "aa" * 10, "ICCID must consist of decimal digits"),
        (Card, "5a08" + "98" * 8, "ICCID must be 10 octets"),
        (Arc, "0600", "object identifier is empty, cut short or too long"),
        (Arc, "06028001", "object identifier has a padded arc"),
    ],
)
def test_identifiers_of_another_form_are_refused(kind: Any, content: str, reason: str) -> None:
    assert refused(kind, content) == reason
