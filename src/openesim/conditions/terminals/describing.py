"""What a person may know of a device before a profile is ordered for it: each thing known or unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.models import Ability, ModelState, state_at
from openesim.conditions.terminals.registry import Found
from openesim.conditions.terminals.vendors import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A device in words; None: not known.

    Attributes:
        model: name of its model.
        vendor: name of who answers for it.
        vendor_state: how he stands.
        category: what kind of device it is.
        state: where its approval stands now.
        approval_number: of its approval.
        approved_to: last moment of its approval, aware UTC.
        is_foreign: whether it is made for other markets.
        abilities: what it can do with an eSIM.
        maker: name of who made the chip.
        maker_state: how he stands.
        is_recalled: whether a recall hits it; None: none was found, but its type was not told.
        recall_id: number of the recall.
        recall_reason: why it was recalled, in words that everybody may read.
    """

    model: str | None = None
    vendor: str | None = None
    vendor_state: Standing | None = None
    category: ServiceClass | None = None
    state: ModelState | None = None
    approval_number: str | None = None
    approved_to: datetime | None = None
    is_foreign: bool | None = None
    abilities: frozenset[Ability] | None = None
    maker: str | None = None
    maker_state: Standing | None = None
    is_recalled: bool | None = None
    recall_id: int | None = None
    recall_reason: str | None = None


def describe(device: Device, found: Found, now: datetime) -> Description:
    """Return what a person may know of a device.

    Args:
        device: as it shows itself.
        found: what is registered of it.
        now: aware UTC.
    """
    model, vendor, maker, recall = found.model, found.vendor, found.maker, found.recall
    approval = None if model is None else model.approval
    is_hit = recall is not None or found.is_maker_out
    return Description(
        model=None if model is None else model.name,
        vendor=None if vendor is None else vendor.name,
        vendor_state=None if vendor is None else vendor.state,
        category=None if model is None else model.category,
        state=None if model is None else state_at(model, now),
        approval_number=None if approval is None else approval.number,
        approved_to=None if approval is None else approval.ends,
        is_foreign=None if model is None else model.is_foreign,
        abilities=None if model is None else model.abilities,
        maker=None if maker is None else maker.name,
        maker_state=None if maker is None else maker.state,
        is_recalled=True if is_hit else None if device.type_code is None else False,
        recall_id=None if recall is None else recall.recall_id,
        recall_reason=None if recall is None else recall.reason,
    )
