"""Before anything is applied for: would this plan work on this device, here, for this person?

The answer is the gate's own (``Gate.preview``), so that what a person is told before is what he is told afterwards; beside
it stand what the register knows of the device, and the figures that the rules count by. Nothing is kept of the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.admission.admission import Line, LineState
from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case, Person
from openesim.conditions.identity.steps import Application, applied
from openesim.conditions.rules.words import Channel
from openesim.conditions.terminals.describing import Description
from openesim.conditions.terminals.device import Device
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Eid, Imei
from openesim.kernel.records import changed
from openesim.services.conditions.gate.books import GateStores
from openesim.services.conditions.gate.gate import Gate
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.subscriber.cases import OwnCaseStores, person_of
from openesim.services.conditions.subscriber.offers import Offer
from openesim.services.ports import AnyWork, never

NO_RULES: Final = Finding(Verdict.REFUSE, "pack", "no-rules", {"pack": "–"})

_OF_PERSON: Final = "person"
"""Rules of a pack that are about who somebody is begin so: they are met later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks about.

    Attributes:
        eid: of the chip.
        imei: of the device around it; None: not told.
        region: where he is, as he says, such as a province or country code; None: not asked.
        in_country: whether that is in the country of the rules; None: not asked.
    """

    eid: Eid
    imei: Imei | None = None
    region: str | None = None
    in_country: bool | None = None

    def __repr__(self) -> str:
        """Leave out which device it is."""
        return "Asked()"

    @property
    def device(self) -> Device:
        """Chip and device, as the register takes them."""
        return Device(eid=str(self.eid), imei=None if self.imei is None else str(self.imei))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What would be.

    Attributes:
        offer: the plan.
        asked: for which device, where.
        description: what is known of the device.
        decision: what the gate would say now.
        profiles: how many profiles the chip has of this server, or will get.
        lines_here: how many lines the person has at the operator; None: nobody knows yet who he is.
        is_frozen: by his own wish no new line begins in his name.
    """

    offer: Offer
    asked: Asked
    description: Description
    decision: Decision
    profiles: int
    lines_here: int | None = None
    is_frozen: bool = False

    @property
    def of_device(self) -> tuple[Finding, ...]:
        """What speaks against device, place or plan: nothing that the person shows of himself mends it."""
        return tuple(one for one in self.decision.findings if not _is_of_person(one))

    @property
    def of_person(self) -> tuple[Finding, ...]:
        """What is still to be shown of the person."""
        return tuple(one for one in self.decision.findings if _is_of_person(one))

    @property
    def works(self) -> bool:
        """Whether nothing speaks for good against device, place and plan: what is held is looked at after the order."""
        return not self.is_frozen and all(one.verdict is not Verdict.REFUSE for one in self.of_device)

    @property
    def most_profiles(self) -> int:
        """How many profiles the rules let be on one chip; 0: no figure."""
        return 0 if self.offer.service is None else self.offer.service.profiles_per_device

    @property
    def most_lines(self) -> int:
        """How many lines the rules let a person have at one operator; 0: no figure."""
        return 0 if self.offer.pack is None else self.offer.pack.limits.per_operator


def _is_of_person(finding: Finding) -> bool:
    return finding.rule.partition(".")[0] == _OF_PERSON


class Describer(Protocol):
    """What knows models, chips and recalls."""

    def describe(self, device: Device, now: datetime) -> Description:
        """Return what a person may know of a device."""
        ...


class CheckStores(GateStores, OwnCaseStores, Protocol):
    """What an answer is made of, inside one unit of work."""

    def person(self, person: bytes) -> Person | None:
        """Return what is kept of a person."""
        ...

    def lines_of_person(self, person: bytes) -> list[Line]:
        """Return every line of a person, at all operators, oldest first."""
        ...

    def profiles_on_chip(self, eid: Eid, order_id: int) -> int:
        """Return how many profiles a chip has of ours or will get, an order left out."""
        ...


class DeviceChecks:
    """Answers before anything is applied for."""

    def __init__(self, work: AnyWork, clock: Clock, gate: Gate, register: Describer) -> None:
        """Bind to the gate and to the register of terminals."""
        self._work: Final = work
        self._clock: Final = clock
        self._gate: Final = gate
        self._register: Final = register

    def describe(self, asked: Asked) -> Description:
        """Return what is known of a device."""
        return self._register.describe(asked.device, self._clock.now())

    async def check(self, wishes: Sequence[tuple[Offer, Asked]], account_id: str) -> list[Checked]:
        """Return what would be of some plans, each on a device.

        Args:
            wishes: plans, with device and place.
            account_id: who asks: how many lines he has counts as soon as it is known who he is.
        """
        now = self._clock.now()
        act = Act(actor=f"account:{account_id}", now=now)

        def unit(stores: CheckStores) -> list[Checked]:
            """Ask the gate."""
            person = person_of(stores, account_id, act)
            return [self._checked(stores, offer, asked, person, now) for offer, asked in wishes]

        found: list[Checked] = await self._work.run(unit, must_last=never)
        return found

    def _checked(
        self, stores: CheckStores, offer: Offer, asked: Asked, person: bytes | None, now: datetime
    ) -> Checked:
        """Return what would be of a plan."""
        lines = [] if person is None else stores.lines_of_person(person)
        known = None if person is None else stores.person(person)
        return Checked(
            offer=offer,
            asked=asked,
            description=self._register.describe(asked.device, now),
            decision=self._preview(stores, offer, asked, person, now),
            profiles=stores.profiles_on_chip(asked.eid, 0),
            lines_here=None if person is None else _count(lines, offer.plan.operator),
            is_frozen=known is not None and known.frozen_at is not None,
        )

    def _preview(
        self, stores: CheckStores, offer: Offer, asked: Asked, person: bytes | None, now: datetime
    ) -> Decision:
        """Return what the gate would say to a case as it would begin, with the person whose it would be."""
        case = changed(case_to_be(offer.plan, asked, channel_of(offer), now), person=person)
        try:
            return self._gate.preview(stores, offer.plan, asked.device, case, now)
        except NotFoundError:
            return Decision("", "", (NO_RULES,))


def channel_of(offer: Offer) -> Channel:
    """Return in which way somebody who is at the desk himself would order a plan: online, if the rules let him."""
    return Channel.ONLINE if offer.may_be_ordered(Channel.ONLINE) else Channel.COUNTER


def case_to_be(plan: Plan, asked: Asked, channel: Channel, now: datetime) -> Case:
    """Return the case as it would begin; it is stored nowhere."""
    application = Application(
        operator=plan.operator,
        service=plan.service,
        channel=channel,
        eid=asked.eid,
        imei=asked.imei,
        region=asked.region,
        in_country=asked.in_country,
        plan_id=plan.plan_id,
    )
    return applied("", application, None, now)


def _count(lines: Sequence[Line], operator: str) -> int:
    return sum(line.operator == operator and line.state is not LineState.ENDED for line in lines)
