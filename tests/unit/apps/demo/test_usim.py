"""A chip without an enabled profile is no card for a network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openesim.adapters.apdu.software import SoftwareCard
from openesim.adapters.keystore.files import PkiFolder, init_pki
from openesim.apps.demo.phone import TAC, draw_imei, make_chip
from openesim.apps.demo.usim import Answer, authenticate
from openesim.kernel.errors import CardError


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SoftwareCard]:
    """A chip with nothing on it."""
    init_pki(tmp_path / "pki", os.urandom, datetime.now(UTC))
    make_chip(tmp_path / "card", PkiFolder(tmp_path / "pki", datetime.now(UTC)))
    card = SoftwareCard(tmp_path / "card")
    yield card
    card.close()


def test_without_a_profile_nothing_answers_a_challenge(card: SoftwareCard) -> None:
    with pytest.raises(CardError):
        authenticate(card, bytes(16), bytes(16))


def test_what_a_card_answers_is_not_printed() -> None:
    answer = Answer(believes=True, response=b"response", ck=b"ck", ik=b"ik")
    assert repr(answer) == "Answer(believes=True)"


def test_a_device_is_of_the_model_that_the_story_registers() -> None:
    assert draw_imei().tac == TAC
