"""What an operator's service keeps beside orders: history, outbox, access, events, blocks, data keys.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add times and the operator's reference to orders, and create the tables."""
    op.add_column("orders", sa.Column("created_at", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("changed_at", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("reference", sa.Text))
    op.add_column("orders", sa.Column("redownloads", sa.Integer, nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("ordered_at", sa.BigInteger))
    # Orders of ES2+ that are there already: nobody noted when they were made.
    op.execute("UPDATE orders SET ordered_at = 0 WHERE operator IS NOT NULL")
    op.add_column("orders", sa.Column("metadata_version", sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "metadata_versions",
        sa.Column("version_id", _row_id, primary_key=True),
        sa.Column("package_id", sa.BigInteger, nullable=False),
        sa.Column("order_id", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "metadata_versions_package", "metadata_versions", ["package_id", "order_id", "version_id"]
    )
    # By EID every order of a chip is found now, not only those that wait for it.
    op.drop_index("orders_waiting", "orders")
    op.create_index("orders_eid", "orders", ["eid"])
    _listing_index("orders_ordered", ["ordered_at"])
    _listing_index("orders_state", ["state", "ordered_at"])
    _listing_index("orders_reference", ["reference", "ordered_at"], "reference IS NOT NULL")
    _listing_index("orders_changed", ["changed_at"])
    _partial_index("orders_outstanding", "orders", ["changed_at"], "state = 'Downloaded'")
    op.create_table(
        "history",
        sa.Column("step_id", _row_id, primary_key=True),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("operator", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("history_order", "history", ["order_id", "step_id"])
    op.create_index("history_operator", "history", ["operator", "step_id"])
    op.create_table(
        "outbox",
        sa.Column("message_id", _row_id, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("sequence_key", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("is_stuck", sa.Boolean, nullable=False),
        sa.Column("last_fault", sa.Text),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
    _partial_index(
        "outbox_due", "outbox", ["kind", "destination", "due_at", "message_id"], "is_stuck IS FALSE"
    )
    _partial_index("outbox_stuck", "outbox", ["created_at"], "is_stuck IS TRUE")
    op.create_index("outbox_sequence", "outbox", ["kind", "destination", "sequence_key", "message_id"])
    op.create_table(
        "destinations",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("destination", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("last_fault", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "operators",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("certificate", sa.LargeBinary),
        sa.Column("callback_address", sa.Text),
        sa.Column("callback_points", sa.Text, nullable=False),
        sa.Column("requests_per_minute", sa.Integer),
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("operator", sa.Text, sa.ForeignKey("operators.name"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_index("api_keys_operator", "api_keys", ["operator"])
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.Text, primary_key=True),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("event_types", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
        sa.Column("disabled_reason", sa.Text),
    )
    op.create_index("webhooks_operator", "webhooks", ["operator"])
    op.create_table(
        "replies",
        sa.Column("operator", sa.Text, primary_key=True),
        sa.Column("idempotency_key", sa.Text, primary_key=True),
        sa.Column("request_digest", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("http_status", sa.Integer, nullable=False),
        sa.Column("location", sa.Text),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("replies_created_at", "replies", ["created_at"])
    op.create_table(
        "events",
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("eid", sa.Text, nullable=False),
        sa.Column("rsp_server_address", sa.Text, nullable=False),
        sa.Column("registrant", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("forwarded_event_id", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("events_eid", "events", ["eid"])
    op.create_index("events_created_at", "events", ["created_at"])
    op.create_table(
        "blocks",
        sa.Column("block_id", _row_id, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("first", sa.Text, nullable=False),
        sa.Column("last", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("lifted_at", sa.BigInteger),
        sa.Column("lifted_by", sa.Text),
        sa.Column("lifted_reason", sa.Text),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("blocks_revision", "blocks", ["revision"], unique=True)
    op.create_index(
        "blocks_holding",
        "blocks",
        ["kind", "first", "block_id"],
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "revisions",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "data_keys",
        sa.Column("data_key_id", _row_id, primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )


def _listing_index(name: str, columns: list[str], condition: str = "ordered_at IS NOT NULL") -> None:
    """Create an index over the orders of an operator, which leads to a page of them."""
    op.create_index(
        name,
        "orders",
        ["operator", *columns, "order_id"],
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    """Create an index over the rows that meet the condition."""
    # SQLite finds a partial index only if a query states the condition in the same words: IS 0, IS 1.
    words = condition.replace("IS FALSE", "IS 0").replace("IS TRUE", "IS 1")
    op.create_index(
        name,
        table,
        columns,
        sqlite_where=sa.text(words),
        postgresql_where=sa.text(condition),
    )
