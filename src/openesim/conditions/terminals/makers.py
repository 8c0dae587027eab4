"""Chip makers: known by the keys of their certificates and by what the EIDs of their chips begin with.

Source: SGP.22 v2.5 §4.5.2 (EUM certificates); GSMA SGP.29 (EIDs and who may give them).
"""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openesim.conditions.terminals.fields import Span, read_text, read_versions
from openesim.conditions.terminals.texts import conflict
from openesim.conditions.terminals.vendors import Standing
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.chain import ChainError, ChainFault, verify_eum_certificate
from openesim.security.pki.oids import SERIAL_NUMBER, Role
from openesim.security.pki.trust import TrustStore

_SHORTEST_EIN: Final = 5
"""Fewer digits than those name no issuer of EIDs."""

_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True, kw_only=True)
class EumCertificate:
    """A certificate of a chip maker.

    Attributes:
        key_id: its subject key identifier, 20 octets.
        octets: the certificate, DER.
    """

    key_id: bytes
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A version of a chip's software that its maker told.

    Attributes:
        version: such as ``4.2.0``.
        remark: what he says of it; empty: nothing.
    """

    version: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipMaker:
    """A chip maker.

    Attributes:
        maker_id: row number; 0 until stored.
        name: under which he is registered, unique.
        state: how he stands; chips of one that is not in force get nothing.
        certificates: his certificates, the newest last.
        builds: software that his chips may have, as far as he told.
        created_at: when he was registered, aware UTC.
        remark: why he stands as he does; empty: nothing to say.
        revision: of all terminals, when this last changed; 0 until stored.
        vendor_id: the vendor who is this chip maker, too, and keeps his own entries; None: nobody does.
    """

    maker_id: int = 0
    name: str
    state: Standing = Standing.IN_FORCE
    certificates: tuple[EumCertificate, ...] = ()
    builds: tuple[Build, ...] = ()
    created_at: datetime
    remark: str = ""
    revision: int = 0
    vendor_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TacRange:
    """TACs of a model.

    Attributes:
        first: lowest TAC, 8 digits.
        last: highest TAC, included.
        model_id: whose.
        removed_at: since when it holds no more, aware UTC; None: it holds.
        revision: of all terminals, when this last changed; 0 until stored.
    """

    first: str
    last: str
    model_id: int
    removed_at: datetime | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EinRange:
    """EIDs of a chip maker.

    Attributes:
        first: lowest EID, 32 digits.
        last: highest EID, included.
        maker_id: whose.
        removed_at: since when it holds no more, aware UTC; None: it holds.
        revision: of all terminals, when this last changed; 0 until stored.
    """

    first: str
    last: str
    maker_id: int
    removed_at: datetime | None = None
    revision: int = 0


def read_certificate(octets: bytes) -> EumCertificate:
    """Return a certificate of a chip maker.

    Args:
        octets: DER.

    Raises:
        ConflictError: no certificate, or none that names its key.
    """
    try:
        key_id = Certificate.decode(octets).key_id
    except (DecodeError, VerificationError):
        raise conflict("certificate-unreadable") from None
    if key_id is None:
        raise conflict("certificate-unreadable")
    return EumCertificate(key_id=key_id, octets=octets)


def read_build(version: str, remark: str = "") -> Build:
    """Return a build.

    Raises:
        DecodeError: no version, or a remark that cannot be taken.
    """
    return Build(version=read_versions(version)[0], remark=read_text(remark) if remark else "")


def certificate_octets(file: bytes) -> bytes:
    """Return the first certificate of a file, PEM or DER, as DER; it is not looked into.

    Raises:
        ConflictError: a private key is in the file, or PEM without a certificate.
    """
    if b"PRIVATE KEY-----" in file:
        raise conflict("private-key")
    if b"-----BEGIN" not in file:
        return file
    block = _PEM.search(file)
    try:
        return b64decode(b"".join(block[1].split()), validate=True) if block else b""
    except ValueError:
        raise conflict("certificate-unreadable") from None


def verify_own_certificate(file: bytes, trust: TrustStore, now: datetime) -> EumCertificate:
    """Return a certificate that a chip maker may add by himself: of an EUM, for certain EIDs only, and signed by a CI.

    What it says counts as the word of that CI: what nobody signed whom the server trusts says nothing.

    Args:
        file: with the certificate, PEM or DER.
        trust: CIs that the server trusts, and what they revoked.
        now: aware UTC.

    Raises:
        ConflictError: no certificate, another one's, one that is over, one that is for any EID, or one that no CI stands
            behind whom the server trusts.
    """
    read = read_certificate(certificate_octets(file))
    certificate = Certificate.decode(read.octets)
    if certificate.role is not Role.EUM:
        raise conflict("certificate-not-eum")
    if certificate.not_after < now:
        raise conflict("certificate-over", day=f"{certificate.not_after:%Y-%m-%d}")
    if not permitted_begins(read):
        raise conflict("certificate-unlimited")
    try:
        verify_eum_certificate(read.octets, trust, now)
    except ChainError as error:
        if error.fault is ChainFault.CI_UNKNOWN:
            raise conflict("certificate-ci-unknown", issuer=str(certificate.issuer)) from None
        code = "certificate-revoked" if error.fault is ChainFault.EUM_REVOKED else "certificate-false"
        raise conflict(code) from None
    return read


def permitted_begins(certificate: EumCertificate) -> tuple[str, ...]:
    """Return what EIDs begin with that a certificate is for; empty: it does not say.

    Source: SGP.22 v2.5 §4.5.2.1.0.2; SGP.22 v3.1 §4.5.2.1 (permittedEins).
    """
    extensions = Certificate.decode(certificate.octets).extensions
    found = list(extensions.permitted_eins or ())
    subtrees = extensions.name_constraints.permitted if extensions.name_constraints else ()
    for subtree in subtrees:
        found += [text for kind, text in subtree.attributes if kind == SERIAL_NUMBER]
    digits = (text for text in found if text.isascii() and text.isdigit() and len(text) >= _SHORTEST_EIN)
    return tuple(dict.fromkeys(digits))


def is_certified(certificates: tuple[EumCertificate, ...], span: Span) -> bool:
    """Tell whether a certificate is for all EIDs of a range.

    Args:
        certificates: of the chip maker.
        span: first and last EID, 32 digits each.
    """
    first, last = span
    begins = (begin for each in certificates for begin in permitted_begins(each))
    return any(first.startswith(begin) and last.startswith(begin) for begin in begins)
