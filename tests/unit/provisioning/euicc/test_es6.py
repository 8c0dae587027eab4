"""UpdateMetadata on the chip: what changes, what stays, and how commands are refused."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from openesim.kernel.errors import CardError
from openesim.messages.sgp22.es10c import DisableResult
from openesim.messages.sgp22.metadata import IconType, UpdateMetadataRequest
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.euicc import profiles
from openesim.provisioning.euicc.ambient import build_ambient
from openesim.provisioning.euicc.es6 import carry_out, update_metadata
from openesim.provisioning.euicc.memory import used_octets
from openesim.provisioning.euicc.personalise import EVERY_OPERATOR_AFTER_CONSENT
from openesim.provisioning.euicc.state import Nvm, Profile
from openesim.provisioning.euicc.storage import decode_nvm, encode_nvm
from openesim.provisioning.procedures.command_script import Script
from tests.unit.provisioning.euicc import laboratory as lab

PPR1, PPR2 = PprIds(PprIds.PPR1_DISABLE_NOT_ALLOWED), PprIds(PprIds.PPR2_DELETE_NOT_ALLOWED)
BOTH, NONE = PprIds(PPR1 | PPR2), PprIds(0)
OWNER = OperatorId(mcc_mnc=bytes.fromhex("00f110"))
INSTALL = "80E62000 16 0000 10 A0000005591010FFFFFFFF8900000F00 000000"
STORE = "80E29000 08 BF2A05 9203 4E6577"


@cache
def nvm_with(**about: Any) -> Nvm:
    card = lab.new_card(rat=EVERY_OPERATOR_AFTER_CONSENT)
    lab.install(card, profile_owner=OWNER, **about)
    return card.nvm


def profile_of(nvm: Nvm) -> Profile:
    (profile,) = nvm.profiles
    return profile


def updated(nvm: Nvm, **changes: Any) -> Nvm:
    return update_metadata(nvm, profile_of(nvm), UpdateMetadataRequest(**changes))


def run(nvm: Nvm, *commands: str) -> tuple[Nvm, int, int]:
    """Memory after, commands carried out, last status word."""
    script = Script(tuple(bytes.fromhex(one.replace(" ", "")) for one in commands), is_expanded=True)
    after, executed, _, word = carry_out(nvm, profile_of(nvm), script)
    return after, executed, word


def test_what_is_named_changes_and_the_rest_stays() -> None:
    nvm = nvm_with(icon_type=IconType.PNG, icon=b"old", profile_policy_rules=PPR2)
    before = profile_of(nvm).metadata
    after = profile_of(updated(nvm, service_provider_name="Other")).metadata
    assert after == replace(before, service_provider_name="Other")
    after = profile_of(updated(nvm, icon_type=IconType.JPG, icon=b"new", profile_name="")).metadata
    assert after == replace(before, icon_type=IconType.JPG, icon=b"new", profile_name="")


def test_the_change_is_kept_and_counted() -> None:
    nvm = nvm_with()
    after = updated(nvm, icon_type=IconType.PNG, icon=bytes(1000))
    assert used_octets(after) - used_octets(nvm) > 1000
    assert decode_nvm(encode_nvm(after)) == after


def test_an_empty_icon_takes_the_icon_away() -> None:
    nvm = nvm_with(icon_type=IconType.PNG, icon=b"old")
    metadata = profile_of(updated(nvm, icon=b"")).metadata
    assert (metadata.icon, metadata.icon_type) == (None, None)


@pytest.mark.parametrize(
    ("before", "request_", "after"),
    [
        (BOTH, PPR2, PPR2),
        (BOTH, PPR1, PPR1),
        (BOTH, NONE, None),
        (BOTH, BOTH, BOTH),
        (PPR2, PPR1, None),
        (PPR2, BOTH, PPR2),
        (None, BOTH, None),
    ],
)
def test_policy_rules_are_taken_away_and_never_set(
    before: PprIds | None, request_: PprIds, after: PprIds | None
) -> None:
    nvm = nvm_with(profile_policy_rules=before)
    assert profile_of(updated(nvm, profile_policy_rules=request_)).metadata.profile_policy_rules == after


def test_a_profile_can_be_disabled_once_its_rule_is_lifted() -> None:
    nvm = nvm_with(profile_policy_rules=PPR1)
    ambient = build_ambient(nvm.identity, lab.Entropy("es6"))
    enabled = profiles.enable(nvm, lab.ICCID, ambient)
    assert isinstance(enabled, Nvm)
    assert profiles.disable(enabled, lab.ICCID, ambient) is DisableResult.DISALLOWED_BY_POLICY
    lifted = updated(enabled, profile_policy_rules=NONE)
    assert isinstance(profiles.disable(lifted, lab.ICCID, ambient), Nvm)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"icon": b"alone"},
        {"icon_type": IconType.PNG},
        {"icon_type": 7, "icon": b"of tomorrow"},
        {"profile_policy_rules": PprIds(PprIds.PPR_UPDATE_CONTROL | PPR1)},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CardError) as refusal:
        updated(nvm_with(), **changes)
    assert refusal.value.status_word == 0x6A80


def test_metadata_need_room() -> None:
    nvm = nvm_with()
    full = replace(nvm, capacity=used_octets(nvm) + 10)
    with pytest.raises(CardError) as refusal:
        updated(full, icon_type=IconType.PNG, icon=bytes(100))
    assert refusal.value.status_word == 0x6A84
    assert profile_of(updated(full, profile_name="P")).metadata.profile_name == "P"


def test_two_updates_in_one_script_follow_one_another() -> None:
    provider = "80E29000 08 BF2A05 9103 4E6577"
    after, executed, word = run(nvm_with(), INSTALL, STORE, INSTALL, provider)
    metadata = profile_of(after).metadata
    assert (executed, word) == (4, 0x9000)
    assert (metadata.profile_name, metadata.service_provider_name) == ("New", "New")


def test_an_update_may_come_in_blocks() -> None:
    after, executed, word = run(nvm_with(), INSTALL, "80E21000 04 BF2A0592", "80E29001 04 034E6577")
    assert (executed, word, profile_of(after).metadata.profile_name) == (3, 0x9000, "New")


@pytest.mark.parametrize(
    ("commands", "executed", "word"),
    [
        ((STORE,), 1, 0x6985),
        ((INSTALL, STORE, STORE), 3, 0x6985),
        ((INSTALL.replace("0F00", "1000"), STORE), 1, 0x6A88),
        ((INSTALL.replace("80E620", "80E60C"), STORE), 1, 0x6A86),
        ((INSTALL, STORE.replace("E290", "E2F0")), 2, 0x6A86),
        ((INSTALL, STORE.replace("9000", "9001")), 2, 0x6A86),
        ((INSTALL, STORE.replace("9203", "9303")), 2, 0x6A80),
        ((INSTALL, "80E29000 03 BF2A00"), 2, 0x6A80),
        ((INSTALL, "80F28000 00"), 2, 0x6D00),
        (("00A40400 00",), 1, 0x6E00),
        (("80E6",), 1, 0x6700),
    ],
)
def test_the_first_command_that_is_refused_ends_the_script(
    commands: tuple[str, ...], executed: int, word: int
) -> None:
    nvm = nvm_with()
    after, *result = run(nvm, *commands)
    assert result == [executed, word]
    expected = "New" if commands.count(STORE) > 1 else "Plan"
    assert profile_of(after).metadata.profile_name == expected
