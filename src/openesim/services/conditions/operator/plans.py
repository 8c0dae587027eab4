"""Plans as a service: operators make and change them; every process knows of them within two seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.catalogue.plans import Plan
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import DecodeError, NotFoundError
from openesim.services.conditions.following import Reading, RevisionStores
from openesim.services.ports import AnyWork, never
from openesim.transparency.entries import Entry, EntryKind

REVISION: Final = "plans"
_PAGE: Final = 1000
_LONGEST: Final = 200


class PlanStores(RevisionStores, Protocol):
    """The plans, inside one unit of work."""

    def plan(self, plan_id: int) -> Plan | None:
        """Return a plan."""
        ...

    def add_plan(self, plan: Plan) -> int:
        """Store a new plan and return its number."""
        ...

    def save_plan(self, plan: Plan) -> None:
        """Store a plan that changed."""
        ...

    def plans_of_operator(self, operator: str) -> list[Plan]:
        """Return the plans of an operator by name, offered or not."""
        ...

    def plans_changed(self, after: int, limit: int) -> list[Plan]:
        """Return plans that were made or changed, by revision, beginning behind ``after``."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...


def keep_plan(stores: PlanStores, plan: Plan, actor: str, now: datetime) -> Plan:
    """Store a plan, new or changed, and return it.

    Args:
        stores: of the unit of work.
        plan: number 0: a new one.
        actor: who does it.
        now: aware UTC.

    Raises:
        DecodeError: a name or text that cannot be taken, with the field as its path.
        NotFoundError: the operator has no plan with this number.
        ConflictError: he has another one with this name.
    """
    _verify(plan)
    revision = stores.raise_revision(REVISION)
    if plan.plan_id:
        before = stores.plan(plan.plan_id)
        if before is None or before.operator != plan.operator:
            raise NotFoundError(f"{plan.operator} has no plan {plan.plan_id}")
        kept = replace(plan, created_at=before.created_at, revision=revision)
        stores.save_plan(kept)
    else:
        kept = replace(plan, created_at=now, revision=revision)
        kept = replace(kept, plan_id=stores.add_plan(kept))
    stores.append_entry(
        Entry(
            kind=EntryKind.DEED,
            at=now,
            actor=actor,
            operator=kept.operator,
            subject=f"plan:{kept.plan_id}",
            facts={"deed": "keep-plan", "name": kept.name, "offered": "yes" if kept.is_offered else "no"},
        )
    )
    return kept


def _verify(plan: Plan) -> None:
    """Refuse what cannot be shown or found again."""
    texts: list[tuple[tuple[str, ...], str]] = [
        (("name",), plan.name),
        (("profile_type",), plan.profile_type),
    ]
    texts += [(("titles", language), text) for language, text in plan.titles.items()]
    texts += [(("descriptions", language), text) for language, text in plan.descriptions.items()]
    for path, text in texts:
        if not text.strip() or len(text) > _LONGEST or not text.isprintable():
            raise DecodeError(f"1 to {_LONGEST} printable characters are needed", path)
    if not plan.titles:
        raise DecodeError("a title is needed", ("titles",))
    if plan.price is not None and not 0 <= plan.price <= 100_000_000:
        raise DecodeError("a price from 0 to 1,000,000.00 is needed", ("price",))


class Plans:
    """The plans of operators, as their people keep them."""

    def __init__(self, work: AnyWork, clock: Clock) -> None:
        """Bind to the stores."""
        self._work: Final = work
        self._clock: Final = clock

    async def all(self, operator: str) -> list[Plan]:
        """Return the plans of an operator by name, offered or not."""
        of_operator: Callable[[PlanStores], list[Plan]] = lambda stores: stores.plans_of_operator(operator)  # noqa: E731
        return await self._work.run(of_operator, must_last=never)

    async def one(self, plan_id: int, operator: str) -> Plan:
        """Return a plan of an operator.

        Raises:
            NotFoundError: he has none with this number.
        """
        find: Callable[[PlanStores], Plan | None] = lambda stores: stores.plan(plan_id)  # noqa: E731
        found = await self._work.run(find, must_last=never)
        if found is None or found.operator != operator:
            raise NotFoundError(f"{operator} has no plan {plan_id}")
        return found

    async def keep(self, plan: Plan, actor: str) -> Plan:
        """Store a plan, new or changed, and return it.

        Args:
            plan: number 0: a new one.
            actor: who does it.

        Raises:
            DecodeError: a name or text that cannot be taken, with the field as its path.
            NotFoundError: the operator has no plan with this number.
            ConflictError: he has another one with this name.
        """
        now = self._clock.now()
        return await self._work.run(lambda stores: keep_plan(stores, plan, actor, now))


class PlanBook:
    """All plans, by operator and profile type. Implements ``following.Book``."""

    name: Final = REVISION

    def __init__(self) -> None:
        """Know nothing yet."""
        self._plans: dict[int, Plan] = {}
        self._by_type: dict[tuple[str, str], Plan] = {}

    def plan_for(self, operator: str, profile_type: str) -> Plan | None:
        """Return the plan that a profile of a type is written for: of several the newest that is offered.

        Where none is offered any more it is the newest that was: a type does not become another kind of device's by that.
        """
        return self._by_type.get((operator, profile_type))

    def offered(self) -> list[Plan]:
        """Return what people may choose now, by operator and name."""
        return sorted(
            (plan for plan in self._plans.values() if plan.is_offered),
            key=lambda plan: (plan.operator, plan.name),
        )

    async def load(self, reading: Reading) -> None:
        """Read all of them."""
        await self.refresh(reading, 0)

    async def refresh(self, reading: Reading, after: int) -> None:
        """Read what changed behind a revision."""
        while page := await reading.ask(_reader(after)):
            self._plans |= {plan.plan_id: plan for plan in page}
            after = page[-1].revision
        best_last = sorted(self._plans.values(), key=lambda plan: (plan.is_offered, plan.plan_id))
        self._by_type = {(plan.operator, plan.profile_type): plan for plan in best_last}


def _reader(after: int) -> Callable[[PlanStores], list[Plan]]:
    return lambda stores: stores.plans_changed(after, _PAGE)
