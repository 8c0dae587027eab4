"""A model is submitted question by question, checked, and then all of it or nothing; likewise once more."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.vendor_world import OTHER, SECRET_MODEL
from tests.web.vendor.conftest import Makers, plain

pytestmark = pytest.mark.sockets

NEW = "/vendor/models/new"
ANSWERS: dict[str, Any] = {
    "name": "Shanlan S8",
    "category": "phone",
    "market": "home",
    "abilities": ["consumer", "sm-ds"],
    "tacs": "35290800-35290809\n35290820",
}


def answered(makers: Makers, answers: dict[str, Any]) -> str:
    """Answers question by question; returns the address of the check."""
    where = f"{NEW}/name"
    for step, answer in answers.items():
        assert urlsplit(where).path == f"{NEW}/{step}"
        assert makers.get(where)
        status, where, page = makers.post(where, **{step: answer})
        assert status == 303, plain(page)
    assert urlsplit(where).path == f"{NEW}/check"
    return where


def test_a_model_is_submitted_in_six_pages_and_then_in_review(makers: Makers) -> None:
    check = answered(makers, ANSWERS)
    text = plain(makers.get(check))
    for said in (
        "Shanlan S8",
        "Phone",
        "For this country",
        "35290800–35290809, 35290820",
        "Asks a discovery server".lower(),
    ):
        assert said in text
    status, location, _ = makers.post(check)
    assert status == 303
    page = plain(makers.get(location))
    assert "In review" in page
    assert "Sun Jie" in page
    assert "35290800-35290809" in page
    assert "An inspector decides" in page


def test_an_answer_is_changed_and_leads_back_to_the_check(makers: Makers) -> None:
    check = answered(makers, ANSWERS | {"name": "Shanlan S9", "tacs": ""})
    page = makers.get(check)
    assert "no device will be recognised as this model" in plain(page)
    change = unescape(next(each for each in re.findall(r'href="([^"]+)"', page) if "/new/category?" in each))
    status, where, _ = makers.post(change, category="tablet")
    assert (status, urlsplit(where).path) == (303, f"{NEW}/check")
    assert parse_qs(urlsplit(where).query)["category"] == ["tablet"]


def test_nobody_comes_to_the_check_before_all_is_answered(makers: Makers) -> None:
    for query, step in (
        ("", "name"),
        ("name=Q", "category"),
        ("name=Q&category=phone&market=home", "abilities"),
    ):
        for method in ("GET", "POST"):
            path = f"{NEW}/check?{query}"
            answer = makers.desks.get(path, makers.token()) if method == "GET" else None
            status, where = (answer[0], answer[1]["location"]) if answer else makers.post(path)[:2]
            assert (status, urlsplit(where).path) == (303, f"{NEW}/{step}")


@pytest.mark.parametrize(
    ("query", "step"),
    [
        ("name=%3Cb%3E&category=phone&market=home&abilities=-&tacs=-", "name"),
        ("name=Q&category=rocket&market=home&abilities=-&tacs=-", "category"),
        ("name=Q&category=phone&market=home&abilities=fly&tacs=-", "abilities"),
        ("name=Q&category=phone&market=home&abilities=-&tacs=x", "tacs"),
    ],
)
def test_an_address_that_somebody_wrote_himself_leads_to_the_question(
    makers: Makers, query: str, step: str
) -> None:
    status, headers, _ = makers.desks.get(f"{NEW}/check?{query}", makers.token())
    assert (status, urlsplit(headers["location"]).path) == (303, f"{NEW}/{step}")
    status, where, _ = makers.post(f"{NEW}/check?{query}")
    assert (status, urlsplit(where).path) == (303, f"{NEW}/{step}")


@pytest.mark.parametrize(
    ("step", "answer", "told", "zh"),
    [
        ("name", "", "please fill this in", "请填写"),
        ("name", "=HYPERLINK(1)", "would run it as a formula", "作为公式执行"),
        ("name", "<script>alert(1)</script>", "no name has", "名称中不允许"),
        ("name", "x" * 101, "at most 100", "最多 100 个"),
        ("name", "a\u202eb", "cannot be seen", "不可见字符"),
        ("name", "a\0b", "cannot be seen", "不可见字符"),
        ("category", "rocket", "please choose", "请选择"),
        ("market", "", "please choose", "请选择"),
        ("abilities", "fly", "please choose", "请选择"),
        ("tacs", "12345678x", "is no TAC", "不是有效的 TAC"),
        ("tacs", "35880102", "registered for somebody else", "已由其他单位登记"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_told_at_its_field(
    makers: Makers, step: str, answer: str, told: str, zh: str
) -> None:
    for language, text in (("en", told), ("zh", zh)):
        status, _, page = makers.post(f"{NEW}/{step}", language=language, **{step: answer})
        assert status == 422
        assert 'class="error-summary"' in page
        assert text in plain(page)
        assert "<script>alert" not in page
        assert SECRET_MODEL not in page


def test_what_somebody_else_took_meanwhile_stops_all_of_it(makers: Makers) -> None:
    query = "name=Shanlan+S10&category=phone&market=home&abilities=-&tacs=35290840,35290611"
    for language, told in (
        ("en", "35290611-35290620 is registered for Shanlan S5"),
        ("zh", "已登记在 Shanlan S5 名下"),
    ):
        status, _, page = makers.post(f"{NEW}/check?{query}", language=language)
        assert status == 409
        assert told in plain(page)
    assert "Nothing matches" in makers.get("/vendor/models?q=Shanlan+S10")
    query = "name=Shanlan+S5&category=phone&market=home&abilities=-&tacs=-"
    status, _, page = makers.post(f"{NEW}/check?{query}")
    assert status == 409
    assert "Shanlan S5 is registered already" in plain(page)


def test_a_name_of_a_vendor_in_the_address_changes_nothing(makers: Makers) -> None:
    query = f"name=Shanlan+S11&category=phone&market=home&abilities=-&tacs=-&vendor={OTHER}&vendor_id=2"
    status, location, _ = makers.post(f"{NEW}/check?{query.replace(' ', '+')}", vendor_id="2")
    assert status == 303
    assert makers.get(location, "2", http_status=404)
    assert "Shanlan S11" in makers.get(location)


def test_what_was_asked_is_answered_and_submitted_again(makers: Makers) -> None:
    path = f"/vendor/models/{makers.model_id('Shanlan Tab 3')}"
    status, headers, _ = makers.desks.get(f"{path}/again/check", makers.token())
    assert (status, urlsplit(headers["location"]).path) == (303, f"{path}/again/answer")
    page = makers.get(f"{path}/again/answer")
    assert "Which chip is built in, and can it be taken out?" in plain(page)
    for answer, told in (("", "please fill this in"), ("x" * 501, "at most 500"), ("=1", "as a formula")):
        status, _, page = makers.post(f"{path}/again/answer", answer=answer)
        assert (status, told in plain(page)) == (422, True)
    status, where, _ = makers.post(
        f"{path}/again/answer", answer="It is soldered in.\nNobody can take it out."
    )
    assert (status, urlsplit(where).path) == (303, f"{path}/again/check")
    assert "It is soldered in. Nobody can take it out." in plain(makers.get(where))
    assert makers.post(where)[:2] == (303, path)
    text = plain(makers.get(path))
    assert "In review" in text
    assert "It is soldered in. Nobody can take it out." in text


def test_a_model_that_was_refused_is_submitted_again_and_one_that_is_approved_is_not(makers: Makers) -> None:
    refused = f"/vendor/models/{makers.model_id('Shanlan S3')}"
    where = makers.post(f"{refused}/again/answer", answer="The chip is soldered in now.")[1]
    assert makers.post(where)[:2] == (303, refused)
    assert "In review" in plain(makers.get(refused))
    approved = f"/vendor/models/{makers.model_id('Shanlan S5')}"
    assert "there is nothing to submit now" in plain(makers.get(f"{approved}/again/check"))
    status, _, page = makers.post(f"{approved}/again/check")
    assert status == 409
    assert "not possible while it is approved" in plain(page)


@pytest.mark.parametrize("step", ["nothing", "answer", "check%00", "..%2Fx"])
def test_a_question_that_there_is_not_is_not_there(makers: Makers, step: str) -> None:
    assert makers.get(f"{NEW}/{step}", http_status=404)
    assert makers.post(f"{NEW}/{step}")[0] == 404
