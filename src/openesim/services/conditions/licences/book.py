"""The licences of all operators, known by heart: what the gate asks at every download.

A suspension is a change like any other: within two seconds every process has read it (``following``). A licence that is over
is over for the gate at that very moment, whether or not anybody has written so yet: it looks at the dates itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from openesim.conditions.admission.facts import Licence as LicenceFact
from openesim.conditions.admission.facts import Standing
from openesim.conditions.licensing.licence import Licence
from openesim.conditions.licensing.states import OPEN, LicenceState
from openesim.conditions.rules.words import ServiceClass
from openesim.services.conditions.following import Reading

REVISION: Final = "licences"
"""Name of the revision that rises with every change of a licence."""

_PAGE: Final = 500

_STANDINGS: Final = {
    **dict.fromkeys(OPEN, Standing.PENDING),
    LicenceState.APPROVED: Standing.VALID,
    LicenceState.SUSPENDED: Standing.SUSPENDED,
    LicenceState.REVOKED: Standing.REVOKED,
    LicenceState.EXPIRED: Standing.EXPIRED,
}
"""What the gate hears of a state; of what was refused or withdrawn it hears nothing."""

Key = tuple[str, ServiceClass]


class BookStores(Protocol):
    """What the book reads, inside one unit of work."""

    def licences_changed(self, after: int, limit: int) -> list[Licence]:
        """Return licences that changed, by revision, beginning behind ``after``."""
        ...


class LicenceBook:
    """All licences, as the gate asks for them. Implements ``following.Book``."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._facts: dict[Key, dict[int, LicenceFact]] = {}

    @property
    def name(self) -> str:
        """Name of its revision."""
        return REVISION

    def licences_of(self, operator: str, service: ServiceClass) -> tuple[LicenceFact, ...]:
        """Return an operator's licences for a class of service, oldest first."""
        return tuple(self._facts.get((operator, service), {}).values())

    async def load(self, reading: Reading) -> None:
        """Read all of it."""
        self._facts = {}
        await self.refresh(reading, 0)

    async def refresh(self, reading: Reading, after: int) -> None:
        """Read what changed behind a revision."""
        while page := await reading.ask(_reader(after)):
            self.learn(page)
            after = page[-1].revision

    def learn(self, licences: Iterable[Licence]) -> None:
        """Take in licences as they stand now."""
        for licence in licences:
            key = (licence.operator, licence.service)
            # A copy: whoever asks meanwhile goes through the old one.
            facts = dict(self._facts.get(key, {}))
            fact = fact_of(licence)
            if fact is None:
                facts.pop(licence.licence_id, None)
            else:
                facts[licence.licence_id] = fact
            self._facts[key] = facts


def fact_of(licence: Licence) -> LicenceFact | None:
    """Return a licence as the gate judges by it; None for one that was never approved and will not be."""
    standing = _STANDINGS.get(licence.state)
    if standing is None:
        return None
    scope = licence.scope
    return LicenceFact(
        standing=standing,
        begins=scope.begins,
        ends=scope.ends,
        channels=scope.channels,
        regions=scope.regions,
        numbers=scope.numbers,
    )


def _reader(after: int) -> Callable[[BookStores], list[Licence]]:
    return lambda stores: stores.licences_changed(after, _PAGE)
