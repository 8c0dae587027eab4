"""Simulations of rule packs, as the desk runs them: begun by somebody, seen by everybody at any process, stopped at will.

A simulation is a row: the pack as it was given, which decisions are asked again, how far it is, and what was found. One
process runs it, in pages and beside everything else, and writes every half second how far it has come; every other one
reads that. Where it has said nothing for a while its process has ended, and it is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

import structlog

from openesim.conditions.admission.decision import Finding
from openesim.conditions.admission.simulation import Change, Tally
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.texts import explained
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.kernel.records import changed
from openesim.services.conditions.ledger.tallies import Dimension, Measure, hour_of
from openesim.services.conditions.rules.keeping import PackStores, known_shelf
from openesim.services.conditions.rules.simulation import Scope, ask_again, cursor_behind, page_reader
from openesim.services.ports import AnyWork, never
from openesim.services.rules import pack_of_text
from openesim.transparency.entries import Entry, EntryKind

SILENT_FOR: Final = timedelta(seconds=30)
"""Who has said nothing for so long does not run any more."""

MOST_UNDER_WAY: Final = 5
"""Simulations that run or wait at all processes together."""

KEPT_FOR: Final = timedelta(days=30)

_PAGE: Final = 200
_SAID_EVERY_S: Final = 0.5
_WAITING_SAID_EVERY_S: Final = 10.0
_SWEPT_AT_ONCE: Final = 20
_LOOKED_AT: Final = 50
_FAR_HOUR: Final = 10**9

_log = structlog.get_logger(__name__)


class SimulationState(StrEnum):
    """How a simulation stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """Somebody stopped it, or its process has ended."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Group:
    """Decisions that change alike, for one cause.

    Attributes:
        change: how they come out.
        finding: what makes the difference.
        count: how many.
        orders: some of the orders.
    """

    change: Change
    finding: Finding
    count: int
    orders: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was found so far.

    Attributes:
        counts: decisions by how they come out.
        groups: the same by change, rule and cause, the greatest of each change first.
        unreadable: records that cannot be read.
        without_pack: decisions whose pack of then is not at hand.
    """

    counts: Mapping[Change, int] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    unreadable: int = 0
    without_pack: int = 0

    @classmethod
    def of(cls, tally: Tally) -> Outcome:
        """Return what a tally says now."""
        return cls(
            counts=dict(tally.counts),
            groups=tuple(
                Group(change, group.finding, group.count, tuple(group.orders))
                for change, group in tally.sorted_groups()
            ),
            unreadable=tally.unreadable,
            without_pack=tally.without_pack,
        )

    @property
    def total(self) -> int:
        """How many decisions were asked again."""
        return sum(self.counts.values())


NOTHING: Final = Outcome()
"""Before the first decision was asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A simulation.

    Attributes:
        simulation_id: row number; 0 until stored.
        state: how it stands.
        begun_at: when it was begun, aware UTC.
        seen_at: when it said last how far it is.
        begun_by: who wanted to know.
        text: the pack as it was given, TOML.
        pack_id: its name.
        version: which version of it.
        scope: which decisions are asked again.
        of: entries of the ledger that are looked at, as far as that is known.
        done: how many of them were.
        outcome: what was found so far.
    """

    simulation_id: int = 0
    state: SimulationState = SimulationState.RUNNING
    begun_at: datetime
    seen_at: datetime
    begun_by: str
    text: str
    pack_id: str
    version: str
    scope: Scope
    of: int = 0
    done: int = 0
    outcome: Outcome = NOTHING

    def seen(self, now: datetime) -> Simulation:
        """Return it as it stands for who looks: one that is silent has stopped."""
        is_silent = self.state is SimulationState.RUNNING and now - self.seen_at > SILENT_FOR
        return changed(self, state=SimulationState.STOPPED) if is_silent else self


class SimulationStores(PackStores, Protocol):
    """Simulations, packs and counts, inside one unit of work."""

    def add_simulation(self, simulation: Simulation) -> int:
        """Store a new simulation and return its number."""
        ...

    def save_simulation(self, simulation: Simulation) -> None:
        """Store how a simulation stands."""
        ...

    def simulation(self, simulation_id: int) -> Simulation | None:
        """Return a simulation."""
        ...

    def newest_simulations(self, limit: int) -> list[Simulation]:
        """Return simulations, the newest first."""
        ...

    def sweep_simulations(self, before: datetime, limit: int) -> int:
        """Forget simulations that were begun before a moment, at most so many, and return how many went."""
        ...

    def tallies_by_hour(self, measure: Measure, since: int, before: int) -> list[tuple[int, int]]:
        """Return hours and counts of everything, oldest first."""
        ...

    def tallies_of_value(
        self, measure: Measure, dimension: Dimension, value: str, since: int, before: int
    ) -> list[tuple[int, int]]:
        """Return hours and counts of one value, oldest first."""
        ...


class Simulations:
    """Begins simulations and tells how they stand."""

    def __init__(self, work: AnyWork, clock: Clock, folder: Sequence[Pack] = ()) -> None:
        """Bind to the database.

        Args:
            work: runs units.
            clock: of the process.
            folder: packs of the operator's own folder, beside those that are shipped.
        """
        self._work: Final = work
        self._clock: Final = clock
        self._folder: Final = tuple(folder)
        self._running: Final[set[asyncio.Task[None]]] = set()
        self._one_at_a_time: Final = asyncio.Lock()

    async def begin(self, text: str, scope: Scope, actor: str) -> Simulation:
        """Begin a simulation, and return it as it stands now.

        Args:
            text: the pack that might be, TOML.
            scope: which decisions are asked again.
            actor: who wants to know.

        Raises:
            ConfigError: it is no rule pack.
            ConflictError: too many are under way.
        """
        pack, now = pack_of_text(text), self._clock.now()
        simulation = Simulation(
            begun_at=now,
            seen_at=now,
            begun_by=actor,
            text=text,
            pack_id=pack.id,
            version=pack.version,
            scope=scope,
        )

        def unit(stores: SimulationStores) -> Simulation:
            """Store it."""
            if _under_way(stores, now) >= MOST_UNDER_WAY:
                told = explained("simulations-under-way", most=MOST_UNDER_WAY)
                raise ConflictError(told.cause).explained(told)
            counted = changed(simulation, of=_expected(stores, scope))
            stored = changed(counted, simulation_id=stores.add_simulation(counted))
            facts = {"deed": "rules-simulate", "pack": pack.id, "version": pack.version}
            stores.append_entry(
                Entry(kind=EntryKind.DEED, at=now, actor=actor, subject=f"rules:{pack.id}", facts=facts)
            )
            return stored

        stored = await self._work.run(unit)
        task = asyncio.create_task(self._run(stored, pack))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return stored

    async def find(self, simulation_id: int) -> Simulation:
        """Return a simulation as it stands now.

        Raises:
            NotFoundError: there is none of this number, or it is forgotten.
        """
        found = await self._work.run(lambda stores: stores.simulation(simulation_id), must_last=never)
        if found is None:
            raise NotFoundError(f"there is no simulation {simulation_id}")
        seen: Simulation = found.seen(self._clock.now())
        return seen

    async def newest(self, limit: int = 20) -> list[Simulation]:
        """Return simulations, the newest first."""
        found = await self._work.run(lambda stores: stores.newest_simulations(limit), must_last=never)
        return [each.seen(self._clock.now()) for each in found]

    async def stop(self, simulation_id: int) -> None:
        """Stop a simulation; what it has found stays."""

        def unit(stores: SimulationStores) -> None:
            """Note it; its process reads it when it next says how far it is."""
            found = stores.simulation(simulation_id)
            if found is not None and found.state is SimulationState.RUNNING:
                stores.save_simulation(changed(found, state=SimulationState.STOPPED))

        await self._work.run(unit)

    async def sweep(self) -> int:
        """Forget old ones, and return how many."""
        before = self._clock.now() - KEPT_FOR
        return await self._work.run(lambda stores: stores.sweep_simulations(before, _SWEPT_AT_ONCE))

    async def settled(self) -> None:
        """Wait until nothing runs here; for tests."""
        while self._running:
            await asyncio.gather(*self._running)

    # --- one that runs

    async def _run(self, simulation: Simulation, pack: Pack) -> None:
        """Run a simulation to its end, and write how it ended."""
        tally = Tally()
        try:
            if not await self._has_turn(simulation.simulation_id):
                return
            try:
                if await self._ask_all(simulation, pack, tally):
                    await self._say(simulation.simulation_id, tally, None, SimulationState.DONE)
            finally:
                self._one_at_a_time.release()
        except Exception as fault:  # noqa: BLE001 (whatever it was: who waits has to hear of it)
            _log.error("simulation failed", simulation=simulation.simulation_id, fault=repr(fault))
            await self._say(simulation.simulation_id, tally, None, SimulationState.FAILED)

    async def _has_turn(self, simulation_id: int) -> bool:
        """Wait until no other one runs here, and say now and then that it waits; False: somebody stopped it."""
        turn = asyncio.create_task(self._one_at_a_time.acquire())
        while not (await asyncio.wait({turn}, timeout=_WAITING_SAID_EVERY_S))[0]:
            if not await self._say(simulation_id, Tally(), 0, SimulationState.RUNNING):
                turn.cancel()
                await asyncio.wait({turn})
                if not turn.cancelled():
                    self._one_at_a_time.release()
                return False
        return True

    async def _ask_all(self, simulation: Simulation, pack: Pack, tally: Tally) -> bool:
        """Ask all decisions of the scope again; False: somebody stopped it."""
        shelf = await self._work.run(lambda stores: known_shelf(stores, self._folder), must_last=never)
        packs = {(each.id, each.version): each for each in shelf}
        loop, scope = asyncio.get_running_loop(), simulation.scope
        done, after, said_at = 0, None, loop.time()
        if not await self._say(simulation.simulation_id, tally, 0, SimulationState.RUNNING):
            return False
        while page := await self._work.run(page_reader(scope.window(after), _PAGE), must_last=never):
            # Beside the loop: who is answered meanwhile waits for one decision, not for a page of them.
            await asyncio.to_thread(ask_again, page, pack, packs, scope, tally)
            done, after = done + len(page), cursor_behind(page)
            if loop.time() - said_at >= _SAID_EVERY_S:
                said_at = loop.time()
                if not await self._say(simulation.simulation_id, tally, done, SimulationState.RUNNING):
                    return False
        return True

    async def _say(self, simulation_id: int, tally: Tally, done: int | None, state: SimulationState) -> bool:
        """Write how far it is; ``done`` None: at its end. False: it was stopped or forgotten."""
        outcome, now = Outcome.of(tally), self._clock.now()

        def unit(stores: SimulationStores) -> bool:
            """Store it, unless somebody stopped it."""
            found = stores.simulation(simulation_id)
            if found is None or found.state is not SimulationState.RUNNING:
                return False
            far = max(found.of, found.done) if done is None else done
            stores.save_simulation(
                changed(found, state=state, seen_at=now, done=far, of=max(found.of, far), outcome=outcome)
            )
            return True

        return await self._work.run(unit)


def _under_way(stores: SimulationStores, now: datetime) -> int:
    """Return how many simulations run or wait; no more than the newest are looked at."""
    newest = stores.newest_simulations(_LOOKED_AT)
    return sum(each.seen(now).state is SimulationState.RUNNING for each in newest)


def _expected(stores: SimulationStores, scope: Scope) -> int:
    """Return how many entries a scope has, as far as they were counted: whole hours, and some seconds late."""
    since = 0 if scope.since is None else hour_of(scope.since)
    before = _FAR_HOUR if scope.before is None else hour_of(scope.before) + 1
    if scope.operator is None:
        hours = stores.tallies_by_hour(Measure.DECISIONS, since, before)
    else:
        hours = stores.tallies_of_value(Measure.DECISIONS, Dimension.OPERATOR, scope.operator, since, before)
    return sum(number for _, number in hours)
