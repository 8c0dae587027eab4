"""Messages of one download, made up: the LPA believes signatures, since chip and server check them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openesim.encoding.asn1 import Signed
from openesim.encoding.tlv import encode
from openesim.kernel.ids import Iccid, Oid, TransactionId
from openesim.messages.sgp22.authentication import (
    AuthenticateResponseError,
    AuthenticateResponseOk,
    AuthenticateServerRequest,
    AuthenticateServerResponse,
    CtxParamsForCommonAuthentication,
    EuiccSigned1,
    ServerSigned1,
)
from openesim.messages.sgp22.download import (
    CancelSessionReason,
    CancelSessionRequest,
    CancelSessionResponse,
    CancelSessionResponseOk,
    EuiccCancelSessionSigned,
    EuiccSigned2,
    PrepareDownloadRequest,
    PrepareDownloadResponse,
    PrepareDownloadResponseError,
    PrepareDownloadResponseOk,
    SmdpSigned2,
)
from openesim.messages.sgp22.es9plus import (
    AUTHENTICATE_CLIENT,
    CANCEL_SESSION,
    GET_BOUND_PROFILE_PACKAGE,
    HANDLE_NOTIFICATION,
    INITIATE_AUTHENTICATION,
    AuthenticateClientOk,
    AuthenticateClientRequest,
    CancelSessionRequestEs9,
    GetBoundProfilePackageOk,
    GetBoundProfilePackageRequest,
    HandleNotificationRequest,
    InitiateAuthenticationOk,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.es10b import (
    GetEuiccChallengeRequest,
    GetEuiccChallengeResponse,
    GetEuiccInfo1Request,
    ListNotificationRequest,
    ListNotificationResponse,
    NotificationSentRequest,
    NotificationSentResponse,
    RetrieveNotificationsListRequest,
)
from openesim.messages.sgp22.es10c import ProfileInfoListRequest, ProfileInfoListResponse
from openesim.messages.sgp22.euicc_info import EuiccInfo1, EuiccInfo2, RspCapability, UiccCapability
from openesim.messages.sgp22.metadata import ProfileInfo, StoreMetadataRequest
from openesim.messages.sgp22.notifications import (
    ErrorResult,
    NotificationMetadata,
    OtherSignedNotification,
    ProfileInstallationResult,
    ProfileInstallationResultData,
    SuccessResult,
)
from openesim.messages.sgp22.types import NotificationEvent
from openesim.provisioning.lpa.effects import CallServer, Report, SendCommand, Stage
from openesim.provisioning.lpa.es10 import PROFILE_TAGS
from openesim.provisioning.lpa.session import DEFAULT_DEVICE

ADDRESS = "smdp.example.com"
ICCID = Iccid.parse("8901234567890123456")
OTHER_ICCID = Iccid.parse("8901234567890123464")
AID = bytes.fromhex("A0000005591010FFFFFFFF8900001000")
TID = TransactionId(bytes(range(16)))
OTHER_TID = TransactionId(b"\xee" * 16)
CHALLENGE = b"\x11" * 16
SIGNATURE = b"\x22" * 64
CERTIFICATE = encode(0x30, b"server")
OTPK = b"\x04" + b"\x33" * 64
PKID = b"\x44" * 20
INSTALL, ENABLE, DISABLE, DELETE = (NotificationEvent(1 << bit) for bit in range(4))

INFO1 = EuiccInfo1(
    svn=b"\2\5\0", euicc_ci_pkid_list_for_verification=(PKID,), euicc_ci_pkid_list_for_signing=(PKID,)
)
INFO2 = EuiccInfo2(
    profile_version=b"\3\3\1",
    svn=b"\2\5\0",
    euicc_firmware_ver=b"\1\0\0",
    ext_card_resource=bytes.fromhex("810100 8203 0F4240"),
    uicc_capability=UiccCapability(UiccCapability.USIM_SUPPORT),
    rsp_capability=RspCapability(RspCapability.ADDITIONAL_PROFILE),
    euicc_ci_pkid_list_for_verification=(PKID,),
    euicc_ci_pkid_list_for_signing=(PKID,),
    pp_version=b"\1\0\0",
    sas_acreditation_number="TEST",
)
METADATA = StoreMetadataRequest(iccid=ICCID, service_provider_name="Testland Mobile", profile_name="Prepaid")


# --- Authentication -------------------------------------------------------------------------------------------


def server_proof(**changes: Any) -> InitiateAuthenticationOk:
    """What the server answers to InitiateAuthentication; changes go into what it signs."""
    signed = ServerSigned1(
        transaction_id=TID, euicc_challenge=CHALLENGE, server_address=ADDRESS, server_challenge=b"\x55" * 16
    )
    return InitiateAuthenticationOk(
        transaction_id=TID,
        server_signed1=ServerSigned1.signed(replace(signed, **changes)),
        server_signature1=SIGNATURE,
        euicc_ci_pkid_to_be_used=PKID,
        server_certificate=CERTIFICATE,
    )


def ctx_params(matching_id: str | None) -> CtxParamsForCommonAuthentication:
    """The context as the LPA gives it without a modem."""
    return CtxParamsForCommonAuthentication(matching_id=matching_id, device_info=DEFAULT_DEVICE)


def chip_proof(matching_id: str | None = "ID-1") -> AuthenticateResponseOk:
    """What the chip answers to AuthenticateServer."""
    signed = EuiccSigned1(
        transaction_id=TID,
        server_address=ADDRESS,
        server_challenge=b"\x55" * 16,
        euicc_info2=INFO2,
        ctx_params1=ctx_params(matching_id),
    )
    return AuthenticateResponseOk(
        euicc_signed1=EuiccSigned1.signed(signed),
        euicc_signature1=SIGNATURE,
        euicc_certificate=CERTIFICATE,
        eum_certificate=CERTIFICATE,
    )


def initiate(address: str = ADDRESS, name: str | None = None) -> CallServer:
    """The call of InitiateAuthentication; the server is told the address as it is unless another name is given."""
    name = name or address
    return CallServer(
        address,
        INITIATE_AUTHENTICATION,
        InitiateAuthenticationRequest(
            euicc_challenge=CHALLENGE, smdp_address=name, euicc_info1=EuiccInfo1.signed(INFO1)
        ),
    )


def opening(
    matching_id: str | None = "ID-1",
    address: str = ADDRESS,
    answer: AuthenticateResponseOk | AuthenticateResponseError | None = None,
    proof: InitiateAuthenticationOk | None = None,
) -> list[tuple[Any, ...]]:
    """Every session's first steps, up to the chip's answer to the server."""
    proof = proof or server_proof()
    return [
        *greeting(address, proof),
        (Report(Stage.AUTHENTICATING),),
        (
            SendCommand(
                AuthenticateServerRequest(
                    server_signed1=proof.server_signed1,
                    server_signature1=proof.server_signature1,
                    euicc_ci_pkid_to_be_used=PKID,
                    server_certificate=proof.server_certificate,
                    ctx_params1=ctx_params(matching_id),
                ).encode()
            ),
            AuthenticateServerResponse.encode(answer or chip_proof(matching_id)),
        ),
    ]


def greeting(address: str = ADDRESS, proof: InitiateAuthenticationOk | None = None) -> list[tuple[Any, ...]]:
    """The steps before the chip sees anything of the server."""
    return [
        (Report(Stage.CONTACTING_SERVER),),
        (SendCommand(GetEuiccInfo1Request().encode()), INFO1.encode()),
        (
            SendCommand(GetEuiccChallengeRequest().encode()),
            GetEuiccChallengeResponse(euicc_challenge=CHALLENGE).encode(),
        ),
        (initiate(address), proof or server_proof()),
    ]


def authenticate_client(
    answer: AuthenticateResponseOk | AuthenticateResponseError | None = None,
    matching_id: str | None = "ID-1",
    address: str = ADDRESS,
) -> CallServer:
    """The call of AuthenticateClient."""
    response = answer or chip_proof(matching_id)
    return CallServer(
        address,
        AUTHENTICATE_CLIENT,
        AuthenticateClientRequest(
            transaction_id=TID, authenticate_server_response=AuthenticateServerResponse.signed(response)
        ),
    )


# --- Offer, preparation, package ------------------------------------------------------------------------------


def offer(
    metadata: StoreMetadataRequest = METADATA,
    *,
    needs_code: bool = False,
    otpk: bytes | None = None,
    transaction_id: TransactionId = TID,
) -> AuthenticateClientOk:
    """The profile that the server announces."""
    signed = SmdpSigned2(transaction_id=TID, cc_required_flag=needs_code, bpp_euicc_otpk=otpk)
    return AuthenticateClientOk(
        transaction_id=transaction_id,
        profile_metadata=StoreMetadataRequest.signed(metadata),
        smdp_signed2=SmdpSigned2.signed(signed),
        smdp_signature2=SIGNATURE,
        smdp_certificate=CERTIFICATE,
    )


def profiles(*installed: ProfileInfo) -> tuple[SendCommand, bytes]:
    """GetProfilesInfo and its answer."""
    command = ProfileInfoListRequest(tag_list=PROFILE_TAGS).encode()
    return SendCommand(command), ProfileInfoListResponse.encode(installed)


def prepare(offered: AuthenticateClientOk, hash_cc: bytes | None = None) -> SendCommand:
    """PrepareDownload."""
    return SendCommand(
        PrepareDownloadRequest(
            smdp_signed2=offered.smdp_signed2,
            smdp_signature2=SIGNATURE,
            hash_cc=hash_cc,
            smdp_certificate=CERTIFICATE,
        ).encode()
    )


def prepared(hash_cc: bytes | None = None) -> PrepareDownloadResponseOk:
    """What the chip answers to PrepareDownload."""
    signed = EuiccSigned2(transaction_id=TID, euicc_otpk=OTPK, hash_cc=hash_cc)
    return PrepareDownloadResponseOk(euicc_signed2=EuiccSigned2.signed(signed), euicc_signature2=SIGNATURE)


def preparation(offered: AuthenticateClientOk, hash_cc: bytes | None = None) -> list[tuple[Any, ...]]:
    """The steps from consent to the call for the package."""
    return [
        (Report(Stage.PREPARING),),
        (prepare(offered, hash_cc), PrepareDownloadResponse.encode(prepared(hash_cc))),
        (Report(Stage.FETCHING),),
    ]


def get_package(
    answer: PrepareDownloadResponseOk | PrepareDownloadResponseError | None = None,
) -> CallServer:
    """The call of GetBoundProfilePackage."""
    return CallServer(
        ADDRESS,
        GET_BOUND_PROFILE_PACKAGE,
        GetBoundProfilePackageRequest(
            transaction_id=TID, prepare_download_response=PrepareDownloadResponse.signed(answer or prepared())
        ),
    )


def package(metadata: StoreMetadataRequest | bytes = METADATA) -> bytes:
    """A bound profile package of two profile element segments; nothing in it is really protected."""
    inside = metadata if isinstance(metadata, bytes) else metadata.encode()
    mac = b"\x66" * 8
    return encode(
        0xBF36,
        encode(0xBF23, b"secure channel")
        + encode(0xA0, encode(0x87, b"configure" + mac))
        + encode(0xA1, encode(0x88, inside + mac))
        + encode(0xA3, encode(0x86, b"a" * 300 + mac) + encode(0x86, b"b" * 20 + mac)),
    )


def bound(octets: bytes | None = None, transaction_id: TransactionId = TID) -> GetBoundProfilePackageOk:
    """The server's answer with the package."""
    return GetBoundProfilePackageOk(transaction_id=transaction_id, bound_profile_package=octets or package())


# --- Results and notifications --------------------------------------------------------------------------------


def about(
    seq: int, event: NotificationEvent, address: str = ADDRESS, iccid: Iccid = ICCID
) -> NotificationMetadata:
    """Metadata of a notification."""
    return NotificationMetadata(
        seq_number=seq, profile_management_operation=event, notification_address=address, iccid=iccid
    )


def installation_result(
    seq: int = 1, result: SuccessResult | ErrorResult | None = None
) -> ProfileInstallationResult:
    """What the chip answers to the last segment."""
    data = ProfileInstallationResultData(
        transaction_id=TID,
        notification_metadata=about(seq, INSTALL),
        smdp_oid=Oid("2.999.10"),
        final_result=result or SuccessResult(aid=AID, sima_response=bytes.fromhex("3007A00530038001 00")),
    )
    return ProfileInstallationResult(
        profile_installation_result_data=ProfileInstallationResultData.signed(data),
        euicc_sign_pir=SIGNATURE,
    )


def other(metadata: NotificationMetadata) -> bytes:
    """An enable, disable or delete notification, signed."""
    return OtherSignedNotification(
        tbs_other_notification=NotificationMetadata.signed(metadata),
        euicc_notification_signature=SIGNATURE,
        euicc_certificate=CERTIFICATE,
        eum_certificate=CERTIFICATE,
    ).encode()


def listing(*notifications: NotificationMetadata) -> tuple[SendCommand, bytes]:
    """ListNotification and its answer."""
    return SendCommand(ListNotificationRequest().encode()), ListNotificationResponse.encode(notifications)


def retrieval(seq: int, *octets: bytes) -> tuple[SendCommand, bytes]:
    """RetrieveNotificationsList for one number, and its answer."""
    command = RetrieveNotificationsListRequest(search_criteria=seq).encode()
    return SendCommand(command), encode(0xBF2B, encode(0xA0, b"".join(octets)))


def delivery(octets: bytes, address: str = ADDRESS) -> CallServer:
    """HandleNotification."""
    pending: Signed[Any] = Signed(None, octets)
    return CallServer(address, HANDLE_NOTIFICATION, HandleNotificationRequest(pending_notification=pending))


def removal(seq: int, status: int = 0) -> tuple[SendCommand, bytes]:
    """RemoveNotificationFromList and its answer."""
    answer = NotificationSentResponse(delete_notification_status=status)
    return SendCommand(NotificationSentRequest(seq_number=seq).encode()), answer.encode()


# --- Cancellation ---------------------------------------------------------------------------------------------


def cancellation(reason: CancelSessionReason) -> list[tuple[Any, ...]]:
    """Both sides hear that the session is given up, and why."""
    signed = EuiccCancelSessionSigned(transaction_id=TID, smdp_oid=Oid("2.999.10"), reason=reason)
    answer = CancelSessionResponseOk(
        euicc_cancel_session_signed=EuiccCancelSessionSigned.signed(signed),
        euicc_cancel_session_signature=SIGNATURE,
    )
    return [
        (chip_cancellation(reason), CancelSessionResponse.encode(answer)),
        (
            CallServer(
                ADDRESS,
                CANCEL_SESSION,
                CancelSessionRequestEs9(
                    transaction_id=TID, cancel_session_response=CancelSessionResponse.signed(answer)
                ),
            ),
        ),
    ]


def chip_cancellation(reason: CancelSessionReason) -> SendCommand:
    """The chip hears that the session is given up."""
    return SendCommand(CancelSessionRequest(transaction_id=TID, reason=reason).encode())
