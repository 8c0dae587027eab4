"""The table: what leads where, whose move it is, and that nothing else is possible."""

from __future__ import annotations

from itertools import product

import pytest

from openesim.conditions.licensing.states import (
    HELD,
    MOVES,
    OPEN,
    TRANSITIONS,
    Event,
    LicenceState,
    Party,
    after,
    is_possible,
)
from openesim.conditions.licensing.texts import EVENTS, PARTIES, STATES
from openesim.kernel.errors import StateError
from openesim.messages.sgp22.explained.entries import Explained, Language

S, E, P = LicenceState, Event, Party


def test_every_state_event_and_party_is_in_the_tables_and_has_a_name() -> None:
    assert set(TRANSITIONS) == set(STATES) == set(S)
    assert set(MOVES) == set(EVENTS) == set(E)
    assert set(PARTIES) == set(P)


@pytest.mark.parametrize(("state", "event", "party"), list(product(S, E, P)))
def test_what_the_tables_do_not_have_is_refused_and_explained(
    state: LicenceState, event: Event, party: Party
) -> None:
    if event in TRANSITIONS[state] and party in MOVES[event]:
        assert is_possible(state, event, party)
        assert after(state, event, party) is TRANSITIONS[state][event]
        return
    assert not is_possible(state, event, party)
    with pytest.raises(StateError) as caught:
        after(state, event, party)
    told = caught.value.explanation
    assert isinstance(told, Explained)
    assert told.in_language(Language.CHINESE).cause != told.cause


def test_there_are_two_ways_to_approved_and_both_are_an_inspectors() -> None:
    ways = {(state, event) for state in S for event, to in TRANSITIONS[state].items() if to is S.APPROVED}
    ways = {(state, event) for state, event in ways if state is not S.APPROVED}
    assert ways == {(S.IN_REVIEW, E.APPROVE), (S.SUSPENDED, E.REINSTATE)}
    assert {party for _, event in ways for party in MOVES[event]} == {P.INSPECTOR}


def test_what_is_suspended_was_approved_before() -> None:
    assert {state for state in S if S.SUSPENDED in TRANSITIONS[state].values()} - {S.SUSPENDED} == {
        S.APPROVED
    }


def test_what_is_decided_for_good_stays_so() -> None:
    over = {state for state in S if not TRANSITIONS[state]}
    assert over == {S.REFUSED, S.REVOKED, S.EXPIRED, S.WITHDRAWN}
    assert over | OPEN | HELD == set(S)


def test_the_operator_cannot_escape_a_suspension() -> None:
    assert not any(is_possible(S.SUSPENDED, event, P.OPERATOR) for event in set(E) - {E.COMMENT})
