"""A description as text: TOML that an operator writes, read into a ``Description``.

Whatever is wrong is named by its key and line, with what to write instead.

Source: TOML v1.0.0; TCA eUICC Profile Package §8; 3GPP TS 31.102, TS 35.206, TS 35.231, TS 33.501 Annex C.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.description import (
    KEY_TYPE_AES,
    KEY_TYPE_DES,
    Description,
    FifthGeneration,
    OtaKeys,
    SuciCalculator,
    verify_description,
)
from openesim.messages.saip.suci_information import (
    NULL_SCHEME,
    HomeNetworkKey,
    ProtectionScheme,
    SchemeChoice,
    SuciInformation,
)
from openesim.security.aka.milenage import derive_opc
from openesim.security.aka.tuak import derive_topc


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a description.

    Attributes:
        read: turns the value of TOML into what a Description holds.
        instead: an example of what to write.
        is_needed: whether the description cannot do without it.
    """

    read: Callable[[Any], Any]
    instead: str
    is_needed: bool = False


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise DecodeError("must be text in quotes")
    return value


def _digits(value: Any) -> str:
    text = _text(value)
    if not text.isascii() or not text.isdigit():
        raise DecodeError("must consist of digits")
    return text


def _octets(value: Any) -> bytes:
    try:
        return bytes.fromhex(_text(value))
    except ValueError:
        raise DecodeError("must be hexadecimal digits, two for each octet") from None


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise DecodeError("must be true or false, without quotes")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise DecodeError("must be a number, without quotes")
    return value


def _list_of(read: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def read_list(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise DecodeError("must be a list in brackets")
        return tuple(map(read, value))

    return read_list


def _one_of(choices: Mapping[str, Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        chosen = choices.get(_text(value).lower())
        if chosen is None:
            raise DecodeError(f"must be one of {', '.join(choices)}")
        return chosen

    return read


_ALGORITHMS = {algorithm.name.lower(): algorithm for algorithm in Algorithm}
_CALCULATORS = {calculator.value: calculator for calculator in SuciCalculator}
_SCHEMES = {"a": ProtectionScheme.PROFILE_A, "b": ProtectionScheme.PROFILE_B}
_KEY_TYPES = {"aes": KEY_TYPE_AES, "des": KEY_TYPE_DES}
_NETWORKS = Key(_list_of(_digits), '["00101", "310410"]')
_CODE = '"84629173"'
_KEY_OCTETS = "32 hexadecimal digits in quotes"

KEYS: dict[str, Key] = {
    "operator_name": Key(_text, '"Example Mobile"', is_needed=True),
    "spn": Key(_text, '"Example"'),
    "mcc": Key(_digits, '"001"', is_needed=True),
    "mnc": Key(_digits, '"01"', is_needed=True),
    "iccid": Key(lambda value: Iccid.parse(_text(value)), '"8999901000000000013"', is_needed=True),
    "imsi": Key(lambda value: Imsi.parse(_text(value)), '"001010000000001"', is_needed=True),
    "msisdn": Key(lambda value: Msisdn.parse(_text(value)), '"491701234567", without plus sign'),
    "smsc": Key(lambda value: Msisdn.parse(_text(value)), '"491700000000", without plus sign'),
    "gid1": Key(_octets, '"01FF", octets in hexadecimal'),
    "gid2": Key(_octets, '"01FF", octets in hexadecimal'),
    "access_classes": Key(_list_of(_number), "[11, 15]"),
    "preferred_plmns": _NETWORKS,
    "user_plmns": _NETWORKS,
    "equivalent_home_plmns": _NETWORKS,
    "forbidden_plmns": _NETWORKS,
    "emergency_numbers": Key(_list_of(_digits), '["112", "911"]'),
    "algorithm": Key(_one_of(_ALGORITHMS), '"milenage"'),
    "algorithm_options": Key(_octets, '"02"'),
    "k": Key(_octets, _KEY_OCTETS, is_needed=True),
    "opc": Key(_octets, f"{_KEY_OCTETS}, 64 with TUAK"),
    "op": Key(_octets, f"{_KEY_OCTETS}, 64 with TUAK"),
    "pin1": Key(_digits, '"0000"'),
    "pin1_enabled": Key(_yes, "true"),
    "puk1": Key(_digits, _CODE, is_needed=True),
    "pin2": Key(_digits, '"8462"', is_needed=True),
    "puk2": Key(_digits, _CODE, is_needed=True),
    "adm1": Key(_octets, "16 hexadecimal digits in quotes", is_needed=True),
    "isim": Key(_yes, "true"),
    "gsm_access": Key(_yes, "true"),
}
"""Keys of a description, tables aside."""

OTA_KEYS: dict[str, Key] = {
    "kic": Key(_octets, _KEY_OCTETS, is_needed=True),
    "kid": Key(_octets, _KEY_OCTETS, is_needed=True),
    "kik": Key(_octets, _KEY_OCTETS, is_needed=True),
    "version": Key(_number, "1"),
    "key_type": Key(_one_of(_KEY_TYPES), '"aes"'),
    "minimum_security_level": Key(_number, "0x16"),
}
"""Keys of the table ``[ota]``."""

FIVE_G_KEYS: dict[str, Key] = {
    "routing_indicator": Key(_digits, '"0"'),
    "suci_by": Key(_one_of(_CALCULATORS), '"terminal"'),
    "allow_null_scheme": Key(_yes, "false"),
}
"""Keys of the table ``[five_g]``, beside its home network keys."""

HOME_NETWORK_KEYS: dict[str, Key] = {
    "scheme": Key(_one_of(_SCHEMES), '"a"', is_needed=True),
    "id": Key(_number, "1", is_needed=True),
    "public_key": Key(
        _octets, "32 octets (profile A) or 33 octets (profile B) in hexadecimal", is_needed=True
    ),
}
"""Keys of each table ``[[five_g.keys]]``."""


def parse_description(text: str) -> Description:
    """Return the description that a text in TOML states, all its values in range.

    Raises:
        DecodeError: no TOML, a key that is missing or unknown, or a value that no card or network would take;
            the path names the key, the reason its line and what to write instead.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DecodeError(f"this is no TOML: {error}") from None
    return _Reader(text).description(document)


class _Reader:
    """Reads tables, and knows in which line each key stands."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def description(self, document: Mapping[str, Any]) -> Description:
        fields = self._table(document, KEYS, "", also=("ota", "five_g"))
        try:
            fields["opc"] = _opc(fields)
        except DecodeError as error:
            raise self._placed(error, error.path[0] if error.path else "op") from None
        fields.pop("op", None)
        if "ota" in document:
            fields["ota"] = OtaKeys(**self._table(self._is_table(document, "ota"), OTA_KEYS, "ota"))
        if "five_g" in document:
            fields["five_g"] = self._five_g(self._is_table(document, "five_g"))
        try:
            return verify_description(Description(**fields))
        except DecodeError as error:
            raise self._placed(error, ".".join(error.path)) from None

    def _five_g(self, table: Mapping[str, Any]) -> FifthGeneration:
        fields = self._table(table, FIVE_G_KEYS, "five_g", also=("keys",))
        null = fields.pop("allow_null_scheme", False)
        listed = table.get("keys", [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise self._refused("five_g.keys", "must be tables, each headed by [[five_g.keys]]", None)
        keys = [self._table(one, HOME_NETWORK_KEYS, "five_g.keys") for one in listed]
        if not keys:
            return FifthGeneration(**fields)
        schemes = [SchemeChoice(one["scheme"], place) for place, one in enumerate(keys, 1)]
        information = SuciInformation(
            (*schemes, *(NULL_SCHEME.schemes if null else ())),
            tuple(HomeNetworkKey(one["id"], one["public_key"]) for one in keys),
        )
        return FifthGeneration(**fields, suci=information)

    def _is_table(self, document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        table = document[name]
        if not isinstance(table, dict):
            raise self._refused(name, f"must be a table, headed by [{name}]", None)
        return table

    def _table(
        self, table: Mapping[str, Any], keys: Mapping[str, Key], name: str, also: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Return the values of a table by key."""
        prefix = f"{name}." if name else ""
        for key in table:
            if key not in keys and key not in also:
                near = get_close_matches(key, (*keys, *also), 1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join((*keys, *also))}"
                raise self._refused(f"{prefix}{key}", f"is no key of a description; {hint}", None)
        fields = {}
        for key, meant in keys.items():
            if key in table:
                try:
                    fields[key] = meant.read(table[key])
                except DecodeError as error:
                    raise self._refused(f"{prefix}{key}", error.reason, meant) from None
            elif meant.is_needed:
                raise self._refused(f"{prefix}{key}", "is missing", meant)
        return fields

    def _placed(self, error: DecodeError, path: str) -> DecodeError:
        table, _, key = path.rpartition(".")
        meant = {"": KEYS, "ota": OTA_KEYS, "five_g": FIVE_G_KEYS}.get(table, KEYS).get(key)
        return self._refused(path, error.reason, meant)

    def _refused(self, path: str, reason: str, meant: Key | None) -> DecodeError:
        line = self._line_of(path)
        where = f"line {line}: " if line else ""
        instead = f"; write {path.rpartition('.')[2]} = {meant.instead}" if meant else ""
        return DecodeError(f"{where}{reason}{instead}", (path,))

    def _line_of(self, path: str) -> int | None:
        """Return the line in which a key stands, that of its table's heading where it does not, or None."""
        wanted, _, key = path.rpartition(".")
        table, heading = "", None
        for number, line in enumerate(self._lines, 1):
            if found := re.match(r"\s*\[\[?\s*([\w.]+)\s*\]", line):
                table = found[1]
                heading = number if table == path or (wanted and table == wanted) else heading
            elif table == wanted and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
                return number
        return heading


def _opc(fields: Mapping[str, Any]) -> bytes:
    """Return OPc or TOPc: as stated, or derived from OP or TOP.

    Raises:
        DecodeError: both are stated, neither is, or one that the algorithm does not use.
    """
    algorithm, op, opc = fields.get("algorithm", Algorithm.MILENAGE), fields.get("op"), fields.get("opc")
    if op is not None and opc is not None:
        raise DecodeError("stands beside opc: one of the two is enough", ("op",))
    if opc is not None or algorithm is Algorithm.USIM_TEST_ALGORITHM:
        return opc or b""
    if op is None:
        raise DecodeError("is missing, and so is op", ("opc",))
    derive = derive_topc if algorithm is Algorithm.TUAK else derive_opc
    return derive(fields["k"], op)
