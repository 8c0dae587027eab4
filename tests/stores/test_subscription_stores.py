"""The contract of ``SubscriptionStores``: what goes in comes out, one profile and one IMSI are one subscription's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import Algorithm
from openesim.network.subscription import Batch, CardSecrets, Subscription

BATCH = Batch(name="first", digest=bytes(32), profile_type="Testland", size=3, low_stock=10)
CARD = CardSecrets(
    pins={1: b"1234\xff\xff\xff\xff", 10: b"87654321"}, puks={1: b"12345678"}, ota={0x0101: bytes(16)}
)


def iccid_of(number: int) -> Iccid:
    return Iccid(f"898821100000000{number:04d}")


def subscription_of(number: int, **changes: Any) -> Subscription:
    """Returns a subscription of a number."""
    subscription = Subscription(
        iccid=iccid_of(number),
        imsi=Imsi(f"00101000000{number:04d}"),
        k=Secret(b"k" * 14 + number.to_bytes(2, "big")),
        opc=Secret(b"o" * 16),
    )
    return replace(subscription, **changes)


def ask(work: Any, method: str, *arguments: Any, **named: Any) -> Any:
    """Returns what a method of the stores returns, in a unit of work of its own."""
    return work.run_now(lambda stores: getattr(stores, method)(*arguments, **named))


@pytest.fixture
def stock(work: Any) -> Any:
    """Stores with a batch of three subscriptions."""

    def fill(stores: Any) -> None:
        stores.add_batch(BATCH)
        for number in range(3):
            stores.add_subscription(subscription_of(number), "first")

    work.run_now(fill)
    return work


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "msisdn": Msisdn("99970000001"),
            "algorithm": Algorithm.TUAK,
            "k": Secret(b"K" * 32),
            "opc": Secret(b"T" * 32),
            "amf": b"\xb9\xb9",
            "sqn": 2**48 - 1,
            "is_active": True,
            "card": CARD,
        },
        {"algorithm": Algorithm.USIM_TEST_ALGORITHM, "opc": Secret(b"")},
    ],
)
def test_a_subscription_comes_back_as_it_was_stored(
    stock: Any, reopen: Callable[[], Any], changes: dict[str, Any]
) -> None:
    stored = subscription_of(7, **changes)
    ask(stock, "add_subscription", stored, "first")
    again = ask(reopen(), "subscription", stored.iccid)
    assert again == stored
    assert again.card == stored.card
    assert ask(reopen(), "subscription_of_imsi", stored.imsi) == stored
    assert ask(stock, "subscription", iccid_of(9)) is None
    assert ask(stock, "subscription_of_imsi", Imsi("001010000009999")) is None


@pytest.mark.parametrize(
    "changes", [{"iccid": iccid_of(0)}, {"imsi": Imsi("001010000000000")}], ids=["iccid", "imsi"]
)
def test_one_profile_and_one_imsi_are_one_subscriptions(stock: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(ConflictError):
        ask(stock, "add_subscription", subscription_of(8, **changes), "first")
    assert ask(stock, "subscription", iccid_of(0)) == subscription_of(0)
    assert ask(stock, "subscription", iccid_of(8)) is None


def test_a_subscription_needs_its_batch(stock: Any) -> None:
    with pytest.raises(NotFoundError, match="second"):
        ask(stock, "add_subscription", subscription_of(8), "second")


def test_subscriptions_are_listed_by_iccid_page_by_page(stock: Any) -> None:
    ask(stock, "add_batch", replace(BATCH, name="second"))
    ask(stock, "add_subscription", subscription_of(5), "second")
    numbers = [
        [int(each.iccid[-4:]) for each in ask(stock, "subscriptions", *page)]
        for page in [("", 2), (iccid_of(1), 9), ("", 9, "second"), ("", 9, "first"), ("", 9, "third")]
    ]
    assert numbers == [[0, 1], [2, 5], [5], [0, 1, 2], []]


def test_the_last_sequence_number_is_kept(stock: Any, reopen: Callable[[], Any]) -> None:
    ask(stock, "save_sqn", Imsi("001010000000001"), 2**48 - 1)
    assert [each.sqn for each in ask(reopen(), "subscriptions", "", 9)] == [0, 2**48 - 1, 0]


def test_a_switched_subscription_is_untold_until_networks_were_told(
    stock: Any, reopen: Callable[[], Any]
) -> None:
    assert ask(stock, "untold_subscriptions", 9) == []
    ask(stock, "set_active", iccid_of(1), is_active=True)
    (untold,) = ask(reopen(), "untold_subscriptions", 9)
    assert untold == subscription_of(1, is_active=True)
    ask(stock, "set_told", iccid_of(1), is_active=False)
    assert ask(stock, "untold_subscriptions", 9) == [untold], "it was switched again meanwhile"
    ask(stock, "set_told", iccid_of(1), is_active=True)
    assert ask(stock, "untold_subscriptions", 9) == []
    ask(stock, "set_active", iccid_of(1), is_active=True)
    assert ask(stock, "untold_subscriptions", 9) == [], "that is no news"
    ask(stock, "set_active", iccid_of(9), is_active=True)
    assert ask(stock, "untold_subscriptions", 9) == [], "there is no such subscription"


def test_a_batch_comes_back_with_how_far_it_is(stock: Any, reopen: Callable[[], Any]) -> None:
    assert ask(reopen(), "batch", "first") == BATCH
    ask(stock, "save_batch_progress", "first", 2)
    assert ask(reopen(), "batch", "first") == replace(BATCH, done=2)
    assert ask(stock, "batch", "second") is None
    with pytest.raises(ConflictError):
        ask(stock, "add_batch", replace(BATCH, digest=bytes([1]) * 32))
