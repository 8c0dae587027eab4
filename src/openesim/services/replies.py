"""Answers that are given again: a call repeated under the same ``Idempotency-Key`` is done once.

On disk in one transaction: what the call changed, and its answer. A call that was refused changed nothing and is not
remembered: it may come again when its cause is mended. Of two that come at the same moment, the second one's unit fails
at the key of the first, is run again and finds the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from openesim.kernel.ambient import Clock
from openesim.kernel.errors import ConflictError, OpenEsimError
from openesim.services.ports import AnyWork

REMEMBERED: Final = timedelta(hours=24)
"""How long an answer is given again."""

_SWEPT_AT_ONCE: Final = 100


class KeyReusedError(OpenEsimError):
    """The same ``Idempotency-Key`` came with another request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call is answered.

    Attributes:
        http_status: 2xx.
        body: as it goes out; without secrets, since it is kept.
        location: path of what was made; None: nothing was.
    """

    http_status: int
    body: bytes
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Answer):
    """An answer as it is kept.

    Attributes:
        operator: who called.
        idempotency_key: his name for the call.
        request_digest: SHA-256 of what he asked for.
        created_at: when he was answered first, aware UTC.
    """

    operator: str
    idempotency_key: str
    request_digest: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """A call that may be repeated.

    Attributes:
        operator: who calls.
        idempotency_key: his name for it.
        request_digest: SHA-256 of what he asks for.
    """

    operator: str
    idempotency_key: str
    request_digest: bytes


class ReplyStores(Protocol):
    """The answers, inside one unit of work."""

    def reply(self, operator: str, idempotency_key: str) -> Reply | None:
        """Return what was answered to a call."""
        ...

    def add_reply(self, reply: Reply) -> None:
        """Store what is answered to a call."""
        ...

    def remove_reply(self, operator: str, idempotency_key: str) -> None:
        """Forget what was answered to a call."""
        ...

    def sweep_replies(self, before: datetime, limit: int) -> int:
        """Remove at most ``limit`` answers given before a moment and return how many went."""
        ...


class Replies:
    """Does calls once."""

    def __init__(self, work: AnyWork, clock: Clock) -> None:
        """Bind to the answers."""
        self._work: Final = work
        self._clock: Final = clock

    async def once(self, call: Call | None, unit: Callable[[Any], Answer]) -> Answer:
        """Return what a unit of work answers, or what it answered the first time.

        Args:
            call: names the call; None: the caller gave it no name, and it is done anew each time.
            unit: does it.

        Raises:
            KeyReusedError: the name is another call's.
        """
        if call is None:
            return await self._work.run(unit)
        try:
            return await self._work.run(lambda stores: self._once(stores, call, unit))
        except ConflictError:
            # Somebody else's call under this name was answered since we looked; if it was not that, it fails again.
            return await self._work.run(lambda stores: self._once(stores, call, unit))

    def _once(self, stores: Any, call: Call, unit: Callable[[Any], Answer]) -> Answer:
        now = self._clock.now()
        known = stores.reply(call.operator, call.idempotency_key)
        if known is not None and now - known.created_at < REMEMBERED:
            if known.request_digest != call.request_digest:
                raise KeyReusedError("this Idempotency-Key was used for another request")
            return Answer(http_status=known.http_status, body=known.body, location=known.location)
        if known is not None:
            stores.remove_reply(call.operator, call.idempotency_key)
        answer = unit(stores)
        stores.add_reply(
            Reply(
                operator=call.operator,
                idempotency_key=call.idempotency_key,
                request_digest=call.request_digest,
                created_at=now,
                http_status=answer.http_status,
                location=answer.location,
                body=answer.body,
            )
        )
        return answer

    async def sweep(self) -> int:
        """Forget some answers whose time is over and return how many."""
        before = self._clock.now() - REMEMBERED
        forget: Callable[[ReplyStores], int] = lambda stores: stores.sweep_replies(before, _SWEPT_AT_ONCE)  # noqa: E731
        return await self._work.run(forget)
