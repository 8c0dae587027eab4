"""Importing orders: packages into stock, numbers and tokens allotted, all rows or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.ids import Iccid, is_luhn_valid, luhn_check_digit
from openesim.messages.sgp22.euicc_info import UiccCapability
from openesim.provisioning.smdp.history import Action
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.security.crypto.confirmation_code import hash_confirmation_code
from openesim.services.order_import import ImportStores, OrderImport
from openesim.services.order_lines import OrderFileError, OrderLine
from tests.support.batches import add as add_batch
from tests.support.memory import MemoryStores, MemoryWork
from tests.support.rig import ICCID, NOW, Rig, eid_of, entropy_of, make_chip, package_octets

FILES = {"one.der": package_octets(), "folder/two.der": package_octets("8988211000000005016")}
BEHIND = [Iccid(text) for text in ("8988211000000000029", "8988211000000000037", "8988211000000000045")]


def lines(*rows: Mapping[str, Any]) -> list[OrderLine]:
    """Returns order lines."""
    return [
        OrderLine(row=number, **{"profile": "one.der", **row}) for number, row in enumerate(rows, start=1)
    ]


def run(work: MemoryWork, *rows: Mapping[str, Any], files: Mapping[str, bytes] = FILES) -> list[Order]:
    """Imports orders in one unit of work."""
    entropy = entropy_of(f"import {work.stores.last_row}")
    return work.run_now(lambda stores: OrderImport(stores, files.get, entropy, NOW).run(lines(*rows)))


def refused(
    work: MemoryWork, *rows: Mapping[str, Any], files: Mapping[str, bytes] = FILES
) -> list[tuple[int, str]]:
    """Returns row and field of what is wrong; nothing may have been stored."""
    before = work.stores.snapshot()
    with pytest.raises(OrderFileError) as error:
        run(work, *rows, files=files)
    assert work.stores.snapshot() == before
    return [(one.row, one.field) for one in error.value.errors]


@pytest.fixture
def work() -> MemoryWork:
    return MemoryWork()


def test_a_plain_line_becomes_a_released_order_with_a_token_of_its_own(work: MemoryWork) -> None:
    (order,) = run(work, {})
    assert order.state is OrderState.RELEASED
    assert order.iccid == ICCID
    assert order.profile_type == "one"
    assert order.matching_id is not None
    assert set(order.matching_id) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")
    assert (order.eid, order.operator, order.confirmation_hash, order.expires_at) == (None, None, None, None)
    assert work.stores.order(order.order_id) == order


def test_what_is_written_is_what_is_ordered(work: MemoryWork) -> None:
    (order,) = run(
        work,
        {
            "iccid": BEHIND[2],
            "eid": eid_of(1),
            "matching_id": "TOKEN",
            "confirmation_code": "1234",
            "expires_at": NOW,
            "max_attempts": 3,
        },
    )
    assert replace(order, order_id=0, package_id=0) == Order(
        iccid=BEHIND[2],
        package_id=0,
        profile_type="one",
        state=OrderState.RELEASED,
        eid=eid_of(1),
        matching_id="TOKEN",
        confirmation_hash=hash_confirmation_code("1234"),
        expires_at=NOW,
        max_attempts=3,
        created_at=NOW,
        changed_at=NOW,
    )
    (step,) = work.stores.steps_of_order(order.order_id)
    assert (step.action, step.state, step.at, step.eid) == (
        Action.IMPORT,
        OrderState.RELEASED,
        NOW,
        eid_of(1),
    )
    assert "TOKEN" not in repr(step)


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"release": True}, OrderState.RELEASED),
        ({"release": False, "matching_id": "T"}, OrderState.CONFIRMED),
        ({"release": False, "eid": eid_of(1)}, OrderState.CONFIRMED),
        ({"release": False, "confirmation_code": "1"}, OrderState.CONFIRMED),
        ({"release": False}, OrderState.AVAILABLE),
    ],
)
def test_an_order_begins_where_its_line_says(
    work: MemoryWork, row: dict[str, Any], state: OrderState
) -> None:
    (order,) = run(work, row)
    assert order.state is state
    assert (order.matching_id is None) is (state is OrderState.AVAILABLE)


def test_the_default_smdp_case_has_no_token(work: MemoryWork) -> None:
    (order,) = run(work, {"default_smdp": True, "eid": eid_of(1)})
    assert (order.matching_id, order.is_default_smdp, order.eid) == (None, True, eid_of(1))


# --- Numbers --------------------------------------------------------------------------------------------------


def test_numbers_are_allotted_behind_the_package_s_own(work: MemoryWork) -> None:
    numbers = [order.iccid for order in run(work, {}, {}, {})]
    assert numbers == [ICCID, *BEHIND[:2]]
    assert all(map(is_luhn_valid, numbers[1:]))
    assert [order.iccid for order in run(work, {})] == [BEHIND[2]], "the next file goes on"


def test_numbers_that_are_written_are_stepped_over(work: MemoryWork) -> None:
    orders = run(work, {}, {}, {"iccid": BEHIND[1]}, {}, {})
    assert [order.iccid for order in orders] == [
        ICCID,
        BEHIND[0],
        BEHIND[1],
        BEHIND[2],
        Iccid("8988211000000000052"),
    ]


def test_a_number_of_another_length_in_the_same_range_does_no_harm(work: MemoryWork) -> None:
    run(work, {"iccid": Iccid("89882110000000007770")}, {"iccid": Iccid("898821100000000999")})
    assert [order.iccid for order in run(work, {}, {})] == [ICCID, BEHIND[0]]


def test_a_used_up_range_is_told(work: MemoryWork) -> None:
    last = "898821100999999999"
    run(work, {}, {"iccid": Iccid(last + luhn_check_digit(last))})
    assert refused(work, {}, {}) == [(1, "iccid"), (2, "iccid")]


@pytest.mark.parametrize("count", [1, 3])
def test_orders_of_one_file_do_not_share_a_number(work: MemoryWork, count: int) -> None:
    rows = [{"iccid": BEHIND[0]}] * (count + 1)
    assert refused(work, *rows) == [(row, "iccid") for row in range(2, count + 2)]


# --- Packages -------------------------------------------------------------------------------------------------


def test_a_package_is_stored_once(work: MemoryWork) -> None:
    orders = run(work, {}, {}, {"profile": "folder/two.der"})
    assert [order.profile_type for order in orders] == ["one", "one", "two"]
    assert len(work.stores.packages) == 2
    run(work, {})
    assert len(work.stores.packages) == 2


def test_a_profile_type_in_stock_is_ordered_by_its_name(work: MemoryWork) -> None:
    run(work, {})
    (order,) = run(work, {"profile": "one"}, files={})
    assert order.iccid == BEHIND[0]
    assert len(work.stores.packages) == 1


def test_two_packages_of_one_name_are_kept_apart(work: MemoryWork) -> None:
    run(work, {})
    changed = {"one.der": package_octets("8988211000000007012")}
    (order,) = run(work, {}, files=changed)
    assert order.profile_type.startswith("one-")
    assert order.iccid == "8988211000000007012"
    (again,) = run(work, {}, files=changed)
    assert again.profile_type == order.profile_type, "and the second time it is known"


def test_names_for_the_user_are_the_line_s_or_the_profile_s(work: MemoryWork) -> None:
    (plain, named) = run(
        work, {}, {"service_provider_name": "Provider", "profile_name": "Ein langer Name " * 8}
    )
    shown = work.stores.package(plain.package_id).metadata
    assert (shown.service_provider_name, shown.profile_name) == ("Testland", "Testland")
    shown = work.stores.package(named.package_id).metadata
    assert shown.service_provider_name == "Provider"
    assert shown.profile_name == ("Ein langer Name " * 8)[:64], "no longer than the standard allows"


def test_what_a_package_asks_of_a_chip_is_read_from_it(work: MemoryWork) -> None:
    (order,) = run(work, {})
    package = work.stores.package(order.package_id)
    assert package.saip_version[0] == 2
    assert package.required & UiccCapability(1 << 1), "USIM"
    assert package.metadata.iccid == ICCID


NO_PACKAGES = {
    "empty": b"",
    "text": b"no package",
    "another tag": bytes.fromhex("3003020101"),
    "no header": package_octets()[40:],
    "cut short": package_octets()[:-3],
}


@pytest.mark.parametrize("octets", NO_PACKAGES.values(), ids=NO_PACKAGES.keys())
def test_a_file_that_is_no_package_is_told(work: MemoryWork, octets: bytes) -> None:
    assert refused(work, {}, files={"one.der": octets}) == [(1, "profile")]


def test_a_profile_that_is_neither_file_nor_type_is_told(work: MemoryWork) -> None:
    assert refused(work, {"profile": "nowhere.der"}) == [(1, "profile")]


# --- All or nothing -------------------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_stored(work: MemoryWork) -> None:
    run(work, {"matching_id": "TAKEN"})
    rows: list[dict[str, Any]] = [
        {},
        {"matching_id": "TAKEN"},
        {"profile": "nowhere.der"},
        {"iccid": ICCID},
        {"matching_id": "NEW"},
        {"matching_id": "NEW"},
    ]
    assert refused(work, *rows) == [(2, "matching_id"), (3, "profile"), (4, "iccid"), (6, "matching_id")]


def test_a_row_that_was_refused_leaves_its_number_to_the_next(work: MemoryWork) -> None:
    assert refused(work, {"profile": "nowhere.der"}, {}) == [(1, "profile")]
    assert [order.iccid for order in run(work, {})] == [ICCID]


# --- Laboratory orders and stock ------------------------------------------------------------------------------


def test_reusable_orders_may_share_a_profile(work: MemoryWork) -> None:
    orders = run(
        work, {"reusable": True, "matching_id": "LAB-1"}, {"reusable": True, "matching_id": "LAB-2"}, {}
    )
    assert {order.iccid for order in orders} == {ICCID}
    assert [order.is_reusable for order in orders] == [True, True, False]
    assert refused(work, {"reusable": True, "matching_id": "LAB-1"}) == [(1, "matching_id")]


def test_a_reusable_order_serves_any_number_of_chips(rig: Rig) -> None:
    assert isinstance(rig.work, MemoryWork)
    run(rig.work, {"reusable": True, "matching_id": "LAB"})
    for number in (1, 2, 3):
        lpa = rig.lpa(make_chip(number))
        for _ in range(12 if number == 1 else 1):
            lpa.chip.profiles.clear()
            assert lpa.download("LAB").http_status == 204


def test_imported_stock_is_ordered_over_es2plus(rig: Rig) -> None:
    assert isinstance(rig.work, MemoryWork)
    run(rig.work, {"release": False}, {"release": False})
    reserved = rig.call_es2("downloadOrder", profileType="one").members["iccid"]
    assert reserved == f"{ICCID}F"
    token = rig.call_es2("confirmOrder", iccid=reserved, releaseFlag=True).members["matchingId"]
    assert rig.lpa().download(token).http_status == 204


def test_an_imported_order_is_downloaded(rig: Rig) -> None:
    assert isinstance(rig.work, MemoryWork)
    run(rig.work, {"iccid": BEHIND[0], "matching_id": "TOKEN", "confirmation_code": "99"})
    lpa = rig.lpa()
    assert lpa.download("TOKEN", "99").http_status == 204
    assert list(lpa.chip.profiles) == [BEHIND[0]]


def test_an_import_asks_no_more_of_the_stores_than_its_port_says() -> None:
    stores: ImportStores = MemoryStores()
    assert OrderImport(stores, FILES.get, entropy_of("x"), NOW).run([]) == []


# --- From the stock --------------------------------------------------------------------------------------------

STOCKED = {"profile": "testland"}


def test_an_order_of_a_personalised_type_takes_a_profile_of_the_stock(work: MemoryWork) -> None:
    add_batch(work, count=2)
    orders = run(
        work, {**STOCKED, "matching_id": "TOKEN"}, {**STOCKED, "iccid": Iccid("8988211000000000029")}
    )
    assert [order.iccid for order in orders] == ["8988211000000000011", "8988211000000000029"]
    assert len(work.stores.orders) == 2
    for order in orders:
        assert (order.state, order.is_personalised) == (OrderState.RELEASED, True)
        assert work.stores.order(order.order_id) == order
    assert orders[0].matching_id == "TOKEN"


def test_what_is_prepared_is_nobody_s_profile(work: MemoryWork) -> None:
    """Of a personalised type that is sold out nothing is made: it would have the keys of the template."""
    add_batch(work, count=1, operator="operator")
    assert refused(work, STOCKED) == [(1, "iccid")]
    assert refused(work, {**STOCKED, "release": False}) == [(1, "profile")]
    assert refused(work, {**STOCKED, "iccid": ICCID}) == [(1, "iccid")]


def test_two_rows_never_take_the_same_profile(work: MemoryWork) -> None:
    add_batch(work, count=1)
    assert refused(work, STOCKED, STOCKED) == [(2, "iccid")]


def test_a_laboratory_may_try_the_template_itself(work: MemoryWork) -> None:
    add_batch(work, count=1)
    (order,) = run(work, {**STOCKED, "reusable": True})
    assert (order.is_reusable, order.is_personalised, order.iccid) == (True, False, ICCID)
