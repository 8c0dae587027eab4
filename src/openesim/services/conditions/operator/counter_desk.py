"""The counter: a clerk verifies the person before him, another one agrees where four eyes are asked for.

A clerk begins a case for a plan and a device, or takes up the one that a person began at home and whose number he brings.
What he typed goes as far as the rules lead, at once; or he asks an authority first, and what he did himself to be sure of
the person counts together with its answer, whenever that comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity import steps
from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.counter import CounterForm, Papers, ReadPapers, read_papers
from openesim.conditions.identity.judging import age_of, asks_second_clerk, day_of, is_minor
from openesim.conditions.identity.steps import Application
from openesim.conditions.rules.pack import Pack, Service
from openesim.conditions.rules.words import (
    Assurance,
    Binding,
    Channel,
    DocumentKind,
    ForeignModels,
    Group,
    ModelApproval,
    Region,
    ServiceClass,
)
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Eid, Imei
from openesim.kernel.records import changed
from openesim.services.conditions.operator.colleagues import Who, seen_from
from openesim.services.conditions.operator.subscribers import (
    IN_LISTS,
    CaseFilters,
    Subscriber,
    SubscriberStores,
    find_cases,
    row_of,
    shown_of,
)
from openesim.services.conditions.operator.texts import Matter, explained, missing, refused
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import CaseStores, apply, case_of_operator, refuse, store
from openesim.services.conditions.persons.verifying import AWAITING, Manner, agree, present, verify_at_counter
from openesim.services.ports import AnyWork, never

AUTHORITY: Final = "authority:"
"""What names of verifiers begin with that can be asked."""

UNDER_WAY: Final = (CaseState.DOCUMENTS, CaseState.STEP_UP, CaseState.APPLIED, CaseState.RE_VERIFY)
"""States in which a clerk has something to do, those nearest to the end first."""

_AT_COUNTER: Final = (
    *IN_LISTS,
    Field.BORN,
    *(Field.AGENT_NAME, Field.AGENT_NUMBER, Field.GUARDIAN_NAME, Field.GUARDIAN_NUMBER),
)
"""Personal values that a clerk sees of a case, in part and in this order."""

_ASK_WAIT_S: Final = 2.0
_MOST_LISTED: Final = 20

T = TypeVar("T")


class CounterRules(Protocol):
    """What knows the rules in force."""

    def asks_nothing(self, operator: str, now: datetime) -> bool:
        """Tell whether the rules ask nothing of any order of an operator."""
        ...

    def pack_for(self, operator: str, service: ServiceClass, now: datetime) -> Pack:
        """Return the pack that holds for an operator and a kind of device; NotFoundError where none is in force."""
        ...


class OfferedPlans(Protocol):
    """What knows the plans."""

    def offered(self) -> list[Plan]:
        """Return what people may choose now, by operator and name."""
        ...


class Asking(Protocol):
    """Asks verifiers that are waited for."""

    async def ask_soon(self, case_id: str, wait_s: float = 0.0) -> None:
        """Begin to ask the verifier of a case, if it is time, and wait for its answer for a while at most."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAtCounter:
    """A plan as a clerk may sell it.

    Attributes:
        plan: the plan.
        pack: the rules that hold for it; None: none are in force.
        asks_nothing: nobody need show who he is.
    """

    plan: Plan
    pack: Pack | None
    asks_nothing: bool

    @property
    def service(self) -> Service | None:
        """What the rules say of its kind of device; None: they let nobody sell it."""
        return None if self.pack is None else self.pack.service.get(self.plan.service)

    @property
    def is_sold_here(self) -> bool:
        """Whether the rules let it be sold at a counter."""
        service = self.service
        return service is not None and (not service.channels or Channel.COUNTER in service.channels)

    @property
    def asks_region(self) -> bool:
        """Whether it matters where the counter is."""
        return self.service is not None and self.service.regions is not Region.ANYWHERE

    @property
    def asks_imei(self) -> bool:
        """Whether the device itself has to be told, beside its chip."""
        if self.service is None:
            return False
        device = self.service.device
        return (
            device.model_approval is ModelApproval.REQUIRED
            or device.foreign_models is ForeignModels.REFUSE
            or device.chip_binding is Binding.TWO_WAY
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AtCounter:
    """A case as the counter looks at it.

    Attributes:
        case: as it stands.
        pack: the rules that hold for it.
        plan: that was chosen; None: none, or it is not offered any more.
        shown: parts of personal values, by field.
        clerk: who saw the person; None: nobody yet.
        second: who agreed; None: nobody.
    """

    case: Case
    pack: Pack
    plan: Plan | None
    shown: dict[Field, str]
    clerk: Who | None
    second: Who | None

    @property
    def documents(self) -> dict[Group, tuple[DocumentKind, ...]]:
        """What may be shown at a counter, by the group that somebody belongs to."""
        kinds = {group: self.pack.person.documents_for(group, Channel.COUNTER) for group in Group}
        return {group: found for group, found in kinds.items() if found}

    @property
    def assurance(self) -> tuple[Assurance, ...]:
        """What the rules ask to be done to be sure of the person."""
        return self.pack.person.assurance_for(Channel.COUNTER)

    @property
    def asks_second(self) -> bool:
        """Whether the rules want a second clerk to agree."""
        return asks_second_clerk(self.pack, changed(self.case, channel=Channel.COUNTER))

    @property
    def awaits_papers(self) -> bool:
        """Whether the person has something to show now."""
        return self.case.state in AWAITING and self.case.ask_again_at is None

    @property
    def is_asked(self) -> bool:
        """Whether a verifier is being asked."""
        return self.case.ask_again_at is not None

    def brings(self, papers: ReadPapers, now: datetime) -> tuple[str, ...]:
        """Return what has to come along, by the pack's words: an agent's things, a minor's guardian."""
        words: list[str] = []
        person = self.pack.person
        if papers.papers.acts_for_another:
            words += person.agent.needs
        if is_minor(self.pack, age_of(self.pack, papers.born, now)):
            words += person.minor.needs
        return tuple(dict.fromkeys(words))


class Counter:
    """What clerks of an operator do."""

    def __init__(
        self,
        work: AnyWork,
        ambient: Ambient,
        rules: CounterRules,
        plans: OfferedPlans,
        asking: tuple[Asking, tuple[str, ...]],
    ) -> None:
        """Bind to the stores and to what is known by heart.

        Args:
            work: runs units.
            ambient: clock and randomness.
            rules: in force.
            plans: that are offered.
            asking: asks verifiers, and the names of those that can be asked.
        """
        self._work: Final = work
        self._clock: Final = ambient.clock
        self._entropy: Final = ambient.entropy
        self._rules: Final = rules
        self._plans: Final = plans
        self._asking: Final = asking[0]
        self.authorities: Final = tuple(name for name in asking[1] if name.startswith(AUTHORITY))

    # --- what there is

    def plans_of(self, operator: str) -> list[PlanAtCounter]:
        """Return the plans that an operator offers, each with what the rules say of it."""
        return [self._at_counter(plan) for plan in self._plans.offered() if plan.operator == operator]

    def plan_of(self, operator: str, plan_id: int) -> PlanAtCounter:
        """Return a plan that an operator offers.

        Raises:
            NotFoundError: he offers none of this number.
        """
        for each in self.plans_of(operator):
            if each.plan.plan_id == plan_id:
                return each
        raise missing(Matter.NO_PLAN)

    async def look(self, operator: str, case_id: str) -> AtCounter:
        """Return a case as the counter looks at it.

        Raises:
            NotFoundError: the operator has none of this name, or no rules are in force.
        """

        def unit(stores: SubscriberStores) -> AtCounter:
            """Look it up."""
            case = case_of_operator(stores, operator, case_id)
            who = seen_from(operator, stores, [each for each in (case.clerk, case.second) if each])
            kept = stores.fields_of(case_id)
            return AtCounter(
                case=case,
                pack=self._pack(operator, case.service),
                plan=self._plan_of_case(case),
                shown=shown_of(stores, case_id, [each for each in _AT_COUNTER if each in kept]),
                clerk=who.get(case.clerk or ""),
                second=who.get(case.second or ""),
            )

        return await self._ask(unit)

    async def under_way(self, operator: str) -> list[Subscriber]:
        """Return cases at the counter that nobody has ended, newest first: the newest twenty."""

        def unit(stores: SubscriberStores) -> list[Subscriber]:
            """Look them up."""
            found: list[Case] = []
            for state in UNDER_WAY:
                filters = CaseFilters(state=state, channel=Channel.COUNTER)
                found += find_cases(stores, operator, filters, "", _MOST_LISTED)[0]
            found.sort(key=lambda case: (case.changed_at, case.case_id), reverse=True)
            return [row_of(stores, case) for case in found[:_MOST_LISTED]]

        return await self._ask(unit)

    async def waiting(
        self, operator: str, after: str, limit: int
    ) -> tuple[list[tuple[Subscriber, Who | None]], str]:
        """Return cases that wait for a second clerk with who saw the person, newest first, and where the list goes on."""

        def unit(stores: SubscriberStores) -> tuple[list[tuple[Subscriber, Who | None]], str]:
            """Look them up."""
            filters = CaseFilters(state=CaseState.FOUR_EYES)
            cases, behind = find_cases(stores, operator, filters, after, limit)
            who = seen_from(operator, stores, [case.clerk for case in cases if case.clerk])
            return [(row_of(stores, case), who.get(case.clerk or "")) for case in cases], behind

        return await self._ask(unit)

    # --- what a clerk does

    async def begin(
        self,
        operator: str,
        plan_id: int,
        device: tuple[Eid, Imei | None],
        region: str | None,
        actor: str,
    ) -> Case:
        """Begin a case for a plan and a device.

        Args:
            operator: whose counter.
            plan_id: the plan.
            device: its chip, and the device itself, where it was told.
            region: where the counter is, such as ``CN-GD``; None: nobody asks.
            actor: the clerk.

        Raises:
            NotFoundError: he offers no such plan.
            StateError: the rules do not let it be sold at a counter.
        """
        chosen = self.plan_of(operator, plan_id)
        if not chosen.is_sold_here:
            raise refused(Matter.NOT_AT_COUNTER)
        application = Application(
            operator=operator,
            service=chosen.plan.service,
            channel=Channel.COUNTER,
            eid=device[0],
            imei=device[1],
            region=region,
            in_country=True,
            plan_id=plan_id,
        )
        act = Act(actor=actor, now=self._clock.now())
        begun: Callable[[CaseStores], Case] = lambda stores: apply(stores, application, act, self._entropy)  # noqa: E731
        return await self._work.run(begun)

    def read_papers(self, look: AtCounter, papers: Papers) -> ReadPapers:
        """Return papers whose form is right; nothing is stored.

        Raises:
            FormError: fields that are wrong.
        """
        case = changed(look.case, channel=Channel.COUNTER)
        return read_papers(case, papers, look.pack, day_of(look.pack, self._clock.now()))

    def brings(self, look: AtCounter, papers: ReadPapers) -> tuple[str, ...]:
        """Return what has to come along with somebody, by the pack's words."""
        return look.brings(papers, self._clock.now())

    async def verify(
        self, operator: str, case_id: str, form: CounterForm, manner: Manner, actor: str
    ) -> Case:
        """Take what a clerk typed and ticked, and go as far as it leads.

        Raises:
            NotFoundError: the operator has no such case, or no rules are in force.
            FormError: fields that are wrong; nothing was stored.
            CaseStateError: the case awaits no documents.
        """
        act = Act(actor=actor, now=self._clock.now())

        def unit(stores: CaseStores) -> Case:
            """Do it."""
            case = self._brought(stores, operator, case_id, act)
            pack = self._pack(operator, case.service)
            return verify_at_counter(stores, case_id, form, pack, act, manner)

        return await self._work.run(unit)

    async def ask(
        self,
        operator: str,
        case_id: str,
        form: CounterForm,
        verifier: str,
        manner: Manner,
        actor: str,
    ) -> None:
        """Ask an authority about a person who stands before a clerk, and wait for a moment.

        What the clerk did himself is kept with the case, and counts together with what the authority says; so is whether a
        second clerk has to agree.

        Raises:
            NotFoundError: the operator has no such case, or no rules are in force.
            FormError: fields that are wrong; nothing was stored.
            StateError: there is no such authority, or the case awaits no documents.
        """
        if verifier not in self.authorities:
            raise refused(Matter.WAY_NOT_OFFERED)
        act = Act(actor=actor, now=self._clock.now())

        def unit(stores: CaseStores) -> None:
            """Take the papers, and note who is asked."""
            case = self._brought(stores, operator, case_id, act)
            pack = self._pack(operator, case.service)
            case = present(stores, case_id, form.papers, pack, act)
            seen = changed(
                case,
                clerk=actor,
                assurance=form.assurance,
                notices=manner.notices,
                asks_second=manner.four_eyes,
            )
            store(
                stores, steps.awaiting(seen, verifier, act.now), "case-ask-verifier", act, verifier=verifier
            )

        await self._work.run(unit)
        await self._asking.ask_soon(case_id, _ASK_WAIT_S)

    async def ask_again(self, operator: str, case_id: str) -> Case:
        """Return a case whose verifier is waited for, asked again if it is time.

        Raises:
            NotFoundError: the operator has no such case.
        """
        await self._ask(lambda stores: case_of_operator(stores, operator, case_id))
        await self._asking.ask_soon(case_id)
        return await self._ask(lambda stores: case_of_operator(stores, operator, case_id))

    async def agree(self, operator: str, case_id: str, actor: str) -> Case:
        """Let a second clerk agree to what the first one saw.

        Raises:
            NotFoundError: the operator has no such case, or no rules are in force.
            StateError: it is the same clerk, or the case waits for none.
        """
        return await self._second(
            operator,
            case_id,
            actor,
            lambda stores, case, act: agree(stores, case_id, self._pack(operator, case.service), act),
        )

    async def disagree(self, operator: str, case_id: str, actor: str) -> Case:
        """Let a second clerk say no: the case ends.

        Raises:
            NotFoundError: the operator has no such case.
            StateError: it is the same clerk, or the case waits for none.
        """
        return await self._second(
            operator, case_id, actor, lambda stores, _case, act: refuse(stores, case_id, "not-agreed", act)
        )

    # --- the parts of it

    async def _second(
        self, operator: str, case_id: str, actor: str, change: Callable[[CaseStores, Case, Act], Case]
    ) -> Case:
        act = Act(actor=actor, now=self._clock.now())

        def unit(stores: CaseStores) -> Case:
            """Do it, if it is not the one who saw the person."""
            case = case_of_operator(stores, operator, case_id, is_held=True)
            if case.state is not CaseState.FOUR_EYES:
                raise refused(Matter.NO_SECOND_AWAITED)
            if case.clerk == actor:
                raise refused(Matter.SECOND_IS_FIRST)
            return change(stores, case, act)

        return await self._work.run(unit)

    def _brought(self, stores: CaseStores, operator: str, case_id: str, act: Act) -> Case:
        """Return a case, held, at the counter from now on: a person may bring one that he began at home."""
        case = case_of_operator(stores, operator, case_id, is_held=True)
        if case.channel is Channel.COUNTER:
            return case
        moved = steps.moved_to(case, Channel.COUNTER, act.now)
        return store(stores, moved, "case-channel", act, channel=Channel.COUNTER.value)

    def _at_counter(self, plan: Plan) -> PlanAtCounter:
        now = self._clock.now()
        try:
            pack = self._rules.pack_for(plan.operator, plan.service, now)
        except NotFoundError:
            pack = None
        return PlanAtCounter(plan=plan, pack=pack, asks_nothing=self._rules.asks_nothing(plan.operator, now))

    def _plan_of_case(self, case: Case) -> Plan | None:
        mine = [plan for plan in self._plans.offered() if plan.operator == case.operator]
        return next((plan for plan in mine if plan.plan_id == case.plan_id), None)

    def _pack(self, operator: str, service: ServiceClass) -> Pack:
        try:
            return self._rules.pack_for(operator, service, self._clock.now())
        except NotFoundError as error:
            raise error.explained(explained(Matter.NO_RULES)) from None

    async def _ask(self, unit: Callable[[SubscriberStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)
