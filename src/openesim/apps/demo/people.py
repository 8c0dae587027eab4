"""People of the demo: an account for each, with one password for all, which is told to whoever keeps the demo's world."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from openesim.apps.demo.texts import LanguageCode
from openesim.apps.wiring import Work
from openesim.conditions.licensing.licence import By
from openesim.conditions.licensing.states import Party
from openesim.kernel.secret import Secret
from openesim.security.crypto.argon2id import Argon2Hashing
from openesim.services.conditions.account import Account
from openesim.services.conditions.account_deeds import AccountDeed
from openesim.services.conditions.account_keeping import AccountStores, NewAccount, add_account, make_account
from openesim.services.conditions.acts import Act
from openesim.services.conditions.passwords import normalised
from openesim.services.conditions.roles import Role

PASSWORD: Final = "nothing here is real"  # noqa: S105 (it is printed, and opens a sample world only)
"""Of all sample accounts."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at a desk, or whom it is all about.

    Attributes:
        login: what is typed.
        names: English and Chinese.
        role: what he is.
    """

    login: str
    names: tuple[str, str]
    role: Role


CHIEF: Final = Person("chief", ("Zhou Ming", "周明"), Role.CHIEF)
INSPECTOR: Final = Person("inspector", ("Li Wei", "李薇"), Role.INSPECTOR)
MANAGER: Final = Person("qinghe", ("Wang Fang", "王芳"), Role.MANAGER)
CLERK: Final = Person("clerk", ("Zhao Lei", "赵磊"), Role.CLERK)
SECOND_CLERK: Final = Person("clerk-2", ("Sun Jie", "孙洁"), Role.CLERK)
VENDOR: Final = Person("vendor", ("He Jing", "何静"), Role.VENDOR)
SUBSCRIBER: Final = Person("linyue", ("Lin Yue", "林月"), Role.SUBSCRIBER)


class People:
    """Who takes part: accounts in the database of the country's server."""

    def __init__(self, work: Work, language: LanguageCode) -> None:
        """Bind to the database; nobody is there yet."""
        self._work: Final = work
        self._language: Final = language
        self._accounts: Final[dict[str, Account]] = {}

    def come(self, *people: Person, tenant: str | None = None) -> None:
        """Let people have accounts.

        Args:
            people: who.
            tenant: name of the operator or number of the vendor whose people they are.
        """
        made = [account_of(person, tenant, self._language, os.urandom) for person in people]

        def unit(stores: AccountStores) -> None:
            """Store them."""
            for account in made:
                add_account(stores, account, AccountDeed.INVITED, "openesim demo")

        self._work.run_now(unit)
        self._accounts.update((account.login, account) for account in made)

    def account(self, person: Person) -> Account:
        """Return somebody's account."""
        return self._accounts[person.login]

    def actor(self, person: Person) -> str:
        """Return what the ledger calls somebody."""
        return self.account(person).actor

    def act(self, person: Person) -> Act:
        """Return that somebody does something now."""
        return Act(actor=self.actor(person), now=present())

    def hand(self, person: Person) -> By:
        """Return that somebody does something about a licence now."""
        account = self.account(person)
        party = Party.OPERATOR if account.operator is not None else Party.INSPECTOR
        return By(actor=account.actor, party=party, now=present(), operator=account.operator)


def account_of(
    person: Person, tenant: str | None, language: LanguageCode, entropy: Callable[[int], bytes]
) -> Account:
    """Return a new account with the password of all sample accounts."""
    name = person.names[1 if language == "zh" else 0]
    new = NewAccount.parse(login=person.login, display_name=name, role=person.role, tenant=tenant)
    return make_account(new, _kept_password(), entropy, present(), language=language)


@cache
def _kept_password() -> Secret[str]:
    """Return the password as it is kept: hashing takes its time, and all have the same one."""
    return Argon2Hashing(os.urandom).hash(normalised(Secret(PASSWORD)))


def present() -> datetime:
    """Return the moment as it is kept: to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
