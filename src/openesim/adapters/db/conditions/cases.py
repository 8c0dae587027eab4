"""Cases, persons, and the sealed fields of cases.

People are known by a keyed digest. A plain digest would hide nobody: there are few enough identity numbers that all of
them can be tried in an hour. Under a secret key, a copy of the database alone cannot be searched for anybody. The key is
made once, stands wrapped in ``digest_keys`` and never leaves ``adapters.db``.

A personal value is sealed by itself, for its case and field, and is never kept in clear.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Text, and_, bindparam, cast, delete, func, literal_column, or_, select, update

# Both dialects read this clause; Core has it only in its dialect packages.
from sqlalchemy.dialects.postgresql import insert as insert_or_replace

from openesim.adapters.db.conditions.tables import (
    admissions,
    case_evidence,
    case_fields,
    cases,
    lines,
    persons,
)
from openesim.adapters.db.records import Parameters, Row, from_milliseconds, to_milliseconds
from openesim.adapters.db.sealing import SealedRows
from openesim.adapters.db.sql import FIRST, MOST, Statements, constant, insert_row, select_row, update_row
from openesim.conditions.identity.case import Case, Field, Person
from openesim.conditions.identity.cases import LAPSING, CaseState
from openesim.conditions.rules.words import Assurance, Channel, DocumentKind, Group, ServiceClass
from openesim.kernel.errors import ConfigError
from openesim.kernel.ids import Eid, Imei
from openesim.services.conditions.gate.standings import standing_of

_newest_first: Final = (cases.c.created_at.desc(), cases.c.case_id.desc())
_behind: Final = and_(
    cases.c.created_at <= bindparam("created_at"),
    or_(cases.c.created_at < bindparam("created_at"), cases.c.case_id < bindparam("case_id")),
)
_of_operator: Final = cases.c.operator == bindparam("operator")
_persons_of_account: Final = select(cases.c.person).where(
    cases.c.account == bindparam("account"),
    cases.c.person.is_not(None),
    cases.c.evidence.is_not(None),
    cases.c.state != constant(CaseState.REVOKED),
)
_of_chip: Final = select(cases).where(_of_operator, cases.c.eid == bindparam("eid"))
_best_of_chip: Final = _of_chip.order_by(
    cases.c.state != constant(CaseState.VERIFIED), *_newest_first
).suffix_with(FIRST)
_new_person: Final = insert_or_replace(persons).values(
    {column.name: bindparam(column.name) for column in persons.columns}
)
_new_field: Final = insert_or_replace(case_fields).values(
    {column.name: bindparam(column.name) for column in case_fields.columns}
)
_due: Final = case_fields.c.delete_after <= bindparam("now")
_code_of_order: Final = (
    select(
        admissions.c.case_id.concat(literal_column(f"'/{Field.CONFIRMATION_CODE.value}/'")).concat(
            cast(admissions.c.order_id, Text)
        )
    )
    .where(admissions.c.order_id == bindparam("order_id"))
    .scalar_subquery()
)

STATEMENTS: Final[Statements] = {
    "case": select_row(cases, "case_id"),
    "hold_case": select_row(cases, "case_id").with_for_update(),
    "add_case": insert_row(cases),
    "save_case": update_row(cases, "case_id"),
    "case_for": _best_of_chip.with_for_update(),
    "case_seen_for": _best_of_chip,
    "newest_case_for": _of_chip.order_by(*_newest_first).suffix_with(FIRST),
    "cases_of_operator": select(cases)
    .where(_of_operator, _behind)
    .order_by(*_newest_first)
    .suffix_with(MOST),
    "cases_in_state": select(cases)
    .where(_of_operator, cases.c.state == bindparam("state"), _behind)
    .order_by(*_newest_first)
    .suffix_with(MOST),
    "cases_of_person": select(cases)
    .where(cases.c.person == bindparam("person"))
    .order_by(*_newest_first)
    .suffix_with(MOST),
    "cases_of_person_here": select(cases)
    .where(cases.c.person == bindparam("person"), _of_operator)
    .order_by(*_newest_first)
    .suffix_with(MOST),
    "cases_of_account": select(cases)
    .where(cases.c.account == bindparam("account"))
    .order_by(*_newest_first)
    .suffix_with(MOST),
    "first_person_of_account": _persons_of_account.order_by(cases.c.created_at, cases.c.case_id).suffix_with(
        FIRST
    ),
    "person_of_account": _persons_of_account.where(cases.c.person == bindparam("person")).suffix_with(FIRST),
    "cases_expiring": select(cases)
    .where(cases.c.expires_at <= bindparam("now"), cases.c.state.in_([constant(each) for each in LAPSING]))
    .order_by(cases.c.expires_at)
    .with_for_update(skip_locked=True)
    .suffix_with(MOST),
    "cases_to_ask": select(cases)
    .where(cases.c.ask_again_at <= bindparam("now"))
    .order_by(cases.c.ask_again_at)
    .with_for_update(skip_locked=True)
    .suffix_with(MOST),
    "lines_of_case": select(func.count() - func.count(lines.c.ended_at), func.max(lines.c.ended_at))
    .select_from(admissions.join(lines, lines.c.order_id == admissions.c.order_id))
    .where(admissions.c.case_id == bindparam("case_id")),
    "person": select_row(persons, "person"),
    "hold_person": select_row(persons, "person").with_for_update(),
    # What downloads read of case and person stands beside their orders.
    "push_standing": update_row(admissions, "case_id", "standing"),
    "push_reverify": update_row(admissions, "person", "reverify_trigger", "reverify_until"),
    "begin_person": _new_person.on_conflict_do_nothing(),
    "save_person": update_row(persons, "person"),
    "put_case_field": _new_field.on_conflict_do_update(
        index_elements=["place"],
        set_={"sealed": bindparam("sealed"), "delete_after": bindparam("delete_after")},
    ),
    "case_field": select(case_fields.c.sealed).where(case_fields.c.place == bindparam("place")),
    "case_fields_of": select(case_fields.c.field, case_fields.c.delete_after)
    .where(case_fields.c.case_id == bindparam("case_id"))
    .order_by(case_fields.c.field, case_fields.c.delete_after),
    "remove_case_field": delete(case_fields).where(case_fields.c.place == bindparam("place")),
    "remove_case_fields": delete(case_fields).where(case_fields.c.case_id == bindparam("case_id")),
    "remove_ended_fields": delete(case_fields).where(
        case_fields.c.case_id == bindparam("case_id"), case_fields.c.field == bindparam("field"), _due
    ),
    "code_of_order": select(case_fields.c.place, case_fields.c.sealed).where(
        case_fields.c.place == _code_of_order
    ),
    "forget_code": delete(case_fields).where(case_fields.c.place == _code_of_order),
    "keep_case_field": update_row(case_fields, "place", "delete_after"),
    "case_fields_due": select(case_fields.c.case_id, case_fields.c.field)
    .where(_due)
    .order_by(case_fields.c.delete_after)
    .with_for_update(skip_locked=True)
    .suffix_with(MOST),
    "add_case_evidence": insert_row(case_evidence),
    "case_evidence": select(case_evidence.c.record).where(case_evidence.c.digest == bindparam("digest")),
    "case_evidence_of": select(case_evidence.c.digest)
    .where(case_evidence.c.case_id == bindparam("case_id"))
    .order_by(case_evidence.c.made_at, case_evidence.c.digest),
    "keep_case_evidence": update(case_evidence)
    .where(case_evidence.c.digest == bindparam("key_digest"))
    .values(delete_after=bindparam("delete_after")),
    "case_evidence_due": select(case_evidence.c.digest, case_evidence.c.case_id)
    .where(case_evidence.c.delete_after <= bindparam("now"))
    .order_by(case_evidence.c.delete_after)
    .with_for_update(skip_locked=True)
    .suffix_with(MOST),
    "remove_case_evidence": delete(case_evidence).where(case_evidence.c.digest == bindparam("digest")),
}

TABLE: Final = "case_fields"
"""What a sealed field is bound to, beside its place."""

_DIGEST_KEY: Final = "person"
_LAST: Final = (1 << 62, "~")
"""Position before the newest case there can be."""

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder().decode


class CaseRows(SealedRows):
    """Implements ``services.conditions.persons.cases.CaseStores``."""

    # --- cases ---

    def case(self, case_id: str) -> Case | None:
        """Return a case as it stands."""
        return self._one("case", _read_case, case_id=case_id)

    def hold_case(self, case_id: str) -> Case | None:
        """Return a case that will be changed; nobody else changes it before this unit ends."""
        return self._one("hold_case", _read_case, case_id=case_id)

    def add_case(self, case: Case) -> None:
        """Store a new case.

        Raises:
            ConflictError: its name is taken.
        """
        self._do("add_case", _case_parameters(case))

    def save_case(self, case: Case) -> None:
        """Store a case as it is now; orders that it stands behind hear of it."""
        parameters = _case_parameters(case)
        self._do("save_case", parameters | {"key_case_id": parameters.pop("case_id")})
        standing = standing_of(case.state).value
        self._put("push_standing", {"key_case_id": case.case_id, "standing": standing})

    def case_for(self, operator: str, eid: Eid) -> Case | None:
        """Return the newest case of an operator for a chip, a verified one before any other; its row is held."""
        return self._one("case_for", _read_case, operator=operator, eid=str(eid))

    def case_seen_for(self, operator: str, eid: Eid) -> Case | None:
        """Return the newest case of an operator for a chip, a verified one before any other; it is not held."""
        return self._one("case_seen_for", _read_case, operator=operator, eid=str(eid))

    def newest_case_for(self, operator: str, eid: Eid) -> Case | None:
        """Return the newest case of an operator for a chip, verified or not."""
        return self._one("newest_case_for", _read_case, operator=operator, eid=str(eid))

    def cases_of_operator(
        self, operator: str, state: CaseState | None, after: Case | None, limit: int
    ) -> list[Case]:
        """Return cases of an operator, newest first: in a state or in any, beginning behind a case."""
        created_at, case_id = _LAST if after is None else (to_milliseconds(after.created_at), after.case_id)
        position = {"operator": operator, "created_at": created_at, "case_id": case_id, "most": limit}
        if state is None:
            return self._all("cases_of_operator", _read_case, **position)
        return self._all("cases_in_state", _read_case, state=state.value, **position)

    def cases_of_person(self, person: bytes, operator: str | None, limit: int = 100) -> list[Case]:
        """Return cases of a person, newest first: at an operator, or at all of them."""
        if operator is None:
            return self._all("cases_of_person", _read_case, person=person, most=limit)
        return self._all("cases_of_person_here", _read_case, person=person, operator=operator, most=limit)

    def cases_of_account(self, account: str, limit: int = 100) -> list[Case]:
        """Return cases that a subscriber's account applied for, newest first."""
        return self._all("cases_of_account", _read_case, account=account, most=limit)

    def person_of_account(self, account: str, person: bytes | None = None) -> bytes | None:
        """Return who was verified first on a case of an account that was not revoked; None: nobody was.

        Args:
            account: the account.
            person: only whether it was he; None: whoever it was.
        """
        read = lambda row: bytes(row[0])  # noqa: E731
        if person is None:
            return self._one("first_person_of_account", read, account=account)
        return self._one("person_of_account", read, account=account, person=person)

    def cases_expiring(self, now: datetime, limit: int) -> list[Case]:
        """Return cases whose time is over, held until the unit ends; those that another process is at are left out."""
        return self._all("cases_expiring", _read_case, now=to_milliseconds(now), most=limit)

    def cases_to_ask(self, now: datetime, limit: int) -> list[Case]:
        """Return cases whose verifier is to be asked again, held until the unit ends; another process's are left out."""
        return self._all("cases_to_ask", _read_case, now=to_milliseconds(now), most=limit)

    def lines_of_case(self, case_id: str) -> tuple[int, datetime | None]:
        """Return how many lines that a case stands behind run, and when the last of them ended."""
        found = self._one(
            "lines_of_case", lambda row: (int(row[0]), None if row[1] is None else from_milliseconds(row[1])),
            case_id=case_id,
        )  # fmt: skip
        return found or (0, None)

    # --- persons ---

    def person_digest(self, text: str) -> bytes:
        """Return the keyed digest of what names a person or something of his, 32 octets.

        Args:
            text: in one form for one thing, such as ``identity.naming`` gives it.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: the digest key cannot be unwrapped.
        """
        return self._digest(_DIGEST_KEY, text.encode())

    def person(self, person: bytes) -> Person | None:
        """Return what is kept of a person."""
        return self._one("person", read_person, person=person)

    def hold_person(self, person: bytes, now: datetime) -> Person:
        """Return a person, known from now on at the latest; nobody else counts or adds lines of his before this unit ends."""
        held = self._one("hold_person", read_person, person=person)
        if held is None:
            self._do("begin_person", _person_parameters(Person(person=person, created_at=now)))
            held = self._one("hold_person", read_person, person=person)
        return held or Person(person=person, created_at=now)

    def save_person(self, person: Person) -> None:
        """Store a person as he is known now; orders that he stands behind hear of it."""
        parameters = _person_parameters(person)
        reverify = {name: parameters[name] for name in ("reverify_trigger", "reverify_until")}
        self._do("save_person", parameters | {"key_person": parameters.pop("person")})
        self._put("push_reverify", reverify | {"key_person": person.person})

    # --- personal data ---

    def put_field(self, case_id: str, field: Field, text: str, delete_after: datetime | None) -> None:
        """Store a personal value of a case, sealed; one that is there is replaced.

        Args:
            case_id: of the case.
            field: what it is.
            text: the value.
            delete_after: when it goes, aware UTC; None: not known yet.

        Raises:
            ConfigError: there is no key-encryption key; nothing personal is kept in clear.
        """
        self._put_value(_place(case_id, field), case_id, field, text, delete_after)

    def _put_value(
        self, place: str, case_id: str, field: Field, text: str, delete_after: datetime | None
    ) -> None:
        if not self._keys.can_seal:
            raise ConfigError(
                "this database was opened without the key of its secrets: no personal data are kept"
            )
        parameters = {
            "place": place,
            "case_id": case_id,
            "field": field.value,
            "sealed": self._seal(TABLE, place.encode(), text.encode()),
            "delete_after": _moment(delete_after),
        }
        self._put("put_case_field", parameters)

    def field(self, case_id: str, field: Field) -> str | None:
        """Return a personal value of a case; whoever shows it to a person goes through ``persons.personal_data``.

        Raises:
            VerificationError: it cannot be opened.
        """
        place = _place(case_id, field)
        sealed = self._one("case_field", lambda row: bytes(row[0]), place=place)
        return None if sealed is None else self._open(TABLE, place.encode(), sealed).decode()

    def fields_of(self, case_id: str) -> dict[Field, datetime | None]:
        """Return which personal values of a case are kept, and when each goes: of several codes, the last."""
        read = lambda row: (Field(row[0]), None if row[1] is None else from_milliseconds(row[1]))  # noqa: E731
        return dict(self._all("case_fields_of", read, case_id=case_id))

    def remove_fields(self, case_id: str, fields: Iterable[Field] | None = None) -> int:
        """Delete personal values of a case, all of them or those that are named, and return how many went."""
        if fields is None:
            self._do("remove_case_fields", {"case_id": case_id})
            return self._cursor.rowcount
        count = 0
        for each in fields:
            self._do("remove_case_field", {"place": _place(case_id, each)})
            count += self._cursor.rowcount
        return count

    def remove_ended(self, case_id: str, field: Field, now: datetime) -> int:
        """Delete what is kept of a field of a case and is over, and return how many values went."""
        self._do(
            "remove_ended_fields", {"case_id": case_id, "field": field.value, "now": to_milliseconds(now)}
        )
        return self._cursor.rowcount

    def put_code(self, case_id: str, order_id: int, code: str, delete_after: datetime) -> None:
        """Store the confirmation code of an order, sealed; one that is there is replaced.

        Args:
            case_id: the case behind the order.
            order_id: the order.
            code: the code.
            delete_after: when it goes at the latest, aware UTC.

        Raises:
            ConfigError: there is no key-encryption key.
        """
        place = _place_of_code(case_id, order_id)
        self._put_value(place, case_id, Field.CONFIRMATION_CODE, code, delete_after)

    def code_of_order(self, order_id: int) -> str | None:
        """Return the confirmation code that is kept of an order.

        Raises:
            VerificationError: it cannot be opened.
        """
        kept = self._one("code_of_order", lambda row: (str(row[0]), bytes(row[1])), order_id=order_id)
        return None if kept is None else self._open(TABLE, kept[0].encode(), kept[1]).decode()

    def forget_code(self, order_id: int) -> None:
        """Remove the confirmation code of an order, which nobody needs any more."""
        self._put("forget_code", {"order_id": order_id})

    def keep_field(self, case_id: str, field: Field, delete_after: datetime | None) -> None:
        """Store when a personal value goes."""
        self._do(
            "keep_case_field", {"key_place": _place(case_id, field), "delete_after": _moment(delete_after)}
        )

    def fields_due(self, now: datetime, limit: int) -> list[tuple[str, Field]]:
        """Return personal values whose time is over, by case; those that another process is at are left out."""
        read = lambda row: (str(row[0]), Field(row[1]))  # noqa: E731
        return self._all("case_fields_due", read, now=to_milliseconds(now), most=limit)

    # --- evidence ---

    def add_evidence(
        self, digest: bytes, case_id: str, octets: bytes, now: datetime, delete_after: datetime | None
    ) -> None:
        """Store the record of what was shown and done.

        Args:
            digest: SHA-256 of the record, 32 octets.
            case_id: of the case.
            octets: the record.
            now: aware UTC.
            delete_after: when it goes; None: not known yet.
        """
        parameters = {
            "digest": digest,
            "case_id": case_id,
            "record": octets,
            "made_at": to_milliseconds(now),
            "delete_after": _moment(delete_after),
        }
        self._do("add_case_evidence", parameters)

    def evidence(self, digest: bytes) -> bytes | None:
        """Return the record with a digest."""
        return self._one("case_evidence", lambda row: bytes(row[0]), digest=digest)

    def evidence_of(self, case_id: str) -> list[bytes]:
        """Return the digests of all records of a case, oldest first."""
        return self._all("case_evidence_of", lambda row: bytes(row[0]), case_id=case_id)

    def keep_evidence(self, digest: bytes, delete_after: datetime | None) -> None:
        """Store when a record goes."""
        self._do("keep_case_evidence", {"key_digest": digest, "delete_after": _moment(delete_after)})

    def evidence_due(self, now: datetime, limit: int) -> list[tuple[bytes, str]]:
        """Return records whose time is over, with their cases; those that another process is at are left out."""
        read = lambda row: (bytes(row[0]), str(row[1]))  # noqa: E731
        return self._all("case_evidence_due", read, now=to_milliseconds(now), most=limit)

    def remove_evidence(self, digest: bytes) -> None:
        """Delete a record."""
        self._do("remove_case_evidence", {"digest": digest})


def _place(case_id: str, field: Field) -> str:
    return f"{case_id}/{field.value}"


def _place_of_code(case_id: str, order_id: int) -> str:
    return f"{_place(case_id, Field.CONFIRMATION_CODE)}/{order_id}"


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)


def _read_moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_milliseconds(milliseconds)


def _case_parameters(case: Case) -> Parameters:
    """Return the columns of a case."""
    record = {
        "imei": None if case.imei is None else str(case.imei),
        "region": case.region,
        "in_country": case.in_country,
        "group": case.group,
        "document": case.document,
        "assurance": sorted(case.assurance),
        "age": case.age,
        "acts_for_another": case.acts_for_another,
        "brought": sorted(case.brought),
        "verifier": case.verifier,
        "clerk": case.clerk,
        "second": case.second,
        "reference": case.reference,
        "notices": case.notices,
        "pack": case.pack,
        "missing": case.missing,
        "kept_years": case.kept_years,
        "refusal": case.refusal,
        "address": case.address,
        "plan_id": case.plan_id,
        "asks_second": case.asks_second or None,
        "presented_at": _moment(case.presented_at),
    }
    return {
        "case_id": case.case_id,
        "operator": case.operator,
        "state": case.state.value,
        "person": case.person,
        "account": case.account,
        "eid": None if case.eid is None else str(case.eid),
        "service": case.service.value,
        "channel": case.channel.value,
        "evidence": case.evidence,
        "created_at": to_milliseconds(case.created_at),
        "changed_at": to_milliseconds(case.changed_at),
        "verified_at": _moment(case.verified_at),
        "expires_at": _moment(case.expires_at),
        "record": _pack({name: value for name, value in record.items() if value not in _NOTHING}),
        "ask_again_at": _moment(case.ask_again_at),
    }


_NOTHING: Final[tuple[Any, ...]] = (None, [], ())
"""What a record leaves out."""


def _read_case(row: Row) -> Case:
    """Return the case of a row of ``cases``."""
    kept: dict[str, Any] = _unpack(row[13])
    return Case(
        case_id=row[0],
        operator=row[1],
        state=CaseState(row[2]),
        person=None if row[3] is None else bytes(row[3]),
        account=row[4],
        eid=None if row[5] is None else Eid(row[5]),
        service=ServiceClass(row[6]),
        channel=Channel(row[7]),
        evidence=None if row[8] is None else bytes(row[8]),
        created_at=from_milliseconds(row[9]),
        changed_at=from_milliseconds(row[10]),
        verified_at=_read_moment(row[11]),
        expires_at=_read_moment(row[12]),
        imei=Imei(kept["imei"]) if "imei" in kept else None,
        region=kept.get("region"),
        in_country=kept.get("in_country"),
        group=Group(kept["group"]) if "group" in kept else None,
        document=DocumentKind(kept["document"]) if "document" in kept else None,
        assurance=frozenset(map(Assurance, kept.get("assurance", ()))),
        age=kept.get("age"),
        acts_for_another=kept.get("acts_for_another", False),
        brought=frozenset(kept.get("brought", ())),
        verifier=kept.get("verifier"),
        clerk=kept.get("clerk"),
        second=kept.get("second"),
        reference=kept.get("reference"),
        notices=tuple(kept.get("notices", ())),
        pack=kept.get("pack"),
        missing=tuple(kept.get("missing", ())),
        kept_years=kept.get("kept_years", 0),
        refusal=kept.get("refusal"),
        address=kept.get("address"),
        plan_id=kept.get("plan_id"),
        ask_again_at=_read_moment(row[14]),
        asks_second=kept.get("asks_second", False),
        presented_at=_read_moment(kept.get("presented_at")),
    )


def _person_parameters(person: Person) -> Parameters:
    """Return the columns of a person."""
    return {
        "person": person.person,
        "created_at": to_milliseconds(person.created_at),
        "frozen_at": _moment(person.frozen_at),
        "reverify_trigger": person.reverify_trigger,
        "reverify_until": _moment(person.reverify_until),
        "reissued_at": _moment(person.reissued_at),
    }


def read_person(row: Row) -> Person:
    """Return the person of a row of ``persons``."""
    return Person(
        person=bytes(row[0]),
        created_at=from_milliseconds(row[1]),
        frozen_at=_read_moment(row[2]),
        reverify_trigger=row[3],
        reverify_until=_read_moment(row[4]),
        reissued_at=_read_moment(row[5]),
    )
