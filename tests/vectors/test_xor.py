"""Published figures of the USIM test algorithm (folder xor)."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.security.aka.vectors import build_vector
from openesim.security.aka.xor import XorAlgorithm
from tests.vectors.figures import count, octets, rows


def test_no_figure_of_the_folder_is_passed_over() -> None:
    assert count("xor") == {"test-algorithm.json": {"sets": 1}}


@pytest.mark.parametrize("row", rows("xor/test-algorithm.json", "sets"))
def test_all_seven_functions_give_the_published_figures(row: dict[str, Any]) -> None:
    k, rand, sqn, amf = octets(row, "k", "rand", "sqn", "amf")
    algorithm = XorAlgorithm(k, res_octets=16)
    answer = algorithm.f2345(rand)
    assert algorithm.f1(rand, sqn, amf).hex() == row["f1"]
    assert algorithm.f1_star(rand, sqn, amf).hex() == row["f1star"]
    assert answer.res.hex() == row["f2"]
    assert answer.ck.hex() == row["f3"]
    assert answer.ik.hex() == row["f4"]
    assert answer.ak.hex() == row["f5"]
    assert algorithm.f5_star(rand).hex() == row["f5star"]
    assert build_vector(algorithm, rand, int.from_bytes(sqn, "big"), amf).autn.hex() == row["autn"]
