"""Changing what users will see: of every profile of a type, or of one order; inside a unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from openesim.kernel.errors import NotFoundError
from openesim.kernel.records import changed
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.provisioning.smdp.dressing import Dressing, dressed, verify_to_come
from openesim.provisioning.smdp.history import Action, step_of
from openesim.provisioning.smdp.orders import Order
from openesim.services.ports import SmdpStores
from openesim.services.telling import tell


class DressingStores(SmdpStores, Protocol):
    """What is needed of the stores beyond a server's."""

    def add_metadata_version(
        self, package_id: int, order_id: int | None, metadata: StoreMetadataRequest, now: datetime
    ) -> int:
        """Store what users shall see from now on, of a package or of one order alone, and return its number."""
        ...


def metadata_of_type(stores: DressingStores, name: str, now: datetime) -> StoreMetadataRequest:
    """Return what users see of a profile type now.

    Raises:
        NotFoundError: there is no such type.
    """
    return _present(stores, _package_id(stores, name), 0, now)


def metadata_of_order(stores: DressingStores, order: Order, now: datetime) -> StoreMetadataRequest:
    """Return what the user of an order sees, or will see."""
    if order.metadata_version:
        return stores.metadata_version(order.metadata_version)
    return _present(stores, order.package_id, order.order_id, now)


def dress_type(stores: DressingStores, name: str, wish: Dressing, now: datetime) -> StoreMetadataRequest:
    """Change what users see of a profile type: of all orders that no chip was told of yet, but for those changed singly.

    Raises:
        NotFoundError: there is no such type.
        DecodeError: what is wished cannot be.
    """
    package_id = _package_id(stores, name)
    after = dressed(_present(stores, package_id, 0, now), wish)
    stores.add_metadata_version(package_id, None, after, now)
    return after


def dress_order(stores: DressingStores, order: Order, wish: Dressing, now: datetime) -> StoreMetadataRequest:
    """Change what the user of one order will see.

    Raises:
        StateError: its chip was told already.
        DecodeError: what is wished cannot be.
    """
    verify_to_come(order)
    after = dressed(_present(stores, order.package_id, order.order_id, now), wish)
    stores.add_metadata_version(order.package_id, order.order_id, after, now)
    tell(stores, changed(step_of(Action.CHANGE_METADATA, order, now), message=after.profile_name))
    return after


def _present(stores: DressingStores, package_id: int, order_id: int, now: datetime) -> StoreMetadataRequest:
    """Return the newest metadata of a package, or of one order."""
    version = stores.newest_metadata(package_id, order_id, now)
    return stores.metadata_version(version) if version else stores.package(package_id).metadata


def _package_id(stores: DressingStores, name: str) -> int:
    """Return the row number of a profile type's package."""
    known = stores.package_named(name)
    if known is None:
        raise NotFoundError(f"no profile type is called {name}")
    return known[0].package_id
