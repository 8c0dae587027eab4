"""Simulations of rule packs: how far they are, and what they found."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, select

from openesim.adapters.db.conditions.tables import simulations
from openesim.adapters.db.records import Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, insert_row, select_row, update_row
from openesim.kernel.records import changed
from openesim.services.conditions.rules.simulation_runs import Simulation

_old: Final = (
    select(simulations.c.simulation_id)
    .where(simulations.c.begun_at < bindparam("begun_at"))
    .order_by(simulations.c.begun_at, simulations.c.simulation_id)
    .suffix_with(MOST)
)

STATEMENTS: Final[Statements] = {
    "add_simulation": insert_row(simulations, numbered="simulation_id"),
    "save_simulation": update_row(simulations, "simulation_id"),
    # Who runs it and who stops it meet here.
    "simulation": select_row(simulations, "simulation_id").with_for_update(),
    "newest_simulations": select(simulations)
    .order_by(simulations.c.begun_at.desc(), simulations.c.simulation_id.desc())
    .suffix_with(MOST),
    "old_simulations": _old,
    "remove_simulation": delete(simulations).where(simulations.c.simulation_id == bindparam("simulation_id")),
}

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(Simulation).decode


class SimulationRows(Rows):
    """Implements the simulations of ``services.conditions.rules.simulation_runs.SimulationStores``."""

    def add_simulation(self, simulation: Simulation) -> int:
        """Store a new simulation and return its number."""
        return self._new("add_simulation", _parameters(simulation))

    def save_simulation(self, simulation: Simulation) -> None:
        """Store how a simulation stands."""
        self._do("save_simulation", _parameters(simulation) | {"key_simulation_id": simulation.simulation_id})

    def simulation(self, simulation_id: int) -> Simulation | None:
        """Return a simulation."""
        return self._one("simulation", _read, simulation_id=simulation_id)

    def newest_simulations(self, limit: int) -> list[Simulation]:
        """Return simulations, the newest first."""
        return self._all("newest_simulations", _read, most=limit)

    def sweep_simulations(self, before: datetime, limit: int) -> int:
        """Forget simulations that were begun before a moment, at most so many, and return how many went."""
        old = self._all(
            "old_simulations", lambda row: int(row[0]), begun_at=to_milliseconds(before), most=limit
        )
        for number in old:
            self._do("remove_simulation", {"simulation_id": number})
        return len(old)


def _parameters(simulation: Simulation) -> dict[str, Any]:
    return {
        "state": simulation.state.value,
        "begun_at": to_milliseconds(simulation.begun_at),
        "seen_at": to_milliseconds(simulation.seen_at),
        "begun_by": simulation.begun_by,
        "record": _pack(simulation),
    }


def _read(row: Row) -> Simulation:
    return changed(
        _unpack(row[5]),
        simulation_id=row[0],
        begun_at=from_milliseconds(row[2]),
        seen_at=from_milliseconds(row[3]),
    )
