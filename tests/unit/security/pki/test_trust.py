"""Trust in CI keys, not in their names."""

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import VerificationError
from openesim.security.crypto.curves import Curve
from openesim.security.pki import profiles
from openesim.security.pki.build import CertificateRequest, Holder, Issuer, build_certificate
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.crl import Revocation, build_crl
from openesim.security.pki.extensions import Extensions
from openesim.security.pki.trust import EuiccIdentity, ServerIdentity, TrustStore
from openesim.security.pki.world import Issued, make_world

DAY = timedelta(days=1)


def test_keys_are_listed_in_the_order_given(p256: dict[str, Issued], entropy: Entropy, now: datetime) -> None:
    other = make_world(Curve.BRAINPOOL_P256R1, entropy, now)["ci"].certificate
    ours = p256["ci"].certificate
    store = TrustStore([other, ours, other])
    assert store.key_ids == (other.key_id, ours.key_id)
    assert store.anchors == (other, ours)
    assert store.vintages_of(ours.key_id or b"") == (ours,)
    assert store.vintages_of(b"unknown") == ()
    assert TrustStore().key_ids == ()


def test_vintages_of_one_key_stand_together(shared: Path) -> None:
    files = ["session/ci.der", "session/ci-2017.der", "sgp32/CERT_CI_SIG_NIST.der"]
    vintages = [Certificate.decode((shared / "certs" / name).read_bytes()) for name in files]
    store = TrustStore(vintages)
    assert len(store.key_ids) == 1
    assert store.vintages_of(store.key_ids[0]) == tuple(vintages)


def test_two_keys_must_not_claim_one_identifier(
    p256: dict[str, Issued], entropy: Entropy, now: datetime
) -> None:
    other = make_world(Curve.P256, entropy, now)["ci"].certificate
    key_id = p256["ci"].certificate.key_id
    thief = dataclasses.replace(
        other, extensions=dataclasses.replace(other.extensions, subject_key_id=key_id, authority_key_id=b"?")
    )
    with pytest.raises(VerificationError, match="two keys"):
        TrustStore([p256["ci"].certificate, thief])


def test_only_issuers_are_trusted(p256: dict[str, Issued]) -> None:
    for label in ("euicc", "dpauth"):
        with pytest.raises(VerificationError, match="no certificate issuer"):
            TrustStore([p256[label].certificate])
    bare = dataclasses.replace(p256["ci"].certificate, extensions=Extensions())
    with pytest.raises(VerificationError, match="key identifier"):
        TrustStore([bare])


def test_a_ci_that_did_not_sign_itself_is_refused(p256: dict[str, Issued]) -> None:
    octets = bytearray(p256["ci"].certificate.octets)
    octets[-1] ^= 1
    with pytest.raises(VerificationError):
        TrustStore([Certificate.decode(bytes(octets))])


def test_lists_add_up_and_the_store_before_stays_as_it_was(p256: dict[str, Issued], now: datetime) -> None:
    ci, chip = p256["ci"], p256["euicc"].certificate
    issuer = Issuer.of(ci.certificate, ci.credential.signer)
    span = (now - DAY, now + DAY)
    before = TrustStore([ci.certificate])
    one = before.with_crl(build_crl(issuer, [Revocation(1, now)], 1, span), now=now)
    both = one.with_crl(build_crl(issuer, [Revocation(2, now)], 2, span), now=now)
    ci_key_id = ci.certificate.key_id or b""

    def revoked(store: TrustStore, serial_number: int) -> bool:
        certificate = dataclasses.replace(chip, serial_number=serial_number)
        return store.find_revocation(certificate, ci_key_id, ci_key_id) is not None

    assert [revoked(before, 1), revoked(before, 2)] == [False, False]
    assert [revoked(one, 1), revoked(one, 2)] == [True, False]
    assert [revoked(both, 1), revoked(both, 2)] == [True, True]
    assert len(both.crls) == 2
    other = dataclasses.replace(chip, serial_number=1)
    assert both.find_revocation(other, b"another issuer", ci_key_id) is None


def test_a_list_of_a_stranger_is_refused(p256: dict[str, Issued], entropy: Entropy, now: datetime) -> None:
    stranger = make_world(Curve.P256, entropy, now)
    store = TrustStore([p256["ci"].certificate])
    ci, eum = stranger["ci"], stranger["eum"]
    crl = build_crl(Issuer.of(ci.certificate, ci.credential.signer), [], 1, (now - DAY, now + DAY))
    with pytest.raises(VerificationError, match="none of the trusted"):
        store.with_crl(crl)
    own = build_crl(Issuer.of(eum.certificate, eum.credential.signer), [], 1, (now - DAY, now + DAY))
    with pytest.raises(VerificationError, match="no trusted CI"):
        store.with_crl(own, eum.certificate)


def test_a_manufacturer_without_the_right_signs_no_lists(p256: dict[str, Issued], now: datetime) -> None:
    eum = p256["eum"]
    crl = build_crl(Issuer.of(eum.certificate, eum.credential.signer), [], 1, (now - DAY, now + DAY))
    with pytest.raises(VerificationError, match="must not sign"):
        TrustStore([p256["ci"].certificate]).with_crl(crl, eum.certificate)


def test_a_manufacturer_whom_the_ci_did_not_sign_signs_no_lists(
    p256: dict[str, Issued], entropy: Entropy, now: datetime
) -> None:
    stranger = make_world(Curve.P256, entropy, now)["eum"]
    pretender = Issuer(
        p256["ci"].certificate.subject, p256["ci"].certificate.key_id or b"", stranger.credential.signer
    )
    certificate = stranger.certificate
    assert certificate.extensions.name_constraints is not None
    request = CertificateRequest(
        holder=Holder(
            subject=certificate.subject,
            registered_id=certificate.oid,
            permitted=certificate.extensions.name_constraints.permitted[0],
        ),
        public_key=stranger.private_key.public_key,
        serial_number=1,
        not_before=now,
    )
    may_sign = dataclasses.replace(profiles.EUM, key_usage=profiles.CI.key_usage)
    false = build_certificate(may_sign, request, pretender)
    crl = build_crl(Issuer.of(false, stranger.credential.signer), [], 1, (now - DAY, now + DAY))
    with pytest.raises(VerificationError, match="does not hold"):
        TrustStore([p256["ci"].certificate]).with_crl(crl, false)


def test_identities_tell_their_ci_and_show_no_key(p256: dict[str, Issued]) -> None:
    server = ServerIdentity(p256["dpauth"].credential, p256["dppb"].credential)
    chip = EuiccIdentity(p256["euicc"].credential, p256["eum"].certificate)
    assert server.ci_key_id == chip.ci_key_id == p256["ci"].certificate.key_id
    assert server.oid == "2.999.10"
    for shown, label in ((repr(server), "dpauth"), (repr(chip), "euicc"), (repr(p256["eum"]), "eum")):
        assert p256[label].private_key.scalar.reveal().hex() not in shown
