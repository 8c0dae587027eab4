"""Requests of the API are named, counted by the form of their path, and limited by address and by operator."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from openesim.adapters.http_server.proxies import Proxies
from openesim.adapters.web.watching import WatchedWeb
from openesim.apps.api import behind, too_many
from openesim.services.limits import Limits, Rates
from openesim.services.request_trace import RequestTrace
from tests.support.api import OTHER, Api
from tests.support.fixtures import logs
from tests.support.memory import MemoryWork
from tests.support.rig import Rig, new_runner

__all__ = ["logs"]


class Heard:
    """A watcher that keeps what it hears."""

    def __init__(self) -> None:
        self.requests: list[tuple[RequestTrace, int]] = []

    def request_ended(self, trace: RequestTrace, http_status: int, seconds: float) -> None:
        self.requests.append((trace, http_status))


@pytest.fixture
def api() -> Iterator[Api]:
    with new_runner() as runner:
        yield Api(Rig(MemoryWork(), runner))


def watched(api: Api, rates: Rates | None = None) -> Heard:
    """Puts a watch around the API and returns what it hears."""
    heard = Heard()
    app = WatchedWeb(api.app, "api", [heard], Limits(rates or Rates(), clock=lambda: 0.0), too_many)
    api.app = app
    return heard


def test_every_answer_names_its_request(api: Api) -> None:
    heard = watched(api)
    names = [
        api.get(path).headers["x-request-id"] for path in ("/profile-types", "/nothing", "/profile-types")
    ]
    assert len(set(names)) == 3
    assert [trace.request_id for trace, _ in heard.requests] == names


def test_the_name_that_a_trusted_proxy_gave_is_kept_and_no_strangers(api: Api) -> None:
    watched(api)
    told = api.get("/profile-types", x_request_id="abc-123.XYZ_9").headers["x-request-id"]
    assert told != "abc-123.XYZ_9"
    api.app = behind(Proxies.of(["192.0.2.1"]), api.app)
    told = api.get("/profile-types", x_request_id="abc-123.XYZ_9").headers["x-request-id"]
    assert told == "abc-123.XYZ_9"


def test_a_request_is_counted_by_the_form_of_its_path_and_its_operator(api: Api) -> None:
    heard = watched(api)
    api.get("/profile-types/Secret%20Name")
    api.get("/nothing/of/this/kind")
    api.get("/profile-types", key=None)
    functions = [(trace.function, trace.operator, status) for trace, status in heard.requests]
    assert functions[0][1:] == ("operator", 404)
    assert functions[0][0].startswith("GET /api/v1/profile-types/{")
    assert functions[1] == ("", "", 404)
    assert functions[2][1:] == ("", 401)


def test_an_operator_who_asks_too_often_is_told_when_to_come_back(api: Api) -> None:
    watched(api, Rates(operator=1))
    assert api.get("/profile-types").http_status == 200
    told = api.get("/profile-types", accept_language="zh")
    assert (told.http_status, told.problem) == (429, "too-many-requests")
    assert told.headers["retry-after"] == "60"
    assert told.json["title"] == "请求过多"
    assert api.get("/profile-types", key=api.new_key(operator=OTHER)).http_status == 200


def test_an_address_that_asks_too_often_is_not_even_asked_for_its_key(api: Api) -> None:
    heard = watched(api, Rates(address=1))
    api.get("/profile-types", key=None)
    told = api.get("/profile-types")
    assert (told.http_status, told.problem) == (429, "too-many-requests")
    assert told.headers["retry-after"] == "60"
    assert [status for _, status in heard.requests] == [401, 429]


def test_who_is_gone_before_the_answer_is_counted_too(api: Api) -> None:
    heard = Heard()

    async def hang(_scope: Any, _receive: Any, _send: Any) -> None:
        raise asyncio.CancelledError

    app = WatchedWeb(hang, "api", [heard], Limits(Rates()), too_many)
    with pytest.raises(asyncio.CancelledError):
        api.rig.run(app({"type": "http", "method": "GET", "path": "/", "headers": []}, None, None))  # type: ignore[arg-type]
    assert [status for _, status in heard.requests] == [499]
