"""Reminders: ninety, thirty and seven days before the end, the most urgent one, once each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.licensing.licence import Licence, Scope
from openesim.conditions.licensing.reminders import DAYS, HORIZON, due_reminders, stage_of
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.rules.words import ServiceClass
from tests.support.rig import NOW

DAY = timedelta(days=1)
END = NOW + 365 * DAY
LICENCE = Licence(
    licence_id=1,
    operator="qinghe",
    service=ServiceClass.PHONE,
    state=LicenceState.APPROVED,
    asked=Scope(begins=NOW, ends=END),
    granted=Scope(begins=NOW, ends=END),
    checklist="short",
    version="1",
    created_at=NOW,
    changed_at=NOW,
)


@pytest.mark.parametrize(
    ("left", "days"),
    [(90.1, None), (90, 90), (31, 90), (30, 30), (7.1, 30), (7, 7), (0, 7), (-0.1, None)],
)
def test_the_most_urgent_reminder_is_due(left: float, days: int | None) -> None:
    assert stage_of(LICENCE, END - left * DAY) == days


def test_what_was_written_is_not_written_again() -> None:
    now = END - 20 * DAY
    (due,) = due_reminders([LICENCE], now)
    assert due.days == 30
    assert list(due_reminders([replace(LICENCE, reminded=(30,))], now)) == []


@pytest.mark.parametrize("state", sorted(set(LicenceState) - {LicenceState.APPROVED}))
def test_only_a_licence_that_runs_is_thought_of(state: LicenceState) -> None:
    assert list(due_reminders([replace(LICENCE, state=state)], END - DAY)) == []


def test_an_open_end_and_an_approved_renewal_ask_for_nothing() -> None:
    now = END - DAY
    open_ended = replace(LICENCE, granted=Scope(begins=NOW))
    assert list(due_reminders([open_ended], now)) == []
    renewal = replace(LICENCE, licence_id=2, renews=1, granted=Scope(begins=END))
    assert list(due_reminders([LICENCE, renewal], now)) == []
    draft = replace(renewal, state=LicenceState.DRAFT)
    assert [each.licence for each in due_reminders([LICENCE, draft], now)] == [LICENCE]


@given(st.lists(st.floats(-5, 120), max_size=30))
def test_however_often_one_looks_each_reminder_is_due_once(looks: list[float]) -> None:
    licence, written = LICENCE, []
    for left in sorted(looks, reverse=True):
        for due in due_reminders([licence], END - left * DAY):
            written.append(due.days)
            licence = replace(licence, reminded=(*licence.reminded, due.days))
    assert len(set(written)) == len(written) <= len(DAYS)
    assert written == sorted(written, reverse=True)
    assert timedelta(days=max(DAYS)) == HORIZON
