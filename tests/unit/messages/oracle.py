"""The ASN.1 module as a second opinion: our values in the form that asn1tools reads and writes.

The names on the right are the module's own, typed from it. asn1tools is asked about valid input only: on broken
octets it may never come back.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import asn1tools

from openesim.encoding import tlv
from openesim.encoding.asn1 import Bits, Message, Signed
from openesim.kernel.ids import Iccid
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

Arms = dict[type[Any], str]
TRANSACTION = "transaction_id=transactionId "
ICON = "icon_type=iconType icon=icon profile_policy_rules=profilePolicyRules "
LISTS = (
    "euicc_ci_pkid_list_for_verification=euiccCiPKIdListForVerification "
    "euicc_ci_pkid_list_for_signing=euiccCiPKIdListForSigning "
)
METADATA = (
    "iccid=iccid service_provider_name=serviceProviderName profile_name=profileName profile_class=profileClass "
    "notification_configuration_info=notificationConfigurationInfo profile_owner=profileOwner " + ICON
)
SWITCH = "profile_identifier=profileIdentifier refresh_flag=refreshFlag"

NAMES: dict[type[Message], str] = {
    types.OperatorId: "mcc_mnc=mccMnc gid1=gid1 gid2=gid2",
    metadata.NotificationConfigurationInformation: (
        "profile_management_operation=profileManagementOperation notification_address=notificationAddress"
    ),
    metadata.DpProprietaryData: "dp_oid=dpOid",
    metadata.StoreMetadataRequest: METADATA,
    metadata.UpdateMetadataRequest: "service_provider_name=serviceProviderName profile_name=profileName "
    + ICON,
    metadata.RefDo: "device_app_id_ref_do=deviceAppIdRefDo pkg_ref_do=pkgRefDo",
    metadata.ArDo: "perm_ar_do=permArDo",
    metadata.RefArDo: "ref_do=refDo ar_do=arDo",
    metadata.ProfileInfo: (
        "isdp_aid=isdpAid profile_state=profileState profile_nickname=profileNickname "
        "dp_proprietary_data=dpProprietaryData ref_ar_do=refArDo " + METADATA
    ),
    euicc_info.CertificationDataObject: "platform_label=platformLabel discovery_base_url=discoveryBaseURL",
    euicc_info.EuiccInfo1: "svn=svn " + LISTS,
    euicc_info.EuiccInfo2: (
        "profile_version=profileVersion svn=svn euicc_firmware_ver=euiccFirmwareVer "
        "ext_card_resource=extCardResource uicc_capability=uiccCapability ts102241_version=ts102241Version "
        "globalplatform_version=globalplatformVersion rsp_capability=rspCapability euicc_category=euiccCategory "
        "forbidden_profile_policy_rules=forbiddenProfilePolicyRules pp_version=ppVersion "
        "sas_acreditation_number=sasAcreditationNumber certification_data_object=certificationDataObject "
        + LISTS
    ),
    euicc_info.DeviceCapabilities: (
        "gsm_supported_release=gsmSupportedRelease utran_supported_release=utranSupportedRelease "
        "cdma2000onex_supported_release=cdma2000onexSupportedRelease "
        "cdma2000hrpd_supported_release=cdma2000hrpdSupportedRelease "
        "cdma2000ehrpd_supported_release=cdma2000ehrpdSupportedRelease "
        "eutran_epc_supported_release=eutranEpcSupportedRelease "
        "contactless_supported_release=contactlessSupportedRelease "
        "rsp_crl_supported_version=rspCrlSupportedVersion nr_epc_supported_release=nrEpcSupportedRelease "
        "nr5gc_supported_release=nr5gcSupportedRelease eutran5gc_supported_release=eutran5gcSupportedRelease"
    ),
    euicc_info.DeviceInfo: "tac=tac device_capabilities=deviceCapabilities imei=imei",
    authentication.CtxParamsForCommonAuthentication: "matching_id=matchingId device_info=deviceInfo",
    authentication.ServerSigned1: TRANSACTION
    + "euicc_challenge=euiccChallenge server_address=serverAddress server_challenge=serverChallenge",
    authentication.EuiccSigned1: TRANSACTION
    + "server_address=serverAddress server_challenge=serverChallenge euicc_info2=euiccInfo2 ctx_params1=ctxParams1",
    authentication.AuthenticateServerRequest: (
        "server_signed1=serverSigned1 server_signature1=serverSignature1 server_certificate=serverCertificate "
        "euicc_ci_pkid_to_be_used=euiccCiPKIdToBeUsed ctx_params1=ctxParams1"
    ),
    authentication.AuthenticateResponseOk: (
        "euicc_signed1=euiccSigned1 euicc_signature1=euiccSignature1 "
        "euicc_certificate=euiccCertificate eum_certificate=eumCertificate"
    ),
    authentication.AuthenticateResponseError: TRANSACTION + "authenticate_error_code=authenticateErrorCode",
    download.SmdpSigned2: TRANSACTION + "cc_required_flag=ccRequiredFlag bpp_euicc_otpk=bppEuiccOtpk",
    download.PrepareDownloadRequest: (
        "smdp_signed2=smdpSigned2 smdp_signature2=smdpSignature2 hash_cc=hashCc smdp_certificate=smdpCertificate"
    ),
    download.EuiccSigned2: TRANSACTION + "euicc_otpk=euiccOtpk hash_cc=hashCc",
    download.PrepareDownloadResponseOk: "euicc_signed2=euiccSigned2 euicc_signature2=euiccSignature2",
    download.PrepareDownloadResponseError: TRANSACTION + "download_error_code=downloadErrorCode",
    download.CancelSessionRequest: TRANSACTION + "reason=reason",
    download.EuiccCancelSessionSigned: TRANSACTION + "smdp_oid=smdpOid reason=reason",
    download.CancelSessionResponseOk: (
        "euicc_cancel_session_signed=euiccCancelSessionSigned "
        "euicc_cancel_session_signature=euiccCancelSessionSignature"
    ),
    es8plus.ControlRefTemplate: "key_type=keyType key_len=keyLen host_id=hostId",
    es8plus.InitialiseSecureChannelRequest: TRANSACTION
    + "remote_op_id=remoteOpId control_ref_template=controlRefTemplate smdp_otpk=smdpOtpk smdp_sign=smdpSign",
    es8plus.ConfigureIsdpRequest: "dp_proprietary_data=dpProprietaryData",
    es8plus.ReplaceSessionKeysRequest: (
        "initial_mac_chaining_value=initialMacChainingValue ppk_enc=ppkEnc ppk_cmac=ppkCmac"
    ),
    es8plus.BoundProfilePackage: (
        "initialise_secure_channel_request=initialiseSecureChannelRequest first_sequence_of_87=firstSequenceOf87 "
        "sequence_of_88=sequenceOf88 second_sequence_of_87=secondSequenceOf87 sequence_of_86=sequenceOf86"
    ),
    notifications.NotificationMetadata: (
        "seq_number=seqNumber profile_management_operation=profileManagementOperation "
        "notification_address=notificationAddress iccid=iccid"
    ),
    notifications.SuccessResult: "aid=aid sima_response=simaResponse",
    notifications.ErrorResult: (
        "bpp_command_id=bppCommandId error_reason=errorReason sima_response=simaResponse"
    ),
    notifications.ProfileInstallationResultData: TRANSACTION
    + "notification_metadata=notificationMetadata smdp_oid=smdpOid final_result=finalResult",
    notifications.ProfileInstallationResult: (
        "profile_installation_result_data=profileInstallationResultData euicc_sign_pir=euiccSignPIR"
    ),
    notifications.OtherSignedNotification: (
        "tbs_other_notification=tbsOtherNotification euicc_notification_signature=euiccNotificationSignature "
        "euicc_certificate=euiccCertificate eum_certificate=eumCertificate"
    ),
    es10a.EuiccConfiguredAddressesRequest: "",
    es10a.EuiccConfiguredAddressesResponse: (
        "default_dp_address=defaultDpAddress root_ds_address=rootDsAddress"
    ),
    es10a.SetDefaultDpAddressRequest: "default_dp_address=defaultDpAddress",
    es10a.SetDefaultDpAddressResponse: "set_default_dp_address_result=setDefaultDpAddressResult",
    es10b.GetEuiccChallengeRequest: "",
    es10b.GetEuiccChallengeResponse: "euicc_challenge=euiccChallenge",
    es10b.GetEuiccInfo1Request: "",
    es10b.GetEuiccInfo2Request: "",
    es10b.ListNotificationRequest: "profile_management_operation=profileManagementOperation",
    es10b.RetrieveNotificationsListRequest: "search_criteria=searchCriteria",
    es10b.NotificationSentRequest: "seq_number=seqNumber",
    es10b.NotificationSentResponse: "delete_notification_status=deleteNotificationStatus",
    es10b.ProfilePolicyAuthorisationRule: (
        "ppr_ids=pprIds allowed_operators=allowedOperators ppr_flags=pprFlags"
    ),
    es10b.GetRatRequest: "",
    es10b.GetRatResponse: "rat=rat",
    es10b.LoadCrlRequest: "crl=crl",
    es10b.LoadCrlOk: "missing_parts=missingParts",
    es10c.ProfileInfoListRequest: "search_criteria=searchCriteria tag_list=tagList",
    es10c.EnableProfileRequest: SWITCH,
    es10c.EnableProfileResponse: "enable_result=enableResult",
    es10c.DisableProfileRequest: SWITCH,
    es10c.DisableProfileResponse: "disable_result=disableResult",
    es10c.DeleteProfileResponse: "delete_result=deleteResult",
    es10c.EuiccMemoryResetRequest: "reset_options=resetOptions",
    es10c.EuiccMemoryResetResponse: "reset_result=resetResult",
    es10c.GetEuiccDataRequest: "tag_list=tagList",
    es10c.GetEuiccDataResponse: "eid_value=eidValue",
    es10c.SetNicknameRequest: "iccid=iccid profile_nickname=profileNickname",
    es10c.SetNicknameResponse: "set_nickname_result=setNicknameResult",
    es10c.LpaeActivationRequest: "lpae_option=lpaeOption",
    es10c.LpaeActivationResponse: "lpae_activation_result=lpaeActivationResult",
    es10c.IsdrProprietaryApplicationTemplate: "svn=svn lpae_support=lpaeSupport",
    es9plus.InitiateAuthenticationRequest: (
        "euicc_challenge=euiccChallenge smdp_address=smdpAddress euicc_info1=euiccInfo1"
    ),
    es9plus.InitiateAuthenticationOk: TRANSACTION
    + "server_signed1=serverSigned1 server_signature1=serverSignature1 "
    "euicc_ci_pkid_to_be_used=euiccCiPKIdToBeUsed server_certificate=serverCertificate",
    es9plus.AuthenticateClientRequest: TRANSACTION
    + "authenticate_server_response=authenticateServerResponse",
    es9plus.AuthenticateClientOk: TRANSACTION
    + "profile_metadata=profileMetaData smdp_signed2=smdpSigned2 smdp_signature2=smdpSignature2 "
    "smdp_certificate=smdpCertificate",
    es9plus.GetBoundProfilePackageRequest: TRANSACTION + "prepare_download_response=prepareDownloadResponse",
    es9plus.GetBoundProfilePackageOk: TRANSACTION + "bound_profile_package=boundProfilePackage",
    es9plus.HandleNotificationRequest: "pending_notification=pendingNotification",
    es9plus.CancelSessionRequestEs9: TRANSACTION + "cancel_session_response=cancelSessionResponse",
    es9plus.CancelSessionOk: "",
    es11.EventEntry: "event_id=eventId rsp_server_address=rspServerAddress",
    es11.AuthenticateClientOkEs11: TRANSACTION + "event_entries=eventEntries",
}

AUTHENTICATE: Arms = {
    authentication.AuthenticateResponseOk: "authenticateResponseOk",
    authentication.AuthenticateResponseError: "authenticateResponseError",
}
PREPARE: Arms = {
    download.PrepareDownloadResponseOk: "downloadResponseOk",
    download.PrepareDownloadResponseError: "downloadResponseError",
}
CANCEL: Arms = {
    download.CancelSessionResponseOk: "cancelSessionResponseOk",
    int: "cancelSessionResponseError",
}
PENDING: Arms = {
    notifications.ProfileInstallationResult: "profileInstallationResult",
    notifications.OtherSignedNotification: "otherSignedNotification",
}
IDENTIFIER: Arms = {Iccid: "iccid", bytes: "isdpAid"}

# Components and types that are a CHOICE: which alternative a value of ours is.
CHOSEN: dict[str, Arms] = {
    "ctx_params1": {authentication.CtxParamsForCommonAuthentication: "ctxParamsForCommonAuthentication"},
    "final_result": {
        notifications.SuccessResult: "successResult",
        notifications.ErrorResult: "errorResult",
    },
    "search_criteria": {
        types.NotificationEvent: "profileManagementOperation",
        Iccid: "iccid",
        bytes: "isdpAid",
        int: "profileClass",
    },
    "RetrieveNotificationsListRequest.search_criteria": {
        types.NotificationEvent: "profileManagementOperation",
        int: "seqNumber",
    },
    "profile_identifier": IDENTIFIER,
    "authenticate_server_response": AUTHENTICATE,
    "prepare_download_response": PREPARE,
    "cancel_session_response": CANCEL,
    "pending_notification": PENDING,
    "AuthenticateServerResponse": AUTHENTICATE,
    "PrepareDownloadResponse": PREPARE,
    "CancelSessionResponse": CANCEL,
    "PendingNotification": PENDING,
    "DeleteProfileRequest": IDENTIFIER,
    "ListNotificationResponse": {tuple: "notificationMetadataList", int: "listNotificationsResultError"},
    "RetrieveNotificationsListResponse": {tuple: "notificationList", int: "notificationsListResultError"},
    "ProfileInfoListResponse": {tuple: "profileInfoListOk", int: "profileInfoListError"},
    "LoadCRLResponse": {es10b.LoadCrlOk: "loadCRLResponseOk", int: "loadCRLResponseError"},
    "InitiateAuthenticationResponse": {
        es9plus.InitiateAuthenticationOk: "initiateAuthenticationOk",
        int: "initiateAuthenticationError",
    },
    "AuthenticateClientResponseEs9": {
        es9plus.AuthenticateClientOk: "authenticateClientOk",
        int: "authenticateClientError",
    },
    "GetBoundProfilePackageResponse": {
        es9plus.GetBoundProfilePackageOk: "getBoundProfilePackageOk",
        int: "getBoundProfilePackageError",
    },
    "CancelSessionResponseEs9": {es9plus.CancelSessionOk: "cancelSessionOk", int: "cancelSessionError"},
    "AuthenticateClientResponseEs11": {
        es11.AuthenticateClientOkEs11: "authenticateClientOk",
        int: "authenticateClientError",
    },
}

# A tag on a type that has one replaces it; asn1tools writes both where that type is a CHOICE. In these messages
# the component of the first tag holds a second one: what asn1tools reads and writes is not what the standard says.
DOUBLED = {
    "AuthenticateClientRequest": (0xBF38, 0xBF38),
    "GetBoundProfilePackageRequest": (0xBF21, 0xBF21),
    "CancelSessionRequestEs9": (0xA1, 0xBF41),
}


def doubled(octets: bytes, outer: int, inner: int) -> bytes:
    """Return a message with the tag of one component written twice, as asn1tools has it."""
    whole = tlv.read_one(octets)
    components = (
        tlv.encode(outer, tlv.encode(inner, component.value)) if component.tag == outer else component.octets
        for component in whole.children()
    )
    return tlv.encode(whole.tag, b"".join(components))


def without_octets(message: Any) -> dict[str, Any]:
    """Return the components of a message; of what is kept with its octets, only the value."""
    values = {field.name: getattr(message, field.name) for field in fields(message)}
    return {name: value.value if isinstance(value, Signed) else value for name, value in values.items()}


@dataclass(frozen=True)
class Oracle:
    """The compiled module."""

    module: Any

    @classmethod
    def compile(cls, folder: Path) -> Oracle:
        """Compile the module of v2.5 and the two it imports."""
        names = ("rsp-2.5.asn", "rfc3280-PKIX1Explicit88.asn1", "rfc3280-PKIX1Implicit88.asn1")
        return cls(asn1tools.compile_files([str(folder / name) for name in names], "der"))

    def encode(self, name: str, form: Any) -> bytes:
        """Return asn1tools' octets of a form."""
        return bytes(self.module.encode(name, form))

    def decode(self, name: str, octets: bytes) -> Any:
        """Return asn1tools' form of valid octets."""
        return self.module.decode(name, octets)

    def form_of(self, name: str, value: Any) -> Any:
        """Return our value of a type in the form of asn1tools."""
        arms = CHOSEN.get(name)
        return self._chosen(arms, value) if arms else self._form(value)

    def _chosen(self, arms: Arms, value: Any) -> tuple[str, Any]:
        plain = value.value if isinstance(value, Signed) else value
        return next(name for kind, name in arms.items() if isinstance(plain, kind)), self._form(plain)

    def _form(self, value: Any) -> Any:
        match value:
            case Signed():
                return self._form(value.value)
            case Message():
                return self._members(value)
            case tuple():
                pending = tuple(PENDING)
                return [
                    self._chosen(PENDING, item) if isinstance(item, pending) else self._form(item)
                    for item in value
                ]
            case bool():
                return value
            case Bits():
                count = value.bit_length()
                reversed_bits = f"{int(value):b}"[::-1].ljust((count + 7) // 8 * 8, "0") if count else ""
                octets = bytes(int(reversed_bits[at : at + 8], 2) for at in range(0, len(reversed_bits), 8))
                return octets, count
            case int():
                return int(value)
            case Iccid():
                return value.octets
            case bytes():
                return bytes(value)
            case _:
                return str(value)

    def _members(self, message: Message) -> dict[str, Any]:
        kind = type(message)
        members: dict[str, Any] = {}
        for pair in NAMES[kind].split():
            field, name = pair.split("=")
            value = getattr(message, field)
            arms = CHOSEN.get(f"{kind.__name__}.{field}", CHOSEN.get(field))
            if value is None:
                continue
            if field == "profile_class" and kind is metadata.StoreMetadataRequest and value == 2:
                members[name] = "operational"  # asn1tools knows a default by the word of the module only
            elif field.endswith("_certificate"):
                members[name] = self.decode("Certificate", value)
            elif field == "crl":
                members[name] = self.decode("CertificateList", b"\x30" + value[1:])
            elif field == "bound_profile_package":
                members[name] = self._form(es8plus.BoundProfilePackage.decode(value))
            else:
                members[name] = self._chosen(arms, value) if arms else self._form(value)
        return members
