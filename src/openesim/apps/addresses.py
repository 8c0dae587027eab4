"""Addresses as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from openesim.kernel.errors import ConfigError

_PLACE = re.compile(r"(\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<host>[^][:\s]+)):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``HOST:PORT``; an IPv6 host stands in brackets.

        Raises:
            ConfigError: no host, or no port between 0 and 65535.
        """
        form = _PLACE.fullmatch(text)
        if form is None or int(form["port"]) > 0xFFFF:
            raise ConfigError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:8443 or [::1]:8443")
        return cls(form["ipv6"] or form["host"], int(form["port"]))


@dataclass(frozen=True, slots=True)
class SocketFile:
    """Where to listen, in the file system: a proxy on the same machine connects there."""

    path: Path


Listen = Address | SocketFile


def parse_listen(text: str) -> Listen:
    """Read ``HOST:PORT`` or ``unix:PATH``.

    Raises:
        ConfigError: neither.
    """
    if text.startswith("unix:") and len(text) > len("unix:"):
        return SocketFile(Path(text.removeprefix("unix:")))
    try:
        return Address.parse(text)
    except ConfigError as error:
        raise ConfigError(f"{error}, nor unix:PATH") from None
