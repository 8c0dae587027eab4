"""The blocklist as a service: people set and lift blocks, and every process knows of it within two seconds.

A process holds the whole list in memory and asks the database for its revision, a number, twice a second. When it has
risen, the process reads what was set or lifted since. So a download costs no statement more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import structlog

from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.kernel.ids import Eid
from openesim.kernel.records import changed
from openesim.messages.sgp22.status import Status
from openesim.provisioning.procedures.blocklist import (
    Block,
    BlockKind,
    Blocklist,
    ChipFacts,
    Range,
    Ranges,
    Target,
)
from openesim.services.ports import UnitOfWork, never

INTERVAL_S: Final = 0.5
"""How often a process looks whether the list has changed."""

_PAGE: Final = 5000

_log = structlog.get_logger(__name__)

T = TypeVar("T")


class BlockStores(Protocol):
    """The blocks, inside one unit of work."""

    def add_block(self, block: Block) -> Block:
        """Store a new block and return it with its number; the revision rises."""
        ...

    def lift_block(self, block: Block) -> Block:
        """Store that a block was lifted, by whom, when and why, and return it; the revision rises."""
        ...

    def block(self, block_id: int) -> Block | None:
        """Return a block, lifted or not."""
        ...

    def blocks(self, after: int, limit: int) -> list[Block]:
        """Return blocks, lifted or not, by number, beginning behind ``after``."""
        ...

    def blocks_of(self, kind: BlockKind, after: tuple[str, int], limit: int) -> list[Block]:
        """Return blocks of a kind that hold, by where they begin and number, beginning behind ``after``."""
        ...

    def blocks_changed(self, after: int, limit: int) -> list[Block]:
        """Return blocks that were set or lifted, by revision, beginning behind ``after``."""
        ...

    def blocks_covering(self, eid: Eid, limit: int = 100) -> list[Block]:
        """Return blocks that hold and name a chip by its EID; what people ask, not what servers do."""
        ...

    def blocklist_revision(self) -> int:
        """Return the revision of the blocklist: it rises with every change; 0 for one that never had any."""
        ...


# --- What people do -------------------------------------------------------------------------------------------


def add_block(stores: BlockStores, target: Target, reason: str, who: str, now: datetime) -> Block:
    """Set a block.

    Args:
        stores: of the unit of work.
        target: which chips.
        reason: why; it is not told to them.
        who: who does it.
        now: aware UTC.
    """
    return stores.add_block(Block(target=target, reason=reason, created_at=now, created_by=who))


def lift_block(stores: BlockStores, block_id: int, reason: str | None, who: str, now: datetime) -> Block:
    """Lift a block; it stays in the list of all, with who did it.

    Raises:
        NotFoundError: there is none with this number.
        ConflictError: it was lifted before.
    """
    block = stores.block(block_id)
    if block is None:
        raise NotFoundError(f"there is no block {block_id}")
    if block.lifted_at is not None:
        raise ConflictError(
            f"block {block_id} was lifted before, by {block.lifted_by} at {block.lifted_at:%Y-%m-%d %H:%M} UTC"
        )
    return stores.lift_block(changed(block, lifted_at=now, lifted_by=who, lifted_reason=reason))


# --- What servers do ------------------------------------------------------------------------------------------


class BlocklistService:
    """The blocklist of a process: what it knows, and how it hears of changes."""

    def __init__(self, work: UnitOfWork) -> None:
        """Know nothing yet."""
        self._work = work
        self._list = Blocklist.empty()
        self._revision = 0

    @property
    def revision(self) -> int:
        """The revision that is known."""
        return self._revision

    def refusal(self, chip: ChipFacts) -> Status | None:
        """Return how a chip is refused that is blocked, or None."""
        return self._list.refusal(chip)

    async def load(self) -> None:
        """Read the whole list; to be done before anybody is answered."""
        revision = await self._ask(lambda stores: stores.blocklist_revision())
        loaded = Blocklist.empty()
        for kind in (BlockKind.EUM, BlockKind.FIRMWARE, BlockKind.PLATFORM):
            async for page in self._pages(kind):
                loaded = loaded.updated(page)
        ranges: list[Range] = []
        async for page in self._pages(BlockKind.EID):
            ranges += [(*block.target.packed, block.block_id) for block in page]
        eids = await asyncio.to_thread(Ranges, 16, ranges)
        self._list, self._revision = changed(loaded, eids=eids), revision
        await self.refresh()

    async def _pages(self, kind: BlockKind) -> AsyncIterator[list[Block]]:
        """Give all blocks of a kind that hold, in the order of where they begin, page by page."""
        after = ("", 0)
        while page := await self._ask(_reader(kind, after)):
            yield page
            after = (page[-1].target.first, page[-1].block_id)

    async def refresh(self) -> None:
        """Read what has changed since, if anything has."""
        revision = await self._ask(lambda stores: stores.blocklist_revision())
        if revision == self._revision:
            return
        changes: list[Block] = []
        after = self._revision
        while page := await self._ask(_reader_of_changes(after)):
            changes += page
            after = page[-1].revision
        # A great list is copied for as long as a second: not while others wait.
        update = self._list.updated
        self._list = await asyncio.to_thread(update, changes) if changes else self._list
        self._revision = max(revision, after)
        _log.info("blocklist changed", revision=self._revision, changes=len(changes))

    async def follow(self) -> None:
        """Hear of changes until cancelled; while the database is away, what is known stays in force."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            try:
                await self.refresh()
            except Exception as fault:  # noqa: BLE001 (whatever the stores raise: there is another time)
                _log.error("blocklist not read", fault=repr(fault))

    async def _ask(self, unit: Callable[[Any], T]) -> T:
        """Return what a unit of work reads."""
        return await self._work.run(unit, must_last=never)


def _reader(kind: BlockKind, after: tuple[str, int]) -> Callable[[BlockStores], list[Block]]:
    return lambda stores: stores.blocks_of(kind, after, _PAGE)


def _reader_of_changes(after: int) -> Callable[[BlockStores], list[Block]]:
    return lambda stores: stores.blocks_changed(after, _PAGE)
