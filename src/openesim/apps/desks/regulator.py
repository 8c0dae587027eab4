"""Services of the desk: regulator."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.apps.desks.parts import DeskParts
from openesim.services.conditions.checklists import read_checklists
from openesim.services.conditions.licence_desk import LicenceDesk
from openesim.services.conditions.licences import Licensing
from openesim.services.conditions.overview import Overviews
from openesim.services.conditions.rule_desk import RuleDesk
from openesim.services.conditions.simulations import Simulations
from openesim.services.conditions.tenants import Tenants
from openesim.services.rules import read_folder


def build_regulator(parts: DeskParts) -> RegulatorServices:
    """Return what the routes of the desk call."""
    work, clock, conditions = parts.work, parts.ambient.clock, parts.conditions
    rules, folder = parts.config.rules, read_folder(parts.config.rules.folder)
    licensing = Licensing(read_checklists(rules.checklists))
    return RegulatorServices(
        overviews=Overviews(work, clock, conditions.terminals, ZoneInfo(parts.config.desks.zone)),
        licences=LicenceDesk(work, clock, licensing, conditions.plans, conditions.following),
        rules=RuleDesk(work, clock, conditions.rules, conditions.following, folder),
        simulations=Simulations(work, clock, folder),
        tenants=Tenants(work),
    )
