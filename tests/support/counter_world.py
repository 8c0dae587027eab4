"""A world for the operator's counter and what is behind it: rules that ask for much, plans, stock, two operators, an authority."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from openesim.adapters.web.desks.app import DeskRules
from openesim.apps.config import Config, RulesSection
from openesim.conditions.admission.admission import Line, LineState
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.documents import mrz_check_digit
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.kernel.ambient import Ambient
from openesim.kernel.ids import Iccid, luhn_check_digit
from openesim.provisioning.smdp.operators import Operator
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.operator.plans import keep_plan
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import DeskSite, LiveDesks
from tests.support.gate import licence_of
from tests.support.people import resident
from tests.support.rig import NOW, SteppedClock, eid_of, entropy_of, make_package
from tests.support.subscriber_world import TITLES, MemoryAuthority, is_right

PACK = """
[pack]
id = "harbour"
version = "1"
country = "CN"
in_force = { from = 2000-01-01 }
utc_offset = "+08:00"
title = { en = "Harbour", zh = "港湾" }
note = { en = "Invented; not legal advice.", zh = "仅供测试，不构成法律意见。" }
[sources]
test = { title = "Invented", where = "this file", reliability = "background" }
[service.phone]
channels = ["counter", "online"]
regions = "home-province"
profiles_per_device = 4
device = { chip_binding = "eid" }
needs_licence = true
source = ["test"]
[service.iot]
channels = ["enterprise"]
source = ["test"]
[person]
assurance = ["document-chip-or-scan", "face-match", "in-person"]
assurance_online = ["document"]
freshness_days = 30
agent = { allowed = true, needs = ["both-documents", "written-authority"] }
minor = { below = 16, needs = ["guardian"] }
source = ["test"]
[person.documents]
national = ["resident-id", "household-book"]
foreign = ["passport"]
[limits]
per_operator = 50
nationwide = 100
source = ["test"]
[risk]
reverify = { triggers = ["fraud-flag", "sleeping"], within_hours = 24, else = "suspend" }
source = ["test"]
[retention]
evidence_years = 5
source = ["test"]
[notices]
risk = { en = "Whoever opens a line answers for it.", zh = "谁开卡、谁负责。" }
lend = { en = "Do not lend your line.", zh = "不得出借号码。" }
"""

OPERATORS = {"qinghe": "青禾移动 Qinghe Mobile", "yuanshan": "远山电信 Yuanshan Telecom"}
NAME = "欧阳若曦"
NUMBER = resident()
CHILD = resident("11010520150307206")
GROWN = resident("11010519800307208")
EID = eid_of(4001)
DONE = ["document-chip-or-scan", "face-match", "in-person"]


def make_site(work: Any, folder: Path, **more: Any) -> DeskSite:
    """Returns desks over some stores, under the rules of the harbour."""
    (folder / "harbour.toml").write_text(PACK, encoding="utf-8")
    rules = RulesSection(folder=folder, operators=dict.fromkeys(OPERATORS, "harbour"))
    ambient = Ambient(SteppedClock(), entropy_of("counter"))
    usual = {"authority:register": MemoryAuthority(answers=[is_right])}
    desks = DeskRules(has_styleguide=True, verifier_titles=TITLES)
    more = {"verifiers": usual, "rules": desks, **more}
    return DeskSite(work, ambient=ambient, config=Config(rules=rules), **more)


async def furnish(site: DeskSite, stock: int = 30) -> None:
    """Puts operators, licences, plans and stock into the stores."""
    await site.work.run(lambda stores: _furnish(stores, stock))
    await site.parts.conditions.following.load()


def _furnish(stores: Any, stock: int) -> None:
    for number, (name, told) in enumerate(OPERATORS.items(), 1):
        if stores.operator(name) is None:
            stores.add_operator(Operator(name=name, display_name=told, created_at=NOW))
        stores.add_licence(licence_of(name, number))
        plan = Plan(
            operator=name,
            name="harbour 30",
            profile_type=f"{name}-harbour",
            created_at=NOW,
            home_region="CN-SH",
            channel=Channel.COUNTER,
            titles={"en": f"Harbour 30 of {name}", "zh": f"港湾 30（{name}）"},
            descriptions={"en": "30 GB and calls", "zh": "30 GB 流量与通话"},
            price=3900,
        )
        keep_plan(stores, plan, "a test", NOW)
        _stock(stores, plan, number, stock)
    iot = Plan(
        operator="qinghe",
        name="meters",
        profile_type="qinghe-meters",
        service=ServiceClass.IOT,
        created_at=NOW,
        titles={"en": "Meters", "zh": "智能电表"},
    )
    keep_plan(stores, iot, "a test", NOW)


def _stock(stores: Any, plan: Plan, room: int, stock: int) -> None:
    package = stores.add_package(make_package(name=plan.profile_type), bytes(32))
    for number in range(stock):
        body = f"8986077{room:07d}{number:04d}"
        stores.add_order(
            Order(
                iccid=Iccid(body + luhn_check_digit(body)),
                package_id=package.package_id,
                profile_type=plan.profile_type,
                operator=plan.operator,
                state=OrderState.AVAILABLE,
                created_at=NOW - timedelta(days=1),
            )
        )


def passport(number: str = "L898902C3") -> str:
    """Returns both lines of the machine-readable zone of a passport."""
    first = "P<UTOERIKSSON<<ANNA<MARIA".ljust(44, "<")
    second = f"{number:<9}".replace(" ", "<")
    second += mrz_check_digit(second) + "UTO" + "740812" + mrz_check_digit("740812") + "F"
    second += "350415" + mrz_check_digit("350415") + "<" * 14 + "<"
    second += mrz_check_digit(second[:10] + second[13:20] + second[21:43])
    return f"{first}\n{second}"


def plan_of(desks: LiveDesks, operator: str = "qinghe", name: str = "harbour 30") -> str:
    """Returns the number of a plan."""
    found = desks.run(desks.site.work.run(lambda stores: stores.plans_of_operator(operator)))
    return str(next(plan.plan_id for plan in found if plan.name == name))


def clerk(
    desks: LiveDesks, role: Role = Role.CLERK, operator: str = "qinghe", language: str = "en"
) -> DeskVisitor:
    """Returns somebody of an operator who has just signed in."""
    return DeskVisitor(desks, desks.token(role, operator), language)


def begin(who: DeskVisitor, eid: object = EID, operator: str = "qinghe") -> str:
    """Begins a case at the counter, and returns its name."""
    who.post("/operator/counter/device", plan=plan_of(who.desks, operator), eid=str(eid), region="CN-SH")
    assert who.path.endswith("/papers"), who.text
    return who.path.split("/")[-2]


def typed(page: str, **changed: Any) -> dict[str, Any]:
    """Returns everything that a clerk has typed when he sends a page."""
    fields: dict[str, Any] = {
        "document": "national/resident-id",
        "number": NUMBER,
        "name": NAME,
        "acts": "himself",
        "done": DONE,
        "notices": ["risk", "lend"],
        "verifier": "counter",
    }
    return {"page": page, **fields, **changed}


def verify(who: DeskVisitor, eid: object = EID, operator: str = "qinghe", **changed: Any) -> str:
    """Verifies a person at the counter, and returns the name of his case."""
    case_id = begin(who, eid, operator)
    who.post(f"/operator/counter/{case_id}/papers", **typed("check", **changed))
    return case_id


def case_of(desks: LiveDesks, case_id: str) -> Case:
    """Returns a case as it is kept."""
    found = desks.run(desks.site.work.run(lambda stores: stores.case(case_id)))
    assert isinstance(found, Case)
    return found


def plant_elsewhere(desks: LiveDesks, case_id: str, count: int = 1) -> list[Line]:
    """Gives the person of a case lines at the other operator."""
    person = case_of(desks, case_id).person
    assert person is not None

    def unit(stores: Any) -> list[Line]:
        lines = []
        for number in range(count):
            body = f"8986077000999{900 + number:04d}9"
            line = Line(
                order_id=900_000 + number,
                person=person,
                operator="yuanshan",
                service=ServiceClass.PHONE,
                iccid=Iccid(body + luhn_check_digit(body)),
                state=LineState.ACTIVE,
                begun_at=NOW,
            )
            stores.save_line(line)
            lines.append(line)
        return lines

    planted: list[Line] = desks.run(desks.site.work.run(unit))
    return planted


def fill_counter(desks: LiveDesks) -> tuple[dict[Role, str], dict[str, str]]:
    """Lets a counter have some hours, and returns sessions of its people, and cases by how they stand."""
    desks.run(furnish(desks.site))
    who, second, manager = clerk(desks), clerk(desks), clerk(desks, Role.MANAGER)
    numbers = (resident(f"1101051990030720{digit}") for digit in range(1, 9))
    things = {
        "verified": verify(who, eid_of(4801), number=next(numbers)),
        "waiting": verify(who, eid_of(4802), number=next(numbers), four_eyes="yes"),
        "short": verify(who, eid_of(4803), number=next(numbers), done=DONE[:1]),
        "ordered": verify(
            who, eid_of(4804), document="foreign/passport", number=passport(), name="Anna Maria Eriksson"
        ),
        "begun": begin(who, eid_of(4805)),
        "plan": plan_of(desks),
    }
    who.post(f"/operator/counter/{things['ordered']}/order")
    manager.post("/operator/licences/new", service="tablet", begins="2027-02-01")
    things["licence"] = manager.path.rpartition("/")[2]
    return {Role.CLERK: second.token, Role.MANAGER: manager.token}, things
