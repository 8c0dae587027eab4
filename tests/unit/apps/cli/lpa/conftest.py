"""Software cards in files, and the command line called in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from openesim.adapters.apdu.software import SoftwareCard
from openesim.apps.cli.lpa import app
from tests.unit.provisioning.euicc import laboratory
from tests.unit.provisioning.euicc.laboratory import ICCID, SECOND_ICCID

Lpa = Callable[..., Result]


@pytest.fixture
def empty_card(tmp_path: Path) -> Path:
    """A card as it comes from the factory."""
    path = tmp_path / "empty.card"
    SoftwareCard.create(path, laboratory.new_nvm())
    return path


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A card with two profiles and no waiting notification."""
    path = tmp_path / "full.card"
    chip = laboratory.new_card()
    for iccid in (ICCID, SECOND_ICCID):
        laboratory.install(chip, iccid)
    laboratory.forget_notifications(chip)
    SoftwareCard.create(path, chip.nvm)
    return path


@pytest.fixture
def lpa() -> Lpa:
    """Calls ``openesim lpa``."""

    def call(*arguments: object, answers: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=answers)

    return call


def read_object(result: Result) -> dict[str, Any]:
    """Returns the one object on standard output."""
    (line,) = result.stdout.splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found
