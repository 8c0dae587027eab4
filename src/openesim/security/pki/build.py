"""Building certificates from their profile: encoded, compared with the profile, and only then signed.

Source: SGP.22 v2.5 §4.5.2; RFC 5280 §4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from ipaddress import ip_address
from typing import Final

from openesim.encoding.tlv import encode
from openesim.kernel.ambient import Entropy, Signer
from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import Oid
from openesim.security.crypto.ecdsa import raw_to_der
from openesim.security.crypto.keys import PublicKey
from openesim.security.pki import der, oids
from openesim.security.pki.certificate import SIGNATURE_ALGORITHM, Certificate
from openesim.security.pki.lint import check_certificate, errors_of
from openesim.security.pki.names import Name
from openesim.security.pki.profiles import CertificateProfile

END_OF_TIME: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Validity of what has no end.

Source: RFC 5280 §4.1.2.5.
"""

_VERSION_3: Final = encode(0xA0, der.write_integer(2))
_PLACEHOLDER: Final = b"0\x06\x02\x01\x01\x02\x01\x01"  # a signature that holds for nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who is to be certified.

    Attributes:
        subject: its name.
        registered_id: its object identifier in RSP.
        dns_names: its host names.
        ip_addresses: its addresses, in text.
        permitted: organization and issuer number that it may issue for, if it is a manufacturer.
        crl_distribution_points: where its issuer publishes revocations.
    """

    subject: Name
    registered_id: Oid | None = None
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    permitted: Name | None = None
    crl_distribution_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRequest:
    """What is to be certified.

    Attributes:
        holder: whose certificate it will be.
        public_key: key of the holder.
        serial_number: unique for the issuer; see ``new_serial_number``.
        not_before: begin of validity, aware.
        not_after: end of validity; None for what the profile says.
    """

    holder: Holder
    public_key: PublicKey
    serial_number: int
    not_before: datetime
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs certificates and CRLs.

    Attributes:
        name: its name.
        key_id: its subject key identifier.
        signer: its key.
    """

    name: Name
    key_id: bytes
    signer: Signer

    @classmethod
    def of(cls, certificate: Certificate, signer: Signer) -> Issuer:
        """Return the holder of a certificate and its key as an issuer.

        Raises:
            VerificationError: the certificate has no subject key identifier.
        """
        if certificate.key_id is None:
            raise VerificationError("an issuer needs a subject key identifier")
        return cls(certificate.subject, certificate.key_id, signer)


def key_id_of(public_key: PublicKey) -> bytes:
    """Return the key identifier of a key: SHA-1 of its point, 20 octets.

    Source: RFC 5280 §4.2.1.2 (1).
    """
    return sha1(public_key.point, usedforsecurity=False).digest()


def new_serial_number(entropy: Entropy) -> int:
    """Return a positive serial number from 16 octets of entropy."""
    return int.from_bytes(entropy(16), "big") >> 1 | 1


def build_certificate(
    profile: CertificateProfile, request: CertificateRequest, issuer: Issuer
) -> Certificate:
    """Build a certificate, compare it with its profile, and sign it.

    Args:
        profile: what kind of certificate it is.
        request: what it certifies.
        issuer: who signs; for a CI its own name, key identifier and key.

    Raises:
        VerificationError: the request does not give what the profile asks for. Nothing was signed.

    Source: SGP.22 v2.5 §4.5.2.
    """
    signed = _build_signed(profile, request, issuer)
    findings = errors_of(check_certificate(_assemble(signed, _PLACEHOLDER), profile))
    if findings:
        raise VerificationError(f"the {profile.name} certificate is not signed: {findings[0]}")
    return _assemble(signed, raw_to_der(issuer.signer.sign(signed)))


def _assemble(signed: bytes, signature: bytes) -> Certificate:
    """Put tbsCertificate and its signature together."""
    bits = encode(der.BIT_STRING, b"\0" + signature)
    return Certificate.decode(der.sequence(signed, SIGNATURE_ALGORITHM, bits))


def _build_signed(profile: CertificateProfile, request: CertificateRequest, issuer: Issuer) -> bytes:
    """Return tbsCertificate."""
    end = request.not_after
    if end is None:
        end = END_OF_TIME if profile.lifetime is None else request.not_before + profile.lifetime
    return der.sequence(
        _VERSION_3,
        der.write_integer(request.serial_number),
        SIGNATURE_ALGORITHM,
        issuer.name.octets,
        der.sequence(der.write_time(request.not_before), der.write_time(end)),
        request.holder.subject.octets,
        request.public_key.encode(),
        encode(0xA3, der.sequence(*_extensions(profile, request, issuer))),
    )


def _extensions(profile: CertificateProfile, request: CertificateRequest, issuer: Issuer) -> list[bytes]:
    """Return the extensions that profile and request ask for."""
    key_id = key_id_of(request.public_key)
    made = [write_extension(oids.SUBJECT_KEY_ID, encode(der.OCTET_STRING, key_id))]
    if issuer.key_id != key_id:
        made.append(write_extension(oids.AUTHORITY_KEY_ID, der.sequence(encode(0x80, issuer.key_id))))
    made.append(write_extension(oids.KEY_USAGE, der.write_bits(profile.key_usage), critical=True))
    if profile.basic_constraints is not None:
        length = profile.basic_constraints.path_length
        content = encode(der.BOOLEAN, b"\xff") + (b"" if length is None else der.write_integer(length))
        made.append(write_extension(oids.BASIC_CONSTRAINTS, encode(der.SEQUENCE, content), critical=True))
    if profile.purposes:
        purposes = der.sequence(*map(der.write_oid, profile.purposes))
        made.append(write_extension(oids.EXTENDED_KEY_USAGE, purposes, critical=True))
    if profile.role is not None:
        policies = der.sequence(der.sequence(der.write_oid(profile.role.value)))
        made.append(write_extension(oids.CERTIFICATE_POLICIES, policies, critical=profile.policy_critical))
    return made + _holder_extensions(request.holder)


def _holder_extensions(holder: Holder) -> list[bytes]:
    """Return the extensions that tell of the holder."""
    made = []
    if alternatives := _alternative_names(holder):
        made.append(write_extension(oids.SUBJECT_ALT_NAME, der.sequence(*alternatives)))
    if holder.permitted is not None:
        subtree = der.sequence(encode(0xA4, holder.permitted.octets))
        made.append(
            write_extension(oids.NAME_CONSTRAINTS, der.sequence(encode(0xA0, subtree)), critical=True)
        )
    if holder.crl_distribution_points:
        points = (
            der.sequence(encode(0xA0, encode(0xA0, encode(0x86, address.encode("ascii")))))
            for address in holder.crl_distribution_points
        )
        made.append(write_extension(oids.CRL_DISTRIBUTION_POINTS, der.sequence(*points)))
    return made


def _alternative_names(holder: Holder) -> list[bytes]:
    """Return the alternative names of a holder as GeneralNames."""
    names = [encode(0x82, name.encode("ascii")) for name in holder.dns_names]
    names += [encode(0x87, ip_address(address).packed) for address in holder.ip_addresses]
    if holder.registered_id is not None:
        names.append(encode(0x88, holder.registered_id.octets))
    return names


def write_extension(kind: Oid, value: bytes, *, critical: bool = False) -> bytes:
    """Return an Extension; the default of critical is left out, as DER wants."""
    flag = encode(der.BOOLEAN, b"\xff") if critical else b""
    return der.sequence(der.write_oid(kind), flag, encode(der.OCTET_STRING, value))
