"""The SM-DP+'s side of discovery: orders are announced at an SM-DS, and their events withdrawn when they are over.

An order is announced while its operator waits, since he is told whether the SM-DS took the event. It is withdrawn from
the outbox: a chip that has its profile does not wait for an SM-DS, and one that is away is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from openesim.encoding.jsonbinding import decode_object, encode_object
from openesim.kernel.errors import DecodeError, FunctionError, PeerError
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.event_registration import Registration
from openesim.provisioning.smdp.announcements import OVER, is_withdrawn, registration_of
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.event_registration import EventRegistrar
from openesim.services.outbox import Send
from openesim.services.outgoing import ES12, Message
from openesim.services.ports import SmdpStores, UnitOfWork, never

_NOT_CONNECTED = Status(Subject.SMDS, Reason.INACCESSIBLE, "no SM-DS is connected to this SM-DP+")
_NOT_ALLOWED = Status(
    Subject.SMDS, Reason.INACCESSIBLE, "the SM-DS is none of those that this SM-DP+ may use"
)


@dataclass(frozen=True, slots=True)
class Announcer:
    """Announces orders.

    Attributes:
        rsp_server_address: where chips shall come: our own address.
        registrar: the way to SM-DSs; None: none is connected.
        roots: addresses of root SM-DSs; any other is told to forward events.
        allowed: addresses that operators may name; None: any.
    """

    rsp_server_address: str
    registrar: EventRegistrar | None = None
    roots: frozenset[str] = frozenset()
    allowed: frozenset[str] | None = None

    async def announce(self, order: Order) -> Status | None:
        """Leave the event of an order at its SM-DS.

        Returns:
            None, or why not: 8.9/4.2 it refused, 8.9/5.1 it was not reached, and may have the event or not.

        Source: SGP.22 v2.5 §5.3.2, §5.3.5, §5.9.1.
        """
        registration = registration_of(order, self.rsp_server_address, self.roots)
        if self.registrar is None or registration is None:
            return _NOT_CONNECTED
        if self.allowed is not None and registration.smds_address not in self.allowed:
            return _NOT_ALLOWED
        return await self.registrar.register(registration)


def withdraw(stores: SmdpStores, before: Order | None, after: Order, now: datetime) -> None:
    """Have the event of an order deleted where the order is over, inside the unit of work that ends it.

    Args:
        stores: of the unit of work.
        before: the order as it was.
        after: as it is stored now.
        now: aware UTC.
    """
    if before is not None and is_withdrawn(before, after):
        _add_message(stores, before, now)


def announce_later(stores: SmdpStores, order: Order, now: datetime) -> None:
    """Have an order announced that was released while nobody waits for the SM-DS, inside that unit of work.

    Args:
        stores: of the unit of work.
        order: as it is stored now.
        now: aware UTC.
    """
    if order.state not in OVER:
        _add_message(stores, order, now)


def _add_message(stores: SmdpStores, order: Order, now: datetime) -> None:
    """Add a message about the event of an order, if it has what an event is made of.

    What is to be done about the event is decided when the message is sent: who knows what happens until then.
    """
    if order.smds_address is None or order.eid is None or order.matching_id is None:
        return
    stores.add_message(
        kind=ES12,
        destination=order.smds_address,
        sequence_key=str(order.iccid),
        payload=encode_object({"eid": str(order.eid), "eventId": str(order.matching_id)}),
        now=now,
    )


class EventMessages:
    """Sends messages of the kind ``es12``: implements ``services.outbox.MessageKind``.

    A message names an event. If an order is announced by it at that moment, the event is registered, else it is deleted:
    so of several messages about one event, whatever comes late does no harm.
    """

    def __init__(self, work: UnitOfWork, announcer: Announcer, registrar: EventRegistrar) -> None:
        """Bind the messages to orders and to the way to SM-DSs."""
        self._work: Final = work
        self._announcer: Final = announcer
        self._registrar: Final = registrar

    def line_to(self, stores: Any, destination: str) -> Send:
        """Return what brings events at an SM-DS to agree with orders."""

        async def send(message: Message, _now: datetime) -> None:
            """Register the event or delete it."""
            registration = _read(message)
            order = await self._work.run(lambda stores: _wanted(stores, registration), must_last=never)
            if order is None:
                await self._registrar.delete(registration)
            elif order.state is OrderState.RELEASED:
                _raise(await self._announcer.announce(order))

        return send

    def give_up(self, stores: Any, destination: str, fault: str, now: datetime) -> None:
        """Change nothing: the SM-DS forgets the event when it is old."""


def _raise(refusal: Status | None) -> None:
    """Raise what the outbox makes of a refusal.

    Raises:
        PeerError: the SM-DS was not reached: it is asked again.
        FunctionError: it refused: it is not.
    """
    if refusal is None:
        return
    if refusal.reason is Reason.INACCESSIBLE:
        raise PeerError(refusal.message or str(refusal))
    raise FunctionError(refusal.subject.value, refusal.reason.value, refusal.message)


def _wanted(stores: SmdpStores, registration: Registration) -> Order | None:
    """Return the order that is announced by an event, None where no order is, or it is over."""
    order = stores.order_with_matching_id(registration.event_id)
    if order is None or order.state in OVER:
        return None
    is_its_own = (order.smds_address, order.eid) == (registration.smds_address, registration.eid)
    return order if is_its_own else None


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
