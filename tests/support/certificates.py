"""Certificates that a server must refuse, each with one thing wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from openesim.kernel.ids import Eid, Oid
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import SoftwareSigner
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki import profiles
from openesim.security.pki.build import (
    CertificateRequest,
    Holder,
    Issuer,
    build_certificate,
    new_serial_number,
)
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.crl import Revocation, build_crl
from openesim.security.pki.names import Name
from openesim.security.pki.oids import COMMON_NAME, COUNTRY, ORGANIZATION, SERIAL_NUMBER
from openesim.security.pki.profiles import CertificateProfile
from openesim.security.pki.trust import TrustStore
from openesim.security.pki.world import Issued
from tests.support.chip import Chip
from tests.support.rig import NOW, World, entropy_of

LONG_AGO = NOW - timedelta(days=2000)
YESTERDAY = NOW - timedelta(days=1)
SOON = NOW + timedelta(days=3)


def issue(
    profile: CertificateProfile,
    holder: Holder,
    issuer: Issuer,
    key: PrivateKey,
    *,
    valid: tuple[datetime, datetime | None] = (YESTERDAY, None),
) -> Certificate:
    """Returns a certificate for a key that is there already."""
    request = CertificateRequest(
        holder=holder,
        public_key=key.public_key,
        serial_number=new_serial_number(entropy_of(repr(holder))),
        not_before=valid[0],
        not_after=valid[1],
    )
    return build_certificate(profile, request, issuer)


def forger(certificate: Certificate) -> Issuer:
    """Returns an issuer with the right name and key identifier and the wrong key."""
    key = PrivateKey.generate(Curve.P256, entropy_of("forger"))
    return replace(Issuer.of(certificate, SoftwareSigner(key)))


def chip_holder(world: World, eid: str, organization: str | None = None) -> Holder:
    """Returns the holder of a chip's certificate."""
    maker = world["eum"].certificate.subject
    return Holder(
        subject=Name.build(
            (COUNTRY, maker.get(COUNTRY) or "XX"),
            (ORGANIZATION, organization or maker.organization or ""),
            (SERIAL_NUMBER, eid),
            (COMMON_NAME, "eUICC"),
        )
    )


def maker_holder(*, ein: str = "89049032") -> Holder:
    """Returns the holder of a manufacturer's certificate."""
    organization = (ORGANIZATION, "OpenESIM Test EUM")
    return Holder(
        subject=Name.build((COUNTRY, "XX"), organization, (COMMON_NAME, "OpenESIM EUM")),
        registered_id=Oid("2.999.5"),
        permitted=Name.build(organization, (SERIAL_NUMBER, ein)),
    )


def _key(chip: Chip) -> PrivateKey:
    return PrivateKey(chip.key)


def _by(issued: Issued) -> Issuer:
    return Issuer.of(issued.certificate, issued.credential.signer)


def expired_euicc(chip: Chip, world: World) -> None:
    """Gives the chip a certificate that ended yesterday."""
    holder = chip_holder(world, chip.eid)
    chip.certificate = issue(
        profiles.EUICC, holder, _by(world["eum"]), _key(chip), valid=(LONG_AGO, YESTERDAY)
    ).octets


def brief_euicc(chip: Chip, world: World) -> None:
    """Gives the chip a certificate that ends in some days."""
    holder = chip_holder(world, chip.eid)
    chip.certificate = issue(
        profiles.EUICC, holder, _by(world["eum"]), _key(chip), valid=(YESTERDAY, SOON)
    ).octets


def future_euicc(chip: Chip, world: World) -> None:
    """Gives the chip a certificate that begins in some days."""
    holder = chip_holder(world, chip.eid)
    chip.certificate = issue(profiles.EUICC, holder, _by(world["eum"]), _key(chip), valid=(SOON, None)).octets


def forged_euicc(chip: Chip, world: World) -> None:
    """Gives the chip a certificate that its manufacturer did not sign."""
    holder = chip_holder(world, chip.eid)
    chip.certificate = issue(profiles.EUICC, holder, forger(world["eum"].certificate), _key(chip)).octets


def euicc_out_of_range(chip: Chip, world: World) -> None:
    """Gives the chip an EID that its manufacturer must not issue."""
    chip.eid = str(Eid.with_check_digits("89049033" + "0" * 22))
    holder = chip_holder(world, chip.eid)
    chip.certificate = issue(profiles.EUICC, holder, _by(world["eum"]), _key(chip)).octets


def euicc_of_another_organization(chip: Chip, world: World) -> None:
    """Gives the chip an organization that is not its manufacturer's."""
    holder = chip_holder(world, chip.eid, "Somebody Else")
    chip.certificate = issue(profiles.EUICC, holder, _by(world["eum"]), _key(chip)).octets


def euicc_in_another_role(chip: Chip, world: World) -> None:
    """Gives the chip the certificate of a server."""
    chip.certificate = world["dpauth"].certificate.octets
    chip.key = world["dpauth"].private_key.primitive


def euicc_signed_by_the_ci(chip: Chip, world: World) -> None:
    """Gives the chip a certificate that the CI signed over the head of the manufacturer."""
    holder = chip_holder(world, chip.eid)
    chip.certificate = issue(profiles.EUICC, holder, _by(world["ci"]), _key(chip)).octets


def no_certificate(chip: Chip, _world: World) -> None:
    """Gives the chip a SEQUENCE that is no certificate."""
    chip.certificate = bytes.fromhex("3003020101")


def no_eum_certificate(chip: Chip, _world: World) -> None:
    """Gives the manufacturer a SEQUENCE that is no certificate."""
    chip.eum_certificate = bytes.fromhex("3000")


def _new_maker(chip: Chip, world: World, certificate: Certificate, key: PrivateKey) -> None:
    """Puts another manufacturer above the chip."""
    chip.eum_certificate = certificate.octets
    holder = chip_holder(world, chip.eid)
    chip.certificate = issue(
        profiles.EUICC, holder, Issuer.of(certificate, SoftwareSigner(key)), _key(chip)
    ).octets


def expired_eum(chip: Chip, world: World) -> None:
    """Gives the manufacturer a certificate that ended yesterday."""
    key = world["eum"].private_key
    maker = issue(profiles.EUM, maker_holder(), _by(world["ci"]), key, valid=(LONG_AGO, YESTERDAY))
    _new_maker(chip, world, maker, key)


def brief_eum(chip: Chip, world: World) -> None:
    """Gives the manufacturer a certificate that ends in some days."""
    key = world["eum"].private_key
    maker = issue(profiles.EUM, maker_holder(), _by(world["ci"]), key, valid=(YESTERDAY, SOON))
    _new_maker(chip, world, maker, key)


def forged_eum(chip: Chip, world: World) -> None:
    """Gives the manufacturer a certificate that its CI did not sign."""
    key = world["eum"].private_key
    maker = issue(profiles.EUM, maker_holder(), forger(world["ci"].certificate), key)
    _new_maker(chip, world, maker, key)


def eum_in_another_role(chip: Chip, world: World) -> None:
    """Puts a server where the manufacturer should be."""
    _new_maker(chip, world, world["dpauth"].certificate, world["dpauth"].private_key)


def eum_is_the_ci(chip: Chip, world: World) -> None:
    """Puts the CI itself where the manufacturer should be."""
    _new_maker(chip, world, world["ci"].certificate, world["ci"].private_key)


def euicc_of_another_maker(chip: Chip, world: World) -> None:
    """Sends the certificate of a manufacturer, with the same name, who did not make the chip."""
    key = PrivateKey.generate(Curve.P256, entropy_of("another maker"))
    chip.eum_certificate = issue(profiles.EUM, maker_holder(), _by(world["ci"]), key).octets


def trust_that_revokes(world: World, certificate: Certificate) -> TrustStore:
    """Returns trust in the CI of a world, with a list of it that names a certificate of a maker or of a chip."""
    ci = world["ci"].certificate
    named = None if certificate.issuer == ci.subject else certificate.issuer.octets
    entry = Revocation(certificate.serial_number, YESTERDAY, named)
    return TrustStore([ci]).with_crl(build_crl(_by(world["ci"]), [entry], 1, (YESTERDAY, SOON)))
