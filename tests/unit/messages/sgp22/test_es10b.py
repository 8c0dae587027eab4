"""ES10b: exact octets of requests and answers, and the forms that LPAs of the field send."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.es10b import (
    DeleteNotificationStatus,
    GetEuiccChallengeRequest,
    GetEuiccChallengeResponse,
    GetEuiccInfo1Request,
    GetEuiccInfo2Request,
    GetRatRequest,
    GetRatResponse,
    ListNotificationRequest,
    ListNotificationResponse,
    LoadCrlError,
    LoadCrlOk,
    LoadCrlRequest,
    LoadCrlResponse,
    NotificationSentRequest,
    NotificationSentResponse,
    NotificationsListError,
    PprFlags,
    ProfilePolicyAuthorisationRule,
    RetrieveNotificationsListRequest,
    RetrieveNotificationsListResponse,
)
from openesim.messages.sgp22.notifications import NotificationMetadata
from openesim.messages.sgp22.types import NotificationEvent, OperatorId, PprIds

ENABLE = NotificationEvent(NotificationEvent.ENABLE)


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        (GetEuiccChallengeRequest(), "bf2e00"),
        (GetEuiccChallengeResponse(euicc_challenge=b"\xaa" * 16), "bf2e12" + "8010" + "aa" * 16),
        (GetEuiccInfo1Request(), "bf2000"),
        (GetEuiccInfo2Request(), "bf2200"),
        (ListNotificationRequest(), "bf2800"),
        (ListNotificationRequest(profile_management_operation=ENABLE), "bf2804" + "81020640"),
        (RetrieveNotificationsListRequest(), "bf2b00"),
        (RetrieveNotificationsListRequest(search_criteria=5), "bf2b05" + "a003" + "800105"),
        (RetrieveNotificationsListRequest(search_criteria=ENABLE), "bf2b06" + "a004" + "81020640"),
        (NotificationSentRequest(seq_number=300), "bf3004" + "8002012c"),
        (
            NotificationSentResponse(delete_notification_status=DeleteNotificationStatus.NOTHING_TO_DELETE),
            "bf3003" + "800101",
        ),
        (GetRatRequest(), "bf4300"),
        (GetRatResponse(rat=()), "bf4302" + "a000"),
        (
            GetRatResponse(
                rat=(
                    ProfilePolicyAuthorisationRule(
                        ppr_ids=PprIds(0b110),
                        allowed_operators=(OperatorId(mcc_mnc=b"\xee\xee\xee"),),
                        ppr_flags=PprFlags(1),
                    ),
                )
            ),
            "bf4315" + "a013" + "3011" + "80020560" + "a107" + "3005" + "8003eeeeee" + "82020780",
        ),
        (LoadCrlRequest(crl=b"\xa0\x00"), "bf3502" + "a000"),
    ],
    ids=repr,
)
def test_a_message_has_the_octets_of_the_standard(message: Any, octets: str) -> None:
    assert message.encode().hex() == octets
    assert type(message).decode(bytes.fromhex(octets)) == message


@pytest.mark.parametrize(
    ("choice", "value", "octets"),
    [
        (ListNotificationResponse, (), "bf2802" + "a000"),
        (ListNotificationResponse, 127, "bf2803" + "81017f"),
        (
            ListNotificationResponse,
            (
                NotificationMetadata(
                    seq_number=1, profile_management_operation=ENABLE, notification_address="a"
                ),
            ),
            "bf280f" + "a00d" + "bf2f0a" + "800101" + "81020640" + "0c0161",
        ),
        (RetrieveNotificationsListResponse, (), "bf2b02" + "a000"),
        (RetrieveNotificationsListResponse, NotificationsListError.NO_RESULT_AVAILABLE, "bf2b03" + "810101"),
        (LoadCrlResponse, LoadCrlOk(), "bf3502" + "a000"),
        (
            LoadCrlResponse,
            LoadCrlOk(missing_parts=(1, 300)),
            "bf350b" + "a009" + "a007" + "020101" + "0202012c",
        ),
        (LoadCrlResponse, LoadCrlError.BASE_CRL_MISSING, "bf3503" + "810106"),
    ],
)
def test_an_answer_has_the_octets_of_the_standard(choice: Any, value: Any, octets: str) -> None:
    assert choice.encode(value).hex() == octets
    decoded = choice.decode(bytes.fromhex(octets))
    assert decoded == value
    assert type(decoded) is type(value)


def test_the_search_for_a_notification_stands_in_its_explicit_wrapper() -> None:
    """PAIN 2: without A0, sixteen notifications of four operators stuck on a chip for weeks."""
    assert RetrieveNotificationsListRequest(search_criteria=0).encode().hex() == "bf2b05" + "a003" + "800100"


def test_an_event_given_by_its_name_is_not_taken_for_a_sequence_number() -> None:
    request = RetrieveNotificationsListRequest(search_criteria=NotificationEvent.DELETE)
    assert request.encode().hex() == "bf2b06" + "a004" + "81020410"


@pytest.mark.parametrize(
    ("octets", "criteria"), [("bf2b03" + "800105", 5), ("bf2b04" + "81020640", NotificationEvent.ENABLE)]
)
def test_search_criteria_without_their_wrapper_are_taken(octets: str, criteria: int) -> None:
    assert RetrieveNotificationsListRequest.decode(bytes.fromhex(octets)).search_criteria == criteria


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("bf2b02a000", "search_criteria: explicit tag holds nothing at octet 3"),
        ("bf2b05a003820105", "search_criteria: unexpected content with tag 82 at octet 5"),
        ("bf2b08a003800105800106", "component with tag 80 is repeated or out of order at octet 8"),
    ],
)
def test_other_search_criteria_are_refused(octets: str, text: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        RetrieveNotificationsListRequest.decode(bytes.fromhex(octets))
    assert str(refusal.value) == text
