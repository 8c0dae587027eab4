"""Several processes of one server, watched through one door: whoever is asked tells of all; who ends says so first."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from openesim.adapters.keystore.files import init_pki
from tests.support.database import Cluster
from tests.support.fixtures import logs
from tests.support.live import HOST, WAIT_S, request

__all__ = ["logs"]

COMMAND = "from openesim.apps.cli.main import main; main()"
REQUESTS = 24
DRAIN_S = 2.0


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, int]]]:
    """Runs ``openesim serve`` on a folder and gives its parent process and its ports by name."""
    command = [sys.executable, "-c", COMMAND, "serve", "--data", str(folder)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    try:
        said = [process.stdout.readline() for _ in range(2)]
        ports = dict(
            re.findall(r"^(\w+) listening on http://127\.0\.0\.1:(\d+) ", "".join(said), re.MULTILINE)
        )
        assert set(ports) == {"es9", "ops"}, (said, (folder / "log").read_text())
        yield process, {name: int(port) for name, port in ports.items()}
    finally:
        with process:
            process.terminate()
            process.wait(WAIT_S)


def counted(port: int) -> dict[str, float]:
    """Returns how many requests each process has answered, as whoever is asked tells."""
    text = request(port, "GET", "/metrics", {}, b"").body.decode()
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "openesim_requests_total":
                process = sample.labels["process"]
                found[process] = found.get(process, 0) + sample.value
    return found


@pytest.mark.sockets
@pytest.mark.slow
def test_any_worker_tells_of_all_and_they_say_so_before_they_end(cluster: Cluster, tmp_path: Path) -> None:
    init_pki(tmp_path / "pki", os.urandom, datetime.now(UTC))
    (tmp_path / "openesim.toml").write_text(
        f"""
        [serve]
        fqdn = "smdp.example.com"
        pki = "pki"
        es9 = "{HOST}:0"
        plain_http = true
        workers = 2
        drain_s = {DRAIN_S}
        [storage]
        database = {json.dumps(cluster.new_database())}
        [ops]
        listen = "{HOST}:0"
        """
    )
    with serving(tmp_path) as (process, ports):
        ready = request(ports["ops"], "GET", "/readyz", {}, b"")
        assert (ready.http_status, ready.members["ready"]) == (200, True)
        for _ in range(REQUESTS):
            assert request(ports["es9"], "POST", "/nothing", {}, b"").http_status == 404
        deadline = time.monotonic() + 5
        while sum(counted(ports["ops"]).values()) < REQUESTS:
            assert time.monotonic() < deadline, counted(ports["ops"])
            time.sleep(0.2)
        told = [counted(ports["ops"]) for _ in range(8)]
        assert all(each == told[0] for each in told), "no counter goes back, whoever answers"
        assert sum(told[0].values()) == REQUESTS
        process.terminate()
        deadline = time.monotonic() + DRAIN_S
        while request(ports["ops"], "GET", "/readyz", {}, b"").http_status == 200:
            assert time.monotonic() < deadline, "it goes without a word"
            time.sleep(0.05)
        assert request(ports["es9"], "POST", "/nothing", {}, b"").http_status == 404, "and serves meanwhile"
