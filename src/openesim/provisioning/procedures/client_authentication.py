"""Authentication of the chip: whether its proof for a server holds.

Source: SGP.22 v2.5 §3.0.1, §5.6.3, §5.8.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Generic, TypeVar

from openesim.kernel.ids import Eid, unswap_nibbles
from openesim.kernel.records import with_quick_init
from openesim.messages.sgp22.authentication import AuthenticateResponseError, AuthenticateResponseOk
from openesim.messages.sgp22.es9plus import AuthenticateClientRequest
from openesim.messages.sgp22.status import Reason, Subject
from openesim.provisioning.procedures.blocklist import ChipFacts
from openesim.provisioning.procedures.refusal import failing, refuse
from openesim.provisioning.procedures.server_authentication import Handshake, RspServer
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.pki.chain import ChainError, ChainFault, EuiccChain, verify_euicc_chain

S = TypeVar("S", bound=Handshake)

_FAULTS = {
    ChainFault.CI_UNKNOWN: (Subject.CI_PUBLIC_KEY, Reason.UNKNOWN),
    ChainFault.EUM_INVALID: (Subject.EUM_CERTIFICATE, Reason.VERIFICATION_FAILED),
    ChainFault.EUM_EXPIRED: (Subject.EUM_CERTIFICATE, Reason.EXPIRED),
    ChainFault.EUM_REVOKED: (Subject.EUM_CERTIFICATE, Reason.VERIFICATION_FAILED),
    ChainFault.EUICC_INVALID: (Subject.EUICC_CERTIFICATE, Reason.VERIFICATION_FAILED),
    ChainFault.EUICC_EXPIRED: (Subject.EUICC_CERTIFICATE, Reason.EXPIRED),
    ChainFault.EUICC_REVOKED: (Subject.EUICC_CERTIFICATE, Reason.VERIFICATION_FAILED),
}


@with_quick_init
@dataclass(frozen=True, slots=True)
class ClientProof(Generic[S]):
    """A chip that proved itself in a session.

    Attributes:
        session: the session, running.
        eid: the chip.
        euicc_key: its public key, SubjectPublicKeyInfo.
        response: what it signed.
        eum_key_id: key identifier of its manufacturer's certificate, 20 octets.
    """

    session: S
    eid: Eid
    euicc_key: bytes
    response: AuthenticateResponseOk
    eum_key_id: bytes = b""

    @property
    def matching_id(self) -> str | None:
        """The matching id the chip signed; None where it was absent or empty."""
        return self.response.euicc_signed1.value.ctx_params1.matching_id or None

    @property
    def device(self) -> str:
        """IMEI of 15 digits, or else TAC of 8, of the device around the chip, as it told; empty where neither is one."""
        told = self.response.euicc_signed1.value.ctx_params1.device_info
        # The filler stands before the check digit or behind it, as the LPA understood the specification.
        imei = "" if told.imei is None else unswap_nibbles(told.imei).replace("F", "")
        if len(imei) == 15 and imei.isdigit():
            return imei
        tac = told.tac.hex()
        return tac if tac.isdigit() and tac.strip("0") else ""

    @property
    def chip(self) -> ChipFacts:
        """What blocks may name the chip by."""
        return ChipFacts.of(self.eid, self.eum_key_id, self.response.euicc_signed1.value.euicc_info2)


def verify_proof(
    server: RspServer, request: AuthenticateClientRequest, session: S, now: datetime
) -> ClientProof[S]:
    """Return the chip that answered in a session.

    Raises:
        Refused: what ``verify_euicc`` refuses; 8.1/6.1 for a chip that refused us.

    Source: SGP.22 v2.5 §5.6.3, §5.8.2.
    """
    response = request.authenticate_server_response.value
    if isinstance(response, AuthenticateResponseError):
        code = int(response.authenticate_error_code)
        raise refuse(Subject.EUICC, Reason.VERIFICATION_FAILED, f"the chip refused us with error {code}")
    chain = verify_euicc(server, session, response, now)
    key = chain.euicc.subject_public_key_info
    return ClientProof(session, chain.eid, key, response, chain.eum.key_id or b"")


def verify_euicc(
    server: RspServer, session: Handshake, response: AuthenticateResponseOk, now: datetime
) -> EuiccChain:
    """Verify the chip's certificates, signature and challenge.

    Returns:
        The chip's certificates and the EID they name.

    Raises:
        Refused: 8.1.2/6.1, 8.1.2/6.3, 8.1.3/6.1, 8.1.3/6.3, 8.11.1/3.9 for the certificates; 8.1/6.1 for
            signature, challenge or a changed version; 8.10.1/3.9 for another session.

    Source: SGP.22 v2.5 §5.6.3, §5.8.2.
    """
    chain = _verify_certificates(server, session, response, now)
    signed = response.euicc_signed1
    with failing(Subject.EUICC, Reason.VERIFICATION_FAILED):
        verify_signature(chain.euicc.public_key, signed.octets, response.euicc_signature1)
    if signed.value.transaction_id != session.transaction_id:
        raise refuse(Subject.TRANSACTION_ID, Reason.UNKNOWN, "the chip signed another transaction id")
    if not compare_digest(signed.value.server_challenge, session.server_challenge):
        raise refuse(Subject.EUICC, Reason.VERIFICATION_FAILED, "the chip signed another challenge")
    if signed.value.euicc_info2.svn != session.svn:
        raise refuse(Subject.EUICC, Reason.VERIFICATION_FAILED, "the chip told another version before")
    return chain


def _verify_certificates(
    server: RspServer, session: Handshake, response: AuthenticateResponseOk, now: datetime
) -> EuiccChain:
    """Verify CERT.EUM and CERT.EUICC, under the CI that the chip was told to use."""
    try:
        chain = verify_euicc_chain(
            response.euicc_certificate, response.eum_certificate, server.trust, now, server.manufacturers
        )
    except ChainError as error:
        raise refuse(*_FAULTS[error.fault], str(error)) from None
    if chain.ci_key_id != session.euicc_ci_pkid:
        raise refuse(
            Subject.CI_PUBLIC_KEY, Reason.UNKNOWN, "the chip answered under another CI key than asked"
        )
    return chain
