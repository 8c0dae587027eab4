"""Reading a checklist: it is taken as a whole, or refused as a whole with the line and the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from openesim.conditions.licensing.checklist import AnswerKind, Checklist, Demand, Item, Section
from openesim.conditions.rules.toml_tables import Path, TableError, convert_tables, line_of, read_tables
from openesim.conditions.rules.words import Reliability, ServiceClass

_LANGUAGES: Final = ("en", "zh")
_WORDS: Final = [word.value for kind in (ServiceClass, AnswerKind, Demand, Reliability) for word in kind]
_PARTS: Final[dict[str, type[Any]]] = {"section": Section, "item": Item}


class ChecklistError(TableError):
    """A checklist that is refused as a whole."""


def parse_checklist(text: str) -> Checklist:
    """Read a checklist.

    Args:
        text: TOML.

    Raises:
        ChecklistError: no TOML, an unknown key or word, a contradiction, or a text that lacks its twin.
    """
    try:
        tables = read_tables(text)
        _read_parts(tables, text)
        checklist = convert_tables(tables, Checklist, text, _WORDS)
    except TableError as error:
        raise ChecklistError(error.reason, error.path, error.line) from None
    for path, reason in _contradictions(checklist):
        raise ChecklistError(reason, path, line_of(text, path))
    return checklist


def _read_parts(tables: Mapping[str, Any], text: str) -> None:
    """Read every part by itself, so that what is wrong is told with the part's name.

    Raises:
        TableError: a part that is none.
    """
    for name, kind in _PARTS.items():
        parts = tables.get(name)
        if isinstance(parts, dict):
            for key, part in parts.items():
                convert_tables(part, kind, text, _WORDS, (name, key))


def _contradictions(checklist: Checklist) -> Iterator[tuple[Path, str]]:
    """Yield what does not go together, with its place."""
    heading = ("checklist",)
    yield from _missing_languages((*heading, "title"), checklist.checklist.title)
    yield from _missing_languages((*heading, "note"), checklist.checklist.note)
    for name, section in checklist.section.items():
        yield from _missing_languages(("section", name, "title"), section.title)
        if not checklist.items_of(name):
            yield ("section", name), "has no items"
    if not any(item.mandatory for item in checklist.item.values()):
        yield ("item",), "nothing is mandatory: anybody could be approved"
    for name, item in checklist.item.items():
        yield from _item_contradictions(checklist, ("item", name), item)


def _item_contradictions(checklist: Checklist, path: Path, item: Item) -> Iterator[tuple[Path, str]]:
    yield from _missing_languages((*path, "question"), item.question)
    if item.section not in checklist.section:
        known = ", ".join(checklist.section)
        yield (*path, "section"), f"there is no section {item.section}; there is {known}"
    if item.files is Demand.NONE and item.evidence:
        yield (*path, "evidence"), 'says what files are asked for: say files = "required" or "welcome"'
    if item.files is not Demand.NONE:
        yield from _missing_languages((*path, "evidence"), item.evidence)
    for key in item.source:
        if key not in checklist.sources:
            known = ", ".join(checklist.sources) or "none"
            yield (*path, "source"), f"{key} is not in [sources]; there is {known}"


def _missing_languages(path: Path, texts: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    for language in _LANGUAGES:
        if language not in texts:
            yield path, f"has no text in {language}"
