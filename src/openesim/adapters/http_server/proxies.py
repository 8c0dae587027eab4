"""Whom we believe when he says for whom he asks: proxies in front of us.

``X-Forwarded-For`` is read from its end, since a proxy adds to what it was given: the first address that is no proxy of
ours is the client's; what stands before it anybody may have written. A client certificate in ``X-Client-Certificate`` is
believed only where the listener says that a proxy verifies it. Whatever a stranger sends in these headers is not looked
at.
"""

from __future__ import annotations

import binascii
import ipaddress
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

UNIX: Final = "unix"
"""Stands for whoever may use our sockets in the file system."""

_FORWARDED_FOR: Final = b"x-forwarded-for"
_CERTIFICATE: Final = b"x-client-certificate"
_PEM: Final = re.compile(r"\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies of a listener.

    Attributes:
        networks: their addresses.
        has_unix: those on our sockets in the file system, too.
        verify_certificates: they verify that a caller holds the key of his certificate, and hand it on.
    """

    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    has_unix: bool = False
    verify_certificates: bool = False

    @classmethod
    def of(cls, addresses: Iterable[str], *, verify_certificates: bool = False) -> Proxies:
        """Return the proxies of addresses, networks and ``unix``.

        Raises:
            ValueError: none of these.
        """
        listed = tuple(addresses)
        networks = tuple(ipaddress.ip_network(each) for each in listed if each != UNIX)
        return cls(networks, UNIX in listed, verify_certificates)

    def trust(self, peer: str) -> bool:
        """Tell whether a peer is one of them; the empty text is one on a socket in the file system."""
        if not peer:
            return self.has_unix
        return bool(self.networks) and _is_within(peer, self.networks)

    def client_address(self, peer: str, headers: Mapping[bytes, bytes]) -> str:
        """Return the address of the client behind a trusted peer: the last that is not one of them."""
        address = peer
        for text in reversed(headers.get(_FORWARDED_FOR, b"").decode("latin-1").split(",")):
            named = _address(text.strip())
            if not named:
                break
            address = named
            if not self.trust(named):
                break
        return address


def certificate_from(headers: Mapping[bytes, bytes]) -> bytes | None:
    """Return the client certificate, DER, that a proxy has put into its header; None if there is none to be read."""
    text = _PEM.fullmatch(unquote(headers.get(_CERTIFICATE, b"").decode("latin-1")))
    if text is None:
        return None
    try:
        return b64decode("".join(text[1].split()), validate=True)
    except binascii.Error:
        return None


@lru_cache(maxsize=1024)
def _is_within(peer: str, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    """Tell whether an address is in one of the networks."""
    address = ipaddress.ip_address(peer.partition("%")[0])
    return any(address in network for network in networks)


def _address(text: str) -> str:
    """Return an address as it is compared; empty if this is none."""
    try:
        address = ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
