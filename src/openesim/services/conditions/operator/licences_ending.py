"""Licences of an operator that end soon and are not renewed: what his people have to think of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openesim.conditions.licensing.licence import Licence
from openesim.conditions.licensing.reminders import stage_of
from openesim.conditions.licensing.states import HELD
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.ambient import Clock
from openesim.services.conditions.licences.keeping import NumberedLicences, all_of
from openesim.services.ports import AnyWork, never


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A licence that ends soon.

    Attributes:
        licence_id: the licence.
        service: for what kind of device.
        ends: when, aware UTC.
        days: which reminder it has come to: so many days before the end.
    """

    licence_id: int
    service: ServiceClass
    ends: datetime
    days: int


class LicencesEnding:
    """Looks which licences end."""

    def __init__(self, work: AnyWork, clock: Clock) -> None:
        """Bind to the stores."""
        self._work: Final = work
        self._clock: Final = clock

    async def of(self, operator: str) -> list[Ending]:
        """Return the licences of an operator that end soon and have no approved renewal, the first to end first."""
        now = self._clock.now()

        def unit(stores: NumberedLicences) -> list[Licence]:
            """Look up those that run."""
            return [each for each in all_of(stores, operator) if each.state in HELD]

        licences = await self._work.run(unit, must_last=never)
        renewed = {each.renews for each in licences}
        found = []
        for licence in licences:
            days, ends = stage_of(licence, now), licence.scope.ends
            if days is not None and ends is not None and licence.licence_id not in renewed:
                found.append(
                    Ending(licence_id=licence.licence_id, service=licence.service, ends=ends, days=days)
                )
        return sorted(found, key=lambda each: each.ends)
