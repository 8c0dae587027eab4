"""Walls between those who work with the system: whatever one of them asks for, nothing changes in it when others do more.

A nation is made for one operator, one vendor and one person, and they look at everything that is theirs. Then others come:
another operator who verifies the same person and writes to the same chips, another vendor, another person. The first look
again, and read the same, octet for octet: no name, no number, and no count has come through.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from hashlib import sha256
from typing import Any

import pytest
import uvloop

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.web.api.app import build_api
from openesim.apps.api import build_api_services
from openesim.conditions.identity.case import Field
from openesim.services.conditions.accounts.roles import Desk, Role
from openesim.services.es2plus import Es2PlusService
from openesim.services.webhooks import WebhookService
from tests.support.api import BASE, Posted
from tests.support.database import WRAPPING, make_template
from tests.support.desk_nation import Nation, PersonData, Things
from tests.support.desk_registers import make_registers, make_vendor
from tests.support.desk_walk import Told, Walker, addresses, ask, is_for, pages_to_get
from tests.support.desks import DeskSite
from tests.support.hostile_words import MarkedWords
from tests.support.page_reading import ReadPage
from tests.support.people import resident
from tests.support.rig import FQDN
from tests.support.subscriber_world import make_site

MINE, THEIRS = "mine-7qk", "theirs-9zw"
"""Marks in everything that was typed on one side."""

CHANGING = re.compile(
    r'(?<=name="csrf_token" value=")[^"]+|(?<=name="token" value=")[^"]+|(?<=<code>)[0-9a-f]{32}(?=</code>)|\d+ seconds? ago'
)
"""What is new in every answer: what only this browser knows, the number of the request, and the time."""

LEAVING_TRACES = ("/account/sessions",)
"""Pages that change as somebody looks: when he was last seen."""

ROLES = (Role.MANAGER, Role.CLERK, Role.VENDOR, Role.SUBSCRIBER)


@dataclass
class Side:
    """Somebody with everything of his.

    Attributes:
        words: that he types.
        things: what stands in addresses, by role.
        tokens: of sessions, by role.
        key: of the API.
        people: whom his operator verified.
        secrets: what nobody else may read.
    """

    words: MarkedWords
    things: dict[Role, Things] = field(default_factory=dict)
    tokens: dict[Role, str] = field(default_factory=dict)
    key: str = ""
    people: list[PersonData] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)


@dataclass
class Land:
    """A nation with two sides.

    Attributes:
        site: the desks.
        api: the REST API.
        run: runs a coroutine.
        nation: makes things.
        mine: one side.
        theirs: the other one.
        before: what mine were answered before the others came.
    """

    site: DeskSite
    api: Any
    run: Any
    nation: Nation
    mine: Side = field(default_factory=lambda: Side(MarkedWords(MINE)))
    theirs: Side = field(default_factory=lambda: Side(MarkedWords(THEIRS)))
    before: dict[str, dict[str, Told]] = field(default_factory=dict)

    def settle(self, side: Side, operator: str, number: int, people: list[PersonData]) -> None:
        """Lets an operator, a vendor and a person of a side live and work."""
        site, nation, words = self.site, self.nation, side.words
        world = self.worlds[operator]
        things = nation.works(world, words, number, people)
        vendor = make_vendor(nation, words, 35_000_000 + number * 100_000)
        tenants = {Role.MANAGER: operator, Role.CLERK: operator, Role.VENDOR: vendor["vendor_id"][0]}
        for role in ROLES:
            login = f"{role.value}-{number}"
            account = self.run(site.add(login, role, tenants.get(role)))
            side.tokens[role] = self.run(site.open(login))
            side.things[role] = vendor if role is Role.VENDOR else things
            if role is Role.SUBSCRIBER:
                side.things[role] = nation.subscriber(account.account_id, world, people[-1], words)
        side.key = nation.key(operator, words("key"))[1]
        side.people = people
        self.run(site.parts.conditions.following.load())

    def __post_init__(self) -> None:
        registers = MarkedWords("registers")
        self.worlds = {name: self.nation.operator(name, MarkedWords(name)) for name in ("qinghe", "yuanshan")}
        self.registers = make_registers(self.nation, registers)

    def walk(self, side: Side, role: Role, things: Things) -> Iterator[Told]:
        """Yields everything that somebody is answered at his desk."""
        walker = Walker(self.site.app, self.run, side.tokens[role])
        for path, stated in pages_to_get():
            if is_for(stated, role) and not path.endswith(LEAVING_TRACES):
                first, *others = addresses(path, things)
                yield from walker.walk(first)
                yield from map(walker.get, others)

    def plain(self) -> list[str]:
        """Returns every personal value that anybody showed."""
        return [
            value for side in (self.mine, self.theirs) for person in side.people for value in person.plain
        ]

    def digests(self) -> list[str]:
        """Returns the keyed digests of everybody, as they would be written."""
        found = self.site.work.run_now(
            lambda stores: stores._cursor.execute("SELECT person FROM persons").fetchall()
        )
        return [row[0].hex() for row in found]

    def call(self, side: Side, things: Things) -> Iterator[Told]:
        """Yields everything that a program of his is answered."""
        headers = {"host": "api.test", "authorization": f"Bearer {side.key}"}
        described = json.loads(self.run(ask(self.api, f"{BASE}/openapi.json", headers)).text)
        for path, ways in described["paths"].items():
            if "get" in ways:
                yield from (self.run(ask(self.api, each, headers)) for each in addresses(path, things))


def person(number: int) -> PersonData:
    """Returns somebody."""
    return PersonData(
        {
            Field.NAME: f"司徒{number}若曦",
            Field.NUMBER: resident(f"11010519900307{number}"),
            Field.ADDRESS: f"北京市朝阳区不存在路 {number} 号",
            Field.CONTACT: f"+86139{number}45678",
        }
    )


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Land]:
    """A nation in which mine have looked at everything, and the others have come then."""
    folder = tmp_path_factory.mktemp("land")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        work = SqliteWork(make_template(folder), WRAPPING)
        site = make_site(work, folder)
        gate = site.parts.conditions.gate
        functions = Es2PlusService(work, site.ambient, FQDN, None, gate)
        webhooks = WebhookService(work, site.ambient, Posted())
        api = build_api(build_api_services(work, site.ambient, functions, webhooks, gate))
        land = Land(site, api, runner.run, Nation(site))
        clock: Any = site.ambient.clock
        for role in (Role.CHIEF, Role.INSPECTOR):
            runner.run(site.add(role.value, role))
            land.mine.tokens[role] = runner.run(site.open(role.value))
        land.settle(land.mine, "qinghe", 101, [person(311), person(312), person(313)])
        clock.advance(seconds=30)  # the feed of events tells nothing that is younger
        for role in ROLES:
            land.before[role.value] = {
                told.path: told for told in land.walk(land.mine, role, land.mine.things[role])
            }
        land.before["api"] = {
            told.path: told for told in land.call(land.mine, land.mine.things[Role.MANAGER])
        }
        # The same person stands at the other operator's counter, besides another one.
        land.settle(land.theirs, "yuanshan", 102, [person(311), person(314)])
        # The regulator sees both.
        for role in (Role.CHIEF, Role.INSPECTOR):
            everything = {**land.mine.things[Role.MANAGER], **land.mine.things[Role.VENDOR], **land.registers}
            land.mine.things[role] = everything | {"operator_name": ["qinghe"]}
        yield land
        work.close()


def changes(before: Told, told: Told) -> list[str]:
    """Returns the lines in which two answers differ, but for what is new in every answer."""
    one, other = ([f"{each.path} answers {each.http_status}", *lines_of(each)] for each in (before, told))
    return list(unified_diff(one, other, n=0, lineterm=""))


def lines_of(told: Told) -> list[str]:
    """Returns what an answer tells, line by line; of files that are put together, what each of them tells."""
    if told.media_type != "application/zip":
        return CHANGING.sub("", told.text).splitlines()
    files = zipfile.ZipFile(io.BytesIO(told.octets))
    return [f"{name}: {sha256(files.read(name)).hexdigest()}" for name in files.namelist()]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value)
def test_whoever_looks_sees_the_same_whatever_others_do(land: Land, role: Role) -> None:
    for told in land.walk(land.mine, role, land.mine.things[role]):
        before = land.before[role.value].get(told.path)
        assert before is not None, f"{told.path} was not there before"
        assert not (found := changes(before, told)), "\n".join(found)


def test_a_program_is_answered_the_same_whatever_others_do(land: Land) -> None:
    for told in land.call(land.mine, land.mine.things[Role.MANAGER]):
        assert not (found := changes(land.before["api"][told.path], told)), "\n".join(found)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value)
def test_nothing_of_others_is_told_to_who_knows_its_address(land: Land, role: Role) -> None:
    for told in land.walk(land.mine, role, land.theirs.things[role]):
        # What he typed himself, the page tells him again.
        seen = ReadPage(told.text).text if "?" in told.path else told.text
        assert THEIRS not in seen, told.path


@pytest.mark.parametrize("role", [*ROLES, Role.CHIEF, Role.INSPECTOR], ids=lambda role: role.value)
def test_personal_values_are_shown_in_part_and_digests_of_people_to_no_operator(
    land: Land, role: Role
) -> None:
    digests = land.digests() if role.desk is not Desk.REGULATOR else []
    for told in land.walk(land.mine, role, land.mine.things[role]):
        plain = told.text.replace(" ", "")
        found = [value for value in land.plain() if value.replace(" ", "") in plain]
        assert not found, told.path
        assert not [digest for digest in digests if digest in told.text], told.path


def test_a_personal_value_is_shown_once_to_who_has_said_why(land: Land) -> None:
    walker = Walker(land.site.app, land.run, land.mine.tokens[Role.MANAGER])
    path = f"/operator/subscribers/{land.mine.things[Role.MANAGER]['case_id'][0]}"
    name = land.mine.people[0].fields[Field.NAME]
    assert walker.post(f"{path}/look", field="name", reason="").http_status == 422
    shown = walker.post(f"{path}/look", field="name", reason="He asked for a copy of what we keep.")
    assert name in shown.text
    assert land.mine.people[0].fields[Field.NUMBER] not in shown.text
    assert name not in walker.get(path).text
