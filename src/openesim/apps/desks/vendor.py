"""Services of the desk: vendor."""

from __future__ import annotations

from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.apps.desks.parts import DeskParts
from openesim.services.conditions.terminals.import_runs import TerminalImports
from openesim.services.conditions.terminals.lists import TerminalLists
from openesim.services.conditions.vendor.chips import VendorChips
from openesim.services.conditions.vendor.desk import VendorDesk


def build_vendor(parts: DeskParts) -> VendorServices:
    """Return what the routes of the desk call."""
    work, clock, conditions = parts.work, parts.ambient.clock, parts.conditions
    return VendorServices(
        desk=VendorDesk(work, clock, conditions.terminals, conditions.following),
        chips=VendorChips(work, clock, conditions.following, parts.trust),
        lists=TerminalLists(conditions.terminals, clock),
        imports=TerminalImports(work, clock, conditions.following, conditions.terminals),
    )
