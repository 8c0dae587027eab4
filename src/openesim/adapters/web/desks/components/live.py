"""Live progress by server-sent events: the same piece of a page, sent again whenever it has changed.

Without JavaScript the page loads itself again every few seconds; both draw the same template. A stream ends with the
session that opened it, and a session opens no more of them than a browser does.

Source: HTML Living Standard §9.2 (server-sent events).
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from litestar.response import Stream

LOOK_S: Final = 1.0
"""How often it is looked whether anything has changed."""

QUIET_S: Final = 15.0
"""How long nothing may be said: proxies close a connection that is silent for a minute."""

LONGEST_S: Final = 300.0
"""A stream is over then, and the browser opens another one: so a server that is to end is not held up for long."""

MOST_STREAMS: Final = 6
"""Of one session in a process: a browser keeps no more connections to a server open at a time."""

_RETRY: Final = b"retry: 2000\n\n"
_LATER: Final = b"retry: 30000\n\n"
_ALIVE: Final = b": alive\n\n"
_OVER: Final = b"event: over\ndata: {}\n\n"


@dataclass(frozen=True, slots=True)
class Moment:
    """How far something is.

    Attributes:
        piece: the piece of the page that shows it.
        is_over: nothing more will come.
    """

    piece: str
    is_over: bool = False


class Streams:
    """The streams that are open in a process, counted by session."""

    def __init__(self) -> None:
        """Begin without any."""
        self._open: Final[Counter[bytes]] = Counter()

    @contextmanager
    def opened(self, session: bytes) -> Iterator[bool]:
        """Count a stream as long as it is open, and tell whether its session may have it."""
        if self._open[session] >= MOST_STREAMS:
            yield False
            return
        self._open[session] += 1
        try:
            yield True
        finally:
            self._open[session] -= 1
            if not self._open[session]:
                del self._open[session]


class Onlooker(Protocol):
    """Who looks on: a visit."""

    @property
    def streams(self) -> Streams:
        """Those that are open."""
        ...

    @property
    def session_digest(self) -> bytes:
        """Of the session; empty: nobody is signed in."""
        ...

    async def is_still_here(self) -> bool:
        """Tell whether the session still holds."""
        ...


def live_stream(visit: Onlooker, look: Callable[[], Awaitable[Moment]], every_s: float = LOOK_S) -> Stream:
    """Return a stream of pieces of a page.

    Args:
        visit: who looks on.
        look: draws the piece as it is now.
        every_s: how often.
    """
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(_counted(visit, look, every_s), media_type="text/event-stream", headers=headers)


async def _counted(
    visit: Onlooker, look: Callable[[], Awaitable[Moment]], every_s: float
) -> AsyncIterator[bytes]:
    """Yield the pieces, if the session has not too many streams open; else have the browser come later."""
    with visit.streams.opened(visit.session_digest) as may_be:
        if not may_be:
            yield _LATER
            return
        async for piece in _pieces(visit, look, every_s):
            yield piece


async def _pieces(
    visit: Onlooker, look: Callable[[], Awaitable[Moment]], every_s: float
) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    ends, spoke, shown = loop.time() + LONGEST_S, loop.time(), ""
    yield _RETRY
    while loop.time() < ends and await visit.is_still_here():
        now = await look()
        if now.piece != shown:
            shown, spoke = now.piece, loop.time()
            yield b"event: show\ndata: " + json.dumps({"html": shown}).encode() + b"\n\n"
        if now.is_over:
            yield _OVER
            return
        if loop.time() - spoke > QUIET_S:
            spoke = loop.time()
            yield _ALIVE
        await asyncio.sleep(every_s)
