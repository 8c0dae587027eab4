"""A small register of terminals with who has such devices, recalls, held orders and a watch-list: what an inspector works with."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from openesim.conditions.admission.admission import Line, LineState
from openesim.conditions.admission.watching import WatchedKind
from openesim.conditions.rules.words import DocumentKind, ServiceClass
from openesim.conditions.terminals.fields import read_eins, read_first_day, read_last_day, read_tacs
from openesim.conditions.terminals.forms import ModelForm, read_vendor_form
from openesim.conditions.terminals.makers import read_build, read_certificate
from openesim.conditions.terminals.models import Ability, Approval, Model, ModelEvent
from openesim.conditions.terminals.recalls import RecallKind, Target
from openesim.conditions.terminals.vendors import StandingEvent, Vendor
from openesim.kernel.ids import Eid, Imei, luhn_check_digit
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.conditions.gate.watch_list import Wish, watch
from openesim.services.conditions.ledger.ledger import Query, find_page, seal_all
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.persons import person_with
from openesim.services.conditions.terminals import bindings, chip_makers, recalls, terminals
from tests.support.desks import LiveDesks, today
from tests.support.operator_world import OperatorWorld
from tests.support.people import resident
from tests.support.regulator_world import RegulatorWorld
from tests.support.rig import eid_of, world_of

ZHOU = "account:zhou"
DAY = timedelta(days=1)

VENDORS = (
    ("青禾终端", "private", "CN", ""),
    ("远山通信设备", "state", "CN", ""),
    ("海棠科技股份", "joint-stock", "CN", ""),
    ("Northwind Devices", "foreign", "US", "北风（上海）商贸"),
    ("Sorrel Mobile", "foreign", "DE", "酢浆草通信代理"),
    ("白露智能", "private", "CN", ""),
)
"""Made up."""

NAMES = ("QH-P", "YS Watch ", "HT Tab ", "NW One ", "Sorrel S", "BL-")
CATEGORIES = (ServiceClass.PHONE, ServiceClass.WATCH, ServiceClass.TABLET, ServiceClass.PHONE, ServiceClass.PHONE,
              ServiceClass.IOT)  # fmt: skip
PERSON = resident()
"""Number of somebody with two lines."""


class RegisterWorld:
    """What an inspector works with, in stores.

    Every method runs its own units: to be called in the thread of the stores.
    """

    def __init__(self, work: Any, now: datetime, first_tac: int = 86012000) -> None:
        """Take the stores, the moment, and the first TAC that models of this world get."""
        self.work = work
        self.now = now.replace(microsecond=0)
        self.dice = random.Random(11)
        self._tac = first_tac

    def do(self, deed: Any, *arguments: Any, **named: Any) -> Any:
        """Returns what a deed of the services returns, in a unit of its own."""
        return self.work.run_now(lambda stores: deed(stores, *arguments, **named))

    # --- the register

    def vendor(self, name: str, kind: str = "private", country: str = "CN", agent: str = "") -> Vendor:
        """Registers a vendor."""
        cells = {"name": name, "kind": kind, "country": country, "agent": agent}
        vendor: Vendor = self.do(terminals.register_vendor, read_vendor_form(cells, self.now), ZHOU, self.now)
        return vendor

    def model(
        self,
        vendor: Vendor,
        name: str,
        category: ServiceClass = ServiceClass.PHONE,
        state: str = "approved",
        ago: timedelta = DAY,
        *,
        is_foreign: bool = False,
    ) -> Model:
        """Submits a model, and lets it come as far as a state."""
        at = self.now - ago
        abilities = frozenset({Ability.CONSUMER, Ability.SM_DS})
        form = ModelForm(
            vendor=vendor.name, name=name, category=category, is_foreign=is_foreign, abilities=abilities
        )
        model: Model = self.do(terminals.submit_model, form, "account:sun", at)
        first = self._tac
        self._tac += 10
        tacs = read_tacs(f"{first}-{first + 3}")
        self.do(terminals.add_tacs, model.model_id, tacs, ZHOU, at)
        return self._moved(model, state, at)

    def _moved(self, model: Model, state: str, at: datetime) -> Model:
        number, later = model.model_id, at + timedelta(minutes=5)
        if state in {"approved", "suspended", "revoked", "expired"}:
            begins = at - 400 * DAY
            last = self.now + 700 * DAY if state != "expired" else self.now - 20 * DAY
            approval = Approval(
                number=f"02-{number:04d}-{at.year}",
                begins=read_first_day(f"{begins:%Y-%m-%d}"),
                ends=read_last_day(f"{last:%Y-%m-%d}"),
            )
            model = self.do(terminals.approve_model, number, approval, ZHOU, later)
        events = {
            "asked-back": (ModelEvent.ASK_BACK, "请提供芯片型号与 SGP.22 测试报告。"),
            "refused": (ModelEvent.REFUSE, "The test report is of another model."),
            "suspended": (ModelEvent.SUSPEND, "现场抽检与备案信息不一致。"),
            "revoked": (ModelEvent.REVOKE, "The chip can be taken out, other than was declared."),
        }
        if state in events:
            event, reason = events[state]
            model = self.do(terminals.review_model, number, event, reason, ZHOU, later + timedelta(minutes=5))
        return model

    def register(self) -> dict[str, Any]:
        """Fills the register: vendors of every kind, models in every state, two chip makers."""
        vendors = [self.vendor(*each) for each in VENDORS]
        states = ("approved", "approved", "approved", "submitted", "expired", "asked-back", "approved", "refused",
                  "suspended", "revoked")  # fmt: skip
        models: dict[str, Model] = {}
        for number in range(60):
            place = number % len(vendors)
            state = states[(number * 3 + number // 6) % len(states)]
            vendor = vendors[place]
            name = f"{NAMES[place]}{number // len(vendors) + 1}"
            ago = timedelta(days=self.dice.randrange(1, 300), hours=self.dice.randrange(24))
            model = self.model(
                vendor, name, CATEGORIES[place], state, ago, is_foreign=place in {3, 4} and number % 4 == 3
            )
            models.setdefault(state, model)
        self.do(
            terminals.move_vendor,
            vendors[5].vendor_id,
            StandingEvent.SUSPEND,
            "年度报告逾期未交。",
            ZHOU,
            self.now,
        )
        maker = self.maker("Quillchip")
        other = self.maker("玉衡微电子", begin="89086030")
        return {"vendor": vendors[0], "maker": maker, "other": other, **models}

    def maker(self, name: str, begin: str = "89049032") -> int:
        """Registers a chip maker with a certificate, EIDs and a build, and returns his number."""
        number: int = self.do(chip_makers.register_maker, name, ZHOU, self.now).maker_id
        certificate = read_certificate(world_of(name=name)["eum"].certificate.octets)
        self.do(chip_makers.add_certificate, number, certificate, ZHOU, self.now)
        self.do(chip_makers.add_eins, number, read_eins(begin), ZHOU, self.now)
        self.do(chip_makers.add_build, number, read_build("4.2.0", "first series"), ZHOU, self.now)
        return number

    # --- people with devices

    def devices(self, model: Model, count: int = 8) -> list[Order]:
        """Orders lines for devices of a model: some installed, some on their way."""
        world = OperatorWorld(self.work, self.now)
        profile_type = f"register {model.model_id}"
        world.stock(count, profile_type=profile_type, number=900 + model.model_id % 90)
        tacs = self.work.run_now(lambda stores: stores.tac_ranges_of(model.model_id, "", 1))
        orders = []
        for number in range(count):
            state = OrderState.INSTALLED if number % 3 else OrderState.RELEASED
            eid = eid_of(20_000 + model.model_id * 100 + number)
            order = world.order(state, ago=number * DAY, profile_type=profile_type, eid=eid)
            body = f"{tacs[0].first}{model.model_id * 100 + number:06d}"
            self.do(bindings.bind, eid, Imei(body + luhn_check_digit(body)), "counter", self.now)
            self.line(order, sha256(f"person {number // 2}".encode()).digest())
            orders.append(order)
        return orders

    def line(self, order: Order, person: bytes, **changes: Any) -> None:
        """Writes the line of an order into somebody's name."""
        values: dict[str, Any] = {
            "order_id": order.order_id,
            "person": person,
            "operator": order.operator,
            "service": ServiceClass.PHONE,
            "iccid": order.iccid,
            "state": LineState.ACTIVE if order.state is OrderState.INSTALLED else LineState.RESERVED,
            "begun_at": order.ordered_at,
        }
        self.work.run_now(lambda stores: stores.save_line(Line(**values | changes)))

    def person(self) -> bytes:
        """Returns the digest of somebody with a line at each of two operators."""
        shown = (DocumentKind.RESIDENT_ID, PERSON, self.now.date())
        person: bytes = self.do(person_with, *shown, country="CN")
        for number, operator in ((88, "qinghe"), (89, "yuanshan")):
            world = OperatorWorld(self.work, self.now, operator)
            world.stock(1, profile_type=f"own {number}", number=number)
            order = world.order(OrderState.INSTALLED, ago=40 * DAY, profile_type=f"own {number}")
            self.line(order, person)
        return person

    def recalls(self, model: Model, maker: int) -> list[int]:
        """Makes recalls, one of them lifted."""
        targets = (
            (Target.parse(RecallKind.MODEL, str(model.model_id)), "电池过热，停止开通新号码。"),
            (
                Target.parse(RecallKind.BUILD, "4.1.0-4.1.9", maker),
                "A fault of the chip's software loses profiles.",
            ),
            (Target.parse(RecallKind.TAC, "86999000-86999009"), "Made without an approval."),
        )
        made = [
            self.do(recalls.make_recall, target, reason, ZHOU, self.now - number * 3 * DAY).recall_id
            for number, (target, reason) in enumerate(targets)
        ]
        self.do(recalls.lift_recall, made[2], "The vendor has shown the approval.", ZHOU, self.now)
        return made

    def watched(self) -> list[int]:
        """Puts a person, a chip and an address on the watch-list."""
        act = Act(actor=ZHOU, now=self.now)
        wishes = (
            Wish(kind=WatchedKind.PERSON, subject=resident("11010519850712101"), document=DocumentKind.RESIDENT_ID,
                 country="CN", score=80, is_listed=True, reason="两家银行上报涉诈线索"),
            Wish(kind=WatchedKind.CHIP, subject=str(eid_of(77)), score=60, is_listed=False,
                 reason="seen with many numbers within a week"),
            Wish(kind=WatchedKind.ADDRESS, subject="203.0.113.7", score=40, is_listed=False,
                 reason="hundreds of orders within an hour"),
        )  # fmt: skip
        return [self.do(watch, wish, act, act.now.date()).entry_id for wish in wishes]

    def held(self, count: int = 3) -> list[int]:
        """Makes orders that the gate holds."""
        world = OperatorWorld(self.work, self.now)
        world.stock(count, profile_type="held", number=95)
        return [
            world.held(hours=8 + 20 * number, profile_type="held", eid=Eid(eid_of(500 + number))).order_id
            for number in range(count)
        ]

    def place_of(self, cause: str) -> int:
        """Returns the place in the chain of the newest decision for a cause."""
        found = self.work.run_now(lambda stores: find_page(stores, Query(cause=cause), None, 1)).entries
        return found[0].head.position if found and found[0].head is not None else 0

    def seal(self) -> None:
        """Gives everything in the ledger its place."""
        seal_all(self.work.run_now)


def fill_supervision(desks: LiveDesks, decisions: int = 300) -> dict[str, str]:
    """Makes a register and what belongs to it in desks that are heard, and returns numbers by what they are there for."""
    world = RegisterWorld(desks.site.work, today())
    nation = RegulatorWorld(desks.site.work, today())

    async def fill() -> dict[str, str]:
        nation.operators()
        made = world.register()
        recalled = made["approved"]
        world.devices(recalled)
        world.person()
        recalls_made = world.recalls(recalled, made["maker"])
        watched, held = world.watched(), world.held()
        nation.decisions(decisions)
        world.seal()
        await desks.site.parts.conditions.following.refresh()
        things = {state: str(model.model_id) for state, model in made.items() if isinstance(model, Model)}
        return {
            **{name.replace("-", "_"): number for name, number in things.items()},
            "vendor": str(made["vendor"].vendor_id),
            "maker": str(made["maker"]),
            "recall": str(recalls_made[0]),
            "lifted": str(recalls_made[2]),
            "watched": str(watched[0]),
            "held": str(held[0]),
            "decision": str(world.place_of("too-many-lines")),
        }

    things: dict[str, str] = desks.run(fill())
    return things
