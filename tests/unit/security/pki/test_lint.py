"""Comparison of certificates with their profiles."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from openesim.kernel.ids import Oid
from openesim.security.pki import oids, profiles
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.extensions import AlternativeNames, BasicConstraints, Extensions, KeyUsage
from openesim.security.pki.lint import Severity, check_certificate, errors_of
from openesim.security.pki.names import Name
from openesim.security.pki.oids import Role
from openesim.security.pki.profiles import BY_ROLE, CertificateProfile
from openesim.security.pki.world import Issued


def test_our_world_is_without_findings(world: dict[str, Issued]) -> None:
    for issued in world.values():
        role = issued.certificate.role
        assert role is not None
        assert check_certificate(issued.certificate, BY_ROLE[role]) == ()


def test_published_certificates_have_no_errors(shared: Path) -> None:
    checked = 0
    for file in [*(shared / "certs/sgp26").rglob("*.der"), *(shared / "certs/session").glob("*.der")]:
        certificate = Certificate.decode(file.read_bytes())
        assert certificate.role is not None
        assert errors_of(check_certificate(certificate, BY_ROLE[certificate.role])) == (), file
        checked += 1
    assert checked >= 20


Change = Callable[[Certificate], Certificate]


def extended(**changes: Any) -> Change:
    """Return a change of the parsed extensions."""

    def change(certificate: Certificate) -> Certificate:
        return dataclasses.replace(
            certificate, extensions=dataclasses.replace(certificate.extensions, **changes)
        )

    return change


def uncritical(kind: Oid) -> Change:
    """Return a change that takes the mark of an extension away."""

    def change(certificate: Certificate) -> Certificate:
        return extended(critical=certificate.extensions.critical - {kind})(certificate)

    return change


def changed(**changes: Any) -> Change:
    """Return a change of the parsed certificate."""
    return lambda certificate: dataclasses.replace(certificate, **changes)


@pytest.mark.parametrize(
    ("label", "profile", "change", "part", "severity"),
    [
        ("dpauth", profiles.DP_AUTH, changed(signature_algorithm=b""), "signatureAlgorithm", "error"),
        ("dpauth", profiles.DP_AUTH, changed(subject_public_key_info=b""), "subjectPublicKeyInfo", "error"),
        ("dpauth", profiles.DP_AUTH, changed(serial_number=-1), "serialNumber", "warning"),
        ("dpauth", profiles.DP_AUTH, changed(serial_number=1 << 160), "serialNumber", "warning"),
        ("dpauth", profiles.DP_AUTH, changed(subject=Name.build()), "subject", "warning"),
        ("dpauth", profiles.DP_AUTH, extended(critical=frozenset({Oid("1.2.3")})), "extensions", "error"),
        (
            "dpauth",
            profiles.DP_AUTH,
            extended(alternative_names=AlternativeNames()),
            "subjectAltName",
            "error",
        ),
        ("dpauth", profiles.DP_AUTH, extended(policies=()), "certificatePolicies", "error"),
        ("dpauth", profiles.DP_PB, changed(), "certificatePolicies", "error"),
        ("dpauth", profiles.DP_AUTH, uncritical(oids.CERTIFICATE_POLICIES), "certificatePolicies", "error"),
        ("dpauth", profiles.DP_AUTH, extended(key_usage=KeyUsage.KEY_AGREEMENT), "keyUsage", "error"),
        ("dpauth", profiles.DP_AUTH, extended(key_usage=None), "keyUsage", "error"),
        ("dpauth", profiles.DP_AUTH, uncritical(oids.KEY_USAGE), "keyUsage", "error"),
        (
            "dpauth",
            profiles.DP_AUTH,
            extended(basic_constraints=BasicConstraints(ca=True)),
            "basicConstraints",
            "error",
        ),
        ("dpauth", profiles.DP_AUTH, extended(subject_key_id=None), "subjectKeyIdentifier", "error"),
        ("dpauth", profiles.DP_AUTH, extended(subject_key_id=b"1"), "subjectKeyIdentifier", "warning"),
        ("dpauth", profiles.DP_AUTH, extended(authority_key_id=None), "authorityKeyIdentifier", "error"),
        ("dptls", profiles.DP_TLS, extended(extended_key_usage=()), "extKeyUsage", "error"),
        (
            "dptls",
            profiles.DP_TLS,
            extended(alternative_names=AlternativeNames(registered_id=Oid("2.999.10"))),
            "subjectAltName",
            "error",
        ),
        ("eum", profiles.EUM, extended(name_constraints=None), "nameConstraints", "error"),
        (
            "eum",
            profiles.EUM,
            extended(basic_constraints=BasicConstraints(ca=True)),
            "basicConstraints",
            "error",
        ),
        ("eum", profiles.EUM, uncritical(oids.BASIC_CONSTRAINTS), "basicConstraints", "error"),
        ("euicc", profiles.EUICC, changed(subject=Name.build()), "subject", "error"),
        (
            "euicc",
            profiles.EUICC,
            changed(subject=Name.build((oids.SERIAL_NUMBER, "89049032" + "0" * 24))),
            "subject",
            "warning",
        ),
    ],
)
def test_every_departure_from_a_profile_is_found(
    p256: dict[str, Issued],
    label: str,
    profile: CertificateProfile,
    change: Change,
    part: str,
    severity: str,
) -> None:
    findings = check_certificate(change(p256[label].certificate), profile)
    assert (severity, part) in {(finding.severity.value, finding.part) for finding in findings}


def test_a_critical_role_in_a_tls_certificate_is_worth_a_warning(p256: dict[str, Issued]) -> None:
    leaf = p256["dptls"].certificate
    critical = extended(critical=leaf.extensions.critical | {oids.CERTIFICATE_POLICIES})(leaf)
    (finding,) = check_certificate(critical, profiles.DP_TLS)
    assert finding.severity is Severity.WARNING
    assert str(finding) == "warning: certificatePolicies: critical"


def test_validity_is_compared(p256: dict[str, Issued]) -> None:
    leaf = p256["dptls"].certificate
    long = changed(not_after=leaf.not_before + timedelta(days=399))(leaf)
    assert [finding.severity for finding in check_certificate(long, profiles.DP_TLS)] == [Severity.WARNING]
    (never,) = check_certificate(changed(not_after=leaf.not_before)(leaf), profiles.DP_TLS)
    assert never.severity is Severity.ERROR
    assert errors_of((never,)) == (never,)


def test_a_certificate_without_extensions_has_many_findings(p256: dict[str, Issued]) -> None:
    bare = dataclasses.replace(p256["ci"].certificate, extensions=Extensions())
    parts = {finding.part for finding in check_certificate(bare, BY_ROLE[Role.CI])}
    assert {"keyUsage", "basicConstraints", "certificatePolicies", "subjectKeyIdentifier"} <= parts
