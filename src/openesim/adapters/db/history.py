"""The history of orders: rows that are added and never change."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from openesim.adapters.db import records
from openesim.adapters.db.records import Row
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, insert_row
from openesim.adapters.db.tables import history
from openesim.kernel.ids import Eid, Iccid
from openesim.kernel.records import changed
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import ChipState, OrderState

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder().decode

STATEMENTS: Final[Statements] = {
    "add_step": insert_row(history, numbered="step_id"),
    "steps_of_order": select(history)
    .where(history.c.order_id == bindparam("order_id"), history.c.step_id > bindparam("after"))
    .order_by(history.c.step_id)
    .suffix_with(MOST),
    "steps_of_operator": select(history)
    .where(history.c.operator == bindparam("operator"), history.c.step_id > bindparam("after"))
    .order_by(history.c.step_id)
    .suffix_with(MOST),
}


class HistoryRows(Rows):
    """Implements the history of ``services.ports``."""

    def add_step(self, step: Step) -> Step:
        """Store what happened to an order and return it with its row number."""
        return changed(step, step_id=self._new("add_step", _parameters(step)))

    def steps_of_order(self, order_id: int, after: int = 0, limit: int = 1000) -> list[Step]:
        """Return what happened to an order, oldest first, beginning behind ``after``."""
        return self._all("steps_of_order", _read, order_id=order_id, after=after, most=limit)

    def steps_of_operator(self, operator: str, after: int, limit: int) -> list[Step]:
        """Return what happened to an operator's orders, oldest first, beginning behind ``after``."""
        return self._all("steps_of_operator", _read, operator=operator, after=after, most=limit)


def _parameters(step: Step) -> dict[str, Any]:
    """Return the columns of a step, all but its row number."""
    record = (
        str(step.iccid),
        step.profile_type,
        step.state.value,
        None if step.eid is None else str(step.eid),
        step.subject,
        step.reason,
        step.message,
        None if step.chip_state is None else step.chip_state.value,
    )
    return {
        "order_id": step.order_id,
        "operator": step.operator,
        "at": records.to_milliseconds(step.at),
        "action": step.action.value,
        "record": _pack(record),
    }


def _read(row: Row) -> Step:
    """Return the step of a row of ``history``."""
    iccid, profile_type, state, eid, subject, reason, message, chip_state = _unpack(row[5])
    return Step(
        step_id=row[0],
        order_id=row[1],
        operator=row[2],
        iccid=Iccid(iccid),
        profile_type=profile_type,
        at=records.from_milliseconds(row[3]),
        action=Action(row[4]),
        state=OrderState(state),
        eid=None if eid is None else Eid(eid),
        subject=subject,
        reason=reason,
        message=message,
        chip_state=None if chip_state is None else ChipState(chip_state),
    )
