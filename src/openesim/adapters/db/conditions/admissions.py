"""Admissions, lines of persons, how often somebody ordered, and who is watched."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, case, delete, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_replace

from openesim.adapters.db.conditions.cases import read_person
from openesim.adapters.db.conditions.chips import read_bond
from openesim.adapters.db.conditions.tables import admissions, lines, velocity, watch_list
from openesim.adapters.db.records import Parameters, Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.rows import Question, Rows
from openesim.adapters.db.sql import MOST, Statements, constant, insert_row, select_row, update_row
from openesim.adapters.db.tables import orders
from openesim.conditions.admission.admission import Admission, Line, LineState
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.admission.facts import Application, Standing, Verification
from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.rules.words import ServiceClass, Trigger
from openesim.kernel.ids import Eid, Iccid
from openesim.kernel.records import changed
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.services.conditions.gate.books import Asked, Told
from openesim.services.conditions.gate.watch_book import REVISION

_STANDINGS: Final = {standing.value: standing for standing in Standing}
_ON_ITS_WAY: Final = (
    OrderState.CONFIRMED,
    OrderState.RELEASED,
    OrderState.DOWNLOADED,
    OrderState.INSTALLED,
)
_HOUR_MS: Final = 3600 * 1000
_RETURNED: Final = "returned"
"""What stands in the place of the state of a line that ended before it was one."""

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack_application: Final = msgspec.msgpack.Decoder(
    tuple[Application, str | None, Verification | None, str | None, tuple[str, ...], tuple[str, ...]]
).decode


def _upsert(table: Any, *keys: str) -> Any:
    """Return an INSERT of every column that replaces the row with the same key."""
    names = [column.name for column in table.columns]
    statement = insert_or_replace(table).values({name: bindparam(name) for name in names})
    values = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=values)


_count: Final = insert_or_replace(velocity).values(
    kind=bindparam("kind"), subject=bindparam("subject"), hour=bindparam("hour"), orders=bindparam("orders")
)

STATEMENTS: Final[Statements] = {
    "admission": select_row(admissions, "order_id"),
    "save_admission": _upsert(admissions, "order_id"),
    # How the verification stands is pushed by whoever changes it, and waits for no order.
    "save_word": update_row(admissions, "order_id", "verdict", "cause", "held_until", "decided_at", "record"),
    "held_admissions": select(admissions)
    .where(
        admissions.c.held_until.is_not(None),
        or_(
            admissions.c.held_until > bindparam("least"),
            (admissions.c.held_until == bindparam("least")) & (admissions.c.order_id > bindparam("after")),
        ),
    )
    .order_by(admissions.c.held_until, admissions.c.order_id)
    .suffix_with(MOST),
    "admissions_of_case": select_row(admissions, "case_id").order_by(admissions.c.order_id).suffix_with(MOST),
    "line": select_row(lines, "order_id"),
    "save_line": _upsert(lines, "order_id"),
    "move_line": update_row(lines, "order_id", "state", "ended_at"),
    "end_line": update(lines)
    .where(lines.c.order_id == bindparam("key_order_id"))
    .values(
        state=case(
            (
                lines.c.state.in_([constant(LineState.RESERVED), literal_column(f"'{_RETURNED}'")]),
                literal_column(f"'{_RETURNED}'"),
            ),
            else_=constant(LineState.ENDED),
        ),
        ended_at=bindparam("ended_at"),
    ),
    "dispute_line": update_row(lines, "order_id", "disputed_at"),
    "lines_of_person": select_row(lines, "person").order_by(lines.c.begun_at, lines.c.order_id),
    "lines_of_person_at": select_row(lines, "person")
    .where(lines.c.operator == bindparam("operator"))
    .order_by(lines.c.begun_at.desc(), lines.c.order_id.desc())
    .suffix_with(MOST),
    "count_velocity": _count.on_conflict_do_update(
        index_elements=["kind", "subject", "hour"],
        set_={"orders": velocity.c.orders + _count.excluded.orders},
    ),
    "velocity_since": select(func.coalesce(func.sum(velocity.c.orders), literal_column("0"))).where(
        velocity.c.kind == bindparam("kind"),
        velocity.c.subject == bindparam("subject"),
        velocity.c.hour > bindparam("hour"),
    ),
    "sweep_velocity": delete(velocity).where(velocity.c.hour < bindparam("hour")),
    "profiles_on_chip": select(func.count())
    .select_from(orders)
    .where(
        orders.c.eid == bindparam("eid"),
        or_(*(orders.c.state == constant(state) for state in _ON_ITS_WAY)),
        orders.c.order_id != bindparam("order_id"),
        or_(orders.c.chip_state.is_(None), orders.c.chip_state != constant(ChipState.DELETED)),
    ),
    "watched": select(watch_list).where(
        or_(
            *(
                (watch_list.c.kind == constant(kind)) & (watch_list.c.subject == bindparam(kind.value))
                for kind in WatchedKind
            )
        ),
        watch_list.c.lifted_at.is_(None),
    ),
    "add_watched": insert_row(watch_list, numbered="entry_id"),
    "lift_watched": update(watch_list)
    .where(watch_list.c.entry_id == bindparam("key_entry_id"))
    .values(lifted_at=bindparam("lifted_at"), revision=bindparam("revision")),
    # Who lifts an entry and who else does meet here.
    "watched_entry": select_row(watch_list, "entry_id").with_for_update(),
    "newest_watched": select(watch_list)
    .where(watch_list.c.entry_id < bindparam("before"))
    .order_by(watch_list.c.entry_id.desc())
    .suffix_with(MOST),
    "standing_watched": select(watch_list)
    .where(watch_list.c.entry_id > bindparam("after"), watch_list.c.lifted_at.is_(None))
    .order_by(watch_list.c.entry_id)
    .suffix_with(MOST),
    # Every change has a revision of its own.
    "watched_changed": select(watch_list)
    .where(watch_list.c.revision > bindparam("after"))
    .order_by(watch_list.c.revision)
    .suffix_with(MOST),
}


class AdmissionRows(Rows):
    """Implements ``services.conditions.gate.gate.GateStores``."""

    def admission(self, order_id: int) -> Admission | None:
        """Return how an order was admitted."""
        return self._one("admission", _read_admission, order_id=order_id)

    def save_admission(self, admission: Admission) -> None:
        """Store the gate's word on an order, in the place of an earlier one."""
        self._put("save_admission", _admission_parameters(admission))

    def save_word(self, admission: Admission) -> None:
        """Store what the gate, or somebody behind it, says of an order that was admitted before.

        How the verification stands, and what asks the person to verify again, is left as it is.
        """
        values = _admission_parameters(admission)
        names = ("verdict", "cause", "held_until", "decided_at", "record")
        self._put("save_word", {"key_order_id": admission.order_id} | {name: values[name] for name in names})

    def held_admissions(self, after: tuple[int, int], limit: int) -> list[Admission]:
        """Return orders that are held, by when they are looked at again, beginning behind (milliseconds, order)."""
        least, order_id = after
        return self._all("held_admissions", _read_admission, least=least, after=order_id, most=limit)

    def admissions_of_case(self, case_id: str, limit: int) -> list[Admission]:
        """Return the orders that a case stands behind."""
        return self._all("admissions_of_case", _read_admission, case_id=case_id, most=limit)

    # --- lines

    def line(self, order_id: int) -> Line | None:
        """Return the line that came from an order."""
        return self._one("line", _read_line, order_id=order_id)

    def lines_of_person(self, person: bytes) -> list[Line]:
        """Return every line of a person, at all operators, oldest first."""
        return self._all("lines_of_person", _read_line, person=person)

    def lines_of_person_at(self, person: bytes, operator: str, limit: int) -> list[Line]:
        """Return lines of a person at one operator, newest first."""
        return self._all("lines_of_person_at", _read_line, person=person, operator=operator, most=limit)

    def save_line(self, line: Line) -> None:
        """Store a line; the person's row is held by who adds one."""
        self._put("save_line", _line_parameters(line))

    def move_line(self, order_id: int, state: LineState, ended_at: datetime | None) -> None:
        """Store where the line of an order stands; without a line nothing happens.

        One that ends before it was active was given back.
        """
        ended = None if ended_at is None else to_milliseconds(ended_at)
        if state is LineState.ENDED:
            self._put("end_line", {"key_order_id": order_id, "ended_at": ended})
            return
        self._put("move_line", {"key_order_id": order_id, "state": state.value, "ended_at": ended})

    def dispute_line(self, order_id: int, at: datetime | None) -> None:
        """Store since when a person says that a line is not his; None: he does not any more."""
        disputed = None if at is None else to_milliseconds(at)
        self._put("dispute_line", {"key_order_id": order_id, "disputed_at": disputed})

    # --- what the gate asks

    def tell(self, asked: Asked) -> Told:
        """Return what is known of the chip, the device and the person of an order, in one round trip."""
        person, first = asked.subjects.get(WatchedKind.PERSON), to_milliseconds(asked.now) // _HOUR_MS - 25
        questions: dict[str, Question] = {
            f"today {kind}": (
                "velocity_since",
                _number,
                # The hour in which the day began is counted as a whole.
                {"kind": kind.value, "subject": asked.subjects[kind], "hour": first},
            )
            for kind in asked.counted
        }
        if asked.subjects:
            watched = {kind.value: asked.subjects.get(kind, b"") for kind in WatchedKind}
            questions["watched"] = ("watched", _read_watched, watched)
        if person is not None:
            questions["lines"] = ("lines_of_person", _read_line, {"person": person})
            if asked.asks_person:
                questions["person"] = ("person", read_person, {"person": person})
        if asked.eid is not None:
            on_chip = {"eid": str(asked.eid), "order_id": asked.order_id}
            questions["profiles"] = ("profiles_on_chip", _number, on_chip)
            if asked.imei is not None:
                between = {"eid": str(asked.eid), "imei": asked.imei}
                questions["bonds"] = ("bindings_between", read_bond, between)
        told = dict(zip(questions, self._together(*questions.values()), strict=True))
        return Told(
            bonds=told.get("bonds", ()),
            profiles=told["profiles"][0] if "profiles" in told else None,
            lines=told.get("lines", ()),
            watched=told.get("watched", ()),
            today={kind: told[f"today {kind}"][0] for kind in asked.counted},
            person=next(iter(told.get("person", ())), None),
        )

    # --- signals

    def count_order(self, kind: WatchedKind, subject: bytes, now: datetime) -> None:
        """Count one more order of a person, a chip or an address."""
        hour = to_milliseconds(now) // _HOUR_MS
        self._put("count_velocity", {"kind": kind.value, "subject": subject, "hour": hour, "orders": 1})

    def sweep_velocity(self, now: datetime) -> None:
        """Forget what was counted more than two days ago."""
        self._put("sweep_velocity", {"hour": to_milliseconds(now) // _HOUR_MS - 48})

    def profiles_on_chip(self, eid: Eid, order_id: int) -> int:
        """Return how many profiles a chip has of ours or will get, an order left out."""
        return self._one("profiles_on_chip", _number, eid=str(eid), order_id=order_id) or 0

    def standing_watched(self, after: int, limit: int) -> list[Watched]:
        """Return entries of the watch-list that count, by number, beginning behind ``after``."""
        return self._all("standing_watched", _read_watched, after=after, most=limit)

    def watched_changed(self, after: int, limit: int) -> list[Watched]:
        """Return entries of the watch-list, lifted or not, by revision, beginning behind ``after``."""
        return self._all("watched_changed", _read_watched, after=after, most=limit)

    def watched_entry(self, entry_id: int) -> Watched | None:
        """Return an entry of the watch-list, lifted or not; the row is held until the unit ends."""
        return self._one("watched_entry", _read_watched, entry_id=entry_id)

    def newest_watched(self, before: int, limit: int) -> list[Watched]:
        """Return entries of the watch-list, lifted or not, newest first, beginning before one."""
        return self._all("newest_watched", _read_watched, before=before, most=limit)

    def add_watched(self, entry: Watched) -> Watched:
        """Store an entry of the watch-list and return it with its number; the revision rises."""
        revision = self._new("raise_revision", {"name": REVISION})
        parameters = {
            "kind": entry.kind.value,
            "subject": entry.subject,
            "score": entry.score,
            "is_listed": entry.is_listed,
            "reason": entry.reason,
            "created_at": to_milliseconds(entry.created_at),
            "created_by": entry.created_by,
            "lifted_at": None,
            "revision": revision,
        }
        return changed(entry, entry_id=self._new("add_watched", parameters), revision=revision)

    def lift_watched(self, entry: Watched, at: datetime) -> Watched:
        """Note since when an entry of the watch-list does not count any more, and return it; the revision rises."""
        revision = self._new("raise_revision", {"name": REVISION})
        parameters = {"lifted_at": to_milliseconds(at), "revision": revision}
        self._do("lift_watched", {"key_entry_id": entry.entry_id} | parameters)
        return changed(entry, lifted_at=at, revision=revision)


def _number(row: Row) -> int:
    return int(row[0])


def _admission_parameters(admission: Admission) -> Parameters:
    """Return the columns of an admission."""
    record = (
        admission.application,
        admission.imei,
        admission.person_facts,
        admission.cleared_by,
        admission.signs,
        admission.cleared,
    )
    return {
        "order_id": admission.order_id,
        "operator": admission.application.operator,
        "case_id": admission.case_id,
        "person": admission.person,
        "eid": None if admission.eid is None else str(admission.eid),
        "evidence": admission.evidence,
        "verdict": int(admission.verdict),
        "cause": admission.cause,
        "pack": admission.pack,
        "version": admission.version,
        "held_until": None if admission.held_until is None else to_milliseconds(admission.held_until),
        "standing": admission.standing.value,
        "reverify_trigger": None if admission.reverify is None else admission.reverify[0].value,
        "reverify_until": None if admission.reverify is None else to_milliseconds(admission.reverify[1]),
        "decided_at": to_milliseconds(admission.decided_at),
        "record": _pack(record),
    }


def _read_admission(row: Row) -> Admission:
    """Return the admission of a row of ``admissions``."""
    application, imei, person_facts, cleared_by, signs, cleared = _unpack_application(row[15])
    return Admission(
        order_id=row[0],
        application=application,
        case_id=row[2],
        person=None if row[3] is None else bytes(row[3]),
        eid=None if row[4] is None else Eid(row[4]),
        evidence=None if row[5] is None else bytes(row[5]),
        verdict=Verdict(row[6]),
        cause=row[7],
        pack=row[8],
        version=row[9],
        held_until=None if row[10] is None else from_milliseconds(row[10]),
        standing=_STANDINGS[row[11]],
        reverify=None if row[12] is None else (Trigger(row[12]), from_milliseconds(row[13])),
        decided_at=from_milliseconds(row[14]),
        imei=imei,
        person_facts=person_facts,
        signs=signs,
        cleared_by=cleared_by,
        cleared=cleared,
    )


def _line_parameters(line: Line) -> Parameters:
    """Return the columns of a line."""
    return {
        "order_id": line.order_id,
        "person": line.person,
        "operator": line.operator,
        "service": line.service.value,
        "iccid": str(line.iccid),
        "state": _RETURNED if line.is_returned else line.state.value,
        "begun_at": to_milliseconds(line.begun_at),
        "ended_at": None if line.ended_at is None else to_milliseconds(line.ended_at),
        "disputed_at": None if line.disputed_at is None else to_milliseconds(line.disputed_at),
    }


def _read_line(row: Row) -> Line:
    """Return the line of a row of ``lines``."""
    return Line(
        order_id=row[0],
        person=bytes(row[1]),
        operator=row[2],
        service=ServiceClass(row[3]),
        iccid=Iccid(row[4]),
        state=LineState.ENDED if row[5] == _RETURNED else LineState(row[5]),
        begun_at=from_milliseconds(row[6]),
        ended_at=None if row[7] is None else from_milliseconds(row[7]),
        disputed_at=None if row[8] is None else from_milliseconds(row[8]),
        is_returned=row[5] == _RETURNED,
    )


def _read_watched(row: Row) -> Watched:
    """Return the entry of a row of ``watch_list``."""
    return Watched(
        entry_id=row[0],
        kind=WatchedKind(row[1]),
        subject=bytes(row[2]),
        score=row[3],
        is_listed=bool(row[4]),
        reason=row[5],
        created_at=from_milliseconds(row[6]),
        created_by=row[7],
        lifted_at=None if row[8] is None else from_milliseconds(row[8]),
        revision=row[9],
    )
