"""What an operator's people do to webhooks by forms whose answer shows a secret: sent twice, done once, and shown once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from openesim.provisioning.smdp.webhooks import Webhook
from openesim.services.replies import Answer, Replies, call_of_form
from openesim.services.webhooks import WebhookService

_DONE: Final = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A webhook whose secret is new.

    Attributes:
        webhook: the webhook.
        is_first: its secret is told now; else it was, and never is again.
    """

    webhook: Webhook
    is_first: bool


class WebhookDeeds:
    """Does what forms ask for, once."""

    def __init__(self, webhooks: WebhookService, replies: Replies) -> None:
        """Bind to what makes webhooks."""
        self._webhooks: Final = webhooks
        self._replies: Final = replies

    async def create(
        self, operator: str, address: str, event_types: tuple[str, ...], actor: str, token: str
    ) -> Told:
        """Make a webhook: ``WebhookService.create``.

        Raises:
            DecodeError: address or event types are none.
            ConflictError: there are too many.
        """
        return await self._once(
            operator, token, self._webhooks.creating(operator, address, event_types, actor)
        )

    async def rotate_secret(self, operator: str, webhook_id: str, actor: str, token: str) -> Told:
        """Give a webhook a new secret: ``WebhookService.rotate_secret``; the one before it signs on for its day.

        Raises:
            NotFoundError: the operator has none with the id.
        """
        return await self._once(operator, token, self._webhooks.renewing(operator, webhook_id, actor))

    async def _once(self, operator: str, token: str, do: Callable[[Any], Webhook]) -> Told:
        """Do something, unless this form did it before."""

        def unit(stores: Any) -> Answer:
            """Do it; what is remembered of it is no secret."""
            return Answer(http_status=_DONE, body=do(stores).webhook_id.encode())

        answer = await self._replies.once(call_of_form(operator, token), unit)
        webhook = await self._webhooks.webhook(operator, answer.body.decode())
        return Told(webhook, is_first=not answer.is_repeated)
