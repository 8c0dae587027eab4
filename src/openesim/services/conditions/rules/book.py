"""The rule book: all packs that a process knows, and which of them applies to whom.

Packs come with OpenESIM, from a folder of one's own, and from the database (``keeping``), where the regulator adds them
while servers run. ``RuleBook`` is asked at every decision of the gate. Between two moments at which something begins or ends
the answer is always the same, so it is found once and then looked up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

import structlog

from openesim.conditions.rules.asking import asks_nothing
from openesim.conditions.rules.in_force import Assignment, DatedAssignment, PackShelf, Rules
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.texts import explained
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError, NotFoundError
from openesim.services.conditions.following import Reading
from openesim.services.conditions.rules.keeping import (
    REVISION,
    AddedAssignment,
    AddedPack,
    fitting_shelf,
    read_added,
)
from openesim.services.rules import shipped_packs

_PAGE: Final = 100
_EVER: Final = datetime.max.replace(tzinfo=UTC)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Era:
    """A time in which nothing begins and nothing ends, and what was found in it.

    Attributes:
        rules: as they were known then.
        begins: first moment, aware UTC.
        ends: first moment after it.
        packs: pack by operator and class; an error where none is in force.
        free: whether nothing is asked of an operator.
    """

    rules: Rules
    begins: datetime
    ends: datetime
    packs: dict[tuple[str, ServiceClass], Pack | NotFoundError] = field(default_factory=dict)
    free: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def around(cls, rules: Rules, now: datetime) -> _Era:
        """Return the time around a moment."""
        changes = rules.changes()
        begun = [moment for moment in changes if moment <= now]
        coming = [moment for moment in changes if moment > now]
        return cls(rules, begun[-1] if begun else _NEVER, coming[0] if coming else _EVER)

    def find(self, operator: str, service: ServiceClass, now: datetime) -> Pack | NotFoundError:
        """Return the pack that applies, or why there is none."""
        found = self.packs.get((operator, service))
        if found is None:
            try:
                found = self.rules.pack_for(operator, service, now)
            except NotFoundError as error:
                found = error
            self.packs[operator, service] = found
        return found


class RuleBook:
    """The rules as a process knows them; implements ``following.Book``."""

    def __init__(self, files: Iterable[Pack] | None = None, configured: Assignment | None = None) -> None:
        """Know the packs of files; those of the database are read by ``load``.

        Args:
            files: packs that are shipped and those of the operator's folder; None: those that are shipped.
            configured: what holds where nothing was put in force; None: ``open`` for everybody.

        Raises:
            ConfigError: packs of files that do not fit together.
        """
        self._files: Final = tuple(shipped_packs() if files is None else files)
        self._configured: Final = configured or Assignment()
        self._added: dict[tuple[str, str], AddedPack] = {}
        self._assigned: dict[int, DatedAssignment] = {}
        self._faults: dict[str, str] = {}
        self._rules = Rules(PackShelf(self._files), self._configured)
        self._era = _Era(self._rules, _EVER, _NEVER)

    @property
    def name(self) -> str:
        """Name of its revision."""
        return REVISION

    @property
    def rules(self) -> Rules:
        """Everything that is known now."""
        return self._rules

    async def load(self, reading: Reading) -> None:
        """Read all of it.

        Raises:
            ConfigError: the configuration names a pack that is not there.
        """
        await self.refresh(reading, 0)
        unknown = sorted(
            name
            for name in self._configured.packs
            if name not in self._rules.shelf and name not in self._faults
        )
        if unknown:
            known = ", ".join(sorted({pack.id for pack in self._rules.shelf}))
            told = explained("configured", pack=", ".join(unknown), known=known)
            raise ConfigError(told.cause).explained(told)

    async def refresh(self, reading: Reading, after: int) -> None:
        """Read what changed behind a revision."""
        packs: list[AddedPack] = await _pages(reading, "rule_packs_changed", after)
        assigned: list[AddedAssignment] = await _pages(reading, "rule_assignments_changed", after)
        self._added |= {(each.pack_id, each.version): each for each in packs}
        self._assigned |= {each.assignment.number: each.assignment for each in assigned}
        await asyncio.to_thread(self._put_together)

    def _put_together(self) -> None:
        """Make the rules anew of all that was read."""
        packs, faults = read_added(self._added.values())
        for pack_id, fault in faults.items():
            _log.error("rule pack not read, nothing is sold under it", pack=pack_id, reason=fault)
        self._faults = faults
        shelf = fitting_shelf(packs, self._files)
        self._rules = Rules(shelf, self._configured, self._assigned.values(), unreadable=faults)

    def pack_id_of(self, operator: str, service: ServiceClass, now: datetime) -> str:
        """Return the name of the pack that an operator is under for a class of service, whether or not it is in force."""
        return self._rules.pack_id_of(operator, service, now)

    def pack_for(self, operator: str, service: ServiceClass, now: datetime) -> Pack:
        """Return the pack that applies to an operator's service.

        Args:
            operator: whose order it is.
            service: for what kind of device.
            now: aware UTC.

        Raises:
            NotFoundError: no version of it is in force, so nothing may be sold.
        """
        found = self._era_of(now).find(operator, service, now)
        if isinstance(found, Pack):
            return found
        again = NotFoundError(str(found))  # an error that is raised twice would keep what it went through
        raise again if found.explanation is None else again.explained(found.explanation)

    def asks_nothing(self, operator: str, now: datetime) -> bool:
        """Tell whether no pack that could apply to an operator asks anything of anybody: then there is no gate.

        Args:
            operator: whose order it is.
            now: aware UTC.
        """
        era = self._era_of(now)
        is_free = era.free.get(operator)
        if is_free is None:
            packs = [era.find(operator, service, now) for service in ServiceClass]
            is_free = all(isinstance(pack, Pack) and asks_nothing(pack) for pack in packs)
            era.free[operator] = is_free
        return is_free

    def day_in(self, country: str, now: datetime) -> date:
        """Return the day that it is in a country, as its rules count days; where no rules are from there, that of UTC.

        Args:
            country: ISO 3166 code.
            now: aware UTC.
        """
        return self._rules.day_in(country, now)

    def _era_of(self, now: datetime) -> _Era:
        era = self._era
        if era.rules is not self._rules or not era.begins <= now < era.ends:
            self._era = era = _Era.around(self._rules, now)
        return era


async def _pages(reading: Reading, name: str, after: int) -> list[Any]:
    """Return all rows that changed, read in pages."""
    found: list[Any] = []
    while page := await reading.ask(_reader(name, found[-1].revision if found else after)):
        found += page
    return found


def _reader(name: str, after: int) -> Callable[[Any], list[Any]]:
    return lambda stores: getattr(stores, name)(after, _PAGE)
