"""Extensions of certificates, read into one value.

Source: RFC 5280 §4.2; SGP.22 v2.5 §4.5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache
from typing import Any, Final, NamedTuple

from openesim.encoding.tlv import read_header
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid
from openesim.kernel.records import with_quick_init
from openesim.security.pki import der, oids
from openesim.security.pki.names import Name
from openesim.security.pki.oids import oid_of

_EXPLICIT_NAME: Final = 0xA4  # GeneralName directoryName
_DNS_NAME: Final = 0x82
_URI: Final = 0x86
_IP_ADDRESS: Final = 0x87
_REGISTERED_ID: Final = 0x88


class KeyUsage(IntFlag):
    """What a key may be used for; bit 0 is the first bit.

    Source: RFC 5280 §4.2.1.3.
    """

    DIGITAL_SIGNATURE = 1 << 0
    NON_REPUDIATION = 1 << 1
    KEY_ENCIPHERMENT = 1 << 2
    DATA_ENCIPHERMENT = 1 << 3
    KEY_AGREEMENT = 1 << 4
    KEY_CERT_SIGN = 1 << 5
    CRL_SIGN = 1 << 6
    ENCIPHER_ONLY = 1 << 7
    DECIPHER_ONLY = 1 << 8


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """Whether the holder may issue certificates, and how many issuers may stand below it."""

    ca: bool = False
    path_length: int | None = None


@dataclass(frozen=True, slots=True)
class AlternativeNames:
    """Other names of the holder: its object identifier in RSP, names and addresses of its server."""

    registered_id: Oid | None = None
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class NameConstraints:
    """Names that certificates below may carry: only forms of directoryName are kept."""

    permitted: tuple[Name, ...] = ()
    excluded: tuple[Name, ...] = ()


@with_quick_init
@dataclass(frozen=True, slots=True)
class Extensions:
    """All extensions of one certificate.

    Attributes:
        critical: those marked critical, known to us or not.
        present: all of them.
    """

    critical: frozenset[Oid] = frozenset()
    present: frozenset[Oid] = frozenset()
    subject_key_id: bytes | None = None
    authority_key_id: bytes | None = None
    key_usage: KeyUsage | None = None
    basic_constraints: BasicConstraints | None = None
    policies: tuple[Oid, ...] = ()
    extended_key_usage: tuple[Oid, ...] = ()
    alternative_names: AlternativeNames = AlternativeNames()
    name_constraints: NameConstraints | None = None
    crl_distribution_points: tuple[str, ...] = ()
    permitted_eins: tuple[str, ...] | None = None


class Extension(NamedTuple):
    """One extension: its type, whether it is critical, and what it holds."""

    kind: Oid
    critical: bool
    value: bytes


_KEY_ID_HEADER: Final = bytes.fromhex("301d0603551d0e04160414")
"""All of a subjectKeyIdentifier of 20 octets before its value."""

_KEY_ID_OCTETS: Final = len(_KEY_ID_HEADER) + 20
_KEY_ID_EXTENSION: Final = Extension(oids.SUBJECT_KEY_ID, critical=False, value=b"")


def read_extensions(buffer: bytes, span: der.Span) -> Extensions:
    """Read the extensions in a span, which is the content of SEQUENCE OF Extension.

    Raises:
        DecodeError: malformed, or one extension twice.
    """
    critical: set[Oid] = set()
    present: set[Oid] = set()
    values: dict[str, Any] = {}
    position, end = span
    while position < end:
        start = position
        _, position = der.expect(buffer, start, end, der.SEQUENCE)
        octets = buffer[start:position]
        if octets.startswith(_KEY_ID_HEADER) and len(octets) == _KEY_ID_OCTETS:
            # A chip's own: read on the spot, it would only push what chips share out of the cache.
            extension, name, value = _KEY_ID_EXTENSION, "subject_key_id", octets[len(_KEY_ID_HEADER) :]
        else:
            extension, name, value = _read_known(octets)
        kind = extension.kind
        if kind in present:
            raise DecodeError(f"extension {kind} stands there twice", offset=start)
        present.add(kind)
        if extension.critical:
            critical.add(kind)
        if name:
            values[name] = value
    return Extensions(frozenset(critical), frozenset(present), **values)


@lru_cache(maxsize=256)
def _read_known(octets: bytes) -> tuple[Extension, str, Any]:
    """Return an extension with the name and value of its attribute of ``Extensions`` ("" if not known).

    Chips of a manufacturer share all but the identifier of their key, so the answers are there already.

    Raises:
        DecodeError: malformed.
    """
    extension = read_extension(octets)
    name, read = _READERS.get(extension.kind, ("", bytes))
    return extension, name, read(extension.value)


def read_extension(octets: bytes) -> Extension:
    """Read one extension of a certificate, a CRL or an entry of one.

    Raises:
        DecodeError: malformed.
    """
    start, end = der.only(octets, der.SEQUENCE)
    kind_start, position = der.expect(octets, start, end, der.OBJECT_IDENTIFIER)
    kind = oid_of(octets[kind_start:position])
    tag, start, stop = read_header(octets, position, end)
    critical = False
    if tag == der.BOOLEAN:
        critical = der.read_boolean(octets, (start, stop))
        tag, start, stop = read_header(octets, stop, end)
    if tag != der.OCTET_STRING or stop != end:
        raise DecodeError(f"extension {kind} is malformed", offset=start)
    return Extension(kind, critical, octets[start:stop])


def _read_key_id(value: bytes) -> bytes:
    """Return the key identifier of subjectKeyIdentifier."""
    start, end = der.only(value, der.OCTET_STRING)
    return value[start:end]


def _read_authority_key_id(value: bytes) -> bytes | None:
    """Return the key identifier of authorityKeyIdentifier; issuer and serial number are ignored."""
    position, end = der.only(value, der.SEQUENCE)
    while position < end:
        tag, start, position = read_header(value, position, end)
        if tag == 0x80:
            return value[start:position]
    return None


def _read_key_usage(value: bytes) -> KeyUsage:
    """Return the bits of keyUsage."""
    return KeyUsage(der.read_bits(value, der.only(value, der.BIT_STRING)) & 0x1FF)


def _read_basic_constraints(value: bytes) -> BasicConstraints:
    """Return basicConstraints."""
    position, end = der.only(value, der.SEQUENCE)
    ca, path_length = False, None
    if position < end and value[position] == der.BOOLEAN:
        start, position = der.expect(value, position, end, der.BOOLEAN)
        ca = der.read_boolean(value, (start, position))
    if position < end:
        start, position = der.expect(value, position, end, der.INTEGER)
        path_length = der.read_integer(value, (start, position))
        if path_length < 0:
            raise DecodeError("path length is negative")
    if position != end:
        raise DecodeError("octets follow the basic constraints")
    return BasicConstraints(ca, path_length)


def _read_policies(value: bytes) -> tuple[Oid, ...]:
    """Return the policy identifiers of certificatePolicies; qualifiers are ignored."""
    return tuple(
        der.read_oid(value, der.expect(value, start, end, der.OBJECT_IDENTIFIER))
        for start, end in der.children(value, der.only(value, der.SEQUENCE), der.SEQUENCE)
    )


def _read_purposes(value: bytes) -> tuple[Oid, ...]:
    """Return the purposes of extKeyUsage."""
    spans = der.children(value, der.only(value, der.SEQUENCE), der.OBJECT_IDENTIFIER)
    return tuple(der.read_oid(value, span) for span in spans)


def _read_alternative_names(value: bytes) -> AlternativeNames:
    """Return registered id, DNS names and addresses of subjectAltName; other forms are ignored."""
    registered_id, dns_names, addresses = None, [], []
    position, end = der.only(value, der.SEQUENCE)
    while position < end:
        tag, start, position = read_header(value, position, end)
        if tag == _REGISTERED_ID:
            registered_id = registered_id or der.read_oid(value, (start, position))
        elif tag == _DNS_NAME:
            dns_names.append(der.read_text(value, der.IA5_STRING, (start, position)))
        elif tag == _IP_ADDRESS:
            addresses.append(value[start:position])
    return AlternativeNames(registered_id, tuple(dns_names), tuple(addresses))


def _read_name_constraints(value: bytes) -> NameConstraints:
    """Return the directory names of nameConstraints."""
    trees: dict[int, tuple[Name, ...]] = {0xA0: (), 0xA1: ()}
    position, end = der.only(value, der.SEQUENCE)
    while position < end:
        tag, start, position = read_header(value, position, end)
        if tag not in trees:
            raise DecodeError("name constraints are malformed", offset=start)
        trees[tag] += tuple(
            name
            for subtree in der.children(value, (start, position), der.SEQUENCE)
            if (name := _read_directory_name(value, subtree)) is not None
        )
    return NameConstraints(trees[0xA0], trees[0xA1])


def _read_directory_name(buffer: bytes, span: der.Span) -> Name | None:
    """Return the directory name at the head of a span, None where another form of name stands."""
    tag, start, end = read_header(buffer, *span)
    return Name.decode(buffer[start:end]) if tag == _EXPLICIT_NAME else None


def _read_distribution_points(value: bytes) -> tuple[str, ...]:
    """Return the addresses of cRLDistributionPoints: [0]{ [0]{ URI … } } in each."""
    addresses = []
    for position, end in der.children(value, der.only(value, der.SEQUENCE), der.SEQUENCE):
        if position == end or value[position] != 0xA0:
            continue
        tag, start, stop = read_header(value, der.expect(value, position, end, 0xA0)[0], end)
        while tag == 0xA0 and start < stop:
            form, name_start, start = read_header(value, start, stop)
            if form == _URI:
                addresses.append(der.read_text(value, der.IA5_STRING, (name_start, start)))
    return tuple(addresses)


def _read_permitted_eins(value: bytes) -> tuple[str, ...]:
    """Return the issuer numbers of permittedEins."""
    spans = der.children(value, der.only(value, der.SEQUENCE), der.PRINTABLE_STRING)
    return tuple(der.read_text(value, der.PRINTABLE_STRING, span) for span in spans)


_READERS: Final[dict[Oid, tuple[str, Callable[[bytes], object]]]] = {
    oids.SUBJECT_KEY_ID: ("subject_key_id", _read_key_id),
    oids.AUTHORITY_KEY_ID: ("authority_key_id", _read_authority_key_id),
    oids.KEY_USAGE: ("key_usage", _read_key_usage),
    oids.BASIC_CONSTRAINTS: ("basic_constraints", _read_basic_constraints),
    oids.CERTIFICATE_POLICIES: ("policies", _read_policies),
    oids.EXTENDED_KEY_USAGE: ("extended_key_usage", _read_purposes),
    oids.SUBJECT_ALT_NAME: ("alternative_names", _read_alternative_names),
    oids.NAME_CONSTRAINTS: ("name_constraints", _read_name_constraints),
    oids.CRL_DISTRIBUTION_POINTS: ("crl_distribution_points", _read_distribution_points),
    oids.PERMITTED_EINS: ("permitted_eins", _read_permitted_eins),
}

UNDERSTOOD: Final = frozenset(_READERS)
"""Extensions whose meaning we obey; any other one must not be critical."""
