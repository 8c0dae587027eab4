"""Cookies of the desks: not for scripts, not for other sites, and over TLS for no other host either.

Source: RFC 6265 §5.4; RFC 6265bis §4.1.3.2 (``__Host-``), §5.6.7 (SameSite).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from openesim.adapters.web.watching import FROM_PROXY

SESSION: Final = "session"
VISIT: Final = "visit"
LANGUAGE: Final = "language"
THEME: Final = "theme"
FLASH: Final = "flash"

YEAR_S: Final = 365 * 24 * 3600


class Cookies:
    """The cookies of one request, and those that its answer sets."""

    def __init__(self, header: str, *, is_secure: bool) -> None:
        """Read the cookies that came.

        Args:
            header: the ``Cookie`` header; empty without one.
            is_secure: whether the browser sees TLS.
        """
        self.is_secure: Final = is_secure
        self._prefix: Final = "__Host-" if is_secure else ""
        self._given: Final = _read(header)
        self._set: Final[dict[str, bytes]] = {}

    def get(self, name: str) -> str:
        """Return what came under a name; empty where nothing did."""
        return self._given.get(self._prefix + name, "")

    def keep(self, name: str, value: str, seconds: int | None = None) -> None:
        """Set a cookie: for so many seconds; None: until the browser is closed."""
        age = "" if seconds is None else f"; Max-Age={seconds}"
        secure = "; Secure" if self.is_secure else ""
        text = f"{self._prefix}{name}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}"
        self._set[name] = text.encode("ascii")
        self._given[self._prefix + name] = value

    def drop(self, name: str) -> None:
        """Remove a cookie."""
        self.keep(name, "", 0)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers that set what was set."""
        return [(b"set-cookie", text) for text in self._set.values()]


def is_secure(scope: Mapping[str, Any]) -> bool:
    """Tell whether the browser sees TLS: ours, or that of a proxy that we trust."""
    if scope.get("scheme") == "https":
        return True
    told = dict(scope["headers"]).get(b"x-forwarded-proto", b"")
    return bool(scope.get(FROM_PROXY)) and told == b"https"


def _read(header: str) -> dict[str, str]:
    """Return cookies by name. Other pages of the host set some, too: what is odd about those is no matter of ours."""
    found: dict[str, str] = {}
    for pair in header.split(";"):
        name, equals, value = pair.strip(" \t").partition("=")
        if equals:
            found.setdefault(name.rstrip(" \t"), value.lstrip(" \t"))
    return found
