"""The contract of ``SmdpStores``: what goes in comes out, what is looked for is found, what must be one is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from openesim.kernel.errors import ConflictError
from openesim.kernel.ids import Iccid, TransactionId
from openesim.provisioning.smdp.binding import Binding, Download
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState
from openesim.provisioning.smdp.session import Session, SessionState
from openesim.security.crypto.curves import Curve
from tests.support.rig import FQDN, ICCID, NOW, Rig, eid_of, make_package

OTHER = Iccid("89882110000000000334")
TID, OTHER_TID = TransactionId(bytes(range(16))), TransactionId(b"\xff")

SESSION = Session(
    transaction_id=TID,
    expires_at=NOW,
    server_address=FQDN,
    server_challenge=bytes(range(16)),
    svn=b"\2\5\0",
    identity=b"i" * 20,
    euicc_ci_pkid=b"c" * 20,
)
ADMITTED = replace(
    SESSION,
    state=SessionState.EXPECT_GET_BOUND_PROFILE_PACKAGE,
    eid=eid_of(1),
    euicc_key=b"key",
    order_id=7,
    matching_id="TOKEN",
    smdp_signature2=b"s" * 64,
)
DOWNLOAD = Download(
    transaction_id=TID,
    order_id=7,
    eid=eid_of(1),
    euicc_key=b"key",
    identity=b"i" * 20,
    address=FQDN,
    binding=Binding(curve=Curve.BRAINPOOL_P256R1, euicc_otpk=b"4" * 65, smdp_otsk=b"s" * 32, ppk=b"p" * 48),
    created_at=NOW,
)


def ask(work: Any, method: str, *arguments: Any) -> Any:
    """Returns what a method of the stores returns, in a unit of work of its own."""
    return work.run_now(lambda stores: getattr(stores, method)(*arguments))


# --- Sessions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("session", [SESSION, ADMITTED], ids=["new", "admitted"])
def test_a_session_comes_back_as_it_was_stored(
    work: Any, reopen: Callable[[], Any], session: Session
) -> None:
    ask(work, "add_session", session)
    assert ask(reopen(), "session", TID) == session
    assert ask(work, "session", OTHER_TID) is None


def test_a_session_that_changed_is_stored(work: Any, reopen: Callable[[], Any]) -> None:
    ask(work, "add_session", SESSION)
    ask(work, "save_session", ADMITTED)
    closed = replace(ADMITTED, state=SessionState.CLOSED)
    assert ask(reopen(), "session", TID) == ADMITTED
    ask(work, "save_session", closed)
    assert ask(reopen(), "session", TID) == closed


def test_expired_sessions_are_swept_a_few_at_a_time(work: Any) -> None:
    def fill(stores: Any) -> None:
        for number in range(10):
            tid = TransactionId(bytes([number]))
            expires_at = NOW + timedelta(seconds=number)
            stores.add_session(replace(SESSION, transaction_id=tid, expires_at=expires_at))

    work.run_now(fill)
    now = NOW + timedelta(seconds=7)
    assert [ask(work, "sweep_sessions", now, 5) for _ in range(3)] == [5, 2, 0]
    left = [ask(work, "session", TransactionId(bytes([number]))) for number in range(10)]
    assert [session is None for session in left] == [True] * 7 + [False] * 3


# --- Orders ---------------------------------------------------------------------------------------------------

FULL: dict[str, Any] = {
    "operator": "operator",
    "state": OrderState.DOWNLOADED,
    "eid": eid_of(1),
    "matching_id": "TOKEN-ä",
    "confirmation_hash": bytes(range(32)),
    "confirmation_attempts": 2,
    "confirmation_limit": 5,
    "download_attempts": 4,
    "max_attempts": 9,
    "expires_at": datetime(2030, 1, 1, 12, 30, 15, 250_000, tzinfo=UTC),
    "smds_address": "smds.example.com",
    "chip_state": ChipState.ENABLED,
    "chip_sequence": 17,
    "outcome": "installation failed: 5/12",
    "is_personalised": True,
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        FULL,
        {"matching_id": None, "is_default_smdp": True, "eid": eid_of(1)},
        {"is_reusable": True, "max_attempts": None},
        *({"state": state} for state in OrderState),
        *({"chip_state": state} for state in ChipState),
    ],
)
def test_an_order_comes_back_as_it_was_stored(
    rig: Rig, reopen: Callable[[], Any], changes: dict[str, Any]
) -> None:
    stored = rig.add_order(**changes)
    assert stored.order_id > 0
    again = ask(reopen(), "order", stored.order_id)
    assert again == stored
    assert [type(again.iccid), type(again.eid)] == [Iccid, type(stored.eid)]
    assert ask(rig.work, "order", stored.order_id + 1) is None


def test_an_order_that_changed_is_stored_with_everything(rig: Rig, reopen: Callable[[], Any]) -> None:
    stored = rig.add_order()
    changed = replace(stored, **FULL)
    rig.save_order(changed)
    assert ask(reopen(), "order", stored.order_id) == changed


def test_progress_of_a_download_is_stored(rig: Rig, reopen: Callable[[], Any]) -> None:
    stored = rig.add_order()
    names = (
        "state",
        "eid",
        "confirmation_attempts",
        "download_attempts",
        "chip_state",
        "chip_sequence",
        "outcome",
    )
    changed = replace(stored, **{name: FULL[name] for name in names})
    ask(rig.work, "save_progress", changed)
    assert ask(reopen(), "order", stored.order_id) == changed


def test_an_order_is_found_by_exactly_its_matching_id(rig: Rig) -> None:
    stored = rig.add_order(matching_id="Token_1")
    found = [
        ask(rig.work, "order_with_matching_id", text)
        for text in ("Token_1", "TOKEN_1", "Token", "Token_1 ", "%", "", "Token_1\0")
    ]
    assert found == [stored, None, None, None, None, None, None]


def test_an_order_is_found_by_its_profile(rig: Rig) -> None:
    stored = rig.add_order(eid=eid_of(1))
    find = [(ICCID, None), (ICCID, eid_of(1)), (ICCID, eid_of(2)), (OTHER, None)]
    found = [ask(rig.work, "order_of_profile", *key) for key in find]
    assert found == [stored, stored, None, None]


def test_reusable_orders_are_not_found_by_their_profile(rig: Rig) -> None:
    rig.add_order(is_reusable=True)
    rig.add_order(is_reusable=True, matching_id="TEST-2")
    assert ask(rig.work, "order_of_profile", ICCID) is None
    plain = rig.add_order(matching_id="TEST-3")
    assert ask(rig.work, "order_of_profile", ICCID) == plain


def test_a_chip_finds_what_waits_for_it(rig: Rig) -> None:
    mine: dict[str, Any] = {"matching_id": None, "is_default_smdp": True, "eid": eid_of(1)}

    def find() -> Any:
        return ask(rig.work, "order_waiting_for", eid_of(1))

    rig.add_order(eid=eid_of(1))
    assert find() is None, "an order with a matching id is not found without it"
    done = rig.add_order(**mine, iccid=OTHER, state=OrderState.INSTALLED)
    assert find() == done
    first = rig.add_order(**mine, iccid=Iccid("8988211000000000101"), state=OrderState.DOWNLOADED)
    rig.add_order(**mine, iccid=Iccid("8988211000000000102"))
    assert find() == first, "what can be downloaded comes first, in the order of the orders"
    assert ask(rig.work, "order_waiting_for", eid_of(2)) is None


def test_stock_is_given_to_its_operator_or_to_anybody(rig: Rig) -> None:
    free = rig.add_order(state=OrderState.AVAILABLE, matching_id=None)
    kind = free.profile_type

    def find(operator: str, name: str = kind) -> Any:
        return ask(rig.work, "available_order", name, operator)

    assert [find("one"), find("one", "Nowhere")] == [free, None]
    rig.save_order(replace(free, operator="one"))
    assert [order is None for order in (find("one"), find("two"))] == [False, True]
    rig.save_order(replace(free, state=OrderState.ALLOCATED))
    assert find("one") is None
    rig.add_order(state=OrderState.AVAILABLE, matching_id=None, is_reusable=True)
    assert find("one") is None, "a laboratory's order is no stock"


def test_a_profile_and_a_token_belong_to_one_order(rig: Rig) -> None:
    rig.add_order()
    other = rig.add_order(iccid=OTHER, matching_id="TEST-2")
    clashes: list[dict[str, Any]] = [{"matching_id": "TEST-3"}, {"iccid": Iccid("8988211000000000103")}]
    for clash in clashes:
        with pytest.raises(ConflictError):
            rig.add_order(**clash)
    for changed in (replace(other, iccid=ICCID), replace(other, matching_id="TEST-1")):
        with pytest.raises(ConflictError):
            rig.save_order(changed)
    assert rig.order(other.order_id) == other
    rig.add_order(is_reusable=True, matching_id="LAB")
    rig.add_order(iccid=Iccid("8988211000000000104"), matching_id=None)
    rig.add_order(iccid=Iccid("8988211000000000105"), matching_id=None)


def test_the_highest_number_of_a_range_is_found(rig: Rig) -> None:
    for number in (
        "8988211000000000017",
        "8988211000000004017",
        "8988212000000000017",
        "89882110000000090017",
    ):
        rig.add_order(iccid=Iccid(number), matching_id=None)
    highest = ask(rig.work, "highest_iccid", "8988211000000000000", "8988211999999999999")
    assert highest == "8988211000000004017", "numbers of another length lie in another range"
    assert ask(rig.work, "highest_iccid", "8999000000000000000", "8999999999999999999") is None


def test_a_unit_that_breaks_leaves_nothing(rig: Rig, reopen: Callable[[], Any]) -> None:
    stored = rig.add_order()

    def breaking(stores: Any) -> None:
        stores.save_order(replace(stored, state=OrderState.ERROR))
        stores.add_session(SESSION)
        stores.add_download(DOWNLOAD)
        stores.add_notification(b"x", NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        rig.work.run_now(breaking)
    again = reopen()
    assert ask(again, "order", stored.order_id) == stored
    assert ask(again, "session", TID) is None
    assert ask(again, "download", TID) is None
    assert ask(again, "pending_notifications", 0, 9) == []


# --- Packages -------------------------------------------------------------------------------------------------


def test_a_package_comes_back_as_it_was_stored(work: Any, reopen: Callable[[], Any]) -> None:
    package = make_package()
    stored = ask(work, "add_package", package, b"d" * 32)
    assert replace(stored, package_id=0) == package
    again = reopen()
    assert ask(again, "package", stored.package_id) == stored
    assert ask(again, "package_named", package.name) == (stored, b"d" * 32)
    assert ask(again, "package_named", "Nowhere") is None


# --- Downloads ------------------------------------------------------------------------------------------------


def test_a_download_comes_back_as_it_was_stored(work: Any, reopen: Callable[[], Any]) -> None:
    ask(work, "add_download", DOWNLOAD)
    again = reopen()
    assert ask(again, "download", TID) == DOWNLOAD
    assert ask(again, "download", OTHER_TID) is None


def test_the_last_download_of_an_order_is_found(work: Any) -> None:
    later = replace(DOWNLOAD, transaction_id=OTHER_TID, created_at=NOW + timedelta(milliseconds=1))
    elsewhere = replace(later, transaction_id=TransactionId(b"\1"), order_id=8, created_at=NOW + timedelta(1))
    for download in (later, DOWNLOAD, elsewhere):
        ask(work, "add_download", download)
    assert ask(work, "last_download", 7) == later
    assert ask(work, "last_download", 9) is None


def test_a_repeated_call_replaces_what_it_handed_out(work: Any) -> None:
    ask(work, "add_download", DOWNLOAD)
    again = replace(
        DOWNLOAD,
        binding=replace(DOWNLOAD.binding, smdp_otsk=b"t" * 32),
        created_at=NOW + timedelta(milliseconds=5),
    )
    ask(work, "add_download", again)
    assert ask(work, "download", TID) == again
    assert ask(work, "last_download", 7) == again


def test_the_result_of_a_download_is_kept(work: Any, reopen: Callable[[], Any]) -> None:
    ask(work, "add_download", DOWNLOAD)
    installed = replace(DOWNLOAD, result="installed")
    ask(work, "save_download_result", installed)
    assert ask(reopen(), "download", TID) == installed


# --- Notifications --------------------------------------------------------------------------------------------


def test_notifications_wait_in_the_order_in_which_they_came(work: Any, reopen: Callable[[], Any]) -> None:
    rows = [ask(work, "add_notification", bytes([n]), NOW) for n in range(5)]
    assert rows == sorted(set(rows))
    again = reopen()
    assert ask(again, "pending_notifications", 0, 3) == [(row, bytes([n])) for n, row in enumerate(rows[:3])]
    assert ask(again, "pending_notifications", rows[2], 9) == [
        (rows[3], b"\3"),
        (rows[4], b"\4"),
    ]
    assert [ask(work, "take_notification", row) for row in (rows[1], rows[1], 99)] == [True, False, False]
    left = ask(work, "pending_notifications", 0, 9)
    assert [octets for _, octets in left] == [b"\0", b"\2", b"\3", b"\4"]


def test_notifications_of_late_are_left_to_who_took_them_in(work: Any) -> None:
    rows = [ask(work, "add_notification", bytes([n]), NOW + timedelta(seconds=n)) for n in range(3)]
    assert [row for row, _ in ask(work, "pending_notifications", 0, 9, NOW + timedelta(seconds=1))] == rows[
        :2
    ]


# --- All of it together ---------------------------------------------------------------------------------------


def test_a_download_leaves_the_same_traces_in_every_kind_of_stores(
    rig: Rig, reopen: Callable[[], Any]
) -> None:
    stored = rig.add_order(code="1234")
    lpa = rig.lpa()
    assert lpa.fetch("TEST-1", "0000").pair == ("8.2.7", "3.8")
    assert lpa.get_package("1234").pair is None
    lpa.deliver(lpa.install())
    rig.process()
    again = reopen()
    order: Order = ask(again, "order", stored.order_id)
    assert (order.state, order.eid, order.download_attempts, order.confirmation_attempts) == (
        OrderState.INSTALLED,
        eid_of(1),
        1,
        1,
    )
    download = ask(again, "last_download", stored.order_id)
    assert (download.eid, download.result) == (eid_of(1), "installed")
