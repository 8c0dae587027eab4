"""Webhooks of an operator: made, changed, played again, tried out; signed and given up; another's are not there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError, OpenEsimError, PeerError
from openesim.kernel.ids import Iccid
from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import OrderState
from openesim.provisioning.smdp.webhooks import Webhook
from openesim.security.crypto.webhook_signature import sign
from openesim.services.outbox import Outbox
from openesim.services.outgoing import WEBHOOK, OutboxRules
from openesim.services.webhooks import (
    MOST_WEBHOOKS,
    WebhookMessages,
    WebhookService,
    parse_webhook_address,
)
from tests.support.memory import MemoryWork
from tests.support.outbox import fault
from tests.support.rig import ICCID, NOW, SteppedClock, entropy_of

ADDRESS = "https://hooks.example.com/a?b=c"


@dataclass
class Posted:
    """One message as it arrived."""

    address: str
    headers: Mapping[str, str]
    body: bytes

    def is_signed_with(self, secret: Secret[bytes]) -> bool:
        signature = sign(
            (secret,), self.headers["webhook-id"], int(self.headers["webhook-timestamp"]), self.body
        )
        return signature in self.headers["webhook-signature"].split(" ")


@dataclass
class Client:
    """Implements ``services.webhooks.WebhookClient``."""

    posted: list[Posted] = field(default_factory=list)
    error: OpenEsimError | None = None

    def post(self, address: str, headers: Mapping[str, str], body: bytes) -> None:
        self.posted.append(Posted(address, headers, body))
        if self.error is not None:
            raise self.error


@dataclass
class Room:
    """Webhooks with everything around them."""

    runner: asyncio.Runner
    work: MemoryWork = field(default_factory=MemoryWork)
    clock: SteppedClock = field(default_factory=SteppedClock)
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.service = WebhookService(self.work, Ambient(self.clock, entropy_of("webhooks")), self.client)
        kinds = {WEBHOOK: WebhookMessages(self.client)}
        self.outbox = Outbox(self.work, Ambient(self.clock, entropy_of("box")), kinds, OutboxRules())

    def run(self, method: str, *arguments: Any, **named: Any) -> Any:
        return self.runner.run(getattr(self.service, method)(*arguments, **named))

    def create(self, *event_types: str, operator: str = "one") -> Webhook:
        webhook: Webhook = self.run("create", operator, ADDRESS, event_types or ("*",))
        return webhook

    def send(self) -> None:
        self.runner.run(self.outbox.send_due())

    def add_step(self, operator: str = "one", action: Action = Action.CONFIRM_ORDER) -> int:
        step = Step(
            order_id=1,
            operator=operator,
            iccid=Iccid(ICCID),
            profile_type="Testland",
            at=self.clock.now(),
            action=action,
            state=OrderState.RELEASED,
        )
        return self.work.stores.add_step(step).step_id


@pytest.fixture
def room(runner: asyncio.Runner) -> Room:
    return Room(runner)


def test_a_webhook_is_its_operators_alone(room: Room) -> None:
    webhook = room.create("order.*")
    assert (webhook.operator, webhook.address, webhook.event_types) == ("one", ADDRESS, ("order.*",))
    assert room.run("webhooks_of", "one") == [webhook]
    assert room.run("webhooks_of", "two") == []
    assert room.run("webhook", "one", webhook.webhook_id) == webhook
    calls: list[tuple[str, tuple[Any, ...]]] = [
        ("webhook", ()),
        ("change", ()),
        ("rotate_secret", ()),
        ("delete", ()),
        ("replay", (0,)),
        ("test", ()),
    ]
    told = set()
    for operator, name in (("two", webhook.webhook_id), ("one", "wh_unknown")):
        for method, more in calls:
            with pytest.raises(NotFoundError) as refused:
                room.run(method, operator, name, *more)
            told.add(str(refused.value).replace(name, "…"))
    assert told == {"there is no webhook …"}
    room.run("delete", "one", webhook.webhook_id)
    assert room.run("webhooks_of", "one") == []


def test_an_operator_has_only_so_many(room: Room) -> None:
    for _ in range(MOST_WEBHOOKS):
        room.create()
    with pytest.raises(ConflictError):
        room.create()
    room.create(operator="two")


def test_a_webhook_is_changed(room: Room) -> None:
    webhook = room.create()
    changed = room.run(
        "change",
        "one",
        webhook.webhook_id,
        address="https://b.example.com/",
        event_types=("profile.*",),
        is_active=False,
    )
    assert (changed.address, changed.event_types, changed.is_active) == (
        "https://b.example.com/",
        ("profile.*",),
        False,
    )
    assert changed.secret == webhook.secret
    for wrong in ({"address": "http://b.example.com"}, {"event_types": ("sim.lost",)}, {"event_types": ()}):
        with pytest.raises(DecodeError):
            room.run("change", "one", webhook.webhook_id, **wrong)
    assert room.run("webhook", "one", webhook.webhook_id) == changed


def test_messages_are_signed_and_keep_their_id_when_they_come_again(room: Room) -> None:
    webhook = room.create()
    step = room.add_step()
    assert room.run("replay", "one", webhook.webhook_id, 0).count == 1
    room.client.error = fault()
    room.send()
    room.client.error = None
    room.clock.advance(seconds=5)
    room.send()
    first, second = room.client.posted
    assert first.body == second.body
    assert json.loads(first.body)["data"]["step_id"] == step
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == json.loads(first.body)["id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 4
    assert all(each.is_signed_with(webhook.secret) for each in (first, second))


def test_two_secrets_sign_for_a_day(room: Room) -> None:
    old = room.create()
    new = room.run("rotate_secret", "one", old.webhook_id)
    assert new.secret != old.secret
    room.add_step()
    for hours, is_old_taken in ((0, True), (23, True), (2, False)):
        room.clock.advance(hours=hours)
        room.run("replay", "one", old.webhook_id, 0)
        room.send()
        posted = room.client.posted[-1]
        assert posted.is_signed_with(new.secret)
        assert posted.is_signed_with(old.secret) is is_old_taken


def test_a_replay_tells_again_what_the_webhook_wants_behind_a_step(room: Room) -> None:
    webhook = room.create("order.released")
    steps = [room.add_step() for _ in range(3)]
    room.add_step(operator="two")
    room.add_step(action=Action.CANCEL_ORDER)
    told = room.run("replay", "one", webhook.webhook_id, steps[0])
    assert (told.count, told.is_all) == (2, True)
    room.send()
    assert [json.loads(each.body)["data"]["step_id"] for each in room.client.posted] == steps[1:]
    again = room.run("replay", "one", webhook.webhook_id, told.last_step_id)
    assert (again.count, again.last_step_id) == (0, told.last_step_id)


def test_a_webhook_is_tried_out_at_once(room: Room) -> None:
    webhook = room.create("order.*")
    assert room.run("test", "one", webhook.webhook_id) is None
    posted = room.client.posted[0]
    assert json.loads(posted.body)["type"] == "webhook.test"
    assert posted.is_signed_with(webhook.secret)
    room.client.error = PeerError("hooks.example.com: HTTP status 404")
    assert room.run("test", "one", webhook.webhook_id) == "hooks.example.com: HTTP status 404"


def test_a_webhook_that_is_gone_is_disabled_and_says_so(room: Room) -> None:
    webhook = room.create()
    room.add_step()
    room.run("replay", "one", webhook.webhook_id, 0)
    room.client.error = NotFoundError("hooks.example.com: HTTP status 410, gone for good")
    room.send()
    gone = room.run("webhook", "one", webhook.webhook_id)
    assert not gone.is_active
    assert gone.disabled_reason == "hooks.example.com: HTTP status 410, gone for good"
    assert gone.disabled_at is not None
    assert room.work.stores.listeners("one", room.clock.now()) is None
    assert room.run("change", "one", webhook.webhook_id, is_active=True).disabled_reason is None


def test_a_webhook_that_takes_nothing_for_days_is_disabled(room: Room) -> None:
    webhook = room.create()
    room.add_step()
    room.client.error = fault()
    for _ in range(5):
        room.run("replay", "one", webhook.webhook_id, 0)
        room.send()
        room.clock.advance(hours=20)
    disabled = room.run("webhook", "one", webhook.webhook_id)
    assert not disabled.is_active
    assert disabled.disabled_at - NOW > timedelta(days=3)


def test_what_waits_for_a_webhook_that_was_deleted_is_given_up(room: Room) -> None:
    webhook = room.create()
    room.add_step()
    room.run("replay", "one", webhook.webhook_id, 0)
    room.run("delete", "one", webhook.webhook_id)
    room.send()
    assert room.client.posted == []
    assert [each.is_stuck for each in room.work.stores.messages(0, 9)] == [True]


@pytest.mark.parametrize(
    "text", [ADDRESS, "https://hooks.example.com:8443/", "https://[2001:db8::1]/", "https://192.0.2.1/x"]
)
def test_an_address_is_a_url(text: str) -> None:
    assert parse_webhook_address(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hooks.example.com",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https:///path",
        "https://user:pw@hooks.example.com/",
        "https://user@hooks.example.com/",
        "https://hooks.example.com/#top",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:x/",
        "https://hooks .example.com/",
        "https://hooks.example.com/\r\nHost: x",
        "https://-bad-/",
        "https://[::1/",
        "https://ex\u00e4mple.com/",
        "https://hooks.example.com/" + "a" * 2000,
    ],
)
def test_what_is_no_url_or_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        parse_webhook_address(text)


def test_a_laboratory_may_have_webhooks_without_tls() -> None:
    assert parse_webhook_address("http://127.0.0.1:8000/", allow_private=True) == "http://127.0.0.1:8000/"
