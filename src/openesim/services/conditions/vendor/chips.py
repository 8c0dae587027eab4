"""A vendor who makes chips, too, at his desk: his certificates, the EIDs of his chips, the builds of their software.

What he adds holds at once, so it is held against what somebody else vouches for: a certificate has to be one of a chip
maker, signed by a CI that the server trusts, and EIDs have to be among those that a certificate of his is for. Taking away
is the regulator's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from openesim.conditions.terminals.fields import Span
from openesim.conditions.terminals.makers import (
    Build,
    ChipMaker,
    EinRange,
    is_certified,
    permitted_begins,
    verify_own_certificate,
)
from openesim.conditions.terminals.texts import conflict
from openesim.conditions.terminals.vendors import Standing
from openesim.kernel.ambient import Clock
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.names import Name
from openesim.security.pki.oids import COMMON_NAME, ORGANIZATION
from openesim.security.pki.trust import TrustStore
from openesim.services.conditions.following import Following
from openesim.services.conditions.terminals.chip_makers import (
    ChipMakerStores,
    add_build,
    add_certificate,
    add_eins,
    maker_with_key,
)
from openesim.services.ports import AnyWork, never

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCertificate:
    """A certificate as people look at it.

    Attributes:
        key_id: its subject key identifier, 20 octets.
        subject: whose it is, in words.
        issuer: who signed it, in words.
        begins: first moment, aware UTC.
        ends: last moment.
        eins: what EIDs begin with that it is for.
    """

    key_id: bytes
    subject: str
    issuer: str
    begins: datetime
    ends: datetime
    eins: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMaker:
    """The chip maker that a vendor is.

    Attributes:
        maker: the chip maker.
        certificates: his certificates, the newest first.
        eins: his EIDs, a page of ranges.
        next: where the next page begins; empty: this is the last one.
    """

    maker: ChipMaker
    certificates: tuple[SeenCertificate, ...]
    eins: tuple[EinRange, ...]
    next: str


class VendorChips:
    """Reads and does what the desk of a chip maker asks for."""

    def __init__(self, work: AnyWork, clock: Clock, following: Following, trust: TrustStore) -> None:
        """Bind to the database, to what hears of changes, and to the CIs that are trusted."""
        self._work: Final = work
        self._clock: Final = clock
        self._following: Final = following
        self._trust: Final = trust

    async def own(self, vendor_id: int, after: str, limit: int) -> OwnMaker | None:
        """Return the chip maker that a vendor is; None: he is none.

        Args:
            vendor_id: the vendor.
            after: first EID of the range behind which the list goes on; empty: from the start.
            limit: ranges at most.
        """

        def unit(stores: ChipMakerStores) -> OwnMaker | None:
            """Look it up."""
            maker = stores.maker_of_vendor(vendor_id)
            if maker is None:
                return None
            eins = stores.ein_ranges_of(maker.maker_id, after, limit + 1)
            return OwnMaker(
                maker=maker,
                certificates=seen_certificates(maker),
                eins=tuple(eins[:limit]),
                next=eins[limit - 1].first if len(eins) > limit else "",
            )

        asked: Callable[[Any], OwnMaker | None] = unit
        return await self._work.run(asked, must_last=never)

    async def add_certificate(self, vendor_id: int, file: bytes, actor: str) -> ChipMaker:
        """Add a certificate: ``add_own_certificate``."""
        now = self._clock.now()
        return await self._do(
            lambda stores: add_own_certificate(stores, vendor_id, file, self._trust, actor, now)
        )

    async def add_eins(self, vendor_id: int, span: Span, actor: str) -> EinRange:
        """Add EIDs: ``add_own_eins``."""
        now = self._clock.now()
        return await self._do(lambda stores: add_own_eins(stores, vendor_id, span, actor, now))

    async def add_build(self, vendor_id: int, build: Build, actor: str) -> ChipMaker:
        """Add a build: ``add_own_build``."""
        now = self._clock.now()
        return await self._do(lambda stores: add_own_build(stores, vendor_id, build, actor, now))

    async def _do(self, unit: Callable[[ChipMakerStores], T]) -> T:
        """Do something, and hear of it."""
        done: Callable[[Any], T] = unit
        result = await self._work.run(done)
        await self._following.refresh()
        return result


def add_own_certificate(
    stores: ChipMakerStores, vendor_id: int, file: bytes, trust: TrustStore, who: str, now: datetime
) -> ChipMaker:
    """Add a certificate to the chip maker that a vendor is.

    Args:
        stores: of the unit of work.
        vendor_id: the vendor.
        file: with the certificate, PEM or DER.
        trust: CIs that the server trusts.
        who: who does it.
        now: aware UTC.

    Raises:
        ConflictError: the vendor is no chip maker, or not in force; no certificate of a chip maker, one that is over,
            not for certain EIDs or of no CI that is trusted, or its key is another one's.
    """
    maker = own_maker(stores, vendor_id)
    certificate = verify_own_certificate(file, trust, now)
    owner = maker_with_key(stores, certificate.key_id)
    if owner is not None and owner.maker_id != maker.maker_id:
        raise conflict("key-taken-elsewhere")
    return add_certificate(stores, maker.maker_id, certificate, who, now)


def add_own_eins(stores: ChipMakerStores, vendor_id: int, span: Span, who: str, now: datetime) -> EinRange:
    """Add EIDs to the chip maker that a vendor is.

    Args:
        stores: of the unit of work.
        vendor_id: the vendor.
        span: first and last EID, 32 digits each.
        who: who does it.
        now: aware UTC.

    Raises:
        ConflictError: the vendor is no chip maker, or not in force; no certificate of his is for these EIDs, or some of
            them are another range's.
    """
    maker = own_maker(stores, vendor_id)
    first, last = span
    if not is_certified(maker.certificates, span):
        raise conflict("ein-not-certified", first=first, last=last)
    taken = stores.ein_range_before(last)
    if taken is not None and taken.last >= first and taken.maker_id != maker.maker_id:
        raise conflict("range-taken-elsewhere", first=max(first, taken.first), last=min(last, taken.last))
    return add_eins(stores, maker.maker_id, span, who, now)


def add_own_build(
    stores: ChipMakerStores, vendor_id: int, build: Build, who: str, now: datetime
) -> ChipMaker:
    """Add a build to the chip maker that a vendor is.

    Args:
        stores: of the unit of work.
        vendor_id: the vendor.
        build: as ``makers.read_build`` gives it.
        who: who does it.
        now: aware UTC.

    Raises:
        ConflictError: the vendor is no chip maker, or not in force.
    """
    return add_build(stores, own_maker(stores, vendor_id).maker_id, build, who, now)


def own_maker(stores: ChipMakerStores, vendor_id: int) -> ChipMaker:
    """Return the chip maker that a vendor is, where he may change his entries.

    Raises:
        ConflictError: the vendor is no chip maker, or not in force.
    """
    maker = stores.maker_of_vendor(vendor_id)
    if maker is None:
        raise conflict("not-a-maker")
    if maker.state is not Standing.IN_FORCE:
        raise conflict("maker-not-in-force", name=maker.name, state=maker.state.value)
    return maker


def _name(name: Name) -> str:
    """Return whom a certificate names: the common name and the organization, else all of it."""
    kinds = dict(name.attributes)
    found = [kinds[kind] for kind in (COMMON_NAME, ORGANIZATION) if kind in kinds]
    return ", ".join(found) or str(name)


def seen_certificates(maker: ChipMaker) -> tuple[SeenCertificate, ...]:
    """Return the certificates of a chip maker as people look at them, the newest first."""
    seen = []
    for kept in reversed(maker.certificates):
        certificate = Certificate.decode(kept.octets)
        seen.append(
            SeenCertificate(
                key_id=kept.key_id,
                subject=_name(certificate.subject),
                issuer=_name(certificate.issuer),
                begins=certificate.not_before,
                ends=certificate.not_after,
                eins=permitted_begins(kept),
            )
        )
    return tuple(seen)
