"""Profile packages as they are kept, and as they are prepared for one order.

Source: SGP.22 v2.5 §2.5.2, §4.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from openesim.kernel.ids import Iccid
from openesim.kernel.records import changed
from openesim.messages.saip.personalise import PatchPoints, Subscriber, with_iccid, with_subscriber
from openesim.messages.sgp22.euicc_info import UiccCapability
from openesim.messages.sgp22.metadata import NotificationConfigurationInformation, StoreMetadataRequest
from openesim.messages.sgp22.types import NotificationEvent
from openesim.provisioning.smdp.context import ProfilePackage

REPORTED_EVENTS = NotificationEvent(
    NotificationEvent.ENABLE | NotificationEvent.DISABLE | NotificationEvent.DELETE
)
"""Operations that chips report to us; the installation is reported anyway, by its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPackage:
    """A profile package of the stock.

    Attributes:
        package_id: row number; 0 until stored.
        name: name of the profile type.
        octets: the package as imported.
        points: where it holds what differs from subscriber to subscriber.
        metadata: what the user sees; the ICCID is replaced by the order's.
        saip_version: major and minor version of the package.
        required: features of the chip that it declares mandatory.
    """

    package_id: int = 0
    name: str
    octets: bytes
    points: PatchPoints
    metadata: StoreMetadataRequest
    saip_version: tuple[int, int]
    required: UiccCapability


def prepare_package(
    stored: StoredPackage, iccid: Iccid, fqdn: str, subscriber: Subscriber | None = None
) -> ProfilePackage:
    """Return the package with the order's ICCID, and metadata that make the chip report to us.

    Args:
        stored: the package.
        iccid: of the order.
        fqdn: our address, for notifications, unless the metadata name addresses of their own.
        subscriber: whose numbers, keys and codes it gets; None: the prepared ones.

    Raises:
        DecodeError: the package has no place for something of the subscriber.
    """
    reports = stored.metadata.notification_configuration_info
    if reports is None:
        to_us = NotificationConfigurationInformation(
            profile_management_operation=REPORTED_EVENTS, notification_address=fqdn
        )
        reports = (to_us,)
    metadata = changed(stored.metadata, iccid=iccid, notification_configuration_info=reports)
    octets = stored.octets
    if subscriber is not None:
        octets = with_subscriber(octets, stored.points, subscriber_in(stored.points, subscriber))
    elif iccid != stored.metadata.iccid:
        octets = with_iccid(octets, stored.points, iccid)
    return ProfilePackage(StoreMetadataRequest.signed(metadata), octets, stored.saip_version, stored.required)


def subscriber_in(points: PatchPoints, subscriber: Subscriber) -> Subscriber:
    """Return the subscriber as far as a package shows him: without EF.MSISDN, the network alone knows his number."""
    if subscriber.msisdn is None or any(usim.msisdn for usim in points.usims):
        return subscriber
    return replace(subscriber, msisdn=None)
