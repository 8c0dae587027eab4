"""Recalls as people look at them: newest first, with what they name in words and who made them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.terminals.recalls import Recall, RecallKind, Target
from openesim.conditions.terminals.registry import Registry
from openesim.conditions.terminals.texts import not_found
from openesim.services.conditions.ledger.actors import Actor, ActorStores, find_actors
from openesim.services.ports import AnyWork, never

LOOKED_AT: Final = 1000
"""Recalls that are looked at for one page, at most."""

_FAR: Final = 2**62
_PAGE: Final = 200

T = TypeVar("T")


class Book(Protocol):
    """What knows the register by heart."""

    @property
    def registry(self) -> Registry:
        """The register as it is now."""
        ...


class RecallListStores(ActorStores, Protocol):
    """Recalls, inside one unit of work."""

    def recall(self, recall_id: int) -> Recall | None:
        """Return a recall, lifted or not; the row is held until the unit ends."""
        ...

    def newest_recalls(self, before: int, limit: int) -> list[Recall]:
        """Return recalls, lifted or not, newest first, beginning before one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallFilter:
    """Which recalls; what is None leaves nothing out.

    Attributes:
        kind: that name devices or chips by this.
        is_lifted: lifted, or not.
    """

    kind: RecallKind | None = None
    is_lifted: bool | None = None

    def passes(self, recall: Recall) -> bool:
        """Tell whether a recall is wanted."""
        is_lifted = recall.lifted_at is not None
        return self.kind in {None, recall.target.kind} and self.is_lifted in {None, is_lifted}


@dataclass(frozen=True, slots=True)
class RecallSeen:
    """A recall as it is shown.

    Attributes:
        recall: the recall.
        name: of the model or chip maker that it names; empty: it names none, or nobody knows it.
        by: who made it.
        lifted_by: who lifted it; None: it holds.
    """

    recall: Recall
    name: str
    by: Actor
    lifted_by: Actor | None


class RecallList:
    """Recalls, for pages."""

    def __init__(self, work: AnyWork, book: Book) -> None:
        """Bind to the database and to what this process knows by heart."""
        self._work: Final = work
        self._book: Final = book

    async def page(self, wanted: RecallFilter, before: int, limit: int) -> tuple[list[RecallSeen], int]:
        """Return some recalls, and before which number the next page begins; 0: this is the last one.

        Args:
            wanted: which ones.
            before: where the page begins; 0: with the newest.
            limit: how many at most.
        """

        def unit(stores: RecallListStores) -> tuple[list[RecallSeen], int]:
            """Read them, and who had to do with them."""
            found, goes_on = _find(stores, wanted, before or _FAR, limit)
            return self._seen(stores, found), goes_on

        return await self._ask(unit)

    async def one(self, recall_id: int) -> RecallSeen:
        """Return a recall.

        Raises:
            NotFoundError: there is none with this number.
        """

        def unit(stores: RecallListStores) -> RecallSeen:
            """Read it, and who had to do with it."""
            found = stores.recall(recall_id)
            if found is None:
                raise not_found("no-such-recall", name=recall_id)
            (seen,) = self._seen(stores, [found])
            return seen

        return await self._ask(unit)

    def name_of(self, target: Target) -> str:
        """Return the name of the model or chip maker that a target names; empty where there is none."""
        registry = self._book.registry
        if target.kind is RecallKind.MODEL:
            model = registry.model(int(target.first))
            return "" if model is None else model.name
        if target.kind is RecallKind.EUM:
            maker = registry.maker_with_key(bytes.fromhex(target.first))
        else:
            maker = None if target.maker_id is None else registry.maker(target.maker_id)
        return "" if maker is None else maker.name

    def _seen(self, stores: RecallListStores, recalls: list[Recall]) -> list[RecallSeen]:
        names = [each.created_by for each in recalls] + [each.lifted_by for each in recalls if each.lifted_by]
        actors = find_actors(stores, names)
        return [
            RecallSeen(
                each,
                self.name_of(each.target),
                actors[each.created_by],
                actors[each.lifted_by] if each.lifted_by else None,
            )
            for each in recalls
        ]

    async def _ask(self, unit: Callable[[RecallListStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)


def _find(
    stores: RecallListStores, wanted: RecallFilter, before: int, limit: int
) -> tuple[list[Recall], int]:
    """Return the next recalls that are wanted; no more than ``LOOKED_AT`` are looked at."""
    found: list[Recall] = []
    left = LOOKED_AT
    while left > 0:
        some = stores.newest_recalls(before, min(_PAGE, left))
        for recall in some:
            if wanted.passes(recall):
                if len(found) == limit:
                    return found, found[-1].recall_id
                found.append(recall)
        if len(some) < min(_PAGE, left):
            return found, 0
        left, before = left - len(some), some[-1].recall_id
    return found, before
