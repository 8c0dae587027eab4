"""Streams of progress: how they end, and how many there may be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from openesim.adapters.web.desks.assets import Assets
from openesim.adapters.web.desks.components.live import MOST_STREAMS, Moment, Streams, live_stream
from openesim.adapters.web.desks.cookies import Cookies
from openesim.adapters.web.desks.pages import Pages
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import read_wording
from openesim.messages.sgp22.explained.entries import Language


@dataclass
class Onlooker:
    """Somebody who looks on, and goes after some looks."""

    streams: Streams
    stays: int = 10**9
    session_digest: bytes = b"of a session"
    looks: list[int] = field(default_factory=list)

    async def is_still_here(self) -> bool:
        self.stays -= 1
        return self.stays >= 0

    def stream(self, over_at: int = 10**9) -> AsyncIterator[bytes]:
        async def look() -> Moment:
            self.looks.append(len(self.looks))
            return Moment(f"<p>{len(self.looks)}</p>", is_over=len(self.looks) >= over_at)

        return cast("AsyncIterator[bytes]", live_stream(self, look, 0).iterator)


def pieces_of(stream: AsyncIterator[bytes]) -> list[bytes]:
    async def read() -> list[bytes]:
        return [piece async for piece in stream]

    return asyncio.run(read())


def test_a_stream_ends_with_what_it_tells() -> None:
    who = Onlooker(Streams())
    pieces = pieces_of(who.stream(over_at=3))
    assert [piece.partition(b"\n")[0] for piece in pieces] == [
        b"retry: 2000",
        *[b"event: show"] * 3,
        b"event: over",
    ]


def test_a_stream_ends_with_the_session_and_draws_nothing_more() -> None:
    who = Onlooker(Streams(), stays=2)
    pieces = pieces_of(who.stream())
    assert len(who.looks) == 2
    assert not any(b"over" in piece for piece in pieces)


def test_a_stream_draws_what_is_so_at_its_last_look() -> None:
    minutes = iter(range(10))

    class Clock:
        """Tells a minute more each time."""

        def now(self) -> datetime:
            return datetime(2026, 1, 1, 0, next(minutes), tzinfo=UTC)

    visit = Visit(
        {"path": "/", "method": "GET", "headers": [], "query_string": b""},
        Pages(read_wording(), Assets()),
        Cookies("", is_secure=False),
        Clock(),
        signed_in=None,
        language=Language.ENGLISH,
        theme="auto",
        sessions=cast("Any", None),
        streams=Streams(),
    )

    async def look() -> Moment:
        return Moment(f"{visit.now:%H:%M}", is_over=visit.now.minute == 3)

    told = b"".join(pieces_of(cast("AsyncIterator[bytes]", live_stream(visit, look, 0).iterator)))
    assert [at.encode() in told for at in ("00:00", "00:01", "00:02", "00:03")] == [False, True, True, True]


def test_a_session_has_no_more_streams_than_a_browser_opens() -> None:
    async def run() -> None:
        who = Onlooker(Streams())
        streams = [who.stream() for _ in range(MOST_STREAMS)]
        for each in streams:
            assert await anext(each) == b"retry: 2000\n\n"
        assert [piece async for piece in who.stream()] == [b"retry: 30000\n\n"], "later"
        other = Onlooker(who.streams, session_digest=b"of another session")
        assert await anext(other.stream()) == b"retry: 2000\n\n"
        closed = streams.pop()
        await closed.aclose()  # type: ignore[attr-defined]
        assert await anext(who.stream()) == b"retry: 2000\n\n"

    asyncio.run(run())
