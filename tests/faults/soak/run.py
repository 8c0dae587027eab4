"""The soak: servers that are killed at random moments under a crowd that does not give up, or that just go on and on."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.soak.checks import check_history, check_orders, check_rest
from tests.faults.soak.crowd import Crowd
from tests.faults.soak.proxy import Proxy
from tests.faults.soak.servers import FQDN, Receiver, ServerProcess
from tests.faults.soak.world import World, new_world

GROWTH_BAR_PERCENT = 5.0
"""How much more memory a server may hold at the end than half way."""

_PATIENCE_S = 30.0
"""How long nothing may move in what waits before that is a problem."""

_ORDERS_A_SECOND = 120
"""More than the crowd can use up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to happen.

    Attributes:
        seconds: how long servers are killed; with ``downloads``, none is.
        downloads: how many downloads are made without a restart; None: as many as there is time for.
        servers: how many.
        chips: how many phones at once.
        pause_s: between two kills, about.
        seed: of the moments.
    """

    seconds: float = 600.0
    downloads: int | None = None
    servers: int = 2
    chips: int = 64
    pause_s: float = 3.0
    seed: int = 1


@dataclass(slots=True)
class Outcome:
    """What happened.

    Attributes:
        problems: what does not hold; empty: all is well.
        memory: resident megabytes of each server along the way, and rows of tables beside them.
    """

    seconds: float = 0.0
    downloads: int = 0
    kills: int = 0
    cut_connections: int = 0
    broken_requests: int = 0
    tries: dict[int, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    messages: int = 0
    memory: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Returns it for programs."""
        return asdict(self)


Say = Callable[[str], None]


def soak(plan: Plan, folder: Path, say: Say) -> Outcome:
    """Runs the plan in an empty folder and returns what happened."""
    outcome = Outcome()
    with ExitStack() as stack:
        world = stack.enter_context(new_world(folder))
        receiver = stack.enter_context(Receiver())
        count = plan.downloads or int(plan.seconds * _ORDERS_A_SECOND) + plan.chips
        say(f"filling the database with {count} orders …")
        matching_ids = world.fill(count, webhook=receiver.url)
        servers = [
            ServerProcess(world.data, world.pki, folder / f"server-{n}.log") for n in range(plan.servers)
        ]
        for server in servers:
            server.start()
            stack.callback(_end, server)
        proxy = stack.enter_context(Proxy(server.port for server in servers))
        crowd = Crowd(world.maker(), FQDN, plan.chips)
        say(f"{plan.servers} servers, {plan.chips} chips")
        begun = time.monotonic()
        downloading = threading.Thread(target=crowd.run, args=(proxy.url, matching_ids))
        downloading.start()
        try:
            if plan.downloads is None:
                _kill_now_and_then(plan, (world, servers, proxy, crowd), outcome, say)
            else:
                _watch(plan, (world, servers, crowd), outcome, say)
        finally:
            crowd.stop.set()
            downloading.join()
        outcome.seconds = round(time.monotonic() - begun, 1)
        _drain(world, say)
        _sum_up(outcome, crowd, proxy, receiver)
        outcome.problems += (
            check_orders(world, crowd.account) + check_history(world) + check_rest(world, receiver)
        )
        outcome.problems += [
            f"server {n} ended by itself" for n, each in enumerate(servers) if not each.is_running
        ]
    return outcome


def _end(server: ServerProcess) -> None:
    if server.is_running:
        server.terminate()


def _kill_now_and_then(
    plan: Plan, scene: tuple[World, list[ServerProcess], Proxy, Crowd], outcome: Outcome, say: Say
) -> None:
    """Kills one server after the other, each at a random moment, and now and then all connections of the database."""
    world, servers, proxy, crowd = scene
    chance, ends_at = random.Random(plan.seed), time.monotonic() + plan.seconds
    told_at = time.monotonic()
    while time.monotonic() < ends_at:
        time.sleep(
            min(chance.expovariate(1 / plan.pause_s), plan.pause_s * 4, max(0.0, ends_at - time.monotonic()))
        )
        if chance.random() < 0.15:
            world.cluster.kill_connections(world.address)
            outcome.cut_connections += 1
        else:
            number = chance.randrange(len(servers))
            servers[number].kill()
            outcome.kills += 1
            time.sleep(chance.random())
            servers[number].start()
            proxy.backends[number] = servers[number].port
        if time.monotonic() - told_at > 10:
            told_at = time.monotonic()
            left = max(0, round(ends_at - told_at))
            say(f"{crowd.account.done} downloads, {outcome.kills} kills, {left} s left; {world.counts()}")


def _watch(plan: Plan, scene: tuple[World, list[ServerProcess], Crowd], outcome: Outcome, say: Say) -> None:
    """Looks at memory and tables while the downloads are made."""
    world, servers, crowd = scene
    assert plan.downloads is not None
    for part in range(1, 11):
        aim = plan.downloads * part // 10
        while crowd.account.done + len(crowd.account.given_up) < aim:
            time.sleep(0.05)
        megabytes = [round(server.resident_octets() / 1e6, 1) for server in servers]
        outcome.memory.append({"downloads": aim, "rss_mb": megabytes, **world.counts()})
        say(str(outcome.memory[-1]))
    for number, (half, end) in enumerate(
        zip(outcome.memory[4]["rss_mb"], outcome.memory[-1]["rss_mb"], strict=True)
    ):
        if end > half * (1 + GROWTH_BAR_PERCENT / 100):
            outcome.problems.append(f"server {number} grew from {half} MB half way to {end} MB at the end")
    if crowd.account.failures:
        outcome.problems.append(f"downloads failed: {dict(crowd.account.failures)}")


def _drain(world: World, say: Say) -> None:
    """Waits until notifications are read and messages sent, as long as they become fewer."""
    least, patience = sum(_waiting(world)), time.monotonic() + _PATIENCE_S
    while least and time.monotonic() < patience:
        time.sleep(0.5)
        waiting = sum(_waiting(world))
        if waiting < least:
            least, patience = waiting, time.monotonic() + _PATIENCE_S
    if least:
        say(f"{_waiting(world)} notifications and messages wait, and nobody takes them")


def _waiting(world: World) -> tuple[int, int]:
    counts = world.counts()
    return counts["notifications"], counts["outbox"]


def _sum_up(outcome: Outcome, crowd: Crowd, proxy: Proxy, receiver: Receiver) -> None:
    outcome.downloads = crowd.account.done
    outcome.broken_requests = proxy.broken
    outcome.tries = dict(sorted(crowd.account.tries.items()))
    outcome.failures = dict(crowd.account.failures.most_common())
    outcome.messages = receiver.messages
    if not crowd.account.done:
        outcome.problems.append("nothing was downloaded")
