"""The contract of blocks and counts: every change raises the revision, and whoever follows it misses none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.provisioning.procedures.blocklist import Block, BlockKind, ChipFacts, Target
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.blocklist import BlocklistService, add_block, lift_block
from openesim.services.figures import FigureService
from tests.stores.test_smdp_stores import SESSION, ask
from tests.support.rig import NOW, PROFILE_TYPE, Rig, SteppedClock, eid_of

EID = eid_of(1)


def put(work: Any, kind: BlockKind, text: str, reason: str = "stolen") -> Block:
    target = Target.parse(kind, text)
    stored: Block = work.run_now(lambda stores: add_block(stores, target, reason, "an admin", NOW))
    return stored


def test_a_block_comes_out_as_it_went_in_with_number_and_revision(work: Any) -> None:
    stored = put(work, BlockKind.EID, "89049032", "stolen from a lorry 被盗")
    assert stored.block_id > 0
    assert ask(work, "block", stored.block_id) == stored
    assert ask(work, "block", stored.block_id + 1) is None
    assert stored.revision == ask(work, "blocklist_revision") == 1


def test_every_change_raises_the_revision_and_is_found_behind_it(work: Any) -> None:
    assert ask(work, "blocklist_revision") == 0
    assert ask(work, "blocks_changed", 0, 10) == []
    first, second = put(work, BlockKind.EID, "89"), put(work, BlockKind.PLATFORM, "a")
    assert ask(work, "blocks_changed", 0, 10) == [first, second]
    assert ask(work, "blocks_changed", 0, 1) == [first]
    lifted = work.run_now(lambda stores: lift_block(stores, first.block_id, "found again", "x", NOW))
    assert ask(work, "blocks_changed", second.revision, 10) == [lifted]
    assert ask(work, "blocks_changed", 0, 10) == [second, lifted]
    assert (lifted.lifted_at, lifted.lifted_by, lifted.lifted_reason) == (NOW, "x", "found again")
    assert ask(work, "blocks", 0, 10) == [lifted, second]


def test_blocks_that_hold_are_read_by_kind_in_pages(work: Any) -> None:
    stored = [put(work, BlockKind.EID, text) for text in ("8904", "8905", "8904", "8903", "8902")]
    put(work, BlockKind.FIRMWARE, "1.2.3")
    work.run_now(lambda stores: lift_block(stores, stored[1].block_id, None, "x", NOW))
    found: list[Block] = []
    after = ("", 0)
    while page := ask(work, "blocks_of", BlockKind.EID, after, 2):
        found += page
        after = (page[-1].target.first, page[-1].block_id)
    assert found == [stored[4], stored[3], stored[0], stored[2]]


def test_a_person_finds_the_blocks_of_a_chip(work: Any) -> None:
    whole, one = put(work, BlockKind.EID, "8904"), put(work, BlockKind.EID, str(EID))
    put(work, BlockKind.EID, "8905")
    assert ask(work, "blocks_covering", EID) == [whole, one]
    assert ask(work, "blocks_covering", EID, 1) == [whole]


def test_a_process_hears_of_what_others_set_and_lift(work: Any, rig: Rig) -> None:
    chip = ChipFacts(eid=str(EID), platform_label="bad build")
    early = put(work, BlockKind.EID, "89049032")
    service = BlocklistService(work)
    rig.run(service.load())
    assert service.refusal(chip) is not None
    work.run_now(lambda stores: lift_block(stores, early.block_id, None, "x", NOW))
    assert service.refusal(chip) is not None, "nobody told it yet"
    rig.run(service.refresh())
    assert service.refusal(chip) is None
    put(work, BlockKind.PLATFORM, "bad build")
    rig.run(service.refresh())
    assert service.refusal(chip) is not None
    assert service.revision == 3


def test_a_process_that_starts_knows_every_kind_and_nothing_that_was_lifted(work: Any, rig: Rig) -> None:
    for kind, text in (
        (BlockKind.EUM, "6b" * 20),
        (BlockKind.FIRMWARE, "1.2.3"),
        (BlockKind.PLATFORM, "bad build"),
    ):
        put(work, kind, text)
    gone = put(work, BlockKind.EID, str(EID))
    work.run_now(lambda stores: lift_block(stores, gone.block_id, None, "x", NOW))
    service = BlocklistService(work)
    rig.run(service.load())
    chip = ChipFacts(eid=str(EID))
    assert service.refusal(chip) is None
    assert service.refusal(replace(chip, eum_key_id=b"k" * 20)) is not None
    assert service.refusal(replace(chip, firmware=bytes([1, 2, 3]))) is not None
    assert service.refusal(replace(chip, platform_label="bad build")) is not None


def test_what_is_kept_is_counted_up_to_a_limit(work: Any, rig: Rig) -> None:
    rig.add_order(state=OrderState.AVAILABLE, matching_id=None)
    ask(work, "add_session", replace(SESSION, expires_at=NOW + timedelta(hours=1)))
    for octets in (b"one", b"two"):
        ask(work, "add_notification", octets, NOW)
    assert ask(work, "count_notifications", 10) == 2
    assert ask(work, "count_notifications", 1) == 1
    assert ask(work, "count_sessions", NOW, 10) == 1
    assert ask(work, "count_sessions", NOW + timedelta(hours=2), 10) == 0
    assert ask(work, "profile_types", 10) == [PROFILE_TYPE]
    assert ask(work, "count_stock", PROFILE_TYPE, 10) == 1
    assert ask(work, "count_stock", "another", 10) == 0


def test_messages_that_wait_and_that_are_stuck_are_counted_apart(work: Any) -> None:
    def add(stores: Any) -> list[int]:
        return [
            stores.add_message(
                kind="webhook",
                destination=name,
                sequence_key="",
                payload=b"",
                now=NOW + timedelta(seconds=late),
            )
            for late, name in enumerate("abc")
        ]

    rows = work.run_now(add)
    work.run_now(lambda stores: stores.give_up_message(stores.message(rows[0]), "away"))
    for most, is_stuck, expected in ((10, False, 2), (1, False, 1), (10, True, 1)):
        count = work.run_now(lambda stores: stores.count_outbox(most, is_stuck=is_stuck))  # noqa: B023
        assert count == expected
    assert ask(work, "oldest_in_outbox", 10) == NOW + timedelta(seconds=1)


def test_figures_of_empty_stores_are_nothing(work: Any, rig: Rig) -> None:
    figures = rig.run(FigureService(work, SteppedClock()).figures())
    assert (figures.sessions, figures.notifications, figures.outbox_waiting) == (0, 0, 0)
    assert (figures.outbox_stuck, figures.outbox_oldest_s, figures.stock) == (0, 0.0, {})


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_text_that_no_database_keeps_finds_no_chip(work: Any, rig: Rig, text: str) -> None:
    service = BlocklistService(work)
    rig.run(service.load())
    assert service.refusal(ChipFacts(eid=str(EID), platform_label=text)) is None
