"""Downloads in a world: what a chip would have proved and told is taken as proved; everything else is done as ever.

The gate is asked, orders move by their table, every step is told, lines and subscriptions follow.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Final

from openesim.apps.world import chance
from openesim.apps.world.customers import Customer
from openesim.apps.world.operators import WorldOperator
from openesim.apps.world.people import INSPECTOR
from openesim.apps.world.place import Place
from openesim.conditions.admission.admission import LineState
from openesim.conditions.rules.words import Trigger
from openesim.conditions.terminals.device import Device
from openesim.kernel.errors import OpenEsimError, StateError
from openesim.kernel.ids import MatchingId, TransactionId
from openesim.kernel.records import changed
from openesim.messages.sgp22.notifications import ErrorReason
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.smdp.binding import INSTALLED, Binding, Download
from openesim.provisioning.smdp.history import Action, Step, step_of
from openesim.provisioning.smdp.notifications import RETRYABLE
from openesim.provisioning.smdp.order_checks import CODE_REFUSED
from openesim.provisioning.smdp.orders import DOWNLOADABLE, ChipState, Order, OrderEvent, OrderState
from openesim.provisioning.smdp.reissue import Wish
from openesim.security.crypto.curves import Curve
from openesim.services.conditions.gate.holds import Holds
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.lines import dispute_line
from openesim.services.conditions.persons.persons import freeze, trigger
from openesim.services.following_orders import follow_order
from openesim.services.orders import cancel_order, issue_again
from openesim.services.personalisation import switch_subscription
from openesim.services.telling import stamped, tell

_TOO_MANY: Final = Status(
    Subject.CONFIRMATION_CODE, Reason.MAXIMUM_NUMBER_OF_RETRIES_EXCEEDED, "too many wrong confirmation codes"
)
_FAILURES: Final = (
    (ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE, 5),
    (ErrorReason.INSTALL_FAILED_DUE_TO_INTERRUPTION, 4),
    (ErrorReason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR, 3),
    (ErrorReason.INSTALL_FAILED_DUE_TO_UNKNOWN_ERROR, 1),
)
_LOAD_PROFILE_ELEMENTS: Final = 5
_SQN_STEP: Final = 32
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An order on its way to a chip.

    Attributes:
        order_id: the order.
        customer: for whom.
        operator: whose.
        is_smooth: nothing goes wrong on it.
    """

    order_id: int
    customer: Customer
    operator: WorldOperator
    is_smooth: bool = False

    @property
    def device(self) -> Device:
        """What would show itself."""
        imei = str(self.customer.imei)
        return Device(eid=str(self.customer.eid), imei=imei, tac=imei[:8])


class Downloads:
    """What becomes of orders."""

    def __init__(self, place: Place, smdp_address: str) -> None:
        """Bind to time, chance and services."""
        self._place: Final = place
        self._address: Final = smdp_address
        self._holds: Final = Holds(place.simulation.work, place.functions, place.simulation.clock)
        self._after: Final = AfterLife(place)

    def follow(
        self, order: Order, customer: Customer, operator: WorldOperator, *, is_smooth: bool = False
    ) -> None:
        """Plan what becomes of an order that was confirmed.

        Args:
            order: as it stands.
            customer: for whom.
            operator: whose.
            is_smooth: nothing goes wrong with it.
        """
        place = self._place
        way = Way(order_id=order.order_id, customer=customer, operator=operator, is_smooth=is_smooth)
        if order.state is OrderState.CONFIRMED:
            place.simulation.plan_apart(place.later(1_800, 20 * 3_600), lambda: self._look_at(way))
        elif is_smooth or not place.happens(chance.NEVER_COMES):
            place.simulation.plan(place.later(60, 5_400), lambda stores: self._begin(stores, way))
        elif place.happens(chance.TAKEN_BACK):
            place.simulation.plan(
                place.later(2 * _DAY_S, 9 * _DAY_S), lambda stores: self._after.take_back(stores, way)
            )

    async def look_again(self) -> None:
        """Let orders go on, or end, that have waited for long enough."""
        await self._holds.look_again()

    async def _look_at(self, way: Way) -> None:
        """Let an inspector or the manager look at an order that is held."""
        place = self._place
        actor = place.act(INSPECTOR if place.happens(chance.TAKEN_BACK) else way.operator.manager).actor
        if place.happens(chance.TAKEN_BACK):
            await self._holds.refuse(way.order_id, actor, "身份可疑。Doubtful identity.")
            place.simulation.plan(place.later(600, 7_200), lambda stores: self._after.take_back(stores, way))
            return
        try:
            order = await self._holds.clear(way.order_id, actor, "已电话核实。Checked by telephone.")
        except OpenEsimError:
            return  # something else speaks against it by now
        self.follow(order, way.customer, way.operator, is_smooth=way.is_smooth)

    # --- the way to the chip ----------------------------------------------------------------------------------

    def _begin(self, stores: Any, way: Way) -> None:
        """Let the chip prove itself."""
        order, now = stores.order(way.order_id), self._place.now
        if order is None or order.state is not OrderState.RELEASED or order.eid != way.customer.eid:
            return
        if self._is_stopped(stores, order, way, Action.AUTHENTICATE_CLIENT):
            return
        after = changed(order, download_attempts=order.download_attempts + 1)
        self._move(stores, order, after, step_of(Action.AUTHENTICATE_CLIENT, after, now))
        is_wrong = not way.is_smooth and self._place.happens(chance.WRONG_CODE)
        ask = self._ask_wrongly if is_wrong else self._ask
        self._place.simulation.plan(self._place.later(8, 60), lambda stores: ask(stores, way))

    def _ask_wrongly(self, stores: Any, way: Way) -> None:
        """Let a wrong confirmation code be typed, once or until it is over."""
        place, now = self._place, self._place.now
        order = stores.order(way.order_id)
        if order is None or order.state is not OrderState.RELEASED or order.confirmation_hash is None:
            return
        attempts = order.confirmation_attempts + 1
        after = changed(order, confirmation_attempts=attempts)
        refusal = CODE_REFUSED
        if attempts >= order.confirmation_limit:
            after, refusal = changed(after.moved(OrderEvent.FAIL, str(_TOO_MANY))), _TOO_MANY
        self._move(stores, order, after, step_of(Action.GET_BOUND_PROFILE_PACKAGE, after, now, refusal))
        if after.state is not OrderState.RELEASED:
            return
        again = (
            self._ask_wrongly if place.happens(chance.GIVES_CODE_UP) or attempts > 1 else self._begin_again
        )
        place.simulation.plan(place.later(20, 200), lambda stores: again(stores, way))

    def _begin_again(self, stores: Any, way: Way) -> None:
        """Let the phone begin once more, with the right code."""
        order, now = stores.order(way.order_id), self._place.now
        if order is None or order.state is not OrderState.RELEASED:
            return
        after = changed(order, download_attempts=order.download_attempts + 1)
        self._move(stores, order, after, step_of(Action.AUTHENTICATE_CLIENT, after, now))
        self._place.simulation.plan(self._place.later(8, 40), lambda stores: self._ask(stores, way))

    def _ask(self, stores: Any, way: Way) -> None:
        """Hand the package out, unless the gate says no meanwhile."""
        place, now = self._place, self._place.now
        order = stores.order(way.order_id)
        if order is None or order.state not in DOWNLOADABLE:
            return
        if self._is_stopped(stores, order, way, Action.GET_BOUND_PROFILE_PACKAGE):
            return
        after = order.moved(OrderEvent.BIND)
        download = _download(order, place.rng, self._address, place)
        stores.add_download(download)
        self._move(stores, order, after, step_of(Action.GET_BOUND_PROFILE_PACKAGE, after, now))
        if way.is_smooth or not place.happens(chance.SILENT):
            end = self._fail if not way.is_smooth and place.happens(chance.FAILS) else self._install
            place.simulation.plan(place.later(15, 120), lambda stores: end(stores, way, download))

    def _install(self, stores: Any, way: Way, download: Download) -> None:
        """Take in that the chip has the profile."""
        order, now = stores.order(way.order_id), self._place.now
        if order is None or order.state is not OrderState.DOWNLOADED:
            return
        after = changed(
            order.moved(OrderEvent.INSTALL, INSTALLED), chip_state=ChipState.DISABLED, chip_sequence=1
        )
        stores.save_download_result(changed(download, result=INSTALLED))
        step = changed(
            step_of(Action.INSTALLATION_RESULT, after, now), message=INSTALLED, chip_state=ChipState.DISABLED
        )
        self._move(stores, order, after, step)
        if way.is_smooth or not self._place.happens(chance.SWITCH_LOST):
            switch_subscription(stores, after)
        self._after.installed(after, way)

    def _fail(self, stores: Any, way: Way, download: Download) -> None:
        """Take in that the installation failed, for good or for now."""
        place, now = self._place, self._place.now
        order = stores.order(way.order_id)
        if order is None or order.state is not OrderState.DOWNLOADED:
            return
        ((reason, _),) = place.rng.choices(_FAILURES, [weight for _, weight in _FAILURES])
        code = f"{_LOAD_PROFILE_ELEMENTS}/{int(reason)}"
        outcome = f"installation failed: {code} {reason.name.lower()}"
        is_for_now = reason in RETRYABLE
        after = changed(order, outcome=outcome) if is_for_now else order.moved(OrderEvent.FAIL, outcome)
        stores.save_download_result(changed(download, result=outcome))
        step = changed(
            step_of(Action.INSTALLATION_RESULT, after, now), message=outcome, code=f"installation:{code}"
        )
        self._move(stores, order, after, step)
        if is_for_now and place.happens(chance.TRIES_AGAIN):
            place.simulation.plan(place.later(60, 3_600), lambda stores: self._ask(stores, way))
        elif not is_for_now and place.happens(chance.ISSUED_AGAIN):
            place.simulation.plan(
                place.later(3_600, 2 * _DAY_S), lambda stores: self._issue_again(stores, way)
            )

    def _issue_again(self, stores: Any, way: Way) -> None:
        """Let the operator issue an order again, for the same chip."""
        place, gate = self._place, self._place.conditions.gate
        order = stores.order(way.order_id)
        matching_id = str(MatchingId.from_entropy(place.rng.randbytes(16)))
        if order is None or order.state is not OrderState.ERROR:
            return
        try:
            issue_again(stores, order, Wish(), matching_id, place.now, gate)
        except OpenEsimError:
            return  # the rules say no by now, or let it wait

    # --- what all of it does ----------------------------------------------------------------------------------

    def _is_stopped(self, stores: Any, order: Order, way: Way, action: Action) -> bool:
        """Ask the gate once more, and tell where it says no."""
        now, is_delivery = self._place.now, action is Action.GET_BOUND_PROFILE_PACKAGE
        stop = self._place.conditions.gate.stopped(stores, order, way.device, now, is_delivery=is_delivery)
        if stop is None:
            return False
        step = step_of(action, order, now, stop.status, way.customer.eid)
        tell(stores, changed(step, is_idle=True, message=stop.cause))
        return True

    @staticmethod
    def _move(stores: Any, before: Order, after: Order, step: Step) -> None:
        """Store how far an order is, what follows from it, and what happened."""
        stores.save_progress(stamped(after, step.at))
        follow_order(stores, before, after, step.at)
        tell(stores, step)


class AfterLife:
    """What happens to a profile that is on its chip, and to its person."""

    def __init__(self, place: Place) -> None:
        """Bind to time, chance and services."""
        self._place: Final = place

    def installed(self, order: Order, way: Way) -> None:
        """Plan what its user does with it."""
        place, plan = self._place, self._place.simulation.plan
        if not way.is_smooth and place.happens(chance.STAYS_OFF):
            return
        plan(place.later(20, 600), lambda stores: self._tell(stores, way, ChipState.ENABLED))
        if way.is_smooth or way.customer.is_collector or not order.is_admitted:
            return
        if place.happens(chance.DELETES):
            plan(place.later(_DAY_S, 12 * _DAY_S), lambda stores: self._tell(stores, way, ChipState.DELETED))
        if place.happens(chance.FREEZES):
            plan(place.later(_DAY_S, 5 * _DAY_S), lambda stores: self._freeze(stores, way))
        if place.happens(chance.DISPUTES):
            plan(place.later(_DAY_S, 5 * _DAY_S), lambda stores: self._dispute(stores, way))
        if place.happens(chance.FLAGGED):
            plan(place.later(_DAY_S, 5 * _DAY_S), lambda stores: self._flag(stores, way))

    def take_back(self, stores: Any, way: Way) -> None:
        """Let the operator take an order back that nobody came for, or that may not go on."""
        order = stores.order(way.order_id)
        if order is not None and order.state in {OrderState.CONFIRMED, OrderState.RELEASED}:
            cancel_order(stores, order, OrderEvent.CANCEL_AVAILABLE, self._place.now)

    def _tell(self, stores: Any, way: Way, state: ChipState) -> None:
        """Take in what the chip tells of the profile."""
        order, now = stores.order(way.order_id), self._place.now
        if order is None or order.state is not OrderState.INSTALLED:
            return
        after = changed(order, chip_state=state, chip_sequence=order.chip_sequence + 1)
        if state is ChipState.DELETED:
            after = changed(after.moved(OrderEvent.DELETE), outcome="deleted")
        else:
            subscription = stores.subscription(order.iccid)
            stores.save_sqn(subscription.imsi, _SQN_STEP * self._place.rng.randint(1, 400))
        stores.save_progress(stamped(after, now))
        follow_order(stores, order, after, now)
        if state is ChipState.DELETED and not self._place.happens(chance.SWITCH_LOST):
            switch_subscription(stores, after)
        tell(
            stores,
            changed(step_of(Action.CHIP_NOTIFICATION, after, now), message=state.value, chip_state=state),
        )

    def _line(self, stores: Any, way: Way) -> Any:
        """Return the line of an order, if it runs."""
        line = stores.line(way.order_id)
        return line if line is not None and line.state is LineState.ACTIVE else None

    def _freeze(self, stores: Any, way: Way) -> None:
        """Let the person freeze new lines."""
        line = self._line(stores, way)
        if line is not None:
            freeze(stores, line.person, Act(actor="desk", now=self._place.now))

    def _dispute(self, stores: Any, way: Way) -> None:
        """Let the person say that the line is not his."""
        line = self._line(stores, way)
        if line is not None:
            dispute_line(stores, way.order_id, line.person, Act(actor="desk", now=self._place.now))

    def _flag(self, stores: Any, way: Way) -> None:
        """Have the person verify again, for a sign of fraud."""
        place, admission = self._place, stores.admission(way.order_id)
        if admission is None or admission.case_id is None:
            return
        rules = place.conditions.rules.pack_for(way.operator.key, admission.application.service, place.now)
        try:
            trigger(stores, admission.case_id, Trigger.FRAUD_FLAG, rules, place.act(way.operator.manager))
        except StateError:
            return  # the case has ended meanwhile


def _download(order: Order, rng: random.Random, address: str, place: Place) -> Download:
    """Return what is kept of a package that was handed out; nobody will ask for it again."""
    assert order.eid is not None  # noqa: S101 (it was ordered for a chip)
    return Download(
        transaction_id=TransactionId(rng.randbytes(16)),
        order_id=order.order_id,
        eid=order.eid,
        euicc_key=bytes(91),
        identity=bytes(20),
        address=address,
        binding=Binding(curve=Curve.P256, euicc_otpk=bytes(65), smdp_otsk=bytes(32)),
        created_at=place.now,
    )
