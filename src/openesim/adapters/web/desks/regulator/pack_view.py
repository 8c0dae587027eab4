"""A rule pack, drawn: every demand with which rule it is, since when, and who says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from openesim.adapters.web.desks.components.naming import in_words, listed, number_name, service_name
from openesim.adapters.web.desks.components.records import Change, Changes
from openesim.adapters.web.desks.components.values import Tone
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.identity.texts import CHANNEL_TEXTS, DOCUMENT_TEXTS, GROUP_TEXTS, TRIGGER_TEXTS, said
from openesim.conditions.rules import words
from openesim.conditions.rules.citing import cite
from openesim.conditions.rules.differences import find_differences, is_nothing
from openesim.conditions.rules.pack import (
    Agent,
    CoolDown,
    Device,
    Minor,
    Pack,
    PeriodLimit,
    Reverify,
    Source,
)
from openesim.services.conditions.rules.desk import InForce

WORDS: Final = "regulator.rule_pack"
TONES: Final = {InForce.NOW: Tone.GOOD, InForce.TO_COME: Tone.WAIT, InForce.OVER: Tone.IDLE}

_HIGHEST_SCORE: Final = 100
_TABLES: Final = ("person", "limits", "risk", "retention")
_KEYS: Final[dict[type[StrEnum], str]] = {
    words.Region: "region",
    words.Assurance: "assurance",
    words.Binding: "binding",
    words.ModelApproval: "model_approval",
    words.ChipMakers: "chip_maker",
    words.ForeignModels: "foreign_models",
    words.Otherwise: "otherwise",
    words.Deed: "deed",
}
"""Where the words of an enumeration stand in the catalogue."""


@dataclass(frozen=True, slots=True)
class SourceView:
    """Who says so.

    Attributes:
        title: what it is called.
        address: where it stands; empty: it is no address.
        where: the same in words, where it is none.
        reliability: how sure it is, in a word.
    """

    title: str
    address: str
    where: str
    reliability: str


@dataclass(frozen=True, slots=True)
class Demand:
    """One field of a pack that asks something.

    Attributes:
        rule: where it stands in the pack.
        label: what it is called.
        values: what it asks, a line each.
        sources: who says so.
    """

    rule: str
    label: str
    values: Sequence[str]
    sources: Sequence[SourceView]


@dataclass(frozen=True, slots=True)
class Part:
    """A table of a pack.

    Attributes:
        title: what it is about.
        demands: what it asks; none: nothing.
    """

    title: str
    demands: Sequence[Demand]


def parts(visit: Visit, pack: Pack) -> list[Part]:
    """Return what a pack asks, table by table."""
    found = [
        Part(
            visit.say(f"{WORDS}.service", service=service_name(visit, name)),
            list(_demands(visit, pack, f"service.{name.value}", table)),
        )
        for name, table in pack.service.items()
    ]
    return found + [
        Part(visit.say(f"{WORDS}.part.{name}"), list(_demands(visit, pack, name, getattr(pack, name))))
        for name in _TABLES
    ]


def _demands(visit: Visit, pack: Pack, path: str, table: Any) -> Iterator[Demand]:
    """Yield the fields of a table that ask something."""
    if not table.source:
        return
    for field in msgspec.structs.fields(table):
        if field.name in {"source", "source_of"}:
            continue
        value = getattr(table, field.name)
        if is_nothing(field.encode_name, value) or is_nothing(field.encode_name, msgspec.to_builtins(value)):
            continue
        values = _values(visit, field.encode_name, value)
        if not values:
            continue
        rule = f"{path}.{field.encode_name}"
        yield Demand(
            rule,
            visit.say(f"{WORDS}.field.{field.encode_name}"),
            values,
            [source_view(visit, each) for each in cite(pack, rule).sources],
        )


def source_view(visit: Visit, source: Source) -> SourceView:
    """Return who says so; only addresses of the web lead anywhere."""
    is_address = source.where.startswith(("http://", "https://"))
    return SourceView(
        source.title,
        source.where if is_address else "",
        "" if is_address else source.where,
        visit.say(f"rules.reliability.{source.reliability}"),
    )


def _values(visit: Visit, name: str, value: Any) -> list[str]:
    """Return what a field asks, in lines that a person reads."""
    if isinstance(value, Device):
        return list(_device(visit, value))
    if isinstance(value, Mapping):
        return [_pair(visit, _said(visit, key), _together(visit, each)) for key, each in value.items()]
    if isinstance(value, Minor) and not value.below:
        return []
    found = _struct_value(visit, value)
    if found:
        return [found]
    if isinstance(value, (tuple, list)):
        if value and isinstance(value[0], PeriodLimit):
            return [visit.say(f"{WORDS}.period", lines=each.lines, days=each.days) for each in value]
        return [listed(visit, [_said(visit, each) for each in value])]
    if isinstance(value, bool):
        return [visit.say("ui.yes" if value else "ui.no")]
    if isinstance(value, int):
        return [] if name.endswith("_from") and value > _HIGHEST_SCORE else [_figure(visit, name, value)]
    return [_said(visit, value)]


def _figure(visit: Visit, name: str, value: int) -> str:
    """Return a number with its unit, where it has one."""
    if name == "freshness_days" and value == 0:
        return visit.say(f"{WORDS}.same_visit")
    if name == "document_images_days" and value == 0:
        return visit.say(f"{WORDS}.not_kept")
    unit = next((one for one in ("days", "hours", "years") if name.endswith(f"_{one}")), "")
    return visit.say(f"{WORDS}.unit.{unit}", count=value) if unit else visit.format.number(value)


def _struct_value(visit: Visit, value: Any) -> str:
    """Return a demand of several parts in a sentence; empty: it is no such."""
    match value:
        case Agent(allowed=False):
            return visit.say(f"{WORDS}.no_agent")
        case Agent():
            return visit.say(f"{WORDS}.agent", needs=_needs(visit, value.needs))
        case Minor():
            return visit.say(f"{WORDS}.minor", age=value.below, needs=_needs(visit, value.needs))
        case Reverify():
            return str(
                visit.t(
                    f"{WORDS}.reverify",
                    triggers=_together(visit, value.triggers),
                    hours=value.within_hours,
                    otherwise=_said(visit, value.otherwise),
                )
            )
        case CoolDown():
            blocks = _together(visit, value.blocks)
            return visit.say(f"{WORDS}.cool_down", hours=value.cool_down_hours, blocks=blocks)
    return ""


def _needs(visit: Visit, needs: Sequence[str]) -> str:
    return listed(visit, [_word(visit, "brought", each) for each in needs]) or visit.say("ui.nothing")


def _word(visit: Visit, group: str, word: str) -> str:
    """Return a word of the catalogue; what a pack of one's own calls by another word stays as it is."""
    key = f"rules.{group}.{word}"
    return visit.say(key) if key in visit.pages.wording else word


def _device(visit: Visit, device: Device) -> Iterator[str]:
    for field in msgspec.structs.fields(Device):
        value = getattr(device, field.name)
        if value != field.default:
            label = visit.say(f"{WORDS}.device.{field.name}")
            yield _pair(visit, label, _said(visit, value))


def _pair(visit: Visit, name: str, text: str) -> str:
    return visit.say("ui.pair", name=name, text=text)


def _together(visit: Visit, value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return listed(visit, [_said(visit, each) for each in value])
    return _said(visit, value)


_TEXTS: Final[dict[type[StrEnum], Mapping[Any, Any]]] = {
    words.Channel: CHANNEL_TEXTS,
    words.Group: GROUP_TEXTS,
    words.DocumentKind: DOCUMENT_TEXTS,
    words.Trigger: TRIGGER_TEXTS,
}

_NAMES: Final[dict[type[StrEnum], Callable[[Visit, Any], str]]] = {
    words.ServiceClass: service_name,
    words.NumberKind: number_name,
}


def _said(visit: Visit, value: Any) -> str:
    """Return a word of the rules as people read it."""
    kind = type(value)
    if kind in _TEXTS:
        return said(_TEXTS[kind], value, visit.language.value)
    if kind in _NAMES:
        return _NAMES[kind](visit, value)
    if kind in _KEYS:
        return visit.say(f"rules.{_KEYS[kind]}.{value}")
    return visit.format.number(value) if isinstance(value, int) else str(value)


def changes(visit: Visit, before: Pack, after: Pack) -> Changes:
    """Return where two packs differ."""
    heads = [f"{pack.id} {pack.version}" for pack in (before, after)]
    caption = visit.say(f"{WORDS}.differences", before=heads[0], after=heads[1])
    found = [
        Change(
            each.path,
            _translated(visit, each.path, each.before),
            _translated(visit, each.path, each.after),
            _label_of(visit, each.path),
        )
        for each in find_differences(before, after)
        if not each.path.startswith(("sources", "pack.note"))
    ]
    return Changes(caption, heads[0], heads[1], found)


_WORDS_OF_PACKS: Final = {
    member.value: member
    for kind in (*_TEXTS, *_NAMES, *_KEYS)
    for member in kind
    if member.value not in {"none", "nothing"}
}
"""What words of packs mean; those that mean two things are left out."""


def _translated(visit: Visit, path: str, text: str | None) -> str | None:
    """Return a value of a pack in the reader's language, as far as it is made of words of the rules."""
    if text is None or path.startswith(("pack.", "notices.")) or ".source" in path:
        return text
    if text in {"yes", "no"}:
        return visit.say(f"ui.{text}")
    words_of_it = [_WORDS_OF_PACKS.get(each) for each in text.split(", ")]
    if any(each is None for each in words_of_it):
        return text
    return listed(visit, [_said(visit, each) for each in words_of_it])


def _label_of(visit: Visit, path: str) -> str:
    """Return what a place of a pack is called; empty: it has no name."""
    names = path.split(".")
    service = service_name(visit, names[1]) if names[0] == "service" and len(names) > 1 else ""
    rest = names[2:] if service else names[1:]
    about = rest[1:] if rest[:1] == ["source_of"] else rest
    key = f"{WORDS}.field.{about[0]}" if about else ""
    told = visit.say(key) if key in visit.pages.wording else ""
    if rest[:1] in (["source"], ["source_of"]):
        whose = visit.say(f"{WORDS}.whose")
        told = _pair(visit, told, whose) if told else whose
    return _pair(visit, service, told) if service and told else service or told


def notices(visit: Visit, pack: Pack) -> list[str]:
    """Return the texts that a person has to be shown."""
    return [in_words(visit, texts) for texts in pack.notices.values()]
