"""A small nation as the desks see it: operators, vendors, persons and a regulator, with words of a test's own wherever people type.

What is made here goes past the forms, straight into the stores: what a form refuses today may have come by the command
line, by the API, or last year.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from openesim.conditions.admission.admission import Line, LineState
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.steps import Application
from openesim.conditions.licensing.licence import Answer, EvidenceFile, Licence, Remark, Scope
from openesim.conditions.licensing.states import Event, LicenceState, Party
from openesim.conditions.rules.words import Channel, DocumentKind, Group, NumberKind, ServiceClass
from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.operators import Operator
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.webhooks import Webhook
from openesim.services.access import Scope as KeyScope
from openesim.services.access import keep, new_api_key
from openesim.services.conditions.licences.checklists import read_checklists
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import apply
from openesim.services.conditions.persons.persons import person_with
from openesim.services.order_lines import RowError
from openesim.services.stock_import_state import Stage, StockImport
from openesim.transparency.entries import Entry, EntryKind
from tests.support.desks import DeskSite
from tests.support.operator_world import OperatorWorld
from tests.support.people import CHINA
from tests.support.rig import eid_of

DAY = timedelta(days=1)
SOMEBODY = "account:somebody"
_STATES = (
    CaseState.FOUR_EYES,
    CaseState.STEP_UP,
    CaseState.RE_VERIFY,
    CaseState.REFUSED,
    CaseState.DOCUMENTS,
)
_OUTCOMES = (OrderState.RELEASED, OrderState.INSTALLED, OrderState.ERROR, OrderState.CONFIRMED)

Words = Callable[[str], str]
"""What somebody typed, by the place where he did; never the same twice."""

Things = dict[str, list[str]]
"""What stands in addresses: by parameter, or by several with commas between (and in the values); by ``?`` and a path what it
is asked with."""


@dataclass(frozen=True)
class PersonData:
    """Somebody with everything about him that is personal.

    Attributes:
        fields: by what it is.
    """

    fields: dict[Field, str]

    @property
    def plain(self) -> list[str]:
        """Everything that no page may tell."""
        return [text for field, text in self.fields.items() if field is not Field.BORN]


class Nation:
    """Makes a nation, part by part; every method runs its own units in the thread of the stores."""

    def __init__(self, site: DeskSite, many: int = 2) -> None:
        """Take the desks.

        Args:
            site: the desks.
            many: how many of each thing there are.
        """
        self.site = site
        self.work = site.work
        self.many = many
        self.now = site.ambient.clock.now()
        self.checklists = read_checklists()
        self._count = 0

    def unit(self, unit: Callable[[Any], Any]) -> Any:
        """Runs a unit."""
        return self.work.run_now(unit)

    # --- operators

    def operator(self, name: str, words: Words) -> OperatorWorld:
        """Keeps an operator with a licence for phones, and what he offers."""
        self.unit(
            lambda stores: stores.add_operator(
                Operator(name=name, display_name=words("operator"), created_at=self.now - 400 * DAY)
            )
        )
        self.licence(name, words, LicenceState.APPROVED)
        world = OperatorWorld(self.work, self.now, name)
        for number in range(self.many):
            self._plan(name, words, number)
        return world

    def _plan(self, operator: str, words: Words, number: int) -> None:
        plan = Plan(
            operator=operator,
            name=f"plan-{number}",
            profile_type=f"{operator}-type",
            number=NumberKind.MOBILE_11,
            home_region="CN-SH",
            created_at=self.now,
            titles={"en": words("plan title"), "zh": words("plan title zh")},
            descriptions={"en": words("plan description"), "zh": words("plan description zh")},
            price=5900,
        )
        self.unit(lambda stores: stores.add_plan(replace(plan, revision=stores.raise_revision("plans"))))

    def licence(self, operator: str, words: Words, state: LicenceState) -> Licence:
        """Keeps a licence with everything that was said about it, and a file."""
        service = ServiceClass.PHONE if state is LicenceState.APPROVED else ServiceClass.TABLET
        checklist = self.checklists.for_service(service, self.now)
        item = next(iter(checklist.item))
        scope = Scope(begins=self.now - 30 * DAY, ends=self.now + 20 * DAY)
        is_granted = state in {LicenceState.APPROVED, LicenceState.SUSPENDED}
        licence = Licence(
            operator=operator,
            service=service,
            state=state,
            asked=scope,
            granted=scope if is_granted else None,
            checklist=checklist.id,
            version=checklist.version,
            created_at=self.now - 30 * DAY,
            changed_at=self.now - DAY,
            conditions=(words("condition"),) if is_granted else (),
            answers=(Answer(item=item, text=words("answer"), at=self.now, actor=SOMEBODY),),
            dialogue=tuple(
                Remark(event=event, party=party, at=self.now, actor=SOMEBODY, text=words("remark"))
                for event, party in ((Event.ASK, Party.INSPECTOR), (Event.COMMENT, Party.OPERATOR))
            ),
        )
        octets = f"%PDF-1.4 {self.next()}".encode()

        def unit(stores: Any) -> Licence:
            kept: Licence = stores.add_licence(replace(licence, revision=stores.raise_revision("licences")))
            file = EvidenceFile(
                licence_id=kept.licence_id,
                item=item,
                name=words("file") + ".pdf",
                media_type="application/pdf",
                digest=sha256(octets).digest(),
                size=len(octets),
                added_at=self.now,
                added_by=SOMEBODY,
            )
            stores.add_licence_file(file, octets)
            return kept

        kept: Licence = self.unit(unit)
        return kept

    def licence_things(self, operator: str) -> Things:
        """Returns the licences of an operator as they stand in addresses."""

        def unit(stores: Any) -> Things:
            licences = stores.licences_of_operator(operator, 0, 100)
            files = [stores.files_of_licence(each.licence_id)[0] for each in licences]
            return {
                "licence_id": [str(each.licence_id) for each in licences],
                "licence_id,file_id": [f"{each.licence_id},{each.file_id}" for each in files],
                "licence_id,item": [f"{each.licence_id},{each.item}" for each in files],
            }

        things: Things = self.unit(unit)
        return things

    def works(self, world: OperatorWorld, words: Words, batch: int, people: list[PersonData]) -> Things:
        """Lets an operator work: stock, orders with their histories, cases of people, keys, webhooks, imports.

        Args:
            world: his.
            words: of his people.
            batch: number of his batch; those of others have others.
            people: whom he verifies.
        """
        name = world.operator
        world.stock(8 * self.many + 24, profile_type=f"{name}-type", number=batch, low_stock=1000)
        orders = [
            world.order(
                state,
                profile_type=f"{name}-type",
                eid=eid_of(batch * 1000 + number),
                reference=words("reference")[:64],
                ago=timedelta(minutes=number),
            )
            for number in range(self.many)
            for state in (OrderState.RELEASED, OrderState.INSTALLED, OrderState.ERROR, OrderState.DOWNLOADED)
        ]
        world.refused(orders[2])
        held = world.held(profile_type=f"{name}-type", eid=eid_of(batch * 1000 + 500))
        cases = [self.case(name, person, words, orders[at]) for at, person in enumerate(people)]
        cases += [self.case(name, people[0], words, None, state) for state in _STATES]
        for state in LicenceState:
            if state is not LicenceState.APPROVED:
                licence = self.licence(name, words, state)
                self.deed(name, f"licence:{licence.licence_id}", words)
        for case in cases:
            self.deed(name, f"case:{case.case_id}", words)
        plan_id = str(self.unit(lambda stores: stores.plans_of_operator(name))[0].plan_id)
        new = f"plan={plan_id}&eid={eid_of(1)}&case={cases[0].case_id}&reference=mine&until=2027-02-01"
        return {
            **self.licence_things(name),
            **{f"?/operator/orders/new/{step}": [new] for step in ("device", "person", "details", "check")},
            "?/operator/counter/device": [f"plan={plan_id}"],
            "?/operator/subscribers/{case_id}/look": [f"field={field.value}" for field in people[0].fields],
            "?/operator/orders": [
                f"q={value}" for value in (orders[0].reference, orders[0].iccid, orders[0].eid)
            ],
            "?/operator/subscribers": [f"q={cases[0].case_id}", f"q={cases[0].eid}"],
            "iccid": [str(each.iccid) for each in (*orders[:4], held)],
            "order_id": [str(held.order_id)],
            "plan_id": [plan_id],
            "offer_id": [plan_id],
            "import_id": [self._stock_import(name, words)],
            "case_id": [case.case_id for case in cases],
            "webhook_id": [self._webhook(name, words)],
            "key_id": [self.key(name, words("key label"))[0]],
            "eid": [str(orders[0].eid)],
        }

    def case(
        self,
        operator: str,
        person: PersonData | None,
        words: Words,
        order: Order | None,
        state: CaseState = CaseState.VERIFIED,
    ) -> Case:
        """Keeps the case of a person, and a line of his.

        Args:
            operator: who verifies.
            person: None: nobody has shown anything yet.
            words: of who verifies.
            order: that it stands behind; None: none.
            state: where it stands.
        """
        eid = order.eid if order is not None and order.eid is not None else eid_of(9_000_000 + self.next())
        application = Application(
            operator=operator, service=ServiceClass.PHONE, channel=Channel.COUNTER, eid=eid, region="CN-SH"
        )
        act = Act(actor=SOMEBODY, now=self.now - timedelta(hours=1))
        number = b"%d" % self.next()

        def unit(stores: Any) -> Case:
            case: Case = apply(
                stores, application, act, lambda octets: sha256(number + b"c").digest()[:octets]
            )
            if person is None:
                return case
            day = self.now.date()
            digest = person_with(
                stores, DocumentKind.RESIDENT_ID, person.fields[Field.NUMBER], day, country="CN"
            )
            stores.hold_person(digest, self.now)
            evidence = sha256(case.case_id.encode()).digest()
            is_sure = state in {CaseState.VERIFIED, CaseState.RE_VERIFY}
            case = replace(
                case,
                state=state,
                person=digest,
                group=Group.NATIONAL,
                document=DocumentKind.RESIDENT_ID,
                age=40,
                verifier="counter",
                clerk=SOMEBODY,
                verified_at=act.now if is_sure else None,
                evidence=evidence if is_sure else None,
                missing=("face-match",) if state is CaseState.STEP_UP else (),
                refusal="not-agreed" if state is CaseState.REFUSED else None,
                reference=words("verifier reference"),
                pack=f"{CHINA.id} {CHINA.version}",
                notices=("risk",),
            )
            stores.save_case(case)
            for field, text in person.fields.items():
                stores.put_field(case.case_id, field, text, self.now + 400 * DAY)
            return case

        kept: Case = self.unit(unit)
        if order is not None:
            self._line(order, kept)
        return kept

    def subscriber(self, account_id: str, world: OperatorWorld, person: PersonData, words: Words) -> Things:
        """Lets somebody apply on his own account, in every way it can have come out; and have lines."""
        plan_id = self.unit(lambda stores: stores.plans_of_operator(world.operator))[0].plan_id
        cases = [
            self.case(world.operator, None, words, None),
            *(self.case(world.operator, person, words, None) for _ in range(self.many + len(_OUTCOMES))),
        ]
        lines = []
        for at, case in enumerate(cases):
            own = replace(case, account=account_id, channel=Channel.ONLINE, plan_id=plan_id)
            self._save(own)
            if at > 1:
                state = _OUTCOMES[at % len(_OUTCOMES)]
                profile_type = f"{world.operator}-type"
                order = world.order(state, profile_type=profile_type, eid=case.eid, reference=case.case_id)
                self._line(order, own)
                lines.append(str(order.order_id))
        return {
            "application": [case.case_id for case in cases[: len(_OUTCOMES) + 2]],
            "?/subscriber/applications/{application}/papers": ["by=register"],
            "line": lines[:3],
            "offer_id": [str(plan_id)],
            "?/subscriber/device": [f"eid={eid_of(1)}"],
            "?/subscriber/plans/compare": [f"plan={plan_id}&plan={plan_id + 1}"],
        }

    def _save(self, case: Case) -> None:
        self.unit(lambda stores: stores.save_case(case))

    def _line(self, order: Order, case: Case) -> None:
        """Keeps that an order is a line of a case's person."""
        line = Line(
            order_id=order.order_id,
            person=case.person or b"",
            operator=case.operator,
            service=ServiceClass.PHONE,
            iccid=order.iccid,
            state=LineState.ACTIVE,
            begun_at=self.now - timedelta(minutes=30),
        )
        self.unit(lambda stores: stores.save_line(line))

    def key(self, operator: str, label: str) -> tuple[str, str]:
        """Keeps an API key, and returns its name and what opens with it."""
        key, text = new_api_key(operator, KeyScope, self.site.ambient.entropy, self.now, label=label)
        self.unit(lambda stores: keep(stores, key))
        return key.key_id, text.reveal()

    def _webhook(self, operator: str, words: Words) -> str:
        webhook = Webhook(
            webhook_id=f"wh_{operator}",
            operator=operator,
            address=f"https://hooks.example/{words('address')}",
            event_types=("*",),
            secret=Secret(b"s" * 32),
            created_at=self.now,
            is_active=False,
            disabled_at=self.now,
            disabled_reason=words("disabled"),
        )
        self.unit(lambda stores: stores.add_webhook(webhook))
        return webhook.webhook_id

    def _stock_import(self, operator: str, words: Words) -> str:
        wrong = RowError(row=2, field="iccid", message=words("row error"))
        run = StockImport(
            operator=operator,
            batch=words("batch"),
            profile_type=words("type"),
            stage=Stage.REFUSED,
            begun_at=self.now,
            begun_by=SOMEBODY,
            seen_at=self.now,
            errors=(wrong,),
        )
        return str(self.unit(lambda stores: stores.add_stock_import(run)))

    def deed(self, operator: str | None, subject: str, words: Words) -> None:
        """Writes into the ledger that somebody did something, and why."""
        entry = Entry(
            kind=EntryKind.DEED,
            at=self.now,
            actor=SOMEBODY,
            operator=operator,
            subject=subject,
            facts={"deed": "case-revoke", "reason": words("reason")},
        )
        self.unit(lambda stores: stores.append_entry(entry))

    def next(self) -> int:
        """Returns a number that nothing has yet."""
        self._count += 1
        return self._count
