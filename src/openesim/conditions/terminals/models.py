"""Models of terminals: the way from a vendor's submission to an approval, and out of it again.

A model is submitted, perhaps asked back, and approved or refused. An approval has a number, a first and a last day, and
ends by itself: nobody has to be awake for it. It can be suspended and revoked at once. Whoever was refused, revoked or has
expired may submit again. Everything that moves a model is a ``ModelEvent``; where it leads stands in ``TRANSITIONS`` and
nowhere else. What waits for an inspector is in ``REVIEW_QUEUE``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.texts import mistake, not_possible


class ModelState(StrEnum):
    """Where a model stands; ``EXPIRED`` is never stored, it follows from the date."""

    SUBMITTED = "submitted"
    ASKED_BACK = "asked-back"
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"


class ModelEvent(StrEnum):
    """What can happen to a model."""

    SUBMIT = "submit"
    """The vendor answers, or submits again."""
    ASK_BACK = "ask-back"
    APPROVE = "approve"
    """The inspector approves, or renews."""
    REFUSE = "refuse"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"


class Ability(StrEnum):
    """What a model can do with an eSIM."""

    CONSUMER = "consumer"
    """Remote provisioning by its user, SGP.22."""
    IOT = "iot"
    """Remote provisioning without a user, SGP.32."""
    M2M = "m2m"
    """Remote provisioning by a server, SGP.02."""
    SM_DS = "sm-ds"
    """It asks a discovery server by itself."""
    MULTIPLE_ENABLED = "multiple-enabled"
    """Several profiles can be enabled at a time."""
    DEVICE_CHANGE = "device-change"
    """It takes part in moving a profile to another device."""
    REMOVABLE = "removable"
    """Its chip can be taken out."""


_S, _E = ModelState, ModelEvent

TRANSITIONS: Final[dict[ModelState, dict[ModelEvent, ModelState]]] = {
    _S.SUBMITTED: {
        _E.SUBMIT: _S.SUBMITTED,
        _E.ASK_BACK: _S.ASKED_BACK,
        _E.APPROVE: _S.APPROVED,
        _E.REFUSE: _S.REFUSED,
    },
    _S.ASKED_BACK: {_E.SUBMIT: _S.SUBMITTED, _E.REFUSE: _S.REFUSED},
    # A renewal leaves the approval in force; nobody has to submit again for it.
    _S.APPROVED: {_E.APPROVE: _S.APPROVED, _E.SUSPEND: _S.SUSPENDED, _E.REVOKE: _S.REVOKED},
    _S.SUSPENDED: {_E.RESUME: _S.APPROVED, _E.REVOKE: _S.REVOKED},
    _S.EXPIRED: {_E.APPROVE: _S.APPROVED, _E.SUBMIT: _S.SUBMITTED, _E.REVOKE: _S.REVOKED},
    _S.REFUSED: {_E.SUBMIT: _S.SUBMITTED},
    _S.REVOKED: {_E.SUBMIT: _S.SUBMITTED},
}

REVIEW_QUEUE: Final = (ModelState.SUBMITTED,)
"""States in which the next move is an inspector's; oldest first."""

NEEDS_REASON: Final = frozenset({_E.ASK_BACK, _E.REFUSE, _E.SUSPEND, _E.REVOKE})
"""Events that a vendor is told the reason of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An approval as it stands on paper.

    Attributes:
        number: such as that of a terminal access licence.
        begins: first moment, aware UTC.
        ends: last moment.
    """

    number: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model of terminals.

    Attributes:
        model_id: row number; 0 until stored.
        vendor_id: who answers for it.
        name: unique with its vendor.
        category: what kind of device it is.
        state: where it stands, as stored; see ``state_at``.
        is_foreign: whether it is made for other markets.
        abilities: what it can do with an eSIM.
        approval: its approval; None: it never had any.
        changed_at: when it last changed, aware UTC.
        remark: what the inspector asked or why he decided so; empty: nothing to say.
        revision: of all terminals, when this last changed; 0 until stored.
    """

    model_id: int = 0
    vendor_id: int
    name: str
    category: ServiceClass
    state: ModelState = ModelState.SUBMITTED
    is_foreign: bool = False
    abilities: frozenset[Ability] = frozenset()
    approval: Approval | None = None
    changed_at: datetime
    remark: str = ""
    revision: int = 0


def state_at(model: Model, now: datetime) -> ModelState:
    """Return where a model stands at a moment: an approval that is over has expired."""
    is_over = model.approval is not None and model.approval.ends < now
    return ModelState.EXPIRED if model.state is ModelState.APPROVED and is_over else model.state


def after(state: ModelState, event: ModelEvent) -> ModelState:
    """Return the state that an event leads to.

    Raises:
        StateError: the table does not know the event in this state.
    """
    following = TRANSITIONS[state].get(event)
    if following is None:
        raise not_possible(event.value, state.value)
    return following


def verify_approval(approval: Approval) -> Approval:
    """Return an approval that may be given.

    Raises:
        DecodeError: it ends before it begins.
    """
    if approval.ends < approval.begins:
        raise mistake("backwards").within("approved_to")
    return approval
