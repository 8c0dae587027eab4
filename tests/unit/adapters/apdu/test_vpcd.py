"""A card in vsmartcard's virtual reader: the messages, and a reader that comes and goes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.adapters.apdu import vpcd as vpcd_module
from openesim.adapters.apdu.atr import build_atr
from openesim.adapters.apdu.vpcd import MessageReader, VpcdReader
from openesim.kernel.errors import CardError, PeerError
from tests.unit.provisioning.euicc import laboratory as lab

OFF, ON, RESET, ATR = b"\x00", b"\x01", b"\x02", b"\x04"
OPEN_CHANNEL = bytes.fromhex("0070000001")


class Vpcd:
    """The other side: a reader that listens as vpcd does."""

    def __init__(self, port: int = 0) -> None:
        self.server = socket.create_server(("127.0.0.1", port))
        self.server.settimeout(60)
        self.port: int = self.server.getsockname()[1]
        self._card: socket.socket | None = None

    @property
    def card(self) -> socket.socket:
        assert self._card is not None
        return self._card

    def accept(self) -> None:
        if self._card is not None:
            self._card.close()
        self._card, _ = self.server.accept()
        self.card.settimeout(60)

    def say(self, message: bytes) -> None:
        self.card.sendall(len(message).to_bytes(2, "big"))
        self.card.sendall(message)

    def ask(self, message: bytes) -> bytes:
        self.say(message)
        length = int.from_bytes(self.card.recv(2, socket.MSG_WAITALL), "big")
        return self.card.recv(length, socket.MSG_WAITALL)

    def close(self) -> None:
        if self._card is not None:
            self._card.close()
        self.server.close()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd_module, "_PAUSE_S", 0.01)


@contextmanager
def serving(reader: VpcdReader) -> Iterator[threading.Thread]:
    """The card's side, in a thread of its own."""
    thread = threading.Thread(target=reader.serve)
    thread.start()
    try:
        yield thread
    finally:
        reader.stop()
        thread.join(60)
        reader.close()
        assert not thread.is_alive()


@pytest.mark.sockets
def test_switches_are_obeyed_and_commands_answered() -> None:
    vpcd = Vpcd()
    told: list[str] = []
    with serving(VpcdReader(lab.new_card(), "127.0.0.1", vpcd.port, told.append)):
        vpcd.accept()
        assert vpcd.ask(ATR) == build_atr()
        vpcd.say(ON)
        assert vpcd.ask(ATR) == build_atr()
        assert vpcd.ask(OPEN_CHANNEL) == bytes.fromhex("019000")
        assert vpcd.ask(OPEN_CHANNEL) == bytes.fromhex("029000")
        vpcd.say(RESET)
        assert vpcd.ask(OPEN_CHANNEL) == bytes.fromhex("019000")
        vpcd.say(OFF)
        vpcd.say(ON)
        assert vpcd.ask(OPEN_CHANNEL) == bytes.fromhex("019000")
    vpcd.close()
    assert told == [
        f"the card is in the reader at 127.0.0.1:{vpcd.port}",
        "the card is out of the reader",
    ]


@pytest.mark.sockets
def test_a_reader_that_comes_back_gets_the_card_again() -> None:
    first = Vpcd()
    with serving(VpcdReader(lab.new_card(), "127.0.0.1", first.port)):
        first.accept()
        assert first.ask(OPEN_CHANNEL) == bytes.fromhex("019000")
        first.close()
        second = Vpcd(first.port)
        second.accept()
        assert second.ask(OPEN_CHANNEL) == bytes.fromhex("019000")
        second.close()


@pytest.mark.sockets
def test_a_reader_that_is_not_there_is_waited_for() -> None:
    absent = Vpcd()
    absent.close()
    told = threading.Event()
    said: list[str] = []

    def tell(text: str) -> None:
        said.append(text)
        told.set()

    with serving(VpcdReader(lab.new_card(), "127.0.0.1", absent.port, tell)):
        assert told.wait(60)
    assert said == [f"waiting for vpcd at 127.0.0.1:{absent.port}: is pcscd running, with vsmartcard-vpcd?"]


@pytest.mark.sockets
def test_a_reader_that_takes_no_card_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd_module, "_CONNECT_S", 0.05)
    vpcd, told = Vpcd(), threading.Event()
    with serving(VpcdReader(lab.new_card(), "127.0.0.1", vpcd.port, lambda _text: told.set())):
        assert told.wait(60)
        vpcd.accept()
        assert vpcd.ask(ATR) == build_atr()
    vpcd.close()


class MuteCard:
    """A card that could not write its file, until it is reset."""

    def __init__(self) -> None:
        self.resets = 0

    def transmit(self, apdu: bytes) -> bytes:
        raise CardError("the disk is full")

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.sockets
def test_a_card_without_an_answer_is_taken_out_and_put_in_again() -> None:
    vpcd, card = Vpcd(), MuteCard()
    said: list[str] = []
    with serving(VpcdReader(card, "127.0.0.1", vpcd.port, said.append)):
        vpcd.accept()
        assert vpcd.ask(OPEN_CHANNEL) == b""
        vpcd.card.close()
        vpcd.accept()
        assert vpcd.ask(ATR) == build_atr()
    vpcd.close()
    assert said == ["the card does not answer: the disk is full"]
    assert card.resets == 2


@pytest.mark.sockets
def test_a_host_without_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> socket.socket:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)
    reader = VpcdReader(lab.new_card(), "reader.invalid")
    with pytest.raises(PeerError, match="not known") as raised:
        reader.serve()
    reader.close()
    assert raised.value.explanation is not None


def pieces_of(octets: bytes, cuts: list[int]) -> list[bytes]:
    """The octets, cut at some places."""
    places = sorted({0, len(octets), *(cut % (len(octets) + 1) for cut in cuts)})
    return [octets[a:b] for a, b in pairwise(places)]


@given(st.lists(st.binary(max_size=300), max_size=6), st.lists(st.integers(min_value=0), max_size=12))
def test_messages_are_found_wherever_the_stream_is_cut(messages: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(len(message).to_bytes(2, "big") + message for message in messages)
    reader = MessageReader()
    assert [one for piece in pieces_of(stream, cuts) for one in reader.feed(piece)] == messages


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_whatever_comes_is_answered_or_let_pass(pieces: list[bytes]) -> None:
    messages, reader = MessageReader(), VpcdReader(lab.new_card())
    for piece in pieces:
        for message in messages.feed(piece):
            with suppress(CardError):
                answer = reader.answer(message)
                assert (answer is not None) == (len(message) > 1 or message == ATR)
    reader.close()
