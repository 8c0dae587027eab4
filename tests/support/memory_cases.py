"""Cases, persons and their fields in memory."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from openesim.conditions.admission.admission import Admission
from openesim.conditions.identity.case import Case, Field, Person
from openesim.conditions.identity.cases import LAPSING, CaseState
from openesim.conditions.rules.words import Trigger
from openesim.kernel.errors import ConflictError
from openesim.kernel.ids import Eid
from openesim.services.conditions.gate.standings import standing_of

KEY = bytes(range(32))
"""Digest key of stores in memory."""


class MemoryCases:
    """Implements ``CaseStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.cases: dict[str, Case] = {}
        self.persons: dict[bytes, Person] = {}
        self.case_fields: dict[tuple[str, Field], tuple[str, datetime | None]] = {}
        self.codes: dict[int, tuple[str, str, datetime]] = {}
        self.case_evidence: dict[bytes, tuple[str, bytes, datetime, datetime | None]] = {}

    # --- cases ---

    def case(self, case_id: str) -> Case | None:
        return self.cases.get(case_id)

    def hold_case(self, case_id: str) -> Case | None:
        return self.cases.get(case_id)

    def add_case(self, case: Case) -> None:
        if case.case_id in self.cases:
            raise ConflictError("a row with the same key exists")
        self.cases[case.case_id] = case

    def save_case(self, case: Case) -> None:
        self.cases[case.case_id] = case
        self._push("case_id", case.case_id, standing=standing_of(case.state))

    def _push(self, name: str, key: object, **told: Any) -> None:
        """Tells orders how their case or person stands now."""
        admissions: dict[int, Admission] = vars(self).get("admissions", {})
        for order_id, admission in admissions.items():
            if getattr(admission, name) == key:
                admissions[order_id] = replace(admission, **told)

    def _newest(self, **wanted: Any) -> list[Case]:
        found = [
            each
            for each in self.cases.values()
            if all(getattr(each, name) == value for name, value in wanted.items() if value is not None)
        ]
        return sorted(found, key=lambda each: (each.created_at, each.case_id), reverse=True)

    def case_for(self, operator: str, eid: Eid) -> Case | None:
        found = self._newest(operator=operator, eid=eid)
        return next((each for each in found if each.state is CaseState.VERIFIED), next(iter(found), None))

    def case_seen_for(self, operator: str, eid: Eid) -> Case | None:
        return self.case_for(operator, eid)

    def newest_case_for(self, operator: str, eid: Eid) -> Case | None:
        return next(iter(self._newest(operator=operator, eid=eid)), None)

    def cases_of_operator(
        self, operator: str, state: CaseState | None, after: Case | None, limit: int
    ) -> list[Case]:
        found = self._newest(operator=operator, state=state)
        if after is not None:
            found = [
                each for each in found if (each.created_at, each.case_id) < (after.created_at, after.case_id)
            ]
        return found[:limit]

    def cases_of_person(self, person: bytes, operator: str | None, limit: int = 100) -> list[Case]:
        return self._newest(person=person, operator=operator)[:limit]

    def cases_of_account(self, account: str, limit: int = 100) -> list[Case]:
        return self._newest(account=account)[:limit]

    def person_of_account(self, account: str, person: bytes | None = None) -> bytes | None:
        verified = (
            case.person
            for case in reversed(self._newest(account=account))
            if case.evidence is not None and case.state is not CaseState.REVOKED
        )
        return next((each for each in verified if each is not None and person in {None, each}), None)

    def cases_expiring(self, now: datetime, limit: int) -> list[Case]:
        found = [
            each
            for each in self.cases.values()
            if each.expires_at is not None and each.expires_at <= now and each.state in LAPSING
        ]
        return sorted(found, key=lambda each: str(each.expires_at))[:limit]

    def cases_to_ask(self, now: datetime, limit: int) -> list[Case]:
        found = [each for each in self.cases.values() if each.ask_again_at and each.ask_again_at <= now]
        return sorted(found, key=lambda each: str(each.ask_again_at))[:limit]

    def lines_of_case(self, case_id: str) -> tuple[int, datetime | None]:
        gate: Any = self
        orders = {number for number, one in gate.admissions.items() if one.case_id == case_id}
        ends = [line.ended_at for number, line in gate.person_lines.items() if number in orders]
        return ends.count(None), max((each for each in ends if each is not None), default=None)

    # --- persons ---

    def person_digest(self, text: str) -> bytes:
        return hmac.digest(KEY, text.encode(), "sha256")

    def person(self, person: bytes) -> Person | None:
        return self.persons.get(person)

    def hold_person(self, person: bytes, now: datetime) -> Person:
        return self.persons.setdefault(person, Person(person=person, created_at=now))

    def save_person(self, person: Person) -> None:
        if person.person in self.persons:
            self.persons[person.person] = person
            trigger, until = person.reverify_trigger, person.reverify_until
            reverify = None if trigger is None or until is None else (Trigger(trigger), until)
            self._push("person", person.person, reverify=reverify)

    # --- personal data ---

    def put_field(self, case_id: str, field: Field, text: str, delete_after: datetime | None) -> None:
        self.case_fields[case_id, field] = (text, delete_after)

    def field(self, case_id: str, field: Field) -> str | None:
        found = self.case_fields.get((case_id, field))
        return None if found is None else found[0]

    def fields_of(self, case_id: str) -> dict[Field, datetime | None]:
        return {
            field: delete_after
            for (owner, field), delete_after in sorted(self._kept(), key=str)
            if owner == case_id
        }

    def _kept(self) -> list[tuple[tuple[str, Field], datetime | None]]:
        """Returns places of what is kept, with when it goes."""
        codes = [((case_id, Field.CONFIRMATION_CODE), end) for case_id, _, end in self.codes.values()]
        return [(key, delete_after) for key, (_, delete_after) in self.case_fields.items()] + codes

    def remove_fields(self, case_id: str, fields: Iterable[Field] | None = None) -> int:
        wanted = list(Field) if fields is None else list(fields)
        gone = [key for key in self.case_fields if key[0] == case_id and key[1] in wanted]
        for key in gone:
            del self.case_fields[key]
        if fields is None:
            self.codes = {order: kept for order, kept in self.codes.items() if kept[0] != case_id}
        return len(gone)

    def remove_ended(self, case_id: str, field: Field, now: datetime) -> int:
        ended = [
            key for key, end in self._kept() if key == (case_id, field) and end is not None and end <= now
        ]
        if field is Field.CONFIRMATION_CODE:
            self.codes = {
                order: kept for order, kept in self.codes.items() if kept[0] != case_id or kept[2] > now
            }
        elif ended:
            del self.case_fields[case_id, field]
        return len(ended)

    def put_code(self, case_id: str, order_id: int, code: str, delete_after: datetime) -> None:
        self.codes[order_id] = (case_id, code, delete_after)

    def code_of_order(self, order_id: int) -> str | None:
        found = self.codes.get(order_id)
        return None if found is None else found[1]

    def forget_code(self, order_id: int) -> None:
        self.codes.pop(order_id, None)

    def keep_field(self, case_id: str, field: Field, delete_after: datetime | None) -> None:
        found = self.case_fields.get((case_id, field))
        if found is not None:
            self.case_fields[case_id, field] = (found[0], delete_after)

    def fields_due(self, now: datetime, limit: int) -> list[tuple[str, Field]]:
        due = [
            (delete_after, key)
            for key, delete_after in self._kept()
            if delete_after is not None and delete_after <= now
        ]
        return [key for _, key in sorted(due)][:limit]

    # --- evidence ---

    def add_evidence(
        self, digest: bytes, case_id: str, octets: bytes, now: datetime, delete_after: datetime | None
    ) -> None:
        if digest in self.case_evidence:
            raise ConflictError("a row with the same key exists")
        self.case_evidence[digest] = (case_id, octets, now, delete_after)

    def evidence(self, digest: bytes) -> bytes | None:
        found = self.case_evidence.get(digest)
        return None if found is None else found[1]

    def evidence_of(self, case_id: str) -> list[bytes]:
        found = [(made, digest) for digest, (of, _, made, _) in self.case_evidence.items() if of == case_id]
        return [digest for _, digest in sorted(found)]

    def keep_evidence(self, digest: bytes, delete_after: datetime | None) -> None:
        found = self.case_evidence.get(digest)
        if found is not None:
            self.case_evidence[digest] = replace_last(found, delete_after)

    def evidence_due(self, now: datetime, limit: int) -> list[tuple[bytes, str]]:
        due = [
            (delete_after, digest, case_id)
            for digest, (case_id, _, _, delete_after) in self.case_evidence.items()
            if delete_after is not None and delete_after <= now
        ]
        return [(digest, case_id) for _, digest, case_id in sorted(due)][:limit]

    def remove_evidence(self, digest: bytes) -> None:
        self.case_evidence.pop(digest, None)


def replace_last(
    kept: tuple[str, bytes, datetime, datetime | None], delete_after: datetime | None
) -> tuple[str, bytes, datetime, datetime | None]:
    """Returns the row with another end."""
    return (*kept[:3], delete_after)
