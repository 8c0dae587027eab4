"""Who is behind an actor of the ledger: names for those who may know them.

The ledger calls people by account. A desk of the regulator shows who that is; nobody else is told what an inspector is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.roles import Role

_PREFIX: Final = "account:"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who did something.

    Attributes:
        actor: as the ledger calls him.
        name: of his account; empty: he has none, such as who was at the command line.
        role: of his account.
        tenant: whose he is.
    """

    actor: str
    name: str = ""
    role: Role | None = None
    tenant: str | None = None

    @property
    def told(self) -> str:
        """What a line says of him."""
        return self.name or self.actor


class ActorStores(Protocol):
    """Accounts, inside one unit of work."""

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        ...


def find_actors(stores: ActorStores, actors: Iterable[str]) -> dict[str, Actor]:
    """Return who is behind actors, each by what the ledger calls him.

    Args:
        stores: of the unit of work.
        actors: some, perhaps several times.
    """
    found: dict[str, Actor] = {}
    for actor in dict.fromkeys(actors):
        account = stores.account(actor.removeprefix(_PREFIX)) if actor.startswith(_PREFIX) else None
        found[actor] = (
            Actor(actor)
            if account is None
            else Actor(actor, account.display_name, account.role, account.tenant)
        )
    return found
