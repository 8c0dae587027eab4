"""An account of the desks: who somebody is there, what he may do, and whose things he may do it to.

The login may be anything that its holder remembers, his number or address, too: it is found by a keyed digest, and stands
with his name, password and second factor in a sealed record.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from openesim.kernel.errors import NotFoundError
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.roles import GRANTS, KEEPS, TENANTED, Desk, Permission, Role
from openesim.services.conditions.accounts.texts import AccountRefused, Cause

LONGEST_NAME: Final = 80

_LOGIN: Final = re.compile(r"[a-z0-9+][a-z0-9.@_+-]{1,62}[a-z0-9]")
_LONGEST_TYPED: Final = 200


class ForbiddenError(AccountRefused):
    """Somebody is known, and may not do what he asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRules:
    """What is asked of accounts.

    Attributes:
        factor_needed: roles that do not work without a second factor.
        invitation: how long a one-time password is good.
        issuer: what devices call us beside their codes.
    """

    factor_needed: frozenset[Role] = frozenset({Role.CHIEF, Role.INSPECTOR, Role.MANAGER})
    invitation: timedelta = timedelta(days=7)
    issuer: str = "OpenESIM"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """A device that makes one-time codes, and what is left of the codes for its loss.

    Attributes:
        secret: of the device, 20 octets.
        last_step: the last time step whose code was used: none is used twice.
        recovery: SHA-256 of each recovery code that was not used yet.
        since: when it was enrolled, aware UTC.
    """

    secret: Secret[bytes]
    last_step: int
    recovery: frozenset[bytes]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it is kept.

    Attributes:
        account_id: ``a_`` and 24 hexadecimal digits that rise with time; actor and subject of entries in the ledger.
        login: what its holder types; small letters.
        display_name: for people.
        role: what he is.
        tenant: name of the operator, or number of the vendor; None: nobody's.
        password: as Argon2id gives it.
        created_at: when it was made, aware UTC.
        factor: the second factor; None: none is enrolled.
        person: keyed digest of the person who is behind it, once he was verified.
        one_time_until: until when the password, which somebody else chose, opens the account once, to be changed;
            None: its holder chose it.
        password_at: when the password was set, aware UTC.
        language: ``en`` or ``zh``; None: as the browser says.
        theme: ``light``, ``dark`` or ``auto``; None: nothing was chosen.
        disabled_at: since when it opens nothing; None: it does.
    """

    account_id: str
    login: str = field(repr=False)
    display_name: str = field(repr=False)
    role: Role
    tenant: str | None
    password: Secret[str]
    created_at: datetime
    password_at: datetime
    factor: SecondFactor | None = None
    person: bytes | None = None
    one_time_until: datetime | None = None
    language: str | None = None
    theme: str | None = None
    disabled_at: datetime | None = None

    @property
    def actor(self) -> str:
        """How the ledger calls him."""
        return f"account:{self.account_id}"

    @property
    def desk(self) -> Desk:
        """Where he works."""
        return self.role.desk

    @property
    def operator(self) -> str | None:
        """His operator; None: he works for none."""
        return self.tenant if self.desk is Desk.OPERATOR else None

    @property
    def vendor_id(self) -> int | None:
        """His vendor; None: he works for none."""
        return int(self.tenant) if self.desk is Desk.VENDOR and self.tenant else None

    def may(self, permission: Permission) -> bool:
        """Tell whether he may do something, to what is his to do it to."""
        return self.disabled_at is None and self.role in GRANTS[permission]

    def verify_may(self, permission: Permission) -> None:
        """Refuse what is not his to do.

        Raises:
            ForbiddenError: the permission is not his.
        """
        if not self.may(permission):
            raise ForbiddenError(Cause.FORBIDDEN)

    def may_keep(self, role: Role, tenant: str | None) -> bool:
        """Tell whether he makes, changes and disables accounts of a role and tenant."""
        if role not in KEEPS.get(self.role, frozenset()) or self.disabled_at is not None:
            return False
        return self.desk is Desk.REGULATOR or tenant == self.tenant


def verify_tenant(account: Account, operator: str) -> None:
    """Refuse what is another operator's, as if it were not there. The regulator looks at all.

    Args:
        account: who asks; whether he may do it at all is asked before, by permission.
        operator: whose it is.

    Raises:
        NotFoundError: not his.
    """
    if account.desk is not Desk.REGULATOR and account.operator != operator:
        raise NotFoundError("there is no such thing")


def verify_vendor(account: Account, vendor_id: int) -> None:
    """Refuse what is another vendor's, as if it were not there. The regulator looks at all.

    Raises:
        NotFoundError: not his.
    """
    if account.desk is not Desk.REGULATOR and account.vendor_id != vendor_id:
        raise NotFoundError("there is no such thing")


def verify_own(account: Account, account_id: str | None) -> None:
    """Refuse what is another subscriber's, as if it were not there. Nobody else looks this way.

    Raises:
        NotFoundError: not his.
    """
    if account_id is None or account.account_id != account_id:
        raise NotFoundError("there is no such thing")


def normalised_login(text: str) -> str:
    """Return what somebody typed as logins are compared: NFKC, small letters, no blanks around; nobody's, where it is none."""
    return unicodedata.normalize("NFKC", text[:_LONGEST_TYPED]).strip().lower()


def parse_login(text: str) -> str:
    """Return a login in small letters.

    Args:
        text: 3 to 64 letters, digits, ``.``, ``_``, ``-``, ``+`` and ``@``.

    Raises:
        AccountRefused: it is none.
    """
    login = normalised_login(text)
    if not _LOGIN.fullmatch(login):
        raise AccountRefused(Cause.LOGIN_FORM, field="login")
    return login


def parse_display_name(text: str) -> str:
    """Return a name for people, blanks put in order.

    Raises:
        AccountRefused: nothing in it, too long, or characters that no name has.
    """
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise AccountRefused(Cause.NAME_FORM, field="display_name")
    return name


def parse_tenant(role: Role, text: str | None) -> str | None:
    """Return the tenant of a role: an operator's name, a vendor's number, or none where a role has none.

    Raises:
        AccountRefused: a role that belongs to somebody without one, one of another form, or one too many.
    """
    if role not in TENANTED:
        if text:
            raise AccountRefused(Cause.TENANT_TOO_MANY, field="tenant")
        return None
    if not text or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise AccountRefused(Cause.TENANT_MISSING, field="tenant")
    if role is Role.VENDOR and not re.fullmatch(r"[1-9][0-9]{0,17}", text):
        raise AccountRefused(Cause.TENANT_MISSING, field="tenant")
    return text
