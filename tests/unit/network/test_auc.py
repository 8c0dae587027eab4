"""The authentication centre hands out the published figures, follows a card, and refuses who is not let in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from openesim.kernel.errors import DecodeError, OpenEsimError, StateError, VerificationError
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import Algorithm
from openesim.network.auc import algorithm_of, issue_triplet, issue_vector, resynchronise
from openesim.network.subscription import Subscription
from openesim.security.aka.vectors import build_auts, verify_autn
from tests.support.subscriptions import AUTN, CK, IK, KC, RAND, RES, SQN, SRES, make_subscription

RAND_OCTETS = bytes.fromhex(RAND)


def test_the_published_vector_is_handed_out_with_its_sequence_number() -> None:
    vector, sqn = issue_vector(make_subscription(), RAND_OCTETS)
    assert sqn == SQN
    told = [octets.hex() for octets in (vector.rand, vector.autn, vector.xres, vector.ck, vector.ik)]
    assert told == [RAND, AUTN, RES, CK, IK]


def test_the_published_triplet_is_handed_out() -> None:
    triplet = issue_triplet(make_subscription(), RAND_OCTETS)
    assert [triplet.rand.hex(), triplet.sres.hex(), triplet.kc.hex()] == [RAND, SRES, KC]


@pytest.mark.parametrize(
    ("algorithm", "k", "opc"),
    [
        (Algorithm.TUAK, bytes(32), bytes(32)),
        (Algorithm.TUAK, bytes(16), bytes(32)),
        (Algorithm.USIM_TEST_ALGORITHM, bytes(16), b""),
    ],
)
def test_every_algorithm_makes_vectors_that_its_card_accepts(
    algorithm: Algorithm, k: bytes, opc: bytes
) -> None:
    subscription = make_subscription(algorithm=algorithm, k=Secret(k), opc=Secret(opc), sqn=0)
    vector, sqn = issue_vector(subscription, RAND_OCTETS)
    verified = verify_autn(algorithm_of(subscription), vector.rand, vector.autn)
    assert (verified.sqn, verified.answer.res) == (sqn, vector.xres)


def test_no_sequence_number_is_handed_out_twice() -> None:
    handed_out, sqn = [], 0
    for _ in range(70):
        _, sqn = issue_vector(make_subscription(sqn=sqn), RAND_OCTETS)
        handed_out.append(sqn)
    assert sorted(set(handed_out)) == handed_out
    assert {each & 31 for each in handed_out} == set(range(32))


def test_after_a_resynchronisation_the_network_goes_on_behind_the_card() -> None:
    behind, on_card = make_subscription(sqn=64), 5000 << 5 | 3
    auts = build_auts(algorithm_of(behind), RAND_OCTETS, on_card)
    sqn = resynchronise(behind, RAND_OCTETS, auts)
    assert sqn == on_card
    assert issue_vector(make_subscription(sqn=sqn), RAND_OCTETS)[1] >> 5 > on_card >> 5


def test_an_auts_that_is_played_again_moves_nothing_back() -> None:
    ahead = make_subscription(sqn=9000 << 5)
    auts = build_auts(algorithm_of(ahead), RAND_OCTETS, 5000 << 5)
    assert resynchronise(ahead, RAND_OCTETS, auts) == ahead.sqn


@pytest.mark.parametrize("at", [0, 13])
def test_a_forged_auts_is_refused(at: int) -> None:
    subscription = make_subscription()
    auts = bytearray(build_auts(algorithm_of(subscription), RAND_OCTETS, 5000 << 5))
    auts[at] ^= 1
    with pytest.raises(VerificationError):
        resynchronise(subscription, RAND_OCTETS, bytes(auts))


@pytest.mark.parametrize(
    "ask",
    [
        lambda subscription: issue_vector(subscription, RAND_OCTETS),
        lambda subscription: issue_triplet(subscription, RAND_OCTETS),
        lambda subscription: resynchronise(subscription, RAND_OCTETS, bytes(14)),
    ],
)
def test_who_is_switched_off_gets_nothing_and_learns_why(ask: Callable[[Subscription], Any]) -> None:
    with pytest.raises(StateError) as raised:
        ask(make_subscription(is_active=False))
    assert raised.value.explanation is not None


def test_used_up_sequence_numbers_end_a_subscription() -> None:
    with pytest.raises(StateError):
        issue_vector(make_subscription(sqn=(1 << 48) - 1), RAND_OCTETS)


@pytest.mark.parametrize("octets", [b"", bytes(15), bytes(17)])
def test_a_challenge_of_another_length_is_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        issue_vector(make_subscription(), octets)


def test_neither_errors_nor_vectors_show_a_key() -> None:
    vector, _ = issue_vector(make_subscription(), RAND_OCTETS)
    assert RES not in repr(vector)
    assert "a54211" not in repr(issue_triplet(make_subscription(), RAND_OCTETS))
    with pytest.raises(OpenEsimError) as raised:
        issue_vector(make_subscription(k=Secret(b"\xab\xcd")), RAND_OCTETS)
    assert "abcd" not in str(raised.value)
