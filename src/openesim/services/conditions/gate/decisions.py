"""Decisions of the gate as the regulator looks at them: searched for, and one explained with everything it stands on.

A decision is recorded with the facts it was made of. So it can be made again, from the version of the pack that held then:
same facts, same decision. Where it comes out the same, every demand that was not met is told with its figures, and with
who says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.admission import codes
from openesim.conditions.admission.deciding import decide
from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.admission.facts import Application, Facts
from openesim.conditions.admission.recorded import read_facts
from openesim.conditions.rules.citing import Citation, cite
from openesim.conditions.rules.in_force import Rules
from openesim.conditions.rules.pack import Pack
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import DecodeError, NotFoundError
from openesim.messages.sgp22.explained import Explained
from openesim.services.conditions.gate.decision_search import SearchStores, find_for_cause
from openesim.services.conditions.ledger.ledger import Cursor, LedgerStores, Page, Query, find_page
from openesim.services.ports import AnyWork, never
from openesim.transparency.chain import START, Break, Kept, check_next
from openesim.transparency.entries import Entry, EntryKind

T = TypeVar("T")


class Book(Protocol):
    """What knows the rules by heart."""

    @property
    def rules(self) -> Rules:
        """Everything that is known now."""
        ...


class Again(StrEnum):
    """How a decision comes out when it is made again."""

    SAME = "same"
    CLEARED = "cleared"
    """The same, but for what somebody had looked at and found harmless."""
    OTHER = "other"
    NO_PACK = "no-pack"
    """The version of the pack is not at hand."""
    NO_FACTS = "no-facts"
    """It was recorded without facts: it only says that an earlier one still holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionQuery:
    """Which decisions; what is None leaves nothing out.

    Attributes:
        order_id: about this order.
        operator: of this operator's orders.
        verdict: that came out so.
        cause: for this cause, the gravest one.
        since: then or later.
        before: earlier.
    """

    order_id: int | None = None
    operator: str | None = None
    verdict: Verdict | None = None
    cause: str | None = None
    since: datetime | None = None
    before: datetime | None = None

    @property
    def query(self) -> Query:
        """The same, as the ledger is asked."""
        return Query(
            kind=EntryKind.DECISION,
            operator=self.operator,
            order_id=self.order_id,
            since=self.since,
            before=self.before,
            facts={} if self.verdict is None else {"verdict": self.verdict.name.lower()},
            cause=self.cause,
        )


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """Some decisions, newest first.

    Attributes:
        entries: of the ledger.
        next: where the next page begins; None: this is the last one.
    """

    entries: tuple[Kept, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingSeen:
    """One demand that was not met.

    Attributes:
        finding: the demand and its figures; without figures where they cannot be made again.
        explained: what it means to people, in both languages; None: the cause is not known any more.
        citation: since when it holds and who says so; None: the pack is not at hand.
    """

    finding: Finding
    explained: Explained | None
    citation: Citation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSeen:
    """A decision with everything it stands on.

    Attributes:
        kept: as it is kept.
        entry: what it tells.
        breaks: how it does not hold in the chain; empty: it does.
        verdict: what came out; None: this release cannot read it.
        findings: what was not met, gravest first.
        application: what was asked for; None: not recorded, or of a form that is not known here.
        facts: what was known; None: likewise.
        pack: the rules of then; None: they are not at hand.
        again: how it comes out when it is made again.
    """

    kept: Kept
    entry: Entry
    breaks: tuple[Break, ...]
    verdict: Verdict | None
    findings: tuple[FindingSeen, ...]
    application: Application | None
    facts: Facts | None
    pack: Pack | None
    again: Again

    @property
    def gate(self) -> str:
        """At which of the three gates: ``confirmation``, ``authentication`` or ``delivery``."""
        return str(self.entry.facts.get("gate", ""))


class Decisions:
    """Decisions, for pages."""

    def __init__(self, work: AnyWork, clock: Clock, book: Book) -> None:
        """Bind to the database and to the rules."""
        self._work: Final = work
        self._clock: Final = clock
        self._book: Final = book

    async def page(self, query: DecisionQuery, after: Cursor | None, limit: int) -> DecisionPage:
        """Return some decisions, newest first; a page may be short, or empty, while there are more.

        Args:
            query: which ones.
            after: behind which entry; None: from the newest on.
            limit: how many at most.
        """
        wanted, now = query.query, self._clock.now()

        def unit(stores: SearchStores) -> Page:
            """Look them up: of one cause in the hours that have it."""
            if query.cause is None or query.order_id is not None:
                return find_page(stores, wanted, after, limit)
            return find_for_cause(stores, wanted, after, limit, now)

        page = await self._ask(unit)
        return DecisionPage(tuple(page.entries), page.next)

    def finding_of(self, kept: Kept) -> Finding | None:
        """Return the gravest demand that was not met, with its figures where they can be made again; None: there is none."""
        entry = kept.entry
        if entry is None or entry.kind is not EntryKind.DECISION:
            return None
        pack, recorded = self._pack(entry), _recorded(entry)
        made = None if pack is None or recorded is None else decide(pack, *recorded, entry.at)
        return next((each.finding for each in _findings(entry, None, made)), None)

    async def one(self, position: int) -> DecisionSeen:
        """Return the decision at a place of the chain, with everything it stands on.

        Raises:
            NotFoundError: there is no decision at this place.
        """

        def unit(stores: LedgerStores) -> tuple[Kept | None, Kept | None]:
            """Read it, and the entry before it."""
            return stores.sealed_entry(position), stores.sealed_entry(position - 1)

        kept, before = await self._ask(unit)
        if kept is None or kept.entry is None or kept.entry.kind is not EntryKind.DECISION:
            raise NotFoundError(f"there is no decision at place {position}")
        breaks = tuple(check_next(START if before is None else before.head or START, kept))
        return self._seen(kept, kept.entry, breaks)

    def _seen(self, kept: Kept, entry: Entry, breaks: tuple[Break, ...]) -> DecisionSeen:
        pack = self._pack(entry)
        recorded = _recorded(entry)
        made = None
        if pack is not None and recorded is not None:
            made = decide(pack, *recorded, entry.at)
        return DecisionSeen(
            kept=kept,
            entry=entry,
            breaks=breaks,
            verdict=verdict_of(entry),
            findings=tuple(_findings(entry, pack, made)),
            application=None if recorded is None else recorded[0],
            facts=None if recorded is None else recorded[1],
            pack=pack,
            again=_again(entry, pack, made),
        )

    def _pack(self, entry: Entry) -> Pack | None:
        """Return the version of the pack that an entry names; None: it is not at hand."""
        try:
            return self._book.rules.shelf.version(
                str(entry.facts.get("pack", "")), str(entry.facts.get("version", ""))
            )
        except NotFoundError:
            return None

    async def _ask(self, unit: Callable[[SearchStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)


def verdict_of(entry: Entry) -> Verdict | None:
    """Return what came out; None: this release cannot read it."""
    try:
        return Verdict[str(entry.facts.get("verdict", "")).upper()]
    except KeyError:
        return None


def causes_of(entry: Entry) -> list[str]:
    """Return the causes of a decision, gravest first."""
    return _listed(entry, "causes")


def _listed(entry: Entry, name: str) -> list[str]:
    text = str(entry.facts.get(name, ""))
    return text.split(",") if text else []


def _recorded(entry: Entry) -> tuple[Application, Facts] | None:
    """Return what a decision was made of; None: it was not recorded, or this release cannot read it."""
    try:
        return read_facts(str(entry.facts["recorded"]))
    except (KeyError, DecodeError):
        return None


def _findings(entry: Entry, pack: Pack | None, made: Decision | None) -> list[FindingSeen]:
    """Return what was not met as it was recorded; with its figures where it comes out the same again."""
    known = {} if made is None else {(each.rule, each.cause): each for each in made.findings}
    found = []
    for rule, cause in zip(_listed(entry, "rules"), causes_of(entry), strict=False):
        finding = known.get((rule, cause), Finding(Verdict.REFUSE, rule, cause, {}))
        found.append(
            FindingSeen(
                finding=finding,
                explained=codes.explained(codes.code_of(finding)),
                citation=None if pack is None else cite(pack, rule),
            )
        )
    return found


def _again(entry: Entry, pack: Pack | None, made: Decision | None) -> Again:
    if "recorded" not in entry.facts:
        return Again.NO_FACTS
    if pack is None:
        return Again.NO_PACK
    if made is None:
        return Again.OTHER
    recorded = [*zip(_listed(entry, "rules"), causes_of(entry), strict=False)]
    if recorded == [(each.rule, each.cause) for each in made.findings]:
        return Again.SAME
    left = [(each.rule, each.cause) for each in made.findings if each.verdict is not Verdict.HOLD]
    return Again.CLEARED if recorded == left else Again.OTHER
