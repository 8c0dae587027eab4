"""Words of a declaration: tags, sizes, ranges, bit strings and values that keep their octets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from openesim.kernel.records import with_quick_init

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tag:
    """States the tag of a component: IMPLICIT, or explicit where the type is an untagged CHOICE.

    Source: ITU-T X.680 §31.2.7.
    """

    value: int


@dataclass(frozen=True, slots=True)
class Explicit:
    """States a tag that wraps the component's own TLV."""

    value: int


@dataclass(frozen=True, slots=True)
class AlsoBare:
    """Accept a component without its explicit wrapper too (peers of the field leave it out)."""


@dataclass(frozen=True, slots=True)
class Size:
    """Bounds of a string: octets of an OCTET STRING, characters of a UTF8String, items of a SEQUENCE OF."""

    least: int
    most: int | None = None

    @property
    def bounds(self) -> tuple[int, int]:
        """Least and most; a single number means exactly that many."""
        return self.least, self.least if self.most is None else self.most


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds of an INTEGER, both included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Raw:
    """The component is kept as its whole TLV and not looked into, such as a certificate."""

    tag: int = 0x30


@dataclass(frozen=True, slots=True)
class Null:
    """The component is a NULL: present it reads as True, or as an instance of the hinted class."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The component gathers what the declaration does not know: whole TLVs in order, written back last."""


class Bits(int):
    """A BIT STRING with named bits: bit *n* of the standard is ``1 << n``.

    Subclasses list their bits as integer constants. Bits without a name are kept.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Give the listed bits the type of the subclass: a CHOICE tells its arms apart by it."""
        super().__init_subclass__()
        for name, value in cls.names().items():
            setattr(cls, name, cls(value))

    @classmethod
    def names(cls) -> dict[str, int]:
        """Return the named bits, in the order of their declaration."""
        return {name: value for name, value in vars(cls).items() if name.isupper() and isinstance(value, int)}

    @property
    def set_names(self) -> list[str]:
        """Names of the bits that are set, in lower case."""
        return [name.lower() for name, value in self.names().items() if self & value]

    def __or__(self, other: int) -> Self:
        """Return the union, of the same type."""
        return type(self)(int(self) | other)

    def __and__(self, other: int) -> Self:
        """Return the intersection, of the same type."""
        return type(self)(int(self) & other)


@with_quick_init
@dataclass(frozen=True, slots=True)
class Signed(Generic[T]):
    """A value beside the octets it was read from: what a signature covers.

    Attributes:
        value: the decoded value.
        octets: the complete TLV as received, tag and length included.
    """

    value: T
    octets: bytes
