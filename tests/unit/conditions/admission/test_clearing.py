"""What somebody looked at does not count any more; what he did not look at does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openesim.conditions.admission.clearing import decide_uncleared, signs_in, weighed
from openesim.conditions.admission.decision import Decision, Verdict
from openesim.conditions.admission.facts import Application, Facts, Signals
from openesim.conditions.admission.watching import Sign
from openesim.conditions.rules.reading import parse_pack
from openesim.conditions.rules.words import Channel, Deed, ServiceClass
from tests.support.rig import NOW

PACK = parse_pack("""
[pack]
id = "signs"
version = "1"
country = "ZZ"
in_force = { from = 2000-01-01 }
title = { en = "Signs", zh = "测试" }
note = { en = "Invented; not legal advice.", zh = "仅供测试，不构成法律意见。" }
[sources]
test = { title = "Invented", where = "this file", reliability = "background" }
[service.phone]
channels = ["online"]
needs_person = false
source = ["test"]
[risk]
step_up_from = 50
hold_from = 60
refuse_from = 90
orders_per_person_per_day = 3
after_reissue = { cool_down_hours = 24, blocks = ["re-issue"] }
source = ["test"]
""")
ORDER = Application(operator="operator", service=ServiceClass.PHONE, channel=Channel.ONLINE)
AGAIN = replace(ORDER, deed=Deed.RE_ISSUE)
LISTED, HIGH, HIGHER = Sign(1, 10, is_listed=True), Sign(2, 70, is_listed=False), Sign(3, 95, is_listed=False)


def decided(
    *signs: Sign,
    cleared: tuple[str, ...] = (),
    signals: Signals | None = None,
    application: Application = ORDER,
) -> Decision:
    facts = Facts(signals=weighed(signals or Signals(), signs))
    return decide_uncleared(PACK, application, facts, (signs, cleared), NOW)


def causes(decision: Decision) -> list[str]:
    return [finding.cause for finding in decision.findings]


def test_of_several_entries_the_highest_score_counts_and_one_that_lists_is_enough() -> None:
    assert weighed(Signals(), [LISTED, HIGH]) == Signals(score=70, is_listed=True)
    assert weighed(Signals(score=99, is_listed=True), []) == Signals()


def test_what_is_held_is_named_by_entries_and_by_codes() -> None:
    both = decided(LISTED, HIGH, signals=Signals(person_orders_today=3))
    assert signs_in(both, [LISTED, HIGH]) == ('gate:too-many-orders?{"most":"3"}', "watched:1", "watched:2")
    assert signs_in(decided(HIGHER), [HIGHER]) == ()
    assert signs_in(decided(), []) == ()


def test_cleared_entries_do_not_count_and_new_ones_do() -> None:
    assert causes(decided(LISTED, HIGH, cleared=("watched:1", "watched:2"))) == []
    assert causes(decided(LISTED, HIGH, cleared=("watched:1",))) == ["score"]
    assert causes(decided(LISTED, HIGH, cleared=("watched:2",))) == ["listed"]
    assert decided(LISTED, Sign(4, 70, is_listed=False), cleared=("watched:1",)).verdict is Verdict.HOLD


def test_what_asks_for_more_is_cleared_with_the_rest() -> None:
    asks = Sign(5, 55, is_listed=True)
    assert decided(asks).verdict is Verdict.HOLD
    assert causes(decided(asks)) == ["listed", "score"]
    assert causes(decided(asks, cleared=("watched:5",))) == []


def test_what_the_rules_refuse_nobody_clears() -> None:
    refused = decided(HIGHER, cleared=("watched:3",))
    assert (causes(refused), refused.verdict) == (["score-too-high"], Verdict.REFUSE)


@pytest.mark.parametrize("hours", [1, 23])
def test_a_moment_that_was_cleared_does_not_clear_a_later_one(hours: int) -> None:
    first = Signals(reissued_at=NOW - timedelta(hours=hours))
    cleared = signs_in(decided(signals=first, application=AGAIN), [])
    assert len(cleared) == 1
    assert causes(decided(signals=first, application=AGAIN, cleared=cleared)) == []
    later = Signals(reissued_at=NOW - timedelta(minutes=5))
    assert causes(decided(signals=later, application=AGAIN, cleared=cleared)) == ["cool-down"]


def test_an_order_that_was_cleared_is_not_held_for_being_counted_itself() -> None:
    today = Signals(person_orders_today=3)
    assert causes(decided(LISTED, signals=today)) == ["listed", "too-many-orders"]
    assert causes(decided(LISTED, signals=today, cleared=("watched:1",))) == []
