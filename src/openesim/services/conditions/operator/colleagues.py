"""Who did something, as an operator's people are told: colleagues by name, everybody else by his side.

Nobody of an operator learns what an inspector is called, or by which account a person works for himself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.roles import Desk
from openesim.services.conditions.ledger.actors import ActorStores
from openesim.services.conditions.licences.calendar import CALENDAR
from openesim.services.conditions.persons.retention import SWEEPER
from openesim.transparency.entries import GATE

_ACCOUNT = "account:"
_MACHINES = frozenset({GATE, CALENDAR, SWEEPER})


class Side(StrEnum):
    """On which side somebody stands, seen from an operator."""

    COLLEAGUE = "colleague"
    PERSON = "person"
    """Whom the matter is about, or another person at the subscribers' desk."""
    REGULATOR = "regulator"
    VERIFIER = "verifier"
    MACHINE = "machine"
    """The gate, the calendar, what removes data whose time is over."""
    ELSEWHERE = "elsewhere"
    """The command line, or an account that is not there any more."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody, as he is told.

    Attributes:
        side: where he stands.
        name: of a colleague or a verifier; empty for everybody else.
    """

    side: Side
    name: str = ""


def seen_from(operator: str, stores: ActorStores, actors: Iterable[str]) -> dict[str, Who]:
    """Return who is behind actors of the ledger, each by what it calls him.

    Args:
        operator: whose people look.
        stores: of the unit of work.
        actors: some, perhaps several times.
    """
    return {actor: _seen(operator, stores, actor) for actor in dict.fromkeys(actors)}


def _seen(operator: str, stores: ActorStores, actor: str) -> Who:
    if actor in _MACHINES:
        return Who(Side.MACHINE)
    if actor.startswith(("authority:", "oidc:")):
        return Who(Side.VERIFIER, actor)
    if not actor.startswith(_ACCOUNT):
        return Who(Side.ELSEWHERE)
    return _of_account(operator, stores.account(actor.removeprefix(_ACCOUNT)))


def _of_account(operator: str, account: Account | None) -> Who:
    if account is None:
        return Who(Side.ELSEWHERE)
    if account.operator == operator:
        return Who(Side.COLLEAGUE, account.display_name)
    sides = {Desk.REGULATOR: Side.REGULATOR, Desk.SUBSCRIBER: Side.PERSON}
    return Who(sides.get(account.desk, Side.ELSEWHERE))
