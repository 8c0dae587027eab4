"""ES10c: exact octets of requests and answers, and the forms that LPAs of the field send."""

from __future__ import annotations

from typing import Any

import pytest

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
    IsdrProprietaryApplicationTemplate,
    LpaeActivationRequest,
    LpaeActivationResponse,
    LpaeActivationResult,
    LpaeOption,
    ProfileInfoListError,
    ProfileInfoListRequest,
    ProfileInfoListResponse,
    ResetOptions,
    ResetResult,
    SetNicknameRequest,
    SetNicknameResponse,
    SetNicknameResult,
)
from openesim.messages.sgp22.metadata import ProfileClass, ProfileInfo

ICCID = Iccid.parse("89000123456789012341")
ICCID_TLV = "5a0a98001032547698103214"
AID = bytes.fromhex("a0000005591010ffffffff8900001000")
AID_TLV = "4f10a0000005591010ffffffff8900001000"
EID = bytes.fromhex("89049032123451234512345678901235")


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        (ProfileInfoListRequest(), "bf2d00"),
        (ProfileInfoListRequest(search_criteria=ICCID), "bf2d0e" + "a00c" + ICCID_TLV),
        (ProfileInfoListRequest(search_criteria=AID), "bf2d14" + "a012" + AID_TLV),
        (ProfileInfoListRequest(search_criteria=ProfileClass.TEST), "bf2d05" + "a003" + "950100"),
        (ProfileInfoListRequest(tag_list=b"\x5a\x9f\x70"), "bf2d05" + "5c035a9f70"),
        (
            EnableProfileRequest(profile_identifier=ICCID, refresh_flag=True),
            "bf3111" + "a00c" + ICCID_TLV + "8101ff",
        ),
        (
            EnableProfileRequest(profile_identifier=AID, refresh_flag=False),
            "bf3117" + "a012" + AID_TLV + "810100",
        ),
        (EnableProfileResponse(enable_result=EnableResult.CAT_BUSY), "bf3103" + "800105"),
        (
            DisableProfileRequest(profile_identifier=ICCID, refresh_flag=True),
            "bf3211" + "a00c" + ICCID_TLV + "8101ff",
        ),
        (DisableProfileResponse(disable_result=DisableResult.OK), "bf3203" + "800100"),
        (DeleteProfileResponse(delete_result=DeleteResult.UNDEFINED_ERROR), "bf3303" + "80017f"),
        (EuiccMemoryResetRequest(reset_options=ResetOptions(0b111)), "bf3404" + "820205e0"),
        (EuiccMemoryResetResponse(reset_result=ResetResult.NOTHING_TO_DELETE), "bf3403" + "800101"),
        (GetEuiccDataRequest(tag_list=b"\x5a"), "bf3e03" + "5c015a"),
        (GetEuiccDataResponse(eid_value=EID), "bf3e12" + "5a10" + EID.hex()),
        (SetNicknameRequest(iccid=ICCID, profile_nickname="n"), "bf290f" + ICCID_TLV + "90016e"),
        (SetNicknameRequest(iccid=ICCID, profile_nickname=""), "bf290e" + ICCID_TLV + "9000"),
        (SetNicknameResponse(set_nickname_result=SetNicknameResult.ICCID_NOT_FOUND), "bf2903" + "800101"),
        (LpaeActivationRequest(lpae_option=LpaeOption(0b10)), "bf4204" + "80020640"),
        (
            LpaeActivationResponse(lpae_activation_result=LpaeActivationResult.NOT_SUPPORTED),
            "bf4203" + "800101",
        ),
        (IsdrProprietaryApplicationTemplate(svn=b"\x02\x05\x00"), "e005" + "8203020500"),
        (
            IsdrProprietaryApplicationTemplate(svn=b"\x02\x05\x00", lpae_support=LpaeOption(1)),
            "e009" + "8203020500" + "03020780",
        ),
    ],
    ids=repr,
)
def test_a_message_has_the_octets_of_the_standard(message: Any, octets: str) -> None:
    assert message.encode().hex() == octets
    assert type(message).decode(bytes.fromhex(octets)) == message


@pytest.mark.parametrize(
    ("choice", "value", "octets"),
    [
        (DeleteProfileRequest, ICCID, "bf330c" + ICCID_TLV),
        (DeleteProfileRequest, AID, "bf3312" + AID_TLV),
        (ProfileInfoListResponse, (), "bf2d02" + "a000"),
        (
            ProfileInfoListResponse,
            (ProfileInfo(), ProfileInfo(iccid=ICCID)),
            "bf2d12a010e300e30c" + ICCID_TLV,
        ),
        (ProfileInfoListResponse, ProfileInfoListError.UNDEFINED_ERROR, "bf2d03" + "81017f"),
    ],
    ids=["iccid", "aid", "none", "two", "error"],
)
def test_a_choice_has_the_octets_of_the_standard(choice: Any, value: Any, octets: str) -> None:
    assert choice.encode(value).hex() == octets
    decoded = choice.decode(bytes.fromhex(octets))
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize(
    ("octets", "criteria"),
    [
        ("bf2d0f" + ICCID_TLV + "5c015a", ICCID),
        ("bf2d15" + AID_TLV + "5c015a", AID),
        ("bf2d06" + "950102" + "5c015a", ProfileClass.OPERATIONAL),
    ],
)
def test_search_criteria_without_their_wrapper_are_taken(octets: str, criteria: Any) -> None:
    request = ProfileInfoListRequest.decode(bytes.fromhex(octets))
    assert request == ProfileInfoListRequest(search_criteria=criteria, tag_list=b"\x5a")


def test_a_port_of_version_three_is_passed_over() -> None:
    newer = bytes.fromhex("bf3114" + "a00c" + ICCID_TLV + "8101ff" + "820101")
    assert EnableProfileRequest.decode(newer).refresh_flag


@pytest.mark.parametrize(
    ("kind", "octets", "text"),
    [
        (
            EnableProfileRequest,
            "bf310e" + "a00c" + ICCID_TLV,
            "refresh_flag: mandatory component is missing at octet 0",
        ),
        (
            EnableProfileRequest,
            "bf3105" + "a000" + "8101ff",
            "profile_identifier: explicit tag holds nothing at octet 3",
        ),
        (
            EnableProfileRequest,
            "bf310f" + ICCID_TLV + "8101ff",
            "profile_identifier: mandatory component is missing",
        ),
        (
            EnableProfileRequest,
            "bf3108" + "a003" + "4f0101" + "810101",
            "refresh_flag: boolean must be one octet",
        ),
        (GetEuiccDataRequest, "bf3e04" + "5c025a5a", "tag_list: must have 1 octets, has 2 at octet 3"),
        (DeleteProfileRequest, "bf3302" + "4f00", "must have 1 to 16 octets, has 0 at octet 3"),
    ],
)
def test_a_request_of_another_form_is_refused(kind: Any, octets: str, text: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        kind.decode(bytes.fromhex(octets))
    assert str(refusal.value).startswith(text)
