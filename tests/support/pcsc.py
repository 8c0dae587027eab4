"""Debian's pcscd with vsmartcard's virtual reader, where nobody else sees it: in the room of ``openesim online``.

Programs that are to see the readers run in there, too:

    with virtual_readers() as readers, readers.insert(card):
        readers.run("opensc-tool", "--atr")

Nothing of pcscd has to run on the machine, and several of these can run side by side.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from openesim.apps.demo.programs import OPENESIM, Program
from openesim.apps.online.room import Room, require_namespaces
from openesim.kernel.errors import ConfigError

WAIT_S = 60.0
FIRST_READER = "Virtual PCD 00 00"

needs_readers = [
    pytest.mark.system("pcscd", "pcscd"),
    pytest.mark.system("vsmartcard-vpcd", "vpcd-config"),
    pytest.mark.system("util-linux", "nsenter"),
    pytest.mark.system("iproute2", "ip"),
]
"""Marks of a test that uses ``virtual_readers``: ``pytestmark = needs_readers``."""


@dataclass
class Readers:
    """A running pcscd with two virtual readers.

    Attributes:
        room: where it runs.
    """

    room: Room

    def run(self, *words: object, expect: int | None = 0, given: str = "") -> str:
        """Runs a program in there and returns what it prints on either stream."""
        done = subprocess.run(
            self.room.command(*words),
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=WAIT_S,
        )
        assert expect is None or done.returncode == expect, done.stdout
        return done.stdout

    def openesim(self, *words: object, expect: int = 0) -> str:
        """Runs a command of ours in there and returns what it prints on standard output."""
        command = self.room.command(*OPENESIM, *words)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WAIT_S)
        assert done.returncode == expect, done.stderr
        return done.stdout

    @contextmanager
    def insert(self, card: Path) -> Iterator[Program]:
        """Puts the chip of a file into the first reader; it is in when the block begins, and out behind it."""
        command = self.room.command(*OPENESIM, "euicc", "vpcd", card)
        reader = Program("the card's reader", command, self.room.folder / "reader.log")
        try:
            reader.wait_until_said("^the card is in the reader")
            yield reader
        finally:
            assert reader.stop() == 0


@contextmanager
def virtual_readers() -> Iterator[Readers]:
    """Runs pcscd in a room of its own; skips the test where the system gives none away."""
    try:
        require_namespaces()
    except ConfigError as error:
        pytest.skip(str(error))
    room = Room()
    try:
        yield Readers(room)
    finally:
        room.close()
