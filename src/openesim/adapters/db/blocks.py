"""Blocks, and the revision that says when they last changed."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, literal_column, or_, select

# Both dialects read this clause; Core has it only in its dialect packages.
from sqlalchemy.dialects.postgresql import insert as insert_or_replace

from openesim.adapters.db import records
from openesim.adapters.db.records import Row
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, insert_row, select_row, update_row
from openesim.adapters.db.tables import blocks, revisions
from openesim.kernel.ids import Eid
from openesim.kernel.records import changed
from openesim.provisioning.procedures.blocklist import Block, BlockKind, Target

REVISION: Final = "blocks"

_raise: Final = insert_or_replace(revisions).values(
    {"name": bindparam("name"), "number": literal_column("1")}
)

STATEMENTS: Final[Statements] = {
    # The row stays locked until the commit: revisions rise in the order in which changes are seen.
    "raise_revision": _raise.on_conflict_do_update(
        index_elements=["name"], set_={"number": revisions.c.number + literal_column("1")}
    ).returning(revisions.c.number),
    "revision": select(revisions.c.number).where(revisions.c.name == bindparam("name")),
    "add_block": insert_row(blocks, numbered="block_id"),
    "lift_block": update_row(blocks, "block_id", "lifted_at", "lifted_by", "lifted_reason", "revision"),
    "block": select_row(blocks, "block_id").with_for_update(),
    "blocks": select(blocks)
    .where(blocks.c.block_id > bindparam("after"))
    .order_by(blocks.c.block_id)
    .suffix_with(MOST),
    "blocks_of": select(blocks)
    .where(
        blocks.c.lifted_at.is_(None),
        blocks.c.kind == bindparam("kind"),
        blocks.c.first >= bindparam("first"),
        or_(blocks.c.first > bindparam("first"), blocks.c.block_id > bindparam("after")),
    )
    .order_by(blocks.c.first, blocks.c.block_id)
    .suffix_with(MOST),
    "blocks_covering": select(blocks)
    .where(
        blocks.c.lifted_at.is_(None),
        blocks.c.kind == bindparam("kind"),
        blocks.c.first <= bindparam("eid"),
        blocks.c.last >= bindparam("eid"),
    )
    .order_by(blocks.c.first, blocks.c.block_id)
    .suffix_with(MOST),
    # Every change has a revision of its own.
    "blocks_changed": select(blocks)
    .where(blocks.c.revision > bindparam("after"))
    .order_by(blocks.c.revision)
    .suffix_with(MOST),
}


class BlockRows(Rows):
    """Implements ``services.blocklist.BlockStores``."""

    def add_block(self, block: Block) -> Block:
        """Store a new block and return it with its number; the revision rises."""
        stored = changed(block, revision=self._raise_revision())
        return changed(stored, block_id=self._new("add_block", _parameters(stored)))

    def lift_block(self, block: Block) -> Block:
        """Store that a block was lifted, by whom, when and why, and return it; the revision rises."""
        lifted = changed(block, revision=self._raise_revision())
        self._do("lift_block", _parameters(lifted) | {"key_block_id": lifted.block_id})
        return lifted

    def block(self, block_id: int) -> Block | None:
        """Return a block, lifted or not."""
        return self._one("block", _read, block_id=block_id)

    def blocks(self, after: int, limit: int) -> list[Block]:
        """Return blocks, lifted or not, by number, beginning behind ``after``."""
        return self._all("blocks", _read, after=after, most=limit)

    def blocks_of(self, kind: BlockKind, after: tuple[str, int], limit: int) -> list[Block]:
        """Return blocks of a kind that hold, by where they begin and number, beginning behind ``after``."""
        first, number = after
        return self._all("blocks_of", _read, kind=kind.value, first=first, after=number, most=limit)

    def blocks_changed(self, after: int, limit: int) -> list[Block]:
        """Return blocks that were set or lifted, by revision, beginning behind ``after``."""
        return self._all("blocks_changed", _read, after=after, most=limit)

    def blocks_covering(self, eid: Eid, limit: int = 100) -> list[Block]:
        """Return blocks that hold and name a chip by its EID; what people ask, not what servers do."""
        return self._all("blocks_covering", _read, kind=BlockKind.EID.value, eid=str(eid), most=limit)

    def blocklist_revision(self) -> int:
        """Return the revision of the blocklist: it rises with every change; 0 for one that never had any."""
        return self._one("revision", lambda row: int(row[0]), name=REVISION) or 0

    def _raise_revision(self) -> int:
        return self._new("raise_revision", {"name": REVISION})


def _parameters(block: Block) -> dict[str, Any]:
    """Return the columns of a block, all but its number."""
    return {
        "kind": block.target.kind.value,
        "first": block.target.first,
        "last": block.target.last,
        "reason": block.reason,
        "created_at": records.to_milliseconds(block.created_at),
        "created_by": block.created_by,
        "lifted_at": None if block.lifted_at is None else records.to_milliseconds(block.lifted_at),
        "lifted_by": block.lifted_by,
        "lifted_reason": block.lifted_reason,
        "revision": block.revision,
    }


def _read(row: Row) -> Block:
    """Return the block of a row of ``blocks``."""
    return Block(
        block_id=row[0],
        target=Target(kind=BlockKind(row[1]), first=row[2], last=row[3]),
        reason=row[4],
        created_at=records.from_milliseconds(row[5]),
        created_by=row[6],
        lifted_at=None if row[7] is None else records.from_milliseconds(row[7]),
        lifted_by=row[8],
        lifted_reason=row[9],
        revision=row[10],
    )
