"""ES12 and ES15 at the SM-DS that is called: RegisterEvent and DeleteEvent.

Source: SGP.22 v2.5 §5.9, §5.10, §3.6.1, §3.6.3.
"""

from __future__ import annotations

from datetime import datetime

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import MatchingId
from openesim.messages.sgp22.activation_code import parse_address
from openesim.messages.sgp22.es12 import DeleteEventRequest, RegisterEventRequest
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.refusal import Refused, refuse
from openesim.provisioning.smds.context import Outcome, Smds
from openesim.provisioning.smds.events import Event, EventState

ALREADY_REGISTERED = Status(
    Subject.EVENT_RECORD, Reason.ALREADY_IN_USE, "an event with this id is registered already"
)


def register_event(
    smds: Smds,
    request: RegisterEventRequest,
    registrant: str,
    known: Event | None,
    ambient: tuple[datetime, Entropy],
) -> Outcome[None]:
    """Take an event in.

    A call that was broken off while the event was being forwarded may be made again; any other event id that is there
    is in use.

    Args:
        smds: who we are.
        request: chip, server and event id; and whether a root SM-DS shall hear of it.
        registrant: who asks, known by certificate.
        known: the event of that id.
        ambient: now, aware UTC; entropy, of which an event that is forwarded draws 16 octets.

    Returns:
        No output, and the event: registered, or still to be forwarded; or 8.9.5/3.3, 1.6/2.1.

    Source: SGP.22 v2.5 §5.9.1, §5.10.1.
    """
    now, entropy = ambient
    try:
        wanted = _read(request, registrant, now)
    except Refused as refused:
        return Outcome(refused.status)
    is_forwarded = request.forwarding_indicator and smds.root is not None
    if known is not None:
        if known.state is EventState.FORWARDING and is_forwarded and _is_same(known, wanted):
            return Outcome(None, event=known)
        return Outcome(ALREADY_REGISTERED)
    if not is_forwarded:
        return Outcome(None, event=wanted)
    forwarded = Event(
        event_id=wanted.event_id,
        eid=wanted.eid,
        rsp_server_address=wanted.rsp_server_address,
        registrant=registrant,
        created_at=now,
        state=EventState.FORWARDING,
        forwarded_event_id=MatchingId.from_entropy(entropy(16)),
    )
    return Outcome(None, event=forwarded)


def delete_event(request: DeleteEventRequest, registrant: str, known: Event | None) -> Outcome[None]:
    """Judge whether an event may be deleted.

    Args:
        request: chip and event id.
        registrant: who asks, known by certificate.
        known: the event of that id.

    Returns:
        No output, and the event that is to go; or 8.9.5/3.9, 8.9.5/1.2.

    Source: SGP.22 v2.5 §5.9.2, §5.10.2.
    """
    if known is None or known.eid != request.eid:
        return Outcome(Status(Subject.EVENT_RECORD, Reason.UNKNOWN, "this chip has no event with this id"))
    if known.registrant != registrant:
        message = "the event was registered by another server"
        return Outcome(Status(Subject.EVENT_RECORD, Reason.NOT_ALLOWED, message))
    return Outcome(None, event=known)


def _read(request: RegisterEventRequest, registrant: str, now: datetime) -> Event:
    """Return the event that a request describes.

    Raises:
        Refused: 1.6/2.1 for an event id or an address that no LPA could use.
    """
    try:
        event_id = MatchingId.parse(request.event_id)
        parse_address(request.rsp_server_address)
    except DecodeError as error:
        raise refuse(Subject.FUNCTION, Reason.INVALID, str(error)) from None
    return Event(
        event_id=event_id,
        eid=request.eid,
        rsp_server_address=request.rsp_server_address,
        registrant=registrant,
        created_at=now,
    )


def _is_same(known: Event, wanted: Event) -> bool:
    """Tell whether two calls describe one event."""
    return (known.eid, known.rsp_server_address, known.registrant) == (
        wanted.eid,
        wanted.rsp_server_address,
        wanted.registrant,
    )
