"""The delivery: the profile is bound to the chip and handed out.

Source: SGP.22 v2.5 §5.6.2, §3.1.3.2.
"""

from __future__ import annotations

from datetime import datetime

from openesim.encoding import tlv
from openesim.kernel.ambient import Entropy
from openesim.kernel.ids import Eid
from openesim.kernel.records import changed
from openesim.messages.sgp22.download import (
    DownloadErrorCode,
    EuiccSigned2,
    PrepareDownloadResponseError,
    PrepareDownloadResponseOk,
)
from openesim.messages.sgp22.es9plus import GetBoundProfilePackageOk, GetBoundProfilePackageRequest
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.refusal import Refused, failing, refuse
from openesim.provisioning.smdp.binding import Binding, Download, build_bound_profile_package
from openesim.provisioning.smdp.context import Offer, Outcome, ProfilePackage, Smdp
from openesim.provisioning.smdp.order_checks import (
    check_confirmation_code,
    verify_personalised,
    verify_still_waits_for,
)
from openesim.provisioning.smdp.orders import ON_A_CHIP, Order, OrderEvent
from openesim.provisioning.smdp.session import UNKNOWN_TRANSACTION, Session
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.crypto.keys import PublicKey

_SIGNATURE_TAG = 0x5F37


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
        8.1/4.2, 8.2/1.2, 8.2/3.7, 8.8.5/4.10, 8.2.7/2.2, 8.2.7/3.8, 8.2.7/6.4, 8.8/4.2.

    Source: SGP.22 v2.5 §5.6.2, §3.1.3.2.
    """
    now, entropy = ambient
    if session is None or offer is None or not session.awaits("get_bound_profile_package", now):
        return Outcome(UNKNOWN_TRANSACTION)
    assert session.eid is not None  # noqa: S101 (known since AuthenticateClient)
    order = offer.order
    response = request.prepare_download_response.value
    if isinstance(response, PrepareDownloadResponseError):
        code = int(response.download_error_code)
        status = Status(
            Subject.EUICC, Reason.EXECUTION_ERROR, f"the chip refused the download with error {code}"
        )
        return Outcome(status, code=f"{DownloadErrorCode.__name__}:{code}")
    try:
        ready = _verify_readiness(response, session)
        verify_still_waits_for(offer, session, smdp.policy, now)
        refusal = check_confirmation_code(order, ready.hash_cc, session.transaction_id)
        if refusal is not None:
            return Outcome(refusal[0], order=refusal[1])
        profile = verify_personalised(offer)
        binding = _choose_binding(smdp, session, offer, ready.euicc_otpk, entropy)
        package = _build(smdp, session, profile, binding)
    except Refused as refused:
        return Outcome(refused.status)
    bound = order if order.is_reusable else _bound(offer, session.eid)
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


def _verify_readiness(response: PrepareDownloadResponseOk, session: Session) -> EuiccSigned2:
    """Return what the chip signed: its one-time key and the hash of the confirmation code."""
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
        if last.binding.euicc_otpk == euicc_otpk and last.is_for(last.eid, session):
            return last.binding
        if not smdp.policy.allow_rebinding:
            raise refuse(Subject.PROFILE, Reason.UNAVAILABLE, "the profile is bound to another one-time key")
    curve = smdp.binding_credential(session.identity).certificate.public_key.curve
    return Binding.generate(curve, euicc_otpk, entropy, replace_keys=smdp.policy.replace_session_keys)


def _bound(offer: Offer, eid: Eid) -> Order:
    """Return the order with its package handed out; what a chip fetches again, by rule, is counted.

    A download by rule that broke is repeated for nothing.
    """
    order = offer.order
    is_again = order.state in ON_A_CHIP and offer.last is None
    redownloads = order.redownloads + 1 if is_again else order.redownloads
    return changed(order, eid=eid, state=order.after(OrderEvent.BIND), redownloads=redownloads)


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
