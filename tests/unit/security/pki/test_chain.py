"""Chains: ours, the published ones, and every way in which they can be false."""

import dataclasses
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from openesim.encoding import tlv
from openesim.encoding.tlv import encode
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import Oid
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import raw_to_der
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki import build, der, oids, profiles
from openesim.security.pki import world as worlds
from openesim.security.pki.build import (
    CertificateRequest,
    Holder,
    Issuer,
    build_certificate,
    key_id_of,
    write_extension,
)
from openesim.security.pki.certificate import SIGNATURE_ALGORITHM, Certificate
from openesim.security.pki.chain import (
    ChainError,
    ChainFault,
    EumCache,
    verify_euicc_chain,
    verify_same_server,
    verify_server_certificate,
)
from openesim.security.pki.crl import Revocation, build_crl
from openesim.security.pki.names import Name
from openesim.security.pki.oids import Role
from openesim.security.pki.profiles import CertificateProfile
from openesim.security.pki.trust import TrustStore
from openesim.security.pki.world import Issued, make_world

DAY = timedelta(days=1)


def fault_of(euicc: bytes, eum: bytes, trust: TrustStore, now: datetime | None) -> ChainFault:
    """Return the fault with which a chip is refused."""
    with pytest.raises(ChainError) as refusal:
        verify_euicc_chain(euicc, eum, trust, now)
    return refusal.value.fault


def reissue(original: Issued, issuer: Issued, profile: CertificateProfile, **changes: Any) -> Issued:
    """Issue a certificate again with changes, the key staying the same."""
    certificate = original.certificate
    constraints = certificate.extensions.name_constraints
    holder = Holder(
        subject=changes.pop("subject", certificate.subject),
        registered_id=certificate.oid,
        permitted=constraints.permitted[0] if constraints else None,
    )
    request = CertificateRequest(
        holder=holder,
        public_key=original.private_key.public_key,
        serial_number=changes.pop("serial_number", certificate.serial_number),
        not_before=changes.pop("not_before", certificate.not_before),
        not_after=changes.pop("not_after", None),
    )
    changed = dataclasses.replace(profile, **changes)
    authority = Issuer.of(issuer.certificate, issuer.credential.signer)
    return Issued(build_certificate(changed, request, authority), original.private_key)


# --- What holds ----------------------------------------------------------------------------------------------


def test_a_chip_of_our_world_is_verified(world: dict[str, Issued], now: datetime) -> None:
    trust = TrustStore([world["ci"].certificate])
    chain = verify_euicc_chain(world["euicc"].certificate.octets, world["eum"].certificate.octets, trust, now)
    assert chain.eid == worlds.TEST_EID
    assert chain.euicc == world["euicc"].certificate
    assert chain.eum == world["eum"].certificate
    assert chain.ci_key_id == world["ci"].certificate.key_id


@pytest.mark.parametrize("label", ["dpauth", "dppb", "dptls", "dsauth", "dstls"])
def test_every_server_of_our_world_is_verified_in_its_role(
    world: dict[str, Issued], now: datetime, label: str
) -> None:
    trust = TrustStore([world["ci"].certificate])
    certificate = world[label].certificate
    assert certificate.role is not None
    for moment in (now, None):
        chain = verify_server_certificate(certificate.octets, certificate.role, trust, moment)
        assert (chain.certificate, chain.ci_key_id) == (certificate, trust.key_ids[0])


def test_published_chips_of_all_vintages_are_verified_whichever_vintage_is_trusted(
    shared: Path, now: datetime
) -> None:
    certs = shared / "certs"
    nist_cis = [certs / "session/ci.der", certs / "session/ci-2017.der", certs / "sgp32/CERT_CI_SIG_NIST.der"]
    brainpool_ci = certs / "sgp26/CertificateIssuer/CERT_CI_ECDSA_BRP.der"
    chips = [
        (certs / "session/euicc.der", certs / "session/eum.der", nist_cis),
        (
            certs / "sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der",
            certs / "sgp26/EUM/CERT_EUM_ECDSA_NIST.der",
            nist_cis,
        ),
        (certs / "sgp32/CERT_EUICC_SIG_NIST.der", certs / "sgp32/CERT_EUM_SIG_NIST.der", nist_cis),
        (
            certs / "sgp26/eUICC/CERT_EUICC_ECDSA_BRP.der",
            certs / "sgp26/EUM/CERT_EUM_ECDSA_BRP.der",
            [brainpool_ci],
        ),
        # The sets mixed: chip of 2020, manufacturer of 2017, one key.
        (certs / "sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der", certs / "session/eum.der", nist_cis),
    ]
    for euicc, eum, cis in chips:
        for ci in cis:
            trust = TrustStore([Certificate.decode(ci.read_bytes())])
            chain = verify_euicc_chain(euicc.read_bytes(), eum.read_bytes(), trust, now)
            assert chain.eid == "89049032123451234512345678901235"


@pytest.mark.parametrize("curve", ["NIST", "BRP"])
def test_published_servers_are_verified(shared: Path, now: datetime, curve: str) -> None:
    sgp26 = shared / "certs/sgp26"
    trust = TrustStore(
        [Certificate.decode((sgp26 / f"CertificateIssuer/CERT_CI_ECDSA_{curve}.der").read_bytes())]
    )
    for number in ("", "2"):
        auth, binding = (
            verify_server_certificate(
                (sgp26 / f"DP{kind}/CERT_S_SM_DP{number}{kind}_ECDSA_{curve}.der").read_bytes(),
                role,
                trust,
                now,
            ).certificate
            for kind, role in (("auth", Role.DP_AUTH), ("pb", Role.DP_PB))
        )
        verify_same_server(auth, binding)
    tls = (sgp26 / f"DPtls/CERT_S_SM_DP_VARO_TLS_{curve}.der").read_bytes()
    assert verify_server_certificate(tls, Role.DP_TLS, trust, now).certificate.oid == "2.999.10"


def test_published_tls_certificates_that_have_expired_are_told(shared: Path, now: datetime) -> None:
    sgp26 = shared / "certs/sgp26"
    trust = TrustStore([Certificate.decode((shared / "certs/session/ci.der").read_bytes())])
    with pytest.raises(ChainError) as refusal:
        verify_server_certificate(
            (sgp26 / "DPtls/CERT_S_SM_DP2_TLS.der").read_bytes(), Role.DP_TLS, trust, now
        )
    assert refusal.value.fault is ChainFault.SERVER_EXPIRED


def test_the_library_finds_the_same_signatures_in_published_chains(shared: Path) -> None:
    certs = shared / "certs"
    pairs = [
        ("session/ci-2017.der", "session/eum.der"),
        ("session/eum.der", "session/euicc.der"),
        ("sgp26/CertificateIssuer/CERT_CI_ECDSA_BRP.der", "sgp26/EUM/CERT_EUM_ECDSA_BRP.der"),
        ("sgp26/EUM/CERT_EUM_ECDSA_BRP.der", "sgp26/eUICC/CERT_EUICC_ECDSA_BRP.der"),
    ]
    for above, below in pairs:
        issuer, subject = ((certs / name).read_bytes() for name in (above, below))
        x509.load_der_x509_certificate(subject).verify_directly_issued_by(
            x509.load_der_x509_certificate(issuer)
        )
        Certificate.decode(subject).verify_signed_by(Certificate.decode(issuer).public_key)


# --- The invalid variants that a server must refuse (SGP.23, made from the published CI key) -------------------


@pytest.fixture
def sgp26(shared: Path) -> dict[str, Issued]:
    """CI, manufacturer and chip of SGP.26 with their published keys."""
    folders = {"ci": "CertificateIssuer", "eum": "EUM", "euicc": "eUICC"}
    found = {}
    for label, folder in folders.items():
        path = shared / "certs/sgp26" / folder
        certificate = Certificate.decode((path / f"CERT_{label.upper()}_ECDSA_NIST.der").read_bytes())
        key = PrivateKey.decode((path / f"SK_{label.upper()}_ECDSA_NIST.pem").read_bytes())
        assert key.public_key == certificate.public_key
        found[label] = Issued(certificate, key)
    return found


def test_variants_of_the_published_chip_are_refused_with_their_fault(
    sgp26: dict[str, Issued], now: datetime, entropy: Entropy
) -> None:
    ci, eum, euicc = sgp26["ci"], sgp26["eum"], sgp26["euicc"]
    trust = TrustStore([ci.certificate])
    good_eum, good_euicc = eum.certificate.octets, euicc.certificate.octets
    verify_euicc_chain(good_euicc, good_eum, trust, now)

    stranger = make_world(Curve.P256, entropy, now)
    past = {"not_before": now - 10 * DAY, "not_after": now - DAY}
    expired_euicc = reissue(euicc, eum, profiles.EUICC, **past)
    foreign_key = Issued(eum.certificate, stranger["eum"].private_key)
    false_euicc = reissue(euicc, foreign_key, profiles.EUICC)
    outside = Name.build(
        (oids.COUNTRY, "ES"),
        (oids.ORGANIZATION, "RSP Test EUM"),
        (oids.SERIAL_NUMBER, "89049033123451234512345678901234"),
        (oids.COMMON_NAME, "Test eUICC"),
    )
    outside_euicc = reissue(euicc, eum, profiles.EUICC, subject=outside)
    expired_eum = reissue(eum, ci, profiles.EUM, **past)
    foreign_ci = Issued(ci.certificate, stranger["ci"].private_key)
    false_eum = reissue(eum, foreign_ci, profiles.EUM)
    unknown_eum = reissue(eum, stranger["ci"], profiles.EUM)

    def fault(euicc: Issued | bytes, eum: Issued | bytes) -> ChainFault:
        octets = [each.certificate.octets if isinstance(each, Issued) else each for each in (euicc, eum)]
        return fault_of(octets[0], octets[1], trust, now)

    assert fault(expired_euicc, good_eum) is ChainFault.EUICC_EXPIRED
    assert fault(false_euicc, good_eum) is ChainFault.EUICC_INVALID
    assert fault(outside_euicc, good_eum) is ChainFault.EUICC_INVALID
    assert fault(good_euicc, expired_eum) is ChainFault.EUM_EXPIRED
    assert fault(good_euicc, false_eum) is ChainFault.EUM_INVALID
    assert fault(good_euicc, unknown_eum) is ChainFault.CI_UNKNOWN
    assert fault(good_euicc, stranger["eum"]) is ChainFault.CI_UNKNOWN


# --- Rules, one by one ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"role": Role.DP_AUTH}, "role"),
        ({"policy_critical": False}, "critical"),
        ({"key_usage": profiles.CI.key_usage & ~profiles.EUM.key_usage}, "KEY_CERT_SIGN"),
        ({"basic_constraints": None}, "no issuer"),
    ],
)
def test_a_manufacturer_must_be_one(
    p256: dict[str, Issued], trust: TrustStore, now: datetime, changes: dict[str, Any], detail: str
) -> None:
    eum = reissue(p256["eum"], p256["ci"], profiles.EUM, **changes)
    with pytest.raises(ChainError, match=detail) as refusal:
        verify_euicc_chain(p256["euicc"].certificate.octets, eum.certificate.octets, trust, now)
    assert refusal.value.fault is ChainFault.EUM_INVALID


def test_a_manufacturer_who_names_no_range_is_refused(
    p256: dict[str, Issued], trust: TrustStore, now: datetime
) -> None:
    eum, ci = p256["eum"], p256["ci"]
    request = CertificateRequest(
        holder=Holder(subject=eum.certificate.subject, registered_id=eum.certificate.oid),
        public_key=eum.private_key.public_key,
        serial_number=1,
        not_before=now,
    )
    boundless = build_certificate(
        dataclasses.replace(profiles.EUM, constrains_eids=False),
        request,
        Issuer.of(ci.certificate, ci.credential.signer),
    )
    octets = p256["euicc"].certificate.octets
    assert fault_of(octets, boundless.octets, trust, now) is ChainFault.EUM_INVALID


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"role": Role.EUM}, "role"),
        ({"policy_critical": False}, "critical"),
        ({"key_usage": profiles.EUM.key_usage}, "DIGITAL_SIGNATURE"),
        ({"basic_constraints": profiles.EUM.basic_constraints}, "is an issuer"),
    ],
)
def test_a_chip_must_be_one(
    p256: dict[str, Issued], trust: TrustStore, now: datetime, changes: dict[str, Any], detail: str
) -> None:
    euicc = reissue(p256["euicc"], p256["eum"], profiles.EUICC, **changes)
    with pytest.raises(ChainError, match=detail) as refusal:
        verify_euicc_chain(euicc.certificate.octets, p256["eum"].certificate.octets, trust, now)
    assert refusal.value.fault is ChainFault.EUICC_INVALID


def test_a_chip_signed_by_another_manufacturer_below_the_same_ci_is_refused(
    p256: dict[str, Issued], trust: TrustStore, now: datetime, entropy: Entropy
) -> None:
    other = worlds.issue(
        profiles.EUM,
        Holder(
            subject=p256["eum"].certificate.subject,
            registered_id=Oid("2.999.6"),
            permitted=Name.build((oids.SERIAL_NUMBER, "89")),
        ),
        p256["ci"],
        entropy,
        now,
    )
    octets = p256["euicc"].certificate.octets
    assert fault_of(octets, other.certificate.octets, trust, now) is ChainFault.EUICC_INVALID


def test_a_chip_that_names_another_key_than_its_manufacturers_is_refused(
    p256: dict[str, Issued], trust: TrustStore, now: datetime
) -> None:
    eum = p256["eum"]
    request = CertificateRequest(
        holder=Holder(subject=p256["euicc"].certificate.subject),
        public_key=p256["euicc"].private_key.public_key,
        serial_number=1,
        not_before=now,
    )
    issuer = Issuer(eum.certificate.subject, bytes(20), eum.credential.signer)
    chip = build_certificate(profiles.EUICC, request, issuer)
    with pytest.raises(ChainError, match="another manufacturer") as refusal:
        verify_euicc_chain(chip.octets, eum.certificate.octets, trust, now)
    assert refusal.value.fault is ChainFault.EUICC_INVALID


def test_a_manufacturer_cannot_certify_manufacturers(
    p256: dict[str, Issued], trust: TrustStore, now: datetime, entropy: Entropy
) -> None:
    """A chain CI → EUM → EUM → chip: the issuer of the second manufacturer is no CI."""
    certificate = p256["eum"].certificate
    assert certificate.extensions.name_constraints is not None
    holder = Holder(
        subject=certificate.subject,
        registered_id=certificate.oid,
        permitted=certificate.extensions.name_constraints.permitted[0],
    )
    below = worlds.issue(profiles.EUM, holder, p256["eum"], entropy, now)
    chip = worlds.issue_euicc(below, worlds.TEST_EID, entropy, now)
    octets = chip.certificate.octets
    assert fault_of(octets, below.certificate.octets, trust, now) is ChainFault.CI_UNKNOWN


def test_a_ci_with_path_length_zero_certifies_no_manufacturer(
    entropy: Entropy, now: datetime, p256: dict[str, Issued]
) -> None:
    ci_holder = Holder(subject=p256["ci"].certificate.subject, registered_id=Oid("2.999.1"))
    strict = dataclasses.replace(profiles.CI, basic_constraints=profiles.EUM.basic_constraints)
    ci = worlds.issue(strict, ci_holder, Curve.P256, entropy, now)
    eum = reissue(p256["eum"], ci, profiles.EUM)
    trust = TrustStore([ci.certificate])
    octets = p256["euicc"].certificate.octets
    assert fault_of(octets, eum.certificate.octets, trust, now) is ChainFault.EUM_INVALID


def with_critical_extension(issued: Issued, issuer: Issued) -> bytes:
    """Return a certificate again, signed, with a critical extension that nobody knows."""
    signed = issued.certificate.signed
    parts = [signed[start:end] for start, end in _children(signed)]
    start, end = _children(parts[-1])[0]
    (inner_start, _) = der.only(parts[-1][start:end], der.SEQUENCE)
    unknown = write_extension(Oid("1.2.3.4"), b"\x05\x00", critical=True)
    parts[-1] = encode(0xA3, der.sequence(parts[-1][start:end][inner_start:], unknown))
    new = der.sequence(*parts)
    signature = encode(der.BIT_STRING, b"\0" + raw_to_der(issuer.credential.signer.sign(new)))
    return der.sequence(new, SIGNATURE_ALGORITHM, signature)


def _children(octets: bytes) -> list[tuple[int, int]]:
    return [(item.start, item.end) for item in tlv.read_one(octets).children()]


def test_an_unknown_critical_extension_is_refused_wherever_it_stands(
    p256: dict[str, Issued], trust: TrustStore, now: datetime
) -> None:
    eum, euicc = p256["eum"].certificate.octets, p256["euicc"].certificate.octets
    strange_eum = with_critical_extension(p256["eum"], p256["ci"])
    strange_euicc = with_critical_extension(p256["euicc"], p256["eum"])
    assert fault_of(euicc, strange_eum, trust, now) is ChainFault.EUM_INVALID
    assert fault_of(strange_euicc, eum, trust, now) is ChainFault.EUICC_INVALID
    strange_server = with_critical_extension(p256["dpauth"], p256["ci"])
    with pytest.raises(ChainError) as refusal:
        verify_server_certificate(strange_server, Role.DP_AUTH, trust, now)
    assert refusal.value.fault is ChainFault.SERVER_INVALID


def without_authority(issued: Issued, issuer: Issued, profile: CertificateProfile) -> bytes:
    """Return a certificate without authorityKeyIdentifier, made by letting the issuer pass for the holder."""
    holder = Holder(
        subject=issued.certificate.subject,
        registered_id=issued.certificate.oid,
        permitted=Name.build((oids.SERIAL_NUMBER, "89049032")) if profile.constrains_eids else None,
    )
    request = CertificateRequest(
        holder=holder,
        public_key=issued.private_key.public_key,
        serial_number=5,
        not_before=issued.certificate.not_before,
    )
    own = Issuer(
        issuer.certificate.subject,
        key_id_of(issued.private_key.public_key),
        issuer.credential.signer,
    )
    signed = build._build_signed(profile, request, own)
    certificate = build._assemble(signed, raw_to_der(issuer.credential.signer.sign(signed)))
    assert certificate.authority_key_id is None
    return certificate.octets


def test_a_certificate_that_names_no_authority_is_linked_by_its_signature(
    p256: dict[str, Issued], trust: TrustStore, now: datetime, entropy: Entropy
) -> None:
    other = make_world(Curve.BRAINPOOL_P256R1, entropy, now)
    both = TrustStore([other["ci"].certificate, *trust.anchors])
    eum = without_authority(p256["eum"], p256["ci"], profiles.EUM)
    euicc = without_authority(p256["euicc"], p256["eum"], profiles.EUICC)
    chain = verify_euicc_chain(euicc, eum, both, now)
    assert chain.ci_key_id == p256["ci"].certificate.key_id
    # Without the CI that signed it the name alone decides what is wrong.
    published_name = Name.build((oids.COMMON_NAME, "Another CI"))
    stranger = worlds.issue(
        profiles.CI, Holder(subject=published_name, registered_id=Oid("2.999.1")), Curve.P256, entropy, now
    )
    assert fault_of(euicc, eum, TrustStore([stranger.certificate]), now) is ChainFault.CI_UNKNOWN
    assert fault_of(euicc, eum, TrustStore(), now) is ChainFault.CI_UNKNOWN


def test_a_name_that_we_know_without_its_signature_is_a_false_certificate(
    p256: dict[str, Issued], trust: TrustStore, now: datetime, entropy: Entropy
) -> None:
    stranger = PrivateKey.generate(Curve.P256, entropy)
    pretender = Issued(p256["ci"].certificate, stranger)
    eum = without_authority(p256["eum"], pretender, profiles.EUM)
    assert fault_of(p256["euicc"].certificate.octets, eum, trust, now) is ChainFault.EUM_INVALID


# --- Time ----------------------------------------------------------------------------------------------------


def test_time_is_compared_to_the_second_and_not_at_all_without_a_clock(
    p256: dict[str, Issued], trust: TrustStore, now: datetime
) -> None:
    euicc = reissue(
        p256["euicc"], p256["eum"], profiles.EUICC, not_before=now, not_after=now + DAY
    ).certificate
    eum = p256["eum"].certificate.octets
    second = timedelta(seconds=1)
    for moment in (now, now + DAY, None):
        verify_euicc_chain(euicc.octets, eum, trust, moment)
    assert fault_of(euicc.octets, eum, trust, now + DAY + second) is ChainFault.EUICC_EXPIRED
    assert fault_of(euicc.octets, eum, trust, now - second) is ChainFault.EUICC_INVALID


def test_a_ci_lives_as_long_as_its_youngest_certificate(now: datetime, p256: dict[str, Issued]) -> None:
    ci = p256["ci"]
    own = Issuer.of(ci.certificate, ci.credential.signer)
    request = CertificateRequest(
        holder=Holder(
            subject=Name.build((oids.ORGANIZATION, "old"), (oids.COMMON_NAME, "CI")),
            registered_id=ci.certificate.oid,
        ),
        public_key=ci.private_key.public_key,
        serial_number=1,
        not_before=now - 100 * DAY,
        not_after=now - 50 * DAY,
    )
    old = build_certificate(profiles.CI, request, own)
    euicc, eum = p256["euicc"].certificate.octets, p256["eum"].certificate.octets
    assert fault_of(euicc, eum, TrustStore([old]), now) is ChainFault.CI_UNKNOWN
    verify_euicc_chain(euicc, eum, TrustStore([old]), None)
    verify_euicc_chain(euicc, eum, TrustStore([old, ci.certificate]), now)


# --- Revocation ----------------------------------------------------------------------------------------------


def revoking(p256: dict[str, Issued], now: datetime, *revoked: Revocation) -> TrustStore:
    ci = p256["ci"]
    crl = build_crl(Issuer.of(ci.certificate, ci.credential.signer), revoked, 1, (now - DAY, now + DAY))
    return TrustStore([ci.certificate]).with_crl(crl)


def test_a_revoked_manufacturer_takes_all_its_chips_along(p256: dict[str, Issued], now: datetime) -> None:
    trust = revoking(p256, now, Revocation(p256["eum"].certificate.serial_number, now - DAY))
    euicc, eum = p256["euicc"].certificate.octets, p256["eum"].certificate.octets
    assert fault_of(euicc, eum, trust, now) is ChainFault.EUM_REVOKED
    assert fault_of(euicc, eum, trust, None) is ChainFault.EUM_REVOKED


def test_a_single_chip_is_revoked_by_a_list_that_names_its_manufacturer(
    p256: dict[str, Issued], now: datetime, entropy: Entropy
) -> None:
    chip = p256["euicc"].certificate
    named = Revocation(chip.serial_number, now - DAY, issuer=chip.issuer.octets)
    eum = p256["eum"].certificate.octets
    trust = revoking(p256, now, named)
    assert fault_of(chip.octets, eum, trust, now) is ChainFault.EUICC_REVOKED
    sister = worlds.issue_euicc(p256["eum"], worlds.TEST_EID, entropy, now).certificate
    verify_euicc_chain(sister.octets, eum, trust, now)
    # The same number among the CI's own certificates is another certificate.
    verify_euicc_chain(chip.octets, eum, revoking(p256, now, Revocation(chip.serial_number, now - DAY)), now)


def test_a_manufacturer_that_may_sign_lists_revokes_its_chip(p256: dict[str, Issued], now: datetime) -> None:
    both = profiles.CI.key_usage
    eum = reissue(p256["eum"], p256["ci"], profiles.EUM, key_usage=both)
    chip = p256["euicc"].certificate
    crl = build_crl(
        Issuer.of(eum.certificate, eum.credential.signer),
        [Revocation(chip.serial_number, now)],
        1,
        (now - DAY, now + DAY),
    )
    trust = TrustStore([p256["ci"].certificate]).with_crl(crl, eum.certificate, now)
    assert fault_of(chip.octets, eum.certificate.octets, trust, now) is ChainFault.EUICC_REVOKED


@pytest.mark.parametrize("label", ["dpauth", "dppb", "dsauth"])
def test_a_revoked_server_is_refused(p256: dict[str, Issued], now: datetime, label: str) -> None:
    certificate = p256[label].certificate
    trust = revoking(p256, now, Revocation(certificate.serial_number, now - DAY))
    assert certificate.role is not None
    with pytest.raises(ChainError) as refusal:
        verify_server_certificate(certificate.octets, certificate.role, trust, now)
    assert refusal.value.fault is ChainFault.SERVER_REVOKED


# --- Servers -------------------------------------------------------------------------------------------------


def test_a_server_in_another_role_or_below_another_ci_is_refused(
    p256: dict[str, Issued], trust: TrustStore, now: datetime, entropy: Entropy
) -> None:
    stranger = make_world(Curve.P256, entropy, now)
    for octets, fault in (
        (p256["dppb"].certificate.octets, ChainFault.SERVER_INVALID),
        (p256["eum"].certificate.octets, ChainFault.SERVER_INVALID),
        (stranger["dpauth"].certificate.octets, ChainFault.CI_UNKNOWN),
        (b"no certificate", ChainFault.SERVER_INVALID),
    ):
        with pytest.raises(ChainError) as refusal:
            verify_server_certificate(octets, Role.DP_AUTH, trust, now)
        assert refusal.value.fault is fault


def test_the_two_certificates_of_a_server_belong_together(
    p256: dict[str, Issued], entropy: Entropy, now: datetime
) -> None:
    auth, binding = p256["dpauth"].certificate, p256["dppb"].certificate
    verify_same_server(auth, binding)
    with pytest.raises(VerificationError, match="object identifiers"):
        verify_same_server(auth, p256["dsauth"].certificate)
    with pytest.raises(VerificationError, match="object identifiers"):
        verify_same_server(p256["euicc"].certificate, p256["euicc"].certificate)
    with pytest.raises(VerificationError, match="CIs"):
        verify_same_server(auth, make_world(Curve.P256, entropy, now)["dppb"].certificate)


# --- Broken octets and the cache -----------------------------------------------------------------------------


@settings(max_examples=150)
@given(data=st.data(), which=st.sampled_from(["euicc", "eum"]))
def test_a_false_octet_anywhere_is_refused_as_that_certificate(
    p256: dict[str, Issued], trust: TrustStore, now: datetime, data: st.DataObject, which: str
) -> None:
    octets = {label: bytearray(p256[label].certificate.octets) for label in ("euicc", "eum")}
    position = data.draw(st.integers(0, len(octets[which]) - 1))
    octets[which][position] ^= data.draw(st.integers(1, 255))
    fault = fault_of(bytes(octets["euicc"]), bytes(octets["eum"]), trust, now)
    allowed = {"euicc": {ChainFault.EUICC_INVALID}, "eum": {ChainFault.EUM_INVALID, ChainFault.CI_UNKNOWN}}
    assert fault in allowed[which]


def test_octets_that_are_no_certificate_are_an_invalid_one(
    p256: dict[str, Issued], trust: TrustStore, now: datetime
) -> None:
    good = p256["eum"].certificate.octets
    assert fault_of(b"", good, trust, now) is ChainFault.EUICC_INVALID
    assert fault_of(b"", b"\x30\x00", trust, now) is ChainFault.EUM_INVALID


def test_a_cached_manufacturer_is_still_held_to_time_trust_and_revocation(
    p256: dict[str, Issued], trust: TrustStore, now: datetime, entropy: Entropy
) -> None:
    cache = EumCache()
    eum = reissue(p256["eum"], p256["ci"], profiles.EUM, not_after=now + DAY).certificate
    euicc = p256["euicc"].certificate.octets

    def fault(store: TrustStore, moment: datetime) -> ChainFault:
        with pytest.raises(ChainError) as refusal:
            verify_euicc_chain(euicc, eum.octets, store, moment, cache)
        return refusal.value.fault

    first = verify_euicc_chain(euicc, eum.octets, trust, now, cache)
    again = verify_euicc_chain(euicc, eum.octets, trust, now, cache)
    assert again.eum is first.eum
    assert len(cache) == 1
    assert fault(trust, now + 2 * DAY) is ChainFault.EUM_EXPIRED
    assert fault(revoking(p256, now, Revocation(eum.serial_number, now)), now) is ChainFault.EUM_REVOKED
    stranger = make_world(Curve.P256, entropy, now)["ci"].certificate
    assert fault(TrustStore([stranger]), now) is ChainFault.CI_UNKNOWN


def test_a_cached_manufacturer_does_not_pass_below_another_key_of_the_same_identifier(
    p256: dict[str, Issued], trust: TrustStore, now: datetime, entropy: Entropy
) -> None:
    cache = EumCache()
    octets = [p256[label].certificate.octets for label in ("euicc", "eum")]
    verify_euicc_chain(octets[0], octets[1], trust, now, cache)
    other = make_world(Curve.P256, entropy, now)["ci"].certificate
    taken_over = dataclasses.replace(other.extensions, subject_key_id=trust.key_ids[0], authority_key_id=b"?")
    thief = TrustStore([dataclasses.replace(other, extensions=taken_over)])
    assert thief.key_ids == trust.key_ids
    with pytest.raises(ChainError) as refusal:
        verify_euicc_chain(octets[0], octets[1], thief, now, cache)
    assert refusal.value.fault is ChainFault.EUM_INVALID


def test_a_refused_manufacturer_is_not_remembered(
    p256: dict[str, Issued], trust: TrustStore, now: datetime
) -> None:
    cache = EumCache()
    octets = bytearray(p256["eum"].certificate.octets)
    octets[-1] ^= 1
    with pytest.raises(ChainError):
        verify_euicc_chain(p256["euicc"].certificate.octets, bytes(octets), trust, now, cache)
    assert len(cache) == 0


def test_the_cache_is_bounded_and_forgets_whom_it_has_not_seen_for_longest(
    p256: dict[str, Issued], trust: TrustStore, now: datetime
) -> None:
    cache = EumCache(capacity=2)
    eums = [reissue(p256["eum"], p256["ci"], profiles.EUM, serial_number=n).certificate for n in (1, 2, 3)]
    for eum in (eums[0], eums[1], eums[0], eums[2]):
        verify_euicc_chain(p256["euicc"].certificate.octets, eum.octets, trust, now, cache)
    assert len(cache) == 2
    assert [cache.get(eum.octets, trust) is None for eum in eums] == [False, True, False]


def test_several_threads_share_a_cache(p256: dict[str, Issued], trust: TrustStore) -> None:
    """Units of work of a server on PostgreSQL run in several threads."""
    cache = EumCache(capacity=1)
    eums = [reissue(p256["eum"], p256["ci"], profiles.EUM, serial_number=n).certificate for n in (1, 2, 3, 4)]
    anchor = p256["ci"].certificate

    def use(eum: Certificate) -> bool:
        for _ in range(3000):
            cache.put(eum, anchor)
            found = cache.get(eum.octets, trust)
            if found is not None and found[0] is not eum:
                return False
        return True

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(use, eums))
    finally:
        sys.setswitchinterval(interval)
    assert len(cache) <= 1
