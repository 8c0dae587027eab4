"""Who may call: every route there is, tried with every key that must not open it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from openesim.adapters.web.api.app import build_routes
from openesim.adapters.web.api.calling import scope_of
from openesim.adapters.web.api.describing import operations_of
from openesim.services.access import Scope, revoke
from tests.support.api import Api
from tests.support.memory import MemoryWork
from tests.support.rig import ICCID, PROFILE_TYPE, Rig, new_runner

VALUES = {"{name}": PROFILE_TYPE, "{iccid}": ICCID}
"""What stands in the place of a parameter of a path: things that are there."""


def every_route() -> list[tuple[str, str, Scope | None]]:
    """Returns method, path and scope of every route; the application itself is asked for them."""
    with new_runner() as runner:
        app = build_routes(Api(Rig(MemoryWork(), runner)).services)
    return [(method, path, scope_of(handler)) for method, path, handler in operations_of(app)]


ALL = every_route()
PUBLIC = {path for _, path, scope in ALL if scope is None}
ROUTES = [each for each in ALL if each[2] is not None]


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """One API for all keys that are tried."""
    with new_runner() as runner:
        yield Api(Rig(MemoryWork(), runner))


each_route = pytest.mark.parametrize(("method", "path", "scope"), ROUTES, ids=str)


def filled(path: str) -> str:
    for name, value in VALUES.items():
        path = path.replace(name, value)
    return path


def no_key(_api: Api, _scope: Scope) -> str | None:
    return None


def not_a_key(_api: Api, _scope: Scope) -> str:
    return "open sesame"


def wrong_secret(api: Api, _scope: Scope) -> str:
    name, other = api.key.split("_")[1], api.new_key().split("_")[2]
    return f"oe_{name}_{other}"


def unknown_name(api: Api, _scope: Scope) -> str:
    return f"oe_{'a' * 16}_{api.key.split('_')[2]}"


def revoked(api: Api, _scope: Scope) -> str:
    key = api.new_key()
    api.rig.work.run_now(lambda stores: revoke(stores, key, api.rig.clock.now()))
    return key


def expired(api: Api, _scope: Scope) -> str:
    key = api.new_key(expires_at=api.rig.clock.now() + timedelta(seconds=1))
    api.rig.clock.advance(seconds=2)
    return key


@each_route
@pytest.mark.parametrize("make", [no_key, not_a_key, wrong_secret, unknown_name, revoked, expired])
def test_no_route_opens_to_a_key_that_is_not_good(
    api: Api, method: str, path: str, scope: Scope, make: Callable[[Api, Scope], Any]
) -> None:
    told = api.call(method, filled(path), key=make(api, scope))
    assert (told.http_status, told.problem) == (401, "key-refused")
    assert told.headers["www-authenticate"] == "Bearer"


@each_route
def test_no_route_opens_to_a_key_without_its_scope(api: Api, method: str, path: str, scope: Scope) -> None:
    key = api.new_key(set(Scope) - {scope})
    told = api.call(method, filled(path), key=key)
    assert (told.http_status, told.problem) == (403, "scope-missing")
    assert scope.value in told.json["detail"]


@each_route
def test_every_route_opens_to_its_own_scope_alone(api: Api, method: str, path: str, scope: Scope) -> None:
    told = api.call(method, filled(path), key=api.new_key({scope}))
    assert told.http_status not in {401, 403}


def test_what_is_public_tells_of_nobody() -> None:
    assert {"/api/v1/openapi.json", "/api/v1/problems", "/api/v1/problems/{problem}"} == PUBLIC


def test_options_tell_which_methods_there_are(api: Api) -> None:
    allowed = api.call("OPTIONS", "/profile-types", key=None).headers["allow"]
    assert set(allowed.split(", ")) == {"GET", "OPTIONS"}


def test_a_key_that_is_revoked_elsewhere_is_dead_within_two_seconds(api: Api) -> None:
    key = api.new_key()
    assert api.get("/profile-types", key=key).http_status == 200
    api.rig.work.run_now(lambda stores: revoke(stores, key, api.rig.clock.now()))
    api.rig.clock.advance(seconds=2)
    assert api.get("/profile-types", key=key).http_status == 401


def test_a_key_may_be_sent_in_any_spelling_of_bearer(api: Api) -> None:
    told = api.get("/profile-types", key=None, authorization=f"bearer  {api.key}")
    assert told.http_status == 200
