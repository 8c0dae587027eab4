"""Sessions of the desks: kept on the server, shown by a random cookie, of which a digest is kept.

A cookie holds 256 random bits and nothing else. It is changed whenever what it opens changes: at sign-in, behind the second
factor, with a new password. A session is over when nobody used it for a while, and at the latest after half a day. Its
language, theme and messages for the next page are kept with it. What a process looked up it keeps for a second, so a
session that is ended anywhere is dead everywhere within two.

Source: NIST SP 800-63B-4 §5 (session management), §2.2.3 (reauthentication).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from openesim.kernel.ambient import Ambient
from openesim.kernel.secret import Secret
from openesim.services.conditions.account import Account
from openesim.services.conditions.account_texts import AccountRefused
from openesim.services.conditions.roles import Permission
from openesim.services.ports import AnyWork

RECENT_MINUTES: Final = 10
"""How long a proof is good for grave deeds."""


class Stage(StrEnum):
    """How far a sign-in is."""

    EXPECT_CODE = "expect-code"
    """The password was right; the second factor is awaited."""
    EXPECT_PASSWORD = "expect-password"  # noqa: S105 (a stage)
    """Somebody else chose the password; a new one is awaited."""
    EXPECT_ENROLMENT = "expect-enrolment"
    """The role needs a second factor; its enrolment is awaited."""
    OPEN = "open"
    """Signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whence:
    """Where a request comes from.

    Attributes:
        address: of the client, as the system writes it.
        agent: what the browser calls itself; shown to the account's holder only.
    """

    address: str
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """A message for the next page.

    Attributes:
        kind: ``done``, ``note`` or ``trouble``.
        text: name of a text, or the text itself.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSession:
    """A session as it is kept.

    Attributes:
        digest: SHA-256 of what the cookie holds, 32 octets.
        account_id: whose it is.
        created_at: when he signed in, aware UTC.
        seen_at: when it was used last, to the minute.
        expires_at: when it is over if nobody uses it.
        stage: how far the sign-in is.
        proved_at: when he last proved who he is.
        place: where he signed in from: part of an address.
        agent: what the browser called itself.
        pending: secret of a second factor that is being enrolled.
        flashes: messages for the next page.
        language: ``en`` or ``zh``; None: as the browser says.
        theme: ``light`` or ``dark``; None: as the system says.
    """

    digest: bytes
    account_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    stage: Stage
    proved_at: datetime
    place: str = ""
    agent: str = ""
    pending: Secret[bytes] | None = None
    flashes: tuple[Flash, ...] = ()
    language: str | None = None
    theme: str | None = None

    @property
    def session_id(self) -> str:
        """Its name in a list of sessions: opens nothing."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Visit:
    """A session and who is behind it, as of at most a second ago.

    Attributes:
        session: the session.
        account: the account.
    """

    session: DeskSession
    account: Account

    def verify_may(self, permission: Permission) -> Account:
        """Return the account if its sign-in is finished and the permission is his.

        Raises:
            AccountRefused: the sign-in is not finished.
            ForbiddenError: the permission is not his.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened or renewed: the cookie is to be set anew.

    Attributes:
        token: what the cookie holds.
        visit: session and account; its stage says what comes next.
    """

    token: Secret[str]
    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """How long sessions last.

    Attributes:
        idle: without use.
        longest: in all.
        unfinished: until the sign-in has to be finished.
    """

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    unfinished: timedelta = timedelta(minutes=10)


class ProofNeededError(AccountRefused):
    """A grave deed, and the last proof is too old: ask for it, then come back."""


class FormRefusedError(AccountRefused):
    """A form that was not made for this session."""


def csrf_of(token: Secret[str]) -> str:
    """Return what the forms of whoever has a cookie carry; of a session, or of a visitor before sign-in.

    Args:
        token: what the cookie holds.
    """
    raise NotImplementedError


def verify_csrf(token: Secret[str] | None, sent: str | None) -> None:
    """Refuse a form that was not made for whoever has the cookie.

    Raises:
        FormRefusedError: nothing was sent, or something else.
    """
    raise NotImplementedError


def new_token(ambient: Ambient) -> Secret[str]:
    """Return what a cookie holds: 256 random bits, 43 characters; for visitors before sign-in, too."""
    raise NotImplementedError


def verify_recent(visit: Visit, now: datetime, minutes: int = RECENT_MINUTES) -> None:
    """Refuse a grave deed of somebody who proved a while ago who he is.

    Raises:
        ProofNeededError: it was longer ago than that.
    """
    raise NotImplementedError


class SessionService:
    """Finds sessions, keeps what they remember, and ends them."""

    def __init__(self, work: AnyWork, ambient: Ambient, rules: SessionRules | None = None) -> None:
        """Bind to the stores."""
        raise NotImplementedError

    async def visit(self, token: Secret[str]) -> Visit | None:
        """Return who is behind a cookie; None: nobody, or it is over. Using it puts its end off."""
        raise NotImplementedError

    async def sign_out(self, visit: Visit) -> None:
        """End a session."""
        raise NotImplementedError

    async def sign_out_everywhere(self, visit: Visit) -> None:
        """End all sessions of the account, this one, too."""
        raise NotImplementedError

    async def sessions_of(self, visit: Visit) -> list[DeskSession]:
        """Return the sessions of the account that are not over, the latest first."""
        raise NotImplementedError

    async def end(self, visit: Visit, session_id: str) -> None:
        """End one session of the account.

        Raises:
            NotFoundError: it has none of that name.
        """
        raise NotImplementedError

    async def flash(self, visit: Visit, flash: Flash) -> None:
        """Keep a message for the next page."""
        raise NotImplementedError

    async def take_flashes(self, visit: Visit) -> tuple[Flash, ...]:
        """Return the messages for this page, and forget them."""
        raise NotImplementedError

    async def set_taste(self, visit: Visit, *, language: str | None = None, theme: str | None = None) -> None:
        """Keep language or theme, with the session and the account; None: as it was."""
        raise NotImplementedError

    async def sweep(self) -> int:
        """Forget some sessions that are over and return how many."""
        raise NotImplementedError
