"""Sends what the outbox holds: at least once, in order for every ICCID, and one who is away holds nobody else up.

A process claims destinations, not messages: whoever holds one sends all its messages until nothing is due, and nobody
else does meanwhile, so order needs no further care. A claim lapses when its process gives no sign of life. Of a
destination that does not answer one message is tried, less and less often; the others are not even read.

On disk when: a message with the state that it tells; its removal a moment after it arrived. So a process that dies in
between sends it again, with the same identifiers.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

import structlog

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import FunctionError, NotFoundError, OpenEsimError, PeerError
from openesim.kernel.records import changed
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of, with_outcome
from openesim.services.outgoing import Destination, Message, OutboxRules, OutboxStores, pause_after
from openesim.services.ports import always, never

T = TypeVar("T")

Send = Callable[[Message, datetime], Awaitable[None]] | Callable[[Message, datetime], None]
"""Sends a message, now; runs in a thread of its own if it is no coroutine function.

Raises:
    FunctionError: the other side answered no: it is an answer, nobody asks again.
    NotFoundError: the other side is gone for good.
    PeerError: no answer that decides anything.
"""

_FINISH_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 60.0
_STEP: Final = 1000
_SWEEP_EVERY: Final = timedelta(minutes=1)
_LONGEST_FAULT: Final = 400
_SHARE_OF_LEASE: Final = 0.75
_EVER: Final = timedelta(days=36500)

# The line holds, and something was said, if not what was hoped for: the next message may fare better.
_SAID_SOMETHING: Final = frozenset(
    {
        LpaOutcome.SERVER_FAILED,
        LpaOutcome.REQUEST_REJECTED,
        LpaOutcome.REDIRECTED,
        LpaOutcome.ANSWER_UNREADABLE,
        LpaOutcome.ANSWER_TOO_LARGE,
    }
)

_log = structlog.get_logger(__name__)


class OutboxWork(Protocol):
    """Runs units of work on the stores of the outbox."""

    async def run(self, unit: Callable[[OutboxStores], T], *, must_last: Callable[[T], bool] = always) -> T:
        """Return what the unit returns, once everything it stored is on disk, if that must last."""
        ...


class MessageKind(Protocol):
    """Knows how messages of one kind are sent."""

    def line_to(self, stores: Any, destination: str) -> Send | None:
        """Return what sends to a destination as it is set up at this moment; None: it is not there any more."""
        ...

    def give_up(self, stores: Any, destination: str, fault: str, now: datetime) -> None:
        """Take note that messages for a destination were given up, in the same unit of work."""
        ...


@dataclass(slots=True)
class _Round:
    """How a page of messages fares.

    Attributes:
        line: sends.
        destination: whom they are for.
        failures: in a row, of the destination.
        failing_since: when the first of them was.
        renewed_at: when the claim was last renewed.
        fault: why the last failed.
        wished_s: pause that the other side asked for.
        is_broken: nothing more is to be tried now.
        is_gone: the other side is gone for good.
        is_lost: another process has the destination now.
    """

    line: Send
    destination: Destination
    failures: int
    failing_since: datetime | None
    renewed_at: datetime
    fault: str = ""
    wished_s: float | None = None
    is_broken: bool = False
    is_gone: bool = False
    is_lost: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more of the page is to be sent."""
        return self.is_broken or self.is_gone or self.is_lost


class Outbox:
    """Sends messages of the outbox, in the background of a process.

    Attributes:
        counts: how many messages were sent, refused, failed and given up since the start, by kind.
    """

    def __init__(
        self,
        work: OutboxWork,
        ambient: Ambient,
        kinds: Mapping[str, MessageKind],
        rules: OutboxRules | None = None,
    ) -> None:
        """Bind the outbox to those who send.

        Args:
            work: where messages are kept.
            ambient: the clock; entropy for the name of this process and the jitter of its pauses.
            kinds: who sends, by kind; messages of other kinds are left to other processes.
            rules: the owner's.
        """
        self._work: Final = work
        self._clock: Final = ambient.clock
        self._entropy: Final = ambient.entropy
        self._kinds: Final = dict(kinds)
        self._rules: Final = rules or OutboxRules()
        self._holder: Final = ambient.entropy(8).hex()
        self._serving: Final[dict[asyncio.Task[None], Destination]] = {}
        self._is_stopping = False
        self._swept_at: datetime | None = None
        self.counts: Final[Counter[tuple[str, str]]] = Counter()

    async def run(self) -> None:
        """Send what is due, as it comes, until cancelled; what is under way then is finished, or left to others."""
        pause_s = self._rules.look_again_s
        try:
            while True:
                try:
                    await self._begin()
                    await self._sweep()
                    pause_s = self._rules.look_again_s
                except Exception as fault:  # noqa: BLE001 (a database that is away: there is another time)
                    pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                    _log.warning("outbox not read", fault=repr(fault), again_in_s=pause_s)
                await asyncio.sleep(pause_s)
        finally:
            await self._finish()

    async def send_due(self) -> int:
        """Send what is due now, and return how many destinations were served."""
        count = 0
        while True:
            await self._begin()
            if not self._serving:
                return count
            count += len(self._serving)
            await asyncio.gather(*self._serving)

    # --- destinations ---

    async def _begin(self) -> None:
        """Claim destinations that have something to be sent, and serve each in a task of its own."""
        free = self._rules.destinations - len(self._serving)
        if free <= 0:
            return
        now = self._clock.now()
        kinds, holder, until = tuple(self._kinds), self._holder, now + self._rules.lease
        claimed = await self._work.run(
            lambda stores: stores.claim_destinations(kinds, holder, now, until, free), must_last=never
        )
        served = {(each.kind, each.destination) for each in self._serving.values()}
        for destination in claimed:
            if (destination.kind, destination.destination) in served:
                continue  # the claim had lapsed, and now it is ours again
            task = asyncio.create_task(self._serve(destination))
            self._serving[task] = destination
            task.add_done_callback(lambda done: self._serving.pop(done, None))

    async def _serve(self, destination: Destination) -> None:
        """Send to one destination until nothing is due, or it does not answer."""
        try:
            failures, since = destination.failures, destination.failing_since
            while not self._is_stopping:
                begun_at = self._clock.now()
                page = await self._next_page(destination, is_probe=failures > 0)
                if page is None or not page[1]:
                    return
                under_way = _Round(page[0], destination, failures, since, begun_at)
                slots = asyncio.Semaphore(self._rules.at_a_time)
                await asyncio.gather(*(self._send(under_way, message, slots) for message in page[1]))
                if under_way.is_gone:
                    await self._give_up_all(destination, under_way.fault, is_gone=True)
                    return
                if under_way.is_lost:
                    return
                if under_way.is_broken:
                    await self._rest(destination, under_way)
                    return
                failures, since = under_way.failures, under_way.failing_since
            await self._release(destination)
        except Exception as fault:  # noqa: BLE001 (the claim lapses, and it is tried again)
            _log.error("destination not served", **_names(destination), fault=repr(fault))

    async def _next_page(
        self, destination: Destination, *, is_probe: bool
    ) -> tuple[Send, list[Message]] | None:
        """Return what sends and what is to be sent; None where nothing is left for us to do, the claim gone too."""
        now, limit = self._clock.now(), 1 if is_probe else self._rules.page
        kind, name, holder = destination.kind, destination.destination, self._holder
        lapses_at = now + self._rules.lease

        def unit(stores: Any) -> tuple[Send, list[Message]] | bool | None:
            if not stores.renew_claim(kind, name, holder, lapses_at):
                return None
            line = self._kinds[kind].line_to(stores, name)
            if line is None:
                return False
            messages = stores.due_messages(kind, name, now, limit)
            if not messages:
                stores.put_behind(kind, name, now)
                stores.release_destination(kind, name, holder)
            return line, messages

        page = await self._work.run(unit, must_last=never)
        if isinstance(page, bool):
            await self._give_up_all(destination, "nobody is there to be told any more")
            return None
        return page

    async def _release(self, destination: Destination) -> None:
        kind, name, holder = destination.kind, destination.destination, self._holder
        await self._work.run(lambda stores: stores.release_destination(kind, name, holder), must_last=never)

    async def _rest(self, destination: Destination, under_way: _Round) -> None:
        """Leave a destination that does not answer alone for a while, and give up what is too old."""
        now = self._clock.now()
        since, fault = under_way.failing_since or now, under_way.fault
        pause = pause_after(under_way.failures, self._rules, self._share(), under_way.wished_s)
        resting = changed(
            destination,
            due_at=now + pause,
            failures=under_way.failures,
            failing_since=since,
            last_fault=fault,
        )
        await self._give_up_older(destination, now - self._rules.give_up_after, fault)
        is_hopeless = now - since >= self._rules.give_up_after

        def unit(stores: OutboxStores) -> None:
            stores.rest_destination(resting, self._holder)
            if is_hopeless:
                self._kinds[destination.kind].give_up(stores, destination.destination, fault, now)

        await self._work.run(unit)
        _log.warning(
            "destination does not answer",
            **_names(destination),
            fault=fault,
            failures=under_way.failures,
            again_in_s=round(pause.total_seconds(), 1),
        )

    async def _give_up_all(self, destination: Destination, fault: str, *, is_gone: bool = False) -> None:
        """Give up everything for a destination that is gone, or that nobody wants to be told any more."""
        now = self._clock.now()
        if is_gone:
            kind, name = self._kinds[destination.kind], destination.destination
            await self._work.run(lambda stores: kind.give_up(stores, name, fault, now))
        await self._give_up_older(destination, now + _EVER, fault)
        await self._release(destination)

    async def _give_up_older(self, destination: Destination, before: datetime, fault: str) -> None:
        """Give up messages created before a moment, a small step at a time."""
        kind, name = destination.kind, destination.destination
        while count := await self._work.run(
            lambda stores: stores.give_up_older(kind, name, before, fault, _STEP)
        ):
            self.counts[kind, "given up"] += count
            _log.error("messages given up", **_names(destination), count=count, fault=fault)

    # --- messages ---

    async def _send(self, under_way: _Round, message: Message, slots: asyncio.Semaphore) -> None:
        """Send one message and store how it fared."""
        async with slots:
            if under_way.is_over or self._is_stopping:
                return
            try:
                await asyncio.wait_for(
                    _called(under_way.line, message, self._clock.now()),
                    self._rules.lease.total_seconds() * _SHARE_OF_LEASE,
                )
            except FunctionError as error:
                _log.warning("message refused", **_names(message), answer=str(error))
                await self._delivered(under_way, message, "refused")
            except TimeoutError:
                # Before somebody else takes the destination up; who drips an answer octet by octet is as good as silent.
                silent = with_outcome(PeerError("no answer in time"), LpaOutcome.TIMED_OUT)
                await self._failed(under_way, message, silent)
            except NotFoundError as error:
                under_way.fault, under_way.is_gone = _shortened(error), True
            except Exception as error:  # noqa: BLE001 (whatever it was, it did not arrive)
                await self._failed(under_way, message, error)
            else:
                _log.debug("message sent", **_names(message))
                await self._delivered(under_way, message, "sent")

    async def _delivered(self, under_way: _Round, message: Message, how: str) -> None:
        """Forget a message that got an answer; if that is lost with this process, it is sent again."""
        under_way.failures, under_way.failing_since = 0, None
        self.counts[message.kind, how] += 1
        now = self._clock.now()
        await self._note(under_way, lambda stores: stores.remove_message(message, now), now)

    async def _failed(self, under_way: _Round, message: Message, error: Exception) -> None:
        """Note a failed attempt; a line that is dead fails for all the others, too."""
        now, fault = self._clock.now(), _shortened(error)
        wished_s = error.retry_after if isinstance(error, PeerError) else None
        under_way.fault = fault
        if not under_way.is_broken:
            is_line = isinstance(error, PeerError) and outcome_of(error) not in _SAID_SOMETHING
            under_way.failures += 1
            under_way.failing_since = under_way.failing_since or now
            under_way.wished_s = wished_s
            under_way.is_broken = is_line or under_way.failures >= self._rules.most_failures
        self.counts[message.kind, "failed"] += 1
        _log.info("message not sent", **_names(message), attempt=message.attempts + 1, fault=fault)
        if now - message.created_at >= self._rules.give_up_after:
            self.counts[message.kind, "given up"] += 1
            _log.error("message given up", **_names(message), fault=fault)
            await self._work.run(lambda stores: stores.give_up_message(message, fault))
            return
        due_at = now + pause_after(message.attempts + 1, self._rules, self._share(), wished_s)
        await self._note(under_way, lambda stores: stores.postpone_message(message, due_at, fault), now)

    async def _note(self, under_way: _Round, unit: Callable[[OutboxStores], None], now: datetime) -> None:
        """Store how a message fared, and show that we are alive where that is due."""
        to, is_renewal = under_way.destination, now - under_way.renewed_at > self._rules.lease / 4
        until = now + self._rules.lease

        def noted(stores: OutboxStores) -> bool:
            unit(stores)
            return not is_renewal or stores.renew_claim(to.kind, to.destination, self._holder, until)

        if is_renewal:
            under_way.renewed_at = now
        if not await self._work.run(noted, must_last=never):
            under_way.is_lost = True

    # --- the rest ---

    async def _sweep(self) -> None:
        """Forget, now and then, what was given up long ago."""
        now = self._clock.now()
        if self._swept_at is not None and now - self._swept_at < _SWEEP_EVERY:
            return
        self._swept_at = now
        before = now - self._rules.keep_stuck
        await self._work.run(lambda stores: stores.sweep_stuck(before, _STEP), must_last=never)

    async def _finish(self) -> None:
        """Wait a moment for what is under way, and leave the rest to others."""
        self._is_stopping = True
        left = dict(self._serving)
        if left:
            await asyncio.wait(left, timeout=_FINISH_S)
        for task, destination in left.items():
            if not task.done():
                task.cancel()
                with suppress(Exception):
                    await self._release(destination)

    def _share(self) -> float:
        return int.from_bytes(self._entropy(4), "big") / 0xFFFF_FFFF


async def _called(line: Send, message: Message, now: datetime) -> None:
    """Send a message, and have nobody else wait meanwhile."""
    if inspect.iscoroutinefunction(line):
        await line(message, now)
    else:
        await in_thread(lambda: line(message, now))


def in_thread(action: Callable[[], T]) -> Awaitable[T]:
    """Run something that waits in a thread of its own, which ends with the process, whatever it waits for."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)  # type: ignore[arg-type]
        else:
            future.set_exception(error)

    def work() -> None:
        try:
            outcome: tuple[T | None, BaseException | None] = (action(), None)
        except BaseException as error:  # noqa: BLE001 (handed to who waits)
            outcome = (None, error)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=work, name="outbox", daemon=True).start()
    return future


def _shortened(error: Exception) -> str:
    """Return what is kept of a fault: ours in words, a foreign one by its kind, since its text may hold anything."""
    text = str(error) if isinstance(error, OpenEsimError) else type(error).__name__
    return text[:_LONGEST_FAULT]


def _names(what: Message | Destination) -> dict[str, Any]:
    """Return what a line of the log says of a message or a destination."""
    names: dict[str, Any] = {"kind": what.kind, "destination": what.destination}
    return names | {"message": what.message_id} if isinstance(what, Message) else names
