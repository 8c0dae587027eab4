"""The handshake: we prove ourselves to the chip, then the chip to us.

What every RSP server does of it is in ``procedures``: ``server_authentication``, ``client_authentication``.

Source: SGP.22 v2.5 §3.0.1, §5.6.1, §5.6.3.
"""

from __future__ import annotations

from datetime import datetime

from openesim.kernel.ambient import Entropy
from openesim.messages.sgp22.es9plus import (
    AuthenticateClientOk,
    AuthenticateClientRequest,
    InitiateAuthenticationOk,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.status import Subject
from openesim.provisioning.procedures.client_authentication import ClientProof, verify_proof
from openesim.provisioning.procedures.refusal import Refused
from openesim.provisioning.procedures.server_authentication import (
    ChosenKeys,
    ServerSubjects,
    begin_handshake,
    choose_keys,
    prove_server,
)
from openesim.provisioning.smdp.context import Outcome, Smdp
from openesim.provisioning.smdp.session import UNKNOWN_TRANSACTION, Session

_SUBJECTS = ServerSubjects(
    address=Subject.SMDP_ADDRESS,
    security_configuration=Subject.SMDP_SECURITY_CONFIGURATION,
    svn=Subject.SMDP_SVN,
    certificate=Subject.SMDP_CERTIFICATE,
)


def initiate_authentication(
    smdp: Smdp, request: InitiateAuthenticationRequest, now: datetime, entropy: Entropy
) -> Outcome[InitiateAuthenticationOk]:
    """Open a session and prove who we are.

    Args:
        smdp: who we are.
        request: challenge, address and EUICCInfo1 of the chip.
        now: aware UTC.
        entropy: draws 32 octets.

    Returns:
        The proof and the new session; or 8.8.1/3.8, 8.8.2/3.1, 8.8.4/3.7, 8.8.3/3.1.

    Source: SGP.22 v2.5 §5.6.1.
    """
    try:
        keys = choose_keys(smdp, _SUBJECTS, request)
    except Refused as refused:
        return Outcome(refused.status)
    return open_session(smdp, request, keys, now, entropy)


def open_session(
    smdp: Smdp,
    request: InitiateAuthenticationRequest,
    keys: ChosenKeys,
    now: datetime,
    entropy: Entropy,
) -> Outcome[InitiateAuthenticationOk]:
    """Open a session under the chosen keys; ``entropy`` gives the transaction id, then the challenge."""
    handshake = begin_handshake(request, keys, now + smdp.policy.session_lifetime, entropy)
    answer = prove_server(smdp, handshake, request.euicc_challenge)
    return Outcome(answer, session=Session.of(handshake))


def verify_client(
    smdp: Smdp, request: AuthenticateClientRequest, session: Session | None, now: datetime
) -> ClientProof[Session] | Outcome[AuthenticateClientOk]:
    """Verify the chip's proof: the half of AuthenticateClient that needs no order.

    Returns:
        The proof; or the refusal, and the session closed.

    Source: SGP.22 v2.5 §5.6.3.
    """
    if session is None or not session.awaits("authenticate_client", now):
        return Outcome(UNKNOWN_TRANSACTION)
    try:
        return verify_proof(smdp, request, session, now)
    except Refused as refused:
        return Outcome(refused.status, session=session.closed())
