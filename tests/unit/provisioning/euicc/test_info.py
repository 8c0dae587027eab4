"""What a chip tells of itself agrees with what it would take."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.messages.sgp22.es10b import PprFlags, ProfilePolicyAuthorisationRule
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.euicc.info import forbidden_rules
from tests.unit.provisioning.euicc.laboratory import new_nvm

PPR1, PPR2 = PprIds.PPR1_DISABLE_NOT_ALLOWED, PprIds.PPR2_DELETE_NOT_ALLOWED


def allowing(rules: int) -> ProfilePolicyAuthorisationRule:
    anybody = OperatorId(mcc_mnc=b"\xee\xee\xee", gid1=b"", gid2=b"")
    return ProfilePolicyAuthorisationRule(
        ppr_ids=PprIds(rules), allowed_operators=(anybody,), ppr_flags=PprFlags(0)
    )


@pytest.mark.parametrize(
    ("rat", "forbidden", "told"),
    [
        ((), 0, PPR1 | PPR2),
        ((allowing(PPR1),), 0, PPR2),
        ((allowing(PPR1 | PPR2),), 0, 0),
        ((allowing(PPR1 | PPR2),), PPR1, PPR1),
    ],
)
def test_a_chip_forbids_what_its_table_lets_nobody_set(
    rat: tuple[ProfilePolicyAuthorisationRule, ...], forbidden: int, told: int
) -> None:
    nvm = new_nvm()
    description = replace(nvm.description, forbidden_policy_rules=PprIds(forbidden))
    assert forbidden_rules(replace(nvm, rat=rat, description=description)) == told
