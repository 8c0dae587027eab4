"""Tables, dialect-neutral. Migrations bring a database to this shape.

Times are milliseconds since 1970 (UTC). Octets are kept as octets.

``orders`` is the hot table: one row a profile, found by matching id, by ICCID, or by EID. ``sessions`` and
``notifications`` are short-lived. ``downloads`` holds what makes a bound profile package again; it grows by one
small row a download. ``subscriptions`` holds numbers in clear and everything secret in ``sealed``, under the data key
of the subscription's batch; that key stands wrapped in ``batches``, and what unwraps it is not in the database.

``metadata_versions`` holds what users see of a profile type, or of one ordered profile, since it was changed; an order
names the version that its chip was told.

``history`` tells of every order what happened to it, a row a step; ``outbox`` holds what is still to be told to others,
written in the transaction of the state it tells. ``destinations`` are those of the outbox that a process serves at
the moment, or that are left alone for a while since they did not answer. ``operators``, ``api_keys``, ``webhooks`` and ``replies`` belong to
those who order. ``events`` is the SM-DS's. ``blocks`` says which chips get nothing. ``data_keys`` holds wrapped keys
under which packages, downloads and webhook secrets are sealed.
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
    false,
)

metadata = MetaData()

RowId = BigInteger().with_variant(Integer, "sqlite")

packages = Table(
    "packages",
    metadata,
    Column("package_id", RowId, primary_key=True),
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
    Column("order_id", RowId, primary_key=True),
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
    Column("is_personalised", Boolean, nullable=False, server_default=false()),
    Column("created_at", BigInteger, nullable=False, server_default="0"),
    Column("changed_at", BigInteger, nullable=False, server_default="0"),
    Column("reference", Text),
    Column("redownloads", Integer, nullable=False, server_default="0"),
    Column("ordered_at", BigInteger),
    Column("metadata_version", BigInteger, nullable=False, server_default="0"),
    Column("is_admitted", Boolean, nullable=False, server_default=false()),
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
Index("orders_eid", orders.c.eid)
# Lists of an operator's orders, each a page at a time. Stock and what is made on the server itself are nobody's, and not
# in them.
_IS_ORDERED = orders.c.ordered_at.is_not(None)
for _name, _columns in {
    "orders_ordered": (orders.c.ordered_at,),
    "orders_state": (orders.c.state, orders.c.ordered_at),
    "orders_reference": (orders.c.reference, orders.c.ordered_at),
    "orders_changed": (orders.c.changed_at,),
}.items():
    _where = orders.c.reference.is_not(None) if _name == "orders_reference" else _IS_ORDERED
    Index(
        _name, orders.c.operator, *_columns, orders.c.order_id, sqlite_where=_where, postgresql_where=_where
    )
Index(
    "orders_outstanding",
    orders.c.changed_at,
    sqlite_where=orders.c.state == "Downloaded",
    postgresql_where=orders.c.state == "Downloaded",
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
    Column("notification_id", RowId, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Column("octets", LargeBinary, nullable=False),
)

batches = Table(
    "batches",
    metadata,
    Column("batch_id", RowId, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("digest", LargeBinary, nullable=False),
    Column("profile_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("low_stock", BigInteger, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("operator", Text),
)
Index("batches_operator", batches.c.operator, batches.c.batch_id)

metadata_versions = Table(
    "metadata_versions",
    metadata,
    Column("version_id", RowId, primary_key=True),
    Column("package_id", BigInteger, nullable=False),
    Column("order_id", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
Index(
    "metadata_versions_package",
    metadata_versions.c.package_id,
    metadata_versions.c.order_id,
    metadata_versions.c.version_id,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("iccid", Text, primary_key=True),
    Column("imsi", Text, nullable=False),
    Column("msisdn", Text),
    Column("batch_id", BigInteger, ForeignKey("batches.batch_id"), nullable=False),
    Column("algorithm", Integer, nullable=False),
    Column("amf", LargeBinary, nullable=False),
    Column("sqn", BigInteger, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("is_told", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("subscriptions_imsi", subscriptions.c.imsi, unique=True)
Index("subscriptions_msisdn", subscriptions.c.msisdn)
Index("subscriptions_batch", subscriptions.c.batch_id, subscriptions.c.iccid)
Index(
    "subscriptions_untold",
    subscriptions.c.iccid,
    sqlite_where=subscriptions.c.is_told.is_(False),
    postgresql_where=subscriptions.c.is_told.is_(False),
)

history = Table(
    "history",
    metadata,
    Column("step_id", RowId, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("operator", Text),
    Column("at", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
Index("history_order", history.c.order_id, history.c.step_id)
Index("history_operator", history.c.operator, history.c.step_id)

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", RowId, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("destination", Text, nullable=False),
    Column("sequence_key", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("is_stuck", Boolean, nullable=False),
    Column("last_fault", Text),
    Column("payload", LargeBinary, nullable=False),
)
# What waits is looked up by destination, so that one that is away costs the others nothing.
Index(
    "outbox_due",
    outbox.c.kind,
    outbox.c.destination,
    outbox.c.due_at,
    outbox.c.message_id,
    sqlite_where=outbox.c.is_stuck.is_(False),
    postgresql_where=outbox.c.is_stuck.is_(False),
)
Index(
    "outbox_stuck",
    outbox.c.created_at,
    sqlite_where=outbox.c.is_stuck.is_(True),
    postgresql_where=outbox.c.is_stuck.is_(True),
)
Index(
    "outbox_stuck_of",
    outbox.c.kind,
    outbox.c.destination,
    outbox.c.message_id,
    sqlite_where=outbox.c.is_stuck.is_(True),
    postgresql_where=outbox.c.is_stuck.is_(True),
)
Index("outbox_sequence", outbox.c.kind, outbox.c.destination, outbox.c.sequence_key, outbox.c.message_id)

destinations = Table(
    "destinations",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("destination", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", BigInteger),
    Column("last_fault", Text),
    sqlite_with_rowid=False,
)

operators = Table(
    "operators",
    metadata,
    Column("name", Text, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("certificate", LargeBinary),
    Column("callback_address", Text),
    Column("callback_points", Text, nullable=False),
    Column("requests_per_minute", Integer),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("operator", Text, ForeignKey("operators.name"), nullable=False),
    Column("label", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)
Index("api_keys_operator", api_keys.c.operator)

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", Text, primary_key=True),
    Column("operator", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("event_types", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("disabled_at", BigInteger),
    Column("disabled_reason", Text),
)
Index("webhooks_operator", webhooks.c.operator)

replies = Table(
    "replies",
    metadata,
    Column("operator", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    Column("request_digest", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("http_status", Integer, nullable=False),
    Column("location", Text),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("replies_created_at", replies.c.created_at)

events = Table(
    "events",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("eid", Text, nullable=False),
    Column("rsp_server_address", Text, nullable=False),
    Column("registrant", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("forwarded_event_id", Text),
    sqlite_with_rowid=False,
)
Index("events_eid", events.c.eid)
Index("events_created_at", events.c.created_at)

blocks = Table(
    "blocks",
    metadata,
    Column("block_id", RowId, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("lifted_at", BigInteger),
    Column("lifted_by", Text),
    Column("lifted_reason", Text),
    Column("revision", BigInteger, nullable=False),
)
Index("blocks_revision", blocks.c.revision, unique=True)
Index(
    "blocks_holding",
    blocks.c.kind,
    blocks.c.first,
    blocks.c.block_id,
    sqlite_where=blocks.c.lifted_at.is_(None),
    postgresql_where=blocks.c.lifted_at.is_(None),
)

revisions = Table(
    "revisions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

data_keys = Table(
    "data_keys",
    metadata,
    Column("data_key_id", RowId, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
