"""The chain: heads in octets, as strangers make them; a head as text; and what is found between two entries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.kernel.errors import DecodeError
from openesim.transparency.chain import START, Break, Head, Kept, Reason, check_next
from tests.unit.transparency.test_entries import ENTRY

FIRST = START.followed_by(ENTRY.digest)
KEPT = Kept(entry_id=1, at=ENTRY.at, entry=ENTRY, digest=ENTRY.digest, head=FIRST)


def test_a_head_is_made_of_the_one_before_it_the_place_and_the_digest() -> None:
    """Stated in octets, since strangers rely on it."""
    assert str(FIRST) == "1:aad9dd3ad5f84c8c6e58ba6f994560b2dc922ced3365cdc04d37e65c193433f6"


def test_a_head_is_read_as_it_is_written() -> None:
    assert Head.parse(str(FIRST)) == Head.parse(f" {FIRST}\n") == FIRST
    assert Head.parse(str(FIRST).replace(":", " ")) == FIRST
    for text in (
        "",
        "1",
        "1:ab",
        f"-{FIRST}",
        f"x{FIRST}",
        f"{FIRST}00",
        str(FIRST).upper(),
        f"١:{'0' * 64}",
    ):
        with pytest.raises(DecodeError):
            Head.parse(text)


@pytest.mark.parametrize(
    ("before", "kept", "expected"),
    [
        (START, KEPT, []),
        (START, replace(KEPT, entry=replace(ENTRY, actor="x")), [Break(Reason.CHANGED, 1, 1)]),
        (START, replace(KEPT, entry=None), [Break(Reason.CHANGED, 1, 1)]),
        (START, replace(KEPT, head=Head(1, bytes(32))), [Break(Reason.MOVED, 1, 1)]),
        (START, replace(KEPT, head=Head(4, bytes(32))), [Break(Reason.MISSING, 1, 3)]),
        (FIRST, KEPT, [Break(Reason.MOVED, 1, 1)]),
        (START, replace(KEPT, head=Head(-1, bytes(32))), [Break(Reason.MOVED, -1, -1)]),
        (Head(0, b"\1" * 32), KEPT, [Break(Reason.MOVED, 1, 1)]),
    ],
)
def test_what_does_not_hold_is_told_where_it_is(before: Head, kept: Kept, expected: list[Break]) -> None:
    assert list(check_next(before, kept)) == expected
