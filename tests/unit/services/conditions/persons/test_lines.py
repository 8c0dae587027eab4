"""Lines of a person at every operator: his own view, what he disputes, and who else may ask."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from openesim.conditions.admission.admission import LineState
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.documents import resident_id_check_digit
from openesim.conditions.identity.faults import FormError
from openesim.conditions.rules.words import DocumentKind
from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.enquiries import Enquiries
from openesim.services.conditions.persons.lines import counted, dispute_line, lawful_enquiry, own_lines
from openesim.services.conditions.persons.persons import person_with
from openesim.services.conditions.rules.book import RuleBook
from openesim.transparency.entries import EntryKind
from tests.support.fixtures import runner
from tests.support.gate import GatedRig, case_of
from tests.support.rig import NOW, SteppedClock, eid_of

__all__ = ["runner"]

BODY = "11010119900307123"
NUMBER = BODY + resident_id_check_digit(BODY)
TODAY = date(2026, 11, 29)
ACT = Act(actor="account:wang", now=NOW)
INSPECTOR = Act(actor="account:inspector", now=NOW)


@pytest.fixture
def rig(runner: asyncio.Runner) -> GatedRig:
    """A person with a line at each of two operators."""
    rig = GatedRig(runner)
    person = rig.work.run_now(_person)
    for chip, operator in ((1, "operator"), (2, "other")):
        rig.keep(case_of(eid_of(chip), operator=operator, person=person))
        rig.operator = operator
        rig.order_for(eid_of(chip))
    return rig


def _person(stores: Any) -> bytes:
    return person_with(stores, DocumentKind.RESIDENT_ID, NUMBER, TODAY, country="CN")


def lines(rig: GatedRig) -> Any:
    return rig.work.run_now(lambda stores: own_lines(stores, _person(stores)))


def enquire(rig: GatedRig, **changes: str) -> Any:
    values = {"number": NUMBER, "reason": "fraud report of a bank", "reference": "2026-0815"} | changes
    return rig.work.run_now(
        lambda stores: lawful_enquiry(
            stores,
            (DocumentKind.RESIDENT_ID, values["number"]),
            "CN",
            (values["reason"], values["reference"]),
            INSPECTOR,
            TODAY,
        )
    )


def test_who_was_born_today_where_the_rules_are_from_is_asked_about(rig: GatedRig) -> None:
    late = datetime(2026, 11, 29, 20, tzinfo=UTC)
    body = "11010120261130001"
    shown = (DocumentKind.RESIDENT_ID, body + resident_id_check_digit(body))
    enquiries = Enquiries(rig.work, SteppedClock(late), RuleBook())
    why = ("fraud report of a bank", "2026-0815")
    assert rig.run(enquiries.lines_of(shown, "CN", why, "account:zhou")) == []


@pytest.mark.parametrize("field", ["reason", "reference"])
def test_the_number_that_is_asked_about_is_kept_nowhere(rig: GatedRig, field: str) -> None:
    count = rig.work.run_now(lambda stores: len(stores.ledger_rows))
    written = f"{NUMBER[:6]} {NUMBER[6:14]}-{NUMBER[14:]}"
    with pytest.raises(FormError, match=f"{field}: "):
        enquire(rig, **{field: f"request {written}"})
    assert rig.work.run_now(lambda stores: len(stores.ledger_rows)) == count


def test_a_person_sees_his_lines_at_every_operator(rig: GatedRig) -> None:
    assert counted(lines(rig)) == {"operator": 1, "other": 1}
    assert {line.state for line in lines(rig)} == {LineState.RESERVED}


def test_a_line_that_is_disputed_is_not_downloaded_any_more(rig: GatedRig) -> None:
    line = lines(rig)[0]
    person = line.person
    disputed = rig.work.run_now(lambda stores: dispute_line(stores, line.order_id, person, ACT))
    assert disputed.disputed_at == NOW
    case = rig.work.run_now(lambda stores: stores.case_for("operator", eid_of(1)))
    assert case.state is CaseState.REVOKED
    order = rig.of(line.iccid)
    assert rig.lpa().announce(order.matching_id).pair == ("8.2", "1.2")
    again = rig.work.run_now(lambda stores: dispute_line(stores, line.order_id, person, ACT))
    assert again == disputed


def test_nobody_disputes_a_line_of_somebody_else(rig: GatedRig) -> None:
    with pytest.raises(NotFoundError):
        rig.work.run_now(lambda stores: dispute_line(stores, lines(rig)[0].order_id, bytes(32), ACT))
    assert all(line.disputed_at is None for line in lines(rig))


def test_an_enquiry_finds_the_lines_and_stands_in_the_ledger_without_the_number(rig: GatedRig) -> None:
    assert [line.operator for line in enquire(rig)] == ["operator", "other"]
    last = rig.work.run_now(lambda stores: list(stores.ledger_rows.values()))[-1].entry
    assert last.kind is EntryKind.LOOK
    assert last.facts["reference"] == "2026-0815"
    assert NUMBER not in str(last)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("number", NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")),
        ("reason", "because"),
        ("reason", f"he is {NUMBER}"),
        ("reference", ""),
    ],
)
def test_an_enquiry_without_a_reason_or_with_a_wrong_number_tells_nothing(
    rig: GatedRig, field: str, text: str
) -> None:
    with pytest.raises(FormError) as caught:
        enquire(rig, **{field: text})
    assert set(caught.value.faults) == {field}
