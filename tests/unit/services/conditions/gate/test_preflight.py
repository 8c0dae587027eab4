"""What the rules would say to an order: nothing is reserved, and nobody's case is told to another operator."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from openesim.conditions.admission.decision import Verdict
from openesim.conditions.catalogue.plans import Plan
from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.gate.preflight import Expected, Preflight
from tests.support.gate import GatedRig, case_of
from tests.support.rig import NOW, PROFILE_TYPE, eid_of

PLAN = Plan(
    operator="operator", name="plan", profile_type=PROFILE_TYPE, created_at=NOW, titles={"en": "Plan"}
)


@pytest.fixture
def rig(runner: asyncio.Runner) -> GatedRig:
    return GatedRig(runner)


def expect(rig: GatedRig, plan: Plan = PLAN, eid: Any = None, case_id: str | None = None) -> Expected:
    gate = rig.operators._gate
    assert gate is not None
    return rig.run(Preflight(rig.work, gate, rig.books.rules, rig.clock).expect(plan, eid, case_id))


def test_without_a_person_it_would_be_refused(rig: GatedRig) -> None:
    found = expect(rig, eid=eid_of(1))
    assert found.verdict > Verdict.ALLOW
    assert "not-verified" in [finding.cause for finding in found.findings]
    assert (found.needs_person, found.needs_chip, found.case) == (True, True, None)
    assert found.pack == "asking 1"


def test_the_case_of_the_chip_is_found_and_another_one_can_be_named(rig: GatedRig) -> None:
    mine = rig.keep(case_of(eid_of(1)))
    other = rig.keep(case_of(eid_of(2), "Li"))
    found = expect(rig, eid=eid_of(1))
    assert (found.verdict, found.case, found.findings) == (Verdict.ALLOW, mine, ())
    assert expect(rig, eid=eid_of(1), case_id=other.case_id).case == other
    theirs = rig.keep(case_of(eid_of(3), "Zhao", "other"))
    assert expect(rig, eid=eid_of(1), case_id=theirs.case_id).case is None
    assert rig.lines() == []


class WithoutRules:
    """Rules of which no version is in force."""

    def asks_nothing(self, *_: object) -> bool:
        return False

    def pack_id_of(self, *_: object) -> str:
        return "asking"

    def pack_for(self, *_: object) -> Any:
        raise NotFoundError("none is in force")


def test_where_no_rules_are_in_force_nothing_can_be_sold(rig: GatedRig) -> None:
    gate = rig.operators._gate
    assert gate is not None
    found = rig.run(Preflight(rig.work, gate, WithoutRules(), rig.clock).expect(PLAN, None))
    assert found.verdict is Verdict.REFUSE
    assert [(finding.cause, finding.facts) for finding in found.findings] == [
        ("no-rules", {"pack": "asking"})
    ]


def test_where_the_rules_ask_nothing_nothing_is_needed(rig: GatedRig) -> None:
    found = expect(rig, replace(PLAN, operator="free"))
    assert (found.verdict, found.needs_person, found.needs_chip) == (Verdict.ALLOW, False, False)
