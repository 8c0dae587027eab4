"""pySim's ES9+ client, which is LPA and chip in one, calls our SM-DP+ with the certificates of SGP.26."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.interop.programs import WAIT_S, Smdp, environment, find_program, openesim, serving
from tests.support.rig import package_octets

pytestmark = [pytest.mark.peers, pytest.mark.sockets, pytest.mark.slow, pytest.mark.timeout(300)]

Client = Callable[..., str]

SUCCESS_OF_THE_INTERPRETER = "3007A0053003800100"


def _world(sgp26: Path, folder: Path, *options: str) -> Iterator[Smdp]:
    find_program("OPENESIM_PYSIM_CLIENT")
    openesim("pki", "import", "--sgp26", sgp26, folder / "pki")
    with serving(folder, package_octets(), "localhost", *options) as running:
        yield running


@pytest.fixture(scope="module")
def smdp(sgp26: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smdp]:
    """A server of ours below the published CIs."""
    yield from _world(sgp26, tmp_path_factory.mktemp("smdp"))


@pytest.fixture(scope="module")
def ppk(sgp26: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smdp]:
    """The same, protecting every profile with keys of its own."""
    yield from _world(sgp26, tmp_path_factory.mktemp("ppk"), "--ppk")


@pytest.fixture
def client(sgp26: Path, tmp_path: Path) -> Client:
    """Calls pySim's client; what it stores goes into the test's folder."""
    program, python = find_program("OPENESIM_PYSIM_CLIENT"), find_program("OPENESIM_PYSIM_PYTHON")
    for kind, name in (("eUICC", "EUICC"), ("EUM", "EUM"), ("CertificateIssuer", "CI")):
        for file in (sgp26 / kind).glob(f"*_{name}_ECDSA_NIST.*"):
            shutil.copy(file, tmp_path)

    def call(smdp: Smdp, *arguments: object, expect: int = 0) -> str:
        command = [python, program, "--url", f"https://{smdp.address}", "--server-ca-cert", smdp.ci]
        command += ["--certificate-path", tmp_path, *arguments]
        done = subprocess.run(
            list(map(str, command)),
            env=environment(PYTHONPATH=str(program.parents[1])),
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_S,
        )
        assert done.returncode == expect, done.stderr[-2000:]
        return done.stdout + done.stderr

    return call


def unprotected(tmp_path: Path, iccid: str) -> bytes:
    """Returns the profile package as the client deciphered it."""
    (file,) = tmp_path.glob(f"{iccid}*.upp.der")
    return file.read_bytes()


@pytest.mark.parametrize("kind", ["smdp", "ppk"])
def test_the_client_deciphers_the_package_that_was_ordered(
    kind: str, client: Client, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    smdp: Smdp = request.getfixturevalue(kind)
    iccid = smdp.order(matching_id="PLAIN-1")["iccid"]
    client(smdp, "download", "--matchingId", "PLAIN-1", "--output-path", tmp_path)
    assert unprotected(tmp_path, iccid) == package_octets()
    assert smdp.states("PLAIN-1") == ("Downloaded", None)


def test_a_confirmation_code_is_asked_for_and_verified(smdp: Smdp, client: Client, tmp_path: Path) -> None:
    smdp.order(matching_id="CODE-1", confirmation_code="4711")
    download = ("download", "--matchingId", "CODE-1", "--output-path", tmp_path)
    assert "Confirmation Code required" in client(smdp, *download, expect=1)
    assert '"8.2.7","3.8"' in client(smdp, *download, "--confirmation-code", "1", expect=1)
    client(smdp, *download, "--confirmation-code", "4711")
    order = smdp.show("CODE-1")
    assert (order["state"], order["confirmation_attempts"]) == ("Downloaded", 1)


def test_an_unknown_matching_id_is_refused(smdp: Smdp, client: Client, tmp_path: Path) -> None:
    said = client(smdp, "download", "--matchingId", "NONE", "--output-path", tmp_path, expect=1)
    assert '"8.2.6","3.8"' in said


def test_notifications_of_the_client_move_the_order(smdp: Smdp, client: Client, tmp_path: Path) -> None:
    iccid = smdp.order(matching_id="TOLD-1")["iccid"]
    said = client(smdp, "download", "--matchingId", "TOLD-1", "--output-path", tmp_path)
    transaction_id = re.findall(r"'transactionId': '([0-9A-Fa-f]+)'", said)[-1]
    about = ("--iccid", f"{iccid}F" if len(iccid) % 2 else iccid, "--sequence-nr")
    result = [
        *("--smdpp-oid", "2.999.10", "--isdp-aid", "A0000005591010FFFFFFFF8900001000"),
        *("--sima-response", SUCCESS_OF_THE_INTERPRETER, "--transaction-id", transaction_id),
    ]
    client(smdp, "notification-install", *about, 1, *result)
    assert smdp.states(iccid) == ("Installed", "disabled")
    for number, event, expected in (
        (2, "enable", ("Installed", "enabled")),
        (4, "disable", ("Installed", "disabled")),
        (3, "enable", ("Installed", "disabled")),  # comes late: the order knows better
        (5, "delete", ("Deleted", "deleted")),
    ):
        client(smdp, "notification", event, *about, number)
        assert smdp.states(iccid) == expected
