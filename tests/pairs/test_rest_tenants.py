"""Operators beside one another: every route there is, tried by a stranger on what is another's.

The application is asked for its routes, and each parameter of a path has to be known here: a new resource cannot be
forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from openesim.adapters.web.api.app import build_routes
from openesim.adapters.web.api.calling import scope_of
from openesim.adapters.web.api.describing import operations_of
from tests.support.api import ME, OTHER, Api, fill_stock, iccid_of
from tests.support.memory import MemoryWork
from tests.support.rig import PROFILE_TYPE, Rig, eid_of, new_runner

NOBODYS = {"{iccid}": str(iccid_of(99)), "{webhook_id}": f"wh_{0:024x}", "{eid}": str(eid_of(99))}
"""For each parameter that names something of an operator's: what nobody has."""

SHARED = {"{name}", "{problem}"}
"""Parameters that name what all operators share."""

FOR_ALL = {"/api/v1/profile-types", "/api/v1/stock"}
"""Lists of what all operators share."""

BODIES: dict[str, Any] = {"PATCH": {"is_active": False}, "POST": {}}


def every_route() -> list[tuple[str, str]]:
    """Returns method and path of every route that asks for a key."""
    with new_runner() as runner:
        app = build_routes(Api(Rig(MemoryWork(), runner)).services)
    return [(method, path) for method, path, handler in operations_of(app) if scope_of(handler) is not None]


ROUTES = every_route()
ONES = [route for route in ROUTES if "{" in route[1] and not any(name in route[1] for name in SHARED)]
LISTS = [path for method, path in ROUTES if method == "GET" and "{" not in path and path not in FOR_ALL]


@pytest.fixture(scope="module")
def mine() -> dict[str, str]:
    """What the operator has, by parameter; filled as it is made."""
    return {}


@pytest.fixture(scope="module")
def api(mine: dict[str, str]) -> Iterator[Api]:
    """An API whose operator has one of everything."""
    with new_runner() as runner:
        api = Api(Rig(MemoryWork(), runner))
        fill_stock(api.rig, 3)
        order = api.post("/orders", {"profile_type": PROFILE_TYPE, "eid": str(eid_of(1)), "release": False})
        webhook = api.post("/webhooks", {"address": "https://hooks.example.com/in"})
        assert (order.http_status, webhook.http_status) == (201, 201)
        mine |= {
            "{iccid}": order.json["iccid"],
            "{webhook_id}": webhook.json["id"],
            "{eid}": str(eid_of(1)),
        }
        yield api


def filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(name, value)
    assert "{" not in path, f"what is nobody's {path}? say it in NOBODYS, and make one in the fixture"
    return path


def everything_of(api: Api) -> Any:
    """Returns all that is kept but keys, which tests make."""
    kept = api.rig.work.run_now(lambda stores: stores.snapshot())
    return {name: value for name, value in kept.items() if name != "keys"}


@pytest.mark.parametrize(("method", "path"), ONES, ids=str)
def test_what_is_anothers_is_answered_as_what_is_not_there(
    api: Api, mine: dict[str, str], method: str, path: str
) -> None:
    stranger, body = api.new_key(operator=OTHER), BODIES.get(method)
    before = everything_of(api)
    theirs = api.call(method, filled(path, mine), body, key=stranger)
    nobodys = api.call(method, filled(path, NOBODYS), body, key=stranger)
    as_nobodys = theirs.body.decode()
    for name, value in mine.items():
        as_nobodys = as_nobodys.replace(value, NOBODYS[name])
    assert (theirs.http_status, theirs.headers, as_nobodys) == (
        nobodys.http_status,
        nobodys.headers,
        nobodys.body.decode(),
    )
    if "{eid}" not in path:  # a chip is nobody's: a stranger sees that he has no order for it
        assert (theirs.http_status, theirs.problem) == (404, "not-found")
    assert everything_of(api) == before


@pytest.mark.parametrize("path", LISTS)
def test_a_list_shows_a_stranger_nothing(api: Api, path: str) -> None:
    told = api.get(path, key=api.new_key(operator=OTHER))
    assert told.http_status == 200
    if told.headers["content-type"] == "application/json":
        assert told.json["items"] == []
        assert json.loads(api.get(path).body) != told.json or path in {"/api/v1/lines", "/api/v1/events"}


def test_there_are_routes_to_try() -> None:
    assert len(ONES) > 8
    assert {"/api/v1/orders", "/api/v1/activation-codes.zip"} <= set(LISTS)
    assert ME != OTHER
