"""Services of the desk: vendor."""

from __future__ import annotations

from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.apps.desks.parts import DeskParts


def build_vendor(_parts: DeskParts) -> VendorServices:
    """Return what the routes of the desk call."""
    return VendorServices()
