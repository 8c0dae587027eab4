"""Personal data: seen masked, or with a reason that the ledger keeps; gone when their time is over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from openesim.conditions.identity.case import Field
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.faults import FormError
from openesim.conditions.identity.keeping import years_after
from openesim.conditions.rules.words import DocumentKind, Group, Trigger
from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import refuse
from openesim.services.conditions.persons.personal_data import (
    hand_over,
    look,
    look_own,
    masked_fields,
    own_code,
    tell_verifier,
)
from openesim.services.conditions.persons.persons import trigger
from openesim.services.conditions.persons.retention import RetentionService, Swept, sweep
from openesim.services.conditions.persons.verifying import agree, verify_at_counter
from openesim.transparency.entries import EntryKind
from tests.stores.test_gate_stores import ADMISSION
from tests.support.people import (
    ACT,
    APPLICATION,
    CHINA,
    CLERK,
    FORM,
    NAME,
    NOW,
    NUMBER,
    SECOND,
    SHOWN,
    TEST,
    begin,
    do,
    entries,
    form,
)

REASON = "the customer asks which name is on file"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"picture" * 20


def verify(work: Any, pack: Any = CHINA, what: Any = FORM) -> Any:
    return do(work, verify_at_counter, begin(work).case_id, what, pack, ACT, SHOWN)


def fields(work: Any, case: Any) -> set[Field]:
    return set(do(work, lambda stores: stores.fields_of(case.case_id)))


# --- looks


def test_a_look_gives_the_value_and_stands_in_the_ledger(work: Any) -> None:
    case = verify(work)
    assert do(work, look, case.case_id, Field.NAME, CLERK, REASON, NOW) == NAME
    entry = entries(work, f"case:{case.case_id}")[-1]
    assert (entry.kind, entry.actor, entry.operator) == (EntryKind.LOOK, CLERK, "Qinghe")
    assert entry.facts == {"field": "name", "reason": REASON}


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("", "missing"),
        ("because", "too-short"),
        ("x" * 201, "too-long"),
        ("the customer asked\x07 for it", "control-characters"),
        ("asked for it, 139 1234 5678", "reason-number"),
        (f"compare {NUMBER} with the card", "reason-number"),
        ("compare 欧阳 若曦 with the card", "reason-personal"),
    ],
)
def test_without_a_good_reason_nothing_is_seen(work: Any, reason: str, word: str) -> None:
    case = verify(work)
    before = len(entries(work, f"case:{case.case_id}"))
    with pytest.raises(FormError) as caught:
        do(work, look, case.case_id, Field.NAME, CLERK, reason, NOW)
    assert caught.value.faults["reason"].word == word
    assert NAME not in str(caught.value)
    assert len(entries(work, f"case:{case.case_id}")) == before


def test_a_value_that_is_not_kept_is_not_seen(work: Any) -> None:
    case = verify(work)
    with pytest.raises(NotFoundError, match="no such value"):
        do(work, look, case.case_id, Field.IMAGE, CLERK, REASON, NOW)
    with pytest.raises(NotFoundError, match="no such case"):
        do(work, look, "NOBODY", Field.NAME, CLERK, REASON, NOW)


def test_everybody_else_sees_it_masked(work: Any) -> None:
    assert do(work, masked_fields, verify(work).case_id) == {
        Field.NAME: "欧***",
        Field.NUMBER: f"1{'*' * 15}{NUMBER[-2:]}",
        Field.BORN: "****-**-**",
        Field.ADDRESS: "北京****",
        Field.CONTACT: "****78",
    }


def test_a_person_sees_his_own_and_nobody_elses(work: Any) -> None:
    case = begin(work, replace(APPLICATION, account="a_me"))
    do(work, verify_at_counter, case.case_id, FORM, CHINA, ACT, SHOWN)
    me = Act(actor="account:a_me", now=NOW)
    assert do(work, look_own, case.case_id, Field.NAME, "a_me", me) == NAME
    assert entries(work, f"case:{case.case_id}")[-1].facts["reason"] == "own"
    for other, account in ((case, "a_other"), (begin(work), "a_me")):
        with pytest.raises(NotFoundError, match="no such case"):
            do(work, look_own, other.case_id, Field.NAME, account, me)


def test_each_order_of_a_case_has_a_code_of_its_own(work: Any) -> None:
    case, end = verify(work), NOW + timedelta(days=30)
    me = Act(actor="account:a_me", now=NOW)
    for order_id, code in ((1, "11111111"), (2, "22222222")):
        admission = replace(ADMISSION, case_id=case.case_id, order_id=order_id)
        do(work, lambda stores: stores.save_admission(admission))  # noqa: B023
        do(work, lambda stores: stores.put_code(case.case_id, order_id, code, end))  # noqa: B023
    assert do(work, own_code, case, 1, me) == "11111111"
    assert do(work, hand_over, case, 2, me) == "22222222"
    looks = entries(work, f"case:{case.case_id}")[-2:]
    assert [(look.order_id, look.facts["reason"]) for look in looks] == [(1, "own"), (2, "handed-over")]
    do(work, lambda stores: stores.forget_code(1))
    with pytest.raises(NotFoundError, match="no code"):
        do(work, own_code, case, 1, me)
    assert do(work, own_code, case, 2, me) == "22222222"
    assert do(work, masked_fields, case.case_id)[Field.CONFIRMATION_CODE] == "****"


def test_codes_of_a_case_go_each_at_its_own_time(work: Any) -> None:
    case, end = verify(work), NOW + timedelta(days=30)
    for order_id in (1, 2):
        admission = replace(ADMISSION, case_id=case.case_id, order_id=order_id)
        do(work, lambda stores: stores.save_admission(admission))  # noqa: B023
        until = end + timedelta(days=order_id)
        do(work, lambda stores: stores.put_code(case.case_id, order_id, "1" * 8, until))  # noqa: B023
    assert do(work, sweep, end + timedelta(days=1)).fields == 1
    kept = [do(work, lambda stores: stores.code_of_order(each)) for each in (1, 2)]  # noqa: B023
    assert kept == [None, "1" * 8]


def test_a_verifier_is_told_what_it_has_to_compare(work: Any) -> None:
    case = verify(work)
    asked = [Field.NAME, Field.NUMBER, Field.IMAGE]
    told = do(work, tell_verifier, case.case_id, asked, "authority:town", NOW)
    assert {field: value.reveal() for field, value in told.items()} == {
        Field.NAME: NAME,
        Field.NUMBER: NUMBER,
    }
    assert NAME not in repr(told)
    entry = entries(work, f"case:{case.case_id}")[-1]
    assert (entry.kind, entry.actor, entry.facts["field"]) == (
        EntryKind.LOOK,
        "authority:town",
        "name, number",
    )


# --- retention


def test_pictures_are_kept_as_long_as_the_rules_say_which_may_be_not_at_all(work: Any) -> None:
    assert Field.IMAGE not in fields(work, verify(work, what=form(image=PICTURE)))
    papers = {"group": Group.NATIONAL, "document": DocumentKind.NATIONAL_ID, "number": "T22000129"}
    case = verify(work, TEST, form(image=PICTURE, born="1990-03-07", **papers))
    assert case.state is CaseState.VERIFIED
    assert do(work, lambda stores: stores.fields_of(case.case_id))[Field.IMAGE] == NOW + timedelta(days=30)
    do(work, sweep, NOW + timedelta(days=30))
    assert Field.IMAGE not in fields(work, case)
    assert Field.NAME in fields(work, case)


def test_what_somebody_left_who_was_not_verified_goes_after_thirty_days(work: Any) -> None:
    case = verify(work, what=replace(FORM, face_matched=False))
    do(work, refuse, case.case_id, "clerk-refused", ACT)
    assert do(work, sweep, NOW + timedelta(days=29)) == Swept()
    swept = do(work, sweep, NOW + timedelta(days=30))
    assert (swept.fields, swept.evidence) == (5, 0)
    assert fields(work, case) == set()
    told = entries(work, "retention")[-1]
    assert told.facts == {"deed": "retention-sweep", "fields": "5", "evidence": "0"}


def add_line(work: Any, case: Any, ended_at: datetime | None) -> None:
    """Stores a line that a case stands behind, as the gate does."""
    from openesim.conditions.admission.admission import Admission, Line, LineState
    from openesim.conditions.admission.decision import Verdict
    from openesim.conditions.admission.facts import Application
    from openesim.kernel.ids import Iccid

    def unit(stores: Any) -> None:
        stores.save_admission(
            Admission(
                order_id=7,
                application=Application(operator="Qinghe", service=case.service, channel=case.channel),
                verdict=Verdict.ALLOW,
                pack="cn-2025-trial",
                version="2025-10-13",
                decided_at=NOW,
                case_id=case.case_id,
                person=case.person,
            )
        )
        stores.save_line(
            Line(
                order_id=7,
                person=case.person,
                operator="Qinghe",
                service=case.service,
                iccid=Iccid("8986000000000000000"),
                state=LineState.ACTIVE,
                begun_at=NOW,
            )
        )
        if ended_at is not None:
            stores.move_line(7, LineState.ENDED, ended_at)

    work.run_now(unit)


def test_a_verified_persons_data_are_kept_while_a_line_runs_and_some_years_after(work: Any) -> None:
    case = verify(work)
    assert do(work, sweep, NOW + timedelta(days=365)).lapsed == 1
    assert Field.NAME in fields(work, case)
    add_line(work, case, None)
    late = years_after(NOW, 6)
    swept = do(work, sweep, late)
    assert (swept.fields, swept.evidence, swept.kept) == (0, 0, 6)
    add_line(work, case, late)
    later = late + timedelta(days=31)
    assert do(work, sweep, later).kept == 6
    assert do(work, sweep, years_after(late, 5) - timedelta(days=1)) == Swept()
    swept = do(work, sweep, years_after(late, 5))
    assert (swept.fields, swept.evidence) == (5, 1)
    assert do(work, lambda stores: stores.evidence(case.evidence)) is None
    assert do(work, lambda stores: stores.case(case.case_id)).evidence == case.evidence


def test_somebody_who_never_had_a_line_is_forgotten_after_the_years_of_the_rules(work: Any) -> None:
    case = verify(work)
    assert do(work, sweep, years_after(NOW, 5) - timedelta(days=1)).fields == 0
    assert do(work, sweep, years_after(NOW, 5)).fields == 5
    assert fields(work, case) == set()


def test_a_code_goes_when_the_profile_is_installed_or_after_thirty_days(work: Any) -> None:
    case, other = verify(work), verify(work)
    for each in (case, other):
        end, number = NOW + timedelta(days=30), ADMISSION.order_id + (each is other)
        do(work, lambda stores: stores.put_code(each.case_id, number, "12345678", end))  # noqa: B023
    admission = replace(ADMISSION, case_id=case.case_id)
    do(work, lambda stores: stores.save_admission(admission))
    do(work, lambda stores: stores.forget_code(admission.order_id))
    assert Field.CONFIRMATION_CODE not in fields(work, case)
    do(work, sweep, NOW + timedelta(days=30))
    assert Field.CONFIRMATION_CODE not in fields(work, other)


def test_cases_lapse_when_their_time_is_over(work: Any) -> None:
    begun, verified, urged, ended = begin(work), verify(work), verify(work), verify(work)
    do(work, trigger, urged.case_id, Trigger.FRAUD_FLAG, CHINA, ACT)
    do(work, refuse, begin(work).case_id, "clerk-refused", ACT)
    del ended

    def state(case: Any) -> CaseState:
        found: CaseState = do(work, lambda stores: stores.case(case.case_id)).state
        return found

    assert do(work, sweep, NOW + timedelta(hours=3)).lapsed == 0
    assert do(work, sweep, NOW + timedelta(hours=5)).lapsed == 2
    assert (state(verified), state(urged)) == (CaseState.EXPIRED, CaseState.RE_VERIFY)
    assert do(work, sweep, NOW + timedelta(hours=25)).lapsed == 1
    assert state(urged) is CaseState.EXPIRED
    assert do(work, sweep, NOW + timedelta(days=31)).lapsed == 1
    assert state(begun) is CaseState.EXPIRED
    again = do(work, verify_at_counter, begun.case_id, FORM, CHINA, ACT, SHOWN)
    assert again.state is CaseState.VERIFIED


def test_a_second_clerk_who_does_not_come_lets_the_case_lapse(work: Any) -> None:
    case = do(work, verify_at_counter, begin(work).case_id, FORM, CHINA, ACT, replace(SHOWN, four_eyes=True))
    do(work, sweep, NOW + timedelta(days=31))
    assert do(work, lambda stores: stores.case(case.case_id)).state is CaseState.EXPIRED
    with pytest.raises(Exception, match="not possible"):
        do(work, agree, case.case_id, CHINA, SECOND)


class _Later:
    def now(self) -> datetime:
        return NOW + timedelta(days=31)


def test_a_process_sweeps_in_the_background(work: Any, runner: asyncio.Runner) -> None:
    verify(work, what=replace(FORM, face_matched=False))
    service = RetentionService(work, _Later())
    assert runner.run(service.step()) > 0
    assert runner.run(service.step()) == 0
