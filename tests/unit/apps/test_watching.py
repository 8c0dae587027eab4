"""Readiness and metrics of a process: the database, the keys, the certificates, the end; limits as configured."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from openesim.adapters.http_server.exchange import Request, Response
from openesim.adapters.metrics.counting import Counting
from openesim.apps.config import Config, Log, RateLimits
from openesim.apps.watching import OpsParts, Watch, build_watch, rates_of
from openesim.kernel.errors import PeerError
from openesim.provisioning.smdp.context import Smdp
from openesim.services.limits import Rates
from openesim.services.timed_work import TimedWork
from tests.support.memory import MemoryWork
from tests.support.rig import PROFILE_TYPE, Rig, SteppedClock, make_smdp, new_runner, world_of


class AwayWork(MemoryWork):
    """A database that nobody can reach."""

    async def run(self, unit: Any, *, must_last: Any = None) -> Any:
        raise PeerError("the database cannot be reached: password=hunter2")


class Process:
    """What the ops listener of a process asks."""

    def __init__(self, work: Any, smdp: Smdp | None = None) -> None:
        self.clock, self.counting = SteppedClock(), Counting()
        self.work = TimedWork(work, self.counting)
        self.watch: Watch = build_watch(Config(), self.work, self.counting)
        self.ops = OpsParts(self.work, smdp or make_smdp(world_of()), self.clock, self.watch)
        self.is_draining = False
        self.app = self.ops.application(self._draining)

    async def _draining(self) -> str:
        return "the process is about to end" if self.is_draining else ""

    def get(self, path: str) -> Response:
        with structlog.testing.capture_logs():
            return asyncio.run(self._get(path))

    async def _get(self, path: str) -> Response:
        return await self.app(Request("GET", path, {}))

    def checks(self) -> tuple[int, dict[str, str]]:
        response = self.get("/readyz")
        return response.http_status, json.loads(response.body)["checks"]

    def samples(self) -> dict[str, float]:
        text = self.get("/metrics").body.decode()
        return {
            sample.name: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def process() -> Process:
    return Process(MemoryWork())


@pytest.fixture
def rig(process: Process) -> Iterator[Rig]:
    with new_runner() as runner:
        yield Rig(process.work, runner)


def test_a_process_with_everything_in_place_is_ready(process: Process) -> None:
    assert process.checks() == (
        200,
        {"draining": "ok", "database": "ok", "keys": "ok", "certificates": "ok"},
    )


def test_a_process_that_is_about_to_end_takes_no_new_requests(process: Process) -> None:
    process.is_draining = True
    http_status, checks = process.checks()
    assert (http_status, checks["draining"]) == (503, "the process is about to end")


def test_a_process_without_its_database_is_not_ready_and_tells_no_password() -> None:
    process = Process(AwayWork())
    http_status, checks = process.checks()
    assert http_status == 503
    assert checks["database"] != "ok"
    assert b"hunter2" not in process.get("/readyz").body


def test_metrics_are_told_while_the_database_is_away() -> None:
    samples = Process(AwayWork()).samples()
    assert samples["openesim_database_up"] == 0
    assert samples["process_resident_memory_bytes"] > 0


def test_a_key_that_signs_no_more_is_found_within_half_a_minute(process: Process, monkeypatch: Any) -> None:
    assert process.checks()[0] == 200
    identity = next(iter(process.ops._smdp.identities.values()))

    def fail(_self: Any, _message: bytes) -> bytes:
        raise OSError("the token was taken out")

    monkeypatch.setattr(type(identity.auth.signer), "sign", fail)
    process.clock.advance(seconds=31)
    http_status, checks = process.checks()
    assert http_status == 503
    assert "token" not in checks["keys"], "the cause is for the log"
    assert process.checks()[0] == 503, "and it stays so until one has signed again"


def test_certificates_that_are_out_of_time_are_named(process: Process) -> None:
    identity = next(iter(process.ops._smdp.identities.values()))
    late = identity.auth.certificate.not_after + timedelta(days=1) - process.clock.now()
    process.clock.advance(seconds=late.total_seconds())
    http_status, checks = process.checks()
    assert http_status == 503
    assert "valid" in checks["certificates"]


def test_what_is_in_the_database_is_told_and_remembered_for_a_while(process: Process, rig: Rig) -> None:
    rig.run(process.work.run(lambda stores: stores.add_notification(b"one", process.clock.now())))
    assert process.samples()["openesim_notifications_waiting"] == 1
    rig.run(process.work.run(lambda stores: stores.add_notification(b"two", process.clock.now())))
    assert process.samples()["openesim_notifications_waiting"] == 1, "who looks often costs nothing"
    process.clock.advance(seconds=11)
    assert process.samples()["openesim_notifications_waiting"] == 2


def test_stock_is_told_by_profile_type(process: Process, rig: Rig) -> None:
    rig.add_package()
    text = process.get("/metrics").body.decode()
    assert f'openesim_stock_profiles{{profile_type="{PROFILE_TYPE}"}} 0.0' in text


def test_units_of_work_are_counted_with_the_time_they_took(process: Process) -> None:
    process.checks()
    assert process.samples()["openesim_database_unit_seconds_count"] >= 1


def test_nothing_but_guessing_is_limited_unless_it_is_set() -> None:
    assert rates_of(RateLimits()) == Rates(guesses_of_address=300, guesses_of_eid=30)
    assert rates_of(RateLimits(wrong_codes_per_address=0, wrong_codes_per_eid=0)) == Rates()
    set_to = RateLimits(
        requests_per_address=1,
        downloads_per_eid=2,
        requests_per_operator=3,
        wrong_codes_per_address=4,
        wrong_codes_per_eid=5,
    )
    assert rates_of(set_to) == Rates(address=1, eid=2, operator=3, guesses_of_address=4, guesses_of_eid=5)


def test_access_lines_are_written_if_they_are_asked_for() -> None:
    work = MemoryWork()
    assert len(build_watch(Config(), work, Counting()).watchers) == 1
    assert len(build_watch(Config(log=Log(access=True)), work, Counting()).watchers) == 2
