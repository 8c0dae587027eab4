"""Distinguished names."""

import pytest

from openesim.encoding.tlv import encode
from openesim.kernel.errors import DecodeError
from openesim.security.pki import der
from openesim.security.pki.names import Name
from openesim.security.pki.oids import COMMON_NAME, COUNTRY, ORGANIZATION, SERIAL_NUMBER


def test_a_built_name_comes_back() -> None:
    name = Name.build((COUNTRY, "ES"), (ORGANIZATION, "RSP Test EUM"), (SERIAL_NUMBER, "89049032"))
    again = Name.decode(name.octets)
    assert again == name
    assert again.attributes == name.attributes
    assert (again.organization, again.serial_number, again.common_name) == ("RSP Test EUM", "89049032", None)
    assert str(again) == "C=ES, O=RSP Test EUM, serialNumber=89049032"


def test_country_and_serial_number_are_printable_and_the_rest_is_utf8() -> None:
    name = Name.build((COUNTRY, "ES"), (COMMON_NAME, "运营商"))
    assert b"\x13\x02ES" in name.octets
    assert b"\x0c\x09" + "运营商".encode() in name.octets


def test_several_attributes_in_one_relative_name_are_kept() -> None:
    attributes = (
        der.sequence(der.write_oid(COMMON_NAME), der.write_text("one")),
        der.sequence(der.write_oid(COMMON_NAME), der.write_text("two")),
    )
    name = Name.decode(der.sequence(encode(der.SET, b"".join(attributes))))
    assert name.attributes == ((COMMON_NAME, "one"), (COMMON_NAME, "two"))
    assert name.common_name == "one"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x31\x00",
        b"\x30\x02\x30\x00",
        der.sequence(encode(der.SET, der.sequence(der.write_oid(COMMON_NAME)))),
        der.sequence(
            encode(der.SET, der.sequence(der.write_oid(COMMON_NAME), der.write_text("a"), b"\x05\x00"))
        ),
        der.sequence(encode(der.SET, der.sequence(der.write_oid(COMMON_NAME), der.write_integer(1)))),
        der.sequence() + b"\x00",
    ],
)
def test_what_is_no_name_is_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        Name.decode(octets)


@pytest.mark.parametrize("digits", [8, 31, 32, 33])
def test_serial_numbers_of_every_length_are_read(digits: int) -> None:
    name = Name.build((COUNTRY, "ES"), (SERIAL_NUMBER, "8" * digits), (COMMON_NAME, "chip"))
    assert Name.decode(name.octets).attributes == name.attributes


def test_a_serial_number_outside_ascii_is_refused() -> None:
    octets = Name.build((SERIAL_NUMBER, "8" * 32)).octets
    with pytest.raises(DecodeError):
        Name.decode(octets[:-1] + b"\xff")
