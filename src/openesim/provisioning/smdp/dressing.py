"""What the user sees of a profile, changed before it is downloaded.

Names and icon may always be changed. Policy rules bind the user, and the chip only takes them from an operator that its
rules authorisation table lists: so they need the profile's owner in the metadata, and a profile that cannot be disabled
or deleted is something that its operator has to say in so many words.

After the download metadata are the chip's: the operator changes them over the air (UpdateMetadata, ES6), which no SM-DP+
has a part in.

Source: SGP.22 v2.5 §2.4.5, §4.4, §5.4.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from openesim.kernel.errors import DecodeError, Explanation, StateError
from openesim.messages.sgp22.metadata import IconType, StoreMetadataRequest
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.smdp.orders import Order, OrderState

LONGEST_ICON: Final = 1024

_HEADS: Final = {b"\x89PNG\r\n\x1a\n": IconType.PNG, b"\xff\xd8\xff": IconType.JPG}
_TO_COME: Final = frozenset(
    {OrderState.AVAILABLE, OrderState.ALLOCATED, OrderState.LINKED, OrderState.CONFIRMED, OrderState.RELEASED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dressing:
    """What shall be changed; None: as it was.

    Attributes:
        service_provider_name: up to 32 characters.
        profile_name: up to 64 characters.
        icon: PNG or JPEG of 64 by 64 pixels, up to 1024 octets; empty: none any more.
        rules: policy rules, all of them anew; 0: none any more.
        owner: who owns the profile.
    """

    service_provider_name: str | None = None
    profile_name: str | None = None
    icon: bytes | None = None
    rules: PprIds | None = None
    owner: OperatorId | None = None


def dressed(metadata: StoreMetadataRequest, wish: Dressing) -> StoreMetadataRequest:
    """Return the metadata as they shall be.

    Raises:
        DecodeError: a name that is too long, no icon, or policy rules without an owner.
    """
    changes: dict[str, object] = {}
    for name, value, longest in (
        ("service_provider_name", wish.service_provider_name, 32),
        ("profile_name", wish.profile_name, 64),
    ):
        if value is not None:
            if len(value) > longest or not value.isprintable():
                raise DecodeError(f"at most {longest} printable characters").within(name)
            changes[name] = value
    if wish.icon is not None:
        changes |= {"icon": wish.icon or None, "icon_type": _icon_type(wish.icon) if wish.icon else None}
    if wish.owner is not None:
        changes["profile_owner"] = wish.owner
    if wish.rules is not None:
        changes["profile_policy_rules"] = wish.rules or None
    after = replace(metadata, **changes)  # type: ignore[arg-type]
    if after.profile_policy_rules and after.profile_owner is None:
        raise DecodeError("policy rules need the owner of the profile (MCC and MNC)").within("owner")
    return after


def verify_to_come(order: Order) -> None:
    """Refuse an order whose chip was told its metadata already.

    Raises:
        StateError: the package is out, or the order is over.
    """
    if order.state not in _TO_COME and not order.is_reusable:
        cause = f"the profile is {order.state.value}: what the user sees of it is on its way or on the chip"
        raise StateError(f"the metadata of order {order.order_id} cannot be changed any more").explained(
            Explanation(
                cause,
                "operator",
                "change it over the air (ES6): openesim subscription update-metadata makes the packet",
            )
        )


def _icon_type(icon: bytes) -> IconType:
    """Return the format of an icon.

    Raises:
        DecodeError: too large, or neither PNG nor JPEG.
    """
    if len(icon) > LONGEST_ICON:
        raise DecodeError(f"at most {LONGEST_ICON} octets, not {len(icon)}").within("icon")
    found = next((kind for head, kind in _HEADS.items() if icon.startswith(head)), None)
    if found is None:
        raise DecodeError("a PNG or JPEG file of 64 by 64 pixels").within("icon")
    return found
