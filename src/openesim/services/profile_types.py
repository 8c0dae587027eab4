"""What can be ordered: profile types, and how many profiles of each wait in stock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from openesim.kernel.errors import NotFoundError
from openesim.provisioning.smdp.packages import StoredPackage
from openesim.services.ports import AnyWork, never

COUNTED: Final = 10_000
"""Profiles of a type are counted up to here: what it costs to know must not grow with the stock."""


@dataclass(frozen=True, slots=True)
class ProfileType:
    """A profile type.

    Attributes:
        name: by which it is ordered.
        service_provider_name: what the user sees.
        profile_name: what the user sees of this profile.
    """

    name: str
    service_provider_name: str
    profile_name: str


class PackageNames(Protocol):
    """The packages, inside one unit of work."""

    def package_names(self) -> list[str]:
        """Return the names of all profile types."""
        ...

    def package_named(self, name: str) -> tuple[StoredPackage, bytes] | None:
        """Return the package of a profile type and its digest, or None."""
        ...


class ProfileTypes:
    """Profile types over the stores."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to the packages."""
        self._work: Final = work

    async def all(self) -> list[ProfileType]:
        """Return all profile types by name."""

        def unit(stores: PackageNames) -> list[ProfileType]:
            return [found for name in stores.package_names() if (found := _find(stores, name)) is not None]

        return await self._work.run(unit, must_last=never)

    async def named(self, name: str) -> ProfileType:
        """Return the profile type of a name.

        Raises:
            NotFoundError: there is none.
        """
        found = await self._work.run(lambda stores: _find(stores, name), must_last=never)
        if found is None:
            raise NotFoundError("no profile type has this name")
        return found


def _find(stores: PackageNames, name: str) -> ProfileType | None:
    """Return the profile type of a name, or None."""
    known = stores.package_named(name)
    if known is None:
        return None
    metadata = known[0].metadata
    return ProfileType(name, metadata.service_provider_name, metadata.profile_name)
