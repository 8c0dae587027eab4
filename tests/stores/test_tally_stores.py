"""Counts of the ledger: each entry once, by hour, whoever counts; and what waits, counted no further than asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from openesim.conditions.admission.facts import Application
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.ledger.ledger import seal_all
from openesim.services.conditions.ledger.tallies import (
    KEPT_HOURS,
    Dimension,
    Measure,
    Tallying,
    by_hour,
    by_value,
    hour_of,
    moment_of,
    tally_some,
)
from openesim.transparency.entries import GATE, Entry, EntryKind
from tests.stores.test_smdp_stores import ask
from tests.support.licences import add_operator, applied, approved

NOW = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)
HOUR = hour_of(NOW)
ASKED = Application(
    operator="qinghe", service=ServiceClass.PHONE, channel=Channel.COUNTER, home_region="CN-31"
)


def decision(order_id: int, gate: str, verdict: str, at: datetime = NOW, **changes: Any) -> Entry:
    """Returns a decision as the gate records it."""
    asked = replace(ASKED, **changes.pop("asked", {}))
    facts = {
        "gate": gate,
        "verdict": verdict,
        "service": asked.service.value,
        "region": asked.home_region or "",
        **changes,
    }
    return Entry(
        kind=EntryKind.DECISION,
        at=at,
        actor=GATE,
        operator=asked.operator,
        order_id=order_id,
        facts=facts,
    )


def write(work: Any, *entries: Entry) -> None:
    """Stores entries, and gives them their places."""
    for each in entries:
        work.run_now(lambda stores, each=each: stores.append_entry(each))
    seal_all(work.run_now)


def count(work: Any, limit: int = 2) -> int:
    """Counts everything, in units of two entries, and returns how many entries there were."""
    total = 0
    while number := work.run_now(lambda stores: tally_some(stores, limit)):
        total += number
    return total


def sums(work: Any, measure: Measure, dimension: Dimension) -> dict[str, int]:
    return dict(ask(work, "tallies_by_value", measure, dimension, 1, 0, 10**9))


ENTRIES = (
    decision(1, "confirmation", "allow"),
    decision(1, "delivery", "allow", NOW + timedelta(minutes=1)),
    decision(1, "delivery", "allow", NOW + timedelta(hours=1), again="yes"),  # begun again: no second one
    decision(2, "confirmation", "refuse", causes="too-many-lines,no-licence"),
    decision(3, "confirmation", "step_up", causes="not-verified", asked={"home_region": "CN-44"}),
    decision(4, "confirmation", "hold", causes="on-watch-list", asked={"operator": "yuanshan"}),
    decision(5, "authentication", "refuse", causes="recalled"),
    decision(6, "delivery", "refuse", causes="no such cause"),
    Entry(kind=EntryKind.DEED, at=NOW, actor="li", facts={"deed": "rules-add"}),
    decision(7, "delivery", "allow", NOW - timedelta(hours=30), asked={"home_region": None}),
)


def test_every_entry_is_counted_once_as_what_it_is(work: Any) -> None:
    write(work, *ENTRIES)
    assert count(work) == len(ENTRIES)
    assert count(work) == 0
    totals = {measure: sum(sums(work, measure, Dimension.ALL).values()) for measure in Measure}
    assert totals == {
        Measure.DECISIONS: 9,
        Measure.ISSUED: 2,
        Measure.REFUSED: 2,
        Measure.HELD: 1,
        Measure.STOPPED: 2,
    }


def test_counts_are_told_by_hour_operator_region_service_and_cause(work: Any) -> None:
    write(work, *ENTRIES)
    count(work)
    hours = ask(work, "tallies_by_hour", Measure.ISSUED, HOUR - 40, HOUR + 1)
    assert hours == [(HOUR - 30, 1), (HOUR, 1)]
    assert by_hour(hours, HOUR - 1, HOUR + 1) == [0, 1]
    assert moment_of(HOUR) == NOW.replace(minute=0)
    assert sums(work, Measure.REFUSED, Dimension.REGION) == {"CN-31": 1, "CN-44": 1}
    assert sums(work, Measure.ISSUED, Dimension.REGION) == {"CN-31": 1, "": 1}
    assert sums(work, Measure.HELD, Dimension.OPERATOR) == {"yuanshan": 1}
    assert sums(work, Measure.STOPPED, Dimension.SERVICE) == {"phone": 2}
    assert ask(work, "tallies_of_value", Measure.DECISIONS, Dimension.OPERATOR, "qinghe", 0, 10**9) == [
        (HOUR - 30, 1),
        (HOUR, 6),
        (HOUR + 1, 1),
    ]
    causes = {measure: sums(work, measure, Dimension.CAUSE) for measure in (Measure.REFUSED, Measure.STOPPED)}
    assert causes[Measure.STOPPED] == {"recalled": 1, "other": 1}
    assert causes[Measure.REFUSED]["too-many-lines"] == 1


def test_a_service_that_this_release_does_not_know_is_counted_all_the_same(work: Any) -> None:
    write(work, decision(1, "confirmation", "refuse", causes="recalled", service="sailing-boat"))
    count(work)
    assert sums(work, Measure.REFUSED, Dimension.ALL) == {"": 1}
    assert sums(work, Measure.REFUSED, Dimension.SERVICE) == {"": 1}


def test_a_region_that_has_not_the_form_of_one_makes_no_row_of_its_own(work: Any) -> None:
    write(
        work, *(decision(n, "delivery", "allow", asked={"home_region": f"<script>{n}"}) for n in range(1, 4))
    )
    count(work)
    assert sums(work, Measure.ISSUED, Dimension.REGION) == {"other": 3}


def test_a_process_counts_what_is_new_and_forgets_what_is_old(work: Any) -> None:
    write(work, *ENTRIES)
    tallying = Tallying(work)

    async def story() -> list[int]:
        steps = [await tallying.step(), await tallying.step()]
        await tallying.sweep(NOW + timedelta(hours=KEPT_HOURS - 10))
        return steps

    assert asyncio.run(story()) == [len(ENTRIES), 0]
    assert [hour for hour, _ in ask(work, "tallies_by_hour", Measure.ISSUED, 0, 10**9)] == [HOUR]


def test_what_waits_is_counted_no_further_than_asked(work: Any) -> None:
    for _ in range(3):
        work.run_now(applied)
    work.run_now(approved)
    assert ask(work, "count_licences_in", LicenceState.SUBMITTED, 100) == 3
    assert ask(work, "count_licences_in", LicenceState.SUBMITTED, 2) == 2
    assert ask(work, "count_licences_in", LicenceState.DRAFT, 2) == 0
    end = work.run_now(lambda stores: stores.licences(3, 1))[0].scope.ends
    assert ask(work, "count_licences_ending", end, end + timedelta(days=1), 9) == 1
    assert ask(work, "count_licences_ending", end - timedelta(days=1), end, 9) == 0
    assert ask(work, "count_held_orders", 9) == 0


def test_orders_of_an_operator_are_counted_by_profile_type(work: Any) -> None:
    work.run_now(lambda stores: add_operator(stores, "qinghe"))
    assert ask(work, "count_orders_by_type", "qinghe", OrderState.RELEASED, 100) == {}


@pytest.mark.parametrize("hours", [0, 29, 60])
@pytest.mark.parametrize("more", [-20, 1, 30])
def test_sums_over_days_are_those_of_their_hours(work: Any, hours: int, more: int) -> None:
    write(work, *ENTRIES)
    count(work)
    since, before = HOUR - hours, HOUR + more
    for measure in (Measure.ISSUED, Measure.REFUSED, Measure.STOPPED):
        plain = dict(ask(work, "tallies_by_value", measure, Dimension.REGION, 1, since, before))
        told = work.run_now(partial(sums_of_regions, measure, since, before))
        assert told == plain


def sums_of_regions(measure: Measure, since: int, before: int, stores: Any) -> dict[str, int]:
    return by_value(stores, measure, Dimension.REGION, since, before)
