"""Where there is no terminal, nothing is written while something is loaded."""

from __future__ import annotations

import pytest

from openesim.apps.cli.loading import loading


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_or_a_program_gets_nothing(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    with loading(language):
        pass
    assert capsys.readouterr() == ("", "")
