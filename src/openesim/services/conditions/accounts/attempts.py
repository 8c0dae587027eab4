"""Attempts to sign in: how many failed under a login, and for how long it is locked then; how many come from an address.

A login is counted whether or not anybody has it, so a lock tells nobody that an account is there. The first few mistakes
cost nothing; each further one doubles the time of the lock. Codes and proofs of somebody whose password was right are
counted apart, under his account: no stranger can lock him there. An address is held back in memory, like every other rate
(``services.limits``): of one office many people sign in, so it has more mistakes, and they flow back evenly.

Source: NIST SP 800-63B §5.2.2 (rate limiting).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from time import monotonic
from typing import Final

from openesim.kernel.errors import TooManyRequestsError
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from openesim.services.limits import Buckets, network_of

FREE: Final = 5
"""Failures that lock nothing."""

FIRST_LOCK: Final = timedelta(seconds=30)
LONGEST_LOCK: Final = timedelta(hours=1)

FORGOTTEN: Final = timedelta(hours=24)
"""After this time without an attempt, none is remembered."""

FAILURES_A_MINUTE: Final = 30
"""Of one address, all logins together."""

REGISTRATIONS_A_MINUTE: Final = 10
"""Of one address."""


class LockedError(AccountRefused):
    """Too many failed attempts; ``facts["seconds"]`` says for how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """What is remembered of attempts under a login, or behind it under an account.

    Attributes:
        failures: attempts without success, those that are not judged yet among them.
        at: of the last one, aware UTC.
        locked_until: when the next may come; None: at once.
    """

    failures: int
    at: datetime
    locked_until: datetime | None = None

    def wait_s(self, now: datetime) -> int:
        """Return in how many whole seconds an attempt may be made; 0: now."""
        if self.locked_until is None or now >= self.locked_until:
            return 0
        return ceil((self.locked_until - now).total_seconds())

    def with_another(self, now: datetime) -> Attempts:
        """Return these and one more, as if it had failed: whoever succeeds takes it back."""
        failures = 1 if now - self.at >= FORGOTTEN else self.failures + 1
        lock = lock_after(failures)
        return Attempts(failures=failures, at=now, locked_until=now + lock if lock else None)


def lock_after(failures: int) -> timedelta | None:
    """Return for how long a login is locked after so many failures; None: not at all."""
    if failures <= FREE:
        return None
    doubled = FIRST_LOCK * (1 << min(failures - FREE - 1, 16))
    return min(doubled, LONGEST_LOCK)


def locked_error(seconds: int) -> LockedError:
    """Return what somebody is told whose login is locked."""
    return LockedError(Cause.LOCKED, seconds=seconds)


def login_key(login: str) -> str:
    """Return under which name attempts with a login are counted."""
    return f"login:{login}"


def account_key(account_id: str) -> str:
    """Return under which name codes and proofs of an account are counted."""
    return f"account:{account_id}"


class AddressLimits:
    """How much comes from an address, in this process."""

    def __init__(
        self,
        *,
        failures: int = FAILURES_A_MINUTE,
        registrations: int = REGISTRATIONS_A_MINUTE,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Take the rates.

        Args:
            failures: attempts to sign in that fail, a minute.
            registrations: a minute.
            clock: seconds that never go back.
        """
        self._failures: Final = Buckets(failures)
        self._registrations: Final = Buckets(registrations)
        self._clock: Final = clock

    def verify_may_try(self, address: str) -> None:
        """Refuse an address from which too much failed.

        Raises:
            LockedError: for as long as it says.
        """
        wait_s = self._failures.wait_s(network_of(address), self._clock())
        if wait_s:
            raise locked_error(ceil(wait_s))

    def note_failure(self, address: str) -> None:
        """Count an attempt that failed."""
        self._failures.take(network_of(address), self._clock())

    def take_registration(self, address: str) -> None:
        """Let an address register once.

        Raises:
            TooManyRequestsError: it registered too often.
        """
        wait_s = self._registrations.take(network_of(address), self._clock())
        if wait_s:
            raise TooManyRequestsError("too many registrations from this address", ceil(wait_s))
