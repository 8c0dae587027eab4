"""The desk: its routes and its menu. A new page is a line in each."""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.desk import DeskPlan, Item
from openesim.adapters.web.desks.vendor.home import home
from openesim.services.conditions.roles import Desk

VENDOR: Final = DeskPlan(
    desk=Desk.VENDOR,
    routes=(home,),
    menu=(Item("vendor.home", home, "home"),),
)
