"""All rooms of the conditions, put together: what ``stores`` and ``statements`` take of them."""

from __future__ import annotations

from typing import Final

from openesim.adapters.db.conditions import (
    accounts,
    admissions,
    cases,
    ledger,
    licences,
    packs,
    plans,
    revisions,
    simulations,
    tallies,
    terminal_imports,
    terminals,
)
from openesim.adapters.db.sql import Statements

ROOMS: Final[tuple[Statements, ...]] = (
    admissions.STATEMENTS,
    ledger.STATEMENTS,
    cases.STATEMENTS,
    licences.STATEMENTS,
    terminals.STATEMENTS,
    plans.STATEMENTS,
    packs.STATEMENTS,
    accounts.STATEMENTS,
    revisions.STATEMENTS,
    tallies.STATEMENTS,
    simulations.STATEMENTS,
    terminal_imports.STATEMENTS,
)


class ConditionRows(
    admissions.AdmissionRows,
    ledger.LedgerRows,
    cases.CaseRows,
    licences.LicenceRows,
    terminals.TerminalRows,
    plans.PlanRows,
    packs.PackRows,
    accounts.AccountRows,
    revisions.RevisionRows,
    tallies.TallyRows,
    simulations.SimulationRows,
    terminal_imports.TerminalImportRows,
):
    """Everything the conditions keep, inside one unit of work."""
