"""Our card's side against osmo-auc-gen, the authentication centre of Osmocom as a command; values of chance, the same in every run."""

from __future__ import annotations

import subprocess
from random import Random
from typing import Any

import pytest

from openesim.security.aka.milenage import Milenage, derive_opc
from openesim.security.aka.sqn import SqnArray
from openesim.security.aka.vectors import build_auts, c2, c3, verify_autn
from openesim.security.aka.xor import XorAlgorithm

pytestmark = pytest.mark.system("libosmocore-utils", "osmo-auc-gen")

AMF = b"\x80\x00"
ROUNDS = range(10)
SQN_MASK = (1 << 48) - 1  # the test algorithm's number is printed with a borrow in the bits above


def run_auc(algorithm: str, rand: bytes, k: bytes, **options: str) -> dict[str, str] | None:
    """Return what osmo-auc-gen prints, None where it refuses."""
    given = {"algorithm": algorithm, "key": k.hex(), "rand": rand.hex(), "amf": AMF.hex(), **options}
    arguments = [part for name, value in given.items() for part in (f"--{name}", value)]
    done = subprocess.run(
        ["osmo-auc-gen", "--3g", *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        return None
    return dict(line.split(":\t", 1) for line in done.stdout.splitlines() if ":\t" in line)


def check_challenge(algorithm: Any, rand: bytes, printed: dict[str, str]) -> int:
    """Read the challenge as a card does, compare all the card would answer, and return the sequence number."""
    read = verify_autn(algorithm, rand, bytes.fromhex(printed["AUTN"]))
    assert (read.sqn, read.amf) == (int(printed["SQN"]) & SQN_MASK, AMF)
    assert read.answer.res.hex() == printed["RES"]
    assert read.answer.ck.hex() == printed["CK"]
    assert read.answer.ik.hex() == printed["IK"]
    return read.sqn


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_milenage_challenge_of_osmocom_is_read_and_answered_as_it_awaits(round_: int) -> None:
    random = Random(round_)
    k, op, rand = (random.randbytes(16) for _ in range(3))
    milenage = Milenage(k, derive_opc(k, op))
    printed = run_auc("milenage", rand, k, op=op.hex(), sqn=str(random.randrange(1, 1 << 48)))
    assert printed is not None
    check_challenge(milenage, rand, printed)
    answer = milenage.f2345(rand)
    assert (c2(answer.res).hex(), c3(answer.ck, answer.ik).hex()) == (printed["SRES"], printed["Kc"])


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_challenge_of_osmocom_by_the_test_algorithm_is_read_and_answered_as_it_awaits(round_: int) -> None:
    random = Random(round_)
    k, rand = random.randbytes(16), random.randbytes(16)
    printed = run_auc("xor", rand, k, sqn=str(random.randrange(1, 1 << 48)))
    assert printed is not None
    check_challenge(XorAlgorithm(k, res_octets=16), rand, printed)


@pytest.mark.parametrize("round_", ROUNDS)
def test_osmocom_takes_up_the_number_that_our_card_reports(round_: int) -> None:
    random = Random(round_)
    k, opc, rand = (random.randbytes(16) for _ in range(3))
    milenage = Milenage(k, opc)
    seq, ind = random.randrange(1, 1 << 42), random.randrange(32)
    card = SqnArray(tuple(seq if entry == ind else 0 for entry in range(32)))
    auts = build_auts(milenage, rand, card.sqn_ms)
    printed = run_auc("milenage", rand, k, opc=opc.hex(), auts=auts.hex(), ind="7")
    assert printed is not None
    assert int(printed["SQN.MS"]) == card.sqn_ms
    assert card.accept(check_challenge(milenage, rand, printed)) is not None


@pytest.mark.parametrize("round_", ROUNDS)
def test_osmocom_reads_the_number_that_our_card_reports_by_the_test_algorithm(round_: int) -> None:
    """It reads the number; version 1.7 then hands the same one out again, which no card may accept."""
    random = Random(round_)
    k, rand, sqn_ms = random.randbytes(16), random.randbytes(16), random.randrange(1 << 48)
    auts = build_auts(XorAlgorithm(k, res_octets=16), rand, sqn_ms)
    printed = run_auc("xor", rand, k, auts=auts.hex(), ind="7")
    assert printed is not None
    assert int(printed["SQN.MS"]) == sqn_ms


@pytest.mark.parametrize("at", range(14))
def test_osmocom_refuses_a_report_with_any_octet_changed_as_we_do(at: int) -> None:
    random = Random(at)
    k, opc, rand = (random.randbytes(16) for _ in range(3))
    auts = bytearray(build_auts(Milenage(k, opc), rand, 4711))
    auts[at] ^= 1
    assert run_auc("milenage", rand, k, opc=opc.hex(), auts=auts.hex(), ind="7") is None
