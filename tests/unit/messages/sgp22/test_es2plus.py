"""ES2+ in JSON: names of members, tolerant input, and that a confirmation code is not printed."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Eid, Iccid
from openesim.messages.sgp22.es2plus import (
    CANCEL_ORDER,
    CONFIRM_ORDER,
    DOWNLOAD_ORDER,
    FUNCTIONS,
    HANDLE_DOWNLOAD_PROGRESS_INFO,
    RELEASE_PROFILE,
    CancelOrderRequest,
    ConfirmOrderOutput,
    ConfirmOrderRequest,
    DownloadOrderRequest,
    HandleDownloadProgressInfoRequest,
    NotificationPointStatus,
    ReleaseProfileRequest,
    StatusCodeData,
)
from openesim.messages.sgp22.function import Function, RequestHeader

EID = Eid.parse("89049032123451234512345678901235")
ICCID = Iccid.parse("8988211000000530082")
HEADER = RequestHeader(function_requester_identifier="1.2.3", function_call_identifier="call-1")
HEADER_FORM = {"functionRequesterIdentifier": "1.2.3", "functionCallIdentifier": "call-1"}

REQUESTS: list[tuple[Function, Any, dict[str, Any]]] = [
    (DOWNLOAD_ORDER, DownloadOrderRequest(header=HEADER), {}),
    (
        DOWNLOAD_ORDER,
        DownloadOrderRequest(header=HEADER, eid=EID, iccid=ICCID, profile_type="basic"),
        {"eid": str(EID), "iccid": f"{ICCID}F", "profileType": "basic"},
    ),
    (
        CONFIRM_ORDER,
        ConfirmOrderRequest(header=HEADER, iccid=ICCID, release_flag=False),
        {"iccid": f"{ICCID}F", "releaseFlag": False},
    ),
    (
        CONFIRM_ORDER,
        ConfirmOrderRequest(
            header=HEADER,
            iccid=ICCID,
            eid=EID,
            matching_id="",
            confirmation_code="4711",
            smds_address="smds.example.com",
            release_flag=True,
        ),
        {
            "iccid": f"{ICCID}F",
            "eid": str(EID),
            "matchingId": "",
            "confirmationCode": "4711",
            "smdsAddress": "smds.example.com",
            "releaseFlag": True,
        },
    ),
    (
        CANCEL_ORDER,
        CancelOrderRequest(
            header=HEADER, iccid=ICCID, matching_id="ABC", final_profile_status_indicator="Available"
        ),
        {"iccid": f"{ICCID}F", "matchingId": "ABC", "finalProfileStatusIndicator": "Available"},
    ),
    (RELEASE_PROFILE, ReleaseProfileRequest(header=HEADER, iccid=ICCID), {"iccid": f"{ICCID}F"}),
    (
        HANDLE_DOWNLOAD_PROGRESS_INFO,
        HandleDownloadProgressInfoRequest(
            header=HEADER,
            eid=EID,
            iccid=ICCID,
            profile_type="basic",
            timestamp="2026-01-02T03:04:05Z",
            notification_point_id=4,
            notification_point_status=NotificationPointStatus(
                status="Failed", status_code_data=StatusCodeData(subject_code="8.1", reason_code="4.8")
            ),
            result_data="vzc=",
        ),
        {
            "eid": str(EID),
            "iccid": f"{ICCID}F",
            "profileType": "basic",
            "timestamp": "2026-01-02T03:04:05Z",
            "notificationPointId": 4,
            "notificationPointStatus": {
                "status": "Failed",
                "statusCodeData": {"subjectCode": "8.1", "reasonCode": "4.8"},
            },
            "resultData": "vzc=",
        },
    ),
]


@pytest.mark.parametrize(("function", "request_", "form"), REQUESTS)
def test_a_request_has_the_members_of_the_standard(
    function: Function, request_: Any, form: dict[str, Any]
) -> None:
    assert function.request.encode(request_) == {"header": HEADER_FORM, **form}
    assert function.request.decode({"header": HEADER_FORM, **form}) == request_


def test_an_empty_matching_id_is_not_an_absent_one() -> None:
    form = {"header": {}, "iccid": str(ICCID), "releaseFlag": True}
    assert CONFIRM_ORDER.request.decode({**form, "matchingId": ""}).matching_id == ""
    assert CONFIRM_ORDER.request.decode({**form, "matchingId": None}).matching_id is None


def test_a_notification_point_may_come_as_digits() -> None:
    _, request, form = REQUESTS[-1]
    as_text = {"header": HEADER_FORM, **form, "notificationPointId": "4"}
    assert HANDLE_DOWNLOAD_PROGRESS_INFO.request.decode(as_text) == request


def test_the_answer_to_confirm_order_names_the_matching_id() -> None:
    assert CONFIRM_ORDER.response is not None
    assert CONFIRM_ORDER.response.encode(ConfirmOrderOutput(matching_id="ABC")) == {"matchingId": "ABC"}
    with pytest.raises(DecodeError, match="matchingId: mandatory member is missing"):
        CONFIRM_ORDER.response.decode({"eid": str(EID)})


@pytest.mark.parametrize(
    ("function", "form", "text"),
    [
        (DOWNLOAD_ORDER, {}, "header: mandatory member is missing"),
        (RELEASE_PROFILE, {"header": {}}, "iccid: mandatory member is missing"),
        (CONFIRM_ORDER, {"header": {}, "iccid": str(ICCID)}, "releaseFlag: mandatory member is missing"),
        (
            CONFIRM_ORDER,
            {"header": {}, "iccid": str(ICCID), "releaseFlag": "true"},
            "releaseFlag: must be true or false",
        ),
        (DOWNLOAD_ORDER, {"header": {}, "eid": "8904"}, "eid: EID must have 32 digits, not 4"),
        (
            DOWNLOAD_ORDER,
            {"header": {"functionCallIdentifier": 5}},
            "header.functionCallIdentifier: must be a string",
        ),
    ],
)
def test_a_faulty_request_is_refused_by_the_member(
    function: Function, form: dict[str, Any], text: str
) -> None:
    with pytest.raises(DecodeError) as refusal:
        function.request.decode(form)
    assert str(refusal.value) == text


def test_a_confirmation_code_is_not_printed() -> None:
    request = ConfirmOrderRequest(header=HEADER, iccid=ICCID, confirmation_code="4711", release_flag=True)
    assert "4711" not in f"{request!r} {request} {[request]}"


def test_the_paths_are_those_of_the_standard() -> None:
    assert [function.path for function in FUNCTIONS] == [
        "/gsma/rsp2/es2plus/downloadOrder",
        "/gsma/rsp2/es2plus/confirmOrder",
        "/gsma/rsp2/es2plus/cancelOrder",
        "/gsma/rsp2/es2plus/releaseProfile",
    ]
    assert HANDLE_DOWNLOAD_PROGRESS_INFO.path == "/gsma/rsp2/es2plus/handleDownloadProgressInfo"
    assert HANDLE_DOWNLOAD_PROGRESS_INFO.is_notification
    assert not any(function.is_notification for function in FUNCTIONS)
