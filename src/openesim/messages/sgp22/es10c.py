"""ES10c (LPA → chip): local profile management. LPAe activation stands here too.

Source: SGP.22 v2.5 §5.7.15–5.7.21, §5.7.23, Annex H.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import AlsoBare, Bits, Choice, Message, Size, Tag, alternative, message
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.metadata import ProfileClass, ProfileInfo
from openesim.messages.sgp22.types import IsdpAid, Octets16

ProfileIdentifier: Choice[bytes | Iccid] = Choice(alternative(IsdpAid), alternative(Iccid))
"""A profile by the AID of its ISD-P or by its ICCID."""

ProfileSearchCriteria: Choice[bytes | Iccid | ProfileClass | int] = Choice(
    alternative(IsdpAid), alternative(Iccid), alternative(ProfileClass | int, 0x95)
)


class ProfileInfoListError(IntEnum):
    """Why no profiles are listed."""

    INCORRECT_INPUT_VALUES = 1
    UNDEFINED_ERROR = 127


@message(tag=0xBF2D)
class ProfileInfoListRequest(Message):
    """GetProfilesInfo: which profiles, which tags of each."""

    search_criteria: Annotated[
        bytes | Iccid | ProfileClass | int | None, ProfileSearchCriteria, Tag(0xA0), AlsoBare()
    ] = None
    tag_list: Annotated[bytes | None, Tag(0x5C)] = None


ProfileInfoListResponse: Choice[tuple[ProfileInfo, ...] | ProfileInfoListError | int] = Choice(
    alternative(tuple[ProfileInfo, ...], 0xA0), alternative(ProfileInfoListError | int, 0x81), tag=0xBF2D
)


class EnableResult(IntEnum):
    """Outcome of EnableProfile."""

    OK = 0
    ICCID_OR_AID_NOT_FOUND = 1
    PROFILE_NOT_IN_DISABLED_STATE = 2
    DISALLOWED_BY_POLICY = 3
    WRONG_PROFILE_REENABLING = 4
    CAT_BUSY = 5
    UNDEFINED_ERROR = 127


class DisableResult(IntEnum):
    """Outcome of DisableProfile."""

    OK = 0
    ICCID_OR_AID_NOT_FOUND = 1
    PROFILE_NOT_IN_ENABLED_STATE = 2
    DISALLOWED_BY_POLICY = 3
    CAT_BUSY = 5
    UNDEFINED_ERROR = 127


class DeleteResult(IntEnum):
    """Outcome of DeleteProfile."""

    OK = 0
    ICCID_OR_AID_NOT_FOUND = 1
    PROFILE_NOT_IN_DISABLED_STATE = 2
    DISALLOWED_BY_POLICY = 3
    UNDEFINED_ERROR = 127


class ResetResult(IntEnum):
    """Outcome of eUICCMemoryReset."""

    OK = 0
    NOTHING_TO_DELETE = 1
    CAT_BUSY = 5
    UNDEFINED_ERROR = 127


class SetNicknameResult(IntEnum):
    """Outcome of SetNickname."""

    OK = 0
    ICCID_NOT_FOUND = 1
    UNDEFINED_ERROR = 127


@message(tag=0xBF31)
class EnableProfileRequest(Message):
    """Enable a profile; with ``refresh_flag`` the chip asks the terminal to refresh."""

    profile_identifier: Annotated[bytes | Iccid, ProfileIdentifier, Tag(0xA0)]
    refresh_flag: Annotated[bool, Tag(0x81)]


@message(tag=0xBF31)
class EnableProfileResponse(Message):
    """How it went."""

    enable_result: Annotated[EnableResult | int, Tag(0x80)]


@message(tag=0xBF32)
class DisableProfileRequest(Message):
    """Disable a profile."""

    profile_identifier: Annotated[bytes | Iccid, ProfileIdentifier, Tag(0xA0)]
    refresh_flag: Annotated[bool, Tag(0x81)]


@message(tag=0xBF32)
class DisableProfileResponse(Message):
    """How it went."""

    disable_result: Annotated[DisableResult | int, Tag(0x80)]


DeleteProfileRequest: Choice[bytes | Iccid] = Choice(alternative(IsdpAid), alternative(Iccid), tag=0xBF33)


@message(tag=0xBF33)
class DeleteProfileResponse(Message):
    """How it went."""

    delete_result: Annotated[DeleteResult | int, Tag(0x80)]


class ResetOptions(Bits):
    """What a memory reset removes."""

    DELETE_OPERATIONAL_PROFILES = 1 << 0
    DELETE_FIELD_LOADED_TEST_PROFILES = 1 << 1
    RESET_DEFAULT_SMDP_ADDRESS = 1 << 2


@message(tag=0xBF34)
class EuiccMemoryResetRequest(Message):
    """Reset the chip's memory."""

    reset_options: Annotated[ResetOptions, Tag(0x82)]


@message(tag=0xBF34)
class EuiccMemoryResetResponse(Message):
    """How it went."""

    reset_result: Annotated[ResetResult | int, Tag(0x80)]


@message(tag=0xBF3E)
class GetEuiccDataRequest(Message):
    """GetEID: the tag list must be 5A."""

    tag_list: Annotated[bytes, Tag(0x5C), Size(1)]


@message(tag=0xBF3E)
class GetEuiccDataResponse(Message):
    """The EID, 16 octets."""

    eid_value: Annotated[Octets16, Tag(0x5A)]


@message(tag=0xBF29)
class SetNicknameRequest(Message):
    """Give a profile a nickname; an empty one removes it."""

    iccid: Iccid
    profile_nickname: Annotated[str, Tag(0x90), Size(0, 64)]


@message(tag=0xBF29)
class SetNicknameResponse(Message):
    """How it went."""

    set_nickname_result: Annotated[SetNicknameResult | int, Tag(0x80)]


class LpaeOption(Bits):
    """Kinds of LPA in the eUICC."""

    ACTIVATE_CAT_BASED_LPAE = 1 << 0
    ACTIVATE_SCWS_BASED_LPAE = 1 << 1


class LpaeActivationResult(IntEnum):
    """Outcome of the activation."""

    OK = 0
    NOT_SUPPORTED = 1


@message(tag=0xBF42)
class LpaeActivationRequest(Message):
    """Activate the LPA in the eUICC."""

    lpae_option: Annotated[LpaeOption, Tag(0x80)]


@message(tag=0xBF42)
class LpaeActivationResponse(Message):
    """How it went."""

    lpae_activation_result: Annotated[LpaeActivationResult | int, Tag(0x80)]


@message(tag=0xE0)
class IsdrProprietaryApplicationTemplate(Message):
    """Answer to SELECT of the ISD-R: version, and the LPAe options."""

    svn: Annotated[bytes, Tag(0x82), Size(3)]
    lpae_support: LpaeOption | None = None
