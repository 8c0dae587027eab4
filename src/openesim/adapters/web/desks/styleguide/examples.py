"""What the styleguide shows: things made up for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from openesim.adapters.web.desks.components.charts import (
    Bar,
    Bars,
    Funnel,
    Lines,
    Series,
    Spark,
    Stacks,
    Stage,
)
from openesim.adapters.web.desks.components.explained import explained_from
from openesim.adapters.web.desks.components.flows import (
    Confirm,
    Progress,
    Step,
    Timeline,
    Wizard,
    WizardStep,
)
from openesim.adapters.web.desks.components.records import Change, Changes, Evidence, LedgerEntry, QrCard
from openesim.adapters.web.desks.components.table import Column, Row, Table, TableQuery, plain_table
from openesim.adapters.web.desks.components.values import Code, Fact, Identifier, Masked, Pill, Quiet, Tone
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.explained import explain_status

NOW: Final = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
EID: Final = str(Eid.with_check_digits("890440450000000000000000000012"))
MODEL_STATES: Final = ("approved", "waiting", "recalled")
VENDOR_KINDS: Final = ("state", "private", "joint-stock", "foreign")
REGIONS: Final = ("beijing", "shanghai", "guangdong", "sichuan")

_TONES: Final = {"approved": Tone.GOOD, "waiting": Tone.WAIT, "recalled": Tone.BAD}
_MODELS: Final = (
    ("QH-P1 Air", "approved", 128_400, "86012305"),
    ("QH-P1 Pro", "approved", 61_250, "86012306"),
    ("=1+1|calc", "waiting", 0, "86012307"),
    ("YS Watch 3", "recalled", 9_873, "86012308"),
    ("HT Tab 11", "waiting", 310, "86012309"),
)
_W: Final = "styleguide.styleguide"


def pill(visit: Visit, state: str) -> Pill:
    """Return the pill of a model's state."""
    return Pill.of(visit, f"{_W}.state.{state}", _TONES[state])


def model_columns(visit: Visit) -> list[Column]:
    """Return the columns of the table."""
    return [
        Column(visit.say(f"{_W}.column.name"), sort="name"),
        Column(visit.say(f"{_W}.column.state")),
        Column("TAC"),
        Column(visit.say(f"{_W}.column.number"), "number", sort="number"),
        Column(visit.say(f"{_W}.column.changed"), sort="changed"),
    ]


def model_rows(visit: Visit, query: TableQuery) -> list[Row]:
    """Return the rows that are asked for."""
    chosen = [
        one
        for one in _MODELS
        if query.chosen("state") in ("", one[1]) and query.search.lower() in one[0].lower()
    ]
    keys = {"name": lambda one: one[0], "number": lambda one: one[2], "changed": lambda one: one[3]}
    chosen.sort(key=keys[query.sort or "name"], reverse=query.is_descending)
    return [
        Row(
            (name, pill(visit, state), Identifier(tac), number, NOW - timedelta(days=int(tac[-1]))),
            "/styleguide",
        )
        for name, state, number, tac in chosen
    ]


def table(visit: Visit, query: TableQuery) -> Table:
    """Return a table with everything that tables have."""
    texts = {state: visit.say(f"{_W}.state.{state}.label") for state in MODEL_STATES}
    counts = {state: sum(one[1] == state for one in _MODELS) for state in MODEL_STATES}
    rows = model_rows(visit, query)
    return query.table(
        visit.say(f"{_W}.table"),
        model_columns(visit),
        rows,
        filters=[query.chips("state", visit.say(f"{_W}.column.state"), texts, counts)],
        search_label=visit.say(f"{_W}.search"),
        next_cursor="" if query.cursor else "5",
        has_csv=True,
        count=len(rows),
    )


def imported(visit: Visit) -> Table:
    """Return the rows of a file, one of them wrong."""
    columns = [Column("#", "number"), Column(visit.say(f"{_W}.column.name")), Column("TAC")]
    wrong = visit.say(f"{_W}.row_error")
    rows = [Row((1, "QH-P2", Code("86012311"))), Row((2, "QH-P2", Code("8601231")), errors=(wrong,))]
    return plain_table(visit.say(f"{_W}.imported"), columns, rows)


def progress(visit: Visit, done: int, of: int) -> Progress:
    """Return how far something is."""
    return Progress(visit.say(f"{_W}.downloading"), done, of)


def confirm(visit: Visit) -> Confirm:
    """Return a grave deed."""
    return Confirm(
        title=visit.say(f"{_W}.recall.title"),
        consequence=visit.say(f"{_W}.recall.consequence"),
        hit=9873,
        hit_label=visit.say(f"{_W}.recall.hit"),
        action="/styleguide",
        button=visit.say(f"{_W}.recall.button"),
        back="/styleguide",
        word="YS Watch 3",
        asks_reason=True,
    )


def wizard(visit: Visit) -> Wizard:
    """Return four questions, the second one asked."""
    names = ("plan", "device", "person", "check")
    steps = [WizardStep(visit.say(f"{_W}.wizard.{name}"), "/styleguide") for name in names]
    return Wizard(steps, 2)


def answers(visit: Visit) -> Sequence[Fact]:
    """Return answers to be checked."""
    return (
        Fact(visit.say(f"{_W}.wizard.plan"), "青禾畅享 30 GB", "/styleguide/wizard"),
        Fact("EID", Identifier(EID), "/styleguide/wizard"),
        Fact(visit.say(f"{_W}.column.changed"), NOW, "/styleguide/wizard"),
    )


def everything(visit: Visit) -> dict[str, Any]:
    """Return all that is drawn without being asked for."""
    days = [visit.format.short_day((NOW - timedelta(days=29 - day)).date()) for day in range(30)]
    issued = [900 + (day * 137) % 400 + day * 12 for day in range(30)]
    refused = [40 + (day * 53) % 60 for day in range(30)]
    said = {key: visit.say(f"{_W}.chart.{key}") for key in ("issued", "refused", "day", "count", "reason")}
    digest = sha256(b"evidence").hexdigest()
    return {
        "states": [pill(visit, state) for state in MODEL_STATES],
        "identifiers": [Identifier(EID), Identifier("8986012345678901234"), Identifier("460011234567890")],
        "masked": Masked("张**", "/styleguide/reason", "name"),
        "unmasked": Masked("张**", value="张三丰"),
        "values": [True, 1234567, NOW, NOW.date(), None, Quiet("–"), "<script>alert(1)</script>"],
        "explained": explained_from(explain_status("8.2.6", "3.8"), visit.language),
        "timeline": _timeline(visit),
        "bars": Bars(visit.say(f"{_W}.chart.refusals"), said["reason"], said["count"], _bars(visit)),
        "lines": Lines(
            visit.say(f"{_W}.chart.month"),
            said["day"],
            days,
            [Series(said["issued"], issued), Series(said["refused"], refused)],
        ),
        "stacks": Stacks(
            visit.say(f"{_W}.chart.stacked"),
            said["day"],
            days,
            [
                Series(said["issued"], issued, Tone.GOOD),
                Series(said["refused"], [3 * one for one in refused], Tone.BAD),
            ],
        ),
        "spark": Spark(issued, said["issued"]),
        "funnel": Funnel(visit.say(f"{_W}.chart.funnel"), said["reason"], said["count"], _stages(visit)),
        "evidence": Evidence(
            name="安全评估报告.pdf",
            size=1_482_331,
            media_type="application/pdf",
            digest=digest,
            added_at=NOW,
            added_by="li.wei",
            address="/styleguide",
            holds=True,
        ),
        "changes": _changes(visit),
        "entries": _entries(visit, digest),
        "card": QrCard(
            text="LPA:1$smdp.example.com$QH2F-K7MX-9D3P-V8TN$$1",
            title=visit.say(f"{_W}.qr.title"),
            told=visit.say(f"{_W}.qr.told"),
            bound_to=EID,
            expires_at=NOW + timedelta(days=7),
            links=((visit.say(f"{_W}.qr.link"), "/styleguide"),),
        ),
    }


def _timeline(visit: Visit) -> Timeline:
    said = {
        key: visit.say(f"{_W}.step.{key}") for key in ("ordered", "refused", "verified", "online", "text")
    }
    failed = explained_from(explain_status("8.2.6", "3.8"), visit.language)
    return Timeline(
        [
            Step(at=NOW, title=said["ordered"], tone=Tone.INFO, actor="wang.fang", detail=said["text"]),
            Step(
                at=NOW + timedelta(minutes=1),
                title=said["refused"],
                tone=Tone.BAD,
                explained=failed,
                raw='{"header": {"functionExecutionStatus": {"status": "Failed"}}}',
            ),
            Step(at=NOW + timedelta(minutes=9), title=said["verified"], tone=Tone.GOOD),
            Step(at=None, title=said["online"], tone=Tone.IDLE),
        ]
    )


def _bars(visit: Visit) -> list[Bar]:
    counts = {"person": 812, "model": 431, "quota": 127, "licence": 64, "other": 9}
    return [Bar(visit.say(f"{_W}.cause.{name}"), count) for name, count in counts.items()]


def _stages(visit: Visit) -> list[Stage]:
    counts = {
        "ordered": 1240,
        "code": 1198,
        "authenticated": 1102,
        "downloaded": 1061,
        "installed": 1048,
        "online": 1039,
    }
    return [Stage(visit.say(f"{_W}.stage.{name}"), count) for name, count in counts.items()]


def _changes(visit: Visit) -> Changes:
    told = visit.say(f"{_W}.changed_told")
    rows = (
        Change("service.phone.profiles_per_device", "2", "3", told),
        Change("person.minor.below", "16", None),
        Change("risk.after_reissue.cool_down_hours", None, "24"),
    )
    return Changes(visit.say(f"{_W}.changes"), "cn-2025-trial 2025-10-13", "cn-2025-trial 2027-01-01", rows)


def _entries(visit: Visit, digest: str) -> list[LedgerEntry]:
    title = visit.say(f"{_W}.entry")
    facts = (("rule", "service.phone.device"), ("verdict", "refuse"))
    sealed = LedgerEntry(
        title=title,
        at=NOW,
        actor="gate",
        facts=facts,
        digest=digest,
        position=1_204_881,
        head=digest[::-1],
        holds=True,
    )
    fresh = LedgerEntry(title=title, at=NOW, actor="li.wei", facts=(), digest=digest)
    return [sealed, fresh]
