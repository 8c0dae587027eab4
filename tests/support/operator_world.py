"""A small living world of an operator: stock, plans, orders in every state, with their histories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from openesim.conditions.admission.admission import Admission, Line, LineState
from openesim.conditions.admission.codes import code_of
from openesim.conditions.admission.decision import Finding, Verdict
from openesim.conditions.admission.facts import Application
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass
from openesim.kernel.ids import Eid, TransactionId, luhn_check_digit
from openesim.network.subscription import Batch
from openesim.provisioning.smdp.history import Action, Step, step_of
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState
from openesim.services.batch_file import plan_of
from openesim.services.conditions.operator.plans import keep_plan
from openesim.services.stock import BatchImport
from tests.support.rig import eid_of, entropy_of, package_octets
from tests.support.sealed import make_download

QINGHE = "qinghe"
TYPE = "qinghe-5g"

_REFUSALS = (
    Finding(Verdict.REFUSE, "person", "not-verified", {}),
    Finding(Verdict.REFUSE, "limits.per_operator", "too-many-lines", {"present": "5", "most": "5"}),
    Finding(Verdict.REFUSE, "service.phone.device", "recalled", {}),
)


class OperatorWorld:
    """What an operator has, in stores.

    Every method runs its own units: to be called in the thread of the stores.
    """

    def __init__(self, work: Any, now: datetime, operator: str = QINGHE) -> None:
        """Take the stores and the moment."""
        self.work = work
        self.now = now
        self.operator = operator
        self._entropy = entropy_of(f"world of {operator}")

    def stock(
        self,
        count: int = 20,
        *,
        profile_type: str = TYPE,
        number: int = 1,
        low_stock: int = 0,
        is_anybodys: bool = False,
    ) -> Batch:
        """Adds a batch of profiles; those of one number have the same ICCIDs."""
        body = f"89860{number:03d}0000000001"
        table = {
            "name": f"{self.operator}/batch {number}",
            "profile": f"{profile_type}.der",
            "count": count,
            "iccid": body + luhn_check_digit(body),
            "imsi": f"00101{number:03d}0000001",
            "low_stock": low_stock,
        }
        if not is_anybodys:
            table["operator"] = self.operator
        files = ({f"{profile_type}.der": package_octets()}.get, lambda _: iter(()))
        by = BatchImport(self.work, files, self._entropy, self.now - timedelta(days=3))
        return by.store(by.prepare(plan_of(table, f"{table}".encode()[:32].ljust(32))))

    def plan(self, name: str = "30 GB", zh: str = "青禾畅享 30 GB", **changes: Any) -> Plan:
        """Adds a plan."""
        values: dict[str, Any] = {
            "operator": self.operator,
            "name": name,
            "profile_type": TYPE,
            "service": ServiceClass.PHONE,
            "number": NumberKind.MOBILE_11,
            "home_region": "CN-SH",
            "channel": Channel.COUNTER,
            "created_at": self.now,
            "titles": {"en": f"Qinghe {name}", "zh": zh},
            "price": 5900,
        }
        plan = Plan(**values | changes)
        kept: Plan = self.work.run_now(lambda stores: keep_plan(stores, plan, "cli:test", self.now))
        return kept

    def order(
        self, state: OrderState = OrderState.RELEASED, *, ago: timedelta = timedelta(), **changes: Any
    ) -> Order:
        """Orders a profile of the stock, and lets it come as far as a state."""
        at = self.now - ago

        def unit(stores: Any) -> Order:
            found = stores.available_order(changes.get("profile_type", TYPE), self.operator)
            assert found is not None, "nothing is left in stock"
            order = replace(
                found,
                state=state,
                operator=self.operator,
                ordered_at=at,
                changed_at=at,
                matching_id=f"QH{found.order_id:06d}-TEST",
                **changes,
            )
            stores.save_order(order)
            for action, reached in _way_to(state):
                step = step_of(action, replace(order, state=reached), at)
                stores.note_step(step)
                at_chip = action is Action.INSTALLATION_RESULT
                if at_chip:
                    stores.save_order(replace(order, chip_state=ChipState.ENABLED))
            kept: Order = stores.order(order.order_id)
            return kept

        made: Order = self.work.run_now(unit)
        return made

    def refused(self, order: Order, number: int = 0, action: Action = Action.CONFIRM_ORDER) -> Step:
        """Notes that the gate refused an order."""
        finding = _REFUSALS[number % len(_REFUSALS)]
        return self._refused(order, finding, action)

    def _refused(self, order: Order, finding: Finding, action: Action) -> Step:
        step = replace(
            step_of(action, order, self.now),
            subject="8.2.1",
            reason="1.2",
            code=code_of(finding),
            message="refused",
            is_idle=True,
        )
        self.work.run_now(lambda stores: stores.note_step(step))
        return step

    def handed_out(self, order: Order) -> Order:
        """Notes that a chip got a package of an order."""
        made = make_download()
        number = order.order_id.to_bytes(16, "big")
        download = replace(made, transaction_id=TransactionId(number), order_id=order.order_id)
        self.work.run_now(lambda stores: stores.add_download(download))
        return order

    def held(
        self,
        hours: int = 20,
        *,
        state: OrderState = OrderState.CONFIRMED,
        has_line: bool = False,
        **changes: Any,
    ) -> Order:
        """Makes an order that the gate holds: when it was ordered, or further on its way."""
        order = self.order(state, **changes)
        finding = Finding(Verdict.HOLD, "risk", "score", {"score": "72"})
        application = Application(
            operator=self.operator,
            service=ServiceClass.PHONE,
            channel=Channel.COUNTER,
            number=NumberKind.MOBILE_11,
            home_region="CN-SH",
        )
        admission = Admission(
            order_id=order.order_id,
            application=application,
            verdict=Verdict.HOLD,
            pack="cn-2025-trial",
            version="2025-10-13",
            decided_at=self.now,
            eid=order.eid,
            cause="score",
            held_until=self.now + timedelta(hours=hours),
        )

        def unit(stores: Any) -> Order:
            kept = replace(order, is_admitted=True)
            stores.save_order(kept)
            stores.save_admission(admission)
            if has_line:
                stores.save_line(
                    Line(
                        order_id=order.order_id,
                        person=bytes(32),
                        operator=self.operator,
                        service=ServiceClass.PHONE,
                        iccid=order.iccid,
                        state=LineState.RESERVED,
                        begun_at=self.now,
                    )
                )
            return kept

        kept: Order = self.work.run_now(unit)
        self._refused(kept, finding, Action.CONFIRM_ORDER)
        return kept

    def go_online(self, order: Order) -> None:
        """Lets the network ask for an authentication of an order's subscription."""

        def unit(stores: Any) -> None:
            subscription = stores.subscription(order.iccid)
            assert subscription is not None
            stores.save_sqn(subscription.imsi, 32)

        self.work.run_now(unit)

    def some_day(self, number: int = 40) -> list[Order]:
        """Makes a day with orders in every state, some failures, and two that are held."""
        ways = (
            *(OrderState.INSTALLED,) * 6,
            OrderState.RELEASED,
            OrderState.DOWNLOADED,
            OrderState.ERROR,
            OrderState.RELEASED,
        )
        made = []
        for at in range(number):
            state = ways[at % len(ways)]
            order = self.order(
                state,
                ago=timedelta(minutes=at),
                eid=eid_of(1000 + at),
                reference=f"A-{20_000 + at}" if at % 3 else None,
                download_attempts=int(state is not OrderState.RELEASED or at % 2),
            )
            if state is OrderState.INSTALLED and at % 7:
                self.go_online(order)
            if state is OrderState.ERROR or at % 9 == 4:
                self.refused(order, at, Action.AUTHENTICATE_CLIENT)
            made.append(order)
        made += [self.held(20 + at, eid=eid_of(2000 + at)) for at in range(2)]
        return made


def _way_to(state: OrderState) -> Iterator[tuple[Action, OrderState]]:
    """Yields what happens to an order until it stands somewhere."""
    yield Action.DOWNLOAD_ORDER, OrderState.LINKED
    if state in {OrderState.ALLOCATED, OrderState.LINKED}:
        return
    if state is OrderState.CONFIRMED:
        yield Action.CONFIRM_ORDER, OrderState.CONFIRMED
        return
    yield Action.CONFIRM_ORDER, OrderState.RELEASED
    if state in {OrderState.RELEASED, OrderState.ERROR}:
        return
    yield Action.AUTHENTICATE_CLIENT, OrderState.RELEASED
    yield Action.GET_BOUND_PROFILE_PACKAGE, OrderState.DOWNLOADED
    if state is OrderState.INSTALLED:
        yield Action.INSTALLATION_RESULT, OrderState.INSTALLED


def other_eid(eid: Eid, place: int) -> str:
    """Returns an EID with one digit wrong."""
    text = str(eid)
    return text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
