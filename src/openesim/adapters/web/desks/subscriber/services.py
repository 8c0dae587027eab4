"""What the routes of this desk call."""

from __future__ import annotations

from dataclasses import dataclass

from openesim.services.conditions.subscriber.applications import OwnApplications
from openesim.services.conditions.subscriber.device_check import DeviceChecks
from openesim.services.conditions.subscriber.lines import OwnRecords
from openesim.services.conditions.subscriber.offers import Offers
from openesim.services.conditions.subscriber.orders import OwnOrders
from openesim.services.conditions.subscriber.verification import OwnVerification


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberServices:
    """The services of the desk: a field for each, filled in ``apps/desks/subscriber.py``.

    Attributes:
        offers: plans that may be chosen.
        checks: whether they would work on a device.
        applications: what somebody has applied for.
        verification: how he shows who he is.
        orders: what was ordered on it.
        records: his lines, and what is kept of him.
    """

    offers: Offers
    checks: DeviceChecks
    applications: OwnApplications
    verification: OwnVerification
    orders: OwnOrders
    records: OwnRecords
