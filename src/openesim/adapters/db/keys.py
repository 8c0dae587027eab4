"""Wrapped keys, and what is sealed under which: for rotation, a page of rows a unit of work.

Records are opened and sealed again within the unit; they never leave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Table, bindparam, delete, func, literal_column, select

from openesim.adapters.db.conditions.tables import (
    accounts,
    case_fields,
    desk_sessions,
    digest_keys,
    licence_files,
    licences,
)
from openesim.adapters.db.data_keys import HEAD_OCTETS, MARK, number_of
from openesim.adapters.db.records import from_milliseconds
from openesim.adapters.db.sealing import SealedRows, place_of
from openesim.adapters.db.sql import MOST, Statements, update_row
from openesim.adapters.db.tables import batches, data_keys, downloads, packages, subscriptions, webhooks
from openesim.services.keys import KeptDataKey, Page, SealedTable, WrappedKey


@dataclass(frozen=True, slots=True)
class _Sealed:
    """Where a table keeps what is sealed.

    Attributes:
        key: column of its primary key, by whose order it is walked.
        record: column of what is sealed.
        row: column whose content the record is bound to.
        first: what is before every key.
        most: records a page, where they are long.
    """

    key: Column[Any]
    record: Column[Any]
    row: Column[Any]
    first: Any
    most: int = 1000

    @property
    def table(self) -> Table:
        """The table."""
        return self.key.table


SEALED: Final = {
    SealedTable.PACKAGES: _Sealed(packages.c.package_id, packages.c.octets, packages.c.name, 0),
    SealedTable.DOWNLOADS: _Sealed(
        downloads.c.transaction_id, downloads.c.record, downloads.c.transaction_id, b""
    ),
    SealedTable.SUBSCRIPTIONS: _Sealed(
        subscriptions.c.iccid, subscriptions.c.sealed, subscriptions.c.iccid, ""
    ),
    SealedTable.WEBHOOKS: _Sealed(webhooks.c.webhook_id, webhooks.c.secret, webhooks.c.webhook_id, ""),
    SealedTable.ACCOUNTS: _Sealed(accounts.c.account_id, accounts.c.record, accounts.c.account_id, ""),
    SealedTable.DESK_SESSIONS: _Sealed(
        desk_sessions.c.digest, desk_sessions.c.record, desk_sessions.c.digest, b""
    ),
    # A picture may have three megabytes.
    SealedTable.CASE_FIELDS: _Sealed(
        case_fields.c.place, case_fields.c.sealed, case_fields.c.place, "", most=20
    ),
    SealedTable.LICENCES: _Sealed(licences.c.licence_id, licences.c.record, licences.c.licence_id, 0),
    # A file may have eight megabytes.
    SealedTable.LICENCE_FILES: _Sealed(
        licence_files.c.file_id, licence_files.c.octets, licence_files.c.digest, 0, most=4
    ),
}


def _page_of(each: _Sealed) -> Any:
    """Return a SELECT of a page of sealed records, held until the unit ends."""
    chosen = select(each.key.label("key"), each.record.label("record"), each.row.label("place"))
    if each.table is subscriptions:
        chosen = chosen.add_columns(batches.c.wrapped_key).join_from(subscriptions, batches)
    return (
        chosen.where(each.key > bindparam("after"))
        .order_by(each.key)
        .with_for_update(of=each.table)
        .suffix_with(MOST)
    )


def _count_of(each: _Sealed) -> Any:
    """Return a SELECT of how many records begin how: the head of a sealed one names its key."""
    head = _first(each.record, HEAD_OCTETS)
    return select(head, func.count()).group_by(head)


def _first(column: Column[Any], octets: int) -> Any:
    """Return the first octets of a column; figures stand in the text, where parameters would be asked for."""
    return func.substr(column, literal_column("1"), literal_column(str(octets)))


_page_statements: Final[Statements] = {f"page_of_{name}": _page_of(each) for name, each in SEALED.items()}
_seal_statements: Final[Statements] = {
    f"reseal_{name}": update_row(each.table, each.key.name, each.record.name) for name, each in SEALED.items()
}
# The batch's key seals without a head: whatever has none is told by the mark alone.
_count_statements: Final[Statements] = {
    f"count_{name}": select(func.count()).select_from(each.table) for name, each in SEALED.items()
} | {
    f"count_marked_{name}": _count_of(each).where(_first(each.record, len(MARK)) == bindparam("mark"))
    for name, each in SEALED.items()
}

STATEMENTS: Final[Statements] = {
    "all_data_keys": select(data_keys.c.data_key_id, data_keys.c.wrapped, data_keys.c.created_at).order_by(
        data_keys.c.data_key_id
    ),
    "page_of_data_keys": select(data_keys.c.data_key_id, data_keys.c.wrapped)
    .where(data_keys.c.data_key_id > bindparam("after"))
    .order_by(data_keys.c.data_key_id)
    .with_for_update()
    .suffix_with(MOST),
    "page_of_batches": select(batches.c.batch_id, batches.c.wrapped_key)
    .where(batches.c.batch_id > bindparam("after"))
    .order_by(batches.c.batch_id)
    .with_for_update()
    .suffix_with(MOST),
    "page_of_digest_keys": select(digest_keys.c.name, digest_keys.c.wrapped)
    .where(digest_keys.c.name > bindparam("after"))
    .order_by(digest_keys.c.name)
    .with_for_update()
    .suffix_with(MOST),
    "rewrap_digest_key": update_row(digest_keys, "name", "wrapped"),
    "rewrap_data_key": update_row(data_keys, "data_key_id", "wrapped"),
    "rewrap_batch": update_row(batches, "batch_id", "wrapped_key"),
    "count_data_keys": select(func.count()).select_from(data_keys),
    "count_digest_keys": select(func.count()).select_from(digest_keys),
    "count_batches": select(func.count()).select_from(batches),
    "remove_data_key": delete(data_keys).where(data_keys.c.data_key_id == bindparam("data_key_id")),
    **_page_statements,
    **_seal_statements,
    **_count_statements,
}


_COUNTS: Final = ("count_data_keys", "count_batches", "count_digest_keys")


class KeyRows(SealedRows):
    """Implements ``services.keys.KeyStores``."""

    # --- wrapped keys ---

    def data_keys(self) -> list[KeptDataKey]:
        """Return all numbered data keys, oldest first."""
        return self._all(
            "all_data_keys", lambda row: KeptDataKey(row[0], bytes(row[1]), from_milliseconds(row[2]))
        )

    def count_wrapped_keys(self) -> int:
        """Return how many wrapped keys there are, of all kinds."""
        return sum(self._one(name, _number) or 0 for name in _COUNTS)

    def wrapped_data_keys(self, after: int, limit: int) -> list[WrappedKey]:
        """Return numbered data keys behind ``after``, held until the unit ends."""
        return self._all("page_of_data_keys", _read_wrapped, after=after, most=limit)

    def wrapped_batch_keys(self, after: int, limit: int) -> list[WrappedKey]:
        """Return the data keys of batches behind ``after``, held until the unit ends."""
        return self._all("page_of_batches", _read_wrapped, after=after, most=limit)

    def save_wrapped_data_key(self, number: int, wrapped: bytes) -> None:
        """Store a numbered data key as it is wrapped now."""
        self._do("rewrap_data_key", {"key_data_key_id": number, "wrapped": wrapped})

    def save_wrapped_batch_key(self, number: int, wrapped: bytes) -> None:
        """Store the data key of a batch as it is wrapped now."""
        self._do("rewrap_batch", {"key_batch_id": number, "wrapped_key": wrapped})

    def wrapped_digest_keys(self, after: str, limit: int) -> list[WrappedKey]:
        """Return the digest keys behind ``after``, held until the unit ends."""
        return self._all("page_of_digest_keys", _read_wrapped, after=after, most=limit)

    def save_wrapped_digest_key(self, name: str, wrapped: bytes) -> None:
        """Store a digest key as it is wrapped now."""
        self._do("rewrap_digest_key", {"key_name": name, "wrapped": wrapped})

    def remove_data_key(self, number: int) -> None:
        """Forget a data key under which nothing is sealed any more."""
        self._do("remove_data_key", {"data_key_id": number})

    # --- what is sealed ---

    def count_records(self, table: SealedTable) -> int:
        """Return how many records a table has, sealed or not."""
        return self._one(f"count_{table}", _number) or 0

    def count_by_key(self, table: SealedTable) -> dict[int, int]:
        """Return how many records are sealed under each numbered key."""
        found = self._all(f"count_marked_{table}", lambda row: (number_of(bytes(row[0])), row[1]), mark=MARK)
        return {number: int(count) for number, count in found if number is not None}

    def reseal(self, table: SealedTable, after: Any, limit: int) -> Page:
        """Seal a page of records under the newest data key: those in clear, and those under older keys.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: a record cannot be opened; nothing of the page was changed.
        """
        sealed = SEALED[table]
        rows = self._page(table, after, limit)
        newest = self._find_newest()
        count = 0
        for key, octets, row, *wrapped in rows:
            record = bytes(octets)
            if number_of(record) == newest:
                continue
            place = _octets_of(row)
            opened = self._open_any(table, place, record, wrapped)
            fresh = self._keys.seal_under(newest, opened, place_of(table, place))
            self._do(f"reseal_{table}", {f"key_{sealed.key.name}": key, sealed.record.name: fresh})
            count += 1
        return Page(rows[-1][0] if rows else None, len(rows), count)

    def verify_page(self, table: SealedTable, after: Any, limit: int) -> Page:
        """Open a page of records and keep nothing of them; the count is of those in clear.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: a record cannot be opened.
        """
        rows = self._page(table, after, limit)
        in_clear = 0
        for _, octets, row, *wrapped in rows:
            record = bytes(octets)
            in_clear += number_of(record) is None and not wrapped
            self._open_any(table, _octets_of(row), record, wrapped)
        return Page(rows[-1][0] if rows else None, len(rows), in_clear)

    def _page(self, table: SealedTable, after: Any, limit: int) -> list[tuple[Any, ...]]:
        """Return rows behind a key, held until the unit ends."""
        sealed = SEALED[table]
        after = sealed.first if after is None else after
        return self._all(f"page_of_{table}", tuple, after=after, most=min(limit, sealed.most))

    def _open_any(self, table: SealedTable, row: bytes, record: bytes, wrapped: list[Any]) -> bytes:
        if wrapped:
            return self._open_subscription(row.decode("ascii"), record, bytes(wrapped[0]))
        return self._open(table, row, record)


def _octets_of(row: str | bytes | int) -> bytes:
    """Return what names a row as octets."""
    return str(row).encode() if isinstance(row, str | int) else bytes(row)


def _read_wrapped(row: Any) -> WrappedKey:
    return WrappedKey(row[0], bytes(row[1]))


def _number(row: Any) -> int:
    return int(row[0])
