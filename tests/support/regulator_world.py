"""A small living world of a regulator: operators with licences in every state, and what the gate decided in thirty days."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from openesim.conditions.admission.deciding import decide
from openesim.conditions.admission.facts import Application, Facts, Lines
from openesim.conditions.admission.recorded import write_facts
from openesim.conditions.licensing.checklist import AnswerKind, Demand
from openesim.conditions.licensing.deeds import Approval
from openesim.conditions.licensing.evidence import read_upload
from openesim.conditions.licensing.licence import By, Licence, Scope
from openesim.conditions.licensing.scopes import Narrowing
from openesim.conditions.licensing.states import Party
from openesim.conditions.rules.in_force import DatedAssignment
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass
from openesim.provisioning.smdp.operators import Operator
from openesim.services.conditions.ledger.ledger import seal_all
from openesim.services.conditions.ledger.tallies import tally_all
from openesim.services.conditions.licences.checklists import read_checklists
from openesim.services.conditions.licences.files import attach
from openesim.services.conditions.licences.licences import Licensing
from openesim.services.conditions.rules.keeping import put_in_force
from openesim.transparency.entries import GATE, Entry, EntryKind
from tests.support.desks import LiveDesks, today
from tests.support.licences import PDF, PNG
from tests.unit.conditions.admission.test_deciding import APPLICATION, GOOD, TEST

OPERATORS = {"qinghe": "青禾移动", "yuanshan": "远山电信", "haitang": "海棠通信"}
"""Made up."""

REGIONS = ("CN-11", "CN-31", "CN-44", "CN-51", "CN-33", "CN-32", "CN-37")
DAY = timedelta(days=1)

_ANSWERS = (
    "在营业厅由营业员当面核验：读取证件芯片，人证比对，双人复核。",
    "Keys are kept in a module that is certified; four hands open it, and every use is on record.",
)


class RegulatorWorld:
    """What a regulator sees, in stores.

    Every method runs its own units: to be called in the thread of the stores.
    """

    def __init__(self, work: Any, now: datetime) -> None:
        """Take the stores and the moment."""
        self.work = work
        self.now = now.replace(microsecond=0)
        self.licensing = Licensing(read_checklists())

    def operators(self) -> None:
        """Keeps three operators."""
        for name, display_name in OPERATORS.items():
            one = Operator(name=name, display_name=display_name, created_at=self.now - 400 * DAY)
            self.work.run_now(
                lambda stores, one=one: None if stores.operator(one.name) else stores.add_operator(one)
            )

    # --- licences

    def hand(self, operator: str | None = None, at: datetime | None = None, actor: str = "") -> By:
        """Returns a hand of an operator, or of the regulator."""
        party = Party.INSPECTOR if operator is None else Party.OPERATOR
        who = actor or ("account:inspector" if operator is None else f"account:{operator}")
        return By(actor=who, party=party, now=at or self.now, operator=operator)

    def applied(
        self,
        operator: str = "qinghe",
        service: ServiceClass = ServiceClass.PHONE,
        asked: Scope | None = None,
        ago: timedelta = timedelta(hours=20),
    ) -> Licence:
        """Returns an application that was submitted, complete."""
        at = self.now - ago
        scope = asked or Scope(
            begins=at,
            ends=at + 365 * DAY,
            channels=frozenset({Channel.COUNTER, Channel.ONLINE}),
            regions=frozenset(REGIONS[:4]),
            numbers=frozenset({NumberKind.MOBILE_11}),
        )
        by = self.hand(operator, at)

        def unit(stores: Any) -> Licence:
            licence = self.licensing.apply(stores, operator, service, scope, by)
            number = licence.licence_id
            for place, (name, item) in enumerate(self.licensing.checklist_of(licence).item.items()):
                text = "yes" if item.answer is AnswerKind.YES_NO else _ANSWERS[place % len(_ANSWERS)]
                self.licensing.answer(stores, number, name, text, by)
                if item.files is Demand.REQUIRED:
                    upload = read_upload(
                        f"evidence-{place}.pdf", PDF.replace(b"1 0 obj", b"%d 0 obj" % (place + 1))
                    )
                    attach(self.licensing, stores, number, name, upload, by)
            return self.licensing.submit(stores, number, by)

        licence: Licence = self.work.run_now(unit)
        return licence

    def in_review(self, licence: Licence) -> Licence:
        """Returns an application that somebody has taken up."""
        by = self.hand()
        taken: Licence = self.work.run_now(
            lambda stores: self.licensing.take_up(stores, licence.licence_id, by)
        )
        return taken

    def approved(self, licence: Licence, **approval: Any) -> Licence:
        """Returns a licence that was approved."""
        self.in_review(licence)
        by, wish = self.hand(), Approval(**approval)
        given: Licence = self.work.run_now(
            lambda stores: self.licensing.approve(stores, licence.licence_id, wish, by)
        )
        return given

    def licences(self) -> dict[str, Licence]:
        """Makes licences in every state that an inspector meets."""
        short = Scope(begins=self.now - 30 * DAY, ends=self.now + 20 * DAY)
        narrowed = Approval(
            narrowing=Narrowing(channels=frozenset({Channel.COUNTER})),
            conditions=("首年仅限营业厅办理。", "Monthly report of refusals to the regulator."),
        )
        made = {"submitted": self.applied(), "in-review": self.in_review(self.applied("yuanshan"))}
        asked = self.in_review(self.applied("haitang", ServiceClass.WATCH))
        by = self.hand()
        item = next(iter(self.licensing.checklist_of(asked).item))
        made["asked-back"] = self.work.run_now(
            lambda stores: self.licensing.ask(
                stores, asked.licence_id, by, "请补充线上渠道的核验流程。", item
            )
        )
        made["approved"] = self.approved(
            self.applied("qinghe", ServiceClass.TABLET),
            narrowing=narrowed.narrowing,
            conditions=narrowed.conditions,
        )
        made["ending"] = self.approved(self.applied("yuanshan", ServiceClass.WATCH, short))
        running = self.approved(self.applied("haitang", ServiceClass.PHONE))
        made["suspended"] = self.work.run_now(
            lambda stores: self.licensing.suspend(
                stores, running.licence_id, by, "核验记录不完整，限期整改。"
            )
        )
        refused = self.in_review(self.applied("haitang", ServiceClass.LAPTOP))
        made["refused"] = self.work.run_now(
            lambda stores: self.licensing.refuse(stores, refused.licence_id, by, "Not ready yet.")
        )
        picture = read_upload("图纸.png", PNG)
        draft = self.work.run_now(
            lambda stores: self.licensing.apply(
                stores, "qinghe", ServiceClass.WATCH, short, self.hand("qinghe")
            )
        )
        assert picture.name == "图纸.png"
        made["draft"] = draft
        return made

    # --- what the gate decided

    def decisions(self, count: int = 600, days: int = 30, seed: int = 7) -> None:
        """Writes decisions of some days into the ledger, seals and counts them."""
        dice = random.Random(seed)
        for number in range(1, count + 1):
            at = self.now - timedelta(seconds=dice.random() * days * 86_400)
            entries = self._of_an_order(dice, number, at)
            self.work.run_now(lambda stores, entries=entries: [stores.append_entry(each) for each in entries])
        self.count()

    def count(self) -> None:
        """Gives entries their places and counts them."""
        seal_all(self.work.run_now)
        self.work.run_now(tally_all)

    def _of_an_order(self, dice: random.Random, number: int, at: datetime) -> list[Entry]:
        """Returns what the gate said of an order."""
        application = replace(
            APPLICATION,
            operator=dice.choices(list(OPERATORS), (6, 3, 1))[0],
            home_region=dice.choices(REGIONS, range(len(REGIONS), 0, -1))[0],
        )
        fine = _fine(at)
        facts = dice.choices(
            (
                fine,
                replace(fine, lines=Lines(here=5, nationwide=9)),
                replace(fine, person=None),
                replace(fine, licences=()),
                replace(fine, terminal=replace(fine.terminal, is_recalled=True)),
                replace(fine, signals=replace(fine.signals, is_listed=True)),
            ),
            (80, 6, 5, 4, 2, 3),
        )[0]
        entries = [_decision(number, at, application, facts, "confirmation")]
        if entries[0].facts["verdict"] == "allow":
            later = min(at + timedelta(minutes=5), self.now)
            stopped = replace(facts, licences=()) if dice.random() < 0.02 else facts
            entries.append(_decision(number, later, application, stopped, "delivery"))
        return entries

    def rules(self) -> None:
        """Puts packs in force: for everybody at once, for an operator's watches from next month on."""
        wanted = (
            DatedAssignment(operator=None, service=None, pack_id="cn-2025-trial", begins=self.now),
            DatedAssignment(
                operator="haitang",
                service=ServiceClass.WATCH,
                pack_id="test",
                begins=self.now + 30 * DAY,
            ),
        )
        for one in wanted:
            self.work.run_now(
                lambda stores, one=one: put_in_force(stores, one, "account:inspector", self.now)
            )


def fill_nation(desks: LiveDesks, orders: int = 600) -> dict[str, str]:
    """Makes a whole world in desks that are heard, and returns numbers of licences by what they are there for."""
    world = RegulatorWorld(desks.site.work, today())

    async def fill() -> dict[str, str]:
        world.operators()
        made = world.licences()
        world.rules()
        world.decisions(orders)
        await desks.site.parts.conditions.following.refresh()
        return {name.replace("-", "_"): str(licence.licence_id) for name, licence in made.items()}

    things: dict[str, str] = desks.run(fill())
    return things


def _fine(at: datetime) -> Facts:
    """Returns facts that meet every demand at a moment."""
    licences = tuple(replace(each, begins=at - DAY) for each in GOOD.licences)
    assert GOOD.person is not None
    return replace(GOOD, licences=licences, person=replace(GOOD.person, verified_at=at - DAY))


def _decision(number: int, at: datetime, application: Application, facts: Facts, gate: str) -> Entry:
    decision = decide(TEST, application, facts, at)
    told = {
        "gate": gate,
        "verdict": decision.verdict.name.lower(),
        "pack": decision.pack,
        "version": decision.version,
        "service": application.service.value,
        "region": application.home_region or "",
        "recorded": write_facts(application, facts),
    }
    if decision.findings:
        told["causes"] = ",".join(each.cause for each in decision.findings)
        told["rules"] = ",".join(each.rule for each in decision.findings)
    return Entry(
        kind=EntryKind.DECISION,
        at=at,
        actor=GATE,
        operator=application.operator,
        order_id=number,
        facts=told,
    )
