"""The description of a batch: TOML that says which profiles are made ready, for whom, and with which keys.

Numbers are counted up from the first, or stand in a CSV file (``batch_rows``); keys that nobody gives are drawn.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from openesim.kernel.errors import ConfigError, DecodeError
from openesim.kernel.ids import Iccid, Imsi, Msisdn, is_decimal, is_luhn_valid, luhn_check_digit
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import Algorithm
from openesim.network.subscription import DEFAULT_AMF

MOST_ROWS: Final = 10_000_000

_ALGORITHMS: Final = {
    "milenage": Algorithm.MILENAGE,
    "tuak": Algorithm.TUAK,
    "test": Algorithm.USIM_TEST_ALGORITHM,
}
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """A batch as it was described.

    Attributes:
        name: the batch's; a batch that is added twice under one name is added once.
        profile: path of a package, or name of a profile type in stock.
        csv: path of a file with numbers, and keys where they are given; None: ``count`` numbers are counted up.
        count: profiles to make.
        iccid: the first, with its check digit; those behind it get theirs.
        imsi: the first.
        msisdn: the first; None: no numbers yet.
        algorithm: None: the package's.
        op: OP (16 octets) or TOP (32) of all; None: OPc or TOPc of each is drawn or given.
        amf: 2 octets.
        pin1: the same for all; None: each has its own.
        release: whether each is downloadable at once, with a matching id of its own; else it waits for ES2+.
        operator: who may order them; None: any.
        low_stock: available profiles of the type below which more should be made.
        service_provider_name: shown to the user; None: the profile's own name.
        profile_name: shown to the user; None: the profile's own name.
        digest: SHA-256 of the text it was read from, 32 octets.
    """

    name: str
    profile: str
    csv: str | None = None
    count: int = 0
    iccid: Iccid | None = None
    imsi: Imsi | None = None
    msisdn: Msisdn | None = None
    algorithm: Algorithm | None = None
    op: Secret[bytes] | None = None
    amf: bytes = DEFAULT_AMF
    pin1: Secret[str] | None = None
    release: bool = False
    operator: str | None = None
    low_stock: int = 0
    service_provider_name: str | None = None
    profile_name: str | None = None
    digest: bytes = b""


class BatchPlanError(ConfigError):
    """A description of a batch with fields that are wrong, missing, unknown or contradict each other.

    Attributes:
        wrong: name of a field and what is wrong with it, all of them.
    """

    def __init__(self, wrong: list[tuple[str, str]]) -> None:
        """Keep what is wrong."""
        told = "; ".join(f"{name}: {message}" for name, message in wrong)
        super().__init__(f"the batch is refused: {told}")
        self.wrong = wrong


def parse_batch(text: str) -> BatchPlan:
    """Read the description of a batch.

    Raises:
        BatchPlanError: fields that are wrong, missing, unknown or contradict each other: all of them.
        ConfigError: no TOML.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the batch is not TOML: {error}") from None
    return plan_of(table, sha256(text.encode()).digest())


def plan_of(table: Mapping[str, Any], digest: bytes) -> BatchPlan:
    """Return the batch that fields describe.

    Args:
        table: values by name, as TOML has them.
        digest: SHA-256 of all of it, 32 octets: the same batch has the same.

    Raises:
        BatchPlanError: fields that are wrong, missing, unknown or contradict each other: all of them.
    """
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, value in table.items():
        try:
            values[name] = _field(name)(value)
        except (DecodeError, ValueError) as error:
            wrong.append((name, str(error)))
    # What is wrong already is not told once more as missing.
    wrong += _contradictions({name: values.get(name) for name in table})
    if wrong:
        raise BatchPlanError(wrong)
    return BatchPlan(digest=digest, **values)


def _contradictions(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is missing or does not go together."""
    needs = ["name", "profile"]
    found = []
    if "csv" in values:
        found += [
            (name, "cannot stand beside csv, whose rows have one each")
            for name in ("count", "iccid", "imsi", "msisdn")
            if name in values
        ]
    else:
        needs += ["count", "iccid", "imsi"]
    found += [(name, "is missing") for name in needs if name not in values]
    if not found and values.get("count"):
        found += _beyond(values)
    return found


def _beyond(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return ranges that run out of their digits, or out of their network."""
    last = values["count"] - 1
    found = []
    for name, spare in (("iccid", 1), ("imsi", 0), ("msisdn", 0)):
        first = values.get(name)
        if first is None:
            continue
        digits = first[: len(first) - spare]
        if len(str(int(digits) + last).rjust(len(digits), "0")) > len(digits):
            found.append((name, f"{values['count']} numbers do not fit behind {first}"))
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME:
        raise ValueError(f"must be a text of at most {_LONGEST_NAME} characters")
    return value


def _path(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a text")
    return value


def _digits(value: Any) -> str:
    """Return digits; TOML drops no zeros in front of a text, but allows none in front of a number."""
    if not isinstance(value, str) or not value:
        raise ValueError("must be written in quotes")
    return value


def _first_iccid(value: Any) -> Iccid:
    iccid = Iccid.parse(_digits(value))
    if not is_luhn_valid(iccid):
        right = iccid[:-1] + luhn_check_digit(iccid[:-1])
        raise ValueError(f"the last digit is no check digit: write {right}, or append the check digit")
    return iccid


def _flag(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise ValueError("must be true or false")


def _number(least: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MOST_ROWS:
            raise ValueError(f"must be a number from {least} to {MOST_ROWS}")
        return value

    return read


def _algorithm(value: Any) -> Algorithm:
    if value not in _ALGORITHMS:
        raise ValueError(f"must be one of {', '.join(_ALGORITHMS)}")
    return _ALGORITHMS[value]


def _octets(*sizes: int) -> Callable[[Any], bytes]:
    def read(value: Any) -> bytes:
        try:
            octets = bytes.fromhex(value if isinstance(value, str) and value.isalnum() else "")
        except ValueError:
            octets = b""
        if len(octets) not in sizes:
            raise ValueError(f"must be {' or '.join(str(2 * size) for size in sizes)} hexadecimal digits")
        return octets

    return read


def _pin(value: Any) -> Secret[str]:
    if not isinstance(value, str) or not is_decimal(value) or not 4 <= len(value) <= 8:
        raise ValueError("must be 4 to 8 digits in quotes")
    return Secret(value)


_FIELDS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": _text,
    "profile": _path,
    "csv": _path,
    "count": _number(1),
    "iccid": _first_iccid,
    "imsi": lambda value: Imsi.parse(_digits(value)),
    "msisdn": lambda value: Msisdn.parse(_digits(value)),
    "algorithm": _algorithm,
    "op": lambda value: Secret(_octets(16, 32)(value)),
    "amf": _octets(2),
    "pin1": _pin,
    "release": _flag,
    "operator": _text,
    "low_stock": _number(0),
    "service_provider_name": _text,
    "profile_name": _text,
}


def _field(name: str) -> Callable[[Any], Any]:
    """Return the reader of a field.

    Raises:
        ValueError: there is no such field.
    """
    if name not in _FIELDS:
        raise ValueError(f"is not a field of a batch; fields are {', '.join(_FIELDS)}")
    return _FIELDS[name]
