"""An import of stock, done in a thread of its own: judged, stored chunk by chunk, and noted as it goes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic, sleep
from typing import Any, Final, Protocol

import structlog

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import OpenEsimError
from openesim.services.batch_checks import BatchRefusedError
from openesim.services.batch_rows import BatchFileError
from openesim.services.stock import BatchConflictError, BatchImport
from openesim.services.stock import Work as ImportWork
from openesim.services.stock_import_state import Asked, Stage, StockImport

CHUNK_ROWS: Final = 100
"""Rows of one unit: others who write to SQLite wait that long."""

REST_S: Final = 0.02
"""After each chunk, so that they get their turn."""

NOTED_EVERY_S: Final = 1.0

MOST_SHOWN: Final = 200
"""Errors of rows that are kept to be shown."""

_log = structlog.get_logger(__name__)


class OwnWork(ImportWork, Protocol):
    """A database of one's own."""

    def close(self) -> None:
        """Close it."""
        ...


class ImportRun:
    """One import, in its thread."""

    def __init__(self, work: Any, begun: StockImport, asked: Asked, ambient: Ambient) -> None:
        self._work: Final = work
        self._asked: Final = asked
        self._clock: Final = ambient.clock
        files = (self._package, self._lines)
        self._importer: Final = BatchImport(work, files, ambient.entropy, begun.begun_at, CHUNK_ROWS)
        self._state = begun
        self._noted_at = monotonic()

    def run(self) -> None:
        """Judge, then store; whatever happens is noted."""
        try:
            prepared = self._importer.prepare(self._asked.plan, self._judged)
            batch = prepared.batch
            self._note(stage=Stage.STORING, size=batch.size, profile_type=batch.profile_type)
            self._importer.store(prepared, self._stored)
            self._note(stage=Stage.DONE)
        except BatchRefusedError as refused:
            shown = tuple(refused.errors[:MOST_SHOWN])
            self._note(
                stage=Stage.REFUSED, fault="rows", errors=shown, is_more=len(refused.errors) > len(shown)
            )
        except (BatchFileError, BatchConflictError) as error:
            stage = Stage.FAILED if self._state.stage is Stage.STORING else Stage.REFUSED
            self._note(stage=stage, fault=error.fault, facts=dict(error.facts))
        except OpenEsimError as error:
            _log.error("import of stock failed", batch=self._state.batch, fault=str(error))
            self._note(stage=Stage.FAILED, fault="other", facts={"detail": type(error).__name__})
        except Exception:
            self._note(stage=Stage.FAILED, fault="other", facts={"detail": "fault"})
            raise

    def _judged(self, rows: int) -> None:
        self._note_now_and_then(judged=rows)
        sleep(REST_S)

    def _stored(self, _profiles: int) -> None:
        self._note_now_and_then()
        sleep(REST_S)

    def _note_now_and_then(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        if monotonic() - self._noted_at >= NOTED_EVERY_S:
            self._note()

    def _note(self, **changes: Any) -> None:
        """Store how it stands."""
        self._state = replace(self._state, seen_at=self._clock.now(), **changes)
        self._noted_at = monotonic()
        self._work.run_now(lambda stores: stores.save_stock_import(self._state))

    def _package(self, name: str) -> bytes | None:
        is_it = self._asked.package and name == self._asked.plan.profile
        return self._asked.package if is_it else None

    def _lines(self, _name: str) -> Iterator[str]:
        """Yield the lines of the file of rows.

        Raises:
            BatchFileError: it is not text in UTF-8.
        """
        try:
            yield from io.TextIOWrapper(io.BytesIO(self._asked.csv), encoding="utf-8-sig", newline="")
        except UnicodeDecodeError:
            raise BatchFileError("the file is not text in UTF-8", "not-utf8") from None
