"""Blocks and counts in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from openesim.kernel.ids import Eid
from openesim.provisioning.procedures.blocklist import Block, BlockKind


class MemoryBlocks:
    """Implements ``BlockStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.all_blocks: dict[int, Block] = {}
        self.revision = 0

    def add_block(self, block: Block) -> Block:
        self.revision += 1
        stored = replace(block, block_id=len(self.all_blocks) + 1, revision=self.revision)
        self.all_blocks[stored.block_id] = stored
        return stored

    def lift_block(self, block: Block) -> Block:
        self.revision += 1
        known = self.all_blocks[block.block_id]
        lifted = replace(
            known,
            lifted_at=block.lifted_at,
            lifted_by=block.lifted_by,
            lifted_reason=block.lifted_reason,
            revision=self.revision,
        )
        self.all_blocks[block.block_id] = lifted
        return lifted

    def block(self, block_id: int) -> Block | None:
        return self.all_blocks.get(block_id)

    def blocks(self, after: int, limit: int) -> list[Block]:
        return [each for number, each in self.all_blocks.items() if number > after][:limit]

    def _holding(self, kind: BlockKind) -> list[Block]:
        holding = [b for b in self.all_blocks.values() if b.lifted_at is None and b.target.kind is kind]
        return sorted(holding, key=lambda each: (each.target.first, each.block_id))

    def blocks_of(self, kind: BlockKind, after: tuple[str, int], limit: int) -> list[Block]:
        return [each for each in self._holding(kind) if (each.target.first, each.block_id) > after][:limit]

    def blocks_covering(self, eid: Eid, limit: int = 100) -> list[Block]:
        holding = self._holding(BlockKind.EID)
        return [each for each in holding if each.target.first <= eid <= each.target.last][:limit]

    def blocks_changed(self, after: int, limit: int) -> list[Block]:
        changed = [each for each in self.all_blocks.values() if each.revision > after]
        return sorted(changed, key=lambda each: each.revision)[:limit]

    def blocklist_revision(self) -> int:
        return self.revision


class MemoryFigures:
    """Implements the counts of ``FigureStores`` over what the other stores keep."""

    def count_sessions(self: Any, now: datetime, most: int) -> int:
        open_ones = [each for each in self.sessions.values() if each.expires_at >= now]
        return min(most, len(open_ones))

    def count_notifications(self: Any, most: int) -> int:
        return min(most, len(self.notifications))

    def count_outbox(self: Any, most: int, *, is_stuck: bool) -> int:
        return min(most, len([each for each in self.outbox.values() if each.is_stuck is is_stuck]))

    def oldest_in_outbox(self: Any, most: int) -> datetime | None:
        waiting = [each.created_at for each in self.outbox.values() if not each.is_stuck]
        return min(waiting[:most], default=None)

    def profile_types(self: Any, most: int) -> list[str]:
        return sorted(package.name for package, _ in self.packages.values())[:most]

    def count_stock(self: Any, profile_type: str, most: int) -> int:
        orders = [each for each in self.orders.values() if each.profile_type == profile_type]
        return min(most, len([each for each in orders if each.state.value == "Available"]))
