"""Chip makers: certificates are read in place, builds by their version."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from openesim.adapters.keystore.pem import certificate_pem
from openesim.conditions.terminals import makers
from openesim.conditions.terminals.fields import read_eins
from openesim.conditions.terminals.makers import (
    certificate_octets,
    is_certified,
    permitted_begins,
    read_build,
    read_certificate,
    verify_own_certificate,
)
from openesim.kernel.errors import ConflictError, DecodeError
from openesim.security.crypto.curves import Curve
from openesim.security.pki.build import Issuer
from openesim.security.pki.crl import Revocation, build_crl
from openesim.security.pki.trust import TrustStore
from openesim.security.pki.world import TEST_EIN, make_world
from tests.support.rig import NOW, world_of


def test_a_certificate_is_known_by_its_key() -> None:
    eum = world_of()["eum"].certificate
    read = read_certificate(eum.octets)
    assert (read.key_id, read.octets) == (eum.key_id, eum.octets)


@pytest.mark.parametrize("octets", [b"", b"no certificate", bytes(range(200))])
def test_what_is_no_certificate_is_refused(octets: bytes) -> None:
    with pytest.raises(ConflictError, match="no certificate of a chip maker"):
        read_certificate(octets)


def test_a_build_has_a_version_and_perhaps_a_remark() -> None:
    assert (read_build("4.02.0").version, read_build("4.2.0", "first").remark) == ("4.2.0", "first")
    for version, remark in (("4.2", ""), ("4.2.0", "=1")):
        with pytest.raises(DecodeError):
            read_build(version, remark)


def test_a_chip_maker_adds_a_certificate_of_his_own_kind_only() -> None:
    world = world_of(Curve.P256)
    octets = world["eum"].certificate.octets
    trust = TrustStore([world["ci"].certificate])
    added = verify_own_certificate(octets, trust, NOW)
    assert added == read_certificate(octets)
    assert verify_own_certificate(certificate_pem(world["eum"].certificate), trust, NOW) == added
    assert permitted_begins(added) == (TEST_EIN,)
    for other in ("ci", "euicc", "dpauth"):
        with pytest.raises(ConflictError, match="none of a chip maker"):
            verify_own_certificate(world[other].certificate.octets, trust, NOW)
    with pytest.raises(ConflictError, match="is over since"):
        verify_own_certificate(octets, trust, NOW + timedelta(days=50 * 366))


def test_a_certificate_that_no_trusted_ci_stands_behind_says_nothing() -> None:
    world = make_world(Curve.P256, os.urandom, NOW)
    octets, anchor = world["eum"].certificate.octets, world["ci"].certificate
    with pytest.raises(ConflictError, match="no certificate issuer"):
        verify_own_certificate(octets, TrustStore(), NOW)
    stranger = make_world(Curve.P256, os.urandom, NOW)["ci"].certificate
    with pytest.raises(ConflictError, match="no certificate issuer"):
        verify_own_certificate(octets, TrustStore([stranger]), NOW)
    bent = octets[:-1] + bytes([octets[-1] ^ 1])
    with pytest.raises(ConflictError, match="did not sign it so"):
        verify_own_certificate(bent, TrustStore([anchor]), NOW)
    issuer = Issuer.of(anchor, world["ci"].credential.signer)
    revoked = [Revocation(world["eum"].certificate.serial_number, NOW)]
    crl = build_crl(issuer, revoked, 1, (NOW, NOW + timedelta(days=1)))
    with pytest.raises(ConflictError, match="has revoked"):
        verify_own_certificate(octets, TrustStore([anchor]).with_crl(crl), NOW)


def test_a_certificate_for_any_eid_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    octets = world_of(Curve.P256)["eum"].certificate.octets
    monkeypatch.setattr(makers, "permitted_begins", lambda _: ())
    with pytest.raises(ConflictError, match="does not say which EIDs"):
        verify_own_certificate(octets, TrustStore(), NOW)


@pytest.mark.parametrize("label", ["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"])
def test_a_private_key_is_sent_back_with_what_to_do(label: str) -> None:
    pem = certificate_pem(world_of(Curve.P256)["eum"].certificate)
    key = f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n".encode()
    with pytest.raises(ConflictError, match="holds a private key"):
        certificate_octets(pem + key)


@pytest.mark.parametrize(
    "file",
    [
        b"-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----" + b" " * 200_000,
        b"-----BEGIN CERTIFICATE-----" * 5_000,
        b"PK\x03\x04",
        b"",
    ],
)
def test_a_file_that_is_no_certificate_is_refused_at_once(file: bytes) -> None:
    with pytest.raises(ConflictError, match="no certificate of a chip maker"):
        verify_own_certificate(file, TrustStore(), NOW)


def test_eids_are_certified_where_a_certificate_is_for_all_of_them() -> None:
    certificates = (read_certificate(world_of(Curve.P256)["eum"].certificate.octets),)
    assert is_certified(certificates, read_eins(f"{TEST_EIN}12"))
    assert is_certified(certificates, read_eins(TEST_EIN))
    assert not is_certified(certificates, read_eins(TEST_EIN[:-1]))
    assert not is_certified(certificates, read_eins("89086030"))
    assert not is_certified((), read_eins(TEST_EIN))
