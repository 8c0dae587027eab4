"""How accounts are made, changed and disabled, over the stores: for the desks, for the command line and for demonstrations.

Whatever is done is in the ledger in the same transaction, with names of accounts and nothing personal. Whatever takes
something from an account ends its sessions.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import ConflictError
from openesim.kernel.records import changed
from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.operators import Operator
from openesim.services.conditions.accounts.account import (
    Account,
    AccountRules,
    parse_display_name,
    parse_login,
    parse_tenant,
)
from openesim.services.conditions.accounts.attempts import account_key, login_key
from openesim.services.conditions.accounts.deeds import AccountDeed, entry_of
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.accounts.sign_in import SignInStores
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from openesim.transparency.entries import Entry

_RANDOM_OCTETS: Final = 10
_GROUP: Final = 4


class BindingStores(Protocol):
    """What is known of the person behind an account, inside one unit of work."""

    def save_account(self, account: Account) -> None:
        """Store an account that changed."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...


class AccountStores(SignInStores, Protocol):
    """Accounts inside one unit of work."""

    def add_account(self, account: Account) -> None:
        """Store a new account.

        Raises:
            ConflictError: the login is taken.
        """
        ...

    def accounts_of(self, role: Role, tenant: str | None, after: str, limit: int) -> list[Account]:
        """Return accounts of a role by id, beginning behind ``after``: of one tenant; None: of all."""
        ...

    def operator(self, name: str) -> Operator | None:
        """Return what is kept of an operator."""
        ...

    def add_operator(self, operator: Operator) -> None:
        """Keep a new operator."""
        ...


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new account, or one whose password was reset.

    Attributes:
        account: the account.
        password: opens it until its holder chose another; told now and never again.
    """

    account: Account
    password: Secret[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """Whom an account is to be made for, each value held against its rules.

    Attributes:
        login: small letters.
        display_name: for people.
        role: what he is.
        tenant: whose he is.
    """

    login: str
    display_name: str
    role: Role
    tenant: str | None

    @classmethod
    def parse(cls, *, login: str, display_name: str, role: Role, tenant: str | None) -> NewAccount:
        """Return whom an account is to be made for.

        Raises:
            AccountRefused: a field that cannot be used.
        """
        return cls(
            login=parse_login(login),
            display_name=parse_display_name(display_name),
            role=role,
            tenant=parse_tenant(role, tenant),
        )


def random_words(entropy: Entropy) -> Secret[str]:
    """Return 80 random bits in fours, as people can type them: one-time passwords, recovery codes."""
    text = base64.b32encode(entropy(_RANDOM_OCTETS)).decode().lower()
    return Secret("-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP)))


def make_account(
    new: NewAccount,
    kept: Secret[str],
    entropy: Entropy,
    now: datetime,
    *,
    one_time_until: datetime | None = None,
    language: str | None = None,
) -> Account:
    """Return a new account.

    Args:
        new: whom it is for.
        kept: his password, as it is kept.
        entropy: source of its id.
        now: aware UTC.
        one_time_until: until when the password is good, if somebody else chose it.
        language: ``en`` or ``zh``; None: nothing was chosen.
    """
    milliseconds = int(now.timestamp() * 1000)
    return Account(
        account_id=f"a_{milliseconds:012x}{entropy(6).hex()}",
        login=new.login,
        display_name=new.display_name,
        role=new.role,
        tenant=new.tenant,
        password=kept,
        created_at=now,
        password_at=now,
        one_time_until=one_time_until,
        language=language,
    )


def add_account(stores: AccountStores, account: Account, deed: AccountDeed, actor: str) -> None:
    """Store a new account; its operator is kept, too, if nothing is known of him yet.

    Args:
        stores: of the unit of work.
        account: the account.
        deed: ``INVITED`` or ``REGISTERED``.
        actor: who makes it.

    Raises:
        AccountRefused: the login is taken.
    """
    if stores.account_of_login(account.login) is not None:
        raise AccountRefused(Cause.LOGIN_TAKEN, field="login")
    if account.operator is not None and stores.operator(account.operator) is None:
        stores.add_operator(
            Operator(name=account.operator, display_name=account.operator, created_at=account.created_at)
        )
    try:
        stores.add_account(account)
    except ConflictError:
        raise AccountRefused(Cause.LOGIN_TAKEN, field="login") from None
    stores.append_entry(entry_of(deed, account, actor, account.created_at))


def set_one_time_password(
    stores: AccountStores, account: Account, kept: Secret[str], rules: AccountRules, actor: str, now: datetime
) -> Account:
    """Return an account with a password that somebody else chose; its sessions end, locks are lifted."""
    reset = changed(account, password=kept, password_at=now, one_time_until=now + rules.invitation)
    _save(stores, reset, AccountDeed.PASSWORD_RESET, actor, now)
    return reset


def reset_factor(stores: AccountStores, account: Account, actor: str, now: datetime) -> Account:
    """Return an account without a second factor; its sessions end, locks are lifted."""
    reset = changed(account, factor=None)
    _save(stores, reset, AccountDeed.FACTOR_RESET, actor, now)
    return reset


def disable_account(stores: AccountStores, account: Account, actor: str, now: datetime) -> Account:
    """Return an account that opens nothing any more; its sessions end. One that is disabled stays as it is."""
    if account.disabled_at is not None:
        return account
    disabled = changed(account, disabled_at=now)
    _save(stores, disabled, AccountDeed.DISABLED, actor, now)
    return disabled


def enable_account(stores: AccountStores, account: Account, actor: str, now: datetime) -> Account:
    """Return an account that opens again what it did."""
    if account.disabled_at is None:
        return account
    enabled = changed(account, disabled_at=None)
    _save(stores, enabled, AccountDeed.ENABLED, actor, now)
    return enabled


def set_role(stores: AccountStores, account: Account, role: Role, actor: str, now: datetime) -> Account:
    """Return an account with another role; its sessions end."""
    moved = changed(account, role=role)
    _save(stores, moved, AccountDeed.ROLE_CHANGED, actor, now, before=account.role.value)
    return moved


def bind_person(stores: BindingStores, account: Account, person: bytes, actor: str, now: datetime) -> Account:
    """Return an account behind which a verified person is, by his keyed digest; its sessions go on."""
    bound = changed(account, person=person)
    stores.save_account(bound)
    stores.append_entry(entry_of(AccountDeed.PERSON_BOUND, bound, actor, now))
    return bound


def unlock_account(stores: AccountStores, account: Account, actor: str, now: datetime) -> Account:
    """Return an account whose failed attempts are forgotten; its sessions go on."""
    lift_locks(stores, account)
    stores.append_entry(entry_of(AccountDeed.UNLOCKED, account, actor, now))
    return account


def lift_locks(stores: AccountStores, account: Account) -> None:
    """Forget attempts that failed."""
    stores.forget_attempts(login_key(account.login))
    stores.forget_attempts(account_key(account.account_id))


def accounts_of_roles(
    stores: AccountStores, roles: Sequence[Role], tenant: str | None, after: str, limit: int
) -> list[Account]:
    """Return accounts of several roles by id, beginning behind ``after``: of one tenant; None: of all."""
    found = [each for role in roles for each in stores.accounts_of(role, tenant, after, limit)]
    return sorted(found, key=lambda account: account.account_id)[:limit]


def _save(
    stores: AccountStores, account: Account, deed: AccountDeed, actor: str, now: datetime, **facts: str
) -> None:
    """Store an account of which something was taken or given."""
    lift_locks(stores, account)
    stores.save_account(account)
    stores.remove_desk_sessions_of(account.account_id)
    stores.append_entry(entry_of(deed, account, actor, now, **facts))
