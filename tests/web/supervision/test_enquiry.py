"""A lawful enquiry: the reason first, then the document, then lines without a name; and what is recorded of it."""

from __future__ import annotations

import pytest

from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.ledger.ledger import Query, find_page
from openesim.transparency.entries import EntryKind
from tests.support.people import resident
from tests.support.register_world import PERSON
from tests.web.supervision.conftest import Office, plain

pytestmark = pytest.mark.sockets

ENQUIRY = "/regulator/enquiry"
WHY = {"reason": "A request of the prosecutor's office.", "reference": "2026-0815"}
WHO = {"step": "who", "document": "resident-id", "country": "CN", "number": PERSON}


def looks(office: Office) -> list[dict[str, str]]:
    """Returns what the ledger tells of looks, newest first."""

    async def read() -> list[dict[str, str]]:
        page = office.desks.site.work.run_now(
            lambda stores: find_page(stores, Query(kind=EntryKind.LOOK), None, 50)
        )
        return [dict(kept.entry.facts) for kept in page.entries if kept.entry is not None]

    found: list[dict[str, str]] = office.desks.run(read())
    return found


def test_it_is_the_chiefs_after_a_fresh_proof(office: Office) -> None:
    assert office.desks.get(ENQUIRY, office.token(Role.INSPECTOR))[0] == 403
    assert office.post(ENQUIRY, Role.INSPECTOR, **WHY, **WHO)[0] == 403
    status, headers, _ = office.desks.get(ENQUIRY, office.stale())
    assert (status, headers["location"]) == (303, "/account/prove?next=/regulator/enquiry")
    assert ENQUIRY not in office.get("/regulator", Role.INSPECTOR)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"reason": ""}, "Reason: "),
        ({"reason": "short"}, "Reason: "),
        ({"reason": "x" * 201}, "Reason: "),
        ({"reason": f"It is about {PERSON}."}, "Reason: "),
        ({"reference": ""}, "File number of the request: "),
        ({"reference": "2" * 200}, "File number of the request: "),
    ],
)
def test_nobody_looks_without_a_reason(office: Office, typed: dict[str, str], told: str) -> None:
    before = len(looks(office))
    for further in ({}, WHO):
        status, _, page = office.post(ENQUIRY, **WHY | typed, **further)
        assert (status, told in plain(page)) == (422, True), plain(page)
        assert "Why do you ask?" in page
    assert len(looks(office)) == before


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"document": ""}, "Kind of document: please choose"),
        ({"country": "XX"}, "Documents of: please choose"),
        ({"number": ""}, "Number of the document: "),
        ({"number": PERSON[:-1] + ("0" if PERSON[-1] != "0" else "1")}, "Number of the document: "),
        ({"number": "<b>1</b>"}, "Number of the document: "),
        ({"number": "9" * 300}, "Number of the document: "),
    ],
)
def test_a_document_that_is_typed_wrong_is_told(office: Office, typed: dict[str, str], told: str) -> None:
    before = len(looks(office))
    status, _, page = office.post(ENQUIRY, **WHY, **WHO | typed)
    assert (status, told in plain(page)) == (422, True), plain(page)
    assert "<b>1" not in page
    assert 'name="reference" value="2026-0815"' in page, "what was said before is kept"
    assert len(looks(office)) == before


def test_lines_are_shown_once_without_a_name_and_the_look_is_recorded(office: Office) -> None:
    status, _, page = office.post(ENQUIRY, **WHY)
    assert (status, "Whose lines?" in page) == (200, True)
    before = len(looks(office))
    status, _, page = office.post(ENQUIRY, **WHY, **WHO)
    shown = plain(page)
    assert status == 200
    assert "Lines of this person" in shown
    assert "青禾移动" in shown
    assert "远山" in shown
    assert shown.count("active") >= 2
    assert PERSON not in page
    assert PERSON[-6:] not in page
    recorded = looks(office)
    assert len(recorded) == before + 1
    assert (recorded[0]["reference"], recorded[0]["reason"]) == (WHY["reference"], WHY["reason"])
    assert not any(PERSON[:12] in text for text in recorded[0].values())
    office.seal()
    page = plain(office.get("/regulator/ledger?kind=look", Role.INSPECTOR))
    assert "Zhou Ming" in page
    assert "2026-0815" in page
    assert PERSON not in page


def test_who_has_no_line_has_none_and_that_is_recorded_too(office: Office) -> None:
    before = len(looks(office))
    status, _, page = office.post(
        f"{ENQUIRY}?lang=zh", **WHY, **WHO | {"number": resident("11010519900101001")}
    )
    assert (status, "没有号码" in plain(page)) == (200, True)
    office.get("/regulator?lang=en")
    assert len(looks(office)) == before + 1
