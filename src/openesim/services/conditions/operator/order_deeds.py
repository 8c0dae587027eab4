"""What people do to orders at a desk: made, issued again, taken back, released; each with an entry of the ledger.

On disk in one unit of work: the order as it becomes, and who did it. The functions are those of ES2+ (``ordering``), so a
desk can do nothing that an operator's own systems could not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol

from openesim.kernel.ambient import Clock
from openesim.kernel.errors import ConflictError, FunctionError, RuleRefused, StateError
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.explained import Entry as Words
from openesim.messages.sgp22.explained import Explained, Owner
from openesim.messages.sgp22.explained import Words as Said
from openesim.provisioning.smdp.orders import DOWNLOADABLE, Order
from openesim.provisioning.smdp.reissue import Reissued, Wish
from openesim.services.activation_codes import Issued, issued
from openesim.services.es2plus import Pending
from openesim.services.listing import find_own
from openesim.services.order_entries import order_deed, profile_facts
from openesim.services.ordering import Ordering, OrderingStores, OrderWish, Outcome
from openesim.services.ports import AnyWork, never
from openesim.services.replies import Answer, End, Replies, Result, Unfinished, call_of_form
from openesim.transparency.entries import Entry

_MADE: Final = 201

_CHANGED_MEANWHILE: Final = Explained.of(
    "order:changed-meanwhile",
    Words(
        Owner.USER,
        Said(
            "the order has changed since this page was made; nothing was done",
            "look how it stands now, then decide again",
        ),
        Said("打开页面后订单已发生变化，未作任何更改", "请查看订单当前状态后再操作"),
    ),
)


_NO_CODE: Final = Explained.of(
    "order:no-code",
    Words(
        Owner.OPERATOR,
        Said(
            "this order has no activation code that can be used now: it is not released, held, over, or on its chip already",
            "look at the order: release it, or issue it again",
        ),
        Said(
            "该订单目前没有可用的激活码：尚未允许下载、待审核、已结束，或已写入芯片",
            "请查看订单，允许下载或重新签发",
        ),
    ),
)


class OrderDeedStores(OrderingStores, Protocol):
    """Orders and the ledger, inside one unit of work."""

    def append_entry(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...


class OrderDeeds:
    """Does things to orders for people."""

    def __init__(
        self, work: AnyWork, ordering: Ordering, replies: Replies, clock: Clock, smdp_address: str
    ) -> None:
        """Bind to what makes and changes orders, and to our address as it stands in activation codes."""
        self._smdp_address: Final = smdp_address
        self._work: Final = work
        self._ordering: Final = ordering
        self._replies: Final = replies
        self._clock: Final = clock

    async def order(self, wish: OrderWish, operator: str, actor: str, token: str) -> Iccid:
        """Make an order and return its profile; sent twice, it is made once.

        Args:
            wish: the order, confirmed.
            operator: whose.
            actor: who does it.
            token: name of this deed, drawn when its form was made.

        Raises:
            FunctionError: refused; the explanation says why.
            ConflictError: the matching id was taken meanwhile.
        """
        confirmation = wish.confirmation
        assert confirmation is not None  # noqa: S101 (a desk leaves no order half done)

        def unit(stores: OrderDeedStores) -> Result:
            """Make it."""
            outcome = self._ordering.create(stores, wish, operator)
            return self._answer(stores, outcome, operator, actor)

        def resume(stores: Any, iccid: str) -> Result:
            """Go on with the profile that was reserved."""
            outcome = self._ordering.confirm(stores, Iccid(iccid), confirmation, operator)
            return self._answer(stores, outcome, operator, actor)

        answer = await self._replies.once(call_of_form(operator, token, wish), unit, resume)
        return Iccid(answer.body.decode())

    async def show_code(self, iccid: Iccid, operator: str, actor: str) -> Issued:
        """Return the activation code of an order to somebody, and note that he saw it: whoever has it fetches the profile.

        Raises:
            NotFoundError: the operator has no such order.
            StateError: it has no code that could be used now.
        """

        def unit(stores: OrderDeedStores) -> Issued:
            """Look it up."""
            found = self._issued(stores, iccid, operator)
            self._note(stores, found.order, "show-code", actor, {})
            return found

        return await self._work.run(unit)

    async def verify_has_code(self, iccid: Iccid, operator: str) -> Order:
        """Return an order that has an activation code; nobody has seen it yet, and nothing is noted.

        Raises:
            NotFoundError: the operator has no such order.
            StateError: it has no code that could be used now.
        """
        find: Callable[[OrderDeedStores], Order] = lambda stores: self._issued(stores, iccid, operator).order  # noqa: E731
        return await self._work.run(find, must_last=never)

    def _issued(self, stores: OrderDeedStores, iccid: Iccid, operator: str) -> Issued:
        """Return an order with its activation code."""
        order = find_own(stores, iccid, operator)
        found = issued(order, self._smdp_address) if order.state in DOWNLOADABLE else None
        if found is None:
            raise StateError("the order has no activation code that could be used").explained(_NO_CODE)
        return found

    async def reissue(self, iccid: Iccid, wish: Wish, operator: str, actor: str, seen: datetime) -> Reissued:
        """Issue an order again and return it.

        Args:
            iccid: its profile.
            wish: for which chip.
            operator: whose.
            actor: who does it.
            seen: when the order had changed last, as he saw it.

        Raises:
            NotFoundError: the operator has no such order.
            ConflictError: it has changed since.
            StateError: it is in no state for it, or a chip may have the profile.
            RuleRefused: the rules say no, or let it wait.
        """

        def unit(stores: OrderDeedStores) -> Reissued | RuleRefused:
            """Do it; what the gate says stays on record."""
            before = find_own(stores, iccid, operator)
            _verify_unchanged(before, seen)
            again = self._ordering.reissue(stores, iccid, wish, operator)
            if isinstance(again, RuleRefused):
                return again
            chip = "same" if wish.is_same_chip(before) else "any" if wish.is_for_any else "another"
            facts = {"chip": chip, "forced": "yes" if wish.is_forced else "no"}
            self._note(stores, again.order, "reissue-order", actor, facts)
            return again

        outcome = await self._work.run(unit)
        if isinstance(outcome, RuleRefused):
            raise outcome
        return outcome

    async def cancel(
        self, iccid: Iccid, final_state: str, operator: str, actor: str, seen: datetime
    ) -> Order:
        """Take an order back, and return what became of its profile.

        Args:
            iccid: its profile.
            final_state: of the profile: ``Available`` or ``Unavailable``.
            operator: whose.
            actor: who does it.
            seen: when the order had changed last, as he saw it.

        Raises:
            NotFoundError: the operator has no such order.
            ConflictError: it has changed since.
            FunctionError: refused.
        """

        def unit(stores: OrderDeedStores) -> Outcome:
            """Do it."""
            _verify_unchanged(find_own(stores, iccid, operator), seen)
            outcome = self._ordering.cancel(stores, iccid, (final_state, None), operator)
            if isinstance(outcome, Order):
                self._note(stores, outcome, "cancel-order", actor, {"profile": final_state})
            return outcome

        outcome = await self._work.run(unit)
        if isinstance(outcome, FunctionError):
            raise outcome
        assert isinstance(outcome, Order)  # noqa: S101 (nothing is announced of what is taken back)
        return outcome

    async def release(self, iccid: Iccid, operator: str, actor: str) -> Order:
        """Let a confirmed profile be downloaded from now on, and return its order.

        Raises:
            NotFoundError: the operator has no such order.
            FunctionError: refused; the explanation says why.
        """

        def unit(stores: OrderDeedStores) -> Outcome:
            """Do it."""
            return self._noted(stores, self._ordering.release(stores, iccid, operator), actor)

        outcome = await self._work.run(unit)
        if isinstance(outcome, Pending):

            def end(stores: Any, result: Order | FunctionError) -> Outcome:
                """Note it, once it is stored."""
                return self._noted(stores, result, actor)

            outcome = await self._ordering.finish(outcome, operator, end, is_new=False)
        if isinstance(outcome, FunctionError):
            raise outcome
        assert isinstance(outcome, Order)  # noqa: S101 (what was pending is over)
        return outcome

    def _noted(self, stores: OrderDeedStores, outcome: Outcome, actor: str) -> Outcome:
        if isinstance(outcome, Order):
            self._note(stores, outcome, "release-order", actor, {})
        return outcome

    def _answer(self, stores: OrderDeedStores, outcome: Outcome, operator: str, actor: str) -> Result:
        """Return what is kept of an order that was made: its profile, and nothing secret."""
        if isinstance(outcome, FunctionError):
            return outcome
        if isinstance(outcome, Order):
            return self._made(stores, outcome, actor)
        pending = outcome

        async def finish(end: End) -> Answer | FunctionError:
            """Ask the SM-DS, then store what came of it."""

            def ended(stores: Any, result: Order | FunctionError) -> Answer | FunctionError:
                """End the call with what came of it."""
                last = result if isinstance(result, FunctionError) else self._made(stores, result, actor)
                end(stores, last)
                return last

            return await self._ordering.finish(pending, operator, ended, is_new=True)

        return Unfinished(str(pending.before.iccid), _told(pending.before), finish)

    def _made(self, stores: OrderDeedStores, order: Order, actor: str) -> Answer:
        self._note(stores, order, "order", actor, {})
        return _told(order)

    def _note(
        self, stores: OrderDeedStores, order: Order, deed: str, actor: str, facts: dict[str, str]
    ) -> None:
        """Write into the ledger what was done, and by whom."""
        told = profile_facts(order) | facts
        stores.append_entry(order_deed(order, deed, actor, self._clock.now(), told))


def _told(order: Order) -> Answer:
    return Answer(http_status=_MADE, body=str(order.iccid).encode())


def _verify_unchanged(order: Order, seen: datetime) -> None:
    """Refuse what was decided about an order that stands differently now.

    Raises:
        ConflictError: it has changed.
    """
    if order.changed_at is not None and order.changed_at > seen:
        raise ConflictError("the order has changed meanwhile").explained(_CHANGED_MEANWHILE)
