"""Models of a vendor: listed, found, shown with all that was said, and nothing of another vendor's."""

from __future__ import annotations

import re

import pytest

from tests.support.vendor_world import SECRET_MODEL
from tests.web.vendor.conftest import Makers, plain

pytestmark = pytest.mark.sockets


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_overview_tells_what_there_is_to_do(makers: Makers, language: str) -> None:
    text = plain(makers.get("/vendor", language=language))
    assert "Which chip is built in, and can it be taken out?" in text
    assert "Batteries of the first lot get hot." in text
    assert "Lanhe" not in text
    said = {
        "en": ("Waits for your answer", "Approvals that end within 90 days", "Recalls in force"),
        "zh": ("待您答复", "90 天内到期的许可", "生效中的召回"),
    }
    for each in said[language]:
        assert each in text


def test_the_list_is_filtered_sorted_and_given_away(makers: Makers) -> None:
    text = plain(makers.get("/vendor/models?state=expired"))
    assert "Shanlan S4" in text
    assert "Shanlan S5" not in text
    text = plain(makers.get("/vendor/models?category=watch&sort=-changed"))
    assert "Shanlan Watch 2" in text
    status, headers, file = makers.desks.get("/vendor/models?format=csv", makers.token())
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    lines = file.splitlines()
    assert lines[0].startswith("\ufeffModel,Kind,State,Approval number")
    assert len(lines) >= 8
    assert SECRET_MODEL not in file


@pytest.mark.parametrize("search", ["35290615", "352906150000009", "3529 0615"])
def test_a_tac_or_an_imei_leads_to_its_model(makers: Makers, search: str) -> None:
    path = f"/vendor/models?q={search.replace(' ', '+')}"
    status, headers, _ = makers.desks.get(path, makers.token())
    assert (status, headers["location"]) == (303, f"/vendor/models/{makers.model_id('Shanlan S5')}")


@pytest.mark.parametrize("search", ["35880101", SECRET_MODEL, "Lanhe"])
def test_what_is_another_vendors_is_not_found(makers: Makers, search: str) -> None:
    page = makers.get(f"/vendor/models?q={search.replace(' ', '+')}")
    assert "Nothing matches" in page
    number = makers.model_id(SECRET_MODEL)
    for path in (
        f"/vendor/models/{number}",
        f"/vendor/models/{number}/tacs",
        f"/vendor/models/{number}/again/check",
    ):
        assert SECRET_MODEL not in makers.get(path, http_status=404)
    assert SECRET_MODEL in makers.get(f"/vendor/models/{number}", "2")


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=-1",
        "after=99999999999999999999",
        "sort=vendor",
        "state=nothing",
        "q=%00",
        "q=%3Cscript%3E",
    ],
)
def test_an_address_that_makes_no_sense_is_a_list(makers: Makers, query: str) -> None:
    page = makers.get(f"/vendor/models?{query}")
    assert "<script>alert" not in page
    assert "My models" in plain(page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_model_is_shown_with_its_approval_its_tacs_and_what_was_said(makers: Makers, language: str) -> None:
    text = plain(makers.get(f"/vendor/models/{makers.model_id('Shanlan S5')}", language=language))
    assert "35290611-35290620" in text
    assert "Batteries of the first lot get hot." in text
    assert ("Approved until" if language == "en" else "许可截止") in text
    asked = plain(makers.get(f"/vendor/models/{makers.model_id('Shanlan Tab 3')}", language=language))
    assert ("Answer and submit again" if language == "en" else "答复并重新提交") in asked
    assert "account:" not in asked


def test_tacs_are_added_and_taken_back_once_that_is_confirmed(makers: Makers) -> None:
    path = f"/vendor/models/{makers.model_id('Shanlan S6')}"
    status, location, _ = makers.post(f"{path}/tacs", tacs="35290660-35290669\n35290671")
    assert (status, location) == (303, path)
    confirm = plain(makers.get(f"{path}/tacs/35290660/remove"))
    assert "10 TACs" in confirm
    assert "Take TACs back from Shanlan S6?" in confirm
    assert makers.post(f"{path}/tacs/35290660/remove")[:2] == (303, path)
    page = makers.get(path)
    assert "35290671" in page
    assert "35290660-35290669" not in page
    assert makers.get(f"{path}/tacs/35290660/remove", http_status=404)


@pytest.mark.parametrize(
    ("tacs", "told", "zh"),
    [
        ("", "please fill this in", "请填写"),
        ("3529066", "is no TAC", "不是有效的 TAC"),
        ("\u0663\u0665\u0662\u0669\u0660\u0666\u0661\u0661", "is no TAC", "不是有效的 TAC"),
        ("35290615", "registered for Shanlan S5", "已登记在 Shanlan S5 名下"),
        ("35880105", "35880105-35880105 is registered for somebody else", "已由其他单位登记"),
        ("35290681-35290672", "ends before it begins", "结束值小于起始值"),
        ("=1+1", "is no TAC", "不是有效的 TAC"),
        ("35290672\n35290670-35290679", "which stands above it", "与上方的"),
        ("<script>alert(1)</script>", "is no TAC", "不是有效的 TAC"),
        ("1" * 9000, "is no TAC", "不是有效的 TAC"),
    ],
)
def test_tacs_that_cannot_be_taken_are_told_at_the_field(
    makers: Makers, tacs: str, told: str, zh: str
) -> None:
    path = f"/vendor/models/{makers.model_id('Shanlan S6')}"
    before = makers.get(path).count("<tr>")
    for language, text in (("en", told), ("zh", zh)):
        status, _, page = makers.post(f"{path}/tacs", language=language, tacs=tacs)
        assert status == 422
        assert 'id="error-tacs"' in page
        assert text in plain(page)
        assert "<script>alert" not in page
        assert SECRET_MODEL not in page
    assert makers.get(path).count("<tr>") == before


def test_the_days_of_an_approval_are_written_as_people_do(makers: Makers) -> None:
    path = f"/vendor/models/{makers.model_id('Shanlan S5')}"
    day, tag = r"\d{1,2} \w{3} \d{4}", r"\d{4}年\d{1,2}月\d{1,2}日"
    assert re.search(rf"02-\d{{4}}-24, from {day} to {day}", plain(makers.get(path)))
    chinese = plain(makers.get(path, language="zh"))
    assert re.search(rf"02-\d{{4}}-24，有效期 {tag}至 {tag}", chinese)


@pytest.mark.parametrize(("name", "tac"), [("Shanlan Car", "35290580"), ("Shanlan S3", "35290590")])
def test_nobody_is_asked_about_tacs_that_cannot_be_taken_back(makers: Makers, name: str, tac: str) -> None:
    assert makers.get(f"/vendor/models/{makers.model_id(name)}/tacs/{tac}/remove", http_status=404)


def test_tacs_of_a_model_that_was_decided_are_the_inspectors(makers: Makers) -> None:
    path = f"/vendor/models/{makers.model_id('Shanlan S5')}"
    assert "approved" in plain(makers.get(f"{path}/tacs"))
    status, _, page = makers.post(f"{path}/tacs", tacs="35290690")
    assert status == 409
    assert "inspector's to change" in plain(page)
    assert "须由审核人员变更" in plain(makers.post(f"{path}/tacs", language="zh", tacs="35290690")[2])
    assert makers.post(f"{path}/tacs/35290611/remove")[0] == 409
    for tac in ("35880101", "00000000", "x", "%3Cscript%3E"):
        assert makers.post(f"{path}/tacs/{tac}/remove")[0] == 404


def test_notices_tell_recalls_with_what_they_hit_and_decisions(makers: Makers) -> None:
    text = plain(makers.get("/vendor/notices"))
    for said in (
        "Recall 1: TAC Batteries of the first lot get hot.",
        "35290618–35290620",
        "Recall 2 was lifted: Model",
        "Readings were good.",
        "Builds of yours 4.1.0",
        "Readings of its transmitter are awaited.",
    ):
        assert said in text
    assert "Lanhe" not in text
    other = plain(makers.get("/vendor/notices", "2"))
    assert "Lanhe only: the screen comes off." in other
    assert "Batteries" not in other
    assert "召回 1" in plain(makers.get("/vendor/notices", language="zh"))
