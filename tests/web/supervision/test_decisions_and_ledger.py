"""Decisions are searched for and explained; the ledger is read, checked on the page, and given away."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from openesim.services.conditions.accounts.roles import Role
from openesim.transparency.chain import Head
from tests.support.desks import today
from tests.web.supervision.conftest import Office, plain

pytestmark = pytest.mark.sockets

DECISIONS, LEDGER = "/regulator/decisions", "/regulator/ledger"
ROWS = re.compile(r'href="/regulator/decisions/(\d+)"')


def rows_of(office: Office, query: str) -> list[list[str]]:
    """Returns the rows of a list as it is given away, with names in English."""
    separator = "&" if "?" in query else "?"
    lines = office.get(f"{query}{separator}format=csv&lang=en").splitlines()
    return [line.split(",") for line in lines[1:]]


# --- decisions


def test_decisions_are_searched_by_what_came_out_and_why(office: Office) -> None:
    everything = rows_of(office, DECISIONS)
    refused = rows_of(office, f"{DECISIONS}?verdict=refuse")
    assert 0 < len(refused) < len(everything)
    assert {row[1] for row in refused} == {"refused"}
    many = rows_of(office, f"{DECISIONS}?cause=too-many-lines")
    assert 0 < len(many) < len(everything)
    assert all("lines" in row[6] for row in many)
    qinghe = rows_of(office, f"{DECISIONS}?operator=qinghe")
    assert {row[3] for row in qinghe} == {"青禾移动"}
    number = qinghe[0][4]
    assert {row[4] for row in rows_of(office, f"{DECISIONS}?order={number}")} == {number}


def test_decisions_are_searched_by_time(office: Office) -> None:
    last = today() - timedelta(days=10)
    early = rows_of(office, f"{DECISIONS}?until={last:%Y-%m-%d}")
    late = rows_of(office, f"{DECISIONS}?since={last + timedelta(days=1):%Y-%m-%d}")
    assert early
    assert late
    assert len(early) + len(late) == len(rows_of(office, DECISIONS))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("order=abc", "Order: "),
        ("order=-1", "Order: "),
        ("order=" + "9" * 40, "Order: "),
        ("operator=nobody", "Operator: please choose"),
        ("cause=%3Cscript%3E", "Cause: please choose"),
        ("since=2026-13-45", "From: "),
        ("until=9999-12-31", "To: "),
        ("since=2026-02-03&until=2026-02-01", "The last day is before the first one"),
    ],
)
def test_what_cannot_be_searched_for_is_told(office: Office, query: str, told: str) -> None:
    status, _, page = office.desks.get(f"{DECISIONS}?{query}", office.token())
    assert (status, told in plain(page)) == (422, True), plain(page)
    assert "<script>" not in page.replace('<script src="', "")


def test_a_place_that_nobody_made_shows_the_first_page(office: Office) -> None:
    for query in ("after=x", "after=1.2.3.4", "verdict=%00", "after=" + "9" * 60):
        assert office.desks.get(f"{DECISIONS}?{query}", office.token())[0] == 200


def test_one_decision_is_explained_with_its_sources_in_both_languages(office: Office) -> None:
    position = ROWS.search(office.get(f"{DECISIONS}?cause=too-many-lines"))
    assert position is not None
    page = plain(office.get(f"{DECISIONS}/{position[1]}", Role.INSPECTOR))
    assert f"Decision at place {position[1]}" in page
    assert "the same comes out" in page
    assert "limits." in page, "where the rule stands"
    assert "Who says so" in page
    assert re.search(r"Lines At this operator 5", page), page
    page = plain(office.get(f"{DECISIONS}/{position[1]}?lang=zh"))
    assert f"第 {position[1]} 条决定" in page
    assert "结果一致" in page
    assert "依据" in page
    office.get(f"{DECISIONS}?lang=en")


def test_what_was_allowed_is_explained_too(office: Office) -> None:
    position = ROWS.search(office.get(f"{DECISIONS}?verdict=allow"))
    assert position is not None
    page = plain(office.get(f"{DECISIONS}/{position[1]}"))
    assert "Everything that the rules ask for was met." in page


def test_a_place_without_a_decision_is_none(office: Office) -> None:
    office.seal()
    for position in ("1", "999999999", "0"):
        assert office.desks.get(f"{DECISIONS}/{position}", office.token())[0] == 404


# --- the ledger


def test_deeds_and_looks_are_read_with_who_did_them(office: Office) -> None:
    rows = rows_of(office, f"{LEDGER}?subject=watched:{office.things['watched']}")
    assert len(rows) == 1
    rows = rows_of(office, f"{LEDGER}?kind=look")
    assert all(row[2] for row in rows)
    page = plain(office.get(f"{LEDGER}?kind=deed", Role.INSPECTOR))
    assert "Recalls" in page
    assert "Verify the chain" in page
    for query in ("after=x", "kind=decision", "actor=%00", "subject=%3Cb%3E"):
        status, _, page = office.desks.get(f"{LEDGER}?{query}", office.token())
        assert status in {200, 422}
        assert "<b>" not in page
    status, _, page = office.desks.get(f"{LEDGER}?since=2026-05-05&until=2026-05-04", office.token())
    assert (status, "The last day is before the first one" in plain(page)) == (422, True)


def test_one_entry_is_shown_in_its_place(office: Office) -> None:
    office.seal()
    page = plain(office.get(f"{LEDGER}/2"))
    assert "Entry at place 2" in page
    assert "The one before" in page
    assert "The next one" in page
    assert f"{LEDGER}/1" in office.get(f"{LEDGER}/2")
    assert "The one before" not in plain(office.get(f"{LEDGER}/1"))
    assert office.desks.get(f"{LEDGER}/99999999", office.token())[0] == 404


def head_of(office: Office) -> str:
    """Returns the head as the page of the check shows it."""
    found = re.search(r"\b(\d+:[0-9a-f]{64})\b", office.get(f"{LEDGER}/check"))
    assert found is not None
    return found[1]


def test_the_chain_is_verified_step_by_step_without_scripts(office: Office) -> None:
    office.seal()
    page = office.get(f"{LEDGER}/check/run")
    assert "/regulator/ledger/check/progress" in page
    assert "step=1" in page
    page = plain(office.get(f"{LEDGER}/check/run?step=1"))
    head = head_of(office)
    assert f"All {Head.parse(head).position} entries hold" in page
    assert "hold" in plain(office.get(f"{LEDGER}/check/run?step=1&begin={head}"))


def test_the_chain_is_verified_while_somebody_looks_on(office: Office) -> None:
    status, headers, text = office.desks.get(f"{LEDGER}/check/progress", office.token())
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert text.endswith("event: over\ndata: {}\n\n")
    assert "entries hold" in text


def test_a_head_that_does_not_fit_is_told_as_a_break(office: Office) -> None:
    wrong = "5:" + "ab" * 32
    page = plain(office.get(f"{LEDGER}/check/run?step=1&heads={wrong}"))
    assert "One break was found" in page
    assert "Keep the database as it is" in page
    page = plain(office.get(f"{LEDGER}/check/run?step=1&heads={wrong}&lang=zh"))
    assert "发现 1 处异常" in page
    office.get(f"{LEDGER}/check?lang=en")
    for name in ("begin", "heads"):
        status, _, page = office.desks.get(f"{LEDGER}/check/run?{name}=12:xyz", office.token())
        assert (status, "a head is a place, a colon, and 64 digits" in plain(page)) == (422, True)


def test_a_head_is_noted_and_checked_against_from_then_on(office: Office) -> None:
    office.seal()
    head = head_of(office)
    status, location, _ = office.post(f"{LEDGER}/head")
    assert (status, location) == (303, f"{LEDGER}/check")
    assert f"begin={head}" in office.get(location, Role.INSPECTOR).replace("%3A", ":")
    assert office.desks.get(f"{LEDGER}/check", office.token(Role.MANAGER))[0] == 403
    assert office.post(f"{LEDGER}/head", Role.MANAGER)[0] == 403


def test_the_whole_ledger_is_given_away_as_lines(office: Office) -> None:
    office.seal()
    status, headers, text = office.desks.get(f"{LEDGER}/export", office.token())
    assert (status, headers["content-type"].partition(";")[0]) == (200, "application/jsonl")
    assert 'filename="ledger.jsonl"' in headers["content-disposition"]
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[0]["openesim_ledger"] == 1
    assert len(lines) == 1 + Head.parse(head_of(office)).position
    assert office.desks.get(f"{LEDGER}/export", office.token(Role.MANAGER))[0] == 403


def test_pages_of_the_ledger_follow_each_other(office: Office) -> None:
    page = office.get(LEDGER)
    onward = re.search(r'href="(/regulator/ledger\?[^"]*after=[^"]+)"', page)
    assert onward is not None
    second = office.get(onward[1].replace("&amp;", "&"))
    first_rows = set(re.findall(r"/regulator/ledger/(\d+)", page))
    assert not first_rows & set(re.findall(r"/regulator/ledger/(\d+)", second))
