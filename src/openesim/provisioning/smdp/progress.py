"""The progress of a download, as ES2+ tells the operator: which step of an order is which notification point.

A step that is no notification point leads to no message. What a stranger's chip attempts (an unknown matching id, an
order of another chip) is none: the standard tells it before anything is counted.

The standard's table of status codes for a cancelled session is not among our facts; ``_CANCELLATIONS`` is our own
choice out of its catalogue.

Source: SGP.22 v2.5 §5.3.6, §3.1.3, §3.1.3.2, §3.1.3.3, §3.0.2, §3.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from openesim.messages.sgp22.download import CancelSessionReason
from openesim.messages.sgp22.es2plus import (
    HandleDownloadProgressInfoRequest,
    NotificationPointStatus,
    StatusCodeData,
)
from openesim.messages.sgp22.function import RequestHeader
from openesim.messages.sgp22.status import ExecutionStatus, Reason, Subject
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.operators import Point
from openesim.provisioning.smdp.orders import ChipState

CANCELLED: Final = "cancelled: "
"""How the message of a step begins that ended with a cancelled session; the reason's name follows."""

INSTALLATION_FAILED: Final = "installation failed"
"""How the message of a step begins that tells a failed installation."""

_INSTALLED: Final = "installed"
_MILLISECONDS: Final = 1000

# Refusals behind the counted attempt: too many of them, no memory, not eligible.
_ELIGIBILITY: Final = frozenset(
    {
        (Subject.DOWNLOAD_ORDER, Reason.MAXIMUM_NUMBER_OF_RETRIES_EXCEEDED),
        (Subject.EUICC, Reason.INSUFFICIENT_MEMORY),
        (Subject.PROFILE_TYPE, Reason.STOPPED_ON_WARNING),
    }
)
_UNKNOWN_TRANSACTION: Final = (Subject.TRANSACTION_ID, Reason.UNKNOWN)
_CANCELLATIONS: Final[Mapping[str, tuple[Point, Subject, Reason]]] = {
    CancelSessionReason.END_USER_REJECTION.name: (Point.DOWNLOAD, Subject.PROFILE, Reason.REFUSED),
    CancelSessionReason.PPR_NOT_ALLOWED.name: (Point.DOWNLOAD, Subject.PROFILE, Reason.NOT_ALLOWED),
    CancelSessionReason.METADATA_MISMATCH.name: (
        Point.INSTALLATION,
        Subject.PROFILE,
        Reason.VALUE_HAS_CHANGED,
    ),
    CancelSessionReason.LOAD_BPP_EXECUTION_ERROR.name: (
        Point.INSTALLATION,
        Subject.PROFILE,
        Reason.EXECUTION_ERROR,
    ),
}
_CANCELLED_OTHERWISE: Final = (Point.DOWNLOAD, Subject.PROFILE, Reason.STOPPED_ON_WARNING)
_POSTPONED: Final = frozenset({CancelSessionReason.POSTPONED.name, CancelSessionReason.TIMEOUT.name})
_CHIP_POINTS: Final = {
    ChipState.ENABLED: Point.ENABLE,
    ChipState.DISABLED: Point.DISABLE,
    ChipState.DELETED: Point.DELETE,
}

_SUCCESS: Final = NotificationPointStatus(status=ExecutionStatus.EXECUTED_SUCCESS.value)

_Told = tuple[Point, NotificationPointStatus]


def progress_of(
    step: Step, points: Mapping[Point, int], result_data: str | None = None
) -> HandleDownloadProgressInfoRequest | None:
    """Return the message that a step is told by, or None where it is no notification point that is wanted.

    The header's caller is filled in where the message is sent; its call identifier is the step's for good, so that an
    operator knows a message that comes twice.

    Args:
        step: as stored, with its row number.
        points: those that the operator wants to hear of, with his numbers.
        result_data: ProfileInstallationResultData (BF27) in base64, of an installation.
    """
    told = _point_of(step)
    if told is None or told[0] not in points:
        return None
    return HandleDownloadProgressInfoRequest(
        header=RequestHeader(function_call_identifier=call_identifier(step)),
        eid=step.eid,
        iccid=step.iccid,
        profile_type=step.profile_type,
        timestamp=format_timestamp(step.at),
        notification_point_id=points[told[0]],
        notification_point_status=told[1],
        result_data=result_data if told[0] is Point.INSTALLATION else None,
    )


def call_identifier(step: Step) -> str:
    """Return what names the call that tells a step: row number and moment, since a restored database counts anew."""
    return f"{step.step_id}-{int(step.at.timestamp() * _MILLISECONDS)}"


def format_timestamp(moment: datetime) -> str:
    """Return a moment in UTC as the standard writes it: ``2027-01-15T12:30:45Z``.

    Source: SGP.22 v2.5 §6.5.2.
    """
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _point_of(step: Step) -> _Told | None:
    """Return the notification point of a step with its status."""
    match step.action:
        case Action.AUTHENTICATE_CLIENT:
            return _of_authentication(step)
        case Action.GET_BOUND_PROFILE_PACKAGE:
            return _of_package(step)
        case Action.CANCEL_SESSION:
            return _of_cancellation(step)
        case Action.INSTALLATION_RESULT:
            return Point.INSTALLATION, _installation_status(step)
        case Action.CHIP_NOTIFICATION:
            return _of_chip(step)
        case _:
            return None


def _of_authentication(step: Step) -> _Told | None:
    if not step.is_refused:
        return Point.ELIGIBILITY, _SUCCESS
    if (step.subject, step.reason) not in _ELIGIBILITY:
        return None
    return Point.ELIGIBILITY, _refusal(step)


def _of_package(step: Step) -> _Told | None:
    if not step.is_refused:
        return Point.DOWNLOAD, _SUCCESS
    if (step.subject, step.reason) == _UNKNOWN_TRANSACTION:
        return None
    is_code = step.subject == Subject.CONFIRMATION_CODE
    return Point.CONFIRMATION_FAILURE if is_code else Point.DOWNLOAD, _refusal(step)


def _of_cancellation(step: Step) -> _Told | None:
    """Return what a cancelled session is told as; one that the user may take up again is not."""
    message = step.message or ""
    if step.is_refused or not message.startswith(CANCELLED):
        return None
    name = message.removeprefix(CANCELLED).upper()
    if name in _POSTPONED:
        return None
    point, subject, reason = _CANCELLATIONS.get(name, _CANCELLED_OTHERWISE)
    return point, _failure(subject, reason, message)


def _installation_status(step: Step) -> NotificationPointStatus:
    message = step.message or ""
    if not message.startswith(INSTALLATION_FAILED):
        return _SUCCESS
    return _failure(Subject.PROFILE, Reason.EXECUTION_ERROR, message)


def _of_chip(step: Step) -> _Told | None:
    """Return the point of a notification; that a profile was installed is told with the installation result."""
    if step.chip_state is None or step.message == _INSTALLED:
        return None
    return _CHIP_POINTS[step.chip_state], _SUCCESS


def _refusal(step: Step) -> NotificationPointStatus:
    return _failure(step.subject or "", step.reason or "", step.message)


def _failure(subject: str, reason: str, message: str | None) -> NotificationPointStatus:
    data = StatusCodeData(subject_code=str(subject), reason_code=str(reason), message=message)
    return NotificationPointStatus(status=ExecutionStatus.FAILED.value, status_code_data=data)
