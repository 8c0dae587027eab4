"""What those who run the server ask it: whether it lives, whether it is ready, what it has counted.

For a listener of its own, on a network that is not everybody's: it says how much is going on here, though no secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from openesim.adapters.http_server.exchange import Headers, Request, Response
from openesim.encoding.jsonbinding import encode_object

CHECK_S: Final = 1.0
"""How long a check may take; one that takes longer says no."""

Check = Callable[[], Awaitable[str]]
"""Returns what is wrong, in a few words; nothing where all is well."""

_TEXT: Final = b"text/plain; charset=utf-8"
_JSON: Final = b"application/json"

_log = structlog.get_logger(__name__)


class Ops:
    """The application of the listener.

    Args:
        checks: what must hold for requests to be sent here, by name.
        metrics: tells what was counted.
        media_type: of the metrics.
    """

    def __init__(
        self, checks: Mapping[str, Check], metrics: Callable[[], Awaitable[bytes]], media_type: str
    ) -> None:
        """Take what to ask."""
        self._checks = dict(checks)
        self._metrics = metrics
        self._media_type = media_type.encode()
        self._answers = {"/healthz": self._health, "/readyz": self._readiness, "/metrics": self._told_metrics}

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        answer = self._answers.get(request.path)
        if answer is None:
            return _response(404, _TEXT, b"here are /healthz, /readyz and /metrics\n")
        if request.method not in {"GET", "HEAD"}:
            return _response(405, _TEXT, b"only GET\n", ((b"allow", b"GET, HEAD"),))
        try:
            return await answer()
        except Exception:  # noqa: BLE001 (the last line: who looks learns that something is wrong, the log what)
            _log.exception("request failed", path=request.path)
            return _response(500, _TEXT, b"this could not be told; the log says why\n")

    async def _health(self) -> Response:
        """Say that the process lives: it has just done so."""
        return _response(200, _TEXT, b"alive\n")

    async def _readiness(self) -> Response:
        """Say whether requests are to be sent here, and what stands in the way."""
        told = await asyncio.gather(*(_asked(check) for check in self._checks.values()))
        faults = {name: fault for name, fault in zip(self._checks, told, strict=True) if fault}
        checks = {name: faults.get(name, "ok") for name in self._checks}
        body = encode_object({"ready": not faults, "checks": checks}) + b"\n"
        return _response(503 if faults else 200, _JSON, body)

    async def _told_metrics(self) -> Response:
        return _response(200, self._media_type, await self._metrics())


async def _asked(check: Check) -> str:
    """Return what a check says, or that it says nothing."""
    try:
        return await asyncio.wait_for(check(), CHECK_S)
    except TimeoutError:
        return f"no answer within {CHECK_S:g} s"
    except Exception as fault:  # noqa: BLE001 (whatever it was: not ready)
        _log.warning("not ready", fault=repr(fault))
        return "failed; the log says why"


def _response(http_status: int, media_type: bytes, body: bytes, more: Headers = ()) -> Response:
    return Response(
        http_status, ((b"content-type", media_type), (b"cache-control", b"no-store"), *more), body
    )
