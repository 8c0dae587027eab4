"""The desk: its routes and its menu. A new page is a line in each."""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.desk import DeskPlan, Item
from openesim.adapters.web.desks.operator.home import home
from openesim.services.conditions.roles import Desk

OPERATOR: Final = DeskPlan(
    desk=Desk.OPERATOR,
    routes=(home,),
    menu=(Item("operator.home", home, "home"),),
)
