"""Admissions, lines, counts, the watch-list and plans in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from openesim.conditions.admission.admission import Admission, Line, LineState
from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.catalogue.plans import Plan
from openesim.kernel.errors import ConflictError
from openesim.kernel.ids import Eid
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.services.conditions.gate.books import Asked, Told
from openesim.services.conditions.gate.watch_book import REVISION

_HERE = {OrderState.CONFIRMED, OrderState.RELEASED, OrderState.DOWNLOADED, OrderState.INSTALLED}


class MemoryGate:
    """Implements what ``GateStores``, ``HoldStores`` and ``PlanStores`` ask beyond orders, cases and terminals."""

    def __init__(self) -> None:
        super().__init__()
        self.admissions: dict[int, Admission] = {}
        self.person_lines: dict[int, Line] = {}
        self.counts: list[tuple[WatchedKind, bytes, datetime]] = []
        self.watch_list: dict[int, Watched] = {}
        self.plans: dict[int, Plan] = {}

    def admission(self, order_id: int) -> Admission | None:
        return self.admissions.get(order_id)

    def save_admission(self, admission: Admission) -> None:
        self.admissions[admission.order_id] = admission

    def save_word(self, admission: Admission) -> None:
        kept = self.admissions[admission.order_id]
        self.admissions[admission.order_id] = replace(
            admission, standing=kept.standing, reverify=kept.reverify
        )

    def held_admissions(self, after: tuple[int, int], limit: int) -> list[Admission]:
        held = [(_milliseconds(one.held_until), one) for one in self.admissions.values() if one.held_until]
        held.sort(key=lambda pair: (pair[0], pair[1].order_id))
        return [one for until, one in held if (until, one.order_id) > after][:limit]

    def admissions_of_case(self, case_id: str, limit: int) -> list[Admission]:
        found = sorted(self.admissions.values(), key=lambda one: one.order_id)
        return [one for one in found if one.case_id == case_id][:limit]

    def line(self, order_id: int) -> Line | None:
        return self.person_lines.get(order_id)

    def lines_of_person(self, person: bytes) -> list[Line]:
        lines = [line for line in self.person_lines.values() if line.person == person]
        return sorted(lines, key=lambda line: (line.begun_at, line.order_id))

    def lines_of_person_at(self, person: bytes, operator: str, limit: int) -> list[Line]:
        return [line for line in self.lines_of_person(person) if line.operator == operator][::-1][:limit]

    def save_line(self, line: Line) -> None:
        self.person_lines[line.order_id] = line

    def move_line(self, order_id: int, state: LineState, ended_at: datetime | None) -> None:
        line = self.person_lines.get(order_id)
        if line is not None:
            is_over = state is LineState.ENDED
            is_returned = is_over and (line.is_returned or line.state is LineState.RESERVED)
            self.person_lines[order_id] = replace(
                line, state=state, ended_at=ended_at, is_returned=is_returned
            )

    def dispute_line(self, order_id: int, at: datetime | None) -> None:
        self.person_lines[order_id] = replace(self.person_lines[order_id], disputed_at=at)

    def count_order(self, kind: WatchedKind, subject: bytes, now: datetime) -> None:
        self.counts.append((kind, subject, now))

    def sweep_velocity(self, now: datetime) -> None:
        self.counts = [each for each in self.counts if each[2] > now - timedelta(days=2)]

    def profiles_on_chip(self, eid: Eid, order_id: int) -> int:
        orders: dict[int, Any] = vars(self)["orders"]
        return sum(
            order.eid == eid
            and order.order_id != order_id
            and order.state in _HERE
            and order.chip_state is not ChipState.DELETED
            for order in orders.values()
        )

    def tell(self: Any, asked: Asked) -> Told:
        since, subjects = asked.now - timedelta(days=1), asked.subjects
        person = subjects.get(WatchedKind.PERSON)
        knows_both = asked.eid is not None and asked.imei is not None
        return Told(
            bonds=self.bindings_between(str(asked.eid), asked.imei) if knows_both else (),
            profiles=None if asked.eid is None else self.profiles_on_chip(asked.eid, asked.order_id),
            lines=() if person is None else self.lines_of_person(person),
            watched=[
                entry
                for entry in self.watch_list.values()
                if entry.lifted_at is None and subjects.get(entry.kind) == entry.subject
            ],
            today={
                kind: sum(each[:2] == (kind, subjects[kind]) and each[2] > since for each in self.counts)
                for kind in asked.counted
            },
            person=self.person(person) if asked.asks_person and person is not None else None,
        )

    def standing_watched(self, after: int, limit: int) -> list[Watched]:
        standing = [entry for entry in self.watch_list.values() if entry.lifted_at is None]
        return sorted((e for e in standing if e.entry_id > after), key=lambda e: e.entry_id)[:limit]

    def watched_changed(self, after: int, limit: int) -> list[Watched]:
        entries = self.watch_list.values()
        return sorted((e for e in entries if e.revision > after), key=lambda e: e.revision)[:limit]

    def watched_entry(self, entry_id: int) -> Watched | None:
        return self.watch_list.get(entry_id)

    def newest_watched(self, before: int, limit: int) -> list[Watched]:
        return [entry for number, entry in sorted(self.watch_list.items(), reverse=True) if number < before][
            :limit
        ]

    def add_watched(self: Any, entry: Watched) -> Watched:
        number = len(self.watch_list) + 1
        kept: Watched = self._keep_watched(replace(entry, entry_id=number))
        return kept

    def lift_watched(self: Any, entry: Watched, at: datetime) -> Watched:
        kept: Watched = self._keep_watched(replace(entry, lifted_at=at))
        return kept

    def _keep_watched(self: Any, entry: Watched) -> Watched:
        kept = replace(entry, revision=self.raise_revision(REVISION))
        self.watch_list[entry.entry_id] = kept
        return kept

    # --- plans

    def plan(self, plan_id: int) -> Plan | None:
        return self.plans.get(plan_id)

    def add_plan(self, plan: Plan) -> int:
        number = len(self.plans) + 1
        self._verify_unique(plan)
        self.plans[number] = replace(plan, plan_id=number)
        return number

    def save_plan(self, plan: Plan) -> None:
        self._verify_unique(plan)
        self.plans[plan.plan_id] = plan

    def _verify_unique(self, plan: Plan) -> None:
        for other in self.plans.values():
            if (other.operator, other.name) == (plan.operator, plan.name) and other.plan_id != plan.plan_id:
                raise ConflictError("a row with the same key exists")

    def plans_of_operator(self, operator: str) -> list[Plan]:
        found = [plan for plan in self.plans.values() if plan.operator == operator]
        return sorted(found, key=lambda plan: plan.name)

    def plans_changed(self, after: int, limit: int) -> list[Plan]:
        changed = [plan for plan in self.plans.values() if plan.revision > after]
        return sorted(changed, key=lambda plan: plan.revision)[:limit]


def _milliseconds(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.timestamp() * 1000)
