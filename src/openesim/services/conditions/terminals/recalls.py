"""Recalls as a service: who would be hit, the recall itself, and its end.

A recall has an effect as soon as processes have read it: they look twice a second (``book``). What a preview
counts is bounded: it looks at no more than some twenty thousand orders a range, and says so where there are more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.terminals.fields import Span
from openesim.conditions.terminals.makers import TacRange
from openesim.conditions.terminals.models import Model
from openesim.conditions.terminals.recalls import Recall, RecallKind, Target
from openesim.conditions.terminals.texts import conflict, not_found
from openesim.kernel.records import changed
from openesim.services.conditions.terminals.book import NAME
from openesim.services.conditions.terminals.chip_makers import ChipMakerStores, known_maker, maker_with_key
from openesim.services.conditions.terminals.terminals import note_deed, read_reason

MOST_ORDERS: Final = 20_000
"""So many orders of all ranges together are looked at for a preview."""
_MOST_RANGES: Final = 200
_MOST_NAMES: Final = 20


class RecallStores(ChipMakerStores, Protocol):
    """Recalls, and what they hit, inside one unit of work."""

    def add_recall(self, recall: Recall) -> int:
        """Store a new recall and return its number."""
        ...

    def save_recall(self, recall: Recall) -> None:
        """Store a recall that was lifted."""
        ...

    def recall(self, recall_id: int) -> Recall | None:
        """Return a recall, lifted or not; the row is held until the unit ends."""
        ...

    def recalls(self, after: int, limit: int) -> list[Recall]:
        """Return recalls, lifted or not, by number, beginning behind ``after``."""
        ...

    def model(self, model_id: int) -> Model | None:
        """Return a model; the row is held until the unit ends."""
        ...

    def tac_range_before(self, tac: str) -> TacRange | None:
        """Return the range that holds and begins last of those that begin with a TAC or before it."""
        ...

    def tac_ranges_of(self, model_id: int, after: str, limit: int) -> list[TacRange]:
        """Return ranges of a model that hold, beginning behind the first TAC of one (empty: from the start)."""
        ...

    def orders_of_chips(self, first: str, last: str, most: int) -> dict[str, int]:
        """Return how many orders of a range of EIDs are in each state; no more than ``most`` are looked at."""
        ...

    def orders_of_devices(self, first: str, last: str, most: int) -> dict[str, int]:
        """Return the same for chips that are held to a range of IMEIs."""
        ...

    def lines_of_chips(self, first: str, last: str, most: int) -> tuple[int, int]:
        """Return how many active lines a range of EIDs has, and of how many persons; ``most`` are looked at."""
        ...

    def lines_of_devices(self, first: str, last: str, most: int) -> tuple[int, int]:
        """Return the same for chips that are held to a range of IMEIs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Who would be hit by a recall.

    Attributes:
        models: names of models that are hit, the first twenty.
        ranges: how many ranges of TACs or EIDs.
        orders: how many orders, by state.
        lines: how many active lines of persons.
        persons: of how many persons; one who has chips of several ranges is counted with each.
        is_at_least: there are more than were looked at.
        is_by_bond: orders are known by the bond of chip and device only: devices that are not bound are not counted.
        is_at_most: all chips of the maker are counted: which software they have, chips tell only when they ask.
    """

    models: tuple[str, ...] = ()
    ranges: int = 0
    orders: dict[str, int] = field(default_factory=dict)
    lines: int = 0
    persons: int = 0
    is_at_least: bool = False
    is_by_bond: bool = False
    is_at_most: bool = False


def preview_recall(stores: RecallStores, target: Target) -> Preview:
    """Return who would be hit by a recall; nothing is changed.

    Args:
        stores: of the unit of work.
        target: which devices or chips.

    Raises:
        NotFoundError: no such model or chip maker.
    """
    verify_target(stores, target)
    if target.kind in {RecallKind.MODEL, RecallKind.TAC}:
        return _preview_devices(stores, target)
    spans = _eid_spans(stores, target)
    orders, lines, is_more = _counted(spans, stores.orders_of_chips, stores.lines_of_chips)
    return Preview(
        ranges=len(spans),
        orders=orders,
        lines=lines[0],
        persons=lines[1],
        is_at_least=is_more,
        is_at_most=target.kind is RecallKind.BUILD,
    )


def preview_models(stores: RecallStores, model_ids: Sequence[int]) -> Preview:
    """Return who is hit by what happens to models, such as those of a vendor; nothing is changed.

    Args:
        stores: of the unit of work.
        model_ids: which models; after some two hundred ranges no more are looked at.
    """
    found: list[TacRange] = []
    for model_id in model_ids:
        if len(found) > _MOST_RANGES:
            break
        found += stores.tac_ranges_of(model_id, "", _MOST_RANGES + 1)
    return _preview_spans(stores, [(each.first, each.last) for each in found], list(model_ids), len(found))


def preview_maker(stores: RecallStores, maker_id: int) -> Preview:
    """Return who is hit by what happens to a chip maker; nothing is changed."""
    spans = _spans_of(stores, maker_id)
    orders, lines, is_more = _counted(spans, stores.orders_of_chips, stores.lines_of_chips)
    return Preview(ranges=len(spans), orders=orders, lines=lines[0], persons=lines[1], is_at_least=is_more)


def make_recall(stores: RecallStores, target: Target, reason: str, who: str, now: datetime) -> Recall:
    """Recall devices or chips: from now on they get nothing.

    Args:
        stores: of the unit of work.
        target: which devices or chips.
        reason: why, in words that everybody may read.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: no such model or chip maker.
        ConflictError: no reason is given.
    """
    said = read_reason(reason)
    revision = stores.raise_revision(NAME)
    verify_target(stores, target)
    recall = Recall(target=target, reason=said, created_at=now, created_by=who, revision=revision)
    recall = changed(recall, recall_id=stores.add_recall(recall))
    facts = {"kind": target.kind.value, "first": target.first, "last": target.last, "reason": said}
    if target.maker_id is not None:
        facts["maker"] = str(target.maker_id)
    note_deed(stores, f"recall:{recall.recall_id}", who, now, deed="recall", **facts)
    return recall


def lift_recall(stores: RecallStores, recall_id: int, reason: str, who: str, now: datetime) -> Recall:
    """Lift a recall; it stays on record, with who made and who lifted it.

    Args:
        stores: of the unit of work.
        recall_id: which one.
        reason: why.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such recall.
        ConflictError: it was lifted before, or no reason is given.
    """
    said = read_reason(reason)
    revision = stores.raise_revision(NAME)
    recall = stores.recall(recall_id)
    if recall is None:
        raise not_found("no-such-recall", name=recall_id)
    if recall.lifted_at is not None:
        raise conflict("recall-lifted", name=recall_id, who=recall.lifted_by or "")
    lifted = changed(recall, lifted_at=now, lifted_by=who, lifted_reason=said, revision=revision)
    stores.save_recall(lifted)
    note_deed(stores, f"recall:{recall_id}", who, now, deed="lift-recall", reason=said)
    return lifted


def verify_target(stores: RecallStores, target: Target) -> None:
    """Refuse a recall of a model or of builds of a chip maker that nobody knows; a key or a range may be unknown.

    Raises:
        NotFoundError: there is none with this number.
    """
    if target.kind is RecallKind.MODEL and stores.model(int(target.first)) is None:
        raise not_found("no-such-model", name=target.first)
    if target.maker_id is not None:
        known_maker(stores, target.maker_id)


def _preview_devices(stores: RecallStores, target: Target) -> Preview:
    """Return who would be hit by a recall of devices."""
    if target.kind is RecallKind.MODEL:
        return preview_models(stores, [int(target.first)])
    found = _tac_ranges(stores, target.first, target.last)
    models = sorted({each.model_id for each in found})
    return _preview_spans(stores, [(target.first, target.last)], models, len(found))


def _preview_spans(stores: RecallStores, tacs: Sequence[Span], models: Sequence[int], ranges: int) -> Preview:
    """Return who would be hit among devices.

    Args:
        stores: of the unit of work.
        tacs: first and last TAC of each range.
        models: whose they are.
        ranges: how many ranges there are.
    """
    imeis = [(f"{first}0000000", f"{last}9999999") for first, last in tacs[:_MOST_RANGES]]
    orders, lines, is_more = _counted(imeis, stores.orders_of_devices, stores.lines_of_devices)
    named = (stores.model(each) for each in models[:_MOST_NAMES])
    return Preview(
        models=tuple(each.name for each in named if each is not None),
        ranges=ranges,
        orders=orders,
        lines=lines[0],
        persons=lines[1],
        is_at_least=is_more or ranges > _MOST_RANGES or len(models) > _MOST_NAMES,
        is_by_bond=True,
    )


def _tac_ranges(stores: RecallStores, first: str, last: str) -> list[TacRange]:
    """Return ranges that have TACs in common with a range, the last ones first, one more than are looked at."""
    found: list[TacRange] = []
    before = stores.tac_range_before(last)
    while before is not None and before.last >= first and len(found) <= _MOST_RANGES:
        found.append(before)
        below = int(before.first) - 1
        before = stores.tac_range_before(f"{below:08d}") if below >= 0 else None
    return found


def _eid_spans(stores: RecallStores, target: Target) -> list[Span]:
    """Return the EIDs that a recall of chips may hit."""
    if target.kind is RecallKind.EIN:
        return [(target.first, target.last)]
    if target.kind is RecallKind.EUM:
        maker = maker_with_key(stores, bytes.fromhex(target.first))
        maker_id = None if maker is None else maker.maker_id
        return [] if maker_id is None else _spans_of(stores, maker_id)
    return [("0" * 32, "9" * 32)] if target.maker_id is None else _spans_of(stores, target.maker_id)


def _spans_of(stores: RecallStores, maker_id: int) -> list[Span]:
    ranges = stores.ein_ranges_of(maker_id, "", _MOST_RANGES + 1)
    return [(each.first, each.last) for each in ranges]


def _counted(
    spans: Sequence[Span],
    orders_of: Callable[[str, str, int], dict[str, int]],
    lines_of: Callable[[str, str, int], tuple[int, int]],
) -> tuple[dict[str, int], tuple[int, int], bool]:
    """Return orders by state, lines and persons of ranges, and whether there are more than were looked at."""
    orders: Counter[str] = Counter()
    lines = persons = 0
    for first, last in spans[:_MOST_RANGES]:
        left = MOST_ORDERS - orders.total()
        if left <= 0:
            return dict(orders), (lines, persons), True
        orders.update(orders_of(first, last, left))
        more_lines, more_persons = lines_of(first, last, left)
        lines, persons = lines + more_lines, persons + more_persons
    is_more = orders.total() >= MOST_ORDERS or len(spans) > _MOST_RANGES
    return dict(orders), (lines, persons), is_more
