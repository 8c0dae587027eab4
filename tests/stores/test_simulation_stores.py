"""Simulations: begun by one, seen by everybody, stopped at will, and over when their process has ended."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from openesim.conditions.admission.decision import Finding, Verdict
from openesim.conditions.admission.simulation import Change
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.rules.writing import write_pack
from openesim.kernel.errors import ConfigError, ConflictError, NotFoundError
from openesim.services.conditions.rules import simulation_runs
from openesim.services.conditions.rules.simulation import Scope, ask_again
from openesim.services.conditions.rules.simulation_runs import (
    KEPT_FOR,
    MOST_UNDER_WAY,
    SILENT_FOR,
    Group,
    Outcome,
    Simulation,
    Simulations,
    SimulationState,
)
from tests.stores.test_rule_simulation import NOW, STRICT, entry, write
from tests.stores.test_smdp_stores import ask
from tests.stores.test_tally_stores import count
from tests.support.rig import SteppedClock

TEXT = write_pack(STRICT)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation_runs, "_PAGE", 2)
    monkeypatch.setattr(simulation_runs, "_SAID_EVERY_S", 0.0)


def begun(work: Any, **scope: Any) -> Simulation:
    """Returns a simulation at its end."""

    async def story() -> Simulation:
        simulations = Simulations(work, SteppedClock(NOW))
        first = await simulations.begin(TEXT, Scope(**scope), "account:li")
        assert first.state is SimulationState.RUNNING
        await simulations.settled()
        return await simulations.find(first.simulation_id)

    return asyncio.run(story())


def test_a_simulation_comes_out_as_it_went_in(work: Any) -> None:
    finding = Finding(Verdict.REFUSE, "limits.per_operator", "too-many-lines", {"most": "1"})
    full = Simulation(
        state=SimulationState.DONE,
        begun_at=NOW,
        seen_at=NOW + timedelta(seconds=1),
        begun_by="account:li",
        text=TEXT,
        pack_id="test",
        version="2",
        scope=Scope(pack_id="test", operator="qinghe", service=ServiceClass.PHONE, since=NOW, before=NOW),
        of=7,
        done=7,
        outcome=Outcome(
            counts={Change.SAME: 3, Change.NEWLY_REFUSED: 4},
            groups=(Group(Change.NEWLY_REFUSED, finding, 4, (1, 2)),),
            unreadable=1,
            without_pack=2,
        ),
    )
    number = work.run_now(lambda stores: stores.add_simulation(full))
    assert ask(work, "simulation", number) == replace(full, simulation_id=number)
    assert ask(work, "simulation", number + 1) is None


def test_decisions_are_asked_again_to_the_end(work: Any) -> None:
    write(work, *(entry(number, lines=number % 4) for number in range(1, 10)))
    simulation = begun(work, pack_id="test")
    assert simulation.state is SimulationState.DONE
    assert simulation.done == simulation.of == 9
    assert simulation.outcome.counts[Change.NEWLY_REFUSED] == 3
    assert simulation.outcome.total == 9
    (group,) = simulation.outcome.groups
    assert (group.finding.cause, group.count) == ("too-many-lines", 3)


def test_how_much_there_is_to_do_is_known_from_the_counts(work: Any) -> None:
    from openesim.services.conditions.ledger.ledger import seal_all

    write(work, entry(1), entry(2), entry(3, operator="yuanshan"))
    seal_all(work.run_now)
    count(work)
    assert begun(work).of == 3
    assert begun(work, operator="yuanshan").of == 1


def test_who_began_one_is_in_the_ledger(work: Any) -> None:
    begun(work)
    kept = ask(work, "unsealed_entries", 10)
    assert len(kept) == 1


def test_what_is_no_pack_is_refused_before_anything_is_stored(work: Any) -> None:
    async def story() -> None:
        simulations = Simulations(work, SteppedClock(NOW))
        with pytest.raises(ConfigError, match="line 1"):
            await simulations.begin("no pack", Scope(), "account:li")

    asyncio.run(story())
    assert ask(work, "newest_simulations", 9) == []


def test_one_that_is_stopped_goes_no_further(work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(work, *(entry(number) for number in range(1, 20)))
    is_stopped = Event()

    def when_it_is_stopped(*page: Any) -> None:
        assert is_stopped.wait(60)
        ask_again(*page)

    monkeypatch.setattr(simulation_runs, "ask_again", when_it_is_stopped)

    async def story() -> Simulation:
        simulations = Simulations(work, SteppedClock(NOW))
        first = await simulations.begin(TEXT, Scope(), "account:li")
        await simulations.stop(first.simulation_id)
        is_stopped.set()
        await simulations.settled()
        return await simulations.find(first.simulation_id)

    simulation = asyncio.run(story())
    assert simulation.state is SimulationState.STOPPED
    assert simulation.done < 19


def test_one_that_waits_for_its_turn_says_so_and_there_are_not_too_many(
    work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation_runs, "_WAITING_SAID_EVERY_S", 0.01)
    write(work, entry(1))
    is_awaited = Event()

    def when_it_is_time(*page: Any) -> None:
        assert is_awaited.wait(60)
        ask_again(*page)

    monkeypatch.setattr(simulation_runs, "ask_again", when_it_is_time)
    clock = SteppedClock(NOW)

    async def story() -> list[SimulationState]:
        simulations = Simulations(work, clock)
        begun = [await simulations.begin(TEXT, Scope(), "account:li") for _ in range(MOST_UNDER_WAY)]
        with pytest.raises(ConflictError, match="are under way"):
            await simulations.begin(TEXT, Scope(), "account:li")
        clock.advance(seconds=SILENT_FOR.total_seconds() + 1)
        waiting, left = begun[1].simulation_id, begun[2].simulation_id
        has_said = False
        for _ in range(1000):
            has_said = (await simulations.find(waiting)).state is SimulationState.RUNNING
            if has_said:
                break
            await asyncio.sleep(0.01)
        await simulations.stop(left)
        is_awaited.set()
        await simulations.settled()
        assert has_said
        return [(await simulations.find(each.simulation_id)).state for each in begun]

    done, stopped = SimulationState.DONE, SimulationState.STOPPED
    assert asyncio.run(story()) == [done, done, stopped, done, done]


def test_one_whose_process_has_ended_is_seen_to_have_stopped(work: Any) -> None:
    left = Simulation(
        begun_at=NOW, seen_at=NOW, begun_by="li", text=TEXT, pack_id="test", version="2", scope=Scope()
    )
    number = work.run_now(lambda stores: stores.add_simulation(left))
    clock = SteppedClock(NOW)
    simulations = Simulations(work, clock)
    assert asyncio.run(simulations.find(number)).state is SimulationState.RUNNING
    clock.advance(seconds=SILENT_FOR.total_seconds() + 1)
    assert asyncio.run(simulations.find(number)).state is SimulationState.STOPPED
    with pytest.raises(NotFoundError):
        asyncio.run(simulations.find(number + 1))


def test_old_ones_are_forgotten_and_the_newest_come_first(work: Any) -> None:
    for hours in (2, 1, 3):
        at = NOW - KEPT_FOR + timedelta(hours=hours)
        one = Simulation(
            begun_at=at,
            seen_at=at,
            begun_by="li",
            text=TEXT,
            pack_id="test",
            version=str(hours),
            scope=Scope(),
        )
        work.run_now(lambda stores, one=one: stores.add_simulation(one))
    simulations = Simulations(work, SteppedClock(NOW + timedelta(hours=2, minutes=1)))
    assert [each.version for each in asyncio.run(simulations.newest())] == ["3", "2", "1"]
    assert asyncio.run(simulations.sweep()) == 2
    assert [each.version for each in asyncio.run(simulations.newest())] == ["3"]
