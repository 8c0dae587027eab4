"""What the user does with profiles that are on the chip, and with the chip itself.

Servers that a profile's metadata name want to hear of it, so every change is followed at once by the delivery of
the notifications it made (and of older ones for the same servers, which must go first). What cannot be delivered stays
on the chip and is told in the result.

Source: SGP.22 v2.5 §3.2, §3.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from openesim.kernel.errors import ConflictError, NotFoundError, OpenEsimError
from openesim.kernel.ids import Eid, Iccid
from openesim.messages.sgp22.activation_code import parse_address
from openesim.messages.sgp22.es10c import ResetOptions
from openesim.messages.sgp22.euicc_info import EuiccInfo2, free_non_volatile_memory
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome
from openesim.messages.sgp22.metadata import ProfileInfo
from openesim.messages.sgp22.types import NotificationEvent
from openesim.provisioning.lpa import es10, notifications
from openesim.provisioning.lpa.effects import AskDeletion, ProbeServer, Procedure, ResetCard
from openesim.provisioning.lpa.notifications import DeliveryReport

R = TypeVar("R")
C = TypeVar("C")

EVERYTHING = (
    ResetOptions(0)
    | ResetOptions.DELETE_OPERATIONAL_PROFILES
    | ResetOptions.DELETE_FIELD_LOADED_TEST_PROFILES
    | ResetOptions.RESET_DEFAULT_SMDP_ADDRESS
)


@dataclass(frozen=True, slots=True)
class ChipInfo:
    """What a chip tells about itself.

    Attributes:
        default_smdp_address: empty if none is set.
        waiting_notifications: how many wait for delivery.
    """

    eid: Eid
    default_smdp_address: str
    root_smds_address: str
    euicc_info2: EuiccInfo2
    waiting_notifications: int

    @property
    def free_memory(self) -> int | None:
        """Free octets of non-volatile memory, if the chip tells."""
        return free_non_volatile_memory(self.euicc_info2.ext_card_resource)


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was made, and which servers heard of it."""

    profile: ProfileInfo
    notifications: DeliveryReport


@dataclass(frozen=True, slots=True)
class Reset:
    """A memory reset: whether there was anything to delete, and which servers heard of it."""

    was_needed: bool
    notifications: DeliveryReport


def read_info() -> Procedure[ChipInfo]:
    """Return EID, addresses, versions and capabilities of the chip.

    Source: SGP.22 v2.5 §5.7.3, §5.7.8, §5.7.20.
    """
    eid = yield from es10.get_eid()
    addresses = yield from es10.get_configured_addresses()
    info2 = yield from es10.get_euicc_info2()
    waiting = yield from es10.list_notifications()
    return ChipInfo(eid, addresses.default_dp_address or "", addresses.root_ds_address, info2, len(waiting))


def find_profile(text: str) -> Procedure[ProfileInfo]:
    """Return the profile that a text names: ICCID or ISD-P AID, or the end of one if only one ends so.

    Raises:
        NotFoundError: none matches.
        ConflictError: more than one matches.
    """
    profiles = yield from es10.get_profiles_info()
    wanted = text.replace(" ", "").replace("-", "").upper()
    exact = [profile for profile in profiles if wanted in _names(profile)]
    ending = [profile for profile in profiles if any(name.endswith(wanted) for name in _names(profile))]
    found = exact or (ending if wanted else [])
    if not found:
        raise with_outcome(NotFoundError(f"no profile matches {text}"), LpaOutcome.PROFILE_NOT_FOUND)
    if len(found) > 1:
        raise with_outcome(ConflictError(f"{len(found)} profiles match {text}"), LpaOutcome.PROFILE_AMBIGUOUS)
    return found[0]


def enable(text: str) -> Procedure[Change]:
    """Enable a profile; the one that was enabled is disabled by it.

    Raises:
        CardError: the chip refused; the explanation tells why.

    Source: SGP.22 v2.5 §3.2.1.
    """
    profile = yield from find_profile(text)
    return (yield from _change(profile, lambda: _refreshed(es10.enable_profile(_identifier(profile)))))


def disable(text: str) -> Procedure[Change]:
    """Disable a profile.

    Raises:
        CardError: the chip refused; the explanation tells why.

    Source: SGP.22 v2.5 §3.2.2.
    """
    profile = yield from find_profile(text)
    return (yield from _change(profile, lambda: _refreshed(es10.disable_profile(_identifier(profile)))))


def delete(text: str) -> Procedure[Change]:
    """Delete a disabled profile, after asking, with a warning if a server that must hear of it is out of reach.

    A server that does not hear of the deletion goes on believing that the profile is installed and refuses to
    give it out again.

    Raises:
        CardError: the chip refused; the explanation tells why.
        OpenEsimError: the user did not confirm.

    Source: SGP.22 v2.5 §3.2.3.
    """
    profile = yield from find_profile(text)
    unreachable = []
    for address in _addresses(profile, NotificationEvent.DELETE):
        is_reached: bool = yield ProbeServer(address)
        if not is_reached:
            unreachable.append(address)
    is_confirmed: bool = yield AskDeletion(profile, tuple(unreachable))
    if not is_confirmed:
        raise with_outcome(OpenEsimError("the deletion was not confirmed"), LpaOutcome.NOT_CONFIRMED)
    return (yield from _change(profile, lambda: es10.delete_profile(_identifier(profile))))


def set_nickname(text: str, nickname: str) -> Procedure[ProfileInfo]:
    """Give a profile a nickname of at most 64 characters; an empty one removes it. Returns the profile as it was.

    Raises:
        CardError: the chip refused; the explanation tells why.

    Source: SGP.22 v2.5 §3.2.5.
    """
    profile = yield from find_profile(text)
    if profile.iccid is None:
        raise with_outcome(NotFoundError("the profile has no ICCID"), LpaOutcome.PROFILE_NOT_FOUND)
    yield from es10.set_nickname(profile.iccid, nickname)
    return profile


def reset(options: ResetOptions = EVERYTHING) -> Procedure[Reset]:
    """Reset the chip's memory: profiles by kind, default SM-DP+.

    Raises:
        CardError: the chip refused; the explanation tells why.

    Source: SGP.22 v2.5 §3.3.3.
    """
    return (yield from _notified(lambda: _refreshed(es10.memory_reset(options)), Reset))


def set_default_smdp(address: str) -> Procedure[str]:
    """Set the default SM-DP+, or clear it with an empty address. Returns the address as the chip keeps it.

    Raises:
        DecodeError: no host name.
        CardError: the chip refused.

    Source: SGP.22 v2.5 §3.3.4.
    """
    canonical = parse_address(address) if address else ""
    yield from es10.set_default_dp_address(canonical)
    return canonical


def _change(profile: ProfileInfo, operation: Callable[[], Procedure[None]]) -> Procedure[Change]:
    """Carry out a change to a profile and deliver the notifications it made."""
    return (yield from _notified(operation, lambda _, report: Change(profile, report)))


def _notified(
    operation: Callable[[], Procedure[R]], result: Callable[[R, DeliveryReport], C]
) -> Procedure[C]:
    """Carry out an operation, then deliver the notifications it made, and older ones for the same servers."""
    before = {one.seq_number for one in (yield from es10.list_notifications())}
    outcome = yield from operation()
    after = yield from es10.list_notifications()
    addresses = {one.notification_address for one in after if one.seq_number not in before}
    report = (yield from notifications.process(addresses)) if addresses else DeliveryReport((), len(after))
    return result(outcome, report)


def _refreshed(operation: Procedure[R]) -> Procedure[R]:
    """Carry out an operation that ends with a refresh of the card."""
    outcome = yield from operation
    yield ResetCard()
    return outcome


def _identifier(profile: ProfileInfo) -> bytes | Iccid:
    """Return what names the profile to the chip."""
    if profile.iccid is not None:
        return profile.iccid
    if profile.isdp_aid is not None:
        return profile.isdp_aid
    raise with_outcome(NotFoundError("the profile has no name"), LpaOutcome.PROFILE_NOT_FOUND)


def _names(profile: ProfileInfo) -> tuple[str, ...]:
    """Return the texts a profile may be named by."""
    aid = profile.isdp_aid.hex().upper() if profile.isdp_aid else None
    return tuple(name for name in (profile.iccid, aid) if name)


def _addresses(profile: ProfileInfo, event: int) -> tuple[str, ...]:
    """Return the servers that want to hear of an operation on a profile, each once."""
    lines = profile.notification_configuration_info or ()
    return tuple(
        dict.fromkeys(
            line.notification_address for line in lines if line.profile_management_operation & event
        )
    )
