"""Data of ours in TOML: read into their types, or refused with the line, the place and the reason.

Rule packs are read with it, and the checklists of ``licensing``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final, TypeVar, get_type_hints

import msgspec
from msgspec import inspect

from openesim.conditions.rules.reasons import in_chinese
from openesim.kernel.errors import DecodeError

T = TypeVar("T")
Path = tuple[str, ...]

_PATH = re.compile(r" - at (?P<key>`key` in )?`\$\.?(?P<path>[^`]*)`$")
_PART = re.compile(r"\[\.\.\.\]|[^.\[\]]+")
_ANY = "*"
"""Stands in a path for a key that the message does not name."""

_UNKNOWN_WORD = re.compile(r"Invalid enum value '(?P<word>[^']*)'")
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<name>[^`]+)`")
_PATTERN = re.compile(r"Expected `str` matching regex '(?P<pattern>.*)'")
_HEADER = re.compile(r"\s*\[+\s*(?P<name>[^\]]+?)\s*\]+")
_KEY = re.compile(r"\s*(?P<name>[A-Za-z0-9_\"'.-]+?)\s*=")
_LONGEST_KEY = 500
_AT_LINE = re.compile(r"\(at line (?P<line>\d+)")


NAME: Final = "^[a-z0-9][a-z0-9-]{0,63}$"
LANGUAGE: Final = "^[a-z]{2}$"
COUNTRY: Final = "^[A-Z]{2}$"
VERSION: Final = "^[0-9A-Za-z.-]{1,32}$"
OFFSET: Final = "^[+-](0[0-9]|1[0-4]):[0-5][0-9]$"

MEANINGS: Final = {
    NAME: "a name of small letters, digits and -",
    LANGUAGE: "a language in two small letters, such as en",
    COUNTRY: "a country in two capital letters, such as CN; ZZ is none",
    VERSION: "a version of at most 32 letters, digits, . and -",
    OFFSET: "an offset from UTC, such as +08:00",
}
"""What patterns mean to people."""


class TableError(DecodeError):
    """Data that are refused as a whole.

    Attributes:
        line: where, counted from 1; None where no line can be named.
    """

    def __init__(self, reason: str, path: Path = (), line: int | None = None) -> None:
        """Keep reason, place and line."""
        super().__init__(reason, path)
        self.line = line

    def __str__(self) -> str:
        """Say where and what, in one line."""
        at = "" if self.line is None else f"line {self.line}: "
        return at + super().__str__()

    def told(self, language: str = "en") -> str:
        """Say where and what, in one line and a language: ``en`` or ``zh``; any other is English."""
        if language != "zh":
            return str(self)
        place = ([] if self.line is None else [f"第 {self.line} 行"]) + (
            [".".join(self.path)] if self.path else []
        )
        return "：".join((*place, in_chinese(self.reason)))


def read_tables(text: str) -> dict[str, Any]:
    """Return the tables of a text.

    Raises:
        TableError: it is no TOML.
    """
    try:
        text.encode()
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found["line"]) if found else text.rstrip("\n").count("\n") + 1
        raise TableError(f"this is not TOML: {error}", line=line) from None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise TableError("holds characters that are none", line=line) from None
    except (RecursionError, ValueError):
        raise TableError("is nested too deeply, or holds a number that is too long", line=1) from None


def convert_tables(tables: Any, kind: type[T], text: str, words: Sequence[str], path: Path = ()) -> T:
    """Return tables as a value of their type.

    Args:
        tables: what ``read_tables`` gave, or a part of it.
        kind: a struct.
        text: all of the TOML, to find lines in.
        words: those that may stand for an unknown one.
        path: where the part stands.

    Raises:
        TableError: a key or word that is not known, one that is missing, or a value that is none.
    """
    try:
        converted = msgspec.convert(tables, kind, strict=True)
    except msgspec.ValidationError as error:
        raise _explained(str(error), kind, text, words, path, tables) from None
    for found, pattern in _line_ends(inspect.type_info(kind), tables, ()):
        place = (*path, *found)
        raise TableError(f"has to be {MEANINGS.get(pattern, pattern)}", place, line_of(text, place))
    return converted


def _line_ends(kind: inspect.Type, value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield places and patterns of texts that end with their line: the ``$`` of a pattern lets that pass.

    Patterns are published as JSON Schema, which knows no other end, so this is looked at behind them.
    """
    match kind:
        case inspect.StrType(pattern=str() as pattern) if isinstance(value, str) and value.endswith("\n"):
            yield path, pattern
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            for field in fields:
                if field.encode_name in value:
                    yield from _line_ends(field.type, value[field.encode_name], (*path, field.encode_name))
        case inspect.DictType(key_type=of_key, value_type=of_value) if isinstance(value, dict):
            for key, each in value.items():
                yield from _line_ends(of_key, key, (*path, key))
                yield from _line_ends(of_value, each, (*path, key))
        case inspect.VarTupleType(item_type=of_item) | inspect.ListType(item_type=of_item) if isinstance(
            value, list
        ):
            for each in value:
                yield from _line_ends(of_item, each, path)
        case inspect.UnionType(types=types):
            for each in types:
                yield from _line_ends(each, value, path)


def _explained(
    message: str, kind: type, text: str, words: Sequence[str], outer: Path, tables: Any
) -> TableError:
    """Return what is wrong with the shape of tables, with its place."""
    found = _PATH.search(message)
    path = tuple(_ANY if part == "[...]" else part for part in _PART.findall(found["path"])) if found else ()
    reason = message[: found.start()] if found else message
    if unknown := _UNKNOWN_FIELD.search(reason):
        name = unknown["name"]
        close = get_close_matches(name, _names_at(kind, path), 1)
        path = (*path, name)
        reason = f"there is no such key; did you mean {close[0]}?" if close else "there is no such key"
    word = _UNKNOWN_WORD.search(reason)
    if word:
        reason = f"{word['word']} is not a word that is known here"
        close = get_close_matches(word["word"], words, 1)
        reason += f"; did you mean {close[0]}?" if close else ""
        path = (*path, word["word"]) if found and found["key"] else path
    elif pattern := _PATTERN.fullmatch(reason):
        path = _odd_key(tables, path, pattern["pattern"]) if found and found["key"] else path
        reason = f"has to be {MEANINGS.get(pattern['pattern'], pattern['pattern'])}"
    place = (*outer, *path)
    return TableError(reason, place, line_of(text, place, word["word"] if word else ""))


def _odd_key(tables: Any, path: Path, pattern: str) -> Path:
    """Return the place of a key that is not as a pattern has it."""
    if not path:
        odd = (
            next((key for key in tables if not re.search(pattern, key)), None)
            if isinstance(tables, dict)
            else None
        )
        return () if odd is None else (odd,)
    inner = tables if isinstance(tables, dict) else {}
    for name in inner if path[0] == _ANY else [path[0]]:
        if found := _odd_key(inner.get(name), path[1:], pattern):
            return (name, *found)
    return path


def _names_at(kind: Any, path: Path) -> list[str]:
    """Return the keys that a table may have."""
    for name in path:
        hint = get_type_hints(kind).get(name) if isinstance(kind, type) else None
        arguments = [each for each in getattr(hint, "__args__", ()) if _is_table(each)]
        kind = hint if _is_table(hint) else (arguments[-1] if arguments else kind)
    return [field.encode_name for field in msgspec.structs.fields(kind)] if _is_table(kind) else []


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def line_of(text: str, path: Path, word: str = "") -> int:
    """Return the line that says what stands at a path: the key itself, or the nearest table that it is in, or the first.

    Args:
        text: TOML.
        path: keys from the outermost in; some are not known.
        word: what stands in the line, if that is known.
    """
    best: tuple[int, bool] = (0, False)
    best_line = 1
    table: Path = ()
    for number, whole in enumerate(text.split("\n"), start=1):
        line = whole[:_LONGEST_KEY]
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
