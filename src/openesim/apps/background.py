"""What a server process does beside answering: one line a task, in ``TASKS``, and what is left to do at the end.

With several processes each runs every task: what two must not do at the same time is claimed in the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from openesim.apps.delivery import build_outbox
from openesim.apps.listeners import es2plus_of
from openesim.apps.parts import Parts
from openesim.services.conditions.accounts.sessions import SessionService
from openesim.services.conditions.gate.holds import Holds
from openesim.services.conditions.ledger.ledger import Sealer
from openesim.services.conditions.ledger.tallies import INTERVAL_S as TALLY_INTERVAL_S
from openesim.services.conditions.ledger.tallies import Tallying
from openesim.services.conditions.licences.calendar import LicenceCalendar
from openesim.services.conditions.persons.retention import RetentionService
from openesim.services.conditions.rules.simulation_runs import Simulations
from openesim.services.conditions.subscriber.verification import OwnVerification
from openesim.services.replies import Replies
from openesim.services.sweeping import keep_swept

Task = Callable[[Parts], Coroutine[Any, Any, None]]

SHARE_INTERVAL_S = 1.0
SWEEP_FIGURES_INTERVAL_S = 3600.0


async def read_notifications(parts: Parts) -> None:
    """Read notifications as they come."""
    await parts.service.read_notifications()


async def sweep(parts: Parts) -> None:
    """Remove expired sessions."""
    await keep_swept(parts.service.sweep)


async def sweep_replies(parts: Parts) -> None:
    """Forget answers of the REST API whose time is over."""
    await keep_swept(Replies(parts.work, parts.ambient.clock).sweep)


async def sweep_personal_data(parts: Parts) -> None:
    """Delete personal data whose time is over, and let cases lapse."""
    await keep_swept(RetentionService(parts.work, parts.ambient.clock).step)


async def sweep_desks(parts: Parts) -> None:
    """Forget sessions of the desks that are over, and attempts to sign in of long ago."""
    await keep_swept(SessionService(parts.work, parts.ambient).sweep)


async def sweep_events(parts: Parts) -> None:
    """Remove old events of the SM-DS, if there is one here."""
    if parts.smds is not None:
        await parts.smds.sweep()


async def read_left_notifications(parts: Parts) -> None:
    """Read what came in last."""
    await parts.service.read_left_notifications()


async def load_blocklist(parts: Parts) -> None:
    """Read the blocklist, before anybody is answered."""
    await parts.watch.blocklist.load()


async def follow_blocklist(parts: Parts) -> None:
    """Hear of blocks that are set or lifted."""
    await parts.watch.blocklist.follow()


async def share_counts(parts: Parts) -> None:
    """Write what was counted where the other processes read it."""
    while True:
        parts.watch.counting.share()
        await asyncio.sleep(SHARE_INTERVAL_S)


async def verify_outbox(parts: Parts) -> None:
    """Refuse settings of call-backs and webhooks that name what is not there, before anybody is answered."""
    build_outbox(parts)


async def send_messages(parts: Parts) -> None:
    """Send what the outbox holds: call-backs of operators, webhooks."""
    await build_outbox(parts).run()


async def load_operators(parts: Parts) -> None:
    """Read who the operators are, before anybody is answered."""
    await parts.operators.load()


async def follow_operators(parts: Parts) -> None:
    """Hear of operators that are kept or changed."""
    await parts.operators.follow()


async def load_conditions(parts: Parts) -> None:
    """Read rules, licences, terminals and plans, before anybody is answered."""
    await parts.conditions.following.load()


async def follow_conditions(parts: Parts) -> None:
    """Hear of rules, licences, terminals, recalls and plans that change."""
    await parts.conditions.following.follow()


async def look_at_held_orders(parts: Parts) -> None:
    """Try orders that the gate holds, when their moment has come."""
    await Holds(parts.work, es2plus_of(parts), parts.ambient.clock).keep_looking()


async def keep_licences(parts: Parts) -> None:
    """Write down which licences are over, and remind operators of those that will be."""
    await keep_swept(LicenceCalendar(parts.work, parts.ambient.clock).step)


async def ask_verifiers(parts: Parts) -> None:
    """Ask verifiers again who did not know yet, whether or not the person waits."""
    if parts.verifiers:
        await OwnVerification(
            parts.work, parts.ambient, parts.conditions.rules, parts.verifiers
        ).keep_asking()


async def close_verifiers(parts: Parts) -> None:
    """Let go of verifiers; calls under way are not waited for."""
    for verifier in parts.verifiers.values():
        verifier.close()


async def seal_ledger(parts: Parts) -> None:
    """Give entries of the ledger their places in the chain."""
    await Sealer(parts.work, asyncio.get_running_loop().time).keep_sealed()


async def tally_ledger(parts: Parts) -> None:
    """Count by hour what the ledger tells."""
    await keep_swept(Tallying(parts.work).step, TALLY_INTERVAL_S)


async def sweep_figures(parts: Parts) -> None:
    """Forget counts and simulations of long ago."""
    tallying, simulations = Tallying(parts.work), Simulations(parts.work, parts.ambient.clock)

    async def step() -> int:
        """Forget some, and return how many simulations went."""
        await tallying.sweep(parts.ambient.clock.now())
        return await simulations.sweep()

    await keep_swept(step, SWEEP_FIGURES_INTERVAL_S)


BEGINNINGS: tuple[Task, ...] = (load_operators, load_blocklist, load_conditions, verify_outbox)
"""Done one after the other before the listeners are opened."""

TASKS: tuple[Task, ...] = (
    read_notifications,
    sweep,
    sweep_replies,
    sweep_desks,
    sweep_events,
    sweep_personal_data,
    follow_blocklist,
    share_counts,
    send_messages,
    follow_operators,
    follow_conditions,
    look_at_held_orders,
    keep_licences,
    ask_verifiers,
    seal_ledger,
    tally_ledger,
    sweep_figures,
)
"""Begun when the listeners are open, cancelled when they are closed."""

ENDINGS: tuple[Task, ...] = (read_left_notifications, close_verifiers)
"""Done one after the other when the tasks have ended, before the database is closed."""
