"""The desk: its routes and its menu. A new page is a line in each."""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.desk import DeskPlan, Item
from openesim.adapters.web.desks.operator import (
    api_keys,
    audit,
    counter,
    counter_case,
    counter_verify,
    disagreements,
    held,
    licence,
    licence_deeds,
    licences,
    new_order,
    order,
    order_deeds,
    orders,
    plans,
    second,
    staff,
    stock,
    stock_import,
    subscriber,
    subscriber_deeds,
    subscribers,
    webhooks,
)
from openesim.adapters.web.desks.operator.home import home
from openesim.services.conditions.accounts.roles import Desk

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
        *counter.ROUTES,
        *counter_verify.ROUTES,
        *counter_case.ROUTES,
        *second.ROUTES,
        *subscribers.ROUTES,
        *subscriber.ROUTES,
        *subscriber_deeds.ROUTES,
        *disagreements.ROUTES,
        *licences.ROUTES,
        *licence.ROUTES,
        *licence_deeds.ROUTES,
        *api_keys.ROUTES,
        *webhooks.ROUTES,
        *staff.ROUTES,
        *audit.ROUTES,
    ),
    menu=(
        Item("operator.home", home, "home"),
        Item("operator.counter", counter.counter, "counter"),
        Item("operator.subscribers", subscribers.subscribers, "people"),
        Item("operator.orders", orders.orders, "order"),
        Item("operator.plans", plans.plans, "plan"),
        Item("operator.stock", stock.stock, "stock"),
        Item("operator.disagreements", disagreements.disagreements, "warning"),
        Item("operator.licences", licences.licences, "licence"),
        Item("operator.webhooks", webhooks.webhooks, "bell"),
        Item("operator.api_keys", api_keys.api_keys, "key"),
        Item("operator.staff", staff.staff, "person"),
        Item("operator.audit", audit.audit, "chain"),
    ),
)
