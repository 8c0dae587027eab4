"""pySim's saip-tool reads the packages that ``openesim profile build`` makes, and those that we personalise."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from openesim.kernel.ids import Iccid, Imsi
from openesim.messages.saip.personalise import Subscriber, find_patch_points, with_subscriber
from tests.interop.programs import WAIT_S, environment, find_program, openesim

pytestmark = [pytest.mark.peers, pytest.mark.slow]

SaipTool = Callable[..., str]


@pytest.fixture
def saip_tool() -> SaipTool:
    """Runs saip-tool, which stands beside the client of pySim, on a package."""
    client, python = find_program("OPENESIM_PYSIM_CLIENT"), find_program("OPENESIM_PYSIM_PYTHON")
    program = client.with_name("saip-tool.py")

    def call(package: Path, *arguments: str) -> str:
        done = subprocess.run(
            [python, program, package, *arguments],
            env=environment(PYTHONPATH=str(program.parents[1])),
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_S,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


@pytest.fixture
def description(tmp_path: Path) -> Path:
    path = tmp_path / "profile.toml"
    openesim("profile", "new", path, "--operator", "Northwind", "--mcc", "310", "--mnc", "410")
    return path


def value(description: Path, key: str) -> str:
    found = re.search(rf'^{key} = "(.*?)"', description.read_text(), re.MULTILINE)
    assert found
    return found[1]


def test_it_reads_what_the_description_says(saip_tool: SaipTool, description: Path, tmp_path: Path) -> None:
    package = tmp_path / "profile.der"
    openesim("profile", "build", description, package)
    told = saip_tool(package, "info")
    assert f"IMSI: {value(description, 'imsi')}" in told
    assert f"ICCID: {value(description, 'iccid')}f" in told
    assert "Profile Type: 'Northwind'" in told
    assert "Mandatory Services: usim, isim, milenage" in told
    for key in ("kic", "kid", "kik"):
        assert f"type=aes, mac_len=8, data={value(description, key).lower()}" in told
    assert "MSL: 0x16" in told


def test_its_own_checks_find_all_good(saip_tool: SaipTool, description: Path, tmp_path: Path) -> None:
    # its check of algorithms does not know that an ISIM may map to the parameters of the USIM
    description.write_text(description.read_text().replace("isim = true", "isim = false"))
    package = tmp_path / "profile.der"
    openesim("profile", "build", description, package)
    assert "All good!" in saip_tool(package, "check")


def test_it_reads_the_subscriber_that_was_patched_in(
    saip_tool: SaipTool, description: Path, tmp_path: Path
) -> None:
    package = tmp_path / "profile.der"
    openesim("profile", "build", description, package)
    octets = package.read_bytes()
    subscriber = Subscriber(
        iccid=Iccid.parse("8949012345678901234"),
        imsi=Imsi.parse("310410987654321"),
        ota_keys={0x0101: bytes(range(16))},
    )
    package.write_bytes(with_subscriber(octets, find_patch_points(octets), subscriber))
    told = saip_tool(package, "info")
    assert "IMSI: 310410987654321" in told
    assert "ICCID: 8949012345678901234f" in told
    assert f"data={bytes(range(16)).hex()}" in told
