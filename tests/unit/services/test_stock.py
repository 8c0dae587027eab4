"""Adding a batch: a subscription and an order for every row, once, however often it is begun."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import ConfigError, ConflictError
from openesim.kernel.ids import Iccid
from openesim.kernel.secret import Secret
from openesim.network.subscription import Batch
from openesim.provisioning.smdp.orders import OrderState
from openesim.services import stock
from openesim.services.batch_file import parse_batch
from tests.support.batches import COUNTED, FIRST, FROM_FILE, add, importer, toml
from tests.support.memory import MemoryWork
from tests.support.rig import Rig, entropy_of, make_chip

CSV = (
    "iccid,imsi,k,opc\n"
    f"{FIRST},001010000000009,{'0A' * 16},{'0B' * 16}\n"
    "8988211000000000029,001010000000001,,\n"
)


@pytest.fixture
def work() -> MemoryWork:
    return MemoryWork()


def small_chunks(patch: pytest.MonkeyPatch, rows: int) -> None:
    patch.setattr(stock, "CHUNK", rows)


def test_every_row_becomes_a_subscription_and_an_order_in_stock(work: MemoryWork) -> None:
    batch = add(work, operator="operator")
    assert (batch.name, batch.profile_type, batch.size, batch.done) == ("first", "testland", 5, 5)
    assert work.stores.batch("first") == batch
    subscriptions = work.stores.subscriptions("", 99, "first")
    assert [each.imsi[-1] for each in subscriptions] == ["1", "2", "3", "4", "5"]
    assert not any(each.is_active for each in subscriptions)
    orders = [work.stores.order_of_profile(each.iccid) for each in subscriptions]
    for order in orders:
        assert order is not None
        assert (order.state, order.operator, order.matching_id) == (OrderState.AVAILABLE, "operator", None)
        assert order.is_personalised
    assert len({each.k.reveal() for each in subscriptions}) == 5


def test_released_profiles_have_a_matching_id_each(work: MemoryWork) -> None:
    add(work, release=True)
    orders = list(work.stores.orders.values())
    assert {order.state for order in orders} == {OrderState.RELEASED}
    assert len({order.matching_id for order in orders}) == 5


def test_a_file_gives_numbers_and_keys_and_what_it_leaves_out_is_drawn(work: MemoryWork) -> None:
    assert add(work, FROM_FILE, CSV).done == 2
    given_keys, drawn = work.stores.subscriptions("", 9)
    assert (given_keys.imsi, given_keys.k, given_keys.opc) == (
        "001010000000009",
        Secret(b"\x0a" * 16),
        Secret(b"\x0b" * 16),
    )
    assert drawn.k not in {Secret(b""), given_keys.k}


def test_a_batch_that_is_there_is_not_added_again(work: MemoryWork) -> None:
    add(work)
    before = work.stores.snapshot()
    assert add(work).done == 5
    assert work.stores.snapshot() == before


@pytest.mark.parametrize(
    ("fields", "csv", "changes"),
    [
        (COUNTED, None, {"count": 6}),
        (COUNTED, None, {"op": "00" * 16}),
        (FROM_FILE, CSV, {}),
    ],
)
def test_the_same_name_with_other_content_is_refused(
    work: MemoryWork, fields: Any, csv: str | None, changes: dict[str, Any]
) -> None:
    add(work)
    before = work.stores.snapshot()
    with pytest.raises(ConflictError, match="first is there already") as caught:
        add(work, fields, csv, **changes)
    assert caught.value.explanation is not None
    assert work.stores.snapshot() == before


def test_a_file_that_was_changed_is_other_content(work: MemoryWork) -> None:
    add(work, FROM_FILE, CSV)
    with pytest.raises(ConflictError):
        add(work, FROM_FILE, CSV.replace("0A", "0C"))


def test_progress_is_told_chunk_by_chunk(work: MemoryWork, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chunks(monkeypatch, 2)
    told: list[int] = []
    add(work, on_progress=told.append)
    assert told == [2, 4, 5]


class Killed(BaseException):
    """The process is gone."""


@given(chunk=st.integers(1, 4), stops=st.lists(st.integers(1, 3), max_size=6), from_file=st.booleans())
def test_however_often_it_is_interrupted_it_ends_complete(
    chunk: int, stops: list[int], from_file: bool
) -> None:
    """Keys that are there stay, no row is there twice, and each has its order."""
    work, kept = MemoryWork(), dict[Iccid, Secret[bytes]]()
    fields, csv, size = (FROM_FILE, CSV, 2) if from_file else (COUNTED, None, 5)
    with pytest.MonkeyPatch.context() as patch:
        small_chunks(patch, chunk)
        for stop in [*stops, None]:
            left = stop

            def count_down(_: int) -> None:
                nonlocal left
                if left is not None:
                    left -= 1
                    if left == 0:
                        raise Killed

            by = importer(work, csv, entropy_of(f"try {len(kept)} {stop}"))
            with suppress(Killed):
                by.store(by.prepare(parse_batch(toml(fields))), count_down)
            present = {each.iccid: each.k for each in work.stores.subscriptions("", 99)}
            assert kept.items() <= present.items()
            kept = dict(present)
    assert len(kept) == size == len(work.stores.orders)
    assert {order.iccid for order in work.stores.orders.values()} == set(kept)
    batch = work.stores.batch("first")
    assert batch is not None
    assert (batch.done, batch.size) == (size, size)


def test_two_that_add_the_same_batch_do_not_add_it_twice(work: MemoryWork) -> None:
    by = importer(work)
    one, two = (by.prepare(parse_batch(toml(COUNTED))) for _ in range(2))
    by.store(one)
    with pytest.raises(ConflictError, match="another process"):
        by.store(two)
    resumed = by.prepare(parse_batch(toml(COUNTED)))
    work.stores.save_batch_progress("first", 3)
    with pytest.raises(ConflictError, match="another process"):
        stock._store_chunk(work.stores, resumed, [], 5)
    assert len(work.stores.orders) == 5


def test_a_number_that_was_taken_meanwhile_is_told_by_its_row(work: MemoryWork) -> None:
    by = importer(work)
    prepared = by.prepare(parse_batch(toml({**COUNTED, "name": "second"})))
    add(work, count=1, imsi="001010000000004", iccid="8988211000000001001")
    with pytest.raises(ConflictError, match="row 4"):
        by.store(prepared)
    assert work.stores.batch("second") == Batch(
        name="second", digest=prepared.batch.digest, profile_type="testland", size=5
    )
    assert len(work.stores.orders) == 1


@pytest.mark.parametrize(
    ("fields", "csv", "told"),
    [
        ({**COUNTED, "profile": "other.der"}, None, "other.der is neither a file nor a profile type"),
        ({**COUNTED, "algorithm": "tuak"}, None, "algorithm: the profile type authenticates by MILENAGE"),
        (FROM_FILE, None, "no file keys.csv"),
        (FROM_FILE, "iccid,imsi\n", "no rows"),
        (FROM_FILE, "", "no rows"),
        (FROM_FILE, "iccid\n1\n", "imsi is missing"),
    ],
)
def test_a_batch_that_cannot_be_used_is_told(
    work: MemoryWork, fields: Any, csv: str | None, told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        add(work, fields, csv)
    assert work.stores.batches == {}
    assert work.stores.packages == {}


def test_a_profile_type_in_stock_needs_no_file(work: MemoryWork) -> None:
    add(work)
    add(work, name="second", profile="testland", iccid="8988211000000001001", imsi="001010000001001")
    assert len(work.stores.packages) == 1


def test_an_operator_orders_from_the_stock_and_the_chip_gets_the_subscription(rig: Rig) -> None:
    add(rig.work)
    ordered = rig.call_es2("downloadOrder", profileType="testland").members["iccid"]
    token = rig.call_es2("confirmOrder", iccid=ordered, releaseFlag=True).members["matchingId"]
    lpa = rig.lpa(make_chip())
    assert lpa.download(token).http_status == 204
    rig.process()
    iccid = ordered.rstrip("F")
    subscription = rig.work.run_now(lambda stores: stores.subscription(iccid))
    assert subscription.is_active
    assert subscription.k.reveal() in lpa.chip.profiles[iccid].package
