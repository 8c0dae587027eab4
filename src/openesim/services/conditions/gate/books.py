"""What the gate asks: its stores inside a unit of work, and the books that a process knows by heart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from openesim.conditions.admission.admission import Admission, Line, LineState
from openesim.conditions.admission.facts import (
    Licence,
    Terminal,
)
from openesim.conditions.admission.watching import Sign, Watched, WatchedKind
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case, Person
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.device import Device
from openesim.kernel.ids import Eid
from openesim.services.ports import SmdpStores
from openesim.transparency.entries import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the gate asks the database about an order, all of it at once: a round trip costs more than its answer.

    Attributes:
        order_id: the order itself, which is not counted.
        eid: of its chip; None: not known.
        imei: of its device; None: not known.
        subjects: whose lines, and who and what on the watch-list: a person and an address by digest, a chip by its EID.
        counted: of whom the orders of a day are asked for.
        asks_person: whether the person's row is asked for, too; nobody is held off from it.
        now: aware UTC.
    """

    order_id: int
    eid: Eid | None
    imei: str | None
    subjects: Mapping[WatchedKind, bytes]
    counted: tuple[WatchedKind, ...]
    asks_person: bool
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the database says.

    Attributes:
        bonds: what chip and device are held to: nothing, one bond that is both's, or what stands between them.
        profiles: how many the chip has of ours or will get; None: no chip is known.
        lines: of the person, at all operators, oldest first.
        watched: what is held against person, chip and address.
        today: how many orders there were in the last 24 hours.
        person: what is kept of the person; None: nothing, or it was not asked for.
    """

    bonds: Sequence[Bond] = ()
    profiles: int | None = None
    lines: Sequence[Line] = ()
    watched: Sequence[Watched] = ()
    today: Mapping[WatchedKind, int] = field(default_factory=dict)
    person: Person | None = None


class GateStores(SmdpStores, Protocol):
    """What the gate reads and keeps, inside the unit of work of an order."""

    def admission(self, order_id: int) -> Admission | None:
        """Return how an order was admitted."""
        ...

    def save_admission(self, admission: Admission) -> None:
        """Store the gate's word on an order, in the place of an earlier one."""
        ...

    def save_word(self, admission: Admission) -> None:
        """Store what is said of an order that was admitted before; how its verification stands is left as it is."""
        ...

    def hold_case(self, case_id: str) -> Case | None:
        """Return a case; its row is held until the unit ends, so that nobody revokes it unseen."""
        ...

    def case_for(self, operator: str, eid: Eid) -> Case | None:
        """Return the newest case of an operator for a chip, a verified one before any other; its row is held."""
        ...

    def hold_person(self, person: bytes, now: datetime) -> Person:
        """Return a person whose row is held until the unit ends; it is made where it is missing."""
        ...

    def save_person(self, person: Person) -> None:
        """Store what is kept of a person; his row is held."""
        ...

    def put_code(self, case_id: str, order_id: int, code: str, delete_after: datetime) -> None:
        """Store the confirmation code of an order, sealed, for the person of the case behind it."""
        ...

    def bind(self, bond: Bond) -> bool:
        """Hold a chip and a device to each other, unless either is held to something; return whether that is new."""
        ...

    def line(self, order_id: int) -> Line | None:
        """Return the line that came from an order."""
        ...

    def save_line(self, line: Line) -> None:
        """Store a line; the person's row is held by who adds one."""
        ...

    def move_line(self, order_id: int, state: LineState, ended_at: datetime | None) -> None:
        """Store where the line of an order stands; one that ends before it was active was given back.

        Without a line nothing happens.
        """
        ...

    def count_order(self, kind: WatchedKind, subject: bytes, now: datetime) -> None:
        """Count one more order of a person, a chip or an address."""
        ...

    def tell(self, asked: Asked) -> Told:
        """Return what is known of the chip, the device and the person of an order."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...


class Rules(Protocol):
    """What knows the rules in force."""

    def asks_nothing(self, operator: str, now: datetime) -> bool:
        """Tell whether the rules ask nothing of any order of an operator."""
        ...

    def pack_id_of(self, operator: str, service: ServiceClass, now: datetime) -> str:
        """Return the name of the pack that an operator is under for a kind of device."""
        ...

    def pack_for(self, operator: str, service: ServiceClass, now: datetime) -> Pack:
        """Return the pack that holds for an operator and a kind of device; NotFoundError where none is in force."""
        ...


class Licences(Protocol):
    """What knows the licences."""

    def licences_of(self, operator: str, service: ServiceClass) -> tuple[Licence, ...]:
        """Return an operator's licences for a kind of device."""
        ...


class Terminals(Protocol):
    """What knows models, chips and recalls."""

    def terminal_of(self, device: Device, now: datetime) -> Terminal:
        """Return what is known of a device and its chip."""
        ...


class Plans(Protocol):
    """What knows the plans."""

    def plan_for(self, operator: str, profile_type: str) -> Plan | None:
        """Return the plan that a profile of a type is written for."""
        ...


class WatchList(Protocol):
    """What knows who is watched."""

    def signs_against(self, person: bytes | None, eid: str) -> tuple[Sign, ...]:
        """Return what counts against a person, None where nobody is known, and a chip."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the gate knows by heart."""

    rules: Rules
    licences: Licences
    terminals: Terminals
    plans: Plans
    watched: WatchList
