"""Object identifiers that certificates of RSP carry.

Source: SGP.22 v2.5 §4.5.2, Annex K; RFC 5280 §4.2; X.520.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from openesim.kernel.ids import Oid

# Attributes of names
COMMON_NAME: Final = Oid("2.5.4.3")
SERIAL_NUMBER: Final = Oid("2.5.4.5")
COUNTRY: Final = Oid("2.5.4.6")
ORGANIZATION: Final = Oid("2.5.4.10")
ORGANIZATIONAL_UNIT: Final = Oid("2.5.4.11")

ATTRIBUTE_LABELS: Final = {
    COMMON_NAME: "CN",
    SERIAL_NUMBER: "serialNumber",
    COUNTRY: "C",
    ORGANIZATION: "O",
    ORGANIZATIONAL_UNIT: "OU",
}

# Extensions of certificates and CRLs
SUBJECT_KEY_ID: Final = Oid("2.5.29.14")
KEY_USAGE: Final = Oid("2.5.29.15")
SUBJECT_ALT_NAME: Final = Oid("2.5.29.17")
BASIC_CONSTRAINTS: Final = Oid("2.5.29.19")
CRL_NUMBER: Final = Oid("2.5.29.20")
CRL_REASON: Final = Oid("2.5.29.21")
ISSUING_DISTRIBUTION_POINT: Final = Oid("2.5.29.28")
CERTIFICATE_ISSUER: Final = Oid("2.5.29.29")
NAME_CONSTRAINTS: Final = Oid("2.5.29.30")
CRL_DISTRIBUTION_POINTS: Final = Oid("2.5.29.31")
CERTIFICATE_POLICIES: Final = Oid("2.5.29.32")
AUTHORITY_KEY_ID: Final = Oid("2.5.29.35")
EXTENDED_KEY_USAGE: Final = Oid("2.5.29.37")
PERMITTED_EINS: Final = Oid("2.23.146.1.2.2.0")

# Purposes
SERVER_AUTH: Final = Oid("1.3.6.1.5.5.7.3.1")
CLIENT_AUTH: Final = Oid("1.3.6.1.5.5.7.3.2")

ECDSA_WITH_SHA256: Final = Oid("1.2.840.10045.4.3.2")


class Role(Enum):
    """What a certificate entitles its holder to be: the policy id of its certificatePolicies.

    Source: SGP.22 v2.5 §4.5.2.1 (id-rspRole).
    """

    CI = Oid("2.23.146.1.2.1.0")
    EUICC = Oid("2.23.146.1.2.1.1")
    EUM = Oid("2.23.146.1.2.1.2")
    DP_TLS = Oid("2.23.146.1.2.1.3")
    DP_AUTH = Oid("2.23.146.1.2.1.4")
    DP_PB = Oid("2.23.146.1.2.1.5")
    DS_TLS = Oid("2.23.146.1.2.1.6")
    DS_AUTH = Oid("2.23.146.1.2.1.7")


_KNOWN: Final = {
    oid.octets: oid
    for oid in (
        *ATTRIBUTE_LABELS,
        *(role.value for role in Role),
        *(SUBJECT_KEY_ID, KEY_USAGE, SUBJECT_ALT_NAME, BASIC_CONSTRAINTS, NAME_CONSTRAINTS),
        *(CRL_DISTRIBUTION_POINTS, CERTIFICATE_POLICIES, AUTHORITY_KEY_ID, EXTENDED_KEY_USAGE),
        *(CRL_NUMBER, CRL_REASON, ISSUING_DISTRIBUTION_POINT, CERTIFICATE_ISSUER, PERMITTED_EINS),
        *(SERVER_AUTH, CLIENT_AUTH, ECDSA_WITH_SHA256),
    )
}


def oid_of(octets: bytes) -> Oid:
    """Return the object identifier of its content octets; known ones come from a table.

    Raises:
        DecodeError: not an object identifier.
    """
    return _KNOWN.get(octets) or Oid.from_octets(octets)
