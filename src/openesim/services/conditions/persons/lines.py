"""The lines of a person at every operator: for himself, and for whoever has a lawful reason to ask.

Nobody else sees lines of several operators together: an operator sees his own, and learns of others only that a limit is
reached. A person may dispute a line: the verification behind it is revoked, which stops a download in the middle, and the
operator is to look at what he sold to whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from openesim.conditions.admission.admission import Admission, Line, LineState
from openesim.conditions.identity.cases import TRANSITIONS, CaseEvent
from openesim.conditions.identity.documents import parse_document
from openesim.conditions.identity.faults import Fault, FaultyTextError, FormError
from openesim.conditions.identity.forms import parse_line, parse_reason
from openesim.conditions.rules.words import DocumentKind
from openesim.kernel.errors import NotFoundError
from openesim.kernel.records import changed
from openesim.services.conditions.persons.acts import Act, person_deed
from openesim.services.conditions.persons.cases import CaseStores
from openesim.services.conditions.persons.persons import dispute, person_with
from openesim.transparency.entries import Entry, EntryKind


class LineStores(CaseStores, Protocol):
    """Lines, inside one unit of work."""

    def line(self, order_id: int) -> Line | None:
        """Return the line that came from an order."""
        ...

    def lines_of_person(self, person: bytes) -> list[Line]:
        """Return every line of a person, at all operators, oldest first."""
        ...

    def dispute_line(self, order_id: int, at: datetime | None) -> None:
        """Store since when a person says that a line is not his; None: he does not any more."""
        ...

    def admission(self, order_id: int) -> Admission | None:
        """Return how an order was admitted."""
        ...


def own_lines(stores: LineStores, person: bytes) -> list[Line]:
    """Return the lines in a person's name that run or are on their way, and those that ended; for himself alone.

    Args:
        stores: of the unit of work.
        person: keyed digest of who asks, as his own verified case has it.
    """
    return stores.lines_of_person(person)


def counted(lines: Iterable[Line]) -> dict[str, int]:
    """Return how many lines run or are on their way, by operator."""
    count: dict[str, int] = {}
    for line in lines:
        if line.state is not LineState.ENDED:
            count[line.operator] = count.get(line.operator, 0) + 1
    return count


def dispute_line(stores: LineStores, order_id: int, person: bytes, act: Act) -> Line:
    """Take a person's word that a line in his name is not his, and return the line.

    The verification behind it is revoked: what was not handed out is not handed out any more. What stands on a chip
    already is the operator's to shut.

    Args:
        stores: of the unit of work.
        order_id: the line's.
        person: keyed digest of who disputes it.
        act: who does it, and when.

    Raises:
        NotFoundError: there is no such line in his name.
    """
    line = stores.line(order_id)
    if line is None or line.person != person:
        raise NotFoundError("there is no such line in your name")
    if line.disputed_at is not None:
        return line
    stores.dispute_line(order_id, act.now)
    admission = stores.admission(order_id)
    case = stores.case(admission.case_id) if admission is not None and admission.case_id else None
    if case is not None and CaseEvent.REVOKE in TRANSITIONS[case.state]:
        dispute(stores, case.case_id, person, act)
    stores.append_entry(
        person_deed(person, "line-dispute", act, line.operator, order=str(order_id), iccid=str(line.iccid))
    )
    return changed(line, disputed_at=act.now)


def lawful_enquiry(
    stores: LineStores,
    shown: tuple[DocumentKind, str],
    country: str,
    why: tuple[str, str],
    act: Act,
    today: date,
) -> list[Line]:
    """Return the lines of whoever has a document, at every operator, to an authority that has the right to ask.

    The ledger tells who asked, why, and under which reference; the number itself is kept nowhere.

    Args:
        stores: of the unit of work.
        shown: kind and number of the document.
        country: whose rules name the kinds.
        why: the reason, 10 to 200 characters; and the file number of the request.
        act: who asks, and when.
        today: the day that it is in that country.

    Raises:
        FormError: number, reason or reference are wrong, or one of these repeats the number.
    """
    reason, reference = read_why(*why)
    person = person_with(stores, *shown, today, country=country)
    _verify_names_nobody({"reason": reason, "reference": reference}, shown, country, today)
    lines = stores.lines_of_person(person)
    stores.append_entry(
        Entry(
            kind=EntryKind.LOOK,
            at=act.now,
            actor=act.actor,
            subject=f"person:{person.hex()}",
            facts={
                "look": "lines",
                "reason": reason,
                "reference": reference,
                "lines": str(len(lines)),
            },
        )
    )
    return lines


def read_why(reason: str, reference: str) -> tuple[str, str]:
    """Return why somebody asks, and under which file number, as both may be kept.

    Args:
        reason: 10 to 200 characters.
        reference: 3 to 64 characters.

    Raises:
        FormError: either may not; both are told.
    """
    read, faults = [], {}
    for name, text, parse in (("reason", reason, parse_reason), ("reference", reference, _parse_reference)):
        try:
            read.append(parse(text))
        except FaultyTextError as error:
            faults[name] = error.fault
    if faults:
        raise FormError(faults)
    return read[0], read[1]


def _verify_names_nobody(
    said: Mapping[str, str], shown: tuple[DocumentKind, str], country: str, today: date
) -> None:
    """Refuse a text that would keep the number of a document for good.

    Raises:
        FormError: one does.
    """
    number = _plain(parse_document(*shown, today, country).number)
    faults = {name: Fault("reason-personal") for name, text in said.items() if number in _plain(text)}
    if faults:
        raise FormError(faults)


def _plain(text: str) -> str:
    """Return the letters and digits of a text, however they are written."""
    return "".join(each for each in text.upper() if each.isalnum())


def _parse_reference(text: str) -> str:
    return parse_line(text, 3, 64)
