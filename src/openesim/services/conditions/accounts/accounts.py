"""Accounts as a service of the desks: one's own, and those of others that somebody keeps.

Whoever keeps accounts sees those of his roles and tenant alone; others are as if they were not there. Nobody takes his own
account or role away, so whoever made others is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.accounts.account import Account, ForbiddenError
from openesim.services.conditions.accounts.deeds import AccountDeed
from openesim.services.conditions.accounts.desk_sessions import Stage, Visit, verify_recent
from openesim.services.conditions.accounts.keeping import (
    AccountStores,
    Invitation,
    NewAccount,
    accounts_of_roles,
    add_account,
    disable_account,
    enable_account,
    make_account,
    random_words,
    reset_factor,
    set_one_time_password,
    set_role,
)
from openesim.services.conditions.accounts.own import Enrolled, Enrolment, OwnAccounts
from openesim.services.conditions.accounts.roles import KEEPS, Desk, Role
from openesim.services.conditions.accounts.sessions import hold_visit
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from openesim.services.ports import never

__all__ = ["AccountService", "AccountStores", "Enrolled", "Enrolment", "Invitation"]


class AccountService(OwnAccounts):
    """What people do with accounts at the desks."""

    async def kept_by(
        self, visit: Visit, after: str = "", limit: int = 50, role: Role | None = None
    ) -> Sequence[Account]:
        """Return accounts that somebody keeps, oldest first.

        Args:
            visit: who asks.
            after: id of the last account of the page before; empty: from the start.
            limit: at most so many.
            role: of this role only; None: of all that he keeps.
        """
        keeper = visit.account
        roles = sorted(each for each in KEEPS.get(keeper.role, frozenset()) if role in {None, each})
        tenant = None if keeper.desk is Desk.REGULATOR else keeper.tenant

        def unit(stores: AccountStores) -> list[Account]:
            """Read them."""
            return accounts_of_roles(stores, roles, tenant, after, limit)

        return await self._door.work.run(unit, must_last=never)

    async def account(self, visit: Visit, account_id: str) -> Account:
        """Return an account that somebody keeps.

        Raises:
            NotFoundError: there is none, or it is not his to keep.
        """

        def unit(stores: AccountStores) -> Account:
            """Read it."""
            return _kept(visit.account, stores.account(account_id))

        return await self._door.work.run(unit, must_last=never)

    async def invite(
        self, visit: Visit, *, login: str, display_name: str, role: Role, tenant: str | None
    ) -> Invitation:
        """Make an account for somebody.

        Raises:
            ForbiddenError: accounts of this role and tenant are not his to make.
            ProofNeededError: the last proof is too old.
            AccountRefused: a field that cannot be used, or the login is taken.
        """
        self._verify_may_keep(visit, role, tenant)
        new = NewAccount.parse(login=login, display_name=display_name, role=role, tenant=tenant)
        password = random_words(self._door.ambient.entropy)
        kept, now = await self._door.passwords.hash(password), self._clock.now()
        until = now + self._door.rules.invitation
        account = make_account(new, kept, self._door.ambient.entropy, now, one_time_until=until)

        def unit(stores: AccountStores) -> None:
            """Store it, if who makes it still may."""
            keeper = hold_visit(stores, visit).account
            if not keeper.may_keep(role, tenant):
                raise ForbiddenError(Cause.FORBIDDEN)
            add_account(stores, account, AccountDeed.INVITED, keeper.actor)

        await self._door.work.run(unit)
        return Invitation(account, password)

    async def change_role(self, visit: Visit, account_id: str, role: Role) -> Account:
        """Give somebody another role at the same desk; his sessions end.

        Raises:
            NotFoundError: the account is not his to keep.
            ForbiddenError: nor the role.
            ProofNeededError: the last proof is too old.
            AccountRefused: it is his own.
        """
        now = self._clock.now()

        def change(stores: AccountStores, account: Account) -> Account:
            """Change the role."""
            if role.desk is not account.desk or not visit.account.may_keep(role, account.tenant):
                raise ForbiddenError(Cause.FORBIDDEN)
            return set_role(stores, account, role, visit.account.actor, now)

        return await self._change_other(visit, account_id, change)

    async def disable(self, visit: Visit, account_id: str) -> Account:
        """Disable an account; its sessions end.

        Raises:
            NotFoundError: the account is not his to keep.
            ProofNeededError: the last proof is too old.
            AccountRefused: it is his own.
        """
        now, actor = self._clock.now(), visit.account.actor
        return await self._change_other(
            visit, account_id, lambda stores, account: disable_account(stores, account, actor, now)
        )

    async def enable(self, visit: Visit, account_id: str) -> Account:
        """Enable a disabled account.

        Raises:
            NotFoundError: the account is not his to keep.
            ProofNeededError: the last proof is too old.
        """
        now, actor = self._clock.now(), visit.account.actor
        return await self._change_other(
            visit, account_id, lambda stores, account: enable_account(stores, account, actor, now)
        )

    async def reset_password(self, visit: Visit, account_id: str) -> Invitation:
        """Give an account a one-time password; its sessions end.

        Raises:
            NotFoundError: the account is not his to keep.
            ProofNeededError: the last proof is too old.
            AccountRefused: it is his own.
        """
        self._verify_open(visit)
        password = random_words(self._door.ambient.entropy)
        kept, now = await self._door.passwords.hash(password), self._clock.now()
        actor, rules = visit.account.actor, self._door.rules
        account = await self._change_other(
            visit,
            account_id,
            lambda stores, account: set_one_time_password(stores, account, kept, rules, actor, now),
        )
        return Invitation(account, password)

    async def reset_factor(self, visit: Visit, account_id: str) -> Account:
        """Forget the second factor of an account whose device is lost; its sessions end.

        Raises:
            NotFoundError: the account is not his to keep.
            ProofNeededError: the last proof is too old.
            AccountRefused: it is his own.
        """
        now, actor = self._clock.now(), visit.account.actor
        return await self._change_other(
            visit, account_id, lambda stores, account: reset_factor(stores, account, actor, now)
        )

    async def _change_other(
        self, visit: Visit, account_id: str, change: Callable[[AccountStores, Account], Account]
    ) -> Account:
        """Return an account after somebody who keeps it changed it."""
        self._verify_open(visit)
        if account_id == visit.account.account_id:
            raise AccountRefused(Cause.OWN_ACCOUNT)

        def unit(stores: AccountStores) -> Account:
            """Change it, if who does still may."""
            for each in sorted((account_id, visit.account.account_id)):
                stores.hold_account(each)  # two who change each other wait in one order
            keeper = hold_visit(stores, visit)
            return change(stores, _kept(keeper.account, stores.account(account_id)))

        account = await self._door.work.run(unit)
        self._door.sessions.forget_account(account_id)
        return account

    def _verify_may_keep(self, visit: Visit, role: Role, tenant: str | None) -> None:
        """Refuse who keeps no accounts of a role and tenant, or has not proved himself lately."""
        if visit.session.stage is not Stage.OPEN:
            raise AccountRefused(Cause.UNFINISHED)
        if not visit.account.may_keep(role, tenant):
            raise ForbiddenError(Cause.FORBIDDEN)
        verify_recent(visit, self._clock.now())


def _kept(keeper: Account, account: Account | None) -> Account:
    """Return an account that somebody keeps.

    Raises:
        NotFoundError: it is not his to keep, or there is none.
    """
    if account is None or not keeper.may_keep(account.role, account.tenant):
        raise NotFoundError("there is no such account")
    return account
