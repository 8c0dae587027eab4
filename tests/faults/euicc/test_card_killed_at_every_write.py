"""The card killed at every system call that writes: no attempt comes back, no sequence number is accepted twice.

An answer that a terminal has seen holds after a power cut; a command that was cut off is done wholly or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from openesim.adapters.apdu.software import SoftwareCard, read_card
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.package import decode_package
from openesim.provisioning.euicc.state import Nvm
from openesim.provisioning.uicc.memory import Memory
from openesim.security.aka.milenage import Milenage
from openesim.security.aka.vectors import build_vector
from tests.faults.euicc.crashing_disk import Crash, CrashingDisk
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.uicc.terminal import enabled

SELECT_USIM = bytes.fromhex("00A4040C07A0000000871002")
SELECT_LOCI = bytes.fromhex("00A4000C026F7E")
WRONG_PIN2, RIGHT_PIN2 = bytes.fromhex("0020008108" + "39" * 8), bytes.fromhex("002000810831323334FFFFFFFF")
UPDATE = bytes.fromhex("00D600000BABABABABABABABABABABAB")
COUNT_PIN2, READ = bytes.fromhex("0020008100"), bytes.fromhex("00B000000B")
RAND = bytes(range(16))
NETWORK = Milenage(bytes(range(16)), bytes(range(16, 32)))
START = enabled(decode_package(build_package(lab.subscription())))


def authenticate(sqn: int) -> bytes:
    """AUTHENTICATE with a sequence number."""
    vector = build_vector(NETWORK, RAND, sqn, b"\x80\x00")
    return bytes.fromhex("0088008122") + b"\x10" + RAND + b"\x10" + vector.autn + b"\0"


AUTHENTICATE = authenticate(0x20)


@dataclass(frozen=True)
class Case:
    """One command that writes.

    Attributes:
        before: sent first, on a disk that holds.
        command: sent on the disk that crashes.
        holds: whether a memory is the one after the command.
    """

    name: str
    before: tuple[bytes, ...]
    command: bytes
    holds: Callable[[Memory], bool]


def _attempts(memory: Memory) -> int:
    return next((pin.attempts_left for pin in memory.pins.values()), 3)


CASES = (
    Case("update", (SELECT_USIM, SELECT_LOCI), UPDATE, lambda memory: len(memory.contents) == 1),
    Case("wrong PIN", (SELECT_USIM,), WRONG_PIN2, lambda memory: _attempts(memory) == 2),
    Case("right PIN", (SELECT_USIM, WRONG_PIN2), RIGHT_PIN2, lambda memory: _attempts(memory) == 3),
    Case("authenticate", (SELECT_USIM,), AUTHENTICATE, lambda memory: bool(memory.sequence_numbers)),
)


def memory_of(nvm: Nvm) -> Memory:
    """What the card of the only profile keeps."""
    (profile,) = nvm.profiles
    return profile.card_memory


@dataclass(frozen=True)
class Run:
    """What a run left behind: the answer that was seen, system calls, what was there before, and what is left."""

    answer: bytes
    steps: int
    before: Memory
    left: Memory


def run(path: Path, case: Case, crash_at: int = 0, *, done: bool = False, forgetful: bool = False) -> Run:
    """Carry a command out on a disk that crashes at a step, and look at what is left."""
    for leftover in path.parent.iterdir():
        leftover.unlink()
    SoftwareCard.create(path, START)
    disk = CrashingDisk(done=done, forgetful=forgetful)
    card = SoftwareCard(path, lab.Entropy("faults"), disk)
    for command in case.before:
        card.transmit(command)
    before, opening, answer = memory_of(card.nvm), disk.steps, b""
    disk.crash_at = opening + crash_at if crash_at else 0
    try:
        answer = card.transmit(case.command)
        if forgetful:
            disk.forget()
    except Crash:
        pass
    # The process is gone: the kernel lets go of the lock, and nobody tidies up.
    os.close(card._file._lock)
    return Run(answer, disk.steps - opening, before, memory_of(read_card(path)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "chip").mkdir()
    return tmp_path / "chip" / "card"


@pytest.mark.parametrize("forgetful", [False, True], ids=["killed", "power cut"])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_command_is_done_wholly_or_not_at_all_and_an_answer_comes_last(
    path: Path, case: Case, done: bool, forgetful: bool
) -> None:
    whole = run(path, case)
    assert case.holds(whole.left)
    assert not case.holds(whole.before)
    assert whole.steps >= 4
    for step in range(1, whole.steps + 1):
        crashed = run(path, case, step, done=done, forgetful=forgetful)
        assert crashed.answer == b""
        assert case.holds(crashed.left) or crashed.left == crashed.before
        with SoftwareCard(path) as again:
            assert again.transmit(SELECT_USIM) == b"\x90\x00"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_a_terminal_has_seen_survives_a_power_cut_right_after(path: Path, case: Case) -> None:
    finished = run(path, case, forgetful=True)
    assert finished.answer
    assert case.holds(finished.left)


def test_a_kill_gives_no_attempt_back(path: Path) -> None:
    """Whoever tries PINs and cuts the power before the answer learns nothing that was not paid for."""
    wrong = CASES[1]
    for step in range(1, run(path, wrong).steps + 1):
        crashed = run(path, wrong, step, done=True, forgetful=True)
        with SoftwareCard(path) as again:
            again.transmit(SELECT_USIM)
            left = again.transmit(COUNT_PIN2)[-1] & 0x0F
            assert left == _attempts(crashed.left)
            assert again.transmit(WRONG_PIN2)[-1] & 0x0F == left - 1
        assert _attempts(memory_of(read_card(path))) == left - 1


def test_no_sequence_number_is_answered_twice(path: Path) -> None:
    case = CASES[3]
    for step in range(1, run(path, case).steps + 1):
        crashed = run(path, case, step, done=True)
        with SoftwareCard(path) as again:
            again.transmit(SELECT_USIM)
            first, second = again.transmit(AUTHENTICATE), again.transmit(AUTHENTICATE)
        assert first[:1] == (b"\xdc" if case.holds(crashed.left) else b"\xdb")
        assert second[:1] == b"\xdc"


def test_what_only_reads_writes_nothing(path: Path) -> None:
    SoftwareCard.create(path, START)
    disk = CrashingDisk()
    with SoftwareCard(path, operations=disk) as card:
        opening = disk.steps
        for command in (SELECT_USIM, SELECT_LOCI, READ, COUNT_PIN2, RIGHT_PIN2, bytes.fromhex("80F2000000")):
            card.transmit(command)
        assert disk.steps == opening
