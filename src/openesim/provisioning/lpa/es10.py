"""The functions of the chip, typed: each sends one command and decodes the answer.

Source: SGP.22 v2.5 §5.7.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Protocol, TypeVar

from openesim.encoding.asn1 import Signed
from openesim.kernel.errors import CardError, DecodeError
from openesim.kernel.ids import Eid, Iccid, TransactionId
from openesim.messages.sgp22.authentication import (
    AuthenticateResponseError,
    AuthenticateResponseOk,
    AuthenticateServerRequest,
    AuthenticateServerResponse,
)
from openesim.messages.sgp22.download import (
    CancelSessionError,
    CancelSessionReason,
    CancelSessionRequest,
    CancelSessionResponse,
    CancelSessionResponseOk,
    PrepareDownloadRequest,
    PrepareDownloadResponse,
    PrepareDownloadResponseError,
    PrepareDownloadResponseOk,
)
from openesim.messages.sgp22.es10a import (
    EuiccConfiguredAddressesRequest,
    EuiccConfiguredAddressesResponse,
    SetDefaultDpAddressRequest,
    SetDefaultDpAddressResponse,
    SetDefaultDpAddressResult,
)
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
    ProfilePolicyAuthorisationRule,
)
from openesim.messages.sgp22.es10c import (
    DeleteProfileRequest,
    DeleteProfileResponse,
    DeleteResult,
    DisableProfileRequest,
    DisableProfileResponse,
    DisableResult,
    EnableProfileRequest,
    EnableProfileResponse,
    EnableResult,
    EuiccMemoryResetRequest,
    EuiccMemoryResetResponse,
    GetEuiccDataRequest,
    GetEuiccDataResponse,
    ProfileInfoListError,
    ProfileInfoListRequest,
    ProfileInfoListResponse,
    ResetOptions,
    ResetResult,
    SetNicknameRequest,
    SetNicknameResponse,
    SetNicknameResult,
)
from openesim.messages.sgp22.euicc_info import EuiccInfo1, EuiccInfo2
from openesim.messages.sgp22.explained import LpaOutcome, explain_outcome, explain_result
from openesim.messages.sgp22.metadata import ProfileInfo
from openesim.messages.sgp22.notifications import NotificationMetadata
from openesim.provisioning.lpa.effects import Procedure, SendCommand

_EID_TAG = b"\x5a"
PROFILE_TAGS = bytes.fromhex("5A4F9F7090919295B6B799")
"""Everything the user is shown, and what decides about notifications and policy; the default list is shorter."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class _Decodable(Protocol[T_co]):
    """A message class or a CHOICE."""

    def decode(self, octets: bytes) -> T_co: ...


def exchange(command: bytes, answer: _Decodable[T_co]) -> Procedure[T_co]:
    """Send a command and decode the answer.

    Raises:
        CardError: the chip refused, or its answer does not follow the declaration.
    """
    octets: bytes = yield SendCommand(command)
    return read(octets, answer)


def exchange_kept(command: bytes, answer: _Decodable[T]) -> Procedure[Signed[T]]:
    """Send a command and decode the answer, beside its octets: a server gets what the chip said, not our reading of it.

    Raises:
        CardError: the chip refused, or its answer does not follow the declaration.
    """
    octets: bytes = yield SendCommand(command)
    return Signed(read(octets, answer), octets)


def read(octets: bytes, answer: _Decodable[T_co]) -> T_co:
    """Decode what the chip answered.

    Raises:
        CardError: the answer does not follow the declaration.
    """
    try:
        return answer.decode(octets)
    except DecodeError as error:
        raise _unreadable(error) from error


def _unreadable(error: DecodeError) -> CardError:
    """Return the error for an answer that does not follow its declaration."""
    unreadable = CardError(f"the chip's answer cannot be read: {error}")
    unreadable.explained(explain_outcome(LpaOutcome.CARD_ANSWER_UNREADABLE))
    return unreadable


def refusal(what: str, kind: type[IntEnum], number: int) -> CardError:
    """Return the error for a result code that says no, explained.

    Args:
        what: the function, in the standard's words.
        kind: the enumeration of its results.
        number: the result.
    """
    known = kind._value2member_map_.get(int(number))
    name = f"error {int(number)}" if known is None else known.name.lower().replace("_", " ")
    error = CardError(f"{what}: {name}")
    error.explained(explain_result(kind, number))
    return error


def _require_ok(what: str, kind: type[IntEnum], number: int) -> None:
    """Raise unless a result is 0."""
    if number != 0:
        raise refusal(what, kind, number)


# --- ES10a ------------------------------------------------------------------------------------------------


def get_configured_addresses() -> Procedure[EuiccConfiguredAddressesResponse]:
    """Return default SM-DP+ and root SM-DS.

    Source: SGP.22 v2.5 §5.7.3.
    """
    return (yield from exchange(EuiccConfiguredAddressesRequest().encode(), EuiccConfiguredAddressesResponse))


def set_default_dp_address(address: str) -> Procedure[None]:
    """Set the default SM-DP+; an empty address clears it.

    Source: SGP.22 v2.5 §5.7.4.
    """
    command = SetDefaultDpAddressRequest(default_dp_address=address).encode()
    answer = yield from exchange(command, SetDefaultDpAddressResponse)
    _require_ok("SetDefaultDpAddress", SetDefaultDpAddressResult, answer.set_default_dp_address_result)


# --- ES10b ------------------------------------------------------------------------------------------------


def get_euicc_info1() -> Procedure[Signed[EuiccInfo1]]:
    """Return EUICCInfo1.

    Source: SGP.22 v2.5 §5.7.8.
    """
    return (yield from exchange_kept(GetEuiccInfo1Request().encode(), EuiccInfo1))


def get_euicc_info2() -> Procedure[EuiccInfo2]:
    """Return EUICCInfo2.

    Source: SGP.22 v2.5 §5.7.8.
    """
    return (yield from exchange(GetEuiccInfo2Request().encode(), EuiccInfo2))


def get_euicc_challenge() -> Procedure[bytes]:
    """Begin a session: return the chip's challenge, 16 octets.

    Source: SGP.22 v2.5 §5.7.7.
    """
    answer = yield from exchange(GetEuiccChallengeRequest().encode(), GetEuiccChallengeResponse)
    return answer.euicc_challenge


def authenticate_server(
    request: AuthenticateServerRequest,
) -> Procedure[Signed[AuthenticateResponseOk | AuthenticateResponseError]]:
    """Hand the server's proof to the chip and return the chip's own, or its refusal.

    Source: SGP.22 v2.5 §5.7.13.
    """
    return (yield from exchange_kept(request.encode(), AuthenticateServerResponse))


def prepare_download(
    request: PrepareDownloadRequest,
) -> Procedure[Signed[PrepareDownloadResponseOk | PrepareDownloadResponseError]]:
    """Hand the server's second proof to the chip and return the chip's own, or its refusal.

    Source: SGP.22 v2.5 §5.7.5.
    """
    return (yield from exchange_kept(request.encode(), PrepareDownloadResponse))


def cancel_session(
    transaction_id: TransactionId, reason: CancelSessionReason
) -> Procedure[Signed[CancelSessionResponseOk | CancelSessionError | int]]:
    """End the chip's session and return what it signed for the server, or the number of its refusal.

    Source: SGP.22 v2.5 §5.7.14.
    """
    request = CancelSessionRequest(transaction_id=transaction_id, reason=reason)
    return (yield from exchange_kept(request.encode(), CancelSessionResponse))


def get_rat() -> Procedure[tuple[ProfilePolicyAuthorisationRule, ...]]:
    """Return the rules authorisation table.

    Source: SGP.22 v2.5 §5.7.22.
    """
    return (yield from exchange(GetRatRequest().encode(), GetRatResponse)).rat


def list_notifications() -> Procedure[tuple[NotificationMetadata, ...]]:
    """Return what the chip keeps for delivery, in the order of sequence numbers.

    Source: SGP.22 v2.5 §5.7.9.
    """
    answer = yield from exchange(ListNotificationRequest().encode(), ListNotificationResponse)
    if isinstance(answer, tuple):
        return tuple(sorted(answer, key=lambda notification: notification.seq_number))
    if answer == NotificationsListError.NO_RESULT_AVAILABLE:
        return ()
    raise refusal("ListNotification", NotificationsListError, answer)


def remove_notification(seq_number: int) -> Procedure[DeleteNotificationStatus | int]:
    """Remove one notification from the chip and return how it went.

    Source: SGP.22 v2.5 §5.7.11.
    """
    command = NotificationSentRequest(seq_number=seq_number).encode()
    return (yield from exchange(command, NotificationSentResponse)).delete_notification_status


# --- ES10c ------------------------------------------------------------------------------------------------


def get_eid() -> Procedure[Eid]:
    """Return the EID.

    Source: SGP.22 v2.5 §5.7.20.
    """
    answer = yield from exchange(GetEuiccDataRequest(tag_list=_EID_TAG).encode(), GetEuiccDataResponse)
    try:
        return Eid.from_octets(answer.eid_value)
    except DecodeError as error:
        raise _unreadable(error) from error


def get_profiles_info(tags: bytes | None = PROFILE_TAGS) -> Procedure[tuple[ProfileInfo, ...]]:
    """Return the profiles.

    A chip that does not know every tag of the list may refuse all of it: it is then asked for its default ones.

    Source: SGP.22 v2.5 §5.7.15.
    """
    answer = yield from exchange(ProfileInfoListRequest(tag_list=tags).encode(), ProfileInfoListResponse)
    if isinstance(answer, tuple):
        return answer
    if tags is None:
        raise refusal("GetProfilesInfo", ProfileInfoListError, answer)
    return (yield from get_profiles_info(None))


def enable_profile(identifier: bytes | Iccid) -> Procedure[None]:
    """Enable a profile by ISD-P AID or ICCID; the card is to be reset afterwards.

    Source: SGP.22 v2.5 §5.7.16.
    """
    command = EnableProfileRequest(profile_identifier=identifier, refresh_flag=True).encode()
    answer = yield from exchange(command, EnableProfileResponse)
    _require_ok("EnableProfile", EnableResult, answer.enable_result)


def disable_profile(identifier: bytes | Iccid) -> Procedure[None]:
    """Disable a profile by ISD-P AID or ICCID; the card is to be reset afterwards.

    Source: SGP.22 v2.5 §5.7.17.
    """
    command = DisableProfileRequest(profile_identifier=identifier, refresh_flag=True).encode()
    answer = yield from exchange(command, DisableProfileResponse)
    _require_ok("DisableProfile", DisableResult, answer.disable_result)


def delete_profile(identifier: bytes | Iccid) -> Procedure[None]:
    """Delete a disabled profile by ISD-P AID or ICCID.

    Source: SGP.22 v2.5 §5.7.18.
    """
    answer = yield from exchange(DeleteProfileRequest.encode(identifier), DeleteProfileResponse)
    _require_ok("DeleteProfile", DeleteResult, answer.delete_result)


def memory_reset(options: ResetOptions) -> Procedure[bool]:
    """Reset the chip's memory; return whether there was anything to delete.

    Source: SGP.22 v2.5 §5.7.19.
    """
    command = EuiccMemoryResetRequest(reset_options=options).encode()
    answer = yield from exchange(command, EuiccMemoryResetResponse)
    if answer.reset_result == ResetResult.NOTHING_TO_DELETE:
        return False
    _require_ok("eUICCMemoryReset", ResetResult, answer.reset_result)
    return True


def set_nickname(iccid: Iccid, nickname: str) -> Procedure[None]:
    """Give a profile a nickname; an empty one removes it.

    Source: SGP.22 v2.5 §5.7.21.
    """
    command = SetNicknameRequest(iccid=iccid, profile_nickname=nickname).encode()
    answer = yield from exchange(command, SetNicknameResponse)
    _require_ok("SetNickname", SetNicknameResult, answer.set_nickname_result)
