"""Identifiers: what is taken, what is refused, and their octets. The published figures stand in tests/vectors."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import (
    Eid,
    Iccid,
    Imei,
    Imsi,
    MatchingId,
    Msisdn,
    Oid,
    Plmn,
    Tac,
    TransactionId,
    is_decimal,
    is_luhn_valid,
    luhn_check_digit,
    plmn_text,
    swap_nibbles,
    unswap_nibbles,
)

DIGITS = "0123456789"
NOT_ASCII_DIGITS = ["", " ", "12 34", "+12", "-1", "1_2", "١٢٣", "８９", "²", "12\n", "\ud800", "\x00"]


def digits(least: int, most: int | None = None) -> st.SearchStrategy[str]:
    """Return texts of so many digits."""
    return st.text(DIGITS, min_size=least, max_size=most or least)


# --- Digits and nibbles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", NOT_ASCII_DIGITS)
def test_only_ascii_digits_are_decimal(text: str) -> None:
    assert not is_decimal(text)


@given(digits(1, 40))
def test_a_luhn_digit_is_the_only_one_that_fits(text: str) -> None:
    fitting = [digit for digit in DIGITS if is_luhn_valid(text + digit)]
    assert fitting == [luhn_check_digit(text)]


@pytest.mark.parametrize("text", ["", "0", "7", "79927398713x", " 79927398713"])
def test_what_is_too_short_or_no_number_has_no_luhn_digit(text: str) -> None:
    assert not is_luhn_valid(text)


def test_swapped_nibbles_are_padded_with_f() -> None:
    assert swap_nibbles("123").hex() == "21f3"
    assert swap_nibbles("1234").hex() == "2143"
    assert swap_nibbles("") == b""


def test_nibbles_that_are_no_digits_stay_visible() -> None:
    assert unswap_nibbles(bytes.fromhex("1ac3f5")) == "A13C5"


@given(digits(0, 32))
def test_swapped_nibbles_come_back(text: str) -> None:
    assert unswap_nibbles(swap_nibbles(text)) == text


# --- EID ------------------------------------------------------------------------------------------------------

EID = "89049032123451234512345678901235"


def test_an_eid_has_its_digits_as_octets() -> None:
    assert Eid.parse(EID).octets.hex() == EID
    assert Eid.from_octets(bytes.fromhex(EID)) == EID


@given(digits(30))
def test_an_eid_has_exactly_one_pair_of_check_digits(first_thirty: str) -> None:
    eid = Eid.with_check_digits(first_thirty)
    assert eid.startswith(first_thirty)
    assert Eid.from_octets(eid.octets) == eid
    wrong = eid[:30] + f"{(int(eid[30:]) + 1) % 97:02d}"
    with pytest.raises(DecodeError, match="check digits"):
        Eid.parse(wrong)


@pytest.mark.parametrize("text", [EID[:-1], EID + "0", EID[:-1] + "f", "", *NOT_ASCII_DIGITS])
def test_what_is_no_eid_is_refused(text: str) -> None:
    with pytest.raises(DecodeError, match="EID"):
        Eid.parse(text)


@pytest.mark.parametrize("text", ["1" * 29, "1" * 31, "1" * 29 + "x", "1_" * 15, " " * 30])
def test_check_digits_are_made_for_thirty_digits_only(text: str) -> None:
    with pytest.raises(DecodeError, match="30 decimal digits"):
        Eid.with_check_digits(text)


@pytest.mark.parametrize("octets", [b"", bytes(15), bytes(17), b"\x8a" + bytes(15)])
def test_octets_that_are_no_eid_are_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError, match="16 octets"):
        Eid.from_octets(octets)


def test_octets_of_an_eid_are_taken_with_wrong_check_digits() -> None:
    assert Eid.from_octets(bytes.fromhex("89" + "0" * 30)) == "89" + "0" * 30


# --- ICCID ----------------------------------------------------------------------------------------------------


@given(digits(18, 20))
def test_an_iccid_comes_back_from_both_of_its_forms(text: str) -> None:
    iccid = Iccid.parse(text)
    assert len(iccid.octets) == len(iccid.plain_octets) == 10
    assert Iccid.from_octets(iccid.octets) == text
    assert Iccid.from_plain_octets(iccid.plain_octets) == text
    assert Iccid.parse(iccid.wire_text) == text


def test_an_iccid_of_nineteen_digits_carries_its_pad_in_json() -> None:
    iccid = Iccid.parse("8988211000000530082")
    assert iccid.wire_text == "8988211000000530082F"
    assert iccid.octets.hex() == "988812010000500380f2"
    assert iccid.plain_octets.hex() == "8988211000000530082f"
    assert Iccid.parse("8988211000000530082f") == Iccid.parse("8988211000000530082F") == iccid


def test_an_iccid_of_other_lengths_carries_none() -> None:
    assert Iccid.parse("89000123456789012341").wire_text == "89000123456789012341"
    assert Iccid.parse("890001234567890123").wire_text == "890001234567890123"


@pytest.mark.parametrize(
    "text",
    [
        "8" * 17,
        "8" * 21,
        "8" * 18 + "F",  # a pad fills the twentieth place and no other
        "8" * 20 + "F",
        "8" * 19 + "A",
        "8" * 18 + "FF",
        "F",
        *NOT_ASCII_DIGITS,
    ],
)
def test_what_is_no_iccid_is_refused(text: str) -> None:
    with pytest.raises(DecodeError, match="ICCID"):
        Iccid.parse(text)


def test_an_iccid_of_eighteen_digits_is_taken_without_its_pad() -> None:
    assert Iccid.from_octets(bytes.fromhex("980010325476981032")) == "890001234567890123"


@pytest.mark.parametrize("octets", ["", "98" * 8, "98" * 11, "ff" * 10, "9a" * 10, "98ff" + "98" * 8])
@pytest.mark.parametrize("read", [Iccid.from_octets, Iccid.from_plain_octets])
def test_octets_that_are_no_iccid_are_refused(read: Callable[[bytes], Iccid], octets: str) -> None:
    with pytest.raises(DecodeError, match="ICCID"):
        read(bytes.fromhex(octets))


# --- IMSI, IMEI, TAC, MSISDN ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("001010123456789", "080910101032547698"),
        ("00101012345678", "0801101010325476f8"),
        ("001010", "04011010f0ffffffff"),
    ],
)
def test_an_imsi_fills_ef_imsi(text: str, octets: str) -> None:
    assert Imsi.parse(text).octets.hex() == octets


def test_an_imei_begins_with_its_tac() -> None:
    imei = Imei.parse("490154203237518")
    assert imei.tac == Tac.parse("49015420")
    assert imei.tac.octets.hex() == "49015420"
    assert imei.octets.hex() == "94104502237315f8"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Imsi, "00101"),
        (Imsi, "0" * 16),
        (Imei, "490154203237519"),
        (Imei, "35290611000000"),
        (Imei, "4901542032375181"),
        (Tac, "3529061"),
        (Tac, "352906111"),
        (Msisdn, "12"),
        (Msisdn, "1" * 16),
        (Msisdn, "+49171234567"),
    ],
)
def test_a_number_of_another_shape_is_refused(kind: type[Imsi | Imei | Tac | Msisdn], text: str) -> None:
    with pytest.raises(DecodeError, match=kind._name):
        kind.parse(text)


def test_a_refusal_does_not_repeat_the_number() -> None:
    with pytest.raises(DecodeError) as refusal:
        Imsi.parse("0010101234567890")
    assert "0010101234567890" not in str(refusal.value)


# --- Matching id ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["A", "04386-AGYFT-A74Y8-3F815", "lower_case", "!~", "x" * 255])
def test_a_matching_id_of_the_field_is_taken_as_it_is(text: str) -> None:
    assert MatchingId.parse(text) == text


@pytest.mark.parametrize("text", ["", "x" * 256, "a b", "a$b", "tab\t", "ü", "new\nline", "\x7f", "\ud800"])
def test_what_cannot_stand_in_an_activation_code_is_no_matching_id(text: str) -> None:
    with pytest.raises(DecodeError, match="matching id"):
        MatchingId.parse(text)


@given(st.binary(min_size=16, max_size=16))
def test_a_made_matching_id_keeps_to_the_strict_alphabet(octets: bytes) -> None:
    made = MatchingId.from_entropy(octets)
    assert MatchingId.parse(made) == made
    assert [len(group) for group in made.split("-")] == [4, 4, 4, 4]
    assert set(made) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-") - set("IO")


def test_matching_ids_of_different_entropy_differ() -> None:
    assert len({MatchingId.from_entropy(number.to_bytes(16, "big")) for number in range(5000)}) == 5000


# --- Transaction id -------------------------------------------------------------------------------------------


@given(st.binary(min_size=1, max_size=16))
def test_a_transaction_id_comes_back_from_its_text_in_either_case(octets: bytes) -> None:
    transaction_id = TransactionId.from_octets(octets)
    assert str(transaction_id) == f"{transaction_id}" == octets.hex().upper()
    assert TransactionId.parse(str(transaction_id)) == octets
    assert TransactionId.parse(str(transaction_id).lower()) == octets


@pytest.mark.parametrize(
    "text",
    ["", "A", "0x12", "GG", "01 02", "01\t02", "\n01", "01" * 17, "é0", "\ud800\ud800", "٣٣", "01\x0002"],
)
def test_what_is_no_transaction_id_is_refused(text: str) -> None:
    with pytest.raises(DecodeError, match="transaction id"):
        TransactionId.parse(text)


@pytest.mark.parametrize("octets", [b"", bytes(17)])
def test_a_transaction_id_has_one_to_sixteen_octets(octets: bytes) -> None:
    with pytest.raises(DecodeError, match="1 to 16"):
        TransactionId.from_octets(octets)


# --- Object identifier ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("2.999.10", "88370a"),
        ("2.23.146.1.2.1.4", "67811201020104"),
        ("1.2.840.10045.4.3.2", "2a8648ce3d040302"),
        ("0.0", "00"),
        ("0.39", "27"),
        ("1.0", "28"),
        ("1.39", "4f"),
        ("2.0", "50"),
        ("2.47", "7f"),
        ("2.48", "8100"),
        ("2.16383", "81804f"),
    ],
)
def test_an_object_identifier_has_the_octets_of_x690(text: str, octets: str) -> None:
    assert Oid.parse(text).octets.hex() == octets
    assert Oid.from_octets(bytes.fromhex(octets)) == text


roots = st.one_of(
    st.tuples(st.integers(0, 1), st.integers(0, 39)), st.tuples(st.just(2), st.integers(0, 2**40))
)


@given(roots, st.lists(st.integers(0, 2**70), max_size=5))
def test_an_object_identifier_comes_back_from_text_and_octets(root: tuple[int, int], arcs: list[int]) -> None:
    text = ".".join(map(str, (*root, *arcs)))
    oid = Oid.parse(text)
    assert oid == text
    assert Oid.from_octets(oid.octets) == text


@given(st.binary(max_size=70))
def test_octets_are_an_object_identifier_or_refused(octets: bytes) -> None:
    try:
        oid = Oid.from_octets(octets)
    except DecodeError:
        return
    assert oid.octets == octets
    assert Oid.parse(oid) == oid


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2",
        "2.",
        ".2",
        "2..3",
        "3.1",
        "0.40",
        "1.40",
        "01.2",
        "2.07",
        "2.-1",
        "2.1 ",
        "a.b",
        "2.٣",
        "1.2." + "9" * 5000,  # longer than Python itself would turn into a number
        "2." + ".".join("1" * 100),
        "1" + ".1" * 65,
    ],
)
def test_what_is_no_object_identifier_is_refused(text: str) -> None:
    with pytest.raises(DecodeError, match="object identifier"):
        Oid.parse(text)


@pytest.mark.parametrize("octets", ["", "80", "2a80", "2a8001", "8001", "2a" * 65, "ff" * 64])
def test_octets_that_are_no_object_identifier_are_refused(octets: str) -> None:
    with pytest.raises(DecodeError, match="object identifier"):
        Oid.from_octets(bytes.fromhex(octets))


# --- All ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "identifier",
    [
        Eid.parse(EID),
        Iccid.parse("8988211000000530082"),
        Imsi.parse("001010123456789"),
        Imei.parse("490154203237518"),
        MatchingId.parse("ABC"),
        TransactionId.parse("0102"),
        Oid.parse("2.999.10"),
    ],
    ids=lambda identifier: type(identifier).__name__,
)
def test_an_identifier_keeps_its_type_through_copies_and_pickles(identifier: str | bytes) -> None:
    for twin in (copy.copy(identifier), copy.deepcopy(identifier), pickle.loads(pickle.dumps(identifier))):
        assert twin == identifier
        assert type(twin) is type(identifier)


# --- Networks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("246-81", "42f618"),
        ("001-01", "00f110"),
        ("310-410", "130014"),
        ("460-00", "64f000"),
        ("262-01", "62f210"),
    ],
)
def test_a_network_is_its_three_octets(text: str, octets: str) -> None:
    network = Plmn.parse(text)
    assert network == text.replace("-", "") == Plmn.parse(network)
    assert network.octets.hex() == octets
    assert Plmn.from_octets(bytes.fromhex(octets)) == network
    assert network.hyphenated == plmn_text(network.octets) == text == f"{network.mcc}-{network.mnc}"


@pytest.mark.parametrize(
    "text",
    ["", "0010", "0010101", "001-1", "00-101", "001--01", "00a01", "001-01-", "٠٠١٠١", *NOT_ASCII_DIGITS],
)
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        Plmn.parse(text)


@pytest.mark.parametrize("octets", ["", "00f1", "00f11000", "ffffff", "62f2dd", "0af110", "00fff0", "00f11f"])
def test_octets_that_are_no_network_are_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        Plmn.from_octets(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("octets", "text"), [("eeeeee", "EEE-EEE"), ("62f2dd", "262-DD"), ("62d210", "262-01D")]
)
def test_wildcards_stay_in_the_text_of_a_network(octets: str, text: str) -> None:
    assert plmn_text(bytes.fromhex(octets)) == text
