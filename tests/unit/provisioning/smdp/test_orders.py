"""The table of an order's states, typed a second time from the fact sheet; and the rules that hold on every path."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.kernel.errors import StateError
from openesim.provisioning.smdp.orders import (
    DOWNLOADABLE,
    TRANSITIONS,
    ChipState,
    Order,
    OrderEvent,
    OrderState,
)
from tests.support.rig import ICCID, NOW, eid_of

S, E = OrderState, OrderEvent

PENDING = {S.ALLOCATED, S.LINKED, S.CONFIRMED, S.RELEASED}
HANDED_OUT = {S.DOWNLOADED, S.INSTALLED, S.ERROR, S.DELETED}
EXPECTED: dict[tuple[OrderState, OrderEvent], OrderState] = {
    (S.AVAILABLE, E.ALLOCATE): S.ALLOCATED,
    (S.AVAILABLE, E.LINK): S.LINKED,
    (S.ALLOCATED, E.CONFIRM): S.CONFIRMED,
    (S.LINKED, E.CONFIRM): S.CONFIRMED,
    (S.ALLOCATED, E.RELEASE): S.RELEASED,
    (S.LINKED, E.RELEASE): S.RELEASED,
    (S.CONFIRMED, E.RELEASE): S.RELEASED,
    (S.RELEASED, E.BIND): S.DOWNLOADED,
    (S.DOWNLOADED, E.BIND): S.DOWNLOADED,
    (S.DOWNLOADED, E.INSTALL): S.INSTALLED,
    (S.INSTALLED, E.INSTALL): S.INSTALLED,
    (S.ERROR, E.INSTALL): S.INSTALLED,
    (S.RELEASED, E.FAIL): S.ERROR,
    (S.DOWNLOADED, E.FAIL): S.ERROR,
    (S.DOWNLOADED, E.DELETE): S.DELETED,
    (S.INSTALLED, E.DELETE): S.DELETED,
    (S.ERROR, E.DELETE): S.DELETED,
    (S.DELETED, E.DELETE): S.DELETED,
    (S.DELETED, E.INSTALL): S.INSTALLED,
    # Ours: a chip that had a profile may fetch it again by rule; the operator may issue an order again.
    (S.INSTALLED, E.BIND): S.INSTALLED,
    (S.DELETED, E.BIND): S.DOWNLOADED,
    (S.DELETED, E.ALLOCATE): S.ALLOCATED,
    (S.DELETED, E.LINK): S.LINKED,
    (S.RELEASED, E.REISSUE_FRESH): S.RELEASED,
    **{(state, E.REISSUE_FRESH): S.RELEASED for state in HANDED_OUT},
    **{(state, E.REISSUE_SAME): S.DOWNLOADED for state in HANDED_OUT},
    (S.DOWNLOADED, E.CANCEL_UNAVAILABLE): S.UNAVAILABLE,
    (S.ERROR, E.CANCEL_AVAILABLE): S.AVAILABLE,
    (S.ERROR, E.CANCEL_UNAVAILABLE): S.UNAVAILABLE,
    **{(state, E.CANCEL_AVAILABLE): S.AVAILABLE for state in PENDING},
    **{(state, E.CANCEL_UNAVAILABLE): S.UNAVAILABLE for state in PENDING},
}


def order(state: OrderState = S.RELEASED, **changes: object) -> Order:
    """Returns an order in a state."""
    plain = Order(order_id=7, iccid=ICCID, package_id=1, profile_type="T", state=state)
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", list(OrderState), ids=lambda state: state.value)
@pytest.mark.parametrize("event", list(OrderEvent), ids=lambda event: event.name)
def test_an_event_leads_where_the_standard_says_or_nowhere(state: OrderState, event: OrderEvent) -> None:
    expected = EXPECTED.get((state, event))
    before = order(state)
    assert before.can(event) is (expected is not None)
    if expected is None:
        with pytest.raises(StateError, match=state.value):
            before.moved(event)
    else:
        assert before.moved(event, "why") == replace(before, state=expected, outcome="why")
        assert before.moved(event) == replace(before, state=expected)


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(OrderState)
    assert {S.RELEASED, S.DOWNLOADED} == DOWNLOADABLE


def test_the_states_are_the_words_of_the_standard() -> None:
    words = {"Available", "Allocated", "Linked", "Confirmed", "Released", "Downloaded", "Installed", "Error"}
    assert {state.value for state in OrderState} == words | {"Unavailable", "Deleted"}


@pytest.mark.parametrize("event", list(OrderEvent), ids=lambda event: event.name)
def test_a_reusable_order_never_moves(event: OrderEvent) -> None:
    before = order(is_reusable=True)
    assert before.can(event)
    assert before.moved(event).state is S.RELEASED


def test_what_returns_to_stock_forgets_its_order() -> None:
    before = order(
        eid=eid_of(1),
        matching_id="TOKEN",
        operator="operator",
        is_default_smdp=True,
        confirmation_hash=bytes(32),
        confirmation_attempts=2,
        download_attempts=4,
        max_attempts=5,
        expires_at=NOW,
        chip_state=ChipState.ENABLED,
        chip_sequence=9,
        outcome="something",
    )
    after = before.back_in_stock(E.CANCEL_AVAILABLE, was_handed_out=False)
    assert after == Order(
        order_id=7, iccid=ICCID, package_id=1, profile_type="T", operator="operator", state=S.AVAILABLE
    )


def test_what_was_handed_out_leaves_the_stock_for_good() -> None:
    before = order(S.ERROR)
    with pytest.raises(StateError, match="a chip may have the profile"):
        before.back_in_stock(E.CANCEL_AVAILABLE, was_handed_out=True)
    assert before.back_in_stock(E.CANCEL_UNAVAILABLE, was_handed_out=True).state is S.UNAVAILABLE


def test_a_reusable_order_can_be_ended_and_is_never_stock() -> None:
    before = order(is_reusable=True, matching_id="LAB")
    with pytest.raises(StateError):
        before.back_in_stock(E.CANCEL_AVAILABLE, was_handed_out=False)
    ended = before.back_in_stock(E.CANCEL_UNAVAILABLE, was_handed_out=True)
    assert (ended.state, ended.matching_id, ended.is_reusable) == (S.UNAVAILABLE, None, True)


@pytest.mark.parametrize("state", [S.AVAILABLE, S.INSTALLED, S.DELETED, S.UNAVAILABLE])
def test_what_is_not_pending_cannot_be_cancelled(state: OrderState) -> None:
    for event in (E.CANCEL_AVAILABLE, E.CANCEL_UNAVAILABLE):
        with pytest.raises(StateError):
            order(state).back_in_stock(event, was_handed_out=False)


def test_an_order_shows_neither_its_token_nor_its_code() -> None:
    shown = repr(order(matching_id="TOKEN-1", confirmation_hash=b"secret hash of the code"))
    assert "TOKEN-1" not in shown
    assert "secret" not in shown
    assert ICCID in shown
