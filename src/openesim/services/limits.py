"""How often somebody may ask: an address, a chip, an operator, and who guesses matching ids.

Each has a bucket: a minute's worth of requests that may come at once and flows back evenly. The limits are a process's
own: with several processes on the same addresses, somebody gets at most as many times the number as there are
processes. Loads of a laboratory meet none, for but one none is set unless the owner sets it: guesses.

A wrong matching id costs a guess, of the address and of the chip that it came from. Where the guesses are used up, the
address gets no answer from us as LPA and the chip no look at an order until one flows back; so whoever tries codes one
after the other is slowed to the number a minute that was set, and who mistyped one is not. An address has more guesses
than a chip: many phones may share it, and one of them must not use up what all have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Final

import structlog

from openesim.kernel.errors import TooManyRequestsError
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.services.request_trace import RequestTrace

MOST_KEYS: Final = 100_000
"""Addresses, chips or operators that are remembered; the one that has not asked for longest is forgotten first."""

GUESSED_ON: Final = "es9plus"
"""The interface on which matching ids are told."""

MATCHING_ID_REFUSED: Final = str(Status(Subject.MATCHING_ID, Reason.REFUSED))

_MINUTE_S: Final = 60.0
_NOTHING_S: Final = 1e-3
"""Less is what is left over from sums of fractions."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Requests a minute; None: as many as come.

    Attributes:
        address: of one address, all functions together.
        eid: downloads that one chip begins.
        operator: of one operator, all functions together.
        guesses_of_address: wrong matching ids that come from one address.
        guesses_of_eid: wrong matching ids of one chip.
    """

    address: int | None = None
    eid: int | None = None
    operator: int | None = None
    guesses_of_address: int | None = None
    guesses_of_eid: int | None = None


class Buckets:
    """One bucket a key, all of one size; each is one number: the moment at which it is full again."""

    __slots__ = ("_full_at", "_interval_s", "_most")

    def __init__(self, per_minute: int, most: int = MOST_KEYS) -> None:
        """Give every key so many requests a minute, and remember so many keys.

        Args:
            per_minute: at least 1.
            most: at least 1.
        """
        self._interval_s: Final = _MINUTE_S / per_minute
        self._most: Final = most
        self._full_at: Final[dict[str, float]] = {}

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._full_at)

    def wait_s(self, key: str, now: float) -> float:
        """Return in how many seconds a key may ask; 0: at once."""
        owed_s = max(0.0, self._full_at.get(key, now) - now)
        wait_s = owed_s + self._interval_s - _MINUTE_S
        return wait_s if wait_s > _NOTHING_S else 0.0

    def take(self, key: str, now: float) -> float:
        """Take one request out of a key's bucket and return 0; or take nothing and return the seconds to wait.

        Args:
            key: whose bucket.
            now: seconds of a clock that never goes back.
        """
        wait_s = self.wait_s(key, now)
        full_at = max(self._full_at.pop(key, now), now)
        self._full_at[key] = full_at if wait_s else full_at + self._interval_s
        if len(self._full_at) > self._most:
            del self._full_at[next(iter(self._full_at))]
        return wait_s


def everybodys(_operator: str) -> int | None:
    """Say that no operator has a rate of his own."""
    return None


class Limits:
    """The limits of a process."""

    def __init__(
        self,
        rates: Rates,
        *,
        clock: Callable[[], float] = monotonic,
        rate_of_operator: Callable[[str], int | None] = everybodys,
    ) -> None:
        """Take the rates.

        Args:
            rates: for everybody.
            clock: seconds that never go back.
            rate_of_operator: requests a minute of an operator that has a rate of his own, instead of everybody's.
        """
        self._clock: Final = clock
        self._addresses: Final = _buckets(rates.address)
        self._eids: Final = _buckets(rates.eid)
        self._guesses_of_addresses: Final = _buckets(rates.guesses_of_address)
        self._guesses_of_eids: Final = _buckets(rates.guesses_of_eid)
        self._rate: Final = rates.operator
        self._rate_of_operator: Final = rate_of_operator
        self._operators: Final[dict[int, Buckets]] = {}

    def take_address(self, address: str, interface: str) -> None:
        """Let an address ask once on an interface; where LPAs are not heard, nobody guesses.

        Raises:
            TooManyRequestsError: it asked, or guessed, too often.
        """
        key, now = network_of(address), self._clock()
        if self._guesses_of_addresses is not None and interface == GUESSED_ON:
            _verify(self._guesses_of_addresses.wait_s(key, now), "too many wrong codes from this address")
        if self._addresses is not None:
            _verify(self._addresses.take(key, now), "too many requests from this address")

    def take_operator(self, operator: str) -> None:
        """Let an operator ask once.

        Raises:
            TooManyRequestsError: he asked too often.
        """
        rate = self._rate_of_operator(operator) or self._rate
        if rate is not None:
            buckets = self._operators.get(rate)
            if buckets is None:
                buckets = self._operators[rate] = Buckets(rate)
            _verify(buckets.take(operator, self._clock()), "too many requests of this operator")

    def eid_refusal(self, eid: str) -> Status | None:
        """Return how a chip is refused that asks too often, or None; takes nothing, so it may be asked again.

        The order is not looked for, and is not touched.
        """
        now = self._clock()
        for buckets, what in ((self._eids, "downloads"), (self._guesses_of_eids, "wrong codes")):
            wait_s = 0.0 if buckets is None else buckets.wait_s(eid, now)
            if wait_s:
                error = TooManyRequestsError(f"too many {what} of this chip", ceil(wait_s))
                return Status(Subject.SMDP, Reason.EXECUTION_UNAVAILABLE, str(error))
        return None

    def note_answer(self, trace: RequestTrace) -> None:
        """Count what an answered request costs: a download begun, a wrong matching id."""
        is_guess = trace.status == MATCHING_ID_REFUSED and trace.interface == GUESSED_ON
        if not is_guess and (self._eids is None or not trace.eid):
            return
        now = self._clock()
        if self._eids is not None and trace.eid and trace.function == "authenticate_client":
            self._eids.take(trace.eid, now)
        if is_guess and self._guesses_of_addresses is not None and trace.client_address:
            self._guesses_of_addresses.take(network_of(trace.client_address), now)
        if is_guess and self._guesses_of_eids is not None and trace.eid:
            self._guesses_of_eids.take(trace.eid, now)


def network_of(address: str) -> str:
    """Return what is one asker: an address of IPv4, the 64 bits of a network of IPv6.

    Whoever has a line with IPv6 has a network of 64 bits, and all its addresses.

    Args:
        address: as the system writes it; IPv4 in IPv6 counts as IPv4.
    """
    if ":" not in address:
        return address
    mapped = address.rpartition(":")[2]
    if "." in mapped:
        return mapped
    head, has_gap, tail = address.partition("%")[0].partition("::")
    groups = head.split(":") if head else []
    if has_gap:
        ending = tail.split(":") if tail else []
        groups += ["0"] * (8 - len(groups) - len(ending)) + ending
    return ":".join(groups[:4])


def _buckets(per_minute: int | None) -> Buckets | None:
    return None if per_minute is None else Buckets(per_minute)


def _verify(wait_s: float, what: str) -> None:
    """Refuse who has to wait.

    Raises:
        TooManyRequestsError: with whole seconds.
    """
    if wait_s:
        raise TooManyRequestsError(what, ceil(wait_s))
