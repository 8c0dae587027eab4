"""Sequences, choices, lists and signed values: what is read, what is refused, and where the refusal points."""

from __future__ import annotations

import dataclasses
from enum import IntEnum
from typing import Annotated, Any

import pytest

from openesim.encoding import tlv
from openesim.encoding.asn1 import (
    AlsoBare,
    Bits,
    Choice,
    Explicit,
    Message,
    Null,
    Raw,
    Rest,
    Signed,
    Size,
    Tag,
    alternative,
    message,
)
from openesim.encoding.asn1.compiler import MAX_OCTETS, element_of
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid


class Kind(IntEnum):
    PLAIN = 0
    FANCY = 2


class Flags(Bits):
    FIRST = 1 << 0


@message(tag=0xBF22)
class Info(Message):
    svn: Annotated[bytes, Tag(0x82), Size(3)]
    label: str | None = None


@message()
class Order(Message):
    number: Annotated[int, Tag(0x80)]
    name: Annotated[str | None, Tag(0x81)] = None
    kind: Annotated[Kind | int, Tag(0x82)] = Kind.FANCY
    info: Info
    certificate: Annotated[bytes | None, Raw()] = None
    second_certificate: Annotated[bytes | None, Raw()] = None


@message()
class Empty(Message):
    """Has no components."""


INFO = Info(svn=b"\x02\x05\x00")
ORDER = Order(number=1, info=INFO)


def seq(*contents: str) -> str:
    """Return the contents within a SEQUENCE."""
    return tlv.encode(0x30, bytes.fromhex("".join(contents))).hex()


INFO_OCTETS = "bf22058203020500"


def refused(kind: Any, octets: str) -> str:
    """Return the whole text of the refusal."""
    with pytest.raises(DecodeError) as refusal:
        kind.decode(bytes.fromhex(octets))
    return str(refusal.value)


# --- Sequences ------------------------------------------------------------------------------------------------


def test_components_are_written_in_their_order_and_absent_ones_left_out() -> None:
    assert ORDER.encode().hex() == "300b" + "800101" + "bf22058203020500"
    full = Order(
        number=2,
        name="n",
        kind=Kind.PLAIN,
        info=Info(svn=b"\x02\x05\x00", label="l"),
        certificate=b"\x30\x00",
        second_certificate=b"\x30\x01\x00",
    )
    octets = seq("800102", "81016e", "820100", "bf22088203020500" + "0c016c", "3000", "300100")
    assert full.encode().hex() == octets
    assert Order.decode(bytes.fromhex(octets)) == full


def test_a_default_is_left_out_and_assumed() -> None:
    octets = Order(number=1, kind=Kind.FANCY, info=INFO).encode()
    assert octets == ORDER.encode()
    assert Order.decode(octets).kind is Kind.FANCY


def test_a_default_that_is_written_all_the_same_is_read() -> None:
    decoded = Order.decode(bytes.fromhex(seq("800101", "820102", INFO_OCTETS)))
    assert decoded == ORDER
    assert decoded.encode() == ORDER.encode()


def test_what_was_decoded_is_a_value_like_any_other() -> None:
    decoded = Order.decode(ORDER.encode())
    assert decoded == ORDER
    assert hash(decoded) == hash(ORDER)
    assert repr(decoded) == repr(ORDER)
    assert dataclasses.replace(decoded, number=5).number == 5
    with pytest.raises(dataclasses.FrozenInstanceError):
        decoded.number = 2  # type: ignore[misc]


def test_a_sequence_without_components_is_empty() -> None:
    assert Empty().encode() == b"\x30\x00"
    assert Empty.decode(b"\x30\x00") == Empty()
    assert Empty.decode(b"\x30\x03\x80\x01\x00") == Empty()


@pytest.mark.parametrize(
    "octets",
    [
        seq("850101", "800101", INFO_OCTETS),
        seq("800101", "bf7f0100", INFO_OCTETS),
        seq("800101", "bf22088203020500" + "990100"),
        seq("800101", INFO_OCTETS, "860101", "860102"),
        seq("800101", "bf2f03800101", INFO_OCTETS),
    ],
)
def test_unknown_components_are_passed_over_wherever_they_stand(octets: str) -> None:
    decoded = Order.decode(bytes.fromhex(octets))
    assert (decoded.number, decoded.info.svn) == (1, b"\x02\x05\x00")


def test_components_of_one_tag_fill_their_places_in_order() -> None:
    both = Order.decode(bytes.fromhex(seq("800101", INFO_OCTETS, "3000", "300100")))
    assert (both.certificate, both.second_certificate) == (b"\x30\x00", b"\x30\x01\x00")
    one = Order.decode(bytes.fromhex(seq("800101", INFO_OCTETS, "3000")))
    assert (one.certificate, one.second_certificate) == (b"\x30\x00", None)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("3000", "number: mandatory component is missing at octet 0"),
        (seq(INFO_OCTETS), "number: mandatory component is missing at octet 0"),
        (seq("800101"), "info: mandatory component is missing at octet 0"),
        (seq("800101", "bf2200"), "info.svn: mandatory component is missing at octet 5"),
        (seq("800101", "800102"), "component with tag 80 is repeated or out of order at octet 5"),
        (seq("81016e", "800102"), "component with tag 80 is repeated or out of order at octet 5"),
        (
            seq("800101", INFO_OCTETS, INFO_OCTETS),
            "component with tag BF22 is repeated or out of order at octet 13",
        ),
        (
            seq("800101", INFO_OCTETS, "3000" * 3),
            "component with tag 30 is repeated or out of order at octet 17",
        ),
        (seq("800101", "81ff"), "length is indefinite or has more than three octets at octet 6"),
        (seq("800101", "8105"), "length overruns what encloses it at octet 5"),
        (seq("800101", "81"), "cut short in tag or length at octet 5"),
        (seq("800101", "bf"), "cut short in tag or length at octet 5"),
        (seq("800101", "bf2204" + "82020205"), "info.svn: must have 3 octets, has 2 at octet 8"),
        (seq("80020001", INFO_OCTETS), "number: integer is padded at octet 2"),
        (seq("800101", "8101ff", INFO_OCTETS), "name: text is not UTF-8 at octet 5"),
    ],
)
def test_a_refusal_names_the_component_and_its_octet(octets: str, text: str) -> None:
    assert refused(Order, octets) == text


@pytest.mark.parametrize("cut", range(1, 13))
def test_a_sequence_cut_short_anywhere_is_refused(cut: int) -> None:
    octets = ORDER.encode()
    with pytest.raises(DecodeError):
        Order.decode(octets[:-cut])
    shorter = tlv.encode(0x30, octets[2:-cut])
    with pytest.raises(DecodeError):
        Order.decode(shorter)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("", "cut short in tag or length at octet 0"),
        ("3100", "tag 31 where 30 is expected at octet 0"),
        (ORDER.encode().hex() + "00", "octets follow the end of the value at octet 13"),
    ],
)
def test_a_message_is_one_whole_tlv_of_its_tag(octets: str, text: str) -> None:
    assert refused(Order, octets) == text


def test_a_message_larger_than_the_cap_is_not_looked_at() -> None:
    with pytest.raises(DecodeError, match="more than 4194304 octets"):
        Order.decode(bytes(MAX_OCTETS + 1))


def test_octets_may_come_in_any_buffer() -> None:
    octets = ORDER.encode()
    decode: Any = Order.decode
    assert decode(bytearray(octets)) == decode(memoryview(octets)) == ORDER


# --- Lists ----------------------------------------------------------------------------------------------------


@message()
class Lists(Message):
    numbers: Annotated[tuple[int, ...], Tag(0xA0)] = ()
    orders: Annotated[tuple[Info, ...] | None, Tag(0xA1)] = None
    few: Annotated[tuple[Annotated[bytes, Tag(0x86)], ...] | None, Tag(0xA2), Size(1, 3)] = None


def test_a_list_comes_back_as_a_tuple() -> None:
    lists = Lists(numbers=(1, -1), orders=(INFO, INFO), few=(b"", b"x"))
    octets = seq("a006" + "0201010201ff", "a110" + INFO_OCTETS * 2, "a205" + "8600860178")
    assert lists.encode().hex() == octets
    assert Lists.decode(bytes.fromhex(octets)) == lists


def test_an_empty_list_is_present_and_an_absent_one_is_not() -> None:
    assert Lists(orders=()).encode().hex() == "3002a100"
    assert Lists.decode(bytes.fromhex("3002a100")).orders == ()
    assert Lists.decode(b"\x30\x00").orders is None


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (seq("a006" + "020101" + "0401ff"), "numbers.1: unexpected tag 4 at octet 7"),
        (seq("a006" + "020101" + "020200"), "numbers: length overruns what encloses it at octet 7"),
        (seq("a10b" + INFO_OCTETS + "bf2200"), "orders.1.svn: mandatory component is missing at octet 12"),
        (seq("a200"), "few: must hold 1 to 3 items, holds 0 at octet 2"),
        (seq("a208" + "8600" * 4), "few: must hold 1 to 3 items, holds more at octet 2"),
    ],
)
def test_a_fault_in_a_list_names_the_item(octets: str, text: str) -> None:
    assert refused(Lists, octets) == text


def test_a_list_longer_than_the_cap_is_given_up_at_the_cap() -> None:
    endless = tlv.encode(0x30, tlv.encode(0xA0, b"\x02\x01\x00" * (1 << 17)))
    assert refused(Lists, endless.hex()) == "numbers: must hold 0 to 65536 items, holds more at octet 5"


# --- Choices --------------------------------------------------------------------------------------------------

Untagged: Choice[bytes | Iccid | Kind | int] = Choice(
    alternative(Annotated[bytes, Tag(0x4F)]), alternative(Iccid), alternative(Kind | int, 0x95)
)
Tagged: Choice[Info | Kind | int] = Choice(alternative(Info, 0xA0), alternative(Kind | int, 0x81), tag=0xBF38)


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        (b"\x01", "4f0101"),
        (Iccid.parse("89000123456789012341"), "5a0a98001032547698103214"),
        (Kind.FANCY, "950102"),
        (7, "950107"),
    ],
)
def test_an_arm_is_told_by_its_tag_and_by_its_type(value: Any, octets: str) -> None:
    assert Untagged.encode(value).hex() == octets
    decoded = Untagged.decode(bytes.fromhex(octets))
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("820100", "tag 82 where 4F or 5A or 95 is expected at octet 0"),
        ("4f01", "length overruns what encloses it at octet 0"),
        ("5a0100", "ICCID must be 10 octets at octet 0"),
    ],
)
def test_an_untagged_choice_refuses_what_no_arm_takes(octets: str, text: str) -> None:
    assert refused(Untagged, octets) == text


def test_a_value_that_no_arm_takes_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="no alternative takes a float"):
        Untagged.encode(1.5)  # type: ignore[arg-type]


def test_a_tagged_choice_wraps_its_arm() -> None:
    assert Tagged.encode(INFO).hex() == "bf3807a0058203020500"
    assert Tagged.encode(Kind.FANCY).hex() == "bf3803810102"
    assert Tagged.decode(bytes.fromhex("bf3807a0058203020500")) == INFO
    assert Tagged.decode(bytes.fromhex("bf3803810102")) is Kind.FANCY


def test_a_choice_whose_tag_is_doubled_is_read_and_written_once() -> None:
    decoded = Tagged.decode(bytes.fromhex("bf380abf3807a0058203020500"))
    assert decoded == INFO
    assert Tagged.encode(decoded).hex() == "bf3807a0058203020500"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("bf3800", "choice holds nothing at octet 0"),
        ("bf3803bf3800", "choice holds nothing at octet 0"),
        ("bf3806bf3803bf3800", "no alternative has tag BF38 at octet 6"),
        ("bf3803820100", "no alternative has tag 82 at octet 3"),
        ("bf3806810101810101", "choice holds more than one value at octet 6"),
        ("bf3809bf3803810101810101", "choice holds more than one value at octet 9"),
        ("bf380281ff", "length is indefinite or has more than three octets at octet 4"),
        ("bf3805a003820100", "svn: must have 3 octets, has 1 at octet 5"),
    ],
)
def test_a_tagged_choice_refuses_what_is_not_one_arm(octets: str, text: str) -> None:
    assert refused(Tagged, octets) == text


@message()
class Fields(Message):
    tagged: Annotated[Info | Kind | int | None, Tagged] = None
    retagged: Annotated[Info | Kind | int | None, Tagged, Tag(0xA1)] = None
    wrapped: Annotated[bytes | Iccid | Kind | int | None, Untagged, Tag(0xA2)] = None
    either: Annotated[Flags | None, Explicit(0xA3), AlsoBare()] = None


@pytest.mark.parametrize(
    ("fields", "octets"),
    [
        (Fields(tagged=7), "bf3803810107"),
        (Fields(retagged=7), "a103810107"),  # another tag takes the place of the type's own
        (Fields(wrapped=7), "a203950107"),  # on an untagged choice it stands around
        (Fields(either=Flags(Flags.FIRST)), "a30403020780"),
    ],
)
def test_a_tag_on_a_choice_replaces_or_wraps(fields: Fields, octets: str) -> None:
    assert fields.encode().hex() == f"30{len(octets) // 2:02x}{octets}"
    assert Fields.decode(fields.encode()) == fields


@pytest.mark.parametrize(
    ("octets", "fields"),
    [
        ("a106bf3803810107", Fields(retagged=7)),
        ("03020780", Fields(either=Flags(Flags.FIRST))),
    ],
)
def test_the_other_form_of_the_field_is_read_too(octets: str, fields: Fields) -> None:
    assert Fields.decode(tlv.encode(0x30, bytes.fromhex(octets))) == fields


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (seq("a200"), "wrapped: explicit tag holds nothing at octet 2"),
        (seq("a203" + "820100"), "wrapped: unexpected content with tag 82 at octet 4"),
        (seq("a206" + "950107" + "950108"), "wrapped: unexpected content with tag 95 at octet 4"),
        (seq("a300"), "either: explicit tag holds nothing at octet 2"),
        (seq("03020880"), "either: bit string has an impossible number of unused bits at octet 2"),
        (seq("a103" + "bf3803"), "retagged: length overruns what encloses it at octet 4"),
    ],
)
def test_a_fault_under_an_explicit_tag_names_the_field(octets: str, text: str) -> None:
    assert refused(Fields, octets) == text


# --- Signed and raw values ------------------------------------------------------------------------------------


@message()
class Letter(Message):
    order: Signed[Order]
    signature: Annotated[bytes, Tag(0x5F37), Size(4)]
    notice: Annotated[Signed[bytes | Iccid | Kind | int] | None, Untagged, Explicit(0xA0)] = None


def test_a_signed_value_keeps_the_received_octets_even_if_we_would_write_others() -> None:
    unusual = bytes.fromhex(seq("800101", "820102", "850100", INFO_OCTETS))
    octets = tlv.encode(0x30, unusual + bytes.fromhex("5f370401020304"))
    letter = Letter.decode(octets)
    assert letter.order.octets == unusual
    assert letter.order.value == ORDER
    assert letter.order.value.encode() != unusual
    assert letter.encode() == octets


def test_a_signed_choice_keeps_its_octets_too() -> None:
    octets = Letter(
        order=Order.signed(ORDER), signature=bytes(4), notice=Signed(Kind.FANCY, b"\x95\x01\x02")
    ).encode()
    assert Letter.decode(octets).notice == Signed(Kind.FANCY, b"\x95\x01\x02")
    assert octets.hex().endswith("a003950102")


Answer: Choice[int | bool] = Choice(alternative(bool, 0x81), alternative(int, 0x82), tag=0xBF45)


@message()
class Enclosure(Message):
    answer: Annotated[Signed[int], Answer, Tag(0xA1)]


def test_octets_that_stand_under_another_tag_are_kept_under_their_own() -> None:
    octets = bytes.fromhex(seq("a103" + "820107"))
    enclosure = Enclosure.decode(octets)
    assert enclosure.answer == Signed(7, bytes.fromhex("bf4503" + "820107"))
    assert enclosure.encode() == octets


def test_a_choice_is_signed_as_it_is_encoded() -> None:
    assert Answer.signed(7) == Signed(7, bytes.fromhex("bf4503" + "820107"))


def test_a_value_is_signed_as_it_is_encoded() -> None:
    assert Order.signed(ORDER) == Signed(ORDER, ORDER.encode())


def test_a_fault_in_a_signed_value_is_told_by_its_place_in_the_whole() -> None:
    broken = seq(seq("800101", "bf2204" + "82020205"), "5f370401020304")
    assert refused(Letter, broken) == "order.info.svn: must have 3 octets, has 2 at octet 10"


def test_a_raw_component_is_not_looked_into() -> None:
    octets = bytes.fromhex(seq("800101", INFO_OCTETS, "3003ffffff"))
    assert Order.decode(octets).certificate == bytes.fromhex("3003ffffff")
    assert Order.decode(octets).encode() == octets


# --- Nulls and the rest ---------------------------------------------------------------------------------------


class Absent:
    """Stands for a NULL that means something."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Absent)

    def __hash__(self) -> int:
        return 0


@message()
class Extensible(Message):
    mark: Annotated[bool | None, Null(), Tag(0x80)] = None
    absent: Annotated[Absent | None, Null(), Tag(0x81)] = None
    others: Annotated[tuple[bytes, ...], Rest()] = ()


def test_a_null_is_there_or_not() -> None:
    assert Extensible(mark=True, absent=Absent()).encode().hex() == "300480008100"
    assert Extensible.decode(bytes.fromhex("300480008100")) == Extensible(mark=True, absent=Absent())
    assert Extensible.decode(b"\x30\x00") == Extensible()
    assert refused(Extensible, "3003800100") == "mark: null must be empty at octet 2"


def test_what_is_unknown_is_gathered_and_written_back() -> None:
    octets = bytes.fromhex(seq("8000", "850101", "bf7f0100"))
    decoded = Extensible.decode(octets)
    assert decoded == Extensible(mark=True, others=(b"\x85\x01\x01", b"\xbf\x7f\x01\x00"))
    assert decoded.encode() == octets


def test_very_much_unknown_takes_no_more_than_its_share_of_time() -> None:
    decoded = Extensible.decode(tlv.encode(0x30, b"\x85\x00" * 200_000))
    assert len(decoded.others) == 200_000


# --- Declarations ---------------------------------------------------------------------------------------------


def test_a_type_that_asn1_does_not_have_is_refused_when_it_is_declared() -> None:
    with pytest.raises(TypeError, match=r"no ASN\.1 type"):
        element_of(float)
