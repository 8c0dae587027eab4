"""Revocation lists."""

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from openesim.encoding.tlv import encode
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Oid
from openesim.security.crypto.ecdsa import raw_to_der
from openesim.security.pki import der, oids
from openesim.security.pki.build import Issuer, write_extension
from openesim.security.pki.certificate import SIGNATURE_ALGORITHM
from openesim.security.pki.crl import Crl, Revocation, build_crl, verify_crl
from openesim.security.pki.names import Name
from openesim.security.pki.world import Issued

DAY = timedelta(days=1)
OTHER = Name.build((oids.ORGANIZATION, "Maker"), (oids.COMMON_NAME, "EUM"))


def issuer_of(issued: Issued) -> Issuer:
    return Issuer.of(issued.certificate, issued.credential.signer)


def listed(issued: Issued, now: datetime, *revoked: Revocation) -> Crl:
    return build_crl(issuer_of(issued), revoked, 7, (now - DAY, now + DAY))


def test_a_list_comes_back_with_its_entries(world: dict[str, Issued], now: datetime) -> None:
    entries = [Revocation(serial, now - serial * DAY) for serial in (5, 1)]
    crl = listed(world["ci"], now, *entries, Revocation(1 << 127, now))
    assert set(crl.revocations) == {(None, 1), (None, 5), (None, 1 << 127)}
    assert crl.revocations[None, 5].revoked_at == now - 5 * DAY
    assert (crl.number, crl.authority_key_id) == (7, world["ci"].certificate.key_id)
    assert (crl.this_update, crl.next_update) == (now - DAY, now + DAY)
    assert verify_crl(crl, world["ci"].certificate, now) is crl
    assert repr(crl).endswith("3 revoked)")


def test_the_library_reads_and_verifies_our_list(world: dict[str, Issued], now: datetime) -> None:
    crl = listed(world["ci"], now, Revocation(5, now), Revocation(6, now, OTHER.octets))
    theirs = x509.load_der_x509_crl(crl.octets)
    key = world["ci"].certificate.public_key.primitive
    assert theirs.is_signature_valid(key)
    assert [entry.serial_number for entry in theirs] == [5, 6]
    (issuer,) = theirs[1].extensions.get_extension_for_class(x509.CertificateIssuer).value
    assert isinstance(issuer, x509.DirectoryName)
    assert issuer.value.public_bytes() == OTHER.octets


def test_our_reading_is_that_of_a_list_made_by_the_library(world: dict[str, Issued], now: datetime) -> None:
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=x509.load_der_x509_certificate(world["ci"].certificate.octets).subject,
        last_update=now - DAY,
        next_update=now + DAY,
    )
    reasons = x509.CRLReason(x509.ReasonFlags.key_compromise)
    for serial in (3, 1 << 150):
        entry = x509.RevokedCertificateBuilder(serial, now).add_extension(reasons, critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    key = world["ci"].private_key.primitive
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    crl = Crl.decode(builder.sign(key, SHA256()).public_bytes(Encoding.DER))
    assert set(crl.revocations) == {(None, 3), (None, 1 << 150)}
    assert (crl.number, crl.authority_key_id) == (None, None)
    verify_crl(crl, world["ci"].certificate, now)


def test_an_empty_list_revokes_nothing(p256: dict[str, Issued], now: datetime) -> None:
    crl = listed(p256["ci"], now)
    assert crl.revocations == {}
    verify_crl(crl, p256["ci"].certificate, now)


def test_a_named_issuer_holds_for_the_entries_behind_it(p256: dict[str, Issued], now: datetime) -> None:
    """RFC 5280 §5.3.3: an entry without certificateIssuer has the issuer of the entry before."""
    named = der.sequence(
        write_extension(oids.CERTIFICATE_ISSUER, der.sequence(encode(0xA4, OTHER.octets)), critical=True)
    )
    entries = der.sequence(
        der.sequence(der.write_integer(1), der.write_time(now)),
        der.sequence(der.write_integer(2), der.write_time(now), named),
        der.sequence(der.write_integer(3), der.write_time(now)),
    )
    crl = signed_list(p256["ci"], now, entries)
    assert set(crl.revocations) == {(None, 1), (OTHER.octets, 2), (OTHER.octets, 3)}


def signed_list(issued: Issued, now: datetime, entries: bytes, *extensions: bytes) -> Crl:
    """Sign a list of which the inside is made by hand; version 1 where there are no extensions."""
    issuer = issuer_of(issued)
    tail = encode(0xA0, der.sequence(*extensions)) if extensions else b""
    signed = der.sequence(
        der.write_integer(1), SIGNATURE_ALGORITHM, issuer.name.octets, der.write_time(now), entries, tail
    )
    bits = encode(der.BIT_STRING, b"\0" + raw_to_der(issuer.signer.sign(signed)))
    return Crl.decode(der.sequence(signed, SIGNATURE_ALGORITHM, bits))


def test_lists_of_the_standard_with_partial_numbers_are_taken_and_unknown_ones_are_not(
    p256: dict[str, Issued], now: datetime
) -> None:
    ci = p256["ci"]
    partial = write_extension(Oid("2.23.146.1.2.0.3"), der.write_integer(1), critical=True)
    verify_crl(signed_list(ci, now, b"", partial), ci.certificate, now)
    delta = write_extension(Oid("2.5.29.27"), der.write_integer(1), critical=True)
    with pytest.raises(VerificationError, match="not understood"):
        verify_crl(signed_list(ci, now, b"", delta), ci.certificate, now)


def test_an_entry_with_an_unknown_critical_extension_is_refused(
    p256: dict[str, Issued], now: datetime
) -> None:
    strange = der.sequence(write_extension(Oid("1.2.3"), b"", critical=True))
    entry = der.sequence(der.sequence(der.write_integer(1), der.write_time(now), strange))
    with pytest.raises(DecodeError, match="not understood"):
        signed_list(p256["ci"], now, entry)


def test_a_list_without_next_update_is_never_overdue(p256: dict[str, Issued], now: datetime) -> None:
    crl = signed_list(p256["ci"], now, b"")
    assert crl.next_update is None
    assert not crl.is_overdue(now + 10_000 * DAY)
    assert listed(p256["ci"], now).is_overdue(now + 2 * DAY)
    assert not listed(p256["ci"], now).is_overdue(now)


def test_a_list_of_another_or_from_the_future_is_refused(p256: dict[str, Issued], now: datetime) -> None:
    crl = listed(p256["ci"], now)
    for label in ("eum", "dpauth"):
        with pytest.raises(VerificationError, match="must not sign"):
            verify_crl(crl, p256[label].certificate, now)
    with pytest.raises(VerificationError, match="future"):
        verify_crl(crl, p256["ci"].certificate, now - 2 * DAY)
    verify_crl(crl, p256["ci"].certificate, None)


@settings(max_examples=300)
@given(data=st.data())
def test_a_false_octet_is_refused_and_raises_nothing_else(
    p256: dict[str, Issued], now: datetime, data: st.DataObject
) -> None:
    octets = bytearray(listed(p256["ci"], now, Revocation(5, now), Revocation(6, now, OTHER.octets)).octets)
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        crl = Crl.decode(bytes(octets))
        _ = (crl.number, crl.authority_key_id)
    except DecodeError:
        return
    with pytest.raises(VerificationError):
        verify_crl(crl, p256["ci"].certificate, now)


@given(st.binary(max_size=100))
def test_arbitrary_octets_are_no_list(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        Crl.decode(octets)


def test_a_list_too_large_is_refused() -> None:
    with pytest.raises(DecodeError):
        Crl.decode(bytes((1 << 22) + 1))
