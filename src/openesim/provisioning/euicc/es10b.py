"""ES10b: challenge, information, notifications, rules.

What begins, goes on with and ends an RSP session stands in ``authentication``, ``download`` and ``install``, revocation
lists in ``revocation``: each is a subject of its own.

Source: SGP.22 v2.5 §5.7.7–5.7.14, §5.7.22.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.encoding import tlv
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
    NotificationSentRequest,
    NotificationSentResponse,
    NotificationsListError,
    RetrieveNotificationsListRequest,
    RetrieveNotificationsListResponse,
)
from openesim.provisioning.euicc import notifications
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.info import build_euicc_info1, build_euicc_info2
from openesim.provisioning.euicc.session import ChallengeIssued
from openesim.provisioning.euicc.state import Euicc

_RETRIEVE_NOTIFICATIONS_LIST, _NOTIFICATION_LIST = 0xBF2B, 0xA0


def get_euicc_challenge(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Begin a new session: the one that was open ends, unused one-time keys stay.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.7.
    """
    GetEuiccChallengeRequest.decode(command)
    challenge = ambient.entropy(16)
    # An installation that was going on was given up by the LPA, not interrupted: there is nothing to report.
    euicc = euicc.with_nvm(without_installation(euicc).nvm).with_session(ChallengeIssued(challenge))
    return euicc, GetEuiccChallengeResponse(euicc_challenge=challenge).encode()


def without_installation(euicc: Euicc) -> Euicc:
    """Return the chip without the mark of an ongoing installation."""
    if euicc.nvm.installation is None:
        return euicc
    return euicc.with_nvm(replace(euicc.nvm, installation=None))


def get_euicc_info1(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Return EUICCInfo1.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.8.
    """
    GetEuiccInfo1Request.decode(command)
    return euicc, build_euicc_info1(euicc.nvm, ambient).encode()


def get_euicc_info2(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Return EUICCInfo2.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.8.
    """
    GetEuiccInfo2Request.decode(command)
    return euicc, build_euicc_info2(euicc.nvm, ambient).encode()


def list_notification(euicc: Euicc, command: bytes, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Return the metadata of the waiting notifications, of some events or all.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.9.
    """
    events = ListNotificationRequest.decode(command).profile_management_operation
    found = notifications.select(euicc.nvm.notifications, events)
    return euicc, ListNotificationResponse.encode(tuple(map(notifications.metadata_of, found)))


def retrieve_notifications_list(euicc: Euicc, command: bytes, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Return waiting notifications: one by number, some by event, or all; finding none is an error here.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.10.
    """
    criteria = RetrieveNotificationsListRequest.decode(command).search_criteria
    found = notifications.select(euicc.nvm.notifications, criteria)
    if not found:
        error = NotificationsListError.NO_RESULT_AVAILABLE
        return euicc, RetrieveNotificationsListResponse.encode(error)
    # They were encoded when they were signed.
    octets = tlv.encode(_NOTIFICATION_LIST, b"".join(notification.octets for notification in found))
    return euicc, tlv.encode(_RETRIEVE_NOTIFICATIONS_LIST, octets)


def remove_notification_from_list(euicc: Euicc, command: bytes, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Forget a notification: it was delivered.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.11.
    """
    number = NotificationSentRequest.decode(command).seq_number
    remaining = tuple(one for one in euicc.nvm.notifications if one.seq_number != number)
    status = DeleteNotificationStatus.OK
    if len(remaining) == len(euicc.nvm.notifications):
        status = DeleteNotificationStatus.NOTHING_TO_DELETE
    else:
        euicc = euicc.with_nvm(replace(euicc.nvm, notifications=remaining))
    return euicc, NotificationSentResponse(delete_notification_status=status).encode()


def get_rat(euicc: Euicc, command: bytes, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Return the rules authorisation table.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.22.
    """
    GetRatRequest.decode(command)
    return euicc, GetRatResponse(rat=euicc.nvm.rat).encode()
