"""What the routes of this desk call."""

from __future__ import annotations

from dataclasses import dataclass

from openesim.services.conditions.decisions import Decisions
from openesim.services.conditions.enquiries import Enquiries
from openesim.services.conditions.held_desk import HeldDesk
from openesim.services.conditions.ledger_desk import LedgerDesk
from openesim.services.conditions.licence_desk import LicenceDesk
from openesim.services.conditions.overview import Overviews
from openesim.services.conditions.recall_list import RecallList
from openesim.services.conditions.rule_desk import RuleDesk
from openesim.services.conditions.simulations import Simulations
from openesim.services.conditions.tenants import Tenants
from openesim.services.conditions.terminal_deeds import TerminalDeeds
from openesim.services.conditions.terminal_desk import TerminalDesk
from openesim.services.conditions.terminal_imports import TerminalImports
from openesim.services.conditions.terminal_lists import TerminalLists
from openesim.services.conditions.watch_list import WatchList


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatorServices:
    """The services of the desk: a field for each, filled in ``apps/desks/regulator.py``.

    Attributes:
        overviews: the first page.
        licences: applications, operators and their licences.
        rules: packs, and who is under which.
        simulations: what a pack would have decided.
        tenants: what operators and vendors are called.
        terminals: vendors, models, chip makers and devices as they stand.
        lists: the same, filtered and searched.
        deeds: what is done to them, recalls among it.
        imports: files of them.
        recalls: recalls as they stand.
        decisions: what the gate decided.
        ledger: deeds, looks and the chain.
        enquiries: lines of a person, on a lawful request.
        held: orders that wait.
        watch_list: whom something is held against.
    """

    overviews: Overviews
    licences: LicenceDesk
    rules: RuleDesk
    simulations: Simulations
    tenants: Tenants
    terminals: TerminalDesk
    lists: TerminalLists
    deeds: TerminalDeeds
    imports: TerminalImports
    recalls: RecallList
    decisions: Decisions
    ledger: LedgerDesk
    enquiries: Enquiries
    held: HeldDesk
    watch_list: WatchList
