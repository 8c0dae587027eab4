"""What a caller may wear out, limited around a whole application: time.

The size of a body is limited where it is read (``request_max_body_size``).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from typing import Any, Final

from openesim.adapters.web.serving import Asgi, Message, Receive, Send

REQUEST_S: Final = 30.0
"""For a whole request, the slow arrival of its body included."""

FILE_S: Final = 900.0
"""The same for a request that brings a file."""

STREAM_S: Final = 120.0
"""For an answer that has begun, from one piece to the next: the caller takes it as fast as he can."""


_PARAMETER: Final = re.compile(r"\{[^/}]+\}")


class TimeLimit:
    """Ends requests that take too long."""

    def __init__(
        self,
        application: Asgi,
        too_late: Asgi,
        seconds: float = REQUEST_S,
        files: Collection[str] = (),
    ) -> None:
        """Wrap an application.

        Args:
            application: answers.
            too_late: answers in its place when its time is over.
            seconds: from the head of a request to the head of its answer.
            files: paths that take files; they have ``FILE_S``. Braces hold any one part, as in ``/files/{number:int}``.
        """
        self._application: Final = application
        self._too_late: Final = too_late
        self._seconds: Final = seconds
        self._files: Final = re.compile("|".join(map(_pattern_of, files)) or r"(?!)")

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request."""
        has_begun = False
        loop = asyncio.get_running_loop()
        seconds = FILE_S if self._files.fullmatch(scope.get("path", "")) else self._seconds
        try:
            async with asyncio.timeout(seconds) as limit:

                async def sending(message: Message) -> None:
                    nonlocal has_begun
                    has_begun = True
                    limit.reschedule(loop.time() + STREAM_S)
                    await send(message)

                await self._application(scope, receive, sending)
        except TimeoutError:
            # An answer that has begun is cut off, so that nobody takes a part for the whole.
            if has_begun:
                raise
            await self._too_late(scope, receive, send)


def _pattern_of(path: str) -> str:
    """Return what the paths of a route look like."""
    return "[^/]+".join(re.escape(part) for part in _PARAMETER.split(path))
