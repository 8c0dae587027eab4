"""The watch-list: persons, chips and addresses that something is held against, as the regulator keeps it.

An entry raises the score of every case of whoever it is about, and may ask that somebody looks at each of them. Within two
seconds it stops downloads, too, in every process (``watch_book``): of a person and of a chip; an address is where somebody
ordered from, and is asked about there. A person is found by his document, and is known by a keyed digest from then on: nobody can read off the list who stands on it. What
is lifted does not count any more and stays on record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from ipaddress import ip_address
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.identity.documents import parse_document
from openesim.conditions.identity.faults import Fault, FaultyTextError, FormError
from openesim.conditions.identity.forms import parse_reason
from openesim.conditions.identity.naming import address_text, person_text
from openesim.conditions.rules.words import DocumentKind
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.explained.entries import Entry as Texts
from openesim.messages.sgp22.explained.entries import Explained, Owner, Words
from openesim.services.conditions.ledger.actors import Actor, ActorStores, find_actors
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import CaseStores
from openesim.services.ports import AnyWork, never
from openesim.transparency.entries import Entry, EntryKind

LOOKED_AT: Final = 1000
"""Entries that are looked at for one page, at most."""

_FAR: Final = 2**62
_PAGE: Final = 200
_SENT_TWICE: Final = 20
"""So many of the newest entries are looked at for one that is the same."""

T = TypeVar("T")

_LIFTED: Final = Explained.of(
    "watch-list:lifted",
    Texts(
        Owner.REGULATOR,
        Words("this entry of the watch-list was lifted before", "nothing is left to do"),
        Words("该名单条目此前已解除", "无需处理"),
    ),
)
_THERE: Final = Explained.of(
    "watch-list:there",
    Texts(
        Owner.REGULATOR,
        Words("just this entry is on the watch-list already", "nothing is left to do"),
        Words("名单中已有相同条目", "无需处理"),
    ),
)


class WatchStores(CaseStores, ActorStores, Protocol):
    """The watch-list, inside one unit of work."""

    def add_watched(self, entry: Watched) -> Watched:
        """Store an entry of the watch-list and return it with its number; the revision rises."""
        ...

    def lift_watched(self, entry: Watched, at: datetime) -> Watched:
        """Note since when an entry of the watch-list does not count any more, and return it; the revision rises."""
        ...

    def watched_entry(self, entry_id: int) -> Watched | None:
        """Return an entry of the watch-list, lifted or not; the row is held until the unit ends."""
        ...

    def newest_watched(self, before: int, limit: int) -> list[Watched]:
        """Return entries of the watch-list, lifted or not, newest first, beginning before one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who is to be watched, as somebody typed it.

    Attributes:
        kind: what he is known by.
        subject: number of a document, EID, or address.
        document: which document, for a person.
        country: whose rules name the documents.
        score: how much is held against him, 1 to 100.
        is_listed: somebody has to look at every case of his.
        reason: why, 10 to 200 characters; nothing personal.
    """

    kind: WatchedKind
    subject: str = field(repr=False)
    document: DocumentKind | None = None
    country: str = ""
    score: int
    is_listed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFilter:
    """Which entries; what is None leaves nothing out.

    Attributes:
        kind: of this kind.
        is_lifted: lifted, or not.
    """

    kind: WatchedKind | None = None
    is_lifted: bool | None = None

    def passes(self, entry: Watched) -> bool:
        """Tell whether an entry is wanted."""
        is_lifted = entry.lifted_at is not None
        return self.kind in {None, entry.kind} and self.is_lifted in {None, is_lifted}


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPage:
    """Some entries, newest first.

    Attributes:
        entries: those that pass.
        next: before which number the next page begins; 0: this is the last one.
        actors: who set them, by what the ledger calls them.
    """

    entries: tuple[Watched, ...]
    next: int
    actors: dict[str, Actor]


def watch(stores: WatchStores, wish: Wish, act: Act, today: date) -> Watched:
    """Put somebody on the watch-list and return the entry with its number.

    Args:
        stores: of the unit of work.
        wish: who, and how much is held against him.
        act: who does it, and when.
        today: the day that it is in the country of the document.

    Raises:
        FormError: what was typed is wrong.
    """
    verify_wish(wish, today)
    reason = _reason(wish.reason)
    wanted = Watched(
        kind=wish.kind,
        subject=_subject(stores, wish, today),
        score=wish.score,
        is_listed=wish.is_listed,
        reason=reason,
        created_at=act.now,
        created_by=act.actor,
    )
    entry = stores.add_watched(wanted)
    facts = {"score": str(entry.score), "listed": "yes" if entry.is_listed else "no"}
    stores.append_entry(_deed("watch", entry, act, reason, facts))
    return entry


def _is_same(older: Watched, entry: Watched) -> bool:
    """Tell whether an entry that counts says the same."""
    same = (older.kind, older.subject, older.score, older.is_listed, older.reason)
    new = (entry.kind, entry.subject, entry.score, entry.is_listed, entry.reason)
    return older.lifted_at is None and same == new


def verify_wish(wish: Wish, today: date) -> None:
    """Refuse what was typed wrong; whether anybody has the document is asked nowhere.

    Args:
        wish: who, and how much is held against him.
        today: the day it is there.

    Raises:
        FormError: everything that is wrong.
    """
    faults: dict[str, Fault] = {}
    if not 1 <= wish.score <= 100:
        faults["score"] = Fault("score-range")
    if wish.kind is WatchedKind.PERSON and wish.document is None:
        faults["document"] = Fault("missing")
    try:
        _read_subject(wish, today)
    except FaultyTextError as error:
        faults["subject"] = error.fault
    try:
        parse_reason(wish.reason)
    except FaultyTextError as error:
        faults["reason"] = error.fault
    if faults:
        raise FormError(faults)


def lift_watch(stores: WatchStores, entry_id: int, reason: str, act: Act) -> Watched:
    """Let an entry not count any more, and return it.

    Args:
        stores: of the unit of work.
        entry_id: which one.
        reason: why, 10 to 200 characters; nothing personal.
        act: who does it, and when.

    Raises:
        FormError: the reason is none.
        NotFoundError: there is no such entry.
        ConflictError: it was lifted before.
    """
    said = _reason(reason)
    entry = stores.watched_entry(entry_id)
    if entry is None:
        raise NotFoundError("there is no such entry of the watch-list")
    if entry.lifted_at is not None:
        raise ConflictError("the entry was lifted before").explained(_LIFTED)
    stores.append_entry(_deed("lift-watch", entry, act, said, {}))
    return stores.lift_watched(entry, act.now)


def find_watched(stores: WatchStores, wanted: WatchFilter, before: int, limit: int) -> WatchPage:
    """Return the next entries, newest first; no more than ``LOOKED_AT`` are looked at for one page."""
    found: list[Watched] = []
    left, place = LOOKED_AT, before or _FAR
    while left > 0:
        some = stores.newest_watched(place, min(_PAGE, left))
        for entry in some:
            if wanted.passes(entry):
                if len(found) == limit:
                    return _page(stores, found, found[-1].entry_id)
                found.append(entry)
        if len(some) < min(_PAGE, left):
            return _page(stores, found, 0)
        left, place = left - len(some), some[-1].entry_id
    return _page(stores, found, place)


class Days(Protocol):
    """What knows the days of countries."""

    def day_in(self, country: str, now: datetime) -> date:
        """Return the day that it is in a country."""
        ...


class WatchList:
    """The watch-list, for pages."""

    def __init__(self, work: AnyWork, clock: Clock, days: Days) -> None:
        """Bind to the database, and to the days of countries."""
        self._work: Final = work
        self._clock: Final = clock
        self._days: Final = days

    async def page(self, wanted: WatchFilter, before: int, limit: int) -> WatchPage:
        """Return some entries, newest first.

        Args:
            wanted: which ones.
            before: where the page begins; 0: with the newest.
            limit: how many at most.
        """
        return await self._ask(lambda stores: find_watched(stores, wanted, before, limit))

    async def one(self, entry_id: int) -> Watched:
        """Return an entry.

        Raises:
            NotFoundError: there is none with this number.
        """
        found = await self._ask(lambda stores: stores.watched_entry(entry_id))
        if found is None:
            raise NotFoundError("there is no such entry of the watch-list")
        return found

    def faults_of(self, wish: Wish) -> FormError | None:
        """Return what is wrong with what was typed; None: nothing is."""
        try:
            verify_wish(wish, self._days.day_in(wish.country, self._clock.now()))
        except FormError as error:
            return error
        return None

    async def add(self, wish: Wish, actor: str) -> Watched:
        """Put somebody on the list.

        Raises:
            FormError: what was typed is wrong.
            ConflictError: just this counts already: a form that was sent twice.
        """
        act = self._act(actor)
        today = self._days.day_in(wish.country, act.now)

        def unit(stores: WatchStores) -> Watched:
            """Do it, unless it is done."""
            entry = watch(stores, wish, act, today)
            if any(_is_same(older, entry) for older in stores.newest_watched(entry.entry_id, _SENT_TWICE)):
                raise ConflictError("this entry is there already").explained(_THERE)
            return entry

        return await self._work.run(unit)

    async def lift(self, entry_id: int, reason: str, actor: str) -> Watched:
        """Let an entry not count any more.

        Raises:
            FormError: the reason is none.
            NotFoundError: there is no such entry.
            ConflictError: it was lifted before.
        """
        act = self._act(actor)
        return await self._work.run(lambda stores: lift_watch(stores, entry_id, reason, act))

    def _act(self, actor: str) -> Act:
        now = self._clock.now()
        return Act(actor=actor, now=now.replace(microsecond=now.microsecond // 1000 * 1000))

    async def _ask(self, unit: Callable[[WatchStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)


def _read_subject(wish: Wish, today: date) -> str:
    """Return who is watched in one form: what stores make a digest of, or the EID.

    Raises:
        FaultyTextError: what was typed is none.
        DecodeError: it is no EID.
    """
    if wish.kind is WatchedKind.CHIP:
        return Eid.parse("".join(wish.subject.split()))
    if wish.kind is WatchedKind.ADDRESS:
        try:
            return address_text(str(ip_address(wish.subject.strip())))
        except ValueError:
            raise FaultyTextError("network-address") from None
    if wish.document is None:
        return ""
    document = parse_document(wish.document, wish.subject, today, wish.country)
    return person_text(wish.document, document.number, document.issuer, wish.country)


def _subject(stores: WatchStores, wish: Wish, today: date) -> bytes:
    """Return who is watched, as it is kept: a keyed digest, or the 16 octets of an EID."""
    text = _read_subject(wish, today)
    return bytes.fromhex(text) if wish.kind is WatchedKind.CHIP else stores.person_digest(text)


def _reason(text: str) -> str:
    try:
        return parse_reason(text)
    except FaultyTextError as error:
        raise FormError({"reason": error.fault}) from None


def _page(stores: WatchStores, found: list[Watched], goes_on: int) -> WatchPage:
    actors = find_actors(stores, (entry.created_by for entry in found))
    return WatchPage(entries=tuple(found), next=goes_on, actors=actors)


def _deed(name: str, entry: Watched, act: Act, reason: str, facts: dict[str, str]) -> Entry:
    """Return what the ledger tells: who is watched by digest or EID, never by name or address."""
    about = {"kind": entry.kind.value, entry.kind.value: entry.subject.hex()}
    return Entry(
        kind=EntryKind.DEED,
        at=act.now,
        actor=act.actor,
        subject=f"watched:{entry.entry_id}",
        facts={"deed": name, **about, "reason": reason, **facts},
    )
