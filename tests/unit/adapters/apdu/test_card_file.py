"""The file of a chip: locked, and replaced as a whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openesim.adapters.apdu.card_file import CardFile, read_card_file
from openesim.kernel.errors import ConfigError, ConflictError, NotFoundError


def test_octets_are_replaced_as_a_whole(tmp_path: Path) -> None:
    file = CardFile(tmp_path / "card")
    assert not file.exists()
    file.write(b"first")
    before = (tmp_path / "card").stat().st_ino
    file.write(b"second")
    assert file.read() == b"second"
    assert (tmp_path / "card").stat().st_ino != before
    file.close()


def test_the_holder_is_named(tmp_path: Path) -> None:
    file = CardFile(tmp_path / "card")
    with pytest.raises(ConflictError, match=f"process {os.getpid()}"):
        CardFile(tmp_path / "card")
    file.close()


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom openesim.adapters.apdu.card_file import CardFile\n"
        "CardFile(Path(sys.argv[1]))\nprint('held', flush=True)\ntime.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "card")], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ConflictError, match=f"process {holder.pid}"):
        CardFile(tmp_path / "card")
    holder.kill()
    holder.wait()
    holder.stdout.close()
    CardFile(tmp_path / "card").close()


def test_a_lock_that_was_removed_meanwhile_locks_nobody_in(tmp_path: Path) -> None:
    first = CardFile(tmp_path / "card")
    (tmp_path / ".card.lock").unlink()
    second = CardFile(tmp_path / "card")
    second.close()
    first.close()
    assert list(tmp_path.iterdir()) == []


def test_a_missing_and_an_unreadable_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_card_file(tmp_path / "none")
    with pytest.raises(ConfigError):
        read_card_file(tmp_path)
