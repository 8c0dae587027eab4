"""The log: structured events on standard error, one JSON object a line, each under the id of its request."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import structlog

from openesim.services.request_trace import RequestTrace, current_request, masked_eid

_encode: Final = msgspec.json.Encoder().encode


class _StandardError:
    """Writes lines to what standard error is at that moment.

    Loggers are kept once they were used, so what they write to must not be the stream of the moment of their making:
    tests, and whoever starts us inside of his own program, put another one in its place and close it.
    """

    def msg(self, line: str) -> None:
        """Write one line, in one piece: several processes may share the stream."""
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    log = debug = info = warning = warn = error = critical = exception = fatal = msg


def add_request(_logger: Any, _method: str, event: Any) -> Any:
    """Put the event under the id of the request that is being answered, if one is."""
    request = current_request()
    if request is not None:
        event["request"] = request.request_id
    return event


# One list for good: a logger keeps the list it was made with, and tests look at the one that is configured.
_PROCESSORS: Final[list[Callable[[Any, str, Any], Any]]] = [
    add_request,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]


_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def configure_log(level: str = "info") -> None:
    """Write structured events to standard error, one JSON object a line.

    Args:
        level: least weight: ``debug``, ``info``, ``warning`` or ``error``; anything else counts as ``info``.
    """
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS.get(level, logging.INFO)),
        logger_factory=lambda *_: _StandardError(),
        cache_logger_on_first_use=True,
    )


class AccessLog:
    """One line for every request that was answered: who asked what, how it ended, how long it took.

    The lines are written as they are, without the chain of the log, which costs several times as much.
    """

    def request_ended(self, trace: RequestTrace, http_status: int, seconds: float) -> None:
        """Write the line."""
        line = {
            "event": "request",
            "request": trace.request_id,
            "interface": trace.interface,
            "function": trace.function,
            "http_status": http_status,
            "status": trace.status,
            "ms": round(seconds * 1000, 3),
            "address": trace.client_address,
            "operator": trace.operator,
            "eid": masked_eid(trace.eid),
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        sys.stderr.write(_encode(line).decode() + "\n")
