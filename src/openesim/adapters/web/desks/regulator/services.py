"""What the routes of this desk call."""

from __future__ import annotations

from dataclasses import dataclass

from openesim.services.conditions.licence_desk import LicenceDesk
from openesim.services.conditions.overview import Overviews
from openesim.services.conditions.rule_desk import RuleDesk
from openesim.services.conditions.simulations import Simulations
from openesim.services.conditions.tenants import Tenants


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatorServices:
    """The services of the desk: a field for each, filled in ``apps/desks/regulator.py``.

    Attributes:
        overviews: the first page.
        licences: applications, operators and their licences.
        rules: packs, and who is under which.
        simulations: what a pack would have decided.
        tenants: what operators and vendors are called.
    """

    overviews: Overviews
    licences: LicenceDesk
    rules: RuleDesk
    simulations: Simulations
    tenants: Tenants
