"""Tables of a country's conditions, beside those in ``adapters.db.tables`` and in their manner.

``admissions`` says of an order how it was admitted, and stands beside it: same key, same shard. How the case behind it
stands, and whether its person has to verify again, is written here too whenever either changes: so a download reads one row. ``persons`` knows people by
a keyed digest and nothing else; whoever counts or adds lines of a person holds his row. ``cases`` are verifications,
``case_fields`` the personal data of them, each sealed by itself and deleted when its time is over; ``case_evidence`` says
what was shown and done, and nothing personal. ``ledger`` holds decisions,
looks at personal data and deeds at the desks; a sealer gives them their place in the chain, and ``tallies`` counts them by hour.

``accounts`` are found by a keyed digest of the login; login, name, password and second factor are in a sealed record. Attempts
to sign in are counted beside them, by the same digest, whether or not anybody has the login.

What the gate knows by heart has a revision that rises with each change (``revisions``): licences, vendors, models, TAC
ranges, chip makers, EINs, recalls, plans, the watch-list, and rules.
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
    Table,
    Text,
    literal_column,
)

from openesim.adapters.db.tables import RowId, metadata

# --- the gate ---------------------------------------------------------------------------------------------------

admissions = Table(
    "admissions",
    metadata,
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("operator", Text, nullable=False),
    Column("case_id", Text),
    Column("person", LargeBinary),
    Column("eid", Text),
    Column("evidence", LargeBinary),
    Column("verdict", Integer, nullable=False),
    Column("cause", Text),
    Column("pack", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("held_until", BigInteger),
    Column("standing", Text, nullable=False),
    Column("reverify_trigger", Text),
    Column("reverify_until", BigInteger),
    Column("decided_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("admissions_case", admissions.c.case_id)
Index("admissions_person", admissions.c.person)
Index(
    "admissions_held",
    admissions.c.held_until,
    sqlite_where=admissions.c.held_until.is_not(None),
    postgresql_where=admissions.c.held_until.is_not(None),
)
Index(
    "admissions_held_here",
    admissions.c.operator,
    admissions.c.held_until,
    admissions.c.order_id,
    sqlite_where=admissions.c.held_until.is_not(None),
    postgresql_where=admissions.c.held_until.is_not(None),
)

lines = Table(
    "lines",
    metadata,
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person", LargeBinary, nullable=False),
    Column("operator", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("iccid", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("disputed_at", BigInteger),
    sqlite_with_rowid=False,
)
Index("lines_person", lines.c.person, lines.c.begun_at)

velocity = Table(
    "velocity",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", LargeBinary, primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("orders", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("velocity_hour", velocity.c.hour)

watch_list = Table(
    "watch_list",
    metadata,
    Column("entry_id", RowId, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("score", Integer, nullable=False),
    Column("is_listed", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("lifted_at", BigInteger),
    Column("revision", BigInteger, nullable=False),
)
Index("watch_list_subject", watch_list.c.kind, watch_list.c.subject)
Index("watch_list_revision", watch_list.c.revision)

# --- the ledger -------------------------------------------------------------------------------------------------

ledger = Table(
    "ledger",
    metadata,
    Column("entry_id", RowId, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("operator", Text),
    Column("subject", Text),
    Column("order_id", BigInteger),
    Column("record", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("position", BigInteger),
    Column("head", LargeBinary),
)
Index(
    "ledger_position",
    ledger.c.position,
    unique=True,
    sqlite_where=ledger.c.position.is_not(None),
    postgresql_where=ledger.c.position.is_not(None),
)
Index(
    "ledger_unsealed",
    ledger.c.entry_id,
    sqlite_where=ledger.c.position.is_(None),
    postgresql_where=ledger.c.position.is_(None),
)
# Each list of the ledger runs along one of these, newest first. What is in no list of a kind costs it nothing.
Index(
    "ledger_order",
    ledger.c.order_id,
    ledger.c.at,
    ledger.c.entry_id,
    sqlite_where=ledger.c.order_id.is_not(None),
    postgresql_where=ledger.c.order_id.is_not(None),
)
Index(
    "ledger_operator",
    ledger.c.operator,
    ledger.c.kind,
    ledger.c.at,
    ledger.c.entry_id,
    sqlite_where=ledger.c.operator.is_not(None),
    postgresql_where=ledger.c.operator.is_not(None),
)
Index(
    "ledger_subject",
    ledger.c.subject,
    ledger.c.at,
    ledger.c.entry_id,
    sqlite_where=ledger.c.subject.is_not(None),
    postgresql_where=ledger.c.subject.is_not(None),
)
Index(
    "ledger_actor",
    ledger.c.actor,
    ledger.c.at,
    ledger.c.entry_id,
    sqlite_where=ledger.c.actor != literal_column("'gate'"),
    postgresql_where=ledger.c.actor != literal_column("'gate'"),
)
Index("ledger_kind", ledger.c.kind, ledger.c.at, ledger.c.entry_id)

# What the ledger tells, counted by hour and by day (``hours``): pages ask for sums of a month, whatever its length.
tallies = Table(
    "tallies",
    metadata,
    Column("measure", Text, primary_key=True),
    Column("dimension", Text, primary_key=True),
    Column("hours", Integer, primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index(
    "tallies_value", tallies.c.dimension, tallies.c.value, tallies.c.measure, tallies.c.hours, tallies.c.hour
)

# --- real names -------------------------------------------------------------------------------------------------

digest_keys = Table(
    "digest_keys",
    metadata,
    Column("name", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

persons = Table(
    "persons",
    metadata,
    Column("person", LargeBinary, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("frozen_at", BigInteger),
    Column("reverify_trigger", Text),
    Column("reverify_until", BigInteger),
    Column("reissued_at", BigInteger),
    sqlite_with_rowid=False,
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("operator", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("person", LargeBinary),
    Column("account", Text),
    Column("eid", Text),
    Column("service", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("evidence", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("verified_at", BigInteger),
    Column("expires_at", BigInteger),
    Column("record", LargeBinary, nullable=False),
    Column("ask_again_at", BigInteger),
    sqlite_with_rowid=False,
)
Index("cases_eid", cases.c.operator, cases.c.eid, cases.c.created_at)
Index("cases_operator", cases.c.operator, cases.c.state, cases.c.created_at)
Index("cases_created", cases.c.operator, cases.c.created_at)
Index("cases_person", cases.c.person, cases.c.operator, cases.c.created_at)
Index("cases_account", cases.c.account, cases.c.created_at)
Index(
    "cases_expiring",
    cases.c.expires_at,
    sqlite_where=cases.c.expires_at.is_not(None),
    postgresql_where=cases.c.expires_at.is_not(None),
)

Index(
    "cases_to_ask",
    cases.c.ask_again_at,
    sqlite_where=cases.c.ask_again_at.is_not(None),
    postgresql_where=cases.c.ask_again_at.is_not(None),
)

case_fields = Table(
    "case_fields",
    metadata,
    # case and field in one: what the sealed value is bound to, and by which keys are renewed page by page
    Column("place", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("delete_after", BigInteger),
    sqlite_with_rowid=False,
)
Index("case_fields_case", case_fields.c.case_id)
Index(
    "case_fields_ending",
    case_fields.c.delete_after,
    sqlite_where=case_fields.c.delete_after.is_not(None),
    postgresql_where=case_fields.c.delete_after.is_not(None),
)

case_evidence = Table(
    "case_evidence",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("delete_after", BigInteger),
    sqlite_with_rowid=False,
)
Index("case_evidence_case", case_evidence.c.case_id)
Index(
    "case_evidence_ending",
    case_evidence.c.delete_after,
    sqlite_where=case_evidence.c.delete_after.is_not(None),
    postgresql_where=case_evidence.c.delete_after.is_not(None),
)

# --- licences ---------------------------------------------------------------------------------------------------

licences = Table(
    "licences",
    metadata,
    Column("licence_id", RowId, primary_key=True),
    Column("operator", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("begins_at", BigInteger),
    Column("ends_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
Index("licences_operator", licences.c.operator, licences.c.licence_id)
Index("licences_state", licences.c.state, licences.c.changed_at)
Index("licences_revision", licences.c.revision)
Index("licences_ending", licences.c.ends_at)

licence_files = Table(
    "licence_files",
    metadata,
    Column("file_id", RowId, primary_key=True),
    Column("licence_id", BigInteger, ForeignKey("licences.licence_id"), nullable=False),
    Column("item", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("octets", LargeBinary, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("added_by", Text, nullable=False),
)
Index("licence_files_licence", licence_files.c.licence_id, licence_files.c.file_id)

# --- terminals --------------------------------------------------------------------------------------------------

vendors = Table(
    "vendors",
    metadata,
    Column("vendor_id", RowId, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("agent", Text),
    Column("country", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
Index("vendors_revision", vendors.c.revision, vendors.c.vendor_id)

models = Table(
    "models",
    metadata,
    Column("model_id", RowId, primary_key=True),
    Column("vendor_id", BigInteger, ForeignKey("vendors.vendor_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("approval_number", Text),
    Column("approved_from", BigInteger),
    Column("approved_to", BigInteger),
    Column("is_foreign", Boolean, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
Index("models_vendor", models.c.vendor_id, models.c.name, unique=True)
Index("models_state", models.c.state, models.c.changed_at, models.c.model_id)
Index("models_revision", models.c.revision, models.c.model_id)

tac_ranges = Table(
    "tac_ranges",
    metadata,
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("model_id", BigInteger, ForeignKey("models.model_id"), nullable=False),
    Column("removed_at", BigInteger),
    Column("revision", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("tac_ranges_model", tac_ranges.c.model_id, tac_ranges.c.first)
Index("tac_ranges_revision", tac_ranges.c.revision, tac_ranges.c.first)

chip_makers = Table(
    "chip_makers",
    metadata,
    Column("maker_id", RowId, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("key_id", LargeBinary),
    Column("certificate", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("vendor_id", BigInteger, ForeignKey("vendors.vendor_id")),
)
Index("chip_makers_revision", chip_makers.c.revision, chip_makers.c.maker_id)
Index("chip_makers_vendor", chip_makers.c.vendor_id, unique=True)

ein_ranges = Table(
    "ein_ranges",
    metadata,
    Column("first", Text, primary_key=True),
    Column("last", Text, nullable=False),
    Column("maker_id", BigInteger, ForeignKey("chip_makers.maker_id"), nullable=False),
    Column("removed_at", BigInteger),
    Column("revision", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("ein_ranges_maker", ein_ranges.c.maker_id, ein_ranges.c.first)
Index("ein_ranges_revision", ein_ranges.c.revision, ein_ranges.c.first)

bindings = Table(
    "bindings",
    metadata,
    Column("eid", Text, primary_key=True),
    Column("imei", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("bound_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
# One device, one chip.
Index("bindings_imei", bindings.c.imei, unique=True)

recalls = Table(
    "recalls",
    metadata,
    Column("recall_id", RowId, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
    Column("maker_id", BigInteger, ForeignKey("chip_makers.maker_id")),
    Column("reason", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("lifted_at", BigInteger),
    Column("lifted_by", Text),
    Column("lifted_reason", Text),
    Column("revision", BigInteger, nullable=False),
)
Index("recalls_revision", recalls.c.revision, recalls.c.recall_id)
Index(
    "recalls_lifted",
    recalls.c.lifted_at,
    recalls.c.recall_id,
    sqlite_where=recalls.c.lifted_at.is_not(None),
    postgresql_where=recalls.c.lifted_at.is_not(None),
)

terminal_imports = Table(
    "terminal_imports",
    metadata,
    Column("import_id", RowId, primary_key=True),
    Column("vendor_id", BigInteger, ForeignKey("vendors.vendor_id")),
    Column("state", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
Index("terminal_imports_vendor", terminal_imports.c.vendor_id, terminal_imports.c.import_id)

# --- plans and rules --------------------------------------------------------------------------------------------

plans = Table(
    "plans",
    metadata,
    Column("plan_id", RowId, primary_key=True),
    Column("operator", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("profile_type", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("home_region", Text),
    Column("is_offered", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
Index("plans_operator", plans.c.operator, plans.c.name, unique=True)
Index("plans_revision", plans.c.revision)

rule_packs = Table(
    "rule_packs",
    metadata,
    Column("pack_id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

rule_assignments = Table(
    "rule_assignments",
    metadata,
    Column("assignment_id", RowId, primary_key=True),
    Column("operator", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("pack_id", Text, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
)

simulations = Table(
    "simulations",
    metadata,
    Column("simulation_id", RowId, primary_key=True),
    Column("state", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("begun_by", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
Index("simulations_begun", simulations.c.begun_at, simulations.c.simulation_id)

# --- the desks --------------------------------------------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("login", LargeBinary, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("tenant", Text),
    Column("person", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("record", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("accounts_role", accounts.c.role, accounts.c.account_id)
Index("accounts_tenant", accounts.c.tenant, accounts.c.role, accounts.c.account_id)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("name", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", BigInteger),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("sign_in_attempts_at", sign_in_attempts.c.at)

desk_sessions = Table(
    "desk_sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.account_id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("desk_sessions_expires_at", desk_sessions.c.expires_at)
Index("desk_sessions_account", desk_sessions.c.account_id)

stock_imports = Table(
    "stock_imports",
    metadata,
    Column("import_id", RowId, primary_key=True),
    Column("operator", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
Index("stock_imports_operator", stock_imports.c.operator, stock_imports.c.import_id)
