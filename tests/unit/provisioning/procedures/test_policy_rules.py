"""Who may set policy rules."""

import pytest

from openesim.messages.sgp22.es10b import PprFlags, ProfilePolicyAuthorisationRule
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.procedures.policy_rules import (
    authorise,
    find_authorisation,
    is_operator_listed,
    unauthorised_rules,
)

PPR1, PPR2 = PprIds.PPR1_DISABLE_NOT_ALLOWED, PprIds.PPR2_DELETE_NOT_ALLOWED


def operator(mcc_mnc: str, gid1: bytes | None = None, gid2: bytes | None = None) -> OperatorId:
    return OperatorId(mcc_mnc=bytes.fromhex(mcc_mnc), gid1=gid1, gid2=gid2)


def entry(rules: int, *operators: OperatorId, consent: bool = False) -> ProfilePolicyAuthorisationRule:
    flags = PprFlags(PprFlags.CONSENT_REQUIRED if consent else 0)
    return ProfilePolicyAuthorisationRule(ppr_ids=PprIds(rules), allowed_operators=operators, ppr_flags=flags)


@pytest.mark.parametrize(
    ("owner", "line", "is_listed"),
    [
        ("00F110", "00F110", True),
        ("00F110", "00F120", False),
        ("00F110", "EEEEEE", True),
        ("00F110", "00E110", True),
        ("003110", "00E110", True),
        ("003110", "00F110", False),
        ("00F110", "10FEE0", False),
    ],
)
def test_operators_are_compared_digit_by_digit(owner: str, line: str, is_listed: bool) -> None:
    assert is_operator_listed(operator(owner), operator(line)) is is_listed


@pytest.mark.parametrize(
    ("owner", "line", "is_listed"),
    [
        (None, None, True),
        (b"\x01", None, False),
        (b"\x01", b"", True),
        (None, b"", True),
        (b"\x01", b"\x01", True),
        (b"\x02", b"\x01", False),
        (None, b"\x01", False),
    ],
)
def test_group_identifiers_are_any_equal_or_absent(
    owner: bytes | None, line: bytes | None, is_listed: bool
) -> None:
    assert is_operator_listed(operator("00F110", owner), operator("00F110", line)) is is_listed
    assert is_operator_listed(operator("00F110", None, owner), operator("00F110", None, line)) is is_listed


def test_an_empty_table_allows_nothing() -> None:
    assert authorise((), PPR1, operator("00F110")) == (False, False)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ((), PPR1 | PPR2),
        ((entry(PPR1, operator("00F110")),), PPR2),
        ((entry(PPR1), entry(PPR2, operator("EEEEEE"))), PPR1),
        ((entry(PPR1 | PPR2, operator("EEEEEE")),), 0),
    ],
)
def test_rules_that_the_table_gives_to_nobody_are_known(
    table: tuple[ProfilePolicyAuthorisationRule, ...], expected: int
) -> None:
    assert unauthorised_rules(table) == expected


def test_no_rules_are_always_allowed() -> None:
    assert authorise((), 0, None) == (True, False)
    assert authorise((), PprIds.PPR_UPDATE_CONTROL, None) == (True, False)


def test_an_owner_must_be_named() -> None:
    table = (entry(PPR1 | PPR2, operator("EEEEEE", b"", b"")),)
    assert find_authorisation(table, PPR1, None) is None
    assert authorise(table, PPR1, None) == (False, False)


def test_the_first_entry_that_speaks_of_the_rule_and_the_owner_decides() -> None:
    first = entry(PPR1, operator("00F120"), consent=True)
    second = entry(PPR2, operator("00F110"), consent=True)
    third = entry(PPR1, operator("00F110"))
    table = (first, second, third)
    assert find_authorisation(table, PPR1, operator("00F110")) is third
    assert find_authorisation(table, PPR1, operator("00F120")) is first
    assert find_authorisation(table, PPR2, operator("00F120")) is None


def test_every_rule_must_be_allowed_and_one_consent_is_enough_to_ask() -> None:
    table = (entry(PPR1, operator("00F110")), entry(PPR2, operator("00F110"), consent=True))
    assert authorise(table, PPR1, operator("00F110")) == (True, False)
    assert authorise(table, PPR1 | PPR2, operator("00F110")) == (True, True)
    assert authorise(table[:1], PPR1 | PPR2, operator("00F110")) == (False, False)
