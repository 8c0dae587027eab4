"""Rows with secrets in them: sealed as they are written, opened as they are read.

Every sealed record is bound to its place, table and row: moved to another row it does not open.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_or_replace

from openesim.adapters.db.conditions.tables import digest_keys
from openesim.adapters.db.data_keys import DataKeys, number_of
from openesim.adapters.db.records import to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import Statements, insert_row, select_row
from openesim.adapters.db.tables import batches, data_keys, revisions
from openesim.kernel.errors import Explanation, VerificationError

_key_turn: Final = insert_or_replace(revisions).values(name=bindparam("name"), number=bindparam("number"))

STATEMENTS: Final[Statements] = {
    "newest_data_key": select(data_keys.c.data_key_id, data_keys.c.wrapped).where(
        data_keys.c.data_key_id == select(func.max(data_keys.c.data_key_id)).scalar_subquery()
    ),
    "data_key": select_row(data_keys, "data_key_id"),
    "has_wrapped_keys": select(
        or_(
            exists(select(data_keys.c.data_key_id)),
            exists(select(batches.c.batch_id)),
            exists(select(digest_keys.c.name)),
        )
    ),
    "add_data_key": insert_row(data_keys, numbered="data_key_id"),
    "digest_key": select_row(digest_keys, "name"),
    "add_digest_key": insert_row(digest_keys),
    # Whoever makes, counts or takes away keys does so alone: the row is held until his transaction ends.
    "take_key_turn": _key_turn.on_conflict_do_update(
        index_elements=["name"], set_={"number": revisions.c.number + literal_column("1")}
    ),
}

KEY_TURN: Final = "keys"


class SealedRows(Rows):
    """Seals and opens records under the keys of the table ``data_keys``."""

    _keys: DataKeys

    def _seal(self, table: str, row: bytes, record: bytes) -> bytes:
        """Return a record sealed for its row; in clear where the database was opened without a key.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: the newest data key cannot be unwrapped.
        """
        keys = self._keys
        if not keys.can_seal:
            return record
        number = keys.newest
        if number is None:
            number = self._find_newest()
        return keys.seal_under(number, record, place_of(table, row))

    def _open(self, table: str, row: bytes, octets: bytes) -> bytes:
        """Return the record of a row.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: data key or record cannot be opened.
        """
        number = number_of(octets)
        if number is None:
            return octets
        if not self._keys.knows(number):
            self._find_key(number)
        return self._keys.open_under(number, octets, place_of(table, row))

    def _open_subscription(self, iccid: str, sealed: bytes, wrapped_key: bytes) -> bytes:
        """Return the secrets of a subscription as one record.

        It was sealed under the data key of its batch; since keys were rotated, it may stand under a numbered one.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: data key or record cannot be opened.
        """
        if number_of(sealed) is not None:
            # One nonce of 2³² begins with the mark by chance: then the numbered key does not open it.
            try:
                return self._open("subscriptions", iccid.encode(), sealed)
            except VerificationError:
                return self._keys.open(wrapped_key, sealed, iccid.encode())
        return self._keys.open(wrapped_key, sealed, iccid.encode())

    def _digest(self, name: str, octets: bytes) -> bytes:
        """Return the keyed digest of octets, 32 octets; the key of the name is made when it is needed first.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: the digest key cannot be unwrapped.
        """
        if not self._keys.can_digest(name):
            self._keys.learn_digest_key(name, self._find_digest_key(name))
        return self._keys.digest(name, octets)

    def _find_digest_key(self, name: str) -> bytes:
        """Return the wrapped key of a name; never made anew while it is there, since no digest would fit any more."""
        wrapped = self._one("digest_key", lambda row: bytes(row[1]), name=name)
        if wrapped is None:
            self.take_key_turn()
            wrapped = self._one("digest_key", lambda row: bytes(row[1]), name=name)
        if wrapped is None:
            wrapped = self._new_wrapped_key()
            now = to_milliseconds(datetime.now(UTC))
            self._do("add_digest_key", {"name": name, "wrapped": wrapped, "created_at": now})
        return wrapped

    def take_key_turn(self) -> None:
        """Wait until nobody else makes or takes away keys, and hold others back until this unit ends."""
        self._do("take_key_turn", {"name": KEY_TURN, "number": 0})

    def add_data_key(self) -> int:
        """Make a data key, under which everything is sealed from now on, and return its number.

        Raises:
            ConfigError: there is no key-encryption key.
        """
        self.take_key_turn()
        return self._make_key()

    def _new_wrapped_key(self) -> bytes:
        """Return a fresh data key, wrapped; the turn is ours.

        Raises:
            ConfigError: there is no key-encryption key.
        """
        has_keys = self._one("has_wrapped_keys", lambda row: bool(row[0]))
        return self._keys.new(is_first=not has_keys)

    def _make_key(self) -> int:
        wrapped = self._new_wrapped_key()
        now = to_milliseconds(datetime.now(UTC))
        number = self._new("add_data_key", {"wrapped": wrapped, "created_at": now})
        self._keys.learn(number, wrapped, is_newest=True)
        return number

    def _find_newest(self) -> int:
        """Return the number of the key to seal under; the first one is made when it is needed."""
        newest = self._one("newest_data_key", _pair)
        if newest is None:
            self.take_key_turn()
            newest = self._one("newest_data_key", _pair)
        if newest is None:
            return self._make_key()
        self._keys.learn(*newest, is_newest=True)
        return newest[0]

    def _find_key(self, number: int) -> None:
        found = self._one("data_key", _pair, data_key_id=number)
        if found is None:
            cause = f"a record is sealed under data key {number}, which is not in the table data_keys"
            raise VerificationError(cause).explained(
                Explanation(
                    cause, "whoever keeps the database", "bring the whole database back from a backup"
                )
            )
        self._keys.learn(*found)


def place_of(table: str, row: bytes) -> bytes:
    """Return what a sealed record is bound to."""
    return table.encode("ascii") + b"\0" + row


def _pair(row: Any) -> tuple[int, bytes]:
    """Return number and wrapped form of a data key."""
    return int(row[0]), bytes(row[1])
