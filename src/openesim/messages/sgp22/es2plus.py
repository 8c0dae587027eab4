"""ES2+ (operator ↔ SM-DP+): orders of profiles, and what the SM-DP+ reports about them.

Source: SGP.22 v2.5 §5.3, §6.5.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openesim.encoding.jsonbinding import BOOLEAN, EID, ICCID, INTEGER, TEXT, Json, JsonBinding, nested
from openesim.kernel.ids import Eid, Iccid
from openesim.messages.sgp22.function import HEADER, PATH_PREFIX, Function, RequestHeader

_Header = Annotated[RequestHeader, Json("header", HEADER)]
_Iccid = Annotated[Iccid, Json("iccid", ICCID)]
_OptionalEid = Annotated[Eid | None, Json("eid", EID)]
_OptionalMatchingId = Annotated[str | None, Json("matchingId", TEXT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadOrderRequest:
    """Reserve a profile: one by ICCID, or any of a type; for one chip if ``eid`` is given."""

    header: _Header
    eid: _OptionalEid = None
    iccid: Annotated[Iccid | None, Json("iccid", ICCID)] = None
    profile_type: Annotated[str | None, Json("profileType", TEXT)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadOrderOutput:
    """The profile that was reserved."""

    iccid: _Iccid


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOrderRequest:
    """Confirm a reserved profile, with the means by which the user will fetch it.

    ``matching_id`` absent: the SM-DP+ makes one; empty: the chip is found by its EID.
    """

    header: _Header
    iccid: _Iccid
    eid: _OptionalEid = None
    matching_id: _OptionalMatchingId = None
    confirmation_code: Annotated[str | None, Json("confirmationCode", TEXT)] = None
    smds_address: Annotated[str | None, Json("smdsAddress", TEXT)] = None
    release_flag: Annotated[bool, Json("releaseFlag", BOOLEAN)]

    def __repr__(self) -> str:
        """Leave the confirmation code out."""
        return f"ConfirmOrderRequest(iccid={self.iccid!r}, release_flag={self.release_flag})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOrderOutput:
    """What goes into the activation code."""

    eid: _OptionalEid = None
    matching_id: Annotated[str, Json("matchingId", TEXT)]
    smdp_address: Annotated[str | None, Json("smdpAddress", TEXT)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrderRequest:
    """Take an order back; the profile becomes Available or Unavailable."""

    header: _Header
    iccid: _Iccid
    eid: _OptionalEid = None
    matching_id: _OptionalMatchingId = None
    final_profile_status_indicator: Annotated[str, Json("finalProfileStatusIndicator", TEXT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseProfileRequest:
    """Release a confirmed profile for download."""

    header: _Header
    iccid: _Iccid


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCodeData:
    """Subject, reason, object and text of a failure."""

    subject_code: Annotated[str, Json("subjectCode", TEXT)]
    reason_code: Annotated[str, Json("reasonCode", TEXT)]
    subject_identifier: Annotated[str | None, Json("subjectIdentifier", TEXT)] = None
    message: Annotated[str | None, Json("message", TEXT)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationPointStatus:
    """How the step that is reported ended."""

    status: Annotated[str, Json("status", TEXT)]
    status_code_data: Annotated[
        StatusCodeData | None, Json("statusCodeData", nested(JsonBinding(StatusCodeData)))
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleDownloadProgressInfoRequest:
    """A step of a download, reported to the operator.

    Points: 1 eligibility and retry limit, 2 confirmation failure, 3 package delivered, 4 installation.
    """

    header: _Header
    eid: _OptionalEid = None
    iccid: _Iccid
    profile_type: Annotated[str, Json("profileType", TEXT)]
    timestamp: Annotated[str, Json("timestamp", TEXT)]
    notification_point_id: Annotated[int, Json("notificationPointId", INTEGER)]
    notification_point_status: Annotated[
        NotificationPointStatus,
        Json("notificationPointStatus", nested(JsonBinding(NotificationPointStatus))),
    ]
    result_data: Annotated[str | None, Json("resultData", TEXT)] = None


_INTERFACE = f"{PATH_PREFIX}/es2plus"

DOWNLOAD_ORDER = Function(
    "download_order",
    f"{_INTERFACE}/downloadOrder",
    JsonBinding(DownloadOrderRequest),
    JsonBinding(DownloadOrderOutput),
)
CONFIRM_ORDER = Function(
    "confirm_order",
    f"{_INTERFACE}/confirmOrder",
    JsonBinding(ConfirmOrderRequest),
    JsonBinding(ConfirmOrderOutput),
)
CANCEL_ORDER = Function("cancel_order", f"{_INTERFACE}/cancelOrder", JsonBinding(CancelOrderRequest))
RELEASE_PROFILE = Function(
    "release_profile", f"{_INTERFACE}/releaseProfile", JsonBinding(ReleaseProfileRequest)
)
HANDLE_DOWNLOAD_PROGRESS_INFO = Function(
    "handle_download_progress_info",
    f"{_INTERFACE}/handleDownloadProgressInfo",
    JsonBinding(HandleDownloadProgressInfoRequest),
    is_notification=True,
)

FUNCTIONS = (DOWNLOAD_ORDER, CONFIRM_ORDER, CANCEL_ORDER, RELEASE_PROFILE)
