"""Which pack holds at which moment, and for whom.

A pack holds by whole days of its own offset from UTC (``[pack] utc_offset``): it changes at midnight there, wherever
the server stands. Packs apply per tenant and service: what was put in force goes before what is configured, an
operator's service before the operator, and that before everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise

from openesim.conditions.rules.days import day_at
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.texts import explained
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError, NotFoundError

OPEN = "open"
"""The pack that asks nothing."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which pack applies to whom, as it is configured.

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

    @property
    def packs(self) -> frozenset[str]:
        """Names of all packs that apply to somebody."""
        return frozenset((self.usual, *self.operators.values(), *self.services.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedAssignment:
    """A pack that was put in force for somebody, from a moment on.

    Attributes:
        operator: for whom; None: for everybody who has none of his own.
        service: for which class; None: for every class that has none of its own.
        pack_id: which pack; None: none of its own any more, so what is wider holds again.
        begins: first moment, aware UTC.
        number: row number; 0 until stored. Of two that begin at one moment the later one holds.
    """

    operator: str | None
    service: ServiceClass | None
    pack_id: str | None
    begins: datetime
    number: int = 0


class PackShelf:
    """All versions of all packs, found to fit together."""

    def __init__(self, packs: Iterable[Pack] = ()) -> None:
        """Put packs on the shelf.

        Raises:
            ConfigError: two versions of one pack hold at the same time, or have the same name.
        """
        self._versions: dict[str, list[Pack]] = {}
        for pack in packs:
            self._versions.setdefault(pack.id, []).append(pack)
        for versions in self._versions.values():
            versions.sort(key=lambda pack: pack.begins)
            for earlier, later in pairwise(versions):
                _verify_apart(earlier, later)
            _verify_named_apart(versions)

    def __iter__(self) -> Iterator[Pack]:
        """Go through all packs, by name and then by date."""
        return iter([pack for _, versions in sorted(self._versions.items()) for pack in versions])

    def __contains__(self, pack_id: object) -> bool:
        """Tell whether there is any version of a pack."""
        return pack_id in self._versions

    def versions(self, pack_id: str) -> tuple[Pack, ...]:
        """Return the versions of a pack, oldest first."""
        return tuple(self._versions.get(pack_id, ()))

    def version(self, pack_id: str, version: str) -> Pack:
        """Return one version of a pack.

        Raises:
            NotFoundError: there is none of that name.
        """
        for pack in self._versions.get(pack_id, ()):
            if pack.version == version:
                return pack
        known = ", ".join(pack.version for pack in self._versions.get(pack_id, ())) or "none"
        told = explained("unknown-version", pack=pack_id, version=version, known=known)
        raise NotFoundError(told.cause).explained(told)

    def in_force(self, pack_id: str, now: datetime) -> Pack:
        """Return the version of a pack that holds at a moment.

        Args:
            pack_id: name of the pack.
            now: aware.

        Raises:
            NotFoundError: no such pack, none of its versions has begun, or the last that has begun has ended. Then nothing
                may be sold: a gap in the rules is not freedom from them.
        """
        begun = [pack for pack in self._versions.get(pack_id, ()) if pack.begins <= now]
        if begun and begun[-1].holds_at(now):
            return begun[-1]
        raise self._nothing(pack_id, f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC")

    def on_day(self, pack_id: str, day: date) -> Pack:
        """Return the version of a pack that holds on a day, as days are counted where the pack is from.

        Raises:
            NotFoundError: no such pack, or none of its versions holds on that day.
        """
        begun = [pack for pack in self._versions.get(pack_id, ()) if pack.pack.in_force.from_ <= day]
        if begun and begun[-1].holds_on(day):
            return begun[-1]
        raise self._nothing(pack_id, f"{day}")

    def _nothing(self, pack_id: str, when: str) -> NotFoundError:
        code = "not-in-force" if pack_id in self._versions else "unknown"
        told = explained(code, pack=pack_id, when=when)
        return NotFoundError(told.cause).explained(told)


class Rules:
    """Packs, and which of them applies to whom: everything that is known at one time."""

    def __init__(
        self,
        shelf: PackShelf,
        configured: Assignment,
        dated: Iterable[DatedAssignment] = (),
        unreadable: Mapping[str, str] | None = None,
    ) -> None:
        """Put them together.

        Args:
            shelf: the packs.
            configured: what holds where nothing was put in force.
            dated: what was put in force, in any order.
            unreadable: why a version of a pack cannot be read, by name of the pack. Since nobody knows when it holds, none
                of its versions does.
        """
        self.shelf = shelf
        self.configured = configured
        self._unreadable = dict(unreadable or {})
        self._dated: dict[tuple[str | None, ServiceClass | None], list[DatedAssignment]] = {}
        for each in sorted(dated, key=lambda each: (each.begins, each.number), reverse=True):
            self._dated.setdefault((each.operator, each.service), []).append(each)

    def day_in(self, country: str, now: datetime) -> date:
        """Return the day that it is in a country: that of its rules, of several of those that began last; else that of UTC.

        Args:
            country: ISO 3166 code.
            now: aware.
        """
        begun = [pack for pack in self.shelf if pack.pack.country == country]
        newest = max(begun, key=lambda pack: pack.begins, default=None)
        return day_at(now, "+00:00" if newest is None else newest.pack.utc_offset)

    def pack_id_of(self, operator: str, service: ServiceClass, now: datetime) -> str:
        """Return the name of the pack that applies to an operator's service."""
        for scope in ((operator, service), (operator, None), (None, service), (None, None)):
            begun = next((each for each in self._dated.get(scope, ()) if each.begins <= now), None)
            if begun is not None and begun.pack_id is not None:
                return begun.pack_id
        return self.configured.pack_of(operator, service)

    def pack_for(self, operator: str, service: ServiceClass, now: datetime) -> Pack:
        """Return the pack that applies to an operator's service.

        Raises:
            NotFoundError: no version of it is in force.
        """
        pack_id = self.pack_id_of(operator, service, now)
        fault = self._unreadable.get(pack_id)
        if fault is None:
            return self.shelf.in_force(pack_id, now)
        told = explained("unreadable", pack=pack_id, reason=fault)
        raise NotFoundError(told.cause).explained(told)

    def changes(self) -> list[datetime]:
        """Return all moments at which something begins or ends, in order."""
        moments = {each.begins for assigned in self._dated.values() for each in assigned}
        for pack in self.shelf:
            moments.add(pack.begins)
            if pack.ends is not None:
                moments.add(pack.ends)
        return sorted(moments)


def _verify_apart(earlier: Pack, later: Pack) -> None:
    """Refuse two versions that hold at one time, unless the earlier one is open-ended: then the later ends it.

    Raises:
        ConfigError: they overlap.
    """
    if earlier.version == later.version:
        raise _twice(earlier)
    facts = {"pack": earlier.id, "first": earlier.version, "second": later.version}
    day, end = later.pack.in_force.from_, earlier.pack.in_force.to
    if earlier.begins == later.begins:
        told = explained("same-day", **facts, day=day)
    elif earlier.ends is not None and earlier.ends > later.begins:
        told = explained("overlap", **facts, day=day, end=end)
    else:
        return
    raise ConfigError(told.cause).explained(told)


def _verify_named_apart(versions: list[Pack]) -> None:
    """Refuse two versions of one name that do not stand side by side.

    Raises:
        ConfigError: there are such.
    """
    names = [pack.version for pack in versions]
    for pack in versions:
        if names.count(pack.version) > 1:
            raise _twice(pack)


def _twice(pack: Pack) -> ConfigError:
    told = explained("twice", pack=pack.id, version=pack.version)
    return ConfigError(told.cause).explained(told)
