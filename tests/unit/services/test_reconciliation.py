"""Reconciliation over stores: what is found, what is repaired, what is left alone because it changed meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.adapters.db.scratch import Scratch
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.explained import Disagreement
from openesim.network.subscription import Batch, Subscription
from openesim.provisioning.smdp.history import Action
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.provisioning.smdp.reconciliation import OVERDUE, Belief, Standing
from openesim.services import reconciliation
from openesim.services.reconciliation import (
    ListedNetwork,
    Reconciliation,
    Reported,
    Sources,
    parse_belief,
    read_belief,
    stretches_of,
    write_belief,
)
from tests.support.chip import DELETE, DISABLE, ENABLE
from tests.support.memory import MemoryWork
from tests.support.rig import ICCID, Rig, eid_of

S, D = OrderState, Disagreement
IMSI = Imsi("001010000000042")


def add_subscription(rig: Rig) -> None:
    """Gives the profile of the only order a subscription."""

    def unit(stores: Any) -> None:
        stores.add_batch(Batch(name="b", digest=bytes(32), profile_type="T", size=1))
        stores.add_subscription(
            Subscription(iccid=ICCID, imsi=IMSI, k=Secret(b"k" * 16), opc=Secret(b"o" * 16)), "b"
        )

    rig.work.run_now(unit)


def is_active(rig: Rig) -> bool:
    subscription = rig.work.run_now(lambda stores: stores.subscription(ICCID))
    return bool(subscription.is_active)


def run(rig: Rig, sources: Sources | None = None, *, apply: bool = False, **rule: Any) -> list[Reported]:
    """Returns what a run reports."""
    return list(Reconciliation(rig.work, rig.clock.now, sources, **rule).run(is_applied=apply))


def kinds(reported: Sequence[Reported]) -> list[Disagreement]:
    return [each.finding.kind for each in reported]


@pytest.fixture
def rig(runner: asyncio.Runner) -> Rig:
    return Rig(MemoryWork(), runner)


def test_where_all_agree_nothing_is_reported_and_nothing_written(rig: Rig) -> None:
    rig.add_order(is_personalised=True, operator="operator")
    add_subscription(rig)
    lpa = rig.lpa()
    assert run(rig, apply=True) == []
    lpa.download("TEST-1")
    rig.process()
    steps = len(rig.work.run_now(lambda stores: stores.steps_of_order(rig.order().order_id)))
    assert run(rig, apply=True) == []
    assert len(rig.work.run_now(lambda stores: stores.steps_of_order(rig.order().order_id))) == steps


def test_a_late_chip_is_marked_once_and_the_user_may_still_come_back(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.fetch("TEST-1")
    rig.clock.advance(hours=25)
    changed_at = rig.order().changed_at
    (first,) = run(rig, apply=True)
    assert (first.finding.kind, first.is_repaired) == (D.NO_RESULT, True)
    assert (rig.order().state, rig.order().outcome, rig.order().changed_at) == (
        S.DOWNLOADED,
        OVERDUE,
        changed_at,
    )
    (second,) = run(rig, apply=True)
    assert (second.finding.kind, second.is_repaired) == (D.NO_RESULT, False)
    steps = rig.work.run_now(lambda stores: stores.steps_of_order(rig.order().order_id))
    assert [step.action for step in steps].count(Action.REPAIR) == 1
    assert lpa.download("TEST-1").http_status == 204
    rig.process()
    assert (rig.order().state, rig.order().outcome) == (S.INSTALLED, "installed")
    assert run(rig) == []


def test_without_apply_nothing_changes(rig: Rig) -> None:
    rig.add_order(is_personalised=True, state=S.INSTALLED, eid=eid_of(1))
    add_subscription(rig)
    before = rig.work.stores.snapshot()  # type: ignore[attr-defined]
    assert kinds(run(rig)) == [D.SUBSCRIPTION_OFF]
    assert rig.work.stores.snapshot() == before  # type: ignore[attr-defined]


def test_an_order_that_takes_the_chips_word_switches_its_subscription(rig: Rig) -> None:
    rig.add_order(is_personalised=True)
    add_subscription(rig)
    rig.save_order(
        replace(rig.order(), state=S.ERROR, eid=eid_of(1), chip_state=ChipState.ENABLED, chip_sequence=3)
    )
    assert kinds(run(rig, apply=True)) == [D.ON_CHIP_NOT_INSTALLED]
    assert (rig.order().state, is_active(rig)) == (S.INSTALLED, True)
    rig.save_order(replace(rig.order(), chip_state=ChipState.DELETED))
    assert kinds(run(rig, apply=True)) == [D.DELETED_NOT_NOTED]
    assert (rig.order().state, is_active(rig)) == (S.DELETED, False)
    assert run(rig) == []


def test_what_changed_since_it_was_found_is_left_alone(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.fetch("TEST-1")
    rig.clock.advance(hours=25)
    found = Reconciliation(rig.work, rig.clock.now).run(is_applied=True)
    compare = Reconciliation._compare

    def compare_and_wait(self: Reconciliation, page: Any) -> Any:
        findings = compare(self, page)
        lpa.deliver(lpa.install())
        rig.process()
        return findings

    monkeypatch.setattr(Reconciliation, "_compare", compare_and_wait)
    (reported,) = found
    assert (reported.finding.kind, reported.is_repaired) == (D.NO_RESULT, False)
    assert rig.order().outcome == "installed"


@pytest.mark.parametrize("only_waiting", [True, False])
def test_many_orders_are_read_page_by_page(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, only_waiting: bool
) -> None:
    monkeypatch.setattr(reconciliation, "PAGE", 3)
    for number in range(10):
        iccid = Iccid(f"898821100000000{number:04d}")
        rig.add_order(
            iccid=iccid, matching_id=f"T-{number}", state=S.DOWNLOADED, chip_state=ChipState.ENABLED,
            chip_sequence=1, changed_at=rig.clock.now(),
        )  # fmt: skip
    run_of = Reconciliation(rig.work, rig.clock.now, Sources(only_waiting=only_waiting))
    assert kinds(list(run_of.run(is_applied=True))) == [D.ON_CHIP_NOT_INSTALLED] * 10
    assert run_of.orders == 10
    assert run(rig) == []


# --- The books of others ------------------------------------------------------------------------------------------


def notebook(**values: str) -> Scratch:
    notes = Scratch()
    for key, value in values.items():
        notes.note(key.removeprefix("n"), value)
    return notes


def test_an_operators_list_is_compared_both_ways(rig: Rig) -> None:
    rig.add_order(operator="operator")
    rig.add_order(iccid=Iccid("8988211000000000025"), matching_id="T-2", operator="operator")
    rig.add_order(iccid=Iccid("8988211000000000033"), matching_id="T-3", operator="somebody else")
    beliefs = notebook(
        **{f"n{ICCID}": "installed", "n8988211000000000033": "ordered", "n8988211000000000041": "free"}
    )
    reported = run(rig, Sources(operator="operator", beliefs=beliefs))
    assert [(each.finding.kind, each.finding.iccid) for each in reported] == [
        (D.OPERATOR_SAYS_OTHERWISE, ICCID),
        (D.OPERATOR_KNOWS_LESS, "8988211000000000025"),
        (D.OPERATOR_KNOWS_MORE, "8988211000000000033"),
        (D.OPERATOR_KNOWS_MORE, "8988211000000000041"),
    ]
    beliefs.close()


def test_a_network_that_was_not_told_is_told_again(rig: Rig) -> None:
    rig.add_order(is_personalised=True)
    add_subscription(rig)
    rig.lpa().download("TEST-1")
    rig.process()
    rig.work.run_now(lambda stores: stores.set_told(ICCID, is_active=True))
    off = notebook(**{f"n{IMSI}": "off"})
    assert kinds(run(rig, Sources(network=ListedNetwork(off)), apply=True)) == [D.NETWORK_KEEPS_OUT]
    untold = rig.work.run_now(lambda stores: stores.untold_subscriptions(9))
    assert [each.imsi for each in untold] == [IMSI]
    (waiting,) = run(rig, Sources(network=ListedNetwork(off)), apply=True)
    assert (waiting.finding.facts["told already"], waiting.is_repaired) == ("not yet", False)
    assert run(rig, Sources(network=ListedNetwork(notebook(**{f"n{IMSI}": "on"})))) == []


def test_events_of_our_own_discovery_server_are_looked_at(rig: Rig) -> None:
    here = Sources(smds_address="smds.example.com")
    rig.add_order(smds_address="SMDS.example.com", eid=eid_of(1))
    assert kinds(run(rig, here)) == [D.EVENT_MISSING]
    rig.work.stores.announced_ids.add("TEST-1")  # type: ignore[attr-defined]
    assert run(rig, here) == []
    rig.save_order(replace(rig.order(), state=S.INSTALLED, changed_at=rig.clock.now()))
    assert run(rig, here) == [], "the deletion is on its way"
    rig.clock.advance(minutes=11)
    assert kinds(run(rig, here)) == [D.EVENT_LEFT]
    assert run(rig, Sources(smds_address="other.example.com")) == [], "nobody can look into another's"


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        ("Available", "free"),
        (" RELEASED ", "ordered"),
        ("enabled", "installed"),
        ("Error", "failed"),
        ("free", "free"),
    ],
)
def test_operators_have_many_words_for_the_same(word: str, standing: str) -> None:
    belief = parse_belief(word, str(eid_of(1)))
    assert belief == Belief(Standing(standing), eid_of(1))
    assert read_belief(write_belief(belief)) == belief
    assert read_belief(write_belief(parse_belief(word, ""))) == Belief(Standing(standing))


@pytest.mark.parametrize(("state", "eid", "field"), [("sold", None, "state"), ("free", "12", "eid")])
def test_a_word_that_nobody_knows_is_refused_at_its_field(state: str, eid: str | None, field: str) -> None:
    with pytest.raises(DecodeError) as error:
        parse_belief(state, eid)
    assert error.value.path == (field,)


# --- Whatever is lost ----------------------------------------------------------------------------------------------


def shake(rig: Rig, dice: random.Random) -> None:
    """A user, a chip, a network that loses news, and books that somebody spoilt."""
    lpa, waiting = rig.lpa(), []
    for _ in range(dice.randrange(2, 14)):
        match dice.randrange(5):
            case 0 if ICCID not in lpa.chip.profiles:
                if lpa.fetch("TEST-1").pair is None:
                    lpa.chip.fails_with = dice.choice([(0, 0), (0, 0), (0, 0), (5, 11), (5, 12)])
                    waiting.append(lpa.install())
            case 1 if ICCID in lpa.chip.profiles:
                waiting.append(lpa.chip.change(ICCID, dice.choice([ENABLE, DISABLE, DELETE])))
            case 2 if waiting:
                lpa.deliver(waiting[dice.randrange(len(waiting))])
            case 3:
                rig.process()
            case 4:
                rig.clock.advance(hours=dice.choice([1, 30]))
    rig.process()
    order = rig.order()
    if dice.random() < 0.5:
        rig.work.run_now(lambda stores: stores.set_active(ICCID, is_active=dice.random() < 0.5))
    if order.state is S.INSTALLED and dice.random() < 0.5:
        rig.save_order(replace(order, state=dice.choice([S.DOWNLOADED, S.ERROR])))


@pytest.mark.parametrize("seed", range(60))
def test_after_whatever_was_lost_repairs_lead_to_agreement(runner: asyncio.Runner, seed: int) -> None:
    rig = Rig(MemoryWork(), runner)
    rig.add_order(is_personalised=True)
    add_subscription(rig)
    shake(rig, random.Random(seed))
    told = rig.order().chip_state
    first: Mapping[Disagreement, bool] = {
        each.finding.kind: each.is_repaired for each in run(rig, apply=True) if each.finding.repair
    }
    assert all(first.values()), "nobody interfered, so every repair is done"
    again = run(rig, apply=True)
    if any(each.finding.repair for each in again):  # what one repair brought to light, the next one mends
        again = run(rig, apply=True)
    assert not [each for each in again if each.finding.repair]
    order = rig.order()
    if order.state in {S.INSTALLED, S.DELETED}:
        assert is_active(rig) == (order.state is S.INSTALLED)
    if told is not None:
        assert order.state is (S.DELETED if told is ChipState.DELETED else S.INSTALLED)


def test_how_long_a_chip_may_take_is_told_to_the_run(rig: Rig) -> None:
    rig.add_order()
    rig.lpa().fetch("TEST-1")
    rig.clock.advance(hours=2)
    assert run(rig) == []
    assert kinds(run(rig, overdue_after=timedelta(hours=1))) == [D.NO_RESULT]


def test_orders_are_read_in_stretches_and_what_lies_between_them_is_not(rig: Rig) -> None:
    order = rig.add_order()
    apart = reconciliation.APART
    numbers = [900, 2, 5, 5 + apart, 900 + apart + 1]
    orders = [replace(order, order_id=number) for number in numbers]
    found = [[each.order_id for each in stretch] for stretch in stretches_of(orders)]
    assert found == [[2, 5, 5 + apart], [900], [900 + apart + 1]]
    assert list(stretches_of([])) == []
