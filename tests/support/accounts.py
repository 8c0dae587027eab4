"""The door of the desks on any stores, with a clock in hand and hashing that costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any, TypeVar

from openesim.kernel.ambient import Ambient
from openesim.kernel.secret import Secret
from openesim.security.crypto.totp import code_of, step_of
from openesim.services.conditions.accounts.account import Account, AccountRules
from openesim.services.conditions.accounts.accounts import AccountService
from openesim.services.conditions.accounts.attempts import AddressLimits
from openesim.services.conditions.accounts.deeds import AccountDeed
from openesim.services.conditions.accounts.desk_sessions import Opened, Visit, Whence
from openesim.services.conditions.accounts.door import Door
from openesim.services.conditions.accounts.keeping import NewAccount, add_account, make_account
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.accounts.sign_in import SignInService
from openesim.services.conditions.ledger.ledger import Range, Window
from openesim.transparency.entries import EntryKind
from tests.support.memory_accounts import QuickHashing
from tests.support.rig import SteppedClock, entropy_of

T = TypeVar("T")

PASSWORD = Secret("a few words of mine")
OTHER = Secret("some other words of mine")
WHENCE = Whence(address="203.0.113.77", agent="a browser")


class Desks:
    """Signing in, sessions and accounts on some stores.

    Attributes:
        clock: stands until it is moved.
        hashing: what hashes passwords.
        door: what the services stand on.
    """

    def __init__(self, work: Any, runner: asyncio.Runner, rules: AccountRules | None = None) -> None:
        self.work, self.runner = work, runner
        self.clock = SteppedClock()
        self.hashing = QuickHashing()
        self.entropy = entropy_of("desks")
        ambient = Ambient(self.clock, self.entropy)
        limits = AddressLimits(clock=lambda: self.clock.now().timestamp())
        self.door = Door.build(work, ambient, self.hashing, rules=rules, limits=limits)
        self.sign_ins = SignInService(self.door)
        self.accounts = AccountService(self.door)
        self.sessions = self.door.sessions

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Returns what a coroutine comes to."""
        return self.runner.run(coroutine)

    def add(
        self,
        login: str,
        role: Role = Role.SUBSCRIBER,
        tenant: str | None = None,
        *,
        password: Secret[str] = PASSWORD,
        one_time_until: datetime | None = None,
    ) -> Account:
        """Makes an account and returns it."""
        new = NewAccount.parse(login=login, display_name=f"{login} of the test", role=role, tenant=tenant)
        kept = self.hashing.hash(password)
        account = make_account(new, kept, self.entropy, self.clock.now(), one_time_until=one_time_until)
        self.work.run_now(
            lambda stores: add_account(stores, account, AccountDeed.INVITED, "somebody at the command line")
        )
        return account

    def sign_in(self, login: str, password: Secret[str] = PASSWORD, whence: Whence = WHENCE) -> Opened:
        """Signs in with login and password."""
        return self.run(self.sign_ins.sign_in(login, password, whence))

    def enrol(self, opened: Opened) -> Opened:
        """Enrols a second factor and returns the session behind it."""
        self.run(self.accounts.begin_enrolment(opened.visit))
        visit = self.visit(opened)
        assert visit is not None
        pending = visit.session.pending
        assert pending is not None
        return self.run(
            self.accounts.confirm_enrolment(visit, code_of(pending, step_of(self.clock.now())))
        ).opened

    def code(self, account_id: str) -> str:
        """Returns the present code of an account's device."""
        account = self.account(account_id)
        assert account.factor is not None
        return code_of(account.factor.secret, step_of(self.clock.now()))

    def open(self, login: str, role: Role, tenant: str | None = None) -> Opened:
        """Makes an account and signs in, with a second factor where the role needs one."""
        self.add(login, role, tenant)
        opened = self.sign_in(login)
        return self.enrol(opened) if role in self.door.rules.factor_needed else opened

    def visit(self, opened: Opened) -> Visit | None:
        """Returns who is behind a session now."""
        return self.run(self.sessions.visit(opened.token))

    def account(self, account_id: str) -> Account:
        """Returns an account as it is kept."""
        found: Account | None = self.work.run_now(lambda stores: stores.account(account_id))
        assert found is not None
        return found

    def entries(self) -> list[Any]:
        """Returns all entries of the ledger, oldest first."""
        window = Window(range=Range.KIND, kind=EntryKind.DEED)
        kept = self.work.run_now(lambda stores: stores.ledger_window(window, 1000))
        return [each.entry for each in reversed(kept)]

    def deeds(self) -> list[str]:
        """Returns what the ledger tells was done, oldest first, without the prefix."""
        return [entry.facts["deed"].removeprefix("account-") for entry in self.entries()]
