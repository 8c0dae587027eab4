"""Which profiles a chip takes, judged by their metadata alone.

Source: SGP.22 v2.5 §5.5.3, §2.4.5, §2.9.
"""

from __future__ import annotations

from openesim.messages.sgp22.metadata import ProfileClass, StoreMetadataRequest
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason
from openesim.messages.sgp22.types import PprIds
from openesim.provisioning.euicc.profiles import find_profile, has_operational_profile
from openesim.provisioning.euicc.refusal import InstallationRefused
from openesim.provisioning.euicc.state import Nvm
from openesim.provisioning.procedures.policy_rules import authorise

POLICY_RULES = PprIds.PPR1_DISABLE_NOT_ALLOWED | PprIds.PPR2_DELETE_NOT_ALLOWED
"""The bits of ``PprIds`` that bind the user."""

_CLASSES = frozenset(ProfileClass)


def check_metadata(nvm: Nvm, metadata: StoreMetadataRequest) -> None:
    """Refuse a profile that is there already, of an unknown class, or with policy rules that are not allowed.

    Raises:
        InstallationRefused: StoreMetadata with ICCID exists (9), class (6) or policy rules (15).

    Source: SGP.22 v2.5 §5.5.3.
    """
    reason = _find_fault(nvm, metadata)
    if reason is not None:
        raise InstallationRefused(BppCommandId.STORE_METADATA, reason, iccid=metadata.iccid)


def _find_fault(nvm: Nvm, metadata: StoreMetadataRequest) -> ErrorReason | None:
    """Return the first reason to refuse the metadata, or None."""
    if find_profile(nvm, metadata.iccid) is not None:
        return ErrorReason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC
    if metadata.profile_class not in _CLASSES:
        return ErrorReason.UNSUPPORTED_PROFILE_CLASS
    rules = (metadata.profile_policy_rules or 0) & POLICY_RULES
    if not rules:
        return None
    # A profile that cannot be disabled must be the only one: the others would never be used again.
    locked_in = rules & PprIds.PPR1_DISABLE_NOT_ALLOWED and has_operational_profile(nvm)
    forbidden = rules & nvm.description.forbidden_policy_rules
    allowed, _ = authorise(nvm.rat, rules, metadata.profile_owner)
    return ErrorReason.PPR_NOT_ALLOWED if locked_in or forbidden or not allowed else None
