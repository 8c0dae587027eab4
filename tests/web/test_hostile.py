"""Every page of every desk, over a nation in which people typed the worst they could: it is shown, and does nothing.

Whatever reads like markup, a formula, a script or a file name stands in the stores already, as it could have come by any
way. The walk asks for every route of the application, in both languages, in every way that its table offers, and with an
address that is hostile itself.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import uvloop

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.web.desks.reach import Reach
from openesim.conditions.identity.case import Field
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import Whence
from openesim.services.conditions.accounts.roles import Desk, Role
from openesim.services.conditions.accounts.sign_in import SignInService
from openesim.services.conditions.licences.checklists import read_checklists
from openesim.services.rules import shipped_packs
from tests.support.database import WRAPPING, make_template
from tests.support.desk_nation import Nation, PersonData, Things
from tests.support.desk_registers import make_registers, make_vendor
from tests.support.desk_walk import Told, Walker, addresses, is_for, pages_to_get
from tests.support.desks import PASSWORD, DeskSite
from tests.support.hostile_words import ATTACKS, SCRIPT, HostileWords
from tests.support.page_reading import ReadPage
from tests.support.people import resident
from tests.support.subscriber_world import make_site

LARGEST_PAGE = 300_000
ROLES = [None, *Role]
OURS = ("https://esimsetup.apple.com/", "https://esimsetup.android.com/")
"""Where a page may lead besides our own: to what installs a profile on a phone."""

NO_PAGES = {
    "/subscriber/applications/{application}/code",
    "/subscriber/plans/{offer_id}/apply",
    "/verify/oidc/{provider}",
}
"""What only leads on, or back from elsewhere."""

ALIKE = (Role.INSPECTOR, Role.CLERK)
"""Roles that see what another one sees, and less."""

SOURCES = {
    source.where
    for shelf in (read_checklists(), shipped_packs())
    for each in shelf
    for source in each.sources.values()
}
"""What rules and checklists say where they have something from: a link, never loaded."""

RAW = (SCRIPT, "<img src=x", "<h1>mine", "<b>long</b>", "onerror=alert(1)>", "</textarea><h1>")
"""None of it may stand in a page as it was typed."""

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
KEY = re.compile(
    r"\b(?:account|regulator|operator|vendor|subscriber|shell|ui|form|field|licence|region|rules|finding)"
    r"(?:\.[a-z0-9_-]+){2,}\b"
)
TWICE = re.compile(r"&amp;#\d+;")
"""An apostrophe or a quotation mark that was escaped, and escaped again."""
GAP = re.compile(r"[：。，；？！、][ \n]+(?:[^<\s–·]|<(?:a|code|em|span|strong|time)\b)")
"""A blank behind a mark of Chinese, which is as wide as a character and brings its own."""
ROOM = re.compile(r"\{[a-z_]+\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HOSTILE = "&".join(
    f"{name}={quote(attack)}"
    for name, attack in zip(
        (
            "q",
            "after",
            "sort",
            "state",
            "from",
            "to",
            "lang",
            "theme",
            "format",
            "next",
            "field",
            "eid",
            "plan",
        ),
        ATTACKS,
        strict=False,
    )
)


@dataclass(frozen=True)
class Harm:
    """A nation full of it, and who looks at it.

    Attributes:
        site: the desks.
        run: runs a coroutine.
        tokens: of a session, by role.
        things: what stands in addresses, by role.
    """

    site: DeskSite
    run: Any
    tokens: dict[Role, str]
    things: dict[Role, Things]

    def walker(self, role: Role | None, language: str) -> Walker:
        """Returns somebody who looks."""
        return Walker(self.site.app, self.run, "" if role is None else self.tokens[role], language)


@pytest.fixture(scope="module")
def harm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harm]:
    folder = tmp_path_factory.mktemp("harm")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        work = SqliteWork(make_template(folder), WRAPPING)
        yield make_harm(make_site(work, folder), runner.run)
        work.close()


def make_harm(site: DeskSite, run: Any) -> Harm:
    """Makes a nation in which everything that was typed is hostile."""
    words, nation = HostileWords(), Nation(site)
    worlds = {name: nation.operator(name, words) for name in ("qinghe", "yuanshan")}
    registers = make_registers(nation, words)
    operator = nation.works(worlds["qinghe"], words, 101, [person(words, number) for number in (301, 302)])
    vendor = make_vendor(nation, words, 35_290_611)
    nation.works(worlds["yuanshan"], words, 102, [person(words, 303)])
    things = {
        Desk.REGULATOR: {**vendor, **operator, **registers, "operator_name": ["qinghe"]},
        Desk.OPERATOR: {**vendor, **operator},
        Desk.VENDOR: vendor,
    }
    tenants = {Desk.OPERATOR: "qinghe", Desk.VENDOR: vendor["vendor_id"][0]}
    tokens = {role: run(sign_in(site, words, role, tenants.get(role.desk))) for role in Role}
    accounts = {
        role: site.work.run_now(lambda stores, role=role: stores.account_of_login(f"{role.value}-x"))
        for role in Role
    }
    things[Desk.SUBSCRIBER] = nation.subscriber(
        accounts[Role.SUBSCRIBER].account_id, worlds["qinghe"], person(words, 304), words
    )
    things[Desk.REGULATOR]["account_id"] = [
        accounts[role].account_id for role in (Role.INSPECTOR, Role.MANAGER, Role.VENDOR)
    ]
    things[Desk.OPERATOR]["account_id"] = [accounts[Role.CLERK].account_id]
    things[Desk.OPERATOR]["iccid,kind"] = run(disagreeing(site, "qinghe"))
    run(site.parts.conditions.following.load())
    return Harm(site, run, tokens, {role: things[role.desk] for role in Role})


async def disagreeing(site: DeskSite, operator: str) -> list[str]:
    """Returns what disagrees about orders, as it stands in addresses."""
    page = await site.services.operator.disagreements.page(operator, None, None)
    return [f"{each.iccid},{each.kind.value}" for each in page.findings]


async def sign_in(site: DeskSite, words: HostileWords, role: Role, tenant: str | None) -> str:
    """Makes somebody whose name and browser are hostile, and returns the token of his session."""
    login = f"{role.value}-x"
    account = await site.add(login, role, tenant)
    await site.work.run(lambda stores: stores.save_account(replace(account, display_name=words("name"))))
    await SignInService(site.door).sign_in(
        login, Secret(PASSWORD), Whence(address="192.0.2.9", agent=words("browser"))
    )
    return await site.open(login)


def person(words: HostileWords, number: int) -> PersonData:
    """Returns somebody with a name to be afraid of."""
    return PersonData(
        {
            Field.NAME: words("name"),
            Field.NUMBER: resident(f"11010519900307{number}"),
            Field.ADDRESS: words("address"),
            Field.CONTACT: words("contact"),
        }
    )


def test_the_nation_is_shown_to_who_may_see_it(harm: Harm) -> None:
    """A walk over empty pages would find nothing wrong."""
    for role, path in (
        (Role.MANAGER, "/operator/orders"),
        (Role.CHIEF, "/regulator/operators"),
        (Role.VENDOR, "/vendor"),
        (Role.SUBSCRIBER, "/subscriber/plans"),
    ):
        assert re.search(r"zq\d+qz", harm.walker(role, "en").get(path).text), path


@pytest.mark.parametrize("role", ROLES, ids=lambda role: "nobody" if role is None else role.value)
def test_what_people_typed_is_shown_and_does_nothing(harm: Harm, role: Role | None) -> None:
    wrong, shown = set(), set()
    for language in ("en", "zh"):
        for path, told in walk(harm, role, language):
            wrong |= {f"{told.path} ({language}): {fault}" for fault in faults_of(told, language)}
            if told.http_status == 200:
                shown.add(path)
    assert not wrong, "\n".join(sorted(wrong))
    unseen = {path for path, stated in pages_for(role) if stated.permission is not None} - shown - NO_PAGES
    assert not unseen, (
        f"nothing of it was made in tests/support/desk_nation.py or desk_registers.py: {sorted(unseen)}"
    )


def pages_for(role: Role | None) -> list[tuple[str, Reach]]:
    """Returns the pages that a role may look at."""
    return [(path, stated) for path, stated in pages_to_get() if is_for(stated, role)]


def walk(harm: Harm, role: Role | None, language: str) -> Iterator[tuple[str, Told]]:
    """Yields every page for a role, and its path; once for every desk in every way it can be asked for."""
    walker = harm.walker(role, language)
    is_thorough = language == "en" and role not in ALIKE
    things = {} if role is None else harm.things[role]
    for path, _stated in pages_for(role):
        first, *others = addresses(path, things)
        if is_thorough:
            yield from ((path, told) for told in walker.walk(first))
            yield path, walker.get(f"{first}?{HOSTILE}")
        else:
            yield path, walker.get(first)
        yield from ((path, walker.get(each)) for each in (others if language == "en" else ()))


def faults_of(told: Told, language: str) -> Iterator[str]:
    """Yields what is wrong with an answer."""
    if told.http_status >= 500:
        yield f"answers {told.http_status}"
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
        if name not in told.headers:
            yield f"without the header {name}"
    if "default-src 'none'" not in told.headers.get("content-security-policy", ""):
        yield "a policy that allows more than our own files"
    if "location" in told.headers and not is_ours(told.headers["location"]):
        yield f"leads to {told.headers['location']}"
    if len(told.text) > LARGEST_PAGE:
        yield f"is {len(told.text)} characters long"
    if told.is_page:
        yield from faults_of_page(told, language)
    elif told.media_type == "text/csv":
        yield from faults_of_file(told)
    elif told.media_type == "text/event-stream":
        for line in told.text.splitlines():
            if line.startswith("data: {"):
                piece = json.loads(line[6:]).get("html", "")
                yield from (f"streams {raw}" for raw in RAW if raw in piece)


def faults_of_page(told: Told, language: str) -> Iterator[str]:
    """Yields what is wrong with a page."""
    yield from (f"tells {raw} as it was typed" for raw in RAW if raw in told.text)
    yield from (f"escapes twice: {found}" for found in sorted(set(twice_of(told.text))))
    page = ReadPage(told.text)
    yield from (f"has {strange}" for strange in page.strange)
    if len(page.heads) != 1 or not page.heads[0].strip():
        yield f"has the first headings {page.heads}"
    if not page.title.strip():
        yield "has no title"
    if page.language != {"en": "en", "zh": "zh-Hans"}[language] and "lang=" not in told.path:
        yield f"is in the language {page.language!r}"
    for element, address in page.addresses:
        if not is_ours(address) and not (element == "a" and address in SOURCES):
            yield f"{element} leads to {address}"
    seen = page.text
    for attack in ATTACKS:
        seen = seen.replace(" ".join(attack.split()), "")
    yield from (f"tells the key {key}" for key in KEY.findall(seen))
    yield from (f"leaves room for {room}" for room in ROOM.findall(seen) if room != "{name}")
    if language == "zh" and not CHINESE.search(seen):
        yield "has no word of Chinese"
    if language == "zh":
        yield from (
            f"has a gap: {told.text[max(found.start() - 20, 0) : found.end() + 20]!r}"
            for found in GAP.finditer(told.text)
        )
    if language == "en" and "lang=" not in told.path:
        labels = [
            label for label in page.labels if CHINESE.search(label) and not re.search(r"zq\d+qz", label)
        ]
        yield from (f"has the Chinese label {label}" for label in labels)


def twice_of(text: str) -> Iterator[str]:
    """Yields what was escaped twice, with what stands around it."""
    yield from (text[max(found.start() - 30, 0) : found.end() + 10] for found in TWICE.finditer(text))


def faults_of_file(told: Told) -> Iterator[str]:
    """Yields what is wrong with a file for spreadsheets."""
    if not re.fullmatch(r'attachment; filename="[\w.-]+"', told.headers.get("content-disposition", "")):
        yield f"is given as {told.headers.get('content-disposition')}"
    rows = list(csv.reader(io.StringIO(told.text.removeprefix("\N{BYTE ORDER MARK}"), newline="")))
    yield from (f"reckons {cell!r}" for row in rows for cell in row if cell.lstrip(" ").startswith(FORMULAS))
    if len({len(row) for row in rows}) != 1:
        yield f"has rows of {sorted({len(row) for row in rows})} cells"


def is_ours(address: str) -> bool:
    """Tells whether an address leads to a page of ours, or into an app of the phone."""
    parts = urlsplit(address)
    is_relative = not parts.scheme and not parts.netloc and not address.startswith(("//", "\\"))
    return is_relative or address.startswith(OURS) or parts.scheme in {"lpa", "otpauth"}


GOOD = (
    '<!doctype html>\n<html lang="en"><head><title>Orders</title></head>'
    "<body><main><h1>Orders</h1><table><tr><th>State</th></tr></table></main></body></html>"
)


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("Orders</h1>", f"{SCRIPT}</h1>", "as it was typed"),
        ("<table>", "<table onclick=x>", "has table onclick=x"),
        ("<table>", '<table style="x">', "has table style=x"),
        ("<table>", '<a href="javascript:x">x</a><table>', "leads to javascript:x"),
        ("<table>", '<a href="https://evil.example/">x</a><table>', "leads to https://evil.example/"),
        ("<table>", '<img src="//evil.example/x"><table>', "leads to //evil.example/x"),
        ("<table>", "<script>x</script><table>", "has script"),
        (
            "<table>",
            "<a href='/x'>8986 <button>copy</button></a><table>",
            "has button inside of what is pressed",
        ),
        ("<table>", "<table></div>", "has </div> in"),
        ("<h1>Orders</h1>", "<h2>Orders</h2>", "has the first headings []"),
        ("<h1>Orders</h1>", "<h1>Orders</h1><h1>Mine</h1>", "has the first headings"),
        ("<title>Orders", "<title>", "has no title"),
        ('lang="en"', "", "is in the language"),
        ("State", "operator.orders.column.state", "tells the key operator.orders.column.state"),
        ("State", "{count} rows", "leaves room for {count}"),
        ("State", "The operator&amp;#39;s state", "escapes twice"),
        ("State", "状态", "has the Chinese label"),
    ],
)
def test_the_reader_finds_what_is_wrong_with_a_page(good: str, bad: str, fault: str) -> None:
    def faults(page: str) -> list[str]:
        headers = {"content-type": "text/html"}
        return list(faults_of_page(Told("/", 200, headers, page.encode()), "en"))

    assert faults(GOOD) == []
    assert good in GOOD
    assert any(fault in each for each in faults(GOOD.replace(good, bad))), faults(GOOD.replace(good, bad))


@pytest.mark.parametrize("inside", ["编号： 7", "编号：\n<code>7</code>", "已有账户？ <a href='/'>登录</a>"])
def test_the_reader_finds_a_blank_behind_a_mark_of_chinese(inside: str) -> None:
    page = GOOD.replace('lang="en"', 'lang="zh-Hans"').replace("State", "编号：</th><th>7。</th><th>{}")
    wrong, right = (
        list(faults_of_page(Told("/", 200, {"content-type": "text/html"}, page.format(each).encode()), "zh"))
        for each in (inside, "编号：7")
    )
    assert right == []
    assert len(wrong) == 1
    assert wrong[0].startswith("has a gap")


@pytest.mark.parametrize("cell", ["=1+1", "  =1+1", '"\t=1+1"', "@x", "-1"])
def test_the_reader_finds_a_cell_that_is_reckoned(cell: str) -> None:
    headers = {"content-type": "text/csv", "content-disposition": 'attachment; filename="orders.csv"'}
    assert not list(faults_of_file(Told("/", 200, headers, b"a,b\r\n'=1+1,2\r\n")))
    assert list(faults_of_file(Told("/", 200, headers, f"a,b\r\n{cell},2\r\n".encode())))
