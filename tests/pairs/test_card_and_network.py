"""The card that our builder makes and our authentication centre know each other, whatever the algorithm."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import AkaParameter, AlgoParameter, Algorithm
from openesim.messages.saip.aka_algorithm import AlgorithmSettings, settings_of
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.package import Package, decode_package
from openesim.network.auc import issue_vector, resynchronise
from openesim.network.subscription import Subscription
from tests.support.subscriptions import make_subscription
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.uicc.terminal import USIM, Terminal, new_terminal

RAND = bytes(range(100, 116))
K, LONG_K = bytes(range(16)), bytes(range(32))
OPC, TOPC = bytes(range(16, 32)), bytes(range(32, 64))


@dataclass(frozen=True)
class Case:
    """Keys of an algorithm, and what it may be set to besides."""

    algorithm: Algorithm
    k: bytes
    opc: bytes
    options: bytes | None = None
    number_of_keccak: int = 1
    rotation_constants: bytes = AlgorithmSettings().rotation_constants


CASES = {
    "milenage": Case(Algorithm.MILENAGE, K, OPC),
    "milenage with constants of its own": Case(
        Algorithm.MILENAGE, K, OPC, rotation_constants=bytes((8, 16, 24, 32, 40))
    ),
    "tuak": Case(Algorithm.TUAK, K, TOPC),
    "tuak with a long key": Case(Algorithm.TUAK, LONG_K, TOPC),
    "tuak with 3 permutations": Case(Algorithm.TUAK, K, TOPC, number_of_keccak=3),
    "tuak with a response of 16 octets": Case(Algorithm.TUAK, K, TOPC, options=b"\x02"),
    "test algorithm": Case(Algorithm.USIM_TEST_ALGORITHM, K, b""),
    "test algorithm with a response of 4 octets": Case(Algorithm.USIM_TEST_ALGORITHM, K, b"", options=b"\0"),
}


def package_of(case: Case) -> Package:
    """Our builder's package, with what no description says put into its parameters."""
    octets = build_package(
        lab.subscription(
            algorithm=case.algorithm, k=case.k, opc=case.opc, algorithm_options=case.options, isim=False
        )
    )
    return Package.of([_set(element, case) for element in decode_package(octets).elements])


def _set(element: ProfileElement, case: Case) -> ProfileElement:
    value = element.value
    if not isinstance(value, AkaParameter) or not isinstance(value.algo_configuration, AlgoParameter):
        return element
    algorithm = replace(
        value.algo_configuration,
        number_of_keccak=case.number_of_keccak,
        rotation_constants=case.rotation_constants,
    )
    return ProfileElement.of(element.kind, replace(value, algo_configuration=algorithm))


def subscription_of(package: Package, case: Case) -> Subscription:
    """What the network keeps of the same subscription."""
    (parameters,) = [
        value.algo_configuration
        for value in package.values(AkaParameter)
        if isinstance(value.algo_configuration, AlgoParameter)
    ]
    return make_subscription(
        algorithm=case.algorithm,
        k=Secret(case.k),
        opc=Secret(case.opc),
        settings=settings_of(parameters),
        sqn=0,
    )


def authenticate(terminal: Terminal, rand: bytes, autn: bytes) -> bytes:
    """The card's answer, without its status word."""
    terminal.select(USIM)
    answer = bytes.fromhex(terminal.exchange("00880081", f"10{rand.hex()}10{autn.hex()}"))
    assert answer[-2:] == b"\x90\x00", answer.hex()
    return answer[:-2]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_card_answers_what_the_network_expects(case: Case) -> None:
    package = package_of(case)
    subscription = subscription_of(package, case)
    vector, _ = issue_vector(subscription, RAND)
    answer = authenticate(new_terminal(package.octets), vector.rand, vector.autn)
    fields = (vector.xres, vector.ck, vector.ik)
    expected = b"\xdb" + b"".join(bytes((len(one),)) + one for one in fields)
    assert answer[: len(expected)] == expected


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_network_goes_on_where_the_card_stands(case: Case) -> None:
    package = package_of(case)
    subscription = replace(subscription_of(package, case), sqn=40 << 5)
    terminal = new_terminal(package.octets)
    vector, _ = issue_vector(subscription, RAND)
    authenticate(terminal, vector.rand, vector.autn)
    stale, _ = issue_vector(replace(subscription, sqn=0), RAND)
    answer = authenticate(terminal, stale.rand, stale.autn)
    assert answer[:2] == b"\xdc\x0e"
    after = resynchronise(replace(subscription, sqn=0), RAND, answer[2:])
    fresh, _ = issue_vector(replace(subscription, sqn=after), RAND)
    assert authenticate(terminal, fresh.rand, fresh.autn)[:1] == b"\xdb"
