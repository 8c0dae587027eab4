"""What people do to orders: the order and who did it are stored together, also where an SM-DS is asked on the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConflictError, FunctionError, NotFoundError, StateError
from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.reissue import Wish
from openesim.services.conditions.operator.order_deeds import OrderDeeds
from openesim.services.ordering import Confirmation, Ordering, OrderWish
from openesim.services.replies import Replies
from tests.support.discovery import ROOT, AnnouncingRig, Sky, SmdsRig
from tests.support.memory import MemoryWork
from tests.support.rig import FQDN, ICCID, NOW, PROFILE_TYPE, eid_of, entropy_of

EID = eid_of(1)
ME, ACTOR = "operator", "account:a_1"


@pytest.fixture
def sky() -> Sky:
    return Sky()


@pytest.fixture
def root(runner: asyncio.Runner, sky: Sky) -> SmdsRig:
    return SmdsRig(MemoryWork(), runner, sky=sky)


@pytest.fixture
def smdp(root: SmdsRig, sky: Sky) -> AnnouncingRig:
    rig = AnnouncingRig(MemoryWork(), root.runner, sky)
    rig.add_order(state=OrderState.AVAILABLE, matching_id=None)
    return rig


@pytest.fixture
def deeds(smdp: AnnouncingRig) -> OrderDeeds:
    ambient = Ambient(smdp.clock, entropy_of("deeds"))
    replies = Replies(smdp.work, smdp.clock)
    return OrderDeeds(smdp.work, Ordering(smdp.operators, ambient), replies, smdp.clock, FQDN)


def wish(smds: str | None = None, *, release: bool = True) -> OrderWish:
    confirmation = Confirmation(eid=EID, smds_address=smds, release=release)
    return OrderWish(profile_type=PROFILE_TYPE, eid=EID, confirmation=confirmation)


def noted(smdp: AnnouncingRig) -> list[tuple[str, str]]:
    entries: Any = smdp.work.run_now(lambda stores: list(stores.ledger_rows.values()))
    return [(kept.entry.actor, kept.entry.facts["deed"]) for kept in entries]


def made(smdp: AnnouncingRig, deeds: OrderDeeds, **changes: Any) -> Order:
    smdp.run(deeds.order(wish(**changes), ME, ACTOR, "token"))
    return smdp.order()


def test_an_order_is_made_once_with_who_made_it(smdp: AnnouncingRig, deeds: OrderDeeds) -> None:
    first = smdp.run(deeds.order(wish(), ME, ACTOR, "token"))
    assert smdp.run(deeds.order(wish(), ME, ACTOR, "token")) == first == ICCID
    assert smdp.order().state is OrderState.RELEASED
    assert noted(smdp) == [(ACTOR, "order")]
    with pytest.raises(FunctionError):
        smdp.run(deeds.order(wish(), ME, ACTOR, "another"))
    assert noted(smdp) == [(ACTOR, "order")], "what is refused is nobody's deed"


def test_an_order_that_an_sm_ds_announces_is_noted_when_it_is_announced(
    smdp: AnnouncingRig, deeds: OrderDeeds, root: SmdsRig
) -> None:
    order = made(smdp, deeds, smds=ROOT)
    assert (order.state, len(root.events)) == (OrderState.RELEASED, 1)
    assert noted(smdp) == [(ACTOR, "order")]
    assert smdp.run(deeds.order(wish(ROOT), ME, ACTOR, "token")) == ICCID
    assert len(root.events) == 1


def test_an_order_that_nobody_announces_goes_back_to_stock(smdp: AnnouncingRig, deeds: OrderDeeds) -> None:
    with pytest.raises(FunctionError):
        made(smdp, deeds, smds="nobody.example.com")
    assert smdp.order().state is OrderState.AVAILABLE
    assert noted(smdp) == []


def test_a_release_is_noted_once_the_sm_ds_has_its_event(
    smdp: AnnouncingRig, deeds: OrderDeeds, root: SmdsRig
) -> None:
    made(smdp, deeds, smds=ROOT, release=False)
    released = smdp.run(deeds.release(ICCID, ME, ACTOR))
    assert (released.state, len(root.events)) == (OrderState.RELEASED, 1)
    assert noted(smdp) == [(ACTOR, "order"), (ACTOR, "release-order")]


def test_a_code_is_shown_with_a_note_of_who_saw_it(smdp: AnnouncingRig, deeds: OrderDeeds) -> None:
    order = made(smdp, deeds)
    found = smdp.run(deeds.show_code(ICCID, ME, ACTOR))
    assert found.text == f"LPA:1${FQDN}${order.matching_id}"
    assert noted(smdp)[-1] == (ACTOR, "show-code")
    with pytest.raises(NotFoundError):
        smdp.run(deeds.show_code(ICCID, "other", ACTOR))
    with pytest.raises(NotFoundError):
        smdp.run(deeds.show_code(Iccid("8988211000000000025"), ME, ACTOR))


def test_what_changed_since_it_was_seen_is_left_alone(smdp: AnnouncingRig, deeds: OrderDeeds) -> None:
    order = made(smdp, deeds)
    assert order.changed_at is not None
    again = smdp.run(deeds.reissue(ICCID, Wish(), ME, ACTOR, order.changed_at))
    assert again.order.matching_id != order.matching_id
    for late in (
        deeds.reissue(ICCID, Wish(), ME, ACTOR, order.changed_at),
        deeds.cancel(ICCID, "Available", ME, ACTOR, order.changed_at),
    ):
        with pytest.raises(ConflictError) as refused:
            smdp.run(late)
        assert refused.value.explanation is not None
        assert refused.value.explanation.code == "order:changed-meanwhile"  # type: ignore[attr-defined]
    assert [deed for _, deed in noted(smdp)] == ["order", "reissue-order"]


def test_an_order_is_taken_back_by_its_operator_alone(smdp: AnnouncingRig, deeds: OrderDeeds) -> None:
    made(smdp, deeds)
    seen = smdp.clock.now()
    with pytest.raises(NotFoundError):
        smdp.run(deeds.cancel(ICCID, "Available", "other", ACTOR, seen))
    back = smdp.run(deeds.cancel(ICCID, "Available", ME, ACTOR, seen))
    assert back.state is OrderState.AVAILABLE
    with pytest.raises(FunctionError):
        smdp.run(deeds.cancel(ICCID, "Available", ME, ACTOR, smdp.clock.now()))
    assert [deed for _, deed in noted(smdp)] == ["order", "cancel-order"]


def test_there_is_no_code_of_an_order_that_is_not_released(smdp: AnnouncingRig, deeds: OrderDeeds) -> None:
    made(smdp, deeds, release=False)
    with pytest.raises(StateError) as refused:
        smdp.run(deeds.show_code(ICCID, ME, ACTOR))
    assert refused.value.explanation is not None
    assert noted(smdp) == [(ACTOR, "order")]
    assert smdp.clock.now() > NOW
