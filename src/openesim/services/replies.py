"""Answers that are given again: a call repeated under the same ``Idempotency-Key`` is done once.

On disk in one transaction: what the call changed, and its answer. A call that was refused changed nothing and is not
remembered: it may come again when its cause is mended. Of two that come at the same moment, the second one's unit fails
at the key of the first, is run again and finds the answer.

A call that has to ask somebody else on the way (an SM-DS) is stored as begun. Sent again before it has ended, or after
its process died, it goes on from there and is not begun a second time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Protocol

from openesim.kernel.ambient import Clock
from openesim.kernel.errors import ConflictError, FunctionError, OpenEsimError, RuleRefused
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
        is_repeated: it was given before, and nothing was done now.
    """

    http_status: int
    body: bytes
    location: str | None = None
    is_repeated: bool = field(default=False, compare=False)


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


def call_of_form(operator: str, token: str, wish: object = None) -> Call:
    """Return the name of what a form of a desk asks for.

    Args:
        operator: whose people send it.
        token: drawn when the form was made.
        wish: what it asks for, where the same form cannot ask for something else; None: whatever it asks for.
    """
    # A blank stands in no name that an operator's own systems give.
    return Call(operator, f"desk {token}", sha256(repr(wish).encode()).digest())


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a unit returns that has begun a call, and has to ask somebody else before it can end it.

    Attributes:
        token: by which the call goes on if this process dies meanwhile, and it is sent again.
        answer: what it will be, if all goes well.
        finish: ends it, in a unit of its own; what is handed to it is called in that unit with what the call came to.
    """

    token: str
    answer: Answer
    finish: Callable[[End], Awaitable[Answer | Refusal]]


Refusal = FunctionError | RuleRefused
Result = Answer | Refusal | Unfinished
End = Callable[[Any, Answer | Refusal], None]
Unit = Callable[[Any], Result]
"""Does a call inside a unit of work."""

Resume = Callable[[Any, str], Result]
"""Goes on with a call that was begun, by its token."""

_BEGUN: Final = 102
"""In the place of an HTTP status: the call is not at its end."""


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


class _RehearsedError(Exception):
    """Carries what a unit returned out of it, so that nothing of it is stored."""

    def __init__(self, result: Result) -> None:
        """Keep the result."""
        super().__init__()
        self.result = result


class Replies:
    """Does calls once."""

    def __init__(self, work: AnyWork, clock: Clock) -> None:
        """Bind to the answers."""
        self._work: Final = work
        self._clock: Final = clock

    async def once(self, call: Call | None, unit: Unit, resume: Resume | None = None) -> Answer:
        """Return what a unit of work answers, or what it answered the first time.

        Args:
            call: names the call; None: the caller gave it no name, and it is done anew each time.
            unit: does it; a refusal that it returns is stored with whatever it noted, one that it raises is not.
            resume: goes on where the unit of an earlier try ended ``Unfinished``; None: the unit is done again.

        Raises:
            FunctionError: refused.
            RuleRefused: refused by the gate.
            KeyReusedError: the name is another call's.
        """
        if call is None:
            result = await self._work.run(unit)
        else:
            try:
                result = await self._work.run(lambda stores: self._once(stores, call, unit, resume))
            except ConflictError:
                # A call under this name was answered since we looked; if it was not that, it fails again.
                result = await self._work.run(lambda stores: self._once(stores, call, unit, resume))
        if isinstance(result, Unfinished):
            result = await result.finish(lambda stores, ended: self._end(stores, call, ended))
        if isinstance(result, Refusal):
            raise result
        return result

    async def rehearse(self, unit: Unit) -> Answer:
        """Return what a unit of work would answer; nothing of it is stored.

        Raises:
            FunctionError: it would be refused.
            RuleRefused: by the gate.
        """

        def rehearsal(stores: Any) -> None:
            """Do it, and have it undone."""
            raise _RehearsedError(unit(stores))

        try:
            await self._work.run(rehearsal)
        except _RehearsedError as rehearsed:
            result = rehearsed.result
            if isinstance(result, Refusal):
                raise result from None
            return result.answer if isinstance(result, Unfinished) else result
        raise AssertionError("unreachable")  # pragma: no cover

    def _once(self, stores: ReplyStores, call: Call, unit: Unit, resume: Resume | None) -> Result:
        known = stores.reply(call.operator, call.idempotency_key)
        if known is not None and self._clock.now() - known.created_at >= REMEMBERED:
            stores.remove_reply(call.operator, call.idempotency_key)
            known = None
        if known is not None and known.request_digest != call.request_digest:
            raise KeyReusedError("this Idempotency-Key was used for another request")
        if known is None:
            result = unit(stores)
        elif known.http_status != _BEGUN:
            return Answer(
                http_status=known.http_status, body=known.body, location=known.location, is_repeated=True
            )
        else:
            result = resume(stores, known.body.decode()) if resume is not None else unit(stores)
        if isinstance(result, Unfinished):
            self._keep(stores, call, Answer(http_status=_BEGUN, body=result.token.encode()))
        else:
            self._end(stores, call, result)
        return result

    def _end(self, stores: ReplyStores, call: Call | None, result: Answer | Refusal) -> None:
        """Remember an answer; of a refusal nothing is."""
        if call is not None and isinstance(result, Answer):
            self._keep(stores, call, result)
        elif call is not None:
            stores.remove_reply(call.operator, call.idempotency_key)

    def _keep(self, stores: ReplyStores, call: Call, answer: Answer) -> None:
        known = stores.reply(call.operator, call.idempotency_key)
        if known is not None and known.http_status == _BEGUN:
            stores.remove_reply(call.operator, call.idempotency_key)
        stores.add_reply(
            Reply(
                operator=call.operator,
                idempotency_key=call.idempotency_key,
                request_digest=call.request_digest,
                created_at=self._clock.now(),
                http_status=answer.http_status,
                location=answer.location,
                body=answer.body,
            )
        )

    async def sweep(self) -> int:
        """Forget some answers whose time is over and return how many."""
        before = self._clock.now() - REMEMBERED
        forget: Callable[[ReplyStores], int] = lambda stores: stores.sweep_replies(before, _SWEPT_AT_ONCE)  # noqa: E731
        return await self._work.run(forget)
