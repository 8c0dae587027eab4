"""The configuration, written: an example with every setting, the page of the documentation, and what holds now."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from openesim.apps.config import CONFIG_FILE, Config
from openesim.apps.config_text import (
    allowed,
    descriptions_of,
    example_of,
    fields_of,
    is_secret,
    named_section_of,
    section_of,
)

MASK = "***"
_WIDTH = 110
_NAME = "NAME"  # stands for the name of a section that there may be any number of
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PASSWORD = re.compile(
    r"(?P<before>password=|//[^/@:]*:)(?P<word>'[^']*'|[^\s&@]+)(?=@|\s|&|$)", re.IGNORECASE
)


def example() -> str:
    """Return a file with every section and setting, all of them commented out."""
    lines = [
        f"# {CONFIG_FILE}: the configuration of OpenESIM. What begins with # does not count: it shows the default, or an",
        "# example where nothing is set. What is said on the command line goes before. Relative paths begin in the folder",
        "# of this file.",
    ]
    for name, section, path in _sections(Config):
        lines += ["", f"# {_summary(section)}", f"[{name}]" if _is_table(path) else f"# [{name}]"]
        told = descriptions_of(section)
        # What stands below a header that is a comment is one in any case.
        mark = "# " if _is_table(path) else "#   "
        for field in _values(section):
            lines.append("")
            lines += _wrapped(f"{_plain(told.get(field.encode_name, ''))} It is {allowed(field.type)}.")
            default = _default(field)
            missing = "needed" if field.required else "not set"
            written = f"{example_of(field.type)}  # {missing}" if default is None else _written(default)
            lines.append(f"{mark}{field.encode_name} = {written}")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return docs/configuration.md."""
    lines = [
        "# The configuration file",
        "",
        "Made from the schema in `apps/config.py` by `make conformance`; do not edit.",
        "",
        f"`{CONFIG_FILE}` lies in the data folder, or anywhere: `--data` names the folder or the file, and the variable",
        "`OPENESIM_DATA` stands for `--data` where it is not said. A folder without a file is one laboratory on SQLite.",
        "What is said on the command line goes before what stands in the file. Relative paths begin in the folder of the",
        "file.",
        "",
        "```",
        "openesim config example > openesim.toml     # every setting, with what it is for",
        "openesim config check openesim.toml         # is it well written, and is everything there that it names?",
        "openesim config show                        # what holds now, and where it comes from; secrets masked",
        "```",
    ]
    for name, section, _ in _sections(Config):
        lines += [
            "",
            f"## [{name}]",
            "",
            _summary(section),
            "",
            "| setting | allowed | default | |",
            "|---|---|---|---|",
        ]
        told = descriptions_of(section)
        for field in _values(section):
            default = _written(_default(field))
            lines.append(
                f"| `{field.encode_name}` | {_cell(allowed(field.type))} | {f'`{default}`' if default else ''} "
                f"| {_cell(told.get(field.encode_name, ''))} |"
            )
    return "\n".join(lines) + "\n"


def show(config: Config, told: dict[str, Any]) -> str:
    """Return what holds, as TOML, each line with where it comes from.

    Args:
        config: as it was read.
        told: what stands in the file, as TOML has it.
    """
    lines: list[str] = []
    for name, section, path in _held_sections(config):
        value: Any = config
        given: Any = told
        for part in path:
            value = _inner(value, part)
            given = given.get(part, {}) if isinstance(given, dict) else {}
        if value is None:
            continue
        rows = [(field, getattr(value, field.name)) for field in _plain_values(section)]
        lines += ["", f"[{name}]"]
        for field, each in rows:
            origin = "" if field.encode_name in given else "  # default"
            if each is None:
                lines.append(f"# {field.encode_name} is not set")
            else:
                lines.append(f"{field.encode_name} = {_masked(field, each)}{origin}")
    return "\n".join(lines[1:]) + "\n"


def masked_values(config: Config) -> dict[str, Any]:
    """Return what holds as values for JSON, secrets masked."""
    found: dict[str, Any] = {}
    for _, section, path in _held_sections(config):
        value: Any = config
        place = found
        for part in path:
            value = _inner(value, part)
            place = place.setdefault(part, {})
        for field in _plain_values(section):
            each = getattr(value, field.name, None)
            place[field.encode_name] = _plain_value(MASK if each and is_secret(field.type) else each)
    return found


def without_password(text: str) -> str:
    """Return a connection string with a mask in the place of the password."""
    return _PASSWORD.sub(rf"\g<before>{MASK}", text)


def _plain_value(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain_value(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain_value(each) for name, each in value.items()}
    if isinstance(value, msgspec.Struct):
        return {name: _plain_value(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, bool | int | float) or value is None:
        return value
    return without_password(str(value))


def _sections(
    schema: type[msgspec.Struct], path: tuple[str, ...] = ()
) -> Iterator[tuple[str, type[msgspec.Struct], tuple[str, ...]]]:
    """Yield every section with its name and the way to it, the outer ones first."""
    for field in fields_of(schema):
        section, named = section_of(field.type), named_section_of(field.type)
        here = (*path, field.encode_name)
        if section is not None:
            yield ".".join(here), section, here
            yield from _sections(section, here)
        elif named is not None:
            yield ".".join((*here, _NAME)), named, (*here, _NAME)


def _held_sections(config: Config) -> Iterator[tuple[str, type[msgspec.Struct], tuple[str, ...]]]:
    """Yield every section that a configuration has, those with names by their names."""
    for name, section, path in _sections(Config):
        if path[-1] != _NAME:
            yield name, section, path
            continue
        there: Any = config
        for part in path[:-1]:
            there = _inner(there, part)
        for each in there or ():
            yield ".".join((*path[:-1], each)), section, (*path[:-1], each)


def _inner(value: Any, part: str) -> Any:
    """Return what a section or a table of sections has under a name; None where it has nothing."""
    return value.get(part) if isinstance(value, dict) else getattr(value, part, None)


def _plain_values(section: type[msgspec.Struct]) -> list[msgspec.structs.FieldInfo]:
    """Return the fields of a section that hold neither a section nor sections with names."""
    return [field for field in _values(section) if named_section_of(field.type) is None]


def _values(section: type[msgspec.Struct]) -> list[msgspec.structs.FieldInfo]:
    """Return the fields of a section that hold values."""
    return [field for field in fields_of(section) if section_of(field.type) is None]


def _is_table(path: tuple[str, ...]) -> bool:
    """Tell whether a section may stand there without changing anything: an optional one is switched on by its header."""
    if path[-1] == _NAME:
        return False
    schema: Any = Config
    for part in path:
        field = next(each for each in fields_of(schema) if each.encode_name == part)
        if field.default is None:
            return False
        schema = section_of(field.type)
    return True


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None if field.default is msgspec.NODEFAULT else field.default


def _written(value: Any) -> str:
    """Return a value as TOML has it; nothing for none."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case tuple() | list():
            return "[" + ", ".join(map(_written, value)) + "]"
        case dict():
            return (
                f"{{ {', '.join(f'{_key(name)} = {_written(each)}' for name, each in value.items())} }}"
                if value
                else "{}"
            )
        case Path() | str():
            return msgspec.json.encode(str(value)).decode()
        case _:
            return msgspec.json.encode(msgspec.to_builtins(value, enc_hook=str)).decode()


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else msgspec.json.encode(name).decode()


def _masked(field: msgspec.structs.FieldInfo, value: Any) -> str:
    if is_secret(field.type):
        return f'"{MASK}"'
    return _written(without_password(value) if isinstance(value, str) else value)


def _summary(section: type[msgspec.Struct]) -> str:
    """Return what a section is for."""
    text, _, _ = inspect.cleandoc(section.__doc__ or "").partition("\n\nAttributes:")
    return _plain(" ".join(text.split()))


def _plain(text: str) -> str:
    """Return a sentence that begins with a capital and ends with a full stop, without marks of code."""
    text = text.replace("``", "")
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|").rstrip(".")


def _wrapped(text: str) -> list[str]:
    """Return a comment in lines."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 3 > _WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}"
    return [f"#{line}" for line in lines]
