"""What the outbox holds: messages for others, where they go, and how long to wait for one who does not answer.

Messages are kept in the transaction of the state they tell. Those of one destination and one sequence key (an ICCID)
leave in their order: a later one waits until the earlier has arrived or was given up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from openesim.kernel.records import with_quick_init

ES2PLUS: Final = "es2plus"
"""Kind of a call-back to an operator; the destination is his name."""

WEBHOOK: Final = "webhook"
"""Kind of a message to a webhook; the destination is the webhook's id."""

ES12: Final = "es12"
"""Kind of a deletion of an event; the destination is the address of the SM-DS."""

_SMALLEST_SHARE: Final = 0.5
_MOST_DOUBLINGS: Final = 30


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the outbox.

    Attributes:
        message_id: row number, rising.
        kind: which sender takes it.
        destination: whom it is for, as the kind names it.
        sequence_key: messages with the same one arrive in their order.
        created_at: when the state it tells was stored, aware UTC.
        due_at: not to be sent before.
        attempts: how often it was sent in vain.
        is_stuck: whether it was given up; a person may have it sent again, or drop it.
        last_fault: why the last attempt failed, for people.
        payload: as the kind's sender reads it; without any secret.
    """

    message_id: int
    kind: str
    destination: str
    sequence_key: str
    created_at: datetime
    due_at: datetime
    attempts: int
    is_stuck: bool
    last_fault: str | None
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Whom messages are for, while a process serves him or while he is left alone.

    Attributes:
        kind: of his messages.
        destination: as the kind names him.
        holder: the process that serves him; empty: none does.
        due_at: not to be served by another before.
        failures: attempts in a row that failed.
        failing_since: when the first of them was, aware UTC.
        last_fault: why the last failed, for people.
    """

    kind: str
    destination: str
    holder: str
    due_at: datetime
    failures: int = 0
    failing_since: datetime | None = None
    last_fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How many messages there are for one destination.

    Attributes:
        kind: of the messages.
        destination: whom they are for.
        waiting: still to be sent.
        stuck: given up.
        oldest: when the oldest that waits was created, aware UTC; None where none waits.
    """

    kind: str
    destination: str
    waiting: int
    stuck: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRules:
    """The owner's rules for the outbox.

    Attributes:
        first_pause_s: pause behind a first failure; every further one doubles it.
        longest_pause_s: pause that no other exceeds.
        give_up_after: age at which a message that cannot be delivered is given up.
        keep_stuck: how long one that was given up is kept for people.
        lease: how long a destination stays with a process that gives no sign of life.
        look_again_s: pause between two looks into an outbox that had nothing to send.
        at_a_time: messages under way to one destination.
        page: messages taken up at once for one destination.
        destinations: destinations that one process serves at a time.
        most_failures: messages in a row that a destination may decline before it is left alone for a while.
    """

    first_pause_s: float = 1.0
    longest_pause_s: float = 3600.0
    give_up_after: timedelta = timedelta(days=3)
    keep_stuck: timedelta = timedelta(days=30)
    lease: timedelta = timedelta(seconds=60)
    look_again_s: float = 0.5
    at_a_time: int = 4
    page: int = 32
    destinations: int = 32
    most_failures: int = 3


def pause_after(failures: int, rules: OutboxRules, share: float, wished_s: float | None = None) -> timedelta:
    """Return how long to wait behind so many failures in a row.

    Args:
        failures: 1 or more.
        rules: the owner's.
        share: drawn anew every time, 0 to 1, so that many who failed together do not come back together.
        wished_s: what the other side asked for.
    """
    doubled = rules.first_pause_s * 2 ** min(failures - 1, _MOST_DOUBLINGS)
    pause_s = min(doubled, rules.longest_pause_s) * (_SMALLEST_SHARE + (1 - _SMALLEST_SHARE) * share)
    return timedelta(seconds=min(max(pause_s, wished_s or 0.0), rules.longest_pause_s))


class OutboxStores(Protocol):
    """The outbox inside one unit of work."""

    def add_message(
        self, *, kind: str, destination: str, sequence_key: str, payload: bytes, now: datetime
    ) -> int:
        """Store a message with the state that it tells, and return its row number."""
        ...

    def claim_destinations(
        self, kinds: tuple[str, ...], holder: str, now: datetime, until: datetime, limit: int
    ) -> list[Destination]:
        """Take destinations that have messages which are due and that nobody serves, each until a moment."""
        ...

    def renew_claim(self, kind: str, destination: str, holder: str, until: datetime) -> bool:
        """Keep a destination for longer; False where it is no longer the holder's."""
        ...

    def release_destination(self, kind: str, destination: str, holder: str) -> None:
        """Let go of a destination that answers: whoever finds messages for it may take it at once."""
        ...

    def rest_destination(self, resting: Destination, holder: str) -> None:
        """Let go of a destination that does not answer: nobody takes it before its time."""
        ...

    def due_messages(self, kind: str, destination: str, now: datetime, limit: int) -> list[Message]:
        """Return messages that are due, oldest first, and of every sequence key only the first."""
        ...

    def put_behind(self, kind: str, destination: str, now: datetime) -> int:
        """Have messages that are due wait as long as the earlier one in their way; return how many that were."""
        ...

    def remove_message(self, message: Message, now: datetime) -> None:
        """Forget a message that arrived; those behind it are due at once."""
        ...

    def postpone_message(self, message: Message, due_at: datetime, fault: str) -> None:
        """Note a failed attempt; the message and those behind it wait."""
        ...

    def give_up_message(self, message: Message, fault: str) -> None:
        """Note that a message was given up; those behind it wait no longer."""
        ...

    def give_up_older(self, kind: str, destination: str, before: datetime, fault: str, limit: int) -> int:
        """Give up messages of a destination created before a moment, a few at a time, and return how many."""
        ...

    def message(self, message_id: int) -> Message | None:
        """Return a message."""
        ...

    def messages(
        self, after: int, limit: int, *, kind: str | None = None, destination: str | None = None
    ) -> list[Message]:
        """Return messages by row number, beginning behind ``after``."""
        ...

    def stuck_messages(self, after: datetime, limit: int) -> list[Message]:
        """Return messages that were given up, by the moment they were created, from ``after`` on."""
        ...

    def retry_message(self, message_id: int, now: datetime) -> bool:
        """Have a message sent at once, also one that was given up; False where there is none."""
        ...

    def drop_message(self, message_id: int) -> bool:
        """Forget a message; False where there is none."""
        ...

    def wake_destination(self, kind: str, destination: str, now: datetime) -> None:
        """Have a destination that is left alone tried at once."""
        ...

    def destinations(self) -> list[Destination]:
        """Return destinations that are served, or left alone, at the moment."""
        ...

    def outbox_levels(self) -> list[Level]:
        """Return how many messages there are, a line a destination; reads the whole outbox."""
        ...

    def sweep_stuck(self, before: datetime, limit: int) -> int:
        """Forget messages that were given up and are older, in a small step, and return how many."""
        ...
