"""What an operator's own people did and saw, and what the gate decided in his matters: his stretch of the ledger.

Nothing of another operator's is among it, nothing that the gate counted across operators, and no person's digest
(``subscribers.own_entry``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.ledger.ledger import Cursor, LedgerStores, Query, find_page
from openesim.services.conditions.operator.colleagues import Who, seen_from
from openesim.services.conditions.operator.subscribers import own_entry
from openesim.services.ports import AnyWork, never
from openesim.transparency.entries import Entry, EntryKind


class AuditStores(LedgerStores, Protocol):
    """The ledger and the accounts, inside one unit of work."""

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        ...


@dataclass(frozen=True, slots=True)
class Audited:
    """An entry, as its operator is told it.

    Attributes:
        entry: what it tells.
        digest: of the whole entry, hexadecimal.
        position: its place in the chain; None: not sealed yet.
        who: who did it.
        about: whose account it is about; None: it is about none.
    """

    entry: Entry
    digest: str
    position: int | None
    who: Who
    about: Who | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, newest first.

    Attributes:
        entries: those that pass.
        next: where the next page begins; None: this is the last one.
    """

    entries: list[Audited]
    next: Cursor | None


class OperatorAudit:
    """The ledger as operators look at it."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to the ledger."""
        self._work: Final = work

    async def page(
        self,
        operator: str,
        kind: EntryKind | None,
        actor: str | None,
        since: datetime | None,
        after: Cursor | None,
        limit: int,
    ) -> AuditPage:
        """Return entries in an operator's matters, newest first.

        Args:
            operator: whose matters.
            kind: of this kind; None: of any.
            actor: done by this one; None: by anybody.
            since: then or later; None: whenever.
            after: behind this entry; None: from the newest.
            limit: how many at most.
        """
        query = Query(kind=kind, operator=operator, actor=actor, since=since)

        def unit(stores: AuditStores) -> AuditPage:
            """Look them up."""
            page = find_page(stores, query, after, limit)
            kept = [(each, each.entry) for each in page.entries if each.entry is not None]
            named = [name for _, entry in kept for name in (entry.actor, _account_of(entry)) if name]
            who = seen_from(operator, stores, named)
            audited = [
                Audited(
                    own_entry(entry),
                    each.digest.hex(),
                    None if each.head is None else each.head.position,
                    who[entry.actor],
                    who.get(_account_of(entry)),
                )
                for each, entry in kept
            ]
            return AuditPage(audited, page.next)

        asked: Callable[[Any], AuditPage] = unit
        return await self._work.run(asked, must_last=never)


def _account_of(entry: Entry) -> str:
    """Return whose account an entry is about; empty: it is about none."""
    subject = entry.subject or ""
    return subject if subject.startswith("account:") else ""
