"""Importing orders: packages are taken into stock, ICCIDs and matching ids allotted, all rows or none stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import ConflictError, DecodeError
from openesim.kernel.ids import Eid, Iccid, MatchingId, luhn_check_digit
from openesim.network.subscription import Batch
from openesim.provisioning.smdp.history import Action, Step, step_of
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.packages import StoredPackage
from openesim.security.crypto.confirmation_code import hash_confirmation_code
from openesim.services.order_lines import OrderFileError, OrderLine, RowError
from openesim.services.package_import import PackageStores, ReadFile, take_package
from openesim.services.telling import stamped

_SERIAL_DIGITS = 9
_NOBODY = ""
"""Who imports is no operator: of the stock he takes what is reserved for none."""


class ImportStores(PackageStores, Protocol):
    """What an import needs of the stores."""

    def highest_iccid(self, least: str, most: str) -> str | None:
        """Return the highest ICCID in use between two of one length, both included."""
        ...

    def order_of_profile(self, iccid: Iccid, eid: Eid | None = None) -> Order | None:
        """Return the order of a profile, reusable ones left out."""
        ...

    def order_with_matching_id(self, matching_id: str) -> Order | None:
        """Return the order with this matching id."""
        ...

    def available_order(self, profile_type: str, operator: str) -> Order | None:
        """Return a profile of the type that is available to the operator."""
        ...

    def all_batches(self) -> list[Batch]:
        """Return all batches of personalised profiles."""
        ...

    def add_order(self, order: Order) -> Order:
        """Store a new order."""
        ...

    def save_order(self, order: Order) -> None:
        """Store an order that changed."""
        ...

    def note_step(self, step: Step) -> None:
        """Store what happened to an order."""
        ...


class OrderImport:
    """One import, inside one unit of work."""

    def __init__(self, stores: ImportStores, read_file: ReadFile, entropy: Entropy, now: datetime) -> None:
        """Bind stores and files; ``now`` is the moment of the import, aware UTC."""
        self._stores = stores
        self._now = now
        self._read_file = read_file
        self._entropy = entropy
        self._packages: dict[tuple[str, str | None, str | None], StoredPackage] = {}
        self._numbers: dict[str, Iterator[Iccid]] = {}
        self._taken: set[Iccid] = set()
        self._is_personalised: dict[int, bool] = {}

    def run(self, lines: list[OrderLine]) -> list[Order]:
        """Store an order for every line and return them in order.

        Raises:
            OrderFileError: rows that cannot be stored; the unit of work must be given up.
        """
        errors: list[RowError] = []
        orders: list[Order] = []
        for line in lines:
            try:
                orders.append(self._store(self._order(line)))
            except (DecodeError, ConflictError) as error:
                field, message = _field_and_message(error)
                errors.append(RowError(line.row, field, message))
        if errors:
            raise OrderFileError(errors)
        return orders

    def _store(self, order: Order) -> Order:
        """Store a new order, or one that was taken from the stock."""
        order = stamped(replace(order, created_at=order.created_at or self._now), self._now)
        if order.order_id:
            self._stores.save_order(order)
        else:
            order = self._stores.add_order(order)
        self._stores.note_step(step_of(Action.IMPORT, order, self._now))
        return order

    def _order(self, line: OrderLine) -> Order:
        """Return the order of a line."""
        package = self._package(line)
        order = replace(
            self._profile(package, line),
            state=_first_state(line),
            eid=line.eid,
            matching_id=line.matching_id,
            is_default_smdp=line.default_smdp,
            confirmation_hash=hash_confirmation_code(line.confirmation_code)
            if line.confirmation_code
            else None,
            expires_at=line.expires_at,
        )
        if line.max_attempts is not None:
            order = replace(order, max_attempts=line.max_attempts)
        if order.matching_id is None and not line.default_smdp and not line.is_stock:
            order = replace(order, matching_id=MatchingId.from_entropy(self._entropy(16)))
        self._verify_free(order, line)
        return order

    def _profile(self, package: StoredPackage, line: OrderLine) -> Order:
        """Return the profile that a line gets: one of the stock where its type is personalised, else a new one.

        Raises:
            ConflictError: of a personalised type, nothing is available: what is prepared is nobody's profile.
        """
        if package.package_id not in self._is_personalised:
            batches = self._stores.all_batches()
            self._is_personalised[package.package_id] = any(
                batch.profile_type == package.name for batch in batches
            )
        if not self._is_personalised[package.package_id] or line.reusable:
            iccid = line.iccid or self._allot(package, line)
            return Order(
                iccid=iccid,
                package_id=package.package_id,
                profile_type=package.name,
                is_reusable=line.reusable,
            )
        if line.is_stock:
            raise ConflictError("profile: the stock of a personalised type is added with openesim stock add")
        if line.iccid is not None:
            found = self._stores.order_of_profile(line.iccid)
        else:
            found = self._stores.available_order(package.name, _NOBODY)
        if found is None or found.state is not OrderState.AVAILABLE or found.profile_type != package.name:
            raise ConflictError("iccid: no such profile of this type is available in the stock")
        return found

    def _verify_free(self, order: Order, line: OrderLine) -> None:
        """Refuse what belongs to another order; what was allotted was free.

        Raises:
            ConflictError: matching id or ICCID is taken.
        """
        if (
            order.matching_id is not None
            and self._stores.order_with_matching_id(order.matching_id) is not None
        ):
            raise ConflictError(f"matching_id: another order has {order.matching_id}")
        is_given = line.iccid is not None and not line.reusable and not order.order_id
        if is_given and self._stores.order_of_profile(order.iccid) is not None:
            raise ConflictError(f"iccid: {order.iccid} is another order's")

    def _package(self, line: OrderLine) -> StoredPackage:
        """Return the package of a line, taking it into stock if it is new."""
        key = (line.profile, line.service_provider_name, line.profile_name)
        if key not in self._packages:
            self._packages[key] = take_package(self._stores, self._read_file, line)
        return self._packages[key]

    def _allot(self, package: StoredPackage, line: OrderLine) -> Iccid:
        """Return the package's own ICCID, or the next free one after it.

        Raises:
            ConflictError: the range is used up.
        """
        own = package.metadata.iccid
        if line.reusable:
            return own
        if own not in self._taken:
            if self._stores.order_of_profile(own) is None:
                return own
            self._taken.add(own)
        prefix = own[: -_SERIAL_DIGITS - 1]
        if prefix not in self._numbers:
            highest = self._stores.highest_iccid(prefix.ljust(len(own), "0"), prefix.ljust(len(own), "9"))
            self._numbers[prefix] = _numbers_after(prefix, highest or own)
        for iccid in self._numbers[prefix]:
            # Rows of this file may have taken numbers that lie ahead.
            if self._stores.order_of_profile(iccid) is None:
                return iccid
        raise ConflictError("iccid: the range of the package is used up")


def _numbers_after(prefix: str, highest: str) -> Iterator[Iccid]:
    """Yield ICCIDs of the prefix behind the highest, each with its check digit, until the range is used up."""
    serial = int(highest[len(prefix) : -1])
    while serial < 10**_SERIAL_DIGITS - 1:
        serial += 1
        body = f"{prefix}{serial:0{_SERIAL_DIGITS}d}"
        yield Iccid(body + luhn_check_digit(body))


def _first_state(line: OrderLine) -> OrderState:
    """Return the state a line begins in."""
    if line.is_stock:
        return OrderState.AVAILABLE
    return OrderState.RELEASED if line.release else OrderState.CONFIRMED


def _field_and_message(error: DecodeError | ConflictError) -> tuple[str, str]:
    """Return the field that an error is about and what is wrong with it, for the report."""
    text = str(error)
    place, _, message = text.partition(": ")
    field = place.partition(".")[0]
    if field not in {"iccid", "matching_id", "profile"}:
        return "row", text
    return field, message if place == field else text
