"""The watch-list by heart: what counts against a person and a chip, as it stands."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from openesim.conditions.admission.watching import Sign, Watched, WatchedKind
from openesim.services.conditions.following import Following
from openesim.services.conditions.gate import watch_book
from openesim.services.conditions.gate.watch_book import WatchBook
from tests.support.gate import person_of
from tests.support.memory import MemoryWork
from tests.support.rig import NOW, eid_of

EID = str(eid_of(1))
WANG = person_of("Wang")


def entry_of(subject: bytes, kind: WatchedKind = WatchedKind.PERSON, **changes: Any) -> Watched:
    values: dict[str, Any] = {"score": 70, "is_listed": False, "reason": "a test", "created_by": "inspector"}
    return Watched(kind=kind, subject=subject, created_at=NOW, **values | changes)


class Process:
    """A process with a book, beside whoever changes the list."""

    def __init__(self) -> None:
        self.work, self.book = MemoryWork(), WatchBook()
        self.following = Following(self.work, [self.book])

    def add(self, *arguments: Any, **changes: Any) -> Watched:
        entry = entry_of(*arguments, **changes)
        stored: Watched = self.work.run_now(lambda stores: stores.add_watched(entry))
        return stored

    def lift(self, entry: Watched) -> None:
        self.work.run_now(lambda stores: stores.lift_watched(entry, NOW))

    def hears(self, *, anew: bool = False) -> None:
        asyncio.run(self.following.load() if anew else self.following.refresh())


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Process:
    monkeypatch.setattr(watch_book, "_PAGE", 2)
    return Process()


def test_who_is_not_watched_has_nothing_against_him(process: Process) -> None:
    process.hears(anew=True)
    assert process.book.signs_against(None, EID) == ()
    assert process.book.signs_against(WANG, EID) == ()


def test_a_book_knows_what_counts_when_it_is_read_and_hears_of_changes(process: Process) -> None:
    first = process.add(WANG)
    gone = process.add(person_of("Li"))
    process.lift(gone)
    process.hears(anew=True)
    assert process.book.signs_against(WANG, EID) == (Sign(first.entry_id, 70, is_listed=False),)
    assert process.book.signs_against(person_of("Li"), EID) == ()
    chip = process.add(bytes.fromhex(EID), WatchedKind.CHIP, score=20, is_listed=True)
    second = process.add(WANG, score=90)
    assert len(process.book.signs_against(WANG, EID)) == 1
    process.hears()
    assert process.book.signs_against(WANG, EID) == (first.sign, second.sign, chip.sign)
    assert process.book.signs_against(None, EID) == (chip.sign,)
    assert process.book.signs_against(WANG, str(eid_of(2))) == (first.sign, second.sign)
    assert process.book.size == 2


def test_what_is_lifted_counts_no_more_whether_it_was_known_or_not(process: Process) -> None:
    process.hears(anew=True)
    entries = [process.add(WANG, score=score) for score in (10, 20, 30)]
    process.hears()
    process.lift(entries[1])
    process.hears()
    assert process.book.signs_against(WANG, EID) == (entries[0].sign, entries[2].sign)
    unknown = process.add(person_of("Li"))
    process.lift(unknown)
    for entry in (entries[0], entries[2]):
        process.lift(entry)
    process.hears()
    assert process.book.signs_against(WANG, EID) == ()
    assert process.book.size == 0


def test_what_is_heard_twice_counts_once(process: Process) -> None:
    entry = process.add(WANG)
    process.hears(anew=True)
    process.hears(anew=True)
    assert process.book.signs_against(WANG, EID) == (entry.sign,)


def test_an_address_is_nothing_that_a_chip_comes_with(process: Process) -> None:
    process.add(person_of("203.0.113.7"), WatchedKind.ADDRESS)
    process.hears(anew=True)
    assert process.book.size == 0
