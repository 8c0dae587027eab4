"""Live progress by server-sent events: the same piece of a page, sent again whenever it has changed.

Without JavaScript the page loads itself again every few seconds; both draw the same template.

Source: HTML Living Standard §9.2 (server-sent events).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from litestar.response import Stream

LOOK_S: Final = 1.0
"""How often it is looked whether anything has changed."""

QUIET_S: Final = 15.0
"""How long nothing may be said: proxies close a connection that is silent for a minute."""

LONGEST_S: Final = 300.0
"""A stream is over then, and the browser opens another one: so a server that is to end is not held up for long."""

_RETRY: Final = b"retry: 2000\n\n"
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


def live_stream(look: Callable[[], Awaitable[Moment]], every_s: float = LOOK_S) -> Stream:
    """Return a stream of pieces of a page.

    Args:
        look: draws the piece as it is now.
        every_s: how often.
    """
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(_pieces(look, every_s), media_type="text/event-stream", headers=headers)


async def _pieces(look: Callable[[], Awaitable[Moment]], every_s: float) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    ends, spoke, shown = loop.time() + LONGEST_S, loop.time(), ""
    yield _RETRY
    while loop.time() < ends:
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
