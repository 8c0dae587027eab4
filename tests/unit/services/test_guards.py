"""A blocked chip gets nothing, at the start and in the middle; its order stays as it is and works when it is lifted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openesim.messages.sgp22.status import Status
from openesim.provisioning.procedures.blocklist import Block, BlockKind, Blocklist, ChipFacts, Target
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.guards import Guards
from tests.support.memory import MemoryWork
from tests.support.rig import NOW, Rig, eid_of, make_chip, world_of


class Blocks:
    """A blocklist that changes at once."""

    def __init__(self) -> None:
        self.list = Blocklist.empty()

    def set(self, kind: BlockKind, text: str) -> Block:
        target = Target.parse(kind, text)
        block = Block(block_id=1, target=target, reason="stolen", created_at=NOW, created_by="x")
        self.list = self.list.updated([block])
        return block

    def lift(self, block: Block) -> None:
        self.list = self.list.updated([replace(block, lifted_at=NOW)])

    def refusal(self, chip: ChipFacts) -> Status | None:
        return self.list.refusal(chip)


EUM_KEY = (world_of()["eum"].certificate.key_id or b"").hex()

NAMED = [
    (BlockKind.EUM, EUM_KEY, ("8.1.2", "6.1")),
    (BlockKind.EID, str(eid_of(1)), ("8.1.1", "3.8")),
    (BlockKind.FIRMWARE, "0.0.0-255.255.255", ("8.2.5", "4.3")),
]


@pytest.fixture
def blocks() -> Blocks:
    return Blocks()


@pytest.fixture
def guarded(runner: Any, blocks: Blocks) -> Rig:
    return Rig(MemoryWork(), runner, guards=Guards(blocks))


@pytest.mark.parametrize(("kind", "text", "pair"), NAMED)
def test_a_blocked_chip_is_refused_and_its_order_waits(
    guarded: Rig, blocks: Blocks, kind: BlockKind, text: str, pair: tuple[str, str]
) -> None:
    order = guarded.add_order()
    block = blocks.set(kind, text)
    lpa = guarded.lpa()
    lpa.initiate()
    assert lpa.authenticate("TEST-1").pair == pair
    assert guarded.order() == order, "neither ended nor an attempt counted"
    assert lpa.authenticate("TEST-1").pair == ("8.10.1", "3.9"), "the session has ended"
    blocks.lift(block)
    again = guarded.lpa()
    again.initiate()
    assert again.authenticate("TEST-1").pair is None


@pytest.mark.parametrize(("kind", "text", "pair"), NAMED)
def test_a_session_that_is_under_way_is_stopped_before_the_profile_is_bound(
    guarded: Rig, blocks: Blocks, kind: BlockKind, text: str, pair: tuple[str, str]
) -> None:
    guarded.add_order()
    lpa = guarded.lpa()
    lpa.initiate()
    assert lpa.authenticate("TEST-1").pair is None
    blocks.set(kind, text)
    assert lpa.get_package().pair == pair
    assert guarded.order().state is OrderState.RELEASED
    assert guarded.order().eid is None
    assert lpa.get_package().pair == ("8.10.1", "3.9"), "the session has ended"


def test_other_chips_go_on(guarded: Rig, blocks: Blocks) -> None:
    guarded.add_order()
    blocks.set(BlockKind.EID, str(eid_of(2)))
    lpa = guarded.lpa(make_chip(1))
    lpa.initiate()
    assert lpa.authenticate("TEST-1").pair is None


def test_the_timeline_of_the_order_says_which_block_it_was(guarded: Rig, blocks: Blocks) -> None:
    order = guarded.add_order()
    blocks.set(BlockKind.EID, str(eid_of(1)))
    lpa = guarded.lpa()
    lpa.initiate()
    lpa.authenticate("TEST-1")
    step = guarded.work.run_now(lambda stores: stores.steps_of_order(order.order_id))[-1]
    assert (step.subject, step.reason) == ("8.1.1", "3.8")
    assert "block 1" in step.message


def test_a_blocked_chip_cannot_find_out_which_codes_are_good(guarded: Rig, blocks: Blocks) -> None:
    guarded.add_order()
    blocks.set(BlockKind.EID, str(eid_of(1)))
    told = []
    for code in ("TEST-1", "WRONG"):
        lpa = guarded.lpa()
        lpa.initiate()
        told.append(lpa.authenticate(code).members["header"])
    assert told[0] == told[1]
