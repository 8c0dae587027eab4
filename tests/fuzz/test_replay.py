"""The fuzzer's first inputs, and a few changes to each, without the fuzzer: the same ones in every run."""

from __future__ import annotations

from random import Random

import pytest

from openesim.kernel.errors import OpenEsimError
from tests.fuzz import corpus
from tests.fuzz.targets import INDEX, MOST_OCTETS, TARGETS, Target, run
from tests.properties.mutations import mutate


@pytest.fixture(scope="module")
def seeds() -> list[bytes]:
    """All inputs the fuzzer begins with."""
    return list(corpus.seeds())


def test_every_target_has_an_input_that_it_takes(seeds: list[bytes]) -> None:
    taken = set()
    for seed in seeds:
        target = TARGETS[seed[0]]
        try:
            target.run(seed[1:])
        except OpenEsimError:
            continue
        taken.add(target.name)
    assert set(INDEX) - taken == set()


def test_every_first_input_is_answered_or_refused(seeds: list[bytes]) -> None:
    for seed in seeds:
        run(seed)


@pytest.mark.parametrize("round_", range(4))
def test_changed_inputs_are_answered_or_refused(seeds: list[bytes], round_: int) -> None:
    random = Random(round_)
    for seed in seeds:
        run(seed[:1] + mutate(seed[1:], random))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_empty_and_odd_inputs_are_answered_or_refused(target: Target) -> None:
    number = bytes([INDEX[target.name]])
    for octets in (b"", b"\x00", b"\xff" * 64, b"\x30\x80" * 100, b"{" * 2000, b"[" * 20_000, bytes(5000)):
        run(number + octets)


def test_what_nobody_may_send_is_not_looked_at() -> None:
    run(b"")
    run(bytes(MOST_OCTETS + 1))
