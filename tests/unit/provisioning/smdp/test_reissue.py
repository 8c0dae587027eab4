"""An order is issued again: for the same chip at any time, for another one only once the profile cannot be on the first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openesim.kernel.errors import StateError
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState
from openesim.provisioning.smdp.reissue import Reissued, Wish, reissue
from tests.support.rig import ICCID, NOW, eid_of

S = OrderState

OUT = [S.DOWNLOADED, S.INSTALLED, S.ERROR, S.DELETED]
NOT_ISSUED = [S.AVAILABLE, S.ALLOCATED, S.LINKED, S.CONFIRMED, S.UNAVAILABLE]
OTHER = Wish(eid=eid_of(2))


def an_order(state: OrderState = S.DOWNLOADED, **changes: object) -> Order:
    """Returns an order of chip 1 that was tried a few times."""
    order = Order(
        order_id=7,
        iccid=ICCID,
        package_id=1,
        profile_type="T",
        state=state,
        eid=eid_of(1),
        matching_id="OLD",
        confirmation_hash=b"h" * 32,
        confirmation_attempts=2,
        download_attempts=9,
        redownloads=1,
        chip_state=ChipState.ENABLED,
        chip_sequence=5,
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def again(order: Order, wish: Wish | None = None, *, was_handed_out: bool = True) -> Reissued:
    """Issues an order again, with the matching id NEW."""
    return reissue(order, wish or Wish(), was_handed_out=was_handed_out, matching_id="NEW", now=NOW)


@pytest.mark.parametrize("state", OUT)
@pytest.mark.parametrize("eid", [None, eid_of(1)])
def test_for_the_same_chip_it_waits_as_one_whose_package_is_out(state: OrderState, eid: str | None) -> None:
    issued = again(an_order(state), Wish(eid=eid))  # type: ignore[arg-type]
    assert issued.warning is None
    order = issued.order
    assert (order.state, order.eid, order.matching_id) == (S.DOWNLOADED, eid_of(1), "NEW")
    assert (order.confirmation_attempts, order.download_attempts, order.redownloads) == (0, 0, 0)
    assert (order.chip_state, order.chip_sequence) == (ChipState.ENABLED, 5), (
        "the chip told that, and it stands"
    )
    assert order.confirmation_hash == b"h" * 32, "the confirmation code is still asked for"


@pytest.mark.parametrize("state", [S.RELEASED, S.ERROR])
@pytest.mark.parametrize("wish", [Wish(), OTHER, Wish(is_for_any=True)])
def test_what_was_never_handed_out_is_released_for_whomever(state: OrderState, wish: Wish) -> None:
    issued = again(an_order(state), wish, was_handed_out=False)
    assert issued.warning is None
    expected = None if wish.is_for_any else wish.eid or eid_of(1)
    assert (issued.order.state, issued.order.eid) == (S.RELEASED, expected)


@pytest.mark.parametrize("wish", [OTHER, Wish(is_for_any=True)])
def test_a_profile_that_its_chip_deleted_goes_to_another_one(wish: Wish) -> None:
    issued = again(an_order(S.DELETED, chip_state=ChipState.DELETED), wish)
    assert issued.warning is None
    assert (issued.order.state, issued.order.eid) == (S.RELEASED, wish.eid)
    assert (issued.order.chip_state, issued.order.chip_sequence) == (None, -1), "another chip counts anew"


@pytest.mark.parametrize("state", [S.DOWNLOADED, S.INSTALLED, S.ERROR])
@pytest.mark.parametrize("wish", [OTHER, Wish(is_for_any=True)])
def test_a_profile_that_a_chip_may_have_goes_to_another_only_by_force(state: OrderState, wish: Wish) -> None:
    with pytest.raises(StateError) as refusal:
        again(an_order(state), wish)
    explanation = refusal.value.explanation
    assert explanation is not None
    assert eid_of(1) in explanation.cause
    assert "--force" in explanation.next_step
    issued = again(an_order(state), replace(wish, is_forced=True))
    assert (issued.order.state, issued.order.eid) == (S.RELEASED, wish.eid)
    assert issued.warning is not None
    assert eid_of(1) in issued.warning


@pytest.mark.parametrize("state", NOT_ISSUED)
def test_what_was_never_issued_or_is_over_is_not_issued_again(state: OrderState) -> None:
    with pytest.raises(StateError) as refusal:
        again(an_order(state), Wish(is_forced=True))
    explanation = refusal.value.explanation
    assert explanation is not None
    assert ("another profile" in explanation.next_step) == (state is S.UNAVAILABLE)


def test_an_order_of_the_laboratory_needs_no_new_code() -> None:
    with pytest.raises(StateError, match="as often as one likes"):
        again(an_order(S.RELEASED, is_reusable=True))


def test_an_order_that_is_found_by_its_eid_stays_one() -> None:
    order = an_order(S.ERROR, is_default_smdp=True, matching_id=None)
    assert again(order).order.matching_id is None
    with pytest.raises(StateError, match="name the chip"):
        again(order, Wish(is_for_any=True, is_forced=True))


def test_an_expiry_that_is_over_goes_and_one_to_come_stays() -> None:
    later = NOW + timedelta(days=1)
    assert again(an_order(expires_at=NOW)).order.expires_at is None
    assert again(an_order(expires_at=later)).order.expires_at == later
