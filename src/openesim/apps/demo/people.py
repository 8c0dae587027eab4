"""People of the demo: sample people (``world.people``) come in where the story needs them."""

from __future__ import annotations

from typing import Final

from openesim.apps.demo.texts import LanguageCode
from openesim.apps.wiring import Work
from openesim.apps.world.people import Person, account_of, let_come
from openesim.apps.world.simulation import present
from openesim.conditions.licensing.licence import By
from openesim.conditions.licensing.states import Party
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.persons.acts import Act


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
        made = [account_of(person, tenant, self._language) for person in people]
        self._accounts.update(self._work.run_now(lambda stores: let_come(stores, made)))

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
