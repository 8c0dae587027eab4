"""What subscribers do at their desk, step by step without a browser: so that there is something to be looked at."""

from __future__ import annotations

import re

from openesim.kernel.ids import Eid
from openesim.services.conditions.accounts.roles import Role
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import LiveDesks
from tests.support.people import resident
from tests.support.rig import eid_of
from tests.support.subscriber_world import EID, IMEI, furnish


def plan_named(desks: LiveDesks, name: str) -> int:
    """Returns the number of a plan."""
    plans = desks.site.parts.conditions.plans.offered()
    return next(plan.plan_id for plan in plans if plan.name == name)


def apply(visitor: DeskVisitor, name: str, eid: Eid = EID, **more: str) -> str:
    """Goes from a plan to an application, and returns its number."""
    plan = plan_named(visitor.desks, name)
    visitor.post(f"/subscriber/plans/{plan}/device", eid=eid, **more)
    visitor.post(f"/subscriber/plans/{plan}/apply", eid=eid, **more)
    found = re.search(r"/applications/([0-9A-Z]{16})/", visitor.path)
    assert found, visitor.text
    return found[1]


def show_papers(visitor: DeskVisitor, case_id: str, **changes: str) -> str:
    """Chooses the authority, accepts the notices, and shows papers."""
    page = f"/subscriber/applications/{case_id}"
    visitor.post(f"{page}/who", way="authority:register", **{"notice-risk": "yes"})
    papers = {
        "group": "national",
        "document": "resident-id",
        "number": resident(),
        "name": "欧阳若曦",
        "born": "",
    }
    return visitor.post(f"{page}/papers?by=register", **{**papers, **changes})


def live_in(desks: LiveDesks) -> tuple[str, dict[str, str]]:
    """Furnishes a world and has somebody apply in it; returns his session, and the numbers of what he applied for."""
    desks.run(furnish(desks.site))
    visitor = DeskVisitor(desks, desks.token(Role.SUBSCRIBER))
    ordered = apply(visitor, "go", EID, imei=IMEI, place="elsewhere")
    show_papers(visitor, ordered)
    visitor.post(f"/subscriber/applications/{ordered}/order")
    counter = apply(visitor, "home", eid_of(9001), imei=IMEI, place="home")
    begun = apply(visitor, "big", eid_of(9002), place="elsewhere")
    return visitor.token, {"ordered": ordered, "counter": counter, "begun": begun}
