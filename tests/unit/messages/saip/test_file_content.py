"""Fill instructions: cursor, patterns, defaults."""

import pytest

from openesim.messages.saip.codes import FilePath
from openesim.messages.saip.file_content import merge, read_commands, read_instructions
from openesim.messages.saip.files import DoNotCreate, Fcp, ProprietaryInfo
from openesim.messages.saip.templates import parse_filling


def fill(pattern: str) -> Fcp:
    return Fcp(proprietary_ef_info=ProprietaryInfo(fill_pattern=bytes.fromhex(pattern)))


def repeat(pattern: str) -> Fcp:
    return Fcp(proprietary_ef_info=ProprietaryInfo(repeat_pattern=bytes.fromhex(pattern)))


def test_without_anything_a_file_is_ff() -> None:
    assert read_instructions(()).content(3, None, None) == b"\xff\xff\xff"


def test_an_offset_skips_from_the_cursor() -> None:
    text = read_instructions((Fcp(), b"\x01\x02", 2, b"\x03", 1, b"\x04"))
    assert text.content(8, None, None).hex() == "0102ffff03ff04ff"
    assert text.end == 7


@pytest.mark.parametrize(
    ("fcp", "size", "record_length", "content"),
    [
        (fill("A0020000FF"), 8, None, "a0020000ffffffff"),
        (fill("A0020000FF"), 3, None, "a00200"),
        (repeat("0102"), 5, None, "0102010201"),
        (fill("00FF"), 6, 3, "00ffff00ffff"),
        (repeat("0102"), 6, 3, "010201010201"),
        (fill("00"), 0, None, ""),
    ],
)
def test_patterns_fill_a_file_or_every_record(
    fcp: Fcp, size: int, record_length: int | None, content: str
) -> None:
    assert read_instructions((fcp,)).content(size, record_length, None).hex() == content


def test_a_pattern_wins_over_the_default_of_the_template_and_content_over_both() -> None:
    default = parse_filling("07FF...FF")
    assert read_instructions(()).content(3, None, default).hex() == "07ffff"
    assert read_instructions((fill("00"), 1, b"\x09")).content(3, None, default).hex() == "000900"


@pytest.mark.parametrize(
    ("notation", "length", "content"),
    [
        ("FF...FF07", 4, "ffffff07"),
        ("FF...FF0000000001FFFF", 9, "ffff0000000001ffff"),
        ("00FF...FF", 4, "00ffffff"),
        ("00...00", 2, "0000"),
        ("FFFFFF0000", 10, "ffffff0000ffffff0000"),
        ("0A", 1, "0a"),
        ("F0FFFFFF", 4, "f0ffffff"),
    ],
)
def test_defaults_of_templates(notation: str, length: int, content: str) -> None:
    filling = parse_filling(notation)
    assert filling is not None
    assert filling.fill(length).hex() == content


def test_a_later_attribute_wins_and_the_others_stay() -> None:
    merged = merge(Fcp(file_id=b"\x6f\x07", ef_file_size=b"\x01"), Fcp(ef_file_size=b"\x02"))
    assert (merged.file_id, merged.ef_file_size) == (b"\x6f\x07", b"\x02")


def test_a_file_is_left_out() -> None:
    assert read_instructions((DoNotCreate(),)).do_not_create
    assert not read_instructions(()).do_not_create


def test_commands_are_grouped_by_file_and_path() -> None:
    first, second = Fcp(file_id=b"\x2f\x01"), Fcp(file_id=b"\x2f\x02")
    groups = list(read_commands((b"lost", FilePath(b"\x7f\x10"), first, 1, b"\x05", second)))
    assert [(path, text.fcp.file_id if text else None) for path, text in groups] == [
        (b"\x7f\x10", None),
        (None, b"\x2f\x01"),
        (None, b"\x2f\x02"),
    ]
    text = groups[1][1]
    assert text is not None
    assert text.writes == [(1, b"\x05")]
