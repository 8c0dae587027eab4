"""Sessions of the desks as a service: found by their cookies, put off as they are used, ended by their holders.

What a process looked up it keeps for a second, so a session that is ended anywhere is dead everywhere within two.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import NotFoundError
from openesim.kernel.records import changed
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.attempts import FORGOTTEN
from openesim.services.conditions.accounts.deeds import AccountDeed, entry_of
from openesim.services.conditions.accounts.desk_sessions import (
    DeskSession,
    Flash,
    SessionRules,
    Stage,
    Visit,
    digest_of,
    end_of,
)
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from openesim.services.ports import AnyWork, never
from openesim.transparency.entries import Entry

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_REMEMBERED: Final = timedelta(seconds=1)
_MOST_REMEMBERED: Final = 4096
_SEEN_EVERY: Final = timedelta(minutes=1)
_MOST_FLASHES: Final = 5
_SWEPT_AT_ONCE: Final = 100


class SessionStores(Protocol):
    """Sessions and whose they are, inside one unit of work."""

    def desk_session(self, digest: bytes) -> DeskSession | None:
        """Return the session of a digest."""
        ...

    def hold_desk_session(self, digest: bytes) -> DeskSession | None:
        """Return the session of a digest, held until the unit ends."""
        ...

    def desk_sessions_of(self, account_id: str) -> list[DeskSession]:
        """Return the sessions of an account, the latest first."""
        ...

    def add_desk_session(self, session: DeskSession) -> None:
        """Store a new session."""
        ...

    def save_desk_session(self, session: DeskSession) -> None:
        """Store a session that changed."""
        ...

    def touch_desk_session(self, digest: bytes, seen_at: datetime, expires_at: datetime) -> None:
        """Store that a session was used."""
        ...

    def remove_desk_session(self, digest: bytes) -> None:
        """Forget a session."""
        ...

    def remove_desk_sessions_of(self, account_id: str) -> None:
        """Forget all sessions of an account."""
        ...

    def sweep_desk_sessions(self, now: datetime, limit: int) -> int:
        """Remove at most ``limit`` sessions that are over and return how many went."""
        ...

    def sweep_attempts(self, before: datetime, limit: int) -> int:
        """Forget at most ``limit`` attempts before a moment and return how many."""
        ...

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        ...

    def hold_account(self, account_id: str) -> Account | None:
        """Return an account, held until the unit ends."""
        ...

    def save_account(self, account: Account) -> None:
        """Store an account that changed."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Write an entry into the ledger."""
        ...


def hold_visit(stores: SessionStores, visit: Visit) -> Visit:
    """Return a visit as it stands now, account and session held until the unit ends.

    Whoever holds an account holds it first, before its attempts and sessions, so that nobody waits in a circle.

    Raises:
        AccountRefused: the session is over, or the account is disabled.
    """
    account = stores.hold_account(visit.account.account_id)
    session = stores.hold_desk_session(visit.session.digest)
    if session is None or account is None or account.disabled_at is not None:
        raise AccountRefused(Cause.NOT_SIGNED_IN)
    return Visit(session, account)


class SessionService:
    """Finds sessions, keeps what they remember, and ends them."""

    def __init__(self, work: AnyWork, ambient: Ambient, rules: SessionRules | None = None) -> None:
        """Bind to the stores."""
        self._work: Final = work
        self._clock: Final = ambient.clock
        self.rules: Final = rules or SessionRules()
        self._known: Final[OrderedDict[bytes, tuple[Visit, datetime]]] = OrderedDict()

    async def visit(self, token: Secret[str]) -> Visit | None:
        """Return who is behind a cookie; None: nobody, or it is over. Using it puts its end off."""
        if not _TOKEN.fullmatch(token.reveal()):
            return None
        now = self._clock.now()
        visit = await self._find(digest_of(token), now)
        if visit is None:
            return None
        if visit.session.stage is Stage.OPEN and now - visit.session.seen_at >= _SEEN_EVERY:
            return await self._seen(visit, now)
        return visit

    async def still_holds(self, visit: Visit) -> bool:
        """Tell whether a session is open yet, for answers that take long; to ask is not to use it."""
        return await self._find(visit.session.digest, self._clock.now()) is not None

    async def sign_out(self, visit: Visit) -> None:
        """End a session."""

        def unit(stores: SessionStores) -> None:
            """Forget it."""
            stores.remove_desk_session(visit.session.digest)
            stores.append_entry(self._entry(AccountDeed.SIGNED_OUT, visit))

        await self._work.run(unit)
        self.forget(visit.session.digest)

    async def sign_out_everywhere(self, visit: Visit) -> None:
        """End all sessions of the account, this one, too."""

        def unit(stores: SessionStores) -> None:
            """Forget them."""
            stores.remove_desk_sessions_of(visit.account.account_id)
            stores.append_entry(self._entry(AccountDeed.SIGNED_OUT_EVERYWHERE, visit))

        await self._work.run(unit)
        self.forget_account(visit.account.account_id)

    async def sessions_of(self, visit: Visit) -> list[DeskSession]:
        """Return the sessions of the account that are not over, the latest first."""
        now = self._clock.now()

        def unit(stores: SessionStores) -> list[DeskSession]:
            """Read them."""
            return stores.desk_sessions_of(visit.account.account_id)

        found = await self._work.run(unit, must_last=never)
        return [each for each in found if now < each.expires_at]

    async def end(self, visit: Visit, session_id: str) -> None:
        """End one session of the account.

        Raises:
            NotFoundError: it has none of that name.
        """

        def unit(stores: SessionStores) -> bytes:
            """Forget it, if it is his."""
            for each in stores.desk_sessions_of(visit.account.account_id):
                if each.session_id == session_id:
                    stores.remove_desk_session(each.digest)
                    stores.append_entry(self._entry(AccountDeed.SIGNED_OUT, visit))
                    return each.digest
            raise NotFoundError("there is no such session")

        self.forget(await self._work.run(unit))

    async def flash(self, visit: Visit, flash: Flash) -> None:
        """Keep a message for the next page."""

        def unit(stores: SessionStores) -> None:
            """Add it behind those that wait."""
            session = stores.hold_desk_session(visit.session.digest)
            if session is not None:
                stores.save_desk_session(changed(session, flashes=(*session.flashes, flash)[-_MOST_FLASHES:]))

        await self._work.run(unit, must_last=never)
        self.forget(visit.session.digest)

    async def take_flashes(self, visit: Visit) -> tuple[Flash, ...]:
        """Return the messages for this page, and forget them."""
        if not visit.session.flashes:
            return ()

        def unit(stores: SessionStores) -> tuple[Flash, ...]:
            """Empty it."""
            session = stores.hold_desk_session(visit.session.digest)
            if session is None:
                return ()
            stores.save_desk_session(changed(session, flashes=()))
            return session.flashes

        flashes = await self._work.run(unit, must_last=never)
        self.forget(visit.session.digest)
        return flashes

    async def set_taste(self, visit: Visit, *, language: str | None = None, theme: str | None = None) -> None:
        """Keep language or theme with the account; None: as it was."""
        chosen = {"language": language, "theme": theme}
        changes: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}

        def unit(stores: SessionStores) -> None:
            """Change the account."""
            stores.save_account(changed(hold_visit(stores, visit).account, **changes))

        await self._work.run(unit)
        self.forget_account(visit.account.account_id)

    async def sweep(self) -> int:
        """Forget some sessions that are over, and attempts of long ago, and return how many."""
        now = self._clock.now()

        def unit(stores: SessionStores) -> int:
            """Remove them."""
            return stores.sweep_desk_sessions(now, _SWEPT_AT_ONCE) + stores.sweep_attempts(
                now - FORGOTTEN, _SWEPT_AT_ONCE
            )

        return await self._work.run(unit)

    def forget(self, digest: bytes) -> None:
        """Look a session up anew when it is next used."""
        self._known.pop(digest, None)

    def forget_account(self, account_id: str) -> None:
        """Look all sessions of an account up anew."""
        for digest in [
            key for key, (visit, _) in self._known.items() if visit.account.account_id == account_id
        ]:
            del self._known[digest]

    async def _find(self, digest: bytes, now: datetime) -> Visit | None:
        """Return a session that is not over, as of at most a second ago."""
        known = self._known.get(digest)
        visit = known[0] if known is not None and now < known[1] else await self._load(digest, now)
        if visit is None or now >= visit.session.expires_at or visit.account.disabled_at is not None:
            self._known.pop(digest, None)
            return None
        return visit

    async def _load(self, digest: bytes, now: datetime) -> Visit | None:
        """Return a session and its account, as they are now."""

        def unit(stores: SessionStores) -> Visit | None:
            """Read both."""
            session = stores.desk_session(digest)
            account = None if session is None else stores.account(session.account_id)
            return None if session is None or account is None else Visit(session, account)

        visit = await self._work.run(unit, must_last=never)
        if visit is not None:
            self._remember(visit, now)
        return visit

    async def _seen(self, visit: Visit, now: datetime) -> Visit:
        """Return a session that is used, its end put off; one that was ended meanwhile stays so."""
        session = visit.session
        expires_at = end_of(session.stage, session.created_at, now, self.rules)

        def unit(stores: SessionStores) -> None:
            """Note it."""
            stores.touch_desk_session(session.digest, now, expires_at)

        await self._work.run(unit, must_last=never)
        fresh = Visit(changed(session, seen_at=now, expires_at=expires_at), visit.account)
        if session.digest in self._known:
            self._known[session.digest] = fresh, self._known[session.digest][1]
        return fresh

    def _remember(self, visit: Visit, now: datetime) -> None:
        self._known[visit.session.digest] = visit, now + _REMEMBERED
        self._known.move_to_end(visit.session.digest)
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)

    def _entry(self, deed: AccountDeed, visit: Visit) -> Entry:
        return entry_of(deed, visit.account, visit.account.actor, self._clock.now())
