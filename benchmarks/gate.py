"""The gate: what a decision costs with the registers and the persons of a country, and what it adds to a download."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from benchmarks.database import Database, open_cluster
from benchmarks.figures import Figure, at_most, median, spread
from benchmarks.speed import CHIPS, DOWNLOADS, one_processor, open_rig
from benchmarks.stage import Stage
from openesim.apps.conditions import Conditions, build_conditions
from openesim.apps.config import read_config
from openesim.apps.wiring import SystemClock, open_database
from openesim.conditions.admission.admission import Admission, Line, LineState
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.admission.facts import Application, Verification
from openesim.conditions.admission.facts import Standing as Found
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.licensing.licence import Licence, Scope
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.rules.words import Assurance, Channel, DocumentKind, Group, NumberKind, ServiceClass
from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.makers import ChipMaker, EinRange, TacRange
from openesim.conditions.terminals.models import Ability, Approval, Model, ModelState
from openesim.conditions.terminals.vendors import Standing, Vendor, VendorKind
from openesim.kernel.ambient import Ambient
from openesim.kernel.ids import Eid, Iccid, Imei, luhn_check_digit
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.security.pki.world import TEST_EIN

DECISION_BAR_US, DOWNLOAD_BAR = 500.0, 1.15
PACK, OPERATOR, PROVINCE = "cn-2025-trial", "operator", "31"
TAC = "35290611"
_VENDORS, _MODELS = 2_000, 50_000
_CHIPS, _ROUND = 4_000, 40
_NOW = datetime.now(UTC)
_RULES = f'\n[rules]\nusual = "{PACK}"\n'


# --- What everything needs -----------------------------------------------------------------------------------------


def licence() -> Licence:
    """Return the approval of the operator."""
    scope = Scope(begins=_NOW - timedelta(days=30))
    return Licence(
        operator=OPERATOR,
        service=ServiceClass.PHONE,
        state=LicenceState.APPROVED,
        asked=scope,
        granted=scope,
        checklist="phone",
        version="1",
        created_at=_NOW,
        changed_at=_NOW,
        revision=1,
    )


def imei_of(number: int) -> Imei:
    """Return the IMEI of a device of the model."""
    body = f"{TAC}{number:06d}"
    return Imei(body + luhn_check_digit(body))


def case_of(number: int, eid: Eid, person: bytes) -> Case:
    """Return the verification of a person who stands at the counter with his phone."""
    return Case(
        case_id=f"BENCH{number:011d}",
        operator=OPERATOR,
        state=CaseState.VERIFIED,
        service=ServiceClass.PHONE,
        channel=Channel.COUNTER,
        created_at=_NOW,
        changed_at=_NOW,
        person=person,
        eid=eid,
        imei=imei_of(number),
        region=PROVINCE,
        in_country=True,
        group=Group.NATIONAL,
        document=DocumentKind.RESIDENT_ID,
        assurance=frozenset({Assurance.DOCUMENT_CHIP_OR_SCAN, Assurance.FACE_MATCH, Assurance.IN_PERSON}),
        age=40,
        verified_at=_NOW,
        evidence=hashlib.sha256(str(number).encode()).digest(),
    )


def plan() -> Plan:
    """Return the plan of the benchmark's profile type."""
    return Plan(
        operator=OPERATOR,
        name="bench",
        profile_type="benchmark",
        number=NumberKind.MOBILE_11,
        home_region=PROVINCE,
        created_at=_NOW,
        titles={"en": "Benchmark"},
        revision=1,
    )


def furnish(stores: Any) -> None:
    """Store operator, plan, and a model whose TAC the chips of the benchmark tell."""
    for name in ("licences", "plans", "terminals"):
        stores.raise_revision(name)
    stores.add_licence(licence())
    stores.add_plan(plan())
    vendor = Vendor(name="Bench", kind=VendorKind.PRIVATE, country="CN", created_at=_NOW, revision=1)
    model = Model(
        vendor_id=stores.add_vendor(vendor),
        name="Bench 1",
        category=ServiceClass.PHONE,
        state=ModelState.APPROVED,
        abilities=frozenset({Ability.CONSUMER}),
        approval=Approval(number="NAL-1", begins=_NOW - timedelta(days=1), ends=_NOW + timedelta(days=1000)),
        changed_at=_NOW,
        revision=1,
    )
    maker = ChipMaker(name="Chips", state=Standing.IN_FORCE, created_at=_NOW, revision=1)
    first, last = TEST_EIN.ljust(32, "0"), TEST_EIN.ljust(32, "9")
    stores.put_ein_range(EinRange(first=first, last=last, maker_id=stores.add_maker(maker), revision=1))
    stores.put_tac_range(TacRange(first=TAC, last=TAC, model_id=stores.add_model(model), revision=1))


# --- A decision with a whole country in the database ---------------------------------------------------------------

_PERSONS = """
INSERT INTO persons (person, created_at) SELECT sha256(n::text::bytea), 0 FROM generate_series(1, %s) AS n
"""
_LINES = """
INSERT INTO lines (order_id, person, operator, service, iccid, state, begun_at)
SELECT 1000000000 + n, sha256(n::text::bytea), 'operator', 'phone', '8988' || lpad(n::text, 15, '0'), 'active', 0
FROM generate_series(1, %s) AS n
"""
_MAKES = """
INSERT INTO vendors (name, kind, state, country, created_at, record, revision)
SELECT 'V' || n, kind, state, country, created_at, record, revision
FROM generate_series(2, %s) AS n, (SELECT * FROM vendors LIMIT 1) AS one
"""
_TYPES = """
INSERT INTO models (vendor_id, name, category, state, approval_number, approved_from, approved_to, is_foreign,
    changed_at, record, revision)
SELECT one.vendor_id, 'M' || n, category, state, approval_number, approved_from, approved_to, is_foreign,
    changed_at, record, revision
FROM generate_series(2, %s) AS n, (SELECT * FROM models LIMIT 1) AS one
"""
_RANGES = """
INSERT INTO tac_ranges (first, last, model_id, revision)
SELECT 40000000 + n * 20, 40000000 + n * 20 + 19, 1 + n %% 50000, 1 FROM generate_series(1, %s) AS n
"""


def _fill(database: Database, persons: int, ranges: int) -> None:
    """Put a country into a database: its persons, each with a line, and its register of terminals."""
    with psycopg.connect(database.address, autocommit=True) as connection:
        for statement, count in (
            (_PERSONS, persons),
            (_LINES, persons),
            (_MAKES, _VENDORS),
            (_TYPES, _MODELS),
            (_RANGES, ranges),
        ):
            connection.execute(statement.replace("%%", "%").replace("%s", str(count)).encode())
        connection.execute("VACUUM ANALYZE")


class _Office:
    """The gate of a process on a database, and cases of people who wait before it."""

    def __init__(self, database: Database, persons: int) -> None:
        """Read what the gate knows by heart."""
        self._database = database
        self.work = open_database(database.data)
        self.conditions: Conditions = build_conditions(
            read_config(database.data), self.work, Ambient(SystemClock(), os.urandom)
        )
        random = Random(1)
        self._cases = [
            case_of(
                number,
                Eid.with_check_digits(f"{TEST_EIN}{number:022d}"),
                hashlib.sha256(str(random.randint(1, persons)).encode()).digest(),
            )
            for number in range(_CHIPS)
        ]
        self._next = 0

    async def load(self) -> None:
        """Read the books, and store the cases."""
        await self.conditions.following.load()
        await self.work.run(lambda stores: [stores.add_case(case) for case in self._cases])

    def orders(self) -> list[Order]:
        """Return the next orders, each for a chip of its own."""
        first = self._next
        self._next += _ROUND
        return [
            Order(
                order_id=number + 1,
                iccid=Iccid(f"8988{number:015d}"),
                package_id=1,
                profile_type="benchmark",
                operator=OPERATOR,
                state=OrderState.RELEASED,
                eid=self._cases[number].eid,
            )
            for number in range(first, first + _ROUND)
        ]

    def cost(self, unit: Callable[[Any], object]) -> float:
        """Return the processor time of a unit, ours and the database's, in seconds."""
        before = time.process_time() + self._database.cpu_s()
        self.work.run_now(unit)
        return time.process_time() + self._database.cpu_s() - before

    def turn(self) -> tuple[float, float, float, float]:
        """Return the seconds of a decision: judged only; with all that is stored at confirmation; when a chip comes; before its package leaves."""
        orders, gate, now = self.orders(), self.conditions.gate, datetime.now(UTC)
        admitted: list[Order] = []

        def admit(stores: Any) -> None:
            admitted.clear()
            for order in orders:
                ruling = gate.admit(stores, order, now)
                assert ruling.order is not None, ruling.refusal
                admitted.append(ruling.order)

        def judge(stores: Any) -> None:
            for order in orders:
                case = stores.case_seen_for(OPERATOR, order.eid)
                device = Device(eid=str(order.eid), imei=str(case.imei))
                assert not gate.preview(stores, plan(), device, case, now).findings

        def ask(stores: Any, *, is_delivery: bool) -> None:
            for number, order in enumerate(admitted, start=orders[0].order_id - 1):
                device = Device(eid=str(order.eid), imei=str(imei_of(number)))
                stop = gate.stopped(stores, order, device, now, is_delivery=is_delivery)
                assert stop is None, stop

        nothing = self.cost(lambda _stores: None)
        costs = (
            self.cost(judge),
            self.cost(admit),
            self.cost(lambda stores: ask(stores, is_delivery=False)),
            self.cost(lambda stores: ask(stores, is_delivery=True)),
        )
        judged, confirmed, start, delivery = ((cost - nothing) / _ROUND for cost in costs)
        return judged, confirmed, start, delivery


def measure_decision(stage: Stage, persons: int, ranges: int, turns: int) -> list[Figure]:
    """Measure decisions on PostgreSQL with so many persons, each with a line, and so many ranges of TACs."""
    with open_cluster() as cluster, ExitStack() as stack:
        database = Database(stage, cluster, "country")
        with (database.data / "openesim.toml").open("a") as config:
            config.write(_RULES)
        work = open_database(database.data)
        work.run_now(furnish)
        work.close()
        _fill(database, persons, ranges)
        office = _Office(database, persons)
        stack.callback(office.work.close)
        asyncio.run(office.load())
        office.turn()
        found = [office.turn() for _ in range(turns)]
    names = ("judged", "and_stored_at_confirmation", "at_authentication", "at_delivery")
    # What a confirmation stores (line, bond, code, entry) is no part of deciding, and told beside it.
    bars = (DECISION_BAR_US, None, DECISION_BAR_US, DECISION_BAR_US)
    figures = [
        at_most(f"gate.decision.{name}", median(each) * 1e6, "us", bar)
        for name, bar, each in zip(names, bars, zip(*found, strict=True), strict=True)
    ]
    return [
        *figures,
        at_most("gate.decision.persons", persons, ""),
        at_most("gate.decision.ranges", ranges, ""),
    ]


# --- What it adds to a download ------------------------------------------------------------------------------------


def _own(data: Path, eids: list[Eid]) -> None:
    """Give all orders of a database to the operator, each for the chip that will come for it."""
    work = open_database(data)

    def own(stores: Any) -> None:
        for order in _all_orders(stores):
            stores.save_order(_owned(order, eids))

    work.run_now(own)
    work.close()


def _number_of(order: Order, eids: list[Eid]) -> int:
    return int((order.matching_id or "").removeprefix("BENCH-")) % len(eids)


def _owned(order: Order, eids: list[Eid]) -> Order:
    return replace(order, operator=OPERATOR, ordered_at=_NOW, eid=eids[_number_of(order, eids)])


def _all_orders(stores: Any) -> Iterator[Order]:
    after = 0
    while page := stores.orders(after, 1000):
        yield from page
        after = page[-1].order_id


def _admit(data: Path, eids: list[Eid]) -> None:
    """Have all orders of a database admitted, each for the chip that will come for it."""
    (data / "openesim.toml").write_text(_RULES)
    work = open_database(data)

    def admit(stores: Any) -> None:
        furnish(stores)
        for number, eid in enumerate(eids):
            person = hashlib.sha256(f"chip {number}".encode()).digest()
            stores.hold_person(person, _NOW)
            stores.add_case(case_of(number, eid, person))
            stores.add_binding(Bond(eid=str(eid), imei=str(imei_of(number)), source="order", bound_at=_NOW))
        for order in _all_orders(stores):
            number = _number_of(order, eids)
            case = case_of(number, eids[number], hashlib.sha256(f"chip {number}".encode()).digest())
            stores.save_order(replace(_owned(order, eids), is_admitted=True))
            stores.save_admission(
                Admission(
                    order_id=order.order_id,
                    application=Application(
                        operator=OPERATOR,
                        service=ServiceClass.PHONE,
                        channel=Channel.COUNTER,
                        number=NumberKind.MOBILE_11,
                        home_region=PROVINCE,
                        write_region=PROVINCE,
                        in_country=True,
                    ),
                    verdict=Verdict.ALLOW,
                    pack=PACK,
                    version="2025-10-13",
                    decided_at=_NOW,
                    case_id=case.case_id,
                    person=case.person,
                    eid=case.eid,
                    evidence=case.evidence,
                    imei=str(case.imei),
                    person_facts=Verification(
                        standing=Found.VALID,
                        group=Group.NATIONAL,
                        document=DocumentKind.RESIDENT_ID,
                        assurance=case.assurance,
                        verified_at=_NOW,
                        same_visit=True,
                        age=40,
                    ),
                )
            )
            stores.save_line(
                Line(
                    order_id=order.order_id,
                    person=case.person or b"",
                    operator=OPERATOR,
                    service=ServiceClass.PHONE,
                    iccid=order.iccid,
                    state=LineState.RESERVED,
                    begun_at=_NOW,
                )
            )

    work.run_now(admit)
    work.close()


def measure_gated_download(stage: Stage, turns: int) -> list[Figure]:
    """Measure downloads under rules that ask for everything beside downloads under none, in turns, on SQLite."""
    orders = (turns + 2) * DOWNLOADS
    free, gated = stage.fill("gate-free", orders), stage.fill("gate-asking", orders)
    eids = [Eid.with_check_digits(f"{TEST_EIN}{number:022d}") for number in range(CHIPS)]
    _own(free, eids)
    _admit(gated, eids)
    ratios, added = [], []
    with one_processor() as cpu, open_rig(stage, free, cpu) as one, open_rig(stage, gated, cpu) as other:
        for _ in range(turns):
            below = one.download()
            above = other.download()
            ratios.append(above / below)
            added.append(above - below)
    low, high = spread(ratios)
    return [
        at_most("gate.download.server_over_free", median(ratios), "x", DOWNLOAD_BAR),
        at_most("gate.download.server_over_free.lower_quartile", low, "x"),
        at_most("gate.download.server_over_free.upper_quartile", high, "x"),
        at_most("gate.download.added", median(added) * 1e6, "us"),
    ]
