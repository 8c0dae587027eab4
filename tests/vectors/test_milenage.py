"""Published figures of Milenage (folder milenage)."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from openesim.kernel.errors import VerificationError
from openesim.security.aka.milenage import ROTATION_CONSTANTS, XORING_CONSTANTS, Milenage, derive_opc
from openesim.security.aka.vectors import build_auts, build_vector, c2, c3, verify_autn, verify_auts
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


@pytest.mark.parametrize(
    "row", rows("milenage/autn-auts.json", "autn") + rows("milenage/custom-constants.json", "sets")
)
def test_autn_is_built_and_read_as_published(row: dict[str, Any]) -> None:
    k, opc, rand, sqn, amf, autn = octets(row, "k", "opc", "rand", "sqn", "amf", "autn")
    constants = (bytes(row["r"]), bytes.fromhex("".join(row["c"]))) if "r" in row else ()
    milenage = Milenage(k, opc, *constants)
    vector = build_vector(milenage, rand, int.from_bytes(sqn, "big"), amf)
    assert vector.autn == autn
    assert vector.xres.hex() == row.get("res", row.get("f2"))
    assert vector.ck.hex() == row.get("ck", row.get("f3"))
    assert vector.ik.hex() == row.get("ik", row.get("f4"))
    read = verify_autn(milenage, rand, autn)
    assert (read.sqn.to_bytes(6, "big"), read.amf) == (sqn, amf)
    if "gsm_kc" in row:
        assert (c2(vector.xres).hex(), c3(vector.ck, vector.ik).hex()) == (row["gsm_sres"], row["gsm_kc"])


@pytest.mark.parametrize("row", rows("milenage/autn-auts.json", "auts"))
def test_auts_is_built_and_judged_as_published(row: dict[str, Any]) -> None:
    k, opc, rand, auts = octets(row, "k", "opc", "rand", "auts")
    milenage = Milenage(k, opc)
    if row["valid"]:
        sqn_ms = verify_auts(milenage, rand, auts)
        assert sqn_ms == int(row["sqn_ms"], 16)
        assert build_auts(milenage, rand, sqn_ms) == auts
    else:
        with pytest.raises(VerificationError):
            verify_auts(milenage, rand, auts)


@pytest.mark.parametrize("row", rows("milenage/ts55205-gsm-milenage.json", "sets"))
def test_gsm_answers_are_the_published_ones_by_either_derivation(row: dict[str, Any]) -> None:
    ki, opc, rand = octets(row, "ki", "opc", "rand")
    answer = Milenage(ki, opc).f2345(rand)
    assert c2(answer.res).hex() == row["sres1"]
    assert answer.res[:4].hex() == row["sres2"]
    assert c3(answer.ck, answer.ik).hex() == row["kc"]
