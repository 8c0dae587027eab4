"""Targets of recalls are read as people write them, and written as people read them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.conditions.terminals.recalls import Recall, RecallKind, RecallList, Target, Traits
from openesim.kernel.errors import DecodeError
from tests.support.rig import NOW


@pytest.mark.parametrize(
    ("kind", "text", "first", "last", "written"),
    [
        (RecallKind.MODEL, "007", "7", "7", "7"),
        (RecallKind.TAC, "35290611", "35290611", "35290611", "35290611"),
        (RecallKind.TAC, "35290611-35290620", "35290611", "35290620", "35290611-35290620"),
        (RecallKind.EUM, "AB" * 20, "ab" * 20, "ab" * 20, "ab" * 20),
        (RecallKind.EIN, "89049032", "89049032".ljust(32, "0"), "89049032".ljust(32, "9"), "89049032…"),
        (RecallKind.EIN, "890490", "890490".ljust(32, "0"), "890490".ljust(32, "9"), "890490…"),
        (RecallKind.BUILD, "4.2.0-4.2.9", "4.2.0", "4.2.9", "4.2.0-4.2.9"),
    ],
)
def test_a_target_is_read_and_written(
    kind: RecallKind, text: str, first: str, last: str, written: str
) -> None:
    target = Target.parse(kind, text)
    assert (target.first, target.last, str(target)) == (first, last, written)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (RecallKind.MODEL, "Q1"),
        (RecallKind.MODEL, "9" * 30),
        (RecallKind.TAC, "3529"),
        (RecallKind.EUM, "ab"),
        (RecallKind.EIN, "x"),
        (RecallKind.BUILD, "4"),
    ],
)
def test_what_names_nothing_is_refused(kind: RecallKind, text: str) -> None:
    with pytest.raises(DecodeError):
        Target.parse(kind, text)


def test_only_builds_have_a_maker() -> None:
    assert Target.parse(RecallKind.BUILD, "4.2.0", 7).maker_id == 7
    assert Target.parse(RecallKind.TAC, "35290611", 7).maker_id is None


def test_the_oldest_recall_is_named_and_the_next_one_where_it_is_lifted() -> None:
    made = [
        Recall(
            recall_id=number,
            target=Target.parse(RecallKind.MODEL, "7"),
            reason="x",
            created_at=NOW,
            created_by="x",
        )
        for number in (1, 2)
    ]
    known = RecallList(made)
    assert known.find(Traits(models=(7,))) == made[0]
    later = known.changed([replace(made[0], lifted_at=NOW)])
    assert (later.find(Traits(models=(7,))), len(later), len(known)) == (made[1], 1, 2)
