"""Whatever is done to a message, it is a value or a DecodeError; and what was read is written and read alike."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from openesim.encoding import tlv
from openesim.encoding.jsonbinding import JsonBinding, decode_object, encode_object
from openesim.kernel.errors import DecodeError, FunctionError
from openesim.messages.sgp22 import es2plus, es9plus, es11, es12
from openesim.messages.sgp22.asn1binding import (
    decode_request,
    decode_response,
    encode_request,
    encode_response,
)
from openesim.messages.sgp22.function import Function, format_success, parse_answer
from tests.properties import messages
from tests.properties.messages import MESSAGES, Entry
from tests.properties.mutations import mutate, mutate_json

EXAMPLES = settings(suppress_health_check=list(HealthCheck))
each_message = pytest.mark.parametrize("entry", MESSAGES, ids=lambda entry: entry.name)
randoms = st.randoms(use_true_random=False)


def check_stable(decode: Any, encode: Any, octets: Any) -> None:
    """Assert that octets are a value that is written and read alike, or refused with a DecodeError."""
    try:
        value = decode(octets)
    except DecodeError as error:
        assert "\n" not in str(error)  # noqa: PT017 (either way is fine, anything else is not)
        return
    again = encode(value)
    assert decode(again) == value
    assert encode(decode(again)) == again


# --- Octets ---------------------------------------------------------------------------------------------------


@each_message
@EXAMPLES
@given(data=st.data())
def test_a_message_comes_back(entry: Entry, data: st.DataObject) -> None:
    value = data.draw(entry.values)
    octets = entry.encode(value)
    assert entry.decode(octets) == value
    assert entry.encode(entry.decode(octets)) == octets


@each_message
@EXAMPLES
@given(data=st.data(), random=randoms)
def test_a_changed_message_is_a_value_or_refused(entry: Entry, data: st.DataObject, random: Random) -> None:
    octets = mutate(entry.encode(data.draw(entry.values)), random)
    check_stable(entry.decode, entry.encode, octets)


@each_message
def test_a_message_cut_anywhere_is_refused(entry: Entry) -> None:
    for value in messages.draw(entry.values, 3):
        octets = entry.encode(value)
        for length in range(len(octets)):
            with pytest.raises(DecodeError):
                entry.decode(octets[:length])


@each_message
def test_a_message_with_any_one_octet_changed_is_a_value_or_refused(entry: Entry) -> None:
    [value] = messages.draw(entry.values, 1)
    octets = entry.encode(value)
    for at in range(min(len(octets), 400)):
        for octet in (0x00, 0x7F, 0x80, 0xFF, octets[at] ^ 0x20):
            check_stable(entry.decode, entry.encode, octets[:at] + bytes([octet]) + octets[at + 1 :])


@each_message
@EXAMPLES
@given(octets=st.binary(max_size=200))
def test_any_octets_are_a_value_or_refused(entry: Entry, octets: bytes) -> None:
    check_stable(entry.decode, entry.encode, octets)


@EXAMPLES
@given(data=st.data(), random=randoms)
def test_a_changed_wrapper_is_a_value_or_refused(data: st.DataObject, random: Random) -> None:
    entry = data.draw(
        st.sampled_from([entry for entry in MESSAGES if entry.codec.element.tags[0] >> 8 == 0xBF])
    )
    octets = mutate(tlv.encode(0xA2, entry.encode(data.draw(entry.values))), random)
    check_stable(decode_request, lambda called: encode_request(*called), octets)
    check_stable(decode_response, lambda answer: encode_response(*answer), octets)


HOSTILE = {
    "deep": tlv.encode(0x30, b"\x30\x80" * 50_000),
    "many small": b"\x00\x00" * 500_000,
    "many tags": b"\x80\x00" * 500_000,
    "long tags": b"\xbf\xff" * 500_000,
    "long length": b"\x30\x83\xff\xff\xff" + bytes(1 << 20),
    "large text": tlv.encode(0x0C, b"\xe4\xb8\xad" * 400_000),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_large_and_hostile_octets_are_answered_in_time(name: str) -> None:
    for entry in MESSAGES:
        for tag in entry.codec.element.tags:
            for inner in (0x30, 0xA0, 0xA9, 0x80):
                octets = tlv.encode(tag, tlv.encode(inner, HOSTILE[name]))
                check_stable(entry.decode, entry.encode, octets)


# --- JSON -----------------------------------------------------------------------------------------------------

JSON_VALUES: list[tuple[Function, Any, Any]] = [
    (
        es9plus.INITIATE_AUTHENTICATION,
        messages.initiate_authentication_request,
        messages.initiate_authentication_ok,
    ),
    (es9plus.AUTHENTICATE_CLIENT, messages.authenticate_client_request, messages.authenticate_client_ok),
    (
        es9plus.GET_BOUND_PROFILE_PACKAGE,
        messages.get_bound_profile_package_request,
        messages.get_bound_profile_package_ok,
    ),
    (es9plus.HANDLE_NOTIFICATION, messages.handle_notification_request, None),
    (es9plus.CANCEL_SESSION, messages.cancel_session_request_es9, None),
    (
        es11.AUTHENTICATE_CLIENT_ES11,
        messages.authenticate_client_request,
        messages.authenticate_client_ok_es11,
    ),
]
OPERATOR_FORMS: list[tuple[Function, dict[str, Any]]] = [
    (
        es2plus.DOWNLOAD_ORDER,
        {
            "header": {},
            "eid": "89049032123451234512345678901235",
            "iccid": "8988211000000530082F",
            "profileType": "x",
        },
    ),
    (
        es2plus.CONFIRM_ORDER,
        {
            "header": {},
            "iccid": "8988211000000530082F",
            "releaseFlag": True,
            "confirmationCode": "1",
            "matchingId": "",
        },
    ),
    (
        es2plus.HANDLE_DOWNLOAD_PROGRESS_INFO,
        {
            "header": {"functionCallIdentifier": "x"},
            "iccid": "8988211000000530082",
            "profileType": "x",
            "timestamp": "2026-01-02T03:04:05Z",
            "notificationPointId": 4,
            "notificationPointStatus": {
                "status": "Failed",
                "statusCodeData": {"subjectCode": "8", "reasonCode": "1"},
            },
        },
    ),
    (
        es12.FUNCTIONS[0],
        {
            "header": {},
            "eid": "89049032123451234512345678901235",
            "rspServerAddress": "a",
            "eventId": "e",
            "forwardingIndicator": False,
        },
    ),
]


def through_text(binding: JsonBinding[Any], octets: bytes) -> Any:
    """Return the value that the octets of a JSON object hold."""
    return binding.decode(decode_object(octets))


@pytest.mark.parametrize("row", JSON_VALUES, ids=lambda row: row[0].name)
@EXAMPLES
@given(data=st.data())
def test_a_message_comes_back_through_json(row: tuple[Function, Any, Any], data: st.DataObject) -> None:
    function, requests, outputs = row
    request = data.draw(requests)
    assert through_text(function.request, encode_object(function.request.encode(request))) == request
    if outputs is not None:
        output = data.draw(outputs)
        assert (
            parse_answer(function, decode_object(encode_object(format_success(function, output)))) == output
        )


@pytest.mark.parametrize("row", JSON_VALUES, ids=lambda row: row[0].name)
@EXAMPLES
@given(data=st.data(), random=randoms)
def test_a_changed_json_message_is_a_value_or_refused(
    row: tuple[Function, Any, Any], data: st.DataObject, random: Random
) -> None:
    function, requests, _ = row
    form = function.request.encode(data.draw(requests))
    check_stable(function.request.decode, function.request.encode, mutate_json(form, random))
    check_stable(
        lambda octets: through_text(function.request, octets),
        lambda value: encode_object(function.request.encode(value)),
        mutate(encode_object(form), random),
    )


@pytest.mark.parametrize("row", OPERATOR_FORMS, ids=lambda row: row[0].name)
@EXAMPLES
@given(random=randoms)
def test_a_changed_order_is_a_value_or_refused(row: tuple[Function, dict[str, Any]], random: Random) -> None:
    function, form = row
    function.request.decode(form)
    for _ in range(random.randint(1, 3)):
        form = mutate_json(form, random)
    check_stable(function.request.decode, function.request.encode, form)


@EXAMPLES
@given(data=st.data(), random=randoms)
def test_a_changed_answer_is_an_output_a_failure_or_refused(data: st.DataObject, random: Random) -> None:
    function, _, outputs = data.draw(st.sampled_from([row for row in JSON_VALUES if row[2] is not None]))
    changed = mutate_json(format_success(function, data.draw(outputs)), random)
    assume(isinstance(changed, dict))
    try:
        output = parse_answer(function, changed)
    except (DecodeError, FunctionError):
        return
    assert parse_answer(function, format_success(function, output)) == output
