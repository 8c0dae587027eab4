"""A subscriber's own cases on every kind of stores: whose they are, who is asked again, who is behind an account."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from openesim.adapters.db.postgres import PostgresWork
from openesim.conditions.identity import steps
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import CaseState, CaseStateError
from openesim.conditions.identity.findings import Findings
from openesim.conditions.identity.steps import Application
from openesim.conditions.rules.in_force import Assignment
from openesim.conditions.rules.words import Assurance, Channel, ServiceClass
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConflictError, NotFoundError, StateError
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.deeds import AccountDeed
from openesim.services.conditions.accounts.keeping import NewAccount, add_account, make_account
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import apply, case_of_account, revoke
from openesim.services.conditions.persons.verifiers import OidcVerifier, Question
from openesim.services.conditions.persons.verifying import present, verify_at_counter
from openesim.services.conditions.rules.book import RuleBook
from openesim.services.conditions.subscriber.cases import (
    MOST_TRIES,
    accept_notices,
    apply_once,
    choose_channel,
    person_of,
    verify_may_try,
)
from openesim.services.conditions.subscriber.verification import OwnVerification
from tests.support.memory_provider import MemoryProvider
from tests.support.people import ACT, CHINA, FORM, GROWN, NOW, PAPERS, SHOWN, do, entries, form
from tests.support.rig import SteppedClock, eid_of
from tests.support.subscriber_world import MemoryAuthority, is_pending, is_right
from tests.support.verifying import BROWSER, POLICY

APPLICATION = Application(
    operator="Qinghe",
    service=ServiceClass.PHONE,
    channel=Channel.COUNTER,
    account="a_1",
    eid=eid_of(1),
    plan_id=7,
    region="11",
    in_country=True,
)


def begin(work: Any, **changes: Any) -> Case:
    case: Case = do(work, apply, replace(APPLICATION, **changes), ACT, os.urandom)
    return case


def an_account(work: Any) -> Account:
    new = NewAccount.parse(login="chen.hua", display_name="Chen", role=Role.SUBSCRIBER, tenant=None)
    account = make_account(new, Secret("kept"), os.urandom, NOW)
    do(work, add_account, account, AccountDeed.REGISTERED, account.actor)
    return account


def test_the_plan_and_the_time_to_ask_again_come_out_as_they_went_in(work: Any) -> None:
    case = replace(begin(work), verifier="authority:x", ask_again_at=NOW)
    do(work, lambda stores: stores.save_case(case))
    assert do(work, lambda stores: stores.case(case.case_id)) == case
    assert do(work, lambda stores: stores.case(case.case_id)).plan_id == 7


def test_whoever_is_due_is_asked_again_the_longest_waiting_first(work: Any) -> None:
    cases = [begin(work) for _ in range(4)]
    for case, wait in zip(cases, (3, 1, 2, None), strict=True):
        at = None if wait is None else NOW + timedelta(minutes=wait)
        do(work, lambda stores, case=case, at=at: stores.save_case(replace(case, ask_again_at=at)))

    def due(minutes: int, limit: int = 10) -> list[str]:
        moment = NOW + timedelta(minutes=minutes)
        return [case.case_id for case in do(work, lambda stores: stores.cases_to_ask(moment, limit))]

    assert due(0) == []
    assert due(2) == [cases[1].case_id, cases[2].case_id]
    assert due(5, limit=1) == [cases[1].case_id]


def test_a_case_is_its_accounts_and_nobody_elses(work: Any) -> None:
    case = begin(work)
    assert do(work, case_of_account, "a_1", case.case_id) == case
    for account, case_id in (("a_2", case.case_id), ("a_1", "nothing"), ("", case.case_id)):
        with pytest.raises(NotFoundError):
            do(work, case_of_account, account, case_id)


def test_the_same_wish_is_one_case_and_there_are_not_too_many(work: Any) -> None:
    first = do(work, apply_once, APPLICATION, ACT, os.urandom)
    assert do(work, apply_once, APPLICATION, ACT, os.urandom) == first
    for number in range(2, 11):
        do(work, apply_once, replace(APPLICATION, eid=eid_of(number)), ACT, os.urandom)
    with pytest.raises(ConflictError, match="as many applications"):
        do(work, apply_once, replace(APPLICATION, eid=eid_of(11)), ACT, os.urandom)


def test_two_clicks_at_once_are_one_case(reopen: Callable[[], Any]) -> None:
    first, second = reopen(), reopen()
    if not isinstance(first, PostgresWork):
        return  # one unit at a time
    mine = replace(APPLICATION, account=an_account(first).account_id)
    is_begun, is_over = Event(), Event()

    def click(stores: Any) -> Case:
        case = apply_once(stores, mine, ACT, os.urandom)
        is_begun.set()
        is_over.wait(0.5)
        return case

    def click_again() -> Case:
        is_begun.wait()
        case: Case = do(second, apply_once, mine, ACT, os.urandom)
        is_over.set()
        return case

    with ThreadPoolExecutor(2) as threads:
        cases = [
            each.result() for each in (threads.submit(first.run_now, click), threads.submit(click_again))
        ]
    assert cases[0] == cases[1]


def test_who_waits_for_an_authority_may_go_to_a_counter_and_is_waited_for_no_longer(work: Any) -> None:
    case = begin(work, channel=Channel.ONLINE)
    waiting = steps.awaiting(replace(case, state=CaseState.DOCUMENTS), "authority:x", NOW)
    moved = do(work, choose_channel, waiting, Channel.COUNTER, ACT)
    assert (moved.channel, moved.ask_again_at) == (Channel.COUNTER, None)
    with pytest.raises(CaseStateError):
        do(work, choose_channel, replace(case, state=CaseState.VERIFIED), Channel.COUNTER, ACT)


def test_the_person_behind_an_account_is_whoever_was_verified_first(work: Any) -> None:
    account = an_account(work)

    def person() -> bytes | None:
        found: bytes | None = do(work, person_of, account.account_id, ACT)
        return found

    assert person() is None
    case = begin(work, account=account.account_id)
    assert person() is None
    do(work, present, case.case_id, PAPERS, CHINA, ACT)
    assert person() is None, "papers alone are nobody's proof"
    verified = do(work, verify_at_counter, case.case_id, FORM, CHINA, ACT, SHOWN)
    assert person() == verified.person
    assert do(work, lambda stores: stores.account(account.account_id)).person == verified.person
    other = begin(work, account=account.account_id, eid=eid_of(2))
    do(work, verify_at_counter, other.case_id, form(number=GROWN, name="王大明"), CHINA, ACT, SHOWN)
    assert person() == verified.person
    do(work, revoke, case.case_id, "wrongly-verified", ACT)
    assert person() is None


def test_the_person_behind_an_account_is_known_however_many_cases_came_after(work: Any) -> None:
    account = an_account(work).account_id
    first = begin(work, account=account)
    verified = do(work, verify_at_counter, first.case_id, FORM, CHINA, ACT, SHOWN)

    def many(stores: Any) -> None:
        for number in range(120):
            later = NOW + timedelta(days=1, seconds=number)
            blank = replace(first, case_id=f"{number:016d}", created_at=later, changed_at=later)
            stores.add_case(blank)

    do(work, many)
    for _ in range(2):
        assert do(work, person_of, account, ACT) == verified.person


def test_papers_are_shown_so_often_a_day_and_no_more(work: Any) -> None:
    act = Act(actor="account:a_1", now=NOW)
    for number in range(MOST_TRIES):
        case = begin(work, eid=eid_of(number))
        do(work, verify_may_try, act.actor, NOW)
        do(work, present, case.case_id, PAPERS, CHINA, act)
    with pytest.raises(ConflictError, match="as often as they may be"):
        do(work, verify_may_try, act.actor, NOW)
    do(work, verify_may_try, "account:a_2", NOW)
    do(work, verify_may_try, act.actor, NOW + timedelta(days=2))


def test_whatever_else_is_done_in_between_tries_are_counted(work: Any) -> None:
    act = Act(actor="account:a_1", now=NOW)
    case = begin(work)
    for _ in range(MOST_TRIES):
        do(work, present, case.case_id, PAPERS, CHINA, act)

    def dither(stores: Any) -> None:
        """Accepts a text of the rules and takes it back, again and again."""
        held = stores.hold_case(case.case_id)
        for turn in range(220):
            held = accept_notices(stores, held, [*CHINA.notices][: 1 - turn % 2], CHINA, act)

    do(work, dither)
    with pytest.raises(ConflictError, match="as often as they may be"):
        do(work, verify_may_try, act.actor, NOW)


def test_who_went_to_a_counter_is_not_verified_by_the_provider_that_he_left(
    work: Any, runner: asyncio.Runner
) -> None:
    ambient, provider = Ambient(SteppedClock(NOW), os.urandom), MemoryProvider()
    ours = {POLICY.verifier: OidcVerifier(work, ambient, provider, POLICY, RuleBook())}
    verification = OwnVerification(work, ambient, RuleBook(), ours)
    account = an_account(work)
    case = begin(work, account=account.account_id, channel=Channel.ONLINE)
    runner.run(verification.begin(case, POLICY.verifier, BROWSER, "en"))
    moved = do(work, choose_channel, case, Channel.COUNTER, ACT)
    query = {"state": provider.asked[-1].state, "code": "a-code"}
    with pytest.raises(StateError):
        runner.run(verification.complete(account, POLICY.verifier, query, BROWSER))
    assert do(work, lambda stores: stores.case(case.case_id)) == moved


def test_where_no_rules_are_in_force_somebody_has_to_be_verified(work: Any) -> None:
    rules = RuleBook(configured=Assignment(operators={"Qinghe": "nowhere"}))
    verification = OwnVerification(work, Ambient(SteppedClock(NOW), os.urandom), rules, {})
    assert not verification.asks_nothing(begin(work))


def test_a_question_is_asked_by_one_at_a_time_and_an_old_answer_moves_nobody(
    work: Any, runner: asyncio.Runner
) -> None:
    authority, clock = MemoryAuthority(answers=[is_pending, is_right]), SteppedClock(NOW)
    verification = OwnVerification(
        work, Ambient(clock, os.urandom), RuleBook(), {"authority:register": authority}
    )
    case = begin(work, channel=Channel.ONLINE)

    def wait_for_the_authority() -> None:
        shown = do(work, present, case.case_id, PAPERS, CHINA, Act(actor="account:a_1", now=clock.now()))
        waiting = steps.awaiting(shown, "authority:register", clock.now())
        do(work, lambda stores: stores.save_case(waiting))

    async def both() -> None:
        authority.wait_s = 0.01
        await asyncio.gather(verification.ask(case.case_id), verification.ask(case.case_id))

    wait_for_the_authority()
    runner.run(both())
    assert len(authority.asked) == 1, "the other one saw that it is asked"
    runner.run(verification.ask(case.case_id))
    assert len(authority.asked) == 1, "not before its time"
    clock.advance(seconds=30)

    def answer_too_late(question: Question) -> Findings:
        """Says yes while other papers are shown."""
        wait_for_the_authority()
        return is_right(question)

    authority.answers[1] = answer_too_late
    runner.run(verification.ask(case.case_id))
    now = do(work, lambda stores: stores.case(case.case_id))
    assert now.state is CaseState.DOCUMENTS
    assert now.ask_again_at is not None
    first, second = authority.asked
    assert first.request_id == second.request_id


def waits_for_authority(work: Any) -> Case:
    """Returns a case whose papers an authority is to look at."""
    case = begin(work, channel=Channel.ONLINE)
    shown = do(work, present, case.case_id, PAPERS, CHINA, Act(actor="account:a_1", now=NOW))
    waiting = steps.awaiting(shown, "authority:register", NOW)
    do(work, lambda stores: stores.save_case(waiting))
    return waiting


def test_an_answer_counts_though_texts_of_the_rules_were_accepted_meanwhile(
    work: Any, runner: asyncio.Runner
) -> None:
    case = waits_for_authority(work)

    def answer(question: Question) -> Findings:
        """Says yes while she accepts a text."""
        accepting = Act(actor="account:a_1", now=NOW + timedelta(seconds=1))
        held = do(work, lambda stores: stores.hold_case(case.case_id))
        do(work, accept_notices, held, list(CHINA.notices), CHINA, accepting)
        return is_right(question)

    authority = MemoryAuthority(answers=[answer])
    ambient = Ambient(SteppedClock(NOW), os.urandom)
    rules = RuleBook(configured=Assignment(operators={"Qinghe": "cn-2025-trial"}))
    asking = OwnVerification(work, ambient, rules, {"authority:register": authority})
    runner.run(asking.ask(case.case_id))
    after = do(work, lambda stores: stores.case(case.case_id))
    assert after.ask_again_at is None
    assert Assurance.DOCUMENT in after.assurance


def test_where_no_rules_are_in_force_nobody_is_told_who_somebody_is(
    work: Any, runner: asyncio.Runner
) -> None:
    authority, clock = MemoryAuthority(answers=[is_right]), SteppedClock(NOW)
    rules = RuleBook(configured=Assignment(operators={"Qinghe": "nowhere"}))
    asking = OwnVerification(work, Ambient(clock, os.urandom), rules, {"authority:register": authority})
    case = waits_for_authority(work)
    before = len(entries(work, f"case:{case.case_id}"))
    for _ in range(24 * 60):
        runner.run(asking.ask_due())
        clock.advance(seconds=60)
    assert authority.asked == []
    assert len(entries(work, f"case:{case.case_id}")) == before


def test_an_answer_that_cannot_be_taken_is_asked_for_more_and_more_seldom(
    work: Any, runner: asyncio.Runner
) -> None:
    def breaks(question: Question) -> Exception:
        return TypeError(question.request_id)

    authority, clock = MemoryAuthority(answers=[breaks]), SteppedClock(NOW)
    asking = OwnVerification(work, Ambient(clock, os.urandom), RuleBook(), {"authority:register": authority})
    waits_for_authority(work)
    for _ in range(12 * 60):
        runner.run(asking.ask_due())
        clock.advance(seconds=60)
    assert 10 < len(authority.asked) < 40


def test_a_verifier_that_breaks_is_asked_again_and_stops_nobody(work: Any, runner: asyncio.Runner) -> None:
    def breaks(question: Question) -> Exception:
        return TypeError(question.request_id)

    authority, clock = MemoryAuthority(answers=[breaks, is_right]), SteppedClock(NOW)
    verification = OwnVerification(
        work, Ambient(clock, os.urandom), RuleBook(), {"authority:register": authority}
    )
    case = begin(work, channel=Channel.ONLINE)
    shown = do(work, present, case.case_id, PAPERS, CHINA, Act(actor="account:a_1", now=NOW))
    waiting = steps.awaiting(shown, "authority:register", NOW)
    do(work, lambda stores: stores.save_case(waiting))
    assert runner.run(verification.ask_due()) == 1
    assert do(work, lambda stores: stores.case(case.case_id)).ask_again_at > NOW
