"""Every table there is: for whoever looks at the database as a whole."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

from openesim.adapters.db.conditions import tables as _conditions  # noqa: F401 (adds its tables to the others)
from openesim.adapters.db.tables import metadata as _metadata

metadata: Final[MetaData] = _metadata
