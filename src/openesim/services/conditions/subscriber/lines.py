"""What a person sees of himself: his lines at every operator, what is kept of him, and who looked at it.

Only an account whose person was verified sees lines; they are those of the person, not of the account. Freezing is his
own wish: it lets no new line begin in his name at any operator, and ends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from openesim.conditions.admission.admission import Line
from openesim.conditions.identity.case import Case, Field, Person
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.roles import Desk
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.lines import LineStores, counted, dispute_line, own_lines
from openesim.services.conditions.persons.personal_data import masked_fields
from openesim.services.conditions.persons.persons import freeze, unfreeze
from openesim.services.conditions.subscriber.cases import OwnCaseStores, person_of, story_of
from openesim.services.conditions.subscriber.texts import Matter, refused
from openesim.services.ports import AnyWork, never
from openesim.transparency.entries import EntryKind

_MOST_CASES: Final = 20
_ACCOUNT: Final = "account:"


class OwnDataStores(OwnCaseStores, LineStores, Protocol):
    """A person's own lines and data, inside one unit of work."""

    def person(self, person: bytes) -> Person | None:
        """Return what is kept of a person."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLines:
    """The lines in a person's name.

    Attributes:
        lines: at every operator, ended ones too, oldest first.
        counted: how many run or are on their way, by operator.
        frozen_at: since when no new line begins in his name; None: they may.
    """

    lines: tuple[Line, ...]
    counted: dict[str, int]
    frozen_at: datetime | None


class Who(StrEnum):
    """Who looked at personal data."""

    SELF = "self"
    OPERATOR = "operator"
    REGULATOR = "regulator"
    VERIFIER = "verifier"
    SERVER = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLook:
    """A look at personal data of a person.

    Attributes:
        at: when, aware UTC.
        who: what the one is who looked.
        tenant: whose people he belongs to, or the verifier as cases have it; empty: nobody's.
        fields: what was looked at.
        reason: why, as he said it; a word for looks that need no reason of a person.
    """

    at: datetime
    who: Who
    tenant: str
    fields: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """What is kept of a person on one case.

    Attributes:
        case: the case.
        kept: masked value of each field, and when it goes; None: not known yet.
        looks: who looked at it, newest first.
    """

    case: Case
    kept: tuple[tuple[Field, str, datetime | None], ...]
    looks: tuple[OwnLook, ...]


class OwnRecords:
    """What subscribers see of themselves."""

    def __init__(self, work: AnyWork, clock: Clock) -> None:
        """Bind to the stores."""
        self._work: Final = work
        self._clock: Final = clock

    async def lines(self, account: Account) -> OwnLines | None:
        """Return the lines of the person behind an account; None: nobody knows yet who that is."""
        act = self._act(account)

        def unit(stores: OwnDataStores) -> OwnLines | None:
            """Look them up."""
            person = person_of(stores, account.account_id, act)
            if person is None:
                return None
            lines, known = own_lines(stores, person), stores.person(person)
            return OwnLines(
                lines=tuple(lines),
                counted=counted(lines),
                frozen_at=None if known is None else known.frozen_at,
            )

        found: OwnLines | None = await self._work.run(unit, must_last=never)
        return found

    async def line(self, account: Account, order_id: int) -> Line:
        """Return one of them.

        Raises:
            NotFoundError: no such line is in his name.
        """
        found = await self.lines(account)
        for line in found.lines if found is not None else ():
            if line.order_id == order_id:
                return line
        raise NotFoundError("there is no such thing")

    async def dispute(self, account: Account, order_id: int) -> Line:
        """Take a person's word that a line is not his.

        Raises:
            NotFoundError: no such line is in his name.
        """
        act = self._act(account)

        def unit(stores: OwnDataStores) -> Line:
            """Take it."""
            person = person_of(stores, account.account_id, act)
            if person is None:
                raise NotFoundError("there is no such thing")
            return dispute_line(stores, order_id, person, act)

        line: Line = await self._work.run(unit)
        return line

    async def freeze(self, account: Account) -> Person:
        """Let no new line begin in the person's name.

        Raises:
            StateError: nobody knows yet who he is.
        """
        return await self._with_person(account, is_frozen=True)

    async def unfreeze(self, account: Account) -> Person:
        """Let lines begin again.

        Raises:
            StateError: nobody knows yet who he is.
        """
        return await self._with_person(account, is_frozen=False)

    async def _with_person(self, account: Account, *, is_frozen: bool) -> Person:
        act = self._act(account)

        def unit(stores: OwnDataStores) -> Person:
            """Note his wish."""
            person = person_of(stores, account.account_id, act)
            if person is None:
                raise refused(Matter.NO_PERSON)
            return (freeze if is_frozen else unfreeze)(stores, person, act)

        known: Person = await self._work.run(unit)
        return known

    async def kept(self, account: Account) -> list[OwnData]:
        """Return what is kept of the person on each case of an account, newest first, and who looked at it."""

        def unit(stores: OwnDataStores) -> list[OwnData]:
            """Look it up."""
            return [
                _data(stores, account, case)
                for case in stores.cases_of_account(account.account_id, _MOST_CASES)
            ]

        found: list[OwnData] = await self._work.run(unit, must_last=never)
        return found

    def _act(self, account: Account) -> Act:
        return Act(actor=account.actor, now=self._clock.now())


def _data(stores: OwnDataStores, account: Account, case: Case) -> OwnData:
    ends, shown = stores.fields_of(case.case_id), masked_fields(stores, case.case_id)
    looks = [entry for entry in story_of(stores, case) if entry.kind is EntryKind.LOOK]
    known = _who_are(stores, account, {entry.actor for entry in looks})
    return OwnData(
        case=case,
        kept=tuple((field, text, ends[field]) for field, text in shown.items()),
        looks=tuple(
            OwnLook(
                at=entry.at,
                who=known[entry.actor][0],
                tenant=known[entry.actor][1],
                fields=tuple(entry.facts.get("field", "").split(", ")),
                reason=entry.facts.get("reason", ""),
            )
            for entry in reversed(looks)
        ),
    )


def _who_are(stores: OwnDataStores, account: Account, actors: Iterable[str]) -> dict[str, tuple[Who, str]]:
    """Return what those are who looked: never their names, which are theirs."""
    return {actor: _who_is(stores, account, actor) for actor in actors}


def _who_is(stores: OwnDataStores, account: Account, actor: str) -> tuple[Who, str]:
    if actor == account.actor:
        return Who.SELF, ""
    if actor.startswith(_ACCOUNT):
        other = stores.account(actor.removeprefix(_ACCOUNT))
        if other is not None and other.desk is Desk.REGULATOR:
            return Who.REGULATOR, ""
        return Who.OPERATOR, (other.tenant if other is not None else None) or ""
    if ":" in actor:
        return Who.VERIFIER, actor
    return Who.SERVER, ""
