"""``openesim load`` as a program: what it prints, what it writes, how it exits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.keystore.pem import certificate_pem
from tests.support.live import HOST, Live
from tests.support.rig import FQDN, world_of
from tests.unit.apps.load.conftest import live, logs

__all__ = ["live", "logs"]

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

PROGRAM = "from openesim.apps.cli.main import main; main()"


@pytest.fixture
def material(tmp_path: Path) -> Path:
    """The server's test world, laid out as SGP.26 publishes its own."""
    folder = tmp_path / "sgp26" / "EUM"
    folder.mkdir(parents=True)
    world = world_of()
    (folder / "CERT_CI_ECDSA_NIST.pem").write_bytes(certificate_pem(world["ci"].certificate))
    (folder / "CERT_EUM_ECDSA_NIST.der").write_bytes(world["eum"].certificate.octets)
    (folder / "SK_EUM_ECDSA_NIST.pem").write_bytes(world["eum"].private_key.to_pem().reveal())
    return folder.parent


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs ``openesim load``."""
    words = [sys.executable, "-c", PROGRAM, "load", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=100, check=False)


def load(live: Live, material: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs it against the live server with the matching id TEST-1."""
    ids = material / "ids"
    ids.write_text("TEST-1\n")
    url = f"http://{HOST}:{live.ports[0]}"
    return run(*("--url", url, "--fqdn", FQDN, "--sgp26", material, "--matching-ids", ids), *arguments)


def test_downloads_over_two_processes_end_with_a_report(live: Live, material: Path) -> None:
    file = material / "report.json"
    done = load(live, material, "-n", 6, "-c", 2, "--processes", 2, "--json", file)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "6 of 6 downloads completed, 0 failed" in done.stdout
    assert "1 matching id for 6 downloads" in done.stderr
    report: dict[str, Any] = json.loads(file.read_text())
    assert (report["completed"], report["failed"], report["processes"], report["clients"]) == (6, 0, 2, 2)
    assert report["latency_ms"]["get_bound_profile_package"]["count"] == 6
    assert report["errors"] == []


def test_a_refused_download_is_told_and_the_program_fails(live: Live, material: Path) -> None:
    ids = material / "others"
    ids.write_text("NOBODYS\n")
    done = load(live, material, "-n", 1, "--matching-ids", ids, "--json", "-")
    assert done.returncode == 1
    (error,) = json.loads(done.stdout)["errors"]
    assert (error["code"], error["call"], error["count"]) == ("8.2.6/3.8", "authenticate_client", 1)


@pytest.mark.parametrize(
    "words",
    [("--url", "ftp://x"), ("--pki", "."), ("--matching-ids", "/nowhere")],
    ids=["no http", "two folders", "no matching ids"],
)
def test_what_cannot_work_is_told_before_anything_begins(
    live: Live, material: Path, words: tuple[str, str]
) -> None:
    done = load(live, material, "-n", 1, *words)
    assert done.returncode == 2
    assert done.stderr.startswith("openesim: ")
    assert "Traceback" not in done.stderr
