"""Counts of the ledger by hour, and counts of what waits, none further than it is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, literal_column, select, update

# Both dialects read this clause; Core has it only in its dialect packages.
from sqlalchemy.dialects.postgresql import insert as insert_or_add
from sqlalchemy.sql.expression import ColumnElement

from openesim.adapters.db.conditions.tables import admissions, licences, models, tallies
from openesim.adapters.db.records import Row, to_milliseconds
from openesim.adapters.db.rows import Rows
from openesim.adapters.db.sql import MOST, Statements, constant
from openesim.adapters.db.tables import orders, revisions
from openesim.conditions.licensing.states import HELD, LicenceState
from openesim.conditions.terminals.models import ModelState
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.ledger.tallies import DAY, Dimension, Measure, Tally

_MARK: Final = revisions.c.name == literal_column("'tallies'")
_OF: Final = (tallies.c.measure == bindparam("measure")) & (tallies.c.dimension == bindparam("dimension"))
_BY_HOUR: Final = tallies.c.hours == literal_column("1")
_WITHIN: Final = (tallies.c.hour >= bindparam("since")) & (tallies.c.hour < bindparam("before"))
_sum: Final = func.sum(tallies.c.number)
_add: Final = insert_or_add(tallies).values(
    {name: bindparam(name) for name in ("measure", "dimension", "hours", "hour", "value", "number")}
)
_is_held: Final = licences.c.state.in_([constant(state) for state in sorted(HELD)])
_some_orders: Final = (
    select(orders.c.profile_type)
    .where(
        orders.c.operator == bindparam("operator"),
        orders.c.state == bindparam("state"),
        orders.c.ordered_at.is_not(None),
    )
    .suffix_with(MOST)
    .subquery()
)


def _count(condition: ColumnElement[bool], source: Any) -> Any:
    """Return a SELECT of how many rows meet a condition, counted up to ``most``."""
    found: Any = select(literal_column("1").label("one")).select_from(source).where(condition)
    return select(func.count()).select_from(found.suffix_with(MOST).subquery())


STATEMENTS: Final[Statements] = {
    "begin_tallies": insert_or_add(revisions)
    .values({"name": literal_column("'tallies'"), "number": literal_column("0")})
    .on_conflict_do_nothing(),
    "take_tallies": select(revisions.c.number).where(_MARK).with_for_update(skip_locked=True),
    "tallied_place": select(revisions.c.number).where(_MARK),
    "note_tallied": update(revisions).where(_MARK).values({"number": bindparam("number")}),
    "add_tally": _add.on_conflict_do_update(
        index_elements=["measure", "dimension", "hours", "hour", "value"],
        set_={"number": tallies.c.number + _add.excluded.number},
    ),
    "tallies_by_hour": select(tallies.c.hour, _sum)
    .where(_OF, _BY_HOUR, _WITHIN)
    .group_by(tallies.c.hour)
    .order_by(tallies.c.hour),
    "tallies_of_value": select(tallies.c.hour, tallies.c.number)
    .where(_OF, _BY_HOUR, _WITHIN, tallies.c.value == bindparam("value"))
    .order_by(tallies.c.hour),
    "tallies_by_value": select(tallies.c.value, _sum)
    .where(_OF, tallies.c.hours == bindparam("hours"), _WITHIN)
    .group_by(tallies.c.value),
    "sweep_tallies": delete(tallies).where(
        _OF,
        tallies.c.hours.in_([literal_column("1"), literal_column(str(DAY))]),
        tallies.c.hour < bindparam("before"),
    ),
    "count_licences_in": _count(licences.c.state == bindparam("state"), licences),
    "count_licences_ending": _count(
        (licences.c.ends_at >= bindparam("since")) & (licences.c.ends_at < bindparam("before")) & _is_held,
        licences,
    ),
    "count_models_in": _count(models.c.state == bindparam("state"), models),
    "count_held_orders": _count(admissions.c.held_until.is_not(None), admissions),
    "count_orders_by_type": select(_some_orders.c.profile_type, func.count()).group_by(
        _some_orders.c.profile_type
    ),
}


class TallyRows(Rows):
    """Implements the counts of ``services.conditions.ledger.tallies.TallyStores`` and ``overview.OverviewStores``."""

    def take_tallies(self) -> int | None:
        """Hold the counts until the unit ends, and return the last place that was counted; None: another one holds them."""
        last = self._one("take_tallies", _number)
        if last is None:
            # The first time there is no row to hold.
            self._do("begin_tallies", {})
            last = self._one("take_tallies", _number)
        return last

    def tallied_place(self) -> int:
        """Return the last place that was counted; 0 before the first."""
        return self._one("tallied_place", _number) or 0

    def note_tallied(self, position: int) -> None:
        """Store the last place that was counted."""
        self._put("note_tallied", {"number": position})

    def add_tally(self, tally: Tally, number: int) -> None:
        """Add to a count."""
        parameters = {
            "measure": tally.measure.value,
            "dimension": tally.dimension.value,
            "hours": tally.hours,
            "hour": tally.hour,
            "value": tally.value,
            "number": number,
        }
        self._put("add_tally", parameters)

    def tallies_by_hour(self, measure: Measure, since: int, before: int) -> list[tuple[int, int]]:
        """Return hours and counts of everything, oldest first."""
        return self._tallies("tallies_by_hour", _read_hour, measure, Dimension.ALL, since, before)

    def tallies_of_value(
        self, measure: Measure, dimension: Dimension, value: str, since: int, before: int
    ) -> list[tuple[int, int]]:
        """Return hours and counts of one value, oldest first."""
        return self._tallies("tallies_of_value", _read_hour, measure, dimension, since, before, value=value)

    def tallies_by_value(
        self, measure: Measure, dimension: Dimension, hours: int, since: int, before: int
    ) -> list[tuple[str, int]]:
        """Return values and the sums of their counts of 1 hour or of ``DAY``, in no order."""
        return self._tallies("tallies_by_value", _read_value, measure, dimension, since, before, hours=hours)

    def sweep_tallies(self, measure: Measure, dimension: Dimension, before: int) -> None:
        """Forget counts that begin before an hour."""
        self._put("sweep_tallies", {"measure": measure.value, "dimension": dimension.value, "before": before})

    # --- what waits

    def count_licences_in(self, state: LicenceState, most: int) -> int:
        """Return how many licences are in a state, at most ``most``."""
        return self._counted("count_licences_in", state=state.value, most=most)

    def count_licences_ending(self, since: datetime, before: datetime, most: int) -> int:
        """Return how many approved and suspended licences end between two moments, at most ``most``."""
        bounds = {"since": to_milliseconds(since), "before": to_milliseconds(before)}
        return self._counted("count_licences_ending", most=most, **bounds)

    def count_models_in(self, state: ModelState, most: int) -> int:
        """Return how many models are stored in a state, at most ``most``."""
        return self._counted("count_models_in", state=state.value, most=most)

    def count_held_orders(self, most: int) -> int:
        """Return how many orders are held, at most ``most``."""
        return self._counted("count_held_orders", most=most)

    def count_orders_by_type(self, operator: str, state: OrderState, most: int) -> dict[str, int]:
        """Return how many orders of an operator are in a state, by profile type; ``most`` are looked at."""
        found = self._all(
            "count_orders_by_type", _read_value, operator=operator, state=state.value, most=most
        )
        return dict(found)

    def _tallies(
        self,
        statement: str,
        read: Any,
        measure: Measure,
        dimension: Dimension,
        since: int,
        before: int,
        **more: str | int,
    ) -> list[Any]:
        bounds: dict[str, Any] = {"since": since, "before": before, **more}
        return self._all(statement, read, measure=measure.value, dimension=dimension.value, **bounds)

    def _counted(self, statement: str, /, **parameters: Any) -> int:
        return self._one(statement, _number, **parameters) or 0


def _number(row: Row) -> int:
    return int(row[0])


def _read_hour(row: Row) -> tuple[int, int]:
    return int(row[0]), int(row[1])


def _read_value(row: Row) -> tuple[str, int]:
    return str(row[0]), int(row[1])
