"""ES9+ (LPA ↔ SM-DP+): the five functions, in JSON and in the ASN.1 binding.

Source: SGP.22 v2.5 §5.6, §6.5.2, §6.6.2, Annex H.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import AlsoBare, Choice, Explicit, Message, Raw, Signed, Tag, alternative, message
from openesim.encoding.jsonbinding import TEXT, TRANSACTION_ID, Json, JsonBinding, octets, tlv
from openesim.kernel.ids import TransactionId
from openesim.messages.sgp22.authentication import (
    AuthenticateResponseError,
    AuthenticateResponseOk,
    AuthenticateServerResponse,
    ServerSigned1,
)
from openesim.messages.sgp22.download import (
    CancelSessionError,
    CancelSessionResponse,
    CancelSessionResponseOk,
    PrepareDownloadResponse,
    PrepareDownloadResponseError,
    PrepareDownloadResponseOk,
    SmdpSigned2,
)
from openesim.messages.sgp22.euicc_info import EuiccInfo1
from openesim.messages.sgp22.function import PATH_PREFIX, Function
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.messages.sgp22.notifications import (
    OtherSignedNotification,
    PendingNotification,
    ProfileInstallationResult,
)
from openesim.messages.sgp22.types import CertificateOctets, Octets16, PublicKeyIdentifier, Signature

BoundProfilePackageOctets = Annotated[bytes, Raw(0xBF36)]
"""A complete bound profile package."""

# What a chip answered is handed on with its own octets: components of a later release stay in it.
_AuthenticateServerResponse = Annotated[
    Signed[AuthenticateResponseOk | AuthenticateResponseError], AuthenticateServerResponse
]
_PrepareDownloadResponse = Annotated[
    Signed[PrepareDownloadResponseOk | PrepareDownloadResponseError], PrepareDownloadResponse
]
_CancelSessionResponse = Annotated[
    Signed[CancelSessionResponseOk | CancelSessionError | int], CancelSessionResponse
]

_TransactionId = Annotated[TransactionId, Tag(0x80), Json("transactionId", TRANSACTION_ID)]


@message(tag=0xBF39)
class InitiateAuthenticationRequest(Message):
    """The chip's challenge (16 octets), the address the LPA calls, and what the chip supports."""

    euicc_challenge: Annotated[Octets16, Tag(0x81), Json("euiccChallenge", octets(16))]
    smdp_address: Annotated[str, Tag(0x83), Json("smdpAddress", TEXT)]
    euicc_info1: Annotated[Signed[EuiccInfo1], Json("euiccInfo1", tlv(Signed[EuiccInfo1]))]


@message()
class InitiateAuthenticationOk(Message):
    """The server's proof for the chip."""

    transaction_id: _TransactionId
    server_signed1: Annotated[Signed[ServerSigned1], Json("serverSigned1", tlv(Signed[ServerSigned1]))]
    server_signature1: Annotated[Signature, Json("serverSignature1", tlv(Signature))]
    euicc_ci_pkid_to_be_used: Annotated[
        PublicKeyIdentifier, Json("euiccCiPKIdToBeUsed", tlv(PublicKeyIdentifier))
    ]
    server_certificate: Annotated[CertificateOctets, Json("serverCertificate", tlv(CertificateOctets))]


@message(tag=0xBF3B)
class AuthenticateClientRequest(Message):
    """The chip's proof for the server."""

    transaction_id: _TransactionId
    authenticate_server_response: Annotated[
        _AuthenticateServerResponse,
        Json("authenticateServerResponse", tlv(_AuthenticateServerResponse)),
    ]


@message()
class AuthenticateClientOk(Message):
    """Metadata for the user, and the SM-DP+'s proof for the chip."""

    transaction_id: _TransactionId
    profile_metadata: Annotated[
        Signed[StoreMetadataRequest], Json("profileMetadata", tlv(Signed[StoreMetadataRequest]))
    ]
    smdp_signed2: Annotated[Signed[SmdpSigned2], Json("smdpSigned2", tlv(Signed[SmdpSigned2]))]
    smdp_signature2: Annotated[Signature, Json("smdpSignature2", tlv(Signature))]
    smdp_certificate: Annotated[CertificateOctets, Json("smdpCertificate", tlv(CertificateOctets))]


@message(tag=0xBF3A)
class GetBoundProfilePackageRequest(Message):
    """The chip is ready."""

    transaction_id: _TransactionId
    prepare_download_response: Annotated[
        _PrepareDownloadResponse,
        Json("prepareDownloadResponse", tlv(_PrepareDownloadResponse)),
    ]


@message()
class GetBoundProfilePackageOk(Message):
    """The profile bound to the chip: the whole BF36, to be read with ``es8plus.BoundProfilePackage``."""

    transaction_id: _TransactionId
    bound_profile_package: Annotated[
        BoundProfilePackageOctets, Json("boundProfilePackage", tlv(BoundProfilePackageOctets))
    ]


_PendingNotification = Annotated[
    Signed[ProfileInstallationResult | OtherSignedNotification], PendingNotification
]


@message(tag=0xBF3D)
class HandleNotificationRequest(Message):
    """A notification of the chip; its octets are kept, since the server acknowledges before it judges."""

    pending_notification: Annotated[
        _PendingNotification,
        Explicit(0xA0),
        AlsoBare(),
        Json("pendingNotification", tlv(_PendingNotification)),
    ]


@message(tag=0xBF41)
class CancelSessionRequestEs9(Message):
    """The chip's proof that it gave up."""

    transaction_id: _TransactionId
    cancel_session_response: Annotated[
        _CancelSessionResponse,
        Tag(0xA1),
        Json("cancelSessionResponse", tlv(_CancelSessionResponse)),
    ]


@message()
class CancelSessionOk(Message):
    """No output."""


_INTERFACE = f"{PATH_PREFIX}/es9plus"

INITIATE_AUTHENTICATION = Function(
    "initiate_authentication",
    f"{_INTERFACE}/initiateAuthentication",
    JsonBinding(InitiateAuthenticationRequest),
    JsonBinding(InitiateAuthenticationOk),
)
AUTHENTICATE_CLIENT = Function(
    "authenticate_client",
    f"{_INTERFACE}/authenticateClient",
    JsonBinding(AuthenticateClientRequest),
    JsonBinding(AuthenticateClientOk),
)
GET_BOUND_PROFILE_PACKAGE = Function(
    "get_bound_profile_package",
    f"{_INTERFACE}/getBoundProfilePackage",
    JsonBinding(GetBoundProfilePackageRequest),
    JsonBinding(GetBoundProfilePackageOk),
)
HANDLE_NOTIFICATION = Function(
    "handle_notification",
    f"{_INTERFACE}/handleNotification",
    JsonBinding(HandleNotificationRequest),
    is_notification=True,
)
CANCEL_SESSION = Function(
    "cancel_session", f"{_INTERFACE}/cancelSession", JsonBinding(CancelSessionRequestEs9)
)

FUNCTIONS = (
    INITIATE_AUTHENTICATION,
    AUTHENTICATE_CLIENT,
    GET_BOUND_PROFILE_PACKAGE,
    HANDLE_NOTIFICATION,
    CANCEL_SESSION,
)

# --- ASN.1 binding ------------------------------------------------------------------------------------


class InitiateAuthenticationError(IntEnum):
    """Failures in the ASN.1 binding; v2 has no number for others, 127 is v3's."""

    INVALID_DP_ADDRESS = 1
    EUICC_VERSION_NOT_SUPPORTED_BY_DP = 2
    CI_PK_NOT_SUPPORTED = 3
    UNDEFINED_ERROR = 127


class AuthenticateClientError(IntEnum):
    """Failures in the ASN.1 binding."""

    EUM_CERTIFICATE_INVALID = 1
    EUM_CERTIFICATE_EXPIRED = 2
    EUICC_CERTIFICATE_INVALID = 3
    EUICC_CERTIFICATE_EXPIRED = 4
    EUICC_SIGNATURE_INVALID = 5
    MATCHING_ID_REFUSED = 6
    EID_MISMATCH = 7
    NO_ELIGIBLE_PROFILE = 8
    CI_PK_UNKNOWN = 9
    INVALID_TRANSACTION_ID = 10
    INSUFFICIENT_MEMORY = 11
    UNDEFINED_ERROR = 127


class GetBoundProfilePackageError(IntEnum):
    """Failures in the ASN.1 binding."""

    EUICC_SIGNATURE_INVALID = 1
    CONFIRMATION_CODE_MISSING = 2
    CONFIRMATION_CODE_REFUSED = 3
    CONFIRMATION_CODE_RETRIES_EXCEEDED = 4
    BPP_REBINDING_REFUSED = 5
    DOWNLOAD_ORDER_EXPIRED = 6
    INVALID_TRANSACTION_ID = 95
    UNDEFINED_ERROR = 127


class CancelSessionErrorEs9(IntEnum):
    """Failures in the ASN.1 binding."""

    INVALID_TRANSACTION_ID = 1
    EUICC_SIGNATURE_INVALID = 2
    UNDEFINED_ERROR = 127


InitiateAuthenticationResponse: Choice[InitiateAuthenticationOk | InitiateAuthenticationError | int] = Choice(
    alternative(InitiateAuthenticationOk, 0xA0),
    alternative(InitiateAuthenticationError | int, 0x81),
    tag=0xBF39,
)
AuthenticateClientResponseEs9: Choice[AuthenticateClientOk | AuthenticateClientError | int] = Choice(
    alternative(AuthenticateClientOk, 0xA0), alternative(AuthenticateClientError | int, 0x81), tag=0xBF3B
)
GetBoundProfilePackageResponse: Choice[GetBoundProfilePackageOk | GetBoundProfilePackageError | int] = Choice(
    alternative(GetBoundProfilePackageOk, 0xA0),
    alternative(GetBoundProfilePackageError | int, 0x81),
    tag=0xBF3A,
)
CancelSessionResponseEs9: Choice[CancelSessionOk | CancelSessionErrorEs9 | int] = Choice(
    alternative(CancelSessionOk, 0xA0), alternative(CancelSessionErrorEs9 | int, 0x81), tag=0xBF41
)
