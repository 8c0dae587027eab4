"""Lists of others, read row by row: what an operator believes of his profiles, whom a network lets in."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from openesim.kernel.errors import ConfigError, DecodeError
from openesim.kernel.ids import Iccid, Imsi
from openesim.services.order_lines import OrderFileError, RowError
from openesim.services.reconciliation import Notebook, parse_belief, write_belief

_MOST_ERRORS: Final = 50
_ON: Final = {"on": "on", "1": "on", "true": "on", "yes": "on", "active": "on", "enabled": "on"}
_OFF: Final = {"off": "off", "0": "off", "false": "off", "no": "off", "inactive": "off", "disabled": "off"}

_Row = tuple[int, dict[str, Any]]


def note_beliefs(lines: Iterable[str], notes: Notebook, *, is_json: bool) -> int:
    """Note what an operator's list says and return how many profiles that is.

    Args:
        lines: CSV with the columns ``iccid``, ``state`` and perhaps ``eid``; or JSON, one object a line or one list.
        notes: where they go.
        is_json: which of the two.

    Raises:
        OrderFileError: rows that cannot be read.
        ConfigError: no such list.
    """
    rows = _json_rows(lines) if is_json else _csv_rows(lines, {"iccid", "state"})
    return _note(rows, notes, "iccid", _belief)


def note_network(lines: Iterable[str], notes: Notebook) -> int:
    """Note whom a network lets in and return how many subscribers that is.

    Args:
        lines: CSV with the columns ``imsi`` and ``state`` (on or off).
        notes: where they go.

    Raises:
        OrderFileError: rows that cannot be read.
        ConfigError: no such list.
    """
    return _note(_csv_rows(lines, {"imsi", "state"}), notes, "imsi", _switch)


def _belief(row: dict[str, Any]) -> tuple[str, str]:
    """Return ICCID and belief of a row."""
    text = _text(row, "iccid").rstrip("Ff")
    try:
        iccid = Iccid.parse(text)
    except DecodeError as error:
        raise error.within("iccid") from None
    eid = row.get("eid")
    return iccid, write_belief(parse_belief(_text(row, "state"), None if eid is None else str(eid)))


def _switch(row: dict[str, Any]) -> tuple[str, str]:
    """Return IMSI and state of a row."""
    try:
        imsi = Imsi.parse(_text(row, "imsi"))
    except DecodeError as error:
        raise error.within("imsi") from None
    state = (_ON | _OFF).get(_text(row, "state").lower())
    if state is None:
        raise DecodeError("a subscriber is on or off").within("state")
    return imsi, state


def _text(row: dict[str, Any], name: str) -> str:
    """Return a value that has to be there."""
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise DecodeError("missing").within(name)
    return value.strip()


def _note(rows: Iterator[_Row], notes: Notebook, key: str, read: Any) -> int:
    """Note every row, or tell all that cannot be read."""
    errors: list[RowError] = []
    count = 0
    for number, row in rows:
        try:
            if notes.note(*read(row)):
                count += 1
            else:
                raise DecodeError("stands in the list twice").within(key)
        except DecodeError as error:
            field = error.path[0] if error.path else "row"
            errors.append(RowError(number, field, error.reason))
            if len(errors) >= _MOST_ERRORS:
                break
    if errors:
        raise OrderFileError(errors)
    return count


def _csv_rows(lines: Iterable[str], needed: set[str]) -> Iterator[_Row]:
    """Yield the rows of a CSV file with their numbers, the header being the first."""
    reader = csv.DictReader(lines, skipinitialspace=True)
    try:
        names = {(name or "").strip().lower() for name in reader.fieldnames or []}
        if not needed <= names:
            raise ConfigError(f"the first row must name the columns {', '.join(sorted(needed))}")
        for number, row in enumerate(reader, start=2):
            yield number, {str(name).strip().lower(): value for name, value in row.items() if name}
    except csv.Error as error:
        raise ConfigError(f"the list is no CSV: {error}") from None


def _json_rows(lines: Iterable[str]) -> Iterator[_Row]:
    """Yield objects with their numbers: one a line, or those of one list, which is read whole."""
    number = 0
    source = iter(lines)
    for line in source:
        if not line.strip():
            continue
        if line.lstrip().startswith("["):
            for item in _list_of(line + "".join(source)):
                number += 1
                yield number, item if isinstance(item, dict) else {}
            return
        number += 1
        yield number, _object_of(line, number)


def _list_of(text: str) -> list[Any]:
    try:
        return msgspec.json.decode(text, type=list[Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise ConfigError(f"the list is no JSON: {error}") from None


def _object_of(line: str, number: int) -> dict[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise ConfigError(f"line {number} of the list is no JSON object: {error}") from None
