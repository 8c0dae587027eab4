"""Programs are waited for, ended, and say why they ended."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from openesim.apps.demo.programs import Program
from openesim.kernel.errors import OpenEsimError


def start(folder: Path, source: str) -> Program:
    return Program("the program", [sys.executable, "-c", source], folder / "log")


def test_a_program_is_ready_when_it_says_so_and_ends_when_told_to(tmp_path: Path) -> None:
    program = start(tmp_path, "import time; print('ready on 42', flush=True); time.sleep(60)")
    assert program.wait_until_said(r"^ready on (\d+)")[1] == "42"
    assert program.stop() == program.stop() != 0
    assert program.log_tail(1) == ["ready on 42"]


def test_a_program_that_makes_a_file_is_ready_with_it(tmp_path: Path) -> None:
    program = start(tmp_path, f"open({str(tmp_path / 'made')!r}, 'w').close(); input()")
    program.wait_for_file(tmp_path / "made")
    program.stop()


def test_a_program_that_ends_before_it_is_ready_says_why(tmp_path: Path) -> None:
    program = start(tmp_path, "import sys; sys.exit('no such thing')")
    with pytest.raises(OpenEsimError, match="exit code 1: no such thing"):
        program.wait_until_said("ready")
    with pytest.raises(OpenEsimError, match="exit code 1: no such thing"):
        program.wait_for_file(tmp_path / "never")
    program.stop()


def test_a_program_that_does_not_listen_is_ended_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openesim.apps.demo.programs.STOP_LIMIT_S", 0.2)
    source = "import signal, time; signal.signal(15, signal.SIG_IGN); print('in', flush=True); time.sleep(60)"
    program = start(tmp_path, source)
    program.wait_until_said("^in")
    assert program.stop() == -9
