"""Services of the desk: operator."""

from __future__ import annotations

from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.apps.desks.parts import DeskParts


def build_operator(_parts: DeskParts) -> OperatorServices:
    """Return what the routes of the desk call."""
    return OperatorServices()
