"""Whether a profile fits a chip, judged before a code is burnt.

Source: SGP.22 v2.5 §3.1.3 step 4, Annex F.
"""

from __future__ import annotations

from openesim.messages.sgp22.euicc_info import (
    EuiccInfo2,
    RspCapability,
    UiccCapability,
    free_non_volatile_memory,
)
from openesim.messages.sgp22.status import Reason, Subject
from openesim.messages.sgp22.types import PprIds, format_version
from openesim.provisioning.procedures.capabilities import NOT_DECISIVE
from openesim.provisioning.procedures.refusal import refuse
from openesim.provisioning.smdp.context import ProfilePackage


def verify_eligible(chip: EuiccInfo2, package: ProfilePackage) -> None:
    """Refuse a profile that the chip would refuse.

    Raises:
        Refused: 8.2.5/4.3 where the chip lacks something, 8.1/4.8 where it lacks memory.

    Source: SGP.22 v2.5 §5.6.3, Annex F.
    """
    # A chip that tells no capability at all does not describe itself; it will judge on its own.
    if chip.uicc_capability or chip.rsp_capability:
        _verify_capable(chip, package)
    forbidden = chip.forbidden_profile_policy_rules or PprIds()
    rules = package.metadata.value.profile_policy_rules or PprIds()
    if int(rules) & int(forbidden):
        raise _not_eligible(f"the chip forbids {', '.join(PprIds(rules & forbidden).set_names)}")
    free = free_non_volatile_memory(chip.ext_card_resource)
    if free is not None and free < len(package.octets):
        raise refuse(
            Subject.EUICC,
            Reason.INSUFFICIENT_MEMORY,
            f"the profile needs {len(package.octets)} octets, the chip has {free} left",
        )


def _verify_capable(chip: EuiccInfo2, package: ProfilePackage) -> None:
    """Refuse a profile that asks for what the chip does not have: 8.2.5/4.3."""
    if not chip.rsp_capability & RspCapability.ADDITIONAL_PROFILE:
        raise _not_eligible("the chip cannot take one more profile")
    if package.saip_version[0] > chip.profile_version[0]:
        raise _not_eligible(
            f"the profile package is of version {package.saip_version[0]}.{package.saip_version[1]}, "
            f"the chip reads {format_version(chip.profile_version)}"
        )
    lacking = int(package.required) & ~int(chip.uicc_capability) & ~int(NOT_DECISIVE)
    if lacking:
        raise _not_eligible(f"the chip lacks {', '.join(UiccCapability(lacking).set_names)}")


def _not_eligible(message: str) -> Exception:
    """Return the refusal of a profile that does not fit."""
    return refuse(Subject.PROFILE_TYPE, Reason.STOPPED_ON_WARNING, message)
