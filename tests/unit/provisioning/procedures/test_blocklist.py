"""Blocks: what a person may write, what they cover, and that a million of them cost no more than twenty looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.provisioning.procedures import blocklist
from openesim.provisioning.procedures.blocklist import (
    Block,
    BlockKind,
    Blocklist,
    ChipFacts,
    Ranges,
    Target,
)

NOW = datetime(2027, 1, 15, tzinfo=UTC)
EID = "89049032" + "0" * 22 + "43"
CHIP = ChipFacts(eid=EID, eum_key_id=b"k" * 20, firmware=bytes([2, 10, 1]), platform_label="1.2.840.1/chip")


def block(number: int, kind: BlockKind, text: str) -> Block:
    return Block(
        block_id=number,
        target=Target.parse(kind, text),
        reason="stolen",
        created_at=NOW,
        created_by="an admin",
        revision=number,
    )


def lifted(known: Block) -> Block:
    return replace(known, lifted_at=NOW, lifted_by="an admin")


# --- What a person writes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (EID, EID, EID),
        ("89049032", "89049032" + "0" * 24, "89049032" + "9" * 24),
        ("8904 9032 - 8904 9033", "89049032" + "0" * 24, "89049033" + "9" * 24),
        (f"{EID}-{EID}", EID, EID),
    ],
)
def test_chips_are_named_one_by_one_by_how_they_begin_or_from_one_to_another(
    text: str, first: str, last: str
) -> None:
    target = Target.parse(BlockKind.EID, text)
    assert (target.first, target.last) == (first, last)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (EID, EID),
        ("89049032", "89049032…"),
        ("8904903200", "8904903200…"),
        ("89049039", "89049039…"),
        ("8904-8905", f"8904{'0' * 28}-8905{'9' * 28}"),
    ],
)
def test_a_target_is_told_as_shortly_as_it_was_written(text: str, told: str) -> None:
    assert str(Target.parse(BlockKind.EID, text)) == told


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (BlockKind.EID, ""),
        (BlockKind.EID, "-"),
        (BlockKind.EID, "8904x"),
        (BlockKind.EID, "٨٩"),
        (BlockKind.EID, EID + "0"),
        (BlockKind.EID, "90-89"),
        (BlockKind.EID, "89-90-91"),
        (BlockKind.FIRMWARE, "1.2"),
        (BlockKind.FIRMWARE, "1.2.256"),
        (BlockKind.FIRMWARE, "1.2.3-1.2.2"),
        (BlockKind.FIRMWARE, "1.2.x"),
        (BlockKind.EUM, "00" * 19),
        (BlockKind.EUM, "zz" * 20),
        (BlockKind.PLATFORM, ""),
        (BlockKind.PLATFORM, "a\0b"),
        (BlockKind.PLATFORM, "x" * 201),
    ],
)
def test_what_names_no_chips_is_refused(kind: BlockKind, text: str) -> None:
    with pytest.raises(DecodeError):
        Target.parse(kind, text)


def test_a_key_may_be_written_as_tools_write_it() -> None:
    assert Target.parse(BlockKind.EUM, ":".join(["AB"] * 20)).first == "ab" * 20


# --- What is covered ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "pair"),
    [
        (BlockKind.EUM, "6b" * 20, ("8.1.2", "6.1")),
        (BlockKind.EID, "89049032", ("8.1.1", "3.8")),
        (BlockKind.EID, EID, ("8.1.1", "3.8")),
        (BlockKind.FIRMWARE, "2.9.0-2.10.1", ("8.2.5", "4.3")),
        (BlockKind.PLATFORM, "1.2.840.1/chip", ("8.2.5", "4.3")),
    ],
)
def test_a_chip_is_blocked_by_its_maker_its_number_or_its_software(
    kind: BlockKind, text: str, pair: tuple[str, str]
) -> None:
    known = block(7, kind, text)
    blocks = Blocklist.empty().updated([known])
    refusal = blocks.refusal(CHIP)
    assert refusal is not None
    assert refusal.pair == pair
    assert "block 7" in (refusal.message or "")
    assert "stolen" not in (refusal.message or ""), "the reason is for those who keep the list"
    assert blocks.updated([lifted(known)]).refusal(CHIP) is None
    assert blocks.refusal(ChipFacts(eid="8" * 32)) is None


def test_versions_are_numbers_and_not_text() -> None:
    blocks = Blocklist.empty().updated([block(1, BlockKind.FIRMWARE, "2.9.0-2.9.9")])
    assert blocks.refusal(CHIP) is None
    assert blocks.refusal(replace(CHIP, firmware=bytes([2, 9, 3]))) is not None


def test_a_block_that_is_lifted_leaves_another_of_the_same_chips_in_force() -> None:
    for kind, text in ((BlockKind.EID, EID), (BlockKind.EUM, "6b" * 20)):
        one, other = block(1, kind, text), block(2, kind, text)
        blocks = Blocklist.empty().updated([one, other]).updated([lifted(one)])
        assert blocks.find(CHIP) == (kind, 2)


def test_a_block_set_and_lifted_between_two_looks_was_never_there() -> None:
    assert Blocklist.empty().updated([lifted(block(1, BlockKind.EID, EID))]).find(CHIP) is None


small = st.integers(0, 60)
spans = st.lists(st.tuples(small, small).map(sorted), max_size=30)


@given(spans, st.data())
def test_any_ranges_cover_what_one_of_them_covers(ranges: list[list[int]], data: st.DataObject) -> None:
    def octets(value: int) -> bytes:
        return value.to_bytes(16, "big")

    known = {number: (octets(first), octets(last)) for number, (first, last) in enumerate(ranges)}
    gone = data.draw(st.sets(st.sampled_from(sorted(known)))) if known else set()
    whole = Ranges(16, sorted((*span, number) for number, span in known.items()))
    for made in (whole.with_more(gone), whole.without(gone), whole.without(gone).with_more(set())):
        for value in range(62):
            found = made.find(octets(value))
            covering = {
                number
                for number, (first, last) in known.items()
                if number not in gone and first <= octets(value) <= last
            }
            assert (found in covering) if covering else found is None
    assert {number for _, _, number in whole} == set(known), "what it was made from stays as it is"


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6), st.integers(0, 9)), max_size=20))
def test_changes_lead_to_the_list_that_reading_everything_leads_to(
    changes: list[tuple[bool, int, int]],
) -> None:
    """However many stand aside before they join the others."""
    before = blocklist._MOST_RECENT
    blocklist._MOST_RECENT = 2  # type: ignore[misc]
    try:
        known: dict[int, Block] = {}
        grown = Blocklist.empty()
        for number, (is_set, which, digit) in enumerate(changes):
            if is_set:
                known[number] = change = block(number, BlockKind.EID, f"8904903{digit}")
            elif which in known:
                change = lifted(known.pop(which))
            else:
                continue
            grown = grown.updated([change])
        whole = Blocklist.empty().updated(list(known.values()))
        for digit in range(10):
            chip = ChipFacts(eid=f"8904903{digit}" + "0" * 24)
            assert (grown.find(chip) is None) == (whole.find(chip) is None)
    finally:
        blocklist._MOST_RECENT = before  # type: ignore[misc]


def test_the_cost_of_a_look_does_not_grow_with_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    values = ((2 * number).to_bytes(16, "big") for number in range(100_000))
    ranges = Ranges(16, ((value, value, number) for number, value in enumerate(values)))
    looks = 0
    real = blocklist._Packed.__getitem__

    def counted(self: blocklist._Packed, index: int) -> bytes:
        nonlocal looks
        looks += 1
        octets = real(self, index)
        assert isinstance(octets, bytes)
        return octets

    monkeypatch.setattr(blocklist._Packed, "__getitem__", counted)
    assert ranges.find((2 * 77_777).to_bytes(16, "big")) == 77_777
    assert ranges.find((2 * 77_777 + 1).to_bytes(16, "big")) is None
    assert looks <= 2 * 19
