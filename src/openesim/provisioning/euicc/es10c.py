"""ES10c: local profile management. The activation of an LPA in the chip stands here too.

Source: SGP.22 v2.5 §5.7.15–5.7.21, §5.7.23.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid
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
    LpaeActivationRequest,
    LpaeActivationResponse,
    LpaeActivationResult,
    ProfileInfoListError,
    ProfileInfoListRequest,
    ProfileInfoListResponse,
    ResetResult,
    SetNicknameRequest,
    SetNicknameResponse,
    SetNicknameResult,
)
from openesim.messages.sgp22.metadata import ProfileInfo
from openesim.provisioning.euicc import profiles
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.card import switch, take_out
from openesim.provisioning.euicc.state import Euicc, Nvm, Profile
from openesim.provisioning.uicc.status_words import StatusWord, refused

_EID_TAG = b"\x5a"
_LOW_TAG, _MORE, _MOST_TAG_OCTETS = 0x1F, 0x80, 3

_READ_BY_TAG: dict[int, tuple[str, Callable[[Profile], Any]]] = {
    0x5A: ("iccid", lambda profile: profile.iccid),
    0x4F: ("isdp_aid", lambda profile: profile.aid),
    0x9F70: ("profile_state", lambda profile: profile.state),
    0x90: ("profile_nickname", lambda profile: profile.nickname or None),
    0x91: ("service_provider_name", lambda profile: profile.metadata.service_provider_name),
    0x92: ("profile_name", lambda profile: profile.metadata.profile_name),
    0x93: ("icon_type", lambda profile: profile.metadata.icon_type),
    0x94: ("icon", lambda profile: profile.metadata.icon),
    0x95: ("profile_class", lambda profile: profile.metadata.profile_class),
    0xB6: ("notification_configuration_info", lambda p: p.metadata.notification_configuration_info),
    0xB7: ("profile_owner", lambda profile: profile.metadata.profile_owner),
    0xB8: ("dp_proprietary_data", lambda profile: profile.dp_proprietary_data),
    0x99: ("profile_policy_rules", lambda profile: profile.metadata.profile_policy_rules),
}

_DEFAULT_TAGS = (0x5A, 0x4F, 0x9F70, 0x90, 0x91, 0x92, 0x93, 0x95)
"""What is told where no tag list says what is wanted.

Source: SGP.22 v2.5 §5.7.15.
"""


def get_profiles_info(euicc: Euicc, command: bytes, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Return the wanted data of the wanted profiles; none found is an empty list.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.15.
    """
    request = ProfileInfoListRequest.decode(command)
    try:
        tags = _DEFAULT_TAGS if request.tag_list is None else _read_tag_list(request.tag_list)
    except DecodeError:
        return euicc, ProfileInfoListResponse.encode(ProfileInfoListError.INCORRECT_INPUT_VALUES)
    found = _search(euicc.nvm, request.search_criteria)
    return euicc, ProfileInfoListResponse.encode(tuple(_profile_info(profile, tags) for profile in found))


def _search(nvm: Nvm, criteria: bytes | Iccid | int | None) -> tuple[Profile, ...]:
    """Return the profiles that a search asks for."""
    if criteria is None:
        return nvm.profiles
    if isinstance(criteria, (bytes, Iccid)):
        profile = profiles.find_profile(nvm, criteria)
        return () if profile is None else (profile,)
    return tuple(profile for profile in nvm.profiles if profile.metadata.profile_class == criteria)


def _read_tag_list(octets: bytes) -> tuple[int, ...]:
    """Return the tags that stand one behind the other.

    Raises:
        DecodeError: cut short.
    """
    tags = []
    position = 0
    while position < len(octets):
        end = position + 1
        if octets[position] & _LOW_TAG == _LOW_TAG:
            while octets[end : end + 1] and octets[end] & _MORE and end < position + _MOST_TAG_OCTETS - 1:
                end += 1
            end += 1
        if end > len(octets) or (end > position + 1 and octets[end - 1] & _MORE):
            raise DecodeError("tag list is cut short", offset=position)
        tags.append(int.from_bytes(octets[position:end], "big"))
        position = end
    return tuple(tags)


def _profile_info(profile: Profile, tags: tuple[int, ...]) -> ProfileInfo:
    """Return the wanted data of a profile; tags that it has nothing for, or that nobody knows, are left out."""
    wanted = (_READ_BY_TAG[tag] for tag in tags if tag in _READ_BY_TAG)
    return ProfileInfo(**{name: read(profile) for name, read in wanted})


def enable_profile(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Enable a profile; ``card`` says when the terminal notices.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.16.
    """
    request = EnableProfileRequest.decode(command)
    if request.refresh_flag and euicc.ram.dialogue.is_busy:
        return euicc, EnableProfileResponse(enable_result=EnableResult.CAT_BUSY).encode()
    outcome = profiles.enable(euicc.nvm, request.profile_identifier, ambient)
    if isinstance(outcome, Nvm):
        after = switch(euicc, outcome, refresh=request.refresh_flag)
        return after, EnableProfileResponse(enable_result=EnableResult.OK).encode()
    return euicc, EnableProfileResponse(enable_result=outcome).encode()


def disable_profile(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Disable a profile; ``card`` says when the terminal notices.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.17.
    """
    request = DisableProfileRequest.decode(command)
    if request.refresh_flag and euicc.ram.dialogue.is_busy:
        return euicc, DisableProfileResponse(disable_result=DisableResult.CAT_BUSY).encode()
    outcome = profiles.disable(euicc.nvm, request.profile_identifier, ambient)
    if isinstance(outcome, Nvm):
        after = switch(euicc, outcome, refresh=request.refresh_flag)
        return after, DisableProfileResponse(disable_result=DisableResult.OK).encode()
    return euicc, DisableProfileResponse(disable_result=outcome).encode()


def delete_profile(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Delete a disabled profile.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.18.
    """
    outcome = profiles.delete(euicc.nvm, DeleteProfileRequest.decode(command), ambient)
    if isinstance(outcome, Nvm):
        return euicc.with_nvm(outcome), DeleteProfileResponse(delete_result=DeleteResult.OK).encode()
    return euicc, DeleteProfileResponse(delete_result=outcome).encode()


def euicc_memory_reset(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Delete profiles by kind and put the default SM-DP+ back; an RSP session ends with it.

    Where the enabled profile goes, its card goes at once, and the terminal is asked for a refresh besides.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.19.
    """
    request = EuiccMemoryResetRequest.decode(command)
    outcome = profiles.reset(euicc.nvm, request.reset_options, ambient)
    if isinstance(outcome, Nvm):
        was_enabled, is_enabled = map(profiles.enabled_profile, (euicc.nvm, outcome))
        if was_enabled is not is_enabled:
            euicc = take_out(switch(euicc, outcome, refresh=True))
        after = euicc.with_nvm(outcome).with_session(None)
        return after, EuiccMemoryResetResponse(reset_result=ResetResult.OK).encode()
    return euicc, EuiccMemoryResetResponse(reset_result=outcome).encode()


def get_eid(euicc: Euicc, command: bytes, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Return the EID.

    Raises:
        DecodeError: a malformed command (status word 6A80).
        CardError: another data object is asked for (6A88).

    Source: SGP.22 v2.5 §5.7.20.
    """
    if GetEuiccDataRequest.decode(command).tag_list != _EID_TAG:
        raise refused(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return euicc, GetEuiccDataResponse(eid_value=euicc.nvm.identity.eid.octets).encode()


def set_nickname(euicc: Euicc, command: bytes, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Give a profile a nickname; an empty one removes it.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.21.
    """
    request = SetNicknameRequest.decode(command)
    profile = profiles.find_profile(euicc.nvm, request.iccid)
    if profile is None:
        return euicc, SetNicknameResponse(set_nickname_result=SetNicknameResult.ICCID_NOT_FOUND).encode()
    named = profiles.put(euicc.nvm, replace(profile, nickname=request.profile_nickname))
    return euicc.with_nvm(named), SetNicknameResponse(set_nickname_result=SetNicknameResult.OK).encode()


def activate_lpae(euicc: Euicc, command: bytes, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Refuse to activate an LPA in the chip: there is none.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.23.
    """
    LpaeActivationRequest.decode(command)
    response = LpaeActivationResponse(lpae_activation_result=LpaeActivationResult.NOT_SUPPORTED)
    return euicc, response.encode()
