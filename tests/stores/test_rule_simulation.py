"""Past decisions are read from the ledger of every kind of stores, page by page, and asked again."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from openesim.conditions.admission.deciding import decide
from openesim.conditions.admission.facts import Lines
from openesim.conditions.admission.recorded import write_facts
from openesim.conditions.admission.simulation import Change, Tally
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.kernel.errors import DecodeError
from openesim.services.conditions.rules import simulation
from openesim.services.conditions.rules.simulation import Scope, past_of, simulate_pages
from openesim.services.rules import shipped_packs
from openesim.transparency.chain import Kept
from openesim.transparency.entries import Entry, EntryKind
from tests.unit.conditions.admission.test_deciding import APPLICATION, GOOD, TEST, changed_pack

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
STRICT = changed_pack(limits={"per_operator": 1})


def entry(order_id: int, lines: int = 0, **changes: Any) -> Entry:
    """Returns a decision of the gate as it records it."""
    application = replace(APPLICATION, operator=changes.pop("operator", "qinghe"))
    application = replace(application, service=changes.pop("service", ServiceClass.PHONE))
    known = replace(GOOD, lines=Lines(here=lines, nationwide=lines))
    decision = decide(TEST, application, known, NOW)
    told = {
        "gate": "confirmation",
        "verdict": decision.verdict.name.lower(),
        "pack": decision.pack,
        "version": decision.version,
        "recorded": write_facts(application, known),
    }
    if decision.findings:
        told["causes"] = ",".join(each.cause for each in decision.findings)
        told["rules"] = ",".join(each.rule for each in decision.findings)
    return Entry(
        kind=EntryKind.DECISION,
        at=changes.pop("at", NOW + timedelta(minutes=order_id)),
        actor="gate",
        operator=application.operator,
        order_id=order_id,
        facts={**told, **changes},
    )


def write(work: Any, *entries: Entry) -> None:
    def unit(stores: Any) -> None:
        for each in entries:
            stores.append_entry(each)

    work.run_now(unit)


def tally_of(work: Any, changed: Pack = STRICT, **scope: Any) -> Tally:
    tally = Tally()
    for _ in simulate_pages(work.run_now, changed, shipped_packs(), Scope(**scope), tally):
        pass
    return tally


def test_past_orders_are_asked_again_whatever_kind_of_stores_has_them(
    work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "PAGE", 2)
    write(
        work,
        *(entry(number, lines=number % 4) for number in range(1, 10)),
        entry(20, lines=1, operator="yuanshan"),
        entry(21, lines=1, gate="delivery"),
        entry(22, lines=1, pack="another"),
        entry(23, lines=1, recorded="{"),
        Entry(kind=EntryKind.DEED, at=NOW, actor="li", facts={"deed": "rules-add"}),
    )
    tally = tally_of(work, pack_id="test")
    # Refused under both: two and three lines. Newly refused: one line.
    assert tally.counts[Change.NEWLY_REFUSED] == 4
    assert tally.counts[Change.SAME] == 6
    assert (tally.unreadable, tally.without_pack) == (1, 0)
    ((change, group),) = tally.sorted_groups()
    assert (change, group.finding.rule) == (Change.NEWLY_REFUSED, "limits.per_operator")
    assert group.orders == [20, 9, 5, 1]
    assert tally_of(work, pack_id="test", operator="yuanshan").total == 1
    assert tally_of(work, pack_id="test", since=NOW + timedelta(minutes=20)).total == 1
    assert tally_of(work, pack_id="test", before=NOW + timedelta(minutes=20)).total == 9
    assert tally_of(work).without_pack == 1
    assert tally_of(work, service=ServiceClass.WATCH).total == 0
    assert tally_of(work, pack_id="nobody's").total == 0


def test_a_simulation_of_nothing_is_nothing(work: Any) -> None:
    assert tally_of(work).total == 0


def test_an_order_that_was_recorded_is_read_with_what_was_decided(reopen: Callable[[], Any]) -> None:
    write(reopen(), entry(7, lines=2))
    pages = list(
        simulate_pages(reopen().run_now, TEST, shipped_packs(), Scope(pack_id="test"), tally := Tally())
    )
    assert (pages, tally.counts[Change.SAME]) == ([1], 1)


@pytest.mark.parametrize("missing", ["recorded", "verdict", "pack"])
def test_an_entry_that_tells_no_decision_is_told_as_such(missing: str) -> None:
    told = entry(1)
    facts = {name: value for name, value in told.facts.items() if name != missing}
    with pytest.raises(DecodeError, match="missing"):
        past_of(replace(told, facts=facts))


def test_what_was_decided_is_there_without_the_pack_of_then() -> None:
    decision = past_of(entry(1, lines=3)).decision
    assert [(each.rule, each.cause) for each in decision.findings] == [
        ("limits.per_operator", "too-many-lines"),
        ("limits.nationwide", "too-many-lines-nationwide"),
    ]
    held = past_of(entry(1, verdict="hold")).decision
    assert held.verdict.name == "HOLD"
    assert past_of(entry(1, verdict="allow")).decision.findings == ()


def test_memory_does_not_grow_with_the_number_of_orders() -> None:
    """A million orders differ from ten thousand in time only: what is kept are pages and causes."""

    def peak(pages: int) -> int:
        left = [pages]

        def run(_unit: Any) -> list[Kept]:
            if not left[0]:
                return []
            left[0] -= 1
            told = [entry(left[0] * 100 + number, lines=number % 3) for number in range(100)]
            return [
                Kept(entry_id=each.order_id or 0, at=each.at, entry=each, digest=bytes(32)) for each in told
            ]

        tally = Tally()
        tracemalloc.start()
        for _ in simulate_pages(run, STRICT, shipped_packs(), Scope(), tally):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert tally.total == pages * 100
        return most

    peak(2)
    few, many = peak(5), peak(50)
    assert many < few * 1.5


def test_another_service_is_another_question(work: Any) -> None:
    things = replace(APPLICATION, service=ServiceClass.IOT, channel=Channel.ENTERPRISE)
    write(work, replace(entry(1), facts={**entry(1).facts, "recorded": write_facts(things, GOOD)}))
    assert tally_of(work, service=ServiceClass.IOT).total == 1
    assert tally_of(work, service=ServiceClass.PHONE).total == 0
    assert msgspec.json.decode(entry(1).facts["recorded"])["form"] == 1
