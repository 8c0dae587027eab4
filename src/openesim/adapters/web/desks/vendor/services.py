"""What the routes of this desk call."""

from __future__ import annotations

from dataclasses import dataclass

from openesim.services.conditions.terminals.import_runs import TerminalImports
from openesim.services.conditions.terminals.lists import TerminalLists
from openesim.services.conditions.vendor.chips import VendorChips
from openesim.services.conditions.vendor.desk import VendorDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorServices:
    """The services of the desk: a field for each, filled in ``apps/desks/vendor.py``."""

    desk: VendorDesk
    chips: VendorChips
    lists: TerminalLists
    imports: TerminalImports
