"""Half a minute of the soak (``make soak`` runs it for ten), and that its checks would notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.soak.checks import check_history, check_orders
from tests.faults.soak.crowd import Account
from tests.faults.soak.run import Plan, soak
from tests.faults.soak.world import World, new_world
from tests.support.database import Cluster


@pytest.mark.slow
@pytest.mark.sockets
@pytest.mark.timeout(600)
def test_servers_that_are_killed_lose_no_order_and_every_download_ends(tmp_path: Path) -> None:
    told: list[str] = []
    outcome = soak(Plan(seconds=30, pause_s=1.5), tmp_path, told.append)
    assert outcome.problems == [], "\n".join((*outcome.problems, *told))
    assert outcome.kills
    assert outcome.downloads > 64, "each phone has more than one profile"
    assert any(tries > 1 for tries in outcome.tries), "nobody was ever interrupted"


@pytest.mark.slow
def test_what_is_wrong_is_noticed(tmp_path: Path, cluster: Cluster) -> None:
    with new_world(tmp_path, cluster) as world:
        world.fill(3)
        assert check_history(world) == []
        account = Account(eids={"BENCH-0": "1", "BENCH-9": "2"}, given_up={"BENCH-1": "nobody answered"})
        assert check_orders(world, account) == [
            "order BENCH-0: Released for None, but the profile is on 1",
            "order BENCH-9: lost for None, but the profile is on 2",
            "download BENCH-1 never ended: nobody answered",
        ]
        move(world, "Installed")
        assert check_history(world) == [
            "2 orders moved without a step in their history",
            "order 1: stands at Installed, its history ends at Released",
            "order 1: Installed, and no step says so",
        ]


def move(world: World, state: str) -> None:
    """Moves the orders behind everybody's back."""
    import psycopg

    with psycopg.connect(world.address) as connection:
        connection.execute("UPDATE orders SET state = %s", (state,))
