"""What the LPA checks about a profile by itself, and what it makes of a failed installation.

Source: SGP.22 v2.5 §2.9, §3.1.3.
"""

from __future__ import annotations

from openesim.encoding.asn1 import Signed
from openesim.kernel.errors import CardError, DecodeError, RuleRefused, VerificationError
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome
from openesim.messages.sgp22.metadata import ProfileClass, ProfileInfo, StoreMetadataRequest
from openesim.messages.sgp22.notifications import ErrorResult
from openesim.messages.sgp22.types import PprIds
from openesim.provisioning.lpa import es10
from openesim.provisioning.lpa.effects import Procedure
from openesim.provisioning.procedures.installation import explain_failure, interpreter_words
from openesim.provisioning.procedures.policy_rules import authorise


def check_policy_rules(metadata: StoreMetadataRequest, installed: tuple[ProfileInfo, ...]) -> Procedure[bool]:
    """Check the policy rules of a profile against the chip, and tell whether they need strong confirmation.

    Raises:
        RuleRefused: the profile would be stuck beside others, or the chip does not allow the rule to its owner.

    Source: SGP.22 v2.5 §2.9, §3.1.3 step 6.
    """
    rules = PprIds(metadata.profile_policy_rules or 0)
    if not rules & (PprIds.PPR1_DISABLE_NOT_ALLOWED | PprIds.PPR2_DELETE_NOT_ALLOWED):
        return False
    facts = {"rules": rules.set_names}
    if rules & PprIds.PPR1_DISABLE_NOT_ALLOWED and any(map(_is_operational, installed)):
        raise with_outcome(RuleRefused("PPR1", facts), LpaOutcome.PPR1_BESIDE_OTHER_PROFILES)
    table = yield from es10.get_rat()
    is_allowed, is_strong = authorise(table, rules, metadata.profile_owner)
    if not is_allowed:
        raise with_outcome(RuleRefused("RAT", facts), LpaOutcome.PPR_NOT_ALLOWED)
    return is_strong


def _is_operational(profile: ProfileInfo) -> bool:
    """Tell whether a profile is operational, as it is where it does not say."""
    return profile.profile_class in (None, ProfileClass.OPERATIONAL)


def verify_announced(announced: Signed[StoreMetadataRequest], inside: bytes) -> None:
    """Verify that a package holds the profile that was announced, agreed to and checked.

    Args:
        announced: metadata of the AuthenticateClient answer.
        inside: the StoreMetadata command of the package, BF25.

    Raises:
        VerificationError: policy rules or anything else differ.

    Source: SGP.22 v2.5 §3.1.3 step 13.
    """
    if inside == announced.octets:
        return
    try:
        delivered = StoreMetadataRequest.decode(inside)
    except DecodeError as error:
        unreadable = VerificationError(f"the delivered metadata cannot be read: {error}")
        raise with_outcome(unreadable, LpaOutcome.METADATA_MISMATCH) from error
    if (delivered.profile_policy_rules or 0) != (announced.value.profile_policy_rules or 0):
        changed = VerificationError("the delivered profile carries other policy rules")
        raise with_outcome(changed, LpaOutcome.PPR_CHANGED)
    if delivered != announced.value:
        other = VerificationError("the delivered profile is not the announced one")
        raise with_outcome(other, LpaOutcome.METADATA_MISMATCH)


def installation_failure(final: ErrorResult) -> CardError:
    """Return the error for an installation that failed, with what the profile interpreter told."""
    error = CardError(
        f"installation failed: command {int(final.bpp_command_id)}, reason {int(final.error_reason)}"
        + "".join(f", status {status}" for status in interpreter_words(final).statuses)
    )
    error.explained(explain_failure(final))
    return error
