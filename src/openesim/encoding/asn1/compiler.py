"""Turns declarations into closures: one element reader and writer per component.

An *element* knows the tags it may begin with, reads a TLV in place and writes a whole TLV. Sequences,
choices and lists are elements made of elements; nothing here is recursive beyond what is declared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from enum import IntEnum
from operator import attrgetter
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Generic,
    Self,
    TypeVar,
    Union,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from openesim.encoding.asn1 import primitives
from openesim.encoding.asn1.primitives import Reader, Writer
from openesim.encoding.asn1.schema import AlsoBare, Bits, Explicit, Null, Range, Raw, Rest, Signed, Size, Tag
from openesim.encoding.tlv import length_octets, read_header, tag_octets
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Oid, TransactionId
from openesim.kernel.records import maker_of, with_quick_init

MAX_OCTETS = 1 << 22
_MAX_ITEMS = 1 << 16
_SEQUENCE = 0x30
_ABSENT: Any = object()

T = TypeVar("T")
M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Element:
    """One component as the compiler sees it.

    Attributes:
        tags: tags a TLV of this component may begin with.
        read: reader of the TLV in place.
        write: writer of the whole TLV.
        retag: makes the same element under another tag, as ``Tag`` asks for.
    """

    tags: tuple[int, ...]
    read: Reader
    write: Writer
    retag: Callable[[int], Element]


def _tagged(tag: int, read: Reader, write_value: Writer) -> Element:
    """Return the element of a type that has one tag; another tag replaces it."""
    head = tag_octets(tag)

    def write(value: Any) -> bytes:
        octets = write_value(value)
        return head + length_octets(len(octets)) + octets

    return Element((tag,), read, write, lambda other: _tagged(other, read, write_value))


def _wrapped(tag: int, inner: Element) -> Element:
    """Return the element of an explicit tag around another element."""

    def read(buffer: bytes, _tag: int, start: int, value_start: int, end: int) -> Any:
        if value_start == end:
            raise DecodeError("explicit tag holds nothing", offset=start)
        tag_inside, inside_start, inside_end = read_header(buffer, value_start, end)
        if tag_inside not in inner.tags or inside_end != end:
            raise DecodeError(f"unexpected content with tag {tag_inside:X}", offset=value_start)
        return inner.read(buffer, tag_inside, value_start, inside_start, inside_end)

    return _tagged(tag, read, inner.write)


def _also_bare(wrapped: Element, inner: Element) -> Element:
    """Return an element that reads the wrapped and the bare form and writes the wrapped one."""

    def read(buffer: bytes, tag: int, start: int, value_start: int, end: int) -> Any:
        form = wrapped if tag in wrapped.tags else inner
        return form.read(buffer, tag, start, value_start, end)

    return Element(wrapped.tags + inner.tags, read, wrapped.write, wrapped.retag)


def _raw(tag: int) -> Element:
    """Return the element that keeps the whole TLV."""

    def read(buffer: bytes, _tag: int, start: int, _value_start: int, end: int) -> bytes:
        return buffer[start:end]

    def write(value: bytes) -> bytes:
        return value

    return Element((tag,), read, write, _raw)


def _unread(_buffer: bytes, tag: int, start: int, _value_start: int, _end: int) -> Any:
    """Refuse: no TLV begins a rest; the sequence around it gathers it."""
    raise DecodeError(f"unexpected tag {tag:X}", offset=start)


_REST: Element = Element((), _unread, b"".join, lambda _tag: _REST)


def _signed(inner: Element) -> Element:
    """Return the element that keeps the octets beside the value."""

    def read(buffer: bytes, tag: int, start: int, value_start: int, end: int) -> Signed[Any]:
        return Signed(inner.read(buffer, tag, start, value_start, end), buffer[start:end])

    def write(value: Signed[Any]) -> bytes:
        return value.octets

    return Element(inner.tags, read, write, lambda tag: _signed_under(tag, inner))


def _signed_under(tag: int, inner: Element) -> Element:
    """Return the element of a value that stands under another tag here; its octets are kept under its own."""
    here, (own,) = tag_octets(tag), map(tag_octets, inner.tags)
    read_value = inner.retag(tag).read

    def read(buffer: bytes, tag: int, start: int, value_start: int, end: int) -> Signed[Any]:
        value = read_value(buffer, tag, start, value_start, end)
        return Signed(value, own + buffer[start + len(here) : end])

    def write(value: Signed[Any]) -> bytes:
        return here + value.octets[len(own) :]

    return Element((tag,), read, write, lambda other: _signed_under(other, inner))


def _sequence_of(item: Element, size: Size | None) -> Element:
    """Return the element of a SEQUENCE OF."""
    least, most = size.bounds if size else (0, _MAX_ITEMS)

    def read(buffer: bytes, _tag: int, start: int, position: int, end: int) -> tuple[Any, ...]:
        items: list[Any] = []
        while position < end:
            tag, value_start, value_end = read_header(buffer, position, end)
            try:
                if tag not in item.tags:
                    raise DecodeError(f"unexpected tag {tag:X}", offset=position)
                items.append(item.read(buffer, tag, position, value_start, value_end))
            except DecodeError as error:
                raise error.within(str(len(items))) from None
            position = value_end
            if len(items) > most:
                raise DecodeError(f"must hold {least} to {most} items, holds more", offset=start)
        if len(items) < least:
            raise DecodeError(f"must hold {least} to {most} items, holds {len(items)}", offset=start)
        return tuple(items)

    def write(value: tuple[Any, ...]) -> bytes:
        return b"".join(map(item.write, value))

    return _tagged(_SEQUENCE, read, write)


def _components_ahead(elements: tuple[Element, ...]) -> tuple[dict[int, int], ...]:
    """Return, for every place in a SEQUENCE, which component a tag means from there on."""
    places: list[dict[int, int]] = [{}]
    for index in reversed(range(len(elements))):
        places.append({**places[-1], **dict.fromkeys(elements[index].tags, index)})
    return tuple(reversed(places))


def _sequence(cls: type[Any], names: tuple[str, ...], elements: tuple[Element, ...]) -> tuple[Reader, Writer]:
    """Return reader and value writer of a SEQUENCE whose components are the fields of a dataclass."""
    defaults = tuple(field.default for field in fields(cls))
    return _sequence_reader(cls, names, elements, defaults), _sequence_writer(names, elements, defaults)


def _sequence_reader(
    cls: type[Any], names: tuple[str, ...], elements: tuple[Element, ...], defaults: tuple[Any, ...]
) -> Reader:
    """Return the reader of a SEQUENCE, extensible: unknown components are passed over or gathered."""
    rest = elements.index(_REST) if _REST in elements else None
    ahead = _components_ahead(elements)
    readers = tuple(element.read for element in elements)
    absent = [_ABSENT if default is MISSING else default for default in defaults]
    mandatory = tuple(index for index, default in enumerate(defaults) if default is MISSING)
    make = maker_of(cls)

    def read(buffer: bytes, _tag: int, start: int, position: int, end: int) -> Any:
        values = absent.copy()
        unknown: list[bytes] = []
        awaited = ahead[0]
        while position < end:
            tag = buffer[position]
            value_start = position + 2
            # Nearly every header is one octet of tag and one of length: no call for those.
            if (
                tag & 0x1F == 0x1F
                or value_start > end
                or (length := buffer[position + 1]) > 0x7F
                or (value_end := value_start + length) > end
            ):
                tag, value_start, value_end = read_header(buffer, position, end)
            index = awaited.get(tag)
            if index is not None:
                try:
                    values[index] = readers[index](buffer, tag, position, value_start, value_end)
                except DecodeError as error:
                    raise error.within(names[index]) from None
                awaited = ahead[index + 1]
            elif tag in ahead[0]:
                raise DecodeError(f"component with tag {tag:X} is repeated or out of order", offset=position)
            elif rest is not None:
                unknown.append(buffer[position:value_end])
            position = value_end
        if unknown and rest is not None:
            values[rest] = tuple(unknown)
        for index in mandatory:
            if values[index] is _ABSENT:
                raise DecodeError("mandatory component is missing", (names[index],), start)
        return make(*values)

    return read


def _sequence_writer(
    names: tuple[str, ...], elements: tuple[Element, ...], defaults: tuple[Any, ...]
) -> Writer:
    """Return the value writer of a SEQUENCE: components in their order, absent and default ones left out."""
    writers = tuple(
        (attrgetter(name), element.write, default)
        for name, element, default in zip(names, elements, defaults, strict=True)
    )

    def write(value: Any) -> bytes:
        parts = []
        for get, write_component, default in writers:
            component = get(value)
            if component is not None and (default is None or default is MISSING or component != default):
                parts.append(write_component(component))
        return b"".join(parts)

    return write


class Message:
    """Base of every declared SEQUENCE."""

    __slots__ = ()
    element: ClassVar[Element]

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Return the value of one complete TLV.

        Raises:
            DecodeError: the octets do not follow the declaration, with field path and octet offset.
        """
        return cast(Self, decode_whole(cls.element, octets))

    def encode(self) -> bytes:
        """Return the DER of the value, tag and length included."""
        return self.element.write(self)

    @classmethod
    def signed(cls, value: Self) -> Signed[Self]:
        """Return the value beside its own encoding, ready to be signed."""
        return Signed(value, cls.element.write(value))


@dataclass_transform(kw_only_default=True, frozen_default=True)
def message(*, tag: int = _SEQUENCE) -> Callable[[type[M]], type[M]]:
    """Make a declared class a frozen dataclass with a compiled reader and writer.

    Args:
        tag: the tag of the type itself, 30 unless stated.
    """

    def declare(cls: type[M]) -> type[M]:
        declared: Any = with_quick_init(dataclass(frozen=True, slots=True, kw_only=True)(cls))
        hints = get_type_hints(declared, include_extras=True)
        names = tuple(field.name for field in fields(declared))
        elements = tuple(element_of(hints[name]) for name in names)
        declared.element = _tagged(tag, *_sequence(declared, names, elements))
        return cast("type[M]", declared)

    return declare


@dataclass(frozen=True, slots=True)
class Alternative:
    """One arm of a CHOICE: its element and the Python types that select it on output."""

    element: Element
    types: tuple[type[Any], ...]


def alternative(kind: Any, tag: int | None = None) -> Alternative:
    """Return an arm of a CHOICE.

    Args:
        kind: the type as it would stand in a field, ``Annotated`` included.
        tag: its context tag, where the CHOICE gives it one.
    """
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    members = get_args(plain) if get_origin(plain) in (Union, UnionType) else (plain,)
    types = tuple(get_origin(member) or member for member in members)
    element = element_of(kind)
    return Alternative(element if tag is None else element.retag(tag), types)


class Choice(Generic[T]):
    """A CHOICE, with a tag of its own or untagged.

    A tagged CHOICE also accepts its tag written twice, as peers built on one widespread toolkit send it.
    """

    def __init__(self, *alternatives: Alternative, tag: int | None = None) -> None:
        """Compile the arms; arms are told apart by tag on input and by Python type on output."""
        arms = {tag: arm.element.read for arm in alternatives for tag in arm.element.tags}
        writers = {kind: arm.element.write for arm in alternatives for kind in arm.types}
        self.element = self._compile(arms, writers, tag)

    @staticmethod
    def _compile(arms: dict[int, Reader], writers: dict[type[Any], Writer], own_tag: int | None) -> Element:
        def read_arm(buffer: bytes, tag: int, start: int, value_start: int, end: int) -> Any:
            return arms[tag](buffer, tag, start, value_start, end)

        def write_arm(value: Any) -> bytes:
            try:
                write = writers[type(value)]
            except KeyError:
                raise TypeError(f"no alternative takes a {type(value).__name__}") from None
            return write(value)

        untagged = Element(tuple(arms), read_arm, write_arm, lambda tag: _wrapped(tag, untagged))
        if own_tag is None:
            return untagged

        def read(buffer: bytes, _tag: int, start: int, position: int, end: int) -> Any:
            for _ in range(2):
                if position == end:
                    raise DecodeError("choice holds nothing", offset=start)
                tag, value_start, value_end = read_header(buffer, position, end)
                if value_end != end:
                    raise DecodeError("choice holds more than one value", offset=value_end)
                if tag in arms:
                    return arms[tag](buffer, tag, position, value_start, value_end)
                at, position = position, value_start
                if tag != own_tag:
                    break
            raise DecodeError(f"no alternative has tag {tag:X}", offset=at)

        return _tagged(own_tag, read, write_arm)

    def decode(self, octets: bytes) -> T:
        """Return the value of one complete TLV.

        Raises:
            DecodeError: the octets do not follow the declaration, with field path and octet offset.
        """
        return cast(T, decode_whole(self.element, octets))

    def encode(self, value: T) -> bytes:
        """Return the DER of the value, tag and length included."""
        return self.element.write(value)

    def signed(self, value: T) -> Signed[T]:
        """Return the value beside its own encoding, ready to be handed on."""
        return Signed(value, self.element.write(value))


def decode_whole(element: Element, octets: bytes) -> Any:
    """Return the value of the one TLV that fills the octets.

    Raises:
        DecodeError: malformed, too large, or octets behind the TLV.
    """
    if len(octets) > MAX_OCTETS:
        raise DecodeError(f"more than {MAX_OCTETS} octets")
    buffer = bytes(octets)
    tag, value_start, end = read_header(buffer, 0, len(buffer))
    if end != len(buffer):
        raise DecodeError("octets follow the end of the value", offset=end)
    if tag not in element.tags:
        wanted = " or ".join(f"{one:X}" for one in element.tags)
        raise DecodeError(f"tag {tag:X} where {wanted} is expected", offset=0)
    return element.read(buffer, tag, 0, value_start, end)


def element_of(hint: Any) -> Element:
    """Return the element of a field's type hint."""
    marks: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        marks = tuple(rest)
    if get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint):
        remaining = tuple(member for member in get_args(hint) if member is not NoneType)
        hint = remaining[0] if len(remaining) == 1 else Union[remaining]  # noqa: UP007 (built at run time)
    if get_origin(hint) is Annotated:  # an optional component whose type carries marks of its own
        hint, *inner = get_args(hint)
        marks = (*inner, *marks)
    plain = _plain_element(hint, marks)
    element = plain
    for mark in marks:
        if isinstance(mark, Tag):
            element = element.retag(mark.value)
        elif isinstance(mark, Explicit):
            element = _wrapped(mark.value, element)
    return _also_bare(element, plain) if AlsoBare() in marks else element


def _plain_element(hint: Any, marks: tuple[Any, ...]) -> Element:
    """Return the element of a type before ``Tag`` and ``Explicit`` are applied."""
    for mark in marks:
        if isinstance(mark, Choice):
            return _signed(mark.element) if get_origin(hint) is Signed else mark.element
        if isinstance(mark, Raw):
            return _raw(mark.tag)
        if isinstance(mark, Element):
            return mark
        if isinstance(mark, Null):
            return _tagged(0x05, *primitives.null(hint))
        if isinstance(mark, Rest):
            return _REST
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Signed:
        return _signed(element_of(arguments[0]))
    if origin is tuple:
        return _sequence_of(element_of(arguments[0]), _find(marks, Size))
    if isinstance(hint, type) and issubclass(hint, Message):
        return hint.element
    return _primitive(hint, _find(marks, Size), _find(marks, Range))


def _primitive(hint: Any, size: Size | None, bounds: Range | None) -> Element:
    """Return the element of a primitive type under its universal tag."""
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kind = members[0]
    if issubclass(kind, bool):
        return _tagged(0x01, *primitives.boolean())
    if issubclass(kind, Bits):
        return _tagged(0x03, *primitives.bit_string(kind))
    if issubclass(kind, int):
        named = next((member for member in members if issubclass(member, IntEnum)), None)
        return _tagged(0x02, *primitives.integer(named, bounds))
    if issubclass(kind, Oid):
        return _tagged(0x06, *primitives.object_identifier())
    if issubclass(kind, Iccid):
        return _tagged(0x5A, *primitives.identifier(Iccid))
    if issubclass(kind, TransactionId):
        return _tagged(0x04, *primitives.octet_string(TransactionId, Size(1, 16)))
    if issubclass(kind, bytes):
        return _tagged(0x04, *primitives.octet_string(kind, size))
    if issubclass(kind, str):
        return _tagged(0x0C, *primitives.utf8_string(size))
    raise TypeError(f"no ASN.1 type for {hint!r}")


def _find(marks: tuple[Any, ...], kind: type[M]) -> M | None:
    """Return the first mark of a kind, or None."""
    return next((mark for mark in marks if isinstance(mark, kind)), None)
