"""The outbox: what telling costs where nobody listens, and that a backlog costs those who answer nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, at_most, median, ratios_of_turns
from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.schema import upgrade
from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.telling import tell

NOBODY_BAR, BACKLOG_BAR = 1.15, 1.5
_ROUNDS = 400
_NOW = datetime(2027, 1, 15, tzinfo=UTC)
_STEP = Step(
    order_id=1,
    operator="operator",
    iccid=Iccid("8988211000000000017"),
    profile_type="Testland",
    at=_NOW,
    action=Action.AUTHENTICATE_CLIENT,
    state=OrderState.RELEASED,
)


def measure_outbox(folder: Path, backlogs: tuple[int, ...], turns: int) -> list[Figure]:
    """Measure telling, and claiming behind backlogs of one who is away.

    Args:
        folder: for databases.
        backlogs: messages that wait, the smallest first.
        turns: pairs of measurements.
    """
    works = {size: _database(folder, size) for size in backlogs}
    small, great = (works[size] for size in (backlogs[0], backlogs[-1]))
    told, _, _ = ratios_of_turns(
        turns,
        lambda: _seconds(small, lambda stores: stores.add_step(_STEP)),
        lambda: _seconds(small, lambda stores: tell(stores, _STEP)),
    )
    claimed, _, _ = ratios_of_turns(turns, lambda: _seconds(small, _serve), lambda: _seconds(great, _serve))
    for work in works.values():
        work.close()
    name = f"outbox.served_behind_{backlogs[-1]}_waiting_over_{backlogs[0]}"
    return [
        at_most("outbox.told_to_nobody_over_step_alone", median(told), "times", NOBODY_BAR),
        at_most(name, median(claimed), "times", BACKLOG_BAR),
    ]


def _database(folder: Path, backlog: int) -> SqliteWork:
    """Return a database with so many messages for one who is away."""
    path = folder / f"outbox-{backlog}.db"
    upgrade(path)
    work = SqliteWork(path)

    def fill(stores: Any) -> None:
        for number in range(backlog):
            stores.add_message(
                kind="es2plus",
                destination="away",
                sequence_key=str(number // 4),
                payload=b"x" * 400,
                now=_NOW,
            )
        until = _NOW + timedelta(hours=1)
        stores.claim_destinations(("es2plus",), "another process", _NOW, until, 1)

    work.run_now(fill)
    return work


def _serve(stores: Any) -> None:
    """Tell one who is there one message, as the worker does."""
    now = _NOW + timedelta(seconds=1)
    stores.add_message(kind="es2plus", destination="here", sequence_key="1", payload=b"x" * 400, now=now)
    (claimed,) = stores.claim_destinations(("es2plus", "webhook"), "us", now, now + timedelta(seconds=60), 8)
    (message,) = stores.due_messages("es2plus", "here", now, 32)
    stores.remove_message(message, now)
    stores.release_destination(claimed.kind, claimed.destination, "us")


def _seconds(work: SqliteWork, unit: Callable[[Any], object]) -> float:
    """Return the processor time of a unit, done many times in one transaction."""

    def many(stores: Any) -> float:
        begun = time.process_time()
        for _ in range(_ROUNDS):
            unit(stores)
        return time.process_time() - begun

    return work.run_now(many)
