"""One of several server processes: ``python -m openesim.apps.worker FD``, started by ``apps/workers.py`` and nobody else.

FD is a stream to the parent. It sends what the worker is to be, as one JSON line, and later a word that ends it. When the
stream ends the parent is dead, and the worker ends too.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import uvloop

from openesim.apps.logs import configure_log
from openesim.apps.parts import Life, Place, build_parts
from openesim.apps.server import serve_parts
from openesim.apps.settings import log_level, serve_settings
from openesim.kernel.errors import OpenEsimError

REPLACED = b"replaced\n"
"""Others go on: connections may find their way to them."""

ALL_END = b"all end\n"
"""The server ends."""

REPLACED_REST_S = 2.0
"""How long a connection without a request waits for one, when others go on."""


def main() -> None:
    """Run the worker."""
    # What a person types at the terminal is for the parent, and so is a wish for renewal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    uvloop.run(_work(int(sys.argv[1])))


async def _work(descriptor: int) -> None:
    """Become what the parent says, and serve until it says that it is over."""
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=descriptor))
    told = json.loads(await reader.readline())

    def tell(answer: dict[str, Any]) -> None:
        writer.write(json.dumps(answer).encode() + b"\n")

    bound = {
        name: [socket.socket(fileno=each) for each in descriptors]
        for name, descriptors in told["sockets"].items()
    }
    hearing: asyncio.Task[None] | None = None
    try:
        settings = serve_settings(Path(told["data"]), told["flags"])
        configure_log(log_level(settings.config.log.level))
        parts = build_parts(settings, Place(told["number"], Path(told["shared"])))
        parts.life.drain_s, parts.life.rest_s = 0.0, REPLACED_REST_S
        hearing = asyncio.create_task(_hear(reader, parts.life, settings.config.serve.drain_s))
        await serve_parts(parts, bound, lambda: tell({"ready": True}))
    except OpenEsimError as error:
        explanation = error.explanation
        words = explanation and [explanation.cause, explanation.owner, explanation.next_step]
        tell({"ready": False, "error": str(error), "explanation": words})
        await writer.drain()
        sys.exit(1)
    finally:
        if hearing is not None:
            hearing.cancel()


async def _hear(reader: asyncio.StreamReader, life: Life, drain_s: float) -> None:
    """End when the parent says so, or when it is dead."""
    if await _word(reader) != REPLACED:
        life.drain_s, life.rest_s = drain_s, 0.0
    life.end()
    # Whatever comes now says that it is to be quick.
    await _word(reader)
    life.end()


async def _word(reader: asyncio.StreamReader) -> bytes:
    """Return what the parent says; nothing if it is dead."""
    try:
        return await reader.readline()
    except OSError:
        return b""


if __name__ == "__main__":
    main()
