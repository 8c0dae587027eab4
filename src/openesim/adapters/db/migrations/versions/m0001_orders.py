"""Packages, orders, sessions, downloads and notifications.

Revision ID: 0001
Revises: none
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "packages",
        sa.Column("package_id", _row_id, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("octets", sa.LargeBinary, nullable=False),
        sa.Column("points", sa.LargeBinary, nullable=False),
        sa.Column("metadata", sa.LargeBinary, nullable=False),
        sa.Column("saip_major", sa.Integer, nullable=False),
        sa.Column("saip_minor", sa.Integer, nullable=False),
        sa.Column("required", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "orders",
        sa.Column("order_id", _row_id, primary_key=True),
        sa.Column("iccid", sa.Text, nullable=False),
        sa.Column("package_id", sa.BigInteger, sa.ForeignKey("packages.package_id"), nullable=False),
        sa.Column("profile_type", sa.Text, nullable=False),
        sa.Column("operator", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("eid", sa.Text),
        sa.Column("matching_id", sa.Text),
        sa.Column("is_default_smdp", sa.Boolean, nullable=False),
        sa.Column("confirmation_hash", sa.LargeBinary),
        sa.Column("confirmation_attempts", sa.Integer, nullable=False),
        sa.Column("confirmation_limit", sa.Integer, nullable=False),
        sa.Column("download_attempts", sa.Integer, nullable=False),
        sa.Column("max_attempts", sa.Integer),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("is_reusable", sa.Boolean, nullable=False),
        sa.Column("smds_address", sa.Text),
        sa.Column("chip_state", sa.Text),
        sa.Column("chip_sequence", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text),
    )
    _partial_index("orders_iccid", ["iccid"], "is_reusable IS FALSE", unique=True)
    op.create_index("orders_matching_id", "orders", ["matching_id"], unique=True)
    _partial_index("orders_waiting", ["eid"], "is_default_smdp IS TRUE")
    _partial_index("orders_available", ["profile_type"], "state = 'Available'")
    op.create_table(
        "sessions",
        sa.Column("transaction_id", sa.LargeBinary, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "downloads",
        sa.Column("transaction_id", sa.LargeBinary, primary_key=True),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("result", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("downloads_order", "downloads", ["order_id", "created_at"])
    op.create_table(
        "notifications",
        sa.Column("notification_id", _row_id, primary_key=True),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("octets", sa.LargeBinary, nullable=False),
    )


def _partial_index(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    """Create an index over the rows of ``orders`` that meet the condition."""
    # SQLite finds a partial index only if a query states the condition in the same words: IS 0 and IS 1.
    lite = condition.replace("IS FALSE", "IS 0").replace("IS TRUE", "IS 1")
    op.create_index(
        name,
        "orders",
        columns,
        unique=unique,
        sqlite_where=sa.text(lite),
        postgresql_where=sa.text(condition),
    )
