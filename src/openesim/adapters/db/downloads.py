"""Sessions, what was handed out in them, and the notifications that come back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select, update

# Both dialects read this clause; Core has it only in its dialect packages.
from sqlalchemy.dialects.postgresql import insert as insert_or_replace

from openesim.adapters.db import records
from openesim.adapters.db.sealing import SealedRows
from openesim.adapters.db.sql import FIRST, MOST, Statements, insert_row, select_row, update_row
from openesim.adapters.db.tables import downloads, notifications, sessions
from openesim.kernel.ids import TransactionId
from openesim.provisioning.smdp.binding import Download
from openesim.provisioning.smdp.session import Session

_add_download = insert_or_replace(downloads).values({c.name: bindparam(c.name) for c in downloads.columns})

_FOR_EVER: Final = (1 << 63) - 1
"""A moment behind all others, in milliseconds."""

STATEMENTS: Final[Statements] = {
    "session": select_row(sessions, "transaction_id").with_for_update(),
    "add_session": insert_row(sessions),
    "save_session": update_row(sessions, "transaction_id", "state", "order_id", "record"),
    "sweep_sessions": delete(sessions).where(
        sessions.c.transaction_id.in_(
            select(sessions.c.transaction_id)
            .where(sessions.c.expires_at < bindparam("now"))
            .with_for_update(skip_locked=True)
            .suffix_with(MOST)
        )
    ),
    "download": select_row(downloads, "transaction_id"),
    "last_download": select_row(downloads, "order_id")
    .order_by(downloads.c.created_at.desc())
    .suffix_with(FIRST),
    # A repeated GetBoundProfilePackage replaces what the first one handed out in the same session.
    "add_download": _add_download.on_conflict_do_update(
        index_elements=["transaction_id"],
        set_={name: _add_download.excluded[name] for name in ("created_at", "record")},
    ),
    "save_download_result": update(downloads)
    .where(downloads.c.transaction_id == bindparam("key_transaction_id"))
    .where(downloads.c.order_id == bindparam("key_order_id"))
    .values(result=bindparam("result")),
    "add_notification": insert_row(notifications, numbered="notification_id"),
    "pending_notifications": select(notifications.c.notification_id, notifications.c.octets)
    .where(notifications.c.notification_id > bindparam("after"))
    .where(notifications.c.received_at <= bindparam("before"))
    .order_by(notifications.c.notification_id)
    # What another process is at is passed over.
    .with_for_update(skip_locked=True)
    .suffix_with(MOST),
    "take_notification": delete(notifications).where(
        notifications.c.notification_id == bindparam("notification_id")
    ),
}


class DownloadRows(SealedRows):
    """Implements sessions, downloads and notifications of ``services.ports.SmdpStores``."""

    # --- sessions ---

    def session(self, transaction_id: TransactionId) -> Session | None:
        """Return the session, whatever its state."""
        return self._one("session", records.read_session, transaction_id=bytes(transaction_id))

    def add_session(self, session: Session) -> None:
        """Store a new session."""
        self._put("add_session", records.session_parameters(session))

    def save_session(self, session: Session) -> None:
        """Store a session that changed."""
        parameters = records.session_parameters(session)
        self._put("save_session", parameters | {"key_transaction_id": parameters["transaction_id"]})

    def sweep_sessions(self, now: datetime, limit: int) -> int:
        """Remove at most ``limit`` expired sessions and return how many went."""
        self._do("sweep_sessions", {"now": records.to_milliseconds(now), "most": limit})
        return self._cursor.rowcount

    # --- downloads ---

    def download(self, transaction_id: TransactionId) -> Download | None:
        """Return what was handed out in a session."""
        return self._one("download", self._read_download, transaction_id=bytes(transaction_id))

    def last_download(self, order_id: int) -> Download | None:
        """Return what was last handed out for an order."""
        return self._one("last_download", self._read_download, order_id=order_id)

    def add_download(self, download: Download) -> None:
        """Store what is about to be handed out; a repeated call replaces what it handed out before."""
        parameters = records.download_parameters(download)
        sealed = self._seal("downloads", parameters["transaction_id"], parameters["record"])
        self._put("add_download", parameters | {"record": sealed})

    def save_download_result(self, download: Download) -> None:
        """Store what the chip reported."""
        key = bytes(download.transaction_id)
        keys = {"key_transaction_id": key, "key_order_id": download.order_id}
        self._put("save_download_result", keys | {"result": download.result})

    def _read_download(self, row: records.Row) -> Download:
        return records.read_download(row, self._open("downloads", bytes(row[0]), bytes(row[3])))

    # --- notifications ---

    def add_notification(self, octets: bytes, received_at: datetime) -> int:
        """Store a notification as received and return its row number."""
        parameters = {"octets": octets, "received_at": records.to_milliseconds(received_at)}
        return self._new("add_notification", parameters)

    def pending_notifications(
        self, after: int, limit: int, before: datetime | None = None
    ) -> list[tuple[int, bytes]]:
        """Return notifications that were acknowledged and not yet processed, by row number behind ``after``.

        Those that another process is at are left out; so are those received after ``before``, if it is given.
        """
        latest = _FOR_EVER if before is None else records.to_milliseconds(before)
        return self._all(
            "pending_notifications",
            lambda row: (row[0], bytes(row[1])),
            after=after,
            before=latest,
            most=limit,
        )

    def take_notification(self, row: int) -> bool:
        """Forget a notification, and tell whether it was still there: who took it processes it."""
        self._do("take_notification", {"notification_id": row})
        return self._cursor.rowcount > 0
