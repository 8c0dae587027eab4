"""Signing in: login and password, then the second factor where there is one, then whatever else is awaited.

Nobody learns whether it was the login or the password: both ways take the same steps and the same time. An attempt is
counted before it is judged, so parallel guesses find the lock as one after the other do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openesim.kernel.ambient import Ambient
from openesim.kernel.secret import Secret
from openesim.services.conditions.account_texts import AccountRefused
from openesim.services.conditions.desk_sessions import Opened, Visit, Whence
from openesim.services.ports import AnyWork

if TYPE_CHECKING:
    from openesim.services.conditions.passwords import PasswordHashing


class SignInRefusedError(AccountRefused):
    """Login and password do not belong together, or the code is not right."""


class LockedError(AccountRefused):
    """Too many failed attempts; ``facts["seconds"]`` says for how long."""


class SignInService:
    """Lets people in."""

    def __init__(self, work: AnyWork, ambient: Ambient, hashing: PasswordHashing) -> None:
        """Bind to the stores."""
        raise NotImplementedError

    async def sign_in(self, login: str, password: Secret[str], whence: Whence) -> Opened:
        """Open a session with login and password; its stage says what comes next.

        Raises:
            SignInRefusedError: they do not belong together.
            LockedError: too many attempts failed.
            AccountRefused: the password is right, and the account is disabled or the one-time password's time is over.
        """
        raise NotImplementedError

    async def give_code(self, visit: Visit, code: str, whence: Whence) -> Opened:
        """Go on behind the second factor: a code of the device, or a recovery code.

        Raises:
            SignInRefusedError: it is not right, or was used before.
            LockedError: too many attempts failed.
        """
        raise NotImplementedError

    async def prove(self, visit: Visit, proof: Secret[str], whence: Whence) -> Opened:
        """Prove again who one is, for grave deeds: with a code where a second factor is enrolled, else the password.

        Raises:
            SignInRefusedError: it is not right.
            LockedError: too many attempts failed.
        """
        raise NotImplementedError
