"""The desk: its routes and its menu. A new page is a line in each."""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.desk import DeskPlan, Item
from openesim.adapters.web.desks.subscriber.home import home
from openesim.services.conditions.roles import Desk

SUBSCRIBER: Final = DeskPlan(
    desk=Desk.SUBSCRIBER,
    routes=(home,),
    menu=(Item("subscriber.home", home, "home"),),
)
