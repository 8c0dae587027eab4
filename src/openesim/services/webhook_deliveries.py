"""What a webhook is still to be told, and what was given up, as its operator's people look after it.

What arrived is not kept: the outbox forgets it. So a page shows what is on its way and what nobody tries any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import msgspec

from openesim.kernel.ambient import Clock
from openesim.kernel.errors import NotFoundError
from openesim.provisioning.smdp.webhooks import Webhook
from openesim.services.outgoing import WEBHOOK, Destination, Message
from openesim.services.ports import AnyWork, never
from openesim.services.webhooks import WebhookStores, find_webhook
from openesim.transparency.entries import Entry, EntryKind

MOST_WAITING: Final = 50
"""Messages on their way that are shown."""

T = TypeVar("T")


class DeliveryStores(WebhookStores, Protocol):
    """Webhooks and what waits for them, inside one unit of work."""

    def destination(self, kind: str, destination: str) -> Destination | None:
        """Return a destination that is served, or left alone, at the moment; None: neither."""
        ...

    def waiting_messages_of(self, kind: str, destination: str, limit: int) -> list[Message]:
        """Return messages of a destination that are still to be sent, those that are due first."""
        ...

    def stuck_messages_of(self, kind: str, destination: str, after: int, limit: int) -> list[Message]:
        """Return messages of a destination that were given up, by row number, beginning behind ``after``."""
        ...

    def message(self, message_id: int) -> Message | None:
        """Return a message."""
        ...

    def retry_message(self, message_id: int, now: Any) -> bool:
        """Have a message sent at once, also one that was given up; False where there is none."""
        ...

    def drop_message(self, message_id: int) -> bool:
        """Forget a message; False where there is none."""
        ...

    def wake_destination(self, kind: str, destination: str, now: Any) -> None:
        """Have a destination that is left alone tried at once."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message for a webhook.

    Attributes:
        message: as the outbox has it.
        event_type: what it tells; empty: it cannot be read.
        iccid: the profile that it is about; empty: none.
    """

    message: Message
    event_type: str
    iccid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLook:
    """How a webhook fares.

    Attributes:
        webhook: the webhook.
        resting: that it does not answer, and when it is tried again; None: it answers, or nothing is to be told.
        waiting: messages on their way, those that are due first.
        is_more: there are more of them.
        stuck: messages that were given up, the oldest first.
        next: behind which of these the list goes on; None: there are no more.
    """

    webhook: Webhook
    resting: Destination | None
    waiting: list[Delivery]
    is_more: bool
    stuck: list[Delivery]
    next: int | None


class WebhookDeliveries:
    """Messages of operators' webhooks."""

    def __init__(self, work: AnyWork, clock: Clock) -> None:
        """Bind to the outbox."""
        self._work: Final = work
        self._clock: Final = clock

    async def look(self, operator: str, webhook_id: str, after: int, limit: int) -> DeliveryLook:
        """Return how a webhook fares.

        Args:
            operator: whose it has to be.
            webhook_id: which.
            after: number of the last message given up that was shown before.
            limit: how many of those at most.

        Raises:
            NotFoundError: the operator has none with the id.
        """

        def unit(stores: DeliveryStores) -> DeliveryLook:
            """Look at it."""
            webhook = find_webhook(stores, operator, webhook_id)
            waiting = stores.waiting_messages_of(WEBHOOK, webhook_id, MOST_WAITING + 1)
            stuck = stores.stuck_messages_of(WEBHOOK, webhook_id, after, limit + 1)
            known = stores.destination(WEBHOOK, webhook_id)
            return DeliveryLook(
                webhook=webhook,
                resting=known if known is not None and known.failures else None,
                waiting=[_delivery(each) for each in waiting[:MOST_WAITING]],
                is_more=len(waiting) > MOST_WAITING,
                stuck=[_delivery(each) for each in stuck[:limit]],
                next=stuck[limit - 1].message_id if len(stuck) > limit else None,
            )

        return await self._ask(unit)

    async def try_now(self, operator: str, webhook_id: str, actor: str) -> None:
        """Have a webhook that is left alone for a while tried at once.

        Raises:
            NotFoundError: the operator has none with the id.
        """

        def unit(stores: DeliveryStores) -> None:
            """Wake it."""
            find_webhook(stores, operator, webhook_id)
            stores.wake_destination(WEBHOOK, webhook_id, self._clock.now())
            self._note(stores, (operator, webhook_id), "webhook-try-now", actor)

        await self._work.run(unit)

    async def retry(self, operator: str, webhook_id: str, message_id: int, actor: str) -> None:
        """Have a message sent at once, also one that was given up.

        Raises:
            NotFoundError: the operator has no such webhook, or it no such message.
        """
        await self._on_message(operator, webhook_id, message_id, actor, is_sent=True)

    async def drop(self, operator: str, webhook_id: str, message_id: int, actor: str) -> None:
        """Forget a message.

        Raises:
            NotFoundError: the operator has no such webhook, or it no such message.
        """
        await self._on_message(operator, webhook_id, message_id, actor, is_sent=False)

    async def _on_message(
        self, operator: str, webhook_id: str, message_id: int, actor: str, *, is_sent: bool
    ) -> None:
        now = self._clock.now()

        def unit(stores: DeliveryStores) -> None:
            """Do it, if the message is the webhook's."""
            find_webhook(stores, operator, webhook_id)
            message = stores.message(message_id)
            if message is None or (message.kind, message.destination) != (WEBHOOK, webhook_id):
                raise NotFoundError("there is no such message")
            if is_sent:
                stores.retry_message(message_id, now)
                stores.wake_destination(WEBHOOK, webhook_id, now)
            else:
                stores.drop_message(message_id)
            deed = "webhook-retry" if is_sent else "webhook-drop"
            self._note(stores, (operator, webhook_id), deed, actor, message=str(message_id))

        await self._work.run(unit)

    def _note(
        self, stores: DeliveryStores, whose: tuple[str, str], deed: str, actor: str, **facts: str
    ) -> None:
        stores.append_entry(
            Entry(
                kind=EntryKind.DEED,
                at=self._clock.now(),
                actor=actor,
                operator=whose[0],
                subject=f"webhook:{whose[1]}",
                facts={"deed": deed, **facts},
            )
        )

    async def _ask(self, unit: Callable[[DeliveryStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)


def _delivery(message: Message) -> Delivery:
    try:
        told = msgspec.json.decode(message.payload)
        return Delivery(message, str(told["type"]), str(told["data"].get("iccid") or ""))
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError):
        return Delivery(message, "", "")
