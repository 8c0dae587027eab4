"""The memory account."""

from dataclasses import replace

from openesim.messages.sgp22.euicc_info import free_non_volatile_memory
from openesim.provisioning.euicc.memory import (
    PROFILE_OVERHEAD,
    ext_card_resource,
    free_octets,
    profile_octets,
    room_for_profile,
    used_octets,
)
from tests.unit.provisioning.euicc import laboratory as lab


def test_a_new_chip_is_empty() -> None:
    nvm = lab.new_nvm(capacity=5000)
    assert (used_octets(nvm), free_octets(nvm)) == (0, 5000)
    assert room_for_profile(nvm, 100) == 5000 - 100 - PROFILE_OVERHEAD


def test_profiles_notifications_and_lists_take_their_octets() -> None:
    card = lab.new_card()
    lab.download(card)
    (profile,), (notification,) = card.nvm.profiles, card.nvm.notifications
    size = profile_octets(profile)
    assert size == len(lab.package()) + len(lab.metadata().encode()) + PROFILE_OVERHEAD
    assert used_octets(card.nvm) == size + len(notification.octets)
    assert used_octets(replace(card.nvm, crls=(b"12345",))) == size + len(notification.octets) + 5


def test_what_is_delivered_or_deleted_is_free_again() -> None:
    card = lab.new_card()
    lab.install(card)
    card.execute(bytes.fromhex("BF330C5A0A" + lab.ICCID.octets.hex()))
    lab.forget_notifications(card)
    assert used_octets(card.nvm) == 0


def test_an_overfull_chip_has_nothing_left_and_says_so() -> None:
    card = lab.new_card()
    lab.install(card)
    small = replace(card.nvm, capacity=10)
    assert free_octets(small) == 0
    assert free_non_volatile_memory(ext_card_resource(small)) == 0


def test_a_profile_that_just_fits_is_installed() -> None:
    needed = len(lab.package()) + len(lab.metadata().encode()) + PROFILE_OVERHEAD
    lab.install(lab.new_card(capacity=needed))
    result = lab.download(lab.new_card(capacity=needed - 1))
    assert (result.bpp_command_id, result.error_reason) == (5, 10)
