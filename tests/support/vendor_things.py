"""What a vendor has that stands in addresses of his desk: models with TACs, imports."""

from __future__ import annotations

from typing import Any

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.fields import read_tacs
from openesim.conditions.terminals.forms import FormKind
from openesim.conditions.terminals.vendors import Vendor, VendorKind
from openesim.services.conditions.terminals.import_runs import ImportState, TerminalImportRun
from openesim.services.conditions.terminals.terminals import register_vendor
from openesim.services.conditions.vendor import deeds
from openesim.services.conditions.vendor.deeds import Submission
from tests.support.desks import DeskSite

MADE = "account:a_of_things"
_FIRST = 86000000


async def make_model(site: DeskSite, vendor: str) -> str:
    """Makes a model with a TAC, in review; of a vendor by number, or of the first one."""
    now, vendor_id = site.ambient.clock.now(), int(vendor or 1)

    def unit(stores: Any) -> int:
        _registered(stores, vendor_id, now)
        number = sum(1 for each in stores.models(0, 10_000))
        wish = Submission(
            name=f"made {number}", category=ServiceClass.PHONE, spans=(read_tacs(f"{_FIRST + number}"),)
        )
        return deeds.submit(stores, vendor_id, wish, MADE, now).model_id

    number: int = await site.work.run(unit)
    await site.parts.conditions.following.refresh()
    return str(number)


async def make_models_tac(site: DeskSite, vendor: str) -> tuple[str, str]:
    """Makes a model with a TAC, and returns both."""
    number = await make_model(site, vendor)
    found = await site.work.run(lambda stores: stores.tac_ranges_of(int(number), "", 1))
    return number, str(found[0].first)


async def make_tac(site: DeskSite, vendor: str) -> str:
    """Makes a model, and returns the TAC that it has."""
    return (await make_models_tac(site, vendor))[1]


async def make_run(site: DeskSite, vendor: str) -> str:
    """Makes an import that has ended."""
    now, vendor_id = site.ambient.clock.now(), int(vendor or 1)
    run = TerminalImportRun(
        vendor_id=vendor_id,
        kind=FormKind.TACS,
        name="made.csv",
        size=1,
        state=ImportState.DONE,
        begun_at=now,
        begun_by=MADE,
        seen_at=now,
    )

    def unit(stores: Any) -> int:
        _registered(stores, vendor_id, now)
        number: int = stores.add_terminal_import(run)
        return number

    return str(await site.work.run(unit))


async def nobodys(_site: DeskSite, _vendor: str) -> str:
    """Returns what stands for a page or a kind of file: it is nobody's, and there is none of this name."""
    return "nothing"


def _registered(stores: Any, vendor_id: int, now: Any) -> None:
    """Registers vendors up to a number."""
    for number in range(1, vendor_id + 1):
        if stores.vendor(number) is None:
            vendor = Vendor(name=f"made {number}", kind=VendorKind.PRIVATE, country="CN", created_at=now)
            register_vendor(stores, vendor, MADE, now)
