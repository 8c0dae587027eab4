"""The contract of admissions, lines, counts and the watch-list."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from openesim.conditions.admission.admission import Admission, Line, LineState
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.admission.facts import Application, Standing, Verification
from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Person
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.rules.words import (
    Assurance,
    Channel,
    Deed,
    DocumentKind,
    Group,
    NumberKind,
    ServiceClass,
    Trigger,
)
from openesim.conditions.terminals.bindings import Bond
from openesim.kernel.errors import StateError
from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.services.conditions.following import Reading
from openesim.services.conditions.gate.books import Asked, Told
from openesim.services.conditions.gate.watch_book import REVISION
from openesim.services.conditions.operator.plans import PlanBook, keep_plan
from tests.stores.test_smdp_stores import ask
from tests.support.gate import case_of, person_of, told
from tests.support.rig import ICCID, NOW, Rig, eid_of

EID = eid_of(1)
ADMISSION = Admission(
    order_id=7,
    application=Application(
        operator="operator",
        service=ServiceClass.WATCH,
        channel=Channel.COUNTER,
        number=NumberKind.MOBILE_11,
        home_region="31",
        write_region="31",
        in_country=True,
        deed=Deed.RE_ISSUE,
    ),
    verdict=Verdict.HOLD,
    pack="cn-2025-trial",
    version="2025-10-13",
    decided_at=NOW,
    case_id="CASE0001",
    person=person_of("Wang"),
    eid=EID,
    evidence=bytes(range(32)),
    imei="352906110000000",
    person_facts=Verification(
        standing=Standing.VALID,
        group=Group.NATIONAL,
        document=DocumentKind.RESIDENT_ID,
        assurance=frozenset({Assurance.FACE_MATCH}),
        verified_at=NOW,
        same_visit=True,
        age=40,
        brought=frozenset({"guardian"}),
        reverify=(Trigger.FRAUD_FLAG, NOW),
    ),
    standing=Standing.PENDING,
    reverify=(Trigger.MANY_LINES, NOW),
    cause="score",
    held_until=NOW + timedelta(hours=72),
    signs=("watched:3",),
    cleared_by="inspector",
    cleared=("watched:1", "watched:2"),
)
LINE = Line(
    order_id=7,
    person=person_of("Wang"),
    operator="operator",
    service=ServiceClass.PHONE,
    iccid=ICCID,
    state=LineState.RESERVED,
    begun_at=NOW,
)


def do(work: Any, name: str, *arguments: Any) -> Any:
    """Runs a method of the stores in a unit of its own."""
    return work.run_now(lambda stores: getattr(stores, name)(*arguments))


def test_an_admission_comes_out_as_it_went_in_and_takes_the_place_of_an_earlier_one(work: Any) -> None:
    assert ask(work, "admission", 7) is None
    do(work, "save_admission", ADMISSION)
    assert ask(work, "admission", 7) == ADMISSION
    bare = Admission(
        order_id=7,
        application=Application(operator="o", service=ServiceClass.PHONE, channel=Channel.ONLINE),
        verdict=Verdict.ALLOW,
        pack="p",
        version="1",
        decided_at=NOW,
    )
    do(work, "save_admission", bare)
    assert ask(work, "admission", 7) == bare


def test_held_orders_are_found_by_when_they_are_looked_at_again(work: Any) -> None:
    for number, hours in ((1, 3), (2, 1), (3, 2), (4, 1)):
        held = replace(ADMISSION, order_id=number, held_until=NOW + timedelta(hours=hours))
        do(work, "save_admission", held)
    do(work, "save_admission", replace(ADMISSION, order_id=5, held_until=None))
    assert [each.order_id for each in ask(work, "held_admissions", (0, 0), 10)] == [2, 4, 3, 1]
    first = ask(work, "held_admissions", (0, 0), 1)[0]
    place = (int(first.held_until.timestamp() * 1000), first.order_id)
    assert [each.order_id for each in ask(work, "held_admissions", place, 10)] == [4, 3, 1]


def test_orders_of_a_case_are_found(work: Any) -> None:
    do(work, "save_admission", ADMISSION)
    do(work, "save_admission", replace(ADMISSION, order_id=3))
    do(work, "save_admission", replace(ADMISSION, order_id=4, case_id="CASE0002"))
    assert [each.order_id for each in ask(work, "admissions_of_case", "CASE0001", 10)] == [3, 7]


def test_lines_of_a_person_are_all_of_his_at_every_operator(work: Any) -> None:
    later = replace(LINE, order_id=3, operator="other", begun_at=NOW + timedelta(hours=1))
    for line in (later, LINE, replace(LINE, order_id=9, person=person_of("Li"))):
        do(work, "save_line", line)
    assert ask(work, "lines_of_person", person_of("Wang")) == [LINE, later]
    do(work, "move_line", 7, LineState.ENDED, NOW)
    do(work, "dispute_line", 3, NOW)
    do(work, "move_line", 4711, LineState.ACTIVE, None)
    ended, disputed = ask(work, "lines_of_person", person_of("Wang"))
    assert (ended.state, ended.ended_at) == (LineState.ENDED, NOW)
    assert (disputed.state, disputed.disputed_at) == (LineState.RESERVED, NOW)
    assert ask(work, "line", 7) == ended


def test_a_line_that_ends_before_it_was_active_was_given_back(work: Any) -> None:
    do(work, "save_line", LINE)
    do(work, "save_line", replace(LINE, order_id=8))
    do(work, "move_line", 8, LineState.ACTIVE, None)
    for _ in range(2):
        for order_id in (7, 8):
            do(work, "move_line", order_id, LineState.ENDED, NOW)
    returned, ended = ask(work, "line", 7), ask(work, "line", 8)
    assert (returned.state, returned.ended_at, returned.is_returned) == (LineState.ENDED, NOW, True)
    assert (ended.state, ended.ended_at, ended.is_returned) == (LineState.ENDED, NOW, False)
    do(work, "save_line", returned)
    assert ask(work, "line", 7) == returned


def test_lines_of_a_person_at_one_operator_are_those_and_no_others(work: Any) -> None:
    later = replace(LINE, order_id=3, begun_at=NOW + timedelta(hours=1))
    for line in (
        later,
        LINE,
        replace(LINE, order_id=4, operator="other"),
        replace(LINE, order_id=9, person=person_of("Li")),
    ):
        do(work, "save_line", line)
    assert ask(work, "lines_of_person_at", person_of("Wang"), LINE.operator, 10) == [later, LINE]
    assert ask(work, "lines_of_person_at", person_of("Wang"), LINE.operator, 1) == [later]
    assert ask(work, "lines_of_person_at", person_of("Wang"), "nobody", 10) == []


def today(work: Any, kind: WatchedKind, subject: bytes, now: datetime) -> int:
    return told(work, {kind: subject}, counted=(kind,), now=now).today[kind]


def test_the_gate_hears_of_chip_device_and_person_at_once(work: Any) -> None:
    person, imei = person_of("Wang"), "354321987654326"
    nothing = told(work, {})
    assert (nothing.profiles, [*nothing.bonds, *nothing.lines, *nothing.watched]) == (None, [])
    assert told(work, {WatchedKind.PERSON: person}, eid=EID, imei=imei) == Told(
        bonds=[], profiles=0, lines=[], watched=[], today={}
    )
    bond = Bond(eid=str(EID), imei="354321987654318", source="order", bound_at=NOW)
    do(work, "bind", bond)
    do(work, "save_line", LINE)
    do(work, "count_order", WatchedKind.PERSON, person, NOW)
    subjects = {WatchedKind.PERSON: person, WatchedKind.CHIP: bytes.fromhex(EID)}
    found = told(work, subjects, eid=EID, imei=imei, counted=tuple(subjects))
    assert (list(found.bonds), list(found.lines)) == ([bond], [LINE])
    assert found.today == {WatchedKind.PERSON: 1, WatchedKind.CHIP: 0}


def test_who_asks_nothing_hears_nothing_whatever_waits_to_be_stored(work: Any) -> None:
    asked = Asked(order_id=0, eid=None, imei=None, subjects={}, counted=(), asks_person=True, now=NOW)

    def unit(stores: Any) -> Told:
        stores.count_order(WatchedKind.CHIP, bytes(16), NOW)
        found: Told = stores.tell(asked)
        return found

    assert work.run_now(unit).profiles is None
    assert today(work, WatchedKind.CHIP, bytes(16), NOW) == 1


def test_orders_are_counted_by_hours_and_forgotten(work: Any) -> None:
    person = person_of("Wang")
    for hours in (0, 0, 5, 30):
        do(work, "count_order", WatchedKind.PERSON, person, NOW - timedelta(hours=hours))
    do(work, "count_order", WatchedKind.CHIP, person, NOW)
    assert today(work, WatchedKind.PERSON, person, NOW) == 3
    assert today(work, WatchedKind.ADDRESS, person, NOW) == 0
    do(work, "sweep_velocity", NOW + timedelta(days=3))
    assert today(work, WatchedKind.PERSON, person, NOW) == 0


def test_an_order_counts_for_a_whole_day(work: Any) -> None:
    at = NOW.replace(minute=50)
    do(work, "count_order", WatchedKind.CHIP, bytes(16), at)
    later = at + timedelta(hours=23, minutes=30)
    assert today(work, WatchedKind.CHIP, bytes(16), later) == 1
    later = at + timedelta(hours=26)
    assert today(work, WatchedKind.CHIP, bytes(16), later) == 0


def test_the_watch_list_tells_what_counts(work: Any) -> None:
    entry = Watched(
        kind=WatchedKind.CHIP,
        subject=bytes(16),
        score=70,
        is_listed=True,
        reason="stolen 被盗",
        created_at=NOW,
        created_by="inspector",
    )
    stored = do(work, "add_watched", entry)
    assert stored == replace(entry, entry_id=stored.entry_id, revision=stored.revision)
    assert stored.entry_id > 0
    assert told(work, {WatchedKind.CHIP: bytes(16)}).watched == [stored]
    assert told(work, {WatchedKind.PERSON: bytes(16)}).watched == []
    lifted = do(work, "lift_watched", stored, NOW)
    assert lifted == replace(stored, lifted_at=NOW, revision=lifted.revision)
    assert told(work, {WatchedKind.CHIP: bytes(16)}).watched == []
    assert ask(work, "watched_entry", stored.entry_id) == lifted


def test_the_revision_of_the_watch_list_rises_with_each_change_in_the_same_unit(work: Any) -> None:
    def entry_of(number: int) -> Watched:
        return Watched(
            kind=WatchedKind.PERSON,
            subject=bytes([number]) * 32,
            score=70,
            is_listed=False,
            reason="reported by two banks",
            created_at=NOW,
            created_by="inspector",
        )

    first, second = (do(work, "add_watched", entry_of(number)) for number in (1, 2))
    assert 0 < first.revision < second.revision == ask(work, "revisions")[REVISION]
    assert ask(work, "standing_watched", 0, 10) == [first, second]
    assert ask(work, "standing_watched", 0, 1) == [first]
    lifted = do(work, "lift_watched", first, NOW)
    assert lifted.revision > second.revision
    assert ask(work, "standing_watched", 0, 10) == [second]
    assert ask(work, "watched_changed", 0, 10) == [second, lifted]
    assert ask(work, "watched_changed", second.revision, 10) == [lifted]
    assert ask(work, "watched_changed", 0, 1) == [second]

    def fails(stores: Any) -> None:
        stores.add_watched(entry_of(3))
        raise StateError("somebody else was first")

    with pytest.raises(StateError):
        work.run_now(fails)
    assert ask(work, "revisions")[REVISION] == lifted.revision


def test_a_word_of_the_gate_leaves_the_standing_of_the_verification_alone(work: Any) -> None:
    do(work, "save_admission", replace(ADMISSION, standing=Standing.REVOKED))
    word = replace(
        ADMISSION,
        verdict=Verdict.HOLD,
        standing=Standing.VALID,
        reverify=None,
        cause="listed",
        signs=("watched:7",),
        cleared=("watched:5", "watched:6"),
        decided_at=NOW + timedelta(hours=1),
    )
    do(work, "save_word", word)
    expected = replace(word, standing=Standing.REVOKED, reverify=ADMISSION.reverify)
    assert ask(work, "admission", ADMISSION.order_id) == expected


def test_profiles_of_a_chip_are_those_it_has_or_will_get(rig: Rig) -> None:
    states = (
        OrderState.LINKED,
        OrderState.CONFIRMED,
        OrderState.RELEASED,
        OrderState.DOWNLOADED,
        OrderState.INSTALLED,
        OrderState.DELETED,
        OrderState.ERROR,
    )
    orders = [
        rig.add_order(
            iccid=Iccid(f"89882110000000{number:05d}"), matching_id=f"M-{number}", state=state, eid=EID
        )
        for number, state in enumerate(states)
    ]
    gone = rig.add_order(
        iccid=Iccid("8988211000000000999"),
        matching_id="GONE",
        state=OrderState.INSTALLED,
        chip_state=ChipState.DELETED,
        eid=EID,
    )
    assert ask(rig.work, "profiles_on_chip", EID, 0) == 4
    assert ask(rig.work, "profiles_on_chip", EID, orders[2].order_id) == 3
    assert ask(rig.work, "profiles_on_chip", eid_of(2), 0) == 0
    assert gone.order_id


def test_plans_are_kept_changed_and_followed(rig: Rig) -> None:
    plan = Plan(
        operator="operator",
        name="young",
        profile_type="Testland",
        created_at=NOW,
        titles={"en": "Young", "zh": "青春"},
        price=2900,
    )
    kept = rig.work.run_now(lambda stores: keep_plan(stores, plan, "manager", NOW))
    assert ask(rig.work, "plan", kept.plan_id) == kept
    other = rig.work.run_now(
        lambda stores: keep_plan(stores, replace(kept, is_offered=False, price=None), "manager", NOW)
    )
    assert ask(rig.work, "plans_of_operator", "operator") == [other]
    assert other.revision == kept.revision + 1
    assert ask(rig.work, "plans_changed", kept.revision, 10) == [other]
    assert PlanBook().plan_for("operator", "Testland") is None


def test_the_plan_of_a_profile_type_is_one_that_is_offered(work: Any, runner: asyncio.Runner) -> None:
    def keep(plan: Plan) -> Plan:
        kept: Plan = work.run_now(lambda stores: keep_plan(stores, plan, "manager", NOW))
        return kept

    def found() -> Plan | None:
        book = PlanBook()
        runner.run(book.load(Reading(work)))
        return book.plan_for("operator", "Testland")

    titles = {"en": "Young"}
    first = keep(
        Plan(operator="operator", name="first", profile_type="Testland", created_at=NOW, titles=titles)
    )
    second = keep(replace(first, plan_id=0, name="second", service=ServiceClass.IOT))
    assert found() == second
    second = keep(replace(second, is_offered=False))
    assert found() == first
    keep(replace(first, is_offered=False))
    assert found() == second


def test_orders_hear_of_their_case_and_their_person_whenever_either_changes(work: Any) -> None:
    case = case_of(EID, case_id="CASE0001")
    do(work, "add_case", case)
    do(work, "hold_person", person_of("Wang"), NOW)
    for number in (7, 8):
        do(
            work,
            "save_admission",
            replace(ADMISSION, order_id=number, standing=Standing.VALID, reverify=None),
        )
    do(work, "save_admission", replace(ADMISSION, order_id=9, case_id="CASE0002", person=person_of("Li")))
    do(work, "save_case", replace(case, state=CaseState.REVOKED))
    until = NOW + timedelta(hours=24)
    flagged = Person(
        person=person_of("Wang"), created_at=NOW, reverify_trigger="fraud-flag", reverify_until=until
    )
    do(work, "save_person", flagged)
    for number in (7, 8):
        heard = ask(work, "admission", number)
        assert (heard.standing, heard.reverify) == (Standing.REVOKED, (Trigger.FRAUD_FLAG, until))
    assert ask(work, "admission", 9).standing is ADMISSION.standing
