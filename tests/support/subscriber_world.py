"""A small world for the desk of subscribers: operators with plans under three kinds of rules, stock, devices, verifiers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from openesim.adapters.web.desks.app import DeskRules
from openesim.apps.config import Config, RulesSection
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.findings import Findings, NotVerified
from openesim.conditions.rules.words import Assurance, Channel, NumberKind, ServiceClass
from openesim.conditions.terminals.fields import read_eins, read_tacs
from openesim.conditions.terminals.forms import ModelForm
from openesim.conditions.terminals.models import Ability, Approval
from openesim.conditions.terminals.vendors import Vendor, VendorKind
from openesim.kernel.ambient import Ambient
from openesim.kernel.ids import Eid, Iccid, luhn_check_digit
from openesim.provisioning.smdp.operators import Operator
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.conditions.operator.plans import keep_plan
from openesim.services.conditions.persons.verifiers import OidcVerifier, Pending, Question
from openesim.services.conditions.rules.book import RuleBook
from openesim.services.conditions.terminals import chip_makers, terminals
from tests.support.desks import DeskSite
from tests.support.gate import licence_of
from tests.support.lpa import Lpa
from tests.support.memory_provider import MemoryProvider
from tests.support.rig import NOW, Rig, SteppedClock, eid_of, entropy_of, make_chip, make_package
from tests.support.verifying import POLICY

PACK = """
[pack]
id = "seaside"
version = "1"
country = "CN"
in_force = { from = 2000-01-01 }
title = { en = "Seaside", zh = "海滨" }
note = { en = "Invented; not legal advice.", zh = "仅供测试，不构成法律意见。" }
[sources]
test = { title = "Invented", where = "this file", reliability = "background" }
[service.phone]
channels = ["counter", "online"]
regions = "country"
profiles_per_device = 2
device = { chip_binding = "eid" }
needs_licence = true
source = ["test"]
[person]
assurance = ["document"]
freshness_days = 30
agent = { allowed = true, needs = ["written-authority"] }
minor = { below = 16, needs = ["guardian"] }
source = ["test"]
[person.documents]
national = ["resident-id", "national-id"]
foreign = ["passport"]
[limits]
per_operator = 5
source = ["test"]
[retention]
evidence_years = 5
source = ["test"]
[notices]
risk = { en = "Whoever opens a line answers for it.", zh = "谁开卡、谁负责。" }
"""

IMEI = "35290611000000" + luhn_check_digit("35290611000000")
EID = eid_of(1)
OTHER_EID = eid_of(2)
NAMES = {
    "qinghe": "青禾移动 Qinghe Mobile",
    "yuanshan": "远山电信 Yuanshan Telecom",
    "haitang": "海棠通信 Haitang",
}


@dataclass
class MemoryAuthority:
    """Implements ``AskingVerifier``: answers in turn what it was told to, the last answer again and again."""

    name: str = "authority:register"
    answers: list[Callable[[Question], Findings | NotVerified | Pending | Exception]] = field(
        default_factory=list
    )
    asked: list[Question] = field(default_factory=list)
    wait_s: float = 0.0

    async def ask(self, question: Question) -> Findings | NotVerified | Pending:
        self.asked.append(question)
        await asyncio.sleep(self.wait_s)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1](question)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.asked.clear()


def is_right(question: Question, *more: Assurance) -> Findings:
    """Says that somebody is as he was shown."""
    return Findings(
        verifier="authority:register",
        group=question.group,
        document=question.document,
        number=question.number,
        name=question.name,
        born=None if question.born is None else question.born.reveal(),
        assurance=frozenset({Assurance.DOCUMENT, *more}),
        reference="REGISTER-1",
    )


def is_pending(_question: Question) -> Pending:
    """Does not know yet."""
    return Pending(verifier="authority:register", retry_after_s=1.0)


PLANS: tuple[tuple[str, str, str, str, int | None, dict[str, Any]], ...] = (
    ("qinghe", "go", "Seaside 30", "海滨 30", 2900, {}),
    ("qinghe", "big", "Seaside 100", "海滨 100", 5900, {}),
    (
        "yuanshan",
        "home",
        "Mountain Home",
        "远山家园",
        3900,
        {"home_region": "CN-GD", "number": NumberKind.MOBILE_11, "channel": Channel.COUNTER},
    ),
    ("haitang", "open", "Begonia Free", "海棠畅享", None, {}),
    ("haitang", "watch", "Begonia Watch", "海棠手表", 1000, {"service": ServiceClass.WATCH}),
)


def make_config(folder: Path) -> Config:
    """Returns a configuration with rules of three kinds."""
    (folder / "seaside.toml").write_text(PACK, encoding="utf-8")
    operators = {"qinghe": "seaside", "yuanshan": "cn-2025-trial"}
    return Config(rules=RulesSection(folder=folder, operators=operators))


TITLES = {
    "authority:register": {"en": "National Register", "zh": "国家登记中心"},
    "oidc:bank": {"en": "Harbour Bank", "zh": "海港银行"},
}
"""What people read of the verifiers."""


def make_site(work: Any, folder: Path, **more: Any) -> DeskSite:
    """Returns desks over some stores, with verifiers unless others are named, on a clock that is the test world's."""
    ambient = Ambient(SteppedClock(), entropy_of("desks"))
    usual = {
        "authority:register": MemoryAuthority(answers=[is_right]),
        "oidc:bank": OidcVerifier(work, ambient, MemoryProvider(), POLICY, RuleBook()),
    }
    rules = DeskRules(has_styleguide=True, verifier_titles=TITLES)
    more = {"verifiers": usual, "rules": rules, **more}
    return DeskSite(work, ambient=ambient, config=make_config(folder), **more)


async def furnish(site: DeskSite, stock: int = 12) -> None:
    """Puts operators, plans, stock, licences and devices into the stores, and has the process know of them."""
    await site.work.run(lambda stores: _furnish(stores, stock))
    await site.parts.conditions.following.load()


def _furnish(stores: Any, stock: int) -> None:
    for number, (name, told) in enumerate(NAMES.items(), 1):
        if stores.operator(name) is None:
            stores.add_operator(Operator(name=name, display_name=told, created_at=NOW))
        stores.add_licence(licence_of(name, number))
    for operator, name, english, chinese, price, more in PLANS:
        plan = Plan(
            operator=operator,
            name=name,
            profile_type=f"{operator}-{name}",
            created_at=NOW,
            titles={"en": english, "zh": chinese},
            descriptions={"en": "30 GB and calls", "zh": "30 GB 流量与通话"},
            price=price,
            **more,
        )
        keep_plan(stores, plan, "a test", NOW)
        _stock(stores, plan, stock)
    _register_devices(stores)


def _stock(stores: Any, plan: Plan, stock: int) -> None:
    """Puts profiles of a plan's type into stock."""
    package = stores.add_package(make_package(name=plan.profile_type), bytes(32))
    for number in range(stock):
        body = f"8988211{abs(hash_of(plan.profile_type)) % 10**7:07d}{number:04d}"
        order = Order(
            iccid=Iccid(body + luhn_check_digit(body)),
            package_id=package.package_id,
            profile_type=plan.profile_type,
            operator=plan.operator,
            state=OrderState.AVAILABLE,
            created_at=NOW - timedelta(days=1),
        )
        stores.add_order(order)


def hash_of(text: str) -> int:
    """Returns a number that is the same for the same text in every run."""
    return int.from_bytes(text.encode().ljust(16)[:16], "big")


def _register_devices(stores: Any) -> None:
    vendor = Vendor(name="青禾终端", kind=VendorKind.PRIVATE, country="CN", created_at=NOW)
    terminals.register_vendor(stores, vendor, "a test", NOW)
    form = ModelForm(
        vendor=vendor.name,
        name="Q1 Pro",
        category=ServiceClass.PHONE,
        abilities=frozenset({Ability.CONSUMER, Ability.SM_DS}),
    )
    model = terminals.submit_model(stores, form, "a test", NOW)
    terminals.add_tacs(stores, model.model_id, read_tacs("35290611-35290620"), "a test", NOW)
    days = Approval(number="02-1234-567890", begins=NOW - timedelta(days=1), ends=NOW + timedelta(days=300))
    terminals.approve_model(stores, model.model_id, days, "a test", NOW)
    maker = chip_makers.register_maker(stores, "Nimbus Chips", "a test", NOW)
    chip_makers.add_eins(stores, maker.maker_id, read_eins("89049032"), "a test", NOW)


class DeskPhones:
    """The server that phones call, over the stores of the desks."""

    def __init__(self, site: DeskSite, run: Callable[[Any], Any]) -> None:
        self.run = run
        clock: Any = site.ambient.clock
        runner: Any = self  # it runs in the loop of the desks
        seed = os.urandom(8).hex()  # no two of them draw the same
        self.rig = Rig(site.work, runner, clock=clock, seed=seed, gate=site.parts.conditions.gate)

    def phone(self, eid: Eid = EID) -> Lpa:
        """Returns the phone with a chip."""
        chip = make_chip(1 if eid == EID else 2)
        return self.rig.lpa(chip)

    def process(self) -> int:
        """Reads the notifications that came."""
        return self.rig.process()
