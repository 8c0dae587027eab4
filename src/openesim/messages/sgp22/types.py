"""Types that several interfaces of SGP.22 share.

Source: SGP.22 v2.5 Annex H (RSPDefinitions).
"""

from __future__ import annotations

from typing import Annotated

from openesim.encoding.asn1 import Bits, Message, Raw, Size, Tag, message

Octets16 = Annotated[bytes, Size(16)]
"""Challenges and the EID: 16 octets."""

Signature = Annotated[bytes, Tag(0x5F37), Size(64)]
"""ECDSA signature r‖s, 64 octets, tag 5F37."""

OneTimePublicKey = Annotated[bytes, Tag(0x5F49), Size(65)]
"""Uncompressed point 04‖X‖Y of a one-time key, 65 octets, tag 5F49."""

Hash = Annotated[bytes, Size(32)]
"""SHA-256 hash, 32 octets."""

PublicKeyIdentifier = Annotated[bytes, Size(1, 64)]
"""SubjectKeyIdentifier of a CI: 20 octets in practice."""

VersionType = Annotated[bytes, Size(3)]
"""Major, minor and revision, one octet each."""

CertificateOctets = Annotated[bytes, Raw()]
"""A complete X.509 certificate, never re-encoded."""

IsdpAid = Annotated[bytes, Tag(0x4F), Size(1, 16)]
"""AID of an ISD-P, tag 4F."""


def format_version(version: bytes) -> str:
    """Return ``2.5.0`` for the octets 02 05 00."""
    return ".".join(str(octet) for octet in version)


class NotificationEvent(Bits):
    """Profile management operations that can be notified."""

    INSTALL = 1 << 0
    ENABLE = 1 << 1
    DISABLE = 1 << 2
    DELETE = 1 << 3


class PprIds(Bits):
    """Profile policy rules.

    Source: SGP.22 v2.5 §2.4.5.
    """

    PPR_UPDATE_CONTROL = 1 << 0
    PPR1_DISABLE_NOT_ALLOWED = 1 << 1
    PPR2_DELETE_NOT_ALLOWED = 1 << 2


@message()
class OperatorId(Message):
    """Owner of a profile: MCC and MNC as in TS 24.008 (3 octets), and the group identifiers."""

    mcc_mnc: Annotated[bytes, Tag(0x80), Size(3)]
    gid1: Annotated[bytes | None, Tag(0x81)] = None
    gid2: Annotated[bytes | None, Tag(0x82)] = None
