"""Webhooks over REST: the secret is told once, others' are not there, replays and tests say what they did."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import PeerError
from tests.support.api import OTHER, Api, fill_stock
from tests.support.rig import PROFILE_TYPE

ADDRESS = "https://crm.example.com/esim"


def make(api: Api) -> tuple[str, str]:
    told = api.post("/webhooks", {"address": ADDRESS, "event_types": ["order.*"]})
    assert told.http_status == 201, told
    return told.json["id"], told.json["secret"]


def test_the_secret_is_told_once(api: Api) -> None:
    name, secret = make(api)
    assert secret.startswith("whsec_")
    for told in (api.get("/webhooks"), api.get(f"/webhooks/{name}")):
        assert secret not in told.body.decode()
    renewed = api.post(f"/webhooks/{name}/secret").json
    assert renewed["secret"].startswith("whsec_")
    assert renewed["secret"] != secret


def test_a_webhook_is_changed_and_deleted(api: Api) -> None:
    name, _ = make(api)
    changed = api.call("PATCH", f"/webhooks/{name}", {"event_types": ["*"], "is_active": False}).json
    assert (changed["event_types"], changed["is_active"], changed["address"]) == (["*"], False, ADDRESS)
    assert api.call("DELETE", f"/webhooks/{name}").http_status == 204
    assert api.get(f"/webhooks/{name}").http_status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"address": "http://crm.example.com/"},
        {"address": "https://user:word@crm.example.com/"},
        {"address": "crm"},
        {"address": ADDRESS, "event_types": ["order.unheard"]},
        {"address": ADDRESS, "event_types": []},
        {"address": ADDRESS, "secret": "mine"},
        {},
    ],
)
def test_what_cannot_be_told_is_refused(api: Api, body: dict[str, object]) -> None:
    told = api.post("/webhooks", body)
    assert (told.http_status, told.problem) == (422, "invalid-request")
    assert api.get("/webhooks").json["items"] == []


def test_anothers_webhook_is_not_there(api: Api) -> None:
    name, _ = make(api)
    key = api.new_key(operator=OTHER)
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"is_active": False}),
        ("DELETE", "", None),
        ("POST", "/test", None),
        ("POST", "/secret", None),
        ("POST", "/replay", {"after": 0}),
    ):
        assert api.call(method, f"/webhooks/{name}{path}", body, key=key).http_status == 404
    assert api.posted.messages == []


def test_a_test_says_whether_it_arrived(api: Api) -> None:
    name, _ = make(api)
    assert api.post(f"/webhooks/{name}/test").json == {"arrived": True, "reason": None}
    ((address, headers, body),) = api.posted.messages
    assert (address, b"webhook.test" in body) == (ADDRESS, True)
    assert headers["webhook-signature"].startswith("v1,")
    api.posted.fault = PeerError("nobody listens there")
    assert api.post(f"/webhooks/{name}/test").json == {"arrived": False, "reason": "nobody listens there"}


def test_a_replay_tells_again_what_happened(api: Api) -> None:
    fill_stock(api.rig, 1)
    api.post("/orders", {"profile_type": PROFILE_TYPE})
    name, _ = make(api)
    told = api.post(f"/webhooks/{name}/replay", {"after": 0}).json
    assert (told["sent"], told["is_all"]) == (2, True)
    assert api.post(f"/webhooks/{name}/replay", {"after": told["next"]}).json["sent"] == 0
