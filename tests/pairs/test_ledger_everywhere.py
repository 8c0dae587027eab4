"""Server processes seal what others write, also when one of them is killed in the middle of it."""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from openesim.adapters.keystore.files import init_pki
from openesim.apps.wiring import open_database
from openesim.transparency.entries import Entry, EntryKind
from tests.pairs.test_blocklist_everywhere import openesim, serving
from tests.support.database import Cluster

SEALED_S = 0.5
WRITTEN = 400


@pytest.mark.sockets
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_servers_seal_what_others_write_within_half_a_second(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    init_pki(tmp_path / "pki", os.urandom, datetime.now(UTC))
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    count = 1
    if kind == "postgres":
        cluster: Cluster = request.getfixturevalue("cluster")
        address = cluster.new_database()
        (data / "openesim.toml").write_text(f"[storage]\ndatabase = {json.dumps(address)}\n")
        count = 2
    with closing(open_database(data)) as work, ExitStack() as servers:
        for _ in range(count):
            servers.enter_context(serving(tmp_path))
        waits = []
        for number in range(20):
            work.run_now(lambda stores, number=number: stores.append_entry(entry(number)))  # type: ignore[misc]
            begun = time.monotonic()
            while work.run_now(lambda stores: stores.has_unsealed()):
                time.sleep(0.01)
            waits.append(time.monotonic() - begun)
        assert sorted(waits)[len(waits) // 2] < SEALED_S, waits
        writer = threading.Thread(target=write, args=(data,))
        writer.start()
        if kind == "postgres":
            time.sleep(0.2)
            kill_backends(address)
        writer.join()
    told = openesim("ledger", "verify", "--data", str(data))
    assert (told["holds"], told["entries"], told["position"]) == (True, 20 + WRITTEN, 20 + WRITTEN)


def write(data: Path) -> None:
    """Writes as fast as it can, as another process would."""
    with closing(open_database(data)) as work:
        for number in range(WRITTEN):
            work.run_now(lambda stores, number=number: stores.append_entry(entry(number)))  # type: ignore[misc]


def kill_backends(address: str) -> None:
    """Breaks what sealers are at, as the death of a process would; they go on with new connections."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND query LIKE '%position%' AND datname = current_database()"
        )


def entry(number: int) -> Any:
    return Entry(
        kind=EntryKind.DEED, at=datetime.now(UTC), actor="a test", subject=f"model:{number}", facts={"n": "1"}
    )
