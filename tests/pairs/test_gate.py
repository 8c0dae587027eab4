"""The gate on the way of an order: chip, LPA and SM-DP+ in memory, rules that ask for a licence, a person and a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.conditions.admission.admission import LineState
from openesim.conditions.admission.facts import Standing
from openesim.conditions.admission.recorded import read_facts
from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.case import Person
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.device import Device
from openesim.kernel.errors import NotFoundError, RuleRefused
from openesim.kernel.ids import Eid, Imei
from openesim.messages.sgp22.explained import Language
from openesim.provisioning.smdp.orders import OrderEvent, OrderState
from openesim.provisioning.smdp.reissue import Wish
from openesim.services.conditions.following import Reading
from openesim.services.conditions.gate.holds import Holds
from openesim.services.conditions.operator.held_orders import held_of
from openesim.services.conditions.operator.plans import PlanBook, keep_plan
from openesim.services.orders import issue_again, issue_if_allowed
from openesim.services.timeline import told
from openesim.transparency.entries import Entry, EntryKind
from tests.support.gate import PACK, GatedRig, books_of, case_of, gate_of, licence_of, person_of
from tests.support.rig import NOW, PROFILE_TYPE, eid_of

S = OrderState
IMEI = Imei("490154203237518")


@pytest.fixture
def counter(runner: asyncio.Runner) -> GatedRig:
    return GatedRig(runner)


def decisions(counter: GatedRig) -> list[Entry]:
    """Returns what the gate wrote into the ledger, oldest first."""
    entries: list[Entry] = counter.work.run_now(
        lambda stores: [kept.entry for kept in stores.ledger_rows.values()]
    )
    return [each for each in entries if each.kind is EntryKind.DECISION]


def test_an_order_without_a_verified_person_is_refused_and_says_why(counter: GatedRig) -> None:
    iccid, reply = counter.order_for()
    assert reply.pair == ("8.2", "1.2")
    assert "nobody was verified" in str(reply.members)
    assert counter.state(iccid) is S.LINKED
    step = counter.work.run_now(lambda stores: stores.steps_of_order(counter.of(iccid).order_id))[-1]
    for language, words in ((Language.ENGLISH, "show who you are"), (Language.CHINESE, "实名核验")):
        explanation = told(step, language).explanation
        assert explanation is not None
        assert words in explanation.next_step


def test_a_verified_person_gets_her_profile_with_the_code_that_only_she_was_given(counter: GatedRig) -> None:
    case = counter.keep(case_of(counter.eid))
    iccid, reply = counter.order_for()
    assert reply.pair is None
    assert counter.state(iccid) is S.RELEASED
    code = counter.code(case)
    assert code is not None
    assert len(code) == 8
    matching_id = counter.of(iccid).matching_id
    assert counter.lpa(counter.chip).fetch(matching_id, "00000000").pair == ("8.2.7", "3.8")
    assert counter.lpa(counter.chip).download(matching_id, code).http_status == 204
    counter.process()
    assert counter.state(iccid) is S.INSTALLED
    assert counter.lines() == [LineState.ACTIVE]
    assert counter.code(case) is None


def test_two_orders_of_one_case_have_each_its_own_code(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    first, _ = counter.order_for()
    code = counter.code_of(first)
    second, _ = counter.order_for()
    assert counter.code_of(first) == code
    assert counter.code_of(second) not in {code, None}
    matching_id = counter.of(first).matching_id
    assert counter.lpa(counter.chip).download(matching_id, code).http_status == 204
    counter.process()
    assert counter.code_of(first) is None
    assert counter.code_of(second) is not None


def test_the_code_of_an_order_that_was_taken_back_is_forgotten(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    assert counter.code_of(iccid) is not None
    named = {"iccid": str(iccid), "eid": str(counter.eid), "matchingId": counter.of(iccid).matching_id}
    assert counter.call_es2("cancelOrder", **named, finalProfileStatusIndicator="Available").pair is None
    assert counter.code_of(iccid) is None


def test_what_was_handed_out_is_bound_to_order_chip_profile_and_evidence(counter: GatedRig) -> None:
    case = counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    counter.lpa(counter.chip).download(counter.of(iccid).matching_id, counter.code(case))
    confirmation, delivery = decisions(counter)
    for entry, gate in ((confirmation, "confirmation"), (delivery, "delivery")):
        assert entry.facts["gate"] == gate
        assert entry.facts["eid"] == str(counter.eid)
        assert entry.facts["iccid"] == str(iccid)
        assert entry.facts["evidence"] == (case.evidence or b"").hex()
        assert entry.facts["verdict"] == "allow"
        assert entry.order_id == counter.of(iccid).order_id
    application, facts = read_facts(confirmation.facts["recorded"])
    assert application.operator == "operator"
    assert facts.person is not None
    assert "recorded" not in delivery.facts


def test_a_case_of_another_chip_or_operator_stands_behind_nothing(counter: GatedRig) -> None:
    other = eid_of(7)
    counter.keep(case_of(other))
    counter.keep(case_of(counter.eid, operator="other"))
    _, reply = counter.order_for()
    assert reply.pair == ("8.2", "1.2")


@pytest.mark.parametrize(
    "state", [CaseState.REVOKED, CaseState.DOCUMENTS, CaseState.STEP_UP, CaseState.FOUR_EYES]
)
def test_a_verification_that_does_not_stand_any_more_stops_the_download_in_the_middle(
    counter: GatedRig, state: CaseState
) -> None:
    case = counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    lpa = counter.lpa(counter.chip)
    assert lpa.announce(counter.of(iccid).matching_id).pair is None
    counter.change(case, state=state)
    reply = lpa.get_package(counter.code(case))
    assert reply.pair == ("8.2", "1.2")
    assert "verif" not in str(reply.members)
    assert counter.state(iccid) is S.RELEASED
    assert decisions(counter)[-1].facts["verdict"] in {"refuse", "step_up"}


def test_a_verification_that_lapsed_after_the_order_still_stands_behind_it(counter: GatedRig) -> None:
    case = counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    counter.change(case, state=CaseState.EXPIRED)
    assert (
        counter.lpa(counter.chip).download(counter.of(iccid).matching_id, counter.code(case)).http_status
        == 204
    )


@pytest.mark.parametrize("state", [LicenceState.SUSPENDED, LicenceState.REVOKED, LicenceState.EXPIRED])
@pytest.mark.parametrize("is_late", [False, True])
def test_a_licence_that_ends_stops_downloads_at_once(
    counter: GatedRig, state: LicenceState, is_late: bool
) -> None:
    case = counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    lpa = counter.lpa(counter.chip)
    if is_late:
        assert lpa.announce(counter.of(iccid).matching_id).pair is None
    assert isinstance(counter.books.licences, object)
    counter.books.licences.learn([licence_of("operator", 1, state=state)])  # type: ignore[attr-defined]
    if is_late:
        assert lpa.get_package(counter.code(case)).pair == ("8.2", "1.2")
    else:
        assert lpa.announce(counter.of(iccid).matching_id).pair == ("8.2", "1.2")


def test_a_limit_counts_lines_at_every_operator_and_tells_nobody_of_the_others(counter: GatedRig) -> None:
    chips = [eid_of(number) for number in range(4)]
    for number, chip in enumerate(chips):
        counter.keep(case_of(chip, operator="other" if number < 2 else "operator"))
    counter.operator = "other"
    assert [counter.order_for(chip)[1].pair for chip in chips[:2]] == [None, None]
    counter.operator = "operator"
    assert counter.order_for(chips[2])[1].pair is None
    _, refused = counter.order_for(chips[3])
    assert refused.pair == ("8.2", "1.2")
    assert "other" not in str(refused.members["header"])


def test_a_line_is_given_back_where_its_order_comes_to_nothing(counter: GatedRig) -> None:
    chips = [eid_of(number) for number in range(3)]
    for chip in chips:
        counter.keep(case_of(chip))
    first, _ = counter.order_for(chips[0])
    second, _ = counter.order_for(chips[1])
    assert counter.order_for(chips[2])[1].pair is not None
    counter.call_es2(
        "cancelOrder", iccid=str(first), eid=str(chips[0]), finalProfileStatusIndicator="Available"
    )
    assert counter.lines() == [LineState.ENDED, LineState.RESERVED]
    assert counter.order_for(chips[2])[1].pair is None
    failed = counter.of(second).moved(OrderEvent.FAIL)
    assert failed.is_admitted


def test_what_was_given_back_is_no_new_line_of_a_period_and_what_ended_is(runner: asyncio.Runner) -> None:
    within = PACK.replace("per_operator = 2", "per_operator = 2\nper_period = [{ lines = 1, days = 30 }]")
    counter = GatedRig(runner, books_of(within))
    chips = [eid_of(number) for number in (7, 8)]
    for chip in {*chips, counter.eid}:
        counter.keep(case_of(chip))
    taken, _ = counter.order_for(chips[0])
    assert counter.order_for(chips[1])[1].pair is not None
    counter.call_es2(
        "cancelOrder", iccid=str(taken), eid=str(chips[0]), finalProfileStatusIndicator="Available"
    )
    iccid, reply = counter.order_for()
    assert reply.pair is None
    counter.lpa(counter.chip).download(counter.of(iccid).matching_id, counter.code_of(iccid))
    counter.process()
    order_id = counter.of(iccid).order_id
    counter.work.run_now(lambda stores: stores.move_line(order_id, LineState.ENDED, counter.clock.now()))
    assert counter.order_for(chips[1])[1].pair is not None


def test_an_order_that_failed_gives_its_line_back(counter: GatedRig) -> None:
    case = counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    for _ in range(3):
        counter.lpa(counter.chip).fetch(counter.of(iccid).matching_id, "00000000")
    assert counter.state(iccid) is S.ERROR
    assert counter.lines() == [LineState.ENDED]
    assert case.person is not None


def watch(counter: GatedRig, score: int) -> None:
    entry = Watched(
        kind=WatchedKind.PERSON,
        subject=person_of("Wang"),
        score=score,
        is_listed=False,
        reason="reported",
        created_at=NOW,
        created_by="inspector",
    )
    counter.work.run_now(lambda stores: stores.add_watched(entry))


def holds(counter: GatedRig) -> Holds:
    return Holds(counter.work, counter.operators, counter.clock)


def test_what_is_held_waits_confirmed_and_goes_on_when_somebody_has_looked(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    watch(counter, 70)
    iccid, reply = counter.order_for()
    assert reply.pair is None
    assert counter.state(iccid) is S.CONFIRMED
    assert counter.lines() == [LineState.RESERVED]
    step = counter.work.run_now(lambda stores: stores.steps_of_order(counter.of(iccid).order_id))[-2]
    assert step.code.startswith("gate:score")
    released = counter.call_es2("releaseProfile", iccid=str(iccid))
    assert released.pair == ("8.2.1", "1.2")
    order = counter.run(holds(counter).clear(counter.of(iccid).order_id, "inspector", "asked him"))
    assert order.state is S.RELEASED


def test_what_is_still_held_when_its_time_is_over_gives_its_line_back(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    watch(counter, 70)
    iccid, _ = counter.order_for()
    assert counter.run(holds(counter).look_again()) == 0
    counter.clock.advance(hours=73)
    assert counter.run(holds(counter).look_again()) == 1
    assert counter.state(iccid) is S.CONFIRMED
    assert counter.lines() == [LineState.ENDED]
    assert counter.run(holds(counter).look_again()) == 0


def test_who_looks_late_at_a_hold_does_not_undo_what_happened_since(counter: GatedRig) -> None:
    case = counter.keep(case_of(counter.eid))
    watch(counter, 70)
    iccid, _ = counter.order_for()
    number = counter.of(iccid).order_id
    (seen,) = counter.work.run_now(lambda stores: stores.held_admissions((0, 0), 10))
    counter.run(holds(counter).clear(number, "inspector", "asked him"))
    counter.work.run_now(lambda stores: stores.save_case(replace(case, state=CaseState.REVOKED)))
    counter.run(holds(counter)._try(seen))
    assert counter.work.run_now(lambda stores: stores.admission(number)).standing is Standing.REVOKED


def test_an_order_that_was_taken_back_is_held_no_more(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    watch(counter, 70)
    iccid, _ = counter.order_for()
    number = counter.of(iccid).order_id
    taken = {"iccid": str(iccid), "eid": str(counter.eid), "finalProfileStatusIndicator": "Available"}
    assert counter.call_es2("cancelOrder", **taken).pair is None
    for deed in (holds(counter).clear, holds(counter).refuse):
        with pytest.raises(NotFoundError):
            counter.run(deed(number, "inspector", "asked him"))
    assert counter.work.run_now(lambda stores: held_of(stores, number)) is None


def test_what_speaks_too_much_against_somebody_is_refused(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    watch(counter, 95)
    assert counter.order_for()[1].pair == ("8.2", "1.2")
    assert counter.lines() == []


def test_whoever_froze_his_lines_gets_no_new_one_and_keeps_what_is_on_its_way(counter: GatedRig) -> None:
    case = counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    frozen = Person(person=person_of("Wang"), created_at=NOW, frozen_at=NOW)
    counter.work.run_now(lambda stores: stores.save_person(frozen))
    assert counter.order_for()[1].pair == ("8.2", "1.2")
    assert (
        counter.lpa(counter.chip).download(counter.of(iccid).matching_id, counter.code(case)).http_status
        == 204
    )


def test_who_has_to_verify_again_downloads_nothing_before_that(counter: GatedRig) -> None:
    pack = (
        'reverify = { triggers = ["fraud-flag"], within_hours = 24, else = "suspend" }\nsource = ["test"]\n'
    )
    head, tail = PACK.rsplit('source = ["test"]', 1)
    counter = GatedRig(counter.runner, books_of(head + pack + tail))
    case = counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    flagged = Person(
        person=person_of("Wang"),
        created_at=NOW,
        reverify_trigger="fraud-flag",
        reverify_until=NOW + timedelta(hours=24),
    )
    counter.work.run_now(lambda stores: stores.save_person(flagged))
    assert counter.lpa(counter.chip).announce(counter.of(iccid).matching_id).pair == ("8.2", "1.2")
    assert case.person is not None


def test_after_an_issue_again_the_next_one_has_to_wait(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    gate = gate_of(counter.books)

    def again(code: str) -> Callable[[Any], Any]:
        return lambda stores: issue_again(
            stores, stores.order_of_profile(iccid), Wish(), code, counter.clock.now(), gate
        )

    issued = counter.work.run_now(again("AGAIN-1")).order
    assert (issued.state, issued.is_admitted) == (S.RELEASED, True)
    with pytest.raises(RuleRefused, match="cool-down") as caught:
        counter.work.run_now(again("AGAIN-2"))
    assert caught.value.explanation is not None
    assert counter.of(iccid).matching_id == "AGAIN-1"


def test_a_held_order_that_breaks_something_holds_up_no_other(
    counter: GatedRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = counter.keep(case_of(counter.eid))
    watch(counter, 70)
    broken, _ = counter.order_for()
    assert first.person is not None
    counter.keep(case_of(eid_of(2), case_id="CASE0002", person=first.person))
    other, _ = counter.order_for(eid_of(2))
    assert counter.state(broken) is counter.state(other) is S.CONFIRMED
    release, asked = counter.operators.release_profile, []

    async def breaks(request: Any, operator: str) -> Any:
        asked.append(request.iccid)
        if request.iccid == broken:
            raise TypeError(operator)
        return await release(request, operator)

    monkeypatch.setattr(counter.operators, "release_profile", breaks)
    counter.clock.advance(seconds=90 * 24 * 3600)
    assert counter.run(holds(counter).look_again()) == 2
    assert asked == [broken, other]


def test_what_is_not_issued_again_is_recorded_and_changes_nothing(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    order, gate = counter.of(iccid), gate_of(counter.books)

    def again(code: str) -> Any:
        return counter.work.run_now(
            lambda stores: issue_if_allowed(
                stores, stores.order_of_profile(iccid), Wish(), code, counter.clock.now(), gate
            )
        )

    again("AGAIN-1")
    before = counter.work.run_now(lambda stores: stores.admission(order.order_id))
    outcome = again("AGAIN-2")
    assert isinstance(outcome, RuleRefused)
    assert decisions(counter)[-1].facts["verdict"] == "hold"
    assert counter.work.run_now(lambda stores: stores.admission(order.order_id)) == before
    assert counter.run(holds(counter).look_again()) == 0


def test_a_line_that_is_issued_again_began_when_it_was_ordered(counter: GatedRig) -> None:
    counter.keep(case_of(counter.eid))
    iccid, _ = counter.order_for()
    order_id = counter.of(iccid).order_id
    counter.work.run_now(lambda stores: stores.dispute_line(order_id, counter.clock.now()))
    line = counter.work.run_now(lambda stores: stores.line(order_id))
    counter.clock.advance(hours=200)
    counter.work.run_now(
        lambda stores: issue_again(
            stores,
            stores.order_of_profile(iccid),
            Wish(),
            "AGAIN-1",
            counter.clock.now(),
            gate_of(counter.books),
        )
    )
    assert counter.work.run_now(lambda stores: stores.line(order_id)) == line


def test_nothing_made_on_the_server_itself_passes_rules_that_ask_something(runner: asyncio.Runner) -> None:
    counter = GatedRig(runner, books_of(usual="test"))
    counter.add_order()
    assert counter.lpa(counter.chip).announce("TEST-1").pair is not None


def test_the_case_of_another_chip_stands_behind_nothing_beforehand_either(counter: GatedRig) -> None:
    case = counter.keep(case_of(counter.eid))
    plan = Plan(operator="operator", name="p", profile_type="Testland", created_at=NOW)

    def causes(stores: Any, eid: Eid) -> set[str]:
        device = Device(eid=str(eid))
        decision = gate_of(counter.books).preview(stores, plan, device, case, counter.clock.now())
        return {each.cause for each in decision.findings}

    assert "not-verified" not in counter.work.run_now(lambda stores: causes(stores, counter.eid))
    assert "not-verified" in counter.work.run_now(lambda stores: causes(stores, eid_of(77)))


def test_an_order_keeps_what_its_plan_said_when_it_was_admitted(counter: GatedRig) -> None:
    plan = Plan(operator="operator", name="p", profile_type=PROFILE_TYPE, created_at=NOW, titles={"en": "P"})
    counter.keep(case_of(counter.eid))
    counter.work.run_now(lambda stores: keep_plan(stores, plan, "manager", NOW))
    assert isinstance(counter.books.plans, PlanBook)
    counter.run(counter.books.plans.load(Reading(counter.work)))
    watch(counter, 70)
    iccid, _ = counter.order_for()
    order_id = counter.of(iccid).order_id
    other = replace(plan, name="q", service=ServiceClass.WATCH)
    counter.work.run_now(lambda stores: keep_plan(stores, other, "manager", NOW))
    counter.run(counter.books.plans.load(Reading(counter.work)))
    assert counter.run(holds(counter).clear(order_id, "inspector", "asked him")).state is S.RELEASED
    admission = counter.work.run_now(lambda stores: stores.admission(order_id))
    assert admission.application.service is ServiceClass.PHONE
    assert counter.order_for()[1].pair is not None, "there are no rules for watches"


def test_open_leaves_no_trace(runner: asyncio.Runner) -> None:
    counter = GatedRig(runner, books_of(operators=()))
    iccid, reply = counter.order_for()
    assert reply.pair is None
    assert counter.lpa(counter.chip).download(counter.of(iccid).matching_id).http_status == 204
    assert decisions(counter) == []
    assert not counter.of(iccid).is_admitted


def test_a_chip_that_the_gate_holds_to_a_device_is_in_the_ledger_once(runner: asyncio.Runner) -> None:
    pack = PACK.replace('device = { chip_binding = "eid" }', 'device = { chip_binding = "two-way" }')
    counter = GatedRig(runner, books_of(pack))
    counter.keep(case_of(counter.eid, imei=IMEI))
    for _ in range(2):
        _, reply = counter.order_for()
        assert reply.pair is None
    entries: list[Entry] = counter.work.run_now(
        lambda stores: [kept.entry for kept in stores.ledger_rows.values()]
    )
    (bond,) = (each for each in entries if each.facts.get("deed") == "bind")
    assert (bond.kind, bond.subject, bond.facts["tac"]) == (EntryKind.DEED, f"chip:{counter.eid}", IMEI[:8])
