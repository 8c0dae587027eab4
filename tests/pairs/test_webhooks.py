"""A download, told to a webhook over HTTP: what arrives is signed, in order, complete, and holds no code."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from openesim.adapters.http_client.webhooks import WebhookHttpClient
from openesim.kernel.ambient import Ambient
from openesim.security.crypto.webhook_signature import format_secret
from openesim.services.outbox import Outbox
from openesim.services.outgoing import WEBHOOK, OutboxRules
from openesim.services.webhooks import WebhookMessages, WebhookService
from tests.support.chip import ENABLE
from tests.support.fixtures import logs, rig, runner
from tests.support.rig import ICCID, Rig, entropy_of
from tests.unit.adapters.http_client.server import Asked, serve

__all__ = ["logs", "rig", "runner"]


def verify(asked: Asked, secret: str) -> None:
    """Verifies a message as the standard tells a receiver to."""
    headers = {name.lower(): value for name, value in asked.headers.items()}
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + asked.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert f"v1,{expected}" in headers["webhook-signature"].split(" ")
    assert headers["webhook-id"] == json.loads(asked.body)["id"]


@pytest.mark.sockets
def test_a_download_is_told_to_a_webhook(rig: Rig, runner: asyncio.Runner, logs: list[Any]) -> None:
    client = WebhookHttpClient(allow_private=True)
    ambient = Ambient(rig.clock, entropy_of("webhooks"))
    service = WebhookService(rig.work, ambient, client, allow_private=True)
    rules = OutboxRules(first_pause_s=0.01)
    outbox = Outbox(rig.work, ambient, {WEBHOOK: WebhookMessages(client)}, rules)
    with serve() as server:
        server.answer(500)
        address = f"http://localhost:{server.port}/hook"
        webhook = runner.run(service.create("operator", address, ("order.*", "profile.*")))
        rig.add_order(operator="operator", code="7531")
        lpa = rig.lpa()
        assert lpa.announce("TEST-1").pair is None
        assert lpa.get_package("7531").pair is None
        lpa.deliver(lpa.install())
        lpa.deliver(lpa.chip.change(ICCID, ENABLE))
        rig.process()
        runner.run(outbox.send_due())
        assert len(server.asked) == 1, "the first waits, and the others behind it"
        server.answer(204)
        rig.clock.advance(seconds=1)
        runner.run(outbox.send_due())
    secret = format_secret(webhook.secret)
    for asked in server.asked:
        verify(asked, secret)
    told = [json.loads(asked.body)["type"] for asked in server.asked]
    assert told == [
        "order.admitted",
        "order.admitted",
        "profile.downloaded",
        "profile.installed",
        "profile.enabled",
    ]
    everything = b"".join(asked.body for asked in server.asked).decode() + str(logs)
    for code in ("TEST-1", "7531", secret):
        assert code not in everything
