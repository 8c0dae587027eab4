"""The door of the desks: what signing in, accounts and sessions of a process stand on together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from openesim.kernel.ambient import Ambient
from openesim.services.conditions.accounts.account import AccountRules
from openesim.services.conditions.accounts.attempts import AddressLimits
from openesim.services.conditions.accounts.desk_sessions import SessionRules
from openesim.services.conditions.accounts.passwords import PasswordHashing, Passwords
from openesim.services.conditions.accounts.sessions import SessionService
from openesim.services.ports import AnyWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the services of accounts of one process share.

    Attributes:
        work: the stores.
        ambient: clock and randomness.
        passwords: hashes them.
        sessions: finds and ends them.
        limits: how much may fail, by address.
        rules: what is asked of accounts.
    """

    work: AnyWork
    ambient: Ambient
    passwords: Passwords
    sessions: SessionService
    limits: AddressLimits
    rules: AccountRules

    @classmethod
    def build(
        cls,
        work: AnyWork,
        ambient: Ambient,
        hashing: PasswordHashing,
        *,
        rules: AccountRules | None = None,
        session_rules: SessionRules | None = None,
        limits: AddressLimits | None = None,
    ) -> Self:
        """Return the door of a process.

        Args:
            work: the stores.
            ambient: clock and randomness.
            hashing: of passwords.
            rules: what is asked of accounts; None: as usual.
            session_rules: how long sessions last; None: as usual.
            limits: by address; None: as usual.
        """
        return cls(
            work=work,
            ambient=ambient,
            passwords=Passwords(hashing),
            sessions=SessionService(work, ambient, session_rules),
            limits=limits or AddressLimits(),
            rules=rules or AccountRules(),
        )
