"""Somebody is put on the watch-list while his download is on its way: it stops, he is shown to somebody, and it goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from openesim.conditions.admission.admission import Admission, LineState
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.admission.recorded import read_facts
from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import CaseState
from openesim.kernel.errors import NotFoundError, StateError
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.explained import Language
from openesim.provisioning.smdp.history import Action
from openesim.provisioning.smdp.orders import OrderState
from openesim.provisioning.smdp.reissue import Wish
from openesim.services.conditions.following import Following
from openesim.services.conditions.gate.holds import Holds
from openesim.services.conditions.gate.watch_book import WatchBook
from openesim.services.conditions.operator.held_orders import HeldOrders
from openesim.services.orders import issue_again
from openesim.services.timeline import told
from openesim.transparency.entries import EntryKind
from tests.support.gate import GatedRig, case_of, gate_of, person_of
from tests.support.lpa import Lpa
from tests.support.rig import NOW, eid_of

STOPPED = ("8.2", "1.2")
WHY = "asked him at the counter"


class Counter:
    """A server whose process knows the watch-list by heart, and an inspector in another process."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.rig = GatedRig(runner)
        assert isinstance(self.rig.books.watched, WatchBook)
        self.following = Following(self.rig.work, [self.rig.books.watched])
        self.rig.run(self.following.load())
        self.holds = Holds(self.rig.work, self.rig.operators, self.rig.clock)
        self.held = HeldOrders(self.rig.work, self.holds)

    def order(self, name: str = "Wang") -> tuple[Iccid, Case]:
        """Returns a profile that is ordered and released, and who it is for."""
        case = self.rig.keep(case_of(self.rig.eid, name))
        iccid, reply = self.rig.order_for()
        assert reply.pair is None
        assert self.rig.state(iccid) is OrderState.RELEASED
        return iccid, case

    def begin(self, iccid: Iccid) -> Lpa:
        """Returns a phone in the middle of its download."""
        lpa = self.rig.lpa(self.rig.chip)
        assert lpa.announce(self.rig.of(iccid).matching_id).pair is None
        return lpa

    def begins(self, iccid: Iccid) -> Any:
        """Returns what a phone is answered that begins."""
        return self.rig.lpa(self.rig.chip).announce(self.rig.of(iccid).matching_id).pair

    def downloads(self, iccid: Iccid, case: Case) -> None:
        """Downloads the profile."""
        lpa = self.begin(iccid)
        assert lpa.get_package(self.rig.code(case)).pair is None
        lpa.deliver(lpa.install())
        self.rig.process()
        assert self.rig.state(iccid) is OrderState.INSTALLED

    def watch(self, subject: bytes = b"", score: int = 10, *, is_listed: bool = True) -> Watched:
        """Puts a person, or a chip, onto the list; every process hears of it."""
        kind = WatchedKind.CHIP if len(subject) == 16 else WatchedKind.PERSON
        entry = Watched(
            kind=kind,
            subject=subject or person_of("Wang"),
            score=score,
            is_listed=is_listed,
            reason="reported by two banks",
            created_at=NOW,
            created_by="inspector",
        )
        stored: Watched = self.rig.work.run_now(lambda stores: stores.add_watched(entry))
        self.rig.run(self.following.refresh())
        return stored

    def lift(self, entry: Watched) -> None:
        """Takes it off again."""
        self.rig.work.run_now(lambda stores: stores.lift_watched(entry, NOW))
        self.rig.run(self.following.refresh())

    def admission(self, iccid: Iccid) -> Admission:
        """Returns what the gate said of an order."""
        number = self.rig.of(iccid).order_id
        found: Admission = self.rig.work.run_now(lambda stores: stores.admission(number))
        return found

    def waiting(self) -> list[Iccid]:
        """Returns what the operator sees among his held orders."""
        page, _ = self.rig.run(self.held.page("operator", None, 9))
        return [each.order.iccid for each in page]

    def clear(self, iccid: Iccid) -> Any:
        """Lets an order go on."""
        return self.rig.run(self.held.clear(iccid, "operator", "manager", WHY))


@pytest.fixture
def counter(runner: asyncio.Runner) -> Counter:
    return Counter(runner)


@pytest.mark.parametrize("is_chip", [False, True])
@pytest.mark.parametrize("is_late", [False, True])
def test_who_is_listed_on_the_way_is_stopped_and_shown_and_goes_on_when_the_entry_is_lifted(
    counter: Counter, is_chip: bool, is_late: bool
) -> None:
    iccid, case = counter.order()
    lpa = counter.begin(iccid) if is_late else None
    entry = counter.watch(bytes.fromhex(counter.rig.eid) if is_chip else b"")
    pair = counter.begins(iccid) if lpa is None else lpa.get_package(counter.rig.code(case)).pair
    assert pair == STOPPED
    assert counter.rig.state(iccid) is OrderState.RELEASED
    assert counter.waiting() == [iccid]
    counter.lift(entry)
    counter.downloads(iccid, case)
    assert counter.waiting() == []
    assert counter.admission(iccid).verdict is Verdict.ALLOW


def test_the_stop_is_explained_to_the_operator_and_recorded_with_what_it_was_made_of(
    counter: Counter,
) -> None:
    iccid, _ = counter.order()
    counter.watch()
    counter.begins(iccid)
    number = counter.rig.of(iccid).order_id
    steps = counter.rig.work.run_now(lambda stores: stores.steps_of_order(number))
    for language, words in ((Language.ENGLISH, "lets the order go on"), (Language.CHINESE, "审核后放行")):
        explanation = told(steps[-1], language).explanation
        assert explanation is not None
        assert words in explanation.next_step
    (held,), _ = counter.rig.run(counter.held.page("operator", None, 9))
    assert held.explained is not None
    assert held.explained.code == "gate:listed"
    kept = counter.rig.work.run_now(lambda stores: list(stores.ledger_rows.values()))[-1].entry
    assert (kept.kind, kept.facts["gate"], kept.facts["verdict"]) == (
        EntryKind.DECISION,
        "authentication",
        "hold",
    )
    _, facts = read_facts(kept.facts["recorded"])
    assert (facts.signals.is_listed, facts.signals.score) == (True, 10)


def test_an_entry_of_somebody_else_stops_nothing(counter: Counter) -> None:
    iccid, case = counter.order()
    counter.watch(person_of("Li"), 100)
    counter.watch(bytes.fromhex(eid_of(7)), 100)
    counter.downloads(iccid, case)


@pytest.mark.parametrize(("score", "verdict"), [(70, "hold"), (95, "refuse")])
def test_a_score_stops_from_where_the_rules_say(counter: Counter, score: int, verdict: str) -> None:
    iccid, case = counter.order()
    lpa = counter.begin(iccid)
    entry = counter.watch(score=score, is_listed=False)
    assert lpa.get_package(counter.rig.code(case)).pair == STOPPED
    kept = counter.rig.work.run_now(lambda stores: list(stores.ledger_rows.values()))[-1].entry
    assert kept.facts["verdict"] == verdict
    # What the rules refuse nobody can let go on: it is not shown as if somebody could.
    assert counter.waiting() == ([iccid] if verdict == "hold" else [])
    counter.lift(entry)
    counter.downloads(iccid, case)


def test_what_only_asks_for_more_before_an_order_stops_no_download(counter: Counter) -> None:
    iccid, case = counter.order()
    counter.watch(score=55, is_listed=False)
    counter.downloads(iccid, case)
    assert counter.rig.order_for()[1].pair == STOPPED


def test_what_somebody_looked_at_does_not_stop_it_again_and_what_came_later_does(counter: Counter) -> None:
    iccid, case = counter.order()
    counter.watch()
    assert counter.begins(iccid) == STOPPED
    assert counter.clear(iccid).state is OrderState.RELEASED
    assert counter.waiting() == []
    assert counter.begins(iccid) is None
    second = counter.watch(bytes.fromhex(counter.rig.eid), 65, is_listed=False)
    assert counter.begins(iccid) == STOPPED
    assert counter.waiting() == [iccid]
    counter.clear(iccid)
    counter.downloads(iccid, case)
    assert f"watched:{second.entry_id}" in counter.admission(iccid).cleared


def test_what_was_cleared_when_it_was_ordered_stays_cleared_on_its_way(counter: Counter) -> None:
    counter.watch()
    case = counter.rig.keep(case_of(counter.rig.eid))
    iccid, _ = counter.rig.order_for()
    assert counter.rig.state(iccid) is OrderState.CONFIRMED
    assert counter.clear(iccid).state is OrderState.RELEASED
    counter.downloads(iccid, case)


def test_an_entry_that_came_while_the_order_was_held_is_looked_at_too(counter: Counter) -> None:
    counter.watch()
    counter.rig.keep(case_of(counter.rig.eid))
    iccid, _ = counter.rig.order_for()
    counter.watch(score=20)
    with pytest.raises(StateError, match="cannot be released"):
        counter.clear(iccid)
    assert counter.rig.state(iccid) is OrderState.CONFIRMED
    assert counter.waiting() == [iccid]
    assert counter.clear(iccid).state is OrderState.RELEASED


def test_an_order_that_is_ended_fails_and_gives_its_line_back(counter: Counter) -> None:
    iccid, _ = counter.order()
    entry = counter.watch()
    counter.begins(iccid)
    order = counter.rig.run(counter.held.refuse(iccid, "operator", "manager", WHY))
    assert order.state is OrderState.ERROR
    assert counter.rig.lines() == [LineState.ENDED]
    assert counter.waiting() == []
    steps = counter.rig.work.run_now(lambda stores: stores.steps_of_order(order.order_id))
    assert (steps[-1].action, steps[-1].state) == (Action.END_HOLD, OrderState.ERROR)
    assert counter.begins(iccid) is not None
    counter.lift(entry)
    gate = gate_of(counter.rig.books)
    issued = counter.rig.work.run_now(
        lambda stores: issue_again(
            stores, stores.order_of_profile(iccid), Wish(), "AGAIN-1", counter.rig.clock.now(), gate
        )
    ).order
    assert issued.state is OrderState.RELEASED
    assert counter.rig.lines() == [LineState.RESERVED]


def test_a_download_that_is_repeated_is_stopped_as_well_and_a_chip_keeps_what_it_has(
    counter: Counter,
) -> None:
    iccid, case = counter.order()
    lpa = counter.begin(iccid)
    assert lpa.get_package(counter.rig.code(case)).pair is None
    result = lpa.install()
    counter.watch()
    assert counter.begins(iccid) == STOPPED
    assert counter.waiting() == [iccid]
    lpa.deliver(result)
    counter.rig.process()
    order = counter.rig.run(counter.held.refuse(iccid, "operator", "manager", WHY))
    assert order.state is OrderState.INSTALLED
    assert counter.rig.lines() == [LineState.ACTIVE]


def test_when_nobody_looked_in_time_the_order_stays_and_the_next_chip_is_asked_about_again(
    counter: Counter,
) -> None:
    iccid, _ = counter.order()
    counter.watch()
    counter.begins(iccid)
    counter.rig.clock.advance(hours=73)
    assert counter.rig.run(counter.holds.look_again()) == 1
    assert counter.rig.state(iccid) is OrderState.RELEASED
    assert counter.rig.lines() == [LineState.RESERVED]
    assert counter.waiting() == []
    assert counter.begins(iccid) == STOPPED
    assert counter.waiting() == [iccid]


def test_an_order_that_was_taken_back_is_held_no_more(counter: Counter) -> None:
    iccid, _ = counter.order()
    counter.watch()
    counter.begins(iccid)
    counter.rig.call_es2(
        "cancelOrder",
        iccid=str(iccid),
        eid=str(counter.rig.eid),
        finalProfileStatusIndicator="Available",
    )
    assert counter.waiting() == []
    with pytest.raises(NotFoundError):
        counter.clear(iccid)


def test_a_phone_that_asks_again_and_again_makes_the_hold_no_longer(counter: Counter) -> None:
    iccid, _ = counter.order()
    counter.watch()
    counter.begins(iccid)
    until = counter.admission(iccid).held_until
    counter.rig.clock.advance(hours=5)
    counter.begins(iccid)
    assert counter.admission(iccid).held_until == until


def test_a_revocation_meanwhile_is_not_undone_by_what_is_cleared(counter: Counter) -> None:
    iccid, case = counter.order()
    counter.watch()
    counter.begins(iccid)
    counter.rig.change(case, state=CaseState.REVOKED)
    counter.clear(iccid)
    assert counter.begins(iccid) == STOPPED
    assert counter.waiting() == []
