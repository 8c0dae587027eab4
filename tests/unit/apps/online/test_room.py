"""Where the room cannot be made, it is said what is missing and how to get it."""

from __future__ import annotations

from pathlib import Path

import pytest

from openesim.apps.demo.playing import DemoOptions
from openesim.apps.online.room import NEEDS, require_room
from openesim.apps.online.run import run_online
from openesim.kernel.errors import ConfigError


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all there is of programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("openesim.apps.online.room._ADMINISTRATION", str(tmp_path))
    return tmp_path


def make(folder: Path, name: str, text: str = "exit 0") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def test_every_missing_package_is_named_once_with_the_command(programs: Path) -> None:
    make(programs, "hostapd")
    with pytest.raises(ConfigError, match="eapoltest") as raised:
        require_room()
    assert "hostapd" not in str(raised.value)
    assert str(raised.value).count("util-linux") == 1
    assert raised.value.explanation is not None
    assert "apt-get install" in raised.value.explanation.next_step


def test_a_system_without_namespaces_is_told_as_such(programs: Path) -> None:
    for name in NEEDS:
        make(programs, name)
    make(programs, "unshare", "echo unshare failed: Operation not permitted >&2; exit 1")
    with pytest.raises(ConfigError, match="namespaces") as raised:
        run_online(DemoOptions())
    assert raised.value.explanation is not None
    assert "Operation not permitted" in raised.value.explanation.cause


def test_where_everything_is_there_nothing_is_said(programs: Path) -> None:
    for name in NEEDS:
        make(programs, name)
    require_room()
