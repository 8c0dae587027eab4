"""Accounts as a service: people are invited, register, choose passwords, enrol second factors, and are disabled.

What is done from the command line is done by the functions over stores; at the desks, by the service, which asks who does
it. Either way the deed is in the ledger, with names of accounts and nothing personal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openesim.kernel.ambient import Ambient
from openesim.kernel.secret import Secret
from openesim.services.conditions.account import Account
from openesim.services.conditions.desk_sessions import Opened, Visit, Whence
from openesim.services.conditions.roles import Role
from openesim.services.ports import AnyWork

if TYPE_CHECKING:
    from openesim.services.conditions.passwords import PasswordHashing


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new account, or one whose password was reset.

    Attributes:
        account: the account.
        password: opens it once, to be changed at once; told now and never again.
    """

    account: Account
    password: Secret[str]


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


class AccountService:
    """What people do with accounts at the desks."""

    def __init__(self, work: AnyWork, ambient: Ambient, hashing: PasswordHashing) -> None:
        """Bind to the stores."""
        raise NotImplementedError

    # --- my account ---

    async def register(
        self, login: str, password: Secret[str], whence: Whence, *, language: str | None = None
    ) -> Opened:
        """Make the account of a subscriber who registers himself, and sign him in.

        Raises:
            AccountRefused: the login is taken or none, or the password is refused; ``field`` says which.
            TooManyRequestsError: too many registrations from his address.
        """
        raise NotImplementedError

    async def change_password(
        self, visit: Visit, old: Secret[str], new: Secret[str], whence: Whence
    ) -> Opened:
        """Set a new password; all other sessions end. Behind a one-time password ``old`` is not looked at.

        Raises:
            AccountRefused: the old one is wrong, or the new one is refused; ``field`` says which.
        """
        raise NotImplementedError

    async def begin_enrolment(self, visit: Visit) -> Enrolment:
        """Return a fresh second factor to scan; it counts once a code of it came back.

        Raises:
            ProofNeededError: one is enrolled already, and its holder has not proved himself lately.
        """
        raise NotImplementedError

    async def confirm_enrolment(self, visit: Visit, code: str) -> Enrolled:
        """Enrol the second factor that was scanned; all other sessions end.

        Raises:
            AccountRefused: the code is not right, or none was begun.
        """
        raise NotImplementedError

    async def renew_recovery_codes(self, visit: Visit) -> tuple[Secret[str], ...]:
        """Replace the recovery codes.

        Raises:
            ProofNeededError: the last proof is too old.
            AccountRefused: no second factor is enrolled.
        """
        raise NotImplementedError

    async def remove_factor(self, visit: Visit) -> Opened:
        """Do without a second factor, where the role needs none.

        Raises:
            ProofNeededError: the last proof is too old.
            AccountRefused: the role needs one.
        """
        raise NotImplementedError

    # --- accounts of others ---

    async def kept_by(self, visit: Visit, after: str = "", limit: int = 50) -> Sequence[Account]:
        """Return accounts that somebody keeps, by login, beginning behind ``after``."""
        raise NotImplementedError

    async def account(self, visit: Visit, account_id: str) -> Account:
        """Return an account that somebody keeps.

        Raises:
            NotFoundError: there is none, or it is not his to keep.
        """
        raise NotImplementedError

    async def invite(
        self, visit: Visit, *, login: str, display_name: str, role: Role, tenant: str | None
    ) -> Invitation:
        """Make an account for somebody.

        Raises:
            ForbiddenError: accounts of this role and tenant are not his to make.
            ProofNeededError: the last proof is too old.
            AccountRefused: a field that cannot be used, or the login is taken.
        """
        raise NotImplementedError

    async def change_role(self, visit: Visit, account_id: str, role: Role) -> Account:
        """Give somebody another role at the same desk; his sessions end.

        Raises:
            NotFoundError: the account is not his to keep.
            ForbiddenError: nor the role.
            AccountRefused: it is his own.
        """
        raise NotImplementedError

    async def disable(self, visit: Visit, account_id: str) -> Account:
        """Disable an account; its sessions end.

        Raises:
            NotFoundError: the account is not his to keep.
            AccountRefused: it is his own.
        """
        raise NotImplementedError

    async def enable(self, visit: Visit, account_id: str) -> Account:
        """Enable a disabled account."""
        raise NotImplementedError

    async def reset_password(self, visit: Visit, account_id: str) -> Invitation:
        """Give an account a one-time password; its sessions end."""
        raise NotImplementedError

    async def reset_factor(self, visit: Visit, account_id: str) -> Account:
        """Forget the second factor of an account whose device is lost; its sessions end."""
        raise NotImplementedError
