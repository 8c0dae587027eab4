"""Notifications: what a chip tells the servers after something happened to a profile.

Source: SGP.22 v2.5 §2.5.6, §3.5, §5.6.4, §5.7.9–11.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import Choice, Message, Signed, Size, Tag, alternative, message
from openesim.kernel.ids import Iccid, Oid, TransactionId
from openesim.messages.sgp22.types import CertificateOctets, NotificationEvent, Signature


class BppCommandId(IntEnum):
    """Which ES8+ command an installation failed in."""

    INITIALISE_SECURE_CHANNEL = 0
    CONFIGURE_ISDP = 1
    STORE_METADATA = 2
    STORE_METADATA2 = 3
    REPLACE_SESSION_KEYS = 4
    LOAD_PROFILE_ELEMENTS = 5


class ErrorReason(IntEnum):
    """Why an installation failed."""

    INCORRECT_INPUT_VALUES = 1
    INVALID_SIGNATURE = 2
    INVALID_TRANSACTION_ID = 3
    UNSUPPORTED_CRT_VALUES = 4
    UNSUPPORTED_REMOTE_OPERATION_TYPE = 5
    UNSUPPORTED_PROFILE_CLASS = 6
    SCP03T_STRUCTURE_ERROR = 7
    SCP03T_SECURITY_ERROR = 8
    INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC = 9
    INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE = 10
    INSTALL_FAILED_DUE_TO_INTERRUPTION = 11
    INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR = 12
    INSTALL_FAILED_DUE_TO_DATA_MISMATCH = 13
    TEST_PROFILE_INSTALL_FAILED_DUE_TO_INVALID_NAA_KEY = 14
    PPR_NOT_ALLOWED = 15
    INSTALL_FAILED_DUE_TO_UNKNOWN_ERROR = 127


@message(tag=0xBF2F)
class NotificationMetadata(Message):
    """Sequence number, operation (one bit), address to deliver to (FQDN), and profile."""

    seq_number: Annotated[int, Tag(0x80)]
    profile_management_operation: Annotated[NotificationEvent, Tag(0x81)]
    notification_address: str
    iccid: Iccid | None = None


@message()
class SuccessResult(Message):
    """The profile stands in the ISD-P with this AID (5 to 16 octets)."""

    aid: Annotated[bytes, Tag(0x4F), Size(5, 16)]
    sima_response: bytes


@message()
class ErrorResult(Message):
    """The installation failed: command, reason, and the profile interpreter's answer."""

    bpp_command_id: Annotated[BppCommandId | int, Tag(0x80)]
    error_reason: Annotated[ErrorReason | int, Tag(0x81)]
    sima_response: Annotated[bytes | None, Tag(0x82)] = None


FinalResult: Choice[SuccessResult | ErrorResult] = Choice(
    alternative(SuccessResult, 0xA0), alternative(ErrorResult, 0xA1)
)


@message(tag=0xBF27)
class ProfileInstallationResultData(Message):
    """What the chip signs about an installation."""

    transaction_id: Annotated[TransactionId, Tag(0x80)]
    notification_metadata: NotificationMetadata
    smdp_oid: Oid
    final_result: Annotated[SuccessResult | ErrorResult, FinalResult, Tag(0xA2)]


@message(tag=0xBF37)
class ProfileInstallationResult(Message):
    """Result of an installation; the signature covers the complete BF27."""

    profile_installation_result_data: Signed[ProfileInstallationResultData]
    euicc_sign_pir: Signature


@message()
class OtherSignedNotification(Message):
    """Install, enable, disable or delete; the signature covers the complete BF2F."""

    tbs_other_notification: Signed[NotificationMetadata]
    euicc_notification_signature: Signature
    euicc_certificate: CertificateOctets
    eum_certificate: CertificateOctets


PendingNotification: Choice[ProfileInstallationResult | OtherSignedNotification] = Choice(
    alternative(ProfileInstallationResult), alternative(OtherSignedNotification)
)
