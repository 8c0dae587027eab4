"""A block set by one process is in force in another within two seconds, also for a download that is under way."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.keystore.files import PkiFolder, init_pki
from openesim.apps.wiring import open_database
from openesim.kernel.ids import Iccid
from openesim.security.pki.world import issue_euicc
from tests.support.chip import Chip
from tests.support.database import Cluster
from tests.support.fixtures import logs
from tests.support.live import HOST, WAIT_S, request
from tests.support.lpa import JsonBinding, Lpa, Reply
from tests.support.rig import Rig, eid_of, new_runner

__all__ = ["logs"]

EVERYWHERE_S = 2.0
FQDN = "smdp.example.com"
COMMAND = "from openesim.apps.cli.main import main; main()"


def openesim(*words: str) -> Any:
    """Runs a command in a process of its own and returns the document that it prints."""
    command = [sys.executable, "-c", COMMAND, *words, "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Runs ``openesim serve`` on a folder and gives its port of ES9+."""
    command = [sys.executable, "-c", COMMAND, "serve", "--data", str(folder / "data")]
    command += ["--pki", str(folder / "pki"), "--fqdn", FQDN, "--es9", f"{HOST}:0", "--plain-http"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.match(r"es9 listening on \S+:(\d+) ", said)
        assert found, (said, (folder / "log").read_text())
        yield int(found[1])
    finally:
        with process:
            process.terminate()
            process.wait(WAIT_S)


class Phones:
    """Chips of the folder's test manufacturer that call the server."""

    def __init__(self, folder: PkiFolder, port: int) -> None:
        self._issued, self._port = folder.sets[0].issued, port

    def lpa(self, number: int) -> Lpa:
        """Returns an LPA with a chip."""
        eum, ci = self._issued["eum"], self._issued["ci"].certificate
        issued = issue_euicc(eum, eid_of(number), os.urandom, datetime.now(UTC))
        chip = Chip(
            eid=str(eid_of(number)),
            key=issued.private_key.primitive,
            certificate=issued.certificate.octets,
            eum_certificate=eum.certificate.octets,
            ci_key=ci.public_key.primitive,
            ci_pkid=ci.key_id or b"",
        )
        return Lpa(chip, JsonBinding(self._post), FQDN)

    def _post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        return request(self._port, "POST", path, headers, body)


@pytest.mark.sockets
@pytest.mark.slow
def test_a_block_of_one_process_is_in_force_in_another_within_two_seconds(
    cluster: Cluster, tmp_path: Path
) -> None:
    address = cluster.new_database()
    folder = init_pki(tmp_path / "pki", os.urandom, datetime.now(UTC))
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "openesim.toml").write_text(f"[storage]\ndatabase = {json.dumps(address)}\n")
    work = open_database(data)
    with new_runner() as runner, serving(tmp_path) as port:
        rig, phones = Rig(work, runner), Phones(folder, port)
        rig.add_order(max_attempts=None, is_reusable=True)
        rig.add_order(iccid=Iccid("8988211000000000025"), matching_id="TEST-2")
        under_way = phones.lpa(2)
        assert under_way.announce("TEST-2").pair is None
        assert phones.lpa(1).announce("TEST-1").pair is None

        block = openesim("blocklist", "add", "--eid", "89049032", "--reason", "stolen", "--data", str(data))
        set_at = time.monotonic()
        while phones.lpa(1).announce("TEST-1").pair != ("8.1.1", "3.8"):
            assert time.monotonic() - set_at < EVERYWHERE_S, "the block is not in force"
            time.sleep(0.05)
        assert under_way.get_package().pair == ("8.1.1", "3.8"), "stopped in the middle"

        openesim("blocklist", "remove", str(block["block"]), "--data", str(data))
        lifted_at = time.monotonic()
        while phones.lpa(1).announce("TEST-1").pair is not None:
            assert time.monotonic() - lifted_at < EVERYWHERE_S, "the block is still in force"
            time.sleep(0.05)
        assert phones.lpa(2).fetch("TEST-2").pair is None, "its order has waited"
    work.close()
    assert "Traceback" not in (tmp_path / "log").read_text()
