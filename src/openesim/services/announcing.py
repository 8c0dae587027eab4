"""The SM-DP+'s side of discovery: orders are announced at an SM-DS, and their events withdrawn when they are over.

An order is announced while its operator waits, since he is told whether the SM-DS took the event. It is withdrawn from
the outbox: a chip that has its profile does not wait for an SM-DS, and one that is away is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from openesim.encoding.jsonbinding import decode_object, encode_object
from openesim.kernel.errors import DecodeError, PeerError
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.event_registration import Registration
from openesim.provisioning.smdp.announcements import OVER, is_withdrawn, registration_of
from openesim.provisioning.smdp.orders import Order
from openesim.services.event_registration import EventRegistrar
from openesim.services.outbox import Send
from openesim.services.outgoing import ES12, Message
from openesim.services.ports import SmdpStores, UnitOfWork, never

_NOT_CONNECTED = Status(Subject.SMDS, Reason.INACCESSIBLE, "no SM-DS is connected to this SM-DP+")


@dataclass(frozen=True, slots=True)
class Announcer:
    """Announces orders.

    Attributes:
        rsp_server_address: where chips shall come: our own address.
        registrar: the way to SM-DSs; None: none is connected.
        roots: addresses of root SM-DSs; any other is told to forward events.
    """

    rsp_server_address: str
    registrar: EventRegistrar | None = None
    roots: frozenset[str] = frozenset()

    async def announce(self, order: Order) -> Status | None:
        """Leave the event of an order at its SM-DS.

        Returns:
            None, or why not: 8.9/4.2 it refused, 8.9/5.1 it was not reached, and may have the event or not.

        Source: SGP.22 v2.5 §5.3.2, §5.3.5, §5.9.1.
        """
        registration = registration_of(order, self.rsp_server_address, self.roots)
        if self.registrar is None or registration is None:
            return _NOT_CONNECTED
        return await self.registrar.register(registration)


def withdraw(stores: SmdpStores, before: Order | None, after: Order, now: datetime) -> None:
    """Have the event of an order deleted where the order is over, inside the unit of work that ends it.

    Args:
        stores: of the unit of work.
        before: the order as it was.
        after: as it is stored now.
        now: aware UTC.
    """
    if before is None or before.smds_address is None or not is_withdrawn(before, after):
        return
    if before.eid is None or before.matching_id is None:
        return  # it was never announced
    stores.add_message(
        kind=ES12,
        destination=before.smds_address,
        sequence_key=str(before.iccid),
        payload=encode_object({"eid": str(before.eid), "eventId": str(before.matching_id)}),
        now=now,
    )


class EventWithdrawals:
    """Sends messages of the kind ``es12``: implements ``services.outbox.MessageKind``."""

    def __init__(self, work: UnitOfWork, registrar: EventRegistrar) -> None:
        """Bind the messages to orders and to the way to SM-DSs."""
        self._work: Final = work
        self._registrar: Final = registrar

    def line_to(self, stores: Any, destination: str) -> Send:
        """Return what deletes events at an SM-DS."""

        async def send(message: Message, _now: datetime) -> None:
            """Delete the event, unless it is wanted again."""
            registration = _read(message)
            if not await self._work.run(lambda stores: _is_wanted(stores, registration), must_last=never):
                await self._registrar.delete(registration)

        return send

    def give_up(self, stores: Any, destination: str, fault: str, now: datetime) -> None:
        """Change nothing: the SM-DS forgets the event when it is old."""


def _is_wanted(stores: SmdpStores, registration: Registration) -> bool:
    """Tell whether an order that is not over is announced by this event."""
    order = stores.order_with_matching_id(registration.event_id)
    if order is None or order.state in OVER:
        return False
    return (order.smds_address, order.eid) == (registration.smds_address, registration.eid)


def _read(message: Message) -> Registration:
    """Return the event that a message is about.

    Raises:
        PeerError: another release stored what this one cannot read.
    """
    try:
        members = decode_object(message.payload)
        eid, event_id = Eid.parse(str(members.get("eid"))), str(members.get("eventId"))
    except DecodeError as error:
        raise PeerError(f"the message cannot be read: {error}") from None
    return Registration(
        smds_address=message.destination,
        eid=eid,
        event_id=event_id,
        rsp_server_address="",
        is_forwarded=False,
    )
