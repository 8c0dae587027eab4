"""A decision of the gate, drawn: what was asked, what was known, what was not met, and what it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from openesim.adapters.web.desks.components.explained import ExplainedError
from openesim.adapters.web.desks.components.findings import explained_finding
from openesim.adapters.web.desks.components.naming import (
    channel_name,
    listed,
    number_name,
    region_name,
    service_name,
)
from openesim.adapters.web.desks.components.values import Code, Fact, Link
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.terminal_view import category_name
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.admission.decision import Finding
from openesim.conditions.admission.facts import Facts, Licence, Lines, Signals, Terminal, Verification
from openesim.conditions.admission.texts import CAUSES
from openesim.conditions.identity.texts import DOCUMENT_TEXTS, GROUP_TEXTS, MISSING_TEXTS, TRIGGER_TEXTS, said
from openesim.conditions.rules.pack import OLDEST_MINOR
from openesim.kernel.records import changed
from openesim.services.conditions.gate.decisions import DecisionSeen, FindingSeen

_W: Final = "regulator.decision"


@dataclass(frozen=True, slots=True)
class FindingView:
    """One demand that was not met, drawn.

    Attributes:
        told: cause, whose move, next step; None: the cause is not known any more.
        rule: where it stands in the pack.
        since: first day of the version.
        sources: who says so: a link where there is an address.
        cause: name of the cause.
    """

    told: ExplainedError | None
    rule: str
    since: object
    sources: Sequence[tuple[object, str]]
    cause: str


def with_names(finding: Finding, names: Mapping[str, str]) -> Finding:
    """Return a finding in which operators are called as people call them."""
    operator = finding.facts.get("operator", "")
    if operator not in names:
        return finding
    return changed(finding, facts={**finding.facts, "operator": names[operator]})


def finding_view(visit: Visit, seen: FindingSeen, names: Mapping[str, str]) -> FindingView:
    """Return a demand as it is drawn."""
    finding, citation = seen.finding, seen.citation
    told = None
    if finding.cause in CAUSES:
        told = explained_finding(visit, with_names(finding, names))
    sources: list[tuple[object, str]] = []
    for source in () if citation is None else citation.sources:
        is_link = source.where.startswith(("https://", "http://"))
        plain = say(visit, "ui.in_brackets", text=source.title, more=source.where)
        shown = Link(source.title, source.where) if is_link else plain
        sources.append((shown, say(visit, f"rules.reliability.{source.reliability.value}")))
    return FindingView(
        told, finding.rule, None if citation is None else citation.since, sources, finding.cause
    )


def application_facts(visit: Visit, seen: DecisionSeen) -> list[Fact]:
    """Return what was asked for."""
    asked = seen.application
    if asked is None:
        return []
    in_country = None if asked.in_country is None else asked.in_country
    return _facts(
        visit,
        "asked",
        (
            ("service", capital(service_name(visit, asked.service))),
            ("channel", capital(channel_name(visit, asked.channel))),
            ("number", capital(number_name(visit, asked.number))),
            ("home", region_name(visit, asked.home_region or "")),
            ("region", region_name(visit, asked.write_region or "")),
            ("in_country", in_country),
            ("deed", say(visit, f"rules.deed.{asked.deed.value}")),
        ),
    )


def known_facts(visit: Visit, facts: Facts | None) -> list[tuple[str, list[Fact]]]:
    """Return what was known, in groups with their headings."""
    if facts is None:
        return []
    groups = (
        ("licence", [each for licence in facts.licences for each in _licence(visit, licence)]),
        ("terminal", _terminal(visit, facts.terminal)),
        ("person", [] if facts.person is None else _person(visit, facts.person)),
        ("lines", _lines(visit, facts.lines)),
        ("signals", _signals(visit, facts.signals)),
    )
    nothing = {"licence": "no_licence", "person": "nobody"}
    return [
        (say(visit, f"{_W}.group.{name}"), found or [Fact(say(visit, f"{_W}.{nothing[name]}"), None)])
        for name, found in groups
    ]


def _facts(visit: Visit, group: str, values: Iterable[tuple[str, Any]]) -> list[Fact]:
    return [Fact(say(visit, f"{_W}.{group}.{name}"), value) for name, value in values]


def _standing(visit: Visit, value: str | None) -> str:
    key = "finding.unknown" if value is None else f"finding.standing.{value}"
    return capital(say(visit, key))


def _licence(visit: Visit, licence: Licence) -> list[Fact]:
    everywhere, every = say(visit, "rules.everywhere"), say(visit, "rules.all")
    return _facts(
        visit,
        "licence",
        (
            ("standing", _standing(visit, licence.standing.value)),
            ("begins", licence.begins),
            ("ends", licence.ends or say(visit, f"{_W}.licence.open")),
            (
                "channels",
                listed(visit, [channel_name(visit, one) for one in sorted(licence.channels)]) or every,
            ),
            (
                "regions",
                listed(visit, [region_name(visit, one) for one in sorted(licence.regions)]) or everywhere,
            ),
            ("numbers", listed(visit, [number_name(visit, one) for one in sorted(licence.numbers)]) or every),
        ),
    )


def _terminal(visit: Visit, terminal: Terminal) -> list[Fact]:
    binding = None if terminal.binding is None else say(visit, f"finding.binding.{terminal.binding.value}")
    service = None if terminal.model_service is None else category_name(visit, terminal.model_service)
    return _facts(
        visit,
        "terminal",
        (
            ("model", _standing(visit, None if terminal.model is None else terminal.model.value)),
            ("service", service),
            ("foreign", terminal.is_foreign),
            ("chip", terminal.is_chip_known),
            ("recalled", terminal.is_recalled),
            ("binding", None if binding is None else capital(binding)),
            ("profiles", terminal.profiles),
        ),
    )


def _person(visit: Visit, person: Verification) -> list[Fact]:
    language = visit.language.value
    values: list[tuple[str, Any]] = [
        ("standing", _standing(visit, person.standing.value)),
        ("group", capital(said(GROUP_TEXTS, person.group.value, language))),
        ("document", capital(said(DOCUMENT_TEXTS, person.document.value, language))),
        (
            "assurance",
            listed(visit, [say(visit, f"rules.assurance.{one.value}") for one in sorted(person.assurance)]),
        ),
        ("verified", person.verified_at),
        ("same_visit", person.same_visit),
        ("age", _age(visit, person.age)),
        ("agent", person.acts_for_another),
        ("frozen", person.is_frozen),
    ]
    if person.brought:
        values.append(
            ("brought", listed(visit, [said(MISSING_TEXTS, one, language) for one in sorted(person.brought)]))
        )
    if person.reverify is not None:
        values.append(("reverify", said(TRIGGER_TEXTS, person.reverify[0].value, language)))
        values.append(("reverify_until", person.reverify[1]))
    return _facts(visit, "person", values)


def _age(visit: Visit, age: int | None) -> object:
    """Return an age as it is recorded: up to the highest that a pack can ask for, and no further."""
    if age is None or age < OLDEST_MINOR:
        return age
    return say(visit, f"{_W}.person.or_more", age=age)


def _lines(visit: Visit, lines: Lines) -> list[Fact]:
    return _facts(
        visit,
        "lines",
        (
            ("here", lines.here),
            ("nationwide", lines.nationwide),
            ("of_class", lines.of_class),
            ("begun", len(lines.begun)),
        ),
    )


def _signals(visit: Visit, signals: Signals) -> list[Fact]:
    return _facts(
        visit,
        "signals",
        (
            ("score", signals.score),
            ("listed", signals.is_listed),
            ("person_today", signals.person_orders_today),
            ("chip_today", signals.chip_orders_today),
            ("address_today", signals.address_orders_today),
            ("reissued", signals.reissued_at),
        ),
    )


def bound_facts(visit: Visit, seen: DecisionSeen) -> list[Fact]:
    """Return what the decision is bound to: order, profile, chip, evidence."""
    told = seen.entry.facts
    values: list[tuple[str, object]] = []
    for name in ("iccid", "eid", "evidence"):
        text = str(told.get(name, ""))
        if text:
            values.append((name, Code(text)))
    case = (seen.entry.subject or "").removeprefix("case:")
    if case:
        values.append(("case", Code(case)))
    return _facts(visit, "bound", values)
