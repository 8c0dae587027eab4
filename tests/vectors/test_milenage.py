"""Published figures of Milenage (folder milenage)."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from openesim.security.aka.milenage import ROTATION_CONSTANTS, XORING_CONSTANTS, Milenage, derive_opc
from tests.vectors.figures import count, octets, rows


def test_no_figure_of_the_folder_is_passed_over() -> None:
    assert count("milenage") == {
        "autn-auts.json": {"autn": 2, "opc": 1, "auts": 5},
        "custom-constants.json": {"sets": 1},
        "ts35207-implementors.json": {"kernel": 6, "sets": 6},
        "ts35208-conformance.json": {"sets": 20},
        "ts55205-gsm-milenage.json": {"sets": 19},
    }


@pytest.mark.parametrize(
    "row",
    rows("milenage/ts35207-implementors.json", "sets")
    + rows("milenage/ts35208-conformance.json", "sets")
    + rows("milenage/custom-constants.json", "sets"),
)
def test_all_seven_functions_give_the_published_figures(row: dict[str, Any]) -> None:
    k, opc, rand, sqn, amf = octets(row, "k", "opc", "rand", "sqn", "amf")
    rotation = bytes(row["r"]) if "r" in row else ROTATION_CONSTANTS
    xoring = bytes.fromhex("".join(row["c"])) if "c" in row else XORING_CONSTANTS
    milenage = Milenage(k, opc, rotation, xoring)
    answer = milenage.f2345(rand)
    assert milenage.f1(rand, sqn, amf).hex() == row["f1"]
    assert milenage.f1_star(rand, sqn, amf).hex() == row["f1star"]
    assert answer.res.hex() == row["f2"]
    assert answer.ck.hex() == row["f3"]
    assert answer.ik.hex() == row["f4"]
    assert answer.ak.hex() == row["f5"]
    assert milenage.f5_star(rand).hex() == row["f5star"]


@pytest.mark.parametrize(
    "row",
    rows("milenage/ts35207-implementors.json", "sets")
    + rows("milenage/ts35208-conformance.json", "sets")
    + rows("milenage/custom-constants.json", "sets")
    + rows("milenage/autn-auts.json", "opc"),
)
def test_opc_is_the_published_one(row: dict[str, Any]) -> None:
    assert derive_opc(*octets(row, "k", "op")).hex() == row["opc"]


@pytest.mark.parametrize("row", rows("milenage/ts35207-implementors.json", "kernel"))
def test_the_kernel_is_aes(row: dict[str, Any]) -> None:
    key, plaintext = octets(row, "key", "plaintext")
    assert Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(plaintext).hex() == row["ciphertext"]
