"""Services of the desk: operator."""

from __future__ import annotations

from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.apps.desks.parts import DeskParts
from openesim.services.conditions.gate.holds import Holds
from openesim.services.conditions.gate.preflight import Preflight
from openesim.services.conditions.licences.applications import LicenceApplications
from openesim.services.conditions.licences.checklists import read_checklists
from openesim.services.conditions.licences.licences import Licensing
from openesim.services.conditions.operator.audit import OperatorAudit
from openesim.services.conditions.operator.counter_desk import Counter
from openesim.services.conditions.operator.counter_orders import CounterOrders
from openesim.services.conditions.operator.held_orders import HeldOrders
from openesim.services.conditions.operator.licences_ending import LicencesEnding
from openesim.services.conditions.operator.order_deeds import OrderDeeds
from openesim.services.conditions.operator.order_looks import OrderLooks
from openesim.services.conditions.operator.plans import Plans
from openesim.services.conditions.operator.subscribers import Subscribers
from openesim.services.conditions.subscriber.verification import OwnVerification
from openesim.services.disagreements import Disagreements
from openesim.services.es2plus import Es2PlusService
from openesim.services.listing import Listing
from openesim.services.operator_figures import OperatorFigures
from openesim.services.operator_keys import OperatorKeys
from openesim.services.ordering import Ordering
from openesim.services.profile_types import ProfileTypes
from openesim.services.replies import Replies
from openesim.services.stock_imports import StockImports
from openesim.services.webhook_deeds import WebhookDeeds
from openesim.services.webhook_deliveries import WebhookDeliveries
from openesim.services.webhooks import WebhookService


def build_operator(parts: DeskParts) -> OperatorServices:
    """Return what the routes of the desk call."""
    work, ambient, gate = parts.work, parts.ambient, parts.conditions.gate
    clock = ambient.clock
    functions = Es2PlusService(work, ambient, parts.smdp_address, parts.announcer, gate)
    ordering = Ordering(functions, ambient, gate)
    conditions, config = parts.conditions, parts.config
    asking = OwnVerification(work, ambient, conditions.rules, parts.verifiers)
    licensing = Licensing(read_checklists(config.rules.checklists))
    replies = Replies(work, clock)
    webhooks = WebhookService(work, ambient, parts.webhooks, allow_private=config.webhooks.allow_private)
    return OperatorServices(
        figures=OperatorFigures(work),
        licences_ending=LicencesEnding(work, clock),
        plans=Plans(work, clock),
        profile_types=ProfileTypes(work),
        imports=StockImports(work, parts.open_work, ambient),
        listing=Listing(work),
        looks=OrderLooks(work),
        deeds=OrderDeeds(work, ordering, replies, clock, parts.smdp_address),
        held=HeldOrders(work, Holds(work, functions, clock)),
        preflight=Preflight(work, gate, parts.conditions.rules, clock),
        subscribers=Subscribers(work, clock, conditions.rules),
        counter=Counter(
            work, ambient, conditions.rules, conditions.plans, (asking, tuple(sorted(parts.verifiers)))
        ),
        sales=CounterOrders(work, clock, ordering, gate, conditions.plans, parts.smdp_address),
        disagreements=Disagreements(work, clock, _own_smds(parts)),
        applications=LicenceApplications(work, clock, licensing, conditions.following),
        keys=OperatorKeys(work, ambient, replies),
        webhooks=webhooks,
        webhook_deeds=WebhookDeeds(webhooks, replies),
        deliveries=WebhookDeliveries(work, clock),
        audit=OperatorAudit(work),
    )


def _own_smds(parts: DeskParts) -> str | None:
    """Return the name of the SM-DS that runs on the same database, if one does."""
    smds = parts.config.smds
    return None if smds.es11 is None else smds.fqdn or parts.smdp_address
