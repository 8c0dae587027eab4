"""Signing in: login and password, then the second factor where there is one, then whatever else is awaited.

Nobody learns whether it was the login or the password: both ways take the same steps and the same time. An attempt is
counted before it is judged, so parallel guesses find the lock as one after the other do.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from openesim.kernel.records import changed
from openesim.kernel.secret import Secret
from openesim.security.crypto.totp import DIGITS, find_step
from openesim.services.conditions.accounts.account import Account, SecondFactor, normalised_login
from openesim.services.conditions.accounts.attempts import (
    Attempts,
    LockedError,
    account_key,
    locked_error,
    login_key,
)
from openesim.services.conditions.accounts.deeds import NOBODY, AccountDeed, entry_of, place_of
from openesim.services.conditions.accounts.desk_sessions import (
    DeskSession,
    Opened,
    Stage,
    Visit,
    Whence,
    begun_session,
    new_token,
    renewed_session,
    stage_of,
)
from openesim.services.conditions.accounts.door import Door
from openesim.services.conditions.accounts.sessions import SessionStores, hold_visit
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from openesim.services.ports import never

__all__ = ["LockedError", "SignInRefusedError", "SignInService", "SignInStores", "recovery_digest"]


class SignInRefusedError(AccountRefused):
    """Login and password do not belong together, or the code is not right."""


class SignInStores(SessionStores, Protocol):
    """Accounts, their sessions and attempts, inside one unit of work."""

    def account_of_login(self, login: str) -> Account | None:
        """Return the account of a login."""
        ...

    def hold_account_of_login(self, login: str) -> Account | None:
        """Return the account of a login, held until the unit ends."""
        ...

    def attempts(self, name: str) -> Attempts | None:
        """Return what is remembered of attempts under a name; nobody else sees them until the unit ends."""
        ...

    def save_attempts(self, name: str, attempts: Attempts) -> None:
        """Remember attempts under a name."""
        ...

    def forget_attempts(self, name: str) -> None:
        """Remember none under a name."""
        ...


class SignInService:
    """Lets people in."""

    def __init__(self, door: Door) -> None:
        """Bind to what there is."""
        self._door: Final = door
        self._clock: Final = door.ambient.clock

    async def sign_in(self, login: str, password: Secret[str], whence: Whence) -> Opened:
        """Open a session with login and password; its stage says what comes next.

        Raises:
            SignInRefusedError: they do not belong together.
            LockedError: too many attempts failed.
            TooManyRequestsError: too many people are signing in just now.
            AccountRefused: the password is right, and the account is disabled or the one-time password's time is over.
        """
        name = normalised_login(login)
        self._door.limits.verify_may_try(whence.address)
        self._door.passwords.verify_has_room()
        known = await self._begin(login_key(name), lambda stores: stores.account_of_login(name))
        is_right, fresh = await self._judge(known, password)
        token, now = new_token(self._door.ambient), self._clock.now()

        def unit(stores: SignInStores) -> Opened | AccountRefused:
            """Open the session, or note why not."""
            account = stores.hold_account_of_login(name)
            if not is_right or known is None or account is None or account.password != known.password:
                self._note_failure(stores, login_key(name), account, whence)
                return SignInRefusedError(Cause.SIGN_IN)
            stores.forget_attempts(login_key(name))
            refusal = self._refusal(account)
            if refusal is not None:
                self._note(stores, AccountDeed.SIGN_IN_FAILED, account, whence, why=refusal.cause.value)
                return refusal
            if fresh is not None:
                account = changed(account, password=fresh)
                stores.save_account(account)
            stage = stage_of(account, self._door.rules, has_code=False)
            session = begun_session(token, account, stage, whence, now, self._door.sessions.rules)
            stores.add_desk_session(session)
            if stage is not Stage.EXPECT_CODE:
                self._note(stores, AccountDeed.SIGNED_IN, account, whence, stage=stage.value)
            return Opened(token, Visit(session, account))

        return self._outcome(await self._door.work.run(unit), whence)

    async def give_code(self, visit: Visit, code: str, whence: Whence) -> Opened:
        """Go on behind the second factor: a code of the device, or a recovery code.

        Raises:
            SignInRefusedError: it is not right, or was used before.
            LockedError: too many attempts failed.
            AccountRefused: no code is awaited.
        """
        if visit.session.stage is not Stage.EXPECT_CODE:
            raise AccountRefused(Cause.NOT_SIGNED_IN)
        return await self._with_code(visit, code, whence)

    async def prove(self, visit: Visit, proof: Secret[str], whence: Whence) -> Opened:
        """Prove again who one is, for grave deeds: with a code where a second factor is enrolled, else the password.

        Raises:
            SignInRefusedError: it is not right.
            LockedError: too many attempts failed.
            AccountRefused: the sign-in is not finished.
        """
        if visit.session.stage is not Stage.OPEN:
            raise AccountRefused(Cause.UNFINISHED)
        if visit.account.factor is not None:
            return await self._with_code(visit, proof.reveal(), whence)
        return await self._with_password(visit, proof, whence)

    async def verify_password(self, visit: Visit, password: Secret[str], whence: Whence) -> None:
        """Refuse a password that is not the account's; attempts are counted.

        Raises:
            SignInRefusedError: it is not.
            LockedError: too many attempts failed.
        """
        account_id, name = visit.account.account_id, account_key(visit.account.account_id)
        self._door.limits.verify_may_try(whence.address)
        self._door.passwords.verify_has_room()
        known = await self._begin(name, lambda stores: stores.account(account_id))
        is_right, _ = await self._judge(known, password)

        def unit(stores: SignInStores) -> AccountRefused | None:
            """Forget the attempt, or note that it failed."""
            if not is_right:
                self._note_failure(stores, name, known, whence)
                return SignInRefusedError(Cause.PASSWORD_WRONG, field="password")
            stores.forget_attempts(name)
            return None

        refusal = await self._door.work.run(unit)
        if refusal is not None:
            self._door.limits.note_failure(whence.address)
            raise refusal

    # --- by parts ---

    async def _begin(self, name: str, find: _Find) -> Account | None:
        """Count an attempt under a name before it is judged, and return the account that it is about.

        Raises:
            LockedError: it is locked.
        """
        now = self._clock.now()

        def unit(stores: SignInStores) -> tuple[int, Account | None]:
            """Count it, unless it is locked."""
            wait_s = _take_attempt(stores, name, now)
            return wait_s, None if wait_s else find(stores)

        wait_s, account = await self._door.work.run(unit, must_last=never)
        if wait_s:
            raise locked_error(wait_s)
        return account

    async def _judge(self, account: Account | None, password: Secret[str]) -> tuple[bool, Secret[str] | None]:
        """Return whether a password is right, and what is kept of it from now on if that changes."""
        passwords = self._door.passwords
        is_right = await passwords.is_right(None if account is None else account.password, password)
        fresh = (
            await passwords.rehash(account.password, password) if is_right and account is not None else None
        )
        return is_right, fresh

    async def _with_password(self, visit: Visit, password: Secret[str], whence: Whence) -> Opened:
        await self.verify_password(visit, password, whence)
        token, now = new_token(self._door.ambient), self._clock.now()

        def unit(stores: SignInStores) -> Opened:
            """Renew the session."""
            present = hold_visit(stores, visit)
            self._note(stores, AccountDeed.PROVED, present.account, whence)
            session = renewed_session(present.session, token, Stage.OPEN, now, self._door.sessions.rules)
            return _replaced(stores, present, session, token)

        return self._outcome(await self._door.work.run(unit), whence, visit)

    async def _with_code(self, visit: Visit, code: str, whence: Whence) -> Opened:
        """Judge a code, and renew the session behind it, in one unit: no code is used twice."""
        self._door.limits.verify_may_try(whence.address)
        token, now = new_token(self._door.ambient), self._clock.now()
        name = account_key(visit.account.account_id)

        def unit(stores: SignInStores) -> Opened | AccountRefused:
            """Renew the session, or note why not."""
            present = hold_visit(stores, visit)
            wait_s = _take_attempt(stores, name, now)
            if wait_s:
                return locked_error(wait_s)
            account = present.account
            factor = None if account.factor is None else used_factor(account.factor, code, now)
            if factor is None or account.factor is None:
                self._note_failure(stores, name, account, whence)
                return SignInRefusedError(Cause.CODE, field="code")
            stores.forget_attempts(name)
            if factor.recovery != account.factor.recovery:
                self._note(stores, AccountDeed.RECOVERY_CODE_USED, account, whence)
            account = changed(account, factor=factor)
            stores.save_account(account)
            is_new = present.session.stage is Stage.EXPECT_CODE
            stage = stage_of(account, self._door.rules, has_code=True)
            deed = AccountDeed.SIGNED_IN if is_new else AccountDeed.PROVED
            self._note(stores, deed, account, whence, stage=stage.value)
            session = renewed_session(present.session, token, stage, now, self._door.sessions.rules)
            return _replaced(stores, Visit(present.session, account), session, token)

        return self._outcome(await self._door.work.run(unit), whence, visit)

    def _outcome(
        self, outcome: Opened | AccountRefused, whence: Whence, visit: Visit | None = None
    ) -> Opened:
        """Return what was opened.

        Raises:
            AccountRefused: nothing was.
        """
        if isinstance(outcome, AccountRefused):
            if not isinstance(outcome, LockedError):
                self._door.limits.note_failure(whence.address)
            raise outcome
        if visit is not None:
            self._door.sessions.forget_account(visit.account.account_id)
        return outcome

    def _refusal(self, account: Account) -> AccountRefused | None:
        """Return why who knows the password does not come in all the same."""
        if account.disabled_at is not None:
            return AccountRefused(Cause.DISABLED)
        if account.one_time_until is not None and self._clock.now() >= account.one_time_until:
            return AccountRefused(Cause.ONE_TIME_OVER)
        return None

    def _note(
        self, stores: SignInStores, deed: AccountDeed, account: Account, whence: Whence, **facts: str
    ) -> None:
        facts["place"] = place_of(whence.address)
        stores.append_entry(entry_of(deed, account, account.actor, self._clock.now(), **facts))

    def _note_failure(self, stores: SignInStores, name: str, account: Account | None, whence: Whence) -> None:
        """Write down that an attempt failed, and that it locked what it was made under."""
        now, place = self._clock.now(), place_of(whence.address)
        stores.append_entry(entry_of(AccountDeed.SIGN_IN_FAILED, account, NOBODY, now, place=place))
        attempts = stores.attempts(name)
        wait_s = 0 if attempts is None else attempts.wait_s(now)
        if wait_s:
            locked = entry_of(AccountDeed.LOCKED, account, NOBODY, now, place=place, seconds=str(wait_s))
            stores.append_entry(locked)


class _Find(Protocol):
    """Finds the account that an attempt is about."""

    def __call__(self, stores: SignInStores, /) -> Account | None:
        """Return it; None: the login is nobody's."""
        ...


def used_factor(factor: SecondFactor, code: str, now: datetime) -> SecondFactor | None:
    """Return a second factor after one of its codes was used; None: the code is not right, or was used before.

    Args:
        factor: as it is kept.
        code: six digits of the device, or a recovery code, however it is written.
        now: aware UTC.
    """
    typed = "".join(each for each in code[:100] if each.isalnum())
    if len(typed) == DIGITS:
        step = find_step(factor.secret, typed, now, factor.last_step)
        return None if step is None else changed(factor, last_step=step)
    digest = recovery_digest(typed)
    return changed(factor, recovery=factor.recovery - {digest}) if digest in factor.recovery else None


def recovery_digest(code: str) -> bytes:
    """Return what is kept of a recovery code: SHA-256, since it has 80 random bits.

    Args:
        code: with or without hyphens, in any case.
    """
    return sha256("".join(each for each in code if each.isalnum()).upper().encode()).digest()


def _take_attempt(stores: SignInStores, name: str, now: datetime) -> int:
    """Count an attempt under a name as if it failed, and return 0; or count none and return the seconds to wait."""
    known = stores.attempts(name)
    wait_s = 0 if known is None else known.wait_s(now)
    if not wait_s:
        before = known or Attempts(failures=0, at=now)
        stores.save_attempts(name, before.with_another(now))
    return wait_s


def _replaced(stores: SignInStores, before: Visit, session: DeskSession, token: Secret[str]) -> Opened:
    """Store a session in the place of the one before it."""
    stores.remove_desk_session(before.session.digest)
    stores.add_desk_session(session)
    return Opened(token, Visit(session, before.account))
