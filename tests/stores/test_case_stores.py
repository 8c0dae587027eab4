"""Cases, persons and personal data: kept alike by every kind of stores; sealed where there is a disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.postgres import PostgresWork
from openesim.conditions.identity.case import Case, Field, Person
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.rules.words import Assurance, Channel, DocumentKind, Group, ServiceClass
from openesim.kernel.errors import ConfigError, ConflictError, VerificationError
from openesim.kernel.ids import Eid, Imei
from tests.support.database import WRAPPING, new_database

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
EID = Eid("89049032123451234512345678901235")
CASE = Case(
    case_id="CASE000000000001",
    operator="Qinghe",
    state=CaseState.APPLIED,
    service=ServiceClass.PHONE,
    channel=Channel.COUNTER,
    created_at=NOW,
    changed_at=NOW,
    eid=EID,
)
FULL = replace(
    CASE,
    case_id="CASE000000000002",
    state=CaseState.VERIFIED,
    person=b"p" * 32,
    account="account-1",
    imei=Imei("356938035643809"),
    region="11",
    in_country=True,
    group=Group.NATIONAL,
    document=DocumentKind.RESIDENT_ID,
    assurance=frozenset({Assurance.FACE_MATCH, Assurance.IN_PERSON}),
    age=0,
    acts_for_another=True,
    brought=frozenset({"both-documents"}),
    verifier="counter",
    clerk="li",
    second="wu",
    verified_at=NOW,
    expires_at=NOW + timedelta(days=1),
    evidence=b"e" * 32,
    reference="session-1",
    notices=("risk",),
    pack="cn-2025-trial 2025-10-13",
    missing=("face-match",),
    kept_years=5,
    refusal="listed",
    address=b"a" * 32,
)


def ask(work: Any, method: str, /, *arguments: Any, **named: Any) -> Any:
    return work.run_now(lambda stores: getattr(stores, method)(*arguments, **named))


def put(work: Any, count: int, **changes: Any) -> list[Case]:
    """Stores cases a minute apart, two at a time, and returns them, newest first."""
    cases = []
    for number in range(count):
        begun = NOW + timedelta(minutes=number // 2)
        case = replace(CASE, case_id=f"CASE{number:012}", created_at=begun, changed_at=begun, **changes)
        ask(work, "add_case", case)
        cases.append(case)
    return cases[::-1]


# --- cases ---


@pytest.mark.parametrize("case", [CASE, FULL])
def test_a_case_is_read_as_it_was_stored(reopen: Callable[[], Any], case: Case) -> None:
    ask(reopen(), "add_case", case)
    work = reopen()
    assert ask(work, "case", case.case_id) == case
    assert ask(work, "hold_case", case.case_id) == case


def test_a_case_is_stored_as_it_is_now(work: Any) -> None:
    ask(work, "add_case", CASE)
    later = replace(FULL, case_id=CASE.case_id)
    ask(work, "save_case", later)
    assert ask(work, "case", CASE.case_id) == later


def test_a_case_that_nobody_has_is_none(work: Any) -> None:
    assert ask(work, "case", "CASE") is None
    assert ask(work, "case", "a\0b") is None
    assert ask(work, "case_for", "Qinghe", EID) is None


def test_the_name_of_a_case_is_taken_once(work: Any) -> None:
    ask(work, "add_case", CASE)
    with pytest.raises(ConflictError):
        ask(work, "add_case", CASE)


def test_the_newest_case_of_a_chip_is_found_verified_or_not(work: Any) -> None:
    newest, other, third, *_ = put(work, 4)
    ask(work, "save_case", replace(third, state=CaseState.VERIFIED))
    assert ask(work, "case_for", "Qinghe", EID).case_id == third.case_id
    assert ask(work, "newest_case_for", "Qinghe", EID) == newest
    assert ask(work, "case_for", "Yuanshan", EID) is None
    assert ask(work, "newest_case_for", "Yuanshan", EID) is None
    assert other.created_at == newest.created_at


def test_without_a_verified_case_the_newest_is_found(work: Any) -> None:
    newest, *_ = put(work, 2)
    assert ask(work, "case_for", "Qinghe", EID) == newest


def test_an_operators_cases_come_in_pages_newest_first(work: Any) -> None:
    cases = put(work, 7)
    ask(work, "add_case", replace(FULL, case_id="CASE-ELSEWHERE", operator="Yuanshan"))
    for state in (None, CaseState.APPLIED):
        found: list[Case] = []
        after = None
        while page := ask(work, "cases_of_operator", "Qinghe", state, after, 3):
            found += page
            after = page[-1]
        assert found == cases
    assert ask(work, "cases_of_operator", "Qinghe", CaseState.VERIFIED, None, 3) == []


def test_cases_are_found_by_person_and_by_account(work: Any) -> None:
    cases = put(work, 3, person=b"p" * 32, account="account-1")
    there = replace(FULL, case_id="CASE-THERE", operator="Yuanshan", account="account-2")
    ask(work, "add_case", replace(there, created_at=NOW - timedelta(days=1)))
    assert ask(work, "cases_of_person", b"p" * 32, "Qinghe") == cases
    assert [each.case_id for each in ask(work, "cases_of_person", b"p" * 32, None)] == [
        *(each.case_id for each in cases),
        "CASE-THERE",
    ]
    assert ask(work, "cases_of_person", b"q" * 32, None) == []
    assert ask(work, "cases_of_account", "account-1", 2) == cases[:2]


def test_cases_whose_time_is_over_are_found_while_they_can_end_so(work: Any) -> None:
    ask(work, "add_case", FULL)
    ask(work, "add_case", replace(FULL, case_id="CASE-REFUSED", state=CaseState.REFUSED))
    ask(work, "add_case", replace(FULL, case_id="CASE-LATER", expires_at=NOW + timedelta(days=9)))
    assert ask(work, "cases_expiring", NOW, 9) == []
    assert ask(work, "cases_expiring", NOW + timedelta(days=2), 9) == [FULL]


# --- persons ---


def test_a_person_is_known_from_the_first_time_on(reopen: Callable[[], Any]) -> None:
    work = reopen()
    assert ask(work, "person", b"p" * 32) is None
    first = ask(work, "hold_person", b"p" * 32, NOW)
    assert first == Person(person=b"p" * 32, created_at=NOW)
    assert ask(work, "hold_person", b"p" * 32, NOW + timedelta(days=1)) == first
    known = replace(first, frozen_at=NOW, reverify_trigger="sleeping", reverify_until=NOW, reissued_at=NOW)
    ask(work, "save_person", known)
    assert ask(reopen(), "person", b"p" * 32) == known


def test_a_digest_is_the_same_in_every_process_and_of_every_connection(reopen: Callable[[], Any]) -> None:
    first = ask(reopen(), "person_digest", "resident\n110105")
    assert len(first) == 32
    assert ask(reopen(), "person_digest", "resident\n110105") == first
    assert ask(reopen(), "person_digest", "resident\n110106") != first


def test_a_digest_key_that_was_made_in_vain_is_not_used(work: Any) -> None:
    """The transaction that made it was given up: whatever was computed with it fits nothing."""

    def fail(stores: Any) -> None:
        stores.person_digest("somebody")
        raise ConflictError("given up")

    with pytest.raises(ConflictError):
        work.run_now(fail)
    first = ask(work, "person_digest", "somebody")
    assert ask(work, "person_digest", "somebody") == first


def test_processes_that_begin_together_make_one_digest_key(cluster: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    address = cluster.new_database()
    works = [PostgresWork(address, WRAPPING) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        digests = list(pool.map(lambda work: ask(work, "person_digest", "somebody"), works))
    for work in works:
        work.close()
    assert len(set(digests)) == 1


# --- personal data ---


def test_a_field_is_read_replaced_and_removed(reopen: Callable[[], Any]) -> None:
    work = reopen()
    ask(work, "put_field", "CASE1", Field.NAME, "王小明", None)
    ask(work, "put_field", "CASE1", Field.NUMBER, "11010519491231002X", NOW)
    ask(work, "put_field", "CASE2", Field.NAME, "另一人", None)
    work = reopen()
    assert ask(work, "field", "CASE1", Field.NAME) == "王小明"
    assert ask(work, "field", "CASE1", Field.ADDRESS) is None
    assert ask(work, "fields_of", "CASE1") == {Field.NAME: None, Field.NUMBER: NOW}
    ask(work, "put_field", "CASE1", Field.NAME, "王大明", NOW)
    assert ask(work, "field", "CASE1", Field.NAME) == "王大明"
    assert ask(work, "fields_of", "CASE1")[Field.NAME] == NOW
    assert ask(work, "remove_fields", "CASE1", [Field.NAME, Field.BORN]) == 1
    assert ask(work, "field", "CASE1", Field.NAME) is None
    assert ask(work, "remove_fields", "CASE1") == 1
    assert ask(work, "fields_of", "CASE1") == {}
    assert ask(work, "field", "CASE2", Field.NAME) == "另一人"


def test_fields_are_found_when_their_time_is_over(work: Any) -> None:
    ask(work, "put_field", "CASE1", Field.NAME, "a", None)
    ask(work, "put_field", "CASE1", Field.NUMBER, "b", NOW)
    ask(work, "put_field", "CASE1", Field.BORN, "c", NOW - timedelta(days=1))
    assert ask(work, "fields_due", NOW, 9) == [("CASE1", Field.BORN), ("CASE1", Field.NUMBER)]
    assert ask(work, "fields_due", NOW, 1) == [("CASE1", Field.BORN)]
    ask(work, "keep_field", "CASE1", Field.BORN, NOW + timedelta(days=1))
    assert ask(work, "fields_due", NOW, 9) == [("CASE1", Field.NUMBER)]
    ask(work, "keep_field", "CASE1", Field.NUMBER, None)
    assert ask(work, "fields_due", NOW, 9) == []


def test_evidence_is_kept_by_its_digest_until_its_time_is_over(reopen: Callable[[], Any]) -> None:
    work = reopen()
    ask(work, "add_evidence", b"1" * 32, "CASE1", b"{}", NOW, None)
    ask(work, "add_evidence", b"2" * 32, "CASE1", b"[]", NOW + timedelta(days=1), NOW)
    assert ask(reopen(), "evidence", b"1" * 32) == b"{}"
    assert ask(work, "evidence", b"3" * 32) is None
    assert ask(work, "evidence_of", "CASE1") == [b"1" * 32, b"2" * 32]
    assert ask(work, "evidence_due", NOW, 9) == [(b"2" * 32, "CASE1")]
    ask(work, "keep_evidence", b"2" * 32, NOW + timedelta(days=1))
    assert ask(work, "evidence_due", NOW, 9) == []
    ask(work, "remove_evidence", b"1" * 32)
    assert ask(work, "evidence", b"1" * 32) is None


@pytest.fixture
def sealed(template: Any, tmp_path: Any) -> Any:
    """A unit of work on a SQLite file."""
    work = SqliteWork(new_database(template, tmp_path), WRAPPING)
    yield work
    work.close()


def test_a_field_that_was_moved_to_another_case_does_not_open(sealed: Any) -> None:
    for case_id in ("CASE1", "CASE2"):
        ask(sealed, "put_field", case_id, Field.NAME, f"of {case_id}", None)
    sealed.run_now(
        lambda stores: stores._cursor.execute(
            "UPDATE case_fields SET sealed = (SELECT sealed FROM case_fields WHERE case_id = 'CASE1')", {}
        )
    )
    assert ask(sealed, "field", "CASE1", Field.NAME) == "of CASE1"
    with pytest.raises(VerificationError):
        ask(sealed, "field", "CASE2", Field.NAME)


def test_without_a_key_nothing_personal_is_kept(template: Any, tmp_path: Any) -> None:
    work = SqliteWork(new_database(template, tmp_path))
    with pytest.raises(ConfigError, match="no personal data"):
        ask(work, "put_field", "CASE1", Field.NAME, "a", None)
    with pytest.raises(ConfigError):
        ask(work, "person_digest", "somebody")
    work.close()
