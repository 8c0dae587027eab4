"""Certificate revocation lists: read, verified, looked up, and built for test worlds.

A list is direct (its entries are certificates of the one who signed it) or indirect (an entry names
another issuer, and so do the entries behind it): by the latter a CI can revoke the certificate of a single chip,
whose issuer, the manufacturer, signs no lists.

Source: RFC 5280 §5; SGP.22 v2.5 §4.5.2.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from openesim.encoding.tlv import encode, read_header
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Oid
from openesim.security.crypto.ecdsa import raw_to_der, verify_der_signature
from openesim.security.pki import der, oids
from openesim.security.pki.build import Issuer, write_extension
from openesim.security.pki.certificate import SIGNATURE_ALGORITHM, Certificate
from openesim.security.pki.extensions import Extension, KeyUsage, read_extension
from openesim.security.pki.names import Name

_LONGEST: Final = 1 << 22
_RSP_EXTENSIONS: Final = "2.23.146.1.2.0."  # expirationDate, totalPartialCrlNumber, partialCrlNumber
_UNDERSTOOD: Final = frozenset(
    {
        oids.AUTHORITY_KEY_ID,
        oids.CRL_NUMBER,
        oids.ISSUING_DISTRIBUTION_POINT,
        oids.CERTIFICATE_ISSUER,
        oids.CRL_REASON,
    }
)


@dataclass(frozen=True, slots=True)
class Revocation:
    """One entry of a list.

    Attributes:
        serial_number: of the revoked certificate.
        revoked_at: since when.
        issuer: name of its issuer as encoded; None where it is the one who signed the list.
    """

    serial_number: int
    revoked_at: datetime
    issuer: bytes | None = None


@dataclass(frozen=True, repr=False)
class Crl:
    """A certificate revocation list; two are equal when their octets are.

    Attributes:
        octets: the whole list as received.
        signed: tbsCertList, the slice that the signature covers.
        signature: ECDSA-Sig-Value in DER.
        this_update: since when it holds.
        next_update: when the next one is promised; None where it is not.
        extensions: by type.
        revocations: by name of the issuer (None: who signed the list) and serial number.
    """

    octets: bytes
    signed: bytes = field(compare=False)
    signature_algorithm: bytes = field(compare=False)
    signature: bytes = field(compare=False)
    issuer: Name = field(compare=False)
    this_update: datetime = field(compare=False)
    next_update: datetime | None = field(compare=False)
    extensions: dict[Oid, Extension] = field(compare=False)
    revocations: dict[tuple[bytes | None, int], Revocation] = field(compare=False)

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read a list of at most 4 MiB in DER.

        Raises:
            DecodeError: not a list.
        """
        if len(octets) > _LONGEST:
            raise DecodeError(f"a revocation list must not exceed {_LONGEST} octets")
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
    def authority_key_id(self) -> bytes | None:
        """Key identifier of who signed the list."""
        extension = self.extensions.get(oids.AUTHORITY_KEY_ID)
        if extension is None:
            return None
        start, end = der.only(extension.value, der.SEQUENCE)
        if start == end:
            return None
        tag, start, end = read_header(extension.value, start, end)
        return extension.value[start:end] if tag == 0x80 else None

    @property
    def number(self) -> int | None:
        """Number of the list; later ones have higher numbers."""
        extension = self.extensions.get(oids.CRL_NUMBER)
        if extension is None:
            return None
        return der.read_integer(extension.value, der.only(extension.value, der.INTEGER))

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the next list should have come; what an overdue one revokes stays revoked."""
        return self.next_update is not None and now > self.next_update

    def __repr__(self) -> str:
        """Show issuer and size."""
        return f"Crl({self.issuer}, {len(self.revocations)} revoked)"


def verify_crl(crl: Crl, issuer: Certificate, now: datetime | None = None) -> Crl:
    """Verify that a list comes from an issuer, and return it.

    Args:
        crl: the list.
        issuer: certificate of who should have signed it; its own chain is the caller's business.
        now: aware; None for a chip without clock.

    Raises:
        VerificationError: signed by another, by a key that must not sign lists, from the future, or with a
            critical extension that is not understood.

    Source: RFC 5280 §5, §6.3.3.
    """
    usage = issuer.extensions.key_usage
    if usage is None or not usage & KeyUsage.CRL_SIGN:
        raise VerificationError("the issuer's key must not sign revocation lists")
    if crl.signature_algorithm != SIGNATURE_ALGORITHM:
        raise VerificationError("the revocation list is not signed with ECDSA and SHA-256")
    for kind, extension in crl.extensions.items():
        if extension.critical and kind not in _UNDERSTOOD and not kind.startswith(_RSP_EXTENSIONS):
            raise VerificationError(f"critical extension {kind} of the revocation list is not understood")
    verify_der_signature(issuer.public_key, crl.signed, crl.signature)
    if now is not None and crl.this_update > now:
        raise VerificationError("the revocation list is from the future")
    return crl


def build_crl(
    issuer: Issuer, revoked: Iterable[Revocation], number: int, span: tuple[datetime, datetime]
) -> Crl:
    """Build and sign a list.

    Args:
        issuer: who signs it.
        revoked: its entries; those that name another issuer make it an indirect list.
        number: higher than that of the list before.
        span: since when it holds and when the next one comes, aware.

    Source: RFC 5280 §5.1.
    """
    entries = sorted(revoked, key=lambda entry: (entry.issuer or b"", entry.serial_number))
    extensions = [
        write_extension(oids.AUTHORITY_KEY_ID, der.sequence(encode(0x80, issuer.key_id))),
        write_extension(oids.CRL_NUMBER, der.write_integer(number)),
    ]
    if any(entry.issuer is not None for entry in entries):
        scope = der.sequence(encode(0x84, b"\xff"))  # indirectCRL
        extensions.append(write_extension(oids.ISSUING_DISTRIBUTION_POINT, scope, critical=True))
    signed = der.sequence(
        der.write_integer(1),
        SIGNATURE_ALGORITHM,
        issuer.name.octets,
        der.write_time(span[0]),
        der.write_time(span[1]),
        der.sequence(*map(_build_entry, entries)) if entries else b"",
        encode(0xA0, der.sequence(*extensions)),
    )
    bits = encode(der.BIT_STRING, b"\0" + raw_to_der(issuer.signer.sign(signed)))
    return Crl.decode(der.sequence(signed, SIGNATURE_ALGORITHM, bits))


def _build_entry(entry: Revocation) -> bytes:
    """Return one entry; the issuer is named in each that has another one."""
    extensions = b""
    if entry.issuer is not None:
        names = der.sequence(encode(0xA4, entry.issuer))
        extensions = der.sequence(write_extension(oids.CERTIFICATE_ISSUER, names, critical=True))
    return der.sequence(der.write_integer(entry.serial_number), der.write_time(entry.revoked_at), extensions)


def _read_signed(
    octets: bytes, span: der.Span, algorithm: bytes
) -> tuple[Name, datetime, datetime | None, dict[Oid, Extension], dict[tuple[bytes | None, int], Revocation]]:
    """Read tbsCertList.

    Raises:
        DecodeError: malformed.
    """
    position, end = span
    if position < end and octets[position] == der.INTEGER:
        _, position = der.expect(octets, position, end, der.INTEGER)
    _, stop = der.expect(octets, position, end, der.SEQUENCE)
    if octets[position:stop] != algorithm:
        raise DecodeError("two signature algorithms are named", ("signature",), position)
    _, position = der.expect(octets, stop, end, der.SEQUENCE)
    issuer = Name.decode(octets[stop:position])
    this_update, position = der.read_time(octets, position, end)
    next_update = None
    if position < end and octets[position] in {der.UTC_TIME, der.GENERALIZED_TIME}:
        next_update, position = der.read_time(octets, position, end)
    revocations: dict[tuple[bytes | None, int], Revocation] = {}
    if position < end and octets[position] == der.SEQUENCE:
        start, position = der.expect(octets, position, end, der.SEQUENCE)
        revocations = {
            (entry.issuer, entry.serial_number): entry for entry in _read_entries(octets, (start, position))
        }
    extensions: dict[Oid, Extension] = {}
    if position < end:
        start, position = der.expect(octets, position, end, 0xA0)
        extensions = _read_extensions(octets, der.expect(octets, start, position, der.SEQUENCE))
    if position != end:
        raise DecodeError("octets follow the list", offset=position)
    return issuer, this_update, next_update, extensions, revocations


def _read_entries(octets: bytes, span: der.Span) -> Iterator[Revocation]:
    """Yield the entries; a named issuer holds until another one is named.

    Raises:
        DecodeError: malformed, or with a critical extension that changes what the entry means.
    """
    issuer: bytes | None = None
    for start, end in der.children(octets, span, der.SEQUENCE):
        serial_start, position = der.expect(octets, start, end, der.INTEGER)
        revoked_at, rest = der.read_time(octets, position, end)
        if rest < end:
            for kind, extension in _read_extensions(
                octets, der.expect(octets, rest, end, der.SEQUENCE)
            ).items():
                if kind == oids.CERTIFICATE_ISSUER:
                    issuer = _read_issuer(extension.value)
                elif extension.critical and kind not in _UNDERSTOOD:
                    raise DecodeError(f"critical extension {kind} of an entry is not understood", offset=rest)
        yield Revocation(der.read_integer(octets, (serial_start, position)), revoked_at, issuer)


def _read_extensions(octets: bytes, span: der.Span) -> dict[Oid, Extension]:
    """Return extensions by type.

    Raises:
        DecodeError: malformed.
    """
    found: dict[Oid, Extension] = {}
    position, end = span
    while position < end:
        start = position
        _, position = der.expect(octets, start, end, der.SEQUENCE)
        extension = read_extension(octets[start:position])
        found[extension.kind] = extension
    return found


def _read_issuer(value: bytes) -> bytes:
    """Return the directory name in certificateIssuer.

    Raises:
        DecodeError: there is none.
    """
    start, end = der.only(value, der.SEQUENCE)
    start, end = der.expect(value, start, end, 0xA4)
    return Name.decode(value[start:end]).octets
