"""The desk: its routes and its menu. A new page is a line in each."""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.desk import DeskPlan, Item
from openesim.adapters.web.desks.operator import (
    held,
    new_order,
    order,
    order_deeds,
    orders,
    plans,
    stock,
    stock_import,
)
from openesim.adapters.web.desks.operator.home import home
from openesim.services.conditions.roles import Desk

OPERATOR: Final = DeskPlan(
    desk=Desk.OPERATOR,
    routes=(
        home,
        *plans.ROUTES,
        stock.stock,
        *stock_import.ROUTES,
        orders.orders,
        *held.ROUTES,
        *new_order.ROUTES,
        *order.ROUTES,
        *order_deeds.ROUTES,
    ),
    menu=(
        Item("operator.home", home, "home"),
        Item("operator.orders", orders.orders, "order"),
        Item("operator.plans", plans.plans, "plan"),
        Item("operator.stock", stock.stock, "stock"),
    ),
)
