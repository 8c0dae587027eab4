"""The sockets of a server: bound once, before anything else, and handed on to those who serve on them."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from openesim.adapters.http_server.addresses import bind, bind_file
from openesim.apps.listeners import Planned
from openesim.apps.settings import Listen, SocketFile

Bound = dict[str, list[socket.socket]]
"""Sockets by the name of the listener."""


def bind_all(planned: list[Planned]) -> Bound:
    """Return sockets for all listeners, by name.

    Raises:
        ConfigError: an address is in use, or none of this machine; then nothing is bound.
    """
    bound: Bound = {}
    with ExitStack() as stack:
        for each in planned:
            if each.address is not None:
                bound[each.name] = bind_one(each.address)
                for opened in bound[each.name]:
                    stack.callback(opened.close)
        stack.pop_all()
    return bound


def bind_one(address: Listen) -> list[socket.socket]:
    """Return the sockets of one address.

    Raises:
        ConfigError: it is in use, or none of this machine.
    """
    if isinstance(address, SocketFile):
        return [bind_file(address.path)]
    return bind(address.host, address.port)


def close_all(bound: Bound) -> None:
    """Close sockets, here; who has them too still listens."""
    for sockets in bound.values():
        for each in sockets:
            each.close()


@contextmanager
def kept_files(planned: list[Planned]) -> Iterator[None]:
    """Remove what listens in the file system when the server has ended."""
    try:
        yield
    finally:
        for each in planned:
            if isinstance(each.address, SocketFile):
                each.address.path.unlink(missing_ok=True)


def announce(planned: list[Planned], fqdn: str, bound: Bound) -> None:
    """Tell on standard output where we listen: programs wait for these lines."""
    for each in planned:
        if each.name in bound:
            place = place_of(each.scheme, bound[each.name][0])
            sys.stdout.write(f"{each.name} listening on {place} as {fqdn} (pid {os.getpid()})\n")
    sys.stdout.flush()


def place_of(scheme: str, opened: socket.socket) -> str:
    """Return where a socket listens, as announced."""
    name = opened.getsockname()
    if opened.family == socket.AF_UNIX:
        return f"unix:{Path(name)}"
    host, port = name[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
