"""Whether an operator may set profile policy rules: chip and LPA judge it alike.

The rules authorisation table (RAT) is read in its order; for each rule that a profile carries, the first entry
that speaks of the rule and lists the profile's owner decides. No such entry: not allowed.

Source: SGP.22 v2.5 §2.9.2.
"""

from __future__ import annotations

from collections.abc import Iterable

from openesim.messages.sgp22.es10b import PprFlags, ProfilePolicyAuthorisationRule
from openesim.messages.sgp22.types import OperatorId, PprIds

_RULES = (PprIds.PPR1_DISABLE_NOT_ALLOWED, PprIds.PPR2_DELETE_NOT_ALLOWED)
_ANY_DIGIT = "E"


def find_authorisation(
    rat: Iterable[ProfilePolicyAuthorisationRule], rule: int, owner: OperatorId | None
) -> ProfilePolicyAuthorisationRule | None:
    """Return the entry that allows one policy rule to the owner of a profile, or None.

    Args:
        rat: the table, in order of precedence.
        rule: one bit of ``PprIds``.
        owner: owner as the metadata name it; None is allowed nothing.
    """
    if owner is None:
        return None
    for entry in rat:
        if entry.ppr_ids & rule and any(is_operator_listed(owner, line) for line in entry.allowed_operators):
            return entry
    return None


def authorise(
    rat: Iterable[ProfilePolicyAuthorisationRule], rules: int, owner: OperatorId | None
) -> tuple[bool, bool]:
    """Judge all policy rules of a profile.

    Args:
        rat: the table, in order of precedence.
        rules: bits of ``PprIds``.
        owner: owner as the metadata name it.

    Returns:
        Whether all are allowed, and whether the user must agree to one of them at least.
    """
    table = tuple(rat)
    entries = [find_authorisation(table, rule, owner) for rule in _RULES if rules & rule]
    allowed = None not in entries
    consent = any(entry is not None and entry.ppr_flags & PprFlags.CONSENT_REQUIRED for entry in entries)
    return allowed, consent


def unauthorised_rules(rat: Iterable[ProfilePolicyAuthorisationRule]) -> PprIds:
    """Return the policy rules that the table allows to no operator at all.

    Source: SGP.22 v2.5 §2.9.2.
    """
    allowed = 0
    for entry in rat:
        if entry.allowed_operators:
            allowed |= int(entry.ppr_ids)
    return PprIds(sum(int(rule) for rule in _RULES if not rule & allowed))


def is_operator_listed(owner: OperatorId, line: OperatorId) -> bool:
    """Tell whether an owner matches one line of ``allowedOperators``.

    Digits are compared one by one and E stands for any digit, so EEEEEE lists everybody. A group identifier that
    is empty in the line stands for any; one that is absent only matches an owner without it.

    Source: SGP.22 v2.5 §2.9.2.1, Annex H (OperatorId).
    """
    digits = zip(owner.mcc_mnc.hex().upper(), line.mcc_mnc.hex().upper(), strict=True)
    return (
        all(wanted in (_ANY_DIGIT, found) for found, wanted in digits)
        and _is_group_listed(owner.gid1, line.gid1)
        and _is_group_listed(owner.gid2, line.gid2)
    )


def _is_group_listed(found: bytes | None, wanted: bytes | None) -> bool:
    """Tell whether a group identifier matches that of a line."""
    return wanted in (b"", found)
