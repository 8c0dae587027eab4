"""Published figures of TUAK and of its permutation (folder tuak).

OpenESIM lets SHAKE256 run the permutation. That this is allowed is shown here from the figures alone: the plain permutation of
``keccak.py`` gives the published pairs, and applied to TUAK's blocks it gives what SHAKE256 gives.
"""

from __future__ import annotations

from hashlib import shake_256
from typing import Any

import pytest

from openesim.security.aka.tuak import Tuak, derive_topc
from tests.vectors.figures import count, octets, rows
from tests.vectors.keccak import keccak_f1600

SETS = rows("tuak/ts35233-conformance.json", "sets")


def test_no_figure_of_the_folder_is_passed_over() -> None:
    assert count("tuak") == {"ts35232-keccak.json": {"sets": 6}, "ts35233-conformance.json": {"sets": 6}}


@pytest.mark.parametrize("row", SETS)
def test_all_seven_functions_give_the_published_figures(row: dict[str, Any]) -> None:
    k, topc, rand, sqn, amf = octets(row, "k", "topc", "rand", "sqn", "amf")
    lengths = {f"{name}_octets": row["bits"][name] // 8 for name in ("mac", "res", "ck", "ik")}
    tuak = Tuak(k, topc, number_of_keccak=row["keccak_iterations"], **lengths)
    answer = tuak.f2345(rand)
    assert tuak.f1(rand, sqn, amf).hex() == row["f1"]
    assert tuak.f1_star(rand, sqn, amf).hex() == row["f1star"]
    assert answer.res.hex() == row["f2"]
    assert answer.ck.hex() == row["f3"]
    assert answer.ik.hex() == row["f4"]
    assert answer.ak.hex() == row["f5"]
    assert tuak.f5_star(rand).hex() == row["f5star"]


@pytest.mark.parametrize("row", SETS)
def test_topc_is_the_published_one(row: dict[str, Any]) -> None:
    k, top = octets(row, "k", "top")
    assert derive_topc(k, top, number_of_keccak=row["keccak_iterations"]).hex() == row["topc"]


@pytest.mark.parametrize("row", rows("tuak/ts35232-keccak.json", "sets"))
def test_the_plain_permutation_gives_the_published_pairs(row: dict[str, Any]) -> None:
    assert keccak_f1600(bytes.fromhex(row["in"])).hex() == row["out"]


@pytest.mark.parametrize("row", SETS)
def test_on_the_blocks_of_tuak_shake256_is_the_permutation(row: dict[str, Any]) -> None:
    for block in row["keccak_blocks_computed"].values():
        state = before = bytes.fromhex(block["in"])
        for _ in range(row["keccak_iterations"]):
            state = keccak_f1600(state)
        assert state.hex() == block["out"]
        squeezed = shake_256(before[:96]).digest(136 * row["keccak_iterations"])
        assert squeezed[-136:] == state[:136]
