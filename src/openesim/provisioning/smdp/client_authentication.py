"""Authentication of the chip: which keys both sides use, and whether its proof holds.

Source: SGP.22 v2.5 §3.0.1, §5.6.1, §5.6.3.
"""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest
from typing import NamedTuple

from openesim.messages.sgp22.authentication import AuthenticateResponseOk
from openesim.messages.sgp22.es9plus import InitiateAuthenticationRequest
from openesim.messages.sgp22.status import Reason, Subject
from openesim.provisioning.procedures.refusal import failing, refuse
from openesim.provisioning.smdp.context import Smdp
from openesim.provisioning.smdp.session import Session
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.pki.chain import ChainError, ChainFault, EuiccChain, verify_euicc_chain

_SUPPORTED_MAJOR_VERSION = 2

_FAULTS = {
    ChainFault.CI_UNKNOWN: (Subject.CI_PUBLIC_KEY, Reason.UNKNOWN),
    ChainFault.EUM_INVALID: (Subject.EUM_CERTIFICATE, Reason.VERIFICATION_FAILED),
    ChainFault.EUM_EXPIRED: (Subject.EUM_CERTIFICATE, Reason.EXPIRED),
    ChainFault.EUM_REVOKED: (Subject.EUM_CERTIFICATE, Reason.VERIFICATION_FAILED),
    ChainFault.EUICC_INVALID: (Subject.EUICC_CERTIFICATE, Reason.VERIFICATION_FAILED),
    ChainFault.EUICC_EXPIRED: (Subject.EUICC_CERTIFICATE, Reason.EXPIRED),
    ChainFault.EUICC_REVOKED: (Subject.EUICC_CERTIFICATE, Reason.VERIFICATION_FAILED),
}


class ChosenKeys(NamedTuple):
    """CI keys of a session, by key identifier: the chip signs under one, we under the other."""

    signing: bytes
    verification: bytes


def host_of(address: str) -> str:
    """Return the host of an address as it is compared: lower case, without port and trailing dot."""
    host, _, port = address.strip().partition(":")
    host = (host if port.isdigit() or not port else address).rstrip(".")
    # Only ASCII is folded: lower() would take the sign for Kelvin as a k.
    return host.lower() if host.isascii() else host


def choose_keys(smdp: Smdp, request: InitiateAuthenticationRequest) -> ChosenKeys:
    """Return the CI key the chip shall sign under, and the one we sign under.

    Raises:
        Refused: 8.8.1/3.8 another server, 8.8.2/3.1 no trusted CI, 8.8.4/3.7 no certificate of ours the chip
            can verify, 8.8.3/3.1 another major version.

    Source: SGP.22 v2.5 §5.6.1.
    """
    if host_of(request.smdp_address) != host_of(smdp.fqdn):
        raise refuse(Subject.SMDP_ADDRESS, Reason.REFUSED, f"this server is {smdp.fqdn}")
    info = request.euicc_info1.value
    # Both lists are in the chip's order of preference.
    signing = next((ci for ci in info.euicc_ci_pkid_list_for_signing if smdp.trust.vintages_of(ci)), None)
    if signing is None:
        raise refuse(
            Subject.SMDP_SECURITY_CONFIGURATION,
            Reason.UNSUPPORTED,
            "none of the CI keys the chip signs under is trusted here",
        )
    verification = next(
        (ci for ci in info.euicc_ci_pkid_list_for_verification if ci in smdp.identities), None
    )
    if verification is None:
        raise refuse(
            Subject.SMDP_CERTIFICATE,
            Reason.UNAVAILABLE,
            "no certificate here stands under a CI key that the chip can verify",
        )
    if info.svn[0] != _SUPPORTED_MAJOR_VERSION:
        raise refuse(Subject.SMDP_SVN, Reason.UNSUPPORTED, "version 2 of SGP.22 is spoken here")
    return ChosenKeys(signing, verification)


def verify_euicc(smdp: Smdp, session: Session, response: AuthenticateResponseOk, now: datetime) -> EuiccChain:
    """Verify the chip's certificates, signature and challenge.

    Returns:
        The chip's certificates and the EID they name.

    Raises:
        Refused: 8.1.2/6.1, 8.1.2/6.3, 8.1.3/6.1, 8.1.3/6.3, 8.11.1/3.9 for the certificates; 8.1/6.1 for
            signature, challenge or a changed version; 8.10.1/3.9 for another session.

    Source: SGP.22 v2.5 §5.6.3.
    """
    chain = _verify_certificates(smdp, session, response, now)
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
    smdp: Smdp, session: Session, response: AuthenticateResponseOk, now: datetime
) -> EuiccChain:
    """Verify CERT.EUM and CERT.EUICC, under the CI that the chip was told to use."""
    try:
        chain = verify_euicc_chain(
            response.euicc_certificate, response.eum_certificate, smdp.trust, now, smdp.manufacturers
        )
    except ChainError as error:
        raise refuse(*_FAULTS[error.fault], str(error)) from None
    if chain.ci_key_id != session.euicc_ci_pkid:
        raise refuse(
            Subject.CI_PUBLIC_KEY, Reason.UNKNOWN, "the chip answered under another CI key than asked"
        )
    return chain
