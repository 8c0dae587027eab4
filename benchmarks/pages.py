"""Pages of the desks with the orders of a country in the database: what each costs a server, and that a million costs as ten thousand.

Every page there is is measured: the application is asked for its routes, and each page for the ways in which its table can
be filtered, sorted and gone on with. What is told of a page is the dearest of its ways.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import uvloop

from benchmarks.country import (
    Filling,
    PostgresSql,
    SqliteSql,
    make_nation,
    rows_of_a_nation,
)
from benchmarks.database import Database, open_cluster
from benchmarks.figures import Figure, at_most, median
from benchmarks.stage import Stage
from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.postgres import PostgresWork
from openesim.adapters.db.schema import upgrade
from openesim.apps.collecting import seldom_collected
from openesim.apps.config import Config, RulesSection
from openesim.conditions.identity.case import Field
from openesim.conditions.licensing.states import LicenceState
from openesim.kernel.ambient import Ambient
from openesim.services.conditions.accounts.roles import Desk, Role
from tests.support.database import WRAPPING
from tests.support.desk_nation import Nation, PersonData
from tests.support.desk_walk import Walker, addresses, is_for, links_to_itself, pages_to_get
from tests.support.desks import DeskSite
from tests.support.gate import licence_of
from tests.support.hostile_words import MarkedWords
from tests.support.people import ADDRESS, CONTACT, resident
from tests.support.rig import SteppedClock

PAGE_BAR_MS, FLAT_BAR = 100.0, 1.5
_SLIGHT_MS: Final = 3.0
"""A page that costs less than this is as good as flat, whatever the ratio: it is the clock that speaks."""

_MANY: Final = 15
_LICENCES: Final = 1_000
_PEOPLE: Final = 60
_MOST_WAYS: Final = 30
_MOST_ADDRESSES: Final = 12
_LEAST_TURNS: Final = 3
_ROLES: Final = {
    Desk.REGULATOR: Role.CHIEF,
    Desk.OPERATOR: Role.MANAGER,
    Desk.VENDOR: Role.VENDOR,
    Desk.SUBSCRIBER: Role.SUBSCRIBER,
}


@dataclass
class Cost:
    """What a way of asking for a page cost.

    Attributes:
        cpu_ms: processor time, ours and the database's.
        wall_ms: until the last octet was there.
    """

    cpu_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)


class Country:
    """Desks over a full database, with somebody of every role signed in."""

    def __init__(self, work: Any, database_s: Callable[[], float], run: Callable[[Any], Any]) -> None:
        """Take a full database, and make what its pages show first."""
        self._database_s = database_s
        self._run = run
        self.work = work
        self.site = DeskSite(
            work,
            ambient=Ambient(SteppedClock(), os.urandom),
            config=Config(rules=RulesSection(usual="cn-2025-trial")),
        )
        nation = Nation(self.site, _MANY)
        work.run_now(lambda stores: _add_licences(stores, _LICENCES))
        made = make_nation(nation, [_person(number) for number in range(_PEOPLE)])
        things = {
            Desk.REGULATOR: {
                **made["operator"],
                **made["vendor"],
                **made["regulator"],
                "operator_name": ["qinghe"],
            },
            Desk.OPERATOR: made["operator"],
            Desk.VENDOR: made["vendor"],
        }
        account = self._run(self.site.add("person", Role.SUBSCRIBER))
        words = MarkedWords("person")
        things[Desk.SUBSCRIBER] = nation.subscriber(
            account.account_id, made["worlds"]["qinghe"], _person(999), words
        )
        self._things = things
        self._run(self.site.parts.conditions.following.load())
        tenants = {Role.MANAGER: "qinghe", Role.VENDOR: made["vendor"]["vendor_id"][0]}
        self.walkers = {}
        for desk, role in _ROLES.items():
            login = "person" if role is Role.SUBSCRIBER else f"{role.value}-x"
            if login != "person":
                self._run(self.site.add(login, role, tenants.get(role)))
            self.walkers[desk] = Walker(self.site.app, self._run, self._run(self.site.open(login)))

    def ways(self) -> Iterator[tuple[str, str, str, Walker]]:
        """Yield each way of asking: page, way, address, and who asks."""
        for path, stated in pages_to_get():
            desk = next((each for each in Desk if path.split("/")[1] == each.value), None)
            if desk is None or path.endswith(("/live", "/progress")) or not is_for(stated, _ROLES[desk]):
                continue
            walker = self.walkers[desk]
            asked = [walker.get(each) for each in addresses(path, self._things[desk])[:_MOST_ADDRESSES]]
            if broken := [told.path for told in asked if told.http_status >= 500]:
                raise AssertionError(f"pages that failed: {broken}")
            shown = [told for told in asked if told.is_page and told.http_status == 200]
            if not shown:
                continue
            # Of everything that the page can be about, the one with the most to tell.
            first = max(shown, key=lambda told: len(told.text))
            yield path, "", first.path, walker
            for link in links_to_itself(first)[:_MOST_WAYS]:
                way = parse_qsl(urlsplit(link).query)
                if "format" not in dict(way):
                    named = "&".join(name if name == "after" else f"{name}={value}" for name, value in way)
                    yield path, named, link, walker

    def cost(self, walker: Walker, address: str) -> tuple[float, float]:
        """Return what one request costs, in milliseconds: processor time, and wall time."""
        before, begun = time.process_time() + self._database_s(), time.perf_counter()
        told = walker.get(address)
        wall = time.perf_counter() - begun
        cpu = time.process_time() + self._database_s() - before
        if told.http_status != 200:
            raise AssertionError(f"{address}: {told.http_status}")
        return cpu * 1e3, wall * 1e3


def _add_licences(stores: Any, count: int) -> None:
    """Keep licences of other operators; in every state, a page shows fifty."""
    revision, states = stores.raise_revision("licences"), list(LicenceState)
    for number in range(count):
        licence = licence_of(
            f"operator-{number % 60}", 0, state=states[number % len(states)], revision=revision
        )
        ends = licence.asked.begins + timedelta(days=30 + number % 365)
        stores.add_licence(replace(licence, granted=replace(licence.asked, ends=ends)))


def _person(number: int) -> PersonData:
    """Return somebody."""
    return PersonData(
        {
            Field.NAME: f"欧阳{number}",
            Field.NUMBER: resident(f"11010519900307{number:03d}"),
            Field.ADDRESS: ADDRESS,
            Field.CONTACT: CONTACT,
            Field.BORN: "1990-03-07",
        }
    )


def measure_pages(stage: Stage, sizes: tuple[int, int], turns: int) -> list[Figure]:
    """Measure all pages on SQLite and PostgreSQL, with few orders and with many.

    Args:
        stage: for folders.
        sizes: orders that are there, and as many cases, lines and entries of the ledger.
        turns: how often each page is asked for.
    """
    figures: list[Figure] = []
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = rows_of_a_nation([_person(998)], runner.run)
        for kind, build in (("sqlite", _sqlite), ("postgres", _postgres)):
            with ExitStack() as stack:
                countries = []
                for sql, open_work, database_s, size in build(stage, sizes, stack):
                    Filling(sql, rows, size, SteppedClock().now()).run()
                    sql.close()
                    country = Country(open_work(), database_s, runner.run)
                    stack.callback(country.work.close)
                    countries.append(country)
                with seldom_collected():
                    figures += _measure(kind, countries, sizes, max(turns, _LEAST_TURNS))
    return figures


def _sqlite(stage: Stage, sizes: tuple[int, int], _stack: ExitStack) -> Iterator[Any]:
    for size in sizes:
        path = stage.folder / f"country-{size}.db"
        upgrade(path)
        yield SqliteSql(path), partial(SqliteWork, path, WRAPPING), lambda: 0.0, size


def _postgres(stage: Stage, sizes: tuple[int, int], stack: ExitStack) -> Iterator[Any]:
    cluster = stack.enter_context(open_cluster())
    for size in sizes:
        database = Database(stage, cluster, f"country-{size}-postgres")
        open_work = partial(PostgresWork, database.address, WRAPPING)
        yield PostgresSql(database.address), open_work, database.cpu_s, size


@dataclass(frozen=True)
class Way:
    """What was measured of one way of asking for a page.

    Attributes:
        page: path of the route.
        way: parameters; empty: none.
        cpu_ms: processor time, ours and the database's.
        wall_ms: the least of all turns, since others may be at the machine.
        ratio: processor time with many orders over that with few.
    """

    page: str
    way: str
    cpu_ms: float
    wall_ms: float
    ratio: float

    @property
    def name(self) -> str:
        """As it is told."""
        return f"{self.page}?{self.way}" if self.way else self.page


def _measure(kind: str, countries: list[Country], sizes: tuple[int, int], turns: int) -> list[Figure]:
    """Measure every way of asking for a page in turns: with few orders, with many."""
    few, many = countries
    known = {(page, way): (address, walker) for page, way, address, walker in few.ways()}
    ways = []
    for page, way, address, walker in many.ways():
        small, great = Cost(), Cost()
        for _ in range(turns):
            for country, cost, asked in (
                (few, small, known.get((page, way))),
                (many, great, (address, walker)),
            ):
                if asked is not None:
                    cpu, wall = country.cost(asked[1], asked[0])
                    cost.cpu_ms.append(cpu)
                    cost.wall_ms.append(wall)
        cpu = median(great.cpu_ms)
        ratio = cpu / max(median(small.cpu_ms), _SLIGHT_MS) if small.cpu_ms else 1.0
        ways.append(Way(page, way, cpu, min(great.wall_ms), ratio))
    return list(_figures(f"pages.{kind}", ways, sizes))


def _figures(begin: str, ways: list[Way], sizes: tuple[int, int]) -> Iterator[Figure]:
    """Yield what the dearest way of each page costs; and of time that passes and of growth the worst, and what misses its bar."""
    for page in dict.fromkeys(way.page for way in ways):
        dearest = max((way for way in ways if way.page == page), key=lambda way: way.cpu_ms)
        yield at_most(f"{begin}.{dearest.name}", dearest.cpu_ms, "ms cpu", PAGE_BAR_MS)
    slowest, steepest = max(ways, key=lambda way: way.wall_ms), max(ways, key=lambda way: way.ratio)
    for way in ways:
        if way is slowest or way.wall_ms > PAGE_BAR_MS:
            yield at_most(f"{begin}.wall.{way.name}", way.wall_ms, "ms", PAGE_BAR_MS)
    for way in ways:
        if way is steepest or way.ratio > FLAT_BAR:
            name = f"{begin}.{sizes[1]}_over_{sizes[0]}.{way.name}"
            yield at_most(name, way.ratio, "times", FLAT_BAR)
    yield at_most(f"{begin}.ways", len(ways), "")
