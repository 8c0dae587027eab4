"""Accounts of the desks, their sessions, and attempts to sign in.

A login is found by its keyed digest; what is said of its holder is in one sealed record, his password too: a copy of the
database without the key gives nothing to try passwords against. Records are written with names, so that a later release
may add some.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, literal_column, select
from sqlalchemy.dialects.postgresql import insert as insert_or_replace

from openesim.adapters.db.conditions.tables import accounts, desk_sessions, sign_in_attempts
from openesim.adapters.db.records import Parameters, Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.sealing import SealedRows
from openesim.adapters.db.sql import MOST, Statements, insert_row, select_row, update_row
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.account import Account, SecondFactor
from openesim.services.conditions.accounts.attempts import Attempts
from openesim.services.conditions.accounts.desk_sessions import DeskSession, Flash, Stage
from openesim.services.conditions.accounts.roles import Role

DIGEST_KEY: Final = "logins"

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder().decode

_accounts_of: Final = (
    select(accounts)
    .where(accounts.c.role == bindparam("role"), accounts.c.account_id > bindparam("after"))
    .order_by(accounts.c.account_id)
)
_count_under: Final = insert_or_replace(sign_in_attempts).values(
    name=bindparam("name"), failures=literal_column("0"), at=literal_column("0")
)

STATEMENTS: Final[Statements] = {
    "account": select_row(accounts, "account_id"),
    "hold_account": select_row(accounts, "account_id").with_for_update(),
    "account_of_login": select_row(accounts, "login"),
    "hold_account_of_login": select_row(accounts, "login").with_for_update(),
    "accounts_of_role": _accounts_of.suffix_with(MOST),
    "accounts_of_tenant": _accounts_of.where(accounts.c.tenant == bindparam("tenant")).suffix_with(MOST),
    "add_account": insert_row(accounts),
    "save_account": update_row(accounts, "account_id"),
    "desk_session": select_row(desk_sessions, "digest"),
    "hold_desk_session": select_row(desk_sessions, "digest").with_for_update(),
    "desk_sessions_of": select_row(desk_sessions, "account_id").order_by(
        desk_sessions.c.created_at.desc(), desk_sessions.c.digest
    ),
    "add_desk_session": insert_row(desk_sessions),
    "save_desk_session": update_row(desk_sessions, "digest"),
    "touch_desk_session": update_row(desk_sessions, "digest", "seen_at", "expires_at"),
    "remove_desk_session": delete(desk_sessions).where(desk_sessions.c.digest == bindparam("digest")),
    "remove_desk_sessions_of": delete(desk_sessions).where(
        desk_sessions.c.account_id == bindparam("account_id")
    ),
    "desk_sessions_over": select(desk_sessions.c.digest)
    .where(desk_sessions.c.expires_at <= bindparam("before"))
    .order_by(desk_sessions.c.expires_at)
    .with_for_update(skip_locked=True)
    .suffix_with(MOST),
    # The row is made if it is not there, and held either way: attempts under one name are counted one by one.
    "hold_attempts": _count_under.on_conflict_do_update(
        index_elements=["name"], set_={"failures": sign_in_attempts.c.failures}
    ).returning(sign_in_attempts.c.failures, sign_in_attempts.c.locked_until, sign_in_attempts.c.at),
    "save_attempts": update_row(sign_in_attempts, "name"),
    "forget_attempts": delete(sign_in_attempts).where(sign_in_attempts.c.name == bindparam("name")),
    "old_attempts": select(sign_in_attempts.c.name)
    .where(sign_in_attempts.c.at < bindparam("before"))
    .order_by(sign_in_attempts.c.at)
    .with_for_update(skip_locked=True)
    .suffix_with(MOST),
}


class AccountRows(SealedRows):
    """Implements ``services.conditions.accounts.keeping.AccountStores``, all but operators and ledger."""

    # --- accounts

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        return self._one("account", self._read_account, account_id=account_id)

    def hold_account(self, account_id: str) -> Account | None:
        """Return an account, held until the unit ends."""
        return self._one("hold_account", self._read_account, account_id=account_id)

    def account_of_login(self, login: str) -> Account | None:
        """Return the account of a login."""
        return self._one("account_of_login", self._read_account, login=self._name(login))

    def hold_account_of_login(self, login: str) -> Account | None:
        """Return the account of a login, held until the unit ends."""
        return self._one("hold_account_of_login", self._read_account, login=self._name(login))

    def accounts_of(self, role: Role, tenant: str | None, after: str, limit: int) -> list[Account]:
        """Return accounts of a role by id, beginning behind ``after``: of one tenant; None: of all."""
        asked: dict[str, Any] = {"role": role.value, "after": after, "most": limit}
        if tenant is None:
            return self._all("accounts_of_role", self._read_account, **asked)
        return self._all("accounts_of_tenant", self._read_account, tenant=tenant, **asked)

    def add_account(self, account: Account) -> None:
        """Store a new account.

        Raises:
            ConflictError: the login is taken.
            DecodeError: a text that cannot be stored.
        """
        self._do("add_account", self._account_parameters(account))

    def save_account(self, account: Account) -> None:
        """Store an account that changed."""
        parameters = self._account_parameters(account)
        self._do("save_account", parameters | {"key_account_id": parameters.pop("account_id")})

    # --- sessions

    def desk_session(self, digest: bytes) -> DeskSession | None:
        """Return the session of a digest."""
        return self._one("desk_session", self._read_session, digest=digest)

    def hold_desk_session(self, digest: bytes) -> DeskSession | None:
        """Return the session of a digest, held until the unit ends."""
        return self._one("hold_desk_session", self._read_session, digest=digest)

    def desk_sessions_of(self, account_id: str) -> list[DeskSession]:
        """Return the sessions of an account, the latest first."""
        return self._all("desk_sessions_of", self._read_session, account_id=account_id)

    def add_desk_session(self, session: DeskSession) -> None:
        """Store a new session."""
        self._do("add_desk_session", self._session_parameters(session))

    def save_desk_session(self, session: DeskSession) -> None:
        """Store a session that changed."""
        parameters = self._session_parameters(session)
        self._do("save_desk_session", parameters | {"key_digest": parameters.pop("digest")})

    def touch_desk_session(self, digest: bytes, seen_at: datetime, expires_at: datetime) -> None:
        """Store that a session was used."""
        moments = {"seen_at": to_milliseconds(seen_at), "expires_at": to_milliseconds(expires_at)}
        self._do("touch_desk_session", moments | {"key_digest": digest})

    def remove_desk_session(self, digest: bytes) -> None:
        """Forget a session."""
        self._do("remove_desk_session", {"digest": digest})

    def remove_desk_sessions_of(self, account_id: str) -> None:
        """Forget all sessions of an account."""
        self._do("remove_desk_sessions_of", {"account_id": account_id})

    def sweep_desk_sessions(self, now: datetime, limit: int) -> int:
        """Remove at most ``limit`` sessions that are over and return how many went."""
        over = self._all("desk_sessions_over", _octets, before=to_milliseconds(now), most=limit)
        for digest in over:
            self.remove_desk_session(digest)
        return len(over)

    # --- attempts

    def attempts(self, name: str) -> Attempts | None:
        """Return what is remembered of attempts under a name; nobody else sees them until the unit ends."""
        return self._one("hold_attempts", _read_attempts, name=self._name(name))

    def save_attempts(self, name: str, attempts: Attempts) -> None:
        """Remember attempts under a name that was asked for before."""
        parameters = {
            "key_name": self._name(name),
            "failures": attempts.failures,
            "locked_until": _milliseconds(attempts.locked_until),
            "at": to_milliseconds(attempts.at),
        }
        self._do("save_attempts", parameters)

    def forget_attempts(self, name: str) -> None:
        """Remember none under a name."""
        self._do("forget_attempts", {"name": self._name(name)})

    def sweep_attempts(self, before: datetime, limit: int) -> int:
        """Forget at most ``limit`` attempts before a moment and return how many."""
        old = self._all("old_attempts", _octets, before=to_milliseconds(before), most=limit)
        for name in old:
            self._do("forget_attempts", {"name": name})
        return len(old)

    # --- rows and values

    def _name(self, text: str) -> bytes:
        """Return under what a login, or attempts with it, are found: a keyed digest, 32 octets."""
        return self._digest(DIGEST_KEY, text.encode("utf-8", "surrogatepass"))

    def _account_parameters(self, account: Account) -> Parameters:
        record = self._seal("accounts", account.account_id.encode(), _account_record(account))
        return {
            "account_id": account.account_id,
            "login": self._name(account.login),
            "role": account.role.value,
            "tenant": account.tenant,
            "person": account.person,
            "created_at": to_milliseconds(account.created_at),
            "disabled_at": _milliseconds(account.disabled_at),
            "record": record,
        }

    def _read_account(self, row: Row) -> Account:
        record = _unpack(self._open("accounts", row[0].encode(), bytes(row[7])))
        return Account(
            account_id=row[0],
            login=record["login"],
            display_name=record["display_name"],
            role=Role(row[2]),
            tenant=row[3],
            password=Secret(record["password"]),
            created_at=from_milliseconds(row[5]),
            password_at=from_milliseconds(record["password_at"]),
            factor=None if record["factor"] is None else _read_factor(record["factor"]),
            person=None if row[4] is None else bytes(row[4]),
            one_time_until=_moment(record["one_time_until"]),
            language=record["language"],
            theme=record["theme"],
            disabled_at=_moment(row[6]),
        )

    def _session_parameters(self, session: DeskSession) -> Parameters:
        return {
            "digest": session.digest,
            "account_id": session.account_id,
            "created_at": to_milliseconds(session.created_at),
            "seen_at": to_milliseconds(session.seen_at),
            "expires_at": to_milliseconds(session.expires_at),
            "record": self._seal("desk_sessions", session.digest, _session_record(session)),
        }

    def _read_session(self, row: Row) -> DeskSession:
        digest = bytes(row[0])
        record = _unpack(self._open("desk_sessions", digest, bytes(row[5])))
        return DeskSession(
            digest=digest,
            account_id=row[1],
            created_at=from_milliseconds(row[2]),
            seen_at=from_milliseconds(row[3]),
            expires_at=from_milliseconds(row[4]),
            stage=Stage(record["stage"]),
            proved_at=from_milliseconds(record["proved_at"]),
            place=record["place"],
            agent=record["agent"],
            pending=None if record["pending"] is None else Secret(record["pending"]),
            flashes=tuple(Flash(kind=kind, text=text) for kind, text in record["flashes"]),
        )


def _account_record(account: Account) -> bytes:
    """Return what is sealed of an account."""
    return _pack(
        {
            "login": account.login,
            "display_name": account.display_name,
            "password": account.password.reveal(),
            "password_at": to_milliseconds(account.password_at),
            "one_time_until": _milliseconds(account.one_time_until),
            "factor": None if account.factor is None else _factor_record(account.factor),
            "language": account.language,
            "theme": account.theme,
        }
    )


def _factor_record(factor: SecondFactor) -> dict[str, Any]:
    """Return what is kept of a second factor."""
    return {
        "secret": factor.secret.reveal(),
        "last_step": factor.last_step,
        "recovery": sorted(factor.recovery),
        "since": to_milliseconds(factor.since),
    }


def _read_factor(record: dict[str, Any]) -> SecondFactor:
    """Return the second factor of a record."""
    return SecondFactor(
        secret=Secret(record["secret"]),
        last_step=record["last_step"],
        recovery=frozenset(record["recovery"]),
        since=from_milliseconds(record["since"]),
    )


def _session_record(session: DeskSession) -> bytes:
    """Return what is sealed of a session."""
    return _pack(
        {
            "stage": session.stage.value,
            "proved_at": to_milliseconds(session.proved_at),
            "place": session.place,
            "agent": session.agent,
            "pending": None if session.pending is None else session.pending.reveal(),
            "flashes": [(flash.kind, flash.text) for flash in session.flashes],
        }
    )


def _read_attempts(row: Row) -> Attempts | None:
    """Return the attempts of a row; None where it was made by asking."""
    if not row[0]:
        return None
    return Attempts(failures=row[0], locked_until=_moment(row[1]), at=from_milliseconds(row[2]))


def _octets(row: Row) -> bytes:
    return bytes(row[0])


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_milliseconds(milliseconds)
