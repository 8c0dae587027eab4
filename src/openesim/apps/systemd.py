"""Tells the service manager how far we are, if it asked to be told (``Type=notify``)."""

from __future__ import annotations

import os
import socket
import time


def notify(*lines: str) -> None:
    """Send lines such as ``READY=1`` to where ``NOTIFY_SOCKET`` says; nobody asked, or nobody hears: nothing happens."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if path.startswith("@"):
        path = "\0" + path[1:]
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told:
        try:
            told.sendto("\n".join(lines).encode(), path)
        except OSError:
            return


def notify_reloading() -> None:
    """Tell that a reload has begun; ``READY=1`` ends it."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")
