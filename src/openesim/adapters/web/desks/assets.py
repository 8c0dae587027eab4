"""Static files: named by their hash, so that a browser keeps them for ever and never has an old one."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

STATIC_PATH: Final = "/static"

_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file.

    Attributes:
        octets: its content.
        media_type: as it is sent.
    """

    octets: bytes
    media_type: str


class Assets:
    """The static files of the desks."""

    def __init__(self) -> None:
        """Read them all: they are few and small."""
        self._by_address: Final[dict[str, Asset]] = {}
        self._addresses: Final[dict[str, str]] = {}
        for each in files("openesim.adapters.web.desks").joinpath("static").iterdir():
            stem, dot, kind = each.name.rpartition(".")
            if dot + kind in _KINDS:
                octets = each.read_bytes()
                address = f"{stem}.{sha256(octets).hexdigest()[:12]}.{kind}"
                self._by_address[address] = Asset(octets, _KINDS[dot + kind])
                self._addresses[each.name] = f"{STATIC_PATH}/{address}"

    def address(self, name: str) -> str:
        """Return the path under which a file is fetched.

        Raises:
            KeyError: there is none of this name.
        """
        return self._addresses[name]

    def find(self, address: str) -> Asset | None:
        """Return the file that is asked for by its last part."""
        return self._by_address.get(address)
