"""``openesim world`` fills a folder that can be served, once."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from openesim.apps.config import read_config
from openesim.kernel.errors import ConfigError
from tests.support.programs import PROGRAM, openesim, run_program


@pytest.mark.slow
def test_a_folder_is_filled_and_can_be_served(tmp_path: Path) -> None:
    data = tmp_path / "world"
    told = json.loads(run_program("world", data, "--size", "small", "--lang", "zh", "--json"))
    assert told["visits"] > 300
    roles = {each["role"] for each in told["accounts"]}
    assert roles == {"chief", "inspector", "manager", "clerk", "vendor", "subscriber"}
    config = read_config(data)
    assert config.desks.test
    assert config.serve.pki is not None
    assert (config.serve.pki / "nist" / "ci.pem").is_file()
    assert told["desks"].startswith("http://127.0.0.1:")
    assert "passwords go without TLS" in openesim("config", "check", data, "--running").stdout
    again = subprocess.run(
        [*PROGRAM, "world", str(data), "--size", "small"], capture_output=True, text=True, check=False
    )
    assert again.returncode == 2
    assert "a world in this folder already" in again.stderr


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be used"):
        openesim("world", tmp_path / "file" / "below")
