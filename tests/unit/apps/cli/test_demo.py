"""``openesim demo`` as a person or a program runs it, whole."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest

from openesim.apps.demo.programs import Program
from openesim.apps.demo.run import STEPS
from openesim.apps.world.people import PASSWORD

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

PROGRAM = [sys.executable, "-c", "from openesim.apps.cli.main import main; main()"]


def start(temporary: Path, *options: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """Starts the demo; its temporary folder will be made in ``temporary``."""
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [*PROGRAM, "demo", *options],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        encoding="utf-8",
    )


def test_the_whole_way_in_plain_text(tmp_path: Path) -> None:
    demo = start(tmp_path)
    told, faults = demo.communicate()
    assert demo.returncode == 0, told[-2000:] + faults
    assert faults == ""
    assert [line.partition(" ")[0] for line in told.splitlines() if f"/{STEPS}  " in line] == [
        f"{number}/{STEPS}" for number in range(1, STEPS + 1)
    ]
    assert "✗" not in told
    assert told.endswith(" demo --keep\n")
    assert all(character.isprintable() or character == "\n" for character in told)
    assert list(tmp_path.iterdir()) == []


def test_the_whole_way_in_chinese_as_an_object_and_the_kept_folder_goes_on(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    demo = start(tmp_path, "--keep", str(kept), "--lang", "zh", "--json")
    told, faults = demo.communicate()
    assert demo.returncode == 0, told + faults
    report = json.loads(told)
    assert report["ok"] is True
    assert len(report["steps"]) == STEPS
    claims = [check["claim"] for step in report["steps"] for check in step["checks"]]
    assert len(claims) == report["checks"]
    assert all(any("\u4e00" <= character <= "\u9fff" for character in claim) for claim in claims)
    assert sorted(path.name for path in kept.iterdir()) == ["northwind", "phone.card", "pki", "qinghe"]
    profiles = _call("lpa", "--card", str(kept / "phone.card"), "list", "--json")["profiles"]
    assert [(each["service_provider_name"], each["state"]) for each in profiles] == [("青禾移动", "enabled")]
    orders = {
        key: _call("order", "list", "--data", str(kept / key / "data"), "--json")[0]["state"]
        for key in ("northwind", "qinghe")
    }
    assert orders == {"northwind": "Deleted", "qinghe": "Installed"}
    assert len(report["next"]) == 3
    _serve_a_world(kept)


def _serve_a_world(kept: Path) -> None:
    """Fills a kept folder with a world, looks at its desks, and ends it as Ctrl-C does."""
    source = (
        f"from pathlib import Path; from openesim.apps.demo.keeping import stay_open; "
        f"raise SystemExit(stay_open(Path({str(kept)!r}), 'zh', 'small'))"
    )
    serving = Program("the desks", [sys.executable, "-c", source], kept / "serving.log")
    try:
        port = serving.wait_until_said(r"^desks listening on http://127\.0\.0\.1:(\d+) ")[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in") as answer:
            page = answer.read().decode()
        told = serving.log.read_text(encoding="utf-8")
    finally:
        os.kill(serving.pid, signal.SIGINT)
        code = serving.stop()
    assert "test-mark" in page
    for login in ("chief", "inspector", "qinghe", "clerk", "vendor", "linyue", "chenhua"):
        assert re.search(rf"^{login} ", told, re.MULTILINE), told
    assert PASSWORD in told
    assert code == 0
    orders = _call("order", "list", "--data", str(kept / "qinghe" / "data"), "--json")
    assert len(orders) > 500


def _call(*arguments: str) -> Any:
    """Returns what another command prints, as JSON."""
    done = subprocess.run([*PROGRAM, *arguments], capture_output=True, check=True, encoding="utf-8")
    return json.loads(done.stdout)


@pytest.mark.parametrize("step", [4, 8])
def test_ctrl_c_ends_the_servers_and_leaves_no_file(tmp_path: Path, step: int) -> None:
    keyboard, stdin = pty.openpty()
    demo = start(tmp_path, "--step", stdin=stdin)
    os.write(keyboard, b"\n" * (step - 1))  # so it will wait before the step behind, at the latest
    assert demo.stdout is not None
    next(line for line in demo.stdout if line.startswith(f"{step}/"))
    servers = [child.pid for child in psutil.Process(demo.pid).children()]
    demo.send_signal(signal.SIGINT)
    _, faults = demo.communicate()
    assert demo.returncode == 128 + signal.SIGINT
    assert "Interrupted." in faults
    assert list(tmp_path.iterdir()) == []
    assert len(servers) == 2 or step == 4
    for pid in servers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    os.close(keyboard)
    os.close(stdin)


def test_a_folder_without_keep_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    demo = start(tmp_path, str(tmp_path / "kept"))
    _, faults = demo.communicate()
    assert demo.returncode == 2
    assert "without --keep" in faults
    assert list(tmp_path.iterdir()) == []
