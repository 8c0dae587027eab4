"""An import of stock as it stands: what it is at, what is wrong with it, and what was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from openesim.services.batch_file import BatchPlan, plan_of
from openesim.services.order_lines import RowError

LOST_AFTER: Final = timedelta(seconds=60)
"""An import that says nothing for so long is done by nobody any more."""


class Stage(StrEnum):
    """What an import is at."""

    JUDGING = "judging"
    """Every row is looked at; nothing is stored."""
    STORING = "storing"
    DONE = "done"
    REFUSED = "refused"
    """Something is wrong with the files; nothing was stored of them."""
    FAILED = "failed"
    """Something went wrong on the way; what is on disk stays."""


OVER: Final = frozenset({Stage.DONE, Stage.REFUSED, Stage.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StockImport:
    """An import as it stands.

    Attributes:
        import_id: row number; 0 until stored.
        operator: whose stock.
        batch: name of the batch.
        profile_type: of its profiles, or name of the package that came with it.
        stage: what it is at.
        begun_at: when, aware UTC.
        begun_by: who.
        seen_at: when it was last at work, aware UTC.
        judged: rows of a file that were looked at.
        size: profiles that it will have; 0: not known yet.
        fault: what is wrong with all of it, by the name of its text; empty: nothing is.
        facts: what that text has room for.
        errors: what is wrong with rows, the first ``MOST_SHOWN``.
        is_more: there are more errors.
    """

    import_id: int = 0
    operator: str
    batch: str
    profile_type: str
    stage: Stage = Stage.JUDGING
    begun_at: datetime
    begun_by: str
    seen_at: datetime
    judged: int = 0
    size: int = 0
    fault: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    errors: tuple[RowError, ...] = ()
    is_more: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.stage in OVER

    def is_lost(self, now: datetime) -> bool:
        """Tell whether nobody does it any more, although it has not ended."""
        return not self.is_over and now - self.seen_at > LOST_AFTER


@dataclass(frozen=True, slots=True)
class Followed:
    """An import, and what is on disk of it.

    Attributes:
        found: the import.
        on_disk: profiles of its batch that are stored.
    """

    found: StockImport
    on_disk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What shall be imported.

    Attributes:
        plan: the batch as it was described.
        csv: the file of its rows; empty: they are counted up.
        package: the profile package that came with it, under the name that the plan has; empty: a type of the stock.
    """

    plan: BatchPlan
    csv: bytes = field(default=b"", repr=False)
    package: bytes = field(default=b"", repr=False)


def asked_of(table: Mapping[str, Any], csv: bytes = b"", package: bytes = b"") -> Asked:
    """Return what is to be imported; the same fields and files are the same batch, and go on where it stopped.

    Args:
        table: the batch, as ``batch_file`` has it.
        csv: the file of its rows.
        package: its profile package.

    Raises:
        BatchPlanError: fields that are wrong, missing, unknown or contradict each other: all of them.
    """
    said = json.dumps(table, sort_keys=True, ensure_ascii=False).encode()
    plan = plan_of(table, sha256(said + sha256(csv).digest()).digest())
    return Asked(plan=plan, csv=csv, package=package)
