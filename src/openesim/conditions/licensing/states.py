"""The way of a licence, from the first draft to its end, and who may move it.

An application and the licence that comes of it are one thing: approval does not make a second one, it moves the first.
Everything that can happen to it is an ``Event``; where that leads stands in ``TRANSITIONS``, whose move it is in ``MOVES``,
and neither anywhere else. There is one way to ``APPROVED`` for what never was approved: an inspector's approval of what an
operator submitted. A renewal is an application that names the licence it renews; it goes the same way.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from openesim.conditions.licensing.texts import PARTIES, STATES, explained
from openesim.kernel.errors import StateError


class LicenceState(StrEnum):
    """Where a licence stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in-review"
    ASKED_BACK = "asked-back"
    APPROVED = "approved"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    REVOKED = "revoked"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What can happen to a licence."""

    ANSWER = "answer"
    """Answers, files or what is applied for change."""
    SUBMIT = "submit"
    """The operator submits it."""
    TAKE_UP = "take-up"
    """An inspector takes it up."""
    ASK = "ask"
    """The inspector asks back."""
    COMMENT = "comment"
    """Somebody writes a comment."""
    APPROVE = "approve"
    """The inspector approves it, perhaps with conditions."""
    REFUSE = "refuse"
    """The inspector refuses it."""
    SUSPEND = "suspend"
    """The inspector suspends it."""
    REINSTATE = "reinstate"
    """The inspector ends the suspension."""
    REVOKE = "revoke"
    """The inspector revokes it."""
    EXPIRE = "expire"
    """Its last day is over."""
    WITHDRAW = "withdraw"
    """The operator gives it up."""


class Party(StrEnum):
    """Whose move something is."""

    OPERATOR = "operator"
    INSPECTOR = "inspector"
    CALENDAR = "calendar"


_S, _E, _P = LicenceState, Event, Party

TRANSITIONS: Final[dict[LicenceState, dict[Event, LicenceState]]] = {
    _S.DRAFT: {_E.ANSWER: _S.DRAFT, _E.SUBMIT: _S.SUBMITTED, _E.WITHDRAW: _S.WITHDRAWN},
    _S.SUBMITTED: {
        _E.COMMENT: _S.SUBMITTED,
        _E.TAKE_UP: _S.IN_REVIEW,
        _E.WITHDRAW: _S.WITHDRAWN,
    },
    _S.IN_REVIEW: {
        _E.COMMENT: _S.IN_REVIEW,
        _E.ASK: _S.ASKED_BACK,
        _E.APPROVE: _S.APPROVED,
        _E.REFUSE: _S.REFUSED,
        _E.WITHDRAW: _S.WITHDRAWN,
    },
    _S.ASKED_BACK: {
        _E.COMMENT: _S.ASKED_BACK,
        _E.ANSWER: _S.ASKED_BACK,
        _E.SUBMIT: _S.SUBMITTED,
        # Whoever never answers is refused at last.
        _E.REFUSE: _S.REFUSED,
        _E.WITHDRAW: _S.WITHDRAWN,
    },
    _S.APPROVED: {
        _E.COMMENT: _S.APPROVED,
        _E.SUSPEND: _S.SUSPENDED,
        _E.REVOKE: _S.REVOKED,
        _E.EXPIRE: _S.EXPIRED,
        _E.WITHDRAW: _S.WITHDRAWN,
    },
    _S.SUSPENDED: {
        _E.COMMENT: _S.SUSPENDED,
        _E.REINSTATE: _S.APPROVED,
        _E.REVOKE: _S.REVOKED,
        _E.EXPIRE: _S.EXPIRED,
    },
    _S.REFUSED: {},
    _S.REVOKED: {},
    _S.EXPIRED: {},
    _S.WITHDRAWN: {},
}

MOVES: Final[dict[Event, frozenset[Party]]] = {
    _E.ANSWER: frozenset({_P.OPERATOR}),
    _E.SUBMIT: frozenset({_P.OPERATOR}),
    _E.TAKE_UP: frozenset({_P.INSPECTOR}),
    _E.ASK: frozenset({_P.INSPECTOR}),
    _E.COMMENT: frozenset({_P.OPERATOR, _P.INSPECTOR}),
    _E.APPROVE: frozenset({_P.INSPECTOR}),
    _E.REFUSE: frozenset({_P.INSPECTOR}),
    _E.SUSPEND: frozenset({_P.INSPECTOR}),
    _E.REINSTATE: frozenset({_P.INSPECTOR}),
    _E.REVOKE: frozenset({_P.INSPECTOR}),
    _E.EXPIRE: frozenset({_P.CALENDAR}),
    _E.WITHDRAW: frozenset({_P.OPERATOR}),
}
"""Who may do what; the calendar is nobody's hand."""

OPEN: Final = frozenset({_S.DRAFT, _S.SUBMITTED, _S.IN_REVIEW, _S.ASKED_BACK})
"""States of an application that nobody has decided."""

INBOX: Final = frozenset({_S.SUBMITTED, _S.IN_REVIEW})
"""States in which an inspector has something to do."""

HELD: Final = frozenset({_S.APPROVED, _S.SUSPENDED})
"""States of a licence that was approved and has not ended."""


def after(state: LicenceState, event: Event, party: Party) -> LicenceState:
    """Return the state that an event leads to.

    Args:
        state: where the licence stands.
        event: what happens.
        party: whose hand it is.

    Raises:
        StateError: the table does not know the event in this state, or it is somebody else's move.
    """
    if party not in MOVES[event]:
        whose = min(MOVES[event])
        raise StateError(f"{event.value}: that is no move of the {party.value}").explained(
            explained("not-your-move", whose=PARTIES[whose])
        )
    following = TRANSITIONS[state].get(event)
    if following is None:
        raise StateError(f"{event.value}: not possible while the licence is {state.value}").explained(
            explained("not-now", state=STATES[state])
        )
    return following


def is_possible(state: LicenceState, event: Event, party: Party) -> bool:
    """Tell whether somebody may do something now: what a page offers."""
    return party in MOVES[event] and event in TRANSITIONS[state]
