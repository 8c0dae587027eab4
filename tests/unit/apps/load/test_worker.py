"""Clients of one process against a server on real sockets."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.adapters.http_client.target import HttpOptions
from openesim.apps.load.plan import LoadPlan
from openesim.apps.load.worker import run_share
from openesim.services.load import Attempt, LoadTarget
from openesim.services.load_report import Tally
from tests.support.live import HOST, Live
from tests.support.rig import FQDN
from tests.unit.services.test_load import chips

pytestmark = pytest.mark.sockets


def make_plan(port: int, **changes: Any) -> LoadPlan:
    usual: dict[str, Any] = {
        "downloads": 1,
        "clients": 1,
        "processes": 1,
        "chips": 2,
        "matching_ids": ("TEST-1",),
    }
    http = HttpOptions(base_url=f"http://{HOST}:{port}", connect_timeout_s=5.0, read_timeout_s=5.0)
    return LoadPlan(target=LoadTarget(address=FQDN), http=http, **usual | changes)


def run(plan: LoadPlan) -> Tally:
    tally = Tally()
    run_share(plan, 0, chips(), tally.add, lambda: False)
    return tally


def test_downloads_are_made_and_counted(live: Live) -> None:
    tally = run(make_plan(live.ports[0]))
    assert (tally.completed, tally.failed) == (1, 0), tally.messages
    assert tally.requests == 4


def test_clients_work_side_by_side_and_refusals_do_not_end_the_run(live: Live) -> None:
    plan = make_plan(live.ports[0], downloads=6, clients=2, matching_ids=("NOBODYS", "TEST-1", "NOBODYS"))
    tally = run(plan)
    assert tally.completed + tally.failed == 6
    assert tally.errors["authenticate_client", "8.2.6/3.8"] == 4


def test_a_server_that_is_not_there_fails_every_download_at_once() -> None:
    tally = run(make_plan(1, downloads=4, clients=2))
    assert tally.failed == 4
    assert list(tally.errors) == [("initiate_authentication", "transport:connection-failed")]


def test_nothing_begins_once_the_run_is_stopped_or_its_time_is_up(live: Live) -> None:
    told: list[Attempt] = []
    run_share(make_plan(live.ports[0], downloads=5), 0, chips(), told.append, lambda: True)
    run_share(make_plan(live.ports[0], downloads=5, duration_s=0.0), 0, chips(), told.append, lambda: False)
    assert told == []


def test_a_fault_of_ours_is_counted_and_ends_nothing(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Attempt:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("openesim.apps.load.worker.attempt_download", fail)
    tally = run(make_plan(live.ports[0], downloads=3))
    assert tally.errors == {("chip", "fault:ZeroDivisionError"): 3}
