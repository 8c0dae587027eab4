"""Lawful enquiries at the regulator's desk: which countries' documents there are, and the lines of whoever has one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, Protocol

from openesim.conditions.admission.admission import Line
from openesim.conditions.identity.faults import FormError
from openesim.conditions.rules.in_force import Rules
from openesim.conditions.rules.words import DocumentKind
from openesim.kernel.ambient import Clock
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.lines import lawful_enquiry, read_why
from openesim.services.ports import AnyWork

NO_COUNTRY: Final = "ZZ"


class Book(Protocol):
    """What knows the rules by heart."""

    @property
    def rules(self) -> Rules:
        """Everything that is known now."""
        ...

    def day_in(self, country: str, now: datetime) -> date:
        """Return the day that it is in a country."""
        ...


class Enquiries:
    """Lawful enquiries."""

    def __init__(self, work: AnyWork, clock: Clock, book: Book) -> None:
        """Bind to the database and to the rules."""
        self._work: Final = work
        self._clock: Final = clock
        self._book: Final = book

    @property
    def countries(self) -> list[str]:
        """Countries whose rules name documents: those of all packs, ISO 3166 codes in order."""
        found = {pack.pack.country for pack in self._book.rules.shelf if pack.person.documents}
        return sorted(found - {NO_COUNTRY}) or [NO_COUNTRY]

    def faults_of_why(self, reason: str, reference: str) -> FormError | None:
        """Return what is wrong with a reason and a file number; None: nothing is."""
        try:
            read_why(reason, reference)
        except FormError as error:
            return error
        return None

    async def lines_of(
        self, shown: tuple[DocumentKind, str], country: str, why: tuple[str, str], actor: str
    ) -> list[Line]:
        """Return the lines of whoever has a document, at every operator; that somebody asked is in the ledger.

        Args:
            shown: kind and number of the document.
            country: whose rules name the kinds.
            why: the reason, and the file number of the request.
            actor: who asks.

        Raises:
            FormError: number, reason or reference are wrong.
        """
        act = Act(actor=actor, now=self._clock.now())
        today = self._book.day_in(country, act.now)
        unit: Any = lambda stores: lawful_enquiry(stores, shown, country, why, act, today)  # noqa: E731
        lines: list[Line] = await self._work.run(unit)
        return lines
