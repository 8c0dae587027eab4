"""A card in the virtual reader of vsmartcard: ``vpcd`` behind ``pcscd`` listens, the card comes to it over TCP.

Every message has its length before it, two octets, and one of a single octet is no command APDU but a switch::

    vpcd → 0001 00                power off
    vpcd → 0001 01                power on
    vpcd → 0001 02                reset
    vpcd → 0001 04                ATR?                asked several times a second: is a card there?
    card → 000F 3B…               the ATR
    vpcd → 0007 00A40004023F00    a command APDU
    card → 0002 611C              its answer

Only the ATR and command APDUs are answered. vpcd sends a length and what follows it separately; unless the length is
acknowledged at once, its system holds the rest back for 40 ms and an APDU takes 44 ms instead of 0.2.

Source: vsmartcard, Virtual Smart Card, "Creating a virtual smart card".
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from openesim.adapters.apdu.atr import build_atr
from openesim.adapters.apdu.t0 import T0Card
from openesim.kernel.errors import CardError, Explanation, PeerError
from openesim.services.ports import ApduTransport

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 0x8C7B
"""35963, where vpcd waits for the card of its first reader; the second one's is the next port."""

_POWER_OFF, _POWER_ON, _RESET, _ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_LENGTH_OCTETS: Final = 2
_PIECE: Final = 1 << 16
_PAUSE_S: Final = 1.0
_CONNECT_S: Final = 5.0


class MessageReader:
    """Cuts what comes over TCP into messages; a piece may end anywhere."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._octets = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take a piece and return the messages that are whole now, without their lengths.

        Args:
            piece: octets as received.
        """
        self._octets += piece
        while len(self._octets) >= _LENGTH_OCTETS:
            end = _LENGTH_OCTETS + int.from_bytes(self._octets[:_LENGTH_OCTETS], "big")
            if len(self._octets) < end:
                return
            message = bytes(self._octets[_LENGTH_OCTETS:end])
            del self._octets[:end]
            yield message


class VpcdReader:
    """Puts a card into the reader, and again whenever ``pcscd`` has come back."""

    def __init__(
        self,
        card: ApduTransport,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        tell: Callable[[str], None] = lambda _text: None,
    ) -> None:
        """Take the card.

        Args:
            card: the card, seen as APDUs; here it becomes one for T=0.
            host: where vpcd listens.
            port: and at which port.
            tell: takes lines for people: the card is in, out, or waits.
        """
        self._card = T0Card(card)
        self._atr = build_atr()
        self._place = (host, port)
        self._tell = tell
        self._stopped, self._stop = socket.socketpair()

    def serve(self) -> None:
        """Answer until ``stop`` is called; wait wherever vpcd is not there.

        Raises:
            PeerError: the host has no such name.
        """
        is_told = False
        while not self._is_stopped(0.0):
            connection = self._connect()
            if connection is not None:
                with connection:
                    self._answer(connection)
                is_told = False
            elif not is_told:
                self._tell(f"waiting for vpcd at {self._where()}: is pcscd running, with vsmartcard-vpcd?")
                is_told = True
            if self._is_stopped(_PAUSE_S):
                return

    def stop(self) -> None:
        """End ``serve`` behind the APDU that is being answered; may be called by a signal or another thread."""
        self._stop.send(b"\x00")

    def close(self) -> None:
        """Let go of the card and of what ``stop`` needs."""
        self._stopped.close()
        self._stop.close()
        self._card.close()

    def answer(self, message: bytes) -> bytes | None:
        """Return the answer to one message, None where it asks for none.

        Raises:
            CardError: the card has no answer.
        """
        if message in (_POWER_ON, _RESET):
            self._card.reset()
        if message == _ATR:
            return self._atr
        return self._card.transmit(message) if len(message) > 1 else None

    def _connect(self) -> socket.socket | None:
        """Return a connection, or None where nobody listens.

        Raises:
            PeerError: the host has no such name.
        """
        try:
            connection = socket.create_connection(self._place, _CONNECT_S)
        except socket.gaierror as error:
            unknown = PeerError(f"{self._where()}: {error.strerror}")
            cause = "the name of the reader's host is not known here"
            raise unknown.explained(
                Explanation(cause, "you", "name a host that is known, or its address")
            ) from None
        except OSError:
            return None
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _answer(self, connection: socket.socket) -> None:
        """Answer message by message until the other side hangs up, the card fails or ``stop`` is called."""
        reader, is_in = MessageReader(), False
        try:
            self._card.reset()
            while piece := self._receive(connection, is_in=is_in):
                for message in reader.feed(piece):
                    answer = self.answer(message)
                    if answer is not None:
                        connection.sendall(len(answer).to_bytes(_LENGTH_OCTETS, "big") + answer)
                    if message == _POWER_ON and not is_in:
                        is_in = True
                        self._tell(f"the card is in the reader at {self._where()}")
        except CardError as error:
            self._tell(f"the card does not answer: {error}")
        except OSError as error:
            self._tell(f"the reader is gone: {error.strerror}")
        if is_in:
            self._tell("the card is out of the reader")

    def _receive(self, connection: socket.socket, *, is_in: bool) -> bytes:
        """Return the next piece, empty where the other side hung up or ``stop`` was called.

        Args:
            connection: to vpcd.
            is_in: whether vpcd has taken the card; a reader that has another one leaves us waiting without a word.
        """
        both = (connection, self._stopped)
        ready, _, _ = select.select(both, (), (), None if is_in else _CONNECT_S)
        if not ready:
            self._tell(f"{self._where()} listens, but takes no card: is another one in that reader?")
            ready, _, _ = select.select(both, (), ())
        if self._stopped in ready:
            return b""
        piece = connection.recv(_PIECE)
        with suppress(AttributeError, OSError):  # Linux only, and for one acknowledgement at a time
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return piece

    def _is_stopped(self, pause_s: float) -> bool:
        """Wait, and tell whether ``stop`` was called."""
        ready, _, _ = select.select((self._stopped,), (), (), pause_s)
        return bool(ready)

    def _where(self) -> str:
        """Return host and port in one word."""
        host, port = self._place
        return f"{host}:{port}"
