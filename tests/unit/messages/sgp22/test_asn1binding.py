"""The ASN.1 binding: wrapper A2 with the exact octets, both forms on input, failures as the functions' own numbers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openesim.encoding import tlv
from openesim.encoding.asn1.compiler import MAX_OCTETS
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import TransactionId
from openesim.messages.sgp22.asn1binding import (
    decode_request,
    decode_response,
    encode_request,
    encode_response,
    error_number,
    parse_error,
)
from openesim.messages.sgp22.authentication import AuthenticateResponseError, AuthenticateServerResponse
from openesim.messages.sgp22.download import (
    CancelSessionError,
    CancelSessionResponse,
    PrepareDownloadResponse,
    PrepareDownloadResponseError,
)
from openesim.messages.sgp22.es9plus import (
    AUTHENTICATE_CLIENT,
    CANCEL_SESSION,
    GET_BOUND_PROFILE_PACKAGE,
    HANDLE_NOTIFICATION,
    INITIATE_AUTHENTICATION,
    AuthenticateClientError,
    AuthenticateClientRequest,
    CancelSessionOk,
    CancelSessionRequestEs9,
    GetBoundProfilePackageOk,
    GetBoundProfilePackageRequest,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.es11 import AUTHENTICATE_CLIENT_ES11, AuthenticateClientOkEs11, EventEntry
from openesim.messages.sgp22.euicc_info import EuiccInfo1
from openesim.messages.sgp22.function import Function
from openesim.messages.sgp22.status import Reason, Status, Subject
from tests.properties import messages
from tests.unit.messages.oracle import DOUBLED, Oracle, doubled, without_octets

TID = TransactionId(b"\x01")
INFO1_OCTETS = "bf2009" + "8203020500" + "a900" + "aa00"

REQUESTS: list[tuple[Function, Any, str]] = [
    (
        INITIATE_AUTHENTICATION,
        InitiateAuthenticationRequest(
            euicc_challenge=b"\xaa" * 16,
            smdp_address="a.b",
            euicc_info1=EuiccInfo1.signed(EuiccInfo1.decode(bytes.fromhex(INFO1_OCTETS))),
        ),
        "a226" + "bf3923" + "8110" + "aa" * 16 + "8303612e62" + INFO1_OCTETS,
    ),
    (
        AUTHENTICATE_CLIENT,
        AuthenticateClientRequest(
            transaction_id=TID,
            authenticate_server_response=AuthenticateServerResponse.signed(
                AuthenticateResponseError(transaction_id=TID, authenticate_error_code=7)
            ),
        ),
        "a211" + "bf3b0e" + "800101" + "bf3808" + "a106" + "800101" + "020107",
    ),
    (
        GET_BOUND_PROFILE_PACKAGE,
        GetBoundProfilePackageRequest(
            transaction_id=TID,
            prepare_download_response=PrepareDownloadResponse.signed(
                PrepareDownloadResponseError(transaction_id=TID, download_error_code=2)
            ),
        ),
        "a211" + "bf3a0e" + "800101" + "bf2108" + "a106" + "800101" + "020102",
    ),
    (
        CANCEL_SESSION,
        CancelSessionRequestEs9(
            transaction_id=TID,
            cancel_session_response=CancelSessionResponse.signed(CancelSessionError.INVALID_TRANSACTION_ID),
        ),
        "a20b" + "bf4108" + "800101" + "a103" + "810105",
    ),
]
RESPONSES: list[tuple[Function, Any, str]] = [
    (INITIATE_AUTHENTICATION, 3, "a206" + "bf3903" + "810103"),
    (AUTHENTICATE_CLIENT, 127, "a206" + "bf3b03" + "81017f"),
    (
        GET_BOUND_PROFILE_PACKAGE,
        GetBoundProfilePackageOk(transaction_id=TID, bound_profile_package=b"\xbf\x36\x00"),
        "a20b" + "bf3a08" + "a006" + "800101" + "bf3600",
    ),
    (GET_BOUND_PROFILE_PACKAGE, 95, "a206" + "bf3a03" + "81015f"),
    (CANCEL_SESSION, CancelSessionOk(), "a205" + "bf4102" + "a000"),
    (CANCEL_SESSION, 2, "a206" + "bf4103" + "810102"),
    (
        AUTHENTICATE_CLIENT_ES11,
        AuthenticateClientOkEs11(
            transaction_id=TID, event_entries=(EventEntry(event_id="E", rsp_server_address="a"),)
        ),
        "a212" + "bf400f" + "a00d" + "800101" + "a108" + "3006" + "800145" + "810161",
    ),
    (AUTHENTICATE_CLIENT_ES11, 6, "a206" + "bf4003" + "810106"),
]
of_function = pytest.mark.parametrize(("function", "value", "octets"), REQUESTS)


# --- Requests -------------------------------------------------------------------------------------------------


@of_function
def test_a_request_stands_once_inside_the_wrapper(function: Function, value: Any, octets: str) -> None:
    assert encode_request(function, value).hex() == octets
    assert decode_request(bytes.fromhex(octets)) == (function, value)


@pytest.mark.parametrize(
    ("octets", "row"),
    [
        ("a214" + "bf3b11" + "800101" + "bf380b" + "bf3808" + "a106" + "800101" + "020107", 1),
        ("a214" + "bf3a11" + "800101" + "bf210b" + "bf2108" + "a106" + "800101" + "020102", 2),
        ("a20e" + "bf410b" + "800101" + "a106" + "bf4103" + "810105", 3),
    ],
)
def test_a_request_with_a_tag_written_twice_is_read(octets: str, row: int) -> None:
    function, value, _ = REQUESTS[row]
    called, request = decode_request(bytes.fromhex(octets))
    assert called is function
    assert without_octets(request) == without_octets(value)


def test_a_notification_is_read_wrapped_and_bare_and_written_wrapped() -> None:
    [request] = messages.draw(messages.handle_notification_request, 1)
    inner = request.pending_notification.octets
    wrapped = tlv.encode(0xA2, tlv.encode(0xBF3D, tlv.encode(0xA0, inner)))
    bare = tlv.encode(0xA2, tlv.encode(0xBF3D, inner))
    assert encode_request(HANDLE_NOTIFICATION, request) == wrapped
    assert decode_request(wrapped) == decode_request(bare) == (HANDLE_NOTIFICATION, request)


def test_a_request_to_an_sm_ds_is_that_to_an_smdp() -> None:
    function, value, octets = REQUESTS[1]
    assert encode_request(AUTHENTICATE_CLIENT_ES11, value).hex() == octets
    assert decode_request(bytes.fromhex(octets))[0] is function


def test_a_request_of_another_function_is_not_sent() -> None:
    with pytest.raises(TypeError, match="AuthenticateClientRequest is no request of cancel_session"):
        encode_request(CANCEL_SESSION, REQUESTS[1][1])
    with pytest.raises(TypeError, match="int is no request of cancel_session"):
        encode_request(CANCEL_SESSION, 5)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("", "cut short in tag or length at octet 0"),
        ("bf3900", "tag BF39 where A2 is expected at octet 0"),
        ("a200", "choice holds nothing at octet 0"),
        ("a203bf4000", "no alternative has tag BF40 at octet 2"),
        ("a203bf4100", "transaction_id: mandatory component is missing at octet 2"),
        ("a206" + "0000" + "bf410000", "choice holds more than one value at octet 4"),
        ("a202" + "0000", "no alternative has tag 0 at octet 2"),
        ("a20bbf4108800101a103820105", "cancel_session_response: no alternative has tag 82 at octet 10"),
        ("a20bbf4108800101a10381010500", "octets follow the end of the value at octet 13"),
    ],
)
def test_what_is_no_request_is_refused_where_it_fails(octets: str, text: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode_request(bytes.fromhex(octets))
    assert str(refusal.value) == text


# --- Responses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("function", "outcome", "octets"), RESPONSES)
def test_a_response_stands_once_inside_the_wrapper(function: Function, outcome: Any, octets: str) -> None:
    assert encode_response(function, outcome).hex() == octets
    assert decode_response(bytes.fromhex(octets)) == (function, outcome)


@pytest.mark.parametrize(("function", "outcome", "octets"), RESPONSES)
def test_a_response_with_its_tag_written_twice_is_read(function: Function, outcome: Any, octets: str) -> None:
    inner = bytes.fromhex(octets)[2:]
    tag = tlv.read_one(inner).tag
    assert decode_response(tlv.encode(0xA2, tlv.encode(tag, inner))) == (function, outcome)


def test_a_number_that_has_a_name_gets_it() -> None:
    _, outcome = decode_response(bytes.fromhex("a206bf3b03810106"))
    assert outcome is AuthenticateClientError.MATCHING_ID_REFUSED


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("", "cut short in tag or length at octet 0"),
        ("bf3903810101", "tag BF39 where A2 is expected at octet 0"),
        ("a200", "response must hold one value at octet 0"),
        ("a20cbf3903810101bf3903810101", "response must hold one value at octet 0"),
        ("a203bf3d00", "no alternative has tag BF3D at octet 2"),
        ("a203bf3900", "choice holds nothing at octet 2"),
        ("a206bf3903820101", "no alternative has tag 82 at octet 5"),
        ("a207bf3904a0028001", "length overruns what encloses it at octet 7"),
        ("a206bf390381010100", "octets follow the end of the value at octet 8"),
        ("a208bf3a05a0038001" + "01", "bound_profile_package: mandatory component is missing at octet 5"),
    ],
)
def test_what_is_no_response_is_refused_where_it_fails(octets: str, text: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode_response(bytes.fromhex(octets))
    assert str(refusal.value) == text


def test_a_response_larger_than_the_cap_is_not_looked_at() -> None:
    with pytest.raises(DecodeError, match="more than 4194304 octets"):
        decode_response(bytes(MAX_OCTETS + 1))


def test_a_notification_has_no_response() -> None:
    with pytest.raises(ValueError, match="handle_notification is answered without a body"):
        encode_response(HANDLE_NOTIFICATION, 1)
    with pytest.raises(ValueError, match="handle_notification is answered without a body"):
        error_number(HANDLE_NOTIFICATION, Status(Subject.EUICC, Reason.UNKNOWN))


# --- Numbers of failures --------------------------------------------------------------------------------------

# Typed from the fact sheet: pair and number of each function.
NUMBERS = {
    INITIATE_AUTHENTICATION: "8.8.1/3.8=1 8.8.3/3.1=2 8.8.2/3.1=3",
    AUTHENTICATE_CLIENT: (
        "8.1.2/6.1=1 8.1.2/6.3=2 8.1.3/6.1=3 8.1.3/6.3=4 8.1/6.1=5 8.2.6/3.8=6 8.1.1/3.8=7 8.2.5/4.3=8 "
        "8.11.1/3.9=9 8.10.1/3.9=10 8.1/4.8=11"
    ),
    GET_BOUND_PROFILE_PACKAGE: (
        "8.1/6.1=1 8.2.7/2.2=2 8.2.7/3.8=3 8.2.7/6.4=4 8.2/3.7=5 8.8.5/4.10=6 8.10.1/3.9=95"
    ),
    CANCEL_SESSION: "8.10.1/3.9=1 8.1/6.1=2",
    AUTHENTICATE_CLIENT_ES11: (
        "8.1.2/6.1=1 8.1.2/6.3=2 8.1.3/6.1=3 8.1.3/6.3=4 8.1/6.1=5 8.9.5/3.9=6 8.10.1/3.9=7"
    ),
}
ROWS = [(function, *row.split("=")) for function, rows in NUMBERS.items() for row in rows.split()]


def status(pair: str) -> Status:
    """Return the failure of a pair."""
    subject, reason = pair.split("/")
    return Status(Subject(subject), Reason(reason))


@pytest.mark.parametrize(("function", "pair", "number"), ROWS)
def test_a_failure_has_the_number_of_the_standard_and_comes_back(
    function: Function, pair: str, number: str
) -> None:
    assert error_number(function, status(pair)) == int(number)
    error = parse_error(function, int(number))
    assert f"{error.subject}/{error.reason}" == pair
    assert error.message


@pytest.mark.parametrize(
    ("function", "pair", "number"),
    [
        (INITIATE_AUTHENTICATION, "8.8.4/3.7", 3),
        (INITIATE_AUTHENTICATION, "8.9.1/3.8", 1),
        (INITIATE_AUTHENTICATION, "8.9.2/3.1", 3),
        (INITIATE_AUTHENTICATION, "8.9.3/3.1", 2),
        (INITIATE_AUTHENTICATION, "8.9.4/3.7", 3),
        (INITIATE_AUTHENTICATION, "1.6/2.1", 127),
        (AUTHENTICATE_CLIENT, "8.2/1.2", 127),
        (AUTHENTICATE_CLIENT, "8.8.5/4.10", 127),
        (AUTHENTICATE_CLIENT, "8.8.5/6.4", 127),
        (GET_BOUND_PROFILE_PACKAGE, "8.2/1.2", 127),
        (CANCEL_SESSION, "8.8/3.10", 127),
    ],
)
def test_a_failure_without_a_number_takes_the_nearest(function: Function, pair: str, number: int) -> None:
    assert error_number(function, status(pair)) == number


@pytest.mark.parametrize(
    ("number", "message"), [(127, "undefined error"), (14, "error 14"), (-1, "error -1")]
)
def test_a_number_without_a_pair_is_a_failure_all_the_same(number: int, message: str) -> None:
    error = parse_error(AUTHENTICATE_CLIENT, number)
    assert (error.subject, error.reason, error.message) == ("?", "?", message)


# --- The module -----------------------------------------------------------------------------------------------

EXAMPLES = settings(max_examples=25, suppress_health_check=list(HealthCheck))
REQUEST_MEMBERS = {
    "initiateAuthenticationRequest": "InitiateAuthenticationRequest",
    "authenticateClientRequest": "AuthenticateClientRequest",
    "getBoundProfilePackageRequest": "GetBoundProfilePackageRequest",
    "cancelSessionRequestEs9": "CancelSessionRequestEs9",
    "handleNotification": "HandleNotification",
}
RESPONSE_MEMBERS = {
    "initiateAuthenticationResponse": ("InitiateAuthenticationResponse", INITIATE_AUTHENTICATION),
    "authenticateClientResponseEs9": ("AuthenticateClientResponseEs9", AUTHENTICATE_CLIENT),
    "getBoundProfilePackageResponse": ("GetBoundProfilePackageResponse", GET_BOUND_PROFILE_PACKAGE),
    "cancelSessionResponseEs9": ("CancelSessionResponseEs9", CANCEL_SESSION),
    "authenticateClientResponseEs11": ("AuthenticateClientResponseEs11", AUTHENTICATE_CLIENT_ES11),
}
ENTRIES = {entry.name: entry for entry in messages.MESSAGES}


@pytest.mark.parametrize("member", REQUEST_MEMBERS)
@EXAMPLES
@given(data=st.data())
def test_requests_agree_with_the_module(member: str, oracle: Oracle, data: st.DataObject) -> None:
    name = REQUEST_MEMBERS[member]
    value = data.draw(ENTRIES[name].values)
    theirs = oracle.encode("RemoteProfileProvisioningRequest", (member, oracle.form_of(name, value)))
    function, decoded = decode_request(theirs)
    assert without_octets(decoded) == without_octets(value)
    ours = tlv.read_one(encode_request(function, value)).value
    inner = doubled(ours, *DOUBLED[name]) if name in DOUBLED else ours
    assert theirs == tlv.encode(0xA2, inner)


@pytest.mark.parametrize("member", RESPONSE_MEMBERS)
@EXAMPLES
@given(data=st.data())
def test_responses_agree_with_the_module_but_for_its_second_tag(
    member: str, oracle: Oracle, data: st.DataObject
) -> None:
    name, function = RESPONSE_MEMBERS[member]
    outcome = data.draw(ENTRIES[name].values)
    theirs = oracle.encode("RemoteProfileProvisioningResponse", (member, oracle.form_of(name, outcome)))
    assert decode_response(theirs) == (function, outcome)
    ours = tlv.read_one(encode_response(function, outcome)).value
    assert theirs == tlv.encode(0xA2, tlv.encode(tlv.read_one(ours).tag, ours))
