"""An end to calls that would never end: timeouts of sockets are between two octets, and whoever drips them is never late."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any


@contextmanager
def deadline(connection: Any, seconds: float) -> Iterator[None]:
    """End whatever is going on with a connection of urllib3 when its time is over: connecting, greeting, reading.

    TLS and answers that close take the socket away from the connection, so a second handle on it is kept.
    """
    handles: list[socket.socket] = []
    make = connection._new_conn  # noqa: SLF001 (the one place where the socket is made)

    def watched() -> socket.socket:
        made: socket.socket = make()
        handles.append(made.dup())
        return made

    def end() -> None:
        for handle in handles:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

    connection._new_conn = watched  # noqa: SLF001
    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # it may be at work: handles are closed after that
        for handle in handles:
            handle.close()
