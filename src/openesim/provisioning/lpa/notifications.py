"""Delivers what the chip keeps for servers, and removes it only when a server has acknowledged it.

A notification that is lost leaves operator and chip in disagreement for good, so the chip is the only store: each
notification is read from it, delivered, and removed after the server's 2xx, one after the other in the order of their
numbers. An address that cannot be reached keeps its notifications and does not hold up the others.

Source: SGP.22 v2.5 §3.5, §5.7.9–5.7.11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from openesim.encoding.asn1 import Signed
from openesim.encoding.tlv import read_one
from openesim.kernel.errors import CardError, DecodeError, FunctionError, NotFoundError, PeerError
from openesim.messages.sgp22.activation_code import host_of
from openesim.messages.sgp22.es9plus import HANDLE_NOTIFICATION, HandleNotificationRequest
from openesim.messages.sgp22.es10b import DeleteNotificationStatus, RetrieveNotificationsListRequest
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome
from openesim.messages.sgp22.notifications import (
    NotificationMetadata,
    OtherSignedNotification,
    PendingNotification,
    ProfileInstallationResult,
)
from openesim.provisioning.lpa import es10
from openesim.provisioning.lpa.effects import CallServer, Pause, Procedure, SendCommand

_RETRIEVE_ANSWER = 0xBF2B
_LIST = 0xA0
_LONGEST_PAUSE_S = 30.0

DELAYS_S = (1.0, 4.0)
"""Pauses between attempts to reach one address; one attempt more than pauses."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one notification.

    Attributes:
        problem: why it was not delivered, or what else went wrong; empty if all is well.
    """

    notification: NotificationMetadata
    is_delivered: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of the notifications that were to be delivered.

    Attributes:
        deliveries: one for each that was tried, in order.
        others_waiting: how many the chip keeps for addresses that were not tried.
    """

    deliveries: tuple[Delivery, ...] = ()
    others_waiting: int = 0

    @property
    def delivered(self) -> tuple[NotificationMetadata, ...]:
        """Those that a server has acknowledged."""
        return tuple(one.notification for one in self.deliveries if one.is_delivered)

    @property
    def undelivered(self) -> tuple[Delivery, ...]:
        """Those that are still on the chip, each with the problem."""
        return tuple(one for one in self.deliveries if not one.is_delivered)


def process(
    addresses: AbstractSet[str] | None = None,
    at_hand: Mapping[int, bytes] | None = None,
    delays_s: Sequence[float] = DELAYS_S,
) -> Procedure[DeliveryReport]:
    """Deliver the chip's notifications, in the order of their numbers for each address.

    Args:
        addresses: only those for these servers; None for all.
        at_hand: notifications that need not be read from the chip again, by sequence number.
        delays_s: pauses between the attempts to reach an address.

    Source: SGP.22 v2.5 §3.5.
    """
    hosts = None if addresses is None else {host_of(address) for address in addresses}
    listed = yield from es10.list_notifications()
    chosen = [one for one in listed if hosts is None or host_of(one.notification_address) in hosts]
    deliveries: list[Delivery] = []
    for _, group in groupby(sorted(chosen, key=_place), key=_place):
        deliveries += yield from _deliver_group(tuple(group), at_hand or {}, delays_s)
    return DeliveryReport(tuple(deliveries), len(listed) - len(chosen))


def process_one(seq_number: int, delays_s: Sequence[float] = DELAYS_S) -> Procedure[DeliveryReport]:
    """Deliver the notifications for one address, up to and including one of them: earlier ones go first.

    Raises:
        NotFoundError: the chip keeps none with this number.
    """
    listed = yield from es10.list_notifications()
    wanted = next((one for one in listed if one.seq_number == seq_number), None)
    if wanted is None:
        raise _unknown(seq_number)
    group = tuple(one for one in listed if _place(one) == _place(wanted) and one.seq_number <= seq_number)
    deliveries = yield from _deliver_group(group, {}, delays_s)
    return DeliveryReport(deliveries, len(listed) - len(group))


def remove(seq_number: int) -> Procedure[None]:
    """Remove a notification that was not delivered. The server will never hear of what it tells.

    Raises:
        NotFoundError: the chip keeps none with this number.

    Source: SGP.22 v2.5 §5.7.11.
    """
    status = yield from es10.remove_notification(seq_number)
    if status == DeleteNotificationStatus.NOTHING_TO_DELETE:
        raise _unknown(seq_number)
    if status != DeleteNotificationStatus.OK:
        raise es10.refusal("RemoveNotificationFromList", DeleteNotificationStatus, status)


def retrieve(seq_number: int) -> Procedure[bytes | None]:
    """Return the octets of one notification as the chip signed them, None if it has none with this number.

    The answer is taken apart here instead of decoded whole: what the chip signed goes out as it came, and a
    notification that cannot be read here is delivered all the same, since reading it is the server's business.

    Raises:
        CardError: the chip's answer cannot be taken apart.

    Source: SGP.22 v2.5 §5.7.10.
    """
    command = RetrieveNotificationsListRequest(search_criteria=seq_number).encode()
    octets: bytes = yield SendCommand(command)
    try:
        answer = read_one(octets)
        wrapper = answer.find(_LIST) if answer.tag == _RETRIEVE_ANSWER else None
        items = [item.octets for item in wrapper.children()] if wrapper else []
    except DecodeError as error:
        problem = CardError(f"the notification cannot be read: {error}")
        raise with_outcome(problem, LpaOutcome.CARD_ANSWER_UNREADABLE) from error
    if len(items) == 1:
        return items[0]
    return next((item for item in items if _number_of(item) == seq_number), None)


def _number_of(octets: bytes) -> int | None:
    """Return the sequence number of a notification, None if it cannot be read."""
    try:
        return metadata_of(PendingNotification.decode(octets)).seq_number
    except DecodeError:
        return None


def metadata_of(notification: ProfileInstallationResult | OtherSignedNotification) -> NotificationMetadata:
    """Return number, operation, address and profile of a notification of either kind."""
    if isinstance(notification, ProfileInstallationResult):
        return notification.profile_installation_result_data.value.notification_metadata
    return notification.tbs_other_notification.value


def _deliver_group(
    group: tuple[NotificationMetadata, ...],
    at_hand: Mapping[int, bytes],
    delays_s: Sequence[float],
) -> Procedure[tuple[Delivery, ...]]:
    """Deliver the notifications for one address; stop at the first attempt that reaches nobody."""
    deliveries: list[Delivery] = []
    for position, notification in enumerate(group):
        try:
            pending = at_hand.get(notification.seq_number) or (yield from retrieve(notification.seq_number))
        except CardError as error:
            deliveries.append(Delivery(notification, is_delivered=False, problem=str(error)))
            continue
        if pending is None:
            continue  # another program delivered it in between
        try:
            problem = yield from _deliver(notification, pending, delays_s)
        except PeerError as error:
            rest = group[position:]
            return (*deliveries, *(Delivery(one, is_delivered=False, problem=str(error)) for one in rest))
        deliveries.append(problem)
    return tuple(deliveries)


def _deliver(
    notification: NotificationMetadata, pending: bytes, delays_s: Sequence[float]
) -> Procedure[Delivery]:
    """Deliver one notification and remove it from the chip.

    Raises:
        PeerError: every attempt failed to reach the server.
    """
    unread: Signed[Any] = Signed(None, pending)
    request = HandleNotificationRequest(pending_notification=unread)
    for delay_s in (*delays_s, None):
        try:
            yield CallServer(notification.notification_address, HANDLE_NOTIFICATION, request)
            break
        except FunctionError as error:
            # An answer: asking again would not change it, and what was not taken is not removed.
            return Delivery(notification, is_delivered=False, problem=f"the server refused it: {error}")
        except PeerError as error:
            if delay_s is None:
                raise
            yield Pause(min(max(delay_s, error.retry_after or 0.0), _LONGEST_PAUSE_S))
    status = yield from es10.remove_notification(notification.seq_number)
    is_gone = status in (DeleteNotificationStatus.OK, DeleteNotificationStatus.NOTHING_TO_DELETE)
    return Delivery(notification, is_delivered=True, problem="" if is_gone else "the chip did not remove it")


def _place(notification: NotificationMetadata) -> str:
    """Return the place a notification goes to: two ports of a host may be two servers, one of them out of reach."""
    address = notification.notification_address
    return host_of(address) + "".join(address.strip().partition(":")[1:])


def _unknown(seq_number: int) -> NotFoundError:
    """Return the error for a number that the chip does not keep."""
    return with_outcome(
        NotFoundError(f"no notification {seq_number} is waiting"), LpaOutcome.NOTIFICATION_NOT_FOUND
    )
