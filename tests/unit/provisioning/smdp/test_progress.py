"""Which step of an order is which notification point, with which status."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openesim.messages.sgp22.download import CancelSessionReason
from openesim.messages.sgp22.es2plus import HANDLE_DOWNLOAD_PROGRESS_INFO
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.operators import USUAL_IDS, Point
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.provisioning.smdp.progress import progress_of
from tests.support.rig import ICCID, NOW, eid_of

STEP = Step(
    step_id=7,
    order_id=1,
    operator="operator",
    iccid=ICCID,
    profile_type="Testland",
    at=NOW,
    action=Action.AUTHENTICATE_CLIENT,
    state=OrderState.RELEASED,
    eid=eid_of(1),
)
A, G, C = Action.AUTHENTICATE_CLIENT, Action.GET_BOUND_PROFILE_PACKAGE, Action.CANCEL_SESSION
R, N = Action.INSTALLATION_RESULT, Action.CHIP_NOTIFICATION


def told(action: Action, pair: str = "", message: str | None = None, **more: Any) -> tuple[int, str] | None:
    """Returns the point and the pair of a failure, or an empty text for a success."""
    subject, _, reason = pair.partition("/")
    step = replace(
        STEP, action=action, subject=subject or None, reason=reason or None, message=message, **more
    )
    progress = progress_of(step, USUAL_IDS)
    if progress is None:
        return None
    status = progress.notification_point_status
    data = status.status_code_data
    assert (status.status == "Failed") is (data is not None)
    if data is None:
        assert status.status == "Executed-Success"
        return progress.notification_point_id, ""
    return progress.notification_point_id, f"{data.subject_code}/{data.reason_code}"


@pytest.mark.parametrize(
    ("action", "pair", "point"),
    [
        (A, "", 1),
        (A, "8.8.5/6.4", 1),
        (A, "8.2.5/4.3", 1),
        (A, "8.1/4.8", 1),
        (A, "8.2.6/3.8", None),  # nobody's order
        (A, "8.1.1/3.8", None),  # another chip's
        (A, "8.2/1.2", None),
        (A, "8.8/4.2", None),  # our own fault
        (G, "", 3),
        (G, "8.2.7/3.8", 2),
        (G, "8.2.7/6.4", 2),
        (G, "8.2/3.7", 3),
        (G, "8.10.1/3.9", None),
        (Action.DOWNLOAD_ORDER, "", None),
        (Action.CONFIRM_ORDER, "", None),
        (Action.CANCEL_ORDER, "", None),
        (Action.REPAIR, "", None),
        (R, "", 4),
    ],
)
def test_functions_and_their_refusals_are_points(action: Action, pair: str, point: int | None) -> None:
    assert told(action, pair) == (None if point is None else (point, pair))


def test_a_failed_installation_is_told_as_such() -> None:
    assert told(R, message="installation failed: 5/12 install_failed") == (4, "8.2/4.2")
    assert told(R, message="installed") == (4, "")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (CancelSessionReason.END_USER_REJECTION, (3, "8.2/3.8")),
        (CancelSessionReason.POSTPONED, None),
        (CancelSessionReason.TIMEOUT, None),
        (CancelSessionReason.PPR_NOT_ALLOWED, (3, "8.2/1.2")),
        (CancelSessionReason.METADATA_MISMATCH, (4, "8.2/3.11")),
        (CancelSessionReason.LOAD_BPP_EXECUTION_ERROR, (4, "8.2/4.2")),
        (CancelSessionReason.UNDEFINED_REASON, (3, "8.2/4.3")),
    ],
)
def test_a_cancelled_session_is_told_by_its_reason(
    reason: CancelSessionReason, expected: tuple[int, str] | None
) -> None:
    assert told(C, message=f"cancelled: {reason.name.lower()}") == expected


def test_a_reason_of_the_future_is_told_and_a_refused_cancellation_is_not() -> None:
    assert told(C, message="cancelled: 42") == (3, "8.2/4.3")
    assert told(C, message=None) is None
    assert told(C, "8.1/6.1", "cancelled: undefined_reason") is None


@pytest.mark.parametrize(
    ("state", "message", "point"),
    [
        (ChipState.ENABLED, "enabled", 6),
        (ChipState.DISABLED, "disabled", 7),
        (ChipState.DELETED, "deleted", 8),
        (ChipState.DISABLED, "installed", None),
        (None, "notification of no known operation", None),
    ],
)
def test_what_the_chip_tells_is_a_point_of_the_operators_own_number(
    state: ChipState | None, message: str, point: int | None
) -> None:
    assert told(N, message=message, chip_state=state) == (None if point is None else (point, ""))


def test_points_that_nobody_wants_are_not_told_and_numbers_are_the_operators() -> None:
    enabled = replace(STEP, action=N, chip_state=ChipState.ENABLED, message="enabled")
    assert progress_of(enabled, {Point.DOWNLOAD: 3}) is None
    progress = progress_of(enabled, {Point.ENABLE: 101})
    assert progress is not None
    assert progress.notification_point_id == 101


def test_the_message_has_every_member_of_the_standard() -> None:
    step = replace(STEP, action=R, message="installation failed: 5/12 x")
    progress = progress_of(step, USUAL_IDS, "vyc=")
    assert progress is not None
    assert HANDLE_DOWNLOAD_PROGRESS_INFO.request.encode(progress) == {
        "header": {"functionRequesterIdentifier": "", "functionCallIdentifier": "7-1800016245000"},
        "eid": str(eid_of(1)),
        "iccid": f"{ICCID}F",
        "profileType": "Testland",
        "timestamp": "2027-01-15T12:30:45Z",
        "notificationPointId": 4,
        "notificationPointStatus": {
            "status": "Failed",
            "statusCodeData": {
                "subjectCode": "8.2",
                "reasonCode": "4.2",
                "message": "installation failed: 5/12 x",
            },
        },
        "resultData": "vyc=",
    }
