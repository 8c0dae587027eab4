"""Services of the desk: regulator."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.apps.desks.parts import DeskParts
from openesim.services.conditions.accounts.tenants import Tenants
from openesim.services.conditions.gate.decisions import Decisions
from openesim.services.conditions.gate.held_desk import HeldDesk
from openesim.services.conditions.gate.holds import Holds
from openesim.services.conditions.gate.watch_list import WatchList
from openesim.services.conditions.ledger.desk import LedgerDesk
from openesim.services.conditions.ledger.overview import Overviews
from openesim.services.conditions.licences.checklists import read_checklists
from openesim.services.conditions.licences.desk import LicenceDesk
from openesim.services.conditions.licences.licences import Licensing
from openesim.services.conditions.persons.enquiries import Enquiries
from openesim.services.conditions.rules.desk import RuleDesk
from openesim.services.conditions.rules.simulation_runs import Simulations
from openesim.services.conditions.terminals.deeds import TerminalDeeds
from openesim.services.conditions.terminals.desk import TerminalDesk
from openesim.services.conditions.terminals.import_runs import TerminalImports
from openesim.services.conditions.terminals.lists import TerminalLists
from openesim.services.conditions.terminals.recall_list import RecallList
from openesim.services.es2plus import Es2PlusService
from openesim.services.rules import read_folder


def build_regulator(parts: DeskParts) -> RegulatorServices:
    """Return what the routes of the desk call."""
    work, clock, conditions = parts.work, parts.ambient.clock, parts.conditions
    rules, folder = parts.config.rules, read_folder(parts.config.rules.folder)
    licensing = Licensing(read_checklists(rules.checklists))
    functions = Es2PlusService(work, parts.ambient, parts.smdp_address, parts.announcer, conditions.gate)
    return RegulatorServices(
        overviews=Overviews(work, clock, conditions.terminals, ZoneInfo(parts.config.desks.zone)),
        licences=LicenceDesk(work, clock, licensing, conditions.plans, conditions.following),
        rules=RuleDesk(work, clock, conditions.rules, conditions.following, folder),
        simulations=Simulations(work, clock, folder),
        tenants=Tenants(work),
        terminals=TerminalDesk(work, clock, conditions.terminals),
        lists=TerminalLists(conditions.terminals, clock),
        deeds=TerminalDeeds(work, clock, conditions.following),
        imports=TerminalImports(work, clock, conditions.following),
        recalls=RecallList(work, conditions.terminals),
        decisions=Decisions(work, clock, conditions.rules),
        ledger=LedgerDesk(work, clock),
        enquiries=Enquiries(work, clock, conditions.rules),
        held=HeldDesk(work, Holds(work, functions, clock)),
        watch_list=WatchList(work, clock, conditions.rules),
    )
