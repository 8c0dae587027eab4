"""Cases of an operator, page by page: what filters leave out costs a page nothing that grows, and loses nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.services.conditions.operator import subscribers
from openesim.services.conditions.operator.colleagues import Side, Who, seen_from
from openesim.services.conditions.operator.subscribers import CaseFilters, Subscribers, find_cases
from tests.support.fixtures import runner
from tests.support.gate import GatedRig, case_of
from tests.support.memory import MemoryStores
from tests.support.rig import NOW, eid_of

__all__ = ["runner"]

MANY = 60


@pytest.fixture
def stores() -> MemoryStores:
    """Stores with cases of two operators; every third one of the first is for a watch."""
    stores = MemoryStores()
    for number in range(MANY):
        at = NOW + timedelta(minutes=number)
        case = case_of(eid_of(number), f"P{number}", "qinghe", case_id=f"CASE{number:04d}", created_at=at)
        if number % 3 == 0:
            case = replace(case, service=ServiceClass.WATCH, channel=Channel.ONLINE)
        stores.add_case(case)
        stores.add_case(replace(case, case_id=f"ELSE{number:04d}", operator="yuanshan"))
    return stores


def all_pages(stores: Any, filters: CaseFilters, limit: int = 7) -> list[list[Case]]:
    pages, after = [], ""
    while True:
        found, after = find_cases(stores, "qinghe", filters, after, limit)
        pages.append(found)
        if not after:
            return pages


@pytest.mark.parametrize("looked_at", [3, 8, 20, 1000])
@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (CaseFilters(), MANY),
        (CaseFilters(service=ServiceClass.WATCH), 20),
        (CaseFilters(channel=Channel.ONLINE, state=CaseState.VERIFIED), 20),
        (CaseFilters(state=CaseState.REFUSED), 0),
        (CaseFilters(since=NOW + timedelta(minutes=50)), 10),
        (CaseFilters(since=NOW + timedelta(minutes=50), service=ServiceClass.WATCH), 3),
    ],
)
def test_pages_lose_nothing_and_tell_nothing_twice(
    stores: Any, monkeypatch: pytest.MonkeyPatch, filters: CaseFilters, count: int, looked_at: int
) -> None:
    monkeypatch.setattr(subscribers, "LOOKED_AT", looked_at)
    pages = all_pages(stores, filters)
    found = [case.case_id for page in pages for case in page]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(found) == count
    assert all(name.startswith("CASE") for name in found)
    assert all(len(page) <= 7 for page in pages)


def test_a_case_of_another_operator_is_no_place_in_the_list(stores: Any) -> None:
    newest, _ = find_cases(stores, "qinghe", CaseFilters(), "", 3)
    assert find_cases(stores, "qinghe", CaseFilters(), "ELSE0010", 3)[0] == newest
    assert find_cases(stores, "qinghe", CaseFilters(), "NOBODY", 3)[0] == newest


def test_nothing_that_leaves_has_the_digest_of_a_person(runner: asyncio.Runner) -> None:
    rig = GatedRig(runner)
    case = rig.keep(case_of(rig.eid, address=b"a" * 32))
    rig.order_for()
    desk = Subscribers(rig.work, rig.clock, rig.books.rules)
    one = rig.run(desk.one("operator", case.case_id))
    left = [
        one,
        rig.run(desk.page("operator", CaseFilters(), "", 9)),
        rig.run(desk.find("operator", str(rig.eid))),
        rig.run(desk.revoke("operator", case.case_id, "wrongly-verified", "account:li")),
    ]
    assert (len(one.lines), len(one.orders)) == (1, 1)
    for digest in (case.person, case.address):
        assert repr(digest) not in repr(left)
        assert digest is not None
        assert digest.hex() not in repr(left)


def test_whoever_is_not_a_colleague_has_no_name() -> None:
    stores = MemoryStores()
    told = seen_from("qinghe", stores, ["gate", "authority:register", "cli:root", "account:9", "gate"])
    assert told == {
        "gate": Who(Side.MACHINE),
        "authority:register": Who(Side.VERIFIER, "authority:register"),
        "cli:root": Who(Side.ELSEWHERE),
        "account:9": Who(Side.ELSEWHERE),
    }
