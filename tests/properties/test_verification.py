"""Whatever is done to cases in whatever order: the table holds, evidence stands behind whoever is verified, nothing leaks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import LAPSING, TRANSITIONS, CaseEvent, CaseState, after
from openesim.conditions.identity.evidence import verify_evidence
from openesim.conditions.identity.findings import Doubt, NotVerified
from openesim.conditions.identity.judging import judge
from openesim.conditions.rules.words import Trigger
from openesim.kernel.errors import ConflictError, OpenEsimError
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import ask_more, refuse, revoke, withdraw
from openesim.services.conditions.persons.persons import trigger
from openesim.services.conditions.persons.retention import sweep
from openesim.services.conditions.persons.verifying import agree, present, take_findings, verify_at_counter
from tests.support.memory import MemoryWork
from tests.support.people import (
    ADDRESS,
    CHINA,
    COMPANION,
    FORM,
    NAME,
    NOW,
    NUMBER,
    PAPERS,
    SHOWN,
    begin,
    do,
    entries,
    form,
)

CLERKS = ["account:a_li", "account:a_wu", "account:a_xu"]
ENDED = {state for state, following in TRANSITIONS.items() if not following}

forms = st.sampled_from(
    [
        FORM,
        replace(FORM, face_matched=False),
        form(agent=COMPANION, brought=frozenset({"written-authority"})),
        form(agent=COMPANION),
        form(number="11010519900307204"),
    ]
)


def test_every_state_is_reached_and_every_end_is_an_end() -> None:
    reached = {CaseState.APPLIED}
    while True:
        further = {after(state, event) for state in reached for event in TRANSITIONS[state]} - reached
        if not further:
            break
        reached |= further
    assert reached == set(CaseState)
    assert {CaseState.REFUSED, CaseState.REVOKED, CaseState.WITHDRAWN} == ENDED


def test_nobody_is_verified_whose_documents_were_not_shown() -> None:
    verified = {state for state, following in TRANSITIONS.items() if CaseEvent.VERIFY in following}
    assert verified == {CaseState.DOCUMENTS, CaseState.FOUR_EYES, CaseState.RE_VERIFY}
    assert set(LAPSING) == set(CaseState) - ENDED - {CaseState.EXPIRED}


class Counter(RuleBasedStateMachine):
    """Clerks, verifiers, gates and time, on cases of one operator."""

    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.work = MemoryWork()
        self.now = NOW
        self.seen: dict[str, Case] = {}

    def attempt(self, service: Callable[..., Any], *arguments: Any) -> None:
        """Does something that may be refused; what was refused has changed nothing."""
        before = self.work.stores.snapshot()
        refusal: OpenEsimError | None = None
        try:
            do(self.work, service, *arguments)
        except OpenEsimError as error:
            refusal = error
        assert NUMBER not in str(refusal)
        assert refusal is None or self.work.stores.snapshot() == before

    @rule(target=cases)
    def apply(self) -> str:
        return begin(self.work, act=Act(actor=CLERKS[0], now=self.now)).case_id

    @rule(case_id=cases, clerk=st.sampled_from(CLERKS), what=forms, is_double=st.booleans())
    def verify(self, case_id: str, clerk: str, what: Any, is_double: bool) -> None:
        manner = replace(SHOWN, four_eyes=is_double)
        self.attempt(verify_at_counter, case_id, what, CHINA, Act(actor=clerk, now=self.now), manner)

    @rule(case_id=cases, clerk=st.sampled_from(CLERKS))
    def present(self, case_id: str, clerk: str) -> None:
        self.attempt(present, case_id, PAPERS, CHINA, Act(actor=clerk, now=self.now))

    @rule(case_id=cases, clerk=st.sampled_from(CLERKS))
    def agree(self, case_id: str, clerk: str) -> None:
        was = self.work.stores.cases[case_id]
        with suppress(ConflictError):
            self.attempt(agree, case_id, CHINA, Act(actor=clerk, now=self.now))
        is_now = self.work.stores.cases[case_id]
        assert is_now == was or was.clerk != clerk

    @rule(case_id=cases, doubt=st.sampled_from(Doubt), is_final=st.booleans())
    def doubt(self, case_id: str, doubt: Doubt, is_final: bool) -> None:
        found = NotVerified(verifier="authority:town", doubt=doubt, is_final=is_final)
        self.attempt(take_findings, case_id, found, CHINA, Act(actor="authority:town", now=self.now))

    @rule(case_id=cases)
    def ask_more(self, case_id: str) -> None:
        self.attempt(ask_more, case_id, ["liveness"], Act(actor="gate", now=self.now))

    @rule(case_id=cases)
    def trigger(self, case_id: str) -> None:
        self.attempt(trigger, case_id, Trigger.FRAUD_FLAG, CHINA, Act(actor=CLERKS[0], now=self.now))

    @rule(case_id=cases, end=st.sampled_from(["refuse", "revoke", "withdraw"]))
    def end(self, case_id: str, end: str) -> None:
        act = Act(actor=CLERKS[0], now=self.now)
        if end == "withdraw":
            self.attempt(withdraw, case_id, act)
        else:
            service = refuse if end == "refuse" else revoke
            self.attempt(service, case_id, "authority-ordered", act)

    @rule(hours=st.sampled_from([1, 5, 25, 24 * 31, 24 * 400]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        do(self.work, sweep, self.now)

    @invariant()
    def evidence_stands_behind_whoever_is_verified(self) -> None:
        for case in self.work.stores.cases.values():
            if case.state is not CaseState.VERIFIED:
                continue
            assert case.evidence is not None
            octets = self.work.stores.evidence(case.evidence)
            assert octets is not None
            told = verify_evidence(octets, case.evidence).told
            assert case.person is not None
            assert told["person"] == case.person.hex()
            assert judge(CHINA, case).missing == ()
            assert case.second != case.clerk
            assert case.expires_at is not None
            assert case.expires_at > self.now

    @invariant()
    def what_ended_stays_so(self) -> None:
        for case_id, case in self.work.stores.cases.items():
            earlier = self.seen.get(case_id)
            if earlier is not None and earlier.state in ENDED:
                assert case == earlier
            self.seen[case_id] = case

    @invariant()
    def whoever_looks_at_a_case_learns_what_comes_next(self) -> None:
        for case in self.work.stores.cases.values():
            assert bool(case.missing) is (case.state is CaseState.STEP_UP)
            is_refused = case.state in {CaseState.REFUSED, CaseState.REVOKED, CaseState.WITHDRAWN}
            assert (case.refusal is not None) is is_refused
            is_waiting = case.state in LAPSING
            assert (case.expires_at is not None) is is_waiting

    @invariant()
    def the_ledger_says_where_every_case_stands_and_nothing_personal(self) -> None:
        for case_id, case in self.work.stores.cases.items():
            told = entries(self.work, f"case:{case_id}")
            assert told[-1].facts["state"] == case.state.value
            for personal in (NAME, NUMBER, ADDRESS):
                assert personal not in repr(told) + repr(case)


TestCounter = Counter.TestCase
TestCounter.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
