"""Sessions of the desks: kept on the server, shown by a random cookie, of which a digest is kept.

A cookie holds 256 random bits and nothing else. It is changed whenever what it opens changes: at sign-in, behind the second
factor, with a new password. A session is over when nobody used it for a while, and at the latest after half a day. Messages
for its next page are kept with it.

Source: NIST SP 800-63B §7.1 (session secrets), §4.2.3 (reauthentication).
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from openesim.kernel.ambient import Ambient
from openesim.kernel.records import changed
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.account import Account, AccountRules
from openesim.services.conditions.accounts.deeds import place_of
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.accounts.texts import AccountRefused, Cause

RECENT_MINUTES: Final = 10
"""How long a proof is good for grave deeds."""

_TOKEN_OCTETS: Final = 32
_FORM: Final = b"openesim form"


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

    @property
    def session_id(self) -> str:
        """Its name in a list of sessions: opens nothing."""
        return self.digest[:8].hex()


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
        if self.session.stage is not Stage.OPEN:
            raise AccountRefused(Cause.UNFINISHED)
        self.account.verify_may(permission)
        return self.account


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


# --- Cookies and forms ----------------------------------------------------------------------------------------


def new_token(ambient: Ambient) -> Secret[str]:
    """Return what a cookie holds: 256 random bits, 43 characters; for visitors before sign-in, too."""
    return Secret(_base64(ambient.entropy(_TOKEN_OCTETS)))


def digest_of(token: Secret[str]) -> bytes:
    """Return what is kept of a cookie, 32 octets."""
    return sha256(token.reveal().encode("utf-8", "replace")).digest()


def csrf_of(token: Secret[str]) -> str:
    """Return what the forms of whoever has a cookie carry; of a session, or of a visitor before sign-in.

    Args:
        token: what the cookie holds.
    """
    return _base64(hmac.digest(token.reveal().encode("utf-8", "replace"), _FORM, "sha256"))


def verify_csrf(token: Secret[str] | None, sent: str | None) -> None:
    """Refuse a form that was not made for whoever has the cookie.

    Raises:
        FormRefusedError: nothing was sent, or something else.
    """
    if token is None or not token.reveal() or not sent:
        raise FormRefusedError(Cause.FORM_TOO_OLD)
    if not hmac.compare_digest(csrf_of(token).encode(), sent.encode("utf-8", "replace")):
        raise FormRefusedError(Cause.FORM_TOO_OLD)


def verify_recent(visit: Visit, now: datetime, minutes: int = RECENT_MINUTES) -> None:
    """Refuse a grave deed of somebody who proved a while ago who he is.

    Raises:
        ProofNeededError: it was longer ago than that.
    """
    if now - visit.session.proved_at > timedelta(minutes=minutes):
        raise ProofNeededError(Cause.PROOF_NEEDED)


# --- How sessions begin and go on -----------------------------------------------------------------------------


def stage_of(account: Account, rules: AccountRules, *, has_code: bool) -> Stage:
    """Return what is awaited of somebody whose password was right.

    Args:
        account: his.
        rules: which roles need a second factor.
        has_code: whether he gave a code of the second factor already.
    """
    if account.factor is not None and not has_code:
        return Stage.EXPECT_CODE
    if account.one_time_until is not None:
        return Stage.EXPECT_PASSWORD
    if account.factor is None and account.role in rules.factor_needed:
        return Stage.EXPECT_ENROLMENT
    return Stage.OPEN


def begun_session(
    token: Secret[str], account: Account, stage: Stage, whence: Whence, now: datetime, rules: SessionRules
) -> DeskSession:
    """Return a new session."""
    return DeskSession(
        digest=digest_of(token),
        account_id=account.account_id,
        created_at=now,
        seen_at=now,
        expires_at=end_of(stage, now, now, rules),
        stage=stage,
        proved_at=now,
        place=place_of(whence.address),
        agent=whence.agent[:200],
    )


def renewed_session(
    session: DeskSession, token: Secret[str], stage: Stage, now: datetime, rules: SessionRules
) -> DeskSession:
    """Return a session under another cookie, after its holder proved who he is; what was to be enrolled is forgotten."""
    created_at = session.created_at if session.stage is Stage.OPEN else now
    return changed(
        session,
        digest=digest_of(token),
        created_at=created_at,
        seen_at=now,
        expires_at=end_of(stage, created_at, now, rules),
        stage=stage,
        proved_at=now,
        pending=None,
    )


def end_of(stage: Stage, created_at: datetime, now: datetime, rules: SessionRules) -> datetime:
    """Return when a session is over if nobody uses it from now on."""
    if stage is not Stage.OPEN:
        return created_at + rules.unfinished
    return min(now + rules.idle, created_at + rules.longest)


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")
