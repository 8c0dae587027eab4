"""Services of the desk: regulator."""

from __future__ import annotations

from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.apps.desks.parts import DeskParts


def build_regulator(_parts: DeskParts) -> RegulatorServices:
    """Return what the routes of the desk call."""
    return RegulatorServices()
