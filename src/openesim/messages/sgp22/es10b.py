"""ES10b (LPA → chip): authentication, download, notifications.

The messages of authentication, download and notification stand in files of their own, since SM-DP+ and LPA
read them too; here is what only LPA and chip exchange.

Source: SGP.22 v2.5 §5.7.5–5.7.14, §5.7.22, Annex H.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import AlsoBare, Bits, Choice, Message, Raw, Tag, alternative, message
from openesim.messages.sgp22.notifications import (
    NotificationMetadata,
    OtherSignedNotification,
    PendingNotification,
    ProfileInstallationResult,
)
from openesim.messages.sgp22.types import NotificationEvent, Octets16, OperatorId, PprIds


@message(tag=0xBF2E)
class GetEuiccChallengeRequest(Message):
    """Ask for a challenge; a session that was open ends."""


@message(tag=0xBF2E)
class GetEuiccChallengeResponse(Message):
    """16 random octets."""

    euicc_challenge: Annotated[Octets16, Tag(0x80)]


@message(tag=0xBF20)
class GetEuiccInfo1Request(Message):
    """Ask for EUICCInfo1."""


@message(tag=0xBF22)
class GetEuiccInfo2Request(Message):
    """Ask for EUICCInfo2."""


class NotificationsListError(IntEnum):
    """Why no notifications are returned."""

    NO_RESULT_AVAILABLE = 1
    UNDEFINED_ERROR = 127


@message(tag=0xBF28)
class ListNotificationRequest(Message):
    """Ask for the metadata of pending notifications, of some operations or of all."""

    profile_management_operation: Annotated[NotificationEvent | None, Tag(0x81)] = None


ListNotificationResponse: Choice[tuple[NotificationMetadata, ...] | int] = Choice(
    alternative(tuple[NotificationMetadata, ...], 0xA0), alternative(int, 0x81), tag=0xBF28
)

NotificationSearchCriteria: Choice[int | NotificationEvent] = Choice(
    alternative(int, 0x80), alternative(NotificationEvent, 0x81)
)


@message(tag=0xBF2B)
class RetrieveNotificationsListRequest(Message):
    """Ask for pending notifications: one by number, some by operation, or all."""

    search_criteria: Annotated[
        int | NotificationEvent | None, NotificationSearchCriteria, Tag(0xA0), AlsoBare()
    ] = None


RetrieveNotificationsListResponse: Choice[
    tuple[ProfileInstallationResult | OtherSignedNotification, ...] | NotificationsListError | int
] = Choice(
    alternative(
        tuple[Annotated[ProfileInstallationResult | OtherSignedNotification, PendingNotification], ...], 0xA0
    ),
    alternative(NotificationsListError | int, 0x81),
    tag=0xBF2B,
)


class DeleteNotificationStatus(IntEnum):
    """Outcome of removing a notification."""

    OK = 0
    NOTHING_TO_DELETE = 1
    UNDEFINED_ERROR = 127


@message(tag=0xBF30)
class NotificationSentRequest(Message):
    """RemoveNotificationFromList: the notification was delivered."""

    seq_number: Annotated[int, Tag(0x80)]


@message(tag=0xBF30)
class NotificationSentResponse(Message):
    """How it went."""

    delete_notification_status: Annotated[DeleteNotificationStatus | int, Tag(0x80)]


class PprFlags(Bits):
    """Conditions of a rule of the rules authorisation table."""

    CONSENT_REQUIRED = 1 << 0


@message()
class ProfilePolicyAuthorisationRule(Message):
    """Which policy rules the listed operators may set."""

    ppr_ids: Annotated[PprIds, Tag(0x80)]
    allowed_operators: Annotated[tuple[OperatorId, ...], Tag(0xA1)]
    ppr_flags: Annotated[PprFlags, Tag(0x82)]


@message(tag=0xBF43)
class GetRatRequest(Message):
    """Ask for the rules authorisation table."""


@message(tag=0xBF43)
class GetRatResponse(Message):
    """The table, in order of precedence; empty: no policy rule is allowed."""

    rat: Annotated[tuple[ProfilePolicyAuthorisationRule, ...], Tag(0xA0)]


class LoadCrlError(IntEnum):
    """Why the chip refused a CRL."""

    INVALID_SIGNATURE = 1
    INVALID_CRL_FORMAT = 2
    NOT_ENOUGH_MEMORY_SPACE = 3
    VERIFICATION_KEY_NOT_FOUND = 4
    FRESHER_CRL_ALREADY_LOADED = 5
    BASE_CRL_MISSING = 6
    UNDEFINED_ERROR = 127


@message(tag=0xBF35)
class LoadCrlRequest(Message):
    """A CRL; its outer tag 30 is replaced by A0, so the complete TLV is kept and must be retagged."""

    crl: Annotated[bytes, Raw(0xA0)]


@message()
class LoadCrlOk(Message):
    """Numbers of the partial CRLs still missing, if any."""

    missing_parts: Annotated[tuple[int, ...] | None, Tag(0xA0)] = None


LoadCrlResponse: Choice[LoadCrlOk | LoadCrlError | int] = Choice(
    alternative(LoadCrlOk, 0xA0), alternative(LoadCrlError | int, 0x81), tag=0xBF35
)
