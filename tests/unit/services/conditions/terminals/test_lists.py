"""Lists of terminals: filtered, searched in names, sorted, told in pages without a gap, and counted by filter."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.makers import ChipMaker
from openesim.conditions.terminals.models import Approval, Model, ModelState
from openesim.conditions.terminals.registry import Registry
from openesim.conditions.terminals.vendors import Standing, Vendor, VendorKind
from openesim.services.conditions.terminals import lists as module
from openesim.services.conditions.terminals.lists import (
    MODEL_SORTS,
    VENDOR_SORTS,
    ModelFilter,
    Place,
    TerminalLists,
    VendorFilter,
)
from tests.support.rig import NOW, SteppedClock


class Book:
    """Knows a register by heart."""

    def __init__(self) -> None:
        self.registry = Registry()


def vendor(number: int, **changes: Any) -> Vendor:
    values: dict[str, Any] = {
        "vendor_id": number,
        "name": f"Maker {number}",
        "kind": VendorKind.PRIVATE,
        "country": "CN",
        "created_at": NOW + timedelta(days=number),
    }
    return Vendor(**values | changes)


def model(number: int, **changes: Any) -> Model:
    values: dict[str, Any] = {
        "model_id": number,
        "vendor_id": 1 + number % 2,
        "name": f"Phone {number:05d}",
        "category": ServiceClass.PHONE,
        "changed_at": NOW - timedelta(hours=number),
    }
    return Model(**values | changes)


def lists(models: list[Model], vendors: list[Vendor] | None = None) -> TerminalLists:
    book = Book()
    book.registry.put_vendors(vendors or [vendor(1), vendor(2, name="青禾终端", agent="Haitang")])
    book.registry.put_models(models)
    book.registry.put_makers(
        [ChipMaker(maker_id=n, name=name, created_at=NOW) for n, name in ((1, "b"), (2, "A"))]
    )
    return TerminalLists(book, SteppedClock(NOW))


def models_of(found: TerminalLists, wanted: ModelFilter | None = None, **place: Any) -> Any:
    return asyncio.run(found.models(wanted or ModelFilter(), Place(**place), 3))


APPROVED = Approval(number="02-Q77", begins=NOW - timedelta(days=9), ends=NOW + timedelta(days=9))
EXPIRED = Approval(number="02-1", begins=NOW - timedelta(days=9), ends=NOW - timedelta(days=1))
FEW = [
    model(1),
    model(2, state=ModelState.APPROVED, approval=APPROVED),
    model(3, state=ModelState.APPROVED, approval=EXPIRED, category=ServiceClass.WATCH),
    model(4, category=ServiceClass.WATCH),
]


def numbers(page: Any) -> list[int]:
    return [seen.model.model_id for seen in page.rows]


def test_models_are_filtered_by_where_they_stand_now() -> None:
    page = models_of(lists(FEW), ModelFilter(state=ModelState.EXPIRED))
    assert (numbers(page), page.count) == ([3], 1)
    assert page.rows[0].vendor == "青禾终端"
    assert dict(page.counts["state"]) == {"submitted": 2, "approved": 1, "expired": 1}
    assert dict(page.counts["category"]) == {"watch": 1}


@pytest.mark.parametrize(
    ("search", "found"),
    [("PHONE 00002", [2]), ("青禾", [1, 3]), ("q77", [2]), ("nothing", []), ("", [1, 2, 3])],
)
def test_models_are_searched_in_names_and_numbers(search: str, found: list[int]) -> None:
    assert numbers(models_of(lists(FEW), ModelFilter(search=search))) == found


def test_models_of_a_vendor_and_of_a_kind() -> None:
    assert numbers(models_of(lists(FEW), ModelFilter(vendor_id=1))) == [2, 4]
    assert numbers(models_of(lists(FEW), ModelFilter(category=ServiceClass.WATCH))) == [3, 4]


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("sort", MODEL_SORTS)
def test_pages_are_told_without_a_gap_however_they_are_sorted(sort: str, is_descending: bool) -> None:
    shuffled = random.Random(7)
    many = [model(n, name=f"P{shuffled.randrange(9)}", vendor_id=1 + n % 2) for n in range(1, 20)]
    found, after, seen = lists(many), 0, []
    while True:
        page = models_of(found, sort=sort, is_descending=is_descending, after=after)
        seen += numbers(page)
        after = page.next
        if not after:
            break
    assert sorted(seen) == list(range(1, 20))
    assert page.count == 19


def test_vendors_are_filtered_sorted_and_counted() -> None:
    them = [
        vendor(1, name="b"),
        vendor(2, name="A", state=Standing.SUSPENDED, agent="Haitang"),
        vendor(3, name="c", kind=VendorKind.STATE),
    ]
    found = lists(FEW, them)

    def page(wanted: VendorFilter | None = None, **place: Any) -> Any:
        return asyncio.run(found.vendors(wanted or VendorFilter(), Place(**place), 2))

    def of(one: Any) -> list[tuple[int, int]]:
        return [(seen.vendor.vendor_id, seen.models) for seen in one.rows]

    assert of(page()) == [(2, 2), (1, 2)]
    assert of(page(after=1)) == [(3, 0)]
    assert of(page(sort="models", is_descending=True)) == [(2, 2), (1, 2)]
    assert of(page(sort="since", is_descending=True)) == [(3, 0), (2, 2)]
    assert of(page(VendorFilter(search="hai"))) == [(2, 2)]
    filtered = page(VendorFilter(state=Standing.IN_FORCE, kind=VendorKind.STATE))
    assert of(filtered) == [(3, 0)]
    assert dict(filtered.counts["state"]) == {"in-force": 1}
    assert dict(filtered.counts["kind"]) == {"private": 1, "state": 1}
    assert set(VENDOR_SORTS) == {"name", "models", "since"}


def test_chip_makers_are_searched_and_sorted_by_name() -> None:
    assert [one.name for one in lists([]).makers("")] == ["A", "b"]
    assert [one.name for one in lists([]).makers("B")] == ["b"]


def test_a_page_of_fifty_thousand_models_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [model(n, state=ModelState.APPROVED, approval=APPROVED) for n in range(1, 50_001)]
    found = lists(many)
    monkeypatch.setattr(module, "_FEW", 10**6)
    best = 1.0
    for _ in range(3):
        began = perf_counter()
        page = models_of(found, ModelFilter(state=ModelState.APPROVED), sort="changed", is_descending=True)
        best = min(best, perf_counter() - began)
    assert page.count == 50_000
    assert best < 0.5


def test_a_list_follows_every_change_of_the_register() -> None:
    book = Book()
    book.registry.put_vendors([vendor(1), vendor(2)])
    book.registry.put_models(FEW)
    found = TerminalLists(book, SteppedClock(NOW))
    assert numbers(models_of(found)) == [1, 2, 3]
    book.registry.put_models([model(1, name="Zephyr"), model(5, name="Aurora")])
    page = models_of(found)
    assert (numbers(page), page.count) == ([5, 2, 3], 5)
    assert numbers(models_of(found, ModelFilter(search="zeph"))) == [1]
    book.registry.put_vendors([vendor(1, name="Zenith")])
    assert {seen.vendor for seen in models_of(found, ModelFilter(search="zenith")).rows} == {"Zenith"}
    other = Book()
    other.registry.put_models([model(9)])
    book.registry = other.registry  # read anew as a whole
    assert numbers(models_of(found)) == [9]


def test_models_are_counted_again_when_an_approval_ends() -> None:
    book, clock = Book(), SteppedClock(NOW)
    book.registry.put_models(FEW)
    found = TerminalLists(book, clock)
    assert dict(models_of(found).counts["state"]) == {"submitted": 2, "approved": 1, "expired": 1}
    clock.advance(days=10)
    assert dict(models_of(found).counts["state"]) == {"submitted": 2, "expired": 2}
    assert numbers(models_of(found, ModelFilter(state=ModelState.EXPIRED))) == [2, 3]


def test_a_page_behind_a_model_that_is_not_in_the_list_any_more_begins_anew() -> None:
    assert numbers(models_of(lists(FEW), after=77)) == [1, 2, 3]


def test_what_was_put_in_order_is_not_put_in_order_again() -> None:
    many = [model(n, state=ModelState.APPROVED, approval=APPROVED) for n in range(1, 50_001)]
    found = lists(many)
    models_of(found, sort="vendor")
    began = perf_counter()
    for _ in range(10):
        models_of(found, sort="vendor")
    assert (perf_counter() - began) / 10 < 0.05
