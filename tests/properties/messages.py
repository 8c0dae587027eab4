"""Every message of SGP.22 as a strategy: values that the standard allows, edges included.

``MESSAGES`` names each type as the ASN.1 module does; properties, the cross-check with asn1tools and the fuzzer's
first corpus all draw from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from openesim.encoding import tlv
from openesim.encoding.asn1 import Choice, Message, Signed
from openesim.kernel.ids import Iccid, Oid, TransactionId
from openesim.messages.sgp22 import (
    authentication,
    download,
    es8plus,
    es9plus,
    es10a,
    es10b,
    es10c,
    es11,
    euicc_info,
    metadata,
    notifications,
    types,
)

T = TypeVar("T")
M = TypeVar("M", bound=Message)
Values = st.SearchStrategy[Any]


@dataclass(frozen=True)
class Entry:
    """One type: its name in the module, what decodes and encodes it, and its values."""

    name: str
    codec: Any = field(repr=False)
    values: Values = field(repr=False)

    def encode(self, value: Any) -> bytes:
        """Return the octets of a value."""
        octets: bytes = self.codec.encode(value)
        return octets

    def decode(self, octets: bytes) -> Any:
        """Return the value of octets."""
        return self.codec.decode(octets)


def draw(values: st.SearchStrategy[T], count: int) -> list[T]:
    """Return so many values, the same ones in every run."""
    drawn: list[T] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(values)
    def keep(value: T) -> None:
        drawn.append(value)

    keep()
    return drawn


# --- Parts ----------------------------------------------------------------------------------------------------


def optional(values: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """Return the values, or none."""
    return st.none() | values


def octets(least: int, most: int | None = None) -> st.SearchStrategy[bytes]:
    """Return octet strings of so many octets."""
    return st.binary(min_size=least, max_size=least if most is None else most)


def bits(kind: Callable[[int], T], count: int) -> st.SearchStrategy[T]:
    """Return bit strings of so many bits at most."""
    return st.integers(0, (1 << count) - 1).map(kind)


def signed(values: st.SearchStrategy[M]) -> st.SearchStrategy[Signed[M]]:
    """Return values beside their own octets."""
    return values.map(lambda value: type(value).signed(value))


def several(values: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    """Return tuples of a few values."""
    return st.lists(values, max_size=most).map(tuple)


def text(most: int) -> st.SearchStrategy[str]:
    """Return texts of any script."""
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=most)


def numbers(names: Any) -> st.SearchStrategy[int]:
    """Return the named numbers, and a few without a name."""
    return st.sampled_from(names) | st.sampled_from([77, 126, -1, 128, 70_000]).filter(
        lambda number: number not in list(names)
    )


def _certificate(serial: int, name: str) -> bytes:
    """Return something that is a certificate to ASN.1 and to nobody else."""
    encode = tlv.encode
    algorithm = encode(0x30, bytes.fromhex("06082a8648ce3d040302"))
    names = encode(
        0x30, encode(0x31, encode(0x30, bytes.fromhex("0603550403") + encode(0x0C, name.encode())))
    )
    times = encode(0x30, encode(0x17, b"240101000000Z") + encode(0x17, b"340101000000Z"))
    key = encode(0x30, algorithm + encode(0x03, b"\x00" + bytes(65)))
    number = encode(0x02, serial.to_bytes(9, "big"))
    version = encode(0xA0, encode(0x02, b"\x02"))
    signed_part = encode(0x30, version + number + algorithm + names + times + names + key)
    return encode(0x30, signed_part + algorithm + encode(0x03, b"\x00" + bytes(64)))


def _revocation_list(serial: int) -> bytes:
    """Return something that is a revocation list to ASN.1, its outer tag replaced as LoadCRL wants it."""
    encode = tlv.encode
    algorithm = encode(0x30, bytes.fromhex("06082a8648ce3d040302"))
    time = encode(0x17, b"240101000000Z")
    entry = encode(0x30, encode(0x30, encode(0x02, serial.to_bytes(9, "big")) + time))
    signed_part = encode(0x30, encode(0x02, b"\x01") + algorithm + encode(0x30, b"") + time + time + entry)
    return encode(0xA0, signed_part + algorithm + encode(0x03, b"\x00" + bytes(64)))


serials = st.integers(2**63, 2**70)
certificates = st.builds(_certificate, serials, st.text("abc 123", min_size=1, max_size=20))
addresses = st.sampled_from(["smdp.example.com", "a.b", "", "x" * 130, "xn--bcher-kva.example"])
iccids = st.text("0123456789", min_size=18, max_size=20).map(Iccid)
transaction_ids = octets(1, 16).map(TransactionId)
signatures = octets(64)
one_time_keys = octets(65)
hashes = octets(32)
versions = octets(3)
aids = octets(1, 16)
sequence_numbers = st.integers(0, 2**31) | st.sampled_from([127, 128, 255, 256, 2**63 - 1])
oids = st.builds(
    lambda root, arcs: Oid(".".join(map(str, (*root, *arcs)))),
    st.sampled_from([(1, 2), (0, 4), (2, 23), (1, 39), (2, 5)]),
    st.lists(st.integers(0, 2**40), min_size=1, max_size=4),
)
events = bits(types.NotificationEvent, 4)
rules = bits(types.PprIds, 3)
key_lists = several(octets(20) | octets(1, 64))

operators = st.builds(
    types.OperatorId, mcc_mnc=octets(3), gid1=optional(octets(0, 4)), gid2=optional(octets(0, 4))
)
notification_configurations = st.builds(
    metadata.NotificationConfigurationInformation,
    profile_management_operation=events,
    notification_address=addresses,
)

# --- Metadata -------------------------------------------------------------------------------------------------

icons = {
    "icon_type": optional(numbers(metadata.IconType)),
    "icon": optional(octets(0, 40) | st.just(bytes(1024))),
    "profile_policy_rules": optional(rules),
}
store_metadata = st.builds(
    metadata.StoreMetadataRequest,
    iccid=iccids,
    service_provider_name=text(32),
    profile_name=text(64),
    profile_class=numbers(metadata.ProfileClass),
    notification_configuration_info=optional(several(notification_configurations)),
    profile_owner=optional(operators),
    **icons,
)
update_metadata = st.builds(
    metadata.UpdateMetadataRequest,
    service_provider_name=optional(text(32)),
    profile_name=optional(text(64)),
    **icons,
)
access_rules = st.builds(
    metadata.RefArDo,
    ref_do=st.builds(
        metadata.RefDo,
        device_app_id_ref_do=octets(20) | octets(32),
        pkg_ref_do=optional(octets(0, 127)),
    ),
    ar_do=st.builds(metadata.ArDo, perm_ar_do=octets(8)),
)
proprietary_data = st.builds(metadata.DpProprietaryData, dp_oid=oids)
profile_infos = st.builds(
    metadata.ProfileInfo,
    iccid=optional(iccids),
    isdp_aid=optional(aids),
    profile_state=optional(numbers(metadata.ProfileState)),
    profile_nickname=optional(text(64)),
    service_provider_name=optional(text(32)),
    profile_name=optional(text(64)),
    profile_class=optional(numbers(metadata.ProfileClass)),
    notification_configuration_info=optional(several(notification_configurations)),
    profile_owner=optional(operators),
    dp_proprietary_data=optional(proprietary_data),
    ref_ar_do=optional(several(access_rules)),
    **icons,
)

# --- The chip and the device ----------------------------------------------------------------------------------

euicc_info1 = st.builds(
    euicc_info.EuiccInfo1,
    svn=versions,
    euicc_ci_pkid_list_for_verification=key_lists,
    euicc_ci_pkid_list_for_signing=key_lists,
)
euicc_info2 = st.builds(
    euicc_info.EuiccInfo2,
    profile_version=versions,
    svn=versions,
    euicc_firmware_ver=versions,
    ext_card_resource=octets(0, 20),
    uicc_capability=bits(euicc_info.UiccCapability, 32),
    ts102241_version=optional(versions),
    globalplatform_version=optional(versions),
    rsp_capability=bits(euicc_info.RspCapability, 5),
    euicc_ci_pkid_list_for_verification=key_lists,
    euicc_ci_pkid_list_for_signing=key_lists,
    euicc_category=optional(numbers(euicc_info.EuiccCategory)),
    forbidden_profile_policy_rules=optional(rules),
    pp_version=versions,
    sas_acreditation_number=text(64),
    certification_data_object=optional(
        st.builds(euicc_info.CertificationDataObject, platform_label=text(10), discovery_base_url=text(10))
    ),
)
capabilities = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(euicc_info.DeviceCapabilities.__slots__, versions)
).map(lambda present: euicc_info.DeviceCapabilities(**present))
context = st.builds(
    authentication.CtxParamsForCommonAuthentication,
    matching_id=optional(st.text("ABC-123_x", max_size=20)),
    device_info=st.builds(
        euicc_info.DeviceInfo, tac=octets(4), device_capabilities=capabilities, imei=optional(octets(8))
    ),
)

# --- Authentication, download, cancellation -------------------------------------------------------------------

server_signed1 = st.builds(
    authentication.ServerSigned1,
    transaction_id=transaction_ids,
    euicc_challenge=octets(16),
    server_address=addresses,
    server_challenge=octets(16),
)
euicc_signed1 = st.builds(
    authentication.EuiccSigned1,
    transaction_id=transaction_ids,
    server_address=addresses,
    server_challenge=octets(16),
    euicc_info2=euicc_info2,
    ctx_params1=context,
)
authenticate_server_request = st.builds(
    authentication.AuthenticateServerRequest,
    server_signed1=signed(server_signed1),
    server_signature1=signatures,
    euicc_ci_pkid_to_be_used=octets(20),
    server_certificate=certificates,
    ctx_params1=context,
)
authenticate_server_response = st.builds(
    authentication.AuthenticateResponseOk,
    euicc_signed1=signed(euicc_signed1),
    euicc_signature1=signatures,
    euicc_certificate=certificates,
    eum_certificate=certificates,
) | st.builds(
    authentication.AuthenticateResponseError,
    transaction_id=transaction_ids,
    authenticate_error_code=numbers(authentication.AuthenticateErrorCode),
)
smdp_signed2 = st.builds(
    download.SmdpSigned2,
    transaction_id=transaction_ids,
    cc_required_flag=st.booleans(),
    bpp_euicc_otpk=optional(one_time_keys),
)
euicc_signed2 = st.builds(
    download.EuiccSigned2, transaction_id=transaction_ids, euicc_otpk=one_time_keys, hash_cc=optional(hashes)
)
prepare_download_request = st.builds(
    download.PrepareDownloadRequest,
    smdp_signed2=signed(smdp_signed2),
    smdp_signature2=signatures,
    hash_cc=optional(hashes),
    smdp_certificate=certificates,
)
prepare_download_response = st.builds(
    download.PrepareDownloadResponseOk, euicc_signed2=signed(euicc_signed2), euicc_signature2=signatures
) | st.builds(
    download.PrepareDownloadResponseError,
    transaction_id=transaction_ids,
    download_error_code=numbers(download.DownloadErrorCode),
)
cancel_session_request = st.builds(
    download.CancelSessionRequest,
    transaction_id=transaction_ids,
    reason=numbers(download.CancelSessionReason),
)
cancel_session_response = st.builds(
    download.CancelSessionResponseOk,
    euicc_cancel_session_signed=signed(
        st.builds(
            download.EuiccCancelSessionSigned,
            transaction_id=transaction_ids,
            smdp_oid=oids,
            reason=numbers(download.CancelSessionReason),
        )
    ),
    euicc_cancel_session_signature=signatures,
) | numbers(download.CancelSessionError)

# --- Bound profile package ------------------------------------------------------------------------------------

initialise_secure_channel = st.builds(
    es8plus.InitialiseSecureChannelRequest,
    remote_op_id=st.just(1) | st.integers(0, 300),
    transaction_id=transaction_ids,
    control_ref_template=st.builds(
        es8plus.ControlRefTemplate, key_type=octets(1), key_len=octets(1), host_id=octets(1, 16)
    ),
    smdp_otpk=one_time_keys,
    smdp_sign=signatures,
)
segments = several(octets(8, 40) | st.just(bytes(1016)))
bound_profile_package = st.builds(
    es8plus.BoundProfilePackage,
    initialise_secure_channel_request=signed(initialise_secure_channel),
    first_sequence_of_87=segments,
    sequence_of_88=segments,
    second_sequence_of_87=optional(segments),
    sequence_of_86=segments,
)
replace_session_keys = st.builds(
    es8plus.ReplaceSessionKeysRequest,
    initial_mac_chaining_value=octets(16),
    ppk_enc=octets(16),
    ppk_cmac=octets(16),
)

# --- Notifications --------------------------------------------------------------------------------------------

notification_metadata = st.builds(
    notifications.NotificationMetadata,
    seq_number=sequence_numbers,
    profile_management_operation=events,
    notification_address=addresses,
    iccid=optional(iccids),
)
final_results = st.builds(
    notifications.SuccessResult, aid=octets(5, 16), sima_response=octets(0, 12)
) | st.builds(
    notifications.ErrorResult,
    bpp_command_id=numbers(notifications.BppCommandId),
    error_reason=numbers(notifications.ErrorReason),
    sima_response=optional(octets(0, 12)),
)
installation_results = st.builds(
    notifications.ProfileInstallationResult,
    profile_installation_result_data=signed(
        st.builds(
            notifications.ProfileInstallationResultData,
            transaction_id=transaction_ids,
            notification_metadata=notification_metadata,
            smdp_oid=oids,
            final_result=final_results,
        )
    ),
    euicc_sign_pir=signatures,
)
other_notifications = st.builds(
    notifications.OtherSignedNotification,
    tbs_other_notification=signed(notification_metadata),
    euicc_notification_signature=signatures,
    euicc_certificate=certificates,
    eum_certificate=certificates,
)
pending_notifications = installation_results | other_notifications

# --- ES10b, ES10c ---------------------------------------------------------------------------------------------

authorisation_rules = st.builds(
    es10b.ProfilePolicyAuthorisationRule,
    ppr_ids=rules,
    allowed_operators=several(operators),
    ppr_flags=bits(es10b.PprFlags, 1),
)
profile_identifiers: Values = aids | iccids
switching = {"profile_identifier": profile_identifiers, "refresh_flag": st.booleans()}

# --- ES9+, ES11 -----------------------------------------------------------------------------------------------

initiate_authentication_request = st.builds(
    es9plus.InitiateAuthenticationRequest,
    euicc_challenge=octets(16),
    smdp_address=addresses,
    euicc_info1=signed(euicc_info1),
)
initiate_authentication_ok = st.builds(
    es9plus.InitiateAuthenticationOk,
    transaction_id=transaction_ids,
    server_signed1=signed(server_signed1),
    server_signature1=signatures,
    euicc_ci_pkid_to_be_used=octets(20),
    server_certificate=certificates,
)
authenticate_client_request = st.builds(
    es9plus.AuthenticateClientRequest,
    transaction_id=transaction_ids,
    authenticate_server_response=authenticate_server_response.map(
        authentication.AuthenticateServerResponse.signed
    ),
)
authenticate_client_ok = st.builds(
    es9plus.AuthenticateClientOk,
    transaction_id=transaction_ids,
    profile_metadata=signed(store_metadata),
    smdp_signed2=signed(smdp_signed2),
    smdp_signature2=signatures,
    smdp_certificate=certificates,
)
get_bound_profile_package_request = st.builds(
    es9plus.GetBoundProfilePackageRequest,
    transaction_id=transaction_ids,
    prepare_download_response=prepare_download_response.map(download.PrepareDownloadResponse.signed),
)
get_bound_profile_package_ok = st.builds(
    es9plus.GetBoundProfilePackageOk,
    transaction_id=transaction_ids,
    bound_profile_package=bound_profile_package.map(lambda package: package.encode()),
)
handle_notification_request = st.builds(
    es9plus.HandleNotificationRequest,
    pending_notification=pending_notifications.map(notifications.PendingNotification.signed),
)
cancel_session_request_es9 = st.builds(
    es9plus.CancelSessionRequestEs9,
    transaction_id=transaction_ids,
    cancel_session_response=cancel_session_response.map(download.CancelSessionResponse.signed),
)
authenticate_client_ok_es11 = st.builds(
    es11.AuthenticateClientOkEs11,
    transaction_id=transaction_ids,
    event_entries=several(
        st.builds(es11.EventEntry, event_id=st.text("ABC-123", max_size=12), rsp_server_address=addresses)
    ),
)


def _empty(name: str, kind: type[Message]) -> Entry:
    """Return the entry of a message without components."""
    return Entry(name, kind, st.builds(kind))


def _outcome(name: str, kind: type[Message], field: str, names: Any) -> Entry:
    """Return the entry of a message that holds one result code."""
    return Entry(name, kind, st.builds(kind, **{field: numbers(names)}))


def _answer(name: str, choice: Choice[Any], ok: Values, names: Any) -> Entry:
    """Return the entry of a response: output or error number."""
    return Entry(name, choice, ok | numbers(names))


MESSAGES = (
    # ES10a
    _empty("EuiccConfiguredAddressesRequest", es10a.EuiccConfiguredAddressesRequest),
    Entry(
        "EuiccConfiguredAddressesResponse",
        es10a.EuiccConfiguredAddressesResponse,
        st.builds(
            es10a.EuiccConfiguredAddressesResponse,
            default_dp_address=optional(addresses),
            root_ds_address=addresses,
        ),
    ),
    Entry(
        "SetDefaultDpAddressRequest",
        es10a.SetDefaultDpAddressRequest,
        st.builds(es10a.SetDefaultDpAddressRequest, default_dp_address=addresses),
    ),
    _outcome(
        "SetDefaultDpAddressResponse",
        es10a.SetDefaultDpAddressResponse,
        "set_default_dp_address_result",
        es10a.SetDefaultDpAddressResult,
    ),
    # ES10b
    Entry("PrepareDownloadRequest", download.PrepareDownloadRequest, prepare_download_request),
    Entry("PrepareDownloadResponse", download.PrepareDownloadResponse, prepare_download_response),
    _empty("GetEuiccChallengeRequest", es10b.GetEuiccChallengeRequest),
    Entry(
        "GetEuiccChallengeResponse",
        es10b.GetEuiccChallengeResponse,
        st.builds(es10b.GetEuiccChallengeResponse, euicc_challenge=octets(16)),
    ),
    _empty("GetEuiccInfo1Request", es10b.GetEuiccInfo1Request),
    Entry("EUICCInfo1", euicc_info.EuiccInfo1, euicc_info1),
    _empty("GetEuiccInfo2Request", es10b.GetEuiccInfo2Request),
    Entry("EUICCInfo2", euicc_info.EuiccInfo2, euicc_info2),
    Entry(
        "ListNotificationRequest",
        es10b.ListNotificationRequest,
        st.builds(es10b.ListNotificationRequest, profile_management_operation=optional(events)),
    ),
    Entry(
        "ListNotificationResponse",
        es10b.ListNotificationResponse,
        several(notification_metadata) | st.just(127),
    ),
    Entry(
        "RetrieveNotificationsListRequest",
        es10b.RetrieveNotificationsListRequest,
        st.builds(
            es10b.RetrieveNotificationsListRequest, search_criteria=optional(sequence_numbers | events)
        ),
    ),
    Entry(
        "RetrieveNotificationsListResponse",
        es10b.RetrieveNotificationsListResponse,
        several(pending_notifications, 2) | numbers(es10b.NotificationsListError),
    ),
    Entry(
        "NotificationSentRequest",
        es10b.NotificationSentRequest,
        st.builds(es10b.NotificationSentRequest, seq_number=sequence_numbers),
    ),
    _outcome(
        "NotificationSentResponse",
        es10b.NotificationSentResponse,
        "delete_notification_status",
        es10b.DeleteNotificationStatus,
    ),
    Entry(
        "LoadCRLRequest",
        es10b.LoadCrlRequest,
        st.builds(es10b.LoadCrlRequest, crl=serials.map(_revocation_list)),
    ),
    _answer(
        "LoadCRLResponse",
        es10b.LoadCrlResponse,
        st.builds(es10b.LoadCrlOk, missing_parts=optional(several(st.integers(0, 300)))),
        es10b.LoadCrlError,
    ),
    Entry("AuthenticateServerRequest", authentication.AuthenticateServerRequest, authenticate_server_request),
    Entry(
        "AuthenticateServerResponse", authentication.AuthenticateServerResponse, authenticate_server_response
    ),
    Entry("CancelSessionRequest", download.CancelSessionRequest, cancel_session_request),
    Entry("CancelSessionResponse", download.CancelSessionResponse, cancel_session_response),
    _empty("GetRatRequest", es10b.GetRatRequest),
    Entry(
        "GetRatResponse",
        es10b.GetRatResponse,
        st.builds(es10b.GetRatResponse, rat=several(authorisation_rules)),
    ),
    # ES10c
    Entry(
        "ProfileInfoListRequest",
        es10c.ProfileInfoListRequest,
        st.builds(
            es10c.ProfileInfoListRequest,
            search_criteria=optional(aids | iccids | numbers(metadata.ProfileClass)),
            tag_list=optional(octets(0, 20)),
        ),
    ),
    _answer(
        "ProfileInfoListResponse",
        es10c.ProfileInfoListResponse,
        several(profile_infos),
        es10c.ProfileInfoListError,
    ),
    Entry(
        "EnableProfileRequest", es10c.EnableProfileRequest, st.builds(es10c.EnableProfileRequest, **switching)
    ),
    _outcome("EnableProfileResponse", es10c.EnableProfileResponse, "enable_result", es10c.EnableResult),
    Entry(
        "DisableProfileRequest",
        es10c.DisableProfileRequest,
        st.builds(es10c.DisableProfileRequest, **switching),
    ),
    _outcome("DisableProfileResponse", es10c.DisableProfileResponse, "disable_result", es10c.DisableResult),
    Entry("DeleteProfileRequest", es10c.DeleteProfileRequest, profile_identifiers),
    _outcome("DeleteProfileResponse", es10c.DeleteProfileResponse, "delete_result", es10c.DeleteResult),
    Entry(
        "EuiccMemoryResetRequest",
        es10c.EuiccMemoryResetRequest,
        st.builds(es10c.EuiccMemoryResetRequest, reset_options=bits(es10c.ResetOptions, 3)),
    ),
    _outcome("EuiccMemoryResetResponse", es10c.EuiccMemoryResetResponse, "reset_result", es10c.ResetResult),
    Entry(
        "GetEuiccDataRequest",
        es10c.GetEuiccDataRequest,
        st.builds(es10c.GetEuiccDataRequest, tag_list=st.just(b"\x5a") | octets(1)),
    ),
    Entry(
        "GetEuiccDataResponse",
        es10c.GetEuiccDataResponse,
        st.builds(es10c.GetEuiccDataResponse, eid_value=octets(16)),
    ),
    Entry(
        "SetNicknameRequest",
        es10c.SetNicknameRequest,
        st.builds(es10c.SetNicknameRequest, iccid=iccids, profile_nickname=text(64)),
    ),
    _outcome(
        "SetNicknameResponse", es10c.SetNicknameResponse, "set_nickname_result", es10c.SetNicknameResult
    ),
    Entry(
        "LpaeActivationRequest",
        es10c.LpaeActivationRequest,
        st.builds(es10c.LpaeActivationRequest, lpae_option=bits(es10c.LpaeOption, 2)),
    ),
    _outcome(
        "LpaeActivationResponse",
        es10c.LpaeActivationResponse,
        "lpae_activation_result",
        es10c.LpaeActivationResult,
    ),
    Entry(
        "ISDRProprietaryApplicationTemplate",
        es10c.IsdrProprietaryApplicationTemplate,
        st.builds(
            es10c.IsdrProprietaryApplicationTemplate,
            svn=versions,
            lpae_support=optional(bits(es10c.LpaeOption, 2)),
        ),
    ),
    # ES8+
    Entry("BoundProfilePackage", es8plus.BoundProfilePackage, bound_profile_package),
    Entry(
        "InitialiseSecureChannelRequest", es8plus.InitialiseSecureChannelRequest, initialise_secure_channel
    ),
    Entry(
        "ConfigureISDPRequest",
        es8plus.ConfigureIsdpRequest,
        st.builds(es8plus.ConfigureIsdpRequest, dp_proprietary_data=optional(proprietary_data)),
    ),
    Entry("StoreMetadataRequest", metadata.StoreMetadataRequest, store_metadata),
    Entry("UpdateMetadataRequest", metadata.UpdateMetadataRequest, update_metadata),
    Entry("ReplaceSessionKeysRequest", es8plus.ReplaceSessionKeysRequest, replace_session_keys),
    Entry("PendingNotification", notifications.PendingNotification, pending_notifications),
    # ES9+, ES11
    Entry(
        "InitiateAuthenticationRequest",
        es9plus.InitiateAuthenticationRequest,
        initiate_authentication_request,
    ),
    _answer(
        "InitiateAuthenticationResponse",
        es9plus.InitiateAuthenticationResponse,
        initiate_authentication_ok,
        es9plus.InitiateAuthenticationError,
    ),
    Entry("AuthenticateClientRequest", es9plus.AuthenticateClientRequest, authenticate_client_request),
    _answer(
        "AuthenticateClientResponseEs9",
        es9plus.AuthenticateClientResponseEs9,
        authenticate_client_ok,
        es9plus.AuthenticateClientError,
    ),
    Entry(
        "GetBoundProfilePackageRequest",
        es9plus.GetBoundProfilePackageRequest,
        get_bound_profile_package_request,
    ),
    _answer(
        "GetBoundProfilePackageResponse",
        es9plus.GetBoundProfilePackageResponse,
        get_bound_profile_package_ok,
        es9plus.GetBoundProfilePackageError,
    ),
    Entry("HandleNotification", es9plus.HandleNotificationRequest, handle_notification_request),
    Entry("CancelSessionRequestEs9", es9plus.CancelSessionRequestEs9, cancel_session_request_es9),
    _answer(
        "CancelSessionResponseEs9",
        es9plus.CancelSessionResponseEs9,
        st.builds(es9plus.CancelSessionOk),
        es9plus.CancelSessionErrorEs9,
    ),
    _answer(
        "AuthenticateClientResponseEs11",
        es11.AuthenticateClientResponseEs11,
        authenticate_client_ok_es11,
        es11.AuthenticateClientErrorEs11,
    ),
)
