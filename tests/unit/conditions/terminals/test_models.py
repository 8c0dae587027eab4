"""The way of a model: one table, every state can be reached and named, and an approval ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.models import (
    REVIEW_QUEUE,
    TRANSITIONS,
    Approval,
    Model,
    ModelEvent,
    ModelState,
    after,
    state_at,
    verify_approval,
)
from openesim.kernel.errors import DecodeError, StateError
from tests.support.rig import NOW

APPROVAL = Approval(number="02-1", begins=NOW - timedelta(days=1), ends=NOW + timedelta(days=1))
MODEL = Model(vendor_id=1, name="Q1", category=ServiceClass.PHONE, changed_at=NOW)


def test_the_table_names_every_state_and_leads_out_of_every_one() -> None:
    assert set(TRANSITIONS) == set(ModelState)
    assert all(TRANSITIONS.values())
    reached = {state for row in TRANSITIONS.values() for state in row.values()}
    assert reached == set(ModelState) - {ModelState.EXPIRED}, "expiry is no event: it follows from the date"


def test_nothing_is_approved_without_a_inspector() -> None:
    """Nothing a vendor does leads to an approval."""
    for row in TRANSITIONS.values():
        assert row.get(ModelEvent.SUBMIT, ModelState.SUBMITTED) in REVIEW_QUEUE


@pytest.mark.parametrize("state", ModelState)
@pytest.mark.parametrize("event", ModelEvent)
def test_an_event_leads_where_the_table_says_or_is_refused(state: ModelState, event: ModelEvent) -> None:
    expected = TRANSITIONS[state].get(event)
    if expected is not None:
        assert after(state, event) is expected
    else:
        with pytest.raises(StateError, match=event.value):
            after(state, event)


def test_an_approval_ends_with_its_last_moment() -> None:
    approved = replace(MODEL, state=ModelState.APPROVED, approval=APPROVAL)
    assert state_at(approved, APPROVAL.ends) is ModelState.APPROVED
    assert state_at(approved, APPROVAL.ends + timedelta(milliseconds=1)) is ModelState.EXPIRED
    for state in set(ModelState) - {ModelState.APPROVED}:
        late = replace(approved, state=state)
        assert state_at(late, NOW + timedelta(days=99)) is state, "a suspension does not expire"
    assert state_at(replace(MODEL, state=ModelState.APPROVED), NOW) is ModelState.APPROVED


def test_an_approval_that_ends_before_it_begins_is_none() -> None:
    assert verify_approval(APPROVAL) is APPROVAL
    with pytest.raises(DecodeError):
        verify_approval(replace(APPROVAL, ends=NOW - timedelta(days=2)))
