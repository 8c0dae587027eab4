"""Chip makers, what the EIDs of their chips begin with, and which chip is held to which device."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or_replace

from openesim.adapters.db.conditions.paging import changes, page
from openesim.adapters.db.conditions.tables import bindings, chip_makers, ein_ranges
from openesim.adapters.db.records import Parameters, Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import FIRST, MOST, Statements, insert_row, select_row, update_row
from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.makers import Build, ChipMaker, EinRange, EumCertificate
from openesim.conditions.terminals.ranges import Owned
from openesim.conditions.terminals.vendors import Standing

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder().decode

_put_ein: Final = insert_or_replace(ein_ranges).values(
    {column.name: bindparam(column.name) for column in ein_ranges.columns}
)

_new_bond: Final = insert_or_replace(bindings).values(
    {column.name: bindparam(column.name) for column in bindings.columns}
)

STATEMENTS: Final[Statements] = {
    "add_maker": insert_row(chip_makers, numbered="maker_id"),
    "save_maker": update_row(chip_makers, "maker_id"),
    "maker": select_row(chip_makers, "maker_id").with_for_update(),
    "maker_named": select_row(chip_makers, "name"),
    "maker_of_vendor": select_row(chip_makers, "vendor_id"),
    "makers": page(chip_makers, "maker_id"),
    "makers_changed": changes(chip_makers, "maker_id"),
    "put_ein_range": _put_ein.on_conflict_do_update(
        index_elements=["first"],
        set_={name: _put_ein.excluded[name] for name in ("last", "maker_id", "removed_at", "revision")},
    ),
    "ein_range_before": select(ein_ranges)
    .where(ein_ranges.c.first <= bindparam("eid"), ein_ranges.c.removed_at.is_(None))
    .order_by(ein_ranges.c.first.desc())
    .suffix_with(FIRST),
    "ein_ranges_of": select(ein_ranges)
    .where(
        ein_ranges.c.maker_id == bindparam("maker_id"),
        ein_ranges.c.removed_at.is_(None),
        ein_ranges.c.first > bindparam("after"),
    )
    .order_by(ein_ranges.c.first)
    .suffix_with(MOST),
    "ein_spans": select(ein_ranges.c.first, ein_ranges.c.last, ein_ranges.c.maker_id)
    .where(ein_ranges.c.first > bindparam("after"), ein_ranges.c.removed_at.is_(None))
    .order_by(ein_ranges.c.first)
    .suffix_with(MOST),
    "ein_ranges_changed": changes(ein_ranges, "first"),
    "add_binding": insert_row(bindings),
    "bind": _new_bond.on_conflict_do_nothing(),
    "remove_binding": delete(bindings).where(bindings.c.eid == bindparam("eid")),
    "binding_of_chip": select_row(bindings, "eid").with_for_update(),
    "binding_of_device": select_row(bindings, "imei"),
    "bindings_between": select(bindings).where(
        (bindings.c.eid == bindparam("eid")) | (bindings.c.imei == bindparam("imei"))
    ),
}


class ChipRows(Rows):
    """Implements the part of ``TerminalStores`` that is about chips."""

    def add_maker(self, maker: ChipMaker) -> int:
        """Store a new chip maker and return its number.

        Raises:
            ConflictError: the name is taken.
        """
        return self._new("add_maker", _maker_parameters(maker))

    def save_maker(self, maker: ChipMaker) -> None:
        """Store a chip maker that changed.

        Raises:
            ConflictError: another one has the name.
        """
        self._do("save_maker", _maker_parameters(maker) | {"key_maker_id": maker.maker_id})

    def maker(self, maker_id: int) -> ChipMaker | None:
        """Return a chip maker; the row is held until the unit ends."""
        return self._one("maker", _read_maker, maker_id=maker_id)

    def maker_named(self, name: str) -> ChipMaker | None:
        """Return the chip maker with exactly this name."""
        return self._one("maker_named", _read_maker, name=name)

    def maker_of_vendor(self, vendor_id: int) -> ChipMaker | None:
        """Return the chip maker that a vendor is."""
        return self._one("maker_of_vendor", _read_maker, vendor_id=vendor_id)

    def makers(self, after: int, limit: int) -> list[ChipMaker]:
        """Return chip makers by number, beginning behind ``after``."""
        return self._all("makers", _read_maker, after=after, most=limit)

    def makers_changed(self, after: tuple[int, int], limit: int) -> list[ChipMaker]:
        """Return chip makers by revision and number, beginning behind ``after``."""
        return self._all("makers_changed", _read_maker, revision=after[0], after=after[1], most=limit)

    # --- EID ranges

    def put_ein_range(self, eids: EinRange) -> None:
        """Store a range in the place of the one that begins with the same EID, if there is one."""
        self._put("put_ein_range", _ein_parameters(eids))

    def ein_range_before(self, eid: str) -> EinRange | None:
        """Return the range that holds and begins last of those that begin with an EID or before it."""
        return self._one("ein_range_before", _read_eids, eid=eid)

    def ein_ranges_of(self, maker_id: int, after: str, limit: int) -> list[EinRange]:
        """Return ranges of a chip maker that hold, beginning behind the first EID of one (empty: from the start)."""
        return self._all("ein_ranges_of", _read_eids, maker_id=maker_id, after=after, most=limit)

    def ein_spans(self, after: int, limit: int) -> list[Owned]:
        """Return ranges that hold as numbers, with their maker, beginning behind the first of one (-1: from the start)."""
        start = "" if after < 0 else f"{after:032d}"
        return self._all("ein_spans", _read_span, after=start, most=limit)

    def ein_ranges_changed(self, after: tuple[int, str], limit: int) -> list[EinRange]:
        """Return ranges, removed or not, by revision and first EID, beginning behind ``after``."""
        return self._all("ein_ranges_changed", _read_eids, revision=after[0], after=after[1], most=limit)

    # --- chip and device

    def add_binding(self, bond: Bond) -> None:
        """Store that a chip is held to a device.

        Raises:
            ConflictError: either is held to another one.
        """
        self._do("add_binding", _bond_parameters(bond))

    def bind(self, bond: Bond) -> bool:
        """Store that a chip is held to a device, unless either is held to something; return whether that is new."""
        self._do("bind", _bond_parameters(bond))
        return self._cursor.rowcount > 0

    def remove_binding(self, eid: str) -> None:
        """Store that a chip is held to nothing any more."""
        self._put("remove_binding", {"eid": eid})

    def binding_of_chip(self, eid: str) -> Bond | None:
        """Return what a chip is held to; the row is held until the unit ends."""
        return self._one("binding_of_chip", read_bond, eid=eid)

    def binding_of_device(self, imei: str) -> Bond | None:
        """Return which chip is held to a device."""
        return self._one("binding_of_device", read_bond, imei=imei)


def _bond_parameters(bond: Bond) -> Parameters:
    return {
        "eid": bond.eid,
        "imei": bond.imei,
        "source": bond.source,
        "bound_at": to_milliseconds(bond.bound_at),
    }


def _maker_parameters(maker: ChipMaker) -> Parameters:
    newest = maker.certificates[-1] if maker.certificates else None
    record = (
        maker.remark,
        [(each.key_id, each.octets) for each in maker.certificates],
        [(each.version, each.remark) for each in maker.builds],
    )
    return {
        "name": maker.name,
        "state": maker.state.value,
        "key_id": None if newest is None else newest.key_id,
        "certificate": None if newest is None else newest.octets,
        "created_at": to_milliseconds(maker.created_at),
        "record": _pack(record),
        "revision": maker.revision,
        "vendor_id": maker.vendor_id,
    }


def _read_maker(row: Row) -> ChipMaker:
    remark, certificates, builds = _unpack(row[6])
    return ChipMaker(
        maker_id=row[0],
        name=row[1],
        state=Standing(row[2]),
        created_at=from_milliseconds(row[5]),
        remark=remark,
        certificates=tuple(EumCertificate(key_id=key, octets=octets) for key, octets in certificates),
        builds=tuple(Build(version=version, remark=said) for version, said in builds),
        revision=row[7],
        vendor_id=row[8],
    )


def _ein_parameters(eids: EinRange) -> Parameters:
    return {
        "first": eids.first,
        "last": eids.last,
        "maker_id": eids.maker_id,
        "removed_at": None if eids.removed_at is None else to_milliseconds(eids.removed_at),
        "revision": eids.revision,
    }


def _read_eids(row: Row) -> EinRange:
    return EinRange(
        first=row[0],
        last=row[1],
        maker_id=row[2],
        removed_at=None if row[3] is None else from_milliseconds(row[3]),
        revision=row[4],
    )


def _read_span(row: Row) -> Owned:
    return int(row[0]), int(row[1]), row[2]


def read_bond(row: Row) -> Bond:
    """Return the bond of a row of ``bindings``."""
    return Bond(eid=row[0], imei=row[1], source=row[2], bound_at=from_milliseconds(row[3]))
