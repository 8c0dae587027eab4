"""Events, chips and lines: what an operator sees of his own orders, and nothing of another's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import OTHER, Api, fill_stock
from tests.support.rig import PROFILE_TYPE, eid_of


@pytest.fixture
def api(api: Api) -> Api:
    """The API over a stock of three profiles."""
    fill_stock(api.rig, 3)
    return api


def order_and_download(api: Api) -> tuple[str, str]:
    """Makes an order, has a chip fetch it, and returns ICCID and EID."""
    made = api.post("/orders", {"profile_type": PROFILE_TYPE, "matching_id": "HIDDEN-1"}).json
    lpa = api.rig.lpa()
    lpa.initiate()
    lpa.authenticate("HIDDEN-1")
    lpa.get_package()
    lpa.deliver(lpa.install())
    api.rig.run(api.rig.service.read_left_notifications())
    return made["iccid"], str(eid_of(1))


def events(api: Api, after: int = 0, **more: Any) -> Any:
    told = api.get(f"/events?after={after}", **more)
    assert told.http_status == 200, told
    return told.json


def test_the_feed_ends_a_little_before_the_present(api: Api) -> None:
    order_and_download(api)
    assert events(api) == {"items": [], "next": 0}
    api.rig.clock.advance(seconds=5)
    told = events(api)
    types = [each["type"] for each in told["items"]]
    assert types[:2] == ["order.allocated", "order.released"]
    assert types[-1] == "profile.installed"
    assert "HIDDEN-1" not in str(told)
    assert events(api, told["next"]) == {"items": [], "next": told["next"]}
    first = api.get("/events?limit=1").json
    assert events(api, first["next"])["items"] == told["items"][1:]


def test_a_stranger_sees_no_event_chip_or_line(api: Api) -> None:
    _, eid = order_and_download(api)
    api.rig.clock.advance(seconds=5)
    key = api.new_key(operator=OTHER)
    assert events(api, key=key)["items"] == []
    assert api.get(f"/chips/{eid}", key=key).http_status == 404
    assert api.get("/lines", key=key).json["items"] == []


def test_a_chip_shows_its_orders_and_what_it_did(api: Api) -> None:
    iccid, eid = order_and_download(api)
    told = api.get(f"/chips/{eid}").json
    assert [order["iccid"] for order in told["orders"]] == [iccid]
    assert [step["action"] for step in told["steps"]] == [
        "authenticate_client",
        "get_bound_profile_package",
        "installation_result",
    ]
    assert "HIDDEN-1" not in str(told)


def test_a_chip_that_is_not_known_is_not_there(api: Api) -> None:
    assert api.get(f"/chips/{eid_of(9)}").http_status == 404
    assert api.get("/chips/123").http_status == 422


def test_orders_without_a_subscription_are_no_lines(api: Api) -> None:
    order_and_download(api)
    assert api.get("/lines").json == {"items": [], "next": None}
    assert api.get("/lines?cursor=nonsense").http_status == 422
