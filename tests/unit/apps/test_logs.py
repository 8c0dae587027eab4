"""The log goes to what standard error is now, under the id of the request, wherever the work is done."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import pytest
import structlog

from openesim.apps.logs import configure_log
from openesim.services.request_trace import RequestTrace, begin_request, masked_eid


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_logger_that_was_used_writes_to_the_standard_error_of_the_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure_log()
    log = structlog.get_logger("kept")
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", first)
    log.info("one")
    first.close()
    monkeypatch.setattr("sys.stderr", second)
    configure_log()
    log.info("two")
    assert [line["event"] for line in lines_of(second)] == ["two"]


def test_a_logger_that_was_used_before_another_set_up_is_still_seen_by_tests() -> None:
    configure_log()
    log = structlog.get_logger("seen")
    with structlog.testing.capture_logs():
        log.info("first use")
    configure_log("debug")
    with structlog.testing.capture_logs() as events:
        log.info("after it")
    assert [event["event"] for event in events] == ["after it"]


def test_every_line_of_a_request_carries_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    configure_log()
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    log = structlog.get_logger("requests")

    async def answer(request_id: str) -> None:
        begin_request(RequestTrace(request_id))
        await asyncio.sleep(0)
        log.info("answered", which=request_id)

    async def serve() -> None:
        log.info("nobody asks")
        await asyncio.gather(*(asyncio.create_task(answer(name)) for name in "abc"))

    asyncio.run(serve())
    told = lines_of(stream)
    assert "request" not in told[0]
    assert [line["request"] for line in told[1:]] == [line["which"] for line in told[1:]] == ["a", "b", "c"]


def test_an_eid_is_masked_but_for_maker_and_end() -> None:
    assert masked_eid("89049032000000000000000000000143") == "89049032…0143"
    assert masked_eid("") == ""
