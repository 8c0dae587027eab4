"""ES10b.AuthenticateServer and ES10b.CancelSession: a server proves itself to the chip; a session is given up.

Source: SGP.22 v2.5 §5.7.13, §5.7.14, §3.0.1.
"""

from __future__ import annotations

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.messages.sgp22.authentication import (
    AuthenticateErrorCode,
    AuthenticateResponseError,
    AuthenticateServerRequest,
    AuthenticateServerResponse,
    ServerSigned1,
)
from openesim.messages.sgp22.download import (
    CancelSessionError,
    CancelSessionRequest,
    CancelSessionResponse,
    CancelSessionResponseOk,
    EuiccCancelSessionSigned,
)
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.es10b import without_installation
from openesim.provisioning.euicc.info import build_euicc_info2
from openesim.provisioning.euicc.notifications import credential_of
from openesim.provisioning.euicc.session import ChallengeIssued, ServerAuthenticated, authenticated_server
from openesim.provisioning.euicc.state import Euicc
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.chain import ChainError, ServerChain, verify_server_certificate
from openesim.security.pki.oids import Role
from openesim.security.pki.trust import TrustStore

_AUTHENTICATE_SERVER, _OK, _CTX_PARAMS1 = 0xBF38, 0xA0, 0xA0
_SEQUENCE, _SIGNATURE = 0x30, 0x5F37
_TRANSACTION_ID, _SERVER_ADDRESS, _SERVER_CHALLENGE = 0x80, 0x83, 0x84

_SERVER_ROLES = (Role.DP_AUTH, Role.DS_AUTH)


def authenticate_server(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Verify an SM-DP+ or SM-DS and answer its challenge.

    Certificate, signature, challenge and CI are checked in the standard's order; the first that fails is told.
    A refusal leaves the session as it was.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.13.
    """
    request = AuthenticateServerRequest.decode(command)
    outcome = _verify_server(euicc, request, ambient)
    if isinstance(outcome, AuthenticateErrorCode):
        error = AuthenticateResponseError(
            transaction_id=request.server_signed1.value.transaction_id, authenticate_error_code=outcome
        )
        return euicc, AuthenticateServerResponse.encode(error)
    ci_key_id = request.euicc_ci_pkid_to_be_used
    signed1 = _euicc_signed1(euicc, command, request.server_signed1.value, ambient)
    signature1 = tlv.encode(_SIGNATURE, ambient.sign(ci_key_id, signed1))
    session = ServerAuthenticated(
        transaction_id=request.server_signed1.value.transaction_id,
        server_address=request.server_signed1.value.server_address,
        certificate=outcome.certificate,
        ci_key_id=ci_key_id,
        euicc_signature1=signature1,
    )
    credential = credential_of(euicc.nvm, ci_key_id)
    proof = signed1 + signature1 + credential.certificate + credential.eum_certificate
    return euicc.with_session(session), tlv.encode(_AUTHENTICATE_SERVER, tlv.encode(_OK, proof))


def _verify_server(
    euicc: Euicc, request: AuthenticateServerRequest, ambient: Ambient
) -> ServerChain | AuthenticateErrorCode:
    """Return the verified server, or the code of the first check that failed."""
    session = euicc.ram.session
    if not isinstance(session, ChallengeIssued):
        return AuthenticateErrorCode.NO_SESSION_CONTEXT
    trust = ambient.trust_with(euicc.nvm.crls)
    server = verify_certificate(request.server_certificate, _SERVER_ROLES, trust)
    if server is None:
        unsupported = is_curve_unsupported(request.server_certificate, trust)
        return (
            AuthenticateErrorCode.UNSUPPORTED_CURVE
            if unsupported
            else AuthenticateErrorCode.INVALID_CERTIFICATE
        )
    if server.certificate.oid is None:
        return AuthenticateErrorCode.INVALID_OID
    signed1 = request.server_signed1
    try:
        verify_signature(server.certificate.public_key, signed1.octets, request.server_signature1)
    except VerificationError:
        return AuthenticateErrorCode.INVALID_SIGNATURE
    if signed1.value.euicc_challenge != session.challenge:
        return AuthenticateErrorCode.EUICC_CHALLENGE_MISMATCH
    if request.euicc_ci_pkid_to_be_used not in ambient.signers:
        return AuthenticateErrorCode.CI_PK_UNKNOWN
    return server


def verify_certificate(octets: bytes, roles: tuple[Role, ...], trust: TrustStore) -> ServerChain | None:
    """Return the verified certificate of a server in one of some roles, None where it is not to be trusted.

    Time is left out: a chip has no clock.

    Source: SGP.22 v2.5 §4.5.2.2.
    """
    for role in roles:
        try:
            return verify_server_certificate(octets, role, trust, None)
        except ChainError:
            continue
    return None


def is_curve_unsupported(octets: bytes, trust: TrustStore) -> bool:
    """Tell whether a certificate is refused although a trusted CI signed it, for its key is on another curve."""
    try:
        certificate = Certificate.decode(octets)
    except DecodeError:
        return False
    try:
        certificate.public_key  # noqa: B018 (whether it can be opened)
    except VerificationError:
        return any(_is_signed_by(certificate, anchor) for anchor in trust.anchors)
    return False


def _is_signed_by(certificate: Certificate, anchor: Certificate) -> bool:
    """Tell whether a CI signed a certificate."""
    try:
        certificate.verify_signed_by(anchor.public_key)
    except VerificationError:
        return False
    return True


def _euicc_signed1(euicc: Euicc, command: bytes, server: ServerSigned1, ambient: Ambient) -> bytes:
    """Return EuiccSigned1; ctxParams1 goes into it as it came, with whatever a later LPA put into it."""
    # The fifth component of the request, which was read as such already.
    ctx_params1 = next(item for item in tlv.read_one(command).children() if item.tag == _CTX_PARAMS1).octets
    content = (
        tlv.encode(_TRANSACTION_ID, server.transaction_id)
        + tlv.encode(_SERVER_ADDRESS, server.server_address.encode())
        + tlv.encode(_SERVER_CHALLENGE, server.server_challenge)
        + build_euicc_info2(euicc.nvm, ambient).encode()
        + ctx_params1
    )
    return tlv.encode(_SEQUENCE, content)


def cancel_session(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Give up the session, and sign that for the server.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.14.
    """
    request = CancelSessionRequest.decode(command)
    server = authenticated_server(euicc.ram.session)
    if server is None or server.transaction_id != request.transaction_id:
        return euicc, CancelSessionResponse.encode(CancelSessionError.INVALID_TRANSACTION_ID)
    signed = EuiccCancelSessionSigned.signed(
        EuiccCancelSessionSigned(
            transaction_id=request.transaction_id, smdp_oid=server.oid, reason=request.reason
        )
    )
    response = CancelSessionResponseOk(
        euicc_cancel_session_signed=signed,
        euicc_cancel_session_signature=ambient.sign(server.ci_key_id, signed.octets),
    )
    return without_installation(euicc).with_session(None), CancelSessionResponse.encode(response)
