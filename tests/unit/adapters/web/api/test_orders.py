"""Orders over REST: made, listed, confirmed, released, taken back; what is wrong is told, and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.provisioning.smdp.orders import OrderState
from tests.support.api import ME, OTHER, Api, fill_stock, iccid_of
from tests.support.rig import FQDN, NOW, PROFILE_TYPE, eid_of

WISH = {"profile_type": PROFILE_TYPE}


@pytest.fixture
def api(api: Api) -> Api:
    """The API over a stock of three profiles."""
    fill_stock(api.rig, 3)
    return api


def make(api: Api, **wish: Any) -> str:
    """Makes an order and returns its ICCID."""
    told = api.post("/orders", WISH | wish)
    assert told.http_status == 201, told
    iccid: str = told.json["iccid"]
    return iccid


def stock_of(api: Api) -> int:
    available: int = api.get(f"/stock/{PROFILE_TYPE}").json["available"]
    return available


# --- made


def test_an_order_is_made_confirmed_and_released_in_one_call(api: Api) -> None:
    told = api.post(
        "/orders",
        WISH
        | {
            "reference": "shop-1",
            "eid": str(eid_of(1)),
            "expires_at": "2027-02-01T00:00:00+08:00",
            "max_attempts": 5,
            "confirmation_code": "4711",
        },
    )
    order = told.json
    assert told.headers["location"] == f"/api/v1/orders/{order['iccid']}"
    assert told.headers["cache-control"] == "no-store"
    assert order == api.get(f"/orders/{order['iccid']}").json
    assert (order["state"], order["eid"], order["reference"]) == ("Released", str(eid_of(1)), "shop-1")
    assert (order["expires_at"], order["max_attempts"]) == ("2027-01-31T16:00:00Z", 5)
    assert order["confirmation_code_required"] is True
    assert "4711" not in str(order)


def test_an_order_may_wait_for_its_release_or_even_its_confirmation(api: Api) -> None:
    confirmed = make(api, release=False)
    assert api.get(f"/orders/{confirmed}").json["state"] == "Confirmed"
    assert api.post(f"/orders/{confirmed}/release").json["state"] == "Released"
    reserved = make(api, confirm=False, eid=str(eid_of(2)))
    assert api.get(f"/orders/{reserved}").json["state"] == "Linked"
    told = api.post(f"/orders/{reserved}/confirm", {"matching_id": "MINE-1"})
    assert told.json["state"] == "Released"
    assert api.get(f"/orders/{reserved}/activation-code").json["matching_id"] == "MINE-1"


def test_a_certain_profile_can_be_ordered(api: Api) -> None:
    told = api.post("/orders", {"iccid": iccid_of(2)})
    assert told.json["iccid"] == iccid_of(2)


def test_a_chip_that_asks_without_a_code_finds_its_order(api: Api) -> None:
    iccid = make(api, default_smdp=True, eid=str(eid_of(3)))
    assert api.get(f"/orders/{iccid}/activation-code").json["lpa"] == f"LPA:1${FQDN}$"
    told = api.post("/orders", WISH | {"default_smdp": True})
    assert (told.http_status, told.json["gsma"]["subject"]) == (422, "8.1.1")
    assert told.json["errors"][0]["pointer"] == "/eid"


def test_an_order_that_cannot_be_confirmed_reserves_nothing(api: Api) -> None:
    make(api, matching_id="TAKEN")
    told = api.post("/orders", WISH | {"matching_id": "TAKEN"}, idempotency_key="again")
    assert (told.http_status, told.problem) == (409, "order-refused")
    assert told.json["gsma"] == {"subject": "8.2.6", "reason": "3.3"}
    assert stock_of(api) == 2
    # The refusal was not remembered: mended, the call may come again under its name.
    mended = api.post("/orders", WISH | {"matching_id": "FREE"}, idempotency_key="again")
    assert mended.http_status == 201


def test_a_dry_run_checks_everything_and_changes_nothing(api: Api) -> None:
    before = api.rig.work.run_now(lambda stores: stores.snapshot())
    told = api.post("/orders?dry_run=true", WISH | {"reference": "x"}, idempotency_key="dry")
    assert (told.http_status, told.json["state"], told.json["reference"]) == (200, "Released", "x")
    assert "location" not in told.headers
    assert api.post("/orders?dry_run=true", {"profile_type": "Nowhere"}).http_status == 422
    assert api.rig.work.run_now(lambda stores: stores.snapshot()) == before


def test_the_same_call_is_answered_the_same_for_a_day(api: Api) -> None:
    first = api.post("/orders", WISH | {"reference": "a"}, idempotency_key="k")
    again = api.post("/orders", {"reference": "a"} | WISH, idempotency_key="k")
    assert (again.http_status, again.body) == (first.http_status, first.body)
    assert again.headers["location"] == first.headers["location"]
    other = api.post("/orders", WISH | {"reference": "b"}, idempotency_key="k")
    assert (other.http_status, other.problem) == (422, "idempotency-key-reused")
    stranger = api.post("/orders", WISH, key=api.new_key(operator=OTHER), idempotency_key="k")
    assert stranger.json["iccid"] != first.json["iccid"]
    api.rig.clock.advance(hours=24)
    later = api.post("/orders", WISH | {"reference": "b"}, idempotency_key="k")
    assert later.json["iccid"] != first.json["iccid"]


def test_answers_whose_time_is_over_are_swept(api: Api) -> None:
    api.post("/orders", WISH, idempotency_key="k")
    assert api.rig.run(api.services.replies.sweep()) == 0
    api.rig.clock.advance(hours=25)
    assert api.rig.run(api.services.replies.sweep()) == 1


@pytest.mark.parametrize(
    ("wish", "pointers"),
    [
        ({}, ["/profile_type"]),
        ({"iccid": iccid_of(1), **WISH}, ["/profile_type"]),
        (
            WISH | {"eid": "1" * 32, "matching_id": "A$B", "reference": " "},
            ["/eid", "/matching_id", "/reference"],
        ),
        (WISH | {"expires_at": "2027-02-01"}, ["/expires_at"]),
        (WISH | {"expires_at": "2020-01-01T00:00:00Z"}, ["/expires_at"]),
        (WISH | {"expires_at": "9999-12-31T23:59:59-12:00"}, ["/expires_at"]),
        (WISH | {"confirm": False, "confirmation_code": "1"}, ["/confirmation_code"]),
        (WISH | {"default_smdp": True, "matching_id": "A"}, ["/matching_id"]),
        (WISH | {"smds_address": "no address"}, ["/smds_address"]),
        (WISH | {"max_attempts": 0}, ["/max_attempts"]),
        (WISH | {"release": "yes"}, ["/release"]),
        (WISH | {"unknown": 1}, ["/unknown"]),
        ([], [""]),
        ({"profile_type": "Nowhere"}, ["/profile_type"]),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_with_its_place_and_changes_nothing(
    api: Api, wish: Any, pointers: list[str]
) -> None:
    told = api.post("/orders", wish)
    assert (told.http_status, told.problem) == (422, "invalid-request")
    assert sorted(each["pointer"] for each in told.json["errors"]) == pointers
    assert stock_of(api) == 3


@pytest.mark.parametrize("octets", [b"", b"{", b"\xff", b'{"profile_type": "\\ud800"}', b"[" * 30_000])
def test_a_body_that_cannot_be_read_is_refused(api: Api, octets: bytes) -> None:
    assert api.post("/orders", octets).http_status in {400, 422}


def test_a_body_of_another_kind_or_size_is_refused(api: Api) -> None:
    told = api.post("/orders", b"profile_type=x", content_type="application/x-www-form-urlencoded")
    assert (told.http_status, told.problem) == (415, "unsupported-media-type")
    told = api.post("/orders", b" " * 70_000)
    assert (told.http_status, told.problem) == (413, "too-large")


def test_errors_are_told_in_the_language_of_the_caller(api: Api) -> None:
    told = api.post("/orders", {"profile_type": "Nowhere"}, accept_language="de, zh-Hans;q=0.8, en;q=0.5")
    assert told.headers["content-language"] == "zh"
    assert told.json["explanation"]["owner"] == "运营商"
    assert api.post("/orders", {}, accept_language="zh;q=nonsense").headers["content-language"] == "en"


# --- listed


def test_a_list_is_paged_and_shows_every_order_once(api: Api) -> None:
    made = [make(api) for _ in range(3)]
    seen, cursor = [], ""
    while True:
        page = api.get(f"/orders?limit=1{cursor}").json
        seen += [order["iccid"] for order in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == made[::-1]


def test_filters_leave_out_what_is_not_asked_for(api: Api) -> None:
    first = make(api, reference="a")
    api.rig.clock.advance(hours=1)
    second = make(api, reference="b", eid=str(eid_of(1)), release=False)
    hour = (NOW + timedelta(minutes=30)).isoformat().replace("+00:00", "Z")

    def found(query: str) -> list[str]:
        return [order["iccid"] for order in api.get(f"/orders?{query}").json["items"]]

    assert found("reference=a") == found("state=Released") == found(f"created_before={hour}") == [first]
    assert found("state=Confirmed") == found(f"eid={eid_of(1)}") == found(f"created_after={hour}") == [second]
    assert found(f"changed_after={hour}") == [second]
    api.post(f"/orders/{first}/cancel", {"final_state": "Unavailable"})
    assert found(f"changed_after={hour}") == [second, first]
    assert found(f"iccid={first}") == [first]
    assert found(f"iccid={first}&state=Released") == found("profile_type=Nowhere") == []
    assert found(f"profile_type={PROFILE_TYPE}&state=Unavailable") == [first]


def test_a_page_costs_the_same_whatever_is_left_out(api: Api) -> None:
    """A thousand orders are looked at for a page, not more; the list goes on from there."""
    first = api.rig.add_order(
        iccid=iccid_of(100), matching_id=None, operator=ME, profile_type="rare", ordered_at=NOW
    )

    def add_many(stores: Any) -> None:
        for number in range(101, 1205):
            at = NOW + timedelta(seconds=number)
            stores.add_order(
                replace(first, iccid=iccid_of(number), profile_type=PROFILE_TYPE, ordered_at=at, order_id=0)
            )

    api.rig.work.run_now(add_many)
    page = api.get("/orders?profile_type=rare").json
    assert (page["items"], page["next"] is None) == ([], False)
    page = api.get(f"/orders?profile_type=rare&cursor={page['next']}").json
    assert ([order["iccid"] for order in page["items"]], page["next"]) == ([iccid_of(100)], None)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "state=Nowhere", "eid=1", "created_after=2027", "cursor=x", "cursor=WzFd"],
)
def test_a_list_that_cannot_be_made_is_refused_by_its_parameter(api: Api, query: str) -> None:
    told = api.get(f"/orders?{query}")
    assert told.http_status == 422
    assert told.json["errors"][0]["parameter"] == query.partition("=")[0]


def test_a_cursor_is_no_way_past_other_filters(api: Api) -> None:
    make(api)
    make(api)
    cursor = api.get("/orders?limit=1").json["next"]
    assert api.get(f"/orders?cursor={cursor}&state=Released").http_status == 422


# --- taken back


def test_an_order_is_taken_back_and_its_profile_ordered_again(api: Api) -> None:
    iccid = make(api, reference="a", eid=str(eid_of(1)))
    told = api.post(f"/orders/{iccid}/cancel", {})
    assert (told.http_status, told.json["state"], told.json["reference"]) == (200, "Available", None)
    assert stock_of(api) == 3
    again = api.post(f"/orders/{iccid}/cancel", {})
    assert (again.http_status, again.json["gsma"]["reason"]) == (409, "3.5")


def test_an_order_for_another_chip_is_not_taken_back(api: Api) -> None:
    iccid = make(api, eid=str(eid_of(1)))
    told = api.post(f"/orders/{iccid}/cancel", {"eid": str(eid_of(2))})
    assert (told.http_status, told.json["gsma"]["reason"]) == (409, "3.10")


def test_a_repeated_cancellation_under_its_name_is_answered_again(api: Api) -> None:
    iccid = make(api)
    first = api.post(f"/orders/{iccid}/cancel", {}, idempotency_key="c")
    assert api.post(f"/orders/{iccid}/cancel", {}, idempotency_key="c").body == first.body


# --- issued again


def test_a_stranded_user_gets_a_new_code_for_the_same_profile(api: Api) -> None:
    iccid = make(api, matching_id="OLD-1")
    told = api.post(f"/orders/{iccid}/reissue", {}, idempotency_key="r")
    assert (told.http_status, told.json["order"]["state"], told.json["warning"]) == (200, "Released", None)
    code = api.get(f"/orders/{iccid}/activation-code").json["matching_id"]
    assert code != "OLD-1"
    assert api.post(f"/orders/{iccid}/reissue", {}, idempotency_key="r").body == told.body
    assert api.get(f"/orders/{iccid}/activation-code").json["matching_id"] == code


def test_a_profile_that_a_chip_may_have_goes_to_another_one_by_force_only(api: Api) -> None:
    iccid = make(api, matching_id="TOKEN-1")
    assert api.rig.lpa().fetch("TOKEN-1").pair is None
    other = {"eid": str(eid_of(7))}
    told = api.post(f"/orders/{iccid}/reissue", other)
    assert (told.http_status, told.problem) == (409, "order-refused")
    assert told.json["explanation"]["next_step"]
    forced = api.post(f"/orders/{iccid}/reissue", other | {"force": True}).json
    assert forced["order"]["eid"] == other["eid"]
    assert "two chips" in forced["warning"]
    told = api.post(f"/orders/{iccid}/reissue", other | {"any_chip": True})
    assert (told.http_status, told.json["errors"][0]["pointer"]) == (422, "/any_chip")


# --- others


@pytest.mark.parametrize(
    ("method", "end", "body"),
    [
        ("GET", "", None),
        ("GET", "/timeline", None),
        ("GET", "/activation-code", None),
        ("GET", "/activation-code.svg", None),
        ("GET", "/activation-code.png", None),
        ("POST", "/confirm", {}),
        ("POST", "/release", None),
        ("POST", "/cancel", {}),
        ("POST", "/reissue", {}),
    ],
)
def test_another_operators_order_is_as_if_it_were_not_there(
    api: Api, method: str, end: str, body: Any
) -> None:
    iccid, stranger = make(api, release=False), api.new_key(operator=OTHER)
    before = api.get(f"/orders/{iccid}").body
    theirs = api.call(method, f"/orders/{iccid}{end}", body, key=stranger)
    nobodys = api.call(method, f"/orders/{iccid_of(99)}{end}", body, key=stranger)
    assert theirs.http_status == 404
    assert (theirs.http_status, theirs.headers, theirs.body) == (404, nobodys.headers, nobodys.body)
    assert api.get(f"/orders/{iccid}").body == before
    assert api.get("/orders", key=stranger).json["items"] == []


def test_another_operators_profile_cannot_be_ordered_nor_told_from_none(api: Api) -> None:
    iccid, stranger = make(api), api.new_key(operator=OTHER)
    theirs = api.post("/orders", {"iccid": iccid}, key=stranger)
    nobodys = api.post("/orders", {"iccid": iccid_of(99)}, key=stranger)
    assert (theirs.http_status, theirs.body) == (404, nobodys.body)


def test_orders_made_on_the_server_itself_are_nobodys(api: Api) -> None:
    order = api.rig.add_order(iccid=iccid_of(50))
    assert order.state is OrderState.RELEASED
    assert api.get(f"/orders/{iccid_of(50)}").http_status == 404
    assert api.post("/orders", {"iccid": iccid_of(50)}).http_status == 404


# --- timeline


def test_a_timeline_tells_what_happened_and_no_secret(api: Api) -> None:
    iccid = make(api, confirmation_code="4711", matching_id="SECRET-1")
    told = api.get(f"/orders/{iccid}/timeline")
    assert [step["action"] for step in told.json["items"]] == ["download_order", "confirm_order"]
    assert [step["state"] for step in told.json["items"]] == ["Allocated", "Released"]
    assert not {"4711", "SECRET-1"} & set(told.body.decode().split('"'))
    first = api.get(f"/orders/{iccid}/timeline?limit=1").json
    rest = api.get(f"/orders/{iccid}/timeline?limit=1&cursor={first['next']}").json
    assert [step["action"] for step in rest["items"]] == ["confirm_order"]
    assert api.get(f"/orders/{iccid_of(3)}/timeline?cursor={first['next']}").http_status == 422
