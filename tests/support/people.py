"""People who do not exist, what they show, and the rules that they show it under."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from openesim.conditions.identity.case import Case
from openesim.conditions.identity.counter import Companion, CounterForm, Papers
from openesim.conditions.identity.documents import mrz_check_digit, resident_id_check_digit
from openesim.conditions.identity.steps import Application
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Channel, DocumentKind, Group, ServiceClass
from openesim.kernel.ids import Eid
from openesim.services.conditions.ledger.ledger import Range, Window
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import apply
from openesim.services.conditions.persons.verifying import Manner
from openesim.services.rules import shipped_packs
from openesim.transparency.entries import Entry

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
EID = Eid("89049032123451234512345678901235")
CLERK, OTHER = "account:a_li", "account:a_wu"
ACT = Act(actor=CLERK, now=NOW)
SECOND = Act(actor=OTHER, now=NOW + timedelta(minutes=5))
SHOWN = Manner(notices=("risk",))

NAME = "欧阳若曦"
ADDRESS = "北京市朝阳区不存在路 7 号 1203 室"
CONTACT = "+8613912345678"


def pack_named(name: str) -> Pack:
    """Returns a pack that is shipped."""
    return next(pack for pack in shipped_packs() if pack.id == name)


CHINA = pack_named("cn-2025-trial")
GERMANY = pack_named("de")
TEST = pack_named("test")


def resident(body: str = "11010519900307204") -> str:
    """Returns a resident identity number with its check digit."""
    return body + resident_id_check_digit(body)


NUMBER = resident()
CHILD = resident("11010520140307206")
GROWN = resident("11010519800307208")

PAPERS = Papers(
    group=Group.NATIONAL,
    document=DocumentKind.RESIDENT_ID,
    number=NUMBER,
    name=NAME,
    address=ADDRESS,
    contact=CONTACT,
)
FORM = CounterForm(papers=PAPERS, document_seen=True, chip_or_scan=True, face_matched=True, in_person=True)
COMPANION = Companion(document=DocumentKind.RESIDENT_ID, number=GROWN, name="王大明")

APPLICATION = Application(
    operator="Qinghe",
    service=ServiceClass.PHONE,
    channel=Channel.COUNTER,
    eid=EID,
    region="11",
    in_country=True,
)


def form(**changes: Any) -> CounterForm:
    """Returns the usual form with other papers."""
    return replace(FORM, papers=replace(PAPERS, **changes))


def passport(country: str = "UTO", number: str = "L898902C3", expires: str = "300415") -> str:
    """Returns the machine-readable zone of a passport."""
    first = f"P<{country}ERIKSSON<<ANNA<MARIA".ljust(44, "<")
    second = f"{number:<9}".replace(" ", "<")
    second += mrz_check_digit(second) + country + "740812" + mrz_check_digit("740812") + "F"
    second += expires + mrz_check_digit(expires) + "<" * 14 + "<"
    return first + second + mrz_check_digit(second[:10] + second[13:20] + second[21:43])


def begin(work: Any, application: Application = APPLICATION, act: Act = ACT) -> Case:
    """Begins a case and returns it."""
    case: Case = work.run_now(lambda stores: apply(stores, application, act, os.urandom))
    return case


def do(work: Any, service: Any, /, *arguments: Any, **named: Any) -> Any:
    """Runs a service function in a unit of its own."""
    return work.run_now(lambda stores: service(stores, *arguments, **named))


def entries(work: Any, subject: str) -> list[Entry]:
    """Returns what the ledger tells about something, oldest first."""
    window = Window(range=Range.SUBJECT, value=subject)
    kept = work.run_now(lambda stores: stores.ledger_window(window, 100))
    return [each.entry for each in reversed(kept)]


def deeds(work: Any, case: Case) -> list[str]:
    """Returns what was done to a case, by the ledger."""
    return [each.facts["deed"] for each in entries(work, f"case:{case.case_id}")]
