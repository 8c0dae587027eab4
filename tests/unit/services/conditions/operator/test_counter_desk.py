"""A clerk who asks an authority: what he wished of the verification is kept until it answers, and the case is his operator's."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from openesim.conditions.identity.cases import CaseState
from openesim.conditions.rules.in_force import Assignment
from openesim.conditions.rules.words import Assurance
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.operator.counter_desk import Counter
from openesim.services.conditions.operator.plans import PlanBook
from openesim.services.conditions.rules.book import RuleBook
from openesim.services.conditions.subscriber.verification import OwnVerification
from tests.support.memory import MemoryWork
from tests.support.people import CHINA, CLERK, FORM, NOW, SHOWN, begin
from tests.support.rig import SteppedClock
from tests.support.subscriber_world import MemoryAuthority, is_pending, is_right

REGISTER = "authority:register"


class Desk:
    """A counter with an authority behind it."""

    def __init__(self, authority: MemoryAuthority) -> None:
        self.work, self.clock = MemoryWork(), SteppedClock(NOW)
        ambient = Ambient(self.clock, os.urandom)
        rules = RuleBook(configured=Assignment(operators={"Qinghe": CHINA.id}))
        self.verification = OwnVerification(self.work, ambient, rules, {REGISTER: authority})
        self.counter = Counter(self.work, ambient, rules, PlanBook(), (self.verification, (REGISTER,)))


def test_who_wishes_a_second_clerk_gets_one_when_the_authority_answers(runner: asyncio.Runner) -> None:
    desk = Desk(MemoryAuthority(answers=[is_right]))
    case = begin(desk.work)
    manner = replace(SHOWN, four_eyes=True)
    runner.run(desk.counter.ask("Qinghe", case.case_id, FORM, REGISTER, manner, CLERK))
    answered = desk.work.run_now(lambda stores: stores.case(case.case_id))
    assert (answered.state, answered.clerk) == (CaseState.FOUR_EYES, CLERK)
    assert Assurance.IN_PERSON in answered.assurance


def test_nobody_has_the_case_of_another_operator_asked_about(runner: asyncio.Runner) -> None:
    authority = MemoryAuthority(answers=[is_pending, is_right])
    desk = Desk(authority)
    case = begin(desk.work)
    runner.run(desk.counter.ask("Qinghe", case.case_id, FORM, REGISTER, SHOWN, CLERK))
    desk.clock.advance(hours=1)

    async def ask_again() -> None:
        try:
            await desk.counter.ask_again("Yuanshan", case.case_id)
        finally:
            await asyncio.sleep(0.05)

    with pytest.raises(NotFoundError):
        runner.run(ask_again())
    assert len(authority.asked) == 1
