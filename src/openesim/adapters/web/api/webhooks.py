"""Webhooks: where the operator is told what happens, made and looked after by himself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import Body, PathParameter
from msgspec import Meta

from openesim.adapters.web.api.calling import reach
from openesim.adapters.web.api.describing import problems
from openesim.provisioning.smdp.webhooks import EVENT_TYPES, Webhook
from openesim.security.crypto.webhook_signature import format_secret
from openesim.services.access import Caller, Scope
from openesim.services.webhooks import WebhookService

WhichWebhook = Annotated[
    str, PathParameter(description="Id of the webhook.", pattern="^[a-z0-9_]{1,64}$", max_length=64)
]
Address = Annotated[
    str,
    Meta(
        min_length=1, max_length=2000, description="An https URL.", examples=["https://crm.example.com/esim"]
    ),
]
EventTypes = Annotated[
    tuple[Annotated[str, Meta(max_length=64)], ...],
    Meta(
        min_length=1,
        max_length=32,
        description=f"Names, `order.*`, `profile.*` or `*`. Names are: {', '.join(EVENT_TYPES)}.",
        examples=[["profile.*"]],
    ),
]
_WRITES: Final = reach(Scope.WEBHOOKS_WRITE)
_READS: Final = reach(Scope.WEBHOOKS_READ)


class WebhookRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A webhook that is to be made."""

    address: Address
    event_types: EventTypes = ("*",)


class WebhookChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What of a webhook is to be changed; what is left out stays."""

    address: Address | None = None
    event_types: EventTypes | None = None
    is_active: bool | None = None


class ReplayRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """From where on a webhook is told again: behind this event's number."""

    after: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook. Its secret is told once, where it is made or renewed."""

    id: str
    address: str
    event_types: tuple[str, ...]
    created_at: datetime
    is_active: bool
    disabled_at: datetime | None
    disabled_reason: str | None
    secret: str | None = None

    @classmethod
    def of(cls, webhook: Webhook, *, with_secret: bool = False) -> WebhookView:
        """Return a webhook as it is told."""
        return cls(
            id=webhook.webhook_id,
            address=webhook.address,
            event_types=webhook.event_types,
            created_at=webhook.created_at,
            is_active=webhook.is_active,
            disabled_at=webhook.disabled_at,
            disabled_reason=webhook.disabled_reason,
            secret=format_secret(webhook.secret) if with_secret else None,
        )

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"WebhookView({self.id})"


class WebhookList(msgspec.Struct, frozen=True):
    """All webhooks, the oldest first."""

    items: list[WebhookView]


class ReplayView(msgspec.Struct, frozen=True):
    """How many events are sent again, and where a further replay begins; `is_all`: there is none behind."""

    sent: int
    next: int
    is_all: bool


class TestView(msgspec.Struct, frozen=True):
    """Whether the message of a test arrived; else why not."""

    arrived: bool
    reason: str | None


class WebhookRoutes(Controller):
    """``/webhooks``."""

    path = "/webhooks"
    tags = ("Webhooks",)

    @post(opt=_WRITES, summary="Make a webhook", responses=problems(409, 413, 415))
    async def create_webhook(
        self,
        caller: NamedDependency[Caller],
        webhooks: NamedDependency[WebhookService],
        data: Annotated[WebhookRequest, Body(title="Webhook")],
    ) -> WebhookView:
        """Make a webhook. Messages are signed (Standard Webhooks) with the secret that is told here and never again."""
        made = await webhooks.create(caller.operator, data.address, data.event_types)
        return WebhookView.of(made, with_secret=True)

    @get(opt=_READS, summary="List webhooks", responses=problems())
    async def list_webhooks(
        self, caller: NamedDependency[Caller], webhooks: NamedDependency[WebhookService]
    ) -> WebhookList:
        """List your webhooks."""
        return WebhookList([WebhookView.of(each) for each in await webhooks.webhooks_of(caller.operator)])

    @get("/{webhook_id:str}", opt=_READS, summary="Show a webhook", responses=problems(404))
    async def show_webhook(
        self,
        caller: NamedDependency[Caller],
        webhooks: NamedDependency[WebhookService],
        webhook_id: WhichWebhook,
    ) -> WebhookView:
        """Show a webhook, and why it is told nothing any more, if it was given up."""
        return WebhookView.of(await webhooks.webhook(caller.operator, webhook_id))

    @patch("/{webhook_id:str}", opt=_WRITES, summary="Change a webhook", responses=problems(404, 413, 415))
    async def change_webhook(
        self,
        caller: NamedDependency[Caller],
        webhooks: NamedDependency[WebhookService],
        webhook_id: WhichWebhook,
        data: Annotated[WebhookChange, Body(title="Change")],
    ) -> WebhookView:
        """Change address or event types, or have a webhook told again that was given up."""
        changed = await webhooks.change(
            caller.operator,
            webhook_id,
            address=data.address,
            event_types=data.event_types,
            is_active=data.is_active,
        )
        return WebhookView.of(changed)

    @delete("/{webhook_id:str}", opt=_WRITES, summary="Delete a webhook", responses=problems(404))
    async def delete_webhook(
        self,
        caller: NamedDependency[Caller],
        webhooks: NamedDependency[WebhookService],
        webhook_id: WhichWebhook,
    ) -> None:
        """Forget a webhook; messages that wait for it are given up."""
        await webhooks.delete(caller.operator, webhook_id)

    @post(
        "/{webhook_id:str}/secret",
        status_code=200,
        opt=_WRITES,
        summary="Renew a webhook's secret",
        responses=problems(404),
    )
    async def renew_webhook_secret(
        self,
        caller: NamedDependency[Caller],
        webhooks: NamedDependency[WebhookService],
        webhook_id: WhichWebhook,
    ) -> WebhookView:
        """Give a webhook a new secret; the one before signs beside it for a day."""
        renewed = await webhooks.rotate_secret(caller.operator, webhook_id)
        return WebhookView.of(renewed, with_secret=True)

    @post(
        "/{webhook_id:str}/test",
        status_code=200,
        opt=_WRITES,
        summary="Test a webhook",
        responses=problems(404),
    )
    async def send_webhook_test(
        self,
        caller: NamedDependency[Caller],
        webhooks: NamedDependency[WebhookService],
        webhook_id: WhichWebhook,
    ) -> TestView:
        """Send a message of the type `webhook.test` at once, and tell whether it arrived."""
        reason = await webhooks.test(caller.operator, webhook_id)
        return TestView(reason is None, reason)

    @post(
        "/{webhook_id:str}/replay",
        status_code=200,
        opt=_WRITES,
        summary="Replay events",
        responses=problems(404, 413, 415),
    )
    async def replay_webhook(
        self,
        caller: NamedDependency[Caller],
        webhooks: NamedDependency[WebhookService],
        webhook_id: WhichWebhook,
        data: Annotated[ReplayRequest, Body(title="Replay")],
    ) -> ReplayView:
        """Tell a webhook again what happened behind an event, a thousand events at a time, with the same ids."""
        replayed = await webhooks.replay(caller.operator, webhook_id, data.after)
        return ReplayView(replayed.count, replayed.last_step_id, replayed.is_all)
