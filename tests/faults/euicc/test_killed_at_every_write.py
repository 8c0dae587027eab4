"""The chip killed at every system call that writes: afterwards it is as before or as after, and an answer holds."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from openesim.adapters.apdu.software import MemoryCard, SoftwareCard, read_card
from openesim.encoding import tlv
from openesim.messages.sgp22.notifications import SuccessResult
from openesim.provisioning.euicc.state import Nvm
from openesim.provisioning.euicc.storage import decode_nvm, encode_nvm
from tests.faults.euicc.crashing_disk import Crash, CrashingDisk
from tests.unit.provisioning.euicc import laboratory as lab

ICCID = tlv.encode(0x5A, lab.ICCID.octets)
SWITCH = tlv.encode(0xA0, ICCID) + bytes.fromhex("810100")

Command = Callable[[MemoryCard], None]


def enable(card: MemoryCard) -> None:
    assert card.execute(tlv.encode(0xBF31, SWITCH)).hex() == "bf3103800100"


def disable_and_delete(card: MemoryCard) -> None:
    card.execute(tlv.encode(0xBF32, SWITCH))
    assert card.execute(tlv.encode(0xBF33, ICCID)).hex() == "bf3303800100"


def nickname(card: MemoryCard) -> None:
    card.execute(tlv.encode(0xBF29, ICCID + tlv.encode(0x90, b"work")))


def remove_notification(card: MemoryCard) -> None:
    assert card.execute(bytes.fromhex("BF3003800101")).hex() == "bf3003800100"


def prepare_download(card: MemoryCard) -> None:
    lab.prepare(card, lab.Smdp())


def install(card: MemoryCard) -> None:
    result = lab.download(card, lab.contents(lab.SECOND_ICCID))
    assert isinstance(result, SuccessResult)


def fail_to_install(card: MemoryCard) -> None:
    lab.download(card, lab.contents(lab.SECOND_ICCID, package=b"none"))


def reset_memory(card: MemoryCard) -> None:
    assert card.execute(bytes.fromhex("BF3404820205E0")).hex() == "bf3403800100"


COMMANDS: list[Command] = [
    enable,
    disable_and_delete,
    nickname,
    remove_notification,
    prepare_download,
    install,
    fail_to_install,
    reset_memory,
]


def first_state() -> Nvm:
    """A chip with an enabled profile to report and a disabled one... as one value for all tests."""
    card = lab.new_card(default_dp_address="smdp.example.com")
    lab.download(card)
    return card.nvm


START = first_state()


@dataclass(frozen=True)
class Run:
    """What a run left behind.

    Attributes:
        states: every state that was written, in order, the one at the start first.
        steps: how many system calls there were.
        acknowledged: whether the command came to its end.
    """

    states: list[bytes]
    steps: int
    acknowledged: bool
    left: Nvm


def start_of(command: Command) -> Nvm:
    """The chip that a command begins with."""
    if command is disable_and_delete:
        card = lab.new_card(START)
        enable(card)
        return card.nvm
    return START


def run(path: Path, command: Command, disk: CrashingDisk) -> Run:
    """Carry a command out on a disk that crashes, and look at what is left."""
    for leftover in path.parent.iterdir():
        leftover.unlink()
    SoftwareCard.create(path, start_of(command))
    card = SoftwareCard(path, lab.Entropy("faults"), disk)
    states = [encode_nvm(card.nvm)]
    write = card._file.write

    def remember(octets: bytes) -> None:
        states.append(octets)
        write(octets)

    card._file.write = remember  # type: ignore[method-assign]
    acknowledged = False
    opening = disk.steps
    try:
        command(card)
        acknowledged = True
        if disk.forgetful:
            disk.forget()
    except Crash:
        pass
    # The process is gone: the kernel lets go of the lock, and nobody tidies up.
    os.close(card._file._lock)
    return Run(states, disk.steps - opening, acknowledged, read_card(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "chip").mkdir()
    return tmp_path / "chip" / "card"


def steps_at_opening(path: Path) -> int:
    """System calls before the first command."""
    disk = CrashingDisk()
    SoftwareCard.create(path, START)
    SoftwareCard(path, operations=disk).close()
    return disk.steps


@pytest.mark.parametrize("forgetful", [False, True], ids=["killed", "power cut"])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_after_a_crash_the_chip_is_as_before_or_after(
    path: Path, command: Command, done: bool, forgetful: bool
) -> None:
    opening = steps_at_opening(path)
    whole = run(path, command, CrashingDisk())
    assert whole.acknowledged
    assert whole.steps >= 6
    for step in range(opening + 1, opening + whole.steps + 1):
        crashed = run(path, command, CrashingDisk(step, done=done, forgetful=forgetful))
        assert not crashed.acknowledged
        # Of all that was ever to be written, the last state or the one before it.
        assert encode_nvm(crashed.left) in crashed.states[-2:], step
        assert crashed.states == whole.states[: len(crashed.states)]
        with SoftwareCard(path) as again:
            assert still_works(again)
            assert sorted(one.name for one in path.parent.iterdir()) == [".card.lock", "card"]


def still_works(card: SoftwareCard) -> bool:
    """Whether a chip can do something that is written down."""
    return card.execute(tlv.encode(0xBF3F, tlv.encode(0x80, b"again.example.com"))).hex() == "bf3f03800100"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_what_was_acknowledged_survives_a_power_cut_right_after(path: Path, command: Command) -> None:
    finished = run(path, command, CrashingDisk(forgetful=True))
    assert finished.acknowledged
    assert encode_nvm(finished.left) == finished.states[-1]


def test_an_acknowledged_key_still_opens_the_package_after_a_crash(path: Path) -> None:
    SoftwareCard.create(path, START)
    smdp, what = lab.Smdp(), lab.contents(lab.SECOND_ICCID)
    disk = CrashingDisk(forgetful=True)
    card = SoftwareCard(path, lab.Entropy("key"), disk)
    lab.prepare(card, smdp)
    promised = smdp.euicc_otpk
    disk.forget()
    os.close(card._file._lock)
    with SoftwareCard(path) as again:
        lab.prepare(again, smdp, otpk=promised)
        assert smdp.euicc_otpk == promised
        pir = lab.load(again, lab.cut(smdp.bind(again.nvm.identity.eid, what)))
        assert isinstance(lab.result_of(pir), SuccessResult)


def test_a_download_killed_anywhere_can_be_repeated_and_leaves_one_profile(path: Path) -> None:
    opening = steps_at_opening(path)
    steps = run(path, install, CrashingDisk()).steps
    for step in range(opening + 1, opening + steps + 1, 2):
        crashed = run(path, install, CrashingDisk(step, done=True, forgetful=True))
        with SoftwareCard(path) as again:
            told = [one for one in again.nvm.notifications if one.iccid == lab.SECOND_ICCID]
            if len(again.nvm.profiles) == 1:
                lab.download(again, lab.contents(lab.SECOND_ICCID), lab.Smdp(seed="again"))
            else:
                # Installed before the crash: the result waits to be delivered.
                assert told
            assert [one.iccid for one in again.nvm.profiles] == [lab.ICCID, lab.SECOND_ICCID]
            numbers = [one.seq_number for one in again.nvm.notifications]
            assert numbers == sorted(set(numbers))
        assert crashed.left.profiles[0] == START.profiles[0]


PROGRAM = """
import sys
from tests.faults.euicc.crashing_disk import CrashingDisk
from tests.faults.euicc import test_killed_at_every_write as faults
from tests.unit.provisioning.euicc import laboratory as lab
from openesim.adapters.apdu.software import SoftwareCard
disk = CrashingDisk(crash_on=sys.argv[2], done=sys.argv[3] == "1", with_sigkill=True)
card = SoftwareCard(sys.argv[1], lab.Entropy("faults"), disk)
faults.enable(card)
print("acknowledged", flush=True)
"""


@pytest.mark.parametrize(
    ("step", "done"),
    [("create", 1), ("write", 1), ("sync", 0), ("rename", 0), ("rename", 1), ("never", 0)],
)
def test_a_process_that_is_killed_for_real_leaves_a_chip(path: Path, step: str, done: int) -> None:
    SoftwareCard.create(path, START)
    after = lab.new_card(START, seed="faults")
    enable(after)
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), step, str(done)],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    left = read_card(path)
    if ended.stdout == "acknowledged\n":
        assert left == after.nvm
    else:
        assert ended.returncode == -9, ended.stderr
        assert left in (START, after.nvm)
    with SoftwareCard(path) as again:
        assert still_works(again)


def test_the_chip_that_the_matrix_begins_with_is_what_it_should_be() -> None:
    assert decode_nvm(encode_nvm(START)) == START
    assert len(START.notifications) == 1
    assert [profile.is_enabled for profile in START.profiles] == [False]
