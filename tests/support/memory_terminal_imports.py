"""Imports of terminals in memory."""

from __future__ import annotations

from dataclasses import replace

from openesim.services.conditions.terminals.import_runs import TerminalImportRun


class MemoryTerminalImports:
    """Implements what ``ImportStores`` of terminals asks beside the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.import_runs: dict[int, TerminalImportRun] = {}

    def add_terminal_import(self, run: TerminalImportRun) -> int:
        number = len(self.import_runs) + 1
        self.import_runs[number] = replace(run, import_id=number)
        return number

    def save_terminal_import(self, run: TerminalImportRun) -> None:
        self.import_runs[run.import_id] = run

    def terminal_import(self, import_id: int) -> TerminalImportRun | None:
        return self.import_runs.get(import_id)

    def newest_terminal_import(self, vendor_id: int | None) -> TerminalImportRun | None:
        runs = reversed(self.import_runs.values())
        return next((run for run in runs if run.vendor_id == vendor_id), None)

    def terminal_imports(self, before: int | None, limit: int) -> list[TerminalImportRun]:
        found = [run for number, run in self.import_runs.items() if before is None or number < before]
        return found[::-1][:limit]

    def terminal_imports_of(self, vendor_id: int, before: int | None, limit: int) -> list[TerminalImportRun]:
        return [run for run in self.terminal_imports(before, 1000) if run.vendor_id == vendor_id][:limit]
