"""What stands in addresses of the desks: for each parameter, what nobody has and, where somebody owns it, one that is made.

Whoever adds a page with a parameter in its address names it here; ``tests/web/test_reach.py`` fails until he does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from openesim.services.stock_import_state import Stage, StockImport
from tests.support.desks import DeskSite
from tests.support.operator_things import (
    make_account,
    make_case,
    make_file,
    make_item,
    make_key,
    make_kind,
    make_licence,
    make_webhook,
)
from tests.support.operator_world import OperatorWorld
from tests.support.subscriber_things import make_application, make_line, make_offer, make_provider
from tests.support.vendor_things import make_model, make_run, make_tac, nobodys

NOBODYS: dict[str, str] = {
    "address": "nothing.css",
    "licence_id": "999999",
    "file_id": "999999",
    "operator_name": "nobody",
    "pack_id": "nothing",
    "version": "0",
    "simulation_id": "999999",
    "account_id": "a_000000000000000000000000",
    "iccid": "8986999000000000016",
    "plan_id": "999999",
    "import_id": "999999",
    "offer_id": "999999",
    "application": "0" * 16,
    "line": "999999999999999",
    "provider": "nobody",
    "vendor_id": "999999",
    "model_id": "999999",
    "run_id": "999999",
    "tac": "99999999",
    "step": "nothing",
    "sheet": "nothing",
    "maker_id": "999999",
    "recall_id": "999999",
    "position": "999999",
    "order_id": "999999",
    "entry_id": "999999",
    "case_id": "0" * 16,
    "item": "nothing",
    "kind": "nothing",
    "key_id": "aaaaaaaaaaaaaaaa",
    "webhook_id": "wh_000000000000000000000000",
}
"""By parameter: a value that names nothing."""

Maker = Callable[[DeskSite, str], Awaitable[str]]


async def make_order(site: DeskSite, operator: str) -> str:
    """Makes an order."""
    world = OperatorWorld(site.work, site.ambient.clock.now(), operator)
    number = 700 + world.work.run_now(lambda stores: len(stores.all_batches()))
    world.stock(1, profile_type=f"type {number}", number=number)
    return str(world.order(profile_type=f"type {number}").iccid)


async def make_plan(site: DeskSite, operator: str) -> str:
    """Makes a plan."""
    world = OperatorWorld(site.work, site.ambient.clock.now(), operator)
    number = world.work.run_now(lambda stores: len(stores.plans_of_operator(operator)))
    return str(world.plan(f"plan {number}").plan_id)


async def make_import(site: DeskSite, operator: str, stage: Stage = Stage.DONE) -> str:
    """Makes an import, one that has ended unless it is said otherwise."""
    now = site.ambient.clock.now()
    new = StockImport(
        operator=operator,
        batch=f"{operator}/made {stage}",
        profile_type="made",
        stage=stage,
        begun_at=now,
        begun_by="cli:test",
        seen_at=now,
    )
    number: int = await site.work.run(lambda stores: stores.add_stock_import(new))
    return str(number)


MAKERS: dict[str, Maker] = {
    "case_id": make_case,
    "licence_id": make_licence,
    "file_id": make_file,
    "item": make_item,
    "kind": make_kind,
    "key_id": make_key,
    "webhook_id": make_webhook,
    "account_id": make_account,
    "iccid": make_order,
    "plan_id": make_plan,
    "import_id": make_import,
    "offer_id": make_offer,
    "application": make_application,
    "line": make_line,
    "provider": make_provider,
    "model_id": make_model,
    "tac": make_tac,
    "run_id": make_run,
    "step": nobodys,
    "sheet": nobodys,
}
"""By parameter: makes a thing of a tenant and returns the value. A tenant is an operator's name or a vendor's number; empty:
some subscriber's, whom the maker makes besides."""
