"""Addresses to listen on: bound before anything else begins, so that a port in use is said in one clear line."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import ExitStack
from pathlib import Path

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


def bind_file(path: Path) -> socket.socket:
    """Return a socket that listens in the file system; owner and group of the file may connect.

    A socket that a server left behind is replaced; one that is listened at is not.

    Raises:
        ConfigError: something else is there, somebody listens there, or the folder cannot be written.
    """
    if not path.parent.is_dir():
        raise ConfigError(f"cannot listen on unix:{path}: there is no folder {path.parent}; make it first")
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if _is_left(path):
            path.unlink(missing_ok=True)
        # The rights have to hold from the first moment.
        mask = os.umask(0o117)
        try:
            opened.bind(str(path))
        finally:
            os.umask(mask)
        opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        raise ConfigError(
            f"cannot listen on unix:{path}: {error.strerror or error}; name another path, or end what listens there"
        ) from None
    return opened


def _is_left(path: Path) -> bool:
    """Tell whether a socket is there that nobody listens at."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            return False
    except FileNotFoundError:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knocking:
        try:
            knocking.connect(str(path))
        except ConnectionRefusedError:
            return True
    return False
