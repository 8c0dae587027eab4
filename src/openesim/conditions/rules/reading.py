"""Reading a rule pack: a pack is taken as a whole, or refused as a whole with the line and the reason.

The order of what is looked at: is it TOML, does every key exist and hold what it may, does it agree with itself, does
every demand name its source.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, get_type_hints

import msgspec

from openesim.conditions.rules import words
from openesim.conditions.rules.asking import asks
from openesim.conditions.rules.pack import Pack, Person, Service
from openesim.conditions.rules.words import Assurance, Channel
from openesim.kernel.errors import DecodeError

_LANGUAGES = ("en", "zh")
_WORDS = [
    word.value
    for kind in vars(words).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum)
    for word in kind
]
_PATH = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`$")
_PART = re.compile(r"\[\.\.\.\]|[^.\[\]]+")
_ANY = "*"
"""Stands in a path for a key that the message does not name."""

_UNKNOWN_WORD = re.compile(r"Invalid enum value '(?P<word>[^']*)'")
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<name>[^`]+)`")
_HEADER = re.compile(r"\s*\[+\s*(?P<name>[^\]]+?)\s*\]+")
_KEY = re.compile(r"\s*(?P<name>[A-Za-z0-9_\"'.-]+?)\s*=")
_AT_LINE = re.compile(r"\(at line (?P<line>\d+)")


class RulePackError(DecodeError):
    """A rule pack that is refused as a whole.

    Attributes:
        line: where, counted from 1; None where no line can be named.
    """

    def __init__(self, reason: str, path: tuple[str, ...] = (), line: int | None = None) -> None:
        """Keep reason, place and line."""
        super().__init__(reason, path)
        self.line = line

    def __str__(self) -> str:
        """Say where and what, in one line."""
        at = "" if self.line is None else f"line {self.line}: "
        return at + super().__str__()


def parse_pack(text: str) -> Pack:
    """Read a pack.

    Args:
        text: TOML.

    Raises:
        RulePackError: no TOML, an unknown key or word, a contradiction, or a demand without a source.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        raise RulePackError(
            f"this is not TOML: {error}", line=int(found["line"]) if found else None
        ) from None
    try:
        pack = msgspec.convert(tables, Pack, strict=True)
    except msgspec.ValidationError as error:
        raise _explained(error, text) from None
    for path, reason in _contradictions(pack):
        raise RulePackError(reason, path, _line_of(text, path))
    return pack


def _explained(error: msgspec.ValidationError, text: str) -> RulePackError:
    """Return what is wrong with the shape of a pack, with its place."""
    message = str(error)
    found = _PATH.search(message)
    path = tuple(_ANY if part == "[...]" else part for part in _PART.findall(found["path"])) if found else ()
    reason = message[: found.start()] if found else message
    unknown = _UNKNOWN_FIELD.search(reason)
    if unknown:
        name = unknown["name"]
        path = (*path, name)
        close = get_close_matches(name, _names_at(path[:-1]), 1)
        reason = f"there is no such key; did you mean {close[0]}?" if close else "there is no such key"
    word = _UNKNOWN_WORD.search(reason)
    if word:
        reason = f"{word['word']} is not a word that is known here"
        close = get_close_matches(word["word"], _WORDS, 1)
        reason += f"; did you mean {close[0]}?" if close else ""
    return RulePackError(reason, path, _line_of(text, path, word["word"] if word else ""))


def _names_at(path: tuple[str, ...]) -> list[str]:
    """Return the keys that a table may have."""
    kind: Any = Pack
    for name in path:
        hint = get_type_hints(kind).get(name) if isinstance(kind, type) else None
        arguments = [each for each in getattr(hint, "__args__", ()) if _is_table(each)]
        kind = hint if _is_table(hint) else (arguments[-1] if arguments else kind)
    return [field.encode_name for field in msgspec.structs.fields(kind)] if _is_table(kind) else []


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _line_of(text: str, path: tuple[str, ...], word: str = "") -> int | None:
    """Return the line that says what stands at a path: the key itself, or the nearest table that it is in.

    Args:
        text: the pack.
        path: keys from the outermost in; some are not known.
        word: what stands in the line, if that is known.
    """
    best: tuple[int, bool] = (0, False)
    best_line: int | None = None
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.fullmatch(line.split("#")[0].rstrip() or " "), _KEY.match(line)
        if header:
            table = tuple(part.strip("\"' ") for part in header["name"].split("."))
            place = table
        elif key:
            place = (*table, *(part.strip("\"' ") for part in key["name"].split(".")))
        else:
            continue
        is_on_the_way = all(known in {own, _ANY} for known, own in zip(path, place, strict=False))
        rank = (len(place), bool(word) and word in line)
        if is_on_the_way and len(place) <= len(path) and rank > best:
            best, best_line = rank, number
    return best_line


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
    if person.agent.needs and not person.agent.allowed:
        yield ("person", "agent"), "says what an agent brings, but allows none"
    risk = pack.risk
    if not risk.step_up_from <= risk.hold_from <= risk.refuse_from:
        yield ("risk",), "step_up_from, hold_from and refuse_from must rise in this order"


def _unsourced(pack: Pack) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield demands that nobody is named for, and sources that are not there."""
    tables: list[tuple[tuple[str, ...], Any]] = [
        (("service", name.value), service) for name, service in pack.service.items()
    ]
    tables += [((name,), getattr(pack, name)) for name in ("person", "limits", "risk", "retention")]
    for path, table in tables:
        for key in table.source:
            if key not in pack.sources:
                known = ", ".join(pack.sources) or "none"
                yield (*path, "source"), f"{key} is not in [sources]; there is {known}"
        if not table.source and asks(table):
            yield path, 'asks something and names no source: say source = ["…"]'
