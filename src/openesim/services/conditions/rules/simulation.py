"""Simulating a changed pack: the ledger's decisions are read in pages and asked again; nothing is stored.

Orders under a pack that asks nothing leave no decision, and nothing can be said of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.admission.recorded import read_facts
from openesim.conditions.admission.simulation import Past, Tally, simulate
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import DecodeError
from openesim.services.conditions.ledger.ledger import Cursor, Range, Window
from openesim.transparency.chain import Kept
from openesim.transparency.entries import Entry, EntryKind

PAGE: Final = 1000
"""Decisions that are read at once."""

CONFIRMATION: Final = "confirmation"
"""The gate whose decisions are asked again: it alone has all facts of an order."""


class DecisionStores(Protocol):
    """The ledger, inside one unit of work."""

    def ledger_window(self, window: Window, limit: int) -> list[Kept]:
        """Return at most ``limit`` entries of a window, newest first."""
        ...


Pages = Callable[[Callable[[DecisionStores], list[Kept]]], list[Kept]]
"""Runs a unit that reads, such as ``work.run_now``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which decisions are asked again; what is None leaves nothing out.

    Attributes:
        pack_id: made under a version of this pack.
        operator: of this operator's orders.
        service: of orders for this class.
        since: then or later.
        before: earlier.
    """

    pack_id: str | None = None
    operator: str | None = None
    service: ServiceClass | None = None
    since: datetime | None = None
    before: datetime | None = None

    def window(self, after: Cursor | None) -> Window:
        """Return the stretch of the ledger that holds them, behind an entry."""
        return Window(
            range=Range.KIND if self.operator is None else Range.OPERATOR,
            value=self.operator,
            kind=EntryKind.DECISION,
            since=self.since,
            before=self.before,
            after=after,
        )


def simulate_pages(
    run: Pages, changed: Pack, known: Iterable[Pack], scope: Scope, tally: Tally
) -> Iterator[int]:
    """Ask all decisions of a scope again, and yield after each page how many entries of the ledger it had.

    Memory does not grow with the number of decisions. Whoever simulates for a page of a desk stops when it is enough.

    Args:
        run: runs a unit that reads.
        changed: the pack that might be.
        known: all versions of all packs.
        scope: which decisions.
        tally: counts them.
    """
    packs = {(pack.id, pack.version): pack for pack in known}
    after: Cursor | None = None
    while page := run(page_reader(scope.window(after), PAGE)):
        ask_again(page, changed, packs, scope, tally)
        yield len(page)
        after = cursor_behind(page)


def page_reader(window: Window, limit: int) -> Callable[[DecisionStores], list[Kept]]:
    """Return the unit that reads the first entries of a window."""
    return lambda stores: stores.ledger_window(window, limit)


def cursor_behind(page: list[Kept]) -> Cursor:
    """Return where the next page begins."""
    return Cursor(page[-1].at, page[-1].entry_id)


def ask_again(
    page: list[Kept], changed: Pack, packs: dict[tuple[str, str], Pack], scope: Scope, tally: Tally
) -> None:
    """Ask the decisions of a page again, and count how they come out.

    Args:
        page: entries of the ledger.
        changed: the pack that might be.
        packs: all versions of all packs, by name and version.
        scope: which decisions.
        tally: counts them.
    """
    simulate(changed, packs, _past(page, scope, tally), tally)


def _past(page: list[Kept], scope: Scope, tally: Tally) -> Iterator[Past]:
    """Yield the decisions of a page that are in the scope; what cannot be read is counted."""
    for kept in page:
        entry = kept.entry
        if entry is None:
            tally.unreadable += 1
            continue
        if entry.facts.get("gate") != CONFIRMATION or scope.pack_id not in {None, entry.facts.get("pack")}:
            continue
        try:
            past = past_of(entry)
        except DecodeError:
            tally.unreadable += 1
            continue
        if scope.service in {None, past.application.service}:
            yield past


def past_of(entry: Entry) -> Past:
    """Return the decision of an entry.

    Raises:
        DecodeError: the entry tells none, or what this release does not know.
    """
    told: Any = entry.facts
    try:
        application, facts = read_facts(told["recorded"])
        verdict = Verdict[told["verdict"].upper()]
        pack, version = told["pack"], told["version"]
    except KeyError as error:
        raise DecodeError(f"the entry tells no decision: {error} is missing") from None
    rules, causes = (told[name].split(",") if told.get(name) else [] for name in ("rules", "causes"))
    findings = tuple(Finding(verdict, rule, cause, {}) for rule, cause in zip(rules, causes, strict=False))
    if verdict is Verdict.ALLOW:
        findings = ()
    elif not findings:
        findings = (Finding(verdict, "", "", {}),)
    return Past(
        order_id=entry.order_id or 0,
        at=entry.at,
        application=application,
        facts=facts,
        decision=Decision(pack, version, findings),
    )
