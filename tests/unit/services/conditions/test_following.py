"""What a process knows by heart is kept up to date book by book: one that cannot be read holds up no other."""

from __future__ import annotations

import asyncio

import pytest

from openesim.services.conditions.following import Following, Reading
from tests.support.memory import MemoryWork


class Book:
    """Notes what it is asked to read, and cannot read at all where it is told so."""

    def __init__(self, name: str, *, is_broken: bool = False) -> None:
        self.name = name
        self.is_broken = is_broken
        self.read: list[int] = []

    async def load(self, reading: Reading) -> None:
        """Knows everything."""

    async def refresh(self, reading: Reading, after: int) -> None:
        """Reads what changed, if it can."""
        if self.is_broken:
            raise ValueError(self.name)
        self.read.append(after)


def test_a_book_that_cannot_be_read_holds_up_no_other_and_is_read_again(runner: asyncio.Runner) -> None:
    work, rules, recalls = MemoryWork(), Book("rules"), Book("terminals")
    following = Following(work, (rules, recalls))
    runner.run(following.load())
    work.run_now(lambda stores: [stores.raise_revision(each.name) for each in (rules, recalls)])
    rules.is_broken = True
    with pytest.raises(ValueError, match="rules"):
        runner.run(following.refresh())
    assert recalls.read == [0]
    rules.is_broken = False
    runner.run(following.refresh())
    assert (rules.read, recalls.read) == ([0], [0])
