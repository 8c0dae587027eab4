"""Octets that do not print: keys and codes inside typed elements."""

from __future__ import annotations


class SecretOctets(bytes):
    """A key, PIN or PUK: works as octets, prints as ``<secret>``."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Never show the octets."""
        return "<secret>"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        """Never show the octets, whatever the format asks for."""
        return "<secret>"
