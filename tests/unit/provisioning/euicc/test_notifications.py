"""Notifications: who is told, in which order, and how many can wait."""

from dataclasses import replace

from openesim.messages.sgp22.notifications import NotificationMetadata
from openesim.provisioning.euicc.ambient import build_ambient
from openesim.provisioning.euicc.notifications import (
    DELETE,
    ENABLE,
    EVENTS,
    INSTALL,
    MOST_NOTIFICATIONS,
    add,
    credential_of,
    metadata_of,
    notify,
    select,
)
from openesim.provisioning.euicc.state import Profile
from tests.unit.provisioning.euicc import laboratory as lab

NVM = lab.new_nvm()
AMBIENT = build_ambient(NVM.identity, lab.Entropy("notifications"))


def profile(*lines: tuple[int, str]) -> Profile:
    """A profile that asks for notifications."""
    card = lab.new_card()
    lab.install(card)
    (installed,) = card.nvm.profiles
    base = (installed.metadata.notification_configuration_info or ())[0]
    wanted = tuple(
        replace(
            base,
            profile_management_operation=type(base.profile_management_operation)(events),
            notification_address=address,
        )
        for events, address in lines
    )
    return replace(installed, metadata=replace(installed.metadata, notification_configuration_info=wanted))


def test_every_address_that_asked_is_told_in_its_order() -> None:
    subject = profile((ENABLE, "a"), (DELETE, "b"), (ENABLE | DELETE, "c"))
    nvm = notify(NVM, subject, ENABLE, AMBIENT)
    assert [(one.seq_number, one.address) for one in nvm.notifications] == [(1, "a"), (2, "c")]
    assert nvm.next_seq_number == 3


def test_whoever_knows_already_is_not_told_again() -> None:
    subject = profile((INSTALL, "a"), (INSTALL, "b"))
    nvm = notify(NVM, subject, INSTALL, AMBIENT, already_told="a")
    assert [one.address for one in nvm.notifications] == ["b"]


def test_a_profile_that_asks_for_nothing_tells_nobody() -> None:
    subject = profile()
    subject = replace(subject, metadata=replace(subject.metadata, notification_configuration_info=None))
    for event in EVENTS:
        assert notify(NVM, subject, event, AMBIENT) is NVM


def test_the_oldest_make_room_for_the_newest() -> None:
    nvm = NVM
    for number in range(1, MOST_NOTIFICATIONS + 3):
        metadata = NotificationMetadata(
            seq_number=number, profile_management_operation=ENABLE, notification_address="a", iccid=None
        )
        nvm = add(nvm, metadata, b"octets")
    assert len(nvm.notifications) == MOST_NOTIFICATIONS
    assert nvm.notifications[0].seq_number == 3


def test_a_search_by_number_is_not_a_search_by_event() -> None:
    nvm = notify(NVM, profile((ENABLE, "a"), (ENABLE, "b")), ENABLE, AMBIENT)
    assert [one.seq_number for one in select(nvm.notifications, 2)] == [2]
    assert [one.seq_number for one in select(nvm.notifications, ENABLE)] == [1, 2]
    assert select(nvm.notifications, None) == nvm.notifications


def test_what_is_told_of_a_notification_is_what_was_signed() -> None:
    nvm = notify(NVM, profile((ENABLE, "a")), ENABLE, AMBIENT)
    (one,) = nvm.notifications
    assert metadata_of(one).encode() in one.octets


def test_a_ci_that_is_gone_leaves_the_first_credential() -> None:
    assert credential_of(NVM, bytes(20)) is NVM.identity.credentials[0]
