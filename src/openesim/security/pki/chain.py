"""Verification of certificate chains: CI → EUM → eUICC and CI → server.

Written by us because no library can: the chains are linked by key identifiers and not by names, the
manufacturer's name constraint means a prefix, one of the curves is refused elsewhere, and the role is
a certificate policy. Order of the checks: form, trust, link and signature, permissions, time, revocation; so
a certificate that is false *and* expired is called false.

A failure says which certificate and what is wrong with it (``ChainFault``); which answer that becomes
on the wire is the role's business.

Source: SGP.22 v2.5 §4.5.2.1, §4.5.2.2; RFC 5280 §6.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Eid
from openesim.security.pki import oids
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.extensions import UNDERSTOOD, KeyUsage
from openesim.security.pki.faults import (
    EUICC_FAULTS,
    EUM_FAULTS,
    SERVER_FAULTS,
    ChainError,
    ChainFault,
    Faults,
)
from openesim.security.pki.oids import Role
from openesim.security.pki.permitted_eins import states_a_range, verify_eid_permitted
from openesim.security.pki.trust import TrustStore

__all__ = [
    "ChainError",
    "ChainFault",
    "EuiccChain",
    "EumCache",
    "ServerChain",
    "verify_euicc_chain",
    "verify_eum_certificate",
    "verify_same_server",
    "verify_server_certificate",
]

_TLS_ROLES: Final = frozenset({Role.DP_TLS, Role.DS_TLS})

Vintages = tuple[Certificate, ...]
"""Certificates of one CI key."""


@dataclass(frozen=True, slots=True)
class EuiccChain:
    """A chip whose certificates hold.

    Attributes:
        euicc: CERT.EUICC.
        eum: CERT.EUM.
        eid: EID of the chip.
        ci_key_id: key of the CI above, 20 octets.
    """

    euicc: Certificate
    eum: Certificate
    eid: Eid
    ci_key_id: bytes


@dataclass(frozen=True, slots=True)
class ServerChain:
    """A server whose certificate holds.

    Attributes:
        certificate: its certificate.
        ci_key_id: key of the CI above, 20 octets.
    """

    certificate: Certificate
    ci_key_id: bytes


class EumCache:
    """Remembers manufacturers whose certificate was verified; owned by the caller, bounded, for any threads.

    Only what cannot change is remembered: form, permissions, and by which CI key the certificate is signed. That
    the CI is trusted, the certificate in its time and not revoked is looked at every time.
    """

    __slots__ = ("_capacity", "_verified")

    def __init__(self, capacity: int = 64) -> None:
        """Remember at most ``capacity`` manufacturers; the one not seen for longest goes first."""
        self._capacity: Final = capacity
        self._verified: Final[OrderedDict[bytes, tuple[Certificate, Certificate]]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._verified)

    def get(self, octets: bytes, trust: TrustStore) -> tuple[Certificate, Vintages] | None:
        """Return a verified manufacturer with the CI key above, if that very key is trusted in this store."""
        entry = self._verified.get(octets)
        if entry is None:
            return None
        eum, anchor = entry
        vintages = trust.vintages_of(anchor.key_id or b"")
        if not vintages or vintages[0].public_key != anchor.public_key:
            return None
        with suppress(KeyError):  # another thread let it go meanwhile
            self._verified.move_to_end(octets)
        return eum, vintages

    def put(self, eum: Certificate, anchor: Certificate) -> None:
        """Remember a manufacturer's certificate and a certificate of the CI key that signed it."""
        self._verified[eum.octets] = (eum, anchor)
        while len(self._verified) > self._capacity:
            with suppress(KeyError):
                self._verified.popitem(last=False)


def verify_euicc_chain(
    euicc: bytes, eum: bytes, trust: TrustStore, now: datetime | None, cache: EumCache | None = None
) -> EuiccChain:
    """Verify the certificates of a chip.

    Args:
        euicc: CERT.EUICC as received.
        eum: CERT.EUM as received.
        trust: CI keys and revocation lists.
        now: aware; None leaves time out.
        cache: manufacturers already verified.

    Raises:
        ChainError: with the fault; octets that are no certificate are an invalid certificate.

    Source: SGP.22 v2.5 §4.5.2.2 (verification of certificates by an RSP server).
    """
    manufacturer, ci_key_id = _verify_eum_now(eum, trust, now, cache)
    chip = _decode(euicc, EUICC_FAULTS)
    try:
        _verify_leaf(chip, Role.EUICC)
        if chip.authority_key_id not in {None, manufacturer.key_id}:
            raise VerificationError("it names another manufacturer's key")
        chip.verify_signed_by(manufacturer.public_key)
        eid = verify_eid_permitted(chip, manufacturer)
    except VerificationError as error:
        raise ChainError(ChainFault.EUICC_INVALID, str(error)) from None
    _verify_in_time(chip, now, EUICC_FAULTS)
    _verify_not_revoked(chip, manufacturer.key_id or b"", ci_key_id, trust, EUICC_FAULTS)
    return EuiccChain(chip, manufacturer, eid, ci_key_id)


def verify_eum_certificate(eum: bytes, trust: TrustStore, now: datetime | None) -> Certificate:
    """Verify the certificate of a chip maker, whoever brings it.

    Args:
        eum: CERT.EUM as received.
        trust: CI keys and revocation lists.
        now: aware; None leaves time out.

    Raises:
        ChainError: with the fault.

    Source: SGP.22 v2.5 §4.5.2.1.0.2, §4.5.2.2.
    """
    return _verify_eum_now(eum, trust, now, None)[0]


def verify_server_certificate(
    certificate: bytes, role: Role, trust: TrustStore, now: datetime | None
) -> ServerChain:
    """Verify the certificate of a server that stands directly below a CI.

    Args:
        certificate: as received.
        role: what the server must be entitled to.
        trust: CI keys and revocation lists.
        now: aware; None for a chip without clock.

    Raises:
        ChainError: with the fault.

    Source: SGP.22 v2.5 §4.5.2.1.0.3, §4.5.2.2.
    """
    server = _decode(certificate, SERVER_FAULTS)
    vintages = _find_ci(server, trust, SERVER_FAULTS)
    try:
        _verify_leaf(server, role)
    except VerificationError as error:
        raise ChainError(ChainFault.SERVER_INVALID, str(error)) from None
    ci_key_id = _verify_ci_in_time(vintages, now)
    _verify_in_time(server, now, SERVER_FAULTS)
    _verify_not_revoked(server, ci_key_id, ci_key_id, trust, SERVER_FAULTS)
    return ServerChain(server, ci_key_id)


def verify_same_server(auth: Certificate, binding: Certificate) -> None:
    """Verify that CERT.DPauth and CERT.DPpb belong to one SM-DP+ below one CI.

    Raises:
        VerificationError: another object identifier, none, or another CI.

    Source: SGP.22 v2.5 §5.7.5.
    """
    if auth.oid is None or auth.oid != binding.oid:
        raise VerificationError("the two certificates name different SM-DP+ object identifiers")
    if auth.authority_key_id != binding.authority_key_id:
        raise VerificationError("the two certificates stand below different CIs")


def _verify_eum_now(
    octets: bytes, trust: TrustStore, now: datetime | None, cache: EumCache | None
) -> tuple[Certificate, bytes]:
    """Return a manufacturer who holds now, and the key identifier of the CI above.

    Raises:
        ChainError: CI_UNKNOWN, or invalid, expired or revoked.
    """
    manufacturer, vintages = _verify_eum(octets, trust, cache)
    ci_key_id = _verify_ci_in_time(vintages, now)
    _verify_in_time(manufacturer, now, EUM_FAULTS)
    _verify_not_revoked(manufacturer, ci_key_id, ci_key_id, trust, EUM_FAULTS)
    return manufacturer, ci_key_id


def _verify_eum(octets: bytes, trust: TrustStore, cache: EumCache | None) -> tuple[Certificate, Vintages]:
    """Return a manufacturer whose form, permissions and signature hold, and the CI key above it.

    Raises:
        ChainError: CI_UNKNOWN or EUM_INVALID.
    """
    known = cache.get(octets, trust) if cache is not None else None
    if known is not None:
        return known
    eum = _decode(octets, EUM_FAULTS)
    vintages = _find_ci(eum, trust, EUM_FAULTS)
    try:
        _verify_manufacturer(eum, vintages[0])
    except VerificationError as error:
        raise ChainError(ChainFault.EUM_INVALID, str(error)) from None
    if cache is not None:
        cache.put(eum, vintages[0])
    return eum, vintages


def _decode(octets: bytes, faults: Faults) -> Certificate:
    """Read a certificate.

    Raises:
        ChainError: octets that are none are an invalid certificate.
    """
    try:
        return Certificate.decode(octets)
    except DecodeError as error:
        raise ChainError(faults.invalid, str(error)) from None


def _find_ci(certificate: Certificate, trust: TrustStore, faults: Faults) -> Vintages:
    """Return the certificates of the CI key that signed a certificate.

    A certificate without authority key identifier may come from any CI: the signature tells which.

    Raises:
        ChainError: CI_UNKNOWN, or invalid where the CI is known and did not sign it.
    """
    key_id = certificate.authority_key_id
    key_ids = trust.key_ids if key_id is None else (key_id,)
    candidates = [vintages for wanted in key_ids if (vintages := trust.vintages_of(wanted))]
    for vintages in candidates:
        try:
            certificate.verify_signed_by(vintages[0].public_key)
        except VerificationError:
            continue
        return vintages
    named = key_id is not None or any(
        anchor.subject == certificate.issuer for vintages in candidates for anchor in vintages
    )
    if candidates and named:
        raise ChainError(faults.invalid, "its CI did not sign it")
    raise ChainError(
        ChainFault.CI_UNKNOWN, f"{certificate.issuer}, key {(key_id or b'').hex() or 'not named'}"
    )


def _verify_manufacturer(eum: Certificate, anchor: Certificate) -> None:
    """Verify that a certificate is a manufacturer's.

    Raises:
        VerificationError: role, key usage, constraints, or a critical extension that is not understood.

    Source: SGP.22 v2.5 §4.5.2.1.0.2.
    """
    _verify_extensions(eum, Role.EUM)
    constraints = eum.extensions.basic_constraints
    if constraints is None or not constraints.ca:
        raise VerificationError("it is no issuer")
    above = anchor.extensions.basic_constraints
    if above is not None and above.path_length == 0:
        raise VerificationError("its CI must not certify issuers")
    _verify_key_usage(eum, KeyUsage.KEY_CERT_SIGN)
    if eum.key_id is None:
        raise VerificationError("it has no subject key identifier")
    if not states_a_range(eum):
        raise VerificationError("it does not say which EIDs it may issue for")


def _verify_leaf(certificate: Certificate, role: Role) -> None:
    """Verify that a certificate is a chip's or server's of a role.

    Raises:
        VerificationError: role, key usage, constraints, or a critical extension that is not understood.
    """
    _verify_extensions(certificate, role)
    constraints = certificate.extensions.basic_constraints
    if constraints is not None and constraints.ca:
        raise VerificationError("it is an issuer")
    _verify_key_usage(certificate, KeyUsage.DIGITAL_SIGNATURE)


def _verify_extensions(certificate: Certificate, role: Role) -> None:
    """Verify role, criticality and that the key can be opened.

    Raises:
        VerificationError: another role, or a critical extension that is not understood.
    """
    extensions = certificate.extensions
    if not extensions.critical <= UNDERSTOOD:
        raise VerificationError("a critical extension is not understood")
    if role.value not in extensions.policies:
        raise VerificationError(f"it does not name the role {role.name}")
    # Critical, so that nobody without knowledge of roles takes it; TLS certificates must pass in browsers too.
    if role not in _TLS_ROLES and oids.CERTIFICATE_POLICIES not in extensions.critical:
        raise VerificationError("its role is not critical")
    certificate.public_key  # noqa: B018 (a key on no curve of ours is refused here)


def _verify_key_usage(certificate: Certificate, wanted: KeyUsage) -> None:
    """Verify that a key may be used for something.

    Raises:
        VerificationError: it may not, or does not say.
    """
    usage = certificate.extensions.key_usage
    if usage is None or wanted not in usage:
        raise VerificationError(f"its key usage does not include {wanted.name}")


def _verify_ci_in_time(vintages: Vintages, now: datetime | None) -> bytes:
    """Return the key identifier of a CI key of which at least one certificate is in its time.

    Raises:
        ChainError: CI_UNKNOWN; a CI whose every certificate has expired is trusted no longer.
    """
    if now is not None and not any(anchor.not_before <= now <= anchor.not_after for anchor in vintages):
        raise ChainError(ChainFault.CI_UNKNOWN, f"no certificate of {vintages[0].subject} is in its time")
    return vintages[0].key_id or b""


def _verify_in_time(certificate: Certificate, now: datetime | None, faults: Faults) -> None:
    """Verify that a certificate is in its time.

    Raises:
        ChainError: expired; or invalid where its time has not come yet.
    """
    if now is None:
        return
    if now > certificate.not_after:
        raise ChainError(faults.expired, f"on {certificate.not_after:%Y-%m-%d}")
    if now < certificate.not_before:
        raise ChainError(faults.invalid, f"it is valid from {certificate.not_before:%Y-%m-%d %H:%M:%S} on")


def _verify_not_revoked(
    certificate: Certificate, issuer_key_id: bytes, ci_key_id: bytes, trust: TrustStore, faults: Faults
) -> None:
    """Verify that no revocation list names a certificate.

    Raises:
        ChainError: revoked.
    """
    revocation = trust.find_revocation(certificate, issuer_key_id, ci_key_id)
    if revocation is not None:
        raise ChainError(faults.revoked, f"on {revocation.revoked_at:%Y-%m-%d}")
