"""TLV headers and trees: every form that DER allows is read, every other is refused where it stands."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError

tags = st.one_of(
    st.integers(0, 0xFF).filter(lambda tag: tag & 0x1F != 0x1F),
    st.builds(
        lambda first, number: (first << 5 | 0x1F) << 8 | number, st.integers(0, 7), st.integers(31, 127)
    ),
    st.builds(
        lambda first, high, low: (first << 5 | 0x1F) << 16 | (0x80 | high) << 8 | low,
        st.integers(0, 7),
        st.integers(1, 127),
        st.integers(0, 127),
    ),
)


def refused(octets: str, position: int = 0, end: int | None = None) -> DecodeError:
    """Return the refusal of a header."""
    buffer = bytes.fromhex(octets)
    with pytest.raises(DecodeError) as refusal:
        tlv.read_header(buffer, position, len(buffer) if end is None else end)
    return refusal.value


# --- Headers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "header"),
    [
        ("0000", (0x00, 2, 2)),
        ("800101", (0x80, 2, 3)),
        ("3000", (0x30, 2, 2)),
        ("bf2000", (0xBF20, 3, 3)),
        ("5f370155", (0x5F37, 3, 4)),
        ("1f1f00", (0x1F1F, 3, 3)),
        ("bf814800", (0xBF8148, 4, 4)),
        ("bfff7f00", (0xBFFF7F, 4, 4)),
        ("04818000" + "00" * 127, (0x04, 3, 131)),
        ("04820100" + "00" * 256, (0x04, 4, 260)),
        ("0483010000" + "00" * 65536, (0x04, 5, 65541)),
    ],
)
def test_a_header_in_its_shortest_form_is_read(octets: str, header: tuple[int, int, int]) -> None:
    buffer = bytes.fromhex(octets)
    assert tlv.read_header(buffer, 0, len(buffer)) == header


@given(
    tags, st.one_of(st.integers(0, 300), st.sampled_from([0xFFFF, 0x10000, 0x20000])), st.binary(max_size=3)
)
def test_what_is_written_is_read(tag: int, length: int, before: bytes) -> None:
    octets = tlv.encode(tag, bytes(length))
    buffer = before + octets + b"after"
    read = tlv.read_header(buffer, len(before), len(buffer))
    assert read == (tag, len(before) + len(octets) - length, len(before) + len(octets))


@pytest.mark.parametrize(
    ("octets", "reason", "offset"),
    [
        ("", "cut short", 0),
        ("30", "cut short", 0),
        ("bf", "cut short", 0),
        ("bf20", "cut short", 0),
        ("bf81", "cut short", 0),
        ("bf8148", "cut short", 0),
        ("3081", "cut short", 0),
        ("3082", "cut short", 0),
        ("308201", "cut short", 0),
        ("30830100", "cut short", 0),
        ("3001", "overruns", 0),
        ("308180" + "00" * 127, "overruns", 0),
        ("3083ffffff", "overruns", 0),
        ("3080", "indefinite", 1),
        ("30800000", "indefinite", 1),
        ("308401000000", "more than three octets", 1),
        ("30ff", "more than three octets", 1),
        ("308100", "shortest form", 1),
        ("30817f" + "00" * 127, "shortest form", 1),
        ("308200ff" + "00" * 255, "shortest form", 1),
        ("30820000", "shortest form", 1),
        ("3083000100" + "00" * 256, "shortest form", 1),
        ("bf2081" + "00", "shortest form", 2),
        ("1f0000", "tag number is padded", 0),
        ("bf1e00", "tag number is padded", 0),
        ("bf800000", "tag number is padded", 0),
        ("bf802000", "tag number is padded", 0),
        ("bf81800100", "tag has more than three octets", 0),
        ("bfffffffff7f00", "tag has more than three octets", 0),
    ],
)
def test_a_header_of_another_form_is_refused_where_it_stands(octets: str, reason: str, offset: int) -> None:
    refusal = refused(octets)
    assert reason in refusal.reason
    assert refusal.offset == offset
    behind_others = refused("0500" + octets, 2)
    assert (behind_others.reason, behind_others.offset) == (refusal.reason, offset + 2)


@pytest.mark.parametrize("octets", ["040100", "0400", "5f370100"])
def test_a_header_may_not_leave_what_encloses_it(octets: str) -> None:
    length = len(octets) // 2
    for end in range(1, length):
        assert refused(octets, 0, end).reason == "length overruns what encloses it"


@given(st.binary(max_size=12), st.integers(0, 3))
@example(b"\x30\x84\xff\xff\xff\xff", 0)
def test_any_octets_have_a_header_or_are_refused(octets: bytes, position: int) -> None:
    read: tuple[int, int, int] | DecodeError
    try:
        read = tlv.read_header(octets, position, len(octets))
    except DecodeError as error:
        read = error
    if isinstance(read, DecodeError):
        assert read.offset is not None
        assert read.offset >= position
    else:
        tag, value_start, end = read
        assert position < value_start <= end <= len(octets)
        assert tlv.encode(tag, octets[value_start:end]) == octets[position:end]


# --- Trees ----------------------------------------------------------------------------------------------------


def test_tlvs_side_by_side_are_walked_in_place() -> None:
    buffer = bytes.fromhex("ff8001aabf2003040102810100")
    items = list(tlv.walk(buffer, 1))
    assert [(item.tag, item.start, item.value.hex()) for item in items] == [
        (0x80, 1, "aa"),
        (0xBF20, 4, "040102"),
        (0x81, 10, "00"),
    ]
    assert items[1].octets.hex() == "bf2003040102"
    assert [(child.tag, child.start, child.value) for child in items[1].children()] == [(0x04, 7, b"\x02")]


def test_a_walk_stops_where_it_is_told() -> None:
    assert [item.tag for item in tlv.walk(bytes.fromhex("800081008200"), 0, 4)] == [0x80, 0x81]
    assert list(tlv.walk(b"")) == []


def test_a_walk_gives_what_is_whole_before_it_refuses_the_rest() -> None:
    walk = tlv.walk(bytes.fromhex("8001aa8105"))
    assert next(walk).value == b"\xaa"
    with pytest.raises(DecodeError, match="overruns what encloses it at octet 3"):
        next(walk)


def test_a_child_is_found_by_its_tag() -> None:
    outer = tlv.read_one(bytes.fromhex("300980010181010281" + "0103"))
    found = outer.find(0x81)
    assert found is not None
    assert found.value == b"\x02"
    assert outer.find(0x82) is None


@pytest.mark.parametrize(
    ("octets", "offset"), [("800101" + "00", 3), ("8000" + "8000", 2), ("30020500" + "ff", 4)]
)
def test_octets_behind_the_one_tlv_are_refused(octets: str, offset: int) -> None:
    with pytest.raises(DecodeError, match="octets follow") as refusal:
        tlv.read_one(bytes.fromhex(octets))
    assert refusal.value.offset == offset


def nested(levels: int) -> bytes:
    """Return so many empty sequences, one in another."""
    octets = b""
    for _ in range(levels):
        octets = tlv.encode(0x30, octets)
    return octets


def test_a_tree_may_have_so_many_levels_and_no_more() -> None:
    tlv.check_depth(nested(tlv.MAX_DEPTH))
    with pytest.raises(DecodeError, match="more than 32 levels"):
        tlv.check_depth(nested(tlv.MAX_DEPTH + 1))


def test_a_tree_deeper_than_pythons_stack_is_refused_like_any_other() -> None:
    with pytest.raises(DecodeError, match="more than 32 levels"):
        tlv.check_depth(nested(5000))


def test_a_fault_deep_in_a_tree_is_told_by_its_place_in_the_whole() -> None:
    with pytest.raises(DecodeError) as refusal:
        tlv.check_depth(bytes.fromhex("8000" + "3006" + "3004" + "8000" + "8105"))
    assert refusal.value.offset == 8


def test_the_inside_of_a_primitive_is_not_looked_at() -> None:
    tlv.check_depth(bytes.fromhex("0403ffffff"))


@pytest.mark.parametrize(
    ("tag", "constructed"), [(0x30, True), (0x80, False), (0xBF20, True), (0x5F37, False), (0xBF8148, True)]
)
def test_constructed_is_told_by_the_first_octet(tag: int, constructed: bool) -> None:
    assert tlv.is_constructed(tag) is constructed
