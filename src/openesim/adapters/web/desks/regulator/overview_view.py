"""The first page, drawn: figures, courses, and the tables behind them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openesim.adapters.web.desks.components.charts import Bar, Bars, Series, Spark, Stacks
from openesim.adapters.web.desks.components.explained import ExplainedError, explained_from
from openesim.adapters.web.desks.components.naming import region_name
from openesim.adapters.web.desks.components.table import Column, Row, Table, plain_table
from openesim.adapters.web.desks.components.values import Code, Link, Quiet, Tone
from openesim.adapters.web.desks.regulator.application_view import path_of_operator
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.admission.codes import PREFIX, explained
from openesim.conditions.licensing.states import LicenceState
from openesim.services.conditions.ledger.overview import AtLeast, Course, Overview, Share
from openesim.services.conditions.ledger.tallies import OTHER, Measure

_WORDS: Final = "regulator.home"
_TONES: Final = {Measure.REFUSED: Tone.BAD, Measure.STOPPED: Tone.WAIT}
_MOST_BARS: Final = 8
_DRAWN: Final = (Measure.ISSUED, Measure.REFUSED, Measure.STOPPED, Measure.HELD)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is looked at first.

    Attributes:
        label: what it counts.
        value: as it is told.
        spark: its course; None: it has none.
        address: of what is counted; empty: none.
        note: beside it.
    """

    label: str
    value: object
    spark: Spark | None = None
    address: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CauseRow:
    """A cause of refusals, explained.

    Attributes:
        explained: cause, whose move, next step.
        refused: how often when an order was confirmed.
        stopped: how often when a chip came.
    """

    explained: ExplainedError
    refused: int
    stopped: int


def decided(visit: Visit, overview: Overview) -> list[Figure]:
    """Return the numbers on top: what the gate decided."""
    issued = overview.courses[Measure.ISSUED]
    return [
        Figure(visit.say(f"{_WORDS}.issued_today"), issued.today, note=_of_month(visit, issued)),
        _figure(visit, "issued", issued),
        _figure(visit, "refused", overview.courses[Measure.REFUSED]),
        _figure(visit, "stopped", overview.courses[Measure.STOPPED]),
    ]


def waiting(visit: Visit, overview: Overview) -> list[Figure]:
    """Return the numbers below: what waits for the regulator, and what holds."""
    pending = overview.applications
    mine = [pending[LicenceState.SUBMITTED], pending[LicenceState.IN_REVIEW]]
    return [
        Figure(
            visit.say(f"{_WORDS}.applications"),
            at_least(visit, *mine),
            address="/regulator/applications",
            note=str(
                visit.t(f"{_WORDS}.asked_back", number=at_least(visit, pending[LicenceState.ASKED_BACK]))
            ),
        ),
        Figure(
            visit.say(f"{_WORDS}.ending"),
            at_least(visit, overview.ending),
            address="/regulator/licences/ending",
            note=visit.say(f"{_WORDS}.ending_note"),
        ),
        Figure(
            visit.say(f"{_WORDS}.models"),
            at_least(visit, overview.models),
            address="/regulator/terminals/models?state=submitted",
        ),
        Figure(visit.say(f"{_WORDS}.recalls"), overview.recalls, address="/regulator/recalls?state=holds"),
        Figure(visit.say(f"{_WORDS}.held"), at_least(visit, overview.held), address="/regulator/held"),
    ]


def _figure(visit: Visit, name: str, course: Course) -> Figure:
    label = visit.say(f"{_WORDS}.{name}")
    return Figure(label, course.total, spark(visit, label, course))


def spark(visit: Visit, label: str, course: Course) -> Spark:
    """Return the course of a count as a small line, told in words for those who do not see it."""
    numbers = [number for _, number in course.days]
    most = max(numbers, default=0)
    told = visit.t(
        f"{_WORDS}.spark", label=label, days=len(numbers), least=min(numbers, default=0), most=most
    )
    return Spark(numbers, str(told))


def _of_month(visit: Visit, course: Course) -> str:
    return visit.say(f"{_WORDS}.of_days", count=len(course.days), number=visit.format.number(course.total))


def at_least(visit: Visit, *counts: AtLeast) -> str:
    """Return counts together; one that was not counted to its end says so."""
    number = visit.format.number(sum(each.number for each in counts))
    is_more = any(each.is_more for each in counts)
    return visit.say(f"{_WORDS}.at_least", number=number) if is_more else number


def course_chart(visit: Visit, overview: Overview) -> Stacks:
    """Return what the gate decided, day by day."""
    days = [day for day, _ in overview.courses[Measure.ISSUED].days]
    return Stacks(
        visit.say(f"{_WORDS}.by_day"),
        visit.say(f"{_WORDS}.day"),
        [visit.format.short_day(day) for day in days],
        [
            Series(
                visit.say(f"{_WORDS}.{measure}"),
                [number for _, number in overview.courses[measure].days],
            )
            for measure in _DRAWN
        ],
    )


def cause_chart(visit: Visit, causes: Sequence[Share]) -> Bars:
    """Return the most frequent causes of refusals."""
    return Bars(
        visit.say(f"{_WORDS}.by_cause"),
        visit.say(f"{_WORDS}.cause"),
        visit.say(f"{_WORDS}.times"),
        [
            Bar(cause_told(visit, each.value).cause, each.of(Measure.REFUSED, Measure.STOPPED), Tone.BAD)
            for each in causes[:_MOST_BARS]
        ],
    )


def cause_table(visit: Visit, causes: Sequence[Share]) -> Table:
    """Return every cause with whose move it is and what to do."""
    columns = [
        Column(visit.say(f"{_WORDS}.cause")),
        Column(visit.say(f"{_WORDS}.refused"), "number"),
        Column(visit.say(f"{_WORDS}.stopped"), "number"),
        Column(visit.say("ui.owner")),
        Column(visit.say("ui.next_step")),
        Column(visit.say("ui.code")),
    ]
    rows = []
    for each in causes:
        told = cause_told(visit, each.value)
        numbers = (each.of(Measure.REFUSED), each.of(Measure.STOPPED))
        is_known = each.value != OTHER
        code = Link(each.value, f"/regulator/decisions?cause={each.value}") if is_known else Code(each.value)
        rows.append(Row((told.cause, *numbers, capital(told.owner), told.next_step, code)))
    return plain_table(visit.say(f"{_WORDS}.by_cause"), columns, rows)


def cause_told(visit: Visit, cause: str) -> ExplainedError:
    """Return what a cause means to people, without the facts of a single order."""
    somebody = visit.say(f"{_WORDS}.any_operator")
    code = f"{PREFIX}{cause}?{json.dumps({'operator': somebody})}"
    found = None if cause == OTHER else explained(code)
    if found is None:
        return ExplainedError(
            visit.say(f"{_WORDS}.other_cause"),
            visit.say(f"{_WORDS}.other_owner"),
            visit.say(f"{_WORDS}.other_step"),
        )
    told = explained_from(found, visit.language)
    return ExplainedError(capital(_plain(told.cause)), told.owner, capital(_plain(told.next_step)), cause)


def _plain(text: str) -> str:
    """Return a text without the brackets that hold facts of an order."""
    for open_, close in (("(", ")"), ("（", "）")):
        at = text.find(open_)
        while at >= 0 and "…" in text[at:]:
            end = text.find(close, at)
            if end < 0 or "…" not in text[at:end]:
                break
            text = (text[:at].rstrip() + text[end + 1 :]).strip()
            at = text.find(open_)
    return text


def share_table(
    visit: Visit, shares: Sequence[Share], kind: str, names: dict[str, str] | None = None
) -> Table:
    """Return what was issued and refused, by region or by operator.

    Args:
        visit: who looks.
        shares: what was counted.
        kind: ``region`` or ``operator``.
        names: what people call operators.
    """
    columns = [
        Column(visit.say(f"{_WORDS}.{kind}")),
        Column(visit.say(f"{_WORDS}.issued"), "number"),
        Column(visit.say(f"{_WORDS}.refused"), "number"),
        Column(visit.say(f"{_WORDS}.stopped"), "number"),
        Column(visit.say(f"{_WORDS}.share_refused"), "number"),
    ]
    rows = []
    for each in shares:
        issued, refused = each.of(Measure.ISSUED), each.of(Measure.REFUSED)
        share = refused / (issued + refused) if issued + refused else 0.0
        rows.append(
            Row(
                (
                    _place(visit, each.value, kind, names or {}),
                    issued,
                    refused,
                    each.of(Measure.STOPPED),
                    visit.format.percent(share),
                )
            )
        )
    return plain_table(visit.say(f"{_WORDS}.by_{kind}"), columns, rows)


def _place(visit: Visit, value: str, kind: str, names: dict[str, str]) -> object:
    if kind == "region":
        return region_name(visit, value)
    if not value:
        return Quiet(visit.say(f"{_WORDS}.no_operator"))
    return Link(names[value], path_of_operator(value)) if value in names else value
