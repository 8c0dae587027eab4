"""The announcement: the chip is admitted to its order and told which profile waits for it.

Source: SGP.22 v2.5 §5.6.3.
"""

from __future__ import annotations

from datetime import datetime

from openesim.encoding import tlv
from openesim.kernel.records import changed
from openesim.messages.sgp22.download import SmdpSigned2
from openesim.messages.sgp22.es9plus import AuthenticateClientOk
from openesim.provisioning.procedures.client_authentication import ClientProof
from openesim.provisioning.procedures.refusal import Refused
from openesim.provisioning.smdp.binding import Download
from openesim.provisioning.smdp.context import Offer, Outcome, ProfilePackage, Smdp
from openesim.provisioning.smdp.eligibility import verify_eligible
from openesim.provisioning.smdp.order_checks import (
    count_attempt,
    ended,
    verify_attempts_left,
    verify_personalised,
    verify_waits_for,
)
from openesim.provisioning.smdp.orders import Order
from openesim.provisioning.smdp.session import Session, SessionState

_SIGNATURE_TAG = 0x5F37


def authenticate_client(
    smdp: Smdp, proof: ClientProof[Session], offer: Offer | None, now: datetime
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
        offer = verify_waits_for(offer, (proof.matching_id, proof.eid), smdp.policy, now)
        package = verify_personalised(offer)
    except Refused as refused:
        return Outcome(refused.status, session=proof.session.closed())
    order = count_attempt(offer.order)
    try:
        verify_attempts_left(order)
        verify_eligible(proof.response.euicc_signed1.value.euicc_info2, package)
    except Refused as refused:
        failed = ended(order, str(refused.status))
        return Outcome(refused.status, session=proof.session.closed(), order=failed)
    last = offer.last if offer.last and offer.last.is_for(proof.eid, proof.session) else None
    return _announce(smdp, proof, order, (package, last))


def _announce(
    smdp: Smdp, proof: ClientProof[Session], order: Order, prepared: tuple[ProfilePackage, Download | None]
) -> Outcome[AuthenticateClientOk]:
    """Return metadata, second proof, and the session that awaits the chip's readiness.

    Args:
        smdp: who we are.
        proof: the chip.
        order: with the attempt counted.
        prepared: the package, and what was handed out before if the chip takes that up again.
    """
    (package, last), session = prepared, proof.session
    credential = smdp.binding_credential(session.identity)
    chip = proof.chip
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
        profile_metadata=package.metadata,
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
        eum_key_id=chip.eum_key_id,
        firmware=chip.firmware,
        platform_label=chip.platform_label,
        device=proof.device,
    )
    return Outcome(answer, session=awaiting, order=order)
