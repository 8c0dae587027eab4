"""A profile package: the elements side by side, without anything around them.

Source: TCA eUICC Profile Package 3.3.1 §8; SGP.22 v2.5 §2.5.3 (unprotected profile package).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self, TypeVar

from openesim.encoding.tlv import read_header
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid
from openesim.messages.saip.elements import ElementValue, ProfileElement, read_element
from openesim.messages.saip.header import ProfileHeader
from openesim.messages.saip.kinds import CONTEXT_KINDS, ElementKind

MOST_OCTETS = 1 << 20
MOST_ELEMENTS = 4096

V = TypeVar("V")


@dataclass(frozen=True)
class Package:
    """A decoded package.

    Attributes:
        octets: the package as received.
        elements: its elements in order.
    """

    octets: bytes = field(repr=False)
    elements: tuple[ProfileElement, ...]

    @classmethod
    def of(cls, elements: Iterable[ProfileElement]) -> Self:
        """Return the package of some elements, offsets set."""
        return decode_into(cls, b"".join(element.octets for element in elements))

    @cached_property
    def header(self) -> ProfileHeader:
        """The profile header.

        Raises:
            DecodeError: the package does not begin with one.
        """
        value = self.elements[0].value
        if not isinstance(value, ProfileHeader):
            raise DecodeError("package does not begin with a header", offset=0)
        return value

    @property
    def iccid(self) -> Iccid:
        """The ICCID that the header states.

        Raises:
            DecodeError: no header, or no digits in it.
        """
        return self.header.iccid

    def of_kind(self, *kinds: ElementKind) -> tuple[ProfileElement, ...]:
        """Return the elements of some kinds, in order."""
        return tuple(element for element in self.elements if element.kind in kinds)

    def values(self, kind: type[V]) -> tuple[V, ...]:
        """Return the values of one type, in order."""
        return tuple(element.value for element in self.elements if isinstance(element.value, kind))

    def with_contexts(self) -> Iterator[tuple[ProfileElement, ProfileElement | None]]:
        """Yield every element beside the last one before it (or itself) that opens a directory.

        PINs behind the MF are global, those behind an ADF are its own; authentication parameters belong to
        the ADF that precedes them.
        """
        context = None
        for element in self.elements:
            if element.kind in CONTEXT_KINDS:
                context = element
            yield element, context

    def replace(self, element: ProfileElement, value: ElementValue) -> Package:
        """Return the package with another value in one of its elements, encoded anew."""
        return Package.of(element.with_value(value) if one is element else one for one in self.elements)


P = TypeVar("P", bound=Package)


def decode_into(cls: type[P], octets: bytes) -> P:
    """Return the package of the octets as an instance of ``cls``."""
    if len(octets) > MOST_OCTETS:
        raise DecodeError(f"package has more than {MOST_OCTETS} octets")
    buffer = bytes(octets)
    if not buffer:
        raise DecodeError("package is empty", offset=0)
    elements: list[ProfileElement] = []
    position = 0
    while position < len(buffer):
        try:
            if len(elements) == MOST_ELEMENTS:
                raise DecodeError(f"package has more than {MOST_ELEMENTS} elements", offset=position)
            tag, value_start, end = read_header(buffer, position, len(buffer))
            elements.append(read_element(buffer, tag, position, value_start, end))
        except DecodeError as error:
            raise error.within(f"element {len(elements)}") from None
        position = end
    return cls(buffer, tuple(elements))


def decode_package(octets: bytes) -> Package:
    """Return the package of the octets; order and completeness are the business of ``check_package``.

    Args:
        octets: elements side by side, at most ``MOST_OCTETS``.

    Raises:
        DecodeError: the octets are no profile elements, or too many; with element, field and offset.
    """
    return decode_into(Package, octets)
