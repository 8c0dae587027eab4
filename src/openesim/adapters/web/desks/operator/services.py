"""What the routes of this desk call."""

from __future__ import annotations

from dataclasses import dataclass

from openesim.services.conditions.held_orders import HeldOrders
from openesim.services.conditions.licences_ending import LicencesEnding
from openesim.services.conditions.order_deeds import OrderDeeds
from openesim.services.conditions.order_looks import OrderLooks
from openesim.services.conditions.plans import Plans
from openesim.services.conditions.preflight import Preflight
from openesim.services.listing import Listing
from openesim.services.operator_figures import OperatorFigures
from openesim.services.profile_types import ProfileTypes
from openesim.services.stock_imports import StockImports


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
