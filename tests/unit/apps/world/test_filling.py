"""A world is whole: its ledger holds, its pages have something to show, and nothing of its people is in clear."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openesim.apps.config import Config
from openesim.apps.keys import key_file
from openesim.apps.wiring import Work, open_database
from openesim.apps.world import documents, people
from openesim.apps.world.filling import Filled, fill_world
from openesim.apps.world.folder import verify_empty
from openesim.apps.world.operators import OPERATORS
from openesim.apps.world.sizes import WorldSize
from openesim.conditions.admission.admission import LineState
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.terminals.models import ModelState
from openesim.kernel.errors import ConfigError
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.accounts.keeping import accounts_of_roles
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.ledger.check import Check, check_now
from openesim.services.conditions.ledger.tallies import Measure, hour_of

SIZE = WorldSize(days=6, orders=150, vendors=6, models=40, makers=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the world."""
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="module")
def work(folder: Path) -> Iterator[Work]:
    """Its database."""
    work = open_database(folder)
    key_file(folder).make(os.urandom)
    yield work
    work.close()


@pytest.fixture(scope="module")
def told() -> list[tuple[str, float]]:
    """What was told while it was made."""
    return []


@pytest.fixture(scope="module", autouse=True)
def filled(work: Work, told: list[tuple[str, float]]) -> Filled:
    """The world."""
    return fill_world(work, Config(), SIZE, lambda stage, share: told.append((stage, share)))


def all_orders(work: Work) -> list[Any]:
    return work.run_now(lambda stores: stores.orders(0, 10_000))


def test_it_is_told_how_far_it_is(told: list[tuple[str, float]]) -> None:
    stages = list(dict.fromkeys(stage for stage, _ in told))
    assert stages == ["terminals", "operators", "stock", "days", "ledger"]
    assert all(0 <= share <= 1.001 for _, share in told)


def test_operators_are_known_by_their_names(work: Work) -> None:
    names = work.run_now(lambda stores: {each.name: each.display_name for each in stores.operators()})
    assert names == {each.key: each.names[1] for each in OPERATORS}


def test_the_ledger_holds_and_is_counted(work: Work) -> None:
    check, now = Check(), datetime.now(UTC)
    check_now(check, work.run_now, lambda: now, lambda _: None)
    assert (check.is_done, check.breaks) == (True, [])
    hour = hour_of(now)
    issued = work.run_now(lambda stores: stores.tallies_by_hour(Measure.ISSUED, hour - 24 * 40, hour + 1))
    delivered = {OrderState.DOWNLOADED, OrderState.INSTALLED, OrderState.DELETED}
    assert sum(number for _, number in issued) >= sum(each.state in delivered for each in all_orders(work))


def test_orders_are_in_many_states_and_most_of_them_installed(work: Work) -> None:
    states = Counter(order.state for order in all_orders(work))
    assert states[OrderState.INSTALLED] > 0.4 * SIZE.orders
    assert states[OrderState.AVAILABLE] > 0
    assert states[OrderState.CONFIRMED] >= len(OPERATORS)
    now = datetime.now(UTC) + timedelta(seconds=5)
    assert all(order.changed_at is None or order.changed_at <= now for order in all_orders(work))


def test_every_operator_has_licences_and_they_are_in_many_states(work: Work) -> None:
    found = work.run_now(lambda stores: stores.licences(0, 100))
    assert {each.operator for each in found} == {operator.key for operator in OPERATORS}
    assert {LicenceState.APPROVED, LicenceState.SUBMITTED, LicenceState.REFUSED} <= {
        each.state for each in found
    }


def test_models_wait_for_an_inspector(work: Work) -> None:
    states = Counter(model.state for model in work.run_now(lambda stores: stores.models(0, 1000)))
    assert states[ModelState.SUBMITTED] > 0
    assert states[ModelState.APPROVED] > 20


def test_the_sample_subscriber_has_a_line_at_each_operator(work: Work, filled: Filled) -> None:
    account = filled.accounts[people.CUSTOMER.login]

    def lines(stores: Any) -> list[Any]:
        (case, *_) = stores.cases_of_account(account.account_id)
        return list(stores.lines_of_person(case.person))

    states = {line.operator: line.state for line in work.run_now(lines)}
    assert states == {
        "qinghe": LineState.ACTIVE,
        "yuanshan": LineState.ACTIVE,
        "haitang": LineState.RESERVED,
    }


def test_there_is_somebody_for_every_role_of_every_desk(work: Work) -> None:
    found = work.run_now(lambda stores: accounts_of_roles(stores, list(Role), None, "", 100))
    assert {account.role for account in found} == set(Role)


def test_nobody_is_named_in_the_database(folder: Path) -> None:
    kept = b"".join(path.read_bytes() for path in folder.glob("openesim.db*"))
    assert documents.SAMPLE.number.encode() not in kept
    assert documents.SAMPLE.name.encode() not in kept
    assert people.PASSWORD.encode() not in kept


def test_a_database_takes_one_world(work: Work) -> None:
    with pytest.raises(ConfigError, match="a world in this folder already"):
        verify_empty(work)
