"""Importing orders: packages are taken into stock, ICCIDs and matching ids allotted, all rows or none stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import PurePath
from typing import Protocol

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import ConflictError, DecodeError
from openesim.kernel.ids import Eid, Iccid, MatchingId, luhn_check_digit
from openesim.messages.saip.package import decode_package
from openesim.messages.saip.personalise import find_patch_points
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.provisioning.procedures.capabilities import required_capabilities
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.packages import StoredPackage
from openesim.security.crypto.confirmation_code import hash_confirmation_code
from openesim.services.order_lines import OrderFileError, OrderLine, RowError

ReadFile = Callable[[str], bytes | None]
"""Returns the octets of a file, or None where there is none of that path."""

_SERIAL_DIGITS = 9
_LONGEST_PROVIDER_NAME, _LONGEST_PROFILE_NAME = 32, 64


class ImportStores(Protocol):
    """What an import needs of the stores."""

    def package_named(self, name: str) -> tuple[StoredPackage, bytes] | None:
        """Return the package of a profile type and its digest, or None."""
        ...

    def add_package(self, package: StoredPackage, digest: bytes) -> StoredPackage:
        """Store a new package."""
        ...

    def highest_iccid(self, least: str, most: str) -> str | None:
        """Return the highest ICCID in use between two of one length, both included."""
        ...

    def order_of_profile(self, iccid: Iccid, eid: Eid | None = None) -> Order | None:
        """Return the order of a profile, reusable ones left out."""
        ...

    def order_with_matching_id(self, matching_id: str) -> Order | None:
        """Return the order with this matching id."""
        ...

    def add_order(self, order: Order) -> Order:
        """Store a new order."""
        ...


class OrderImport:
    """One import, inside one unit of work."""

    def __init__(self, stores: ImportStores, read_file: ReadFile, entropy: Entropy) -> None:
        """Bind stores and files."""
        self._stores = stores
        self._read_file = read_file
        self._entropy = entropy
        self._packages: dict[tuple[str, str | None, str | None], StoredPackage] = {}
        self._numbers: dict[str, Iterator[Iccid]] = {}
        self._taken: set[Iccid] = set()

    def run(self, lines: list[OrderLine]) -> list[Order]:
        """Store an order for every line and return them in order.

        Raises:
            OrderFileError: rows that cannot be stored; the unit of work must be given up.
        """
        errors: list[RowError] = []
        orders: list[Order] = []
        for line in lines:
            try:
                orders.append(self._stores.add_order(self._order(line)))
            except (DecodeError, ConflictError) as error:
                field, message = _field_and_message(error)
                errors.append(RowError(line.row, field, message))
        if errors:
            raise OrderFileError(errors)
        return orders

    def _order(self, line: OrderLine) -> Order:
        """Return the order of a line."""
        package = self._package(line)
        order = Order(
            iccid=line.iccid or self._allot(package, line),
            package_id=package.package_id,
            profile_type=package.name,
            state=_first_state(line),
            eid=line.eid,
            matching_id=line.matching_id,
            is_default_smdp=line.default_smdp,
            confirmation_hash=hash_confirmation_code(line.confirmation_code)
            if line.confirmation_code
            else None,
            expires_at=line.expires_at,
            is_reusable=line.reusable,
        )
        if line.max_attempts is not None:
            order = replace(order, max_attempts=line.max_attempts)
        if order.matching_id is None and not line.default_smdp and not line.is_stock:
            order = replace(order, matching_id=MatchingId.from_entropy(self._entropy(16)))
        self._verify_free(order, line)
        return order

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
        is_given = line.iccid is not None and not line.reusable
        if is_given and self._stores.order_of_profile(order.iccid) is not None:
            raise ConflictError(f"iccid: {order.iccid} is another order's")

    def _package(self, line: OrderLine) -> StoredPackage:
        """Return the package of a line, taking it into stock if it is new.

        Raises:
            DecodeError: neither a file nor a profile type, or not a profile package.
        """
        key = (line.profile, line.service_provider_name, line.profile_name)
        if key not in self._packages:
            octets = self._read_file(line.profile)
            if octets is not None:
                self._packages[key] = self._stock(line, octets)
            elif (known := self._stores.package_named(line.profile)) is not None:
                self._packages[key] = known[0]
            else:
                raise DecodeError(f"profile: {line.profile} is neither a file nor a profile type in stock")
        return self._packages[key]

    def _stock(self, line: OrderLine, octets: bytes) -> StoredPackage:
        """Return the package in stock for a file; two that differ never share a name."""
        try:
            package = read_package(line, octets)
        except DecodeError as error:
            raise error.within("profile") from None
        digest = sha256(octets + package.metadata.encode()).digest()
        for name in (package.name, f"{package.name}-{digest.hex()[:8]}"):
            known = self._stores.package_named(name)
            if known is None:
                return self._stores.add_package(replace(package, name=name), digest)
            if known[1] == digest:
                return known[0]
        raise ConflictError(f"profile: the name {package.name} is taken by another package")

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


def read_package(line: OrderLine, octets: bytes) -> StoredPackage:
    """Return a profile package of a file, with the metadata the user will see.

    Raises:
        DecodeError: not a profile package.
    """
    package = decode_package(octets)
    header = package.header
    own_name = header.profile_type or PurePath(line.profile).stem
    metadata = StoreMetadataRequest(
        iccid=header.iccid,
        service_provider_name=(line.service_provider_name or own_name)[:_LONGEST_PROVIDER_NAME],
        profile_name=(line.profile_name or own_name)[:_LONGEST_PROFILE_NAME],
    )
    return StoredPackage(
        name=PurePath(line.profile).stem,
        octets=octets,
        points=find_patch_points(octets),
        metadata=metadata,
        saip_version=(header.major_version, header.minor_version),
        required=required_capabilities(header.mandatory_services.names),
    )


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
