"""What the gate knows of a case: plain facts, gathered by services, judged by ``decide``.

A fact that nobody could find out is None, and None never counts as good: a rule that asks for it is not met.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from openesim.conditions.rules.words import (
    Assurance,
    Binding,
    Channel,
    Deed,
    DocumentKind,
    Group,
    NumberKind,
    ServiceClass,
    Trigger,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What is asked for.

    Attributes:
        operator: who sells it.
        service: for what kind of device.
        channel: where the person is.
        number: kind of the number.
        home_region: where the number belongs; None: nowhere in particular.
        write_region: where the profile will be written, such as a province or country code; None: not known.
        in_country: whether that is in the pack's country; None: not known.
        deed: what is done: a line begins, or a profile is issued again.
    """

    operator: str
    service: ServiceClass
    channel: Channel
    number: NumberKind = NumberKind.MOBILE
    home_region: str | None = None
    write_region: str | None = None
    in_country: bool | None = None
    deed: Deed = Deed.NEW_LINE


class Standing(StrEnum):
    """How something that was approved stands."""

    VALID = "valid"
    PENDING = "pending"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """An operator's approval for a class of service.

    Attributes:
        standing: how it stands.
        begins: first moment, aware UTC.
        ends: last moment; None: open.
        channels: where it lets sell; empty: everywhere.
        regions: where it lets write; empty: everywhere.
        numbers: what numbers it lets write; empty: all.
    """

    standing: Standing
    begins: datetime
    ends: datetime | None = None
    channels: frozenset[Channel] = frozenset()
    regions: frozenset[str] = frozenset()
    numbers: frozenset[NumberKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Chip and device.

    Attributes:
        model: how the approval of the device's model stands; None: no such model is known.
        model_service: what kind of device the model is; None: not known.
        is_foreign: whether the model is made for other markets; None: not known.
        is_chip_known: whether every sign there is names one registered chip maker; None: not looked up.
        is_recalled: whether model, TAC, EUM, EID or build was recalled.
        binding: how chip and device were found bound; None: not looked at.
        profiles: on the chip already; None: not known.
    """

    model: Standing | None = None
    model_service: ServiceClass | None = None
    is_foreign: bool | None = None
    is_chip_known: bool | None = None
    is_recalled: bool = False
    binding: Binding | None = None
    profiles: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A person, as far as the gate may know him: nothing here says who he is.

    Attributes:
        standing: how the case stands.
        group: which documents he has to choose from.
        document: what he showed.
        assurance: what was done to be sure of him.
        verified_at: when, aware UTC.
        same_visit: whether the order is made in the visit of the verification.
        age: in full years; None: not known, or an organisation.
        acts_for_another: whether he acts as somebody's agent.
        brought: what agents and minors have to bring, by the pack's words.
        reverify: a trigger that fired and is not settled, with its deadline.
        is_frozen: the person wishes that no new line begins in his name.
    """

    standing: Standing
    group: Group
    document: DocumentKind
    assurance: frozenset[Assurance]
    verified_at: datetime
    same_visit: bool = False
    age: int | None = None
    acts_for_another: bool = False
    brought: frozenset[str] = frozenset()
    reverify: tuple[Trigger, datetime] | None = None
    is_frozen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Active lines of the person, without the one asked for.

    Attributes:
        here: at this operator.
        nationwide: at all operators.
        of_class: of this class of service, at all operators.
        begun: moments at which recent lines began, aware UTC.
    """

    here: int = 0
    nationwide: int = 0
    of_class: int = 0
    begun: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What speaks against a case.

    Attributes:
        score: 0 to 100.
        is_listed: person, chip or address is on a watch-list.
        person_orders_today: orders of the person within a day.
        chip_orders_today: of the EID.
        address_orders_today: of the network address.
        reissued_at: when his profile was re-issued last.
    """

    score: int = 0
    is_listed: bool = False
    person_orders_today: int = 0
    chip_orders_today: int = 0
    address_orders_today: int = 0
    reissued_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the gate judges by.

    Attributes:
        licences: the operator's, for this class of service.
        terminal: chip and device.
        person: who stands behind it; None: nobody was verified.
        lines: what he has already.
        signals: what speaks against it.
    """

    licences: tuple[Licence, ...] = ()
    terminal: Terminal = field(default_factory=Terminal)
    person: Verification | None = None
    lines: Lines = field(default_factory=Lines)
    signals: Signals = field(default_factory=Signals)
