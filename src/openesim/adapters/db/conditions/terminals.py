"""Vendors, models and TAC ranges; chip makers and recalls stand in rooms of their own beside."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import bindparam, or_, select

# Both dialects read this clause; Core has it only in its dialect packages.
from sqlalchemy.dialects.postgresql import insert as insert_or_replace

from openesim.adapters.db.conditions import chips, recalls
from openesim.adapters.db.conditions.paging import changes, page
from openesim.adapters.db.conditions.tables import models, tac_ranges, vendors
from openesim.adapters.db.records import Parameters, Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import FIRST, MOST, Statements, insert_row, select_row, update_row
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.makers import TacRange
from openesim.conditions.terminals.models import Ability, Approval, Model, ModelState
from openesim.conditions.terminals.ranges import Owned
from openesim.conditions.terminals.vendors import Standing, Vendor, VendorKind

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder().decode

_put_tac: Final = insert_or_replace(tac_ranges).values(
    {column.name: bindparam(column.name) for column in tac_ranges.columns}
)


STATEMENTS: Final[Statements] = {
    "add_vendor": insert_row(vendors, numbered="vendor_id"),
    "save_vendor": update_row(vendors, "vendor_id"),
    "vendor": select_row(vendors, "vendor_id").with_for_update(),
    "vendor_named": select_row(vendors, "name"),
    "vendors": page(vendors, "vendor_id"),
    "vendors_changed": changes(vendors, "vendor_id"),
    "add_model": insert_row(models, numbered="model_id"),
    "save_model": update_row(models, "model_id"),
    "model": select_row(models, "model_id").with_for_update(),
    "model_named": select(models).where(
        models.c.vendor_id == bindparam("vendor_id"), models.c.name == bindparam("name")
    ),
    "models": page(models, "model_id"),
    "models_of": select(models)
    .where(models.c.vendor_id == bindparam("vendor_id"), models.c.name > bindparam("after"))
    .order_by(models.c.name)
    .suffix_with(MOST),
    "models_in": select(models)
    .where(
        models.c.state == bindparam("state"),
        models.c.changed_at >= bindparam("since"),
        or_(models.c.changed_at > bindparam("since"), models.c.model_id > bindparam("after")),
    )
    .order_by(models.c.changed_at, models.c.model_id)
    .suffix_with(MOST),
    "models_changed": changes(models, "model_id"),
    "put_tac_range": _put_tac.on_conflict_do_update(
        index_elements=["first"],
        set_={name: _put_tac.excluded[name] for name in ("last", "model_id", "removed_at", "revision")},
    ),
    "tac_range_before": select(tac_ranges)
    .where(tac_ranges.c.first <= bindparam("tac"), tac_ranges.c.removed_at.is_(None))
    .order_by(tac_ranges.c.first.desc())
    .suffix_with(FIRST),
    "tac_ranges_of": select(tac_ranges)
    .where(
        tac_ranges.c.model_id == bindparam("model_id"),
        tac_ranges.c.removed_at.is_(None),
        tac_ranges.c.first > bindparam("after"),
    )
    .order_by(tac_ranges.c.first)
    .suffix_with(MOST),
    "tac_spans": select(tac_ranges.c.first, tac_ranges.c.last, tac_ranges.c.model_id)
    .where(tac_ranges.c.first > bindparam("after"), tac_ranges.c.removed_at.is_(None))
    .order_by(tac_ranges.c.first)
    .suffix_with(MOST),
    "tac_ranges_changed": changes(tac_ranges, "first"),
    **chips.STATEMENTS,
    **recalls.STATEMENTS,
}


class TerminalRows(chips.ChipRows, recalls.RecallRows, Rows):
    """Implements ``services.conditions.terminals.terminals.TerminalStores``."""

    # --- vendors

    def add_vendor(self, vendor: Vendor) -> int:
        """Store a new vendor and return its number.

        Raises:
            ConflictError: the name is taken.
        """
        return self._new("add_vendor", _vendor_parameters(vendor))

    def save_vendor(self, vendor: Vendor) -> None:
        """Store a vendor that changed.

        Raises:
            ConflictError: another one has the name.
        """
        self._do("save_vendor", _vendor_parameters(vendor) | {"key_vendor_id": vendor.vendor_id})

    def vendor(self, vendor_id: int) -> Vendor | None:
        """Return a vendor; the row is held until the unit ends."""
        return self._one("vendor", _read_vendor, vendor_id=vendor_id)

    def vendor_named(self, name: str) -> Vendor | None:
        """Return the vendor with exactly this name."""
        return self._one("vendor_named", _read_vendor, name=name)

    def vendors(self, after: int, limit: int) -> list[Vendor]:
        """Return vendors by number, beginning behind ``after``."""
        return self._all("vendors", _read_vendor, after=after, most=limit)

    def vendors_changed(self, after: tuple[int, int], limit: int) -> list[Vendor]:
        """Return vendors by revision and number, beginning behind ``after``."""
        return self._all("vendors_changed", _read_vendor, revision=after[0], after=after[1], most=limit)

    # --- models

    def add_model(self, model: Model) -> int:
        """Store a new model and return its number.

        Raises:
            ConflictError: its vendor has one with this name.
        """
        return self._new("add_model", _model_parameters(model))

    def save_model(self, model: Model) -> None:
        """Store a model that changed.

        Raises:
            ConflictError: its vendor has another one with this name.
        """
        self._do("save_model", _model_parameters(model) | {"key_model_id": model.model_id})

    def model(self, model_id: int) -> Model | None:
        """Return a model; the row is held until the unit ends."""
        return self._one("model", _read_model, model_id=model_id)

    def model_named(self, vendor_id: int, name: str) -> Model | None:
        """Return the model of a vendor with exactly this name."""
        return self._one("model_named", _read_model, vendor_id=vendor_id, name=name)

    def models(self, after: int, limit: int) -> list[Model]:
        """Return models by number, beginning behind ``after``."""
        return self._all("models", _read_model, after=after, most=limit)

    def models_of(self, vendor_id: int, after: str, limit: int) -> list[Model]:
        """Return the models of a vendor by name, beginning behind ``after``."""
        return self._all("models_of", _read_model, vendor_id=vendor_id, after=after, most=limit)

    def models_in(self, state: ModelState, after: tuple[datetime, int], limit: int) -> list[Model]:
        """Return models whose stored state it is, those longest in it first, beginning behind moment and number."""
        since = to_milliseconds(after[0])
        return self._all("models_in", _read_model, state=state.value, since=since, after=after[1], most=limit)

    def models_changed(self, after: tuple[int, int], limit: int) -> list[Model]:
        """Return models by revision and number, beginning behind ``after``."""
        return self._all("models_changed", _read_model, revision=after[0], after=after[1], most=limit)

    # --- TAC ranges

    def put_tac_range(self, tacs: TacRange) -> None:
        """Store a range in the place of the one that begins with the same TAC, if there is one."""
        self._put("put_tac_range", _tac_parameters(tacs))

    def tac_range_before(self, tac: str) -> TacRange | None:
        """Return the range that holds and begins last of those that begin with a TAC or before it."""
        return self._one("tac_range_before", _read_tacs, tac=int(tac))

    def tac_ranges_of(self, model_id: int, after: str, limit: int) -> list[TacRange]:
        """Return ranges of a model that hold, beginning behind the first TAC of one (empty: from the start)."""
        start = int(after) if after else -1
        return self._all("tac_ranges_of", _read_tacs, model_id=model_id, after=start, most=limit)

    def tac_spans(self, after: int, limit: int) -> list[Owned]:
        """Return ranges that hold as numbers, with their model, beginning behind the first of one (-1: from the start)."""
        return self._all("tac_spans", tuple, after=after, most=limit)

    def tac_ranges_changed(self, after: tuple[int, int], limit: int) -> list[TacRange]:
        """Return ranges, removed or not, by revision and first TAC, beginning behind ``after``."""
        return self._all("tac_ranges_changed", _read_tacs, revision=after[0], after=after[1], most=limit)


def _vendor_parameters(vendor: Vendor) -> Parameters:
    return {
        "name": vendor.name,
        "kind": vendor.kind.value,
        "state": vendor.state.value,
        "agent": vendor.agent,
        "country": vendor.country,
        "created_at": to_milliseconds(vendor.created_at),
        "record": _pack((vendor.remark,)),
        "revision": vendor.revision,
    }


def _read_vendor(row: Row) -> Vendor:
    (remark,) = _unpack(row[7])
    return Vendor(
        vendor_id=row[0],
        name=row[1],
        kind=VendorKind(row[2]),
        state=Standing(row[3]),
        agent=row[4],
        country=row[5],
        created_at=from_milliseconds(row[6]),
        remark=remark,
        revision=row[8],
    )


def _model_parameters(model: Model) -> Parameters:
    approval = model.approval
    return {
        "vendor_id": model.vendor_id,
        "name": model.name,
        "category": model.category.value,
        "state": model.state.value,
        "approval_number": None if approval is None else approval.number,
        "approved_from": None if approval is None else to_milliseconds(approval.begins),
        "approved_to": None if approval is None else to_milliseconds(approval.ends),
        "is_foreign": model.is_foreign,
        "changed_at": to_milliseconds(model.changed_at),
        "record": _pack((sorted(model.abilities), model.remark)),
        "revision": model.revision,
    }


def _read_model(row: Row) -> Model:
    number, begins, ends = row[5:8]
    approval = None
    if number is not None:
        approval = Approval(number=number, begins=from_milliseconds(begins), ends=from_milliseconds(ends))
    abilities, remark = _unpack(row[10])
    return Model(
        model_id=row[0],
        vendor_id=row[1],
        name=row[2],
        category=ServiceClass(row[3]),
        state=ModelState(row[4]),
        approval=approval,
        is_foreign=bool(row[8]),
        changed_at=from_milliseconds(row[9]),
        abilities=frozenset(map(Ability, abilities)),
        remark=remark,
        revision=row[11],
    )


def _tac_parameters(tacs: TacRange) -> Parameters:
    return {
        "first": int(tacs.first),
        "last": int(tacs.last),
        "model_id": tacs.model_id,
        "removed_at": None if tacs.removed_at is None else to_milliseconds(tacs.removed_at),
        "revision": tacs.revision,
    }


def _read_tacs(row: Row) -> TacRange:
    return TacRange(
        first=f"{row[0]:08d}",
        last=f"{row[1]:08d}",
        model_id=row[2],
        removed_at=None if row[3] is None else from_milliseconds(row[3]),
        revision=row[4],
    )
