"""Modems on a pseudo terminal, each answering as its kind does, with a card of ours inside.

How the kinds answer was taken from exchanges that their users published: Quectel lets nothing through on a logical
channel by AT+CSIM, Sierra names sessions with sixteen hexadecimal digits, Fibocom leaves the words before a session out.
"""

from __future__ import annotations

import os
import re
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from openesim.services.ports import ApduTransport

_QUOTED = re.compile(r'"([0-9A-Fa-f]*)"')


class Refused(Exception):
    """What a modem refuses, with the number of +CME ERROR or none."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Personality:
    """How a kind of modem answers.

    Attributes:
        knows: commands it has, of CSIM, CCHO, CGLA, CCHC.
        tests: whether it answers questions such as AT+CGLA=?.
        echoes: whether it repeats commands until it is told not to.
        ending: what stands between its lines.
        news: lines that come unasked for before every answer.
        session: how it writes the name of a session.
        channels_by_csim: whether AT+CSIM reaches logical channels.
        quotes: whether an APDU stands in quotation marks.
        counts_octets: whether it counts octets where the standard counts digits.
        says: texts in place of numbers behind +CME ERROR.
        refuses: number of +CME ERROR with which it keeps everybody from the card.
        refreshes: whether it fetches a REFRESH at once and resets its card, as a terminal should.
    """

    knows: frozenset[str] = frozenset({"CSIM", "CCHO", "CGLA", "CCHC"})
    tests: bool = True
    echoes: bool = True
    ending: bytes = b"\r\n"
    news: tuple[bytes, ...] = ()
    session: str = "+CCHO: {number}"
    channels_by_csim: bool = True
    quotes: bool = True
    counts_octets: bool = False
    says: bool = False
    refuses: int | None = None
    refreshes: bool = False


QUECTEL = Personality(news=(b'+QIND: "csq",17,99', b"+CREG: 1"), channels_by_csim=False, refreshes=True)
SIERRA = Personality(session="+CCHO: 00000000038aa3{number:02x}", tests=False, echoes=False)
SIMCOM = Personality(knows=frozenset({"CSIM"}), news=(b"SMS DONE", b"PB DONE"), quotes=False)
FIBOCOM = Personality(session="{number}", ending=b"\r\r\n", knows=frozenset({"CCHO", "CGLA", "CCHC"}))
HUAWEI = Personality(knows=frozenset({"CSIM"}), news=(b"^RSSI:17", b"^HCSQ:1"), counts_octets=True, says=True)
PERSONALITIES = {"Quectel": QUECTEL, "Sierra": SIERRA, "SIMCom": SIMCOM, "Fibocom": FIBOCOM, "Huawei": HUAWEI}

_TERMINAL_PROFILE = bytes.fromhex("801000000A" + "FF" * 10)
_TEXTS = {10: "SIM not inserted", 11: "SIM PIN required", 14: "SIM busy", 100: "unknown"}


@dataclass
class Modem:
    """A modem with a card, one AT command after the other.

    Attributes:
        heard: every command, without the echo.
        refreshes: how often the card asked for a REFRESH and got it.
    """

    card: ApduTransport
    kind: Personality = field(default_factory=Personality)
    heard: list[str] = field(default_factory=list)
    refreshes: int = 0
    _sessions: dict[str, int] = field(default_factory=dict)
    _echoes: bool | None = None

    def __post_init__(self) -> None:
        self._start()

    def _start(self) -> None:
        """Resets the card and tells it, as terminals do, what it may ask for."""
        self.card.reset()
        self._sessions.clear()
        if self.kind.refreshes:
            self.card.transmit(_TERMINAL_PROFILE)

    def answer(self, line: bytes) -> bytes:
        """Everything that comes back for one line, echo and news included."""
        command = line.decode("latin-1").strip()
        self.heard.append(command)
        end = self.kind.ending
        echo = line + end if (self.kind.echoes if self._echoes is None else self._echoes) else b""
        try:
            told = [self._carry_out(command)]
            final = b"OK"
        except Refused as refused:
            told, final = [], self._error(refused.code)
        lines = [*self.kind.news, *(one.encode() for one in told if one), final]
        return echo + b"".join(end + one + end for one in lines)

    def _error(self, code: int | None) -> bytes:
        if code is None:
            return b"ERROR"
        return b"+CME ERROR: " + (_TEXTS.get(code, "unknown") if self.kind.says else str(code)).encode()

    def _carry_out(self, command: str) -> str:
        name = command.removeprefix("AT").partition("=")[0].lstrip("+")
        if name.startswith("E0"):
            self._echoes = False
            return ""
        if name == "CFUN":
            self._start()
            return ""
        if name == "CPIN?":
            return "+CPIN: READY"
        if name in ("", "CMEE"):
            return ""
        if name not in self.kind.knows or (command.endswith("=?") and not self.kind.tests and name == "CGLA"):
            raise Refused
        if command.endswith("=?"):
            return ""
        if self.kind.refuses is not None:
            raise Refused(self.kind.refuses)
        carry: dict[str, Callable[[str], str]] = {
            "CSIM": self._csim,
            "CCHO": self._open,
            "CGLA": self._pass_on,
            "CCHC": self._close,
        }
        return carry[name](command)

    def _csim(self, command: str) -> str:
        apdu = self._apdu(command)
        if apdu[0] & 0x03 and not self.kind.channels_by_csim:
            raise Refused
        return f"+CSIM: {self._written(self.card.transmit(apdu))}"

    def _open(self, command: str) -> str:
        found = _QUOTED.search(command)
        assert found is not None, command
        name = bytes.fromhex(found.group(1))
        channel = self.card.transmit(bytes.fromhex("0070000001"))[0]
        selected = self.card.transmit(bytes((channel, 0xA4, 0x04, 0x00, len(name))) + name)
        if selected[-2] not in (0x90, 0x61):
            self.card.transmit(bytes((0x00, 0x70, 0x80, channel, 0x00)))
            raise Refused(100)
        told = self.kind.session.format(number=channel)
        self._sessions[told.removeprefix("+CCHO:").strip()] = channel
        return told

    def _pass_on(self, command: str) -> str:
        session = command.partition("=")[2].partition(",")[0]
        if session not in self._sessions:
            raise Refused(100)
        apdu = self._apdu(command)
        # The channel is the modem's business, whatever the class says.
        answered = self.card.transmit(bytes((apdu[0] & ~0x03 | self._sessions[session], *apdu[1:])))
        return f"+CGLA: {self._written(answered)}"

    def _close(self, command: str) -> str:
        channel = self._sessions.pop(command.partition("=")[2], None)
        if channel is None:
            raise Refused(100)
        self.card.transmit(bytes((0x00, 0x70, 0x80, channel, 0x00)))
        return "+CCHC"

    @staticmethod
    def _apdu(command: str) -> bytes:
        found = _QUOTED.search(command)
        assert found is not None, command
        length = int(command[: found.start() - 1].rpartition("," if command.count(",") > 1 else "=")[2])
        assert length == len(found.group(1)), command
        return bytes.fromhex(found.group(1))

    def _written(self, answer: bytes) -> str:
        if answer[-2] == 0x91 and self.kind.refreshes:
            fetched = self.card.transmit(bytes((0x80, 0x12, 0x00, 0x00, answer[-1])))
            assert fetched[0] == 0xD0, fetched.hex()
            self.refreshes += 1
            self._start()
        digits = answer.hex().upper()
        length = len(answer) if self.kind.counts_octets else len(digits)
        return f'{length},"{digits}"' if self.kind.quotes else f"{length},{digits}"


@contextmanager
def plugged_in(answer: Callable[[bytes], bytes], greeting: bytes = b"") -> Iterator[str]:
    """A pseudo terminal behind which somebody answers line by line; gives the name of its device.

    Args:
        answer: what comes back for a line.
        greeting: what comes unasked for at the beginning.
    """
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    device = os.ttyname(theirs)

    def talk() -> None:
        rest = b""
        with suppress(OSError):
            while piece := os.read(ours, 4096):
                *lines, rest = (rest + piece).split(b"\r")
                for line in lines:
                    _write(ours, answer(line))

    thread = threading.Thread(target=talk, daemon=True)
    _write(ours, greeting)
    thread.start()
    try:
        yield device
    finally:
        os.close(theirs)
        thread.join(60)
        os.close(ours)


def _write(descriptor: int, octets: bytes) -> None:
    while octets:
        octets = octets[os.write(descriptor, octets) :]
