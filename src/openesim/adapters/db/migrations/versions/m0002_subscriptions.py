"""Subscriptions with their sealed secrets, the batches they were made in, and orders that hand them out.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables, and a column that says of every order so far that it is not personalised."""
    op.add_column(
        "orders", sa.Column("is_personalised", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", _row_id, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("profile_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("low_stock", sa.BigInteger, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "subscriptions",
        sa.Column("iccid", sa.Text, primary_key=True),
        sa.Column("imsi", sa.Text, nullable=False),
        sa.Column("msisdn", sa.Text),
        sa.Column("batch_id", sa.BigInteger, sa.ForeignKey("batches.batch_id"), nullable=False),
        sa.Column("algorithm", sa.Integer, nullable=False),
        sa.Column("amf", sa.LargeBinary, nullable=False),
        sa.Column("sqn", sa.BigInteger, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("is_told", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("subscriptions_imsi", "subscriptions", ["imsi"], unique=True)
    op.create_index("subscriptions_msisdn", "subscriptions", ["msisdn"])
    op.create_index("subscriptions_batch", "subscriptions", ["batch_id", "iccid"])
    # In the words of the query, as SQLite wants them.
    op.create_index(
        "subscriptions_untold",
        "subscriptions",
        ["iccid"],
        sqlite_where=sa.text("is_told IS 0"),
        postgresql_where=sa.text("is_told IS FALSE"),
    )
