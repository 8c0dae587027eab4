"""Texts as people write them: how sentences begin, where blanks stand, what days and verifiers are called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from openesim.adapters.web.desks.assets import Assets
from openesim.adapters.web.desks.components.explained import ExplainedError
from openesim.adapters.web.desks.components.live import Streams
from openesim.adapters.web.desks.components.naming import date_text
from openesim.adapters.web.desks.cookies import Cookies
from openesim.adapters.web.desks.pages import Pages
from openesim.adapters.web.desks.regulator.deed_view import entry_view
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital, read_wording
from openesim.messages.sgp22.explained.entries import Language
from openesim.transparency.chain import Kept
from openesim.transparency.entries import Entry, EntryKind

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TITLES = {"authority:register": {"en": "Population register", "zh": "人口登记"}}
PAGES = Pages(read_wording(), Assets(), zone=ZoneInfo("Asia/Shanghai"), verifier_titles=TITLES)


class Stopped:
    """A clock that somebody else moves."""

    at = NOW

    def now(self) -> datetime:
        return self.at


def reader(language: Language = Language.ENGLISH) -> Visit:
    scope = {"path": "/", "method": "GET", "headers": [], "query_string": b""}
    return Visit(
        scope,
        PAGES,
        Cookies("", is_secure=False),
        Stopped(),
        signed_in=None,
        language=language,
        theme="auto",
        sessions=cast("Any", None),
        streams=Streams(),
    )


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("user", "User"),
        ("eUICC", "eUICC"),
        ("eSIM of a phone", "eSIM of a phone"),
        ("", ""),
        ("用户", "用户"),
    ],
)
def test_a_sentence_begins_with_a_capital_but_no_name_is_written_otherwise(text: str, begins: str) -> None:
    assert capital(text) == begins


def test_an_explanation_begins_its_three_parts_alike() -> None:
    page = PAGES.environment(Language.ENGLISH).from_string("{{ c.explained(one) }}")
    told = page.render(one=ExplainedError("the chip is full", "operator", "eUICC: delete a profile"))
    assert "The chip is full" in told
    assert "<dd>Operator</dd>" in told
    assert "<dd>eUICC: delete a profile</dd>" in told


@pytest.mark.parametrize(
    ("name", "title"),
    [("远山电信", "批准远山电信的“手机”业务"), ("Yuanshan", "批准 Yuanshan 的“手机”业务")],
)
def test_a_chinese_name_stands_without_blanks_in_a_chinese_text(name: str, title: str) -> None:
    said = reader(Language.CHINESE).say("regulator.application_approve.title", operator=name, service="手机")
    assert said == title


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("2026-01-31", "31 Jan 2026", "2026年1月31日"),
        ("2026-01-31T16:00:00+00:00", "1 Feb 2026, 00:00:00 UTC+8", "2026年2月1日 00:00:00 UTC+8"),
        ("2026-01-31T16:00", "2026-01-31T16:00", "2026-01-31T16:00"),
        ("some day", "some day", "some day"),
        ("", "", ""),
    ],
)
def test_days_and_moments_of_programs_are_written_as_people_do(text: str, english: str, chinese: str) -> None:
    assert date_text(reader(), text) == english
    assert date_text(reader(Language.CHINESE), text) == chinese


def test_the_ledger_calls_verifiers_and_days_as_people_do() -> None:
    entry = Entry(
        kind=EntryKind.DEED,
        at=NOW,
        actor="authority:register",
        subject="case:0123456789ABCDEF",
        facts={"deed": "verify", "verifier": "authority:register", "begins": "2026-01-31"},
    )
    kept = Kept(entry_id=1, at=NOW, digest=b"d" * 32, entry=entry, head=None)
    shown = entry_view(reader(), kept, {})
    assert shown.actor == "authority Population register"
    assert {text for _, text in shown.facts} == {"authority Population register", "31 Jan 2026"}
    assert entry_view(reader(Language.CHINESE), kept, {}).actor == "权威核验方人口登记"
