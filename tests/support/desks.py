"""The desks over a database of their own, heard on the loopback interface, with people of every role."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.web.desks.app import DeskRules, build_desks
from openesim.adapters.web.serving import WebServer
from openesim.apps.conditions import build_conditions
from openesim.apps.config import Config
from openesim.apps.desks.building import build_desk_services
from openesim.apps.desks.parts import DeskParts
from openesim.apps.wiring import SystemClock
from openesim.kernel.ambient import Ambient
from openesim.kernel.secret import Secret
from openesim.security.crypto.totp import code_of, step_of
from openesim.security.pki.trust import TrustStore
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.accounts import AccountService
from openesim.services.conditions.accounts.deeds import AccountDeed
from openesim.services.conditions.accounts.desk_sessions import Opened, Whence
from openesim.services.conditions.accounts.door import Door
from openesim.services.conditions.accounts.keeping import NewAccount, add_account, make_account
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.accounts.sign_in import SignInService
from tests.support.database import WRAPPING
from tests.support.memory_accounts import QuickHashing

HOST = "127.0.0.1"
PASSWORD = "a few words of mine"
ZONE = "Asia/Shanghai"
WHENCE = Whence(address="127.0.0.1", agent="a test")

TENANTS = {Role.MANAGER: "qinghe", Role.CLERK: "qinghe", Role.VENDOR: "1"}
"""Whose people the people of tests are."""

NAMES = {
    Role.CHIEF: "Zhou Ming",
    Role.INSPECTOR: "Li Wei",
    Role.MANAGER: "Wang Fang",
    Role.CLERK: "Zhao Lei",
    Role.VENDOR: "Sun Jie",
    Role.SUBSCRIBER: "Chen Hua",
}


@dataclass
class DeskSite:
    """The desks over some stores, and what tests do besides.

    Attributes:
        work: the stores.
        ambient: clock and randomness.
        rules: how the desks are run.
        config: what the configuration file says.
        verifiers: who can say who somebody is, by name.
        trust: CIs that are trusted.
    """

    work: Any
    ambient: Ambient = field(default_factory=lambda: Ambient(SystemClock(), os.urandom))
    rules: DeskRules = field(default_factory=lambda: DeskRules(has_styleguide=True))
    config: Config = field(default_factory=Config)
    verifiers: dict[str, Any] = field(default_factory=dict)
    trust: TrustStore = field(default_factory=TrustStore)

    def __post_init__(self) -> None:
        self.hashing = QuickHashing()
        self.door = Door.build(self.work, self.ambient, self.hashing)
        self.parts = DeskParts(
            work=self.work,
            ambient=self.ambient,
            config=self.config,
            smdp_address="smdp.example.com",
            conditions=build_conditions(self.config, self.work, self.ambient),
            door=self.door,
            trust=self.trust,
            open_work=opener_of(self.work),
            verifiers=self.verifiers,
        )
        self.services = build_desk_services(self.parts)
        self.app: Any = build_desks(self.services, self.ambient, self.rules)

    async def add(self, login: str, role: Role, tenant: str | None = None) -> Account:
        """Makes an account; without a tenant named, that of its role."""
        tenant = tenant or TENANTS.get(role)
        new = NewAccount.parse(login=login, display_name=NAMES[role], role=role, tenant=tenant)
        kept = self.hashing.hash(Secret(PASSWORD))
        account = make_account(new, kept, self.ambient.entropy, self.ambient.clock.now())
        await self.work.run(lambda stores: add_account(stores, account, AccountDeed.INVITED, "a test"))
        return account

    async def open(self, login: str) -> str:
        """Signs somebody in, with a second factor where his role needs one; returns what his cookie holds."""
        opened = await SignInService(self.door).sign_in(login, Secret(PASSWORD), WHENCE)
        if opened.visit.account.role in self.door.rules.factor_needed:
            opened = await self._enrol(opened)
        return opened.token.reveal()

    async def _enrol(self, opened: Opened) -> Opened:
        accounts = AccountService(self.door)
        await accounts.begin_enrolment(opened.visit)
        visit = await self.door.sessions.visit(opened.token)
        assert visit is not None
        assert visit.session.pending is not None
        code = code_of(visit.session.pending, step_of(self.ambient.clock.now()))
        return (await accounts.confirm_enrolment(visit, code)).opened


def opener_of(work: Any) -> Callable[[], Any]:
    """Returns what opens the database of some stores for another thread; those in memory are the same, and stay."""
    if not isinstance(work, SqliteWork):
        return lambda: _Kept(work)
    path = path_of(work)
    return lambda: SqliteWork(path, WRAPPING)


def path_of(work: SqliteWork) -> Path:
    """Returns where the database of some stores is."""
    return Path(work._connection.execute("PRAGMA database_list").fetchone()[2])


@dataclass
class _Kept:
    """Stores that nobody closes."""

    work: Any

    def run_now(self, unit: Callable[[Any], Any]) -> Any:
        return self.work.run_now(unit)

    def close(self) -> None:
        """Keeps them."""


@dataclass
class LiveDesks:
    """Desks that are heard.

    Attributes:
        site: what they are made of.
        address: where.
        run: runs a coroutine in their event loop and returns what it comes to.
    """

    site: DeskSite
    address: str
    run: Callable[[Any], Any]

    def token(self, role: Role, tenant: str | None = None, login: str = "") -> str:
        """Makes somebody of a role, signs him in, and returns what his cookie holds."""
        login = login or f"{role.value}-{os.urandom(3).hex()}x"
        self.run(self.site.add(login, role, tenant))
        token: str = self.run(self.site.open(login))
        return token

    def get(self, path: str, token: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
        """Returns status, headers and body of a page."""
        return self.call("GET", path, token, **headers)

    def call(
        self, method: str, path: str, token: str = "", body: str | bytes = "", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Sends a request and returns status, headers and body."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["cookie"] = f"session={token}"
        if body:
            sent.setdefault("content-type", "application/x-www-form-urlencoded")
        connection = http.client.HTTPConnection(HOST, int(self.address.rpartition(":")[2]), timeout=20)
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            told: dict[str, str] = {}
            for name, value in answer.getheaders():
                told[name.lower()] = "\n".join(filter(None, (told.get(name.lower()), value)))
            return answer.status, told, answer.read().decode()
        finally:
            connection.close()


@contextmanager
def serving_desks(build: Callable[[], DeskSite]) -> Iterator[LiveDesks]:
    """Runs desks in a thread of their own.

    Args:
        build: makes them, in that thread: a SQLite database belongs to the thread that opened it.
    """
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="desks")
    thread.start()
    bound = socket.create_server((HOST, 0))

    def run(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)

    async def begin() -> tuple[DeskSite, WebServer]:
        site = build()
        await site.parts.conditions.following.load()
        server = WebServer(site.app)
        await server.open([bound])
        return site, server

    async def end(site: DeskSite, server: WebServer) -> None:
        await server.close()
        if isinstance(site.work, SqliteWork):
            site.work.close()

    try:
        site, server = run(begin())
        yield LiveDesks(site, f"http://{HOST}:{bound.getsockname()[1]}", run)
        run(end(site, server))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
        bound.close()


def today() -> datetime:
    """Returns the present moment."""
    return datetime.now(UTC)
