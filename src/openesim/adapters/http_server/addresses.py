"""Addresses to listen on: bound before anything else begins, so that a port in use is said in one clear line."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from openesim.kernel.errors import ConfigError

BACKLOG = 2048
"""Connections that may wait to be accepted."""


def bind(host: str, port: int) -> list[socket.socket]:
    """Return sockets that listen on a port, one for each address of the host.

    Args:
        host: name or address of this machine.
        port: port; 0 for any free one, the same for all addresses.

    Raises:
        ConfigError: no address of this machine, or the port is taken or not ours to take.
    """
    with ExitStack() as stack:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            bound: list[socket.socket] = []
            for family, _, _, _, address in dict.fromkeys(found):
                opened = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    # A port of IPv6 that takes IPv4 too would be in the way of our own.
                    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                opened.bind((address[0], port, *address[2:]))
                # Two that begin at the same moment may both bind; only one may listen.
                opened.listen(BACKLOG)
                port = opened.getsockname()[1]
                bound.append(opened)
        except OSError as error:
            place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            raise ConfigError(
                f"cannot listen on {place}: {error.strerror}; name another HOST:PORT, or end what listens there"
            ) from None
        stack.pop_all()
    return bound
