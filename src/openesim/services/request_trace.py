"""What is known of the request that is being answered: for the log, for counting, for limits.

Whoever takes a request in begins a trace; what happens inside notes on it what it learns. The trace goes with the
request wherever its work is done, also into threads of the database, and answers nobody: no function may depend on it.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from itertools import count
from typing import Final, Protocol


class RequestTrace:
    """One request.

    Attributes:
        request_id: names it in answer and log.
        interface: which listener took it in, such as ``es9plus``.
        client_address: who asks; empty where that cannot be known.
        function: the function's name; empty where none was found.
        status: the pair of a refusal, such as ``8.2.6/3.8``; empty without one.
        operator: who asks, on interfaces of operators.
        eid: the chip, once it has proved itself.
    """

    __slots__ = ("client_address", "eid", "function", "interface", "operator", "request_id", "status")

    def __init__(self, request_id: str, interface: str = "", client_address: str = "") -> None:
        """Begin."""
        self.request_id = request_id
        self.interface = interface
        self.client_address = client_address
        self.function = ""
        self.status = ""
        self.operator = ""
        self.eid = ""


class Watcher(Protocol):
    """Hears of every request that was answered."""

    def request_ended(self, trace: RequestTrace, http_status: int, seconds: float) -> None:
        """Take note of an answered request; quick, and never raises."""
        ...


_process: Final = os.urandom(8).hex()
_numbers: Final = count(1)


_is_well_formed: Final = re.compile(rb"[0-9A-Za-z][0-9A-Za-z._-]{7,63}").fullmatch


def request_id_of(given: bytes) -> str:
    """Return the id of a request: what a trusted proxy gave, if that is in good form; else one that no other has.

    Ours are eight random octets a process, and a number. An id names, and is no secret.

    Args:
        given: value of the header ``X-Request-ID``; empty where nobody gave one who is believed.
    """
    return given.decode() if given and _is_well_formed(given) else f"{_process}-{next(_numbers):x}"


_current: ContextVar[RequestTrace | None] = ContextVar("request", default=None)

current_request = _current.get
"""Returns the trace of the request that is being answered, or None."""

begin_request = _current.set
"""Makes a trace the current one, for this task and what it begins."""


def note_eid(eid: str) -> None:
    """Note which chip asks: to be called when it has proved itself."""
    trace = _current.get()
    if trace is not None:
        trace.eid = eid


def masked_eid(eid: str) -> str:
    """Return an EID as logs may tell it: who made the chip and what is needed to recognise it, not the chip itself.

    Args:
        eid: 32 digits, or nothing.
    """
    return f"{eid[:8]}…{eid[-4:]}" if eid else ""
