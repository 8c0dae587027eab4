"""Documents are checked for form; what is wrong is told without the number."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.identity.documents import (
    Document,
    age_on,
    mrz_check_digit,
    parse_document,
    parse_passport_mrz,
    parse_resident_id,
    resident_id_check_digit,
)
from openesim.conditions.rules.words import DocumentKind
from openesim.kernel.errors import DecodeError

TODAY = date(2026, 11, 29)

# The example of GB 11643-1999 itself, and of ICAO Doc 9303 part 4.
GB_EXAMPLE = "11010519491231002X"
ICAO_EXAMPLE = """P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10"""


def test_the_standards_own_example_is_read() -> None:
    document = parse_resident_id(GB_EXAMPLE, TODAY)
    assert (document.born, document.region) == (date(1949, 12, 31), "11")
    assert parse_resident_id(" 110105 19491231 002x ", TODAY) == document


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110105194912310021", "check digit"),
        ("11010519491231002", "18 places"),
        ("110105491231002", "18 places"),
        ("10010519491231002X", "province"),
        ("11010519491331002X", "calendar"),
        ("11010520270101002X", "nobody is born"),
        ("1101051949123100２X", "17 digits"),
        ("X1010519491231002X", "17 digits"),
    ],
)
def test_what_is_wrong_with_a_resident_number_is_named(text: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason) as caught:
        parse_document(DocumentKind.RESIDENT_ID, text, TODAY)
    assert text not in str(caught.value)


@given(place=st.integers(0, 16), digit=st.integers(0, 9))
def test_one_mistyped_digit_is_always_seen(place: int, digit: int) -> None:
    mistyped = GB_EXAMPLE[:place] + str(digit) + GB_EXAMPLE[place + 1 :]
    if mistyped == GB_EXAMPLE:
        return
    with pytest.raises(DecodeError):
        parse_resident_id(mistyped, TODAY)


def test_a_passports_zone_is_read() -> None:
    document = parse_passport_mrz(ICAO_EXAMPLE, TODAY)
    assert document == Document(
        DocumentKind.PASSPORT, "L898902C3", date(1974, 8, 12), None, date(2012, 4, 15), "UTO"
    )
    assert parse_passport_mrz(ICAO_EXAMPLE.replace("\n", ""), TODAY) == document


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("L898902C36", "L898902C37"), "number"),
        (("7408122", "7408123"), "date of birth"),
        (("1204159", "1204158"), "date of expiry"),
        (("ZE184226B", "ZE184226C"), "personal number"),
        (("<<<<<10", "<<<<<11"), "whole second line"),
        (("P<UTO", "I<UTO"), "passport"),
        (("ANNA", "ÄNNA"), "capital letters"),
        (("<<<<<<<\n", "<<<<<<\n"), "88 places"),
    ],
)
def test_what_is_wrong_with_a_zone_is_named(change: tuple[str, str], reason: str) -> None:
    with pytest.raises(DecodeError, match=reason) as caught:
        parse_passport_mrz(ICAO_EXAMPLE.replace(*change), TODAY)
    assert "L898902C" not in str(caught.value)


def test_a_personal_number_that_is_empty_needs_no_check_digit() -> None:
    second = "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<"
    whole = mrz_check_digit(second[:10] + second[13:20] + second[21:43])
    assert (
        parse_passport_mrz(ICAO_EXAMPLE.split("\n", maxsplit=1)[0] + second + whole, TODAY).number
        == "L898902C3"
    )


@pytest.mark.parametrize("text", ["H12345678", "m 1234 5678", "12345678"])
def test_travel_permits_have_their_forms(text: str) -> None:
    assert parse_document(DocumentKind.MAINLAND_TRAVEL_PERMIT, text, TODAY).number[-8:] == "12345678"
    for wrong in (text + "9", "K12345678", "H1234567X"):
        with pytest.raises(DecodeError):
            parse_document(DocumentKind.MAINLAND_TRAVEL_PERMIT, wrong, TODAY)


def test_residence_permits_are_numbered_like_residents() -> None:
    body = "81000019900101001"
    number = body + resident_id_check_digit(body)
    document = parse_document(DocumentKind.RESIDENCE_PERMIT, number, TODAY)
    assert (document.kind, document.region) == (DocumentKind.RESIDENCE_PERMIT, "81")
    with pytest.raises(DecodeError, match="81, 82 or 83"):
        parse_document(DocumentKind.RESIDENCE_PERMIT, GB_EXAMPLE, TODAY)


@pytest.mark.parametrize("text", ["abc", "x" * 33, "AB'); DROP", "身份证1234"])
def test_any_other_number_is_letters_and_digits(text: str) -> None:
    with pytest.raises(DecodeError):
        parse_document(DocumentKind.NATIONAL_ID, text, TODAY)
    assert parse_document(DocumentKind.NATIONAL_ID, "t22 000 129", TODAY).number == "T22000129"


def test_a_number_is_never_shown_by_accident() -> None:
    assert GB_EXAMPLE not in repr(parse_resident_id(GB_EXAMPLE, TODAY))


def test_an_age_is_full_years() -> None:
    assert age_on(date(2010, 11, 29), TODAY) == 16
    assert age_on(date(2010, 11, 30), TODAY) == 15
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_a_passport_without_a_number_is_nobodys() -> None:
    first, second = ICAO_EXAMPLE.splitlines()
    bare = "<" * 9 + "0" + second[10:43]
    zone = first + bare + mrz_check_digit(bare[:10] + bare[13:20] + bare[21:43])
    with pytest.raises(DecodeError, match="a number of 4 to 32 places"):
        parse_passport_mrz(zone, TODAY)
