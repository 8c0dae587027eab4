"""Rows of a batch: counted up from first numbers, or read from CSV one by one, so that a million need no memory.

Columns of the CSV: ``iccid`` and ``imsi`` are needed; ``msisdn, k, opc, topc, op, pin1, puk1, pin2, puk2, adm1, kic,
kid, kik`` may be there. What a row does not give is drawn. Keys are hexadecimal, codes are digits.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from openesim.kernel.errors import ConfigError, DecodeError
from openesim.kernel.ids import Iccid, Imsi, Msisdn, is_decimal, luhn_check_digit
from openesim.services.batch_file import BatchPlan
from openesim.services.order_lines import RowError

PIN1, PIN2, ADM1 = 1, 0x81, 0x0A
"""Key references (ETSI TS 102 221 §9.5.1)."""

CODE_OCTETS: Final = 8
_BEYOND_THE_HEADER: Final = "row"
_SHOWN: Final = 60
_KEY_NAMES: Final = {"kic": 1, "kid": 2, "kik": 3}
_PIN_NAMES: Final = {"pin1": PIN1, "pin2": PIN2, "adm1": ADM1}
_PUK_NAMES: Final = {"puk1": PIN1, "puk2": PIN2}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One subscription as far as it was given; what is None or absent is drawn.

    Attributes:
        number: where it stands in its batch, counted from 1.
        iccid: of its profile.
        imsi: of the subscription.
        msisdn: its number, if it has one yet.
        k: subscriber key.
        opc: OPc or TOPc.
        op: OP or TOP, of which OPc or TOPc is derived.
        pins: 8 octets by key reference.
        puks: 8 octets by reference.
        ota: keys by identifier: 1 KIC, 2 KID, 3 KIK.
    """

    number: int
    iccid: Iccid
    imsi: Imsi
    msisdn: Msisdn | None = None
    k: bytes | None = field(default=None, repr=False)
    opc: bytes | None = field(default=None, repr=False)
    op: bytes | None = field(default=None, repr=False)
    pins: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    puks: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    ota: Mapping[int, bytes] = field(default_factory=dict, repr=False)


class BatchFileError(ConfigError):
    """A file of a batch that cannot be read at all; nothing was stored.

    Attributes:
        fault: by which whoever speaks another language finds its text.
        facts: what that text has room for.
    """

    def __init__(self, message: str, fault: str, **facts: str) -> None:
        """Keep what is wrong, in English and for others."""
        super().__init__(message)
        self.fault = fault
        self.facts = facts


class RowsError(DecodeError):
    """A row with errors.

    Attributes:
        errors: what is wrong, field by field.
    """

    def __init__(self, errors: list[RowError]) -> None:
        """Keep the errors and say the first of them."""
        super().__init__(str(errors[0]))
        self.errors = errors


def count_rows(plan: BatchPlan, after: int = 0) -> Iterator[BatchRow]:
    """Yield the rows of a batch that is counted up, behind the first ``after``."""
    if plan.iccid is None or plan.imsi is None:
        raise ConfigError("a batch without csv needs count, iccid and imsi")
    body = plan.iccid[:-1]
    for offset in range(after, plan.count):
        digits = _counted(body, offset)
        yield BatchRow(
            number=offset + 1,
            iccid=Iccid(digits + luhn_check_digit(digits)),
            imsi=Imsi(_counted(plan.imsi, offset)),
            msisdn=None if plan.msisdn is None else Msisdn(_counted(plan.msisdn, offset)),
        )


def read_rows(lines: Iterable[str], after: int = 0) -> Iterator[BatchRow | RowsError]:
    """Yield the rows of a CSV file behind the first ``after``, a row with errors as its errors.

    Raises:
        ConfigError: no CSV, or a header without what is needed or with what is not known.
    """
    reader = csv.DictReader(lines, skipinitialspace=True, restkey=_BEYOND_THE_HEADER)
    try:
        _verify_header(reader.fieldnames or ())
        for number, row in enumerate(reader, start=1):
            if number > after:
                yield _read_row(number, row)
    except csv.Error as error:
        raise _no_csv(reader.line_num, error) from None


def survey_rows(lines: Iterable[str]) -> tuple[int, bytes]:
    """Return how many rows stand under the header of a CSV file, -1 without one, and the SHA-256 of its text.

    Raises:
        ConfigError: no CSV.
    """
    digest = sha256()

    def hashed() -> Iterator[str]:
        for line in lines:
            digest.update(line.encode())
            yield line

    reader = csv.reader(hashed())
    try:
        count = sum(1 for row in reader if row)
    except csv.Error as error:
        raise _no_csv(reader.line_num, error) from None
    return count - 1, digest.digest()


def _no_csv(line: int, error: csv.Error) -> ConfigError:
    return BatchFileError(f"the file is not CSV: line {line}: {error}", "not-csv", line=str(line))


def _counted(first: str, offset: int) -> str:
    return f"{int(first) + offset:0{len(first)}d}"


def _verify_header(names: Iterable[str]) -> None:
    """Refuse a header that cannot be meant.

    Raises:
        ConfigError: a column is missing, unknown, or there twice.
    """
    header = list(names)
    missing = [name for name in ("iccid", "imsi") if name not in header]
    if missing:
        raise BatchFileError(
            f"the first line of the CSV must name its columns; {' and '.join(missing)} is missing there",
            "columns-missing",
            names=", ".join(missing),
        )
    for name in header:
        if name not in _COLUMNS:
            known = ", ".join(_COLUMNS)
            message = f"{name!r} is not a column of a batch; columns are {known}"
            raise BatchFileError(message, "column-unknown", name=str(name)[:_SHOWN], names=known)
        if header.count(name) > 1:
            raise BatchFileError(f"the column {name} is there twice", "column-twice", name=name)


def _read_row(number: int, row: Mapping[str, Any]) -> BatchRow | RowsError:
    values: dict[str, Any] = {"pins": {}, "puks": {}, "ota": {}}
    wrong: list[RowError] = []
    for name, text in row.items():
        if name == _BEYOND_THE_HEADER:
            told = "has more cells than the header: remove what is too much"
            wrong.append(RowError(number, name, told, "too-many-cells"))
        elif text:
            try:
                value = _COLUMNS[name](text)
            except (DecodeError, ValueError) as error:
                wrong.append(RowError(number, name, str(error), _FORMS.get(name, "key-form")))
                value = None
            _put(values, name, value)
    wrong += [RowError(number, *found) for found in _contradictions(values)]
    return RowsError(wrong) if wrong else BatchRow(number=number, **values)


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    """Put a value where a row keeps it."""
    for places, kept in ((_PIN_NAMES, "pins"), (_PUK_NAMES, "puks"), (_KEY_NAMES, "ota")):
        if name in places:
            values[kept][places[name]] = value
            return
    values["opc" if name == "topc" else name] = value


def _contradictions(values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return columns that are missing or do not go together, with what is wrong and the fault."""
    found = [
        (name, f"is missing: write the {name.upper()}", "missing")
        for name in ("iccid", "imsi")
        if name not in values
    ]
    if "op" in values and "opc" in values:
        told = "stands beside opc, which follows from it: leave one of them out"
        found.append(("op", told, "op-beside-opc"))
    if "opc" in values and "k" not in values:
        found.append(("k", "is missing, and opc belongs to one: write both or neither", "k-missing"))
    return found


def _hexadecimal(*sizes: int) -> Callable[[str], bytes]:
    """Return the reader of a key; it never quotes what it read."""
    wanted = " or ".join(str(2 * size) for size in sizes)

    def read(text: str) -> bytes:
        if not text.isalnum() or len(text) not in {2 * size for size in sizes}:
            raise ValueError(f"has {len(text)} characters: write {wanted} hexadecimal digits")
        try:
            return bytes.fromhex(text)
        except ValueError:
            raise ValueError(f"is not hexadecimal: write {wanted} digits 0-9, A-F") from None

    return read


def _code(least: int) -> Callable[[str], bytes]:
    wanted = "8 digits" if least == CODE_OCTETS else f"{least} to {CODE_OCTETS} digits"

    def read(text: str) -> bytes:
        if not is_decimal(text) or not least <= len(text) <= CODE_OCTETS:
            raise ValueError(f"is no code: write {wanted}")
        return text.encode().ljust(CODE_OCTETS, b"\xff")

    return read


def _administrative(text: str) -> bytes:
    """Return an ADM code: digits, or all its octets."""
    return _hexadecimal(CODE_OCTETS)(text) if len(text) == 2 * CODE_OCTETS else _code(4)(text)


_COLUMNS: Final[Mapping[str, Callable[[str], Any]]] = {
    "iccid": Iccid.parse,
    "imsi": Imsi.parse,
    "msisdn": Msisdn.parse,
    "k": _hexadecimal(16, 32),
    "opc": _hexadecimal(16),
    "topc": _hexadecimal(32),
    "op": _hexadecimal(16, 32),
    "pin1": _code(4),
    "puk1": _code(CODE_OCTETS),
    "pin2": _code(4),
    "puk2": _code(CODE_OCTETS),
    "adm1": _administrative,
    "kic": _hexadecimal(16, 24, 32),
    "kid": _hexadecimal(16, 24, 32),
    "kik": _hexadecimal(16, 24, 32),
}

_FORMS: Final = {
    **{name: f"{name}-form" for name in ("iccid", "imsi", "msisdn")},
    **dict.fromkeys((*_PIN_NAMES, *_PUK_NAMES), "code-form"),
}
"""By column: the fault of a cell that cannot be read."""
