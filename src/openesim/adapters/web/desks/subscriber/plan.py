"""The desk: its routes and its menu. A new page is a line in each."""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.desk import DeskPlan, Item
from openesim.adapters.web.desks.subscriber import applications, device, lines, ordering, plans, who
from openesim.adapters.web.desks.subscriber.home import home
from openesim.adapters.web.desks.subscriber.rights import rights
from openesim.services.conditions.accounts.roles import Desk

SUBSCRIBER: Final = DeskPlan(
    desk=Desk.SUBSCRIBER,
    routes=(
        *(home, plans.plans, plans.compare, plans.plan),
        *(device.any_device, device.check_any_device, device.device, device.check_device),
        *(
            applications.apply_again,
            applications.apply,
            applications.application,
            applications.application_live,
        ),
        *(applications.ask_withdraw, applications.withdraw),
        *(who.who, who.choose, who.come_back, who.papers, who.show_papers, who.counter),
        *(
            ordering.check_answers,
            ordering.place,
            ordering.get_it,
            ordering.get_live,
            ordering.hide_code,
            ordering.show_code,
        ),
        *(lines.lines, lines.ask_dispute, lines.dispute),
        *(lines.ask_freeze, lines.freeze, lines.ask_unfreeze, lines.unfreeze),
        rights,
    ),
    menu=(
        Item("subscriber.home", home, "home"),
        Item("subscriber.plans", plans.plans, "plan"),
        Item("subscriber.my_device", device.any_device, "phone"),
        Item("subscriber.lines", lines.lines, "list"),
        Item("subscriber.rights", rights, "lock"),
    ),
)
