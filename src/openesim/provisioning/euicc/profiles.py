"""Rules of local profile management: who may be enabled, disabled and deleted, and what comes of it.

One profile is enabled at most. A test profile may take the place of an operational one, which is then suspended:
the chip remembers it and enables it again as soon as the test profile is disabled or deleted.

Each function returns the new memory or a result code, and never both: a refusal changes nothing.

Source: SGP.22 v2.5 §2.4.5, §2.9.1, §3.2, §5.7.16–5.7.19.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.es10c import DeleteResult, DisableResult, EnableResult, ResetOptions, ResetResult
from openesim.messages.sgp22.metadata import ProfileClass, ProfileState
from openesim.messages.sgp22.types import PprIds
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.notifications import DELETE, DISABLE, ENABLE, notify
from openesim.provisioning.euicc.state import Nvm, Profile

_AID_HEAD = bytes.fromhex("A0000005591010FFFFFFFF8900")
_FIRST_INSTANCE = 0x0010


def next_aid(nvm: Nvm) -> bytes:
    """Return the AID for a new ISD-P: the lowest instance number from 0010 on that is free, 16 octets.

    Source: SGP.22 v2.5 §2.4.3 (ISD-P application AIDs); SGP.02 Annex H.
    """
    taken = {profile.aid for profile in nvm.profiles}
    candidates = (_AID_HEAD + number.to_bytes(2, "big") + b"\0" for number in range(_FIRST_INSTANCE, 0x10000))
    return next(aid for aid in candidates if aid not in taken)


def find_profile(nvm: Nvm, identifier: bytes | Iccid) -> Profile | None:
    """Return the profile with an ICCID, or with the AID of its ISD-P, or None."""
    for profile in nvm.profiles:
        if identifier == (profile.iccid if isinstance(identifier, Iccid) else profile.aid):
            return profile
    return None


def enabled_profile(nvm: Nvm) -> Profile | None:
    """Return the enabled profile, or None."""
    return next((profile for profile in nvm.profiles if profile.is_enabled), None)


def has_operational_profile(nvm: Nvm) -> bool:
    """Tell whether an operational profile is installed, enabled or not."""
    return any(profile.metadata.profile_class == ProfileClass.OPERATIONAL for profile in nvm.profiles)


def put(nvm: Nvm, profile: Profile) -> Nvm:
    """Return the memory with a profile in the place of the one with the same AID."""
    return replace(nvm, profiles=tuple(profile if one.aid == profile.aid else one for one in nvm.profiles))


def enable(nvm: Nvm, identifier: bytes | Iccid, ambient: Ambient) -> Nvm | EnableResult:
    """Enable a profile in the place of the one that is enabled now.

    Source: SGP.22 v2.5 §5.7.16.
    """
    target = find_profile(nvm, identifier)
    if target is None:
        return EnableResult.ICCID_OR_AID_NOT_FOUND
    if target.is_enabled:
        return EnableResult.PROFILE_NOT_IN_DISABLED_STATE
    present = enabled_profile(nvm)
    if present is None:
        return _switch_on(replace(nvm, suspended_aid=None), target, ambient)
    suspended = nvm.suspended_aid
    if target.is_test:
        # A test profile only suspends: PPR1 of the operational one is not touched by that.
        suspended = suspended if present.is_test else present.aid
    elif present.policy_rules & PprIds.PPR1_DISABLE_NOT_ALLOWED:
        return EnableResult.DISALLOWED_BY_POLICY
    elif present.is_test and suspended not in (None, target.aid):
        return EnableResult.WRONG_PROFILE_REENABLING
    else:
        suspended = None
    nvm = _switch_off(replace(nvm, suspended_aid=suspended), present, ambient)
    return _switch_on(nvm, target, ambient)


def disable(nvm: Nvm, identifier: bytes | Iccid, ambient: Ambient) -> Nvm | DisableResult:
    """Disable a profile; behind a test profile the suspended one comes back.

    Source: SGP.22 v2.5 §5.7.17.
    """
    target = find_profile(nvm, identifier)
    if target is None:
        return DisableResult.ICCID_OR_AID_NOT_FOUND
    if not target.is_enabled:
        return DisableResult.PROFILE_NOT_IN_ENABLED_STATE
    if target.policy_rules & PprIds.PPR1_DISABLE_NOT_ALLOWED:
        return DisableResult.DISALLOWED_BY_POLICY
    return _resume(_switch_off(nvm, target, ambient), ambient)


def delete(nvm: Nvm, identifier: bytes | Iccid, ambient: Ambient) -> Nvm | DeleteResult:
    """Delete a disabled profile; its notifications stay until they are delivered.

    Source: SGP.22 v2.5 §5.7.18.
    """
    target = find_profile(nvm, identifier)
    if target is None:
        return DeleteResult.ICCID_OR_AID_NOT_FOUND
    if target.is_enabled:
        return DeleteResult.PROFILE_NOT_IN_DISABLED_STATE
    if target.policy_rules & PprIds.PPR2_DELETE_NOT_ALLOWED:
        return DeleteResult.DISALLOWED_BY_POLICY
    return _remove(nvm, target, ambient)


def reset(nvm: Nvm, options: ResetOptions, ambient: Ambient) -> Nvm | ResetResult:
    """Delete all profiles of the chosen kinds, whatever their state and policy rules, and put the address back.

    Source: SGP.22 v2.5 §5.7.19.
    """
    classes = set()
    if options & ResetOptions.DELETE_OPERATIONAL_PROFILES:
        classes.add(ProfileClass.OPERATIONAL)
    if options & ResetOptions.DELETE_FIELD_LOADED_TEST_PROFILES:
        classes.add(ProfileClass.TEST)
    before = nvm
    for profile in before.profiles:
        if profile.metadata.profile_class in classes:
            nvm = _remove(nvm, profile, ambient)
    if options & ResetOptions.RESET_DEFAULT_SMDP_ADDRESS and nvm.default_dp_address != nvm.factory_dp_address:
        nvm = replace(nvm, default_dp_address=nvm.factory_dp_address)
    if nvm is before:
        return ResetResult.NOTHING_TO_DELETE
    return _resume(nvm, ambient) if enabled_profile(nvm) is None else nvm


def _switch_on(nvm: Nvm, profile: Profile, ambient: Ambient) -> Nvm:
    """Return the memory with a profile enabled and that notified."""
    return notify(put(nvm, replace(profile, state=ProfileState.ENABLED)), profile, ENABLE, ambient)


def _switch_off(nvm: Nvm, profile: Profile, ambient: Ambient) -> Nvm:
    """Return the memory with a profile disabled and that notified."""
    return notify(put(nvm, replace(profile, state=ProfileState.DISABLED)), profile, DISABLE, ambient)


def _resume(nvm: Nvm, ambient: Ambient) -> Nvm:
    """Return the memory with the suspended profile, if there is one, enabled again."""
    suspended = nvm.suspended_aid and find_profile(nvm, nvm.suspended_aid)
    nvm = replace(nvm, suspended_aid=None)
    return _switch_on(nvm, suspended, ambient) if suspended else nvm


def _remove(nvm: Nvm, profile: Profile, ambient: Ambient) -> Nvm:
    """Return the memory without a profile, and that notified."""
    nvm = replace(
        nvm,
        profiles=tuple(one for one in nvm.profiles if one.aid != profile.aid),
        suspended_aid=None if nvm.suspended_aid == profile.aid else nvm.suspended_aid,
    )
    return notify(nvm, profile, DELETE, ambient)
