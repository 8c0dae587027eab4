"""The card of a built profile and the authentication centre, strangers to one another, compute the same."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from openesim.apps.demo.operators import NORTHWIND, describe
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import AkaParameter, Algorithm
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.package import decode_package
from openesim.network.auc import issue_triplet, issue_vector, resynchronise
from openesim.network.subscription import Subscription
from openesim.provisioning.uicc.naa import Naa, build_naa
from openesim.security.aka.vectors import build_auts, c2, verify_autn

RAND = bytes(range(16))
KEYS = {Algorithm.MILENAGE: (16, 16), Algorithm.TUAK: (32, 32), Algorithm.USIM_TEST_ALGORITHM: (16, 0)}


def make_pair(algorithm: Algorithm) -> tuple[Naa, Subscription]:
    """Returns the USIM of a built profile, and the subscription with its keys."""
    k, opc = (os.urandom(length) for length in KEYS[algorithm])
    description = replace(describe(NORTHWIND, "Northwind", os.urandom), algorithm=algorithm, k=k, opc=opc)
    package = decode_package(build_package(description))
    parameter = next(each.value for each in package.elements if isinstance(each.value, AkaParameter))
    subscription = Subscription(
        iccid=description.iccid,
        imsi=description.imsi,
        algorithm=algorithm,
        k=Secret(k),
        opc=Secret(opc),
        is_active=True,
    )
    return build_naa(parameter, b""), subscription


@pytest.mark.parametrize("algorithm", Algorithm)
def test_the_card_accepts_the_vector_and_answers_as_expected(algorithm: Algorithm) -> None:
    card, subscription = make_pair(algorithm)
    vector, sqn = issue_vector(subscription, RAND)
    verified = verify_autn(card.algorithm, vector.rand, vector.autn)
    assert card.sequence_numbers.accept(verified.sqn) is not None
    answer = verified.answer
    assert (verified.sqn, answer.res, answer.ck, answer.ik) == (sqn, vector.xres, vector.ck, vector.ik)
    assert issue_triplet(subscription, RAND).sres == c2(answer.res)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_the_card_s_report_is_believed(algorithm: Algorithm) -> None:
    card, subscription = make_pair(algorithm)
    assert resynchronise(subscription, RAND, build_auts(card.algorithm, RAND, 4711 << 5)) == 4711 << 5
