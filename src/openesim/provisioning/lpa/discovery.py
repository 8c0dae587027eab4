"""Discovery: which servers have something for this chip.

The root SM-DS is asked first. Each of its events names a server; the certificate with which that server proves itself
says what it is. An SM-DP+ has a profile, which ``download`` fetches with the event's id as matching id. Another SM-DS has
the event itself, and is asked for it with the id that the root gave.

Source: SGP.22 v2.5 §3.6.2, §5.8.
"""

from __future__ import annotations

from dataclasses import dataclass

from openesim.kernel.errors import DecodeError, FunctionError, NotFoundError, PeerError, VerificationError
from openesim.messages.sgp22.activation_code import host_of
from openesim.messages.sgp22.es9plus import AuthenticateClientRequest, InitiateAuthenticationOk
from openesim.messages.sgp22.es11 import AUTHENTICATE_CLIENT_ES11, AuthenticateClientOkEs11, EventEntry
from openesim.messages.sgp22.euicc_info import DeviceInfo
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome
from openesim.provisioning.lpa import es10
from openesim.provisioning.lpa.effects import CallServer, Procedure
from openesim.provisioning.lpa.session import (
    DEFAULT_DEVICE,
    Caller,
    answer_server,
    contact,
    verify_transaction,
)
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.oids import Role

_MOST_SERVERS = 4
"""SM-DSs in a row; the standard knows two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEvent:
    """An event, and how it was found.

    Attributes:
        event_id: with which the server is asked for it.
        address: the SM-DP+ that has a profile; where there is a problem, the server that could not be asked.
        through: the SM-DSs that led to it, the root first.
        problem: why it leads nowhere at the moment; None where it leads to a profile.
    """

    event_id: str
    address: str
    through: tuple[str, ...]
    problem: Exception | None = None

    def __repr__(self) -> str:
        """Leave the event id out: with it the profile is downloaded."""
        return f"FoundEvent(address={self.address!r}, through={self.through}, problem={self.problem!r})"


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found.

    Attributes:
        root: the SM-DS that was asked first.
        events: all that it led to.
    """

    root: str
    events: tuple[FoundEvent, ...]


def discover(address: str | None = None, device: DeviceInfo = DEFAULT_DEVICE) -> Procedure[Discovery]:
    """Find out which servers have something for this chip.

    A server that an event leads to and that cannot be asked is a problem of that event alone.

    Args:
        address: the SM-DS to begin with; None for the chip's root SM-DS.
        device: to tell the servers about.

    Raises:
        NotFoundError: the chip names no root SM-DS.
        FunctionError: the first SM-DS refused.
        PeerError: it was not reached.
        CardError: the chip refused it.

    Source: SGP.22 v2.5 §3.6.2.
    """
    root = address or (yield from _root_address())
    proof = yield from contact(root, Caller(device=device))
    entries = yield from _events_at(root, proof, Caller(device=device))
    found: list[FoundEvent] = []
    for entry in entries:
        found += yield from _follow(entry, (root,), device)
    return Discovery(root, tuple(dict.fromkeys(found)))


def _root_address() -> Procedure[str]:
    """Return the chip's root SM-DS.

    Raises:
        NotFoundError: it names none.
    """
    addresses = yield from es10.get_configured_addresses()
    if not addresses.root_ds_address:
        raise with_outcome(NotFoundError("the chip has no root SM-DS"), LpaOutcome.NO_DISCOVERY_SERVER)
    return addresses.root_ds_address


def _events_at(
    address: str, proof: InitiateAuthenticationOk, caller: Caller
) -> Procedure[tuple[EventEntry, ...]]:
    """Prove the chip to an SM-DS and return the events that it tells."""
    session, chip = yield from answer_server(address, proof, caller)
    answer: AuthenticateClientOkEs11 = yield CallServer(
        address,
        AUTHENTICATE_CLIENT_ES11,
        AuthenticateClientRequest(transaction_id=session.transaction_id, authenticate_server_response=chip),
    )
    verify_transaction(session, answer.transaction_id)
    return answer.event_entries


def _follow(entry: EventEntry, through: tuple[str, ...], device: DeviceInfo) -> Procedure[list[FoundEvent]]:
    """Return what an event leads to: itself at an SM-DP+, or what the next SM-DS tells of it."""
    address = entry.rsp_server_address
    here = FoundEvent(event_id=entry.event_id, address=address, through=through)
    caller = Caller(matching_id=entry.event_id, device=device)
    try:
        _verify_leads_on(address, through)
        proof = yield from contact(address, caller)
        if not _is_smds(proof):
            return [here]
        entries = yield from _events_at(address, proof, caller)
    except (FunctionError, PeerError, VerificationError) as error:
        return [_with_problem(here, error)]
    found: list[FoundEvent] = []
    for each in entries:
        found += yield from _follow(each, (*through, address), device)
    return found


def _with_problem(event: FoundEvent, error: Exception) -> FoundEvent:
    """Return an event that leads nowhere."""
    return FoundEvent(event_id=event.event_id, address=event.address, through=event.through, problem=error)


def _verify_leads_on(address: str, through: tuple[str, ...]) -> None:
    """Refuse an SM-DS that was asked already, and too many of them.

    Raises:
        VerificationError: events that lead round in a circle, or on and on.
    """
    if host_of(address) in map(host_of, through) or len(through) >= _MOST_SERVERS:
        error = VerificationError(f"the event leads from {through[-1]} to {address} and never to a profile")
        raise with_outcome(error, LpaOutcome.EVENT_LEADS_NOWHERE)


def _is_smds(proof: InitiateAuthenticationOk) -> bool:
    """Tell whether a server proves itself as an SM-DS; one whose certificate cannot be read is none."""
    try:
        return Certificate.decode(proof.server_certificate).role is Role.DS_AUTH
    except DecodeError:
        return False
