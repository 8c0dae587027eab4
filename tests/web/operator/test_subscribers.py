"""Subscribers without a browser: found by filters and documents, masked, looked at for a reason, revoked; and the privacy wall."""

from __future__ import annotations

import re
from typing import Any

import pytest

from openesim.conditions.identity.cases import CaseState
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.ledger.ledger import Range, Window
from openesim.transparency.entries import EntryKind
from tests.support.counter_world import (
    NAME,
    NUMBER,
    begin,
    case_of,
    clerk,
    plant_elsewhere,
    verify,
)
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import LiveDesks
from tests.support.people import resident
from tests.support.rig import eid_of

pytestmark = pytest.mark.sockets

OTHER = resident("11010519910307203")
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def who(harbour: LiveDesks) -> DeskVisitor:
    """A clerk."""
    return clerk(harbour)


@pytest.fixture
def manager(harbour: LiveDesks) -> DeskVisitor:
    """A manager."""
    return clerk(harbour, Role.MANAGER)


def entries(desks: LiveDesks, subject: str) -> list[Any]:
    """Returns what the ledger tells about something, newest first."""
    window = Window(range=Range.SUBJECT, value=subject)
    kept = desks.run(desks.site.work.run(lambda stores: stores.ledger_window(window, 100)))
    return [each.entry for each in kept]


def test_the_list_is_masked_and_filtered(who: DeskVisitor) -> None:
    case_id = verify(who, eid_of(4201))
    text = who.get("/operator/subscribers")
    assert case_id in who.page
    assert NAME not in who.page
    assert NUMBER not in who.page
    assert "欧***" in text
    assert "Verified" in who.get(
        "/operator/subscribers?state=verified&service=phone&channel=counter&since=day"
    )
    assert "Nothing matches" in who.get("/operator/subscribers?service=vehicle")
    assert "Verified" in who.get(f"/operator/subscribers?q={case_id.lower()}")
    assert "Verified" in who.get(f"/operator/subscribers?q={eid_of(4201)}")
    assert "Nothing matches" in who.get("/operator/subscribers?q=0000000000000000")
    assert "<script>" not in who.get(f"/operator/subscribers?q={HOSTILE}&state={HOSTILE}&after={HOSTILE}")


def test_the_file_shows_no_more_than_the_page(who: DeskVisitor, harbour: LiveDesks) -> None:
    verify(who, eid_of(4202))
    status, headers, text = harbour.get("/operator/subscribers?format=csv", who.token)
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert "欧***" in text
    assert NAME not in text
    assert NUMBER not in text


def test_the_list_goes_on_by_cursor(who: DeskVisitor) -> None:
    for number in range(55):
        begin(who, eid_of(4300 + number))
    who.get("/operator/subscribers?state=applied")
    further = re.search(r'href="(/operator/subscribers\?[^"]*after=[^"]+)"', who.page)
    assert further is not None
    who.get(further[1].replace("&amp;", "&"))
    assert who.status == 200
    assert "nobody yet" in who.text
    assert "First page" in who.text


def test_a_document_finds_its_person_here_and_the_number_is_kept_nowhere(
    who: DeskVisitor, harbour: LiveDesks
) -> None:
    case_id = verify(who, eid_of(4203), number=OTHER)
    who.post("/operator/subscribers/find", document="resident-id", number=OTHER)
    assert who.path == "/operator/subscribers/find"
    assert case_id in who.page
    assert OTHER not in who.page
    who.post("/operator/subscribers/find", document="household-book", number=OTHER)
    assert case_id in who.page, "one number stands on several documents of one person"
    stranger = clerk(harbour, operator="yuanshan")
    assert "Nobody of yours" in stranger.post(
        "/operator/subscribers/find", document="resident-id", number=OTHER
    )
    text = who.post("/operator/subscribers/find", document="resident-id", number=OTHER[:-1] + "!")
    assert who.status == 422
    assert "a resident identity number has" in text
    searched = [
        each
        for each in harbour.run(
            harbour.site.work.run(
                lambda stores: stores.ledger_window(
                    Window(range=Range.OPERATOR, value="qinghe", kind=EntryKind.DEED), 50
                )
            )
        )
        if each.entry.facts.get("deed") == "subscriber-search"
    ]
    assert searched
    assert OTHER not in str([each.entry for each in searched])


def test_who_looks_says_why_and_sees_the_value_once(
    who: DeskVisitor, manager: DeskVisitor, harbour: LiveDesks
) -> None:
    case_id = verify(who, eid_of(4204))
    path = f"/operator/subscribers/{case_id}"
    assert "show, because" in manager.get(path)
    assert "show, because" not in who.get(path), "a clerk sees no whole value"
    who.get(f"{path}/look?field=name")
    assert who.status == 403
    assert "Why do you have to see this?" in manager.get(f"{path}/look?field=number")
    assert "data-file" not in manager.page
    manager.get(f"{path}/look?field=image")
    assert "novalidate data-file>" in manager.page, "a picture comes as a file, and the page stays"
    for reason, told in (
        ("because", "at least 10 characters"),
        (f"he is {NAME} of the district", "nothing of what is looked at"),
        ("call him at 13912345678 please", "no numbers of documents"),
        ("", "please fill this in"),
    ):
        text = manager.post(f"{path}/look", field="name", reason=reason)
        assert manager.status == 422
        assert told in text
    manager.post(f"{path}/look", field="number", reason="the person asks at the counter")
    assert NUMBER in manager.page
    manager.get(path)
    assert NUMBER not in manager.page
    look = entries(harbour, f"case:{case_id}")[0]
    assert (look.kind, look.facts["field"]) == (EntryKind.LOOK, "number")
    assert look.facts["reason"] == "the person asks at the counter"
    assert "the person asks at the counter" in manager.text
    for field in ("flow", "nothing", "address"):
        manager.post(f"{path}/look", field=field, reason="the person asks at the counter")
        assert manager.status == 404


def test_evidence_is_held_against_its_digest(
    who: DeskVisitor, manager: DeskVisitor, harbour: LiveDesks
) -> None:
    case_id = verify(who, eid_of(4205))
    case = case_of(harbour, case_id)
    assert case.evidence is not None
    text = manager.get(f"/operator/subscribers/{case_id}")
    assert case.evidence.hex()[:16] in manager.page
    assert "it is the one that the verification" in text
    assert case.person is not None
    assert case.person.hex() not in manager.page

    def spoil(stores: Any) -> None:
        octets = stores.evidence(case.evidence)
        stores.remove_evidence(case.evidence)
        stores.add_evidence(
            case.evidence, case_id, octets.replace(b"counter", b"nowhere"), case.changed_at, None
        )

    harbour.run(harbour.site.work.run(spoil))
    assert "it was changed" in manager.get(f"/operator/subscribers/{case_id}")
    harbour.run(harbour.site.work.run(lambda stores: stores.remove_evidence(case.evidence)))
    assert "not kept any more" in manager.get(f"/operator/subscribers/{case_id}")


def test_revoking_says_what_stops(who: DeskVisitor, manager: DeskVisitor, harbour: LiveDesks) -> None:
    case_id = verify(who, eid_of(4206))
    who.post(f"/operator/counter/{case_id}/order")
    path = f"/operator/subscribers/{case_id}"
    text = manager.get(f"{path}/revoke")
    assert "1 download on its way stops" in text
    manager.post(f"{path}/revoke", why="because")
    assert manager.status == 422
    who.post(f"{path}/revoke", why="wrongly-verified")
    assert who.status == 403
    manager.post(f"{path}/revoke", why="wrongly-verified")
    assert "The verification is revoked" in manager.text
    assert "The verification turned out wrong" in manager.text
    assert case_of(harbour, case_id).state is CaseState.REVOKED
    manager.language = "zh"
    manager.post(f"{path}/revoke", why="disputed")
    assert manager.status == 409
    assert "当前状态为" in manager.text


def test_a_person_is_asked_to_verify_again_for_a_sign_that_the_rules_name(
    who: DeskVisitor, manager: DeskVisitor, harbour: LiveDesks
) -> None:
    case_id = verify(who, eid_of(4207), number=resident("11010519920307201"))
    path = f"/operator/subscribers/{case_id}"
    text = manager.get(f"{path}/again")
    assert "A sign of fraud" in text
    assert "Another device" not in text
    manager.post(f"{path}/again", why="device-changed")
    assert manager.status == 409
    assert "ask nobody to verify again for this sign" in manager.text
    manager.post(f"{path}/again", why="fraud-flag")
    assert case_of(harbour, case_id).state is CaseState.RE_VERIFY
    assert "Go on at the counter" in manager.text


def test_a_case_is_refused_or_given_up(who: DeskVisitor, harbour: LiveDesks) -> None:
    first, second = begin(who, eid_of(4208)), begin(who, eid_of(4209))
    who.get(f"/operator/subscribers/{first}/refuse")
    who.post(f"/operator/subscribers/{first}/refuse", why="clerk-refused")
    assert case_of(harbour, first).state is CaseState.REFUSED
    assert "not possible" not in who.text
    who.get(f"/operator/subscribers/{second}/withdraw")
    who.post(f"/operator/subscribers/{second}/withdraw")
    assert case_of(harbour, second).state is CaseState.WITHDRAWN


def test_a_clerk_reads_and_a_stranger_finds_nothing(who: DeskVisitor, harbour: LiveDesks) -> None:
    case_id = verify(who, eid_of(4210))
    stranger = clerk(harbour, Role.MANAGER, "yuanshan")
    for path in ("", "/look?field=name", "/revoke", "/again", "/refuse", "/withdraw"):
        stranger.get(f"/operator/subscribers/{case_id}{path}")
        assert stranger.status == 404, path
    stranger.post(f"/operator/subscribers/{case_id}/look", field="name", reason="I am curious about him")
    assert stranger.status == 404
    assert not [each for each in entries(harbour, f"case:{case_id}") if each.kind is EntryKind.LOOK]


# --- the wall -----------------------------------------------------------------------------------------------------

PAGES = (
    "/operator",
    "/operator/counter",
    "/operator/counter/new",
    "/operator/counter/second",
    "/operator/counter/{case}",
    "/operator/counter/{case}/papers",
    "/operator/subscribers",
    "/operator/subscribers?format=csv",
    "/operator/subscribers?q={case}",
    "/operator/subscribers/find",
    "/operator/subscribers/{case}",
    "/operator/subscribers/{case}/revoke",
    "/operator/subscribers/{case}/again",
    "/operator/orders",
    "/operator/orders/held",
    "/operator/plans",
    "/operator/stock",
    "/operator/disagreements",
    "/operator/licences",
    "/operator/webhooks",
    "/operator/api-keys",
    "/operator/staff",
    "/operator/audit",
    "/operator/audit?format=csv",
    "/operator/audit?kind=decision",
    "/operator/audit?kind=look",
)


def test_no_page_shows_what_a_person_has_elsewhere(
    who: DeskVisitor, manager: DeskVisitor, harbour: LiveDesks
) -> None:
    number = resident("11010519930307209")
    case_id = verify(who, eid_of(4211), number=number)
    who.post(f"/operator/counter/{case_id}/order")
    order = case_of(harbour, case_id)
    assert order.person is not None
    planted = plant_elsewhere(harbour, case_id, count=37)
    there = clerk(harbour, Role.MANAGER, "yuanshan")
    theirs = verify(there, eid_of(4212), "yuanshan", number=number)
    disputed = harbour.run(harbour.site.work.run(lambda stores: _dispute(stores, order.person, case_id)))
    assert disputed
    secrets = {order.person.hex(), theirs, str(eid_of(4212)), "yuanshan-harbour", "person:"}
    secrets |= {"is_chip_known", "nationwide"}  # of the facts that the gate recorded
    secrets |= {str(line.iccid) for line in planted}
    held = harbour.run(harbour.site.work.run(lambda stores: stores.lines_of_person(order.person)))
    assert len(held) >= 38
    assert any(
        "is_chip_known" in each.facts.get("recorded", "") for each in entries(harbour, f"case:{case_id}")
    )
    seen = 0
    for visitor in (who, manager):
        for path in PAGES:
            visitor.get(path.format(case=case_id))
            if visitor.status == 403:
                continue
            seen += 1
            page = re.sub(r'name="csrf_token" value="[^"]*"', "", visitor.page)
            assert not [secret for secret in secrets if secret in page], path
            assert str(len(held)) not in re.sub(r"[0-9a-f]{10,}", "", visitor.text).split(), path
    visitor = manager
    visitor.post("/operator/subscribers/find", document="resident-id", number=number)
    assert not [secret for secret in secrets if secret in visitor.page]
    visitor.get(f"/operator/subscribers/{case_id}")
    assert visitor.page.count("<tr>") >= 2
    assert "A person disputed a line" in visitor.get("/operator/audit")
    assert seen > len(PAGES)


def test_the_gate_tells_a_clerk_that_a_limit_is_reached_and_no_figure(
    who: DeskVisitor, harbour: LiveDesks
) -> None:
    number = resident("11010519940307207")
    case_id = verify(who, eid_of(4213), number=number)
    plant_elsewhere(harbour, case_id, count=104)
    text = who.get(f"/operator/counter/{case_id}")
    assert "as many lines at all operators together as are allowed (100)" in text
    assert "104" not in text


def _dispute(stores: Any, person: bytes, case_id: str) -> bool:
    """Lets the person dispute the line that he has here."""
    from openesim.services.conditions.persons.acts import Act
    from openesim.services.conditions.persons.lines import dispute_line

    lines = [line for line in stores.lines_of_person(person) if line.operator == "qinghe"]
    case = stores.case(case_id)
    dispute_line(stores, lines[0].order_id, person, Act(actor="account:a_somebody", now=case.changed_at))
    return True
