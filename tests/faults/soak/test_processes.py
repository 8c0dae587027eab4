"""Two server processes on one PostgreSQL: any of them answers any step, and what one leaves the other one ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.soak.proxy import Proxy
from tests.faults.soak.servers import FQDN, ServerProcess
from tests.faults.soak.world import World, new_world
from tests.support.database import Cluster

DOWNLOADS = 48
_PROGRAM = "from openesim.apps.cli.main import main; main()"

pytestmark = [pytest.mark.sockets, pytest.mark.slow]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[World]:
    """Orders on PostgreSQL."""
    with new_world(tmp_path_factory.mktemp("processes"), cluster) as world:
        yield world


def test_any_process_answers_any_step(world: World, tmp_path: Path) -> None:
    ids = tmp_path / "ids"
    ids.write_text("\n".join(world.fill(DOWNLOADS)))
    servers = [ServerProcess(world.data, world.pki, tmp_path / f"{number}.log") for number in range(2)]
    with ExitStack() as stack:
        for server in servers:
            server.start()
            stack.callback(server.terminate)
        proxy = stack.enter_context(Proxy(server.port for server in servers))
        load = [
            *(sys.executable, "-c", _PROGRAM, "load", "--url", proxy.url, "--fqdn", FQDN),
            *("--pki", str(world.pki), "--matching-ids", str(ids), "-n", str(DOWNLOADS), "-c", "8"),
            *("--processes", "1", "--json", "-"),
        ]
        ran = subprocess.run(load, capture_output=True, text=True, check=False, timeout=200)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    report = json.loads(ran.stdout)
    assert (report["completed"], report["failed"]) == (DOWNLOADS, 0)
    # Four calls a download, each to the process that did not answer the one before.
    assert set(proxy.served.values()) == {2 * DOWNLOADS}
    assert Counter(state for (state,) in world.rows("SELECT state FROM orders")) == {"Installed": DOWNLOADS}
    assert world.counts()["notifications"] == 0
    assert [server.is_running for server in servers] == [False, False]
