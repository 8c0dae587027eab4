"""Statements of the hot path: built once with SQLAlchemy Core, compiled once a dialect, run on the driver.

Executing a prebuilt statement through SQLAlchemy costs five times what the driver takes, and a download runs
some fifteen of them (docs/performance.md). So Core writes the SQL, for either dialect, and the driver runs it. The
types in use need no conversion on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, func, insert, literal_column, or_, select, text, update
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.expression import ClauseElement, ColumnElement

from openesim.adapters.db.tables import (
    batches,
    downloads,
    notifications,
    orders,
    packages,
    sessions,
    subscriptions,
)
from openesim.provisioning.smdp.orders import DOWNLOADABLE, OrderState

# LIMIT as plain text: Core would write an OFFSET with a parameter of its own behind it on SQLite.
_FIRST: Final = text("LIMIT 1")
_MOST: Final = text("LIMIT :most")


def _insert(table: Table, *, without: str = "") -> ClauseElement:
    """Return an INSERT of every column but one."""
    return insert(table).values({c.name: bindparam(c.name) for c in table.columns if c.name != without})


def _update(table: Table, key: str, *columns: str) -> ClauseElement:
    """Return an UPDATE of the row with the key: of the named columns, or of every other one."""
    names = columns or tuple(c.name for c in table.columns if c.name != key)
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return update(table).where(table.c[key] == bindparam(f"key_{key}")).values(values)


def _select(table: Table, key: str) -> Any:
    """Return a SELECT of every column of the row with the key."""
    return select(table).where(table.c[key] == bindparam(key))


def _state(state: OrderState) -> Any:
    """Return a state as it stands in SQL: a constant, so that partial indexes are found."""
    return literal_column(f"'{state.value}'")


# Every column of a subscription, its batch's wrapped key behind them.
_select_subscription: Final = select(subscriptions, batches.c.wrapped_key).join_from(subscriptions, batches)


def _taken(column: ColumnElement[Any]) -> Any:
    """Return a SELECT of the highest number of a column between two of one length, both included."""
    return (
        select(column)
        .where(column >= bindparam("least"), column <= bindparam("most"))
        .where(func.length(column) == bindparam("digits"))
        .order_by(column.desc())
        .suffix_with(_FIRST)
    )


_downloadable_first = or_(*(orders.c.state == _state(state) for state in sorted(DOWNLOADABLE))).desc()

# A repeated GetBoundProfilePackage replaces what the first one handed out in the same session. Both dialects
# read this clause; Core has it only in its dialect packages.
_REPLACE_DOWNLOAD: Final = (
    " ON CONFLICT (transaction_id) DO UPDATE SET created_at = excluded.created_at, record = excluded.record"
)

# An index is touched if an UPDATE names its column, changed or not: so the updates of the hot path name only what a
# download changes.
_STATEMENTS: Final[Mapping[str, ClauseElement]] = {
    "session": _select(sessions, "transaction_id"),
    "add_session": _insert(sessions),
    "save_session": _update(sessions, "transaction_id", "state", "order_id", "record"),
    "sweep_sessions": delete(sessions).where(
        sessions.c.transaction_id.in_(
            select(sessions.c.transaction_id)
            .where(sessions.c.expires_at < bindparam("now"))
            .suffix_with(_MOST)
        )
    ),
    "order": _select(orders, "order_id"),
    "order_with_matching_id": _select(orders, "matching_id"),
    "order_waiting_for": _select(orders, "eid")
    .where(orders.c.is_default_smdp.is_(True))
    .order_by(_downloadable_first, orders.c.order_id)
    .suffix_with(_FIRST),
    "order_of_profile": _select(orders, "iccid").where(orders.c.is_reusable.is_(False)),
    "available_order": _select(orders, "profile_type")
    .where(orders.c.state == _state(OrderState.AVAILABLE))
    .where(orders.c.is_reusable.is_(False))
    .where(orders.c.operator.is_(None) | (orders.c.operator == bindparam("operator")))
    .suffix_with(_FIRST),
    "add_order": _insert(orders, without="order_id"),
    "save_order": _update(orders, "order_id"),
    "save_progress": _update(
        orders,
        "order_id",
        "state",
        "eid",
        "confirmation_attempts",
        "download_attempts",
        "chip_state",
        "chip_sequence",
        "outcome",
    ),
    "package": _select(packages, "package_id"),
    "package_named": _select(packages, "name"),
    "add_package": _insert(packages, without="package_id"),
    "download": _select(downloads, "transaction_id"),
    "last_download": _select(downloads, "order_id")
    .order_by(downloads.c.created_at.desc())
    .suffix_with(_FIRST),
    "add_download": _insert(downloads),
    "save_download_result": update(downloads)
    .where(downloads.c.transaction_id == bindparam("key_transaction_id"))
    .values(result=bindparam("result")),
    "add_notification": _insert(notifications, without="notification_id"),
    "pending_notifications": select(notifications.c.notification_id, notifications.c.octets)
    .where(notifications.c.notification_id > bindparam("after"))
    .order_by(notifications.c.notification_id)
    .suffix_with(_MOST),
    "remove_notification": delete(notifications).where(
        notifications.c.notification_id == bindparam("notification_id")
    ),
    "all_orders": select(orders)
    .where(orders.c.order_id > bindparam("after"))
    .order_by(orders.c.order_id)
    .suffix_with(_MOST),
    "highest_iccid": _taken(orders.c.iccid).where(orders.c.is_reusable.is_(False)),
    "stock_levels": select(orders.c.profile_type, func.count())
    .where(orders.c.state == _state(OrderState.AVAILABLE))
    .group_by(orders.c.profile_type),
    "batch": _select(batches, "name"),
    "all_batches": select(batches).order_by(batches.c.batch_id),
    "add_batch": _insert(batches, without="batch_id"),
    "save_batch_progress": _update(batches, "name", "done"),
    "subscription": _select_subscription.where(subscriptions.c.iccid == bindparam("iccid")),
    "subscription_of_imsi": _select_subscription.where(subscriptions.c.imsi == bindparam("imsi")),
    "all_subscriptions": _select_subscription.where(subscriptions.c.iccid > bindparam("after"))
    .order_by(subscriptions.c.iccid)
    .suffix_with(_MOST),
    "subscriptions_of_batch": _select_subscription.where(
        subscriptions.c.batch_id == bindparam("batch_id"), subscriptions.c.iccid > bindparam("after")
    )
    .order_by(subscriptions.c.iccid)
    .suffix_with(_MOST),
    "untold_subscriptions": _select_subscription.where(subscriptions.c.is_told.is_(False)).suffix_with(_MOST),
    "add_subscription": _insert(subscriptions),
    "save_sqn": _update(subscriptions, "imsi", "sqn"),
    "set_active": update(subscriptions)
    .where(subscriptions.c.iccid == bindparam("key_iccid"))
    .where(subscriptions.c.is_active != bindparam("is_active"))
    .values(is_active=bindparam("is_active"), is_told=False),
    "set_told": update(subscriptions)
    .where(subscriptions.c.iccid == bindparam("key_iccid"))
    .where(subscriptions.c.is_active == bindparam("is_active"))
    .values(is_told=True),
    # A million numbers of a file are compared on the disk, not in memory.
    "make_claims": text("CREATE TEMPORARY TABLE IF NOT EXISTS claims (number TEXT PRIMARY KEY)"),
    "clear_claims": text("DELETE FROM claims"),
    "claim": text("INSERT INTO claims (number) VALUES (:number) ON CONFLICT DO NOTHING"),
    "taken_iccid": _taken(subscriptions.c.iccid),
    "taken_imsi": _taken(subscriptions.c.imsi),
    "taken_msisdn": _taken(subscriptions.c.msisdn),
}


def compile_statements(dialect: Dialect) -> dict[str, str]:
    """Return every statement as SQL text with named parameters, for one dialect."""
    compiled = {name: str(statement.compile(dialect=dialect)) for name, statement in _STATEMENTS.items()}
    compiled["add_download"] += _REPLACE_DOWNLOAD
    return compiled
