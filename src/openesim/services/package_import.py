"""Profile packages of files and of the stock: found by path or by name of their type, kept once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import PurePath
from typing import Protocol

from openesim.kernel.errors import ConflictError, DecodeError
from openesim.messages.saip.package import decode_package
from openesim.messages.saip.personalise import find_patch_points
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.provisioning.procedures.capabilities import required_capabilities
from openesim.provisioning.smdp.packages import StoredPackage

ReadFile = Callable[[str], bytes | None]
"""Returns the octets of a file, or None where there is none of that path."""

_LONGEST_PROVIDER_NAME, _LONGEST_PROFILE_NAME = 32, 64


class Wanted(Protocol):
    """What a line of an order file and a batch say of their package."""

    @property
    def profile(self) -> str:
        """Path of a package, or name of a profile type."""
        ...

    @property
    def service_provider_name(self) -> str | None:
        """Shown to the user; None: the profile's own name."""
        ...

    @property
    def profile_name(self) -> str | None:
        """Shown to the user; None: the profile's own name."""
        ...


class PackageStores(Protocol):
    """What is needed of the stores."""

    def package_named(self, name: str) -> tuple[StoredPackage, bytes] | None:
        """Return the package of a profile type and its digest, or None."""
        ...

    def add_package(self, package: StoredPackage, digest: bytes) -> StoredPackage:
        """Store a new package."""
        ...


def find_package(stores: PackageStores, read_file: ReadFile, wanted: Wanted) -> tuple[StoredPackage, bytes]:
    """Return the package that is wanted, and its digest; its row number is 0 where it is not in stock yet.

    Two packages that differ never share a name.

    Raises:
        DecodeError: neither a file nor a profile type, or not a profile package.
        ConflictError: its name is taken by another package.
    """
    octets = read_file(wanted.profile)
    if octets is None:
        known = stores.package_named(wanted.profile)
        if known is None:
            raise DecodeError(f"profile: {wanted.profile} is neither a file nor a profile type in stock")
        return known
    try:
        package = read_package(wanted, octets)
    except DecodeError as error:
        raise error.within("profile") from None
    digest = sha256(octets + package.metadata.encode()).digest()
    for name in (package.name, f"{package.name}-{digest.hex()[:8]}"):
        known = stores.package_named(name)
        if known is None:
            return replace(package, name=name), digest
        if known[1] == digest:
            return known
    raise ConflictError(f"profile: the name {package.name} is taken by another package")


def take_package(stores: PackageStores, read_file: ReadFile, wanted: Wanted) -> StoredPackage:
    """Return the package that is wanted, taking it into stock if it is new.

    Raises:
        DecodeError: neither a file nor a profile type, or not a profile package.
        ConflictError: its name is taken by another package.
    """
    package, digest = find_package(stores, read_file, wanted)
    return package if package.package_id else stores.add_package(package, digest)


def read_package(wanted: Wanted, octets: bytes) -> StoredPackage:
    """Return a profile package of a file, with the metadata the user will see.

    Raises:
        DecodeError: not a profile package.
    """
    package = decode_package(octets)
    header = package.header
    own_name = header.profile_type or PurePath(wanted.profile).stem
    metadata = StoreMetadataRequest(
        iccid=header.iccid,
        service_provider_name=(wanted.service_provider_name or own_name)[:_LONGEST_PROVIDER_NAME],
        profile_name=(wanted.profile_name or own_name)[:_LONGEST_PROFILE_NAME],
    )
    return StoredPackage(
        name=PurePath(wanted.profile).stem,
        octets=octets,
        points=find_patch_points(octets),
        metadata=metadata,
        saip_version=(header.major_version, header.minor_version),
        required=required_capabilities(header.mandatory_services.names),
    )
