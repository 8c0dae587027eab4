"""The outbox, operators and webhooks in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from openesim.kernel.errors import ConflictError
from openesim.provisioning.smdp.listeners import Listeners
from openesim.provisioning.smdp.operators import Operator
from openesim.provisioning.smdp.webhooks import Subscribed, Webhook
from openesim.services.outgoing import Destination, Level, Message


class MemoryOutbox:
    """Implements ``OutboxStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox: dict[int, Message] = {}
        self.served: dict[tuple[str, str], Destination] = {}
        self.last_message = 0

    def add_message(
        self, *, kind: str, destination: str, sequence_key: str, payload: bytes, now: datetime
    ) -> int:
        self.last_message += 1
        self.outbox[self.last_message] = Message(
            message_id=self.last_message,
            kind=kind,
            destination=destination,
            sequence_key=sequence_key,
            created_at=now,
            due_at=now,
            attempts=0,
            is_stuck=False,
            last_fault=None,
            payload=payload,
        )
        return self.last_message

    def _of(self, kind: str, destination: str) -> list[Message]:
        return [m for m in self.outbox.values() if (m.kind, m.destination) == (kind, destination)]

    def _waiting(self, kind: str, destination: str) -> list[Message]:
        return [m for m in self._of(kind, destination) if not m.is_stuck]

    def _sequence(self, message: Message) -> list[Message]:
        waiting = self._waiting(message.kind, message.destination)
        return [m for m in waiting if m.sequence_key == message.sequence_key]

    def _in_the_way(self, message: Message) -> list[Message]:
        return [m for m in self._sequence(message) if m.message_id < message.message_id]

    def claim_destinations(
        self, kinds: tuple[str, ...], holder: str, now: datetime, until: datetime, limit: int
    ) -> list[Destination]:
        first: dict[tuple[str, str], datetime] = {}
        for m in self.outbox.values():
            if m.kind in kinds and not m.is_stuck:
                key = (m.kind, m.destination)
                first[key] = min(first.get(key, m.due_at), m.due_at)
        claimed: list[Destination] = []
        for (kind, name), due_at in sorted(first.items(), key=lambda item: item[1]):
            known = self.served.get((kind, name))
            if due_at > now or (known is not None and known.due_at > now) or len(claimed) >= limit:
                continue
            found = known or Destination(kind=kind, destination=name, holder=holder, due_at=until)
            self.served[kind, name] = replace(found, holder=holder, due_at=until)
            claimed.append(found)
        return claimed

    def _is_held(self, kind: str, destination: str, holder: str) -> bool:
        known = self.served.get((kind, destination))
        return known is not None and known.holder == holder

    def renew_claim(self, kind: str, destination: str, holder: str, until: datetime) -> bool:
        if not self._is_held(kind, destination, holder):
            return False
        self.served[kind, destination] = replace(self.served[kind, destination], due_at=until)
        return True

    def release_destination(self, kind: str, destination: str, holder: str) -> None:
        if self._is_held(kind, destination, holder):
            del self.served[kind, destination]

    def rest_destination(self, resting: Destination, holder: str) -> None:
        if self._is_held(resting.kind, resting.destination, holder):
            self.served[resting.kind, resting.destination] = replace(resting, holder="")

    def wake_destination(self, kind: str, destination: str, now: datetime) -> None:
        if self._is_held(kind, destination, ""):
            self.served[kind, destination] = replace(self.served[kind, destination], due_at=now)

    def destination(self, kind: str, destination: str) -> Destination | None:
        return self.served.get((kind, destination))

    def waiting_messages_of(self, kind: str, destination: str, limit: int) -> list[Message]:
        waiting = self._waiting(kind, destination)
        return sorted(waiting, key=lambda m: (m.due_at, m.message_id))[:limit]

    def stuck_messages_of(self, kind: str, destination: str, after: int, limit: int) -> list[Message]:
        stuck = [m for m in self._of(kind, destination) if m.is_stuck and m.message_id > after]
        return sorted(stuck, key=lambda m: m.message_id)[:limit]

    def destinations(self) -> list[Destination]:
        return list(self.served.values())

    def due_messages(self, kind: str, destination: str, now: datetime, limit: int) -> list[Message]:
        due = [m for m in self._waiting(kind, destination) if m.due_at <= now and not self._in_the_way(m)]
        return sorted(due, key=lambda m: (m.due_at, m.message_id))[:limit]

    def put_behind(self, kind: str, destination: str, now: datetime) -> int:
        blocked = [(m, self._in_the_way(m)) for m in self._waiting(kind, destination) if m.due_at <= now]
        blocked = [(m, earlier) for m, earlier in blocked if earlier]
        for m, earlier in blocked:
            self.outbox[m.message_id] = replace(m, due_at=max(each.due_at for each in earlier))
        return len(blocked)

    def _hurry(self, message: Message, due_at: datetime) -> None:
        for m in self._sequence(message):
            self.outbox[m.message_id] = replace(m, due_at=min(m.due_at, due_at))

    def remove_message(self, message: Message, now: datetime) -> None:
        self.outbox.pop(message.message_id, None)
        if message.attempts:
            self._hurry(message, now)

    def postpone_message(self, message: Message, due_at: datetime, fault: str) -> None:
        known = self.outbox.get(message.message_id)
        if known is not None:
            self.outbox[known.message_id] = replace(
                known, attempts=known.attempts + 1, due_at=due_at, last_fault=fault
            )
        for m in self._sequence(message):
            self.outbox[m.message_id] = replace(m, due_at=max(m.due_at, due_at))

    def give_up_message(self, message: Message, fault: str) -> None:
        known = self.outbox.get(message.message_id)
        if known is not None:
            self.outbox[known.message_id] = replace(
                known, attempts=known.attempts + 1, is_stuck=True, last_fault=fault
            )
        self._hurry(message, message.created_at)

    def give_up_older(self, kind: str, destination: str, before: datetime, fault: str, limit: int) -> int:
        old = [m for m in self._waiting(kind, destination) if m.due_at < before][:limit]
        for m in old:
            self.outbox[m.message_id] = replace(m, is_stuck=True, last_fault=fault)
        return len(old)

    def message(self, message_id: int) -> Message | None:
        return self.outbox.get(message_id)

    def messages(
        self, after: int, limit: int, *, kind: str | None = None, destination: str | None = None
    ) -> list[Message]:
        is_all = kind is None or destination is None
        found = self.outbox.values() if is_all else self._of(str(kind), str(destination))
        return [m for m in found if m.message_id > after][:limit]

    def stuck_messages(self, after: datetime, limit: int) -> list[Message]:
        stuck = [m for m in self.outbox.values() if m.is_stuck and m.created_at >= after]
        return sorted(stuck, key=lambda m: m.created_at)[:limit]

    def retry_message(self, message_id: int, now: datetime) -> bool:
        known = self.outbox.get(message_id)
        if known is not None:
            self.outbox[message_id] = replace(known, is_stuck=False, due_at=now)
        return known is not None

    def drop_message(self, message_id: int) -> bool:
        return self.outbox.pop(message_id, None) is not None

    def outbox_levels(self) -> list[Level]:
        keys = sorted({(m.kind, m.destination) for m in self.outbox.values()})
        return [self._level(*key) for key in keys]

    def _level(self, kind: str, destination: str) -> Level:
        waiting = [m.created_at for m in self._waiting(kind, destination)]
        stuck = len(self._of(kind, destination)) - len(waiting)
        oldest = min(waiting, default=None)
        return Level(kind=kind, destination=destination, waiting=len(waiting), stuck=stuck, oldest=oldest)

    def sweep_stuck(self, before: datetime, limit: int) -> int:
        old = [m.message_id for m in self.outbox.values() if m.is_stuck and m.created_at < before][:limit]
        for message_id in old:
            del self.outbox[message_id]
        return len(old)


class MemoryOperators:
    """Implements ``OperatorStores`` and ``WebhookStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.operators_by_name: dict[str, Operator] = {}
        self.webhooks_by_id: dict[str, Webhook] = {}

    def operator(self, name: str) -> Operator | None:
        return self.operators_by_name.get(name)

    def operators(self) -> list[Operator]:
        return [operator for _, operator in sorted(self.operators_by_name.items())]

    def add_operator(self, operator: Operator) -> None:
        if operator.name in self.operators_by_name:
            raise ConflictError("a row with the same key exists")
        self.operators_by_name[operator.name] = operator

    def save_operator(self, operator: Operator) -> None:
        self.operators_by_name[operator.name] = operator

    def listeners(self, operator: str, now: datetime) -> Listeners | None:
        active = [each for each in self.webhooks_of(operator) if each.is_active]
        subscribed = [Subscribed(each.webhook_id, each.event_types) for each in active]
        return Listeners.of(self.operator(operator), subscribed)

    def webhook(self, webhook_id: str) -> Webhook | None:
        return self.webhooks_by_id.get(webhook_id)

    def webhooks_of(self, operator: str) -> list[Webhook]:
        mine = [webhook for webhook in self.webhooks_by_id.values() if webhook.operator == operator]
        return sorted(mine, key=lambda webhook: (webhook.created_at, webhook.webhook_id))

    def webhooks(self) -> list[Webhook]:
        return sorted(self.webhooks_by_id.values(), key=lambda each: (each.operator, each.created_at))

    def add_webhook(self, webhook: Webhook) -> None:
        if webhook.webhook_id in self.webhooks_by_id:
            raise ConflictError("a row with the same key exists")
        self.webhooks_by_id[webhook.webhook_id] = webhook

    def save_webhook(self, webhook: Webhook) -> None:
        self.webhooks_by_id[webhook.webhook_id] = webhook

    def remove_webhook(self, webhook_id: str) -> bool:
        return self.webhooks_by_id.pop(webhook_id, None) is not None
