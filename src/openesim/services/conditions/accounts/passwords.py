"""Passwords: which are taken, and how they are kept.

A password is normalised before anything is done with it, so it is the same on every keyboard. To hash one takes a tenth of
a second and 64 MiB, which is its purpose: it is done off the event loop, for few people at a time, and others wait in a
queue of bounded length.

Source: NIST SP 800-63B §5.1.1.2 (length, no rules of composition, a list of those that are tried first, NFKC).
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from openesim.kernel.errors import TooManyRequestsError
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.common_passwords import COMMON
from openesim.services.conditions.accounts.texts import AccountRefused, Cause

SHORTEST: Final = 10
LONGEST: Final = 128

_AT_ONCE: Final = 3
"""Passwords that a process hashes at the same time; others wait."""

_MOST_WAITING: Final = 60
"""Passwords that wait for their turn; beyond, people are sent away for a moment."""

_RETRY_AFTER_S: Final = 5

_BESIDE_LOGIN: Final = 6
"""Characters that a password has beside the login, if that is in it."""

_FEWEST_DIFFERENT: Final = 4

T = TypeVar("T")


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


def normalised(password: Secret[str]) -> Secret[str]:
    """Return a password as it is hashed and judged: NFKC; what is far too long is cut."""
    return Secret(unicodedata.normalize("NFKC", password.reveal()[: 4 * LONGEST])[: LONGEST + 1])


def verify_acceptable(password: Secret[str], login: str) -> None:
    """Refuse a password that is guessed at once.

    Args:
        password: any characters, blanks among them.
        login: of its account.

    Raises:
        AccountRefused: too short, too long, the login, or one of those that are tried first.
    """
    text = normalised(password).reveal()
    plain = text.casefold()
    if len(text) < SHORTEST:
        raise AccountRefused(Cause.PASSWORD_SHORT, field="password", least=SHORTEST)
    if len(text) > LONGEST:
        raise AccountRefused(Cause.PASSWORD_LONG, field="password", most=LONGEST)
    if login in plain and len(plain.replace(login, "")) < _BESIDE_LOGIN:
        raise AccountRefused(Cause.PASSWORD_LOGIN, field="password")
    if plain in COMMON or len(set(plain)) < _FEWEST_DIFFERENT:
        raise AccountRefused(Cause.PASSWORD_COMMON, field="password")


class Passwords:
    """Hashes off the event loop, a few at a time."""

    def __init__(self, hashing: PasswordHashing) -> None:
        """Take what hashes."""
        self._hashing: Final = hashing
        self._turns: Final = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    def verify_has_room(self) -> None:
        """Refuse to judge another password while too many wait; to be asked before an attempt is counted.

        Raises:
            TooManyRequestsError: for a few seconds.
        """
        if self._waiting >= _MOST_WAITING:
            raise TooManyRequestsError("too many people are signing in just now", _RETRY_AFTER_S)

    async def hash(self, password: Secret[str]) -> Secret[str]:
        """Return what is kept of a password."""
        return await self._in_turn(lambda: self._hashing.hash(normalised(password)))

    async def is_right(self, kept: Secret[str] | None, password: Secret[str]) -> bool:
        """Tell whether a password is the one of which something is kept; None: nobody's, which takes as long."""
        known = self._hashing.nobody if kept is None else kept
        return await self._in_turn(lambda: self._hashing.is_right(known, normalised(password)))

    async def rehash(self, kept: Secret[str], password: Secret[str]) -> Secret[str] | None:
        """Return a password that is right as it is kept today; None: it is kept so."""
        if not self._hashing.is_outdated(kept):
            return None
        return await self.hash(password)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
