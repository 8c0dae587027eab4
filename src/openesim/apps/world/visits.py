"""Visits in a world: a case is opened at a counter, somebody is verified, a profile is ordered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from openesim.apps.world import chance
from openesim.apps.world.customers import Customer, Customers
from openesim.apps.world.downloads import Downloads
from openesim.apps.world.operators import OPERATORS, Offer, WorldOperator
from openesim.apps.world.people import INSPECTOR
from openesim.apps.world.place import Place
from openesim.conditions.admission.watching import WatchedKind
from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.findings import Doubt, NotVerified
from openesim.conditions.identity.steps import Application
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.kernel.records import changed
from openesim.messages.sgp22.es2plus import CancelOrderRequest, ConfirmOrderRequest, DownloadOrderRequest
from openesim.messages.sgp22.function import RequestHeader
from openesim.messages.sgp22.status import Status
from openesim.provisioning.smdp.orders import Order
from openesim.services.conditions.gate.watch_list import Wish, watch
from openesim.services.conditions.persons.cases import apply, withdraw
from openesim.services.conditions.persons.personal_data import look
from openesim.services.conditions.persons.verifying import Manner, agree, take_findings, verify_at_counter

_HEADER: Final = RequestHeader()
_REASONS: Final = (
    "客户来电询问业务办理的情况",
    "customer asked to have the entry corrected",
    "核对代办人联系方式，防止冒名办理",
    "complaint about the activation",
)
_WATCH_REASON: Final = "短期内多次异常办理，系统提示。Unusual orders within a short time."
_KEPT_READY: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody at a counter.

    Attributes:
        operator: whose.
        offer: what he wants.
        customer: who he is.
        is_smooth: nothing goes wrong with him.
        is_left: he does not come for his profile yet.
        is_watched: something is held against him, so his order waits.
    """

    operator: WorldOperator
    offer: Offer
    customer: Customer
    is_smooth: bool = False
    is_left: bool = False
    is_watched: bool = False


class Counters:
    """The counters of all operators."""

    def __init__(self, place: Place, customers: Customers, downloads: Downloads) -> None:
        """Bind to who comes, and to what follows an order."""
        self._place: Final = place
        self._customers: Final = customers
        self._downloads: Final = downloads
        self._offers: Final = [(operator, offer) for operator in OPERATORS for offer in operator.offers]
        self._shares: Final = [offer.share for _, offer in self._offers]

    def somebody_comes(self, stores: Any) -> None:
        """Open a case for whoever comes next."""
        ((operator, offer),) = self._place.rng.choices(self._offers, self._shares)
        customer = self._customers.next(offer.service)
        self.come(stores, Visit(operator=operator, offer=offer, customer=customer))

    def come(self, stores: Any, visit: Visit) -> None:
        """Open a case, and go on as it comes."""
        place, customer, offer = self._place, visit.customer, visit.offer
        case = self._open(stores, visit)
        draw = 1.0 if visit.is_smooth else place.rng.random()
        if draw < chance.LEAVES:
            return
        if draw < chance.LEAVES + chance.GIVES_UP:
            act = place.act(visit.operator.clerks[0])
            withdraw(stores, case.case_id, changed(act, now=act.now + timedelta(minutes=5)))
            return
        if draw < chance.LEAVES + chance.GIVES_UP + chance.FACE_DIFFERS:
            self._doubt(stores, visit, case)
            return
        if draw < chance.LEAVES + chance.GIVES_UP + chance.FACE_DIFFERS + chance.TOO_EARLY:
            self._order(stores, visit, case.case_id)
        is_phone = offer.service is ServiceClass.PHONE
        if visit.is_watched:
            self._watch(stores, customer, is_for_good=False)
        elif not visit.is_smooth and is_phone and place.happens(chance.WATCHED):
            self._watch(stores, customer, is_for_good=place.happens(chance.WATCHED_FOR_GOOD))
        moment = place.later(120, 900)
        place.simulation.plan(moment, lambda stores: self._verify(stores, visit, case.case_id))

    # --- the parts of it --------------------------------------------------------------------------------------

    def _open(self, stores: Any, visit: Visit) -> Case:
        """Open a case at a counter of the number's region, or of another one."""
        place, offer, customer = self._place, visit.offer, visit.customer
        region = offer.region or "CN-51"
        if not visit.is_smooth and place.happens(chance.ELSEWHERE):
            region = "CN-42"
        wanted = Application(
            operator=visit.operator.key,
            service=offer.service,
            channel=Channel.ENTERPRISE if offer.service is ServiceClass.IOT else Channel.COUNTER,
            account=customer.account,
            eid=customer.eid,
            imei=customer.imei,
            region=region,
            in_country=True,
        )
        return apply(stores, wanted, place.act(place.rng.choice(visit.operator.clerks)), place.rng.randbytes)

    def _doubt(self, stores: Any, visit: Visit, case: Case) -> None:
        """Find that face and document are two persons'."""
        place = self._place
        rules = place.rules_for(visit.operator, visit.offer)
        doubt = NotVerified(
            verifier="counter", doubt=Doubt.FACE_DIFFERS, is_final=place.happens(chance.TAKEN_BACK)
        )
        take_findings(stores, case.case_id, doubt, rules, place.act(visit.operator.clerks[0]))

    def _watch(self, stores: Any, customer: Customer, *, is_for_good: bool) -> None:
        """Hold something against a chip: so much that it gets nothing, or that somebody has to look."""
        place = self._place
        wish = Wish(
            kind=WatchedKind.CHIP,
            subject=str(customer.eid),
            score=92 if is_for_good else 65,
            is_listed=not is_for_good,
            reason=_WATCH_REASON,
        )
        watch(stores, wish, place.act(INSPECTOR), place.conditions.rules.day_in("CN", place.now))

    def _verify(self, stores: Any, visit: Visit, case_id: str) -> None:
        """Verify who is there; where two clerks are wanted, the second one looks a little later."""
        place, operator = self._place, visit.operator
        rules = place.rules_for(operator, visit.offer)
        manner = Manner(notices=tuple(rules.notices), four_eyes=operator.wants_four_eyes)
        form, act = self._customers.form(visit.customer), place.act(operator.clerks[0])
        case = verify_at_counter(stores, case_id, form, rules, act, manner)
        if case.state is CaseState.FOUR_EYES:
            place.simulation.plan(place.later(60, 600), lambda stores: self._agree(stores, visit, case_id))
        elif case.state is CaseState.VERIFIED:
            self._verified(stores, visit, case)

    def _agree(self, stores: Any, visit: Visit, case_id: str) -> None:
        """Let the second clerk agree."""
        place = self._place
        rules = place.rules_for(visit.operator, visit.offer)
        case = agree(stores, case_id, rules, place.act(visit.operator.clerks[1]))
        if case.state is CaseState.VERIFIED:
            self._verified(stores, visit, case)

    def _verified(self, stores: Any, visit: Visit, case: Case) -> None:
        """Plan the order of somebody who was verified, and now and then a look at what he told."""
        place = self._place
        if place.happens(chance.LOOKED_AT) and not visit.is_smooth:
            actor, reason = place.act(visit.operator.manager).actor, place.rng.choice(_REASONS)
            look(stores, case.case_id, Field.NAME, actor, reason, place.now)
        is_late = not visit.is_smooth and place.happens(chance.TOO_LATE)
        moment = place.later(86_400, 3 * 86_400) if is_late else place.later(30, 600)
        place.simulation.plan(moment, lambda stores: self._order(stores, visit, case.case_id))

    def _order(self, stores: Any, visit: Visit, case_id: str) -> None:
        """Order a profile; what is refused goes back into stock."""
        place, eid, key = self._place, visit.customer.eid, visit.operator.key
        wanted = DownloadOrderRequest(
            header=_HEADER, eid=eid, profile_type=visit.operator.type_of(visit.offer)
        )
        until = place.now + _KEPT_READY

        def terms(order: Order) -> Order:
            """Name the case as the operator's own reference."""
            return changed(order, reference=case_id, expires_at=until)

        reserved = place.functions.download_order_in(stores, wanted, key, terms)
        if isinstance(reserved, Status):
            return
        iccid = reserved.iccid
        confirmation = ConfirmOrderRequest(header=_HEADER, iccid=iccid, eid=eid, release_flag=True)
        answer = place.functions.confirm_order_in(stores, confirmation, key, case_id)
        if isinstance(answer, Status):
            back = CancelOrderRequest(
                header=_HEADER, iccid=iccid, eid=eid, final_profile_status_indicator="Available"
            )
            place.functions.cancel_order_in(stores, back, key)
            return
        order = stores.order_of_profile(iccid)
        if not visit.is_left:
            self._downloads.follow(order, visit.customer, visit.operator, is_smooth=visit.is_smooth)
