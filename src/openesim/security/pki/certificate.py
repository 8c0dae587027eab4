"""X.509 certificates: a parsed view over the octets as they were received.

Nothing is ever encoded again: what is signed is the slice of the octets, what is sent on is the octets.
Read by hand: ``cryptography.x509`` takes as long for names and extensions alone as this takes for everything,
and raises a different error for every kind of broken octets; here there is one, ``DecodeError``.

Source: RFC 5280 §4.1; SGP.22 v2.5 §4.5.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final, Self

from openesim.encoding.tlv import read_header
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Eid, Oid
from openesim.kernel.records import with_quick_init
from openesim.security.crypto.ecdsa import verify_der_signature
from openesim.security.crypto.keys import PublicKey
from openesim.security.pki import der
from openesim.security.pki.extensions import Extensions, read_extensions
from openesim.security.pki.names import Name
from openesim.security.pki.oids import ECDSA_WITH_SHA256, Role

SIGNATURE_ALGORITHM: Final = der.sequence(der.write_oid(ECDSA_WITH_SHA256))
"""The one AlgorithmIdentifier that RSP certificates are signed with."""

_LONGEST: Final = 1 << 14
_ROLES: Final = {role.value: role for role in Role}


@with_quick_init
@dataclass(frozen=True, slots=True, repr=False)
class Certificate:
    """A certificate; two are equal when their octets are.

    Attributes:
        octets: the whole certificate as received.
        signed: tbsCertificate, the slice that the signature covers.
        signature_algorithm: AlgorithmIdentifier as encoded.
        signature: ECDSA-Sig-Value in DER, as found in the bit string.
        serial_number: any length up to 20 octets.
        issuer: for people; certificates are linked by keys, see ``chain``.
        not_before: aware, UTC.
        not_after: aware, UTC; chips carry years up to 9999.
        subject_public_key_info: as encoded; ``public_key`` opens it.
    """

    octets: bytes
    signed: bytes = field(compare=False)
    signature_algorithm: bytes = field(compare=False)
    signature: bytes = field(compare=False)
    serial_number: int = field(compare=False)
    issuer: Name = field(compare=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    subject: Name = field(compare=False)
    subject_public_key_info: bytes = field(compare=False)
    extensions: Extensions = field(compare=False)

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read a certificate.

        Args:
            octets: DER, the whole certificate and nothing behind it.

        Raises:
            DecodeError: not a certificate.
        """
        if len(octets) > _LONGEST:
            raise DecodeError(f"a certificate must not exceed {_LONGEST} octets")
        octets = bytes(octets)
        position, end = der.only(octets, der.SEQUENCE)
        start, signed_end = der.expect(octets, position, end, der.SEQUENCE)
        _, algorithm_end = der.expect(octets, signed_end, end, der.SEQUENCE)
        signature_start, signature_end = der.expect(octets, algorithm_end, end, der.BIT_STRING)
        if signature_end != end or octets[signature_start : signature_start + 1] != b"\0":
            raise DecodeError("signature is malformed", ("signature",), signature_start)
        algorithm = octets[signed_end:algorithm_end]
        return cls(
            octets,
            octets[position:signed_end],
            algorithm,
            octets[signature_start + 1 : signature_end],
            *_read_signed(octets, (start, signed_end), algorithm),
        )

    @property
    def public_key(self) -> PublicKey:
        """The public key.

        Raises:
            VerificationError: on a curve that is not supported, or not on its curve.
        """
        return PublicKey.decode(self.subject_public_key_info)

    @property
    def key_id(self) -> bytes | None:
        """Subject key identifier, 20 octets as a rule."""
        return self.extensions.subject_key_id

    @property
    def authority_key_id(self) -> bytes | None:
        """Key identifier of the issuer, None where the certificate does not say."""
        return self.extensions.authority_key_id

    @property
    def role(self) -> Role | None:
        """The role that the certificate policies name, None where they name none of ours."""
        return next((_ROLES[policy] for policy in self.extensions.policies if policy in _ROLES), None)

    @property
    def oid(self) -> Oid | None:
        """Object identifier of the holder (registeredID)."""
        return self.extensions.alternative_names.registered_id

    @property
    def organization(self) -> str | None:
        """Organization of the subject."""
        return self.subject.organization

    @property
    def eid(self) -> Eid | None:
        """The EID in the subject's serial number; None where there are no 32 digits. Check digits are not judged."""
        text = self.subject.serial_number
        return (
            Eid(text) if text is not None and len(text) == 32 and text.isascii() and text.isdigit() else None
        )

    def verify_signed_by(self, public_key: PublicKey) -> None:
        """Verify that the holder of a key signed this certificate.

        Raises:
            VerificationError: another algorithm, or the signature does not hold.
        """
        if self.signature_algorithm != SIGNATURE_ALGORITHM:
            raise VerificationError("the certificate is not signed with ECDSA and SHA-256")
        verify_der_signature(public_key, self.signed, self.signature)

    def __repr__(self) -> str:
        """Show subject and serial number."""
        return f"Certificate({self.subject}, serial {self.serial_number:X})"


def _read_signed(
    octets: bytes, span: der.Span, algorithm: bytes
) -> tuple[int, Name, datetime, datetime, Name, bytes, Extensions]:
    """Read tbsCertificate from its version to its extensions.

    Raises:
        DecodeError: malformed, or the inner algorithm is not the outer one.
    """
    position, end = span
    tag, start, stop = read_header(octets, position, end)
    if tag == 0xA0:
        der.expect(octets, start, stop, der.INTEGER)
        position = stop
    serial_start, position = der.expect(octets, position, end, der.INTEGER)
    serial_number = der.read_integer(octets, (serial_start, position))
    _, stop = der.expect(octets, position, end, der.SEQUENCE)
    if octets[position:stop] != algorithm:
        raise DecodeError("two signature algorithms are named", ("signature",), position)
    _, issuer_end = der.expect(octets, stop, end, der.SEQUENCE)
    issuer = _read_issuer(octets[stop:issuer_end])
    start, position = der.expect(octets, issuer_end, end, der.SEQUENCE)
    not_before, start = der.read_time(octets, start, position)
    not_after, start = der.read_time(octets, start, position)
    if start != position:
        raise DecodeError("octets follow the validity", ("validity",), start)
    _, stop = der.expect(octets, position, end, der.SEQUENCE)
    subject = Name.decode(octets[position:stop])
    _, key_end = der.expect(octets, stop, end, der.SEQUENCE)
    extensions = _read_rest(octets, (key_end, end))
    return serial_number, issuer, not_before, not_after, subject, octets[stop:key_end], extensions


@lru_cache(maxsize=256)
def _read_issuer(octets: bytes) -> Name:
    """Read the name of an issuer: few issuers stand behind many certificates.

    Raises:
        DecodeError: not a name.
    """
    return Name.decode(octets)


def _read_rest(octets: bytes, span: der.Span) -> Extensions:
    """Read what follows the public key: unique identifiers are passed over, extensions are read.

    Raises:
        DecodeError: malformed.
    """
    position, end = span
    found = Extensions()
    last = 0x80
    while position < end:
        tag, start, stop = read_header(octets, position, end)
        if tag not in {0x81, 0x82, 0xA3} or tag & 0x1F <= last & 0x1F:
            raise DecodeError("an unknown field follows the public key", offset=position)
        if tag == 0xA3:
            inner = der.expect(octets, start, stop, der.SEQUENCE)
            if inner[1] != stop:
                raise DecodeError("octets follow the extensions", ("extensions",), inner[1])
            found = read_extensions(octets, inner)
        last, position = tag, stop
    return found
