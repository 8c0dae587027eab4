"""What the regulator's desk asks and does, on every kind of stores: lists, one with everything, what a deed stops, who is who."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.licensing.states import Event, LicenceState
from openesim.conditions.rules.days import day_at
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.conditions.rules.writing import write_pack
from openesim.conditions.terminals.vendors import Vendor, VendorKind
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError, StateError
from openesim.kernel.ids import Iccid, luhn_check_digit
from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.accounts.deeds import AccountDeed
from openesim.services.conditions.accounts.keeping import NewAccount, add_account, make_account
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.accounts.tenants import Tenants
from openesim.services.conditions.following import Following
from openesim.services.conditions.ledger.actors import find_actors
from openesim.services.conditions.ledger.overview import Overviews
from openesim.services.conditions.ledger.tallies import Measure
from openesim.services.conditions.licences.book import LicenceBook
from openesim.services.conditions.licences.desk import LicenceDesk, parse_place
from openesim.services.conditions.operator.plans import PlanBook, keep_plan
from openesim.services.conditions.rules.book import RuleBook
from openesim.services.conditions.rules.desk import InForce, RuleDesk
from openesim.services.conditions.terminals.terminals import register_vendor
from tests.stores.test_smdp_stores import ask
from tests.stores.test_tally_stores import ENTRIES, NOW, count, write
from tests.support.licences import LICENSING, add_operator, applied, approve, approved, complete, operator
from tests.support.rig import Rig, SteppedClock, entropy_of
from tests.unit.conditions.admission.test_deciding import changed_pack

DAY = timedelta(days=1)
ACTOR = "account:inspector"


class Desk:
    """The services of the desk over some stores."""

    def __init__(self, work: Any, runner: asyncio.Runner) -> None:
        self.work, self.runner = work, runner
        self.plans, self.book, self.rule_book = PlanBook(), LicenceBook(), RuleBook()
        self.following = Following(work, (self.plans, self.book, self.rule_book))
        clock = SteppedClock(NOW)
        self.licences = LicenceDesk(work, clock, LICENSING, self.plans, self.following)
        self.rules = RuleDesk(work, clock, self.rule_book, self.following)
        self.overviews = Overviews(work, clock, Recalls(), ZoneInfo("Asia/Shanghai"))
        self.run(self.following.load())

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)


class Recalls:
    """Knows of three recalls."""

    @property
    def sizes(self) -> dict[str, int]:
        return {"recalls": 3}


def iccid_of(number: int) -> Iccid:
    """Returns a profile of its own."""
    body = f"898600000000000{number:03d}"
    return Iccid(body + str(luhn_check_digit(body)))


@pytest.fixture
def desk(work: Any, runner: asyncio.Runner) -> Desk:
    return Desk(work, runner)


def test_the_inbox_is_told_in_pages_and_drafts_are_nobodys(desk: Desk) -> None:
    numbers = [desk.work.run_now(applied).licence_id for _ in range(5)]
    waiting = desk.run(desk.licences.inbox(None, ""))
    assert [each.licence_id for each in waiting.licences] == numbers
    first = desk.run(desk.licences.inbox(LicenceState.SUBMITTED, "", 2))
    second = desk.run(desk.licences.inbox(LicenceState.SUBMITTED, first.next, 2))
    third = desk.run(desk.licences.inbox(LicenceState.SUBMITTED, second.next, 2))
    shown = [each.licence_id for page in (first, second, third) for each in page.licences]
    assert (shown, third.next) == (numbers, "")
    assert desk.run(desk.licences.inbox(LicenceState.DRAFT, "")).licences == ()
    for nonsense in (
        "x",
        "2026-01-01/1",
        "2026-01-01T00:00:00+00:00/-1",
        f"2026-01-01T00:00:00+00:00/{2**70}",
    ):
        with pytest.raises(DecodeError):
            parse_place(nonsense)


def test_operators_are_told_in_pages_with_what_they_may_do(desk: Desk) -> None:
    for name in ("haitang", "qinghe", "yuanshan"):
        desk.work.run_now(lambda stores, name=name: approved(stores, name=name))
    page, after = desk.run(desk.licences.operators("", 2))
    assert [each.operator.name for each in page] == ["haitang", "qinghe"]
    rest, end = desk.run(desk.licences.operators(after, 2))
    assert ([each.operator.name for each in rest], end) == (["yuanshan"], "")
    assert len(desk.run(desk.licences.operator("qinghe")).held) == 1
    with pytest.raises(NotFoundError):
        desk.run(desk.licences.operator("nobody"))


def test_a_deed_is_heard_of_at_once(desk: Desk) -> None:
    licence = desk.work.run_now(approved)
    desk.run(desk.licences.suspend(licence.licence_id, ACTOR, "why"))
    (fact,) = desk.book.licences_of("qinghe", ServiceClass.PHONE)
    assert fact.standing.value == "suspended"
    desk.run(desk.licences.reinstate(licence.licence_id, ACTOR, ""))
    (fact,) = desk.book.licences_of("qinghe", ServiceClass.PHONE)
    assert fact.standing.value == "valid"
    desk.run(desk.licences.revoke(licence.licence_id, ACTOR, "why"))
    with pytest.raises(StateError):
        desk.run(desk.licences.suspend(licence.licence_id, ACTOR, "why"))


def test_what_a_deed_stops_is_counted_by_the_service_of_the_plan(desk: Desk, rig: Rig) -> None:
    licence = desk.work.run_now(approved)
    plan = Plan(
        operator="qinghe",
        name="watch",
        profile_type="watch",
        service=ServiceClass.WATCH,
        created_at=NOW,
        titles={"en": "Watch"},
    )
    desk.work.run_now(lambda stores: keep_plan(stores, plan, "somebody", NOW))
    desk.run(desk.following.refresh())
    rows = (
        ("phone", "qinghe", OrderState.RELEASED),
        ("phone", "qinghe", OrderState.CONFIRMED),
        ("watch", "qinghe", OrderState.RELEASED),
        ("phone", "qinghe", OrderState.INSTALLED),
        ("phone", "yuanshan", OrderState.RELEASED),
    )
    for number, (profile_type, name, state) in enumerate(rows):
        rig.add_order(
            profile_type=profile_type,
            operator=name,
            state=state,
            matching_id=f"T-{number}",
            ordered_at=NOW,
            iccid=iccid_of(number),
        )
    hit = desk.run(desk.licences.hit(licence, Event.SUSPEND))
    assert (hit.orders, hit.is_more, hit.renewals) == (2, False, ())


def test_renewals_that_go_the_same_way_are_named(desk: Desk) -> None:
    licence = desk.work.run_now(approved)

    def renew(stores: Any) -> int:
        renewal = LICENSING.renew(stores, licence.licence_id, licence.scope.ends + 100 * DAY, operator())
        complete(stores, renewal)
        LICENSING.submit(stores, renewal.licence_id, operator())
        return approve(stores, renewal).licence_id

    number = desk.work.run_now(renew)
    assert desk.run(desk.licences.hit(licence, Event.SUSPEND)).renewals == (number,)
    assert desk.run(desk.licences.hit(licence, Event.REINSTATE)).renewals == ()


def test_what_is_as_it_was_asked_takes_nothing_away(desk: Desk) -> None:
    number = desk.work.run_now(applied).licence_id
    desk.run(desk.licences.take_up(number, ACTOR))
    dossier = desk.run(desk.licences.dossier(number, ACTOR))
    wish = desk.licences.wish_of(dossier)
    approval = desk.licences.approval_of(dossier, wish)
    assert approval.narrowing == type(approval.narrowing)()
    preview = desk.run(desk.licences.preview(dossier, ACTOR, approval))
    assert preview.granted is not None
    assert preview.granted.ends == dossier.licence.asked.ends
    assert ask(desk.work, "licence", number).granted is None


def test_a_last_day_is_included_where_the_checklist_is_from(desk: Desk) -> None:
    number = desk.work.run_now(applied).licence_id
    desk.run(desk.licences.take_up(number, ACTOR))
    dossier = desk.run(desk.licences.dossier(number, ACTOR))
    wish = replace(
        desk.licences.wish_of(dossier), ends=date(2026, 12, 31), channels=frozenset({Channel.COUNTER})
    )
    narrowing = desk.licences.approval_of(dossier, wish).narrowing
    assert narrowing.ends is not None
    assert narrowing.ends.isoformat() == "2027-01-01T00:00:00+00:00"
    assert narrowing.channels == frozenset({Channel.COUNTER})
    assert day_at(NOW, "+08:00") == date(2026, 11, 29)
    assert day_at(NOW + timedelta(hours=4), "+08:00") == date(2026, 11, 30)


def test_who_is_behind_an_actor_is_told_by_name(desk: Desk) -> None:
    new = NewAccount.parse(login="li.wei", display_name="Li Wei", role=Role.INSPECTOR, tenant=None)
    account = make_account(new, Secret("kept"), entropy_of("actors"), NOW)
    desk.work.run_now(lambda stores: add_account(stores, account, AccountDeed.INVITED, "test"))
    found = desk.work.run_now(
        lambda stores: find_actors(stores, [account.actor, "account:a_nobody", "root", account.actor])
    )
    assert [each.told for each in found.values()] == ["Li Wei", "account:a_nobody", "root"]


def test_tenants_are_told_by_name(desk: Desk) -> None:
    desk.work.run_now(lambda stores: add_operator(stores, "qinghe"))
    vendor = Vendor(name="Shan Electronics", kind=VendorKind.PRIVATE, country="CN", created_at=NOW)
    number = desk.work.run_now(lambda stores: register_vendor(stores, vendor, "test", NOW)).vendor_id
    accounts = [
        make_account(
            NewAccount.parse(login=f"of.{at}", display_name="X", role=role, tenant=tenant),
            Secret("kept"),
            entropy_of(f"{at}"),
            NOW,
        )
        for at, (role, tenant) in enumerate(
            ((Role.MANAGER, "qinghe"), (Role.MANAGER, "new"), (Role.VENDOR, str(number)), (Role.CHIEF, None))
        )
    ]
    names = desk.run(Tenants(desk.work).names_of(accounts))
    assert [names.get(each.account_id) for each in accounts] == ["Qinghe", "new", "Shan Electronics", None]
    assert desk.run(Tenants(desk.work).has_vendor(number))
    assert not desk.run(Tenants(desk.work).has_vendor(number + 1))


def test_the_first_page_is_put_together_from_counts(desk: Desk) -> None:
    desk.work.run_now(applied)
    write(desk.work, *ENTRIES)
    overview = desk.run(desk.overviews.now())
    assert overview.behind > 0
    assert overview.is_empty
    count(desk.work)
    overview = desk.run(desk.overviews.now())
    assert overview.behind == 0
    course = overview.courses[Measure.ISSUED]
    assert len(course.days) == 30
    assert (course.today, course.total) == (1, 2)
    assert [day for day, number in course.days if number] == [date(2026, 11, 28), date(2026, 11, 29)]
    assert {share.value: share.of(Measure.REFUSED) for share in overview.regions} == {
        "CN-31": 1,
        "CN-44": 1,
        "": 0,
    }
    assert overview.applications[LicenceState.SUBMITTED].number == 1
    assert (overview.recalls, overview.models.number, overview.held.number) == (3, 0, 0)
    of_one = desk.run(desk.overviews.of_operator("qinghe"))
    assert of_one[Measure.ISSUED].total == 2
    assert desk.run(desk.overviews.of_operator("yuanshan"))[Measure.HELD].total == 1


def test_rules_are_seen_with_who_added_them_and_whether_they_hold(desk: Desk) -> None:
    text = write_pack(changed_pack(limits={"per_operator": 1}))
    later = text.replace('version = "1"', 'version = "2"').replace("from = 2000-01-01", "from = 2027-01-01")
    with pytest.raises(ConflictError):
        desk.run(desk.rules.add(text, ACTOR))
    pack = desk.run(desk.rules.add(later, ACTOR))
    assert desk.rules.before(pack) is not None
    seen = desk.run(desk.rules.seen())
    version = seen.version("test", "2")
    assert version.state is InForce.TO_COME
    assert version.by is not None
    assert version.text == later
    first = seen.version("test", "1")
    assert (first.state, first.ends) == (InForce.NOW, pack.begins)
    with pytest.raises(NotFoundError):
        seen.version("test", "3")
    assert desk.rules.line_of_fault("no pack") == 1
    assert desk.rules.line_of_fault(later) is None


def test_what_is_put_in_force_holds_at_once_and_takes_the_place_of_what_did(desk: Desk) -> None:
    desk.run(desk.rules.put_in_force("test", ACTOR, operator="qinghe"))
    desk.run(desk.rules.put_in_force("in", ACTOR, operator="qinghe"))
    desk.run(desk.rules.put_in_force("de", ACTOR, operator="qinghe", begins=NOW + 10 * DAY))
    seen = desk.run(desk.rules.seen())
    assert [(put.assignment.pack_id, put.state) for put in seen.puts] == [
        ("in", InForce.NOW),
        ("de", InForce.TO_COME),
        ("test", InForce.OVER),
    ]
    assert desk.rules.packs_of("qinghe")[ServiceClass.PHONE] == "in"
    assert desk.rules.packs_of("yuanshan")[ServiceClass.PHONE] == seen.usual == "open"
    with pytest.raises(ConflictError):
        desk.rules.verify_assignable("test", NOW - DAY)
    with pytest.raises(NotFoundError):
        desk.rules.verify_assignable("nothing", None)
    beginning = desk.rules.beginning_of(date(2027, 1, 1), "cn-2025-trial")
    assert beginning.isoformat() == "2026-12-31T16:00:00+00:00"
