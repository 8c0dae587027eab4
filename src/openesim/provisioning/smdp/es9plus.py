"""ES9+ at the SM-DP+: InitiateAuthentication, AuthenticateClient, GetBoundProfilePackage, CancelSession.

HandleNotification is acknowledged before anything is looked at; what it leads to stands in ``notifications``.

Source: SGP.22 v2.5 §5.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openesim.encoding import tlv
from openesim.kernel.ambient import Entropy
from openesim.kernel.ids import Eid, TransactionId
from openesim.kernel.records import changed, with_quick_init
from openesim.messages.sgp22.authentication import (
    AuthenticateResponseError,
    AuthenticateResponseOk,
    ServerSigned1,
)
from openesim.messages.sgp22.download import (
    CancelSessionReason,
    CancelSessionResponseOk,
    EuiccSigned2,
    PrepareDownloadResponseError,
    SmdpSigned2,
)
from openesim.messages.sgp22.es9plus import (
    AuthenticateClientOk,
    AuthenticateClientRequest,
    CancelSessionOk,
    CancelSessionRequestEs9,
    GetBoundProfilePackageOk,
    GetBoundProfilePackageRequest,
    InitiateAuthenticationOk,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.refusal import Refused, failing, refuse
from openesim.provisioning.smdp.binding import Binding, Download, build_bound_profile_package
from openesim.provisioning.smdp.client_authentication import ChosenKeys, choose_keys, verify_euicc
from openesim.provisioning.smdp.context import Outcome, ProfilePackage, Smdp
from openesim.provisioning.smdp.eligibility import verify_eligible
from openesim.provisioning.smdp.order_checks import (
    check_confirmation_code,
    count_attempt,
    is_still_of,
    verify_attempts_left,
    verify_still_waits_for,
    verify_waits_for,
)
from openesim.provisioning.smdp.orders import Order, OrderEvent, OrderState
from openesim.provisioning.smdp.session import Session, SessionState
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.crypto.keys import PublicKey

UNKNOWN_TRANSACTION = Status(
    Subject.TRANSACTION_ID,
    Reason.UNKNOWN,
    "no session awaits this call: it never was, has ended or has expired",
)

NOT_PERSONALISED = Status(
    Subject.SMDP, Reason.EXECUTION_ERROR, "the profile cannot be personalised now: its keys cannot be read"
)
"""Our fault and nobody's attempt: the order stays as it is, and works when the keys can be read again."""

POSTPONING = frozenset({CancelSessionReason.POSTPONED, CancelSessionReason.TIMEOUT})
"""Reasons after which the user may come back with the same code; after any other the order has ended."""

_SIGNATURE_TAG = 0x5F37


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
        svn=request.euicc_info1.svn,
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
    response = request.authenticate_server_response
    try:
        if isinstance(response, AuthenticateResponseError):
            code = int(response.authenticate_error_code)
            raise refuse(Subject.EUICC, Reason.VERIFICATION_FAILED, f"the chip refused us with error {code}")
        chain = verify_euicc(smdp, session, response, now)
        return ClientProof(session, chain.eid, chain.euicc.subject_public_key_info, response)
    except Refused as refused:
        return Outcome(refused.status, session=_closed(session))


@with_quick_init
@dataclass(frozen=True, slots=True)
class Offer:
    """What the stores hold for a matching id or an EID.

    Attributes:
        order: the order.
        package: its profile package; None where it cannot be personalised now.
        last: what was last handed out for it, if a retry may build on it.
    """

    order: Order
    package: ProfilePackage | None
    last: Download | None = None


def authenticate_client(
    smdp: Smdp, proof: ClientProof, offer: Offer | None, now: datetime
) -> Outcome[AuthenticateClientOk]:
    """Admit the chip to its order and announce the profile.

    The checks stand in the order of the specification: until the order is found, its EID agrees and its
    state allows a download, no counter is touched; nor is one where the package cannot be personalised, which
    is our fault. A refusal after that has used up an attempt and ends the order.

    Args:
        smdp: who we are.
        proof: the chip, as verified.
        offer: the order for the matching id or, without one, for the EID.
        now: aware UTC.

    Returns:
        Metadata and our second proof; or the refusal, and the session closed.

    Source: SGP.22 v2.5 §5.6.3, §3.1.3.
    """
    try:
        verify_waits_for(offer.order if offer else None, proof.matching_id, proof.eid, now)
        assert offer is not None  # noqa: S101 (an absent order was refused)
        package = _personalised(offer)
    except Refused as refused:
        return Outcome(refused.status, session=_closed(proof.session))
    order = count_attempt(offer.order)
    try:
        verify_attempts_left(order)
        verify_eligible(proof.response.euicc_signed1.value.euicc_info2, package)
    except Refused as refused:
        failed = order.moved(OrderEvent.FAIL, str(refused.status))
        return Outcome(refused.status, session=_closed(proof.session), order=failed)
    return _announce(smdp, proof, order, offer)


def _personalised(offer: Offer) -> ProfilePackage:
    """Return the package of an offer.

    Raises:
        Refused: 8.8/4.2 where it cannot be personalised.
    """
    if offer.package is None:
        raise Refused(NOT_PERSONALISED)
    return offer.package


def _announce(smdp: Smdp, proof: ClientProof, order: Order, offer: Offer) -> Outcome[AuthenticateClientOk]:
    """Return metadata, second proof, and the session that awaits the chip's readiness."""
    session, credential = proof.session, smdp.binding_credential(proof.session.identity)
    last = offer.last if offer.last and _is_same_pairing(offer.last, proof.eid, session) else None
    signed2 = SmdpSigned2.signed(
        SmdpSigned2(
            transaction_id=session.transaction_id,
            cc_required_flag=order.confirmation_hash is not None,
            bpp_euicc_otpk=last.binding.euicc_otpk if last else None,
        )
    )
    signature1 = tlv.encode(_SIGNATURE_TAG, proof.response.euicc_signature1)
    signature2 = credential.signer.sign(signed2.octets + signature1)
    answer = AuthenticateClientOk(
        transaction_id=session.transaction_id,
        profile_metadata=_personalised(offer).metadata,
        smdp_signed2=signed2,
        smdp_signature2=signature2,
        smdp_certificate=credential.certificate.octets,
    )
    awaiting = changed(
        session,
        state=SessionState.EXPECT_GET_BOUND_PROFILE_PACKAGE,
        eid=proof.eid,
        euicc_key=proof.euicc_key,
        order_id=order.order_id,
        matching_id=order.matching_id,
        smdp_signature2=signature2,
    )
    return Outcome(answer, session=awaiting, order=order)


def get_bound_profile_package(
    smdp: Smdp,
    request: GetBoundProfilePackageRequest,
    session: Session | None,
    offer: Offer | None,
    ambient: tuple[datetime, Entropy],
) -> Outcome[GetBoundProfilePackageOk]:
    """Bind the profile to the chip and hand it out.

    A refusal leaves the session open: the right confirmation code may follow in it.

    Args:
        smdp: who we are.
        request: the chip's readiness.
        session: the session of the transaction id.
        offer: the session's order; ``last`` is what a retry or a repeated call builds on.
        ambient: now, aware UTC; entropy, of which a new binding draws 40 octets, and 48 for a PPK.

    Returns:
        The bound profile package, the order Downloaded and the download to store; or 8.10.1/3.9, 8.1/6.1,
        8.2/1.2, 8.2/3.7, 8.8.5/4.10, 8.2.7/2.2, 8.2.7/3.8, 8.2.7/6.4, 8.8/4.2.

    Source: SGP.22 v2.5 §5.6.2, §3.1.3.2.
    """
    now, entropy = ambient
    if session is None or offer is None or not session.awaits("get_bound_profile_package", now):
        return Outcome(UNKNOWN_TRANSACTION)
    assert session.eid is not None  # noqa: S101 (known since AuthenticateClient)
    order = offer.order
    try:
        ready = _verify_readiness(request, session)
        verify_still_waits_for(order, session, now)
        refusal = check_confirmation_code(order, ready.hash_cc, session.transaction_id)
        if refusal is not None:
            return Outcome(refusal[0], order=refusal[1])
        profile = _personalised(offer)
        binding = _choose_binding(smdp, session, offer, ready.euicc_otpk, entropy)
        package = _build(smdp, session, profile, binding)
    except Refused as refused:
        return Outcome(refused.status)
    bound = order
    if not order.is_reusable:
        bound = changed(order, eid=session.eid, state=order.after(OrderEvent.BIND))
    download = Download(
        transaction_id=session.transaction_id,
        order_id=order.order_id,
        eid=session.eid,
        euicc_key=session.euicc_key,
        identity=session.identity,
        address=session.server_address,
        binding=binding,
        created_at=now,
    )
    answer = GetBoundProfilePackageOk(transaction_id=session.transaction_id, bound_profile_package=package)
    return Outcome(answer, order=bound, download=download)


def cancel_session(
    smdp: Smdp, request: CancelSessionRequestEs9, session: Session | None, order: Order | None, now: datetime
) -> Outcome[CancelSessionOk]:
    """End a session at the user's or the chip's wish.

    Returns:
        An empty output, the session closed, and the order ended unless the reason only postpones or the order
        still waits for its confirmation code; or 8.10.1/3.9, 8.1/6.1, 8.8/3.10.

    Source: SGP.22 v2.5 §5.6.5, §3.0.2.
    """
    if session is None or not session.awaits("cancel_session", now):
        return Outcome(UNKNOWN_TRANSACTION)
    response = request.cancel_session_response
    if not isinstance(response, CancelSessionResponseOk):
        # The chip had no session to cancel and signed nothing: nothing may change.
        return Outcome(CancelSessionOk())
    signed = response.euicc_cancel_session_signed
    try:
        if signed.value.transaction_id != session.transaction_id:
            raise Refused(UNKNOWN_TRANSACTION)
        with failing(Subject.EUICC, Reason.VERIFICATION_FAILED):
            verify_signature(
                PublicKey.decode(session.euicc_key), signed.octets, response.euicc_cancel_session_signature
            )
        if signed.value.smdp_oid != smdp.identities[session.identity].oid:
            raise refuse(Subject.SMDP, Reason.INVALID_ASSOCIATION, "the chip cancelled with another SM-DP+")
    except Refused as refused:
        return Outcome(refused.status)
    reason = signed.value.reason
    # A session that outlived its order may end neither another chip's nor another customer's.
    mine = order if order is not None and is_still_of(order, session) else None
    if reason not in POSTPONING and mine is not None and _may_end(mine):
        name = reason.name.lower() if isinstance(reason, CancelSessionReason) else str(reason)
        mine = mine.moved(OrderEvent.FAIL, f"cancelled: {name}")
    return Outcome(CancelSessionOk(), session=_closed(session), order=mine)


def _may_end(order: Order) -> bool:
    """Tell whether a chip that was admitted to an order may end it.

    Who has not given the confirmation code has not shown that the profile is his to reject. LPAs in the field, too,
    reject in the user's name when he mistypes the code or leaves it out: he may come back.
    """
    awaits_code = order.confirmation_hash is not None and order.state is OrderState.RELEASED
    return order.can(OrderEvent.FAIL) and not awaits_code


def _closed(session: Session) -> Session:
    """Return the session ended."""
    return changed(session, state=SessionState.CLOSED)


def _is_same_pairing(download: Download, eid: Eid, session: Session) -> bool:
    """Tell whether a download was for the same chip, under the same certificate of ours, with the same contents.

    Metadata name the address that was called: called by another spelling, the package would not be the same octets.
    """
    return (download.eid, download.identity, download.address) == (
        eid,
        session.identity,
        session.server_address,
    )


def _verify_readiness(request: GetBoundProfilePackageRequest, session: Session) -> EuiccSigned2:
    """Return what the chip signed: its one-time key and the hash of the confirmation code."""
    response = request.prepare_download_response
    if isinstance(response, PrepareDownloadResponseError):
        code = int(response.download_error_code)
        raise refuse(
            Subject.EUICC, Reason.EXECUTION_ERROR, f"the chip refused the download with error {code}"
        )
    signed2 = response.euicc_signed2
    if signed2.value.transaction_id != session.transaction_id:
        raise Refused(UNKNOWN_TRANSACTION)
    with failing(Subject.EUICC, Reason.VERIFICATION_FAILED):
        covered = signed2.octets + tlv.encode(_SIGNATURE_TAG, session.smdp_signature2)
        verify_signature(PublicKey.decode(session.euicc_key), covered, response.euicc_signature2)
    return signed2.value


def _choose_binding(
    smdp: Smdp, session: Session, offer: Offer, euicc_otpk: bytes, entropy: Entropy
) -> Binding:
    """Return the binding of a previous try if the chip kept its one-time key, else a new one.

    Raises:
        Refused: 8.2/3.7 where binding anew is not allowed.

    Source: SGP.22 v2.5 §3.1.3.2 step 9.
    """
    last = offer.last
    if last is not None and last.eid == session.eid:
        if last.binding.euicc_otpk == euicc_otpk and _is_same_pairing(last, last.eid, session):
            return last.binding
        if not smdp.policy.allow_rebinding:
            raise refuse(Subject.PROFILE, Reason.UNAVAILABLE, "the profile is bound to another one-time key")
    curve = smdp.binding_credential(session.identity).certificate.public_key.curve
    return Binding.generate(curve, euicc_otpk, entropy, replace_keys=smdp.policy.replace_session_keys)


def _build(smdp: Smdp, session: Session, package: ProfilePackage, binding: Binding) -> bytes:
    """Return the bound profile package.

    Raises:
        Refused: 8.1/6.1 where the chip's one-time key is not on the curve.
    """
    assert session.eid is not None  # noqa: S101 (known since AuthenticateClient)
    signer = smdp.binding_credential(session.identity).signer
    contents = (package.metadata.octets, package.octets)
    with failing(Subject.EUICC, Reason.VERIFICATION_FAILED):
        return build_bound_profile_package(binding, session.transaction_id, session.eid, contents, signer)
