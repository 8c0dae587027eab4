"""Operators in a world: what they offer, and where; their profile types and stock."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from openesim.apps.wiring import Work
from openesim.apps.world.people import (
    HAITANG_CLERK,
    HAITANG_MANAGER,
    HAITANG_SECOND_CLERK,
    QINGHE_CLERK,
    QINGHE_MANAGER,
    QINGHE_SECOND_CLERK,
    YUANSHAN_CLERK,
    YUANSHAN_MANAGER,
    YUANSHAN_SECOND_CLERK,
    Person,
)
from openesim.apps.world.sizes import WorldSize
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass
from openesim.kernel.errors import ConfigError
from openesim.kernel.ids import luhn_check_digit
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description_file import parse_description
from openesim.messages.saip.new_description import Beginning, new_description
from openesim.provisioning.smdp.operators import Operator
from openesim.services.batch_file import parse_batch
from openesim.services.conditions.operator.plans import keep_plan
from openesim.services.stock import BatchImport

TEST_MCC: Final = "001"
"""Mobile country code that the ITU keeps for test networks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A plan of an operator, and the profile type that is written for it.

    Attributes:
        name: short name of the plan, and end of the name of its profile type.
        titles: English and Chinese.
        region: where its numbers belong; None: nowhere in particular.
        price: in minor units a month.
        share: how often it is chosen.
        service: for what kind of device.
        is_scarce: so few of its profiles are made ready that they run low.
    """

    name: str
    titles: tuple[str, str]
    region: str | None
    price: int
    share: float
    service: ServiceClass = ServiceClass.PHONE
    is_scarce: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldOperator:
    """An operator.

    Attributes:
        key: its name as orders carry it.
        names: what it is called, English and Chinese.
        mnc: its network in the test country.
        manager: who manages it.
        clerks: who works at its counters.
        offers: its plans.
        wants_four_eyes: a second clerk has to agree.
    """

    key: str
    names: tuple[str, str]
    mnc: str
    manager: Person
    clerks: tuple[Person, Person]
    offers: tuple[Offer, ...]
    wants_four_eyes: bool = False

    def type_of(self, offer: Offer) -> str:
        """Return the name of the profile type of an offer."""
        return f"{self.key}-{offer.name}"


OPERATORS: Final = (
    WorldOperator(
        key="qinghe",
        names=("Qinghe Mobile", "青禾移动"),
        mnc="13",
        manager=QINGHE_MANAGER,
        clerks=(QINGHE_CLERK, QINGHE_SECOND_CLERK),
        offers=(
            Offer(name="sh-30", titles=("Shanghai 30 GB", "沪享 30 GB"), region="CN-31", price=5900, share=0.26),
            Offer(name="js-20", titles=("Jiangsu 20 GB", "苏享 20 GB"), region="CN-32", price=3900, share=0.16),
            Offer(name="zj-60", titles=("Zhejiang 60 GB", "浙享 60 GB"), region="CN-33", price=9900, share=0.08, is_scarce=True),
        ),
    ),
    WorldOperator(
        key="yuanshan",
        names=("Yuanshan Telecom", "远山电信"),
        mnc="14",
        manager=YUANSHAN_MANAGER,
        clerks=(YUANSHAN_CLERK, YUANSHAN_SECOND_CLERK),
        offers=(
            Offer(name="bj-40", titles=("Beijing 40 GB", "京畅 40 GB"), region="CN-11", price=6900, share=0.16),
            Offer(name="gd-40", titles=("Guangdong 40 GB", "粤畅 40 GB"), region="CN-44", price=6900, share=0.12, is_scarce=True),
        ),
    ),
    WorldOperator(
        key="haitang",
        names=("Haitang Communications", "海棠通信"),
        mnc="15",
        manager=HAITANG_MANAGER,
        clerks=(HAITANG_CLERK, HAITANG_SECOND_CLERK),
        offers=(
            Offer(name="sc-15", titles=("Sichuan 15 GB", "川惠 15 GB"), region="CN-51", price=2900, share=0.14),
            Offer(
                name="things", titles=("Things 200 MB", "物联 200 MB"), region=None, price=300, share=0.08,
                service=ServiceClass.IOT,
            ),
        ),
        wants_four_eyes=True,
    ),
)  # fmt: skip


def name_operators(stores: Any, language: str, now: datetime) -> None:
    """Let all operators be known by their names, before an account makes one known by its key; one that is known stays."""
    for operator in OPERATORS:
        name = operator.names[1 if language == "zh" else 0]
        if stores.operator(operator.key) is None:
            stores.add_operator(Operator(name=operator.key, display_name=name, created_at=now))


def keep_plans(stores: Any, operator: WorldOperator, actor: str, now: datetime) -> None:
    """Keep what an operator offers."""
    for offer in operator.offers:
        is_thing = offer.service is ServiceClass.IOT
        plan = Plan(
            operator=operator.key,
            name=offer.name,
            profile_type=operator.type_of(offer),
            service=offer.service,
            number=NumberKind.IOT_13 if is_thing else NumberKind.MOBILE_11,
            home_region=offer.region,
            channel=Channel.ENTERPRISE if is_thing else Channel.COUNTER,
            created_at=now,
            titles=dict(zip(("en", "zh"), offer.titles, strict=True)),
            price=offer.price,
        )
        keep_plan(stores, plan, actor, now)


# --- stock --------------------------------------------------------------------------------------------------------


RESTOCKS: Final = 3
"""How often profiles are made ready: a third of what will be ordered each time, about; of scarce ones half, and not the last
time."""


class Warehouse:
    """Makes batches of profiles ready."""

    def __init__(self, work: Work, size: WorldSize, rng: random.Random) -> None:
        """Build a package for every operator.

        Args:
            work: the database.
            size: how many profiles a batch has.
            rng: draws keys.
        """
        self._work: Final = work
        self._size: Final = size
        self._rng: Final = rng
        self._packages: Final = {each.key: _package(each) for each in OPERATORS}
        self._batches = 0

    def restock(
        self, operator: WorldOperator, offer: Offer, now: datetime, tell: Callable[[], None] = lambda: None
    ) -> None:
        """Add a batch of an offer's profiles.

        Args:
            operator: whose.
            offer: of which type.
            now: aware UTC.
            tell: called now and then.
        """
        self._batches += 1
        need = int(self._size.orders * offer.share)
        count = need // 2 if offer.is_scarce else need // RESTOCKS + 10
        name = operator.type_of(offer)
        body = f"89999{operator.mnc}{self._batches:05d}000000"
        text = _BATCH_FILE.format(
            name=f"{name} {now:%Y-%m} {self._batches}",
            profile=f"{name}.der",
            count=count,
            iccid=body + luhn_check_digit(body),
            imsi=f"{TEST_MCC}{operator.mnc}{self._batches:04d}000000",
            operator=operator.key,
            low_stock=count // 3,
            provider=operator.names[1],
            plan=offer.titles[1],
        )
        files: Callable[[str], bytes | None] = {f"{name}.der": self._packages[operator.key]}.get
        importer = BatchImport(self._work, (files, _no_lines), self._rng.randbytes, now)
        importer.store(importer.prepare(parse_batch(text)), lambda _: tell())


_BATCH_FILE: Final = """\
name = "{name}"
profile = "{profile}"
count = {count}
iccid = "{iccid}"
imsi = "{imsi}"
operator = "{operator}"
low_stock = {low_stock}
service_provider_name = "{provider}"
profile_name = "{plan}"
"""


def _package(operator: WorldOperator) -> bytes:
    """Return a profile package of an operator."""
    beginning = Beginning(operator_name=operator.names[0], mcc=TEST_MCC, mnc=operator.mnc)
    return build_package(parse_description(new_description(beginning, os.urandom)))


def _no_lines(name: str) -> Iterable[str]:
    """Refuse to read a CSV file: no batch names one."""
    raise ConfigError(f"{name} is not there")


def offers() -> list[tuple[WorldOperator, Offer]]:
    """Return every offer with its operator."""
    return [(operator, offer) for operator in OPERATORS for offer in operator.offers]
