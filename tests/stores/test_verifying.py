"""A person is verified: what was shown, who looked, what came of it, on every kind of stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from openesim.conditions.identity.case import Field
from openesim.conditions.identity.cases import CaseState, CaseStateError
from openesim.conditions.identity.counter import CounterForm, Papers
from openesim.conditions.identity.faults import FormError
from openesim.conditions.identity.findings import Doubt, Findings, NotVerified
from openesim.conditions.rules.words import Assurance, Channel, DocumentKind, Group, Trigger
from openesim.kernel.errors import ConflictError, NotFoundError, RuleRefused, VerificationError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import ask_more, evidence_of, refuse, revoke, withdraw
from openesim.services.conditions.persons.persons import dispute, freeze, person_with, trigger, unfreeze
from openesim.services.conditions.persons.verifying import (
    Manner,
    agree,
    present,
    take_findings,
    verify_at_counter,
)
from tests.support.people import (
    ACT,
    APPLICATION,
    CHILD,
    CHINA,
    CLERK,
    COMPANION,
    EID,
    FORM,
    GERMANY,
    NAME,
    NOW,
    NUMBER,
    OTHER,
    PAPERS,
    SECOND,
    SHOWN,
    TEST,
    begin,
    deeds,
    do,
    entries,
    form,
    passport,
)

FINDINGS = Findings(
    verifier="oidc:bank",
    group=Group.NATIONAL,
    document=DocumentKind.RESIDENT_ID,
    number=Secret(NUMBER),
    name=Secret(NAME),
    born=date(1990, 3, 7),
    assurance=FORM.assurance,
    reference="session-1",
)


def verify(work: Any, what: CounterForm = FORM, **named: Any) -> Any:
    """Begins a case and verifies it at a counter."""
    case = begin(work)
    return do(work, verify_at_counter, case.case_id, what, CHINA, ACT, **{"manner": SHOWN} | named)


# --- at the counter


def test_a_clerk_verifies_a_person_in_one_visit(work: Any) -> None:
    case = verify(work)
    assert case.state is CaseState.VERIFIED
    assert (case.clerk, case.verifier, case.age) == (CLERK, "counter", 36)
    assert case.assurance == FORM.assurance
    assert case.pack == "cn-2025-trial 2025-10-13"
    assert (case.verified_at, case.kept_years) == (NOW, 5)
    stored = do(work, lambda stores: stores.case(case.case_id))
    assert stored == case
    assert do(work, lambda stores: stores.case_for("Qinghe", EID)) == case
    assert deeds(work, case) == ["case-apply", "case-present", "case-verify"]
    fields = do(work, lambda stores: stores.fields_of(case.case_id))
    assert set(fields) == {Field.NAME, Field.NUMBER, Field.BORN, Field.ADDRESS, Field.CONTACT}
    assert do(work, lambda stores: stores.field(case.case_id, Field.NAME)) == NAME


def test_the_evidence_tells_what_was_shown_and_done_and_nothing_personal(work: Any) -> None:
    case = verify(work)
    evidence = do(work, evidence_of, case.evidence)
    told = evidence.told
    assert evidence.digest == case.evidence
    assert told["document"] == "resident-id"
    assert told["assurance"] == sorted(FORM.assurance)
    assert (told["clerk"], told["second"], told["verifier"]) == (CLERK, None, "counter")
    assert told["pack"] == {"id": "cn-2025-trial", "version": "2025-10-13"}
    assert set(told["notices"]["risk"]) == {"en", "zh"}
    assert told["verified_at"] == "2026-11-29T08:00:00.000Z"
    for personal in (NAME, NUMBER, "1990", "13912345678", "朝阳"):
        assert personal.encode() not in evidence.octets
    last = entries(work, f"case:{case.case_id}")[-1]
    assert last.facts["evidence"] == evidence.digest.hex()


def test_evidence_that_was_changed_is_no_evidence(work: Any) -> None:
    case = verify(work)
    evidence = do(work, evidence_of, case.evidence)
    forged = evidence.octets.replace(b'"is_minor":false', b'"is_minor":true')
    do(work, lambda stores: stores.remove_evidence(case.evidence))
    with pytest.raises(NotFoundError):
        do(work, evidence_of, case.evidence)
    do(work, lambda stores: stores.add_evidence(case.evidence, case.case_id, forged, NOW, None))
    with pytest.raises(VerificationError):
        do(work, evidence_of, case.evidence)


@pytest.mark.parametrize(
    ("what", "missing"),
    [
        (replace(FORM, face_matched=False), ("face-match",)),
        (replace(FORM, chip_or_scan=False, in_person=False), ("document-chip-or-scan", "in-person")),
    ],
)
def test_what_was_not_done_is_asked_for(work: Any, what: CounterForm, missing: tuple[str, ...]) -> None:
    case = verify(work, what)
    assert (case.state, case.missing) == (CaseState.STEP_UP, missing)
    assert case.evidence is None
    again = do(work, verify_at_counter, case.case_id, FORM, CHINA, SECOND, SHOWN)
    assert (again.state, again.missing, again.clerk) == (CaseState.VERIFIED, (), OTHER)


def test_a_person_has_to_be_shown_what_the_rules_have_to_say(work: Any) -> None:
    case = verify(work, manner=Manner())
    assert (case.state, case.missing) == (CaseState.STEP_UP, ("notices",))


def test_a_form_with_faults_tells_them_at_their_fields_and_stores_nothing(work: Any) -> None:
    case = begin(work)
    wrong = form(number=NUMBER[:-1] + "9", name="Rm\u202e-rf", contact="call me", address="x")
    with pytest.raises(FormError) as caught:
        do(work, verify_at_counter, case.case_id, wrong, CHINA, ACT, SHOWN)
    assert {name: fault.word for name, fault in caught.value.faults.items()} == {
        "number": "resident-check",
        "name": "control-characters",
        "contact": "contact-form",
        "address": "too-short",
    }
    assert NUMBER[:-1] not in str(caught.value)
    assert do(work, lambda stores: stores.case(case.case_id)) == case
    assert do(work, lambda stores: stores.fields_of(case.case_id)) == {}
    assert deeds(work, case) == ["case-apply"]


def test_a_case_that_nobody_has_is_not_verified(work: Any) -> None:
    with pytest.raises(NotFoundError):
        do(work, verify_at_counter, "NOBODY", FORM, CHINA, ACT, SHOWN)


# --- four eyes


def test_a_second_clerk_agrees_and_is_another_one(work: Any) -> None:
    case = verify(work, manner=replace(SHOWN, four_eyes=True))
    assert (case.state, case.evidence, case.second) == (CaseState.FOUR_EYES, None, None)
    with pytest.raises(ConflictError, match="two clerks"):
        do(work, agree, case.case_id, CHINA, ACT)
    agreed = do(work, agree, case.case_id, CHINA, SECOND)
    assert (agreed.state, agreed.clerk, agreed.second) == (CaseState.VERIFIED, CLERK, OTHER)
    assert do(work, evidence_of, agreed.evidence).told["second"] == OTHER
    with pytest.raises(CaseStateError):
        do(work, agree, case.case_id, CHINA, SECOND)


def test_rules_that_want_four_eyes_get_them(work: Any) -> None:
    import msgspec

    person = msgspec.structs.replace(CHINA.person, four_eyes=(Channel.COUNTER,))
    pack = msgspec.structs.replace(CHINA, person=person)
    case = begin(work)
    case = do(work, verify_at_counter, case.case_id, FORM, pack, ACT, SHOWN)
    assert case.state is CaseState.FOUR_EYES
    refused = do(work, refuse, case.case_id, "not-agreed", SECOND)
    assert (refused.state, refused.refusal) == (CaseState.REFUSED, "not-agreed")


def test_nobody_agrees_to_a_case_that_waits_for_nobody(work: Any) -> None:
    case = begin(work)
    with pytest.raises(CaseStateError):
        do(work, agree, case.case_id, CHINA, SECOND)


# --- agents and minors


def test_an_agent_brings_both_documents_and_a_written_authority(work: Any) -> None:
    half = verify(work, form(agent=COMPANION))
    assert (half.state, half.missing) == (CaseState.STEP_UP, ("written-authority",))
    whole = form(agent=COMPANION, brought=frozenset({"written-authority"}))
    case = do(work, verify_at_counter, half.case_id, whole, CHINA, ACT, SHOWN)
    assert case.state is CaseState.VERIFIED
    assert case.acts_for_another
    assert case.brought == {"both-documents", "written-authority"}
    assert do(work, lambda stores: stores.field(case.case_id, Field.AGENT_NAME)) == "王大明"
    told = do(work, evidence_of, case.evidence).told
    assert told["brought"] == ["both-documents", "written-authority"]


def test_a_tick_alone_does_not_bring_a_document(work: Any) -> None:
    ticked = frozenset({"both-documents", "written-authority", "guardian"})
    case = verify(work, form(by_agent=True, brought=ticked))
    assert (case.state, case.missing) == (CaseState.STEP_UP, ("both-documents",))


def test_a_minor_brings_his_guardian(work: Any) -> None:
    alone = verify(work, form(number=CHILD))
    assert (alone.state, alone.missing, alone.age) == (CaseState.STEP_UP, ("guardian",), 12)
    case = do(
        work, verify_at_counter, alone.case_id, form(number=CHILD, guardian=COMPANION), CHINA, ACT, SHOWN
    )
    assert case.state is CaseState.VERIFIED
    assert do(work, evidence_of, case.evidence).told["is_minor"] is True


def test_nobody_is_his_own_guardian_and_no_child_is_one(work: Any) -> None:
    case = begin(work)
    for number, word in ((NUMBER, "same-person"), (CHILD, "guardian-minor")):
        wrong = form(guardian=replace(COMPANION, number=number))
        with pytest.raises(FormError) as caught:
            do(work, verify_at_counter, case.case_id, wrong, CHINA, ACT, SHOWN)
        assert caught.value.faults["guardian_number"].word == word


def test_where_the_rules_allow_no_agents_none_is_taken(work: Any) -> None:
    import msgspec

    from openesim.conditions.rules.pack import Agent

    person = msgspec.structs.replace(CHINA.person, agent=Agent())
    pack = msgspec.structs.replace(CHINA, person=person)
    case = begin(work)
    with pytest.raises(FormError) as caught:
        do(work, verify_at_counter, case.case_id, form(agent=COMPANION), pack, ACT, SHOWN)
    assert caught.value.faults["agent"].word == "agents-not-allowed"


# --- other verifiers


def test_an_identity_provider_brings_the_documents_with_it(work: Any) -> None:
    case = begin(work)
    case = do(work, take_findings, case.case_id, FINDINGS, CHINA, Act(actor="oidc:bank", now=NOW), SHOWN)
    assert (case.state, case.verifier, case.reference) == (CaseState.VERIFIED, "oidc:bank", "session-1")
    assert do(work, lambda stores: stores.field(case.case_id, Field.NUMBER)) == NUMBER


def test_one_person_is_one_digest_at_every_operator_and_with_every_verifier(work: Any) -> None:
    here = verify(work)
    there = begin(work, replace(APPLICATION, operator="Yuanshan"))
    there = do(work, take_findings, there.case_id, FINDINGS, CHINA, ACT, SHOWN)
    assert here.person == there.person
    found = do(work, person_with, DocumentKind.HOUSEHOLD_BOOK, f" {NUMBER} ", NOW.date(), country="CN")
    assert found == here.person
    cases = do(work, lambda stores: stores.cases_of_person(here.person, None))
    assert {each.operator for each in cases} == {"Qinghe", "Yuanshan"}


def test_two_countries_number_their_passports_each_for_itself(work: Any) -> None:
    papers = {"group": Group.FOREIGN, "document": DocumentKind.PASSPORT, "name": "ERIKSSON ANNA MARIA"}
    first = verify(work, form(number=passport("UTO"), **papers))
    second = verify(work, form(number=passport("D<<"), **papers))
    assert first.state is second.state is CaseState.VERIFIED
    assert first.person != second.person
    issued = {"country": "CN", "issuer": "DE"}
    digest = do(work, person_with, DocumentKind.PASSPORT, passport("D<<"), NOW.date(), **issued)
    assert digest == second.person


def test_a_verifier_that_found_somebody_else_is_a_doubt(work: Any) -> None:
    case = begin(work)
    do(work, present, case.case_id, PAPERS, CHINA, ACT)
    other = replace(FINDINGS, number=Secret(CHILD))
    case = do(work, take_findings, case.case_id, other, CHINA, ACT, SHOWN)
    assert (case.state, case.missing) == (CaseState.STEP_UP, ("does-not-match",))
    assert do(work, lambda stores: stores.field(case.case_id, Field.NUMBER)) == NUMBER


def test_a_doubt_lets_try_again_or_ends_the_case(work: Any) -> None:
    case = begin(work)
    doubt = NotVerified(verifier="authority:town", doubt=Doubt.FACE_DIFFERS)
    case = do(work, take_findings, case.case_id, doubt, CHINA, ACT)
    assert (case.state, case.missing) == (CaseState.STEP_UP, ("face-differs",))
    case = do(work, take_findings, case.case_id, replace(doubt, doubt=Doubt.GIVEN_UP), CHINA, ACT)
    assert (case.state, case.missing) == (CaseState.STEP_UP, ("given-up",))
    final = replace(doubt, doubt=Doubt.NO_SUCH_DOCUMENT, is_final=True)
    case = do(work, take_findings, case.case_id, final, CHINA, ACT)
    assert (case.state, case.refusal) == (CaseState.REFUSED, "no-such-document")
    with pytest.raises(CaseStateError):
        do(work, take_findings, case.case_id, FINDINGS, CHINA, ACT)


def test_an_answer_that_comes_late_moves_nobody_who_is_verified(work: Any) -> None:
    case = verify(work)
    doubt = NotVerified(verifier="authority:town", doubt=Doubt.FACE_DIFFERS)
    for late in (FINDINGS, replace(FINDINGS, assurance=frozenset()), doubt, replace(doubt, is_final=True)):
        with pytest.raises(CaseStateError):
            do(work, take_findings, case.case_id, late, CHINA, ACT, SHOWN)
    assert do(work, lambda stores: stores.case(case.case_id)) == case


def test_a_group_that_the_rules_do_not_serve_is_refused(work: Any) -> None:
    case = begin(work)
    firm = replace(FINDINGS, group=Group.ORGANISATION, document=DocumentKind.BUSINESS_LICENCE, born=None)
    case = do(work, take_findings, case.case_id, firm, CHINA, ACT, SHOWN)
    assert (case.state, case.refusal) == (CaseState.REFUSED, "group-not-served")


def test_elsewhere_documents_have_other_forms(work: Any) -> None:
    case = begin(work)
    papers = Papers(
        group=Group.FOREIGN,
        document=DocumentKind.RESIDENCE_PERMIT,
        number="t22 000 129",
        name="Ayşe Öztürk-Müller",
        born="1984-02-29",
    )
    case = do(
        work, verify_at_counter, case.case_id, CounterForm(papers=papers, document_seen=True), GERMANY, ACT
    )
    assert (case.state, case.age) == (CaseState.VERIFIED, 42)
    assert case.expires_at == NOW + timedelta(days=90)


# --- afterwards


def test_a_verification_is_revoked_and_says_why(work: Any) -> None:
    case = verify(work)
    revoked = do(work, revoke, case.case_id, "wrongly-verified", SECOND)
    assert (revoked.state, revoked.refusal) == (CaseState.REVOKED, "wrongly-verified")
    assert (revoked.evidence, revoked.expires_at) == (case.evidence, None)
    assert entries(work, f"case:{case.case_id}")[-1].facts["refusal"] == "wrongly-verified"
    with pytest.raises(CaseStateError):
        do(work, revoke, case.case_id, "wrongly-verified", SECOND)
    with pytest.raises(NotFoundError, match="no such word"):
        do(work, refuse, case.case_id, "because", SECOND)


def test_a_person_gives_up_before_he_is_verified_and_not_after(work: Any) -> None:
    case = begin(work)
    assert do(work, withdraw, case.case_id, ACT).state is CaseState.WITHDRAWN
    with pytest.raises(CaseStateError):
        do(work, withdraw, verify(work).case_id, ACT)


def test_a_gate_asks_a_verified_person_for_more(work: Any) -> None:
    case = verify(work)
    case = do(work, ask_more, case.case_id, ["liveness"], Act(actor="gate", now=NOW))
    assert (case.state, case.missing) == (CaseState.STEP_UP, ("liveness",))
    assert do(work, verify_at_counter, case.case_id, FORM, CHINA, SECOND, SHOWN).state is CaseState.VERIFIED
    do(work, ask_more, case.case_id, ["liveness"], ACT)
    with pytest.raises(FormError) as caught:
        do(work, present, case.case_id, replace(PAPERS, number=CHILD), CHINA, ACT)
    assert caught.value.faults["number"].word == "another-person"


def test_a_sign_has_a_person_verify_again_everywhere_and_that_settles_it(work: Any) -> None:
    case = verify(work)
    until = NOW + timedelta(hours=24)
    urged = do(work, trigger, case.case_id, Trigger.FRAUD_FLAG, CHINA, ACT)
    assert (urged.state, urged.expires_at) == (CaseState.RE_VERIFY, until)
    person = do(work, lambda stores: stores.person(case.person))
    assert (person.reverify_trigger, person.reverify_until) == ("fraud-flag", until)
    again = do(work, verify_at_counter, case.case_id, FORM, CHINA, SECOND, SHOWN)
    assert again.state is CaseState.VERIFIED
    assert again.evidence != case.evidence
    person = do(work, lambda stores: stores.person(case.person))
    assert (person.reverify_trigger, person.reverify_until) == (None, None)
    assert len(do(work, lambda stores: stores.evidence_of(case.case_id))) == 2


def test_a_later_sign_does_not_give_more_time(work: Any) -> None:
    case, other = verify(work), verify(work)
    do(work, trigger, case.case_id, Trigger.FRAUD_FLAG, CHINA, ACT)
    do(work, trigger, other.case_id, Trigger.SLEEPING, CHINA, Act(actor=CLERK, now=NOW + timedelta(hours=9)))
    person = do(work, lambda stores: stores.person(case.person))
    assert (person.reverify_trigger, person.reverify_until) == ("fraud-flag", NOW + timedelta(hours=24))


def test_a_sign_that_the_rules_do_not_know_asks_for_nothing(work: Any) -> None:
    case = verify(work)
    for sign, pack in (
        (Trigger.DEVICE_CHANGED, CHINA),
        (Trigger.FRAUD_FLAG, GERMANY),
        (Trigger.SLEEPING, TEST),
    ):
        with pytest.raises(RuleRefused):
            do(work, trigger, case.case_id, sign, pack, ACT)
    with pytest.raises(CaseStateError):
        do(work, trigger, begin(work).case_id, Trigger.FRAUD_FLAG, CHINA, ACT)


def test_a_person_freezes_and_unfreezes_his_name(work: Any) -> None:
    case = verify(work)
    me = Act(actor="account:a_me", now=NOW)
    assert do(work, freeze, case.person, me).frozen_at == NOW
    assert do(work, freeze, case.person, replace(me, now=NOW + timedelta(days=1))).frozen_at == NOW
    assert do(work, lambda stores: stores.person(case.person)).frozen_at == NOW
    assert do(work, unfreeze, case.person, me).frozen_at is None
    do(work, unfreeze, case.person, me)
    told = entries(work, f"person:{case.person.hex()}")
    assert [each.facts["deed"] for each in told] == ["person-freeze", "person-unfreeze"]


def test_a_person_disputes_what_is_in_his_name_and_nothing_else(work: Any) -> None:
    case = verify(work)
    with pytest.raises(NotFoundError):
        do(work, dispute, case.case_id, b"q" * 32, ACT)
    disputed = do(work, dispute, case.case_id, case.person, ACT)
    assert (disputed.state, disputed.refusal) == (CaseState.REVOKED, "disputed")


def test_what_somebody_did_before_does_not_count_for_new_documents(work: Any) -> None:
    case = verify(work, replace(FORM, in_person=False))
    case = do(work, present, case.case_id, PAPERS, CHINA, SECOND)
    assert (case.state, case.assurance, case.clerk) == (CaseState.DOCUMENTS, frozenset(), None)
    assert Assurance.IN_PERSON not in case.assurance
