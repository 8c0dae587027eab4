"""Vendors, models, ranges, chip makers, bonds and recalls in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.makers import ChipMaker, EinRange, TacRange
from openesim.conditions.terminals.models import Model, ModelState
from openesim.conditions.terminals.ranges import Owned
from openesim.conditions.terminals.recalls import Recall
from openesim.conditions.terminals.vendors import Vendor
from openesim.kernel.errors import ConflictError

T = TypeVar("T")


def _behind(rows: dict[int, T], after: int, limit: int) -> list[T]:
    return [row for number, row in sorted(rows.items()) if number > after][:limit]


def _changed(rows: Iterable[Any], key: str, after: tuple[int, Any], limit: int) -> list[Any]:
    def place(row: Any) -> tuple[int, Any]:
        number = getattr(row, key)
        return row.revision, int(number) if isinstance(after[1], int) else number

    return sorted((row for row in rows if place(row) > after), key=place)[:limit]


class MemoryTerminals:
    """Implements ``TerminalStores``, ``ChipMakerStores``, ``BindingStores`` and ``RecallStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.vendor_rows: dict[int, Vendor] = {}
        self.model_rows: dict[int, Model] = {}
        self.maker_rows: dict[int, ChipMaker] = {}
        self.tac_rows: dict[str, TacRange] = {}
        self.ein_rows: dict[str, EinRange] = {}
        self.bonds: dict[str, Bond] = {}
        self.recall_rows: dict[int, Recall] = {}

    # --- vendors

    def add_vendor(self, vendor: Vendor) -> int:
        if self.vendor_named(vendor.name) is not None:
            raise ConflictError("a row with the same key exists")
        number = len(self.vendor_rows) + 1
        self.vendor_rows[number] = replace(vendor, vendor_id=number)
        return number

    def save_vendor(self, vendor: Vendor) -> None:
        self.vendor_rows[vendor.vendor_id] = vendor

    def vendor(self, vendor_id: int) -> Vendor | None:
        return self.vendor_rows.get(vendor_id)

    def vendor_named(self, name: str) -> Vendor | None:
        return next((row for row in self.vendor_rows.values() if row.name == name), None)

    def vendors(self, after: int, limit: int) -> list[Vendor]:
        return _behind(self.vendor_rows, after, limit)

    def vendors_changed(self, after: tuple[int, int], limit: int) -> list[Vendor]:
        return _changed(self.vendor_rows.values(), "vendor_id", after, limit)

    # --- models

    def add_model(self, model: Model) -> int:
        if self.model_named(model.vendor_id, model.name) is not None:
            raise ConflictError("a row with the same key exists")
        number = len(self.model_rows) + 1
        self.model_rows[number] = replace(model, model_id=number)
        return number

    def save_model(self, model: Model) -> None:
        self.model_rows[model.model_id] = model

    def model(self, model_id: int) -> Model | None:
        return self.model_rows.get(model_id)

    def model_named(self, vendor_id: int, name: str) -> Model | None:
        found = (row for row in self.model_rows.values() if (row.vendor_id, row.name) == (vendor_id, name))
        return next(found, None)

    def models(self, after: int, limit: int) -> list[Model]:
        return _behind(self.model_rows, after, limit)

    def models_of(self, vendor_id: int, after: str, limit: int) -> list[Model]:
        own = [row for row in self.model_rows.values() if row.vendor_id == vendor_id and row.name > after]
        return sorted(own, key=lambda row: row.name)[:limit]

    def models_in(self, state: ModelState, after: tuple[datetime, int], limit: int) -> list[Model]:
        found = [
            row
            for row in self.model_rows.values()
            if row.state is state and (row.changed_at, row.model_id) > after
        ]
        return sorted(found, key=lambda row: (row.changed_at, row.model_id))[:limit]

    def models_changed(self, after: tuple[int, int], limit: int) -> list[Model]:
        return _changed(self.model_rows.values(), "model_id", after, limit)

    # --- TAC ranges

    def put_tac_range(self, tacs: TacRange) -> None:
        self.tac_rows[tacs.first] = tacs

    def tac_range_before(self, tac: str) -> TacRange | None:
        holding = [row for first, row in self.tac_rows.items() if first <= tac and row.removed_at is None]
        return max(holding, key=lambda row: row.first, default=None)

    def tac_ranges_of(self, model_id: int, after: str, limit: int) -> list[TacRange]:
        holding = [row for row in self.tac_rows.values() if row.removed_at is None and row.first > after]
        own = [row for row in holding if row.model_id == model_id]
        return sorted(own, key=lambda row: row.first)[:limit]

    def tac_spans(self, after: int, limit: int) -> list[Owned]:
        holding = [row for row in self.tac_rows.values() if row.removed_at is None]
        spans = sorted((int(row.first), int(row.last), row.model_id) for row in holding)
        return [span for span in spans if span[0] > after][:limit]

    def tac_ranges_changed(self, after: tuple[int, int], limit: int) -> list[TacRange]:
        return _changed(self.tac_rows.values(), "first", after, limit)

    # --- chip makers

    def add_maker(self, maker: ChipMaker) -> int:
        if self.maker_named(maker.name) is not None:
            raise ConflictError("a row with the same key exists")
        number = len(self.maker_rows) + 1
        self.maker_rows[number] = replace(maker, maker_id=number)
        return number

    def save_maker(self, maker: ChipMaker) -> None:
        self.maker_rows[maker.maker_id] = maker

    def maker(self, maker_id: int) -> ChipMaker | None:
        return self.maker_rows.get(maker_id)

    def maker_named(self, name: str) -> ChipMaker | None:
        return next((row for row in self.maker_rows.values() if row.name == name), None)

    def maker_of_vendor(self, vendor_id: int) -> ChipMaker | None:
        return next((row for row in self.maker_rows.values() if row.vendor_id == vendor_id), None)

    def makers(self, after: int, limit: int) -> list[ChipMaker]:
        return _behind(self.maker_rows, after, limit)

    def makers_changed(self, after: tuple[int, int], limit: int) -> list[ChipMaker]:
        return _changed(self.maker_rows.values(), "maker_id", after, limit)

    def put_ein_range(self, eids: EinRange) -> None:
        self.ein_rows[eids.first] = eids

    def ein_range_before(self, eid: str) -> EinRange | None:
        holding = [row for first, row in self.ein_rows.items() if first <= eid and row.removed_at is None]
        return max(holding, key=lambda row: row.first, default=None)

    def ein_ranges_of(self, maker_id: int, after: str, limit: int) -> list[EinRange]:
        holding = [row for row in self.ein_rows.values() if row.removed_at is None and row.first > after]
        own = [row for row in holding if row.maker_id == maker_id]
        return sorted(own, key=lambda row: row.first)[:limit]

    def ein_spans(self, after: int, limit: int) -> list[Owned]:
        holding = [row for row in self.ein_rows.values() if row.removed_at is None]
        spans = sorted((int(row.first), int(row.last), row.maker_id) for row in holding)
        return [span for span in spans if span[0] > after][:limit]

    def ein_ranges_changed(self, after: tuple[int, str], limit: int) -> list[EinRange]:
        return _changed(self.ein_rows.values(), "first", after, limit)

    # --- chip and device

    def add_binding(self, bond: Bond) -> None:
        if bond.eid in self.bonds or self.binding_of_device(bond.imei) is not None:
            raise ConflictError("a row with the same key exists")
        self.bonds[bond.eid] = bond

    def bind(self, bond: Bond) -> bool:
        is_new = not self.bindings_between(bond.eid, bond.imei)
        if is_new:
            self.bonds[bond.eid] = bond
        return is_new

    def remove_binding(self, eid: str) -> None:
        self.bonds.pop(eid, None)

    def binding_of_chip(self, eid: str) -> Bond | None:
        return self.bonds.get(eid)

    def binding_of_device(self, imei: str) -> Bond | None:
        return next((bond for bond in self.bonds.values() if bond.imei == imei), None)

    def bindings_between(self, eid: str, imei: str) -> list[Bond]:
        return [bond for bond in self.bonds.values() if bond.eid == eid or bond.imei == imei]

    # --- recalls

    def add_recall(self, recall: Recall) -> int:
        number = len(self.recall_rows) + 1
        self.recall_rows[number] = replace(recall, recall_id=number)
        return number

    def save_recall(self, recall: Recall) -> None:
        self.recall_rows[recall.recall_id] = recall

    def recall(self, recall_id: int) -> Recall | None:
        return self.recall_rows.get(recall_id)

    def recalls(self, after: int, limit: int) -> list[Recall]:
        return _behind(self.recall_rows, after, limit)

    def recalls_changed(self, after: tuple[int, int], limit: int) -> list[Recall]:
        return _changed(self.recall_rows.values(), "recall_id", after, limit)

    def recalls_lifted(self, since: datetime, limit: int) -> list[Recall]:
        found = [
            row for row in self.recall_rows.values() if row.lifted_at is not None and row.lifted_at >= since
        ]
        return sorted(found, key=lambda row: (row.lifted_at, row.recall_id), reverse=True)[:limit]

    def _chips_in(self, first: str, last: str) -> set[str]:
        return {bond.eid for bond in self.bonds.values() if first <= bond.imei <= last}

    def _hit(self: Any, first: str, last: str, *, is_device: bool) -> list[Any]:
        chips = self._chips_in(first, last) if is_device else None
        return [
            order
            for order in self.orders.values()
            if order.eid is not None and (first <= order.eid <= last if chips is None else order.eid in chips)
        ]

    def newest_recalls(self, before: int, limit: int) -> list[Recall]:
        return [row for number, row in sorted(self.recall_rows.items(), reverse=True) if number < before][
            :limit
        ]

    def orders_of_chips(self, first: str, last: str, most: int) -> dict[str, int]:
        return dict(Counter(order.state.value for order in self._hit(first, last, is_device=False)[:most]))

    def orders_of_devices(self, first: str, last: str, most: int) -> dict[str, int]:
        return dict(Counter(order.state.value for order in self._hit(first, last, is_device=True)[:most]))

    def _lines_of(self: Any, orders: list[Any], most: int) -> tuple[int, int]:
        lines = [self.person_lines.get(order.order_id) for order in orders]
        active = [line for line in lines if line is not None and line.ended_at is None][:most]
        return len(active), len({line.person for line in active})

    def lines_of_chips(self, first: str, last: str, most: int) -> tuple[int, int]:
        return self._lines_of(self._hit(first, last, is_device=False), most)

    def lines_of_devices(self, first: str, last: str, most: int) -> tuple[int, int]:
        return self._lines_of(self._hit(first, last, is_device=True), most)
