"""``openesim es2``: an operator orders a profile and hears how its download goes, all of it in processes of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openesim.kernel.errors import ConfigError
from tests.support.programs import FQDN, Scene, a_scene, openesim, read_json, run_program, told, wait_until
from tests.support.rig import ICCID

ORDER = '[[order]]\nprofile = "testland.der"\nrelease = false\n'


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with a_scene(tmp_path) as scene:
        (tmp_path / "orders.toml").write_text(ORDER)
        openesim("order", "import", tmp_path / "orders.toml", "--data", scene.data)
        yield scene


@pytest.mark.sockets
@pytest.mark.slow
def test_an_operator_orders_and_hears_of_the_download(scene: Scene) -> None:
    receiver, heard_at = scene.receive("--count", 3)
    openesim("operator", "add", "operator", "--data", scene.data, "--callback", f"127.0.0.1:{heard_at}")
    _, es9, es2 = scene.serve()
    line = ("--server", FQDN, "--connect", f"127.0.0.1:{es2}", "--pki", scene.pki)
    assert read_json("es2", "download-order", *line, "--profile-type", "testland") == {
        "ok": True,
        "iccid": str(ICCID),
    }
    confirmed = read_json("es2", "confirm-order", *line, "--iccid", ICCID, "--no-release")
    assert confirmed["activationCode"] == f"LPA:1${FQDN}${confirmed['matchingId']}"
    assert read_json("es2", "release-profile", *line, "--iccid", ICCID) == {"ok": True}
    _refused(line)
    _known_by_a_certificate_that_is_kept(scene, line)
    chip = scene.folder / "chip"
    openesim("euicc", "new", chip, "--pki", scene.pki)
    trust = ("--resolve", f"{FQDN}=127.0.0.1:{es9}", "--trust", scene.pki / "nist" / "ci.pem")
    run_program("lpa", "--card", chip, *trust, "download", confirmed["activationCode"], "-y")
    calls = wait_until(lambda: len(told(receiver)) >= 3 and told(receiver), "three calls")
    _verify_calls(calls)
    wait_until(lambda: receiver._process.poll() is not None, "the receiver's end, after three calls")
    assert receiver.stop() == 0
    empty = wait_until(
        lambda: not read_json("outbox", "list", "--data", scene.data)["messages"], "an empty outbox"
    )
    assert empty


def _refused(line: tuple[Any, ...]) -> None:
    """A refusal says what happened, whose move it is, and the next step, in both languages."""
    arguments = ("es2", "release-profile", *line, "--iccid", "8988211000000000025")
    done = openesim(*arguments, "--json", exit_code=1)
    error = json.loads(done.stdout)["error"]
    assert (error["subject"], error["reason"]) == ("8.2.1", "3.9")
    assert all(error[name] for name in ("cause", "owner", "next_step"))
    chinese = openesim(*arguments, "--lang", "zh", exit_code=1).stderr
    assert "下一步" in chinese
    assert "原因" in chinese


def _known_by_a_certificate_that_is_kept(scene: Scene, line: tuple[Any, ...]) -> None:
    """An operator of whom the server's PKI folder knew nothing when it started, and its database now does."""
    openesim("pki", "operator", scene.pki, "lotus")
    arguments = ("es2", "release-profile", *line, "--operator", "lotus", "--iccid", ICCID, "--json")

    def pair() -> Any:
        error = json.loads(openesim(*arguments, exit_code=1).stdout)["error"]
        return error["subject"], error["reason"]

    assert pair() == (None, None), "the handshake fails: nobody knows him"
    certificate = scene.pki / "operators" / "lotus.pem"
    openesim("operator", "add", "lotus", "--data", scene.data, "--certificate", certificate)
    wait_until(lambda: pair() == ("8.2.1", "1.2"), "he is known, and the profile is another's")


def _verify_calls(calls: list[dict[str, Any]]) -> None:
    requests = [call["request"] for call in calls]
    assert [each["notificationPointId"] for each in requests] == [1, 3, 4]
    assert {each["notificationPointStatus"]["status"] for each in requests} == {"Executed-Success"}
    assert {each["iccid"] for each in requests} == {f"{ICCID}F"}
    assert len({each["eid"] for each in requests}) == 1
    assert len({each["header"]["functionCallIdentifier"] for each in requests}) == 3
    assert {each["header"]["functionRequesterIdentifier"] for each in requests} == {"2.999.10"}
    assert "resultData" in requests[2]
    assert FQDN in calls[0]["caller"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("release-profile", "--server", FQDN, "--iccid", ICCID), "an operator shows a certificate"),
        (("release-profile", "--server", FQDN, "--iccid", "12", "--pki", "x"), "--iccid 12"),
        (("download-order", "--server", FQDN, "--eid", "12", "--pki", "x"), "--eid 12"),
        (
            ("release-profile", "--server", FQDN, "--iccid", ICCID, "--cert", "x"),
            "--cert and --key go together",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_told(arguments: tuple[str, ...], said: str) -> None:
    assert said in openesim("es2", *arguments, exit_code=2).stderr
    with pytest.raises(ConfigError, match="HOST:PORT"):
        openesim("es2", "receive", "--listen", "nowhere", "--pki", "x")
