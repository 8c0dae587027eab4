"""The few DER types of certificates."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.encoding.tlv import encode
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid
from openesim.security.pki import der
from openesim.security.pki.oids import ORGANIZATION


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_comes_back_without_its_fraction(moment: datetime) -> None:
    octets = der.write_time(moment)
    assert der.read_time(octets, 0, len(octets)) == (moment.replace(microsecond=0), len(octets))


@pytest.mark.parametrize(
    ("moment", "octets"),
    [
        (datetime(1949, 12, 31, 23, 59, 59, tzinfo=UTC), b"\x18\x0f19491231235959Z"),
        (datetime(1950, 1, 1, tzinfo=UTC), b"\x17\x0d500101000000Z"),
        (datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), b"\x17\x0d491231235959Z"),
        (datetime(2050, 1, 1, tzinfo=UTC), b"\x18\x0f20500101000000Z"),
        (datetime(7496, 1, 24, 9, 48, 58, tzinfo=UTC), b"\x18\x0f74960124094858Z"),
        (datetime(2027, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))), b"\x17\x0d261231230000Z"),
    ],
)
def test_times_turn_to_four_digit_years_in_2050(moment: datetime, octets: bytes) -> None:
    assert der.write_time(moment) == octets
    assert der.read_time(octets, 0, len(octets))[0] == moment


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x17\x00",
        b"\x18\x00",
        b"\x04\x0d270101000000Z",
        b"\x17\x0b2701010000Z",
        b"\x17\x0d2701010000000",
        b"\x17\x0d27010100000\xb2Z",
        b"\x17\x0d271301000000Z",
        b"\x17\x0d270230000000Z",
        b"\x17\x0d270101000060Z",
        b"\x18\x0f00000101000000Z",
        b"\x18\x1120270101000000.5Z",
        b"\x18\x1320270101000000+0100",
    ],
)
def test_what_is_no_moment_in_utc_is_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        der.read_time(octets, 0, len(octets))


@given(st.integers(0, 2**64 - 1))
def test_named_bits_come_back_in_the_shortest_form(value: int) -> None:
    octets = der.write_bits(value)
    assert der.read_bits(octets, der.only(octets, der.BIT_STRING)) == value
    assert len(octets) == 3 + (value.bit_length() + 7) // 8


@pytest.mark.parametrize(
    ("content", "value"), [("0780", 1), ("0080", 1), ("0106", 1 << 5 | 1 << 6), ("00", 0), ("070080", 1 << 8)]
)
def test_bits_count_from_the_first_and_trailing_zeros_are_tolerated(content: str, value: int) -> None:
    octets = encode(der.BIT_STRING, bytes.fromhex(content))
    assert der.read_bits(octets, der.only(octets, der.BIT_STRING)) == value


@pytest.mark.parametrize("content", ["", "0880", "07", "00" + "ff" * 9])
def test_an_impossible_bit_string_is_refused(content: str) -> None:
    octets = encode(der.BIT_STRING, bytes.fromhex(content))
    with pytest.raises(DecodeError):
        der.read_bits(octets, der.only(octets, der.BIT_STRING))


@given(st.integers(-(2**159), 2**159))
def test_integers_of_any_length_come_back(number: int) -> None:
    octets = der.write_integer(number)
    assert der.read_integer(octets, der.only(octets, der.INTEGER)) == number


def test_integers_are_in_the_shortest_form() -> None:
    assert der.write_integer(127) == b"\x02\x01\x7f"
    assert der.write_integer(128) == b"\x02\x02\x00\x80"
    assert der.write_integer(0) == b"\x02\x01\x00"


def test_an_empty_integer_and_a_false_boolean_are_refused() -> None:
    with pytest.raises(DecodeError):
        der.read_integer(b"\x02\x00", (2, 2))
    for octets in (b"", b"\x01", b"\xff\xff"):
        with pytest.raises(DecodeError):
            der.read_boolean(octets, (0, len(octets)))
    assert der.read_boolean(b"\xff", (0, 1)) is True
    assert der.read_boolean(b"\x00", (0, 1)) is False


@pytest.mark.parametrize(
    ("tag", "octets"),
    [
        (0x0C, "Ünïcode".encode()),
        (0x14, "Ünïcode".encode("latin-1")),
        (0x1E, "Ünïcode".encode("utf-16-be")),
        (0x1C, "Ünïcode".encode("utf-32-be")),
    ],
)
def test_text_is_read_in_its_encoding(tag: int, octets: bytes) -> None:
    assert der.read_text(octets, tag, (0, len(octets))) == "Ünïcode"


@pytest.mark.parametrize(("tag", "octets"), [(0x0C, b"\xff"), (0x13, b"\xe4"), (0x1E, b"\x00"), (0x02, b"1")])
def test_text_that_is_none_is_refused(tag: int, octets: bytes) -> None:
    with pytest.raises(DecodeError):
        der.read_text(octets, tag, (0, len(octets)))


def test_known_and_unknown_object_identifiers_are_read() -> None:
    for oid in (ORGANIZATION, Oid("2.999.10")):
        octets = der.write_oid(oid)
        assert der.read_oid(octets, der.only(octets, der.OBJECT_IDENTIFIER)) == oid
    assert der.write_oid(Oid("2.999.10")) == bytes.fromhex("060388370a")


def test_only_takes_one_value_and_nothing_behind_it() -> None:
    assert der.only(b"\x04\x01x", der.OCTET_STRING) == (2, 3)
    for octets in (b"\x04\x01x\x00", b"\x05\x00", b""):
        with pytest.raises(DecodeError):
            der.only(octets, der.OCTET_STRING)
