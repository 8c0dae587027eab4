"""Writing a rule pack as TOML: whoever needs a pack of his own begins with one that is there.

What a pack does not say is not written. ``parse_pack`` reads the same pack again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import msgspec

from openesim.conditions.rules.pack import Pack

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LOOSE: Final = ("sources", "service", "notices", "person")
"""Tables whose own tables have headers."""

_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def write_pack(pack: Pack) -> str:
    """Return a pack as TOML."""
    lines: list[str] = []
    for name, table in _said(pack).items():
        lines += [*_table((name,), table), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(path: tuple[str, ...], table: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a table, those of its own tables behind it."""
    inner = {name: each for name, each in table.items() if path[0] in _LOOSE and _has_header(path, each)}
    if path[0] != "service" or len(path) > 1 or not inner:
        yield f"[{'.'.join(map(_key, path))}]"
    for name, value in table.items():
        if name not in inner:
            yield f"{_key(name)} = {_value(value)}"
    for name, value in inner.items():
        if name != next(iter(inner)) or path != ("service",):
            yield ""
        yield from _table((*path, name), value)


def _has_header(path: tuple[str, ...], value: Any) -> bool:
    is_documents = path == ("person",) and isinstance(value, dict) and any(map(_is_list, value.values()))
    return isinstance(value, dict) and (path == ("service",) or is_documents)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _said(pack: Pack) -> dict[str, Any]:
    """Return what a pack says, as plain values; what stands at its default is left out."""
    said: dict[str, Any] = _plain(pack)
    said["service"] = said.get("service", {})
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        told = ((each, getattr(value, each.name)) for each in msgspec.structs.fields(value))
        return {each.encode_name: _plain(one) for each, one in told if each.required or one != _default(each)}
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value


def _default(each: msgspec.structs.FieldInfo) -> Any:
    if each.default_factory is not msgspec.NODEFAULT:
        return each.default_factory()
    return each.default


def _value(value: Any) -> str:
    """Return a value as TOML has it, in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(map(_letter, value)) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _letter(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    is_control = ord(letter) < ord(" ") or letter == "\x7f"
    return f"\\u{ord(letter):04x}" if is_control else letter


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)
