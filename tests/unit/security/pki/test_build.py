"""Building certificates: compared before they are signed."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, Hash

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import Oid
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki import profiles
from openesim.security.pki.build import (
    END_OF_TIME,
    CertificateRequest,
    Holder,
    Issuer,
    build_certificate,
    key_id_of,
    new_serial_number,
)
from openesim.security.pki.names import Name
from openesim.security.pki.oids import COMMON_NAME, ORGANIZATION
from openesim.security.pki.world import Issued

NAME = Name.build((ORGANIZATION, "O"), (COMMON_NAME, "CN"))


class CountingSigner:
    """Signs nothing and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def sign(self, message: bytes) -> bytes:
        self.asked += 1
        return bytes(64)


@pytest.fixture
def key(entropy: Entropy) -> PrivateKey:
    return PrivateKey.generate(Curve.P256, entropy)


def test_what_does_not_follow_its_profile_is_never_signed(key: PrivateKey, now: datetime) -> None:
    signer = CountingSigner()
    request = CertificateRequest(
        holder=Holder(subject=NAME), public_key=key.public_key, serial_number=1, not_before=now
    )
    with pytest.raises(VerificationError, match="registeredID"):
        build_certificate(profiles.DP_AUTH, request, Issuer(NAME, b"issuer", signer))
    assert signer.asked == 0
    build_certificate(profiles.OPERATOR, request, Issuer(NAME, b"issuer", signer))
    assert signer.asked == 1


def test_a_manufacturer_without_a_range_is_never_signed(key: PrivateKey, now: datetime) -> None:
    request = CertificateRequest(
        holder=Holder(subject=NAME, registered_id=Oid("2.999.5")),
        public_key=key.public_key,
        serial_number=1,
        not_before=now,
    )
    with pytest.raises(VerificationError, match="EIDs"):
        build_certificate(profiles.EUM, request, Issuer(NAME, b"issuer", CountingSigner()))


def test_validity_comes_from_the_profile_unless_stated(
    p256: dict[str, Issued], key: PrivateKey, now: datetime
) -> None:
    ci = p256["ci"]
    issuer = Issuer.of(ci.certificate, ci.credential.signer)
    holder = Holder(subject=NAME)

    def built(not_after: datetime | None) -> datetime:
        request = CertificateRequest(
            holder=holder, public_key=key.public_key, serial_number=1, not_before=now, not_after=not_after
        )
        return build_certificate(profiles.OPERATOR, request, issuer).not_after

    assert profiles.OPERATOR.lifetime is not None
    assert built(None) == now + profiles.OPERATOR.lifetime
    assert built(now + timedelta(days=1)) == now + timedelta(days=1)
    assert (
        p256["euicc"].certificate.not_after == END_OF_TIME == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    )


def test_the_library_takes_our_signature_and_key_identifiers(world: dict[str, Issued]) -> None:
    ci, leaf = (x509.load_der_x509_certificate(world[label].certificate.octets) for label in ("ci", "dptls"))
    ci_key = ci.public_key()
    assert isinstance(ci_key, ec.EllipticCurvePublicKey)
    ci_key.verify(leaf.signature, leaf.tbs_certificate_bytes, ec.ECDSA(SHA256()))
    key_id = leaf.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert key_id == x509.SubjectKeyIdentifier.from_public_key(leaf.public_key())
    authority = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert authority.key_identifier == world["ci"].certificate.key_id


def test_a_key_identifier_is_the_sha1_of_the_point(key: PrivateKey) -> None:
    digest = Hash(SHA1())
    digest.update(key.point)
    assert key_id_of(key.public_key) == digest.finalize()


def test_who_certifies_himself_names_no_authority(p256: dict[str, Issued]) -> None:
    assert p256["ci"].certificate.authority_key_id is None
    assert p256["eum"].certificate.authority_key_id == p256["ci"].certificate.key_id


def test_an_issuer_without_key_identifier_cannot_issue(p256: dict[str, Issued]) -> None:
    import dataclasses

    from openesim.security.pki.extensions import Extensions

    bare = dataclasses.replace(p256["ci"].certificate, extensions=Extensions())
    with pytest.raises(VerificationError):
        Issuer.of(bare, p256["ci"].credential.signer)


def test_serial_numbers_are_positive_and_have_at_most_sixteen_octets() -> None:
    assert new_serial_number(bytes) == 1
    assert new_serial_number(lambda count: b"\xff" * count) == (1 << 127) - 1
