"""What an operator looks at first: how far today's orders have come, and what made downloads fail.

Neither costs more with more orders: of a day with more of them than ``MOST_ORDERS`` the newest are told, and it is said
so. Both are read from what is kept anyway; a download pays nothing for being counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from openesim.messages.sgp22.explained import Explained
from openesim.provisioning.smdp.history import Step
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.ports import AnyWork, never
from openesim.services.timeline import explain_step

MOST_ORDERS: Final = 5_000
MOST_STEPS: Final = 1_000
"""How much of a day is looked at, the newest first: some twenty milliseconds, which SQLite makes everybody wait."""

_PAGE: Final = 500

_WITH_CODE: Final = frozenset(
    {
        OrderState.RELEASED,
        OrderState.DOWNLOADED,
        OrderState.INSTALLED,
        OrderState.ERROR,
        OrderState.DELETED,
    }
)
_ON_CHIP: Final = frozenset({OrderState.INSTALLED, OrderState.DELETED})
_HANDED_OUT: Final = _ON_CHIP | {OrderState.DOWNLOADED}


class Stage(StrEnum):
    """How far an order has come; each stage is a part of the one before."""

    ORDERED = "ordered"
    CODE = "code"
    """Confirmed and released: there is a code to be sent."""
    AUTHENTICATED = "authenticated"
    DOWNLOADED = "downloaded"
    INSTALLED = "installed"
    ONLINE = "online"
    """The network has asked for its authentication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where orders stand that are counted together.

    Attributes:
        state: of the order.
        was_authenticated: a chip has proved that the order is for it.
        had_package: a chip got a package, although the state does not say so.
        is_online: a network has asked for an authentication of its subscription.
    """

    state: OrderState
    was_authenticated: bool = False
    had_package: bool = False
    is_online: bool = False

    @property
    def stage(self) -> Stage:
        """How far they have come."""
        if self.state in _ON_CHIP:
            return Stage.ONLINE if self.is_online else Stage.INSTALLED
        if self.state in _HANDED_OUT or self.had_package:
            return Stage.DOWNLOADED
        if self.state not in _WITH_CODE:
            return Stage.ORDERED
        return Stage.AUTHENTICATED if self.was_authenticated else Stage.CODE


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many orders have come how far.

    Attributes:
        stages: how many have come at least as far, by stage.
        failed: how many ended in an error.
        taken_back: how many were cancelled.
        is_more: there are more orders than were looked at.
    """

    stages: dict[Stage, int]
    failed: int
    taken_back: int
    is_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong, told once for all that it happened to.

    Attributes:
        code: by which it is known.
        count: how often.
        explained: of the newest.
        newest: the newest step that tells it.
    """

    code: str
    count: int
    explained: Explained
    newest: Step


@dataclass(frozen=True, slots=True)
class Failures:
    """What went wrong today.

    Attributes:
        causes: the most frequent first.
        is_more: there were more steps than were looked at.
    """

    causes: list[Failure]
    is_more: bool

    @property
    def count(self) -> int:
        """How often anything went wrong."""
        return sum(cause.count for cause in self.causes)


class FigureStores(Protocol):
    """What is counted, inside one unit of work."""

    def standings(self, operator: str, since: datetime, most: int) -> list[tuple[Standing, int]]:
        """Return how far the newest orders of an operator have come that were made since a moment, and how many each."""
        ...

    def newest_steps_of_operator(self, operator: str, before: int | None, limit: int) -> list[Step]:
        """Return what happened to an operator's orders, newest first, beginning before a step."""
        ...


class OperatorFigures:
    """Figures of an operator's day."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to the stores."""
        self._work: Final = work

    async def funnel(self, operator: str, since: datetime) -> Funnel:
        """Return how far the orders of an operator have come that were made since a moment."""

        def unit(stores: FigureStores) -> list[tuple[Standing, int]]:
            """Count them."""
            return stores.standings(operator, since, MOST_ORDERS)

        return funnel_of(await self._work.run(unit, must_last=never))

    async def failures(self, operator: str, since: datetime) -> Failures:
        """Return what went wrong with the orders of an operator since a moment."""

        def unit(stores: FigureStores) -> Failures:
            """Gather them."""
            return find_failures(stores, operator, since)

        return await self._work.run(unit, must_last=never)


def funnel_of(standings: Iterable[tuple[Standing, int]]) -> Funnel:
    """Return how many have come at least as far as each stage."""
    order = list(Stage)
    counts = [0] * len(order)
    failed = taken_back = total = 0
    for standing, count in standings:
        total += count
        for at in range(order.index(standing.stage) + 1):
            counts[at] += count
        failed += count * (standing.state is OrderState.ERROR)
        taken_back += count * (standing.state in {OrderState.AVAILABLE, OrderState.UNAVAILABLE})
    stages = dict(zip(order, counts, strict=True))
    return Funnel(stages, failed, taken_back, is_more=total >= MOST_ORDERS)


def find_failures(stores: FigureStores, operator: str, since: datetime) -> Failures:
    """Return what went wrong since a moment, by cause."""
    found: dict[str, Failure] = {}
    looked_at = 0
    for step in _steps_since(stores, operator, since):
        looked_at += 1
        explained = explain_step(step)
        if explained is None:
            continue
        known = found.get(explained.code)
        count = 1 if known is None else known.count + 1
        newest, told = (step, explained) if known is None else (known.newest, known.explained)
        found[explained.code] = Failure(code=explained.code, count=count, explained=told, newest=newest)
    causes = sorted(found.values(), key=lambda each: (-each.count, each.code))
    return Failures(causes, is_more=looked_at >= MOST_STEPS)


def _steps_since(stores: FigureStores, operator: str, since: datetime) -> Iterator[Step]:
    """Yield the newest steps, ``MOST_STEPS`` at most."""
    before: int | None = None
    left = MOST_STEPS
    while left > 0 and (page := stores.newest_steps_of_operator(operator, before, min(_PAGE, left))):
        for step in page:
            if step.at < since:
                return
            yield step
        left -= len(page)
        before = page[-1].step_id
