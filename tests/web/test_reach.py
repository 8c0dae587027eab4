"""Every route there is, called as every role: nobody sees or does what is not his.

The application is asked for its routes, and each parameter of a path has to be known (``tests/support/desk_things.py``):
a new page cannot be forgotten.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from litestar import Litestar

from openesim.adapters.web.desks.app import DeskRules, build_routes, handlers_of
from openesim.adapters.web.desks.assets import Assets
from openesim.adapters.web.desks.pages import Pages
from openesim.adapters.web.desks.reach import Reach, Tenancy, reach_of
from openesim.adapters.web.desks.wording import read_wording
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from openesim.services.conditions.accounts.roles import GRANTS, Desk, Role
from tests.support.desk_things import MAKERS, NOBODYS
from tests.support.desks import DeskSite, LiveDesks
from tests.support.memory import MemoryWork

pytestmark = pytest.mark.sockets

NUMBER = re.compile(r"<code>[0-9a-f]{32}</code>")
PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
DESKS = {
    Tenancy.OPERATOR: {Desk.OPERATOR},
    Tenancy.VENDOR: {Desk.VENDOR},
    Tenancy.NATION: {Desk.REGULATOR},
}
OTHERS = {Tenancy.OPERATOR: (Role.MANAGER, "yuanshan"), Tenancy.VENDOR: (Role.VENDOR, "2")}
"""Somebody of the same kind, of another tenant."""


def every_route() -> list[tuple[str, str, Reach]]:
    """Returns method, path and reach of every route."""
    site = DeskSite(MemoryWork())
    pages = Pages(read_wording(), Assets())
    app: Litestar = build_routes(site.services, pages, DeskRules(has_styleguide=True))
    found = []
    for handler in handlers_of(app):
        paths = {route.path_format for route in app.routes if handler in getattr(route, "route_handlers", ())}
        methods = handler.http_methods - {"HEAD", "OPTIONS"}
        found += [(method, path, reach_of(handler)) for path in sorted(paths) for method in sorted(methods)]
    return sorted(found, key=lambda one: (one[1], one[0]))


ROUTES = every_route()
OWNED = [
    route
    for route in ROUTES
    if PARAMETER.search(route[1])
    and route[2].tenancy in {*OTHERS, Tenancy.SELF}
    and route[1] != "/static/{address}"
]


def name_of(value: Any) -> str:
    return value if isinstance(value, str) else value.value if isinstance(value, Role) else ""


def filled(path: str, values: dict[str, str]) -> str:
    """Returns a path with its parameters filled."""

    def fill(match: re.Match[str]) -> str:
        assert match[1] in NOBODYS, f"{path}: say in tests/support/desk_things.py what {match[1]} nobody has"
        return values.get(match[1], NOBODYS[match[1]])

    return PARAMETER.sub(fill, path)


def ask(desks: LiveDesks, method: str, path: str, token: str) -> tuple[int, dict[str, str], str]:
    """Calls a route as the browser of somebody would."""
    if method == "GET":
        return desks.get(path, token)
    form = f"csrf_token={csrf_of(Secret(token))}" if token else ""
    return desks.call(method, path, token, form, sec_fetch_site="same-origin")


TOKENS: dict[tuple[int, Role, str | None], str] = {}


def known_token(desks: LiveDesks, role: Role, tenant: str | None = None) -> str:
    """Returns a session of a role that nobody ends."""
    key = (id(desks), role, tenant)
    if key not in TOKENS:
        TOKENS[key] = desks.token(role, tenant)
    return TOKENS[key]


def is_turned_away(answer: tuple[int, dict[str, str], str]) -> bool:
    """Tells whether somebody was sent to sign in, or told that it is not his to do."""
    http_status, headers, _ = answer
    return http_status == 403 or (http_status == 303 and headers["location"].startswith("/sign-in?"))


@pytest.mark.parametrize("role", [None, *Role], ids=name_of)
@pytest.mark.parametrize(("method", "path", "stated"), ROUTES, ids=name_of)
def test_a_route_answers_whom_it_is_for_and_nobody_else(
    desks: LiveDesks, method: str, path: str, stated: Reach, role: Role | None
) -> None:
    is_public = stated.permission is None
    may = is_public or (
        role is not None and stated.permission is not None and role in GRANTS[stated.permission]
    )
    belongs = role is None or stated.tenancy not in DESKS or role.desk in DESKS[stated.tenancy]
    does_something = method != "GET" and may and belongs
    token = "" if role is None else desks.token(role) if does_something else known_token(desks, role)
    answer = ask(desks, method, filled(path, {}), token)
    assert answer[0] < 500, answer[2]
    if is_public:
        return
    assert is_turned_away(answer) is not (may and belongs), (answer[0], answer[1].get("location"))


@pytest.mark.parametrize(("method", "path", "stated"), OWNED, ids=name_of)
def test_what_is_anothers_is_answered_as_what_is_not_there(
    desks: LiveDesks, method: str, path: str, stated: Reach
) -> None:
    values = {name: made(desks, path, name, stated.tenancy) for name in PARAMETER.findall(path)}
    role, tenant = OTHERS.get(stated.tenancy, (Role.SUBSCRIBER, None))
    stranger = known_token(desks, role, tenant)
    their_path, nobodys_path = filled(path, values), filled(path, {})
    theirs = told_of(ask(desks, method, their_path, stranger), their_path)
    assert theirs == told_of(ask(desks, method, nobodys_path, stranger), nobodys_path)


def told_of(answer: tuple[int, dict[str, str], str], path: str) -> tuple[int, str, str]:
    """Returns what an answer tells, but for what it was asked and the number that the log knows it by."""
    http_status, headers, text = answer
    return http_status, headers.get("location", "").replace(path, ""), NUMBER.sub("", text).replace(path, "")


def made(desks: LiveDesks, path: str, name: str, tenancy: Tenancy) -> str:
    """Returns a thing of somebody's, for a parameter of a path."""
    assert name in MAKERS, f"{path}: say in tests/support/desk_things.py how a {name} is made"
    whose = {Tenancy.OPERATOR: "qinghe", Tenancy.VENDOR: "1"}
    value: str = desks.run(MAKERS[name](desks.site, whose.get(tenancy, "")))
    return value


def test_every_route_states_whose_things_it_shows() -> None:
    for _method, path, stated in ROUTES:
        first = path.split("/")[1]
        if first in set(Desk) and stated.permission is None:
            assert stated.tenancy is Tenancy.NOBODY, f"{path} is for everybody and shows what is somebody's"
        if stated.tenancy is Tenancy.NATION:
            assert first == Desk.REGULATOR, path


def test_there_are_routes_to_try() -> None:
    assert {"/regulator", "/operator", "/vendor", "/subscriber", "/account", "/sign-in"} <= {
        one[1] for one in ROUTES
    }
