"""The JSON binding: kinds of members, what is tolerated, what is refused and by which name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.encoding.asn1 import Choice, Message, Signed, Size, Tag, alternative, message
from openesim.encoding.jsonbinding import (
    BASE64,
    BOOLEAN,
    EID,
    ICCID,
    INTEGER,
    TEXT,
    TRANSACTION_ID,
    Json,
    JsonBinding,
    Kind,
    array,
    decode_object,
    encode_object,
    nested,
    octets,
    tlv,
)
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Eid, Iccid, TransactionId


def refused(kind: Kind, value: Any) -> str:
    """Return the reason of the refusal."""
    with pytest.raises(DecodeError) as refusal:
        kind.decode(value)
    return str(refusal.value)


NO_STRINGS: list[Any] = [None, 1, 1.5, True, [], {}, ["text"]]

# --- Kinds ----------------------------------------------------------------------------------------------------


def test_text_is_taken_as_it_is() -> None:
    assert TEXT.decode("smdp.example.com") == "smdp.example.com"
    assert TEXT.decode("") == ""
    assert TEXT.encode("上海") == "上海"


@pytest.mark.parametrize(
    "kind", [TEXT, BASE64, TRANSACTION_ID, ICCID, EID], ids=["text", "b64", "tid", "iccid", "eid"]
)
@pytest.mark.parametrize("value", NO_STRINGS, ids=repr)
def test_what_must_be_a_string_is_no_other_type(kind: Kind, value: Any) -> None:
    assert refused(kind, value) == "must be a string"


@given(st.binary(max_size=100))
def test_octets_come_back_from_base64_in_one_line(content: bytes) -> None:
    text = BASE64.encode(content)
    assert "\n" not in text
    assert BASE64.decode(text) == content


@pytest.mark.parametrize("text", ["QUJ\nDRA==", " QUJDRA==", "QUJDRA==\r\n", "QUJD\tRA = =", "QUJDRA\n=="])
def test_white_space_in_base64_is_tolerated(text: str) -> None:
    assert BASE64.decode(text) == b"ABCD"


@pytest.mark.parametrize(
    "text",
    [
        "QUJDRA",
        "QUJDRA=",
        "QUJDRA===",
        "=QUJDRA=",
        "QUJDRA==QUJDRA==",
        "QUJD-_==",
        "QUJ%DRA==",
        "QUJDRA==x",
        "Q",
        "QUJDRÄ==",
        "QUJD\x00RA==",
        "QUJD\u00a0RA==",
        "\ud800",
    ],
)
def test_what_is_no_base64_is_refused(text: str) -> None:
    assert refused(BASE64, text) == "must be base64"


def test_no_text_is_no_octets() -> None:
    assert BASE64.decode("") == b""


def test_octets_of_one_length_are_of_that_length() -> None:
    assert octets(4).decode(octets(4).encode(b"ABCD")) == b"ABCD"
    assert refused(octets(4), "QUJD") == "must have 4 octets, has 3"
    assert refused(octets(4), "QUJDREU=") == "must have 4 octets, has 5"
    assert refused(octets(4), 5) == "must be a string"


@pytest.mark.parametrize("value", [0, 1, "true", "", [], {}])
def test_a_boolean_is_true_or_false_and_nothing_that_counts_as_such(value: Any) -> None:
    assert refused(BOOLEAN, value) == "must be true or false"
    assert (BOOLEAN.decode(True), BOOLEAN.decode(False)) == (True, False)


@pytest.mark.parametrize(("value", "number"), [(3, 3), ("3", 3), ("007", 7), (-1, -1), (2**70, 2**70)])
def test_an_integer_may_come_as_digits(value: Any, number: int) -> None:
    assert INTEGER.decode(value) == number


@pytest.mark.parametrize("value", [True, 3.0, "", "3.0", "-3", "٣", "9" * 10, "9" * 5000, None, [], {}])
def test_what_is_no_integer_is_refused(value: Any) -> None:
    assert refused(INTEGER, value) == "must be an integer"


def test_identifiers_are_checked_on_the_way_in() -> None:
    assert TRANSACTION_ID.decode("0aFF") == TransactionId(b"\x0a\xff")
    assert TRANSACTION_ID.encode(TransactionId(b"\x0a\xff")) == "0AFF"
    assert type(ICCID.decode("8988211000000530082F")) is Iccid
    assert ICCID.encode(Iccid.parse("8988211000000530082")) == "8988211000000530082F"
    assert type(EID.decode("89049032123451234512345678901235")) is Eid
    assert EID.encode(Eid.parse("89049032123451234512345678901235")) == "89049032123451234512345678901235"
    assert "transaction id" in refused(TRANSACTION_ID, "0a f")
    assert "ICCID" in refused(ICCID, "1234")
    assert "check digits" in refused(EID, "89049032123451234512345678901234")


# --- ASN.1 inside JSON ----------------------------------------------------------------------------------------


@message(tag=0xBF22)
class Info(Message):
    svn: Annotated[bytes, Tag(0x82), Size(3)]


Answer: Choice[Info | int] = Choice(alternative(Info, 0xA0), alternative(int, 0x81), tag=0xBF38)
Label = Annotated[bytes, Tag(0x5F37), Size(2)]


@pytest.mark.parametrize(
    ("kind", "value", "octets"),
    [
        (tlv(Info), Info(svn=b"\x02\x05\x00"), "bf22058203020500"),
        (tlv(Answer), 5, "bf3803810105"),
        (tlv(Label), b"ab", "5f37026162"),
        (tlv(Signed[Info]), Info.signed(Info(svn=b"\x02\x05\x00")), "bf22058203020500"),
    ],
    ids=["message", "choice", "annotated", "signed"],
)
def test_a_declared_value_travels_as_its_whole_tlv(kind: Kind, value: Any, octets: str) -> None:
    text = BASE64.encode(bytes.fromhex(octets))
    assert kind.decode(text) == value
    assert kind.encode(value) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("", "cut short in tag or length at octet 0"),
        ("bf22058203020500" + "00", "octets follow the end of the value at octet 8"),
        ("bf2204" + "82020205", "svn: must have 3 octets, has 2 at octet 3"),
        ("3000", "tag 30 where BF22 is expected at octet 0"),
    ],
)
def test_a_fault_inside_the_octets_is_told_by_field_and_octet(octets: str, text: str) -> None:
    assert refused(tlv(Info), BASE64.encode(bytes.fromhex(octets))) == text


# --- Objects --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    event_id: Annotated[str, Json("eventId", TEXT)]
    count: Annotated[int, Json("n", INTEGER)] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    eid: Annotated[Eid | None, Json("eid", EID)] = None
    info: Annotated[Info, Json("euiccInfo", tlv(Info))]
    entries: Annotated[tuple[Entry, ...], Json("eventEntries", array(JsonBinding(Entry)))] = ()
    header: Annotated[Entry | None, Json("header", nested(JsonBinding(Entry)))] = None
    inner: int = 7


ORDER = JsonBinding(Order)
INFO = "vyIFggMCBQA="


def order_refused(value: Any) -> str:
    """Return what the refusal says."""
    with pytest.raises(DecodeError) as refusal:
        ORDER.decode(value)
    return str(refusal.value)


def test_an_object_has_the_stated_names_and_leaves_none_out() -> None:
    order = Order(info=Info(svn=b"\x02\x05\x00"), entries=(Entry(event_id="a"), Entry(event_id="b", count=2)))
    form = {"euiccInfo": INFO, "eventEntries": [{"eventId": "a", "n": 1}, {"eventId": "b", "n": 2}]}
    assert ORDER.encode(order) == form
    assert ORDER.decode(form) == order


def test_unknown_members_are_passed_over_and_unmarked_fields_not_read() -> None:
    assert ORDER.decode({"euiccInfo": INFO, "more": {"deep": []}, "inner": 8}).inner == 7


def test_null_means_missing() -> None:
    assert ORDER.decode({"euiccInfo": INFO, "eid": None, "eventEntries": None, "header": None}) == Order(
        info=Info(svn=b"\x02\x05\x00")
    )
    assert order_refused({"euiccInfo": None}) == "euiccInfo: mandatory member is missing"


@pytest.mark.parametrize("value", [None, [], "text", 1, True])
def test_what_is_no_object_is_refused(value: Any) -> None:
    assert order_refused(value) == "must be an object"


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"euiccInfo": 5}, "euiccInfo: must be a string"),
        ({"euiccInfo": "vyIEggICBQ=="}, "euiccInfo.svn: must have 3 octets, has 2 at octet 3"),
        ({"eid": "12"}, "eid: EID must have 32 digits, not 2"),
        ({"eventEntries": {}}, "eventEntries: must be an array"),
        ({"eventEntries": [{"eventId": "a"}, {}]}, "eventEntries.1.eventId: mandatory member is missing"),
        ({"eventEntries": [{"eventId": "a"}, 5]}, "eventEntries.1: must be an object"),
        ({"eventEntries": [{"eventId": "a", "n": True}]}, "eventEntries.0.n: must be an integer"),
        ({"header": []}, "header: must be an object"),
        ({"header": {"eventId": {}}}, "header.eventId: must be a string"),
    ],
)
def test_a_fault_is_told_by_the_names_that_lead_to_it(members: dict[str, Any], text: str) -> None:
    assert order_refused({"euiccInfo": INFO, **members}) == text


# --- Octets of JSON -------------------------------------------------------------------------------------------


def test_an_object_goes_out_without_blanks_and_comes_back() -> None:
    value = {"a": 1, "b": ["x", None, True], "c": {"d": "上海"}}
    octets = encode_object(value)
    assert octets == '{"a":1,"b":["x",null,true],"c":{"d":"上海"}}'.encode()
    assert decode_object(octets) == value


def test_of_a_name_that_comes_twice_the_last_one_counts() -> None:
    assert decode_object(b'{"a":1,"a":2}') == {"a": 2}


def test_a_whole_number_of_any_size_stays_whole() -> None:
    assert decode_object(b'{"a":123456789012345678901234567890}') == {"a": 123456789012345678901234567890}


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"{",
        b"{}x",
        b"{}{}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"\x00",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e999}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xe4"}',
        rb'{"a":"\ud800"}',
        rb'{"a":"\ud800x"}',
        rb'{"a":"\udc00"}',
        rb'{"\ud800 name":1}',
        rb'{"a":"\u12"}',
        b'{"a":"\n"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
    ids=lambda octets: repr(octets[:16]),
)
def test_what_is_no_json_is_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError, match=r"^body is not JSON$"):
        decode_object(octets)


@pytest.mark.parametrize("octets", [b"[]", b"null", b'"text"', b"1", b"true"])
def test_json_that_is_no_object_is_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError, match=r"^body must be a JSON object$"):
        decode_object(octets)


@given(st.binary(max_size=60))
def test_any_octets_are_an_object_or_refused(octets: bytes) -> None:
    try:
        value = decode_object(octets)
    except DecodeError:
        return
    assert decode_object(encode_object(value)) == value


def test_a_member_is_read_under_its_other_name_in_the_absence_of_its_own() -> None:
    @dataclass(frozen=True)
    class Call:
        address: Annotated[str, Json("smdpAddress", TEXT)]

    binding = JsonBinding(Call, also={"smdpAddress": "smdsAddress"})
    assert binding.decode({"smdsAddress": "a"}) == binding.decode({"smdpAddress": "a"}) == Call("a")
    assert binding.decode({"smdsAddress": "other", "smdpAddress": "a"}) == Call("a")
    assert binding.decode({"smdpAddress": None, "smdsAddress": "a"}) == Call("a")
    assert binding.encode(Call("a")) == {"smdpAddress": "a"}
    with pytest.raises(DecodeError, match="smdpAddress: mandatory member is missing"):
        binding.decode({})
