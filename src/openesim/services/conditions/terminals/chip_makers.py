"""Chip makers as a service: their certificates, what their EIDs begin with, and the builds of their software."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.terminals.fields import Span
from openesim.conditions.terminals.makers import Build, ChipMaker, EinRange, EumCertificate
from openesim.conditions.terminals.texts import conflict, not_found
from openesim.conditions.terminals.vendors import StandingEvent, Vendor, standing_after
from openesim.kernel.records import changed
from openesim.services.conditions.terminals.book import NAME
from openesim.services.conditions.terminals.terminals import DeedStores, note_deed, read_reason

_PAGE: Final = 1000


class ChipMakerStores(DeedStores, Protocol):
    """Chip makers and EID ranges, inside one unit of work."""

    def vendor(self, vendor_id: int) -> Vendor | None:
        """Return a vendor; the row is held until the unit ends."""
        ...

    def add_maker(self, maker: ChipMaker) -> int:
        """Store a new chip maker and return its number."""
        ...

    def save_maker(self, maker: ChipMaker) -> None:
        """Store a chip maker that changed."""
        ...

    def maker(self, maker_id: int) -> ChipMaker | None:
        """Return a chip maker; the row is held until the unit ends."""
        ...

    def maker_named(self, name: str) -> ChipMaker | None:
        """Return the chip maker with exactly this name."""
        ...

    def maker_of_vendor(self, vendor_id: int) -> ChipMaker | None:
        """Return the chip maker that a vendor is."""
        ...

    def makers(self, after: int, limit: int) -> list[ChipMaker]:
        """Return chip makers by number, beginning behind ``after``."""
        ...

    def put_ein_range(self, eids: EinRange) -> None:
        """Store a range in the place of the one that begins with the same EID, if there is one."""
        ...

    def ein_range_before(self, eid: str) -> EinRange | None:
        """Return the range that holds and begins last of those that begin with an EID or before it."""
        ...

    def ein_ranges_of(self, maker_id: int, after: str, limit: int) -> list[EinRange]:
        """Return ranges of a chip maker that hold, beginning behind the first EID of one (empty: from the start)."""
        ...


def register_maker(stores: ChipMakerStores, name: str, who: str, now: datetime) -> ChipMaker:
    """Register a chip maker and return him with his number.

    Args:
        stores: of the unit of work.
        name: as ``fields.read_text`` gives it.
        who: who does it.
        now: aware UTC.

    Raises:
        ConflictError: the name is taken.
    """
    revision = stores.raise_revision(NAME)
    if stores.maker_named(name) is not None:
        raise conflict("name-taken", name=name)
    maker = ChipMaker(name=name, created_at=now, revision=revision)
    maker = changed(maker, maker_id=stores.add_maker(maker))
    note_deed(stores, f"maker:{maker.maker_id}", who, now, deed="register-maker", name=name)
    return maker


def assign_maker(
    stores: ChipMakerStores, maker_id: int, vendor_id: int | None, who: str, now: datetime
) -> ChipMaker:
    """Note which vendor a chip maker is: whoever works at that vendor's desk keeps his certificates, EIDs and builds.

    Args:
        stores: of the unit of work.
        maker_id: which chip maker.
        vendor_id: the vendor who he is; None: nobody's desk keeps his entries.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such chip maker or vendor.
        ConflictError: the vendor is another chip maker already.
    """
    revision = stores.raise_revision(NAME)
    maker = known_maker(stores, maker_id)
    if vendor_id is not None:
        if stores.vendor(vendor_id) is None:
            raise not_found("no-such-vendor", name=vendor_id)
        other = stores.maker_of_vendor(vendor_id)
        if other is not None and other.maker_id != maker_id:
            raise conflict("vendor-is-maker", name=other.name)
    stored = changed(maker, vendor_id=vendor_id, revision=revision)
    stores.save_maker(stored)
    whose = "" if vendor_id is None else str(vendor_id)
    note_deed(stores, f"maker:{maker_id}", who, now, deed="assign-maker", vendor=whose)
    return stored


def add_certificate(
    stores: ChipMakerStores, maker_id: int, certificate: EumCertificate, who: str, now: datetime
) -> ChipMaker:
    """Note a certificate of a chip maker; one that he has already changes nothing.

    Args:
        stores: of the unit of work.
        maker_id: whose.
        certificate: as ``makers.read_certificate`` gives it.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such chip maker.
        ConflictError: its key is another one's.
    """
    revision = stores.raise_revision(NAME)
    maker = known_maker(stores, maker_id)
    owner = maker_with_key(stores, certificate.key_id)
    if owner is not None and owner.maker_id != maker_id:
        raise conflict("key-taken", name=owner.name)
    kept = tuple(each for each in maker.certificates if each.key_id != certificate.key_id)
    stored = changed(maker, certificates=(*kept, certificate), revision=revision)
    stores.save_maker(stored)
    key = certificate.key_id.hex()
    note_deed(stores, f"maker:{maker_id}", who, now, deed="add-certificate", key=key)
    return stored


def add_build(stores: ChipMakerStores, maker_id: int, build: Build, who: str, now: datetime) -> ChipMaker:
    """Note a build that a chip maker told, in the place of one of the same version.

    Args:
        stores: of the unit of work.
        maker_id: whose.
        build: as ``makers.read_build`` gives it.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such chip maker.
    """
    revision = stores.raise_revision(NAME)
    maker = known_maker(stores, maker_id)
    others = tuple(each for each in maker.builds if each.version != build.version)
    stored = changed(maker, builds=(*others, build), revision=revision)
    stores.save_maker(stored)
    note_deed(stores, f"maker:{maker_id}", who, now, deed="add-build", version=build.version)
    return stored


def move_maker(
    stores: ChipMakerStores, maker_id: int, event: StandingEvent, reason: str, who: str, now: datetime
) -> ChipMaker:
    """Suspend a chip maker, let him in again, or strike him off; his chips get nothing meanwhile.

    Args:
        stores: of the unit of work.
        maker_id: which one.
        event: what happens to him.
        reason: why; he is told.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such chip maker.
        StateError: not possible as he stands.
        ConflictError: no reason is given.
    """
    remark = read_reason(reason)
    revision = stores.raise_revision(NAME)
    maker = known_maker(stores, maker_id)
    stored = changed(maker, state=standing_after(maker.state, event), remark=remark, revision=revision)
    stores.save_maker(stored)
    note_deed(
        stores, f"maker:{maker_id}", who, now, deed=event.value, state=stored.state.value, reason=remark
    )
    return stored


def add_eins(stores: ChipMakerStores, maker_id: int, span: Span, who: str, now: datetime) -> EinRange:
    """Note EIDs that are a chip maker's.

    Args:
        stores: of the unit of work.
        maker_id: whose they are.
        span: first and last EID, 32 digits each, as ``fields.read_eins`` gives them.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such chip maker.
        ConflictError: some of them are another range's.
    """
    revision = stores.raise_revision(NAME)
    known_maker(stores, maker_id)
    first, last = span
    taken = stores.ein_range_before(last)
    if taken is not None and taken.last >= first:
        owner = stores.maker(taken.maker_id)
        name = str(taken.maker_id) if owner is None else owner.name
        raise conflict("range-taken", first=taken.first, last=taken.last, owner=name)
    eids = EinRange(first=first, last=last, maker_id=maker_id, revision=revision)
    stores.put_ein_range(eids)
    note_deed(stores, f"maker:{maker_id}", who, now, deed="add-eins", first=first, last=last)
    return eids


def remove_eins(stores: ChipMakerStores, first: str, who: str, now: datetime) -> EinRange:
    """Take EIDs from a chip maker: chips with them are of no known maker any more.

    Args:
        stores: of the unit of work.
        first: where the range begins, 32 digits.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: no range begins there.
    """
    revision = stores.raise_revision(NAME)
    found = stores.ein_range_before(first)
    if found is None or found.first != first:
        raise not_found("no-such-ein", name=first)
    removed = changed(found, removed_at=now, revision=revision)
    stores.put_ein_range(removed)
    note_deed(stores, f"maker:{found.maker_id}", who, now, deed="remove-eins", first=first, last=found.last)
    return removed


def known_maker(stores: ChipMakerStores, maker_id: int) -> ChipMaker:
    """Return a chip maker.

    Raises:
        NotFoundError: there is none with this number.
    """
    maker = stores.maker(maker_id)
    if maker is None:
        raise not_found("no-such-maker", name=maker_id)
    return maker


def maker_with_key(stores: ChipMakerStores, key_id: bytes) -> ChipMaker | None:
    """Return the chip maker whose certificate has a key; they are a few hundred, and it is seldom asked."""
    after = 0
    while page := stores.makers(after, _PAGE):
        for maker in page:
            if any(each.key_id == key_id for each in maker.certificates):
                return maker
        after = page[-1].maker_id
    return None
