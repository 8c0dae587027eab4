"""Orders that are held: looked at by somebody, or looked at again when their moment has come.

An order that is held when it is ordered is confirmed and not released; a line is reserved for it. Whoever finds nothing
wrong clears it, and what it was held for does not count any more. One whose time is over is tried once more; if it is still
held then, its line is given back, and the operator may confirm it again or take it back.

One that is held when a chip comes for it stays as it is, and keeps its line: it was promised. Cleared, it can be fetched at
once. Ended, it fails, and its line is given back; it can be issued again, if the gate agrees, or taken back. When its time is
over nothing is left of the hold but what led to it: the next chip that comes for it is asked about again.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog

from openesim.conditions.admission import codes
from openesim.conditions.admission.admission import Admission, LineState
from openesim.conditions.admission.decision import Verdict
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import NotFoundError, StateError
from openesim.kernel.records import changed
from openesim.messages.sgp22.es2plus import ReleaseProfileRequest
from openesim.messages.sgp22.explained import explain_status
from openesim.messages.sgp22.function import RequestHeader
from openesim.messages.sgp22.status import Status
from openesim.provisioning.smdp.history import Action, step_of
from openesim.provisioning.smdp.orders import Order, OrderEvent, OrderState
from openesim.services.conditions.gate.books import GateStores
from openesim.services.conditions.gate.words import waiting_no_more
from openesim.services.es2plus import Es2PlusService
from openesim.services.following_orders import follow_order
from openesim.services.order_entries import order_deed
from openesim.services.ports import AnyWork, never
from openesim.services.telling import stamped, tell
from openesim.transparency.entries import GATE

INTERVAL_S: Final = 30.0
_PAGE: Final = 100
_ENDED: Final = "held, looked at, and ended"

_log = structlog.get_logger(__name__)


class HoldStores(GateStores, Protocol):
    """Held orders, inside one unit of work."""

    def held_admissions(self, after: tuple[int, int], limit: int) -> list[Admission]:
        """Return orders that are held, by when they are looked at again, beginning behind (milliseconds, order)."""
        ...


class Holds:
    """Looks after orders that wait."""

    def __init__(self, work: AnyWork, functions: Es2PlusService, clock: Clock) -> None:
        """Bind to what releases orders."""
        self._work: Final = work
        self._functions: Final = functions
        self._clock: Final = clock

    async def clear(self, order_id: int, actor: str, reason: str) -> Order:
        """Let a held order go on, since somebody looked at it and found nothing wrong; return it as it stands then.

        Args:
            order_id: the order.
            actor: who looked.
            reason: why it may go on; nothing personal.

        Raises:
            NotFoundError: no such order is held.
            StateError: something else speaks against it now.
        """

        def clear(stores: HoldStores) -> Order:
            order, admission = _held(stores, order_id)
            cleared = tuple(sorted({*admission.cleared, *admission.signs}))
            admission = changed(admission, cleared_by=actor, cleared=cleared)
            stores.save_word(admission if order.state is OrderState.CONFIRMED else waiting_no_more(admission))
            stores.append_entry(order_deed(order, "clear-hold", actor, self._clock.now(), {"reason": reason}))
            return order

        order = await self._work.run(clear)
        if order.state is not OrderState.CONFIRMED:
            return order
        answer = await self._release(order)
        if isinstance(answer, Status):
            error = StateError(f"the order is cleared, but cannot be released: {answer}")
            cause = codes.explained(answer.code or "") or explain_status(answer.subject, answer.reason)
            raise error.explained(cause)
        await self._work.run(lambda stores: _end_wait(stores, order_id))
        return await self._order(order_id)

    async def refuse(self, order_id: int, actor: str, reason: str) -> Order:
        """End the hold of an order that shall not go on; its line is given back. Returns the order."""

        def refuse(stores: HoldStores) -> Order:
            order, admission = _held(stores, order_id)
            return self._end(stores, admission, order, actor, reason)

        return await self._work.run(refuse)

    async def look_again(self) -> int:
        """Try orders whose time to wait is over, and return how many there were."""
        now, after, count = self._clock.now(), (0, 0), 0
        while page := await self._held(after):
            for admission in page:
                assert admission.held_until is not None  # noqa: S101 (selected by it)
                if admission.held_until > now:
                    return count
                await self._try_quietly(admission)
                count += 1
            after = (_milliseconds(page[-1].held_until), page[-1].order_id)
        return count

    async def keep_looking(self) -> None:
        """Try held orders when their moment has come; runs until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            try:
                await self.look_again()
            except Exception as fault:  # noqa: BLE001 (whatever the stores raise: there is another time)
                _log.error("held orders not looked at", fault=repr(fault))

    async def _try_quietly(self, admission: Admission) -> None:
        """Try a held order, and leave what goes wrong to the next time."""
        try:
            await self._try(admission)
        except Exception as fault:  # noqa: BLE001 (one order that breaks something holds up no other)
            _log.error("held order not tried", order=admission.order_id, fault=type(fault).__name__)

    async def _try(self, admission: Admission) -> None:
        """Release a held order, or end its hold where the gate says no once more."""
        order = await self._order(admission.order_id)
        if order.state is not OrderState.CONFIRMED or not order.is_admitted:
            await self._work.run(lambda stores: _end_wait(stores, order.order_id))
            return
        answer = await self._release(order)
        if not isinstance(answer, Status):
            return

        def end(stores: HoldStores) -> None:
            now_is, held = stores.order(order.order_id), stores.admission(order.order_id)
            if now_is is not None and held is not None and held.held_until is not None:
                self._end(stores, held, now_is, GATE, "its time to wait is over")

        await self._work.run(end)

    def _end(self, stores: HoldStores, admission: Admission, order: Order, actor: str, reason: str) -> Order:
        """Give the line of a held order back and forget what it waited for; a profile that a chip has stays there."""
        now, after = self._clock.now(), order
        stores.save_word(changed(admission, verdict=Verdict.REFUSE, held_until=None))
        if order.state is OrderState.CONFIRMED:
            stores.move_line(order.order_id, LineState.ENDED, now)
        elif order.can(OrderEvent.FAIL):
            after = stamped(order.moved(OrderEvent.FAIL, _ENDED), now)
            stores.save_order(after)
            follow_order(stores, order, after, now)
            tell(stores, step_of(Action.END_HOLD, after, now))
        stores.append_entry(order_deed(order, "end-hold", actor, now, {"reason": reason}))
        return after

    async def _release(self, order: Order) -> Any:
        request = ReleaseProfileRequest(header=RequestHeader(), iccid=order.iccid)
        return await self._functions.release_profile(request, order.operator or "")

    async def _order(self, order_id: int) -> Order:
        order: Order | None = await self._work.run(lambda stores: stores.order(order_id))
        if order is None:
            raise NotFoundError(f"there is no order {order_id}")
        return order

    async def _held(self, after: tuple[int, int]) -> list[Admission]:
        page: list[Admission] = await self._work.run(
            lambda stores: stores.held_admissions(after, _PAGE), must_last=never
        )
        return page


def _held(stores: HoldStores, order_id: int) -> tuple[Order, Admission]:
    """Return an order that is held, with what the gate said; its row is held until the unit ends.

    Raises:
        NotFoundError: no such order is held.
    """
    order, admission = stores.order(order_id), stores.admission(order_id)
    if order is None or not order.is_admitted or admission is None or admission.held_until is None:
        raise NotFoundError(f"order {order_id} is not held")
    return order, admission


def _end_wait(stores: HoldStores, order_id: int) -> None:
    """Store that an order does not wait any more, also where the rules ask nothing meanwhile."""
    order, admission = stores.order(order_id), stores.admission(order_id)
    if order is not None and admission is not None and admission.held_until is not None:
        stores.save_word(changed(admission, held_until=None, signs=()))


def _milliseconds(moment: datetime | None) -> int:
    return (
        0
        if moment is None
        else (moment - datetime(1970, 1, 1, tzinfo=moment.tzinfo)) // timedelta(milliseconds=1)
    )
