"""Tables, dialect-neutral. Migrations bring a database to this shape.

Times are milliseconds since 1970 (UTC). Octets are kept as octets; nothing personal stands here.

``orders`` is the hot table: one row a profile, found by matching id, by ICCID, or by EID. ``sessions`` and
``notifications`` are short-lived. ``downloads`` holds what makes a bound profile package again; it grows by one
small row a download.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

_RowId = BigInteger().with_variant(Integer, "sqlite")

packages = Table(
    "packages",
    metadata,
    Column("package_id", _RowId, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("digest", LargeBinary, nullable=False),
    Column("octets", LargeBinary, nullable=False),
    Column("points", LargeBinary, nullable=False),
    Column("metadata", LargeBinary, nullable=False),
    Column("saip_major", Integer, nullable=False),
    Column("saip_minor", Integer, nullable=False),
    Column("required", BigInteger, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", _RowId, primary_key=True),
    Column("iccid", Text, nullable=False),
    Column("package_id", BigInteger, ForeignKey("packages.package_id"), nullable=False),
    Column("profile_type", Text, nullable=False),
    Column("operator", Text),
    Column("state", Text, nullable=False),
    Column("eid", Text),
    Column("matching_id", Text),
    Column("is_default_smdp", Boolean, nullable=False),
    Column("confirmation_hash", LargeBinary),
    Column("confirmation_attempts", Integer, nullable=False),
    Column("confirmation_limit", Integer, nullable=False),
    Column("download_attempts", Integer, nullable=False),
    Column("max_attempts", Integer),
    Column("expires_at", BigInteger),
    Column("is_reusable", Boolean, nullable=False),
    Column("smds_address", Text),
    Column("chip_state", Text),
    Column("chip_sequence", BigInteger, nullable=False),
    Column("outcome", Text),
)

# A profile is one order's, but for laboratory orders; a matching id leads to one order.
Index(
    "orders_iccid",
    orders.c.iccid,
    unique=True,
    sqlite_where=orders.c.is_reusable.is_(False),
    postgresql_where=orders.c.is_reusable.is_(False),
)
Index("orders_matching_id", orders.c.matching_id, unique=True)
Index(
    "orders_waiting",
    orders.c.eid,
    sqlite_where=orders.c.is_default_smdp.is_(True),
    postgresql_where=orders.c.is_default_smdp.is_(True),
)
Index(
    "orders_available",
    orders.c.profile_type,
    sqlite_where=orders.c.state == "Available",
    postgresql_where=orders.c.state == "Available",
)

sessions = Table(
    "sessions",
    metadata,
    Column("transaction_id", LargeBinary, primary_key=True),
    Column("state", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("sessions_expires_at", sessions.c.expires_at)

downloads = Table(
    "downloads",
    metadata,
    Column("transaction_id", LargeBinary, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("result", Text),
    sqlite_with_rowid=False,
)
Index("downloads_order", downloads.c.order_id, downloads.c.created_at)

notifications = Table(
    "notifications",
    metadata,
    Column("notification_id", _RowId, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Column("octets", LargeBinary, nullable=False),
)
