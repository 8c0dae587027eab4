"""What is typed beside numbers: names, days, contacts, addresses, reasons; what is wrong is told, never repeated."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.identity.countries import country_code
from openesim.conditions.identity.faults import FAULTS, Fault, FaultyTextError, FormError
from openesim.conditions.identity.forms import (
    parse_address,
    parse_born,
    parse_contact,
    parse_day,
    parse_name,
    parse_reason,
)
from openesim.conditions.identity.pictures import MOST_OCTETS, picture_of, verify_picture
from openesim.conditions.rules.words import DocumentKind

TODAY = date(2026, 11, 29)
CARD, PASSPORT, FIRM = DocumentKind.RESIDENT_ID, DocumentKind.PASSPORT, DocumentKind.BUSINESS_LICENCE


def word_of(parse: Callable[[], object]) -> str:
    """Returns what is wrong."""
    with pytest.raises(FaultyTextError) as caught:
        parse()
    return caught.value.fault.word


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [
        (CARD, "王小明", "王小明"),
        (CARD, " 王 小明 ", "王小明"),
        (CARD, "阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        (CARD, "𠮷野家", "𠮷野家"),
        (PASSPORT, "  Ayşe   Öztürk-Müller ", "Ayşe Öztürk-Müller"),
        (PASSPORT, "O’Neill, Jr."[:7], "O’Neill"),
        (PASSPORT, "Ｅriksson Anna", "Eriksson Anna"),
        (PASSPORT, "محمد بن علي", "محمد بن علي"),
        (PASSPORT, "王 Anna", "王 Anna"),
        (PASSPORT, "Nguyễn Văn A", "Nguyễn Văn A"),
        (FIRM, "青禾科技(北京)有限公司 3 部", "青禾科技(北京)有限公司 3 部"),
    ],
)
def test_a_name_is_read_as_its_document_has_it(kind: DocumentKind, text: str, name: str) -> None:
    assert parse_name(kind, text) == name


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        (CARD, "", "missing"),
        (CARD, "  ", "missing"),
        (CARD, "Wang Xiaoming", "name-han"),
        (CARD, "Ван Сяомин", "name-han"),
        (CARD, "王小明3", "name-characters"),
        (CARD, "王<script>", "name-characters"),
        (CARD, "=cmd|' /C calc'!A0", "name-characters"),
        (CARD, "王\u202e明", "control-characters"),
        (CARD, "王\0明", "control-characters"),
        (CARD, "王\u200b明", "control-characters"),
        (CARD, "王\ufe00明", "control-characters"),
        (PASSPORT, "An\u3164na", "control-characters"),
        (PASSPORT, "An\u034fna", "control-characters"),
        (CARD, "王\ud800明", "control-characters"),
        (CARD, "王" * 101, "too-long"),
        (CARD, "···", "name-characters"),
        (PASSPORT, "Еriksson", "name-mixed"),
        (PASSPORT, "@everyone", "name-characters"),
        (FIRM, "x" * 101, "too-long"),
    ],
)
def test_what_is_wrong_with_a_name_is_told(kind: DocumentKind, text: str, word: str) -> None:
    assert word_of(lambda: parse_name(kind, text)) == word


def test_days_are_days_of_the_calendar_on_which_people_are_born() -> None:
    assert parse_day(" 1990-12-31 ") == date(1990, 12, 31)
    for text in ("31.12.1990", "1990-02-30", "１９９０年", "1990-12-3", "19901231"):
        assert word_of(lambda: parse_day(text)) == "born-form"  # noqa: B023
    assert parse_born("2026-11-29", TODAY) == TODAY
    for text in ("1849-12-31", "2026-11-30"):
        assert word_of(lambda: parse_born(text, TODAY)) == "born-range"  # noqa: B023


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("+86 139-1234-5678", "+8613912345678"),
        ("(010) 1234 5678", "01012345678"),
        ("anna@example.com", "anna@example.com"),
    ],
)
def test_contacts_are_telephones_and_mail_addresses(text: str, contact: str) -> None:
    assert parse_contact(text) == contact


@pytest.mark.parametrize(
    "text", ["call me", "1234", "1" * 16, "a@b", "a b@example.com", "@example.com", "١٢٣٤٥٦"]
)
def test_other_contacts_are_none(text: str) -> None:
    assert word_of(lambda: parse_contact(text)) == "contact-form"


def test_addresses_have_a_length() -> None:
    assert parse_address("北京市\n朝阳区  7 号") == "北京市 朝阳区 7 号"
    assert word_of(lambda: parse_address("abc")) == "too-short"
    assert word_of(lambda: parse_address("路" * 201)) == "too-long"


def test_a_reason_leads_to_nobody() -> None:
    assert parse_reason("客户要求核对登记的姓名信息") == "客户要求核对登记的姓名信息"
    assert parse_reason("order 12 of 2026 went wrong")
    for text in ("please call 139 1234 5678", "110105199003072049 is on the card", "call 1-3-9-1-2-3-4-5"):
        assert word_of(lambda: parse_reason(text)) == "reason-number"  # noqa: B023


@given(st.text())
def test_no_text_at_all_breaks_a_reader(text: str) -> None:
    for parse in (
        lambda: parse_name(CARD, text),
        lambda: parse_name(PASSPORT, text),
        lambda: parse_born(text, TODAY),
        lambda: parse_contact(text),
        lambda: parse_address(text),
        lambda: parse_reason(text),
    ):
        value = ""
        with suppress(FaultyTextError):
            value = str(parse())
        assert value.isprintable()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CN", "CHN"),
        ("de", "DEU"),
        ("D", "DEU"),
        ("D<<", "DEU"),
        ("UTO", "UTO"),
        ("", None),
        ("1A", None),
        ("中国", None),
    ],
)
def test_countries_are_known_by_three_letters(text: str, code: str | None) -> None:
    assert country_code(text) == code


def test_every_country_of_the_system_has_a_code() -> None:
    from pathlib import Path

    table = Path("/usr/share/zoneinfo/iso3166.tab")
    if not table.is_file():
        pytest.skip("no table of countries on this machine")
    codes = [line[:2] for line in table.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert [code for code in codes if country_code(code) is None] == []


def test_pictures_are_known_by_their_first_octets() -> None:
    picture = b"\xff\xd8\xff\xe0" + bytes(10)
    assert picture_of(verify_picture(picture)) == ("image/jpeg", picture)
    for octets, word in ((b"<svg onload=", "image-form"), (picture + bytes(MOST_OCTETS), "image-size")):
        assert word_of(lambda: verify_picture(octets)) == word  # noqa: B023


def test_every_fault_has_its_twin_with_the_same_figures() -> None:
    import string

    for word, texts in FAULTS.items():
        names = {
            language: {name.removesuffix("_zh") for _, name, _, _ in string.Formatter().parse(text) if name}
            for language, text in texts.items()
        }
        assert names["en"] == names["zh"], word


def test_a_form_tells_all_its_faults_in_either_language() -> None:
    error = FormError({"name": Fault("missing"), "number": Fault("resident-length", {"count": "3"})})
    assert str(error) == (
        "name: this is needed; number: a resident identity number has 18 places, these are 3"
    )
    assert "居民身份证号码为 18 位" in error.explain("zh").cause
    assert error.explanation is not None
    assert "nothing was stored" in error.explanation.next_step
