"""Reads TOML against a schema of msgspec structs, and tells everything that is wrong with it, by line and field.

The schema is the one place where a field is described: its type says what is allowed, the ``Attributes`` of its
section's docstring what it is for.
"""

from __future__ import annotations

import difflib
import inspect
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from openesim.kernel.errors import ConfigError

T = TypeVar("T", bound=msgspec.Struct)

_LINE_OF_FAULT = re.compile(r" \(at line (\d+), column \d+\)$")
_HEADER = re.compile(r"\s*\[\[?\s*([^]]+?)\s*\]\]?\s*(#.*)?")
_KEY = re.compile(r"""\s*(["']?)([A-Za-z0-9_-]+)\1\s*[.=]""")
_SECTION_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_ATTRIBUTE = re.compile(r"^    (\w+): ")


class Text(str):  # noqa: SLOT000 (a handful a process)
    """Text of a certain form, as a type of the schema.

    Attributes:
        ALLOWED: what it has to be, for people.
        EXAMPLE: one.
    """

    ALLOWED = "text"
    EXAMPLE = ""

    @classmethod
    def parse(cls, text: str, _folder: Path) -> Text:
        """Return the text, if it is of that form.

        Args:
            text: as it stands in the file.
            _folder: of the file: relative paths begin there.

        Raises:
            ValueError: what is wrong.
        """
        return cls(text)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a configuration.

    Attributes:
        field: such as ``[serve] es9``; empty where it is about the whole file.
        message: what is wrong, and what is allowed.
        line: in the file, from 1; None where no line can be named.
    """

    field: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        """Write field and message."""
        return f"{self.field}: {self.message}" if self.field else self.message


def read_text(path: Path) -> str:
    """Return the text of a configuration file.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not text in UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def parse_text(text: str, schema: type[T], path: Path) -> tuple[T | None, list[Fault]]:
    """Return what a text says, or everything that is wrong with it.

    Args:
        text: TOML.
        schema: the whole file as a struct, whose fields are its sections.
        path: of the file: relative paths begin in its folder.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _LINE_OF_FAULT.search(str(error))
        message = _LINE_OF_FAULT.sub("", str(error)).removesuffix(" (at end of document)")
        line = int(place[1]) if place else len(text.splitlines())
        return None, [Fault("", f"this is not TOML: {message}", line)]
    folder = path.absolute().parent
    lines = _lines_of(text)
    faults = list(_find_faults(values, schema, (), folder))
    if faults:
        return None, [Fault(_name(way), message, _line(lines, way)) for way, message in faults]
    return _convert(values, schema, folder), []


def parse_value(value: object, annotation: object, folder: Path) -> Any:
    """Return one value in the type of its field.

    Raises:
        ValueError: what is wrong, and what is allowed.
    """
    try:
        return _convert(value, annotation, folder)
    except msgspec.ValidationError as error:
        raise ValueError(_explain(error, annotation)) from None


def fields_of(schema: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Return the fields of a section."""
    return msgspec.structs.fields(schema)


def descriptions_of(schema: type[msgspec.Struct]) -> dict[str, str]:
    """Return what the docstring of a section tells about its fields."""
    found: dict[str, str] = {}
    name = ""
    _, _, attributes = inspect.cleandoc(schema.__doc__ or "").partition("\nAttributes:\n")
    for line in attributes.splitlines():
        if start := _ATTRIBUTE.match(line):
            name = start[1]
            found[name] = line[start.end() :]
        elif name and line.startswith("     "):
            found[name] += " " + line.strip()
        else:
            name = ""
    return found


def section_of(annotation: object) -> type[msgspec.Struct] | None:
    """Return the struct that a field holds, None if it holds a value."""
    kind = msgspec.inspect.type_info(annotation)
    kinds = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    return next((each.cls for each in kinds if isinstance(each, msgspec.inspect.StructType)), None)


def named_section_of(annotation: object) -> type[msgspec.Struct] | None:
    """Return the struct that a field holds any number of, each in a section with a name; None if it holds another thing."""
    kind = msgspec.inspect.type_info(annotation)
    inner = kind.value_type if isinstance(kind, msgspec.inspect.DictType) else None
    return inner.cls if isinstance(inner, msgspec.inspect.StructType) else None


def allowed(annotation: object) -> str:
    """Return what may stand in a field, for people."""
    return _allowed(msgspec.inspect.type_info(annotation))


def example_of(annotation: object) -> str:
    """Return what a field might hold that has no default, as TOML has it."""
    kind = msgspec.inspect.type_info(annotation)
    kinds = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    plain = [each.type if isinstance(each, msgspec.inspect.Metadata) else each for each in kinds]
    match next(each for each in plain if not isinstance(each, msgspec.inspect.NoneType)):
        case msgspec.inspect.IntType(ge=ge):
            return str(ge or 1)
        case msgspec.inspect.FloatType(ge=ge):
            return repr(float(ge or 1))
        case msgspec.inspect.BoolType():
            return "true"
        case msgspec.inspect.CustomType(cls=cls) if issubclass(cls, Text):
            return f'"{cls.EXAMPLE}"'
        case msgspec.inspect.LiteralType(values=values):
            return f'"{values[0]}"'
        case msgspec.inspect.ListType() | msgspec.inspect.VarTupleType():
            return "[]"
        case msgspec.inspect.DictType():
            return "{}"
        case _:
            return '""'


def is_secret(annotation: object) -> bool:
    """Tell whether a value is not to be shown: its type says ``Meta(extra={"secret": True})``."""
    kind = msgspec.inspect.type_info(annotation)
    return isinstance(kind, msgspec.inspect.Metadata) and bool((kind.extra or {}).get("secret"))


def _allowed(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.Metadata():
            return _allowed(kind.type)
        case msgspec.inspect.UnionType():
            kinds = [each for each in kind.types if not isinstance(each, msgspec.inspect.NoneType)]
            return " or ".join(map(_allowed, kinds))
        case msgspec.inspect.BoolType():
            return "true or false"
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            return _allowed_number(kind)
        case msgspec.inspect.LiteralType() | msgspec.inspect.EnumType():
            return "one of " + ", ".join(f'"{each}"' for each in _choices(kind))
        case msgspec.inspect.ListType() | msgspec.inspect.VarTupleType():
            return f"a list: {_allowed(kind.item_type)}"
        case msgspec.inspect.CustomType() if kind.cls is Path:
            return "a path"
        case msgspec.inspect.CustomType() if issubclass(kind.cls, Text):
            return kind.cls.ALLOWED
        case msgspec.inspect.StructType():
            return "a section"
        case msgspec.inspect.DictType():
            return f"a table of names, and for each {_allowed(kind.value_type)}"
        case _:
            return "text"


def _choices(kind: msgspec.inspect.LiteralType | msgspec.inspect.EnumType) -> list[str]:
    if isinstance(kind, msgspec.inspect.EnumType):
        return [str(each.value) for each in kind.cls]
    return [str(each) for each in kind.values]


def _allowed_number(kind: msgspec.inspect.IntType | msgspec.inspect.FloatType) -> str:
    words = "a whole number" if isinstance(kind, msgspec.inspect.IntType) else "a number"
    if kind.ge is not None and kind.le is not None:
        return f"{words} from {kind.ge} to {kind.le}"
    if kind.gt is not None:
        return f"{words} above {kind.gt}"
    return words if kind.ge is None else f"{words}, {kind.ge} or more"


def _find_faults(
    values: dict[str, Any], schema: type[msgspec.Struct], way: tuple[str, ...], folder: Path
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Find what is wrong in a section and in those below it."""
    known = {each.encode_name: each for each in fields_of(schema)}
    for name, value in values.items():
        field = known.get(name)
        here = (*way, name)
        if field is None:
            yield here, _unknown(name, list(known), is_section=isinstance(value, dict))
            continue
        section = section_of(field.type)
        if section is not None:
            if isinstance(value, dict):
                yield from _find_faults(value, section, here, folder)
            else:
                yield here, "this is a section, and no value"
            continue
        named = named_section_of(field.type)
        if named is not None:
            yield from _find_named_faults(value, named, here, folder)
            continue
        try:
            parse_value(value, field.type, folder)
        except ValueError as error:
            yield here, str(error)
    yield from (
        ((*way, name), f"is missing; {allowed(field.type)}")
        for name, field in known.items()
        if field.required and name not in values
    )


def _find_named_faults(
    values: object, schema: type[msgspec.Struct], way: tuple[str, ...], folder: Path
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Find what is wrong in sections with names."""
    if not isinstance(values, dict):
        yield way, f"here are sections, such as [{'.'.join(way)}.NAME]"
        return
    for name, value in values.items():
        here = (*way, name)
        if not _SECTION_NAME.fullmatch(name):
            yield here, "a name has 1 to 32 small letters, digits and -"
        elif isinstance(value, dict):
            yield from _find_faults(value, schema, here, folder)
        else:
            yield here, f"this is a section, [{'.'.join(here)}], and no value"


def _explain(error: msgspec.ValidationError, annotation: object) -> str:
    """Return what is wrong with a value."""
    # What a type of ours says is better than what the reader says of types.
    cause = error.__cause__
    if isinstance(cause, ValueError) and not isinstance(cause, msgspec.ValidationError):
        return str(cause)
    return f"has to be {allowed(annotation)}"


def _unknown(name: str, known: list[str], *, is_section: bool) -> str:
    """Return what to say about a name that is not in the schema."""
    close = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1)
    kind = "section" if is_section else "setting"
    if close:
        return f"there is no such {kind}; did you mean {close[0]}?"
    return f"there is no such {kind}; known are: {', '.join(known)}"


def _convert(value: Any, kind: Any, folder: Path) -> Any:
    """Return a value in its type.

    Raises:
        msgspec.ValidationError: it is not of that type.
    """

    def read(wanted: type[Any], given: object) -> object:
        if not isinstance(given, str):
            raise ValueError(f"has to be text, not {type(given).__name__}")  # noqa: TRY004 (becomes ValidationError)
        if wanted is Path:
            return folder / given
        if issubclass(wanted, Text):
            return wanted.parse(given, folder)
        raise NotImplementedError(wanted)

    return msgspec.convert(value, kind, dec_hook=read)


def _name(way: tuple[str, ...]) -> str:
    """Return the name of a field for people."""
    if len(way) == 1:
        return f"[{way[0]}]"
    return f"[{'.'.join(way[:-1])}] {way[-1]}"


def _lines_of(text: str) -> dict[tuple[str, ...], int]:
    """Return where sections and fields stand; what is written in an unusual way is not found."""
    found: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.fullmatch(line):
            section = tuple(part.strip(" \"'") for part in header[1].split("."))
            found.setdefault(section, number)
        elif key := _KEY.match(line):
            found.setdefault((*section, key[2]), number)
    return found


def _line(lines: dict[tuple[str, ...], int], way: tuple[str, ...]) -> int | None:
    """Return the line of a field, or that of its section."""
    return lines.get(way) or lines.get(way[:-1])
