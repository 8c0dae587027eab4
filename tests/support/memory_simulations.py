"""Simulations of rule packs in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from openesim.services.conditions.rules.simulation_runs import Simulation
from tests.support.memory_packs import kept


class MemorySimulations:
    """Implements the simulations of ``SimulationStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.simulations: dict[int, Simulation] = {}

    def add_simulation(self, simulation: Simulation) -> int:
        number = max(self.simulations, default=0) + 1
        self.save_simulation(replace(simulation, simulation_id=number))
        return number

    def save_simulation(self, simulation: Simulation) -> None:
        self.simulations[simulation.simulation_id] = replace(
            simulation, begun_at=kept(simulation.begun_at), seen_at=kept(simulation.seen_at)
        )

    def simulation(self, simulation_id: int) -> Simulation | None:
        return self.simulations.get(simulation_id)

    def newest_simulations(self, limit: int) -> list[Simulation]:
        found = sorted(self.simulations.values(), key=lambda each: (each.begun_at, each.simulation_id))
        return found[::-1][:limit]

    def sweep_simulations(self, before: datetime, limit: int) -> int:
        old = [each.simulation_id for each in self.simulations.values() if each.begun_at < before][:limit]
        for number in old:
            del self.simulations[number]
        return len(old)
