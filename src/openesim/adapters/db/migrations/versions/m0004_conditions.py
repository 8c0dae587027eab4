"""A country's conditions: admissions, persons, cases, licences, terminals, plans, rules, accounts, and the ledger.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables, note of orders whether the gate admitted them, and of batches whose they are."""
    op.add_column("orders", sa.Column("is_admitted", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("batches", sa.Column("operator", sa.Text))
    op.create_index("batches_operator", "batches", ["operator", "batch_id"])
    _partial_index("outbox_stuck_of", "outbox", ["kind", "destination", "message_id"], "is_stuck IS TRUE")
    _create_gate()
    _create_ledger()
    _create_cases()
    _create_licences()
    _create_terminals()
    _create_plans_and_rules()
    _create_accounts()


def _create_gate() -> None:
    op.create_table(
        "admissions",
        sa.Column("order_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text),
        sa.Column("person", sa.LargeBinary),
        sa.Column("eid", sa.Text),
        sa.Column("evidence", sa.LargeBinary),
        sa.Column("verdict", sa.Integer, nullable=False),
        sa.Column("cause", sa.Text),
        sa.Column("pack", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("held_until", sa.BigInteger),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("reverify_trigger", sa.Text),
        sa.Column("reverify_until", sa.BigInteger),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("admissions_case", "admissions", ["case_id"])
    op.create_index("admissions_person", "admissions", ["person"])
    _partial_index("admissions_held", "admissions", ["held_until"], "held_until IS NOT NULL")
    _partial_index(
        "admissions_held_here",
        "admissions",
        ["operator", "held_until", "order_id"],
        "held_until IS NOT NULL",
    )
    op.create_table(
        "lines",
        sa.Column("order_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("person", sa.LargeBinary, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("iccid", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("disputed_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("lines_person", "lines", ["person", "begun_at"])
    op.create_table(
        "velocity",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("subject", sa.LargeBinary, primary_key=True),
        sa.Column("hour", sa.BigInteger, primary_key=True),
        sa.Column("orders", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("velocity_hour", "velocity", ["hour"])
    op.create_table(
        "watch_list",
        sa.Column("entry_id", _row_id, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("is_listed", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("lifted_at", sa.BigInteger),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("watch_list_subject", "watch_list", ["kind", "subject"])
    op.create_index("watch_list_revision", "watch_list", ["revision"])


def _create_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("entry_id", _row_id, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("operator", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("order_id", sa.BigInteger),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("position", sa.BigInteger),
        sa.Column("head", sa.LargeBinary),
    )
    _partial_index("ledger_position", "ledger", ["position"], "position IS NOT NULL", unique=True)
    _partial_index("ledger_unsealed", "ledger", ["entry_id"], "position IS NULL")
    _partial_index("ledger_order", "ledger", ["order_id", "at", "entry_id"], "order_id IS NOT NULL")
    _partial_index(
        "ledger_operator", "ledger", ["operator", "kind", "at", "entry_id"], "operator IS NOT NULL"
    )
    _partial_index("ledger_subject", "ledger", ["subject", "at", "entry_id"], "subject IS NOT NULL")
    _partial_index("ledger_actor", "ledger", ["actor", "at", "entry_id"], "actor != 'gate'")
    op.create_index("ledger_kind", "ledger", ["kind", "at", "entry_id"])
    _protect_ledger()
    op.create_table(
        "tallies",
        sa.Column("measure", sa.Text, primary_key=True),
        sa.Column("dimension", sa.Text, primary_key=True),
        sa.Column("hours", sa.Integer, primary_key=True),
        sa.Column("hour", sa.BigInteger, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("tallies_value", "tallies", ["dimension", "value", "measure", "hours", "hour"])


_TOLD = ("entry_id", "kind", "at", "actor", "operator", "subject", "order_id", "record", "digest")
_REFUSED = "the ledger is append-only"


def _is_no_sealing(differs: str) -> str:
    """Return what is true of an update but for that which gives a place, once, and leaves the rest as it is."""
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in _TOLD)
    return f"OLD.position IS NOT NULL OR NEW.position IS NULL OR NEW.head IS NULL OR {changed}"


def _protect_ledger() -> None:
    """Have the database refuse what would change an entry or remove it, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for name, event, condition in (
            ("ledger_is_not_changed", "UPDATE", f"WHEN {_is_no_sealing('IS NOT')}"),
            ("ledger_is_not_shortened", "DELETE", ""),
        ):
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON ledger {condition}"
                f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_ledger() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = '55000'; END $$"
    )
    for name, event, each, condition in (
        ("ledger_is_not_changed", "UPDATE", "ROW", f"WHEN ({_is_no_sealing('IS DISTINCT FROM')})"),
        ("ledger_is_not_shortened", "DELETE", "ROW", ""),
        ("ledger_is_not_emptied", "TRUNCATE", "STATEMENT", ""),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON ledger FOR EACH {each} {condition}"
            " EXECUTE FUNCTION refuse_change_of_ledger()"
        )


def _create_cases() -> None:
    op.create_table(
        "digest_keys",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "persons",
        sa.Column("person", sa.LargeBinary, primary_key=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("frozen_at", sa.BigInteger),
        sa.Column("reverify_trigger", sa.Text),
        sa.Column("reverify_until", sa.BigInteger),
        sa.Column("reissued_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("person", sa.LargeBinary),
        sa.Column("account", sa.Text),
        sa.Column("eid", sa.Text),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("evidence", sa.LargeBinary),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("verified_at", sa.BigInteger),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("ask_again_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("cases_eid", "cases", ["operator", "eid", "created_at"])
    op.create_index("cases_operator", "cases", ["operator", "state", "created_at"])
    op.create_index("cases_created", "cases", ["operator", "created_at"])
    op.create_index("cases_person", "cases", ["person", "operator", "created_at"])
    op.create_index("cases_account", "cases", ["account", "created_at"])
    _partial_index("cases_expiring", "cases", ["expires_at"], "expires_at IS NOT NULL")
    _partial_index("cases_to_ask", "cases", ["ask_again_at"], "ask_again_at IS NOT NULL")
    op.create_table(
        "case_fields",
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("delete_after", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("case_fields_case", "case_fields", ["case_id"])
    _partial_index("case_fields_ending", "case_fields", ["delete_after"], "delete_after IS NOT NULL")
    op.create_table(
        "case_evidence",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("delete_after", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("case_evidence_case", "case_evidence", ["case_id"])
    _partial_index("case_evidence_ending", "case_evidence", ["delete_after"], "delete_after IS NOT NULL")


def _create_licences() -> None:
    op.create_table(
        "licences",
        sa.Column("licence_id", _row_id, primary_key=True),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("begins_at", sa.BigInteger),
        sa.Column("ends_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("licences_operator", "licences", ["operator", "licence_id"])
    op.create_index("licences_state", "licences", ["state", "changed_at"])
    op.create_index("licences_revision", "licences", ["revision"])
    op.create_index("licences_ending", "licences", ["ends_at"])
    op.create_table(
        "licence_files",
        sa.Column("file_id", _row_id, primary_key=True),
        sa.Column("licence_id", sa.BigInteger, sa.ForeignKey("licences.licence_id"), nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("octets", sa.LargeBinary, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
    )
    op.create_index("licence_files_licence", "licence_files", ["licence_id", "file_id"])


def _create_terminals() -> None:
    op.create_table(
        "vendors",
        sa.Column("vendor_id", _row_id, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("agent", sa.Text),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("vendors_revision", "vendors", ["revision", "vendor_id"])
    op.create_table(
        "models",
        sa.Column("model_id", _row_id, primary_key=True),
        sa.Column("vendor_id", sa.BigInteger, sa.ForeignKey("vendors.vendor_id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("approval_number", sa.Text),
        sa.Column("approved_from", sa.BigInteger),
        sa.Column("approved_to", sa.BigInteger),
        sa.Column("is_foreign", sa.Boolean, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("models_vendor", "models", ["vendor_id", "name"], unique=True)
    op.create_index("models_state", "models", ["state", "changed_at", "model_id"])
    op.create_index("models_revision", "models", ["revision", "model_id"])
    op.create_table(
        "tac_ranges",
        sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("model_id", sa.BigInteger, sa.ForeignKey("models.model_id"), nullable=False),
        sa.Column("removed_at", sa.BigInteger),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("tac_ranges_model", "tac_ranges", ["model_id", "first"])
    op.create_index("tac_ranges_revision", "tac_ranges", ["revision", "first"])
    op.create_table(
        "chip_makers",
        sa.Column("maker_id", _row_id, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("key_id", sa.LargeBinary),
        sa.Column("certificate", sa.LargeBinary),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("vendor_id", sa.BigInteger, sa.ForeignKey("vendors.vendor_id")),
    )
    op.create_index("chip_makers_revision", "chip_makers", ["revision", "maker_id"])
    op.create_index("chip_makers_vendor", "chip_makers", ["vendor_id"], unique=True)
    op.create_table(
        "ein_ranges",
        sa.Column("first", sa.Text, primary_key=True),
        sa.Column("last", sa.Text, nullable=False),
        sa.Column("maker_id", sa.BigInteger, sa.ForeignKey("chip_makers.maker_id"), nullable=False),
        sa.Column("removed_at", sa.BigInteger),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ein_ranges_maker", "ein_ranges", ["maker_id", "first"])
    op.create_index("ein_ranges_revision", "ein_ranges", ["revision", "first"])
    op.create_table(
        "bindings",
        sa.Column("eid", sa.Text, primary_key=True),
        sa.Column("imei", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("bound_at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("bindings_imei", "bindings", ["imei"], unique=True)
    op.create_table(
        "recalls",
        sa.Column("recall_id", _row_id, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("first", sa.Text, nullable=False),
        sa.Column("last", sa.Text, nullable=False),
        sa.Column("maker_id", sa.BigInteger, sa.ForeignKey("chip_makers.maker_id")),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("lifted_at", sa.BigInteger),
        sa.Column("lifted_by", sa.Text),
        sa.Column("lifted_reason", sa.Text),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("recalls_revision", "recalls", ["revision", "recall_id"])
    _partial_index("recalls_lifted", "recalls", ["lifted_at", "recall_id"], "lifted_at IS NOT NULL")
    op.create_table(
        "terminal_imports",
        sa.Column("import_id", _row_id, primary_key=True),
        sa.Column("vendor_id", sa.BigInteger, sa.ForeignKey("vendors.vendor_id")),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("terminal_imports_vendor", "terminal_imports", ["vendor_id", "import_id"])


def _create_plans_and_rules() -> None:
    op.create_table(
        "plans",
        sa.Column("plan_id", _row_id, primary_key=True),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("profile_type", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("home_region", sa.Text),
        sa.Column("is_offered", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("plans_operator", "plans", ["operator", "name"], unique=True)
    op.create_index("plans_revision", "plans", ["revision"])
    op.create_table(
        "rule_packs",
        sa.Column("pack_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rule_assignments",
        sa.Column("assignment_id", _row_id, primary_key=True),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("pack_id", sa.Text, nullable=False),
        sa.Column("begins_at", sa.BigInteger, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "simulations",
        sa.Column("simulation_id", _row_id, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("begun_by", sa.Text, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("simulations_begun", "simulations", ["begun_at", "simulation_id"])


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("login", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text),
        sa.Column("person", sa.LargeBinary),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("accounts_role", "accounts", ["role", "account_id"])
    op.create_index("accounts_tenant", "accounts", ["tenant", "role", "account_id"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("name", sa.LargeBinary, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("sign_in_attempts_at", "sign_in_attempts", ["at"])
    op.create_table(
        "desk_sessions",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.account_id"), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("desk_sessions_expires_at", "desk_sessions", ["expires_at"])
    op.create_index("desk_sessions_account", "desk_sessions", ["account_id"])
    op.create_table(
        "stock_imports",
        sa.Column("import_id", _row_id, primary_key=True),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("stock_imports_operator", "stock_imports", ["operator", "import_id"])


def _partial_index(
    name: str, table: str, columns: list[str], condition: str, *, unique: bool = False
) -> None:
    """Create an index over the rows that meet the condition."""
    # SQLite finds a partial index only if a query states the condition in the same words: IS 1.
    words = condition.replace("IS TRUE", "IS 1")
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(words),
        postgresql_where=sa.text(condition),
    )
