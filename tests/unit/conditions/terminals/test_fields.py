"""Fields are read as people write them; what would run, hide or deceive is refused with what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals import fields
from openesim.conditions.terminals.texts import Told
from openesim.kernel.errors import DecodeError
from tests.support.rig import eid_of


def word_of(read: Callable[[str], Any], text: str) -> str:
    """Returns the word of the catalogue that a text is refused with."""
    with pytest.raises(DecodeError) as caught:
        read(text)
    told = caught.value.explanation
    assert isinstance(told, Told)
    return told.word


@pytest.mark.parametrize("text", ["Qinghe Mobile", "青禾移动 Q1", 'a & b (c), "d"', "3M", "x=1", "O'Hara"])
def test_a_name_in_any_script_is_taken(text: str) -> None:
    assert fields.read_text(f"  {text} ") == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "＝1", "＋1", "－1", "＠x"]
)
def test_what_a_spreadsheet_would_run_is_refused(text: str) -> None:
    assert word_of(fields.read_text, text) == "formula"


@pytest.mark.parametrize(
    "text", ["a\0b", "a\nb", "a\tb", "a\u202eb", "a\u200bb", "a\x1bb", "a\ud800b", "a\ufeffb"]
)
def test_what_cannot_be_seen_is_refused(text: str) -> None:
    assert word_of(fields.read_text, text) == "not-printable"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a<b", "a>b"])
def test_markup_is_refused(text: str) -> None:
    assert word_of(fields.read_text, text) == "markup"


def test_nothing_and_too_much_are_refused() -> None:
    assert word_of(fields.read_text, "   ") == word_of(fields.read_text, "") == "missing"
    assert word_of(fields.read_text, "x" * 101) == "too-long"
    assert fields.read_text("x" * 100) == "x" * 100


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("35290611", ("35290611", "35290611")),
        ("35290611-35290620", ("35290611", "35290620")),
        ("3529 0611 - 35290620", ("35290611", "35290620")),
    ],
)
def test_tacs_are_one_or_a_range(text: str, span: tuple[str, str]) -> None:
    assert fields.read_tacs(text) == span


@pytest.mark.parametrize(
    "text", ["", "3529061", "352906111", "３５２９０６１１", "٣٥٢٩٠٦١١", "3529061x", "1-2", "-35290611"]
)
def test_what_is_no_tac_is_refused(text: str) -> None:
    assert word_of(fields.read_tacs, text) == "not-a-tac"


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    assert word_of(fields.read_tacs, "35290620-35290611") == "backwards"
    assert word_of(fields.read_eins, "89049033-89049032") == "backwards"
    assert word_of(fields.read_versions, "4.2.1-4.2.0") == "backwards"


def test_eids_are_named_by_what_they_begin_with() -> None:
    assert fields.read_eins("89049032") == ("89049032".ljust(32, "0"), "89049032".ljust(32, "9"))
    assert fields.read_eins("89049-89050") == ("89049".ljust(32, "0"), "89050".ljust(32, "9"))
    assert fields.read_eins(str(eid_of(1))) == (str(eid_of(1)),) * 2


@pytest.mark.parametrize("text", ["", "8904", "8" * 33, "89x49", "٨٩٠٤٩"])
def test_what_names_no_eids_is_refused(text: str) -> None:
    assert word_of(fields.read_eins, text) == "not-an-ein"


def test_numbers_with_check_digits_say_what_is_wrong_and_not_the_number() -> None:
    assert fields.read_eid(f" {str(eid_of(1))[:4]} {str(eid_of(1))[4:]}") == eid_of(1)
    assert fields.read_imei("352906 110000 001"[:0] + "490154203237518") == "490154203237518"
    for read, text, word in (
        (fields.read_eid, str(eid_of(1))[:-1] + "0", "eid-check"),
        (fields.read_eid, str(eid_of(1))[:-1], "not-an-eid"),
        (fields.read_eid, "٨" * 32, "not-an-eid"),
        (fields.read_imei, "490154203237519", "imei-check"),
        (fields.read_imei, "4901542032375180", "not-an-imei"),
    ):
        assert word_of(read, text) == word
        with pytest.raises(DecodeError) as caught:
            read(text)
        assert text not in str(caught.value)


def test_keys_versions_days_countries_and_answers() -> None:
    assert fields.read_key("AB:" * 19 + "AB") == "ab" * 20
    assert word_of(fields.read_key, "ab" * 19) == "not-a-key"
    assert fields.read_versions("4.02.0-4.2.255") == ("4.2.0", "4.2.255")
    for text in ("", "4.2", "4.2.256", "4.2.x", "4.2.1.0", "1111.0.0"):
        assert word_of(fields.read_versions, text) == "not-a-version"
    assert fields.read_first_day("2027-01-15") == datetime(2027, 1, 15, tzinfo=UTC)
    assert fields.read_last_day("2027-01-15") == datetime(2027, 1, 15, 23, 59, 59, 999000, tzinfo=UTC)
    for text in ("", "2027-1-15", "2027-02-30", "20270115", "٢٠٢٧-٠١-١٥", "9999-99-99"):
        assert word_of(fields.read_first_day, text) == "not-a-day"
    assert fields.read_country("CN") == "CN"
    for text in ("cn", "CHN", "", "ＣＮ", "C1"):
        assert word_of(fields.read_country, text) == "not-a-country"
    assert [fields.read_yes_or_no(each) for each in ("yes", "是", "No", "0")] == [True, True, False, False]
    assert word_of(fields.read_yes_or_no, "maybe") == "not-yes-or-no"
    assert fields.read_word(" Phone ", ServiceClass) is ServiceClass.PHONE
    assert word_of(lambda text: fields.read_word(text, ServiceClass), "toaster") == "not-a-word"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_as_a_decode_error(text: str) -> None:
    readers: list[Callable[[str], Any]] = [
        *(fields.read_text, fields.read_tacs, fields.read_eins, fields.read_eid, fields.read_imei),
        *(fields.read_key, fields.read_versions, fields.read_country, fields.read_yes_or_no),
        *(fields.read_first_day, fields.read_last_day),
    ]
    for read in readers:
        with suppress(DecodeError):
            read(text)


def test_an_approval_may_be_open_until_the_last_day_of_the_calendar() -> None:
    assert fields.read_last_day("9999-12-31").year == 9999
