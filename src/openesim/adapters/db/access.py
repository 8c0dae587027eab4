"""API keys, and the answers that are given again to a repeated call."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select

from openesim.adapters.db.records import Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, insert_row, select_row, update_row
from openesim.adapters.db.tables import api_keys, replies
from openesim.services.access import ApiKey, Scope
from openesim.services.replies import Reply

STATEMENTS: Final[Statements] = {
    "api_key": select_row(api_keys, "key_id"),
    "all_api_keys": select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id).suffix_with(MOST),
    "api_keys_of_operator": select_row(api_keys, "operator")
    .order_by(api_keys.c.created_at, api_keys.c.key_id)
    .suffix_with(MOST),
    "add_api_key": insert_row(api_keys),
    "revoke_api_key": update_row(api_keys, "key_id", "revoked_at"),
    "reply": select(replies).where(
        replies.c.operator == bindparam("operator"),
        replies.c.idempotency_key == bindparam("idempotency_key"),
    ),
    "add_reply": insert_row(replies),
    "remove_reply": delete(replies).where(
        replies.c.operator == bindparam("operator"),
        replies.c.idempotency_key == bindparam("idempotency_key"),
    ),
    "old_replies": select(replies.c.operator, replies.c.idempotency_key)
    .where(replies.c.created_at < bindparam("before"))
    .order_by(replies.c.created_at)
    .suffix_with(MOST),
}


class AccessRows(Rows):
    """Implements ``services.access.AccessStores`` and ``services.replies.ReplyStores``."""

    def api_key(self, key_id: str) -> ApiKey | None:
        """Return the key of a name."""
        return self._one("api_key", _read_key, key_id=key_id)

    def api_keys(self, operator: str | None, limit: int) -> list[ApiKey]:
        """Return keys, oldest first: of one operator, or of all."""
        if operator is None:
            return self._all("all_api_keys", _read_key, most=limit)
        return self._all("api_keys_of_operator", _read_key, operator=operator, most=limit)

    def add_api_key(self, key: ApiKey) -> None:
        """Store a new key of an operator who is kept.

        Raises:
            ConflictError: another key has the name, or nothing is kept of the operator.
        """
        parameters = {
            "key_id": key.key_id,
            "operator": key.operator,
            "label": key.label,
            "digest": key.digest,
            "scopes": " ".join(sorted(key.scopes)),
            "created_at": to_milliseconds(key.created_at),
            "expires_at": None if key.expires_at is None else to_milliseconds(key.expires_at),
            "revoked_at": None if key.revoked_at is None else to_milliseconds(key.revoked_at),
        }
        self._do("add_api_key", parameters)

    def revoke_api_key(self, key_id: str, at: datetime) -> None:
        """Note from when on a key is dead."""
        self._do("revoke_api_key", {"key_key_id": key_id, "revoked_at": to_milliseconds(at)})

    # --- replies

    def reply(self, operator: str, idempotency_key: str) -> Reply | None:
        """Return what was answered to a call."""
        return self._one("reply", _read_reply, operator=operator, idempotency_key=idempotency_key)

    def add_reply(self, reply: Reply) -> None:
        """Store what is answered to a call.

        Raises:
            ConflictError: another call under the same key was answered meanwhile.
        """
        parameters = {
            "operator": reply.operator,
            "idempotency_key": reply.idempotency_key,
            "request_digest": reply.request_digest,
            "created_at": to_milliseconds(reply.created_at),
            "http_status": reply.http_status,
            "location": reply.location,
            "body": reply.body,
        }
        self._do("add_reply", parameters)

    def remove_reply(self, operator: str, idempotency_key: str) -> None:
        """Forget what was answered to a call."""
        self._do("remove_reply", {"operator": operator, "idempotency_key": idempotency_key})

    def sweep_replies(self, before: datetime, limit: int) -> int:
        """Remove at most ``limit`` answers given before a moment and return how many went."""
        old = self._all("old_replies", tuple, before=to_milliseconds(before), most=limit)
        for operator, idempotency_key in old:
            self.remove_reply(operator, idempotency_key)
        return len(old)


def _read_key(row: Row) -> ApiKey:
    """Return the key of a row of ``api_keys``; a scope that only later code knows is passed over."""
    known = set(Scope)
    return ApiKey(
        key_id=row[0],
        operator=row[1],
        label=row[2],
        digest=bytes(row[3]),
        scopes=frozenset(Scope(name) for name in row[4].split() if name in known),
        created_at=from_milliseconds(row[5]),
        expires_at=None if row[6] is None else from_milliseconds(row[6]),
        revoked_at=None if row[7] is None else from_milliseconds(row[7]),
    )


def _read_reply(row: Row) -> Reply:
    """Return the answer of a row of ``replies``."""
    return Reply(
        operator=row[0],
        idempotency_key=row[1],
        request_digest=bytes(row[2]),
        created_at=from_milliseconds(row[3]),
        http_status=row[4],
        location=row[5],
        body=bytes(row[6]),
    )
