"""What the rules would say to an order, before it is made: nothing is reserved, counted or recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Case
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.device import Device
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Eid
from openesim.services.conditions.gate.books import GateStores
from openesim.services.conditions.gate.gate import Gate
from openesim.services.ports import AnyWork, never


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What would become of an order.

    Attributes:
        verdict: of the gate.
        findings: what is not met, the gravest first.
        case: the verification that would stand behind it; None: none was found.
        needs_person: whether the rules ask for a verified person.
        needs_chip: whether the rules ask anything, so that the chip has to be named.
        pack: name and version of the rules; empty: none are in force.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    case: Case | None
    needs_person: bool
    needs_chip: bool
    pack: str


class PreflightStores(GateStores, Protocol):
    """What the gate reads, and the case that is named or the chip's; nobody waits for who only looks."""

    def case_seen_for(self, operator: str, eid: Eid) -> Case | None:
        """Return the newest case of an operator for a chip, a verified one before any other; it is not held."""
        ...

    def case(self, case_id: str) -> Case | None:
        """Return a case."""
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


class Preflight:
    """Asks the gate beforehand."""

    def __init__(self, work: AnyWork, gate: Gate, rules: Rules, clock: Clock) -> None:
        """Bind to the gate and the rules."""
        self._work: Final = work
        self._gate: Final = gate
        self._rules: Final = rules
        self._clock: Final = clock

    async def expect(self, plan: Plan, eid: Eid | None, case_id: str | None = None) -> Expected:
        """Return what would become of an order.

        Args:
            plan: what would be ordered.
            eid: for this chip; None: whichever comes first.
            case_id: the verification that shall stand behind it; None: that of the chip.
        """
        now = self._clock.now()
        try:
            pack = self._rules.pack_for(plan.operator, plan.service, now)
        except NotFoundError:
            name = self._rules.pack_id_of(plan.operator, plan.service, now)
            finding = Finding(Verdict.REFUSE, "pack", "no-rules", {"pack": name})
            return _expected(Decision("", "", (finding,)), None, needs_person=False, needs_chip=False)
        service = pack.service.get(plan.service)
        asks = not self._rules.asks_nothing(plan.operator, now)

        def unit(stores: PreflightStores) -> tuple[Decision, Case | None]:
            """Ask."""
            case = stores.case(case_id) if case_id else None
            if case is not None and case.operator != plan.operator:
                case = None
            if case is None and eid is not None and not case_id:
                case = stores.case_seen_for(plan.operator, eid)
            device = Device(
                eid=str(eid or ""), imei=None if case is None or case.imei is None else str(case.imei)
            )
            return self._gate.preview(stores, plan, device, case, now), case

        decision, case = await self._work.run(unit, must_last=never)
        needs_person = asks and service is not None and service.needs_person
        return _expected(decision, case, needs_person=needs_person, needs_chip=asks)


def _expected(decision: Decision, case: Case | None, *, needs_person: bool, needs_chip: bool) -> Expected:
    return Expected(
        verdict=decision.verdict,
        findings=decision.findings,
        case=case,
        needs_person=needs_person,
        needs_chip=needs_chip,
        pack=f"{decision.pack} {decision.version}".strip(),
    )
