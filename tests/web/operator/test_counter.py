"""The counter without a browser: from the plan to the line in the person's hands, and everything that is typed wrong."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any

import pytest

from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.findings import Doubt, NotVerified
from openesim.conditions.rules.words import Assurance
from openesim.services.conditions.accounts.roles import Role
from tests.support.counter_world import (
    CHILD,
    DONE,
    EID,
    GROWN,
    NAME,
    NUMBER,
    begin,
    case_of,
    clerk,
    passport,
    plan_of,
    typed,
    verify,
)
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import LiveDesks
from tests.support.people import resident
from tests.support.rig import eid_of
from tests.support.subscriber_world import is_pending, is_right

pytestmark = pytest.mark.sockets

OTHER_CHILD = resident("11010520140307206")
WRONG_CHECK = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def who(harbour: LiveDesks) -> DeskVisitor:
    """A clerk."""
    return clerk(harbour)


def papers(who: DeskVisitor, case_id: str, **fields: object) -> str:
    """Sends a page of the wizard, and returns the text of the page that it leads to."""
    return who.post(f"/operator/counter/{case_id}/papers", **fields)  # type: ignore[arg-type]


def hidden(who: DeskVisitor) -> dict[str, list[str]]:
    """Returns what the page carries along."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', who.page):
        found.setdefault(name, []).append(unescape(value))
    return found


def test_the_counter_says_how_to_begin(who: DeskVisitor) -> None:
    assert "Verify somebody" in who.get("/operator/counter")
    text = who.get("/operator/counter/new")
    assert "Harbour 30 of qinghe" in text
    assert "Not sold here" in text
    assert "Meters" in text
    assert "yuanshan" not in who.page


def test_one_question_a_page_from_the_plan_to_the_line(who: DeskVisitor, harbour: LiveDesks) -> None:
    who.post("/operator/counter/new", plan=plan_of(harbour))
    assert who.title == "Which device?"
    who.post("/operator/counter/device", plan=plan_of(harbour), eid=str(EID), imei="", region="CN-SH")
    assert who.title == "Which document is shown?"
    assert "Resident identity card" in who.text
    case_id = who.path.split("/")[-2]
    papers(who, case_id, page="document", document="national/resident-id")
    assert who.title == "Who is it?"
    papers(
        who, case_id, page="papers", document="national/resident-id", number=NUMBER, name=NAME, acts="himself"
    )
    assert who.title == "What did you do to be sure?"
    assert who.page.count("the rules ask for this") == 3
    carried = hidden(who)
    assert carried["number"] == [NUMBER]
    papers(who, case_id, **{**carried, "page": "done", "done": DONE})
    assert who.title == "What has the person to be told?"
    papers(who, case_id, **{**hidden(who), "page": "notices", "notices": ["risk", "lend"]})
    assert who.title == "Check, then verify"
    assert NUMBER in who.text
    assert NAME in who.text
    papers(who, case_id, **{**hidden(who), "page": "check", "verifier": "counter"})
    assert "The person is verified" in who.text
    assert who.title == "Verified: sell the line"
    assert NUMBER not in who.page
    assert NAME not in who.page
    assert case_of(harbour, case_id).state is CaseState.VERIFIED

    who.post(f"/operator/counter/{case_id}/order")
    assert "The line is ordered." in who.text
    assert who.title == "Ordered: hand it over"
    assert "LPA:1$" not in who.page
    who.post(f"/operator/counter/{case_id}/order")
    text = who.post(f"/operator/counter/{case_id}/handover")
    assert "LPA:1$smdp.example.com$" in who.page
    code = re.search(r"big-code\"><code>([0-9 ]+)</code>", who.page)
    assert code is not None
    assert re.fullmatch(r"\d{4} \d{4}", code[1])
    assert "It is shown once" in text
    manager = clerk(harbour, Role.MANAGER)
    story = manager.get(f"/operator/subscribers/{case_id}")
    assert "The code was handed over at the counter." in story
    assert story.count("Line ordered") == 0, "orders have a story of their own"


def test_nothing_personal_stands_in_an_address_or_a_redirect(who: DeskVisitor, harbour: LiveDesks) -> None:
    case_id = begin(who, eid_of(4101))
    papers(
        who, case_id, page="papers", document="national/resident-id", number=NUMBER, name=NAME, acts="himself"
    )
    assert NUMBER not in who.path
    assert case_of(harbour, case_id).person is None, "nothing is kept before the last page"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("number", WRONG_CHECK, "the check digit at the end does not fit"),
        ("number", "1234", "has 18 places, these are 4"),
        ("number", "99" + NUMBER[2:], "no province has the code"),
        ("number", "", "please fill this in"),
        ("number", "1" * 5000, "at most 200 characters"),
        ("name", "Ouyang", "Chinese characters"),
        ("name", "欧阳\u202e曦", "cannot be printed"),
        ("name", HOSTILE, "a name has letters"),
        ("name", "", "please fill this in"),
        ("born", "1990-02-30", "the day as 1990-12-31"),
        ("born", "1980-01-01", "names another day of birth"),
        ("contact", "not a number", "a telephone number of 5 to 15 digits"),
        ("address", "x" * 1000, "at most 300 characters"),
        ("acts", "somebody", "please choose"),
        ("document", "national/visa", "please choose"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(who: DeskVisitor, field: str, value: str, told: str) -> None:
    case_id = begin(who, eid_of(4102))
    text = papers(who, case_id, **typed("check", **{field: value}))
    assert who.status == 422
    assert told in text
    assert f'id="error-{field}"' in who.page
    assert "<script>" not in who.page


def test_an_eid_with_a_wrong_digit_is_named(who: DeskVisitor, harbour: LiveDesks) -> None:
    wrong = str(EID)[:10] + str((int(str(EID)[10]) + 1) % 10) + str(EID)[11:]
    text = who.post(
        "/operator/counter/device", plan=plan_of(harbour), eid=wrong, imei="356938035643808", region="nowhere"
    )
    assert who.status == 422
    assert "digit 11" in text
    assert "15 digits with the right check digit" in text
    assert "a code such as CN-SH" in text
    who.post("/operator/counter/device", plan="999999", eid=str(EID), region="CN-SH")
    assert who.status == 404
    who.post(
        "/operator/counter/device", plan=plan_of(harbour, "qinghe", "meters"), eid=str(EID), region="CN-SH"
    )
    assert who.status == 409
    assert "do not let this kind of device be sold at a counter" in who.text


def test_what_the_rules_miss_is_asked_for_and_shown_in_a_second_try(
    who: DeskVisitor, harbour: LiveDesks
) -> None:
    case_id = begin(who, eid_of(4103))
    papers(who, case_id, **typed("notices", done=["document-chip-or-scan"]))
    assert "The rules also ask for this" in who.text
    papers(who, case_id, **{**hidden(who), "page": "check", "verifier": "counter"})
    assert case_of(harbour, case_id).state is CaseState.STEP_UP
    assert "The face is to be compared with the document" in who.text
    papers(who, case_id, **typed("check"))
    assert case_of(harbour, case_id).state is CaseState.VERIFIED


def test_every_notice_has_to_be_shown(who: DeskVisitor) -> None:
    case_id = begin(who, eid_of(4104))
    text = papers(who, case_id, **typed("notices", notices=["risk"]))
    assert who.status == 422
    assert "every text has to be shown to the person" in text


def test_an_agent_brings_his_document_and_an_authority(who: DeskVisitor, harbour: LiveDesks) -> None:
    case_id = begin(who, eid_of(4105))
    papers(who, case_id, **typed("done", acts="agent"))
    assert who.title == "Who and what came along?"
    assert "A written authority" in who.text
    fields = typed(
        "along", acts="agent", agent_document="resident-id", agent_number=NUMBER, agent_name="王大明"
    )
    assert "this is the person himself" in papers(who, case_id, **fields)
    papers(who, case_id, **typed("along", acts="agent"))
    assert who.status == 422
    fields |= {"agent_number": GROWN, "brought": "written-authority", "page": "check"}
    papers(who, case_id, **fields)
    case = case_of(harbour, case_id)
    assert case.state is CaseState.VERIFIED
    assert case.acts_for_another
    assert case.brought == {"both-documents", "written-authority"}


def test_a_minor_brings_a_guardian_of_full_age(who: DeskVisitor, harbour: LiveDesks) -> None:
    case_id = begin(who, eid_of(4106))
    papers(who, case_id, **typed("done", number=CHILD))
    assert who.title == "Who and what came along?"
    fields = typed("along", number=CHILD, guardian_document="resident-id", guardian_name="王大明")
    assert "a guardian is of full age" in papers(who, case_id, **fields, guardian_number=OTHER_CHILD)
    papers(who, case_id, **{**fields, "guardian_number": GROWN, "page": "check"})
    assert case_of(harbour, case_id).state is CaseState.VERIFIED


def test_everything_that_is_wrong_is_told_at_once_as_it_stands_on_the_page(who: DeskVisitor) -> None:
    case_id = begin(who, eid_of(4103))
    papers(who, case_id, **typed("papers", number=WRONG_CHECK, name="", contact="no number", acts=""))
    assert who.status == 422
    assert re.findall(r'<li><a href="#field-([a-z]+)">', who.page) == ["number", "name", "contact", "acts"]


def test_a_day_of_birth_is_asked_for_only_where_no_number_tells_it(who: DeskVisitor) -> None:
    case_id = begin(who, eid_of(4104))
    papers(who, case_id, page="document", document="national/resident-id")
    assert 'name="born"' not in who.page
    papers(who, case_id, page="papers", document="national/resident-id", born="1990-02-30")
    assert 'name="born"' in who.page, "what is wrong can be mended"


def test_a_passport_is_read_by_its_zone(who: DeskVisitor, harbour: LiveDesks) -> None:
    case_id = begin(who, eid_of(4107))
    fields = typed("check", document="foreign/passport", name="Anna Maria Eriksson")
    text = papers(who, case_id, **{**fields, "number": passport()[:-1] + "9"})
    assert "the check digit of the" in text
    papers(who, case_id, **{**fields, "number": passport()})
    assert case_of(harbour, case_id).state is CaseState.VERIFIED


def test_going_back_keeps_what_was_typed(who: DeskVisitor) -> None:
    case_id = begin(who, eid_of(4108))
    papers(who, case_id, **typed("check"), to="papers")
    assert who.title == "Who is it?"
    assert f'value="{NUMBER}"' in who.page
    assert hidden(who)["done"] == DONE


def test_four_eyes_are_two_clerks(who: DeskVisitor, harbour: LiveDesks) -> None:
    case_id = verify(who, eid_of(4109), four_eyes="yes")
    assert case_of(harbour, case_id).state is CaseState.FOUR_EYES
    assert "another clerk has to agree" in who.text
    assert "yours: another clerk" in who.get("/operator/counter/second")
    who.post(f"/operator/counter/second/{case_id}", answer="agree", seen="yes")
    assert who.status == 409
    assert "Four eyes are two clerks" in who.text
    other = clerk(harbour, language="zh")
    assert "双人复核" in other.get("/operator/counter/second")
    other.post(f"/operator/counter/second/{case_id}", answer="agree")
    assert other.status == 422
    other.post(f"/operator/counter/second/{case_id}", answer="agree", seen="yes")
    assert case_of(harbour, case_id).state is CaseState.VERIFIED
    assert "核验通过" in other.text
    other.get(f"/operator/counter/second/{case_id}")
    assert other.status == 409
    third = verify(who, eid_of(4110), four_eyes="yes")
    other.post(f"/operator/counter/second/{third}", answer="disagree")
    assert case_of(harbour, third).state is CaseState.REFUSED


def test_an_authority_is_asked_and_the_clerks_own_work_counts_with_its_answer(
    who: DeskVisitor, harbour: LiveDesks
) -> None:
    authority = harbour.site.verifiers["authority:register"]
    authority.answers, authority.asked = [is_pending, is_right], []
    case_id = verify(
        who,
        eid_of(4111),
        verifier="authority:register",
        done=["face-match", "in-person", "document-chip-or-scan"],
    )
    case = case_of(harbour, case_id)
    assert case.ask_again_at is not None
    assert who.title == "An authority was asked"
    assert "authority National Register" in who.text
    assert 'http-equiv="refresh"' in who.page
    clock: Any = harbour.site.ambient.clock
    clock.advance(seconds=30)
    harbour.run(harbour.site.services.operator.counter.ask_again("qinghe", case_id))
    for _ in range(100):
        case = case_of(harbour, case_id)
        if case.state is CaseState.VERIFIED:
            break
        harbour.run(_moment())
    assert case.state is CaseState.VERIFIED
    assert case.verifier == "authority:register"
    assert case.assurance >= {Assurance.FACE_MATCH, Assurance.IN_PERSON, Assurance.DOCUMENT}
    assert case.clerk is not None
    assert case.clerk.startswith("account:")
    assert authority.asked[0].number.reveal() == NUMBER


def test_an_authority_may_say_no(who: DeskVisitor, harbour: LiveDesks) -> None:
    authority = harbour.site.verifiers["authority:register"]
    no = NotVerified(verifier="authority:register", doubt=Doubt.NO_SUCH_DOCUMENT)
    authority.answers, authority.asked = [lambda _: no], []
    case_id = verify(who, eid_of(4112), verifier="authority:register")
    assert case_of(harbour, case_id).state is CaseState.STEP_UP
    assert "No such document is known" in who.get(f"/operator/counter/{case_id}")


def test_what_the_gate_refuses_is_explained_and_nothing_is_ordered(
    who: DeskVisitor, harbour: LiveDesks
) -> None:
    who.post("/operator/counter/device", plan=plan_of(harbour), eid=str(eid_of(4113)), region="CN-GD")
    case_id = who.path.split("/")[-2]
    text = papers(who, case_id, **typed("check"))
    assert "The rules would refuse this line" in text
    assert "Guangdong" in text
    who.post(f"/operator/counter/{case_id}/order")
    assert who.status == 409
    who.get(f"/operator/counter/{case_id}")
    assert who.title == "Verified: sell the line"


def test_a_code_is_handed_over_by_who_saw_the_person_and_in_the_same_visit(
    who: DeskVisitor, harbour: LiveDesks
) -> None:
    case_id = verify(who, eid_of(4114))
    who.post(f"/operator/counter/{case_id}/order")
    other = clerk(harbour)
    assert "in the same visit" in other.get(f"/operator/counter/{case_id}")
    other.post(f"/operator/counter/{case_id}/handover")
    assert other.status == 409
    assert "LPA:1$" not in other.page


def test_another_operators_case_is_not_there(who: DeskVisitor, harbour: LiveDesks) -> None:
    case_id = verify(who, eid_of(4115))
    stranger = clerk(harbour, operator="yuanshan")
    for path in ("", "/papers", "/waiting"):
        stranger.get(f"/operator/counter/{case_id}{path}")
        assert stranger.status == 404
    for path in ("/order", "/handover", "/papers"):
        stranger.post(f"/operator/counter/{case_id}{path}", **typed("check"))
        assert stranger.status == 404
    assert "No case of yours" in stranger.get(f"/operator/counter?q={case_id}")


async def _moment() -> None:
    await asyncio.sleep(0.05)
