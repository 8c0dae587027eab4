"""Accounts, sessions of the desks and attempts, in memory; and hashing that costs nothing and tells how often it was asked."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from openesim.kernel.errors import ConflictError
from openesim.kernel.records import changed
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.attempts import Attempts
from openesim.services.conditions.accounts.desk_sessions import DeskSession
from openesim.services.conditions.accounts.roles import Role


class MemoryAccounts:
    """Implements ``AccountStores``, all but operators and ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, Account] = {}
        self.desk_sessions: dict[bytes, DeskSession] = {}
        self.sign_in_attempts: dict[str, Attempts] = {}

    def account(self, account_id: str) -> Account | None:
        return self.accounts.get(account_id)

    hold_account = account

    def account_of_login(self, login: str) -> Account | None:
        return next((each for each in self.accounts.values() if each.login == login), None)

    hold_account_of_login = account_of_login

    def accounts_of(self, role: Role, tenant: str | None, after: str, limit: int) -> list[Account]:
        wanted = [
            each
            for each in self.accounts.values()
            if each.role is role and tenant in {None, each.tenant} and each.account_id > after
        ]
        return sorted(wanted, key=lambda account: account.account_id)[:limit]

    def add_account(self, account: Account) -> None:
        if account.account_id in self.accounts or self.account_of_login(account.login) is not None:
            raise ConflictError("a row with the same key exists")
        self.accounts[account.account_id] = account

    def save_account(self, account: Account) -> None:
        self.accounts[account.account_id] = account

    def desk_session(self, digest: bytes) -> DeskSession | None:
        return self.desk_sessions.get(digest)

    hold_desk_session = desk_session

    def desk_sessions_of(self, account_id: str) -> list[DeskSession]:
        found = [each for each in self.desk_sessions.values() if each.account_id == account_id]
        return sorted(
            sorted(found, key=lambda each: each.digest), key=lambda each: each.created_at, reverse=True
        )

    def add_desk_session(self, session: DeskSession) -> None:
        self.desk_sessions[session.digest] = session

    def save_desk_session(self, session: DeskSession) -> None:
        self.desk_sessions[session.digest] = session

    def touch_desk_session(self, digest: bytes, seen_at: datetime, expires_at: datetime) -> None:
        session = self.desk_sessions.get(digest)
        if session is not None:
            self.desk_sessions[digest] = changed(session, seen_at=seen_at, expires_at=expires_at)

    def remove_desk_session(self, digest: bytes) -> None:
        self.desk_sessions.pop(digest, None)

    def remove_desk_sessions_of(self, account_id: str) -> None:
        for session in self.desk_sessions_of(account_id):
            del self.desk_sessions[session.digest]

    def sweep_desk_sessions(self, now: datetime, limit: int) -> int:
        over = [each.digest for each in self.desk_sessions.values() if each.expires_at <= now][:limit]
        for digest in over:
            del self.desk_sessions[digest]
        return len(over)

    def attempts(self, name: str) -> Attempts | None:
        return self.sign_in_attempts.get(name)

    def save_attempts(self, name: str, attempts: Attempts) -> None:
        self.sign_in_attempts[name] = attempts

    def forget_attempts(self, name: str) -> None:
        self.sign_in_attempts.pop(name, None)

    def sweep_attempts(self, before: datetime, limit: int) -> int:
        old = [name for name, each in self.sign_in_attempts.items() if each.at < before][:limit]
        for name in old:
            del self.sign_in_attempts[name]
        return len(old)


class QuickHashing:
    """Implements ``PasswordHashing`` without any cost, for tests alone.

    Attributes:
        generation: what is hashed by an earlier one is outdated.
        asked: which kept passwords were compared.
    """

    def __init__(self, generation: int = 1) -> None:
        self.generation = generation
        self.asked: list[Secret[str]] = []

    def hash(self, password: Secret[str]) -> Secret[str]:
        return Secret(f"quick${self.generation}${sha256(password.reveal().encode()).hexdigest()}")

    def is_right(self, kept: Secret[str], password: Secret[str]) -> bool:
        self.asked.append(kept)
        return kept.reveal().rpartition("$")[2] == self.hash(password).reveal().rpartition("$")[2]

    def is_outdated(self, kept: Secret[str]) -> bool:
        return int(kept.reveal().split("$")[1]) < self.generation

    @property
    def nobody(self) -> Secret[str]:
        return Secret(f"quick${self.generation}$nobody")
