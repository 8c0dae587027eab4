"""Reading a rule pack: a pack is taken as a whole, or refused as a whole with the line and the reason.

The order of what is looked at: is it TOML, does every key exist and hold what it may, does it agree with itself, does
every demand name its source.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

import msgspec

from openesim.conditions.rules import words
from openesim.conditions.rules.asking import asks
from openesim.conditions.rules.pack import Pack, Person, Risk, Service
from openesim.conditions.rules.toml_tables import TableError, convert_tables, line_of, read_tables
from openesim.conditions.rules.words import Assurance, Channel, Group

_LANGUAGES = ("en", "zh")
_WORDS = [
    word.value
    for kind in vars(words).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum)
    for word in kind
]


class RulePackError(TableError):
    """A rule pack that is refused as a whole."""


def parse_pack(text: str) -> Pack:
    """Read a pack.

    Args:
        text: TOML.

    Raises:
        RulePackError: no TOML, an unknown key or word, a contradiction, or a demand without a source.
    """
    try:
        pack = convert_tables(read_tables(text), Pack, text, _WORDS)
    except TableError as error:
        raise RulePackError(error.reason, error.path, error.line) from None
    for path, reason in _contradictions(pack):
        raise RulePackError(reason, path, line_of(text, path))
    return pack


def _contradictions(pack: Pack) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what does not go together, with its place."""
    span = pack.pack.in_force
    if span.to is not None and span.to < span.from_:
        yield ("pack", "in_force"), f"ends on {span.to}, before it begins on {span.from_}"
    for name in ("title", "note"):
        yield from _missing_languages(("pack", name), getattr(pack.pack, name))
    for name, texts in pack.notices.items():
        yield from _missing_languages(("notices", name), texts)
    for name, service in pack.service.items():
        yield from _service_contradictions(pack, ("service", name.value), service)
    yield from _person_contradictions(pack)
    yield from _risk_contradictions(pack.risk)
    yield from _unsourced(pack)


def _missing_languages(path: tuple[str, ...], texts: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    for language in _LANGUAGES:
        if language not in texts:
            yield path, f"has no text in {language}"


def _service_contradictions(
    pack: Pack, path: tuple[str, ...], service: Service
) -> Iterator[tuple[tuple[str, ...], str]]:
    if not service.numbers:
        yield (*path, "numbers"), "names no kind of number: nothing could be sold"
    if service.needs_person and not (pack.person.documents or pack.person.documents_online):
        yield (*path, "needs_person"), "asks for a verified person, but [person] names no document"
    elif service.needs_person:
        for channel in service.channels:
            if not any(pack.person.documents_for(group, channel) for group in Group):
                reason = "is a channel, but [person] names no document for it: nobody could be served"
                yield (*path, "channels"), f"{channel.value} {reason}"


def _person_contradictions(pack: Pack) -> Iterator[tuple[tuple[str, ...], str]]:
    person: Person = pack.person
    channels = {
        channel for service in pack.service.values() for channel in service.channels or tuple(Channel)
    }
    if Channel.ONLINE in channels and Assurance.IN_PERSON in person.assurance_for(Channel.ONLINE):
        yield (
            ("person", "assurance"),
            "in-person cannot be met online: say assurance_online, or leave the channel out",
        )
    for group, kinds in (*person.documents.items(), *person.documents_online.items()):
        if not kinds:
            yield ("person", "documents", group.value), "names no document: leave the group out instead"
    if person.minor.needs and not person.minor.below:
        yield ("person", "minor"), "says what minors bring, but not below which age"
    if person.minor.below and not person.minor.needs:
        yield ("person", "minor"), "says below which age, but not what minors bring"
    if person.agent.needs and not person.agent.allowed:
        yield ("person", "agent"), "says what an agent brings, but allows none"


def _risk_contradictions(risk: Risk) -> Iterator[tuple[tuple[str, ...], str]]:
    if risk.reverify is not None and not risk.reverify.triggers:
        yield ("risk", "reverify"), "names nothing that makes anybody verify again"
    if risk.after_reissue is not None and not risk.after_reissue.blocks:
        yield ("risk", "after_reissue"), "names nothing that has to wait"
    if not risk.step_up_from <= risk.hold_from <= risk.refuse_from:
        yield ("risk",), "step_up_from, hold_from and refuse_from must rise in this order"


def _unsourced(pack: Pack) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield demands that nobody is named for, and sources that are not there."""
    tables: list[tuple[tuple[str, ...], Any]] = [
        (("service", name.value), service) for name, service in pack.service.items()
    ]
    tables += [((name,), getattr(pack, name)) for name in ("person", "limits", "risk", "retention")]
    for path, table in tables:
        fields = [field.encode_name for field in msgspec.structs.fields(table)]
        fields = [name for name in fields if name not in {"source", "source_of"}]
        named = [((*path, "source"), key) for key in table.source]
        for field, keys in table.source_of.items():
            place = (*path, "source_of", field)
            if field not in fields:
                close = get_close_matches(field, fields, 1)
                asked = f"; did you mean {close[0]}?" if close else ""
                yield place, f"there is no field {field} here{asked}"
            named += [(place, key) for key in keys]
        for place, key in named:
            if key not in pack.sources:
                known = ", ".join(pack.sources) or "none"
                yield place, f"{key} is not in [sources]; there is {known}"
        if not table.source and asks(table):
            yield path, 'asks something and names no source: say source = ["…"]'
