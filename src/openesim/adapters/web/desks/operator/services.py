"""What the routes of this desk call."""

from __future__ import annotations

from dataclasses import dataclass

from openesim.services.conditions.gate.preflight import Preflight
from openesim.services.conditions.licences.applications import LicenceApplications
from openesim.services.conditions.operator.audit import OperatorAudit
from openesim.services.conditions.operator.counter_desk import Counter
from openesim.services.conditions.operator.counter_orders import CounterOrders
from openesim.services.conditions.operator.held_orders import HeldOrders
from openesim.services.conditions.operator.licences_ending import LicencesEnding
from openesim.services.conditions.operator.order_deeds import OrderDeeds
from openesim.services.conditions.operator.order_looks import OrderLooks
from openesim.services.conditions.operator.plans import Plans
from openesim.services.conditions.operator.subscribers import Subscribers
from openesim.services.disagreements import Disagreements
from openesim.services.listing import Listing
from openesim.services.operator_figures import OperatorFigures
from openesim.services.operator_keys import OperatorKeys
from openesim.services.profile_types import ProfileTypes
from openesim.services.stock_imports import StockImports
from openesim.services.webhook_deeds import WebhookDeeds
from openesim.services.webhook_deliveries import WebhookDeliveries
from openesim.services.webhooks import WebhookService


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorServices:
    """The services of the desk: a field for each, filled in ``apps/desks/operator.py``."""

    figures: OperatorFigures
    licences_ending: LicencesEnding
    plans: Plans
    profile_types: ProfileTypes
    imports: StockImports
    listing: Listing
    looks: OrderLooks
    deeds: OrderDeeds
    held: HeldOrders
    preflight: Preflight
    subscribers: Subscribers
    counter: Counter
    sales: CounterOrders
    disagreements: Disagreements
    applications: LicenceApplications
    keys: OperatorKeys
    webhooks: WebhookService
    webhook_deeds: WebhookDeeds
    deliveries: WebhookDeliveries
    audit: OperatorAudit
