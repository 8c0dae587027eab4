"""One RSP session as the LPA sees it: opened with a server, and given up with both sides told.

Who may end a session, and how:

- The server said no (FunctionError): it has ended the session itself. Nothing is sent; the chip's next challenge
  discards its half.
- The server was not reached (PeerError): nobody said no. Nothing is cancelled, so that order and one-time key stay as
  they are and the same code works again.
- User or LPA give up: ES10b.CancelSession, then ES9+.CancelSession with what the chip signed and the reason that fits.
  Where no reason ends the order by itself, ``postponed`` is given, which leaves the order as it was.

Source: SGP.22 v2.5 §3.0.1, §3.1.3.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from openesim.encoding.asn1 import Signed
from openesim.kernel.errors import (
    CardError,
    DecodeError,
    FunctionError,
    OpenEsimError,
    PeerError,
    VerificationError,
)
from openesim.kernel.ids import Oid, TransactionId
from openesim.messages.sgp22.activation_code import host_of
from openesim.messages.sgp22.authentication import (
    AuthenticateErrorCode,
    AuthenticateResponseError,
    AuthenticateResponseOk,
    AuthenticateServerRequest,
    CtxParamsForCommonAuthentication,
)
from openesim.messages.sgp22.download import CancelSessionReason, CancelSessionResponseOk
from openesim.messages.sgp22.es9plus import (
    AUTHENTICATE_CLIENT,
    CANCEL_SESSION,
    INITIATE_AUTHENTICATION,
    AuthenticateClientRequest,
    CancelSessionRequestEs9,
    InitiateAuthenticationOk,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.euicc_info import DeviceCapabilities, DeviceInfo
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of, with_outcome
from openesim.messages.sgp22.function import Function
from openesim.provisioning.lpa import es10
from openesim.provisioning.lpa.effects import CallServer, Procedure, Report, Stage
from openesim.security.pki.certificate import Certificate

DEFAULT_DEVICE = DeviceInfo(tac=bytes.fromhex("35290611"), device_capabilities=DeviceCapabilities())
"""Used where the device is not known; the TAC is the one that LPAs without a modem send."""

ChipProof = Signed[AuthenticateResponseOk | AuthenticateResponseError]
"""What the chip answered to a server's proof, as it goes on to the server."""

_ANOTHER_SERVER = ("8.8.1", "3.8")

_REASONS = {
    LpaOutcome.USER_REFUSED: CancelSessionReason.END_USER_REJECTION,
    LpaOutcome.USER_POSTPONED: CancelSessionReason.POSTPONED,
    LpaOutcome.USER_DID_NOT_ANSWER: CancelSessionReason.TIMEOUT,
    LpaOutcome.PPR_NOT_ALLOWED: CancelSessionReason.PPR_NOT_ALLOWED,
    LpaOutcome.PPR1_BESIDE_OTHER_PROFILES: CancelSessionReason.PPR_NOT_ALLOWED,
    LpaOutcome.PPR_CHANGED: CancelSessionReason.PPR_NOT_ALLOWED,
    LpaOutcome.METADATA_MISMATCH: CancelSessionReason.METADATA_MISMATCH,
    LpaOutcome.PACKAGE_MALFORMED: CancelSessionReason.LOAD_BPP_EXECUTION_ERROR,
    LpaOutcome.NO_INSTALLATION_RESULT: CancelSessionReason.LOAD_BPP_EXECUTION_ERROR,
}


@dataclass(slots=True)
class RspSession:
    """A session in which chip and server have proven themselves to each other.

    Attributes:
        is_loading: whether the bound profile package is on its way into the chip.
        is_over: whether there is nothing left to cancel.
    """

    address: str
    transaction_id: TransactionId
    is_loading: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What the LPA tells a server about itself and about what it wants.

    Attributes:
        matching_id: None is left out (default SM-DP+, all events of an SM-DS).
        smdp_oid: object identifier that the server's certificate must carry.
    """

    matching_id: str | None = None
    smdp_oid: Oid | None = None
    device: DeviceInfo = DEFAULT_DEVICE


def authenticate(address: str, caller: Caller) -> Procedure[tuple[RspSession, ChipProof]]:
    """Let server and chip prove themselves to each other, up to what the chip signed for the server.

    Servers of every kind (SM-DP+, SM-DS) are met this way; only the answer to AuthenticateClient differs.

    Raises:
        VerificationError: the server is another one than was called.
        CardError: the chip refused the server; the server has been told.
        FunctionError: the server refused.

    Source: SGP.22 v2.5 §3.0.1.
    """
    proof = yield from contact(address, caller)
    return (yield from answer_server(address, proof, caller))


def contact(address: str, caller: Caller) -> Procedure[InitiateAuthenticationOk]:
    """Call a server and return its proof: the first half of the authentication.

    Raises:
        VerificationError: the server is another one than was called.
        FunctionError: the server refused.

    Source: SGP.22 v2.5 §3.0.1.
    """
    yield Report(Stage.CONTACTING_SERVER)
    info1 = yield from es10.get_euicc_info1()
    challenge = yield from es10.get_euicc_challenge()
    opening = InitiateAuthenticationRequest(
        euicc_challenge=challenge, smdp_address=address, euicc_info1=info1
    )
    proof = yield from _initiate(address, opening)
    _verify_server(proof, address, caller.smdp_oid)
    return proof


def answer_server(
    address: str, proof: InitiateAuthenticationOk, caller: Caller
) -> Procedure[tuple[RspSession, ChipProof]]:
    """Have the chip believe the server and prove itself: the second half.

    Raises:
        CardError: the chip refused the server; the server has been told.

    Source: SGP.22 v2.5 §3.0.1.
    """
    yield Report(Stage.AUTHENTICATING)
    answer = yield from es10.authenticate_server(_handed_to_chip(proof, caller))
    if isinstance(answer.value, AuthenticateResponseError):
        request = AuthenticateClientRequest(
            transaction_id=proof.transaction_id, authenticate_server_response=answer
        )
        yield from tell(address, AUTHENTICATE_CLIENT, request)
        raise es10.refusal("AuthenticateServer", AuthenticateErrorCode, answer.value.authenticate_error_code)
    return RspSession(address, proof.transaction_id), answer


def verify_transaction(session: RspSession, transaction_id: TransactionId) -> None:
    """Verify that an answer belongs to the session.

    Raises:
        VerificationError: it belongs to another one.
    """
    if transaction_id != session.transaction_id:
        error = VerificationError("the server answered for another session")
        raise with_outcome(error, LpaOutcome.TRANSACTION_MISMATCH)


def _initiate(address: str, request: InitiateAuthenticationRequest) -> Procedure[InitiateAuthenticationOk]:
    """Call the server by the whole address, port and all; if it knows itself by its name alone, by that.

    A port is not foreseen, but laboratories use one. A server that is told of it can name it to the chip as the place
    for notifications.

    Raises:
        FunctionError: the server refused.
    """
    name = host_of(address)
    try:
        proof: InitiateAuthenticationOk = yield CallServer(address, INITIATE_AUTHENTICATION, request)
    except FunctionError as refusal:
        if (refusal.subject, refusal.reason) != _ANOTHER_SERVER or name == address:
            raise
        proof = yield CallServer(address, INITIATE_AUTHENTICATION, replace(request, smdp_address=name))
    return proof


def tell(address: str, function: Function, request: object) -> Procedure[None]:
    """Tell a server of a failure of our side; what it answers, and whether it does, changes nothing."""
    with suppress(FunctionError, PeerError):
        yield CallServer(address, function, request)


def cancel_reason(error: BaseException, session: RspSession) -> CancelSessionReason | None:
    """Return the reason to cancel a session with after an error, None where nothing is to be cancelled."""
    if session.is_over or isinstance(error, FunctionError | PeerError):
        return None
    outcome = outcome_of(error)
    if outcome in _REASONS:
        return _REASONS[outcome]
    if session.is_loading and isinstance(error, CardError):
        return CancelSessionReason.LOAD_BPP_EXECUTION_ERROR
    return CancelSessionReason.POSTPONED


def cancel(session: RspSession, reason: CancelSessionReason) -> Procedure[None]:
    """Give up a session on the chip, then at the server with what the chip signed.

    A chip that is gone or has no session any more signs nothing: then there is nothing the server could believe.

    Source: SGP.22 v2.5 §3.1.3, §5.6.5, §5.7.14.
    """
    session.is_over = True
    try:
        answer = yield from es10.cancel_session(session.transaction_id, reason)
    except CardError:
        return
    if isinstance(answer.value, CancelSessionResponseOk):
        request = CancelSessionRequestEs9(
            transaction_id=session.transaction_id, cancel_session_response=answer
        )
        yield from tell(session.address, CANCEL_SESSION, request)


def _verify_server(proof: InitiateAuthenticationOk, address: str, smdp_oid: Oid | None) -> None:
    """Verify that the server that answered is the one that was called, before the chip sees anything of it.

    Raises:
        VerificationError: other address, other session, or other object identifier.
    """
    signed = proof.server_signed1.value
    error: OpenEsimError
    if host_of(signed.server_address) != host_of(address):
        error = VerificationError(f"called {host_of(address)}, the server signs for {signed.server_address}")
        raise with_outcome(error, LpaOutcome.SERVER_ADDRESS_MISMATCH)
    if signed.transaction_id != proof.transaction_id:
        error = VerificationError("the server names two sessions in one answer")
        raise with_outcome(error, LpaOutcome.TRANSACTION_MISMATCH)
    if smdp_oid is not None and _registered_id(proof.server_certificate) != smdp_oid:
        error = VerificationError(f"the server's certificate does not carry {smdp_oid}")
        raise with_outcome(error, LpaOutcome.SERVER_OID_MISMATCH)


def _registered_id(certificate: bytes) -> Oid | None:
    """Return the object identifier in a server's certificate, None if there is none to be read."""
    try:
        return Certificate.decode(certificate).oid
    except DecodeError:
        return None


def _handed_to_chip(proof: InitiateAuthenticationOk, caller: Caller) -> AuthenticateServerRequest:
    """Return the command that hands the server's proof to the chip."""
    return AuthenticateServerRequest(
        server_signed1=proof.server_signed1,
        server_signature1=proof.server_signature1,
        euicc_ci_pkid_to_be_used=proof.euicc_ci_pkid_to_be_used,
        server_certificate=proof.server_certificate,
        ctx_params1=CtxParamsForCommonAuthentication(
            matching_id=caller.matching_id, device_info=caller.device
        ),
    )
