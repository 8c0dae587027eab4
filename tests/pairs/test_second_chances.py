"""Nobody is left stranded: lost answers, failed installations, deleted profiles and used-up codes all have a way on.

Chip, LPA and SM-DP+ in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from openesim.kernel.ids import Eid
from openesim.provisioning.smdp.context import Policy
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState
from openesim.provisioning.smdp.reissue import Wish
from openesim.services.orders import issue_again
from tests.support.chip import DELETE, DISABLE, ENABLE
from tests.support.lpa import Lpa
from tests.support.memory import MemoryWork
from tests.support.rig import ICCID, Rig, eid_of, make_chip, make_smdp, world_of

S = OrderState


def rig_of(runner: asyncio.Runner, redownloads: int | None) -> Rig:
    """Returns a server with a rule on fetching again."""
    return Rig(MemoryWork(), runner, make_smdp(world_of(), policy=Policy(redownloads=redownloads)))


def steps(rig: Rig) -> list[Step]:
    """Returns the history of the only order."""
    return rig.work.run_now(lambda stores: stores.steps_of_order(rig.order().order_id))


def install(rig: Rig, lpa: Lpa, matching_id: str = "TEST-1") -> None:
    """Downloads to the end."""
    assert lpa.download(matching_id).http_status == 204
    rig.process()
    assert rig.order().state is S.INSTALLED


def delete(rig: Rig, lpa: Lpa, *, is_told: bool = True) -> None:
    """Deletes the profile on the chip; the news reaches the server, or is lost."""
    note = lpa.chip.change(ICCID, DELETE)
    if is_told:
        lpa.deliver(note)
        rig.process()


def reissue(rig: Rig, eid: Eid | None = None, *, by_force: bool = False) -> Order:
    """The operator issues the order again, with the matching id NEW."""
    wish = Wish(eid=eid, is_forced=by_force)
    return rig.work.run_now(
        lambda stores: issue_again(stores, rig.order(), wish, "NEW", rig.clock.now()).order
    )


# --- Lost answers ---------------------------------------------------------------------------------------------


def lost_initiation(lpa: Lpa) -> None:
    lpa.initiate()


def lost_admission(lpa: Lpa) -> None:
    lpa.announce("TEST-1")


def lost_package(lpa: Lpa) -> None:
    lpa.fetch("TEST-1")


def lost_result(lpa: Lpa) -> None:
    """The power is cut while the profile is loaded, and the result is not told either."""
    lpa.fetch("TEST-1")
    lpa.chip.fails_with = (5, 11)
    lpa.install()


@pytest.mark.parametrize("lost", [lost_initiation, lost_admission, lost_package, lost_result])
def test_an_answer_that_was_lost_costs_nobody_the_profile(rig: Rig, lost: Callable[[Lpa], None]) -> None:
    rig.add_order()
    lpa = rig.lpa()
    for _ in range(3):
        lost(lpa)
    lpa.chip.fails_with = (0, 0)
    install(rig, lpa)


def test_a_result_that_was_lost_is_made_good_by_whatever_the_chip_tells_next(rig: Rig) -> None:
    """PAIN 3: the app says not installed though the line works."""
    rig.add_order()
    lpa = rig.lpa()
    lpa.fetch("TEST-1")
    lpa.install()
    lpa.deliver(lpa.chip.change(ICCID, ENABLE))
    rig.process()
    assert (rig.order().state, rig.order().chip_state) == (S.INSTALLED, ChipState.ENABLED)


# --- The user comes back --------------------------------------------------------------------------------------


def test_a_code_that_is_used_up_says_what_leads_on(rig: Rig) -> None:
    """PAIN 8: "Bad profile state" was a dead end."""
    rig.add_order()
    lpa = rig.lpa()
    install(rig, lpa)
    assert rig.lpa(lpa.chip).announce("TEST-1").pair == ("8.2", "1.2")
    message = steps(rig)[-1].message or ""
    assert "Installed" in message
    assert "issue it again" in message


@pytest.mark.parametrize("is_told", [True, False])
def test_by_rule_a_chip_fetches_again_what_it_deleted(runner: asyncio.Runner, is_told: bool) -> None:
    rig = rig_of(runner, redownloads=None)
    rig.add_order()
    lpa = rig.lpa()
    for _ in range(3):
        install(rig, lpa)
        delete(rig, lpa, is_told=is_told)
    assert rig.order().redownloads == 2
    assert rig.lpa(make_chip(2)).announce("TEST-1").pair == ("8.1.1", "3.8"), "only the same chip may"


def test_the_rule_counts(runner: asyncio.Runner) -> None:
    rig = rig_of(runner, redownloads=1)
    rig.add_order()
    lpa = rig.lpa()
    install(rig, lpa)
    delete(rig, lpa)
    install(rig, lpa)
    delete(rig, lpa)
    assert lpa.announce("TEST-1").pair == ("8.2", "1.2")
    assert rig.order().state is S.DELETED


def test_a_broken_download_by_rule_is_repeated_for_nothing(runner: asyncio.Runner) -> None:
    rig = rig_of(runner, redownloads=1)
    rig.add_order()
    lpa = rig.lpa()
    install(rig, lpa)
    delete(rig, lpa, is_told=False)
    for _ in range(3):
        assert lpa.fetch("TEST-1").pair is None
    install(rig, lpa)
    assert rig.order().redownloads == 1


def test_the_rule_of_one_operator_is_not_that_of_another(runner: asyncio.Runner) -> None:
    policy = Policy(redownloads=0, redownloads_of={"generous": None})
    rig = Rig(MemoryWork(), runner, make_smdp(world_of(), policy=policy))
    rig.add_order(operator="generous")
    lpa = rig.lpa()
    install(rig, lpa)
    delete(rig, lpa)
    install(rig, lpa)
    rig.save_order(replace(rig.order(), operator="strict"))
    delete(rig, lpa)
    assert lpa.announce("TEST-1").pair == ("8.2", "1.2")


def test_who_fetches_again_what_is_still_there_is_told_so_and_the_order_stays(runner: asyncio.Runner) -> None:
    rig = rig_of(runner, redownloads=None)
    rig.add_order()
    lpa = rig.lpa()
    install(rig, lpa)
    lpa.fetch("TEST-1")
    lpa.chip.fails_with = (2, 9)
    lpa.deliver(lpa.install())
    rig.process()
    assert rig.order().state is S.INSTALLED
    assert steps(rig)[-1].code == "installation:2/9"


def test_attempts_that_run_out_do_not_unsettle_what_is_installed(runner: asyncio.Runner) -> None:
    rig = rig_of(runner, redownloads=None)
    rig.add_order(max_attempts=2)
    lpa = rig.lpa()
    install(rig, lpa)
    assert lpa.announce("TEST-1").pair is None
    assert lpa.announce("TEST-1").pair == ("8.8.5", "6.4")
    assert rig.order().state is S.INSTALLED


def test_cancelling_after_the_result_succeeds_and_changes_nothing(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.announce("TEST-1")
    assert lpa.get_package().pair is None
    lpa.deliver(lpa.install())
    rig.process()
    assert lpa.cancel(5).pair is None
    assert rig.order().state is S.INSTALLED


# --- The operator issues the order again ------------------------------------------------------------------------


def test_a_failed_order_is_issued_again_and_installed(rig: Rig) -> None:
    """PAIN 7: the code was used up by an installation that failed for good."""
    rig.add_order()
    lpa = rig.lpa()
    lpa.fetch("TEST-1")
    lpa.chip.fails_with = (5, 12)
    lpa.deliver(lpa.install())
    rig.process()
    assert rig.order().state is S.ERROR
    assert reissue(rig).state is S.DOWNLOADED
    assert lpa.announce("TEST-1").pair == ("8.2.6", "3.8"), "the old code is void"
    lpa.chip.fails_with = (0, 0)
    install(rig, lpa, "NEW")
    assert Action.REISSUE in [step.action for step in steps(rig)]
    assert "NEW" not in repr(steps(rig))


def test_a_package_of_before_may_still_tell_of_itself(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.fetch("TEST-1")
    result = lpa.install()
    reissue(rig)
    lpa.deliver(result)
    rig.process()
    assert rig.order().state is S.INSTALLED


def test_a_deletion_that_was_never_told_is_overcome_by_the_same_chip(rig: Rig) -> None:
    """PAIN 5: deleted without a network, and the profile could not be added again."""
    rig.add_order()
    lpa = rig.lpa()
    install(rig, lpa)
    delete(rig, lpa, is_told=False)
    reissue(rig)
    install(rig, lpa, "NEW")


def test_a_user_who_mistook_himself_keeps_what_he_has(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    install(rig, lpa)
    reissue(rig)
    lpa.fetch("NEW")
    lpa.chip.fails_with = (2, 9)
    lpa.deliver(lpa.install())
    rig.process()
    assert rig.order().state is S.INSTALLED


def test_after_the_deletion_another_chip_gets_it(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    install(rig, lpa)
    delete(rig, lpa)
    reissue(rig, eid_of(2))
    assert lpa.announce("NEW").pair == ("8.1.1", "3.8")
    install(rig, rig.lpa(make_chip(2)), "NEW")
    assert rig.order().eid == eid_of(2)


def test_by_force_a_lost_phone_is_replaced_and_its_chip_is_heard_but_not_believed(rig: Rig) -> None:
    rig.add_order()
    lost = rig.lpa()
    lost.fetch("TEST-1")
    result = lost.install()
    reissue(rig, eid_of(2), by_force=True)
    install(rig, rig.lpa(make_chip(2)), "NEW")
    lost.deliver(result)
    rig.process()
    assert (rig.order().state, rig.order().eid) == (S.INSTALLED, eid_of(2))
    last = steps(rig)[-1]
    assert (last.eid, last.chip_state) == (eid_of(1), ChipState.DISABLED)
    assert "another chip" in (last.message or "")


# --- The history ------------------------------------------------------------------------------------------------


def test_the_history_does_not_grow_by_what_changes_nothing(rig: Rig) -> None:
    rig.add_order(eid=eid_of(1))
    stranger = rig.lpa(make_chip(2))
    for _ in range(100):
        assert stranger.announce("TEST-1").pair == ("8.1.1", "3.8")
    assert len(steps(rig)) == 1
    for _ in range(60):
        rig.clock.advance(hours=2)
        stranger.announce("TEST-1")
    assert len(steps(rig)) == 20


def test_an_old_notification_that_is_sent_for_ever_is_noted_once(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    install(rig, lpa)
    notes = [lpa.chip.change(ICCID, event) for event in [ENABLE, DISABLE] * 20]
    for note in reversed(notes):
        lpa.deliver(note)
    rig.process()
    before = len(steps(rig))
    for _ in range(3):
        for note in notes:
            lpa.deliver(note)
        rig.process()
    assert len(steps(rig)) == before
    assert rig.order().chip_state is ChipState.DISABLED


def test_what_a_chip_said_of_a_failure_is_kept(rig: Rig) -> None:
    """PAIN 13: only 5/12 survived, and nobody knew which element of the profile it was."""
    rig.add_order()
    lpa = rig.lpa()
    lpa.fetch("TEST-1")
    lpa.chip.fails_with = (5, 12)
    lpa.deliver(lpa.install())
    rig.process()
    last = steps(rig)[-1]
    assert (last.code, last.state) == ("installation:5/12", S.ERROR)
    assert (last.result_data or b"")[:1] == b"\xa2"


def test_refusals_of_es2_stand_in_the_history_of_ones_own_orders_alone(rig: Rig) -> None:
    rig.add_order(operator="operator")
    wire = f"{ICCID}F"
    for _ in range(3):
        assert rig.call_es2("downloadOrder", iccid=wire).pair == ("8.2.1", "3.3")
    rig.operator = "stranger"
    for _ in range(3):
        assert rig.call_es2("downloadOrder", iccid=wire).pair == ("8.2.1", "1.2")
    (step,) = steps(rig)
    assert (step.action, step.subject, step.is_idle) == (Action.DOWNLOAD_ORDER, "8.2.1", True)
