"""What the routes of this desk call."""

from __future__ import annotations

from dataclasses import dataclass

from openesim.services.conditions.accounts.tenants import Tenants
from openesim.services.conditions.gate.decisions import Decisions
from openesim.services.conditions.gate.held_desk import HeldDesk
from openesim.services.conditions.gate.watch_list import WatchList
from openesim.services.conditions.ledger.desk import LedgerDesk
from openesim.services.conditions.ledger.overview import Overviews
from openesim.services.conditions.licences.desk import LicenceDesk
from openesim.services.conditions.persons.enquiries import Enquiries
from openesim.services.conditions.rules.desk import RuleDesk
from openesim.services.conditions.rules.simulation_runs import Simulations
from openesim.services.conditions.terminals.deeds import TerminalDeeds
from openesim.services.conditions.terminals.desk import TerminalDesk
from openesim.services.conditions.terminals.import_runs import TerminalImports
from openesim.services.conditions.terminals.lists import TerminalLists
from openesim.services.conditions.terminals.recall_list import RecallList


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
