"""One reading of authentication parameters, for the card and for its network."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.aka_algorithm import AlgorithmSettings, build_algorithm

RAND = bytes(16)


@pytest.mark.parametrize(
    ("algorithm", "options", "octets"),
    [
        (Algorithm.MILENAGE, None, 8),
        (Algorithm.MILENAGE, b"\x02", 8),
        (Algorithm.TUAK, None, 8),
        (Algorithm.TUAK, b"\x00", 4),
        (Algorithm.TUAK, b"\x03", 32),
        (Algorithm.USIM_TEST_ALGORITHM, None, 16),
        (Algorithm.USIM_TEST_ALGORITHM, b"\x03", 16),
        (Algorithm.USIM_TEST_ALGORITHM, b"\x00", 4),
    ],
)
def test_options_choose_the_length_of_the_response(
    algorithm: Algorithm, options: bytes | None, octets: int
) -> None:
    opc = bytes(32 if algorithm is Algorithm.TUAK else 16)
    built = build_algorithm(algorithm, bytes(16), opc, AlgorithmSettings(options=options))
    assert len(built.f2345(RAND).res) == octets


def test_an_unknown_algorithm_is_named() -> None:
    with pytest.raises(DecodeError, match="algorithm 9 is not known"):
        build_algorithm(9, bytes(16), bytes(16))


def test_a_key_of_another_length_is_refused_without_showing_it() -> None:
    with pytest.raises(DecodeError) as caught:
        build_algorithm(Algorithm.MILENAGE, b"\xab" * 15, bytes(16))
    assert "abab" not in str(caught.value)
