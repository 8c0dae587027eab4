"""Somebody to tell things to, who is away, refuses or is slow when he is told to be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from openesim.kernel.errors import PeerError
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome
from openesim.services.outbox import Send
from openesim.services.outgoing import Message

UNREACHABLE = LpaOutcome.CONNECTION_FAILED
"""Nobody is there."""

BROKEN = LpaOutcome.SERVER_FAILED
"""Somebody is there and answers 500."""


def fault(outcome: LpaOutcome = UNREACHABLE, retry_after: float | None = None) -> PeerError:
    """Returns what a sender raises when it fails in a way."""
    return with_outcome(PeerError(f"it is {outcome.value}", retry_after), outcome)


@dataclass
class Listener:
    """Implements ``services.outbox.MessageKind``, and writes down what it was told.

    Attributes:
        answer: called before a message is taken; what it raises, the sender raises.
        taken: row numbers of messages that arrived, in their order, and for whom.
        tried: the same of all attempts.
        given_up: destinations that were given up, and why.
        is_there: whether destinations are there at all.
        slow_s: pause before every answer.
    """

    answer: Callable[[Message], None] = lambda _message: None
    taken: list[tuple[str, int]] = field(default_factory=list)
    tried: list[tuple[str, int]] = field(default_factory=list)
    given_up: list[tuple[str, str]] = field(default_factory=list)
    is_there: bool = True
    slow_s: float = 0.0
    most_at_once: int = 0
    _at_once: int = 0
    _lock: Lock = field(default_factory=Lock)

    def line_to(self, stores: Any, destination: str) -> Send | None:
        return self._send if self.is_there else None

    def give_up(self, stores: Any, destination: str, why: str, now: datetime) -> None:
        self.given_up.append((destination, why))

    def _send(self, message: Message, now: datetime) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            self.tried.append((message.destination, message.message_id))
        try:
            time.sleep(self.slow_s)
            self.answer(message)
            with self._lock:
                self.taken.append((message.destination, message.message_id))
        finally:
            with self._lock:
                self._at_once -= 1

    def numbers(self, destination: str = "A") -> list[int]:
        """Returns the messages that a destination took, in their order."""
        return [number for name, number in self.taken if name == destination]
