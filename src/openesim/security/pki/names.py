"""Distinguished names, kept as they were encoded.

Source: RFC 5280 §4.1.2.4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self

from openesim.encoding.tlv import encode, read_header
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid
from openesim.kernel.records import with_quick_init
from openesim.security.pki import der
from openesim.security.pki.oids import (
    ATTRIBUTE_LABELS,
    COMMON_NAME,
    COUNTRY,
    ORGANIZATION,
    SERIAL_NUMBER,
    oid_of,
)

_EID_HEADER: Final = bytes.fromhex("3129302706035504051320")
"""All of a relative name with a serial number of 32 characters before its text."""


@with_quick_init
@dataclass(frozen=True, slots=True)
class Name:
    """A distinguished name.

    Attributes:
        octets: the whole SEQUENCE as encoded; two names are equal when these are.
        attributes: type and text of every attribute, in order.
    """

    octets: bytes
    attributes: tuple[tuple[Oid, str], ...] = field(compare=False)

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read a name.

        Raises:
            DecodeError: not a name.
        """
        attributes: tuple[tuple[Oid, str], ...] = ()
        position, end = der.only(octets, der.SEQUENCE)
        while position < end:
            start = position
            _, position = der.expect(octets, start, end, der.SET)
            relative = octets[start:position]
            if relative.startswith(_EID_HEADER) and relative.isascii():
                # A chip's own: read on the spot, it would only push what chips share out of the cache.
                attributes += ((SERIAL_NUMBER, relative[len(_EID_HEADER) :].decode("ascii")),)
            else:
                attributes += _read_relative(relative)
        return cls(octets, attributes)

    @classmethod
    def build(cls, *attributes: tuple[Oid, str]) -> Self:
        """Make a name of attributes, one a relative name; country and serial number as PrintableString.

        Source: RFC 5280 Appendix A.1 (X520countryName, X520SerialNumber).
        """
        octets = der.sequence(
            *(
                encode(
                    der.SET,
                    der.sequence(
                        der.write_oid(kind),
                        der.write_printable(text)
                        if kind in {COUNTRY, SERIAL_NUMBER}
                        else der.write_text(text),
                    ),
                )
                for kind, text in attributes
            )
        )
        return cls(octets, attributes)

    def get(self, kind: Oid) -> str | None:
        """Return the first attribute of a type, or None."""
        return next((text for found, text in self.attributes if found == kind), None)

    @property
    def common_name(self) -> str | None:
        """The common name (CN)."""
        return self.get(COMMON_NAME)

    @property
    def organization(self) -> str | None:
        """The organization (O)."""
        return self.get(ORGANIZATION)

    @property
    def serial_number(self) -> str | None:
        """The serial number attribute: the EID of a chip, the EIN in a constraint."""
        return self.get(SERIAL_NUMBER)

    def __str__(self) -> str:
        """Return the attributes as ``C=ES, O=RSP Test EUM, CN=EUM Test``."""
        return ", ".join(f"{ATTRIBUTE_LABELS.get(kind, kind)}={text}" for kind, text in self.attributes)


@lru_cache(maxsize=256)
def _read_relative(octets: bytes) -> tuple[tuple[Oid, str], ...]:
    """Return the attributes of one relative name; chips of a manufacturer share all but the one with the EID.

    Raises:
        DecodeError: not a relative name.
    """
    attributes = []
    for start, end in der.children(octets, der.only(octets, der.SET), der.SEQUENCE):
        oid_start, oid_end = der.expect(octets, start, end, der.OBJECT_IDENTIFIER)
        tag, text_start, text_end = read_header(octets, oid_end, end)
        if text_end != end:
            raise DecodeError("octets follow the value of an attribute", offset=text_end)
        kind = oid_of(octets[oid_start:oid_end])
        attributes.append((kind, der.read_text(octets, tag, (text_start, text_end))))
    return tuple(attributes)
