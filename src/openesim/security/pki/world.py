"""A whole test world from a table: CI, manufacturer, chip, SM-DP+, SM-DS and operators.

Keys and serial numbers come from ``entropy``, moments from ``now``: the same arguments make the same world.

Source: SGP.22 v2.5 §4.5.2; SGP.26 (the world of the published test certificates, which this resembles).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from openesim.kernel.ambient import Entropy
from openesim.kernel.ids import Eid, Oid
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import SoftwareSigner
from openesim.security.crypto.keys import PrivateKey, PublicKey
from openesim.security.pki import profiles
from openesim.security.pki.build import (
    CertificateRequest,
    Holder,
    Issuer,
    build_certificate,
    key_id_of,
    new_serial_number,
)
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.hosts import is_address, normalize_host
from openesim.security.pki.names import Name
from openesim.security.pki.oids import COMMON_NAME, COUNTRY, ORGANIZATION, ORGANIZATIONAL_UNIT, SERIAL_NUMBER
from openesim.security.pki.permitted_eins import verify_eid_permitted
from openesim.security.pki.profiles import CertificateProfile
from openesim.security.pki.trust import Credential

TEST_EIN: Final = "89049032"
"""Issuer number of the SGP.26 test manufacturer, which test chips everywhere carry."""

TEST_EID: Final = Eid.with_check_digits(TEST_EIN + "0" * 21 + "1")
"""EID of the chip in a test world."""

DP_OID: Final = Oid("2.999.10")
"""Object identifier of the SM-DP+ in a test world."""

DS_OID: Final = Oid("2.999.15")
"""Object identifier of the SM-DS in a test world."""

_BACKDATED: Final = timedelta(days=1)  # a peer whose clock is behind still takes a fresh certificate
_CRL: Final = ("http://ci.test.example.com/openesim.crl",)  # nobody serves it, as with the SGP.26 world
_COUNTRY: Final = (COUNTRY, "XX")
_MANUFACTURER: Final = (ORGANIZATION, "OpenESIM Test EUM")


@dataclass(frozen=True)
class Issued:
    """A certificate with its private key, which never shows.

    Attributes:
        certificate: the certificate.
        private_key: the key behind it.
    """

    certificate: Certificate
    private_key: PrivateKey

    @cached_property
    def credential(self) -> Credential:
        """The pair as roles use it: certificate and signer."""
        return Credential(self.certificate, SoftwareSigner(self.private_key))


@dataclass(frozen=True, slots=True)
class Member:
    """One row of the table: who gets a certificate of which kind from whom.

    Attributes:
        label: what it is called in the world, and its file.
        profile: kind of certificate.
        issuer: label of who certifies it; None for one who certifies itself.
        holder: who it is.
    """

    label: str
    profile: CertificateProfile
    issuer: str | None
    holder: Holder


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldPlan:
    """What differs from one test world to the next.

    Attributes:
        eid: EID of the chip, within ``ein``.
        ein: digits with which EIDs of the manufacturer begin.
        smdp_fqdn: host name of the SM-DP+.
        smds_fqdn: host name of the SM-DS.
    """

    eid: Eid = TEST_EID
    ein: str = TEST_EIN
    smdp_fqdn: str = "smdpplus.example.com"
    smds_fqdn: str = "smds.example.com"

    def members(self) -> tuple[Member, ...]:
        """Return the table, issuers before those whom they certify."""
        ci = _holder(
            _COUNTRY,
            (ORGANIZATION, "OpenESIM"),
            (ORGANIZATIONAL_UNIT, "TESTCERT"),
            (COMMON_NAME, "OpenESIM Test CI"),
            registered_id=Oid("2.999.1"),
        )
        eum = _holder(
            _COUNTRY,
            _MANUFACTURER,
            (COMMON_NAME, "OpenESIM EUM"),
            registered_id=Oid("2.999.5"),
            permitted=Name.build(_MANUFACTURER, (SERIAL_NUMBER, self.ein)),
        )
        smdp = _holder((ORGANIZATION, "OpenESIM"), (COMMON_NAME, "OpenESIM SM-DP+"), registered_id=DP_OID)
        smds = _holder((ORGANIZATION, "OpenESIM"), (COMMON_NAME, "OpenESIM SM-DS"), registered_id=DS_OID)
        return (
            Member("ci", profiles.CI, None, ci),
            Member("eum", profiles.EUM, "ci", eum),
            Member("euicc", profiles.EUICC, "eum", _chip(eum.subject, self.eid)),
            Member("dpauth", profiles.DP_AUTH, "ci", smdp),
            Member("dppb", profiles.DP_PB, "ci", smdp),
            Member("dptls", profiles.DP_TLS, "ci", _server((self.smdp_fqdn,), DP_OID)),
            Member("dsauth", profiles.DS_AUTH, "ci", smds),
            Member("dstls", profiles.DS_TLS, "ci", _server((self.smds_fqdn,), DS_OID)),
        )


def make_world(
    curve: Curve, entropy: Entropy, now: datetime, plan: WorldPlan | None = None
) -> dict[str, Issued]:
    """Make all certificates and keys of a test world on one curve.

    Args:
        curve: of every key.
        entropy: 56 octets a certificate are drawn.
        now: aware; certificates are valid from the day before.
        plan: what differs from the usual world.

    Returns:
        By label: ci, eum, euicc, dpauth, dppb, dptls, dsauth, dstls.

    Raises:
        DecodeError: a host name that is none.
        VerificationError: the chip's EID is out of the manufacturer's range.
    """
    world: dict[str, Issued] = {}
    for member in (plan or WorldPlan()).members():
        issuer = curve if member.issuer is None else world[member.issuer]
        world[member.label] = issue(member.profile, member.holder, issuer, entropy, now)
    verify_eid_permitted(world["euicc"].certificate, world["eum"].certificate)
    return world


def issue(
    profile: CertificateProfile, holder: Holder, issuer: Issued | Curve, entropy: Entropy, now: datetime
) -> Issued:
    """Make a key and certify it.

    Args:
        profile: kind of certificate.
        holder: who is certified.
        issuer: who certifies; a curve for one who certifies itself.
        entropy: 56 octets are drawn.
        now: aware; the certificate is valid from the day before.

    Raises:
        VerificationError: the holder does not have what the profile asks for.
    """
    key = PrivateKey.generate(issuer if isinstance(issuer, Curve) else issuer.private_key.curve, entropy)
    public_key = key.public_key
    if isinstance(issuer, Curve):
        authority = Issuer(holder.subject, key_id_of(public_key), SoftwareSigner(key))
    else:
        authority = Issuer.of(issuer.certificate, issuer.credential.signer)
    return Issued(_certify(profile, holder, public_key, authority, (entropy, now)), key)


def _certify(
    profile: CertificateProfile,
    holder: Holder,
    public_key: PublicKey,
    authority: Issuer,
    ambient: tuple[Entropy, datetime],
) -> Certificate:
    """Certify a key; a serial number is drawn."""
    entropy, now = ambient
    request = CertificateRequest(
        holder=holder,
        public_key=public_key,
        serial_number=new_serial_number(entropy),
        not_before=now - _BACKDATED,
    )
    return build_certificate(profile, request, authority)


def issue_tls_leaf(
    ci: Issued,
    hosts: tuple[str, ...],
    entropy: Entropy,
    now: datetime,
    profile: CertificateProfile = profiles.DP_TLS,
) -> Issued:
    """Issue a fresh TLS certificate for a server.

    Args:
        ci: issuer with its key.
        hosts: names and addresses that clients connect to; the first one becomes the common name.
        entropy: 56 octets are drawn.
        now: aware.
        profile: CERT.DP.TLS or CERT.DS.TLS.

    Raises:
        DecodeError: neither a host name nor an address.

    Source: SGP.22 v2.5 §4.5.2.1.0.6.
    """
    oid = DS_OID if profile is profiles.DS_TLS else DP_OID
    return issue(profile, _server(hosts, oid), ci, entropy, now)


def issue_euicc(eum: Issued, eid: Eid, entropy: Entropy, now: datetime) -> Issued:
    """Issue a certificate for a chip.

    Args:
        eum: manufacturer with its key.
        eid: EID of the chip.
        entropy: 56 octets are drawn.
        now: aware.

    Raises:
        VerificationError: the EID is out of the manufacturer's range.

    Source: SGP.22 v2.5 §4.5.2.1.0.1.
    """
    chip = issue(profiles.EUICC, _chip(eum.certificate.subject, eid), eum, entropy, now)
    verify_eid_permitted(chip.certificate, eum.certificate)
    return chip


def certify_server(ci: Issued, label: str, key: PublicKey, entropy: Entropy, now: datetime) -> Certificate:
    """Certify a key of a server that somebody else holds, such as a token.

    Args:
        ci: issuer with its key.
        label: dpauth, dppb or dsauth.
        key: the public half.
        entropy: 16 octets are drawn.
        now: aware; the certificate is valid from the day before.

    Source: SGP.22 v2.5 §4.5.2.1.0.
    """
    member = next(each for each in WorldPlan().members() if each.label == label)
    return _certify(
        member.profile, member.holder, key, Issuer.of(ci.certificate, ci.credential.signer), (entropy, now)
    )


def issue_operator(ci: Issued, name: str, entropy: Entropy, now: datetime) -> Issued:
    """Issue the client certificate by which an operator is known on ES2+.

    Args:
        ci: issuer with its key.
        name: name of the operator.
        entropy: 56 octets are drawn.
        now: aware.

    Source: SGP.22 v2.5 §2.6.3.
    """
    holder = Holder(subject=Name.build((ORGANIZATION, name), (COMMON_NAME, name)))
    return issue(profiles.OPERATOR, holder, ci, entropy, now)


def _holder(*attributes: tuple[Oid, str], registered_id: Oid, permitted: Name | None = None) -> Holder:
    """Return a holder that is no chip and no TLS server."""
    return Holder(
        subject=Name.build(*attributes),
        registered_id=registered_id,
        permitted=permitted,
        crl_distribution_points=_CRL,
    )


def _server(hosts: tuple[str, ...], oid: Oid) -> Holder:
    """Return the TLS end of a server.

    Raises:
        DecodeError: neither a host name nor an address.
    """
    names = tuple(dict.fromkeys(map(normalize_host, hosts)))
    return Holder(
        subject=Name.build((ORGANIZATION, "OpenESIM"), (COMMON_NAME, names[0])),
        registered_id=oid,
        dns_names=tuple(name for name in names if not is_address(name)),
        ip_addresses=tuple(name for name in names if is_address(name)),
        crl_distribution_points=_CRL,
    )


def _chip(manufacturer: Name, eid: Eid) -> Holder:
    """Return a chip: country and organization are its manufacturer's, as its constraint demands."""
    return Holder(
        subject=Name.build(
            (COUNTRY, manufacturer.get(COUNTRY) or _COUNTRY[1]),
            (ORGANIZATION, manufacturer.organization or ""),
            (SERIAL_NUMBER, eid),
            (COMMON_NAME, "eUICC"),
        )
    )
