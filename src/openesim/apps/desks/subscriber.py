"""Services of the desk: subscriber."""

from __future__ import annotations

from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.apps.desks.parts import DeskParts


def build_subscriber(_parts: DeskParts) -> SubscriberServices:
    """Return what the routes of the desk call."""
    return SubscriberServices()
