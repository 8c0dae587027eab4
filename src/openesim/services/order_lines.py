"""Order files: TOML with a list of ``[[order]]`` tables, or CSV with the same names in its header.

Every row is read and judged before anything is stored; what is wrong is told per row, all at once.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from openesim.kernel.errors import ConfigError, DecodeError
from openesim.kernel.ids import Eid, Iccid, MatchingId, is_decimal

_BEYOND_THE_HEADER = "row"
_MOST_ATTEMPTS = 1_000_000
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order as it was written.

    Attributes:
        row: where it stands, counted from 1.
        profile: path of a package, or name of a profile type.
        iccid: None: the package's own, or the next free one after it.
        eid: the chip; None: the first that comes.
        matching_id: None: one is made.
        confirmation_code: None: none is asked for.
        expires_at: aware UTC; None: never.
        max_attempts: None: the usual limit.
        release: downloadable at once.
        default_smdp: found by EID, without matching id.
        reusable: laboratory order for any number of chips.
        service_provider_name: shown to the user; None: the profile's own name.
        profile_name: shown to the user; None: the profile's own name.
    """

    row: int
    profile: str
    iccid: Iccid | None = None
    eid: Eid | None = None
    matching_id: str | None = None
    confirmation_code: str | None = None
    expires_at: datetime | None = None
    max_attempts: int | None = None
    release: bool = True
    default_smdp: bool = False
    reusable: bool = False
    service_provider_name: str | None = None
    profile_name: str | None = None

    def __repr__(self) -> str:
        """Leave codes out."""
        return f"OrderLine(row={self.row}, profile={self.profile!r}, iccid={self.iccid!r})"

    @property
    def is_stock(self) -> bool:
        """Whether nothing is ordered yet: the profile is put into stock for ES2+."""
        return not (
            self.release or self.matching_id or self.eid or self.confirmation_code or self.default_smdp
        )


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one row.

    Attributes:
        row: counted from 1.
        field: name of the column.
        message: for people, in English.
        fault: by which whoever speaks another language finds its text; empty: he has none.
        facts: what that text has room for.
    """

    row: int
    field: str
    message: str
    fault: str = dataclasses.field(default="", compare=False)
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        """Say where and what."""
        return f"row {self.row}, {self.field}: {self.message}"


class OrderFileError(ConfigError):
    """An order file with errors; nothing of it was stored.

    Attributes:
        errors: what is wrong, row by row.
    """

    def __init__(self, errors: list[RowError]) -> None:
        """Keep the errors and say the first of them."""
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{errors[0]}{more}; nothing was stored")
        self.errors = errors


def parse_toml(text: str) -> list[OrderLine]:
    """Read an order file in TOML.

    Raises:
        OrderFileError: rows that cannot be orders.
        ConfigError: no TOML, or no ``[[order]]`` in it.
    """
    try:
        tables = tomllib.loads(text).get("order")
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the order file is not TOML: {error}") from None
    if not isinstance(tables, list) or not tables:
        raise ConfigError("the order file has no [[order]] table")
    return _parse_rows([table if isinstance(table, dict) else {} for table in tables])


def parse_csv(text: str) -> list[OrderLine]:
    """Read an order file in CSV; empty cells are left out.

    Raises:
        OrderFileError: rows that cannot be orders.
        ConfigError: no CSV, no header, or no row.
    """
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True, restkey=_BEYOND_THE_HEADER)
    try:
        rows = [{key: value for key, value in row.items() if key and value} for row in reader]
    except csv.Error as error:
        raise ConfigError(f"the order file is not CSV: line {reader.line_num}: {error}") from None
    if not rows:
        raise ConfigError("the order file has no rows under its header")
    return _parse_rows(rows)


def _parse_rows(rows: Sequence[Mapping[str, Any]]) -> list[OrderLine]:
    """Read every row, collecting what is wrong."""
    lines: list[OrderLine] = []
    errors: list[RowError] = []
    for number, row in enumerate(rows, start=1):
        values: dict[str, Any] = {}
        for name, value in row.items():
            try:
                values[name] = _field(name)(value)
            except (DecodeError, ValueError) as error:
                errors.append(RowError(number, name, str(error)))
        errors += [RowError(number, field, message) for field, message in _contradictions(values)]
        if not errors:
            lines.append(OrderLine(row=number, **values))
    if errors:
        raise OrderFileError(errors)
    return lines


def _contradictions(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return fields that are missing or do not go together."""
    found = []
    if "profile" not in values:
        found.append(("profile", "is missing: a path of a profile package, or the name of a profile type"))
    if values.get("default_smdp") and "eid" not in values:
        found.append(("default_smdp", "needs an eid: the chip is found by it"))
    if values.get("default_smdp") and "matching_id" in values:
        found.append(("matching_id", "cannot stand beside default_smdp"))
    if values.get("reusable") and not values.get("release", True):
        found.append(("reusable", "cannot wait for its release: it never moves"))
    if values.get("reusable") and values.get("default_smdp"):
        found.append(("reusable", "cannot stand beside default_smdp"))
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a text")
    return value


def _digits(value: Any) -> str:
    """Return digits, which TOML may hold as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    raise ValueError("must be true or false")


def _count(value: Any) -> int:
    text = _digits(value)
    if not is_decimal(text) or len(text) > len(str(_MOST_ATTEMPTS)) or not 1 <= int(text) <= _MOST_ATTEMPTS:
        raise ValueError(f"must be a number from 1 to {_MOST_ATTEMPTS}")
    return int(text)


def _moment(value: Any) -> datetime:
    """Return a moment; a date alone means its beginning, and UTC is meant where nothing is said."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "profile": _text,
    "iccid": lambda value: Iccid.parse(_digits(value)),
    "eid": lambda value: Eid.parse(_digits(value)),
    "matching_id": lambda value: MatchingId.parse(_digits(value)),
    "confirmation_code": _digits,
    "expires_at": _moment,
    "max_attempts": _count,
    "release": _flag,
    "default_smdp": _flag,
    "reusable": _flag,
    "service_provider_name": _text,
    "profile_name": _text,
}


def _field(name: str) -> Callable[[Any], Any]:
    """Return the reader of a field.

    Raises:
        ValueError: there is no such field.
    """
    if name == _BEYOND_THE_HEADER:
        raise ValueError("has more cells than the header; a cell with a comma needs quotes")
    if name not in _FIELDS:
        raise ValueError(f"is not a field of an order; fields are {', '.join(_FIELDS)}")
    return _FIELDS[name]
