"""The contract of licences: what was kept comes back, every change has a revision and a deed, and the gate hears of it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.adapters.db.data_keys import MARK
from openesim.adapters.db.postgres import PostgresWork
from openesim.conditions.admission.facts import Standing
from openesim.conditions.licensing.deeds import Approval, IncompleteError
from openesim.conditions.licensing.evidence import read_upload
from openesim.conditions.licensing.licence import EvidenceFile, Licence, Missing, Remark, Scope
from openesim.conditions.licensing.scopes import Narrowing
from openesim.conditions.licensing.states import Event, LicenceState, Party
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError, StateError
from openesim.services.conditions.following import Following
from openesim.services.conditions.ledger.ledger import Range, Window
from openesim.services.conditions.licences.applications import MOST_LISTED, LicenceApplications
from openesim.services.conditions.licences.book import LicenceBook
from openesim.services.conditions.licences.calendar import LicenceCalendar, expire_licences
from openesim.services.conditions.licences.files import attach, detach, read_file
from openesim.services.conditions.licences.pictures import ending_soon, picture_of, waiting
from openesim.services.conditions.operator.licences_ending import LicencesEnding
from tests.stores.test_smdp_stores import ask
from tests.support.database import WRAPPING, Cluster
from tests.support.licences import (
    LICENSING,
    OPERATOR,
    PDF,
    PNG,
    YEAR,
    add_operator,
    applied,
    approve,
    approved,
    complete,
    inspector,
    operator,
)
from tests.support.memory import MemoryWork
from tests.support.rig import NOW, Rig, SteppedClock

DAY = timedelta(days=1)
PHONE = ServiceClass.PHONE


def run(work: Any, unit: Any) -> Any:
    return work.run_now(unit)


def deeds(work: Any, licence_id: int) -> list[dict[str, str]]:
    """Returns what the ledger tells of a licence, oldest first."""
    window = Window(range=Range.SUBJECT, value=f"licence:{licence_id}")
    kept = ask(work, "ledger_window", window, 100)
    return [dict(each.entry.facts) for each in reversed(kept)]


def test_a_licence_comes_out_as_it_went_in(work: Any) -> None:
    full = Licence(
        operator=OPERATOR,
        service=PHONE,
        state=LicenceState.APPROVED,
        asked=YEAR,
        granted=Scope(
            begins=NOW,
            ends=NOW + DAY,
            channels=frozenset({Channel.COUNTER, Channel.ONLINE}),
            regions=frozenset({"CN-31", "上海"}),
            numbers=frozenset({NumberKind.MOBILE_11}),
        ),
        conditions=("只在营业厅办理",),
        checklist="short",
        version="1",
        created_at=NOW,
        changed_at=NOW + timedelta(microseconds=1),
        dialogue=(
            Remark(event=Event.ASK, party=Party.INSPECTOR, at=NOW, actor="a", text="为什么?", item="who"),
        ),
        renews=7,
        inspector="account:i",
        reminded=(90, 30),
    )
    stored = ask(work, "add_licence", full)
    assert stored == replace(full, licence_id=stored.licence_id, revision=1)
    assert ask(work, "licence", stored.licence_id) == stored
    assert ask(work, "licence", stored.licence_id + 1) is None
    changed = ask(work, "save_licence", replace(stored, state=LicenceState.SUSPENDED))
    assert changed.revision == 2
    assert ask(work, "licence", stored.licence_id) == changed


def test_whoever_moves_a_licence_and_its_renewal_holds_the_older_one_first() -> None:
    work = MemoryWork()
    base = run(work, approved)
    renewal = run(work, lambda stores: LICENSING.renew(stores, base.licence_id, None, operator()))
    run(work, lambda stores: complete(stores, renewal))
    run(work, lambda stores: LICENSING.submit(stores, renewal.licence_id, operator()))
    run(work, lambda stores: LICENSING.take_up(stores, renewal.licence_id, inspector()))
    held: list[int] = []

    class Holding:
        """Stores that note which licences are held."""

        def __init__(self, stores: Any) -> None:
            self._stores = stores

        def __getattr__(self, name: str) -> Any:
            return getattr(self._stores, name)

        def licence(self, licence_id: int) -> Licence | None:
            held.append(licence_id)
            found: Licence | None = self._stores.licence(licence_id)
            return found

    run(
        work,
        lambda stores: LICENSING.approve(Holding(stores), renewal.licence_id, Approval(), inspector()),
    )
    assert list(dict.fromkeys(held)) == [base.licence_id, renewal.licence_id]
    held.clear()
    run(
        work,
        lambda stores: LICENSING.suspend(Holding(stores), base.licence_id, inspector(), "to be looked at"),
    )
    assert list(dict.fromkeys(held)) == [base.licence_id, renewal.licence_id]


def test_all_licences_of_an_operator_count_and_the_newest_are_listed(
    work: Any, runner: asyncio.Runner
) -> None:
    ending = run(work, lambda stores: approved(stores, Scope(begins=NOW - 30 * DAY, ends=NOW + 5 * DAY)))

    def many(stores: Any) -> None:
        over = replace(ending, licence_id=0, state=LicenceState.WITHDRAWN)
        for _ in range(MOST_LISTED + 20):
            stores.add_licence(over)

    run(work, many)
    late = run(work, lambda stores: approved(stores, Scope(begins=NOW - 30 * DAY, ends=NOW + 4 * DAY)))
    clock = SteppedClock(NOW)
    found = runner.run(LicencesEnding(work, clock).of(OPERATOR))
    assert [each.licence_id for each in found] == [late.licence_id, ending.licence_id]
    applications = LicenceApplications(work, clock, LICENSING, Following(work, ()))
    listed = [each.licence_id for each in runner.run(applications.all(OPERATOR))]
    assert listed[:3] == [late.licence_id, ending.licence_id, late.licence_id - 1]
    assert len(listed) == MOST_LISTED


def test_licences_are_listed_by_number_operator_state_end_and_revision(work: Any) -> None:
    first = run(work, approved)
    other = run(work, lambda stores: applied(stores, name="yuanshan"))
    open_ended = run(work, lambda stores: approved(stores, Scope(begins=NOW)))
    assert [each.licence_id for each in ask(work, "licences", 0, 10)] == [
        first.licence_id,
        other.licence_id,
        open_ended.licence_id,
    ]
    assert ask(work, "licences", first.licence_id, 1) == [other]
    assert ask(work, "licences_of_operator", OPERATOR, 0, 10) == [first, open_ended]
    assert ask(work, "licences_of_operator", OPERATOR, first.licence_id, 10) == [open_ended]
    assert ask(work, "licences_in", LicenceState.SUBMITTED, (NOW - DAY, 0), 10) == [other]
    assert ask(work, "licences_in", LicenceState.SUBMITTED, (NOW, other.licence_id), 10) == []
    assert ask(work, "licences_in", LicenceState.APPROVED, (NOW, first.licence_id), 10) == [open_ended]
    assert ask(work, "licences_ending", NOW + 400 * DAY, 0, 10) == [first]
    assert ask(work, "licences_ending", NOW + 365 * DAY, 0, 10) == []
    assert ask(work, "licences_changed", 0, 10) == [first, other, open_ended]
    assert ask(work, "licences_changed", first.revision, 1) == [other]


def test_every_deed_raises_the_revision_and_stands_in_the_ledger(work: Any) -> None:
    licence = run(work, approved)
    number = licence.licence_id
    run(work, lambda stores: LICENSING.suspend(stores, number, inspector(), "no answer to our letter"))
    run(work, lambda stores: LICENSING.reinstate(stores, number, inspector()))
    run(work, lambda stores: LICENSING.revoke(stores, number, inspector(), "again no answer"))
    told = deeds(work, number)
    assert [each["deed"].removeprefix("licence-") for each in told] == [
        *("apply", "answer", "answer", "answer", "attach", "submit", "take-up", "approve"),
        *("suspend", "reinstate", "revoke"),
    ]
    assert ask(work, "licence", number).revision == len(told)
    assert ask(work, "revisions")["licences"] == len(told)
    assert told[-1]["state"] == "revoked"
    assert "letter" not in str(told), "what people write is in no ledger"


def test_a_deed_that_is_refused_leaves_nothing(work: Any) -> None:
    licence = run(work, applied)
    before = deeds(work, licence.licence_id)
    with pytest.raises(StateError):
        run(work, lambda stores: LICENSING.approve(stores, licence.licence_id, Approval(), inspector()))
    assert ask(work, "licence", licence.licence_id) == licence
    assert deeds(work, licence.licence_id) == before


def test_what_is_incomplete_is_not_submitted_and_every_item_is_named(work: Any) -> None:
    run(work, add_operator)
    draft = run(work, lambda stores: LICENSING.apply(stores, OPERATOR, PHONE, YEAR, operator()))
    number = draft.licence_id
    with pytest.raises(IncompleteError) as caught:
        run(work, lambda stores: LICENSING.submit(stores, number, operator()))
    assert caught.value.missing == (
        ("who", Missing.ANSWER),
        ("keys", Missing.ANSWER),
        ("keys", Missing.EVIDENCE),
        ("query", Missing.ANSWER),
    )
    run(work, lambda stores: complete(stores, draft))
    file = ask(work, "files_of_licence", number)[0]
    run(work, lambda stores: detach(LICENSING, stores, number, file.file_id, operator()))
    with pytest.raises(IncompleteError, match=r"keys \(evidence\)"):
        run(work, lambda stores: LICENSING.submit(stores, number, operator()))
    assert ask(work, "licence", number).state is LicenceState.DRAFT


def test_what_was_asked_back_may_be_changed_until_it_is_submitted_again(work: Any) -> None:
    number = run(work, applied).licence_id
    run(work, lambda stores: LICENSING.take_up(stores, number, inspector()))
    with pytest.raises(StateError):
        run(work, lambda stores: LICENSING.answer(stores, number, "who", "else", operator()))
    run(work, lambda stores: LICENSING.ask(stores, number, inspector(), "who exactly?", "who"))
    run(work, lambda stores: LICENSING.answer(stores, number, "who", "trained clerks", operator()))
    run(work, lambda stores: LICENSING.comment(stores, number, operator(), "see above", "who"))
    licence = run(work, lambda stores: LICENSING.submit(stores, number, operator(), "changed as asked"))
    assert licence.state is LicenceState.SUBMITTED
    assert licence.answer_to("who").text == "trained clerks"
    told = [(each.event, each.party, each.item, each.text) for each in licence.dialogue]
    assert told == [
        (Event.SUBMIT, Party.OPERATOR, None, ""),
        (Event.TAKE_UP, Party.INSPECTOR, None, ""),
        (Event.ASK, Party.INSPECTOR, "who", "who exactly?"),
        (Event.COMMENT, Party.OPERATOR, "who", "see above"),
        (Event.SUBMIT, Party.OPERATOR, None, "changed as asked"),
    ]


def test_another_operator_sees_and_does_nothing(work: Any) -> None:
    licence = run(work, applied)
    stranger = operator(name="yuanshan")
    file = ask(work, "files_of_licence", licence.licence_id)[0]
    for attempt in (
        lambda stores: LICENSING.withdraw(stores, licence.licence_id, stranger),
        lambda stores: LICENSING.renew(stores, licence.licence_id, None, stranger),
        lambda stores: LICENSING.apply(stores, OPERATOR, PHONE, YEAR, stranger),
        lambda stores: read_file(stores, licence.licence_id, file.file_id, stranger),
    ):
        with pytest.raises(NotFoundError):
            run(work, attempt)
    other = run(work, lambda stores: applied(stores, name="yuanshan"))
    with pytest.raises(NotFoundError):
        run(work, lambda stores: read_file(stores, other.licence_id, file.file_id, stranger))


# --- files ----------------------------------------------------------------------------------------------------------


def test_a_file_comes_back_as_it_was_attached_and_is_kept_once(work: Any) -> None:
    run(work, add_operator)
    draft = run(work, lambda stores: LICENSING.apply(stores, OPERATOR, PHONE, YEAR, operator()))
    upload = read_upload("密码机 证书.png", PNG)
    stored: EvidenceFile = run(
        work, lambda stores: attach(LICENSING, stores, draft.licence_id, "keys", upload, operator())
    )
    file, octets = run(work, lambda stores: read_file(stores, draft.licence_id, stored.file_id, inspector()))
    assert (file, octets) == (stored, PNG)
    assert (file.name, file.media_type, file.size) == ("密码机 证书.png", "image/png", len(PNG))
    with pytest.raises(ConflictError):
        run(work, lambda stores: attach(LICENSING, stores, draft.licence_id, "keys", upload, operator()))
    with pytest.raises(DecodeError):
        run(work, lambda stores: attach(LICENSING, stores, draft.licence_id, "who", upload, operator()))
    told = deeds(work, draft.licence_id)[-1]
    assert told["file"] == upload.digest.hex()
    assert "密码机" not in str(told)


def test_answers_and_files_are_sealed(work: Any) -> None:
    run(work, applied)

    def kept(stores: Any) -> list[bytes]:
        cursor = getattr(stores, "_cursor", None)
        if cursor is None:
            return []  # in memory nothing is sealed
        cursor.execute("SELECT record FROM licences UNION ALL SELECT octets FROM licence_files", {})
        return [bytes(row[0]) for row in cursor.fetchall()]

    for octets in run(work, kept):
        assert octets.startswith(MARK)
        assert b"at the counter" not in octets
        assert PDF[:8] not in octets


# --- what the gate hears --------------------------------------------------------------------------------------------


def test_the_book_hears_of_an_approval_and_of_a_suspension(work: Any, rig: Rig) -> None:
    book = LicenceBook()
    following = Following(work, [book])
    rig.run(following.load())
    assert book.licences_of(OPERATOR, PHONE) == ()
    licence = run(work, applied)
    rig.run(following.refresh())
    (fact,) = book.licences_of(OPERATOR, PHONE)
    assert fact.standing is Standing.PENDING
    narrowing = Narrowing(channels=frozenset({Channel.COUNTER}), ends=NOW + 30 * DAY)
    run(work, lambda stores: approve(stores, licence, narrowing=narrowing))
    rig.run(following.refresh())
    (fact,) = book.licences_of(OPERATOR, PHONE)
    assert (fact.standing, fact.channels, fact.ends) == (
        Standing.VALID,
        frozenset({Channel.COUNTER}),
        NOW + 30 * DAY,
    )
    assert book.licences_of(OPERATOR, ServiceClass.WATCH) == book.licences_of("yuanshan", PHONE) == ()
    run(work, lambda stores: LICENSING.suspend(stores, licence.licence_id, inspector(), "why not"))
    rig.run(following.refresh())
    assert book.licences_of(OPERATOR, PHONE)[0].standing is Standing.SUSPENDED
    again = LicenceBook()
    rig.run(Following(work, [again]).load())
    assert again.licences_of(OPERATOR, PHONE) == book.licences_of(OPERATOR, PHONE)


def test_the_book_forgets_what_was_refused(work: Any, rig: Rig) -> None:
    licence = run(work, applied)
    book = LicenceBook()
    following = Following(work, [book])
    rig.run(following.load())
    assert len(book.licences_of(OPERATOR, PHONE)) == 1
    run(work, lambda stores: LICENSING.withdraw(stores, licence.licence_id, operator()))
    rig.run(following.refresh())
    assert book.licences_of(OPERATOR, PHONE) == ()


# --- what people look at --------------------------------------------------------------------------------------------


def test_a_picture_has_everything_and_says_what_may_be_done(work: Any) -> None:
    licence = run(work, applied)
    number = licence.licence_id
    seen = run(work, lambda stores: picture_of(LICENSING, stores, number, inspector()))
    assert (seen.licence, seen.missing, seen.renewal, seen.reminder) == (licence, (), None, None)
    assert [each.name for each in seen.files] == ["module.pdf"]
    assert seen.moves == {Event.TAKE_UP, Event.COMMENT}
    own = run(work, lambda stores: picture_of(LICENSING, stores, number, operator()))
    assert own.moves == {Event.WITHDRAW, Event.COMMENT}
    run(work, lambda stores: approve(stores, licence))
    renewal = renewed(work, licence)
    late = operator(licence.scope.ends - DAY)
    seen = run(work, lambda stores: picture_of(LICENSING, stores, number, late))
    assert (seen.renewal, seen.reminder) == (renewal.licence_id, 7)


def test_no_inspector_sees_a_draft(work: Any) -> None:
    run(work, add_operator)
    draft = run(work, lambda stores: LICENSING.apply(stores, OPERATOR, PHONE, YEAR, operator()))
    number = draft.licence_id
    seen = run(work, lambda stores: picture_of(LICENSING, stores, number, operator()))
    assert [item for item, _ in seen.missing] == ["who", "keys", "keys", "query"]
    with pytest.raises(NotFoundError):
        run(work, lambda stores: picture_of(LICENSING, stores, number, inspector()))
    assert run(work, waiting) == []


def test_what_waits_and_what_ends_soon_are_listed(work: Any) -> None:
    first = run(work, applied)
    second = run(work, lambda stores: applied(stores, now=NOW + timedelta(seconds=1), name="yuanshan"))
    taken = run(
        work,
        lambda stores: LICENSING.take_up(stores, first.licence_id, inspector(NOW + timedelta(minutes=1))),
    )
    assert run(work, waiting) == [second, taken]
    assert run(work, lambda stores: waiting(stores, 1)) == [second]
    soon = run(work, lambda stores: approved(stores, Scope(begins=NOW, ends=NOW + 20 * DAY)))
    sooner = run(work, lambda stores: approved(stores, Scope(begins=NOW, ends=NOW + 10 * DAY)))
    assert run(work, lambda stores: ending_soon(stores, NOW)) == [sooner, soon]


# --- renewals -------------------------------------------------------------------------------------------------------


def renewed(work: Any, licence: Licence, now: Any = NOW) -> Licence:
    """Returns a submitted renewal."""
    hand = operator(now)
    renewal = run(work, lambda stores: LICENSING.renew(stores, licence.licence_id, NOW + 900 * DAY, hand))
    upload = read_upload("module.pdf", PDF)
    run(work, lambda stores: attach(LICENSING, stores, renewal.licence_id, "keys", upload, hand))
    stored: Licence = run(work, lambda stores: LICENSING.submit(stores, renewal.licence_id, hand))
    return stored


def test_a_renewal_follows_without_a_gap_and_there_is_one(work: Any) -> None:
    licence = run(work, approved)
    renewal = renewed(work, licence)
    assert renewal.answers == licence.answers
    with pytest.raises(ConflictError):
        run(work, lambda stores: LICENSING.renew(stores, licence.licence_id, None, operator()))
    run(work, lambda stores: LICENSING.take_up(stores, renewal.licence_id, inspector()))
    late = Approval(narrowing=Narrowing(begins=NOW + 400 * DAY))
    with pytest.raises(DecodeError, match="without a gap"):
        run(work, lambda stores: LICENSING.approve(stores, renewal.licence_id, late, inspector()))
    stored = run(work, lambda stores: LICENSING.approve(stores, renewal.licence_id, Approval(), inspector()))
    assert stored.granted.begins == licence.granted.ends
    assert stored.renews == licence.licence_id


def test_nobody_waits_out_a_suspension(work: Any) -> None:
    licence = run(work, approved)
    submitted = renewed(work, licence)
    renewal = run(work, lambda stores: approve(stores, submitted))
    run(work, lambda stores: LICENSING.suspend(stores, licence.licence_id, inspector(), "why not"))
    assert ask(work, "licence", renewal.licence_id).state is LicenceState.SUSPENDED
    assert deeds(work, renewal.licence_id)[-1]["with"] == f"licence:{licence.licence_id}"
    run(work, lambda stores: LICENSING.reinstate(stores, licence.licence_id, inspector()))
    assert ask(work, "licence", renewal.licence_id).state is LicenceState.APPROVED
    run(
        work,
        lambda stores: LICENSING.suspend(stores, renewal.licence_id, inspector(NOW + DAY), "for itself"),
    )
    run(work, lambda stores: LICENSING.suspend(stores, licence.licence_id, inspector(), "why not"))
    run(work, lambda stores: LICENSING.reinstate(stores, licence.licence_id, inspector()))
    assert ask(work, "licence", renewal.licence_id).state is LicenceState.SUSPENDED
    run(work, lambda stores: LICENSING.revoke(stores, licence.licence_id, inspector(), "enough"))
    assert ask(work, "licence", renewal.licence_id).state is LicenceState.REVOKED


def test_a_renewal_of_what_was_suspended_is_not_approved(work: Any) -> None:
    licence = run(work, approved)
    renewal = renewed(work, licence)
    run(work, lambda stores: LICENSING.suspend(stores, licence.licence_id, inspector(), "why not"))
    with pytest.raises(StateError, match="suspended"):
        run(work, lambda stores: approve(stores, renewal))


# --- the calendar ---------------------------------------------------------------------------------------------------


def test_what_is_over_expires_once(work: Any) -> None:
    licence = run(work, approved)
    end = licence.scope.ends
    assert run(work, lambda stores: expire_licences(stores, end)) == 0
    assert run(work, lambda stores: expire_licences(stores, end + timedelta(seconds=1))) == 1
    assert run(work, lambda stores: expire_licences(stores, end + DAY)) == 0
    assert ask(work, "licence", licence.licence_id).state is LicenceState.EXPIRED
    last = ask(work, "licence", licence.licence_id).dialogue[-1]
    assert (last.event, last.party, last.actor) == (Event.EXPIRE, Party.CALENDAR, "calendar")


def test_reminders_are_written_once_each_and_not_for_whom_renewed(work: Any, rig: Rig) -> None:
    licence = run(work, approved)
    end = licence.scope.ends
    written = []
    for days in (100, 90, 60, 30, 29, 7, 1):
        calendar = LicenceCalendar(work, SteppedClock(end - days * DAY))
        rig.run(calendar.step())
        assert rig.run(calendar.step()) == 0, "what was done is not done again"
        written.append(ask(work, "licence", licence.licence_id).reminded)
    assert written == [(), (90,), (90,), (90, 30), (90, 30), (90, 30, 7), (90, 30, 7)]
    told = [each for each in deeds(work, licence.licence_id) if each["deed"] == "licence-remind"]
    assert [each["days"] for each in told] == ["90", "30", "7"]


def test_whoever_has_an_approved_renewal_is_not_reminded(work: Any, rig: Rig) -> None:
    licence = run(work, approved)
    submitted = renewed(work, licence)
    run(work, lambda stores: approve(stores, submitted))
    clock = SteppedClock(licence.scope.ends - 5 * DAY)
    assert rig.run(LicenceCalendar(work, clock).step()) == 0
    assert ask(work, "licence", licence.licence_id).reminded == ()


# --- several processes ----------------------------------------------------------------------------------------------


def test_of_two_inspectors_at_the_same_moment_one_decides(cluster: Cluster) -> None:
    address = cluster.new_database()
    works = [PostgresWork(address, WRAPPING) for _ in range(3)]
    try:
        for _ in range(5):
            licence = run(works[0], approved)
            submitted = renewed(works[0], licence)
            number = submitted.licence_id
            run(works[0], lambda stores: LICENSING.take_up(stores, number, inspector()))  # noqa: B023

            def approve_it(stores: Any) -> Any:
                return LICENSING.approve(stores, number, Approval(), inspector())  # noqa: B023

            def suspend_the_other(stores: Any) -> Any:
                return LICENSING.suspend(stores, licence.licence_id, inspector(), "why not")  # noqa: B023

            with ThreadPoolExecutor(3) as pool:
                units = [(works[0], approve_it), (works[1], approve_it), (works[2], suspend_the_other)]
                ended = [pool.submit(work.run_now, unit) for work, unit in units]
                faults = [each.exception() for each in ended]
            after = run(works[0], lambda stores: stores.licence(number))  # noqa: B023
            assert [each.event for each in after.dialogue].count(Event.APPROVE) <= 1
            assert all(fault is None or isinstance(fault, StateError) for fault in faults), faults
            assert faults[2] is None
            assert after.state is not LicenceState.APPROVED, "nobody waits out a suspension"
    finally:
        for each in works:
            each.close()
