"""AT commands: lines in, lines out, whatever a modem says in between.

::

    → AT+CSIM=10,"0070000001"
    ← AT+CSIM=10,"0070000001"        the echo, where it is on
    ← +CREG: 1                       news that nobody asked for
    ← +CSIM: 6,"019000"              the answer
    ← OK                             the end: or ERROR, or +CME ERROR: 14

Source: ITU-T V.250 §5; 3GPP TS 27.007 §4, §9.2.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Protocol

from openesim.kernel.errors import CardError
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome

LONGEST_LINE: Final = 1 << 17
"""Octets; the longest answer of a card is 65 538 octets in hexadecimal."""

_SETTINGS: Final = "ATE0Q0V1"
_COMMAND_S: Final = 60.0
_SYNCHRONISE_S: Final = (1.0, 1.0, 2.0, 4.0)
_QUIET_S: Final = 0.1
_MOST_PIECES: Final = 50
_CODES: Final = {
    10: LpaOutcome.SIM_ABSENT,
    11: LpaOutcome.SIM_PIN_REQUIRED,
    12: LpaOutcome.SIM_PUK_REQUIRED,
    13: LpaOutcome.SIM_FAILED,
    14: LpaOutcome.SIM_BUSY,
    15: LpaOutcome.SIM_FAILED,
}
_TEXTS: Final = {
    "sim not inserted": 10,
    "sim pin required": 11,
    "sim puk required": 12,
    "sim failure": 13,
    "sim busy": 14,
    "sim wrong": 15,
}
_REFUSED: Final = re.compile(r"ERROR$|COMMAND NOT SUPPORT|\+CM[ES] ERROR:\s*(.*)")


class Port(Protocol):
    """What carries the octets."""

    def read(self, patience_s: float) -> bytes:
        """Return what has come in, waiting for it; empty where nothing comes."""
        ...

    def write(self, octets: bytes) -> None:
        """Write all octets."""
        ...

    def close(self) -> None:
        """Close the port."""
        ...


class AtError(CardError):
    """A modem said no.

    Attributes:
        code: number of +CME ERROR, None where it gave none.
    """

    def __init__(self, command: str, told: str) -> None:
        """Keep the code, and explain it where it is known."""
        super().__init__(f"the modem refused {command}" + (f": {told}" if told else ""))
        self.code = int(told) if told.isascii() and told.isdigit() else _TEXTS.get(told.lower())
        with_outcome(self, _CODES.get(self.code or 0, LpaOutcome.MODEM_REFUSED))


class LineReader:
    """Cuts what comes in into lines: between CR and LF in any number, without those that are empty."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._octets = bytearray()

    def feed(self, piece: bytes) -> Iterator[str]:
        """Take a piece and return the lines that are whole now; a line without end is thrown away.

        Args:
            piece: octets as received.
        """
        self._octets += piece.replace(b"\r", b"\n")
        *lines, rest = self._octets.split(b"\n")
        self._octets = rest if len(rest) <= LONGEST_LINE else bytearray()
        for line in lines:
            text = line.decode("latin-1").strip(" \0")
            if text:
                yield text


class AtDialogue:
    """Commands and answers at a port."""

    def __init__(self, port: Port) -> None:
        """Find out that somebody answers, without echo and with numbered errors.

        Raises:
            CardError: nobody answers.
        """
        self._port = port
        self._lines = LineReader()
        self._is_lost = True
        self._synchronise()
        with suppress(AtError):  # then errors come as words, or without any
            self.ask("AT+CMEE=1")

    def ask(
        self, command: str, answer: re.Pattern[str] | None = None, patience_s: float = _COMMAND_S
    ) -> list[str]:
        """Send a command and return what the modem answers.

        Args:
            command: the whole line, from AT on.
            answer: what its answer looks like; the first group is returned. Every other line is news that nobody asked for.
            patience_s: how long to wait for the end.

        Raises:
            AtError: the modem refused.
            CardError: no end comes.
        """
        if self._is_lost:
            self._synchronise()
        self._port.write(command.encode("ascii") + b"\r")
        name = command.partition("=")[0]
        found: list[str] = []
        for line in self._listen(patience_s):
            if line == "OK":
                return found
            if refused := _REFUSED.match(line):
                raise AtError(name, refused.group(1) or "")
            if answer and (told := answer.fullmatch(line)):
                found.append(told.group(1))
        self._is_lost = True  # the answer may still come, and must not be taken for that of the next command
        raise with_outcome(CardError(f"the modem does not answer {name}"), LpaOutcome.MODEM_SILENT)

    def close(self) -> None:
        """Close the port."""
        self._port.close()

    def _synchronise(self) -> None:
        """Ask for answers in words and without echo until that is answered; what was half said before ends with it.

        Raises:
            CardError: nobody answers.
        """
        for patience_s in _SYNCHRONISE_S:
            self._drain()
            self._is_lost = False
            try:
                self.ask(_SETTINGS, patience_s=patience_s)
            except AtError:
                return  # somebody answers, if only so
            except CardError:
                continue
            return
        raise with_outcome(CardError("nobody answers AT commands at this port"), LpaOutcome.MODEM_SILENT)

    def _drain(self) -> None:
        """Throw away what has come in."""
        for _ in range(_MOST_PIECES):
            if not self._port.read(_QUIET_S):
                break
        self._lines = LineReader()

    def _listen(self, patience_s: float) -> Iterator[str]:
        """Return lines as they come, until time is up."""
        end = time.monotonic() + patience_s
        while (left := end - time.monotonic()) > 0:
            yield from self._lines.feed(self._port.read(left))
