"""Books of one profile held side by side: every disagreement is found, and only what is safe is repaired."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from openesim.kernel.errors import StateError
from openesim.kernel.ids import Eid, Imsi
from openesim.messages.sgp22.explained import (
    Disagreement,
    Language,
    explain_code,
    explain_disagreement,
    in_language,
)
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState
from openesim.provisioning.smdp.reconciliation import (
    OVERDUE,
    STANDINGS,
    Belief,
    Books,
    Finding,
    HandedOut,
    Repair,
    Rules,
    Standing,
    Stuck,
    SubscriptionFacts,
    find_disagreements,
    last_words,
    repaired,
)
from tests.support.rig import ICCID, NOW, eid_of

S, D = OrderState, Disagreement
RULES = Rules(NOW)
LONG_AGO, LATELY = NOW - timedelta(days=2), NOW - timedelta(hours=2)
OUT = HandedOut(LATELY, None)
ON, OFF = (
    SubscriptionFacts(Imsi("001010000000001"), True, True),
    SubscriptionFacts(Imsi("001010000000001"), False, True),
)


def an_order(state: OrderState = S.DOWNLOADED, **changes: Any) -> Order:
    """Returns an order of chip 1."""
    order = Order(
        order_id=7, iccid=ICCID, package_id=1, profile_type="T", state=state, eid=eid_of(1), operator="o"
    )
    return replace(order, **changes)


def a_step(action: Action, chip_state: ChipState | None = None, number: int = 1, at: datetime = NOW) -> Step:
    """Returns a step of the order."""
    return Step(
        order_id=7, operator="o", iccid=ICCID, profile_type="T", at=at, action=action, state=S.INSTALLED,
        eid=eid_of(number), chip_state=chip_state,
    )  # fmt: skip


def found(order: Order, **books: Any) -> list[tuple[Disagreement, Repair | None]]:
    """Returns kinds and repairs of what disagrees."""
    return [(each.kind, each.repair) for each in find_disagreements(Books(order=order, **books), RULES)]


# --- Result and order -------------------------------------------------------------------------------------------


def test_a_chip_that_has_not_told_yet_is_waited_for() -> None:
    assert found(an_order(), handed_out=OUT) == []


def test_a_chip_that_is_late_is_reported_and_marked_once() -> None:
    late = HandedOut(LONG_AGO, None)
    assert found(an_order(), handed_out=late) == [(D.NO_RESULT, Repair.MARK_OVERDUE)]
    assert found(an_order(outcome=OVERDUE), handed_out=late) == [(D.NO_RESULT, None)]


def test_how_long_a_chip_may_take_is_a_rule() -> None:
    books = Books(order=an_order(), handed_out=OUT)
    assert [each.kind for each in find_disagreements(books, Rules(NOW, timedelta(hours=1)))] == [D.NO_RESULT]


@pytest.mark.parametrize("reason", [7, 8, 9, 10, 11])
def test_a_failure_that_the_user_can_overcome_waits_for_him(reason: int) -> None:
    out = HandedOut(LONG_AGO, f"installation failed: 5/{reason} x")
    assert found(an_order(), handed_out=out) == [(D.FAILED_AND_WAITS, None)]


def test_a_failure_for_good_ends_the_order() -> None:
    out = HandedOut(LATELY, "installation failed: 5/12 x")
    assert found(an_order(), handed_out=out) == [(D.RESULT_NOT_TAKEN, Repair.TAKE_FAILED)]
    assert found(an_order(S.ERROR), handed_out=out) == []


@pytest.mark.parametrize("state", [S.DOWNLOADED, S.ERROR])
def test_a_success_that_the_order_does_not_show_is_taken(state: OrderState) -> None:
    out = HandedOut(LATELY, "installed")
    assert found(an_order(state), handed_out=out) == [(D.RESULT_NOT_TAKEN, Repair.TAKE_INSTALLED)]


@pytest.mark.parametrize("result", [None, "installed", "installation failed: 5/12 x"])
def test_an_order_that_was_issued_again_waits_for_its_user_and_nobody_is_late(result: str | None) -> None:
    words = {None: a_step(Action.REISSUE)}
    assert found(an_order(), handed_out=HandedOut(LONG_AGO, result), words=words) == []


def test_what_was_handed_out_after_that_is_waited_for_again() -> None:
    words = {None: a_step(Action.REISSUE, at=LONG_AGO - timedelta(1))}
    assert found(an_order(), handed_out=HandedOut(LONG_AGO, None), words=words) == [
        (D.NO_RESULT, Repair.MARK_OVERDUE)
    ]


# --- Chip and order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [S.DOWNLOADED, S.ERROR, S.DELETED])
@pytest.mark.parametrize("chip_state", [ChipState.ENABLED, ChipState.DISABLED])
def test_the_chip_has_the_last_word(state: OrderState, chip_state: ChipState) -> None:
    order = an_order(state, chip_state=chip_state)
    assert found(order, handed_out=OUT) == [(D.ON_CHIP_NOT_INSTALLED, Repair.TAKE_INSTALLED)]


def test_a_deletion_that_the_order_does_not_show_is_taken() -> None:
    order = an_order(S.INSTALLED, chip_state=ChipState.DELETED)
    assert found(order, handed_out=OUT) == [(D.DELETED_NOT_NOTED, Repair.TAKE_DELETED)]


def test_a_chip_that_the_order_is_not_for_any_more_is_named() -> None:
    words: dict[Eid | None, Step] = {
        eid_of(1): a_step(Action.CHIP_NOTIFICATION, ChipState.ENABLED),
        eid_of(2): a_step(Action.INSTALLATION_RESULT, ChipState.DISABLED, 2),
        eid_of(3): a_step(Action.CHIP_NOTIFICATION, ChipState.DELETED, 3),
    }
    (finding,) = find_disagreements(Books(order=an_order(S.INSTALLED), words=words), RULES)
    assert (finding.kind, finding.facts["eid"], finding.repair) == (D.ON_ANOTHER_CHIP, eid_of(2), None)


def test_a_profile_that_was_taken_out_of_stock_and_is_used_all_the_same_is_the_operators_choice() -> None:
    words = {eid_of(1): a_step(Action.CHIP_NOTIFICATION, ChipState.ENABLED)}
    assert found(an_order(S.UNAVAILABLE, eid=None), words=words) == [(D.ON_CHIP_WITHDRAWN, None)]


def test_the_last_word_of_every_chip_counts() -> None:
    told = [
        a_step(Action.CHIP_NOTIFICATION, ChipState.ENABLED),
        a_step(Action.REISSUE),
        a_step(Action.AUTHENTICATE_CLIENT, None, 3),
        a_step(Action.INSTALLATION_RESULT, ChipState.DISABLED, 2),
        a_step(Action.CHIP_NOTIFICATION, ChipState.DELETED),
    ]
    words: dict[Eid | None, Step] = last_words(iter(told))
    assert words == {eid_of(1): told[4], eid_of(2): told[3], None: told[1]}


# --- Subscription and network -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "subscription", "expected"),
    [
        (S.INSTALLED, ON, []),
        (S.INSTALLED, OFF, [(D.SUBSCRIPTION_OFF, Repair.SWITCH_ON)]),
        (S.DELETED, ON, [(D.SUBSCRIPTION_ON, Repair.SWITCH_OFF)]),
        (S.DELETED, OFF, []),
        (S.AVAILABLE, ON, [(D.SUBSCRIPTION_ON, None)]),
        (S.UNAVAILABLE, ON, [(D.SUBSCRIPTION_ON, None)]),
        (S.DOWNLOADED, ON, []),
        (S.RELEASED, OFF, []),
        (S.INSTALLED, None, [(D.SUBSCRIPTION_MISSING, None)]),
    ],
)
def test_a_subscription_is_let_in_as_long_as_its_profile_is_on_the_chip(
    state: OrderState, subscription: SubscriptionFacts | None, expected: Any
) -> None:
    assert found(an_order(state, is_personalised=True), subscription=subscription) == expected
    assert found(an_order(state), subscription=None) == [], (
        "a prepared profile has no subscription of its own"
    )


@pytest.mark.parametrize(
    ("subscription", "network", "expected"),
    [
        (ON, True, []),
        (ON, False, [(D.NETWORK_KEEPS_OUT, Repair.TELL_NETWORK)]),
        (OFF, True, [(D.NETWORK_LETS_IN, Repair.TELL_NETWORK)]),
        (OFF, False, []),
        (replace(ON, is_told=False), False, [(D.NETWORK_KEEPS_OUT, None)]),
        (ON, None, []),
    ],
)
def test_the_network_lets_in_whom_it_was_told_to(
    subscription: SubscriptionFacts, network: bool | None, expected: Any
) -> None:
    state = S.INSTALLED if subscription.is_active else S.DELETED
    assert (
        found(an_order(state, is_personalised=True), subscription=subscription, network=network) == expected
    )


# --- Operator, discovery server, outbox ---------------------------------------------------------------------------


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("standing", Standing)
def test_an_operators_list_agrees_in_exactly_one_word(state: OrderState, standing: Standing) -> None:
    told = found(an_order(state), belief=Belief(standing), is_listed=True)
    assert told == ([] if STANDINGS[state] is standing else [(D.OPERATOR_SAYS_OTHERWISE, None)])


def test_an_operators_list_may_name_the_chip() -> None:
    belief = Belief(Standing.INSTALLED, eid_of(2))
    assert found(an_order(S.INSTALLED), belief=belief, is_listed=True) == [(D.OPERATOR_SAYS_OTHER_CHIP, None)]
    assert found(an_order(S.INSTALLED), belief=replace(belief, eid=eid_of(1)), is_listed=True) == []


def test_an_order_should_be_in_its_operators_list_and_stock_need_not() -> None:
    assert found(an_order(S.INSTALLED), is_listed=True) == [(D.OPERATOR_KNOWS_LESS, None)]
    assert found(an_order(S.AVAILABLE), is_listed=True) == []


@pytest.mark.parametrize(
    ("state", "has_event", "expected"),
    [
        (S.RELEASED, True, []),
        (S.RELEASED, False, [(D.EVENT_MISSING, None)]),
        (S.DOWNLOADED, True, []),
        (S.INSTALLED, True, [(D.EVENT_LEFT, None)]),
        (S.INSTALLED, False, []),
        (S.INSTALLED, None, []),
    ],
)
def test_an_event_lives_as_long_as_its_order_waits(
    state: OrderState, has_event: bool | None, expected: Any
) -> None:
    assert found(an_order(state, smds_address="smds.example.com"), has_event=has_event) == expected
    assert found(an_order(state), has_event=has_event) == []


def test_a_message_that_was_given_up_is_reported() -> None:
    assert found(an_order(S.INSTALLED), stuck=(Stuck("es2", "operator", "timeout"),)) == [
        (D.MESSAGE_STUCK, None)
    ]


def test_of_an_order_of_the_laboratory_nothing_is_expected() -> None:
    order = an_order(S.RELEASED, is_reusable=True, is_personalised=True, smds_address="x")
    assert found(order, handed_out=HandedOut(LONG_AGO, None), has_event=False, is_listed=True) == []


# --- Repairs and words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "repair", "state", "outcome"),
    [
        (an_order(), Repair.TAKE_INSTALLED, S.INSTALLED, "installed"),
        (an_order(S.ERROR), Repair.TAKE_INSTALLED, S.INSTALLED, "installed"),
        (an_order(), Repair.TAKE_FAILED, S.ERROR, "installation failed: 5/12 x"),
        (an_order(S.INSTALLED), Repair.TAKE_DELETED, S.DELETED, "deleted"),
        (an_order(), Repair.MARK_OVERDUE, S.DOWNLOADED, OVERDUE),
        (an_order(S.INSTALLED), Repair.SWITCH_ON, S.INSTALLED, None),
        (an_order(S.INSTALLED), Repair.TELL_NETWORK, S.INSTALLED, None),
    ],
)
def test_a_repair_moves_the_order_along_the_table(
    before: Order, repair: Repair, state: OrderState, outcome: str | None
) -> None:
    facts = {"result": "installation failed: 5/12 x"}
    after = repaired(before, Finding(kind=D.RESULT_NOT_TAKEN, iccid=ICCID, facts=facts, repair=repair))
    assert (after.state, after.outcome) == (state, outcome)


def test_an_order_that_moved_meanwhile_is_not_repaired() -> None:
    finding = Finding(kind=D.RESULT_NOT_TAKEN, iccid=ICCID, facts={}, repair=Repair.TAKE_FAILED)
    with pytest.raises(StateError):
        repaired(an_order(S.INSTALLED), finding)


@pytest.mark.parametrize("kind", Disagreement)
def test_every_disagreement_has_words_in_both_languages(kind: Disagreement) -> None:
    told = explain_disagreement(kind)
    assert explain_code(told.code) == told
    chinese = in_language(told, Language.CHINESE)
    for english, other in [(told.cause, chinese.cause), (told.next_step, chinese.next_step)]:
        assert english[-1] in ".)"
        assert any("\u4e00" <= character <= "\u9fff" for character in other)
