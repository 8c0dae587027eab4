"""Orders as they are read and told: the types from which the description of the API is made."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from openesim.provisioning.smdp.orders import ChipState, Order, OrderState

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_LONGEST: Final = 255

# Forms are told here and checked where the text is read: what is wrong is said in words then, and of all values at once.
IccidText = Annotated[
    str,
    Meta(
        max_length=_LONGEST,
        extra_json_schema={"pattern": "^[0-9]{19,20}$"},
        description="ICCID, with its check digit.",
        examples=["8988211000000000017"],
    ),
]
EidText = Annotated[
    str,
    Meta(
        max_length=_LONGEST,
        extra_json_schema={"pattern": "^[0-9]{32}$"},
        description="EID of the chip, with its check digits.",
        examples=["89049032000000000000000000000174"],
    ),
]
Reference = Annotated[
    str, Meta(min_length=1, max_length=64, description="Your own name for the order.", examples=["shop-4711"])
]
MatchingIdText = Annotated[
    str,
    Meta(
        max_length=_LONGEST,
        extra_json_schema={"pattern": "^[!-#%-~]{1,255}$"},
        description="Token of the activation code; without: the server draws one. Weak ones can be guessed.",
        examples=["K2V8-9QXD-71TF-W0EM"],
    ),
]
ConfirmationCode = Annotated[
    str, Meta(min_length=1, max_length=64, description="What the user has to enter before the download.")
]
CaseId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=32,
        description="Verification that stands behind the order, where the rules ask for one; without: the newest one "
        "that was made for the chip.",
    ),
]
SmdsAddress = Annotated[
    str, Meta(min_length=1, max_length=255, description="SM-DS that tells the chip of the order.")
]
TypeName = Annotated[
    str, Meta(min_length=1, max_length=255, description="Name of a profile type.", examples=["Testland"])
]
Moment = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="A moment of RFC 3339 with its zone.",
        examples=["2027-12-31T23:59:59Z"],
        extra_json_schema={"format": "date-time"},
    ),
]
Attempts = Annotated[int, Meta(ge=1, le=1000, description="How often chips may begin the download.")]


class OrderRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An order: a profile of a type, or a certain one; confirmed and released at once unless told otherwise.

    Either `profile_type` or `iccid` is needed.
    """

    profile_type: TypeName | None = None
    iccid: IccidText | None = None
    eid: EidText | None = None
    matching_id: MatchingIdText | None = None
    default_smdp: bool = False
    confirmation_code: ConfirmationCode | None = None
    smds_address: SmdsAddress | None = None
    case_id: CaseId | None = None
    release: bool = True
    confirm: bool = True
    reference: Reference | None = None
    expires_at: Moment | None = None
    max_attempts: Attempts | None = None

    def __repr__(self) -> str:
        """Show nothing of it: codes are secret."""
        return "OrderRequest(…)"


class ConfirmationRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How the user will fetch a reserved profile."""

    eid: EidText | None = None
    matching_id: MatchingIdText | None = None
    default_smdp: bool = False
    confirmation_code: ConfirmationCode | None = None
    smds_address: SmdsAddress | None = None
    case_id: CaseId | None = None
    release: bool = True

    def __repr__(self) -> str:
        """Show nothing of it: codes are secret."""
        return "ConfirmationRequest(…)"


class FinalState(Enum):
    """What becomes of the profile of a cancelled order."""

    AVAILABLE = "Available"
    UNAVAILABLE = "Unavailable"


class CancellationRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How an order is taken back: its profile returns to stock, or leaves it for good."""

    final_state: FinalState = FinalState.AVAILABLE
    eid: EidText | None = None


class ReissueRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """For which chip an order is issued again: the same as before, another one, or whichever comes first.

    `force`: also where a chip may have the profile and has not told that it deleted it.
    """

    eid: EidText | None = None
    any_chip: bool = False
    force: bool = False


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it stands. Its activation code is a resource of its own."""

    iccid: str
    profile_type: str
    state: OrderState
    eid: str | None
    reference: str | None
    default_smdp: bool
    confirmation_code_required: bool
    smds_address: str | None
    created_at: datetime | None
    changed_at: datetime | None
    expires_at: datetime | None
    download_attempts: int
    max_attempts: int | None
    chip_state: ChipState | None
    outcome: str | None

    @classmethod
    def of(cls, order: Order) -> OrderView:
        """Return an order as it is told."""
        return cls(
            iccid=str(order.iccid),
            profile_type=order.profile_type,
            state=order.state,
            eid=None if order.eid is None else str(order.eid),
            reference=order.reference,
            default_smdp=order.is_default_smdp,
            confirmation_code_required=order.confirmation_hash is not None,
            smds_address=order.smds_address,
            created_at=_known(order.ordered_at),
            changed_at=_known(order.changed_at),
            expires_at=order.expires_at,
            download_attempts=order.download_attempts,
            max_attempts=order.max_attempts,
            chip_state=order.chip_state,
            outcome=order.outcome,
        )


class ReissuedView(msgspec.Struct, frozen=True):
    """An order that was issued again; `warning` tells what may come of it, where it was forced."""

    order: OrderView
    warning: str | None


class OrderList(msgspec.Struct, frozen=True):
    """A page of orders; `next` is the cursor of the page behind it. A page may be short while there is more."""

    items: list[OrderView]
    next: str | None


def _known(moment: datetime | None) -> datetime | None:
    """Return a moment; the beginning of all time stands for one that nobody noted."""
    return None if moment == _EPOCH else moment
