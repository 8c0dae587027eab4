"""Passwords: which are taken, and how they are kept.

Source: NIST SP 800-63B-4 §3.1.1.2 (length, no rules of composition, a list of those that are tried first).
"""

from __future__ import annotations

from typing import Final, Protocol

from openesim.kernel.secret import Secret

SHORTEST: Final = 10
LONGEST: Final = 128


class PasswordHashing(Protocol):
    """Turns passwords into what is kept of them; slow on purpose, so it is not called on the event loop."""

    def hash(self, password: Secret[str]) -> Secret[str]:
        """Return what is kept of a password: algorithm, parameters, salt and hash in one text."""
        ...

    def is_right(self, kept: Secret[str], password: Secret[str]) -> bool:
        """Tell whether a password is the one of which something is kept."""
        ...

    def is_outdated(self, kept: Secret[str]) -> bool:
        """Tell whether it was hashed with less than today's parameters."""
        ...

    @property
    def nobody(self) -> Secret[str]:
        """What is kept of nobody's password: no password is right, and to find that out takes as long as any."""
        ...
