"""The handshake: we prove ourselves to the chip, then the chip to us.

Source: SGP.22 v2.5 §3.0.1, §5.6.1, §5.6.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openesim.kernel.ambient import Entropy
from openesim.kernel.ids import Eid, TransactionId
from openesim.kernel.records import with_quick_init
from openesim.messages.sgp22.authentication import (
    AuthenticateResponseError,
    AuthenticateResponseOk,
    ServerSigned1,
)
from openesim.messages.sgp22.es9plus import (
    AuthenticateClientOk,
    AuthenticateClientRequest,
    InitiateAuthenticationOk,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.status import Reason, Subject
from openesim.provisioning.procedures.refusal import Refused, refuse
from openesim.provisioning.smdp.client_authentication import ChosenKeys, choose_keys, verify_euicc
from openesim.provisioning.smdp.context import Outcome, Smdp
from openesim.provisioning.smdp.session import UNKNOWN_TRANSACTION, Session


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
        keys = choose_keys(smdp, request)
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
    identity = smdp.identities[keys.verification]
    session = Session(
        transaction_id=TransactionId(entropy(16)),
        expires_at=now + smdp.policy.session_lifetime,
        server_address=request.smdp_address,
        server_challenge=entropy(16),
        svn=request.euicc_info1.value.svn,
        identity=keys.verification,
        euicc_ci_pkid=keys.signing,
    )
    signed = ServerSigned1.signed(
        ServerSigned1(
            transaction_id=session.transaction_id,
            euicc_challenge=request.euicc_challenge,
            server_address=request.smdp_address,
            server_challenge=session.server_challenge,
        )
    )
    answer = InitiateAuthenticationOk(
        transaction_id=session.transaction_id,
        server_signed1=signed,
        server_signature1=identity.auth.signer.sign(signed.octets),
        euicc_ci_pkid_to_be_used=session.euicc_ci_pkid,
        server_certificate=identity.auth.certificate.octets,
    )
    return Outcome(answer, session=session)


@with_quick_init
@dataclass(frozen=True, slots=True)
class ClientProof:
    """A chip that proved itself in a session.

    Attributes:
        session: the session, running.
        eid: the chip.
        euicc_key: its public key, SubjectPublicKeyInfo.
        response: what it signed.
    """

    session: Session
    eid: Eid
    euicc_key: bytes
    response: AuthenticateResponseOk

    @property
    def matching_id(self) -> str | None:
        """The matching id the chip signed; None where it was absent or empty."""
        return self.response.euicc_signed1.value.ctx_params1.matching_id or None


def verify_client(
    smdp: Smdp, request: AuthenticateClientRequest, session: Session | None, now: datetime
) -> ClientProof | Outcome[AuthenticateClientOk]:
    """Verify the chip's proof: the half of AuthenticateClient that needs no order.

    Returns:
        The proof; or the refusal, and the session closed.

    Source: SGP.22 v2.5 §5.6.3.
    """
    if session is None or not session.awaits("authenticate_client", now):
        return Outcome(UNKNOWN_TRANSACTION)
    response = request.authenticate_server_response.value
    try:
        if isinstance(response, AuthenticateResponseError):
            code = int(response.authenticate_error_code)
            raise refuse(Subject.EUICC, Reason.VERIFICATION_FAILED, f"the chip refused us with error {code}")
        chain = verify_euicc(smdp, session, response, now)
        return ClientProof(session, chain.eid, chain.euicc.subject_public_key_info, response)
    except Refused as refused:
        return Outcome(refused.status, session=session.closed())
