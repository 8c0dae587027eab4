"""Metadata that were changed: versions that are added and never change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, or_, select

from openesim.adapters.db.records import to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import FIRST, Statements, insert_row, select_row
from openesim.adapters.db.tables import metadata_versions as versions
from openesim.kernel.errors import NotFoundError
from openesim.messages.sgp22.metadata import StoreMetadataRequest

STATEMENTS: Final[Statements] = {
    "add_metadata_version": insert_row(versions, numbered="version_id"),
    "metadata_version": select_row(versions, "version_id"),
    # Those of the one order before those of its type.
    "newest_metadata": select(versions.c.version_id)
    .where(versions.c.package_id == bindparam("package_id"))
    .where(or_(versions.c.order_id.is_(None), versions.c.order_id == bindparam("order_id")))
    .order_by(versions.c.order_id.is_(None), versions.c.version_id.desc())
    .suffix_with(FIRST),
    "changed_packages": select(versions.c.package_id).distinct(),
}

_REMEMBERED: Final = timedelta(seconds=2)


class ChangedPackages:
    """Of which packages any metadata were changed, as it was read a moment ago: of most of them none ever are."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.read_at: datetime | None = None
        self.package_ids: frozenset[int] = frozenset()


class MetadataRows(Rows):
    """Implements what ``services`` need of changed metadata."""

    _changed_packages: ChangedPackages

    def add_metadata_version(
        self, package_id: int, order_id: int | None, metadata: StoreMetadataRequest, now: datetime
    ) -> int:
        """Store what users shall see from now on, of a package or of one order alone, and return its number."""
        self._changed_packages.read_at = None
        parameters = {
            "package_id": package_id,
            "order_id": order_id,
            "created_at": to_milliseconds(now),
            "record": metadata.encode(),
        }
        return self._new("add_metadata_version", parameters)

    def newest_metadata(self, package_id: int, order_id: int, now: datetime) -> int:
        """Return the version that an order would be handed out with; 0: the metadata of the package."""
        known = self._changed_packages
        if known.read_at is None or not now - _REMEMBERED <= known.read_at <= now:
            known.package_ids = frozenset(self._all("changed_packages", lambda row: int(row[0])))
            known.read_at = now
        if package_id not in known.package_ids:
            return 0
        return (
            self._one("newest_metadata", lambda row: int(row[0]), package_id=package_id, order_id=order_id)
            or 0
        )

    def metadata_version(self, version_id: int) -> StoreMetadataRequest:
        """Return metadata by their version.

        Raises:
            NotFoundError: there is none.
        """
        found = self._one(
            "metadata_version",
            lambda row: StoreMetadataRequest.decode(bytes(row[4])),
            version_id=version_id,
        )
        if found is None:
            raise NotFoundError(f"metadata of version {version_id} do not exist")
        return found
