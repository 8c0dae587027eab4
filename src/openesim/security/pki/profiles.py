"""Certificate profiles as data: what each kind of certificate has to hold.

One table serves the builder, which fills it in, and the linter, which compares.

Source: SGP.22 v2.5 §4.5.2; SGP.26 (values of the test certificates).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from openesim.kernel.ids import Oid
from openesim.security.pki.extensions import BasicConstraints, KeyUsage
from openesim.security.pki.oids import (
    CLIENT_AUTH,
    COMMON_NAME,
    COUNTRY,
    ORGANIZATION,
    SERIAL_NUMBER,
    SERVER_AUTH,
    Role,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateProfile:
    """What a kind of certificate has to hold.

    Attributes:
        name: short name, as the specification writes it.
        role: policy that it carries; None where it carries none.
        policy_critical: whether certificatePolicies is critical.
        subject: attributes that the subject must have.
        key_usage: exactly these bits.
        basic_constraints: None where the extension is absent.
        purposes: extended key usage, critical; empty where absent.
        registered_id: whether the holder's object identifier stands in subjectAltName.
        host: whether a host name or address stands there.
        constrains_eids: whether it limits the EIDs below it.
        lifetime: None for the end of time, 31 December 9999.
    """

    name: str
    role: Role | None = None
    policy_critical: bool = True
    subject: tuple[Oid, ...] = (ORGANIZATION, COMMON_NAME)
    key_usage: KeyUsage = KeyUsage.DIGITAL_SIGNATURE
    basic_constraints: BasicConstraints | None = None
    purposes: tuple[Oid, ...] = ()
    registered_id: bool = True
    host: bool = False
    constrains_eids: bool = False
    lifetime: timedelta | None = None


def _days(count: int) -> timedelta:
    """Return a lifetime."""
    return timedelta(days=count)


_BOTH_ENDS: Final = (SERVER_AUTH, CLIENT_AUTH)

CI: Final = CertificateProfile(
    name="CI",
    role=Role.CI,
    key_usage=KeyUsage.KEY_CERT_SIGN | KeyUsage.CRL_SIGN,
    basic_constraints=BasicConstraints(ca=True),
    lifetime=_days(35 * 365 + 9),
)
EUM: Final = CertificateProfile(
    name="EUM",
    role=Role.EUM,
    key_usage=KeyUsage.KEY_CERT_SIGN,
    basic_constraints=BasicConstraints(ca=True, path_length=0),
    constrains_eids=True,
    lifetime=_days(34 * 365 + 9),
)
EUICC: Final = CertificateProfile(
    name="eUICC",
    role=Role.EUICC,
    subject=(COUNTRY, ORGANIZATION, SERIAL_NUMBER, COMMON_NAME),
    registered_id=False,
)
DP_AUTH: Final = CertificateProfile(name="DPauth", role=Role.DP_AUTH, lifetime=_days(3650))
DP_PB: Final = CertificateProfile(name="DPpb", role=Role.DP_PB, lifetime=_days(3650))
DP_TLS: Final = CertificateProfile(
    name="DPtls",
    role=Role.DP_TLS,
    policy_critical=False,
    purposes=_BOTH_ENDS,
    host=True,
    lifetime=_days(398),
)
DS_AUTH: Final = CertificateProfile(name="DSauth", role=Role.DS_AUTH, lifetime=_days(3650))
DS_TLS: Final = CertificateProfile(
    name="DStls",
    role=Role.DS_TLS,
    policy_critical=False,
    purposes=_BOTH_ENDS,
    host=True,
    lifetime=_days(398),
)
OPERATOR: Final = CertificateProfile(
    name="operator client",
    purposes=(CLIENT_AUTH,),
    registered_id=False,
    lifetime=_days(3650),
)

PROFILES: Final = (CI, EUM, EUICC, DP_AUTH, DP_PB, DP_TLS, DS_AUTH, DS_TLS, OPERATOR)
"""All of them, in the order of issuance."""

BY_ROLE: Final = {profile.role: profile for profile in PROFILES if profile.role is not None}
"""Profile by the role that a certificate names."""
