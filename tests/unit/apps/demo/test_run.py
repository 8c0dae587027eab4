"""Whatever happens, the servers end and the files go; a step that fails is named."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from openesim.apps.demo import preparing, run
from openesim.apps.demo.playing import DemoOptions
from openesim.apps.demo.run import run_demo
from openesim.apps.demo.scene import Scene
from openesim.apps.demo.telling import Teller
from openesim.kernel.errors import ConfigError, PeerError
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome

Step = Callable[[Teller, object, object], None]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary folders, this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def replace_profiles_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[Step], None]:
    """Puts another step in the place of the second."""
    return lambda step: monkeypatch.setattr(preparing, "build_profiles", step)


def fail(teller: Teller, home: object, abroad: object) -> None:
    teller.begin("profiles", home="A", abroad="B")
    teller.check(home is abroad, "check_packages")


def break_off(teller: Teller, _home: object, _abroad: object) -> None:
    teller.begin("profiles", home="A", abroad="B")
    raise with_outcome(PeerError("smdp.example.com: no answer"), LpaOutcome.CONNECTION_FAILED)


def be_interrupted(teller: Teller, _home: object, _abroad: object) -> None:
    teller.begin("profiles", home="A", abroad="B")
    os.kill(os.getpid(), signal.SIGTERM)
    signal.pause()


def test_a_check_that_fails_is_named_with_its_step(
    replace_profiles_step: Callable[[Step], None], temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_profiles_step(fail)
    assert run_demo(DemoOptions()) == 1
    told = capsys.readouterr().err
    assert "FAILED in step 2 (Two operators make profiles): both packages follow the standard" in told
    assert list(temporary.iterdir()) == []


def test_a_program_reads_the_failure_in_the_object(
    replace_profiles_step: Callable[[Step], None], capsys: pytest.CaptureFixture[str]
) -> None:
    replace_profiles_step(fail)
    assert run_demo(DemoOptions(is_json=True)) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert "FAILED in step 2" in told["failure"]["text"]
    assert [check["ok"] for check in told["steps"][-1]["checks"]] == [False]


def test_a_step_that_breaks_off_says_cause_owner_and_next_step(
    replace_profiles_step: Callable[[Step], None], temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_profiles_step(break_off)
    assert run_demo(DemoOptions(language="zh")) == 1
    told = capsys.readouterr().err
    for words in ("第 2 步（两家运营商制作配置文件）中断", "原因：", "由谁处理：", "下一步："):
        assert words in told
    assert list(temporary.iterdir()) == []


def test_a_signal_leaves_nothing_behind(
    replace_profiles_step: Callable[[Step], None], temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_profiles_step(be_interrupted)
    before = signal.getsignal(signal.SIGTERM)
    assert run_demo(DemoOptions()) == 128 + signal.SIGTERM
    assert "Interrupted." in capsys.readouterr().err
    assert list(temporary.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_folder_to_keep_is_kept_and_must_be_empty(
    replace_profiles_step: Callable[[Step], None], tmp_path: Path
) -> None:
    replace_profiles_step(fail)
    kept = tmp_path / "kept"
    assert run_demo(DemoOptions(keep=kept)) == 1
    assert (kept / "pki" / "nist" / "ci.pem").is_file()
    assert kept.stat().st_mode & 0o777 == 0o700
    with pytest.raises(ConfigError, match="something in this folder"):
        run_demo(DemoOptions(keep=kept))


def test_a_folder_that_a_demo_has_left_can_be_served_again(tmp_path: Path) -> None:
    data = tmp_path / "kept" / "qinghe" / "data"
    data.mkdir(parents=True)
    (data / "openesim.toml").touch()
    with pytest.raises(ConfigError, match="a demo has left it") as refused:
        run_demo(DemoOptions(keep=tmp_path / "kept"))
    assert refused.value.explanation is not None
    assert f"serve --data {data}" in refused.value.explanation.next_step


@pytest.mark.sockets
@pytest.mark.slow
def test_a_failure_beside_running_servers_ends_them_and_shows_their_logs(
    monkeypatch: pytest.MonkeyPatch, temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pids: list[int] = []

    def fail_late(scene: Scene) -> None:
        pids.extend(desk.server.pid for desk in (scene.home, scene.abroad) if desk.server)
        scene.begin("phone")
        scene.teller.check(False, "check_empty")

    monkeypatch.setattr(run, "_STEPS", (fail_late,))
    assert run_demo(DemoOptions()) == 1
    told = capsys.readouterr().err
    assert "FAILED in step 5 (A phone with an empty chip, and who answers for it)" in told
    assert "Last lines of the log of Qinghe Mobile:\n  es9 listening on https:" in told
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert list(temporary.iterdir()) == []
