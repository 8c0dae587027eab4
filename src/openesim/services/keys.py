"""Rotation of keys, in small steps beside running servers.

Two things can be renewed. A new *key-encryption key* means to wrap the data keys again: a few rows. A new *data key*
means to seal every record again: all of them. Either way old and new are accepted meanwhile, each step is a unit of
work of its own, and who is interrupted begins again: what is done already is passed over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from openesim.kernel.ambient import KeyWrapping
from openesim.kernel.errors import ConflictError, Explanation, VerificationError

T = TypeVar("T")

PAGE: Final = 100
"""Rows a unit of work: others wait for it, so it is short."""

SETTLE_S: Final = 6.0
"""Within this time every process seals under the newest data key: each looks for it every five seconds."""

RETIRED: Final = timedelta(hours=1)
"""How long a data key without records is kept: nobody's transaction lasts so long."""


class SealedTable(StrEnum):
    """Tables with sealed records."""

    PACKAGES = "packages"
    DOWNLOADS = "downloads"
    SUBSCRIPTIONS = "subscriptions"
    WEBHOOKS = "webhooks"
    ACCOUNTS = "accounts"
    DESK_SESSIONS = "desk_sessions"
    CASE_FIELDS = "case_fields"
    LICENCES = "licences"
    LICENCE_FILES = "licence_files"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A wrapped key and what names its row: a number, or the name of a digest key."""

    number: int | str
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class KeptDataKey:
    """A data key of the table ``data_keys``: its number, wrapped form, and when it was made."""

    number: int
    wrapped: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """What became of a page of records.

    Attributes:
        last: key of the last row; None behind the end.
        seen: how many there were.
        count: how many were sealed again, or are in clear.
    """

    last: Any
    seen: int
    count: int


class KeyRing(KeyWrapping, Protocol):
    """Key-encryption keys: one that wraps, and others that are still accepted."""

    def names(self) -> list[str]:
        """Return the names of all keys, the one that wraps first."""
        ...

    def name_of(self, wrapped: bytes) -> str | None:
        """Return the name of the key under which a data key stands; None for none of these."""
        ...

    def rewrap(self, wrapped: bytes) -> bytes | None:
        """Return a data key under the key that wraps; None where it stands there already.

        Raises:
            VerificationError: it stands under none of these keys.
        """
        ...

    def renew(self) -> str:
        """Make a key that wraps from now on, and return its name; those before are still accepted."""
        ...

    def forget(self, name: str) -> None:
        """Destroy a key that is accepted and does not wrap."""
        ...


class KeyStores(Protocol):
    """What is needed of the stores."""

    def take_key_turn(self) -> None:
        """Wait until nobody else makes or takes away keys, and hold others back until this unit ends."""
        ...

    def add_data_key(self) -> int:
        """Make a data key, under which everything is sealed from now on, and return its number."""
        ...

    def data_keys(self) -> list[KeptDataKey]:
        """Return all numbered data keys, oldest first."""
        ...

    def remove_data_key(self, number: int) -> None:
        """Forget a data key under which nothing is sealed any more."""
        ...

    def count_wrapped_keys(self) -> int:
        """Return how many wrapped keys there are, of batches and others."""
        ...

    def wrapped_data_keys(self, after: int, limit: int) -> list[WrappedKey]:
        """Return numbered data keys behind ``after``, held until the unit ends."""
        ...

    def wrapped_batch_keys(self, after: int, limit: int) -> list[WrappedKey]:
        """Return the data keys of batches behind ``after``, held until the unit ends."""
        ...

    def save_wrapped_data_key(self, number: int, wrapped: bytes) -> None:
        """Store a numbered data key as it is wrapped now."""
        ...

    def save_wrapped_batch_key(self, number: int, wrapped: bytes) -> None:
        """Store the data key of a batch as it is wrapped now."""
        ...

    def wrapped_digest_keys(self, after: str, limit: int) -> list[WrappedKey]:
        """Return the digest keys behind ``after``, held until the unit ends."""
        ...

    def save_wrapped_digest_key(self, name: str, wrapped: bytes) -> None:
        """Store a digest key as it is wrapped now."""
        ...

    def count_records(self, table: SealedTable) -> int:
        """Return how many records a table has, sealed or not."""
        ...

    def count_by_key(self, table: SealedTable) -> dict[int, int]:
        """Return how many records are sealed under each numbered key."""
        ...

    def reseal(self, table: SealedTable, after: Any, limit: int) -> Page:
        """Seal a page of records under the newest data key: those in clear, and those under older keys."""
        ...

    def verify_page(self, table: SealedTable, after: Any, limit: int) -> Page:
        """Open a page of records and keep nothing of them; the count is of those in clear."""
        ...


_FIRST: Final[dict[str, int | str]] = {"data": 0, "batch": 0, "digest": ""}
"""The kinds of wrapped keys, each with what is before the first of them."""


class Work(Protocol):
    """Runs units of work, each in a transaction of its own."""

    def run_now(self, unit: Callable[[Any], T]) -> T:
        """Return what the unit returns, once everything it stored is on disk."""
        ...


@dataclass(frozen=True, slots=True)
class KeyCensus:
    """Which keys there are, and what hangs on each.

    Attributes:
        wrapping: by name of a key-encryption key, that which wraps first: how many data keys stand under it.
        strangers: data keys that stand under none of them.
        data_keys: numbered data keys, oldest first.
        records: by table: how many records there are, and how many under each numbered key.
    """

    wrapping: dict[str, int]
    strangers: int
    data_keys: list[KeptDataKey]
    records: dict[SealedTable, tuple[int, dict[int, int]]]

    def records_under(self, number: int) -> int:
        """Return how many records of all tables are sealed under a numbered key."""
        return sum(by_key.get(number, 0) for _, by_key in self.records.values())

    def records_in_clear(self) -> int:
        """Return how many records are not sealed; subscriptions without a number are under their batch's key."""
        return sum(
            total - sum(by_key.values())
            for table, (total, by_key) in self.records.items()
            if table is not SealedTable.SUBSCRIPTIONS
        )


OnProgress = Callable[[int], None]
"""Hears how many rows were passed by one step."""


class KeyRotation:
    """Renews keys and tells of them."""

    def __init__(self, work: Work, ring: KeyRing, *, settle_s: float = SETTLE_S) -> None:
        """Bind the stores and the key-encryption keys."""
        self._work: Final = work
        self._ring: Final = ring
        self._settle_s: Final = settle_s

    # --- key-encryption keys ---

    def is_unfinished(self) -> bool:
        """Tell whether a data key stands under another key-encryption key than the one that wraps."""
        current = next(iter(self._ring.names()), None)
        return any(self._ring.name_of(each.wrapped) != current for each in self._every_wrapped_key())

    def renew(self) -> str:
        """Make a key-encryption key that wraps from now on and return its name; nothing is wrapped again yet."""

        def unit(stores: KeyStores) -> str:
            stores.take_key_turn()
            return self._ring.renew()

        return self._work.run_now(unit)

    def rewrap(self, on_progress: OnProgress) -> int:
        """Wrap every data key under the key that wraps, a page a unit; returns how many stood elsewhere.

        Raises:
            VerificationError: a data key stands under a key that is not here; those before it are done.
        """
        count = 0
        for kind, first in _FIRST.items():
            after = first
            while page := self._work.run_now(lambda stores: self._rewrap_page(stores, kind, after)):  # noqa: B023
                count, after = count + page.count, page.last
                on_progress(page.seen)
        return count

    def _rewrap_page(self, stores: KeyStores, kind: str, after: int | str) -> Page | None:
        save: Callable[[Any, bytes], None] = getattr(stores, f"save_wrapped_{kind}_key")
        return self._rewrap_all(_page_of(stores, kind, after), save)

    def _rewrap_all(self, kept: list[WrappedKey], save: Callable[[Any, bytes], None]) -> Page | None:
        count = 0
        for each in kept:
            fresh = self._ring.rewrap(each.wrapped)
            if fresh is not None:
                save(each.number, fresh)
                count += 1
        return Page(kept[-1].number, len(kept), count) if kept else None

    def forget_old(self) -> list[str]:
        """Destroy the key-encryption keys that do not wrap, and return their names.

        Nobody wraps meanwhile, so none can be needed by a data key that is just being made.

        Raises:
            ConflictError: a data key still stands under one of them; nothing was destroyed.
        """

        def unit(stores: KeyStores) -> list[str]:
            stores.take_key_turn()
            old = self._ring.names()[1:]
            needed = {self._ring.name_of(each.wrapped) for each in _all_wrapped(stores)}
            for name in old:
                if name in needed:
                    cause = f"data keys still stand under the key-encryption key {name}"
                    raise ConflictError(cause).explained(
                        Explanation(cause, "whoever keeps the keys", "finish: openesim keys rotate")
                    )
            for name in old:
                self._ring.forget(name)
            return old

        return self._work.run_now(unit)

    def _every_wrapped_key(self) -> Iterator[WrappedKey]:
        """Yield all wrapped keys, a page a unit."""
        for kind, first in _FIRST.items():
            after = first
            while page := self._work.run_now(lambda stores: _page_of(stores, kind, after)):  # noqa: B023
                yield from page
                after = page[-1].number

    # --- data keys ---

    def renew_data_key(self) -> int:
        """Make a data key for all new records and return its number, once every process uses it."""
        number: int = self._work.run_now(lambda stores: stores.add_data_key())
        time.sleep(self._settle_s)
        return number

    def reseal(self, on_progress: OnProgress, tables: tuple[SealedTable, ...] = tuple(SealedTable)) -> int:
        """Seal everything under the newest data key, a page a unit; returns how many records were touched.

        Raises:
            VerificationError: a record cannot be opened; those before it are done.
        """
        count = 0
        for table in tables:
            for page in self._pages(lambda stores, after, name=table: stores.reseal(name, after, PAGE)):  # type: ignore[misc]
                count += page.count
                on_progress(page.seen)
        return count

    def remove_empty_data_keys(self, now: datetime) -> list[int]:
        """Remove data keys under which nothing stands, an hour after the one that followed; returns their numbers."""
        census = self.census()
        followed = zip(census.data_keys, census.data_keys[1:], strict=False)
        empty = [
            key.number
            for key, next_key in followed
            if now - next_key.created_at > RETIRED and not census.records_under(key.number)
        ]
        for number in empty:
            self._work.run_now(lambda stores: stores.remove_data_key(number))  # noqa: B023
        return empty

    # --- telling ---

    def count(self) -> tuple[int, int]:
        """Return how many wrapped keys and how many records there are."""

        def unit(stores: KeyStores) -> tuple[int, int]:
            return stores.count_wrapped_keys(), sum(map(stores.count_records, SealedTable))

        return self._work.run_now(unit)

    def census(self) -> KeyCensus:
        """Tell which keys there are, and what hangs on each."""

        def unit(
            stores: KeyStores,
        ) -> tuple[list[KeptDataKey], dict[SealedTable, tuple[int, dict[int, int]]]]:
            records = {
                table: (stores.count_records(table), stores.count_by_key(table)) for table in SealedTable
            }
            return stores.data_keys(), records

        data_keys, records = self._work.run_now(unit)
        wrapping = dict.fromkeys(self._ring.names(), 0)
        strangers = 0
        for each in self._every_wrapped_key():
            name = self._ring.name_of(each.wrapped)
            if name is None:
                strangers += 1
            else:
                wrapping[name] = wrapping.get(name, 0) + 1
        return KeyCensus(wrapping, strangers, data_keys, records)

    def verify_records(self, on_progress: OnProgress, limit: int | None = None) -> list[str]:
        """Open records of every table and return what cannot be opened, a line each; all, or the first of each table.

        Raises:
            ConfigError: there is no key-encryption key.
        """
        findings = []
        for table in SealedTable:
            seen = 0
            try:
                for page in self._pages(
                    lambda stores, after, name=table: stores.verify_page(name, after, PAGE)  # type: ignore[misc]
                ):
                    seen += page.seen
                    on_progress(page.seen)
                    if limit is not None and seen >= limit:
                        break
            except VerificationError as error:
                findings.append(f"{table}: {error}")
        return findings

    def _pages(self, step: Callable[[KeyStores, Any], Page]) -> Iterator[Page]:
        """Yield pages until there is none, a unit each."""
        after: Any = None
        while True:
            page = self._work.run_now(lambda stores: step(stores, after))  # noqa: B023
            if page.last is None:
                return
            yield page
            after = page.last


def _all_wrapped(stores: KeyStores) -> Iterator[WrappedKey]:
    """Yield all wrapped keys within one unit."""
    for kind, first in _FIRST.items():
        after = first
        while page := _page_of(stores, kind, after):
            yield from page
            after = page[-1].number


def _page_of(stores: KeyStores, kind: str, after: int | str) -> list[WrappedKey]:
    """Return a page of wrapped keys of a kind."""
    read: Callable[[Any, int], list[WrappedKey]] = getattr(stores, f"wrapped_{kind}_keys")
    return read(after, PAGE)
