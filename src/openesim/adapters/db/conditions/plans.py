"""Plans: what operators offer."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from openesim.adapters.db.conditions.tables import plans
from openesim.adapters.db.records import Parameters, Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, insert_row, select_row, update_row
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder().decode

STATEMENTS: Final[Statements] = {
    "plan": select_row(plans, "plan_id").with_for_update(),
    "add_plan": insert_row(plans, numbered="plan_id"),
    "save_plan": update_row(plans, "plan_id"),
    "plans_of_operator": select_row(plans, "operator").order_by(plans.c.name),
    "plans_changed": select(plans)
    .where(plans.c.revision > bindparam("after"))
    .order_by(plans.c.revision)
    .suffix_with(MOST),
}


class PlanRows(Rows):
    """Implements ``services.conditions.operator.plans.PlanStores``."""

    def plan(self, plan_id: int) -> Plan | None:
        """Return a plan."""
        return self._one("plan", _read, plan_id=plan_id)

    def add_plan(self, plan: Plan) -> int:
        """Store a new plan and return its number.

        Raises:
            ConflictError: the operator has one with this name.
        """
        return self._new("add_plan", _parameters(plan))

    def save_plan(self, plan: Plan) -> None:
        """Store a plan that changed.

        Raises:
            ConflictError: the operator has another one with this name.
        """
        self._do("save_plan", _parameters(plan) | {"key_plan_id": plan.plan_id})

    def plans_of_operator(self, operator: str) -> list[Plan]:
        """Return the plans of an operator by name, offered or not."""
        return self._all("plans_of_operator", _read, operator=operator)

    def plans_changed(self, after: int, limit: int) -> list[Plan]:
        """Return plans that were made or changed, by revision, beginning behind ``after``."""
        return self._all("plans_changed", _read, after=after, most=limit)


def _parameters(plan: Plan) -> Parameters:
    """Return the columns of a plan, all but its number."""
    record = (plan.channel.value, dict(plan.titles), dict(plan.descriptions), plan.price, plan.currency)
    return {
        "operator": plan.operator,
        "name": plan.name,
        "profile_type": plan.profile_type,
        "service": plan.service.value,
        "number": plan.number.value,
        "home_region": plan.home_region,
        "is_offered": plan.is_offered,
        "created_at": to_milliseconds(plan.created_at),
        "record": _pack(record),
        "revision": plan.revision,
    }


def _read(row: Row) -> Plan:
    """Return the plan of a row of ``plans``."""
    record: Any = _unpack(row[9])
    channel, titles, descriptions, price, currency = record
    return Plan(
        plan_id=row[0],
        operator=row[1],
        name=row[2],
        profile_type=row[3],
        service=ServiceClass(row[4]),
        number=NumberKind(row[5]),
        home_region=row[6],
        is_offered=bool(row[7]),
        created_at=from_milliseconds(row[8]),
        channel=Channel(channel),
        titles=titles,
        descriptions=descriptions,
        price=price,
        currency=currency,
        revision=row[10],
    )
