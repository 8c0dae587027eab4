"""Orders that an SM-DS announces: what stands at the SM-DS and what on our disk, whatever breaks in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.errors import FunctionError
from openesim.messages.sgp22.es2plus import CONFIRM_ORDER
from openesim.provisioning.smdp.orders import OrderEvent, OrderState
from openesim.provisioning.smdp.reissue import Wish
from openesim.services.announcing import announce_later
from openesim.services.orders import cancel_order, issue_again
from tests.support.discovery import ALTERNATIVE, ROOT, AnnouncingRig, Sky, SmdsRig, make_smds
from tests.support.memory import MemoryWork
from tests.support.rig import FQDN, ICCID, Rig, eid_of, make_chip, world_of

EID = eid_of(1)
WIRE_ICCID = f"{ICCID}F"
S = OrderState


class Died(BaseException):
    """The process died here."""


@pytest.fixture
def sky() -> Sky:
    return Sky()


@pytest.fixture
def root(runner: asyncio.Runner, sky: Sky) -> SmdsRig:
    return SmdsRig(MemoryWork(), runner, sky=sky)


@pytest.fixture
def smdp(root: SmdsRig, sky: Sky) -> AnnouncingRig:
    return AnnouncingRig(MemoryWork(), root.runner, sky)


def event_ids(smds: SmdsRig) -> list[str]:
    return [each.event_id for each in smds.events]


# --- Registration ---------------------------------------------------------------------------------------------


def test_a_released_order_is_announced_before_the_operator_is_answered(
    smdp: AnnouncingRig, root: SmdsRig
) -> None:
    reply = smdp.order_through()
    assert reply.pair is None
    (event,) = root.events
    assert (event.event_id, event.eid) == (reply.members["matchingId"], EID)
    assert (event.rsp_server_address, event.registrant) == (FQDN, FQDN)
    order = smdp.order()
    assert (order.state, order.eid, order.smds_address) == (S.RELEASED, EID, ROOT)
    assert smdp.confirm().members == reply.members, "repeated: the same answer"
    assert len(root.sky.calls) == 1


def test_without_the_release_it_is_announced_by_release_profile(smdp: AnnouncingRig, root: SmdsRig) -> None:
    assert smdp.order_through(release=False).pair is None
    assert (smdp.order().state, root.events) == (S.CONFIRMED, [])
    assert smdp.call_es2("releaseProfile", iccid=WIRE_ICCID).pair is None
    assert smdp.order().state is S.RELEASED
    assert event_ids(root) == [smdp.order().matching_id]
    assert smdp.call_es2("releaseProfile", iccid=WIRE_ICCID).pair is None
    assert len(root.sky.calls) == 1


def test_confirmed_without_and_then_with_the_release_is_announced_once(
    smdp: AnnouncingRig, root: SmdsRig
) -> None:
    first = smdp.order_through(release=False)
    assert smdp.confirm(release=True).members == first.members
    assert (smdp.order().state, event_ids(root)) == (S.RELEASED, [first.members["matchingId"]])


def test_a_chip_that_is_found_by_its_eid_comes_with_the_event_too(smdp: AnnouncingRig, root: SmdsRig) -> None:
    assert smdp.order_through(matchingId="").members["matchingId"] == ""
    (event,) = event_ids(root)
    order = smdp.order()
    assert (order.is_default_smdp, order.matching_id) == (True, event)
    assert smdp.lpa(make_chip(1)).announce(event).pair is None
    assert smdp.lpa(make_chip(1)).announce().pair is None
    assert smdp.confirm(matchingId="").members["matchingId"] == ""


def test_an_alternative_sm_ds_is_told_to_forward(smdp: AnnouncingRig, root: SmdsRig, sky: Sky) -> None:
    below = SmdsRig(MemoryWork(), root.runner, make_smds(world_of(), fqdn=ALTERNATIVE, root=ROOT), sky)
    assert smdp.order_through(ALTERNATIVE).pair is None
    assert (len(below.events), len(root.events)) == (1, 1)
    assert root.events[0].rsp_server_address == ALTERNATIVE


def test_an_sm_ds_needs_an_eid(smdp: AnnouncingRig, root: SmdsRig) -> None:
    assert smdp.order_through(eid=None).pair == ("8.1.1", "2.2")
    assert (smdp.order().state, root.events) == (S.ALLOCATED, [])


@pytest.mark.parametrize("address", ["nobody.example.com", "no host name", "a.example.com:99999"])
def test_an_sm_ds_that_is_not_reached_leaves_the_order_as_it_was(
    smdp: AnnouncingRig, root: SmdsRig, address: str
) -> None:
    assert smdp.order_through(address).pair == ("8.9", "5.1")
    order = smdp.order()
    assert (order.state, order.eid, order.matching_id, order.smds_address) == (S.ALLOCATED, None, None, None)
    assert smdp.confirm().pair is None, "mended and called again"
    assert (smdp.order().state, len(root.events)) == (S.RELEASED, 1)


def test_without_any_connection_every_sm_ds_is_out_of_reach(runner: asyncio.Runner) -> None:
    rig = Rig(MemoryWork(), runner)
    rig.add_order(state=S.ALLOCATED, operator="operator", matching_id=None)
    confirm = {"iccid": WIRE_ICCID, "eid": str(EID), "smdsAddress": ROOT, "releaseFlag": True}
    assert rig.call_es2("confirmOrder", **confirm).pair == ("8.9", "5.1")
    assert rig.order().smds_address is None


def test_only_an_sm_ds_that_operators_may_name_is_called(smdp: AnnouncingRig, root: SmdsRig) -> None:
    smdp.operators._announcer = replace(smdp.operators._announcer, allowed=frozenset({ALTERNATIVE}))
    assert smdp.order_through(ROOT).pair == ("8.9", "5.1")
    assert (root.sky.calls, smdp.order().smds_address) == ([], None)
    smdp.operators._announcer = replace(smdp.operators._announcer, allowed=frozenset({ROOT}))
    assert smdp.confirm(ROOT).pair is None


def test_an_operator_does_not_learn_what_is_in_our_network(smdp: AnnouncingRig, logs: list[Any]) -> None:
    answer = smdp.order_through("10.0.0.1:22").members["header"]["functionExecutionStatus"]
    assert answer["statusCodeData"]["message"] == "the SM-DS was not reached"
    assert any("no answer" in event.get("fault", "") for event in logs), "the log does"


def test_an_event_id_that_is_somebody_elses_is_refused(smdp: AnnouncingRig, root: SmdsRig) -> None:
    root.register(EID, "MINE", caller="another SM-DP+")
    assert smdp.order_through(matchingId="MINE").pair == ("8.9", "4.2")
    assert (smdp.order().state, smdp.order().matching_id) == (S.ALLOCATED, None)
    assert [each.registrant for each in root.events] == ["another SM-DP+"]
    assert smdp.waiting == [], "nothing of ours is to be deleted there"


def test_release_profile_that_fails_leaves_the_order_confirmed(
    smdp: AnnouncingRig, root: SmdsRig, sky: Sky
) -> None:
    smdp.order_through(release=False)
    sky.breaks_after.add("register_event")
    assert smdp.call_es2("releaseProfile", iccid=WIRE_ICCID).pair == ("8.9", "5.1")
    assert smdp.order().state is S.CONFIRMED
    sky.breaks_after.clear()
    assert smdp.call_es2("releaseProfile", iccid=WIRE_ICCID).pair is None
    assert (smdp.order().state, len(root.events)) == (S.RELEASED, 1)


def test_every_try_is_a_step_of_the_history_without_the_matching_id(smdp: AnnouncingRig, sky: Sky) -> None:
    sky.breaks_before.add("register_event")
    smdp.order_through(matchingId="VERY-SECRET")
    sky.breaks_before.clear()
    smdp.confirm(matchingId="VERY-SECRET")
    steps = smdp.work.run_now(lambda stores: stores.steps_of_order(smdp.order().order_id))
    assert [(each.action.value, each.subject, each.state) for each in steps] == [
        ("download_order", None, S.ALLOCATED),
        ("confirm_order", "8.9", S.ALLOCATED),
        ("confirm_order", None, S.RELEASED),
    ]
    assert "VERY-SECRET" not in repr(steps)


# --- What breaks in between -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "after", [False, True], ids=["before the SM-DS heard", "before we stored its answer"]
)
@pytest.mark.parametrize("matching_id", [None, "CHOSEN"])
def test_a_process_that_died_is_taken_up_by_the_same_call(
    smdp: AnnouncingRig, root: SmdsRig, after: bool, matching_id: str | None
) -> None:
    peer: Any = smdp.registrar._peer
    call = peer.call

    async def die(*arguments: Any) -> Any:
        if after:
            await call(*arguments)
        raise Died

    peer.call = die
    with pytest.raises(Died):
        smdp.order_through(matchingId=matching_id)
    order = smdp.order()
    assert (order.state, order.eid, order.smds_address) == (S.ALLOCATED, EID, ROOT)
    assert smdp.lpa(make_chip(1)).announce(order.matching_id).pair == ("8.2", "1.2"), "not released"
    peer.call = call
    reply = smdp.confirm(matchingId=matching_id)
    assert reply.members["matchingId"] == order.matching_id
    assert (smdp.order().state, event_ids(root)) == (S.RELEASED, [order.matching_id])


def test_a_process_that_died_is_cleaned_up_after_by_a_cancellation(
    smdp: AnnouncingRig, root: SmdsRig
) -> None:
    peer: Any = smdp.registrar._peer
    call = peer.call

    async def die(*arguments: Any) -> Any:
        await call(*arguments)
        raise Died

    peer.call = die
    with pytest.raises(Died):
        smdp.order_through()
    peer.call = call
    assert len(root.events) == 1
    cancel = {"iccid": WIRE_ICCID, "eid": str(EID), "finalProfileStatusIndicator": "Available"}
    assert smdp.call_es2("cancelOrder", **cancel).pair is None
    smdp.send()
    assert (smdp.order().state, root.events) == (S.AVAILABLE, [])


def test_an_answer_that_was_lost_leaves_no_event_behind(smdp: AnnouncingRig, root: SmdsRig, sky: Sky) -> None:
    sky.breaks_after.add("register_event")
    assert smdp.order_through().pair == ("8.9", "5.1")
    assert len(root.events) == 1
    sky.breaks_after.clear()
    smdp.send()
    assert (smdp.order().matching_id, root.events) == (None, [])


def test_a_withdrawal_that_comes_late_does_not_take_what_is_wanted_again(
    smdp: AnnouncingRig, root: SmdsRig, sky: Sky
) -> None:
    sky.breaks_after.add("register_event")
    assert smdp.order_through(matchingId="CHOSEN").pair == ("8.9", "5.1")
    sky.breaks_after.clear()
    assert smdp.confirm(matchingId="CHOSEN").pair is None
    assert len(smdp.waiting) == 1
    smdp.send()
    assert (smdp.waiting, event_ids(root)) == ([], ["CHOSEN"])


def test_an_order_that_was_cancelled_meanwhile_is_not_released(smdp: AnnouncingRig, root: SmdsRig) -> None:
    peer: Any = smdp.registrar._peer
    call = peer.call

    async def cancelled_meanwhile(*arguments: Any) -> Any:
        answer = await call(*arguments)
        order = smdp.order()
        smdp.save_order(replace(order, state=S.UNAVAILABLE))
        return answer

    peer.call = cancelled_meanwhile
    assert smdp.order_through().pair == ("8.2.1", "3.5")
    peer.call = call
    smdp.send()
    assert (smdp.order().state, root.events) == (S.UNAVAILABLE, [])


def test_two_identical_calls_at_once_leave_one_order_and_one_event(
    smdp: AnnouncingRig, root: SmdsRig
) -> None:
    peer: Any = smdp.registrar._peer
    call, inner = peer.call, []

    async def twice(*arguments: Any) -> Any:
        answer = await call(*arguments)
        peer.call = call
        header = {"functionRequesterIdentifier": "1", "functionCallIdentifier": "2"}
        members = {"iccid": WIRE_ICCID, "eid": str(EID), "smdsAddress": ROOT, "releaseFlag": True}
        request = CONFIRM_ORDER.request.decode({"header": header} | members)
        inner.append(await smdp.operators.confirm_order(request, "operator"))
        return answer

    peer.call = twice
    reply = smdp.order_through()
    assert reply.pair is None
    assert [each.matching_id for each in inner] == [reply.members["matchingId"]]
    assert (smdp.order().state, event_ids(root)) == (S.RELEASED, [reply.members["matchingId"]])


# --- Withdrawal -----------------------------------------------------------------------------------------------


def _download(smdp: AnnouncingRig) -> None:
    lpa = smdp.lpa(make_chip(1))
    assert lpa.download(smdp.order().matching_id).http_status == 204
    smdp.process()


def _reject(smdp: AnnouncingRig) -> None:
    lpa = smdp.lpa(make_chip(1))
    lpa.announce(smdp.order().matching_id)
    assert lpa.cancel(0).pair is None


def _cancel(smdp: AnnouncingRig) -> None:
    cancel = {"iccid": WIRE_ICCID, "eid": str(EID), "finalProfileStatusIndicator": "Available"}
    assert smdp.call_es2("cancelOrder", **cancel).pair is None


def _try_too_often(smdp: AnnouncingRig) -> None:
    smdp.save_order(replace(smdp.order(), max_attempts=0))
    assert smdp.lpa(make_chip(1)).announce(smdp.order().matching_id).pair == ("8.8.5", "6.4")


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (_download, S.INSTALLED),
        (_reject, S.ERROR),
        (_cancel, S.AVAILABLE),
        (_try_too_often, S.ERROR),
    ],
)
def test_the_event_of_an_order_that_is_over_is_deleted_from_the_outbox(
    smdp: AnnouncingRig, root: SmdsRig, sky: Sky, end: Callable[[AnnouncingRig], None], state: OrderState
) -> None:
    smdp.order_through()
    sky.breaks_before.add("delete_event")
    end(smdp)
    assert smdp.order().state is state
    assert smdp.send() >= 0
    assert len(root.events) == 1, "the SM-DS is away, and nobody waited for it"
    sky.breaks_before.clear()
    smdp.clock.advance(hours=2)
    smdp.send()
    assert (root.events, smdp.waiting) == ([], [])


def test_what_only_postpones_leaves_the_event(smdp: AnnouncingRig, root: SmdsRig) -> None:
    smdp.order_through()
    lpa = smdp.lpa(make_chip(1))
    lpa.announce(smdp.order().matching_id)
    assert lpa.cancel(1).pair is None
    assert (smdp.order().state, smdp.waiting, len(root.events)) == (S.RELEASED, [], 1)


def test_an_event_is_withdrawn_once(smdp: AnnouncingRig, root: SmdsRig) -> None:
    smdp.order_through()
    lpa = smdp.lpa(make_chip(1))
    lpa.fetch(smdp.order().matching_id)
    result = lpa.install()
    for _ in range(2):
        lpa.deliver(result)
        smdp.process()
    assert len(smdp.waiting) == 1
    smdp.send()
    assert [name for _, name in root.sky.calls] == ["register_event", "delete_event"]


def test_an_event_that_the_sm_ds_lost_or_will_not_delete_is_not_asked_for_again(
    smdp: AnnouncingRig, root: SmdsRig
) -> None:
    smdp.order_through()
    root.work.run_now(lambda stores: stores.remove_event(root.events[0].event_id))
    _cancel(smdp)
    smdp.send()
    assert smdp.waiting == []

    smdp.call_es2("downloadOrder", iccid=WIRE_ICCID)
    smdp.confirm()

    async def refuse(*_: Any) -> Any:
        raise FunctionError("8.9.5", "1.2")

    peer: Any = smdp.registrar._peer
    peer.call = refuse
    _cancel(smdp)
    smdp.send()
    assert smdp.waiting == []


def test_an_order_without_an_sm_ds_costs_no_message(smdp: AnnouncingRig) -> None:
    smdp.add_order()
    _download(smdp)
    assert smdp.waiting == []


def test_confirmed_anew_elsewhere_the_old_event_goes(smdp: AnnouncingRig, root: SmdsRig, sky: Sky) -> None:
    """A call died between SM-DS and disk, and the operator then asks for another SM-DS."""
    other = SmdsRig(MemoryWork(), root.runner, make_smds(world_of(), fqdn=ALTERNATIVE), sky)
    peer: Any = smdp.registrar._peer
    call = peer.call

    async def die(*arguments: Any) -> Any:
        await call(*arguments)
        raise Died

    peer.call = die
    with pytest.raises(Died):
        smdp.order_through()
    peer.call = call
    assert smdp.confirm(ALTERNATIVE).pair is None
    smdp.send()
    assert (root.events, len(other.events)) == ([], 1)


# --- Outside ES2+ ---------------------------------------------------------------------------------------------


def test_an_order_that_is_issued_again_is_announced_by_its_new_event(
    smdp: AnnouncingRig, root: SmdsRig, sky: Sky
) -> None:
    smdp.order_through()
    _reject(smdp)
    sky.breaks_before.add("register_event")
    smdp.work.run_now(lambda stores: issue_again(stores, smdp.order(), Wish(), "NEW-CODE", smdp.clock.now()))
    smdp.send()
    assert root.events == [], "the SM-DS is away; the old event is gone all the same"
    sky.breaks_before.clear()
    smdp.clock.advance(hours=2)
    smdp.send()
    assert (event_ids(root), smdp.waiting) == (["NEW-CODE"], [])
    _download(smdp)
    smdp.send()
    assert root.events == []


def test_an_order_that_is_taken_back_on_the_server_loses_its_event(
    smdp: AnnouncingRig, root: SmdsRig
) -> None:
    smdp.order_through()
    event = OrderEvent.CANCEL_AVAILABLE
    smdp.work.run_now(lambda stores: cancel_order(stores, smdp.order(), event, smdp.clock.now()))
    smdp.send()
    assert (smdp.order().state, root.events) == (S.AVAILABLE, [])


def test_an_event_that_the_sm_ds_refuses_later_is_not_asked_for_again(
    smdp: AnnouncingRig, root: SmdsRig
) -> None:
    smdp.order_through()
    _cancel(smdp)
    smdp.send()
    root.register(EID, "THEIRS", caller="another SM-DP+")
    order = replace(smdp.order(), state=S.RELEASED, matching_id="THEIRS", eid=EID, smds_address=ROOT)
    smdp.save_order(order)
    smdp.work.run_now(lambda stores: announce_later(stores, order, smdp.clock.now()))
    smdp.send()
    assert (smdp.waiting, len(root.events)) == ([], 1)
