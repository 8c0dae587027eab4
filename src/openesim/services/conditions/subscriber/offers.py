"""What people may choose: plans that are offered, with the name of who offers each and what the rules ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.rules.pack import Pack, Service
from openesim.conditions.rules.words import (
    Binding,
    Channel,
    ForeignModels,
    ModelApproval,
    Region,
    ServiceClass,
)
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import NotFoundError
from openesim.provisioning.smdp.operators import Operator
from openesim.services.conditions.subscriber.texts import Matter, missing
from openesim.services.ports import AnyWork, never


class OfferStores(Protocol):
    """Who the operators are, inside one unit of work."""

    def operator(self, name: str) -> Operator | None:
        """Return what is kept of an operator."""
        ...


class OfferedPlans(Protocol):
    """What knows the plans."""

    def offered(self) -> list[Plan]:
        """Return what people may choose now, by operator and name."""
        ...


class OfferRules(Protocol):
    """What knows the rules in force."""

    def asks_nothing(self, operator: str, now: datetime) -> bool:
        """Tell whether the rules ask nothing of any order of an operator."""
        ...

    def pack_for(self, operator: str, service: ServiceClass, now: datetime) -> Pack:
        """Return the pack that holds for an operator and a kind of device; NotFoundError where none is in force."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A plan that may be chosen.

    Attributes:
        plan: the plan.
        operator: what people call who offers it.
        pack: the rules that hold for it; None: none are in force, nothing can be ordered now.
        asks_nothing: nobody need show who he is.
    """

    plan: Plan
    operator: str
    pack: Pack | None
    asks_nothing: bool

    @property
    def service(self) -> Service | None:
        """What the rules say of its kind of device; None: they let nobody sell it."""
        return None if self.pack is None else self.pack.service.get(self.plan.service)

    @property
    def needs_person(self) -> bool:
        """Whether a verified person has to stand behind it."""
        return not self.asks_nothing and (self.service is None or self.service.needs_person)

    @property
    def regions(self) -> Region:
        """Where it may be written."""
        return Region.ANYWHERE if self.service is None or self.asks_nothing else self.service.regions

    @property
    def needs_imei(self) -> bool:
        """Whether the device has to be told, beside its chip: its model counts, or it is held to the chip."""
        if self.service is None or self.asks_nothing:
            return False
        device = self.service.device
        return (
            device.model_approval is ModelApproval.REQUIRED
            or device.foreign_models is ForeignModels.REFUSE
            or device.chip_binding is Binding.TWO_WAY
        )

    def may_be_ordered(self, channel: Channel) -> bool:
        """Tell whether the rules let order it in a way."""
        if self.asks_nothing:
            return True
        service = self.service
        return service is not None and (not service.channels or channel in service.channels)


class Offers:
    """The plans of all operators, as people choose among them."""

    def __init__(self, work: AnyWork, clock: Clock, plans: OfferedPlans, rules: OfferRules) -> None:
        """Bind to what is known by heart, and to the names of operators."""
        self._work: Final = work
        self._clock: Final = clock
        self._plans: Final = plans
        self._rules: Final = rules

    async def all(self) -> list[Offer]:
        """Return everything that is offered, by operator and name."""
        return await self._told(self._plans.offered())

    async def offer(self, plan_id: int) -> Offer:
        """Return one of them.

        Raises:
            NotFoundError: there is no such plan, or it is not offered any more.
        """
        found = [plan for plan in self._plans.offered() if plan.plan_id == plan_id]
        if not found:
            raise missing(Matter.NOT_OFFERED)
        return (await self._told(found))[0]

    async def names_of(self, operators: Iterable[str]) -> dict[str, str]:
        """Return what people call operators."""
        wanted = sorted(set(operators))

        def unit(stores: OfferStores) -> dict[str, str]:
            """Look them up."""
            found = {name: stores.operator(name) for name in wanted}
            return {name: (kept.display_name if kept else "") or name for name, kept in found.items()}

        names: dict[str, str] = await self._work.run(unit, must_last=never)
        return names

    async def _told(self, plans: list[Plan]) -> list[Offer]:
        names = await self.names_of(plan.operator for plan in plans)
        now = self._clock.now()
        return [
            Offer(
                plan=plan,
                operator=names[plan.operator],
                pack=self.pack_of(plan, now),
                asks_nothing=self._rules.asks_nothing(plan.operator, now),
            )
            for plan in plans
        ]

    def pack_of(self, plan: Plan, now: datetime) -> Pack | None:
        """Return the rules that hold for a plan; None: none are in force."""
        try:
            return self._rules.pack_for(plan.operator, plan.service, now)
        except NotFoundError:
            return None
