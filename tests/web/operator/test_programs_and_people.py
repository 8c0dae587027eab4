"""What a manager keeps: API keys, webhooks with their messages, accounts of colleagues, and the audit of all of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from openesim.services.access import AccessService, KeyRefusedError
from openesim.services.conditions.accounts.roles import Role
from openesim.services.outgoing import WEBHOOK
from tests.support.counter_world import clerk
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import LiveDesks

pytestmark = pytest.mark.sockets

HOSTILE = '"><script>alert(1)</script>'
FORMULA = "=cmd|calc"


@pytest.fixture
def manager(harbour: LiveDesks) -> DeskVisitor:
    """A manager."""
    return clerk(harbour, Role.MANAGER)


# --- keys


def test_a_key_is_shown_once_and_dead_once_it_is_revoked(manager: DeskVisitor, harbour: LiveDesks) -> None:
    manager.post("/operator/api-keys/new", label="CRM", scopes=["orders:read", "stock:read"], days="90")
    found = re.search(r"oe_[a-z2-7]{16}_[a-z2-7]{52}", manager.page)
    assert found is not None
    key, name = found[0], found[0].split("_")[1]
    access = AccessService(harbour.site.work, harbour.site.ambient.clock)
    caller = harbour.run(access.caller(key))
    assert (caller.operator, {str(each) for each in caller.scopes}) == (
        "qinghe",
        {"orders:read", "stock:read"},
    )
    text = manager.get("/operator/api-keys")
    assert "CRM" in text
    assert key not in manager.page
    assert "Programs that use it are refused" in manager.get(f"/operator/api-keys/{name}/revoke")
    manager.post(f"/operator/api-keys/{name}/revoke")
    with pytest.raises(KeyRefusedError):
        harbour.run(AccessService(harbour.site.work, harbour.site.ambient.clock).caller(key))
    manager.post(f"/operator/api-keys/{name}/revoke")
    assert manager.status == 200
    assert "Revoked" in manager.get(f"/operator/api-keys/{name}")


@pytest.mark.parametrize(
    ("field", "value"),
    [("label", ""), ("label", "x" * 100), ("scopes", []), ("scopes", ["everything"]), ("days", "forever")],
)
def test_a_key_that_cannot_be_is_told_at_its_field(manager: DeskVisitor, field: str, value: Any) -> None:
    fields: dict[str, Any] = {"label": "CRM", "scopes": ["orders:read"], "days": "90"}
    manager.post("/operator/api-keys/new", **{**fields, field: value})
    assert manager.status == 422
    assert f'id="error-{field}"' in manager.page
    assert "oe_" not in manager.text


def test_what_a_key_is_called_is_text(manager: DeskVisitor) -> None:
    manager.post("/operator/api-keys/new", label=HOSTILE, scopes=["orders:read"], days="0")
    manager.get("/operator/api-keys")
    assert "<script>alert" not in manager.page


def test_a_form_that_is_sent_twice_makes_one_key_and_shows_it_once(
    manager: DeskVisitor, harbour: LiveDesks
) -> None:
    manager.get("/operator/api-keys/new")
    token = token_of(manager.page)
    asked: dict[str, Any] = {"label": "twice", "scopes": ["orders:read"], "days": "30", "token": token}
    manager.post("/operator/api-keys/new", **asked)
    found = re.search(r"oe_([a-z2-7]{16})_[a-z2-7]{52}", manager.page)
    assert found is not None
    manager.post("/operator/api-keys/new", **asked)
    assert manager.path == f"/operator/api-keys/{found[1]}"
    assert "This form was sent before" in manager.text
    assert found[0] not in manager.page
    manager.post("/operator/api-keys/new", **{**asked, "label": "another name"})
    assert manager.path == f"/operator/api-keys/{found[1]}", "whatever a form says the second time"
    keys = harbour.run(harbour.site.services.operator.keys.all("qinghe"))
    assert [each.label for each in keys].count("twice") == 1
    assert "another name" not in {each.label for each in keys}


def token_of(page: str) -> str:
    """Returns the name of what the form of a page asks for."""
    found = re.search(r'name="token" value="([\w-]{22})"', page)
    assert found is not None
    return found[1]


# --- webhooks


def test_a_form_that_is_sent_twice_makes_one_webhook_and_one_secret(manager: DeskVisitor) -> None:
    manager.get("/operator/webhooks/new")
    asked: dict[str, Any] = {
        "address": "https://twice.example.com/",
        "types": ["*"],
        "token": token_of(manager.page),
    }
    manager.post("/operator/webhooks/new", **asked)
    assert "whsec_" in manager.page
    path = re.findall(r'href="(/operator/webhooks/wh_[0-9a-f]+)"', manager.page)[0]
    manager.post("/operator/webhooks/new", **asked)
    assert manager.path == path
    assert "This form was sent before" in manager.text
    assert "whsec_" not in manager.page
    assert manager.get("/operator/webhooks").count("https://twice.example.com/") == 1


def test_a_new_secret_that_is_asked_for_twice_by_one_form_leaves_the_old_one_its_day(
    manager: DeskVisitor, harbour: LiveDesks
) -> None:
    path = make_webhook(manager)
    number = path.rpartition("/")[2]
    find = harbour.site.services.operator.webhooks.webhook
    old = harbour.run(find("qinghe", number))
    manager.get(path)
    token = token_of(manager.page)
    manager.post(f"{path}/secret", token=token)
    assert "whsec_" in manager.page
    renewed = harbour.run(find("qinghe", number))
    manager.post(f"{path}/secret", token=token)
    assert "whsec_" not in manager.page
    assert harbour.run(find("qinghe", number)) == renewed
    assert renewed.previous == old.secret


def make_webhook(who: DeskVisitor) -> str:
    """Makes a webhook, and returns its path."""
    who.post(
        "/operator/webhooks/new",
        address="https://crm.example.com/esim",
        types=["order.*", "profile.installed"],
    )
    assert "whsec_" in who.page
    found = re.findall(r'href="(/operator/webhooks/wh_[0-9a-f]+)"', who.page)
    return str(found[0])


def test_a_webhook_is_made_changed_switched_and_deleted(manager: DeskVisitor) -> None:
    path = make_webhook(manager)
    text = manager.get(path)
    assert "https://crm.example.com/esim" in text
    assert "everything about orders · installed" in text
    assert "whsec_" not in manager.page
    assert "Nothing waits" in text
    manager.post(f"{path}/change", address="https://crm.example.com/other", types=["*"])
    assert "https://crm.example.com/other" in manager.text
    manager.post(f"{path}/state", active="")
    assert "Switched off" in manager.text
    manager.post(f"{path}/state", active="yes")
    assert "The webhook is active" in manager.text
    manager.post(f"{path}/secret")
    assert "whsec_" in manager.page
    assert "signs beside it for a day" in manager.text
    assert "Delete this webhook?" in manager.get(f"{path}/delete")
    manager.post(f"{path}/delete")
    assert "The webhook is deleted" in manager.text
    manager.get(path)
    assert manager.status == 404


@pytest.mark.parametrize(
    "address",
    [
        "http://crm.example.com/",
        "https://user:word@crm.example.com/",
        "crm.example.com",
        "https://",
        HOSTILE,
        "",
    ],
)
def test_an_address_that_nobody_is_told_under_is_refused(manager: DeskVisitor, address: str) -> None:
    manager.post("/operator/webhooks/new", address=address, types=["*"])
    assert manager.status == 422
    assert 'id="error-address"' in manager.page
    assert "<script>" not in manager.page


def test_messages_that_wait_or_were_given_up_are_seen_sent_again_and_forgotten(
    manager: DeskVisitor, harbour: LiveDesks
) -> None:
    path = make_webhook(manager)
    webhook_id, now = path.rpartition("/")[2], harbour.site.ambient.clock.now()

    def unit(stores: Any) -> list[int]:
        numbers = []
        for kind in ("order.released", "profile.installed", "order.refused"):
            body = b'{"id":"msg_1","type":"%s","data":{"iccid":"8986007700000010010"}}' % kind.encode()
            numbers.append(
                stores.add_message(
                    kind=WEBHOOK, destination=webhook_id, sequence_key=kind, payload=body, now=now
                )
            )
        for number in numbers[1:]:
            stores.give_up_message(stores.message(number), "it answered 500")
        return numbers

    _, first, second = harbour.run(harbour.site.work.run(unit))
    text = manager.get(path)
    assert "order released" in text
    assert text.count("it answered 500") == 2
    manager.post(f"{path}/messages", message=str(first), do="retry")
    assert "The message is sent again" in manager.text
    manager.post(f"{path}/messages", message=str(second), do="drop")
    assert "it answered 500" in manager.text, "of the one that is sent again"
    assert harbour.run(harbour.site.work.run(lambda stores: stores.message(second))) is None
    manager.post(f"{path}/messages", message="999999999", do="drop")
    assert manager.status == 404
    other = make_webhook(manager)
    manager.post(f"{other}/messages", message=str(first), do="drop")
    assert manager.status == 404, "a message is its webhook's"
    manager.post(f"{path}/replay", behind="0")
    assert "is sent again" in manager.text or "are sent again" in manager.text
    manager.post(f"{path}/replay", behind="-1")
    assert manager.status == 422
    manager.post(f"{path}/try")
    assert "It is tried at once" in manager.text


def test_a_webhook_is_tried_out(manager: DeskVisitor) -> None:
    path = make_webhook(manager)
    manager.post(f"{path}/test")
    assert "The test did not arrive" in manager.text


def test_webhooks_and_keys_of_others_are_not_there(manager: DeskVisitor, harbour: LiveDesks) -> None:
    path = make_webhook(manager)
    stranger = clerk(harbour, Role.MANAGER, "yuanshan")
    for each in ("", "/change", "/delete"):
        stranger.get(path + each)
        assert stranger.status == 404
    for each in ("/test", "/state", "/secret", "/try", "/delete", "/change", "/replay"):
        stranger.post(path + each, address="https://a.example.com", types="*", behind="0")
        assert stranger.status == 404, each
    assert "crm.example.com" not in stranger.get("/operator/webhooks")
    who = clerk(harbour)
    for each in ("/operator/webhooks", "/operator/api-keys", "/operator/staff", "/operator/audit"):
        who.get(each)
        assert who.status == 403


# --- people


def test_a_clerk_is_invited_and_his_account_kept(manager: DeskVisitor) -> None:
    manager.post("/operator/staff/new", role="clerk", display_name="刘洋 Liu Yang", login="liu.yang")
    assert "The one-time password of 刘洋 Liu Yang" in manager.text
    password = re.search(r'data-copy="([a-z0-9-]{15,})"', manager.page)
    assert password is not None
    path = re.findall(r'href="(/operator/staff/a_[0-9a-f]+)"', manager.page)[0]
    text = manager.get(path)
    assert "liu.yang" in text
    assert "Invited" in text
    assert password[1] not in manager.page
    assert "刘洋" in manager.get("/operator/staff?role=clerk")
    manager.post("/operator/staff/new", role="clerk", display_name="Other", login="liu.yang")
    assert manager.status == 422
    assert 'id="error-login"' in manager.page
    manager.post(f"{path}/role")
    assert "Manager of an operator" in manager.text
    manager.post(f"{path}/reset-password")
    assert "This page is shown once" in manager.text
    assert "Its sessions end at once" in manager.get(f"{path}/disable")
    manager.post(f"{path}/disable")
    assert "Disabled" in manager.text
    manager.post(f"{path}/enable")
    assert "The account is enabled" in manager.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("role", "chief"), ("role", "vendor"), ("display_name", ""), ("login", "a b"), ("login", HOSTILE)],
)
def test_an_account_that_is_not_his_to_make_is_refused(manager: DeskVisitor, field: str, value: str) -> None:
    fields = {"role": "clerk", "display_name": "Somebody", "login": "somebody.new"}
    manager.post("/operator/staff/new", **{**fields, field: value})
    assert manager.status == 422
    assert "<script>" not in manager.page


def test_nobody_disables_himself_or_anothers_people(harbour: LiveDesks) -> None:
    account = harbour.run(harbour.site.add("wang.himself", Role.MANAGER))
    himself = DeskVisitor(harbour, harbour.run(harbour.site.open("wang.himself")))
    path = f"/operator/staff/{account.account_id}"
    assert "This is your own account" in himself.get(path)
    himself.post(f"{path}/disable")
    assert himself.status == 422
    stranger = clerk(harbour, Role.MANAGER, "yuanshan")
    stranger.get(path)
    assert stranger.status == 404
    stranger.post(f"{path}/disable")
    assert stranger.status == 404


# --- the audit


def test_every_deed_is_in_the_audit_in_words(manager: DeskVisitor, harbour: LiveDesks) -> None:
    make_webhook(manager)
    manager.post("/operator/api-keys/new", label=FORMULA, scopes=["orders:read"], days="0")
    text = manager.get("/operator/audit?kind=deed&by=me")
    assert "API key made" in text
    assert "Webhook made" in text
    assert "Wang Fang" in text
    assert "Nothing matches" in manager.get("/operator/audit?kind=look&by=me")
    manager.language = "zh"
    assert "新建 API 密钥" in manager.get("/operator/audit?since=day")
    status, headers, file = harbour.get("/operator/audit?format=csv", manager.token)
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert "\n=" not in file
    assert re.search(r"[0-9a-f]{64}", file)
    for nonsense in ("after=nonsense", "kind=nothing", "since=never", "after=2027-01-01T00:00:00"):
        manager.get(f"/operator/audit?{nonsense}")
        assert manager.status == 200


def test_the_audit_of_one_operator_is_not_the_others(manager: DeskVisitor, harbour: LiveDesks) -> None:
    make_webhook(manager)
    stranger = clerk(harbour, Role.MANAGER, "yuanshan")
    text = stranger.get("/operator/audit?kind=deed")
    assert "Webhook made" not in text
