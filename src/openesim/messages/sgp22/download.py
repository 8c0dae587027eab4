"""Download preparation and cancellation: what server and chip sign before a profile is bound.

Source: SGP.22 v2.5 §3.0.2, §3.1.3, §5.7.5, §5.7.14, Annex H.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import Choice, Message, Signed, Size, Tag, alternative, message
from openesim.kernel.ids import Oid, TransactionId
from openesim.messages.sgp22.types import CertificateOctets, OneTimePublicKey, Signature


class DownloadErrorCode(IntEnum):
    """Why the chip refused to prepare a download."""

    INVALID_CERTIFICATE = 1
    INVALID_SIGNATURE = 2
    UNSUPPORTED_CURVE = 3
    NO_SESSION_CONTEXT = 4
    INVALID_TRANSACTION_ID = 5
    UNDEFINED_ERROR = 127


class CancelSessionReason(IntEnum):
    """Why a session is given up."""

    END_USER_REJECTION = 0
    POSTPONED = 1
    TIMEOUT = 2
    PPR_NOT_ALLOWED = 3
    METADATA_MISMATCH = 4
    LOAD_BPP_EXECUTION_ERROR = 5
    UNDEFINED_REASON = 127


class CancelSessionError(IntEnum):
    """Why the chip could not cancel."""

    INVALID_TRANSACTION_ID = 5
    UNDEFINED_ERROR = 127


@message()
class SmdpSigned2(Message):
    """What the SM-DP+ signs: session, whether a confirmation code is needed, the one-time key bound before."""

    transaction_id: Annotated[TransactionId, Tag(0x80)]
    cc_required_flag: bool
    bpp_euicc_otpk: Annotated[bytes | None, Tag(0x5F49), Size(65)] = None


@message(tag=0xBF21)
class PrepareDownloadRequest(Message):
    """The server's second proof; ``hash_cc`` is the hash of the confirmation code, 32 octets."""

    smdp_signed2: Signed[SmdpSigned2]
    smdp_signature2: Signature
    hash_cc: Annotated[bytes | None, Size(32)] = None
    smdp_certificate: CertificateOctets


@message()
class EuiccSigned2(Message):
    """What the chip signs: session, its one-time public key, the hash of the confirmation code."""

    transaction_id: Annotated[TransactionId, Tag(0x80)]
    euicc_otpk: OneTimePublicKey
    hash_cc: Annotated[bytes | None, Size(32)] = None


@message()
class PrepareDownloadResponseOk(Message):
    """The chip is ready to receive; the signature covers ``euicc_signed2`` and the server's signature."""

    euicc_signed2: Signed[EuiccSigned2]
    euicc_signature2: Signature


@message()
class PrepareDownloadResponseError(Message):
    """The chip's refusal."""

    transaction_id: Annotated[TransactionId, Tag(0x80)]
    download_error_code: DownloadErrorCode | int


PrepareDownloadResponse: Choice[PrepareDownloadResponseOk | PrepareDownloadResponseError] = Choice(
    alternative(PrepareDownloadResponseOk, 0xA0), alternative(PrepareDownloadResponseError, 0xA1), tag=0xBF21
)


@message(tag=0xBF41)
class CancelSessionRequest(Message):
    """Give up the session."""

    transaction_id: Annotated[TransactionId, Tag(0x80)]
    reason: Annotated[CancelSessionReason | int, Tag(0x81)]


@message()
class EuiccCancelSessionSigned(Message):
    """What the chip signs when it gives up: session, SM-DP+, reason."""

    transaction_id: Annotated[TransactionId, Tag(0x80)]
    smdp_oid: Annotated[Oid, Tag(0x81)]
    reason: Annotated[CancelSessionReason | int, Tag(0x82)]


@message()
class CancelSessionResponseOk(Message):
    """The chip gave up and signed it."""

    euicc_cancel_session_signed: Signed[EuiccCancelSessionSigned]
    euicc_cancel_session_signature: Signature


CancelSessionResponse: Choice[CancelSessionResponseOk | CancelSessionError | int] = Choice(
    alternative(CancelSessionResponseOk, 0xA0), alternative(CancelSessionError | int, 0x81), tag=0xBF41
)
