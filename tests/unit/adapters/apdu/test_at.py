"""AT commands against whatever a modem may say in between."""

import re
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.adapters.apdu.at import LONGEST_LINE, AtDialogue, AtError, LineReader
from openesim.kernel.errors import CardError
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of

CSIM = re.compile(r"\+CSIM:\s*(.*)")


class Port:
    """A port in memory: pieces come as told, then nothing more; time passes only while nothing comes."""

    def __init__(self, answer: Callable[[bytes], list[bytes]], clock: list[float]) -> None:
        self.answer, self.clock = answer, clock
        self.coming: list[bytes] = []
        self.written: list[bytes] = []

    def read(self, patience_s: float) -> bytes:
        if self.coming:
            return self.coming.pop(0)
        self.clock[0] += max(patience_s, 0.01)
        return b""

    def write(self, octets: bytes) -> None:
        self.written.append(octets)
        self.coming += self.answer(octets)

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a port moves on."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def dialogue(clock: list[float], *pieces: bytes) -> tuple[AtDialogue, Port]:
    """A dialogue in which the next command is answered with the pieces."""
    port = Port(lambda _: [b"\r\nOK\r\n"], clock)
    talk = AtDialogue(port)
    port.answer = lambda _: list(pieces)
    return talk, port


@pytest.mark.parametrize(
    "pieces",
    [
        [b'\r\n+CSIM: 4,"9000"\r\n\r\nOK\r\n'],
        [b'AT+CSIM=4,"00"\r\r\n+CSIM: 4,"9000"\r\n\r\nOK\r\n'],
        [b'+CSIM:4,"9000"\nOK\n'],
        [b'\r\n+CSIM: 4,"9', b'000"\r', b"\nO", b"K\r\n"],
        [b'\r\n+CREG: 1\r\n\r\nRING\r\n+CSIM: 4,"9000"\r\n^RSSI:17\r\n\r\nOK\r\n+CREG: 2\r\n'],
        [b"\xff\xfe\x00garbage\r\n", b'\0+CSIM: 4,"9000"\r\n', b"OK\r"],
        [b'+CSIM: 4,"9000"\r\n', b"", b"", b"OK\r\n"],
    ],
)
def test_the_answer_is_found_among_everything_else(clock: list[float], pieces: list[bytes]) -> None:
    talk, _ = dialogue(clock, *pieces)
    assert talk.ask('AT+CSIM=4,"00"', CSIM) == ['4,"9000"']


@pytest.mark.parametrize(
    ("said", "code", "outcome"),
    [
        (b"ERROR", None, LpaOutcome.MODEM_REFUSED),
        (b"COMMAND NOT SUPPORT", None, LpaOutcome.MODEM_REFUSED),
        (b"+CME ERROR: 10", 10, LpaOutcome.SIM_ABSENT),
        (b"+CME ERROR:11", 11, LpaOutcome.SIM_PIN_REQUIRED),
        (b"+CME ERROR: SIM PUK required", 12, LpaOutcome.SIM_PUK_REQUIRED),
        (b"+CME ERROR: sim busy", 14, LpaOutcome.SIM_BUSY),
        (b"+CME ERROR: 13", 13, LpaOutcome.SIM_FAILED),
        (b"+CME ERROR: Parameters error", None, LpaOutcome.MODEM_REFUSED),
        (b"+CMS ERROR: 500", 500, LpaOutcome.MODEM_REFUSED),
    ],
)
def test_a_refusal_is_explained(
    clock: list[float], said: bytes, code: int | None, outcome: LpaOutcome
) -> None:
    talk, _ = dialogue(clock, b"\r\n" + said + b"\r\n")
    with pytest.raises(AtError) as raised:
        talk.ask('AT+CSIM=4,"00"', CSIM)
    assert raised.value.code == code
    assert outcome_of(raised.value) is outcome
    assert "00" not in str(raised.value).replace("500", "")


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(clock: list[float]) -> None:
    talk, port = dialogue(clock)
    with pytest.raises(CardError) as raised:
        talk.ask('AT+CSIM=4,"00"', CSIM)
    assert outcome_of(raised.value) is LpaOutcome.MODEM_SILENT
    port.coming = [b'+CSIM: 4,"6F00"\r\nOK\r\n']
    port.answer = lambda octets: [b'+CSIM: 4,"9000"\r\nOK\r\n' if b"CSIM" in octets else b"OK\r\n"]
    assert talk.ask('AT+CSIM=4,"01"', CSIM) == ['4,"9000"']


def test_a_port_where_nobody_answers_is_told(clock: list[float]) -> None:
    with pytest.raises(CardError, match="nobody answers") as raised:
        AtDialogue(Port(lambda _: [], clock))
    assert outcome_of(raised.value) is LpaOutcome.MODEM_SILENT
    assert clock[0] < 60


def test_a_modem_that_wakes_up_slowly_is_asked_again(clock: list[float]) -> None:
    asked: list[bytes] = []

    def sleepy(octets: bytes) -> list[bytes]:
        asked.append(octets)
        return [b"OK\r\n"] if len(asked) > 2 else []

    AtDialogue(Port(sleepy, clock))
    assert asked == [b"ATE0Q0V1\r"] * 3 + [b"AT+CMEE=1\r"]


def test_a_modem_that_refuses_its_settings_is_lived_with(clock: list[float]) -> None:
    AtDialogue(Port(lambda _: [b"ERROR\r\n"], clock))


def test_a_modem_that_never_ends_talking_is_not_listened_to_for_ever(clock: list[float]) -> None:
    class Chatterbox(Port):
        def read(self, patience_s: float) -> bytes:
            self.clock[0] += 0.01
            return b"+CREG: 1\r\n"

    with pytest.raises(CardError):
        AtDialogue(Chatterbox(lambda _: [], clock))


@given(st.lists(st.binary(max_size=60)), st.binary(max_size=20))
def test_lines_are_whole_wherever_the_stream_is_cut(pieces: list[bytes], last: bytes) -> None:
    stream = b"".join(pieces)
    cut, whole = LineReader(), LineReader()
    found = [line for piece in [*pieces, last + b"\r"] for line in cut.feed(piece)]
    assert found == list(whole.feed(stream + last + b"\r"))
    assert all(line and "\r" not in line and "\n" not in line for line in found)


def test_a_line_without_end_is_thrown_away() -> None:
    reader = LineReader()
    assert list(reader.feed(b"x" * (LONGEST_LINE + 1))) == []
    assert list(reader.feed(b"\r\nOK\r\n")) == ["OK"]


WORDS = st.sampled_from(
    [b"OK", b"ERROR", b"+CME ERROR: 14", b'+CSIM: 4,"9000"', b"\r\n", b"\r", b"RING", b"+CSIM: ", b"\xff"]
)


@given(st.lists(WORDS | st.binary(max_size=12), max_size=12))
def test_whatever_is_said_ends_with_an_answer_or_an_error_of_ours(pieces: list[bytes]) -> None:
    now = [0.0]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(time, "monotonic", lambda: now[0])
        talk, _ = dialogue(now, *pieces)
        with suppress(CardError):
            talk.ask('AT+CSIM=4,"00"', CSIM)
