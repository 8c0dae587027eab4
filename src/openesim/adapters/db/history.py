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
    "note_step": insert_row(history, numbered="step_id", is_told=False),
    "steps_of_order": select(history)
    .where(history.c.order_id == bindparam("order_id"), history.c.step_id > bindparam("after"))
    .order_by(history.c.step_id)
    .suffix_with(MOST),
    "last_steps": select(history)
    .where(history.c.order_id == bindparam("order_id"))
    .order_by(history.c.step_id.desc())
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

    def note_step(self, step: Step) -> None:
        """Store what happened to an order; its row number is nobody's business."""
        self._put("note_step", _parameters(step))

    def steps_of_order(self, order_id: int, after: int = 0, limit: int = 1000) -> list[Step]:
        """Return what happened to an order, oldest first, beginning behind ``after``."""
        return self._all("steps_of_order", read_step, order_id=order_id, after=after, most=limit)

    def last_steps(self, order_id: int, limit: int) -> list[Step]:
        """Return what happened to an order last, newest first."""
        return self._all("last_steps", read_step, order_id=order_id, most=limit)

    def steps_of_operator(self, operator: str, after: int, limit: int) -> list[Step]:
        """Return what happened to an operator's orders, oldest first, beginning behind ``after``."""
        return self._all("steps_of_operator", read_step, operator=operator, after=after, most=limit)


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
        step.code,
        step.result_data,
        step.is_idle,
    )
    return {
        "order_id": step.order_id,
        "operator": step.operator,
        "at": records.to_milliseconds(step.at),
        "action": step.action.value,
        "record": _pack(record),
    }


def read_step(row: Row) -> Step:
    """Return the step of a row of ``history``."""
    record = _unpack(row[5])
    iccid, profile_type, state, eid, subject, reason, message, chip_state, code, result_data, is_idle = record
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
        code=code,
        result_data=result_data,
        is_idle=is_idle,
    )
