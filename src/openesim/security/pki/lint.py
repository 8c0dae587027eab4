"""Comparison of a certificate with its profile, before it is signed and after it is found.

Source: SGP.22 v2.5 §4.5.2; RFC 5280 §4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from hashlib import sha1

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Eid
from openesim.security.pki import oids
from openesim.security.pki.certificate import SIGNATURE_ALGORITHM, Certificate
from openesim.security.pki.extensions import UNDERSTOOD
from openesim.security.pki.permitted_eins import states_a_range
from openesim.security.pki.profiles import CertificateProfile


class Severity(Enum):
    """How bad a finding is."""

    ERROR = "error"
    """Peers refuse such a certificate."""
    WARNING = "warning"
    """Outside of the profile, but taken in the field."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as the profile wants it."""

    severity: Severity
    part: str
    text: str

    def __str__(self) -> str:
        """Return the finding in one line."""
        return f"{self.severity.value}: {self.part}: {self.text}"


def check_certificate(certificate: Certificate, profile: CertificateProfile) -> tuple[Finding, ...]:
    """Compare a certificate with a profile; neither signature nor time is looked at.

    Returns:
        What is not as it should be; nothing for a good certificate.

    Source: SGP.22 v2.5 §4.5.2.
    """
    return (
        *_check_frame(certificate, profile),
        *_check_names(certificate, profile),
        *_check_usage(certificate, profile),
        *_check_key_ids(certificate, profile),
    )


def errors_of(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings for which peers refuse a certificate."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def _error(part: str, text: str) -> Finding:
    """Return a finding that makes peers refuse."""
    return Finding(Severity.ERROR, part, text)


def _warning(part: str, text: str) -> Finding:
    """Return a finding that peers live with."""
    return Finding(Severity.WARNING, part, text)


def _check_frame(certificate: Certificate, profile: CertificateProfile) -> Iterator[Finding]:
    """Compare algorithm, key, serial number, lifetime and unknown extensions."""
    if certificate.signature_algorithm != SIGNATURE_ALGORITHM:
        yield _error("signatureAlgorithm", "not ECDSA with SHA-256")
    try:
        certificate.public_key  # noqa: B018 (opening it is the check)
    except VerificationError as error:
        yield _error("subjectPublicKeyInfo", str(error))
    if not 0 < certificate.serial_number < 1 << 159:
        yield _warning("serialNumber", "not a positive number of at most 20 octets")
    if certificate.not_before >= certificate.not_after:
        yield _error("validity", "ends before it begins")
    for unknown in sorted(certificate.extensions.critical - UNDERSTOOD):
        yield _error("extensions", f"critical extension {unknown} is not understood")
    # Half a day of grace: issuers round.
    excess = certificate.not_after - certificate.not_before
    if profile.lifetime is not None and excess.days > profile.lifetime.days:
        yield _warning("validity", f"{excess.days} days, more than {profile.lifetime.days}")


def _check_names(certificate: Certificate, profile: CertificateProfile) -> Iterator[Finding]:
    """Compare subject, alternative names and the range of a manufacturer."""
    for kind in profile.subject:
        if certificate.subject.get(kind) is None:
            yield _warning("subject", f"has no {oids.ATTRIBUTE_LABELS[kind]}")
    if profile.role is oids.Role.EUICC:
        try:
            Eid.parse(certificate.subject.serial_number or "")
        except DecodeError as error:
            severity = Severity.ERROR if certificate.eid is None else Severity.WARNING
            yield Finding(severity, "subject", error.reason)
    names = certificate.extensions.alternative_names
    if profile.registered_id and names.registered_id is None:
        yield _error("subjectAltName", "has no object identifier of the holder (registeredID)")
    if profile.host and not (names.dns_names or names.ip_addresses):
        yield _error("subjectAltName", "has neither host name nor address")
    if profile.constrains_eids and not states_a_range(certificate):
        yield _error("nameConstraints", "limits the EIDs in no way")


def _check_usage(certificate: Certificate, profile: CertificateProfile) -> Iterator[Finding]:
    """Compare role, key usage, basic constraints and purposes with their criticality."""
    found = certificate.extensions
    if profile.role is not None and profile.role.value not in found.policies:
        yield _error("certificatePolicies", f"role {profile.role.name} is not named")
    elif profile.role is not None and profile.policy_critical != (
        oids.CERTIFICATE_POLICIES in found.critical
    ):
        severity = Severity.ERROR if profile.policy_critical else Severity.WARNING
        yield Finding(
            severity, "certificatePolicies", "critical" if not profile.policy_critical else "not critical"
        )
    if found.key_usage != profile.key_usage or oids.KEY_USAGE not in found.critical:
        yield _error(
            "keyUsage", f"is not critical with {profile.key_usage.name or profile.key_usage!r} alone"
        )
    if profile.basic_constraints is not None and (
        found.basic_constraints != profile.basic_constraints or oids.BASIC_CONSTRAINTS not in found.critical
    ):
        yield _error("basicConstraints", "not those of an issuer of its kind")
    if profile.basic_constraints is None and found.basic_constraints and found.basic_constraints.ca:
        yield _error("basicConstraints", "is an issuer")
    for purpose in profile.purposes:
        if purpose not in found.extended_key_usage:
            yield _error("extKeyUsage", f"purpose {purpose} is missing")


def _check_key_ids(certificate: Certificate, profile: CertificateProfile) -> Iterator[Finding]:
    """Compare the identifiers of the holder's and the issuer's key."""
    key_id = certificate.key_id
    if key_id is None:
        yield _error("subjectKeyIdentifier", "is missing")
    elif key_id != sha1(certificate.subject_public_key_info[-65:], usedforsecurity=False).digest():
        yield _warning("subjectKeyIdentifier", "is not the SHA-1 of the key")
    if certificate.authority_key_id is None and profile.role is not oids.Role.CI:
        yield _error("authorityKeyIdentifier", "is missing")
