"""What people do with their own accounts: register, choose a password, enrol a second factor, keep recovery codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openesim.kernel.records import changed
from openesim.kernel.secret import Secret
from openesim.security.crypto.totp import find_step, format_secret, new_secret, otpauth_uri
from openesim.services.conditions.accounts.account import Account, SecondFactor
from openesim.services.conditions.accounts.deeds import AccountDeed, entry_of
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
    verify_recent,
)
from openesim.services.conditions.accounts.door import Door
from openesim.services.conditions.accounts.keeping import (
    AccountStores,
    NewAccount,
    add_account,
    make_account,
    random_words,
)
from openesim.services.conditions.accounts.passwords import verify_acceptable
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.accounts.sessions import hold_visit
from openesim.services.conditions.accounts.sign_in import SignInService, recovery_digest
from openesim.services.conditions.accounts.texts import AccountRefused, Cause

RECOVERY_CODES: Final = 10

Change = Callable[[Account, DeskSession], Account]
"""Returns an account changed, by what the session holds."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor that is being enrolled.

    Attributes:
        uri: ``otpauth://…``, what the QR code holds.
        text: its secret in base32, in fours, for typing.
    """

    uri: Secret[str]
    text: Secret[str]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A second factor that is enrolled.

    Attributes:
        opened: the session, renewed.
        recovery_codes: each opens the account once without the device; told now and never again.
    """

    opened: Opened
    recovery_codes: tuple[Secret[str], ...]


class OwnAccounts:
    """What people do with their own accounts."""

    def __init__(self, door: Door) -> None:
        """Bind to what there is."""
        self._door: Final = door
        self._clock: Final = door.ambient.clock
        self._sign_in: Final = SignInService(door)

    async def register(
        self, login: str, password: Secret[str], whence: Whence, *, language: str | None = None
    ) -> Opened:
        """Make the account of a subscriber who registers himself, and sign him in.

        Raises:
            AccountRefused: the login is taken or none, or the password is refused; ``field`` says which.
            TooManyRequestsError: too many registrations from his address.
        """
        new = NewAccount.parse(login=login, display_name=login, role=Role.SUBSCRIBER, tenant=None)
        verify_acceptable(password, new.login)
        self._door.limits.take_registration(whence.address)
        self._door.passwords.verify_has_room()
        kept = await self._door.passwords.hash(password)
        now, entropy = self._clock.now(), self._door.ambient.entropy
        account = make_account(new, kept, entropy, now, language=language)
        token = new_token(self._door.ambient)
        session = begun_session(token, account, Stage.OPEN, whence, now, self._door.sessions.rules)

        def unit(stores: AccountStores) -> None:
            """Store account and session."""
            add_account(stores, account, AccountDeed.REGISTERED, account.actor)
            stores.add_desk_session(session)

        await self._door.work.run(unit)
        return Opened(token, Visit(session, account))

    async def change_password(
        self, visit: Visit, old: Secret[str], new: Secret[str], whence: Whence
    ) -> Opened:
        """Set a new password; all other sessions end. Behind a one-time password ``old`` is not looked at.

        Raises:
            AccountRefused: the old one is wrong, or the new one is refused; ``field`` says which.
        """
        if visit.session.stage not in {Stage.OPEN, Stage.EXPECT_PASSWORD}:
            raise AccountRefused(Cause.UNFINISHED)
        verify_acceptable(new, visit.account.login)
        if visit.session.stage is Stage.OPEN:
            await self._sign_in.verify_password(visit, old, whence)
        if await self._door.passwords.is_right(visit.account.password, new):
            raise AccountRefused(Cause.PASSWORD_SAME, field="password")
        kept = await self._door.passwords.hash(new)
        now = self._clock.now()

        def change(account: Account, _session: DeskSession) -> Account:
            """Give it the new password."""
            return changed(account, password=kept, password_at=now, one_time_until=None)

        return await self._change(visit, change, AccountDeed.PASSWORD_CHANGED, now)

    async def begin_enrolment(self, visit: Visit, *, anew: bool = False) -> Enrolment:
        """Return a second factor to scan: the one that was begun, else a fresh one; it counts once a code of it came back.

        Args:
            visit: who enrols it.
            anew: one that was begun is forgotten.

        Raises:
            ProofNeededError: its holder has not proved himself lately.
            AccountRefused: the sign-in is not so far.
        """
        self._verify_may_enrol(visit)
        fresh = new_secret(self._door.ambient.entropy)

        def unit(stores: AccountStores) -> Secret[bytes]:
            """Keep it with the session."""
            session = hold_visit(stores, visit).session
            if session.pending is not None and not anew:
                return session.pending
            stores.save_desk_session(changed(session, pending=fresh))
            return fresh

        secret = await self._door.work.run(unit)
        self._door.sessions.forget(visit.session.digest)
        return self._enrolment(secret, visit)

    async def pending_enrolment(self, visit: Visit) -> Enrolment:
        """Return the second factor that is being enrolled, once more: for a page that comes back.

        Raises:
            AccountRefused: none was begun.
        """
        secret = visit.session.pending
        if secret is None:
            raise AccountRefused(Cause.FACTOR_NONE)
        return self._enrolment(secret, visit)

    async def confirm_enrolment(self, visit: Visit, code: str) -> Enrolled:
        """Enrol the second factor that was scanned; all other sessions end.

        Raises:
            ProofNeededError: its holder has not proved himself lately.
            AccountRefused: the code is not right, or none was begun.
        """
        self._verify_may_enrol(visit)
        codes, now = self._recovery_codes(), self._clock.now()
        typed = "".join(code.split())

        def change(account: Account, session: DeskSession) -> Account:
            """Give it the second factor."""
            if session.pending is None:
                raise AccountRefused(Cause.FACTOR_NONE)
            step = find_step(session.pending, typed, now)
            if step is None:
                raise AccountRefused(Cause.CODE, field="code")
            factor = SecondFactor(secret=session.pending, last_step=step, recovery=_digests(codes), since=now)
            return changed(account, factor=factor)

        opened = await self._change(visit, change, AccountDeed.FACTOR_ENROLLED, now)
        return Enrolled(opened, codes)

    async def renew_recovery_codes(self, visit: Visit) -> tuple[Secret[str], ...]:
        """Replace the recovery codes.

        Raises:
            ProofNeededError: the last proof is too old.
            AccountRefused: no second factor is enrolled.
        """
        self._verify_open(visit)
        codes, now = self._recovery_codes(), self._clock.now()

        def unit(stores: AccountStores) -> None:
            """Put them in the place of those before."""
            account = hold_visit(stores, visit).account
            if account.factor is None:
                raise AccountRefused(Cause.FACTOR_NONE)
            stores.save_account(changed(account, factor=changed(account.factor, recovery=_digests(codes))))
            stores.append_entry(entry_of(AccountDeed.RECOVERY_CODES_RENEWED, account, account.actor, now))

        await self._door.work.run(unit)
        self._door.sessions.forget_account(visit.account.account_id)
        return codes

    async def remove_factor(self, visit: Visit) -> Opened:
        """Do without a second factor, where the role needs none.

        Raises:
            ProofNeededError: the last proof is too old.
            AccountRefused: the role needs one.
        """
        self._verify_open(visit)
        if visit.account.role in self._door.rules.factor_needed:
            raise AccountRefused(Cause.FACTOR_NEEDED)

        def change(account: Account, _session: DeskSession) -> Account:
            """Take it away."""
            return changed(account, factor=None)

        return await self._change(visit, change, AccountDeed.FACTOR_REMOVED, self._clock.now())

    # --- by parts ---

    def _enrolment(self, secret: Secret[bytes], visit: Visit) -> Enrolment:
        """Return a secret as an authenticator takes it."""
        uri = otpauth_uri(secret, self._door.rules.issuer, visit.account.login)
        return Enrolment(uri, format_secret(secret))

    async def _change(self, visit: Visit, change: Change, deed: AccountDeed, now: datetime) -> Opened:
        """Change the account, end its sessions, and go on with this one under another cookie."""
        token = new_token(self._door.ambient)

        def unit(stores: AccountStores) -> Opened:
            """Store all of it."""
            present = hold_visit(stores, visit)
            account = change(present.account, present.session)
            stage = stage_of(account, self._door.rules, has_code=True)
            session = renewed_session(present.session, token, stage, now, self._door.sessions.rules)
            stores.save_account(account)
            stores.remove_desk_sessions_of(account.account_id)
            stores.add_desk_session(session)
            stores.append_entry(entry_of(deed, account, account.actor, now))
            return Opened(token, Visit(session, account))

        opened = await self._door.work.run(unit)
        self._door.sessions.forget_account(visit.account.account_id)
        return opened

    def _verify_open(self, visit: Visit) -> None:
        """Refuse who is not signed in, or has not proved himself lately."""
        if visit.session.stage is not Stage.OPEN:
            raise AccountRefused(Cause.UNFINISHED)
        verify_recent(visit, self._clock.now())

    def _verify_may_enrol(self, visit: Visit) -> None:
        """Refuse who is not so far, or has not proved himself lately."""
        if visit.session.stage is not Stage.EXPECT_ENROLMENT:
            self._verify_open(visit)

    def _recovery_codes(self) -> tuple[Secret[str], ...]:
        return tuple(random_words(self._door.ambient.entropy) for _ in range(RECOVERY_CODES))


def _digests(codes: tuple[Secret[str], ...]) -> frozenset[bytes]:
    return frozenset(recovery_digest(code.reveal()) for code in codes)
