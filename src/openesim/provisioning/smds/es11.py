"""ES11 at the SM-DS: InitiateAuthentication and AuthenticateClient.

A session ends with AuthenticateClient, whatever comes of it: all that is told is told in its answer.

Source: SGP.22 v2.5 §5.8, §3.6.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from openesim.kernel.ambient import Entropy
from openesim.messages.sgp22.es9plus import (
    AuthenticateClientRequest,
    InitiateAuthenticationOk,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.es11 import AuthenticateClientOkEs11, EventEntry
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.client_authentication import ClientProof, verify_proof
from openesim.provisioning.procedures.refusal import Refused
from openesim.provisioning.procedures.server_authentication import (
    UNKNOWN_TRANSACTION,
    Handshake,
    ServerSubjects,
    begin_handshake,
    choose_keys,
    prove_server,
)
from openesim.provisioning.smds.context import Outcome, Smds
from openesim.provisioning.smds.events import Event

SUBJECTS = ServerSubjects(
    address=Subject.SMDS_ADDRESS,
    security_configuration=Subject.SMDS_SECURITY_CONFIGURATION,
    svn=Subject.SMDS_SVN,
    certificate=Subject.SMDS_CERTIFICATE,
)

_UNKNOWN_EVENT = Status(
    Subject.EVENT_RECORD, Reason.UNKNOWN, "no event of this chip has the id that it came with"
)


def initiate_authentication(
    smds: Smds, request: InitiateAuthenticationRequest, now: datetime, entropy: Entropy
) -> Outcome[InitiateAuthenticationOk]:
    """Open a session and prove who we are.

    Args:
        smds: who we are.
        request: challenge, our address as the LPA has it, and EUICCInfo1 of the chip.
        now: aware UTC.
        entropy: draws 32 octets.

    Returns:
        The proof and the new session; or 8.9.1/3.8, 8.9.2/3.1, 8.9.4/3.7, 8.9.3/3.1.

    Source: SGP.22 v2.5 §5.8.1.
    """
    try:
        keys = choose_keys(smds, SUBJECTS, request)
    except Refused as refused:
        return Outcome(refused.status)
    session = begin_handshake(request, keys, now + smds.policy.session_lifetime, entropy)
    return Outcome(prove_server(smds, session, request.euicc_challenge), session=session)


def verify_client(
    smds: Smds, request: AuthenticateClientRequest, session: Handshake | None, now: datetime
) -> ClientProof[Handshake] | Status:
    """Verify the chip's proof.

    Returns:
        The proof; or 8.10.1/3.9, 8.1.2/6.1, 8.1.2/6.3, 8.1.3/6.1, 8.1.3/6.3, 8.11.1/3.9, 8.1/6.1.

    Source: SGP.22 v2.5 §5.8.2.
    """
    if session is None or now >= session.expires_at:
        return UNKNOWN_TRANSACTION
    try:
        return verify_proof(smds, request, session, now)
    except Refused as refused:
        return refused.status


def authenticate_client(
    proof: ClientProof[Handshake], events: Iterable[Event]
) -> AuthenticateClientOkEs11 | Status:
    """Tell a proven chip its events.

    Args:
        proof: the chip, with the event id it came with, if it did.
        events: all events of its EID.

    Returns:
        The one event it came for, or all of them, possibly none; or 8.9.5/3.9 where there is no such event.

    Source: SGP.22 v2.5 §5.8.2, §3.6.2.
    """
    wanted = proof.matching_id
    found = [each for each in events if each.is_told and (wanted is None or each.goes_by(wanted))]
    if wanted is not None and not found:
        return _UNKNOWN_EVENT
    return AuthenticateClientOkEs11(
        transaction_id=proof.session.transaction_id,
        event_entries=tuple(
            EventEntry(event_id=each.event_id, rsp_server_address=each.rsp_server_address) for each in found
        ),
    )
