"""Things of subscribers, for addresses that a stranger tries."""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256
from typing import Any

from openesim.conditions.admission.admission import Line, LineState
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.steps import Application
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.kernel.ids import Iccid
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.operator.plans import keep_plan
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import apply
from tests.support.desks import DeskSite
from tests.support.rig import eid_of


async def make_offer(site: DeskSite, _tenant: str) -> str:
    """Makes a plan that is not offered any more, and returns its number."""
    name = f"plan-{os.urandom(4).hex()}"
    plan = Plan(
        operator="qinghe",
        name=name,
        profile_type=name,
        is_offered=False,
        created_at=site.ambient.clock.now(),
        titles={"en": name},
    )
    kept: Plan = await site.work.run(lambda stores: keep_plan(stores, plan, "a test", plan.created_at))
    return str(kept.plan_id)


async def make_application(site: DeskSite, _tenant: str) -> str:
    """Makes an application of some subscriber, and returns its number."""
    return (await _case(site)).case_id


async def make_line(site: DeskSite, _tenant: str) -> str:
    """Makes a line of somebody who was verified on his own account, and returns its number."""
    case, now = await _case(site), site.ambient.clock.now()
    person = sha256(case.case_id.encode()).digest()
    number = int.from_bytes(os.urandom(5), "big")
    line = Line(
        order_id=number,
        person=person,
        operator=case.operator,
        service=case.service,
        iccid=Iccid("8988211000000000017"),
        state=LineState.ACTIVE,
        begun_at=now,
    )

    def unit(stores: Any) -> None:
        verified = replace(case, state=CaseState.VERIFIED, person=person, evidence=person, verified_at=now)
        stores.save_case(verified)
        stores.hold_person(person, now)
        stores.save_line(line)

    await site.work.run(unit)
    return str(number)


async def make_provider(_site: DeskSite, _tenant: str) -> str:
    """Returns the name of an identity provider."""
    return "bank"


async def _case(site: DeskSite) -> Case:
    account = await site.add(f"owner-{os.urandom(4).hex()}x", Role.SUBSCRIBER)
    application = Application(
        operator="qinghe",
        service=ServiceClass.PHONE,
        channel=Channel.ONLINE,
        account=account.account_id,
        eid=eid_of(77),
    )
    act = Act(actor=account.actor, now=site.ambient.clock.now())
    case: Case = await site.work.run(lambda stores: apply(stores, application, act, os.urandom))
    return case
