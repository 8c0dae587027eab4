"""The chip's memory account: what profiles, notifications and CRLs take, and what is left.

Source: SGP.22 v2.5 §5.7.8 (extCardResource); ETSI TS 102 226 §8.2.1.7.2.
"""

from __future__ import annotations

from openesim.encoding import tlv
from openesim.messages.sgp22.euicc_info import (
    EXT_CARD_FREE_NON_VOLATILE_MEMORY,
    EXT_CARD_FREE_VOLATILE_MEMORY,
    EXT_CARD_INSTALLED_APPLICATIONS,
)
from openesim.provisioning.euicc.state import Nvm, Profile

PROFILE_OVERHEAD = 1024
"""Octets that an ISD-P takes beside its content: room for nickname and notifications of the installation."""

FREE_RAM = 65_536
"""Octets of volatile memory that the chip says it has."""


def profile_octets(profile: Profile) -> int:
    """Return the octets that an installed profile takes."""
    return len(profile.package.octets) + len(profile.metadata_octets) + PROFILE_OVERHEAD


def used_octets(nvm: Nvm) -> int:
    """Return the octets that are taken."""
    return (
        sum(map(profile_octets, nvm.profiles))
        + sum(len(notification.octets) for notification in nvm.notifications)
        + sum(map(len, nvm.crls))
    )


def free_octets(nvm: Nvm) -> int:
    """Return the octets that are left, never less than 0."""
    return max(0, nvm.capacity - used_octets(nvm))


def room_for_profile(nvm: Nvm, metadata_octets: int) -> int:
    """Return how long a profile package may be beside metadata of that length; negative: not even those fit."""
    return free_octets(nvm) - metadata_octets - PROFILE_OVERHEAD


def ext_card_resource(nvm: Nvm) -> bytes:
    """Return extended card resource information: installed applications, free memory of both kinds."""
    return (
        tlv.encode(EXT_CARD_INSTALLED_APPLICATIONS, bytes((min(len(nvm.profiles), 255),)))
        + tlv.encode(EXT_CARD_FREE_NON_VOLATILE_MEMORY, free_octets(nvm).to_bytes(4, "big"))
        + tlv.encode(EXT_CARD_FREE_VOLATILE_MEMORY, FREE_RAM.to_bytes(4, "big"))
    )
