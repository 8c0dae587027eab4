"""Webhooks as a service of an operator: made, changed, tried out, played again; and how their messages are sent.

Source: Standard Webhooks 1.0.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import msgspec

from openesim.encoding.jsonbinding import encode_object
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import (
    ConflictError,
    DecodeError,
    Explanation,
    NotFoundError,
    OpenEsimError,
)
from openesim.kernel.records import changed
from openesim.messages.sgp22.activation_code import parse_address
from openesim.provisioning.smdp.webhooks import (
    TEST,
    Webhook,
    body_of,
    event_type_of,
    format_moment,
    parse_event_types,
)
from openesim.security.crypto.webhook_signature import headers_of, new_secret
from openesim.services.outbox import Send, in_thread
from openesim.services.outgoing import WEBHOOK, Message
from openesim.services.ports import UnitOfWork, never
from openesim.transparency.entries import Entry, EntryKind

MOST_WEBHOOKS: Final = 20
"""Webhooks of one operator."""

OVERLAP: Final = timedelta(hours=24)
"""How long the secret before signs beside a new one."""

_MOST_REPLAYED: Final = 1000
_LONGEST_ADDRESS: Final = 2000


class WebhookStores(Protocol):
    """Webhooks inside one unit of work."""

    def webhook(self, webhook_id: str) -> Webhook | None:
        """Return the webhook with the id."""
        ...

    def webhooks_of(self, operator: str) -> Sequence[Webhook]:
        """Return the webhooks of an operator, the oldest first."""
        ...

    def webhooks(self) -> Sequence[Webhook]:
        """Return all webhooks, by operator."""
        ...

    def add_webhook(self, webhook: Webhook) -> None:
        """Store a new webhook.

        Raises:
            ConflictError: the id is taken.
        """
        ...

    def save_webhook(self, webhook: Webhook) -> None:
        """Store a webhook that changed."""
        ...

    def remove_webhook(self, webhook_id: str) -> bool:
        """Forget a webhook; False where there is none."""
        ...


class WebhookClient(Protocol):
    """Posts to webhooks."""

    def post(self, address: str, headers: Mapping[str, str], body: bytes) -> None:
        """Deliver a message.

        Raises:
            NotFoundError: the other side says that it is gone for good.
            PeerError: it did not take it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay led to.

    Attributes:
        count: messages that are sent again.
        last_step_id: the last step that was looked at; a further replay begins behind it.
        is_all: whether that was the last there is.
    """

    count: int
    last_step_id: int
    is_all: bool


def parse_webhook_address(text: str, *, allow_private: bool = False) -> str:
    """Return the URL of a webhook.

    Raises:
        DecodeError: no URL, or one that nobody is told under.
    """
    if len(text) > _LONGEST_ADDRESS or not text.isascii() or any(not "!" <= each <= "~" for each in text):
        raise DecodeError("the address of a webhook is a URL of printable ASCII characters")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise DecodeError("the address of a webhook is no URL") from None
    schemes = ("https", "http") if allow_private else ("https",)
    if parts.scheme not in schemes:
        raise DecodeError("a webhook is told over https")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise DecodeError("the address of a webhook holds no user, password or fragment")
    if not parts.hostname or port == 0:
        raise DecodeError("the address of a webhook names a host")
    if not parts.hostname.startswith("[") and ":" not in parts.hostname:
        parse_address(parts.hostname)
    return text


class WebhookService:
    """What an operator may do with his webhooks; another's are as if they were not there."""

    def __init__(
        self, work: UnitOfWork, ambient: Ambient, client: WebhookClient, *, allow_private: bool = False
    ) -> None:
        """Bind the service to what we keep and to who posts.

        Args:
            work: the stores.
            ambient: clock, and entropy for ids and secrets.
            client: posts.
            allow_private: let webhooks be in private networks and without TLS (a laboratory).
        """
        self._work: Final = work
        self._clock: Final = ambient.clock
        self._entropy: Final = ambient.entropy
        self._client: Final = client
        self._allow_private: Final = allow_private

    async def create(
        self, operator: str, address: str, event_types: tuple[str, ...], actor: str = ""
    ) -> Webhook:
        """Make a webhook and return it; its secret is told now and never again.

        Args:
            operator: whose.
            address: where it is told.
            event_types: what it is told.
            actor: who does it at a desk; empty: a program, of which the ledger does not tell.

        Raises:
            DecodeError: address or event types are none.
            ConflictError: there are too many.
        """
        return await self._work.run(self.creating(operator, address, event_types, actor))

    def creating(
        self, operator: str, address: str, event_types: tuple[str, ...], actor: str = ""
    ) -> Callable[[Any], Webhook]:
        """Return what makes a webhook inside a unit of work: ``create``.

        Raises:
            DecodeError: address or event types are none.
        """
        webhook = Webhook(
            webhook_id=f"wh_{self._entropy(12).hex()}",
            operator=operator,
            address=parse_webhook_address(address, allow_private=self._allow_private),
            event_types=parse_event_types(event_types),
            secret=new_secret(self._entropy),
            created_at=self._clock.now(),
        )

        def unit(stores: Any) -> Webhook:
            """Add it, if there is room."""
            if len(stores.webhooks_of(operator)) >= MOST_WEBHOOKS:
                raise ConflictError(f"an operator has at most {MOST_WEBHOOKS} webhooks").explained(
                    Explanation("there are that many", "you", "delete one that is not needed")
                )
            stores.add_webhook(webhook)
            self._note(stores, webhook, "webhook-make", actor)
            return webhook

        return unit

    async def webhooks_of(self, operator: str) -> list[Webhook]:
        """Return the webhooks of an operator, the oldest first."""
        return list(
            await self._work.run(lambda stores: _webhooks(stores).webhooks_of(operator), must_last=never)
        )

    async def webhook(self, operator: str, webhook_id: str) -> Webhook:
        """Return a webhook.

        Raises:
            NotFoundError: the operator has none with the id.
        """
        return await self._work.run(
            lambda stores: find_webhook(_webhooks(stores), operator, webhook_id), must_last=never
        )

    async def change(
        self,
        operator: str,
        webhook_id: str,
        *,
        address: str | None = None,
        event_types: tuple[str, ...] | None = None,
        is_active: bool | None = None,
        actor: str = "",
    ) -> Webhook:
        """Change a webhook, and return it; what is None stays. One that was given up is active again if told so.

        Raises:
            DecodeError: address or event types are none.
            NotFoundError: the operator has none with the id.
        """
        changes: dict[str, Any] = {}
        if address is not None:
            changes["address"] = parse_webhook_address(address, allow_private=self._allow_private)
        if event_types is not None:
            changes["event_types"] = parse_event_types(event_types)
        if is_active is not None:
            changes |= {"is_active": is_active, "disabled_at": None, "disabled_reason": None}
        deed = ("webhook-change", actor)
        unit = self._changing(operator, webhook_id, lambda webhook: changed(webhook, **changes), deed)
        return await self._work.run(unit)

    async def rotate_secret(self, operator: str, webhook_id: str, actor: str = "") -> Webhook:
        """Give a webhook a new secret, and return it; the one before signs beside it for a day.

        Raises:
            NotFoundError: the operator has none with the id.
        """
        return await self._work.run(self.renewing(operator, webhook_id, actor))

    def renewing(self, operator: str, webhook_id: str, actor: str = "") -> Callable[[Any], Webhook]:
        """Return what gives a webhook a new secret inside a unit of work: ``rotate_secret``."""
        secret, until = new_secret(self._entropy), self._clock.now() + OVERLAP
        return self._changing(
            operator,
            webhook_id,
            lambda known: changed(known, secret=secret, previous=known.secret, previous_until=until),
            ("webhook-new-secret", actor),
        )

    async def delete(self, operator: str, webhook_id: str, actor: str = "") -> None:
        """Forget a webhook; messages that wait for it are given up.

        Raises:
            NotFoundError: the operator has none with the id.
        """

        def unit(stores: Any) -> None:
            """Remove it, if it is the operator's."""
            webhook = find_webhook(stores, operator, webhook_id)
            stores.remove_webhook(webhook_id)
            self._note(stores, webhook, "webhook-delete", actor)

        await self._work.run(unit)

    async def replay(self, operator: str, webhook_id: str, after_step_id: int, actor: str = "") -> Replayed:
        """Tell a webhook again what happened behind a step, up to a thousand steps at a time, with the same ids.

        Raises:
            NotFoundError: the operator has none with the id.
        """
        now = self._clock.now()

        def unit(stores: Any) -> Replayed:
            """Add a message for each step that is wanted."""
            webhook = find_webhook(stores, operator, webhook_id)
            steps = stores.steps_of_operator(operator, after_step_id, _MOST_REPLAYED)
            wanted = [step for step in steps if webhook.wants(event_type_of(step))]
            for step in wanted:
                stores.add_message(
                    kind=WEBHOOK,
                    destination=webhook_id,
                    sequence_key=str(step.iccid),
                    payload=encode_object(body_of(step)),
                    now=now,
                )
            self._note(stores, webhook, "webhook-replay", actor)
            last = steps[-1].step_id if steps else after_step_id
            return Replayed(len(wanted), last, is_all=len(steps) < _MOST_REPLAYED)

        return await self._work.run(unit)

    async def test(self, operator: str, webhook_id: str) -> str | None:
        """Send a webhook a message of the type ``webhook.test`` at once; return why it did not arrive, or None.

        Raises:
            NotFoundError: the operator has none with the id.
        """
        webhook, now = await self.webhook(operator, webhook_id), self._clock.now()
        name = f"msg_test_{self._entropy(8).hex()}"
        document = {"id": name, "type": TEST, "timestamp": format_moment(now), "data": {"operator": operator}}
        body = encode_object(document)
        headers = headers_of(webhook.secrets_at(now), name, now, body)
        try:
            await in_thread(lambda: self._client.post(webhook.address, headers, body))
        except OpenEsimError as error:
            return str(error)
        return None

    def _changing(
        self,
        operator: str,
        webhook_id: str,
        change: Callable[[Webhook], Webhook],
        deed: tuple[str, str],
    ) -> Callable[[Any], Webhook]:
        def unit(stores: Any) -> Webhook:
            webhook = change(find_webhook(stores, operator, webhook_id))
            stores.save_webhook(webhook)
            self._note(stores, webhook, *deed)
            return webhook

        return unit

    def _note(self, stores: Any, webhook: Webhook, deed: str, actor: str) -> None:
        """Write into the ledger what a person did; its address may name somebody and is not told."""
        if actor:
            stores.append_entry(
                Entry(
                    kind=EntryKind.DEED,
                    at=self._clock.now(),
                    actor=actor,
                    operator=webhook.operator,
                    subject=f"webhook:{webhook.webhook_id}",
                    facts={"deed": deed, "active": "yes" if webhook.is_active else "no"},
                )
            )


def find_webhook(stores: WebhookStores, operator: str, webhook_id: str) -> Webhook:
    """Return the webhook of an operator.

    Raises:
        NotFoundError: he has none with the id, whoever else may.
    """
    webhook = stores.webhook(webhook_id)
    if webhook is None or webhook.operator != operator:
        raise NotFoundError(f"there is no webhook {webhook_id}")
    return webhook


def _webhooks(stores: Any) -> WebhookStores:
    return stores  # type: ignore[no-any-return]


class WebhookMessages:
    """Sends messages of the kind ``webhook``: implements ``services.outbox.MessageKind``."""

    def __init__(self, client: WebhookClient) -> None:
        """Take who posts."""
        self._client: Final = client

    def line_to(self, stores: Any, destination: str) -> Send | None:
        """Return what sends to a webhook as it is at this moment; None: it was deleted, or is not active."""
        webhook: Webhook | None = stores.webhook(destination)
        if webhook is None or not webhook.is_active:
            return None

        def send(message: Message, now: datetime) -> None:
            body = message.payload
            name = str(msgspec.json.decode(body)["id"])
            self._client.post(webhook.address, headers_of(webhook.secrets_at(now), name, now, body), body)

        return send

    def give_up(self, stores: Any, destination: str, fault: str, now: datetime) -> None:
        """Disable a webhook that is gone, or that took nothing for as long as messages are kept."""
        webhook: Webhook | None = stores.webhook(destination)
        if webhook is not None and webhook.is_active:
            stores.save_webhook(changed(webhook, is_active=False, disabled_at=now, disabled_reason=fault))
