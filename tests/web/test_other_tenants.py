"""Things of one tenant, tried by everybody else: nobody sees or does what is not his.

For every route with somebody's thing in its path the thing is made, with an owner. Then all others try it, each role and
another tenant, with the very form that the owner would send, and with his name in every field that could name a tenant.
They are answered as if there were no such thing, and nothing in the database changes. At last the owner does the same,
and is not turned away: so the thing was there, and it was the wall that held.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from openesim.adapters.web.desks.reach import Reach, Tenancy
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from openesim.services.conditions.accounts.roles import Role
from tests.support.desk_things import MAKERS, NOBODYS
from tests.support.desks import LiveDesks
from tests.support.operator_things import make_files_licence
from tests.support.vendor_things import make_model, make_models_tac
from tests.web.test_reach import OWNED, PARAMETER, filled, name_of, told_of

pytestmark = pytest.mark.sockets

NOT_OWNED = {"provider", "offer_id", "step", "sheet", "item", "kind"}
"""Parameters that name what is nobody's: an offer, a page, an identity provider."""

THINGS = [route for route in OWNED if set(PARAMETER.findall(route[1])) - NOT_OWNED]

OWNERS = {Tenancy.OPERATOR: (Role.MANAGER, "qinghe"), Tenancy.VENDOR: (Role.VENDOR, "1")}
STRANGERS: tuple[tuple[Role | None, str | None], ...] = (
    (None, None),
    (Role.CHIEF, None),
    (Role.INSPECTOR, None),
    (Role.MANAGER, "yuanshan"),
    (Role.CLERK, "yuanshan"),
    (Role.VENDOR, "2"),
    (Role.SUBSCRIBER, None),
)
"""Everybody who is not the owner: each role, of another tenant."""

JOINT = {("licence_id", "file_id"): make_files_licence, ("model_id", "tac"): make_models_tac}
"""Things that belong together."""

PAGES = {"step": "name", "item": "key-management", "kind": "no-result"}
"""What stands beside a thing, where its owner tries it."""

NOT_THERE_YET = {
    "/operator/disagreements/{iccid}/{kind}": "nothing disagrees about an order that was just made",
    "/operator/disagreements/{iccid}/{kind}/repair": "likewise",
    "/operator/counter/{case_id}/handover": "there is something to hand over once a profile is ordered",
    "/operator/orders/{iccid}/clear": "only an order that is held is cleared",
    "/operator/orders/{iccid}/refuse": "likewise",
    "/operator/subscribers/{case_id}/look": "a case that nobody has shown anything for has no values to look at",
    "/operator/webhooks/{webhook_id}/messages": "nothing was sent yet that could be sent again",
    "/subscriber/applications/{application}/order": "nobody is verified yet",
    "/operator/counter/second/{case_id}": "a case waits for a second pair of eyes only where the rules ask for them",
    "/subscriber/applications/{application}/code": "there is a code once a profile is ordered",
    "/subscriber/applications/{application}/get": "likewise",
    "/subscriber/applications/{application}/get/live": "likewise",
}
"""Routes that have nothing for the owner either, as things are made here, and why."""

NAMES = {"operator": "qinghe", "tenant": "qinghe", "vendor": "1", "vendor_id": "1", "account": "a_0"}
"""What a stranger adds to whatever he sends: the owner's names."""

TYPED = {"reason": "An account of why this is done.", "word": "", "name": "Q2", "tacs": "86999999"}


class FormReader(HTMLParser):
    """Reads the form of a page that goes to a path, filled as somebody would fill it."""

    def __init__(self, page: str, path: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._path = path
        self._is_it = False
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_it = given.get("action", "").partition("?")[0] in {self._path, ""}
        name = given.get("name", "")
        if not self._is_it:
            return
        if tag == "input" and name and given.get("type") != "file":
            usual = given.get("value") or TYPED.get(name, "1")
            self.fields.setdefault(name, usual)
        elif tag == "textarea":
            self.fields.setdefault(name, TYPED.get(name, "A few words of the owner's."))
        elif tag == "select":
            self._select = name
        elif tag == "option" and given.get("value"):
            self.fields.setdefault(self._select, given["value"])


def contents(path: str) -> dict[str, str]:
    """Returns a digest of every table but that of sessions, which note when somebody was seen."""
    connection = sqlite3.connect(path)
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sha256(repr(connection.execute(f'SELECT * FROM "{name}"').fetchall()).encode()).hexdigest()
            for name in names
            if name != "desk_sessions"
        }
    finally:
        connection.close()


class Street:
    """The desks, with sessions of strangers that are opened once.

    Attributes:
        desks: that are heard.
        database: path of their database.
    """

    def __init__(self, desks: LiveDesks) -> None:
        self.desks = desks
        self._tokens: dict[tuple[Role, str | None], str] = {}

        async def place() -> str:
            row = desks.site.work.run_now(
                lambda stores: stores._cursor.execute("PRAGMA database_list").fetchone()
            )
            return str(row[2])

        self.database = desks.run(place())
        desks.run(make_model(desks.site, "2"))

    def token(self, role: Role | None, tenant: str | None) -> str:
        """Returns a session of somebody."""
        if role is None:
            return ""
        if (role, tenant) not in self._tokens:
            self._tokens[role, tenant] = self.desks.token(
                role, tenant, f"{role.value}-{os.urandom(4).hex()}y"
            )
        return self._tokens[role, tenant]

    def things(self, path: str, tenancy: Tenancy) -> dict[str, str]:
        """Makes what stands in a path, and returns it by parameter."""
        names = PARAMETER.findall(path)
        tenant = OWNERS[tenancy][1] if tenancy in OWNERS else ""
        for joint, make in JOINT.items():
            if set(joint) <= set(names):
                return dict(zip(joint, self.desks.run(make(self.desks.site, tenant)), strict=True))
        values = {
            name: PAGES[name] if name in PAGES else self.desks.run(MAKERS[name](self.desks.site, tenant))
            for name in names
        }
        return values | ({"step": "answer"} if "model_id" in values and "step" in values else {})

    def owner(self, tenancy: Tenancy, values: Mapping[str, str]) -> str:
        """Returns a session of who has a thing; empty: nobody is known to."""
        if tenancy in OWNERS:
            return self.token(*OWNERS[tenancy])
        if "application" not in values:
            return ""

        async def login() -> str:
            account_id = self.desks.site.work.run_now(
                lambda stores: stores.case(values["application"]).account
            )
            account = self.desks.site.work.run_now(lambda stores: stores.account(account_id))
            return await self.desks.site.open(account.login)

        token: str = self.desks.run(login())
        return token

    def ask(
        self, method: str, path: str, token: str, fields: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        """Calls a route as somebody's browser would; of a stream, what has come when it is over."""
        if method == "GET":
            return self.desks.get(path, token)
        csrf = {"csrf_token": csrf_of(Secret(token))} if token else {}
        form = urlencode({**(fields or {}), **csrf})
        return self.desks.call(method, path, token, form, sec_fetch_site="same-origin")

    def form(self, path: str, owner: str) -> dict[str, str]:
        """Returns the form that an owner would send to a path: from its page, or from one above it."""
        place = path
        while owner and place.count("/") > 1:
            status, _, page = self.desks.get(place, owner)
            fields = FormReader(page, path).fields if status == 200 else {}
            if fields:
                return {name: value for name, value in fields.items() if name != "csrf_token"}
            place = place.rpartition("/")[0]
        return dict(TYPED)


@pytest.fixture(scope="module")
def street(desks: LiveDesks) -> Street:
    return Street(desks)


def is_stream(path: str) -> bool:
    return path.endswith("/live")


@pytest.mark.parametrize(("method", "path", "stated"), THINGS, ids=name_of)
def test_nobody_else_sees_or_does_anything_with_a_thing_that_is_somebodys(
    street: Street, method: str, path: str, stated: Reach
) -> None:
    values = street.things(path, stated.tenancy)
    owner = street.owner(stated.tenancy, values)
    their_path, nobodys_path = (
        filled(path, values),
        filled(path, {name: PAGES[name] for name in values if name in PAGES}),
    )
    form = street.form(their_path, owner) if method != "GET" else {}
    sessions = [street.token(*each) for each in STRANGERS]
    before = contents(street.database)
    for stranger, token in zip(STRANGERS, sessions, strict=True):
        query = f"?{urlencode(NAMES)}"
        theirs = street.ask(method, their_path + query, token, form | NAMES)
        nobodys = street.ask(method, nobodys_path + query, token, form | NAMES)
        assert theirs[0] in {303, 403, 404}, (stranger, theirs[0])
        assert theirs[0] != 303 or theirs[1]["location"].startswith("/sign-in?"), (stranger, theirs[1])
        assert told_of(theirs, their_path) == told_of(nobodys, nobodys_path), stranger
        assert contents(street.database) == before, f"{stranger} changed something"
    if not owner or path in NOT_THERE_YET or is_stream(path):
        return
    answer = street.ask(method, their_path, owner, form)
    assert answer[0] not in {403, 404, 500}, (answer[0], answer[2])


def test_a_session_is_ended_by_its_holder_only(street: Street) -> None:
    desks, mine = street.desks, street.token(Role.MANAGER, "yuanshan")
    theirs = desks.token(Role.VENDOR, "1", "has-two-sessions")
    again = desks.run(desks.site.open("has-two-sessions"))
    page = desks.get("/account/sessions", again)[2]
    session = FormReader(page, "/account/sessions/end").fields["session"]
    for token, http_status in ((mine, 200), (again, 303)):
        street.ask("POST", "/account/sessions/end", token, {"session": session})
        assert desks.get("/account", theirs)[0] == http_status


def test_every_thing_of_somebodys_was_tried() -> None:
    assert {tenancy for _, _, stated in THINGS for tenancy in (stated.tenancy,)} == {*OWNERS, Tenancy.SELF}
    assert len(THINGS) > 90
    assert set(NOT_THERE_YET) <= {path for _, path, _ in THINGS}
    assert not set(NOBODYS) & set(NAMES) - {"vendor_id"}
