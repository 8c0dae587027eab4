"""What of a vendor's a recall hits: his models, his TACs, his chips.

Devices are found by what the vendor registered; whose chips are in them he knows himself. A range that is looked through
is looked through to ``MOST`` and no further.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from openesim.conditions.terminals.fields import version_octets
from openesim.conditions.terminals.makers import ChipMaker
from openesim.conditions.terminals.models import Model
from openesim.conditions.terminals.ranges import RangeMap
from openesim.conditions.terminals.recalls import Recall, RecallKind, Target

MOST: Final = 20_000
"""Ranges that are looked at for one recall."""

_MOST_SPANS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """What is a vendor's.

    Attributes:
        models: his models, by number.
        maker: the chip maker that he is; None: he is none.
        tacs: all ranges of TACs, with the number of their model.
        eins: all ranges of EIDs, with the number of their chip maker.
    """

    models: Mapping[int, Model]
    maker: ChipMaker | None
    tacs: RangeMap
    eins: RangeMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A recall that hits something of a vendor's.

    Attributes:
        recall: the recall.
        models: that are hit, by number.
        tacs: ranges of his TACs that are hit, first and last, as far as the recall goes; the first twenty.
        eins: likewise of his EIDs.
        builds: versions of his chips' software that are hit.
        is_all_chips: every chip of his is hit.
    """

    recall: Recall
    models: tuple[Model, ...] = ()
    tacs: tuple[tuple[str, str], ...] = ()
    eins: tuple[tuple[str, str], ...] = ()
    builds: tuple[str, ...] = ()
    is_all_chips: bool = False


def hits_on(things: Things, recalls: Iterable[Recall]) -> tuple[Hit, ...]:
    """Return which of some recalls hit a vendor, and what of his, in their order."""
    found = (_hit(things, recall) for recall in recalls)
    return tuple(hit for hit in found if hit is not None)


def _hit(things: Things, recall: Recall) -> Hit | None:
    """Return what a recall hits of a vendor's; None: nothing."""
    target = recall.target
    match target.kind:
        case RecallKind.MODEL:
            model = things.models.get(int(target.first))
            return None if model is None else Hit(recall=recall, models=(model,))
        case RecallKind.TAC:
            return _hit_devices(things, recall)
        case RecallKind.EUM:
            return Hit(recall=recall, is_all_chips=True) if _is_key(things.maker, target) else None
        case RecallKind.EIN:
            spans = [] if things.maker is None else _spans(things.eins, {things.maker.maker_id}, target, 32)
            return Hit(recall=recall, eins=_texts(spans)) if spans else None
        case RecallKind.BUILD:
            return _hit_builds(things.maker, recall)


def _hit_devices(things: Things, recall: Recall) -> Hit | None:
    spans = _spans(things.tacs, things.models, recall.target, 8)
    numbers = dict.fromkeys(owner for _, _, owner in spans)
    models = tuple(things.models[number] for number in numbers)
    return Hit(recall=recall, models=models, tacs=_texts(spans)) if spans else None


def _hit_builds(maker: ChipMaker | None, recall: Recall) -> Hit | None:
    """Return what a recall of builds hits: those that the maker told, or all of his if it names him."""
    target = recall.target
    if maker is None or target.maker_id not in {None, maker.maker_id}:
        return None
    first, last = version_octets(target.first), version_octets(target.last)
    builds = tuple(each.version for each in maker.builds if first <= version_octets(each.version) <= last)
    if not builds and target.maker_id is None:
        return None
    return Hit(recall=recall, builds=builds)


def _is_key(maker: ChipMaker | None, target: Target) -> bool:
    return maker is not None and any(each.key_id.hex() == target.first for each in maker.certificates)


def _spans(
    ranges: RangeMap, owners: Container[int], target: Target, digits: int
) -> list[tuple[str, str, int]]:
    """Return the parts of ranges of some owners that a target covers, with whose they are."""
    first, last = int(target.first), int(target.last)
    return [
        (f"{max(first, low):0{digits}d}", f"{min(last, high):0{digits}d}", owner)
        for low, high, owner in ranges.between(first, last, owners, MOST)
    ]


def _texts(spans: list[tuple[str, str, int]]) -> tuple[tuple[str, str], ...]:
    return tuple((low, high) for low, high, _ in spans[:_MOST_SPANS])
