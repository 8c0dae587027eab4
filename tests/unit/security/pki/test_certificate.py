"""Certificates: read as the library reads them, kept as they came."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import SoftwareSigner
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki import profiles
from openesim.security.pki.build import (
    END_OF_TIME,
    CertificateRequest,
    Holder,
    Issuer,
    build_certificate,
    key_id_of,
)
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.names import Name
from openesim.security.pki.oids import COMMON_NAME, COUNTRY, ORGANIZATION, SERIAL_NUMBER, Role
from openesim.security.pki.world import Issued


def compare_with_library(octets: bytes) -> None:
    """Compare everything that both can tell of a certificate."""
    ours, theirs = Certificate.decode(octets), x509.load_der_x509_certificate(octets)
    assert ours.octets == octets
    assert ours.signed == theirs.tbs_certificate_bytes
    assert ours.signature == theirs.signature
    assert ours.serial_number == theirs.serial_number
    assert ours.subject.octets == theirs.subject.public_bytes()
    assert ours.issuer.octets == theirs.issuer.public_bytes()
    texts = [(attribute.oid.dotted_string, attribute.value) for attribute in theirs.subject]
    assert list(ours.subject.attributes) == texts
    assert (ours.not_before, ours.not_after) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc)
    assert ours.public_key.primitive == theirs.public_key()
    assert ours.extensions.present == {extension.oid.dotted_string for extension in theirs.extensions}
    critical = {extension.oid.dotted_string for extension in theirs.extensions if extension.critical}
    assert ours.extensions.critical == critical
    for extension in theirs.extensions:
        compare_extension(ours, extension.value)


def compare_extension(ours: Certificate, value: object) -> None:
    """Compare one extension with the library's reading."""
    found = ours.extensions
    if isinstance(value, x509.SubjectKeyIdentifier):
        assert found.subject_key_id == value.digest
    elif isinstance(value, x509.AuthorityKeyIdentifier):
        assert found.authority_key_id == value.key_identifier
    elif isinstance(value, x509.BasicConstraints):
        assert found.basic_constraints is not None
        assert found.basic_constraints.ca is value.ca
        assert found.basic_constraints.path_length == value.path_length
    elif isinstance(value, x509.KeyUsage):
        assert found.key_usage is not None
        assert bool(found.key_usage & 1) is value.digital_signature
        assert bool(found.key_usage & 32) is value.key_cert_sign
        assert bool(found.key_usage & 64) is value.crl_sign
    elif isinstance(value, x509.CertificatePolicies):
        assert list(found.policies) == [policy.policy_identifier.dotted_string for policy in value]
    elif isinstance(value, x509.SubjectAlternativeName):
        assert list(found.alternative_names.dns_names) == value.get_values_for_type(x509.DNSName)
        registered = [oid.dotted_string for oid in value.get_values_for_type(x509.RegisteredID)]
        assert found.alternative_names.registered_id == (registered[0] if registered else None)
    elif isinstance(value, x509.NameConstraints):
        assert found.name_constraints is not None
        permitted = [
            tree.value.public_bytes()
            for tree in value.permitted_subtrees or []
            if isinstance(tree, x509.DirectoryName)
        ]
        assert [name.octets for name in found.name_constraints.permitted] == permitted
    elif isinstance(value, x509.CRLDistributionPoints):
        addresses = [name.value for point in value for name in point.full_name or []]
        assert list(found.crl_distribution_points) == addresses
    elif isinstance(value, x509.ExtendedKeyUsage):
        assert list(found.extended_key_usage) == [purpose.dotted_string for purpose in value]
    else:
        pytest.fail(f"nothing compares {value!r}")


def test_published_certificates_are_read_as_the_library_reads_them(shared: Path) -> None:
    files = [*(shared / "certs").rglob("*.der")]
    assert len(files) >= 29
    for file in files:
        compare_with_library(file.read_bytes())


def test_production_roots_are_read_as_the_library_reads_them(shared: Path) -> None:
    for file in (shared / "certs/roots").iterdir():
        octets = x509.load_pem_x509_certificate(file.read_bytes()).public_bytes(Encoding.DER)
        compare_with_library(octets)
        assert Certificate.decode(octets).role is Role.CI


def test_our_own_certificates_are_read_as_the_library_reads_them(world: dict[str, Issued]) -> None:
    for issued in world.values():
        compare_with_library(issued.certificate.octets)


def test_signatures_hold_for_us_where_they_hold_for_the_library(world: dict[str, Issued]) -> None:
    issuers = {"ci": "ci", "eum": "ci", "euicc": "eum", "dpauth": "ci", "dptls": "ci"}
    for label, issuer in issuers.items():
        ours, above = world[label].certificate, world[issuer].certificate
        ours.verify_signed_by(above.public_key)
        theirs = x509.load_der_x509_certificate(ours.octets)
        theirs.verify_directly_issued_by(x509.load_der_x509_certificate(above.octets))
    with pytest.raises(VerificationError):
        world["euicc"].certificate.verify_signed_by(world["ci"].certificate.public_key)


def test_the_published_chip_has_a_serial_number_of_nine_octets_and_ends_in_7496(shared: Path) -> None:
    chip = Certificate.decode((shared / "certs/sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der").read_bytes())
    assert chip.serial_number == 0x020000000000000001
    assert chip.not_after == datetime(7496, 1, 24, 9, 48, 58, tzinfo=UTC)
    assert chip.eid == "89049032123451234512345678901235"
    assert chip.role is Role.EUICC
    assert chip.organization == "RSP Test EUM"
    assert chip.oid is None


def test_both_names_of_the_test_ci_stand_for_one_key(shared: Path) -> None:
    old, new = (
        Certificate.decode((shared / "certs/session" / name).read_bytes())
        for name in ("ci-2017.der", "ci.der")
    )
    assert old != new
    assert old.subject != new.subject
    assert (old.key_id, old.public_key) == (new.key_id, new.public_key)
    assert new.key_id is not None
    assert new.key_id.hex() == "f54172bdf98a95d65cbeb88a38a1c11d800a85c3"


@pytest.mark.parametrize("serial_number", [1, 0x80, 1 << 71, (1 << 127) - 1, (1 << 159) - 1])
@pytest.mark.parametrize(
    "end", [datetime(2049, 12, 31, tzinfo=UTC), datetime(7500, 6, 1, tzinfo=UTC), END_OF_TIME]
)
def test_long_serial_numbers_and_far_years_are_read(
    p256: dict[str, Issued], entropy: Entropy, serial_number: int, end: datetime
) -> None:
    request = CertificateRequest(
        holder=Holder(subject=p256["euicc"].certificate.subject),
        public_key=PrivateKey.generate(Curve.P256, entropy).public_key,
        serial_number=serial_number,
        not_before=datetime(2020, 4, 1, tzinfo=UTC),
        not_after=end,
    )
    eum = p256["eum"]
    chip = build_certificate(profiles.EUICC, request, Issuer.of(eum.certificate, eum.credential.signer))
    assert (chip.serial_number, chip.not_after) == (serial_number, end)
    compare_with_library(chip.octets)


@pytest.mark.parametrize(
    "eid", ["8904903212345123451234567890123", "8904903212345123451234567890123X", "８" * 32]
)
def test_a_subject_without_32_digits_has_no_eid(now: datetime, entropy: Entropy, eid: str) -> None:
    key = PrivateKey.generate(Curve.P256, entropy)
    attributes = [(COUNTRY, "XX"), (ORGANIZATION, "O"), (COMMON_NAME, "CN")]
    name = Name.build(*attributes, *([(SERIAL_NUMBER, eid)] if eid.isascii() else []))
    request = CertificateRequest(
        holder=Holder(subject=name), public_key=key.public_key, serial_number=1, not_before=now
    )
    issuer = Issuer(name, key_id_of(key.public_key) + b"other", SoftwareSigner(key))
    assert build_certificate(profiles.OPERATOR, request, issuer).eid is None


def test_equal_octets_make_equal_certificates(p256: dict[str, Issued]) -> None:
    octets = p256["euicc"].certificate.octets
    assert Certificate.decode(octets) == Certificate.decode(bytes(bytearray(octets)))
    assert hash(Certificate.decode(octets)) == hash(p256["euicc"].certificate)
    assert repr(Certificate.decode(octets)).startswith(
        "Certificate(C=XX, O=OpenESIM Test EUM, serialNumber=89"
    )


def test_a_key_that_is_no_point_is_told_when_it_is_opened(p256: dict[str, Issued]) -> None:
    octets = p256["euicc"].certificate.octets
    point = p256["euicc"].private_key.point
    false = Certificate.decode(octets.replace(point, point[:-1] + bytes([point[-1] ^ 1])))
    with pytest.raises(VerificationError):
        _ = false.public_key


# --- Broken octets -------------------------------------------------------------------------------------------


def decode_or_refuse(octets: bytes) -> None:
    """Read octets; nothing but a DecodeError may come of it, whichever attribute is asked."""
    try:
        certificate = Certificate.decode(octets)
    except DecodeError:
        return
    assert certificate.octets == octets
    _ = (certificate.eid, certificate.role, certificate.oid, repr(certificate), str(certificate.issuer))


LABELS = ["ci", "eum", "euicc", "dptls"]


@settings(max_examples=600)
@given(data=st.data(), label=st.sampled_from(LABELS))
def test_a_changed_octet_raises_nothing_but_a_decode_error(
    p256: dict[str, Issued], data: st.DataObject, label: str
) -> None:
    octets = bytearray(p256[label].certificate.octets)
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    decode_or_refuse(bytes(octets))


@given(data=st.data(), label=st.sampled_from(LABELS))
def test_cut_moved_and_repeated_pieces_raise_nothing_but_a_decode_error(
    p256: dict[str, Issued], data: st.DataObject, label: str
) -> None:
    octets = p256[label].certificate.octets
    start = data.draw(st.integers(0, len(octets)))
    end = data.draw(st.integers(start, len(octets)))
    decode_or_refuse(octets[:start] + octets[end:])
    decode_or_refuse(octets[:end] + octets[start:])


@given(st.binary(max_size=200))
def test_arbitrary_octets_are_no_certificate(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        Certificate.decode(octets)


def test_every_truncation_and_an_octet_too_many_are_refused(p256: dict[str, Issued]) -> None:
    octets = p256["eum"].certificate.octets
    for length in range(len(octets)):
        with pytest.raises(DecodeError):
            Certificate.decode(octets[:length])
    with pytest.raises(DecodeError):
        Certificate.decode(octets + b"\x00")


def test_a_certificate_too_large_is_refused() -> None:
    with pytest.raises(DecodeError):
        Certificate.decode(b"\x30\x82\x50\x00" + bytes(0x5000))


def test_two_signature_algorithms_are_refused(p256: dict[str, Issued]) -> None:
    octets = p256["euicc"].certificate.octets
    sha256, sha384 = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d040303")
    with pytest.raises(DecodeError, match="two signature algorithms"):
        Certificate.decode(octets.replace(sha256, sha384, 1))
    other = Certificate.decode(octets.replace(sha256, sha384))
    with pytest.raises(VerificationError, match="SHA-256"):
        other.verify_signed_by(p256["eum"].certificate.public_key)
