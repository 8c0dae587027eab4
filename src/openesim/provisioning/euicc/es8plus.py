"""ES8+: the commands that a bound profile package carries, each in the clear again.

What a command refuses ends the installation with the command and a reason (``InstallationRefused``). When which command
comes, and how it was protected, is the business of ``install``.

Source: SGP.22 v2.5 §5.5.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.messages.sgp22.es8plus import (
    INSTALL_BOUND_PROFILE_PACKAGE,
    KEY_LENGTH_16,
    KEY_TYPE_AES,
    ConfigureIsdpRequest,
    InitialiseSecureChannelRequest,
    ReplaceSessionKeysRequest,
    StoreMetadataRequest,
)
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason, SuccessResult
from openesim.provisioning.euicc import memory, notifications, profiles
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.installation_result import conclude, describe_installation
from openesim.provisioning.euicc.interpreter import SUCCESS
from openesim.provisioning.euicc.metadata_rules import check_metadata
from openesim.provisioning.euicc.refusal import InstallationRefused
from openesim.provisioning.euicc.session import DownloadPrepared, ProfileLoading
from openesim.provisioning.euicc.state import Euicc, Profile
from openesim.security.crypto.bsp import BspKeys, BspReader
from openesim.security.crypto.ecdsa import verify_signature

_ONE_TIME_KEY, _SIGNATURE = 0x5F49, 0x5F37


def initialise_secure_channel(euicc: Euicc, session: DownloadPrepared, octets: bytes) -> BspReader:
    """Verify BF23 and derive the session keys.

    Nothing in it is believed before its signature holds.

    Raises:
        InstallationRefused: malformed, false signature, other transaction, key type or operation.

    Source: SGP.22 v2.5 §5.5.1.
    """

    def fail(reason: ErrorReason) -> InstallationRefused:
        return InstallationRefused(BppCommandId.INITIALISE_SECURE_CHANNEL, reason)

    try:
        request = InitialiseSecureChannelRequest.decode(octets)
        signed = _signed_part(octets, session.one_time_key.public_key)
    except DecodeError:
        raise fail(ErrorReason.INCORRECT_INPUT_VALUES) from None
    try:
        verify_signature(session.smdp_key, signed, request.smdp_sign)
    except VerificationError:
        raise fail(ErrorReason.INVALID_SIGNATURE) from None
    if request.transaction_id != session.server.transaction_id:
        raise fail(ErrorReason.INVALID_TRANSACTION_ID)
    template = request.control_ref_template
    if (template.key_type, template.key_len) != (KEY_TYPE_AES, KEY_LENGTH_16):
        raise fail(ErrorReason.UNSUPPORTED_CRT_VALUES)
    if request.remote_op_id != INSTALL_BOUND_PROFILE_PACKAGE:
        raise fail(ErrorReason.UNSUPPORTED_REMOTE_OPERATION_TYPE)
    try:
        shared_secret = session.one_time_key.agree(request.smdp_otpk)
    except VerificationError:
        raise fail(ErrorReason.INCORRECT_INPUT_VALUES) from None
    return BspReader(BspKeys.derive(shared_secret, template.host_id, euicc.nvm.identity.eid.octets))


def _signed_part(octets: bytes, one_time_key: bytes) -> bytes:
    """Return what the signature in BF23 covers: all before it as received, and the chip's own one-time key.

    Raises:
        DecodeError: something follows the signature, where nothing would cover it.
    """
    request = tlv.read_one(octets)
    signature = request.find(_SIGNATURE)
    if signature is None or signature.end != request.end:
        raise DecodeError("the signature is not the last component", offset=request.start)
    return octets[request.value_start : signature.start] + tlv.encode(_ONE_TIME_KEY, one_time_key)


def configure_isdp(_euicc: Euicc, loading: ProfileLoading, data: bytes) -> ProfileLoading:
    """Take ConfigureISDP.

    Raises:
        InstallationRefused: malformed.

    Source: SGP.22 v2.5 §5.5.2.
    """
    try:
        request = ConfigureIsdpRequest.decode(data)
    except DecodeError:
        raise InstallationRefused(loading.command, ErrorReason.INCORRECT_INPUT_VALUES) from None
    return replace(loading, dp_proprietary_data=request.dp_proprietary_data)


def store_metadata(euicc: Euicc, loading: ProfileLoading, data: bytes) -> ProfileLoading:
    """Take StoreMetadata, if this chip may carry such a profile.

    Raises:
        InstallationRefused: malformed, or one of its rules says no.

    Source: SGP.22 v2.5 §5.5.3.
    """
    try:
        metadata = StoreMetadataRequest.decode(data)
    except DecodeError:
        raise InstallationRefused(loading.command, ErrorReason.INCORRECT_INPUT_VALUES) from None
    check_metadata(euicc.nvm, metadata)
    if memory.room_for_profile(euicc.nvm, len(data)) <= 0:
        reason = ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE
        raise InstallationRefused(loading.command, reason)
    return replace(loading, metadata=metadata, metadata_octets=data)


def replace_session_keys(_euicc: Euicc, loading: ProfileLoading, data: bytes) -> ProfileLoading:
    """Take ReplaceSessionKeys: the profile elements were protected beforehand, under keys of their own.

    Raises:
        InstallationRefused: malformed.

    Source: SGP.22 v2.5 §5.5.4.
    """
    try:
        request = ReplaceSessionKeysRequest.decode(data)
    except DecodeError:
        raise InstallationRefused(loading.command, ErrorReason.INCORRECT_INPUT_VALUES) from None
    keys = BspKeys(request.initial_mac_chaining_value, request.ppk_enc, request.ppk_cmac)
    loading.reader.replace_keys(keys)
    return loading


def load_profile_elements(
    euicc: Euicc, loading: ProfileLoading, data: bytes, ambient: Ambient
) -> tuple[Euicc, bytes]:
    """Work through the profile package and, if all of it is understood, put the profile into a new ISD-P.

    Profile, notifications, the end of the one-time key and of the installation are one change of memory.

    Raises:
        InstallationRefused: the package cannot be installed on this chip.

    Source: SGP.22 v2.5 §5.5.5, §5.7.6.
    """
    metadata = loading.metadata
    assert metadata is not None  # noqa: S101 (for the type checker: A3 is awaited behind A1 only)
    nvm, server = euicc.nvm, loading.prepared.server
    profile = Profile(
        aid=profiles.next_aid(nvm),
        metadata=metadata,
        metadata_octets=loading.metadata_octets,
        package=ambient.interpret(data, metadata, nvm.description),
        dp_proprietary_data=loading.dp_proprietary_data,
        ci_key_id=server.ci_key_id,
    )
    used = loading.prepared.one_time_key.public_key
    nvm = replace(
        nvm,
        profiles=(*nvm.profiles, profile),
        one_time_keys=tuple(key for key in nvm.one_time_keys if key.public_key != used),
    )
    result = SuccessResult(aid=profile.aid, sima_response=SUCCESS)
    nvm, octets = conclude(nvm, describe_installation(loading.prepared, loading), result, ambient)
    nvm = notifications.notify(
        nvm, profile, notifications.INSTALL, ambient, already_told=server.server_address
    )
    return euicc.with_nvm(nvm).with_session(None), octets
