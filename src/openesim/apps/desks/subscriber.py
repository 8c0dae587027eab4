"""Services of the desk: subscriber."""

from __future__ import annotations

from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.apps.desks.parts import DeskParts
from openesim.services.conditions.subscriber.applications import OwnApplications
from openesim.services.conditions.subscriber.device_check import DeviceChecks
from openesim.services.conditions.subscriber.lines import OwnRecords
from openesim.services.conditions.subscriber.offers import Offers
from openesim.services.conditions.subscriber.orders import OwnOrders
from openesim.services.conditions.subscriber.verification import OwnVerification
from openesim.services.es2plus import Es2PlusService
from openesim.services.ordering import Ordering


def build_subscriber(parts: DeskParts) -> SubscriberServices:
    """Return what the routes of the desk call."""
    work, ambient, conditions = parts.work, parts.ambient, parts.conditions
    functions = Es2PlusService(work, ambient, parts.smdp_address, parts.announcer, conditions.gate)
    ordering = Ordering(functions, ambient, conditions.gate)
    verification = OwnVerification(work, ambient, conditions.rules, parts.verifiers)
    orders = OwnOrders(work, ambient.clock, ordering, conditions.gate, conditions.plans, parts.smdp_address)
    return SubscriberServices(
        offers=Offers(work, ambient.clock, conditions.plans, conditions.rules),
        checks=DeviceChecks(work, ambient.clock, conditions.gate, conditions.terminals),
        applications=OwnApplications(work, ambient, conditions.plans, verification, orders),
        verification=verification,
        orders=orders,
        records=OwnRecords(work, ambient.clock),
    )
