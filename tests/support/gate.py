"""A gate in tests: rules of our own making, an operator with a licence, and persons that were verified."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from openesim.conditions.admission.admission import LineState
from openesim.conditions.admission.watching import WatchedKind
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.licensing.licence import Licence, Scope
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.rules.in_force import Assignment
from openesim.conditions.rules.reading import parse_pack
from openesim.conditions.rules.words import Assurance, Channel, DocumentKind, Group, ServiceClass
from openesim.kernel.ids import Eid, Iccid, luhn_check_digit
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.gate.books import Asked, Books, Told
from openesim.services.conditions.gate.gate import Gate
from openesim.services.conditions.gate.watch_book import WatchBook
from openesim.services.conditions.licences.book import LicenceBook
from openesim.services.conditions.operator.plans import PlanBook
from openesim.services.conditions.rules.book import RuleBook
from openesim.services.conditions.terminals.book import TerminalBook
from openesim.services.rules import shipped_packs
from tests.support.chip import Chip
from tests.support.lpa import Reply
from tests.support.memory import MemoryWork
from tests.support.rig import NOW, Rig, entropy_of, make_chip

PACK = """
[pack]
id = "asking"
version = "1"
country = "ZZ"
in_force = { from = 2000-01-01 }
title = { en = "Asking", zh = "测试" }
note = { en = "Invented; not legal advice.", zh = "仅供测试，不构成法律意见。" }
[sources]
test = { title = "Invented", where = "this file", reliability = "background" }
[service.phone]
channels = ["counter", "online"]
profiles_per_device = 2
device = { chip_binding = "eid" }
needs_licence = true
source = ["test"]
[person]
assurance = ["document", "face-match"]
freshness_days = 30
source = ["test"]
[person.documents]
national = ["national-id"]
[limits]
per_operator = 2
nationwide = 3
source = ["test"]
[risk]
step_up_from = 50
hold_from = 60
refuse_from = 90
orders_per_person_per_day = 20
after_reissue = { cool_down_hours = 24, blocks = ["re-issue"] }
source = ["test"]
"""


def books_of(
    pack: str = PACK, operators: Iterable[str] = ("operator", "other"), usual: str = "open"
) -> Books:
    """Returns books in which operators are under a pack and have licences for phones; everybody else is as usual."""
    operators = tuple(operators)
    read = parse_pack(pack)
    rules = RuleBook([*shipped_packs(), read], Assignment(usual, dict.fromkeys(operators, read.id)))
    licences = LicenceBook()
    licences.learn(licence_of(operator, number) for number, operator in enumerate(operators, start=1))
    return Books(
        rules=rules, licences=licences, terminals=TerminalBook(), plans=PlanBook(), watched=WatchBook()
    )


def gate_of(books: Books | None = None) -> Gate:
    """Returns a gate."""
    return Gate(books or books_of(), entropy_of("gate"))


def person_of(name: str) -> bytes:
    """Returns the digest of a person."""
    return sha256(name.encode()).digest()


def case_of(eid: Eid, name: str = "Wang", operator: str = "operator", **changes: Any) -> Case:
    """Returns the case of a person who was verified an hour ago for a chip."""
    moment = NOW - timedelta(hours=1)
    values: dict[str, Any] = {
        "case_id": f"{operator}-{name}-{eid[-6:]}",
        "operator": operator,
        "state": CaseState.VERIFIED,
        "service": ServiceClass.PHONE,
        "channel": Channel.COUNTER,
        "created_at": moment,
        "changed_at": moment,
        "person": person_of(name),
        "eid": eid,
        "group": Group.NATIONAL,
        "document": DocumentKind.NATIONAL_ID,
        "assurance": frozenset({Assurance.DOCUMENT, Assurance.FACE_MATCH}),
        "age": 40,
        "verified_at": moment,
        "evidence": sha256(b"evidence of " + name.encode()).digest(),
    }
    return Case(**values | changes)


def licence_of(operator: str, number: int = 1, **changes: Any) -> Licence:
    """Returns a licence for phones, everywhere, in every way."""
    values: dict[str, Any] = {
        "licence_id": number,
        "operator": operator,
        "service": ServiceClass.PHONE,
        "state": LicenceState.APPROVED,
        "asked": Scope(begins=NOW - timedelta(days=30)),
        "granted": Scope(begins=NOW - timedelta(days=30)),
        "checklist": "phone",
        "version": "1",
        "created_at": NOW,
        "changed_at": NOW,
        "revision": number,
    }
    return Licence(**values | changes)


class GatedRig(Rig):
    """A server behind a gate, with stock of its own."""

    def __init__(self, runner: asyncio.Runner, books: Books | None = None, work: Any = None) -> None:
        self.books = books or books_of()
        super().__init__(work or MemoryWork(), runner, gate=gate_of(self.books))
        self.chip: Chip = make_chip()
        self.stocked = 0

    @property
    def eid(self) -> Eid:
        return Eid(self.chip.eid)

    def stock(self) -> Iccid:
        """Puts one more profile into stock."""
        self.stocked += 1
        body = f"898821100000001{self.stocked:03d}"
        iccid = Iccid(body + luhn_check_digit(body))
        self.add_order(iccid=iccid, state=OrderState.AVAILABLE, matching_id=None)
        return iccid

    def keep(self, case: Case) -> Case:
        """Stores a case, and its person."""

        def unit(stores: Any) -> None:
            stores.add_case(case)
            if case.person is not None:
                stores.hold_person(case.person, NOW)

        self.work.run_now(unit)
        return case

    def change(self, case: Case, **changes: Any) -> None:
        self.work.run_now(lambda stores: stores.save_case(replace(case, **changes)))

    def order_for(self, eid: Eid | None = None, **members: Any) -> tuple[Iccid, Reply]:
        """Orders a profile for a chip and has it released."""
        iccid = self.stock()
        named = {"eid": str(eid or self.eid), "iccid": str(iccid)}
        assert (
            self.call_es2("downloadOrder", **named)
            .members["header"]["functionExecutionStatus"]["status"]
            .startswith("Executed")
        )
        return iccid, self.call_es2("confirmOrder", **{**named, "releaseFlag": True, **members})

    def state(self, iccid: Iccid) -> OrderState:
        state: OrderState = self.of(iccid).state
        return state

    def of(self, iccid: Iccid) -> Any:
        """Returns the order of a profile."""
        return self.work.run_now(lambda stores: stores.order_of_profile(iccid))

    def lines(self, name: str = "Wang") -> list[LineState]:
        lines = self.work.run_now(lambda stores: stores.lines_of_person(person_of(name)))
        return [line.state for line in lines]

    def code(self, case: Case) -> str | None:
        """Returns the code of the newest order of a case of which one is kept."""

        def unit(stores: Any) -> str | None:
            orders = [one.order_id for one in stores.admissions_of_case(case.case_id, 50)]
            codes = [stores.code_of_order(order_id) for order_id in sorted(orders)]
            return next((code for code in reversed(codes) if code is not None), None)

        code: str | None = self.work.run_now(unit)
        return code

    def code_of(self, iccid: Iccid) -> str | None:
        """Returns the code of the order of a profile."""
        order_id = self.of(iccid).order_id
        code: str | None = self.work.run_now(lambda stores: stores.code_of_order(order_id))
        return code


def told(
    work: Any,
    subjects: Mapping[WatchedKind, bytes],
    *,
    eid: Eid | None = None,
    imei: str | None = None,
    counted: tuple[WatchedKind, ...] = (),
    now: datetime = NOW,
) -> Told:
    """Returns what the database tells the gate."""
    asked = Asked(
        order_id=0, eid=eid, imei=imei, subjects=subjects, counted=counted, asks_person=True, now=now
    )
    found: Told = work.run_now(lambda stores: stores.tell(asked))
    return found
