"""Chip makers: known by the keys of their certificates and by what the EIDs of their chips begin with.

Source: SGP.22 v2.5 §4.5.2 (EUM certificates); GSMA SGP.29 (EIDs and who may give them).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openesim.conditions.terminals.fields import read_text, read_versions
from openesim.conditions.terminals.texts import conflict
from openesim.conditions.terminals.vendors import Standing
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.pki.certificate import Certificate


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
    """

    maker_id: int = 0
    name: str
    state: Standing = Standing.IN_FORCE
    certificates: tuple[EumCertificate, ...] = ()
    builds: tuple[Build, ...] = ()
    created_at: datetime
    remark: str = ""
    revision: int = 0


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
