"""Webhooks of operators."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, select

from openesim.adapters.db.records import Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.sealing import SealedRows
from openesim.adapters.db.sql import Statements, insert_row, select_row, update_row
from openesim.adapters.db.tables import webhooks
from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.webhooks import Subscribed, Webhook

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder().decode

STATEMENTS: Final[Statements] = {
    "webhook": select_row(webhooks, "webhook_id"),
    "webhooks_of": select_row(webhooks, "operator").order_by(webhooks.c.created_at, webhooks.c.webhook_id),
    # Who tells needs no secret, and does not stop where it cannot be opened.
    "subscribed_webhooks": select(webhooks.c.webhook_id, webhooks.c.event_types)
    .where(webhooks.c.operator == bindparam("operator"), webhooks.c.is_active.is_(True))
    .order_by(webhooks.c.created_at, webhooks.c.webhook_id),
    "all_webhooks": select(webhooks).order_by(webhooks.c.operator, webhooks.c.created_at),
    "add_webhook": insert_row(webhooks),
    "save_webhook": update_row(webhooks, "webhook_id"),
    "remove_webhook": delete(webhooks).where(webhooks.c.webhook_id == bindparam("webhook_id")),
}


class WebhookRows(SealedRows):
    """Implements ``services.webhooks.WebhookStores``."""

    def webhook(self, webhook_id: str) -> Webhook | None:
        """Return the webhook with the id."""
        return self._one("webhook", self._read_webhook, webhook_id=webhook_id)

    def webhooks_of(self, operator: str) -> list[Webhook]:
        """Return the webhooks of an operator, the oldest first."""
        return self._all("webhooks_of", self._read_webhook, operator=operator)

    def subscribed_webhooks(self, operator: str) -> list[Subscribed]:
        """Return the active webhooks of an operator without their secrets, the oldest first."""
        return self._all(
            "subscribed_webhooks",
            lambda row: Subscribed(str(row[0]), tuple(str(row[1]).split(","))),
            operator=operator,
        )

    def webhooks(self) -> list[Webhook]:
        """Return all webhooks, by operator."""
        return self._all("all_webhooks", self._read_webhook)

    def add_webhook(self, webhook: Webhook) -> None:
        """Store a new webhook.

        Raises:
            ConflictError: the id is taken.
        """
        self._do("add_webhook", self._parameters(webhook))
        self._forget_listeners()

    def save_webhook(self, webhook: Webhook) -> None:
        """Store a webhook that changed."""
        parameters = self._parameters(webhook)
        self._do("save_webhook", parameters | {"key_webhook_id": parameters.pop("webhook_id")})
        self._forget_listeners()

    def remove_webhook(self, webhook_id: str) -> bool:
        """Forget a webhook; False where there is none."""
        self._do("remove_webhook", {"webhook_id": webhook_id})
        self._forget_listeners()
        return self._cursor.rowcount > 0

    def _forget_listeners(self) -> None:
        """Read anew who listens."""

    def _parameters(self, webhook: Webhook) -> dict[str, Any]:
        parameters = _parameters(webhook)
        return parameters | {
            "secret": self._seal("webhooks", webhook.webhook_id.encode(), parameters["secret"])
        }

    def _read_webhook(self, row: Row) -> Webhook:
        return _read(row, self._open("webhooks", row[0].encode(), bytes(row[4])))


def _parameters(webhook: Webhook) -> dict[str, Any]:
    """Return the columns of a webhook, its secrets in clear."""
    previous = None if webhook.previous is None else webhook.previous.reveal()
    return {
        "webhook_id": webhook.webhook_id,
        "operator": webhook.operator,
        "address": webhook.address,
        "event_types": ",".join(webhook.event_types),
        "secret": _pack((webhook.secret.reveal(), previous, _moment(webhook.previous_until))),
        "created_at": to_milliseconds(webhook.created_at),
        "is_active": webhook.is_active,
        "disabled_at": _moment(webhook.disabled_at),
        "disabled_reason": webhook.disabled_reason,
    }


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)


def _read(row: Row, secrets: bytes) -> Webhook:
    """Return the webhook of a row of ``webhooks``, its secrets opened."""
    secret, previous, until = _unpack(secrets)
    return Webhook(
        webhook_id=row[0],
        operator=row[1],
        address=row[2],
        event_types=tuple(row[3].split(",")),
        secret=Secret(secret),
        previous=None if previous is None else Secret(previous),
        previous_until=None if until is None else from_milliseconds(until),
        created_at=from_milliseconds(row[5]),
        is_active=bool(row[6]),
        disabled_at=None if row[7] is None else from_milliseconds(row[7]),
        disabled_reason=row[8],
    )
