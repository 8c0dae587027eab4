"""The JSON binding of declared messages: every member name is stated beside its field.

A field that carries ``Json("euiccChallenge", BASE64)`` is a member of the JSON form of its message. Fields
with a default may be missing or null; unknown members are passed over.

Source: SGP.22 v2.5 §6.5.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Annotated, Any, Generic, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec

from openesim.encoding.asn1.compiler import Choice, Element, Message, decode_whole, element_of
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Eid, Iccid, TransactionId

T = TypeVar("T")

_WHITE_SPACE = str.maketrans("", "", " \t\r\n")


@dataclass(frozen=True, slots=True)
class Kind:
    """How one sort of value is written in JSON."""

    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Json:
    """States the member name and the kind of a field."""

    name: str
    kind: Kind


def _text(value: Any) -> str:
    """Return the value if it is a string."""
    if not isinstance(value, str):
        raise DecodeError("must be a string")
    return value


def _from_base64(value: Any) -> bytes:
    """Return the octets of padded standard base64; white space is tolerated."""
    text = _text(value)
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        pass
    try:
        return binascii.a2b_base64(text.translate(_WHITE_SPACE), strict_mode=True)
    except ValueError:
        raise DecodeError("must be base64") from None


def _to_base64(octets: bytes) -> str:
    """Return base64 in one line."""
    return binascii.b2a_base64(octets, newline=False).decode()


def _boolean(value: Any) -> bool:
    """Return the value if it is a boolean."""
    if not isinstance(value, bool):
        raise DecodeError("must be true or false")
    return value


def _integer(value: Any) -> int:
    """Return an integer given as a number or as a string of digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    raise DecodeError("must be an integer")


TEXT = Kind(_text, str)
BOOLEAN = Kind(_boolean, bool)
INTEGER = Kind(_integer, int)
BASE64 = Kind(_from_base64, _to_base64)
TRANSACTION_ID = Kind(lambda value: TransactionId.parse(_text(value)), str)
ICCID = Kind(lambda value: Iccid.parse(_text(value)), lambda iccid: iccid.wire_text)
EID = Kind(lambda value: Eid.parse(_text(value)), str)


def octets(count: int) -> Kind:
    """Return the kind of an OCTET STRING of exactly so many octets, written as base64 without tag and length."""

    def decode(value: Any) -> bytes:
        content = _from_base64(value)
        if len(content) != count:
            raise DecodeError(f"must have {count} octets, has {len(content)}")
        return content

    return Kind(decode, _to_base64)


def tlv(declared: Any) -> Kind:
    """Return the kind of an ASN.1 value written as base64 of its complete TLV.

    Args:
        declared: a message class, a CHOICE, or a type as it would stand in a field.
    """
    element: Element
    if isinstance(declared, Choice) or (isinstance(declared, type) and issubclass(declared, Message)):
        element = declared.element
    else:
        element = element_of(declared)
    return Kind(
        lambda value: decode_whole(element, _from_base64(value)),
        lambda value: _to_base64(element.write(value)),
    )


def array(binding: JsonBinding[Any]) -> Kind:
    """Return the kind of an array of objects."""

    def decode(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise DecodeError("must be an array")
        items = []
        for item in value:
            try:
                items.append(binding.decode(item))
            except DecodeError as error:
                raise error.within(str(len(items))) from None
        return tuple(items)

    return Kind(decode, lambda items: [binding.encode(item) for item in items])


def nested(binding: JsonBinding[Any]) -> Kind:
    """Return the kind of an object inside an object."""
    return Kind(binding.decode, binding.encode)


class JsonBinding(Generic[T]):
    """Reads and writes the JSON form of one declared class."""

    def __init__(self, cls: type[T], also: Mapping[str, str] | None = None) -> None:
        """Collect the members from the ``Json`` marks of the fields.

        Args:
            cls: the declared class.
            also: by the name of a member, another name that is read in its absence.
        """
        self._cls = cls
        self._also = dict(also or {})
        hints = get_type_hints(cls, include_extras=True)
        self._members = tuple(
            (mark, field.name, field.default)
            for field in fields(cast(Any, cls))
            if (mark := _mark(hints[field.name])) is not None
        )

    def decode(self, value: Any) -> T:
        """Return the value of a parsed JSON object.

        Raises:
            DecodeError: no object, or a member is missing or malformed (the path names it).
        """
        # The look at the exact type comes first: asking an abstract class takes a microsecond.
        if type(value) is not dict and not isinstance(value, Mapping):
            raise DecodeError("must be an object")
        values: dict[str, Any] = {}
        for mark, field_name, default in self._members:
            member = value.get(mark.name)
            if member is None and mark.name in self._also:
                member = value.get(self._also[mark.name])
            if member is not None:
                try:
                    values[field_name] = mark.kind.decode(member)
                except DecodeError as error:
                    raise error.within(mark.name) from None
            elif default is MISSING:
                raise DecodeError("mandatory member is missing", (mark.name,))
        return self._cls(**values)

    def encode(self, value: T) -> dict[str, Any]:
        """Return the JSON object of a value; fields that are None are left out."""
        return {
            mark.name: mark.kind.encode(member)
            for mark, field_name, _ in self._members
            if (member := getattr(value, field_name)) is not None
        }


def _mark(hint: Any) -> Json | None:
    """Return the ``Json`` mark of a field's type hint."""
    if get_origin(hint) is not Annotated:
        return None
    return next((mark for mark in get_args(hint)[1:] if isinstance(mark, Json)), None)


_decoder = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()


def decode_object(octets: bytes) -> dict[str, Any]:
    """Return the JSON object that the octets hold.

    Raises:
        DecodeError: not JSON, nested too deeply, or not an object.
    """
    try:
        value = _decoder.decode(octets)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise DecodeError("body is not JSON") from None
    if not isinstance(value, dict):
        raise DecodeError("body must be a JSON object")
    return value


def encode_object(value: Mapping[str, Any]) -> bytes:
    """Return the octets of a JSON object."""
    return _encoder.encode(value)
