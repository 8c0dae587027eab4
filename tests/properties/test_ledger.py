"""Properties of the ledger: whatever is done to a sealed chain, the check finds it; and what was not changed, holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from openesim.services.conditions.ledger.check import Check, check_now
from openesim.services.conditions.ledger.ledger import seal_all
from openesim.transparency.chain import START, Head, Kept
from openesim.transparency.entries import Entry, EntryKind
from tests.support.memory import MemoryWork

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
Rows = list[Kept]

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
entries = st.builds(
    Entry,
    kind=st.sampled_from(EntryKind),
    at=st.timedeltas(timedelta(days=-30_000), timedelta(days=30_000)).map(lambda away: NOW + away),
    actor=texts,
    facts=st.dictionaries(texts, texts, max_size=3),
    operator=st.none() | texts,
    subject=st.none() | texts,
    order_id=st.none() | st.integers(1, 2**62),
)
octets = st.binary(min_size=32, max_size=32)


def sealed(contents: list[Entry]) -> tuple[MemoryWork, Head]:
    """Returns a ledger of entries that have their places, and its head."""
    work = MemoryWork()
    for entry in contents:
        work.stores.append_entry(entry)
    return work, seal_all(work.run_now) or START


def rows_of(work: MemoryWork) -> Rows:
    return list(work.stores.ledger_rows.values())


def found(rows: Rows, last: int, noted: tuple[Head, ...], page: int) -> int:
    """Returns how many breaks a check finds."""
    work = MemoryWork()
    work.stores.ledger_rows = dict(enumerate(rows, start=1))
    work.stores.ledger_last = last
    check = Check(START, noted, page)
    check_now(check, work.run_now, lambda: NOW + timedelta(days=40_000), lambda _: None)
    return check.count


def told(rows: Rows) -> list[tuple[Head, bytes, bytes]]:
    """Returns what rows say, in the order of their places."""
    placed = [(row.head or START, row.entry.told if row.entry else b"", row.digest) for row in rows]
    return sorted(placed, key=lambda each: each[0].position)


Change = Callable[[Rows, int, int, Entry, bytes], Rows]


def put_at(rows: Rows, index: int, row: Kept) -> Rows:
    return [*rows[:index], row, *rows[index + 1 :]]


def place_of(row: Kept) -> Head:
    return row.head or START


def put_behind(rows: Rows, _i: int, _j: int, entry: Entry, _o: bytes) -> Rows:
    """Puts an entry at the end, with the head that it has there."""
    last = max(map(place_of, rows), key=lambda head: head.position)
    head = (last if last.position > 0 else START).followed_by(entry.digest)
    return [*rows, Kept(entry_id=0, at=NOW, entry=entry, digest=entry.digest, head=head)]


CHANGES: list[Change] = [
    lambda rows, i, _j, entry, _o: put_at(rows, i, replace(rows[i], entry=entry)),
    lambda rows, i, _j, entry, _o: put_at(rows, i, replace(rows[i], entry=entry, digest=entry.digest)),
    lambda rows, i, _j, _e, octets: put_at(rows, i, replace(rows[i], digest=octets)),
    lambda rows, i, _j, _e, octets: put_at(
        rows, i, replace(rows[i], head=replace(place_of(rows[i]), octets=octets))
    ),
    lambda rows, i, _j, _e, _o: put_at(rows, i, replace(rows[i], entry=None)),
    lambda rows, i, _j, _e, _o: rows[:i] + rows[i + 1 :],
    lambda rows, i, _j, _e, _o: rows[:i],
    lambda rows, i, _j, _e, _o: put_at(rows, i, replace(rows[i], head=None)),
    lambda rows, i, j, _e, _o: put_at(
        put_at(rows, i, replace(rows[i], head=rows[j].head)), j, replace(rows[j], head=rows[i].head)
    ),
    lambda rows, i, j, _e, _o: put_at(
        rows, i, replace(rows[i], head=replace(place_of(rows[i]), position=place_of(rows[j]).position + 3))
    ),
    lambda rows, i, _j, _e, _o: [
        *rows[:i],
        rows[i],
        *(replace(r, head=replace(place_of(r), position=place_of(r).position + 1)) for r in rows[i:]),
    ],
    lambda rows, i, _j, entry, octets: [
        *rows,
        Kept(entry_id=0, at=NOW, entry=entry, digest=entry.digest, head=Head(-i, octets)),
    ],
]
"""What somebody does to rows who writes into the table as he likes."""


@given(
    contents=st.lists(entries, min_size=1, max_size=8),
    done=st.lists(
        st.tuples(
            st.sampled_from([*CHANGES, put_behind]), st.integers(0, 20), st.integers(0, 20), entries, octets
        ),
        max_size=3,
    ),
    page=st.integers(1, 9),
)
def test_whatever_is_done_to_rows_is_found_and_nothing_else(
    contents: list[Entry], done: list[tuple[Change, int, int, Entry, bytes]], page: int
) -> None:
    work, head = sealed(contents)
    rows = original = rows_of(work)
    for change, first, second, entry, some in done:
        if rows:
            rows = change(rows, first % len(rows), second % len(rows), entry, some)
    is_same = told(rows) == told(original)
    places = [place_of(row).position for row in rows if row.head is not None]
    if len(places) != len(set(places)):
        return  # the database keeps one entry a place
    assert (found(rows, len(original), (head,), page) == 0) == is_same
    if put_behind not in [change for change, *_ in done]:
        # Who can make heads can put another entry in the place of the last one; a head that was noted shows that.
        assert (found(rows, len(original), (), page) == 0) == is_same


@given(
    contents=st.lists(entries, min_size=1, max_size=8),
    others=st.lists(entries, max_size=10),
    kept=st.integers(0, 8),
    noted_at=st.integers(1, 8),
)
def test_a_chain_that_was_made_anew_does_not_fit_a_head_that_was_noted(
    contents: list[Entry], others: list[Entry], kept: int, noted_at: int
) -> None:
    """Whoever holds the whole database can seal other entries; not so that the heads agree."""
    work, _ = sealed(contents)
    noted = place_of(rows_of(work)[min(noted_at, len(contents)) - 1])
    anew, _ = sealed([*contents[:kept], *others])
    rows = rows_of(anew)
    is_same = [row.digest for row in rows][: noted.position] == [entry.digest for entry in contents][
        : noted.position
    ]
    assert found(rows, len(rows), (), 100) == 0
    assert (found(rows, len(rows), (noted,), 100) == 0) == is_same


@given(entry=entries)
def test_a_stranger_makes_the_digest_with_the_json_of_his_own_language(entry: Entry) -> None:
    value = json.loads(entry.told)
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert sha256(b"openesim ledger entry 1\0" + text.encode()).digest() == entry.digest


@given(first=entries, second=entries)
def test_entries_that_tell_different_things_have_different_digests(first: Entry, second: Entry) -> None:
    assert (first.told == second.told) == (first.digest == second.digest)
