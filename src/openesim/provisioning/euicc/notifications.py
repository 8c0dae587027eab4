"""Notifications: signed when something happens, kept until the LPA says that they were delivered.

Sequence numbers rise and are never used again. An installation is told to the session's SM-DP+ by its installation
result; addresses in the metadata that ask for installations, and are not that SM-DP+, are told beside it.

Source: SGP.22 v2.5 §3.5, §5.7.9–5.7.11.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from openesim.messages.sgp22.notifications import NotificationMetadata, OtherSignedNotification
from openesim.messages.sgp22.types import NotificationEvent
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.state import Credential, Notification, Nvm, Profile

MOST_NOTIFICATIONS = 1000
"""How many can wait; beyond, the oldest make room (the standard leaves the number to the chip)."""

EVENTS = (
    NotificationEvent(NotificationEvent.INSTALL),
    NotificationEvent(NotificationEvent.ENABLE),
    NotificationEvent(NotificationEvent.DISABLE),
    NotificationEvent(NotificationEvent.DELETE),
)
INSTALL, ENABLE, DISABLE, DELETE = EVENTS


def credential_of(nvm: Nvm, ci_key_id: bytes) -> Credential:
    """Return the credential under a CI; the first one where the chip has lost that CI."""
    credentials = nvm.identity.credentials
    return next((one for one in credentials if one.ci_key_id == ci_key_id), credentials[0])


def notify(
    nvm: Nvm, profile: Profile, event: NotificationEvent, ambient: Ambient, *, already_told: str | None = None
) -> Nvm:
    """Return the memory with a notification for every address that the profile's metadata name for an event.

    Args:
        nvm: memory before.
        profile: the profile that something happened to.
        event: one operation.
        ambient: keys to sign with.
        already_told: an address that learns of the event in another way.

    Source: SGP.22 v2.5 §3.5.
    """
    for line in profile.metadata.notification_configuration_info or ():
        if line.profile_management_operation & event and line.notification_address != already_told:
            nvm = _add_other(nvm, profile, (event, line.notification_address), ambient)
    return nvm


def _add_other(nvm: Nvm, profile: Profile, what: tuple[NotificationEvent, str], ambient: Ambient) -> Nvm:
    """Return the memory with one OtherSignedNotification more."""
    event, address = what
    credential = credential_of(nvm, profile.ci_key_id)
    metadata = NotificationMetadata(
        seq_number=nvm.next_seq_number,
        profile_management_operation=event,
        notification_address=address,
        iccid=profile.iccid,
    )
    signed = NotificationMetadata.signed(metadata)
    octets = OtherSignedNotification(
        tbs_other_notification=signed,
        euicc_notification_signature=ambient.sign(credential.ci_key_id, signed.octets),
        euicc_certificate=credential.certificate,
        eum_certificate=credential.eum_certificate,
    ).encode()
    return add(nvm, metadata, octets)


def add(nvm: Nvm, metadata: NotificationMetadata, octets: bytes) -> Nvm:
    """Return the memory with a notification more; its number must be ``nvm.next_seq_number``.

    Args:
        nvm: memory before.
        metadata: what it is about.
        octets: PendingNotification, complete and signed.
    """
    notification = Notification(
        seq_number=metadata.seq_number,
        event=metadata.profile_management_operation,
        address=metadata.notification_address,
        iccid=metadata.iccid,
        octets=octets,
    )
    return replace(
        nvm,
        notifications=(*nvm.notifications, notification)[-MOST_NOTIFICATIONS:],
        next_seq_number=nvm.next_seq_number + 1,
    )


def metadata_of(notification: Notification) -> NotificationMetadata:
    """Return the metadata of a waiting notification."""
    return NotificationMetadata(
        seq_number=notification.seq_number,
        profile_management_operation=notification.event,
        notification_address=notification.address,
        iccid=notification.iccid,
    )


def select(
    notifications: Iterable[Notification], criteria: int | NotificationEvent | None
) -> tuple[Notification, ...]:
    """Return the notifications that a search asks for: one number, some events, or all."""
    if criteria is None:
        return tuple(notifications)
    if isinstance(criteria, NotificationEvent):
        return tuple(one for one in notifications if one.event & criteria)
    return tuple(one for one in notifications if one.seq_number == criteria)
