"""Which pack holds on which day, and for whom.

Packs apply per tenant and service: an operator's own choice goes before the country's, and that before ``open``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError, NotFoundError

OPEN = "open"
"""The pack that asks nothing."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which pack applies to whom.

    Attributes:
        usual: pack of everybody else.
        operators: pack by operator.
        services: pack by operator and class of service; goes before ``operators``.
    """

    usual: str = OPEN
    operators: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[tuple[str, ServiceClass], str] = field(default_factory=dict)

    def pack_of(self, operator: str, service: ServiceClass) -> str:
        """Return the name of the pack that applies."""
        return self.services.get((operator, service)) or self.operators.get(operator) or self.usual


class PackShelf:
    """All versions of all packs, found to fit together."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        """Put packs on the shelf.

        Raises:
            ConfigError: two versions of one pack hold on the same day, or have the same name.
        """
        self._versions: dict[str, list[Pack]] = {}
        for pack in packs:
            self._versions.setdefault(pack.id, []).append(pack)
        for versions in self._versions.values():
            versions.sort(key=lambda pack: pack.pack.in_force.from_)
            for earlier, later in pairwise(versions):
                _verify_apart(earlier, later)

    def __iter__(self) -> Iterator[Pack]:
        """Go through all packs, by name and then by date."""
        return iter([pack for _, versions in sorted(self._versions.items()) for pack in versions])

    def versions(self, pack_id: str) -> tuple[Pack, ...]:
        """Return the versions of a pack, oldest first."""
        return tuple(self._versions.get(pack_id, ()))

    def in_force(self, pack_id: str, day: date) -> Pack:
        """Return the version of a pack that holds on a day.

        Raises:
            NotFoundError: no such pack, or none of its versions holds on that day. Then nothing may be sold: a gap in the
                rules is not freedom from them.
        """
        for pack in reversed(self._versions.get(pack_id, ())):
            if pack.holds_on(day):
                return pack
        raise NotFoundError(f"no version of the rule pack {pack_id} is in force on {day}")


def _verify_apart(earlier: Pack, later: Pack) -> None:
    """Refuse two versions that hold on one day, unless the earlier one is open-ended: then the later ends it.

    Raises:
        ConfigError: they overlap.
    """
    if earlier.version == later.version:
        raise ConfigError(f"the rule pack {earlier.id} has its version {earlier.version} twice")
    if earlier.pack.in_force.from_ == later.pack.in_force.from_:
        raise ConfigError(
            f"versions {earlier.version} and {later.version} of the rule pack {earlier.id} begin on one day, "
            f"{later.pack.in_force.from_}"
        )
    end = earlier.pack.in_force.to
    if end is not None and end >= later.pack.in_force.from_:
        raise ConfigError(
            f"versions {earlier.version} and {later.version} of the rule pack {earlier.id} overlap: one holds until "
            f"{end}, the other from {later.pack.in_force.from_}"
        )
