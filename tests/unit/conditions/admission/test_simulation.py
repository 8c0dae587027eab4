"""What a changed pack would have decided: only the change shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given

from openesim.conditions.admission.deciding import decide
from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.admission.facts import Application, Facts, Lines, Signals
from openesim.conditions.admission.simulation import EXAMPLES, TEXTS, Change, Past, Tally, change_of, simulate
from openesim.conditions.rules.pack import Pack
from openesim.services.rules import shipped_packs
from tests.support.conditions import NOW, applications, facts
from tests.unit.conditions.admission.test_deciding import APPLICATION, GOOD, TEST, changed_pack

PACKS = {(pack.id, pack.version): pack for pack in shipped_packs()}


def past(known: Facts, order_id: int = 1, pack: Pack = TEST, **changes: Any) -> Past:
    application = replace(APPLICATION, **changes)
    return Past(
        order_id=order_id,
        at=NOW,
        application=application,
        facts=known,
        decision=decide(pack, application, known, NOW),
    )


def tally_of(changed: Pack, *decisions: Past, packs: Any = None) -> Tally:
    tally = Tally()
    simulate(changed, PACKS if packs is None else packs, decisions, tally)
    return tally


def test_every_way_in_which_a_decision_can_come_out_is_counted_with_its_cause() -> None:
    changed = changed_pack(
        limits={"per_operator": 1, "nationwide": 0},
        risk={"hold_from": 20, "step_up_from": 10, "refuse_from": 101},
    )
    tally = tally_of(
        changed,
        past(GOOD, 1),
        past(replace(GOOD, lines=Lines(here=1)), 2),
        past(replace(GOOD, lines=Lines(nationwide=3)), 3),
        past(replace(GOOD, signals=Signals(score=25)), 4),
        past(replace(GOOD, signals=Signals(score=15)), 5),
        past(replace(GOOD, lines=Lines(here=1, nationwide=3)), 6),
    )
    assert {change.value: count for change, count in tally.counts.items()} == dict.fromkeys(
        (change.value for change in Change), 1
    )
    assert tally.total == 6
    found = [
        (change.value, group.finding.rule, group.finding.cause, group.orders)
        for change, group in tally.sorted_groups()
    ]
    assert found == [
        ("newly-refused", "limits.per_operator", "too-many-lines", [2]),
        ("newly-held", "risk.hold_from", "score", [4]),
        ("newly-asked", "risk.step_up_from", "score", [5]),
        ("newly-allowed", "limits.nationwide", "too-many-lines-nationwide", [3]),
        ("other-cause", "limits.per_operator", "too-many-lines", [6]),
    ]


def test_a_few_orders_are_named_for_a_cause_and_all_are_counted() -> None:
    changed = changed_pack(limits={"per_operator": 1})
    many = [past(replace(GOOD, lines=Lines(here=1)), number) for number in (0, *range(1, 50), 49)]
    tally = tally_of(changed, *many)
    ((_, group),) = tally.sorted_groups()
    assert (group.count, group.orders) == (51, list(range(1, EXAMPLES + 1)))


def test_where_the_pack_of_then_is_not_here_its_verdict_stands() -> None:
    refused = Decision("gone", "1", (Finding(Verdict.REFUSE, "limits.per_operator", "too-many-lines", {}),))
    strange = replace(past(GOOD), decision=refused)
    tally = tally_of(TEST, strange, packs={})
    assert tally.without_pack == 1
    assert tally.counts[Change.NEWLY_ALLOWED] == 1
    assert tally.sorted_groups()[0][1].finding.cause == "too-many-lines"
    assert tally_of(TEST, past(GOOD), packs={}).counts[Change.SAME] == 1


@given(application=applications, known=facts)
def test_a_pack_that_did_not_change_decides_everything_the_same(
    application: Application, known: Facts
) -> None:
    for pack in PACKS.values():
        one = past(
            known,
            pack=pack,
            **{name: getattr(application, name) for name in ("service", "channel", "number", "in_country")},
        )
        tally = tally_of(msgspec.json.decode(msgspec.json.encode(pack), type=Pack), one)
        assert tally.counts[Change.SAME] == tally.total == 1
        assert tally.groups == {}


@given(application=applications, known=facts)
def test_a_change_is_named_after_its_verdict(application: Application, known: Facts) -> None:
    packs = list(PACKS.values())
    before, after = (decide(pack, application, known, NOW) for pack in packs[:2])
    change = change_of(before, after)
    assert (change in {Change.SAME, Change.OTHER_CAUSE}) is (before.verdict is after.verdict)
    assert change_of(before, before) is Change.SAME


def test_decisions_are_asked_again_at_their_own_time() -> None:
    overdue = replace(past(GOOD), at=NOW + timedelta(days=60))
    tally = tally_of(changed_pack(person={"freshness_days": 90}), overdue)
    assert tally.counts[Change.NEWLY_ALLOWED] == 1


@pytest.mark.parametrize("change", Change)
def test_every_change_has_its_words(change: Change) -> None:
    assert all(TEXTS[change][language] for language in ("en", "zh"))
