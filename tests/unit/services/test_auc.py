"""The service stores what it hands out before it hands it out, and stores nothing of what it refuses."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from openesim.kernel.errors import NotFoundError, StateError, VerificationError
from openesim.kernel.ids import Imsi
from openesim.network.auc import algorithm_of
from openesim.security.aka.vectors import build_auts
from openesim.services.auc import AucService
from tests.support.memory import MemoryWork
from tests.support.subscriptions import (
    AUTN,
    IMSI,
    KC,
    RAND,
    SQN,
    SQN_BEFORE,
    SRES,
    make_subscription,
    work_with,
)

RAND_OCTETS = bytes.fromhex(RAND)


@pytest.fixture
def work() -> MemoryWork:
    return work_with(make_subscription())


@pytest.fixture
def auc(work: MemoryWork) -> AucService:
    return AucService(work, lambda count: RAND_OCTETS[:count])


def kept_sqn(work: MemoryWork) -> int:
    subscription = work.stores.subscription_of_imsi(IMSI)
    assert subscription is not None
    return subscription.sqn


def test_a_vector_is_the_published_one_and_its_sequence_number_is_kept(
    auc: AucService, work: MemoryWork
) -> None:
    vector = asyncio.run(auc.vector(IMSI))
    assert vector.autn.hex() == AUTN
    assert kept_sqn(work) == SQN


def test_triplets_use_no_sequence_number_up(auc: AucService, work: MemoryWork) -> None:
    triplets = asyncio.run(auc.triplets(IMSI, 2))
    assert [(one.sres.hex(), one.kc.hex()) for one in triplets] == [(SRES, KC)] * 2
    assert kept_sqn(work) == SQN_BEFORE


def test_the_card_s_counter_is_followed(auc: AucService, work: MemoryWork) -> None:
    algorithm = algorithm_of(make_subscription())
    on_card = SQN + (7 << 5)
    asyncio.run(auc.resynchronise(IMSI, RAND_OCTETS, build_auts(algorithm, RAND_OCTETS, on_card)))
    assert kept_sqn(work) == on_card


def test_a_forged_report_changes_nothing(auc: AucService, work: MemoryWork) -> None:
    with pytest.raises(VerificationError):
        asyncio.run(auc.resynchronise(IMSI, RAND_OCTETS, bytes(14)))
    assert kept_sqn(work) == SQN_BEFORE


def test_who_is_unknown_gets_nothing(auc: AucService) -> None:
    with pytest.raises(NotFoundError):
        asyncio.run(auc.vector(Imsi("999990000000001")))


def test_who_is_switched_off_gets_nothing(work: MemoryWork, auc: AucService) -> None:
    work.stores.by_iccid = {key: replace(each, is_active=False) for key, each in work.stores.by_iccid.items()}
    for asked in (auc.vector(IMSI), auc.triplets(IMSI, 1), auc.resynchronise(IMSI, RAND_OCTETS, bytes(14))):
        with pytest.raises(StateError):
            asyncio.run(asked)
    assert kept_sqn(work) == SQN_BEFORE
