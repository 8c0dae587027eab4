"""What the routes of this desk call."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorServices:
    """The services of the desk: a field for each, filled in ``apps/desks/vendor.py``."""
