"""What a regulator does in a world, day by day: reviews, recalls, licences, lawful enquiries, rules for later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Final

from openesim.apps.world.customers import Customers
from openesim.apps.world.licences import Office, Wish
from openesim.apps.world.people import CHIEF, INSPECTOR
from openesim.apps.world.place import Place
from openesim.apps.world.registry import MadeModel, Register
from openesim.conditions.licensing.licence import Licence
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.forms import ModelForm
from openesim.conditions.terminals.models import Approval, ModelEvent, ModelState, state_at
from openesim.conditions.terminals.recalls import RecallKind, Target
from openesim.services.conditions.licences.calendar import LicenceCalendar
from openesim.services.conditions.persons.lines import lawful_enquiry
from openesim.services.conditions.rules.keeping import add_pack
from openesim.services.conditions.terminals.recalls import lift_recall, make_recall
from openesim.services.conditions.terminals.terminals import (
    add_tacs,
    approve_model,
    review_model,
    review_queue,
    submit_model,
)

_PACK: Final = "cn-2025-trial"
_REASON: Final = ("核查涉诈线索，依法查询名下号码", "LAW-2026-{number:04d}")
_REVIEWED_A_DAY: Final = 2
_SUBMITTED_A_DAY: Final = 2
_FIRST_NEW_TAC: Final = 86_900_000
_QUEUE: Final = 200
_ALL: Final = 10_000

_REMARKS: Final = {
    ModelEvent.ASK_BACK: "请补充 eSIM 芯片的安全证书。Please add the certificate of the chip.",
    ModelEvent.REFUSE: "检测报告与送检型号不符。The test report is of another model.",
    ModelEvent.SUSPEND: "抽检不合格，待整改。A sample failed; to be mended.",
    ModelEvent.REVOKE: "厂商申请注销。Given up by the vendor.",
}
_RECALLED: Final = (
    "电池存在过热隐患。The battery may overheat.",
    "射频指标超标。Radiates more than is allowed.",
    "芯片固件存在缺陷。A fault in the software of the chip.",
)


class Officials:
    """The regulator."""

    def __init__(self, place: Place, register: Register, customers: Customers, office: Office) -> None:
        """Bind to what he looks after."""
        self._place: Final = place
        self._register: Final = register
        self._customers: Final = customers
        self._office: Final = office
        self._enquiries = self._submitted = 0

    def plan_days(self, begin: datetime, days: int) -> None:
        """Plan what is done every day, and now and then.

        Args:
            begin: of the first day.
            days: how many.
        """
        plan, apart = self._place.simulation.plan, self._place.simulation.plan_apart
        calendar = LicenceCalendar(self._place.simulation.work, self._place.simulation.clock)
        for day in range(days):
            midnight = begin + timedelta(days=day)
            apart(midnight + timedelta(minutes=5), calendar.step)
            self._apart(midnight + timedelta(hours=9, minutes=40), self._review_some)
            self._apart(midnight + timedelta(hours=15), self._submit_some)
            if day % 4 == 1:
                plan(midnight + timedelta(hours=14), self._enquire)
        self._plan_recalls(begin, days)
        self._apart(begin + timedelta(days=max(days - 2, 0), hours=10), self._add_rules)

    def _apart(self, moment: datetime, unit: Callable[[Any], object]) -> None:
        """Plan a unit of work behind which the books of the gate are read anew."""

        async def deed() -> None:
            """Run it."""
            await self._place.simulation.work.run(unit)

        self._place.simulation.plan_apart(moment, deed)

    # --- models -----------------------------------------------------------------------------------------------

    def sort_out(self, stores: Any) -> None:
        """Let models of the past be where they are: asked back, refused, suspended, revoked."""
        actor, now = self._place.act(INSPECTOR).actor, self._place.now
        waiting = review_queue(stores, None, _QUEUE)
        for place, model in enumerate(waiting):
            event = (ModelEvent.ASK_BACK, ModelEvent.REFUSE, None, None)[place % 4]
            if event is not None:
                review_model(stores, model.model_id, event, _REMARKS[event], actor, now)
        models = stores.models(0, _ALL)
        seldom = [each for each in models if state_at(each, now) is ModelState.APPROVED][len(models) // 2 :]
        for place, model in enumerate(seldom[::97]):
            event = ModelEvent.REVOKE if place % 3 == 1 else ModelEvent.SUSPEND
            review_model(stores, model.model_id, event, _REMARKS[event], actor, now)

    def _submit_some(self, stores: Any) -> None:
        """Let vendors submit new models."""
        place, actor = self._place, self._place.act(INSPECTOR).actor
        for _ in range(_SUBMITTED_A_DAY):
            self._submitted += 1
            known = place.rng.choice(self._register.phones)
            name = f"{known.name} {place.now:%Y}.{self._submitted}"
            form = ModelForm(vendor=known.vendor, name=name, category=ServiceClass.PHONE)
            model = submit_model(stores, form, actor, place.now)
            tac = str(_FIRST_NEW_TAC + self._submitted)
            add_tacs(stores, model.model_id, (tac, tac), actor, place.now)

    def _review_some(self, stores: Any) -> None:
        """Look at the models that have waited longest; a few always wait."""
        actor, now = self._place.act(INSPECTOR).actor, self._place.now
        waiting = review_queue(stores, None, _QUEUE)
        for model in waiting[: min(_REVIEWED_A_DAY, max(len(waiting) - 8, 0))]:
            approval = Approval(
                number=f"02-9{model.model_id:03d}-{now:%y%m%d}", begins=now, ends=now + timedelta(days=1826)
            )
            approve_model(stores, model.model_id, approval, actor, now)

    # --- recalls ----------------------------------------------------------------------------------------------

    def _plan_recalls(self, begin: datetime, days: int) -> None:
        """Plan recalls: two that were lifted, two that are in force."""
        register = self._register
        third, last = days // 3, days - days // 4
        self._plan_recall((begin, third, third + 3), RecallKind.TAC, self._span(register.phones, 4), 0)
        self._plan_recall((begin, last, None), RecallKind.TAC, self._span(register.phones, 9), 1)
        if len(register.eins) > 1:
            self._plan_recall((begin, days // 2, days // 2 + 1), RecallKind.EIN, register.eins[1], 2)
            self._plan_recall((begin, days - 3, None), RecallKind.EIN, register.eins[-1] + "7", 2)

    @staticmethod
    def _span(phones: list[MadeModel], place: int) -> str:
        first, last = phones[min(place, len(phones) - 1)].tacs
        return f"{first}-{last}"

    def _plan_recall(
        self, when: tuple[datetime, int, int | None], kind: RecallKind, text: str, reason: int
    ) -> None:
        """Plan a recall, and its end.

        Args:
            when: first day of the world, and days behind it: of the recall, and of its end, if it has one.
            kind: of what.
            text: which.
            reason: which one.
        """
        begin, made_on, lifted_on = when
        target, numbers = Target.parse(kind, text), list[int]()

        def make(stores: Any) -> None:
            """Recall."""
            actor = self._place.act(CHIEF).actor
            recall = make_recall(stores, target, _RECALLED[reason], actor, self._place.now)
            numbers.append(recall.recall_id)

        def lift(stores: Any) -> None:
            """Lift it."""
            actor = self._place.act(CHIEF).actor
            said = "厂商已完成整改。The vendor has mended it."
            lift_recall(stores, numbers[-1], said, actor, self._place.now)

        self._apart(begin + timedelta(days=made_on, hours=13), make)
        if lifted_on is not None:
            self._apart(begin + timedelta(days=lifted_on, hours=11), lift)

    # --- licences ---------------------------------------------------------------------------------------------

    def plan_licences(
        self, begin: datetime, days: int, running: dict[tuple[str, ServiceClass], Licence]
    ) -> None:
        """Plan what becomes of licences, so that there is one in every state at the end.

        Args:
            begin: of the first day.
            days: how many.
            running: those that run from the beginning.
        """
        office, suspended = self._office, running["haitang", ServiceClass.PHONE].licence_id
        middle = begin + timedelta(days=days // 2, hours=9)
        self._apart(middle, lambda stores: office.suspend(stores, suspended, self._place.now))
        self._apart(
            middle + timedelta(hours=20), lambda stores: office.reinstate(stores, suspended, self._place.now)
        )
        watch = Wish(operator="qinghe", service=ServiceClass.WATCH, days=365)
        tablet = Wish(operator="yuanshan", service=ServiceClass.TABLET, days=365)
        laptop = Wish(operator="haitang", service=ServiceClass.LAPTOP, days=365)
        vehicle = Wish(operator="haitang", service=ServiceClass.VEHICLE, days=730)
        late = begin + timedelta(days=max(days - 6, 1), hours=10)
        self._apart(late, lambda stores: self._until(stores, watch, "submit"))
        self._apart(late + timedelta(hours=5), lambda stores: self._until(stores, tablet, "ask"))
        self._apart(late + timedelta(days=1), lambda stores: self._until(stores, vehicle, "refuse"))
        self._apart(late + timedelta(days=2), lambda stores: self._until(stores, laptop, "review"))
        self._apart(
            late + timedelta(days=3),
            lambda stores: self._renew(stores, running["yuanshan", ServiceClass.PHONE]),
        )
        self._apart(late + timedelta(days=4), lambda stores: self._until(stores, laptop, "withdraw"))

    def _until(self, stores: Any, wish: Wish, end: str) -> None:
        """Bring an application as far as a step."""
        office, now = self._office, self._place.now
        licence = office.draft(stores, wish, now)
        if end == "withdraw":
            office.withdraw(stores, licence, now)
            return
        licence = office.submit(stores, licence, now)
        if end == "submit":
            return
        licence = office.review(stores, licence, now)
        if end == "ask":
            office.ask(stores, licence, now)
        elif end == "refuse":
            office.refuse(stores, licence, now)

    def _renew(self, stores: Any, licence: Licence) -> None:
        """Begin to renew a licence that ends soon."""
        known = stores.licence(licence.licence_id)
        if known is not None and known.state is LicenceState.APPROVED:
            self._office.renew(stores, known, self._place.now)

    # --- people and rules -------------------------------------------------------------------------------------

    def _enquire(self, stores: Any) -> None:
        """Ask lawfully for the lines of somebody who was at a counter lately."""
        customer = self._customers.recent()
        if customer is None:
            return
        self._enquiries += 1
        shown = (customer.identity.document, customer.identity.number)
        why = (_REASON[0], _REASON[1].format(number=self._enquiries))
        today = self._place.conditions.rules.day_in("CN", self._place.now)
        lawful_enquiry(stores, shown, "CN", why, self._place.act(CHIEF), today)

    def _add_rules(self, stores: Any) -> None:
        """Add a version of the rules that will hold later, and ask for more."""
        now = self._place.now
        day = (now.replace(day=1) + timedelta(days=95)).replace(day=1).date()
        text = (resources.files("openesim.conditions.rules") / "packs" / f"{_PACK}.toml").read_text("utf-8")
        text = text.replace('version = "2025-10-13"', f'version = "{day}"')
        text = text.replace("in_force = { from = 2025-10-13 }", f"in_force = {{ from = {day} }}")
        text = text.replace("per_operator = 5", "per_operator = 3")
        add_pack(stores, text, self._place.act(CHIEF).actor, now)
