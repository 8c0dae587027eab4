"""Two operators, inspectors, hostile hands and a calendar: whatever they do in whatever order, these things hold.

* Nothing is approved that an operator did not submit complete and an inspector did not approve, and nothing of it changed
  in between.
* What is granted is never more than was asked, and a renewal begins where the licence before it ends.
* The gate hears of a valid licence where one is approved, and nowhere else; nobody waits out a suspension.
* Every change has a revision and a deed in the ledger; what was refused left neither.
* Nobody moves another operator's licence.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from openesim.conditions.admission.facts import Standing
from openesim.conditions.licensing.deeds import Approval
from openesim.conditions.licensing.evidence import read_upload
from openesim.conditions.licensing.licence import By, Licence, Scope
from openesim.conditions.licensing.scopes import Narrowing, wider
from openesim.conditions.licensing.states import HELD, Event, LicenceState, Party
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.kernel.errors import OpenEsimError
from openesim.services.conditions.following import Following
from openesim.services.conditions.licences.book import LicenceBook
from openesim.services.conditions.licences.calendar import CALENDAR, expire_licences, remind
from openesim.services.conditions.licences.files import attach, detach
from openesim.services.conditions.licences.keeping import items_with_files
from tests.support.licences import LICENSING, PDF, SHORT, add_operator
from tests.support.memory import MemoryWork
from tests.support.rig import NOW

OPERATORS = ("qinghe", "yuanshan")
DAY = timedelta(days=1)
UPLOAD = read_upload("module.pdf", PDF)


def hands(right: Party) -> st.SearchStrategy[tuple[Party, str | None]]:
    """Mostly the right hand, which may see everything; sometimes any other."""
    wrong = st.tuples(st.sampled_from(list(Party)), st.sampled_from([*OPERATORS, None]))
    return st.one_of(*[st.just((right, None))] * 3, wrong)


operators, inspectors = hands(Party.OPERATOR), hands(Party.INSPECTOR)
texts = st.sampled_from(["because", "because", "because", ""])
days = st.integers(1, 400)
channels = st.frozensets(st.sampled_from(list(Channel)), max_size=2)


class Hands(RuleBasedStateMachine):
    """Everything that anybody can do to licences."""

    licences: Bundle[int] = Bundle("licences")

    def __init__(self) -> None:
        super().__init__()
        self.work = MemoryWork()
        self.now = NOW
        self.book = LicenceBook()
        self.following = Following(self.work, [self.book])
        self.complete: dict[int, tuple[Any, ...]] = {}
        self.runner = asyncio.Runner()

    def teardown(self) -> None:
        self.runner.close()

    def _do(self, unit: Any, by: By | None = None, number: int | None = None) -> Any:
        """Runs a unit; what is refused leaves nothing, and a stranger is always refused."""
        before = self.work.stores.snapshot()
        try:
            result = self.work.run_now(unit)
        except OpenEsimError:
            after = self.work.stores.snapshot()
            assert after["all_licences"] == before["all_licences"]
            assert after["ledger_rows"] == before["ledger_rows"]
            return None
        if by is not None and by.operator is not None and number is not None:
            assert before["all_licences"][number].operator == by.operator
        return result

    def _by(self, hand: tuple[Party, str | None]) -> By:
        party, tenant = hand
        self.now += timedelta(seconds=1)
        return By(actor=f"account:{party}", party=party, now=self.now, operator=tenant)

    @initialize()
    def begin(self) -> None:
        for name in OPERATORS:
            add_operator(self.work.stores, name)
        self.runner.run(self.following.load())

    @rule(target=licences, operator=st.sampled_from(OPERATORS), length=days, over=channels, hand=operators)
    def apply(self, operator: str, length: int, over: frozenset[Channel], hand: Any) -> Any:
        by = self._by((hand[0], operator))
        asked = Scope(begins=self.now, ends=self.now + length * DAY, channels=over)
        made = self._do(lambda stores: LICENSING.apply(stores, operator, ServiceClass.PHONE, asked, by))
        assert made is None or by.party is Party.OPERATOR
        return multiple() if made is None else made.licence_id

    @rule(number=licences, hand=operators, item=st.sampled_from(["who", "query", "keys", "no"]))
    def answer(self, number: int, hand: Any, item: str) -> None:
        by = self._by(hand)
        self._do(lambda stores: LICENSING.answer(stores, number, item, "yes", by), by, number)

    @rule(number=licences, item=st.sampled_from(["who", "query", "keys"]))
    def take_an_answer_back(self, number: int, item: str) -> None:
        by = self._by((Party.OPERATOR, None))
        self._do(lambda stores: LICENSING.answer(stores, number, item, "", by))

    @rule(number=licences, hand=operators)
    def attach_or_detach(self, number: int, hand: Any) -> None:
        by = self._by(hand)
        files = self.work.stores.files_of_licence(number)
        if files:
            self._do(lambda stores: detach(LICENSING, stores, number, files[0].file_id, by), by, number)
        else:
            self._do(lambda stores: attach(LICENSING, stores, number, "keys", UPLOAD, by), by, number)

    @rule(number=licences, hand=operators)
    def submit(self, number: int, hand: Any) -> None:
        by = self._by(hand)
        if self._do(lambda stores: LICENSING.submit(stores, number, by), by, number) is not None:
            self.complete[number] = self._content(number)

    def _content(self, number: int) -> tuple[Any, ...]:
        licence = self._licence(number)
        stores = self.work.stores
        assert SHORT.missing(licence, items_with_files(stores, number)) == []
        return licence.asked, licence.answers, stores.files_of_licence(number)

    @rule(number=licences, hand=inspectors)
    def take_up(self, number: int, hand: Any) -> None:
        by = self._by(hand)
        self._do(lambda stores: LICENSING.take_up(stores, number, by), by, number)

    @rule(number=licences, hand=inspectors, over=st.none() | channels, length=st.none() | days)
    def approve(
        self,
        number: int,
        hand: Any,
        over: frozenset[Channel] | None,
        length: int | None,
    ) -> None:
        by = self._by(hand)
        ends = None if length is None else self.now + length * DAY
        approval = Approval(narrowing=Narrowing(channels=over, ends=ends))
        made = self._do(lambda stores: LICENSING.approve(stores, number, approval, by), by, number)
        if made is not None:
            assert by.party is Party.INSPECTOR
            assert self._content(number) == self.complete[number], "what is approved is what was submitted"

    @rule(
        number=licences,
        hand=inspectors,
        text=texts,
        deed=st.sampled_from(["ask", "refuse", "suspend", "suspend", "reinstate", "revoke", "comment"]),
    )
    def decide(self, number: int, hand: Any, text: str, deed: str) -> None:
        by = self._by(hand)
        self._do(lambda stores: getattr(LICENSING, deed)(stores, number, by, text), by, number)

    @rule(number=licences, hand=operators, text=texts, deed=st.sampled_from(["withdraw", "comment"]))
    def give_up_or_comment(self, number: int, hand: Any, text: str, deed: str) -> None:
        by = self._by(hand)
        self._do(lambda stores: getattr(LICENSING, deed)(stores, number, by, text), by, number)

    @rule(target=licences, number=licences, hand=operators, length=days)
    def renew(self, number: int, hand: Any, length: int) -> Any:
        by = self._by(hand)
        ends = self.now + length * DAY
        made = self._do(lambda stores: LICENSING.renew(stores, number, ends, by), by, number)
        return multiple() if made is None else made.licence_id

    @rule(number=licences)
    def go_the_whole_way(self, number: int) -> None:
        """Random hands seldom get so far."""
        operator, inspector = (self._by((party, None)) for party in (Party.OPERATOR, Party.INSPECTOR))
        for item in ("who", "keys", "query"):
            self._do(lambda stores, item=item: LICENSING.answer(stores, number, item, "yes", operator))
        self._do(lambda stores: attach(LICENSING, stores, number, "keys", UPLOAD, operator))
        if self._do(lambda stores: LICENSING.submit(stores, number, operator)) is not None:
            self.complete[number] = self._content(number)
        self._do(lambda stores: LICENSING.take_up(stores, number, inspector))
        self._do(lambda stores: LICENSING.approve(stores, number, Approval(), inspector))

    @rule(target=licences, number=licences, length=st.integers(200, 400))
    def renew_the_whole_way(self, number: int, length: int) -> Any:
        """Random hands get there even less often."""
        self.go_the_whole_way(number)
        by = self._by((Party.OPERATOR, None))
        ends = self.now + length * DAY
        made = self._do(lambda stores: LICENSING.renew(stores, number, ends, by))
        if made is None:
            return multiple()
        self.go_the_whole_way(made.licence_id)
        return made.licence_id

    @rule(
        number=licences,
        story=st.lists(st.sampled_from(["suspend", "reinstate", "revoke"]), min_size=1, max_size=4),
        ahead=st.integers(0, 3),
    )
    def hold_and_let_go(self, number: int, story: list[str], ahead: int) -> None:
        """A licence and its renewals, moved together and apart."""
        for deed in story:
            by = self._by((Party.INSPECTOR, None))
            self._do(lambda stores, deed=deed, by=by: getattr(LICENSING, deed)(stores, number, by, "because"))
            self.time_passes(ahead)

    @rule(ahead=st.integers(1, 200))
    def time_passes(self, ahead: int) -> None:
        self.now += ahead * DAY
        self._do(lambda stores: expire_licences(stores, self.now, 1000))
        self._do(lambda stores: remind(stores, self.now, 0, 1000))

    def _licence(self, number: int) -> Licence:
        return self.work.stores.all_licences[number]

    @invariant()
    def nothing_is_approved_without_a_submission_and_an_inspector(self) -> None:
        for licence in self.work.stores.all_licences.values():
            told = [(each.event, each.party) for each in licence.dialogue]
            was_held = licence.state in HELD | {LicenceState.REVOKED, LicenceState.EXPIRED}
            assert (licence.granted is not None) is ((Event.APPROVE, Party.INSPECTOR) in told)
            assert not was_held or licence.granted is not None
            if licence.granted is not None:
                place = told.index((Event.APPROVE, Party.INSPECTOR))
                assert (Event.SUBMIT, Party.OPERATOR) in told[:place]
                assert told[place - 1][0] in {Event.TAKE_UP, Event.COMMENT}
                assert list(wider(licence.granted, licence.asked)) == []
                if licence.renews is not None:
                    before = self._licence(licence.renews)
                    approved_at = licence.dialogue[place].at
                    assert licence.granted.begins == max(before.scope.ends or approved_at, approved_at)

    @invariant()
    def the_gate_hears_of_what_is_approved_and_of_nothing_else(self) -> None:
        self.runner.run(self.following.refresh())
        for operator in OPERATORS:
            heard = [
                (fact.begins, fact.ends, fact.channels)
                for fact in self.book.licences_of(operator, ServiceClass.PHONE)
                if fact.standing is Standing.VALID
            ]
            approved = [
                (each.scope.begins, each.scope.ends, each.scope.channels)
                for each in self.work.stores.all_licences.values()
                if each.operator == operator and each.state is LicenceState.APPROVED
            ]
            assert sorted(map(str, heard)) == sorted(map(str, approved))

    @invariant()
    def nobody_waits_out_a_suspension(self) -> None:
        for licence in self.work.stores.all_licences.values():
            if licence.renews is not None and licence.state is LicenceState.APPROVED:
                before = self._licence(licence.renews)
                reinstated = any(each.event is Event.REINSTATE for each in licence.dialogue)
                assert reinstated or before.state is not LicenceState.SUSPENDED
                assert before.state is not LicenceState.REVOKED

    @invariant()
    def every_change_has_a_revision_and_a_deed(self) -> None:
        stores = self.work.stores
        deeds = [kept.entry for kept in stores.ledger_rows.values() if kept.entry is not None]
        assert len(deeds) == stores.revisions().get("licences", 0)
        assert all(each.actor == CALENDAR or each.facts["deed"] != "licence-expire" for each in deeds)
        revisions = [each.revision for each in stores.all_licences.values()]
        assert len(set(revisions)) == len(revisions)


TestHands = Hands.TestCase
TestHands.settings = settings(stateful_step_count=40)
