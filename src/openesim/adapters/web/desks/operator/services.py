"""What the routes of this desk call."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorServices:
    """The services of the desk: a field for each, filled in ``apps/desks/operator.py``."""
