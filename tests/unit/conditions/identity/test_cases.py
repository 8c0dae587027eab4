"""A case moves along its table only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.identity.cases import STANDS_BEHIND, TRANSITIONS, CaseEvent, CaseState, after
from openesim.kernel.errors import StateError


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    assert set(TRANSITIONS) == set(CaseState)
    reached = {CaseState.APPLIED}
    while more := {to for state in reached for to in TRANSITIONS[state].values()} - reached:
        reached |= more
    assert reached == set(CaseState)


@given(st.lists(st.sampled_from(CaseEvent)))
def test_no_path_verifies_a_person_who_presented_nothing(events: list[CaseEvent]) -> None:
    state, has_presented = CaseState.APPLIED, False
    for event in events:
        try:
            state = after(state, event)
        except StateError:
            continue
        has_presented = has_presented or event is CaseEvent.PRESENT
        assert has_presented or state not in STANDS_BEHIND


@pytest.mark.parametrize("state", [CaseState.REFUSED, CaseState.REVOKED, CaseState.WITHDRAWN])
def test_what_is_over_is_over(state: CaseState) -> None:
    for event in CaseEvent:
        with pytest.raises(StateError, match=state.value):
            after(state, event)


def test_a_revoked_verification_stands_behind_nothing() -> None:
    assert after(CaseState.VERIFIED, CaseEvent.REVOKE) not in STANDS_BEHIND
    assert after(CaseState.VERIFIED, CaseEvent.TRIGGER) not in STANDS_BEHIND
