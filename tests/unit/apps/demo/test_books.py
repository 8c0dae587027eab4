"""The books agree only if order and chip say the same, and what they should say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.adapters.http_client.es9 import Es9HttpClient
from openesim.apps.demo import books
from openesim.apps.demo.books import (
    DELETED,
    DISABLED,
    ENABLED,
    RELEASED,
    Standing,
    compare_books,
    find_on_chip,
    tell_standing,
)
from openesim.apps.demo.operators import LOTUS, NORTHWIND, Desk
from openesim.apps.demo.run import STORY_TEXTS
from openesim.apps.demo.telling import CheckFailedError, Teller
from openesim.services.lpa import Lpa
from tests.unit.provisioning.euicc import laboratory


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[list[Desk]]:
    """Two desks with an order each."""
    desks = [Desk(operator, tmp_path / operator.key, "en") for operator in (NORTHWIND, LOTUS)]
    for desk in desks:
        desk.build_profile(os.urandom)
        desk.place_order(os.urandom)
    yield desks
    for desk in desks:
        desk.close()


@pytest.fixture
def lpa() -> Lpa:
    """An LPA in front of a chip with one profile, disabled, that no desk has ordered."""
    chip = laboratory.new_card()
    laboratory.install(chip, laboratory.ICCID)
    return Lpa(chip, Es9HttpClient())


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not right at once will not become so here."""
    monkeypatch.setattr(books, "SETTLE_LIMIT_S", 0.0)


def teller() -> Teller:
    told = Teller("en", STORY_TEXTS)
    told.begin("agreement")
    return told


def test_orders_that_nobody_took_agree_with_a_chip_that_has_neither(desks: list[Desk], lpa: Lpa) -> None:
    told = teller()
    compare_books(told, desks, lpa, (RELEASED, RELEASED))
    assert told.checks == 1


@pytest.mark.parametrize("wanted", [DISABLED, ENABLED, DELETED])
def test_an_order_that_is_not_as_wanted_is_seen(desks: list[Desk], lpa: Lpa, wanted: Standing) -> None:
    with pytest.raises(CheckFailedError):
        compare_books(teller(), desks, lpa, (RELEASED, wanted))


def test_a_chip_that_has_what_the_server_never_gave_out_is_seen(
    desks: list[Desk],
    lpa: Lpa,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(books, "find_on_chip", lambda lpa, _: find_on_chip(lpa, laboratory.ICCID))
    with pytest.raises(CheckFailedError):
        compare_books(teller(), desks, lpa, (RELEASED, RELEASED))
    assert "NO" in capsys.readouterr().out


def test_the_chip_tells_what_is_on_it(lpa: Lpa) -> None:
    assert find_on_chip(lpa, laboratory.ICCID) == "disabled"
    assert find_on_chip(lpa, laboratory.SECOND_ICCID) == "absent"


def test_a_standing_in_words() -> None:
    assert tell_standing(Teller("en"), ENABLED) == "Installed, enabled"
    assert tell_standing(Teller("en"), DELETED) == "Deleted"
    assert tell_standing(Teller("zh"), DISABLED) == "已安装 Installed，已停用"
