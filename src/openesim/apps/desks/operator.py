"""Services of the desk: operator."""

from __future__ import annotations

from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.apps.desks.parts import DeskParts
from openesim.services.conditions.held_orders import HeldOrders
from openesim.services.conditions.holds import Holds
from openesim.services.conditions.licences_ending import LicencesEnding
from openesim.services.conditions.order_deeds import OrderDeeds
from openesim.services.conditions.order_looks import OrderLooks
from openesim.services.conditions.plans import Plans
from openesim.services.conditions.preflight import Preflight
from openesim.services.es2plus import Es2PlusService
from openesim.services.listing import Listing
from openesim.services.operator_figures import OperatorFigures
from openesim.services.ordering import Ordering
from openesim.services.profile_types import ProfileTypes
from openesim.services.replies import Replies
from openesim.services.stock_imports import StockImports


def build_operator(parts: DeskParts) -> OperatorServices:
    """Return what the routes of the desk call."""
    work, ambient, gate = parts.work, parts.ambient, parts.conditions.gate
    clock = ambient.clock
    functions = Es2PlusService(work, ambient, parts.smdp_address, parts.announcer, gate)
    ordering = Ordering(functions, ambient, gate)
    return OperatorServices(
        figures=OperatorFigures(work),
        licences_ending=LicencesEnding(work, clock),
        plans=Plans(work, clock),
        profile_types=ProfileTypes(work),
        imports=StockImports(work, parts.open_work, ambient),
        listing=Listing(work),
        looks=OrderLooks(work),
        deeds=OrderDeeds(work, ordering, Replies(work, clock), clock, parts.smdp_address),
        held=HeldOrders(work, Holds(work, functions, clock)),
        preflight=Preflight(work, gate, parts.conditions.rules, clock),
    )
