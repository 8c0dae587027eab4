"""The ledger at the regulator's desk: who did what, heads that are noted, checks that somebody looks on at, and what is given away."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.ledger import check
from openesim.services.conditions.ledger.desk import LedgerDesk
from openesim.services.conditions.ledger.ledger import Query, seal_all
from openesim.transparency.chain import START, Head, Reason
from openesim.transparency.entries import EntryKind
from tests.stores.test_ledger_stores import NOW, entry, put
from tests.support.rig import SteppedClock


def desk(work: Any) -> LedgerDesk:
    return LedgerDesk(work, SteppedClock(NOW))


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def filled(work: Any, count: int = 5) -> LedgerDesk:
    put(work, *(entry(number) for number in range(1, count + 1)))
    seal_all(work.run_now)
    return desk(work)


def test_deeds_and_looks_are_told_without_decisions_and_with_who_did_it(work: Any) -> None:
    put(
        work,
        entry(1),
        entry(2, kind=EntryKind.DEED, actor="account:zhou", facts={"deed": "recall"}),
        entry(3, kind=EntryKind.LOOK, actor="account:li", facts={"field": "name"}),
    )
    page = run(desk(work).page(Query(is_of_people=True), None, 9))
    assert [kept.entry.order_id for kept in page.entries] == [3, 2]
    assert set(page.actors) == {"account:zhou", "account:li"}
    looks = run(desk(work).page(Query(is_of_people=True, kind=EntryKind.LOOK), None, 9))
    assert [kept.entry.order_id for kept in looks.entries] == [3]
    by_li = run(desk(work).page(Query(is_of_people=True, actor="account:li"), None, 9))
    assert [kept.entry.order_id for kept in by_li.entries] == [3]
    assert run(desk(work).page(Query(is_of_people=True, subject="case:1"), None, 9)).entries == ()
    first = run(desk(work).page(Query(is_of_people=True), None, 1))
    rest = run(desk(work).page(Query(is_of_people=True), first.next, 9))
    assert [kept.entry.order_id for kept in rest.entries] == [2]


def test_an_entry_is_shown_in_its_place(work: Any) -> None:
    seen = run(filled(work).entry(3))
    assert (seen.kept.head.position, seen.breaks, seen.last) == (3, (), 5)
    assert seen.actor.told == "gate"
    with pytest.raises(NotFoundError):
        run(desk(work).entry(9))


def test_a_head_is_noted_by_somebody_and_stands_in_the_ledger(work: Any) -> None:
    with pytest.raises(NotFoundError):
        run(desk(work).note_head("account:zhou"))
    ours = filled(work)
    noted = run(ours.note_head("account:zhou"))
    assert noted.position == 5
    seal_all(work.run_now)
    heads = run(ours.heads())
    assert heads.now.position == 6
    assert [(each.head, each.by.told) for each in heads.noted] == [(noted, "account:zhou")]


def test_a_check_goes_on_step_by_step_to_its_end(work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "_PAGE", 2)
    ours = filled(work)

    async def story() -> list[int]:
        checking = ours.check()
        checking.check._page = 2  # type: ignore[misc]
        steps = []
        while not await checking.go_on(0.0):
            steps.append(checking.check.head.position)
        assert (checking.check.count, checking.check.entries) == (0, 5)
        return steps

    assert run(story()) == [2, 4]


def test_a_check_begins_behind_a_head_and_holds_others_against_the_chain(work: Any) -> None:
    ours = filled(work)
    head = run(ours.entry(2)).kept.head
    wrong = Head(4, b"\1" * 32)

    async def story() -> list[Reason]:
        checking = ours.check(head, [wrong])
        assert await checking.go_on(60)
        return [each.reason for each in checking.check.breaks]

    assert run(story()) == [Reason.NOTED]


def test_what_is_given_away_can_be_verified_by_anybody(work: Any) -> None:
    ours = filled(work, 3)

    async def lines(begin: Head = START) -> list[dict[str, Any]]:
        octets = b"".join([piece async for piece in ours.export(begin)])
        return [json.loads(line) for line in octets.splitlines()]

    told = run(lines())
    assert told[0] == {"openesim_ledger": 1, "after": str(START)}
    assert [one["position"] for one in told[1:]] == [1, 2, 3]
    behind = run(lines(run(ours.entry(2)).kept.head))
    assert [one["position"] for one in behind[1:]] == [3]
