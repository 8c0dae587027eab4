"""The envelope around functions in JSON: successes, failures, and answers of peers that are not as they should be."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.encoding.jsonbinding import JsonBinding, decode_object, encode_object
from openesim.kernel.errors import DecodeError, FunctionError
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.es2plus import DOWNLOAD_ORDER, RELEASE_PROFILE, DownloadOrderOutput
from openesim.messages.sgp22.function import (
    HEADER,
    RequestHeader,
    format_failure,
    format_success,
    parse_answer,
)
from openesim.messages.sgp22.status import Reason, Status, Subject

ICCID = Iccid.parse("8988211000000530082")


def execution(status: str, **data: Any) -> dict[str, Any]:
    """Return the header of an answer."""
    return {"header": {"functionExecutionStatus": {"status": status, **data}}}


def test_a_success_is_a_header_and_the_output() -> None:
    answer = format_success(DOWNLOAD_ORDER, DownloadOrderOutput(iccid=ICCID))
    assert answer == {**execution("Executed-Success"), "iccid": "8988211000000530082F"}
    assert parse_answer(DOWNLOAD_ORDER, decode_object(encode_object(answer))) == DownloadOrderOutput(
        iccid=ICCID
    )


def test_a_success_without_output_is_a_header() -> None:
    assert format_success(RELEASE_PROFILE, None) == execution("Executed-Success")
    assert parse_answer(RELEASE_PROFILE, execution("Executed-Success")) is None


@pytest.mark.parametrize(
    "status", ["Executed-Success", "Executed-WithWarning", "executed-success", "EXECUTED-SUCCESS"]
)
def test_a_status_may_be_written_in_any_case(status: str) -> None:
    body = {**execution(status), "iccid": str(ICCID)}
    assert parse_answer(DOWNLOAD_ORDER, body) == DownloadOrderOutput(iccid=ICCID)


def test_a_failure_is_a_header_with_both_codes() -> None:
    failure = format_failure(Status(Subject.MATCHING_ID, Reason.REFUSED, "no such order", "ABC"))
    data = {
        "subjectCode": "8.2.6",
        "reasonCode": "3.8",
        "subjectIdentifier": "ABC",
        "message": "no such order",
    }
    assert failure == execution("Failed", statusCodeData=data)
    with pytest.raises(FunctionError) as error:
        parse_answer(DOWNLOAD_ORDER, failure)
    assert (error.value.subject, error.value.reason, error.value.message) == ("8.2.6", "3.8", "no such order")


def test_a_failure_says_no_more_than_it_knows() -> None:
    failure = format_failure(Status(Subject.MATCHING_ID, Reason.REFUSED))
    assert failure == execution("Failed", statusCodeData={"subjectCode": "8.2.6", "reasonCode": "3.8"})


@pytest.mark.parametrize("text", ["x" * 500, "确认码" * 100, "é" * 200])
def test_a_long_text_fits_into_the_octets_of_the_peer(text: str) -> None:
    failure = format_failure(Status(Subject.PROFILE, Reason.REFUSED, text, text))
    data = failure["header"]["functionExecutionStatus"]["statusCodeData"]
    for sent in (data["message"], data["subjectIdentifier"]):
        assert 110 < len(sent.encode()) < 128
        assert text.startswith(sent)


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (execution("Failed"), ("?", "?", None)),
        (execution("Expired", statusCodeData=None), ("?", "?", None)),
        (execution("failed", statusCodeData=[]), ("?", "?", None)),
        (execution("Failed", statusCodeData={"subjectCode": "8.1"}), ("8.1", "?", None)),
        (execution("Failed", statusCodeData={"subjectCode": None, "reasonCode": {}}), ("?", "?", None)),
        (execution("Nonsense", statusCodeData={"reasonCode": "3.10", "message": 5}), ("?", "3.10", None)),
        (execution("Failed", statusCodeData={"message": "x" * 5000}), ("?", "?", "x" * 200)),
        (
            execution("Failed", statusCodeData={"subjectCode": "8" * 5000, "reasonCode": ""}),
            ("8" * 200, "?", None),
        ),
    ],
)
def test_a_failure_of_a_careless_peer_is_still_a_failure(
    answer: dict[str, Any], codes: tuple[Any, ...]
) -> None:
    with pytest.raises(FunctionError) as error:
        parse_answer(DOWNLOAD_ORDER, answer)
    assert (error.value.subject, error.value.reason, error.value.message) == codes


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"header": None},
        {"header": []},
        {"header": {}},
        {"header": {"functionExecutionStatus": "Executed-Success"}},
        {"header": {"functionExecutionStatus": {"status": None}}},
        {"header": {"functionExecutionStatus": {"status": 1}}},
    ],
)
def test_an_answer_without_a_status_is_no_answer(answer: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match="header: answer has no functionExecutionStatus"):
        parse_answer(DOWNLOAD_ORDER, answer)


def test_a_success_without_its_output_is_no_success() -> None:
    with pytest.raises(DecodeError, match="iccid: mandatory member is missing"):
        parse_answer(DOWNLOAD_ORDER, execution("Executed-Success"))


def test_the_header_of_a_request_may_be_half_empty() -> None:
    header = RequestHeader(function_requester_identifier="1.2.3")
    assert HEADER.decode({"functionRequesterIdentifier": "1.2.3"}) == header
    assert HEADER.encode(header) == {"functionRequesterIdentifier": "1.2.3", "functionCallIdentifier": ""}
    assert JsonBinding(RequestHeader).decode({}) == RequestHeader()
