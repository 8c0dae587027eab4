"""CancelSession: every check in its order with its code, and what changes.

The tables are written from the fact sheet, not from the code.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openesim.provisioning.smdp.orders import OrderState
from tests.support.chip import node, tlv
from tests.support.lpa import b64
from tests.support.rig import Rig, eid_of, make_chip
from tests.unit.provisioning.smdp.es9plus.admitted import (
    NOT_VERIFIED,
    UNKNOWN_TRANSACTION,
    Pair,
    announced,
    flip,
    ordered_again,
)

REASONS = [
    (0, OrderState.ERROR),
    (1, None),
    (2, None),
    (3, OrderState.ERROR),
    (4, OrderState.ERROR),
    (5, OrderState.ERROR),
    (127, OrderState.ERROR),
    (99, OrderState.ERROR),
]


@pytest.mark.parametrize("bound", [False, True], ids=["announced", "bound"])
@pytest.mark.parametrize(("reason", "state"), REASONS)
def test_a_session_can_be_given_up_for_any_reason(
    rig: Rig, reason: int, state: OrderState | None, bound: bool
) -> None:
    lpa = announced(rig)
    if bound:
        assert lpa.get_package().pair is None
    before = rig.order()
    reply = lpa.cancel(reason)
    assert reply.http_status == 200
    assert reply.members == {"header": {"functionExecutionStatus": {"status": "Executed-Success"}}}
    assert rig.order().state is (state or before.state)
    assert lpa.cancel(reason).pair == UNKNOWN_TRANSACTION, "the session has ended"
    again = rig.lpa().announce("TEST-1").pair
    assert again == (None if state is None else ("8.2", "1.2"))


@pytest.mark.parametrize("wrong_code", [None, "9999"], ids=["left out", "mistyped"])
def test_who_has_not_given_the_confirmation_code_cannot_reject_the_profile(
    rig: Rig, wrong_code: str | None
) -> None:
    lpa = announced(rig, code="4711")
    if wrong_code is not None:
        assert lpa.get_package(wrong_code).pair == ("8.2.7", "3.8")
    assert lpa.cancel(0).pair is None
    assert rig.order().state is OrderState.RELEASED
    again = rig.lpa()
    assert again.announce("TEST-1").pair is None
    assert again.get_package("4711").pair is None
    assert again.cancel(0).pair is None
    assert rig.order().state is OrderState.ERROR, "with the code, the word counts"


@pytest.mark.parametrize(("reason", "state"), [row for row in REASONS if row[0]])
def test_other_reasons_count_without_the_confirmation_code(
    rig: Rig, reason: int, state: OrderState | None
) -> None:
    assert announced(rig, code="4711").cancel(reason).pair is None
    assert rig.order().state is (state or OrderState.RELEASED)


CANCELLED: list[tuple[str, dict[str, Callable[[bytes], bytes]], Pair]] = [
    ("another signature", {"cancel_signature": flip}, NOT_VERIFIED),
    (
        "another SM-DP+",
        {"cancel_signed": lambda signed: _with(signed, 0x81, b"\x88\x37\x0c")},
        ("8.8", "3.10"),
    ),
    (
        "another inner transaction id",
        {"cancel_signed": lambda signed: _with(signed, 0x80, bytes(16))},
        UNKNOWN_TRANSACTION,
    ),
]


def _with(octets: bytes, tag: int, value: bytes) -> bytes:
    outer = node(octets)
    return tlv(outer.tag, *(tlv(tag, value) if part.tag == tag else part.octets for part in outer))


@pytest.mark.parametrize(
    ("alter", "expected"), [row[1:] for row in CANCELLED], ids=[row[0] for row in CANCELLED]
)
def test_a_false_cancellation_changes_nothing(
    rig: Rig, alter: dict[str, Callable[[bytes], bytes]], expected: Pair
) -> None:
    lpa = announced(rig)
    before = rig.order()
    lpa.chip.alter = alter
    assert lpa.cancel(0).pair == expected
    assert rig.order() == before
    lpa.chip.alter = {}
    assert lpa.get_package().pair is None, "the session goes on"


def test_the_checks_of_a_cancellation_stand_in_their_order(rig: Rig) -> None:
    lpa = announced(rig)
    wrong_oid: Callable[[bytes], bytes] = lambda signed: _with(signed, 0x81, b"\x88\x37\x0c")  # noqa: E731
    lpa.chip.alter = {"cancel_signed": wrong_oid, "cancel_signature": flip}
    assert lpa.cancel(0).pair == NOT_VERIFIED
    lpa.chip.alter = {
        "cancel_signed": lambda signed: _with(wrong_oid(signed), 0x80, bytes(16)),
        "cancel_signature": flip,
    }
    assert lpa.cancel(0).pair == UNKNOWN_TRANSACTION
    assert lpa.cancel(0, transactionId="00").pair == UNKNOWN_TRANSACTION


@pytest.mark.parametrize("code", [b"\x05", b"\x7f", b"\x4d"])
def test_a_chip_without_session_cancels_nothing(rig: Rig, code: bytes) -> None:
    lpa = announced(rig)
    before = rig.order()
    nothing = b64(tlv(0xBF41, tlv(0x81, code)))
    assert lpa.cancel(0, cancelSessionResponse=nothing).pair is None
    assert rig.order() == before
    assert lpa.get_package().pair is None


def test_another_chip_cannot_cancel_a_session(rig: Rig) -> None:
    one, two = announced(rig, 1), announced(rig, 2)
    two.chip.session.transaction_id = one.chip.session.transaction_id
    forged = b64(two.chip.cancel(0))
    assert one.cancel(0, cancelSessionResponse=forged).pair == NOT_VERIFIED
    assert rig.order().state is OrderState.RELEASED


def test_a_chip_that_came_too_late_cannot_end_the_order_of_the_one_that_has_it(rig: Rig) -> None:
    late, owner = announced(rig, 1), announced(rig, 2)
    assert owner.get_package().pair is None
    assert late.cancel(0).pair is None
    assert (rig.order().state, rig.order().eid) == (OrderState.DOWNLOADED, eid_of(2))
    assert owner.deliver(owner.install()).http_status == 204
    rig.process()
    assert rig.order().state is OrderState.INSTALLED


def test_an_installed_profile_cannot_be_cancelled(rig: Rig) -> None:
    lpa = announced(rig)
    lpa.get_package()
    lpa.deliver(lpa.install())
    rig.process()
    assert lpa.cancel(5).pair is None
    assert rig.order().state is OrderState.INSTALLED


def test_a_reusable_order_survives_every_cancellation(rig: Rig) -> None:
    lpa = announced(rig, is_reusable=True)
    assert lpa.cancel(0).pair is None
    assert rig.lpa(make_chip(2)).download("TEST-1").http_status == 204
    assert rig.lpa(make_chip(3)).download("TEST-1").http_status == 204


def test_a_session_of_an_order_that_was_taken_back_cancels_no_other_order(rig: Rig) -> None:
    lpa = announced(rig)
    rig.save_order(ordered_again(rig.order()))
    lpa.cancel(0)
    assert rig.order().state is OrderState.RELEASED
