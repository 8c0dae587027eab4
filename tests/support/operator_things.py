"""What an operator has that stands in addresses of his desk: cases, licences with files, keys, webhooks, accounts."""

from __future__ import annotations

import os
from typing import Any

from openesim.conditions.identity.steps import Application
from openesim.conditions.licensing.evidence import read_upload
from openesim.conditions.licensing.licence import By, Scope
from openesim.conditions.licensing.states import Party
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.provisioning.smdp.operators import Operator
from openesim.services.access import Scope as Right
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.licences.checklists import read_checklists
from openesim.services.conditions.licences.files import attach
from openesim.services.conditions.licences.licences import Licensing
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import apply
from openesim.services.operator_keys import KeyWish
from tests.support.desks import DeskSite
from tests.support.licences import PDF

MADE = "account:a_of_things"


async def make_case(site: DeskSite, operator: str) -> str:
    """Makes a case that nobody has shown anything for."""
    wanted = Application(operator=operator, service=ServiceClass.PHONE, channel=Channel.COUNTER)
    act = Act(actor=MADE, now=site.ambient.clock.now())
    case = await site.work.run(lambda stores: apply(stores, wanted, act, os.urandom))
    return str(case.case_id)


async def make_licence(site: DeskSite, operator: str) -> str:
    """Makes a draft."""
    return str((await _drafted(site, operator))[0])


async def make_file(site: DeskSite, operator: str) -> str:
    """Makes a draft with a file."""
    return str((await _drafted(site, operator))[1])


async def make_files_licence(site: DeskSite, operator: str) -> tuple[str, str]:
    """Makes a draft with a file, and returns both."""
    licence_id, file_id = await _drafted(site, operator)
    return str(licence_id), str(file_id)


async def _drafted(site: DeskSite, operator: str) -> tuple[int, int]:
    now = site.ambient.clock.now()
    by = By(actor=MADE, party=Party.OPERATOR, now=now, operator=operator)
    licensing = Licensing(read_checklists())

    def unit(stores: Any) -> tuple[int, int]:
        if stores.operator(operator) is None:
            stores.add_operator(Operator(name=operator, display_name=operator, created_at=now))
        draft = licensing.apply(stores, operator, ServiceClass.IOT, Scope(begins=now), by)
        upload = read_upload("certificate.pdf", PDF)
        file = attach(licensing, stores, draft.licence_id, "key-management", upload, by)
        return draft.licence_id, file.file_id

    made: tuple[int, int] = await site.work.run(unit)
    return made


async def make_item(_site: DeskSite, _operator: str) -> str:
    """Names an item of a checklist; it is nobody's, and only ever asked for together with a licence."""
    return "key-management"


async def make_kind(_site: DeskSite, _operator: str) -> str:
    """Names what may disagree; only ever asked for together with an order."""
    return "no-result"


async def make_key(site: DeskSite, operator: str) -> str:
    """Makes an API key."""
    made = await site.services.operator.keys.make(
        operator, KeyWish("of things", (Right.ORDERS_READ,)), MADE, os.urandom(16).hex()
    )
    return made.key.key_id


async def make_webhook(site: DeskSite, operator: str) -> str:
    """Makes a webhook, in the place of those that were made before: there may be no more than some."""
    webhooks = site.services.operator.webhooks
    for old in await site.work.run(lambda stores: stores.webhooks_of(operator)):
        await webhooks.delete(operator, old.webhook_id)
    made = await webhooks.create(operator, "https://crm.example.com/esim", ("*",))
    return made.webhook_id


async def make_account(site: DeskSite, operator: str) -> str:
    """Makes the account of a clerk."""
    account = await site.add(f"thing-{os.urandom(4).hex()}", Role.CLERK, operator)
    return account.account_id
