"""The contract of what the REST API keeps: keys, answers, and lists of orders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.kernel.errors import ConflictError
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.access import Scope, keep, new_api_key, revoke
from openesim.services.listing import Place, Range, Window
from openesim.services.replies import Reply
from tests.support.api import ME, OTHER, Api, fill_stock, iccid_of, send
from tests.support.rig import NOW, Rig, eid_of, entropy_of

REPLY = Reply(
    http_status=201,
    body=b'{"a":1}',
    location="/there",
    operator=ME,
    idempotency_key="key-1",
    request_digest=bytes(32),
    created_at=NOW,
)


def ordered(rig: Rig, number: int, **changes: Any) -> Order:
    """Puts an order of an operator into the stores, made in the minute of its number."""
    at = NOW + timedelta(minutes=number)
    made: dict[str, Any] = {"operator": ME, "ordered_at": at, "changed_at": at, "matching_id": f"M-{number}"}
    return rig.add_order(iccid=iccid_of(number), **(made | changes))


def listed(work: Any, limit: int = 10, **window: Any) -> list[str]:
    return [
        order.iccid
        for order in work.run_now(lambda stores: stores.window(Window(**({"operator": ME} | window)), limit))
    ]


def test_a_key_is_kept_with_everything_but_its_secret(work: Any, reopen: Callable[[], Any]) -> None:
    key, text = new_api_key(
        ME, {Scope.ORDERS_READ, Scope.STOCK_READ}, entropy_of("k"), NOW, label="shop", expires_at=NOW
    )
    work.run_now(lambda stores: keep(stores, key))
    assert reopen().run_now(lambda stores: stores.api_key(key.key_id)) == key
    assert text.reveal().split("_")[2].encode() not in key.digest


def test_keys_are_listed_by_operator_and_revoked_once(work: Any) -> None:
    draw = entropy_of("keys")
    keys = [new_api_key(who, {Scope.ORDERS_READ}, draw, NOW)[0] for who in (ME, OTHER, ME)]
    for key in keys:
        work.run_now(lambda stores, key=key: keep(stores, key))
    mine = work.run_now(lambda stores: stores.api_keys(ME, 10))
    assert {key.key_id for key in mine} == {keys[0].key_id, keys[2].key_id}
    assert len(work.run_now(lambda stores: stores.api_keys(None, 10))) == 3
    for later in (0, 1):
        at = NOW + timedelta(minutes=later)
        revoked = work.run_now(lambda stores, at=at: revoke(stores, keys[0].key_id, at))
        assert revoked.revoked_at == NOW


def test_an_answer_is_kept_once_until_it_is_swept(work: Any) -> None:
    work.run_now(lambda stores: stores.add_reply(REPLY))
    with pytest.raises(ConflictError):
        work.run_now(lambda stores: stores.add_reply(REPLY))
    work.run_now(lambda stores: stores.add_reply(replace(REPLY, operator=OTHER, location=None)))
    assert work.run_now(lambda stores: stores.reply(ME, "key-1")) == REPLY
    assert work.run_now(lambda stores: stores.reply(ME, "key-2")) is None
    assert work.run_now(lambda stores: stores.sweep_replies(NOW, 10)) == 0
    assert work.run_now(lambda stores: stores.sweep_replies(NOW + timedelta(seconds=1), 1)) == 1
    assert work.run_now(lambda stores: stores.sweep_replies(NOW + timedelta(seconds=1), 10)) == 1


def test_a_window_runs_along_its_index_and_shows_nothing_of_others(rig: Rig) -> None:
    for number in range(1, 5):
        ordered(rig, number)
    ordered(rig, 5, operator=OTHER)
    ordered(rig, 6, ordered_at=None)
    ordered(rig, 7, state=OrderState.ERROR, eid=eid_of(1), reference="r")
    newest_first = [iccid_of(number) for number in (7, 4, 3, 2, 1)]
    assert listed(rig.work, range=Range.TIME) == newest_first
    assert listed(rig.work, range=Range.CHANGE) == newest_first
    assert listed(rig.work, range=Range.CHANGE, is_oldest_first=True) == newest_first[::-1]
    assert listed(rig.work, range=Range.TIME, is_oldest_first=True) == newest_first[::-1]
    for entry in (
        (Range.STATE, "Error"),
        (Range.EID, str(eid_of(1))),
        (Range.REFERENCE, "r"),
    ):
        assert listed(rig.work, range=entry[0], value=entry[1]) == [iccid_of(7)]
        assert listed(rig.work, range=entry[0], value=entry[1], is_oldest_first=True) == [iccid_of(7)]
    assert listed(rig.work, range=Range.STATE, value="Error", operator=OTHER) == []


def test_a_window_is_bounded_and_goes_on_behind_a_place(rig: Rig) -> None:
    orders = [ordered(rig, number) for number in range(1, 6)]
    since, before = (NOW + timedelta(minutes=number) for number in (2, 4))
    assert listed(rig.work, range=Range.TIME, since=since, before=before) == [iccid_of(3), iccid_of(2)]
    oldest_first = listed(rig.work, range=Range.CHANGE, since=since, is_oldest_first=True)
    assert oldest_first == [iccid_of(number) for number in (2, 3, 4, 5)]
    assert listed(rig.work, range=Range.CHANGE, since=since) == oldest_first[::-1]
    bounded = listed(rig.work, range=Range.TIME, since=since, before=before, is_oldest_first=True)
    assert bounded == [iccid_of(2), iccid_of(3)]
    place = Place(orders[3].ordered_at, orders[3].order_id)
    assert listed(rig.work, range=Range.TIME, place=place) == [iccid_of(number) for number in (3, 2, 1)]
    assert listed(rig.work, range=Range.CHANGE, place=place, is_oldest_first=True) == [iccid_of(5)]
    assert listed(rig.work, range=Range.CHANGE, place=place) == [iccid_of(number) for number in (3, 2, 1)]
    assert listed(rig.work, range=Range.TIME, place=place, is_oldest_first=True) == [iccid_of(5)]


def test_orders_of_one_moment_are_told_apart_by_their_number(rig: Rig) -> None:
    orders = [ordered(rig, number, ordered_at=NOW, changed_at=NOW) for number in (1, 2, 3)]
    place = Place(NOW, orders[1].order_id)
    assert listed(rig.work, range=Range.TIME, place=place) == [iccid_of(1)]
    assert listed(rig.work, range=Range.CHANGE, place=place) == [iccid_of(1)]
    assert listed(rig.work, range=Range.CHANGE, place=place, is_oldest_first=True) == [iccid_of(3)]


def test_an_order_is_found_by_its_operator_alone(rig: Rig) -> None:
    order = ordered(rig, 1)
    find = rig.work.run_now
    assert find(lambda stores: stores.order_of_operator(order.iccid, ME)) == order
    assert find(lambda stores: stores.order_of_operator(order.iccid, OTHER)) is None
    assert find(lambda stores: stores.order_of_operator(iccid_of(9), ME)) is None


def test_stock_is_counted_for_who_asks_and_up_to_a_limit(rig: Rig) -> None:
    fill_stock(rig, 3)
    ordered(rig, 4, state=OrderState.AVAILABLE, matching_id=None)
    ordered(rig, 5, state=OrderState.AVAILABLE, matching_id=None, operator=OTHER)
    ordered(rig, 6)

    def count(operator: str, most: int = 10) -> int:
        counted: int = rig.work.run_now(lambda stores: stores.count_available("Testland", operator, most))
        return counted

    assert (count(ME), count("third"), count(ME, 2)) == (4, 3, 2)
    assert rig.work.run_now(lambda stores: stores.count_available("Nowhere", ME, 10)) == 0


def test_calls_that_come_at_the_same_moment_make_one_order(rig: Rig) -> None:
    fill_stock(rig, 6)
    api = Api(rig)

    async def storm() -> list[Any]:
        headers = {
            "host": "api.test",
            "authorization": f"Bearer {api.key}",
            "content-type": "application/json",
            "idempotency-key": "one",
        }
        body = b'{"profile_type": "Testland"}'
        return await asyncio.gather(
            *(send(api.app, "POST", "/api/v1/orders", headers, body) for _ in range(6))
        )

    told = rig.run(storm())
    assert {each.http_status for each in told} == {201}
    assert len({each.body for each in told}) == 1
    assert len(api.get("/orders").json["items"]) == 1


def test_calls_without_a_name_make_an_order_each(rig: Rig) -> None:
    fill_stock(rig, 3)
    api = Api(rig)
    made = {api.post("/orders", {"profile_type": "Testland"}).json["iccid"] for _ in range(3)}
    assert len(made) == 3
    assert api.post("/orders", {"profile_type": "Testland"}).json["gsma"] == {
        "subject": "8.2.5",
        "reason": "3.7",
    }


def test_text_that_postgresql_does_not_keep_is_refused(rig: Rig) -> None:
    api = Api(rig)
    for name in ("reference", "profile_type"):
        assert api.get(f"/orders?{name}=a%00b").http_status == 422
    assert api.post("/orders", {"profile_type": "a\0b"}).http_status == 422
    assert api.get("/profile-types/a%00b").http_status == 404
