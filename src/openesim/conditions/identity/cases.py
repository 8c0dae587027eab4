"""Cases: the way of a person from the application to the evidence, and what becomes of it afterwards.

A case begins with an application and ends verified, refused or withdrawn. What was verified does not stay so for ever: it
expires, may have to be verified again, and can be revoked, which stops downloads in the middle. Everything that moves a
case is a ``CaseEvent``; where it leads stands in ``TRANSITIONS`` and nowhere else.
"""

from __future__ import annotations

from enum import StrEnum

from openesim.kernel.errors import StateError


class CaseState(StrEnum):
    """Where a case stands."""

    APPLIED = "applied"
    DOCUMENTS = "documents"
    STEP_UP = "step-up"
    FOUR_EYES = "four-eyes"
    VERIFIED = "verified"
    RE_VERIFY = "re-verify"
    EXPIRED = "expired"
    REFUSED = "refused"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


class CaseEvent(StrEnum):
    """What can happen to a case."""

    PRESENT = "documents are presented"
    ASK_MORE = "the verifier or the gate asks for more"
    ASK_SECOND = "a second clerk has to agree"
    VERIFY = "the verifier is sure"
    REFUSE = "the verifier is sure that it is not so"
    TRIGGER = "a sign asks to verify again"
    LAPSE = "its time is over"
    REVOKE = "the verification turned out wrong, or the person disputes it"
    WITHDRAW = "the person gives it up"


_S, _E = CaseState, CaseEvent

_OPEN = {_E.REFUSE: _S.REFUSED, _E.WITHDRAW: _S.WITHDRAWN, _E.LAPSE: _S.EXPIRED}

TRANSITIONS: dict[CaseState, dict[CaseEvent, CaseState]] = {
    _S.APPLIED: {_E.PRESENT: _S.DOCUMENTS, **_OPEN},
    _S.DOCUMENTS: {
        _E.ASK_MORE: _S.STEP_UP,
        _E.ASK_SECOND: _S.FOUR_EYES,
        _E.VERIFY: _S.VERIFIED,
        _E.PRESENT: _S.DOCUMENTS,
        **_OPEN,
    },
    _S.STEP_UP: {_E.PRESENT: _S.DOCUMENTS, **_OPEN},
    _S.FOUR_EYES: {_E.VERIFY: _S.VERIFIED, _E.ASK_MORE: _S.STEP_UP, **_OPEN},
    _S.VERIFIED: {
        _E.TRIGGER: _S.RE_VERIFY,
        _E.LAPSE: _S.EXPIRED,
        _E.REVOKE: _S.REVOKED,
        # The gate of another order asks for more than was shown for the first.
        _E.ASK_MORE: _S.STEP_UP,
    },
    _S.RE_VERIFY: {
        _E.PRESENT: _S.DOCUMENTS,
        _E.VERIFY: _S.VERIFIED,
        _E.LAPSE: _S.EXPIRED,
        _E.REFUSE: _S.REVOKED,
        _E.REVOKE: _S.REVOKED,
    },
    # Whoever comes back begins with his documents: nothing old counts.
    _S.EXPIRED: {_E.PRESENT: _S.DOCUMENTS, _E.WITHDRAW: _S.WITHDRAWN, _E.REVOKE: _S.REVOKED},
    _S.REFUSED: {},
    _S.REVOKED: {},
    _S.WITHDRAWN: {},
}

LAPSING = tuple(state for state, following in TRANSITIONS.items() if CaseEvent.LAPSE in following)
"""States that end by themselves when their time is over."""

STANDS_BEHIND = frozenset({CaseState.VERIFIED})
"""States in which a person may stand behind a profile."""


class CaseStateError(StateError):
    """Something that cannot happen to a case as it stands.

    Attributes:
        state: where it stands.
        event: what cannot happen.
    """

    def __init__(self, state: CaseState, event: CaseEvent) -> None:
        """Keep both; they are arguments, so that a worker's error can be pickled."""
        super().__init__(state, event)
        self.state = state
        self.event = event

    def __str__(self) -> str:
        """Say what is not possible, and why."""
        return f"{self.event.value}: not possible while the case is {self.state.value}"


def after(state: CaseState, event: CaseEvent) -> CaseState:
    """Return the state that an event leads to.

    Raises:
        CaseStateError: the table does not know the event in this state.
    """
    following = TRANSITIONS[state].get(event)
    if following is None:
        raise CaseStateError(state, event)
    return following
