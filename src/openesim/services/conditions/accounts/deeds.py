"""What is told of accounts in the ledger: who did what to which, with parts of addresses at most."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from openesim.services.conditions.accounts.account import Account
from openesim.services.limits import network_of
from openesim.transparency.entries import Entry, EntryKind

NOBODY: Final = "nobody"
"""Who tries to sign in, until he has."""


class AccountDeed(StrEnum):
    """What happens to accounts."""

    SIGNED_IN = "account-signed-in"
    SIGN_IN_FAILED = "account-sign-in-failed"
    LOCKED = "account-locked"
    UNLOCKED = "account-unlocked"
    PROVED = "account-proved"
    SIGNED_OUT = "account-signed-out"
    SIGNED_OUT_EVERYWHERE = "account-signed-out-everywhere"
    REGISTERED = "account-registered"
    INVITED = "account-invited"
    PASSWORD_CHANGED = "account-password-changed"  # noqa: S105 (a deed)
    PASSWORD_RESET = "account-password-reset"  # noqa: S105 (a deed)
    FACTOR_ENROLLED = "account-factor-enrolled"
    FACTOR_REMOVED = "account-factor-removed"
    FACTOR_RESET = "account-factor-reset"
    RECOVERY_CODE_USED = "account-recovery-code-used"
    RECOVERY_CODES_RENEWED = "account-recovery-codes-renewed"
    ROLE_CHANGED = "account-role-changed"
    DISABLED = "account-disabled"
    ENABLED = "account-enabled"
    PERSON_BOUND = "account-person-bound"


def entry_of(deed: AccountDeed, account: Account | None, actor: str, now: datetime, **facts: str) -> Entry:
    """Return the entry of a deed.

    Args:
        deed: what was done.
        account: to which; None: the login is nobody's.
        actor: by whom.
        now: aware UTC.
        facts: besides; nothing personal.
    """
    told = {"deed": deed.value, **facts}
    if account is not None:
        told["role"] = account.role.value
    return Entry(
        kind=EntryKind.DEED,
        at=now,
        actor=actor,
        facts=told,
        operator=None if account is None else account.operator,
        subject=None if account is None else account.actor,
    )


def place_of(address: str) -> str:
    """Return the part of an address that may be kept: 24 bits of IPv4, 48 of IPv6; empty for none."""
    network = network_of(address)
    if ":" in network:
        return ":".join(network.split(":")[:3]) + "::/48"
    octets = network.split(".")
    return ".".join(octets[:3]) + ".0/24" if len(octets) == 4 else ""
