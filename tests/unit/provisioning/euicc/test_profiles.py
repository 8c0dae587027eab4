"""Enable, disable, delete, reset: the rules, and what is told to whom."""

from typing import Any

import pytest

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.es10c import (
    DeleteProfileResponse,
    DeleteResult,
    DisableProfileResponse,
    DisableResult,
    EnableProfileResponse,
    EnableResult,
    EuiccMemoryResetResponse,
    ResetResult,
)
from openesim.messages.sgp22.metadata import ProfileClass
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.euicc.personalise import EVERY_OPERATOR_AFTER_CONSENT
from openesim.provisioning.euicc.profiles import enabled_profile, next_aid
from tests.unit.provisioning.euicc import laboratory as lab

A, B, C = lab.ICCID, lab.SECOND_ICCID, lab.THIRD_ICCID
OWNER = OperatorId(mcc_mnc=bytes.fromhex("00f110"))
PPR1 = {"profile_owner": OWNER, "profile_policy_rules": PprIds(PprIds.PPR1_DISABLE_NOT_ALLOWED)}
PPR2 = {"profile_owner": OWNER, "profile_policy_rules": PprIds(PprIds.PPR2_DELETE_NOT_ALLOWED)}
TEST = {"profile_class": ProfileClass.TEST}


def card_with(*profiles: tuple[Iccid, dict[str, Any]]) -> MemoryCard:
    """A chip with profiles, all disabled, nothing to report; test profiles with a key for tests."""
    card = lab.new_card(rat=EVERY_OPERATOR_AFTER_CONSENT)
    for iccid, about in profiles:
        package = lab.package_for_tests(iccid) if about == TEST else lab.package(iccid)
        result = lab.download(card, lab.contents(iccid, about=about, package=package))
        assert type(result).__name__ == "SuccessResult", result
    lab.forget_notifications(card)
    return card


def switch(tag: int, identifier: bytes, *, refresh: bool = False) -> bytes:
    """EnableProfile or DisableProfile."""
    flag = b"\xff" if refresh else b"\x00"
    return tlv.encode(tag, tlv.encode(0xA0, identifier) + tlv.encode(0x81, flag))


def by_iccid(iccid: Iccid) -> bytes:
    return tlv.encode(0x5A, iccid.octets)


def enable(card: MemoryCard, iccid: Iccid) -> int:
    return EnableProfileResponse.decode(card.execute(switch(0xBF31, by_iccid(iccid)))).enable_result


def disable(card: MemoryCard, iccid: Iccid) -> int:
    return DisableProfileResponse.decode(card.execute(switch(0xBF32, by_iccid(iccid)))).disable_result


def delete(card: MemoryCard, iccid: Iccid) -> int:
    return DeleteProfileResponse.decode(card.execute(tlv.encode(0xBF33, by_iccid(iccid)))).delete_result


def reset(card: MemoryCard, options: int) -> int:
    bits = {1: "0780", 2: "0640", 4: "0520", 7: "05E0", 3: "06C0", 0: "00"}[options]
    command = tlv.encode(0xBF34, tlv.encode(0x82, bytes.fromhex(bits)))
    return EuiccMemoryResetResponse.decode(card.execute(command)).reset_result


def enabled(card: MemoryCard) -> Iccid | None:
    profile = enabled_profile(card.nvm)
    return profile.iccid if profile else None


def told(card: MemoryCard) -> list[tuple[str, str]]:
    """Events and profiles that wait to be told, in order."""
    return [("/".join(one.event.set_names), str(one.iccid)) for one in card.nvm.notifications]


def test_a_profile_is_enabled_and_that_is_told() -> None:
    card = card_with((A, {}))
    assert enable(card, A) == EnableResult.OK
    assert enabled(card) == A
    assert told(card) == [("enable", A)]


@pytest.mark.parametrize("refresh", [True, False])
def test_a_profile_is_found_by_its_isd_p_too(refresh: bool) -> None:
    card = card_with((A, {}))
    aid = tlv.encode(0x4F, card.nvm.profiles[0].aid)
    answer = card.execute(switch(0xBF31, aid, refresh=refresh))
    assert EnableProfileResponse.decode(answer).enable_result == EnableResult.OK
    answer = card.execute(switch(0xBF32, aid, refresh=refresh))
    assert DisableProfileResponse.decode(answer).disable_result == DisableResult.OK


def test_one_profile_is_enabled_at_a_time() -> None:
    card = card_with((A, {}), (B, {}))
    assert enable(card, A) == EnableResult.OK
    assert enable(card, B) == EnableResult.OK
    assert [profile.is_enabled for profile in card.nvm.profiles] == [False, True]
    assert told(card) == [("enable", A), ("disable", A), ("enable", B)]


def test_what_is_not_there_is_not_found() -> None:
    card = card_with((A, {}))
    before = card.euicc
    assert enable(card, C) == EnableResult.ICCID_OR_AID_NOT_FOUND
    assert disable(card, C) == DisableResult.ICCID_OR_AID_NOT_FOUND
    assert delete(card, C) == DeleteResult.ICCID_OR_AID_NOT_FOUND
    assert card.euicc is before


def test_states_that_do_not_fit_are_told() -> None:
    card = card_with((A, {}))
    assert disable(card, A) == DisableResult.PROFILE_NOT_IN_ENABLED_STATE
    enable(card, A)
    before = card.euicc
    assert enable(card, A) == EnableResult.PROFILE_NOT_IN_DISABLED_STATE
    assert delete(card, A) == DeleteResult.PROFILE_NOT_IN_DISABLED_STATE
    assert card.euicc is before


def test_a_disabled_profile_can_be_deleted_and_its_reports_stay() -> None:
    card = card_with((A, {}))
    enable(card, A)
    assert disable(card, A) == DisableResult.OK
    assert delete(card, A) == DeleteResult.OK
    assert card.nvm.profiles == ()
    assert told(card) == [("enable", A), ("disable", A), ("delete", A)]


def test_a_nickname_and_the_metadata_outlive_a_switch() -> None:
    card = card_with((A, {}))
    card.execute(tlv.encode(0xBF29, by_iccid(A) + tlv.encode(0x90, b"work")))
    enable(card, A)
    disable(card, A)
    assert card.nvm.profiles[0].nickname == "work"


# --- Policy rules ------------------------------------------------------------------------------------------------


def test_a_profile_that_must_not_be_disabled_stays() -> None:
    card = card_with((A, PPR1), (B, {}))
    enable(card, A)
    before = card.euicc
    assert disable(card, A) == DisableResult.DISALLOWED_BY_POLICY
    assert enable(card, B) == EnableResult.DISALLOWED_BY_POLICY
    assert card.euicc is before


def test_a_profile_that_must_not_be_deleted_stays() -> None:
    card = card_with((A, PPR2))
    assert delete(card, A) == DeleteResult.DISALLOWED_BY_POLICY
    assert enable(card, A) == EnableResult.OK
    assert disable(card, A) == DisableResult.OK
    assert delete(card, A) == DeleteResult.DISALLOWED_BY_POLICY


def test_a_profile_that_may_not_be_disabled_must_come_first() -> None:
    card = card_with((A, {}))
    result = lab.download(card, lab.contents(B, about=PPR1))
    assert (result.bpp_command_id, result.error_reason) == (2, 15)


# --- Test profiles -----------------------------------------------------------------------------------------------


def test_a_test_profile_suspends_the_operational_one_and_gives_it_back() -> None:
    card = card_with((A, {}), (B, TEST))
    enable(card, A)
    assert enable(card, B) == EnableResult.OK
    assert enabled(card) == B
    assert card.nvm.suspended_aid == card.nvm.profiles[0].aid
    assert disable(card, B) == DisableResult.OK
    assert enabled(card) == A
    assert not card.nvm.suspended_aid
    assert told(card)[-2:] == [("disable", B), ("enable", A)]


def test_a_test_profile_suspends_even_what_must_not_be_disabled() -> None:
    card = card_with((A, PPR1), (B, TEST))
    enable(card, A)
    assert enable(card, B) == EnableResult.OK
    disable(card, B)
    assert enabled(card) == A


def test_under_a_test_profile_only_the_suspended_one_can_be_enabled() -> None:
    card = card_with((A, {}), (B, TEST), (C, {}))
    enable(card, A)
    enable(card, B)
    before = card.euicc
    assert enable(card, C) == EnableResult.WRONG_PROFILE_REENABLING
    assert card.euicc is before
    assert enable(card, A) == EnableResult.OK
    assert enabled(card) == A
    assert card.nvm.suspended_aid is None


def test_a_test_profile_alone_gives_way_to_any() -> None:
    card = card_with((B, TEST), (C, {}))
    enable(card, B)
    assert enable(card, C) == EnableResult.OK
    assert enabled(card) == C


def test_one_test_profile_after_another_keeps_the_first_one_suspended() -> None:
    card = card_with((A, {}), (B, TEST), (C, TEST))
    enable(card, A)
    enable(card, B)
    assert enable(card, C) == EnableResult.OK
    disable(card, C)
    assert enabled(card) == A


def test_a_suspended_profile_that_is_deleted_does_not_come_back() -> None:
    card = card_with((A, {}), (B, TEST))
    enable(card, A)
    enable(card, B)
    assert delete(card, A) == DeleteResult.OK
    assert disable(card, B) == DisableResult.OK
    assert enabled(card) is None


# --- Memory reset ------------------------------------------------------------------------------------------------


def test_a_reset_deletes_what_it_is_told_to_whatever_the_rules_say() -> None:
    card = card_with((A, PPR2), (B, TEST), (C, {"profile_class": ProfileClass.PROVISIONING}))
    enable(card, A)
    lab.forget_notifications(card)
    assert reset(card, 1) == ResetResult.OK
    assert [profile.iccid for profile in card.nvm.profiles] == [B, C]
    assert told(card) == [("delete", A)]


def test_a_reset_of_test_profiles_brings_the_suspended_one_back() -> None:
    card = card_with((A, {}), (B, TEST))
    enable(card, A)
    enable(card, B)
    assert reset(card, 2) == ResetResult.OK
    assert enabled(card) == A
    assert [profile.iccid for profile in card.nvm.profiles] == [A]


def test_a_reset_puts_the_default_address_back() -> None:
    card = lab.new_card(factory_dp_address="factory.example.com", default_dp_address="factory.example.com")
    assert reset(card, 4) == ResetResult.NOTHING_TO_DELETE
    card.execute(tlv.encode(0xBF3F, tlv.encode(0x80, b"other.example.com")))
    assert reset(card, 7) == ResetResult.OK
    assert card.nvm.default_dp_address == "factory.example.com"


@pytest.mark.parametrize("options", [0, 1, 2, 3])
def test_with_nothing_to_delete_a_reset_says_so(options: int) -> None:
    card = lab.new_card()
    before = card.euicc
    assert reset(card, options) == ResetResult.NOTHING_TO_DELETE
    assert card.euicc is before


def test_a_reset_ends_the_session() -> None:
    card = card_with((A, {}))
    lab.authenticate(card, lab.Smdp())
    assert reset(card, 1) == ResetResult.OK
    assert card.euicc.ram.session is None


def test_a_session_survives_a_reset_that_deleted_nothing() -> None:
    card = lab.new_card()
    lab.authenticate(card, lab.Smdp())
    reset(card, 1)
    assert card.euicc.ram.session is not None


def test_the_first_instance_is_number_0010() -> None:
    assert next_aid(lab.new_nvm()).hex().upper() == "A0000005591010FFFFFFFF8900001000"
