"""What those who run the server ask it: alive, ready and why not, and what was counted."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import structlog

from openesim.adapters.http_server import ops
from openesim.adapters.http_server.exchange import Request, Response
from openesim.adapters.http_server.ops import Check, Ops


async def fine() -> str:
    return ""


async def told() -> bytes:
    return b"counts 1\n"


def ask(path: str, method: str = "GET", metrics: Any = told, **checks: Check) -> Response:
    return asyncio.run(ask_now(path, method, metrics, **checks))


async def ask_now(path: str, method: str, metrics: Any, **checks: Check) -> Response:
    return await Ops(checks or {"database": fine}, metrics, "text/plain")(Request(method, path, {}))


def test_a_process_that_answers_is_alive() -> None:
    assert ask("/healthz").http_status == 200


def test_a_process_is_ready_when_every_check_says_so() -> None:
    response = ask("/readyz", database=fine, keys=fine)
    assert response.http_status == 200
    assert json.loads(response.body) == {"ready": True, "checks": {"database": "ok", "keys": "ok"}}


def test_what_stands_in_the_way_is_told() -> None:
    async def draining() -> str:
        return "the process is about to end"

    response = ask("/readyz", draining=draining, database=fine)
    assert response.http_status == 503
    assert json.loads(response.body) == {
        "ready": False,
        "checks": {"draining": "the process is about to end", "database": "ok"},
    }


def test_a_check_that_hangs_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "CHECK_S", 0.01)

    async def hang() -> str:
        await asyncio.sleep(60)
        return ""

    response = ask("/readyz", database=hang)
    assert response.http_status == 503
    assert "no answer within" in json.loads(response.body)["checks"]["database"]


def test_a_check_that_fails_says_no_and_keeps_the_cause_for_the_log() -> None:
    async def fail() -> str:
        raise OSError("password=hunter2 refused")

    with structlog.testing.capture_logs() as events:
        response = ask("/readyz", keys=fail)
    assert response.http_status == 503
    assert b"hunter2" not in response.body
    assert [event["event"] for event in events] == ["not ready"]


def test_metrics_are_told_in_their_media_type() -> None:
    response = ask("/metrics")
    assert (response.http_status, response.body) == (200, b"counts 1\n")
    assert (b"content-type", b"text/plain") in response.headers


def test_a_fault_is_told_as_such_and_not_why() -> None:
    async def fail() -> bytes:
        raise OSError("cause")

    with structlog.testing.capture_logs():
        response = ask("/metrics", metrics=fail)
    assert response.http_status == 500
    assert b"cause" not in response.body


@pytest.mark.parametrize(
    ("method", "path", "http_status"),
    [
        ("POST", "/metrics", 405),
        ("DELETE", "/healthz", 405),
        ("GET", "/", 404),
        ("GET", "/metrics/", 404),
        ("HEAD", "/healthz", 200),
    ],
)
def test_nothing_else_is_answered(method: str, path: str, http_status: int) -> None:
    assert ask(path, method).http_status == http_status
