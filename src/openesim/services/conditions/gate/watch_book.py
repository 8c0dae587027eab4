"""The watch-list, known by heart: what the gate asks when a chip comes, at no statement.

Only what counts is in it, of persons and chips: a digest or an EID, and three numbers. A hundred thousand entries take some
twenty-five megabytes. Addresses are asked about where somebody orders, and nowhere else: they say nothing of the chip that
comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from openesim.conditions.admission.watching import Sign, Watched, WatchedKind
from openesim.services.conditions.following import Reading

REVISION: Final = "watch-list"
"""Name of the revision that rises with every entry that is made or lifted."""

_PAGE: Final = 1000

Signs = dict[bytes, tuple[Sign, ...]]


class WatchBookStores(Protocol):
    """What the book reads, inside one unit of work."""

    def standing_watched(self, after: int, limit: int) -> list[Watched]:
        """Return entries of the watch-list that count, by number, beginning behind ``after``."""
        ...

    def watched_changed(self, after: int, limit: int) -> list[Watched]:
        """Return entries of the watch-list, lifted or not, by revision, beginning behind ``after``."""
        ...


class WatchBook:
    """All entries that count against a person or a chip. Implements ``following.Book``."""

    name: Final = REVISION

    def __init__(self) -> None:
        """Know nothing yet."""
        self._signs: dict[WatchedKind, Signs] = _nothing()

    @property
    def size(self) -> int:
        """How many persons and chips are watched."""
        return sum(len(signs) for signs in self._signs.values())

    def signs_against(self, person: bytes | None, eid: str) -> tuple[Sign, ...]:
        """Return what counts against a person and a chip.

        Args:
            person: keyed digest; None: nobody is known.
            eid: of the chip, 32 digits.
        """
        persons, chips = self._signs[WatchedKind.PERSON], self._signs[WatchedKind.CHIP]
        of_chip = chips.get(bytes.fromhex(eid), ()) if chips else ()
        return of_chip if person is None else (*persons.get(person, ()), *of_chip)

    async def load(self, reading: Reading) -> None:
        """Read all of it."""
        signs, after = _nothing(), 0
        while page := await reading.ask(_standing(after)):
            _learn(signs, page)
            after = page[-1].entry_id
        self._signs = signs

    async def refresh(self, reading: Reading, after: int) -> None:
        """Read what changed behind a revision."""
        while page := await reading.ask(_changed(after)):
            _learn(self._signs, page)
            after = page[-1].revision


def _nothing() -> dict[WatchedKind, Signs]:
    return {WatchedKind.PERSON: {}, WatchedKind.CHIP: {}}


def _learn(known: dict[WatchedKind, Signs], entries: Iterable[Watched]) -> None:
    """Take in entries as they stand."""
    for entry in entries:
        signs = known.get(entry.kind)
        if signs is None:
            continue
        others = tuple(sign for sign in signs.get(entry.subject, ()) if sign.entry_id != entry.entry_id)
        left = others if entry.lifted_at is not None else (*others, entry.sign)
        if left:
            signs[entry.subject] = left
        else:
            signs.pop(entry.subject, None)


def _standing(after: int) -> Callable[[WatchBookStores], list[Watched]]:
    return lambda stores: stores.standing_watched(after, _PAGE)


def _changed(after: int) -> Callable[[WatchBookStores], list[Watched]]:
    return lambda stores: stores.watched_changed(after, _PAGE)
