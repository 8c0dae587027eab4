"""What the user does with profiles on the chip; every change is told to the servers at once (PAIN 3–5)."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.encoding.asn1 import Message
from openesim.kernel.errors import (
    CardError,
    ConflictError,
    DecodeError,
    NotFoundError,
    OpenEsimError,
    PeerError,
)
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.es10a import (
    EuiccConfiguredAddressesRequest,
    EuiccConfiguredAddressesResponse,
    SetDefaultDpAddressRequest,
    SetDefaultDpAddressResponse,
)
from openesim.messages.sgp22.es10b import GetEuiccInfo2Request
from openesim.messages.sgp22.es10c import (
    DeleteProfileRequest,
    DeleteProfileResponse,
    DisableProfileRequest,
    DisableProfileResponse,
    EnableProfileRequest,
    EnableProfileResponse,
    EuiccMemoryResetRequest,
    EuiccMemoryResetResponse,
    GetEuiccDataRequest,
    GetEuiccDataResponse,
    ProfileInfoListRequest,
    ProfileInfoListResponse,
    ResetOptions,
    SetNicknameRequest,
    SetNicknameResponse,
)
from openesim.messages.sgp22.explained import LpaOutcome, explain_error, outcome_of
from openesim.messages.sgp22.metadata import NotificationConfigurationInformation, ProfileInfo, ProfileState
from openesim.messages.sgp22.types import NotificationEvent
from openesim.provisioning.lpa import es10, management
from openesim.provisioning.lpa.effects import AskDeletion, Pause, ProbeServer, ResetCard, SendCommand
from tests.playbooks.lpa import script
from tests.playbooks.lpa.script import ADDRESS, ICCID, OTHER_ICCID
from tests.playbooks.playbook import Playbook

OTHER_AID = bytes.fromhex("A0000005591010FFFFFFFF8900001100")
EVERY_EVENT = NotificationEvent(0b1111)
FIRST = ProfileInfo(
    iccid=ICCID,
    isdp_aid=script.AID,
    profile_state=ProfileState.ENABLED,
    notification_configuration_info=(
        NotificationConfigurationInformation(
            profile_management_operation=EVERY_EVENT, notification_address=ADDRESS
        ),
        NotificationConfigurationInformation(
            profile_management_operation=script.ENABLE, notification_address="enable.example.com"
        ),
    ),
)
SECOND = ProfileInfo(iccid=OTHER_ICCID, isdp_aid=OTHER_AID)
BOTH = script.profiles(FIRST, SECOND)


def command(request: Message, answer: Message) -> tuple[SendCommand, bytes]:
    return SendCommand(request.encode()), answer.encode()


ENABLE_SECOND = SendCommand(EnableProfileRequest(profile_identifier=OTHER_ICCID, refresh_flag=True).encode())
DISABLE_FIRST = SendCommand(DisableProfileRequest(profile_identifier=ICCID, refresh_flag=True).encode())
DELETE_FIRST = SendCommand(DeleteProfileRequest.encode(ICCID))


def told(*notifications: Any) -> list[tuple[Any, ...]]:
    """The chip keeps these after a change, and the servers hear of them."""
    listed = script.listing(*notifications)
    steps: list[tuple[Any, ...]] = [listed, listed]
    for one in notifications:
        octets = script.other(one)
        steps += [
            script.retrieval(one.seq_number, octets),
            (script.delivery(octets, one.notification_address),),
            script.removal(one.seq_number),
        ]
    return steps


# --- Which profile is meant -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [ICCID, "3456", script.AID.hex(), "8900001000", " 8901234567890123456 ", "8901-2345-6789-0123-456"],
)
def test_a_profile_may_be_named_by_iccid_aid_or_the_end_of_one(text: str) -> None:
    assert Playbook(management.find_profile(text)).expect_all(BOTH).returns() == FIRST


@pytest.mark.parametrize("text", ["", "9999", "890123456789012345", "x"])
def test_a_name_that_fits_none_is_not_found(text: str) -> None:
    error = Playbook(management.find_profile(text)).expect_all(BOTH).raises(NotFoundError)
    assert outcome_of(error) is LpaOutcome.PROFILE_NOT_FOUND


def test_a_name_that_fits_two_is_ambiguous() -> None:
    error = Playbook(management.find_profile("00")).expect_all(BOTH).raises(ConflictError)
    assert outcome_of(error) is LpaOutcome.PROFILE_AMBIGUOUS


def test_a_whole_iccid_is_meant_even_if_another_ends_with_it() -> None:
    short = ProfileInfo(iccid=type(ICCID)("234567890123456789"))
    longer = ProfileInfo(iccid=type(ICCID)("01234567890123456789"))
    listed = script.profiles(longer, short)
    assert Playbook(management.find_profile("234567890123456789")).expect_all(listed).returns() == short


def test_a_chip_that_refuses_the_long_tag_list_is_asked_for_its_default_one() -> None:
    refused = SendCommand(ProfileInfoListRequest(tag_list=es10.PROFILE_TAGS).encode())
    default = SendCommand(ProfileInfoListRequest().encode())
    playbook = Playbook(es10.get_profiles_info())
    playbook.expect(refused, ProfileInfoListResponse.encode(1))
    playbook.expect(default, ProfileInfoListResponse.encode((FIRST,)))
    assert playbook.returns() == (FIRST,)


def test_a_chip_that_lists_nothing_at_all_is_an_error() -> None:
    playbook = Playbook(es10.get_profiles_info(None))
    playbook.expect(SendCommand(ProfileInfoListRequest().encode()), ProfileInfoListResponse.encode(127))
    playbook.raises(CardError)


# --- Changes --------------------------------------------------------------------------------------------------


def test_after_enabling_the_card_is_reset_and_both_profiles_servers_hear_of_it() -> None:
    """PAIN 3 and 4: an operator's app says "not installed" until somebody delivers what the chip keeps."""
    old = script.about(3, script.DELETE, "old.example.com")
    disabled, enabled = script.about(4, script.DISABLE), script.about(5, script.ENABLE, ADDRESS, OTHER_ICCID)
    listed = script.listing(old, disabled, enabled)
    playbook = Playbook(management.enable("64")).expect_all(
        BOTH,
        script.listing(old),
        (ENABLE_SECOND, EnableProfileResponse(enable_result=0).encode()),
        (ResetCard(),),
        listed,
        listed,
        *told(disabled, enabled)[2:],
    )
    change = playbook.returns()
    assert change.profile == SECOND
    assert change.notifications.delivered == (disabled, enabled)
    assert change.notifications.others_waiting == 1


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 9, 127])
def test_a_chip_that_does_not_enable_says_why_and_the_card_is_not_reset(code: int) -> None:
    playbook = Playbook(management.enable("64")).expect_all(
        BOTH, script.listing(), (ENABLE_SECOND, EnableProfileResponse(enable_result=code).encode())
    )
    error = playbook.raises(CardError)
    assert "EnableProfile" in str(error)
    assert explain_error(error).next_step


def test_disabling_works_the_same_way() -> None:
    disabled = script.about(0, script.DISABLE)
    playbook = Playbook(management.disable("3456")).expect_all(
        BOTH,
        script.listing(),
        (DISABLE_FIRST, DisableProfileResponse(disable_result=0).encode()),
        (ResetCard(),),
        *told(disabled),
    )
    assert playbook.returns().notifications.delivered == (disabled,)


def test_a_change_that_nobody_wants_to_hear_of_calls_nobody() -> None:
    waiting = script.about(1, script.ENABLE)
    playbook = Playbook(management.disable("3456")).expect_all(
        BOTH,
        script.listing(waiting),
        (DISABLE_FIRST, DisableProfileResponse(disable_result=0).encode()),
        (ResetCard(),),
        script.listing(waiting),
    )
    assert playbook.returns().notifications.others_waiting == 1


def test_a_deletion_is_asked_about_after_its_server_was_found_in_reach() -> None:
    deleted = script.about(7, script.DELETE)
    playbook = Playbook(management.delete("3456")).expect_all(
        BOTH,
        (ProbeServer(ADDRESS), True),
        (AskDeletion(FIRST), True),
        script.listing(),
        (DELETE_FIRST, DeleteProfileResponse(delete_result=0).encode()),
        *told(deleted),
    )
    assert playbook.returns().notifications.delivered == (deleted,)


def test_a_deletion_its_server_cannot_hear_of_is_warned_about_and_waits_on_the_chip() -> None:
    """PAIN 5: without the notification the profile cannot be downloaded again."""
    deleted = script.about(7, script.DELETE)
    octets, listed = script.other(deleted), script.listing(deleted)
    playbook = Playbook(management.delete("3456")).expect_all(
        BOTH,
        (ProbeServer(ADDRESS), False),
        (AskDeletion(FIRST, (ADDRESS,)), True),
        script.listing(),
        (DELETE_FIRST, DeleteProfileResponse(delete_result=0).encode()),
        listed,
        listed,
        script.retrieval(7, octets),
    )
    for pause in (Pause(1.0), Pause(4.0)):
        playbook.expect(script.delivery(octets), throw=PeerError("no network")).expect(pause)
    playbook.expect(script.delivery(octets), throw=PeerError("no network"))
    assert [one.notification for one in playbook.returns().notifications.undelivered] == [deleted]


def test_a_deletion_that_is_not_confirmed_does_not_happen() -> None:
    playbook = Playbook(management.delete("64")).expect_all(BOTH, (AskDeletion(SECOND), False))
    assert outcome_of(playbook.raises(OpenEsimError)) is LpaOutcome.NOT_CONFIRMED


def test_a_profile_that_has_only_an_aid_is_named_by_it() -> None:
    nameless = ProfileInfo(isdp_aid=OTHER_AID)
    request = EnableProfileRequest(profile_identifier=OTHER_AID, refresh_flag=True)
    playbook = Playbook(management.enable("1100")).expect_all(script.profiles(nameless), script.listing())
    playbook.expect(SendCommand(request.encode()), EnableProfileResponse(enable_result=5).encode())
    assert explain_error(playbook.raises(CardError)).owner == "nobody: retry"


def test_a_nickname_is_given_and_taken_away() -> None:
    for name in ("Work 工作", ""):
        playbook = Playbook(management.set_nickname("3456", name)).expect_all(
            BOTH,
            command(
                SetNicknameRequest(iccid=ICCID, profile_nickname=name),
                SetNicknameResponse(set_nickname_result=0),
            ),
        )
        assert playbook.returns() == FIRST


def test_a_profile_without_iccid_cannot_have_a_nickname() -> None:
    playbook = Playbook(management.set_nickname("1100", "x")).expect_all(
        script.profiles(ProfileInfo(isdp_aid=OTHER_AID))
    )
    playbook.raises(NotFoundError)


# --- The chip -------------------------------------------------------------------------------------------------


def test_the_chip_tells_about_itself() -> None:
    eid = Eid.parse("89049032123451234512345678901235")
    addresses = EuiccConfiguredAddressesResponse(root_ds_address="smds.example.com")
    playbook = Playbook(management.read_info()).expect_all(
        command(GetEuiccDataRequest(tag_list=b"\x5a"), GetEuiccDataResponse(eid_value=eid.octets)),
        command(EuiccConfiguredAddressesRequest(), addresses),
        command(GetEuiccInfo2Request(), script.INFO2),
        script.listing(script.about(0, script.ENABLE)),
    )
    info = playbook.returns()
    assert (info.eid, info.default_smdp_address, info.root_smds_address) == (eid, "", "smds.example.com")
    assert (info.free_memory, info.waiting_notifications) == (1_000_000, 1)


def test_an_eid_of_letters_is_none() -> None:
    playbook = Playbook(es10.get_eid()).expect_all(
        command(GetEuiccDataRequest(tag_list=b"\x5a"), GetEuiccDataResponse(eid_value=b"\xab" * 16))
    )
    assert outcome_of(playbook.raises(CardError)) is LpaOutcome.CARD_ANSWER_UNREADABLE


@pytest.mark.parametrize(("text", "kept"), [("SMDP.Example.com", "smdp.example.com"), ("", "")])
def test_the_default_server_is_set_and_cleared(text: str, kept: str) -> None:
    playbook = Playbook(management.set_default_smdp(text)).expect_all(
        command(
            SetDefaultDpAddressRequest(default_dp_address=kept),
            SetDefaultDpAddressResponse(set_default_dp_address_result=0),
        )
    )
    assert playbook.returns() == kept


def test_a_default_server_that_is_no_host_never_reaches_the_chip() -> None:
    Playbook(management.set_default_smdp("not a host")).raises(DecodeError)


@pytest.mark.parametrize(("result", "needed"), [(0, True), (1, False)])
def test_a_reset_is_told_to_the_servers(result: int, needed: bool) -> None:
    deleted = script.about(9, script.DELETE)
    after = told(deleted) if needed else [script.listing()]
    playbook = Playbook(management.reset()).expect_all(
        script.listing(),
        command(
            EuiccMemoryResetRequest(reset_options=ResetOptions(0b111)),
            EuiccMemoryResetResponse(reset_result=result),
        ),
        (ResetCard(),),
        *after,
    )
    done = playbook.returns()
    assert done.was_needed is needed
    assert len(done.notifications.delivered) == int(needed)


def test_a_chip_that_does_not_reset_says_why() -> None:
    playbook = Playbook(management.reset(ResetOptions(ResetOptions.RESET_DEFAULT_SMDP_ADDRESS))).expect_all(
        script.listing(),
        command(
            EuiccMemoryResetRequest(reset_options=ResetOptions(0b100)),
            EuiccMemoryResetResponse(reset_result=5),
        ),
    )
    assert explain_error(playbook.raises(CardError)).owner == "nobody: retry"
