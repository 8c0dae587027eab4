"""Ranges of numbers that do not overlap, and whose each one is: a million of them in a few octets each.

They lie in blocks of some thousands, in the order of where they begin, as packed arrays. A number is looked up by halves:
among the blocks, then within one. A change copies the blocks that it touches and the list of blocks, no more, so it
costs microseconds, and whoever is looking something up in another thread sees all of it or nothing.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator
from typing import Final

_HALF: Final = 10**16
_FULL: Final = 4096
"""Ranges in a block: at twice as many it is split."""

Owned = tuple[int, int, int]
"""First and last number of a range, both included, and whose it is."""


class Numbers:
    """Numbers in ascending order, packed: 4 octets each up to 2³², or 16 octets each up to 10³²."""

    __slots__ = ("_high", "_low")

    def __init__(self, high: array[int], low: array[int] | None) -> None:
        """Take arrays: of the numbers themselves, or of their upper and lower sixteen digits."""
        self._high = high
        self._low = low

    @classmethod
    def empty(cls, *, is_wide: bool) -> Numbers:
        """Return none."""
        return cls(array("Q"), array("Q")) if is_wide else cls(array("I"), None)

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self._high)

    def __getitem__(self, position: int) -> int:
        """Return one of them."""
        if self._low is None:
            return self._high[position]
        return self._high[position] * _HALF + self._low[position]

    def behind(self, number: int) -> int:
        """Return how many are not greater than a number."""
        if self._low is None:
            return bisect_right(self._high, number)
        high, low = divmod(number, _HALF)
        end = bisect_right(self._high, high)
        if not end or self._high[end - 1] != high:
            return end
        return bisect_right(self._low, low, bisect_left(self._high, high, 0, end), end)

    def insert(self, position: int, number: int) -> None:
        """Put one in."""
        if self._low is None:
            self._high.insert(position, number)
            return
        high, low = divmod(number, _HALF)
        self._high.insert(position, high)
        self._low.insert(position, low)

    def append(self, number: int) -> None:
        """Put one at the end."""
        self.insert(len(self), number)

    def __delitem__(self, position: int) -> None:
        """Take one out."""
        del self._high[position]
        if self._low is not None:
            del self._low[position]

    def __setitem__(self, position: int, number: int) -> None:
        """Put another one in its place."""
        if self._low is None:
            self._high[position] = number
        else:
            self._high[position], self._low[position] = divmod(number, _HALF)

    def part(self, begin: int, end: int) -> Numbers:
        """Return a copy of some of them."""
        return Numbers(self._high[begin:end], None if self._low is None else self._low[begin:end])


class _Block:
    """Some thousand ranges; of the map that made it, and of no other to change."""

    __slots__ = ("firsts", "lasts", "mark", "owners")

    def __init__(self, firsts: Numbers, lasts: Numbers, owners: array[int], mark: object) -> None:
        self.firsts = firsts
        self.lasts = lasts
        self.owners = owners
        self.mark = mark

    def part(self, begin: int, end: int, mark: object) -> _Block:
        return _Block(self.firsts.part(begin, end), self.lasts.part(begin, end), self.owners[begin:end], mark)


class RangeMap:
    """Ranges that do not overlap, and whose they are.

    ``put`` and ``remove`` change this map; ``fork`` gives one that may be changed while others go on reading this one.
    """

    __slots__ = ("_blocks", "_heads", "_is_wide", "_mark", "_size")

    def __init__(self, *, is_wide: bool = False) -> None:
        """Begin with none; wide ones hold numbers of up to 32 digits, others up to 2³²."""
        self._is_wide: Final = is_wide
        self._mark: Final = object()
        self._heads = Numbers.empty(is_wide=is_wide)
        self._blocks: list[_Block] = []
        self._size = 0

    def __len__(self) -> int:
        """Return how many ranges there are."""
        return self._size

    def __iter__(self) -> Iterator[Owned]:
        """Give the ranges in their order."""
        for block in self._blocks:
            for position, owner in enumerate(block.owners):
                yield block.firsts[position], block.lasts[position], owner

    def find(self, number: int) -> int | None:
        """Return whose range holds a number, or None."""
        which = self._heads.behind(number) - 1
        if which < 0:
            return None
        block = self._blocks[which]
        position = block.firsts.behind(number) - 1
        return block.owners[position] if number <= block.lasts[position] else None

    def overlapping(self, first: int, last: int) -> Owned | None:
        """Return a range that has a number in common with another, or None."""
        which = self._heads.behind(last) - 1
        if which < 0:
            return None
        block = self._blocks[which]
        position = block.firsts.behind(last) - 1
        if block.lasts[position] < first:
            return None
        return block.firsts[position], block.lasts[position], block.owners[position]

    def between(self, first: int, last: int, owners: Container[int], most: int) -> Iterator[Owned]:
        """Give the ranges of some owners that have a number in common with another range, in their order.

        Args:
            first: lowest number of the other one.
            last: highest one, included.
            owners: whose are given.
            most: ranges, of anybody's, that are looked at.
        """
        for which in range(max(self._heads.behind(first) - 1, 0), self._heads.behind(last)):
            block = self._blocks[which]
            begin = max(block.firsts.behind(first) - 1, 0)
            end = min(block.firsts.behind(last), begin + most)
            for position, owner in enumerate(block.owners[begin:end], begin):
                if owner in owners and block.lasts[position] >= first:
                    yield block.firsts[position], block.lasts[position], owner
            most -= end - begin
            if most <= 0:
                return

    def fork(self) -> RangeMap:
        """Return a map of the same ranges; from now on this one is only read."""
        forked = RangeMap(is_wide=self._is_wide)
        forked._heads = self._heads.part(0, len(self._heads))
        forked._blocks = list(self._blocks)
        forked._size = self._size
        return forked

    def extend(self, ranges: Iterable[Owned]) -> None:
        """Put in ranges in ascending order, all of them behind those that are there."""
        for first, last, owner in ranges:
            if not self._blocks or len(self._blocks[-1].owners) >= _FULL:
                self._heads.append(first)
                self._blocks.append(self._empty_block())
            block = self._own(len(self._blocks) - 1)
            block.firsts.append(first)
            block.lasts.append(last)
            block.owners.append(owner)
            self._size += 1

    def put(self, first: int, last: int, owner: int) -> None:
        """Put in a range, in the place of the one that begins with the same number, if there is one."""
        which = max(self._heads.behind(first) - 1, 0)
        if not self._blocks:
            self._heads.append(first)
            self._blocks.append(self._empty_block())
        block = self._own(which)
        position = block.firsts.behind(first)
        if position and block.firsts[position - 1] == first:
            block.lasts[position - 1] = last
            block.owners[position - 1] = owner
            return
        block.firsts.insert(position, first)
        block.lasts.insert(position, last)
        block.owners.insert(position, owner)
        self._heads[which] = block.firsts[0]
        self._size += 1
        if len(block.owners) >= 2 * _FULL:
            self._split(which)

    def remove(self, first: int) -> None:
        """Take out the range that begins with a number, if there is one."""
        which = self._heads.behind(first) - 1
        if which < 0:
            return
        position = self._blocks[which].firsts.behind(first) - 1
        if self._blocks[which].firsts[position] != first:
            return
        self._size -= 1
        if len(self._blocks[which].owners) == 1:
            del self._blocks[which]
            del self._heads[which]
            return
        block = self._own(which)
        del block.firsts[position]
        del block.lasts[position]
        del block.owners[position]
        self._heads[which] = block.firsts[0]

    def _empty_block(self) -> _Block:
        none = (Numbers.empty(is_wide=self._is_wide), Numbers.empty(is_wide=self._is_wide))
        return _Block(*none, array("q"), self._mark)

    def _own(self, which: int) -> _Block:
        """Return a block that may be changed: copied if another map has it, too."""
        block = self._blocks[which]
        if block.mark is not self._mark:
            block = self._blocks[which] = block.part(0, len(block.owners), self._mark)
        return block

    def _split(self, which: int) -> None:
        block = self._blocks[which]
        behind = block.part(_FULL, len(block.owners), self._mark)
        self._blocks[which : which + 1] = [block.part(0, _FULL, self._mark), behind]
        self._heads.insert(which + 1, behind.firsts[0])


class Covers:
    """Ranges that may overlap, a few thousand of them, each with a number of its own.

    Beside each, in the order of where they begin, stands which of those up to here reaches furthest: if any covers a
    value, that one does.
    """

    __slots__ = ("_firsts", "_furthest", "_lasts", "_numbers")

    def __init__(self, ranges: Iterable[Owned] = ()) -> None:
        """Take ranges in any order."""
        ordered = sorted(ranges)
        self._firsts: Final = [each[0] for each in ordered]
        self._lasts: Final = [each[1] for each in ordered]
        self._numbers: Final = [each[2] for each in ordered]
        self._furthest: Final[list[int]] = []
        best = 0
        for position, last in enumerate(self._lasts):
            best = position if last > self._lasts[best] else best
            self._furthest.append(best)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._firsts)

    def find(self, value: int) -> int | None:
        """Return the number of a range that covers a value, or None."""
        position = bisect_right(self._firsts, value) - 1
        if position < 0:
            return None
        furthest = self._furthest[position]
        return self._numbers[furthest] if value <= self._lasts[furthest] else None
