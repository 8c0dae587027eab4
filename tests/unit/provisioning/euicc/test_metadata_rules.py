"""Which profiles a chip takes, by their metadata."""

from typing import Any

import pytest

from openesim.messages.sgp22.metadata import ProfileClass
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.euicc.metadata_rules import check_metadata
from openesim.provisioning.euicc.personalise import EVERY_OPERATOR_AFTER_CONSENT
from openesim.provisioning.euicc.refusal import InstallationRefused
from openesim.provisioning.euicc.state import Description, Nvm
from tests.unit.provisioning.euicc import laboratory as lab

OWNER = OperatorId(mcc_mnc=bytes.fromhex("00f110"))
PPR1, PPR2 = PprIds(PprIds.PPR1_DISABLE_NOT_ALLOWED), PprIds(PprIds.PPR2_DELETE_NOT_ALLOWED)


def reason(nvm: Nvm, **about: Any) -> int | None:
    """Why a chip refuses metadata, None if it takes them."""
    try:
        check_metadata(nvm, lab.metadata(**about))
    except InstallationRefused as refused:
        refusal = refused
    else:
        return None
    assert refusal.command == BppCommandId.STORE_METADATA
    assert refusal.iccid == lab.ICCID
    return refusal.reason


@pytest.mark.parametrize("profile_class", list(ProfileClass))
def test_all_classes_of_the_standard_are_taken(profile_class: ProfileClass) -> None:
    assert reason(lab.new_nvm(), profile_class=profile_class) is None


def test_a_class_of_tomorrow_is_not() -> None:
    assert reason(lab.new_nvm(), profile_class=9) == ErrorReason.UNSUPPORTED_PROFILE_CLASS


def test_an_iccid_is_there_once() -> None:
    card = lab.new_card()
    lab.install(card)
    assert reason(card.nvm) == ErrorReason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC


@pytest.mark.parametrize("rules", [PPR1, PPR2, PprIds(PPR1 | PPR2)])
def test_policy_rules_follow_the_table(rules: PprIds) -> None:
    about = {"profile_owner": OWNER, "profile_policy_rules": rules}
    assert reason(lab.new_nvm(), **about) == ErrorReason.PPR_NOT_ALLOWED
    assert reason(lab.new_nvm(rat=EVERY_OPERATOR_AFTER_CONSENT), **about) is None


def test_rules_without_an_owner_are_nobodys() -> None:
    nvm = lab.new_nvm(rat=EVERY_OPERATOR_AFTER_CONSENT)
    assert reason(nvm, profile_policy_rules=PPR2) == ErrorReason.PPR_NOT_ALLOWED


def test_a_chip_can_forbid_a_rule_whatever_its_table_says() -> None:
    about = Description(forbidden_policy_rules=PPR1)
    nvm = lab.new_nvm(rat=EVERY_OPERATOR_AFTER_CONSENT, description=about)
    assert reason(nvm, profile_owner=OWNER, profile_policy_rules=PPR1) == ErrorReason.PPR_NOT_ALLOWED
    assert reason(nvm, profile_owner=OWNER, profile_policy_rules=PPR2) is None


def test_the_right_to_change_rules_later_is_no_rule() -> None:
    assert reason(lab.new_nvm(), profile_policy_rules=PprIds(PprIds.PPR_UPDATE_CONTROL)) is None


def test_beside_another_operational_profile_none_is_locked_in() -> None:
    card = lab.new_card(rat=EVERY_OPERATOR_AFTER_CONSENT)
    lab.install(card, lab.SECOND_ICCID)
    about = {"profile_owner": OWNER}
    assert reason(card.nvm, **about, profile_policy_rules=PPR1) == ErrorReason.PPR_NOT_ALLOWED
    assert reason(card.nvm, **about, profile_policy_rules=PPR2) is None
