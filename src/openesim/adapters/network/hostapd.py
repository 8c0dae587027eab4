"""hostapd's door to an authentication centre: lines of text as datagrams on a UNIX socket (``eap_sim_db=unix:PATH``).

::

    AKA-REQ-AUTH IMSI          AKA-RESP-AUTH IMSI RAND AUTN IK CK RES
    SIM-REQ-AUTH IMSI COUNT    SIM-RESP-AUTH IMSI KC:SRES:RAND …          one to COUNT triplets, at most three
    AKA-AUTS IMSI AUTS RAND    no answer: the request that follows begins behind the card's sequence number

Octets are hexadecimal. Where there is nothing to hand out the answer is ``… IMSI FAILURE``; why stands in our log. What
does not name a subscriber cannot be answered, since hostapd finds its session by the IMSI: it is dropped. Neither IMSIs
nor keys are logged from lines that could not be read.

Source: RFC 4187 §9; RFC 4186 §9; hostapd 2.10, eap_sim_db.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast

import structlog

from openesim.kernel.errors import ConfigError, ConflictError, DecodeError, Explanation, OpenEsimError
from openesim.kernel.ids import Imsi
from openesim.services.auc import AucService

MOST_TRIPLETS: Final = 3
"""hostapd keeps no more of them."""

AUTS_OCTETS, RAND_OCTETS = 14, 16
_OWNER_ONLY: Final = 0o077

_log = structlog.get_logger(__name__)


class HostapdGateway(asyncio.DatagramProtocol):
    """Answers hostapd; requests of one IMSI are served in the order in which they came."""

    def __init__(self, auc: AucService) -> None:
        """Take whom to ask."""
        self._auc = auc
        self._running: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Serve one datagram beside the others."""
        # Tasks begin in the order of their making, and each enters the queue of units of work before it waits for
        # anything: so a report of AUTS is stored before the request behind it is served.
        task = asyncio.get_running_loop().create_task(self._serve(data, addr))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def error_received(self, exc: Exception) -> None:
        """Pass over an answer that could not be delivered: hostapd asks again or has gone."""
        _log.warning("answer not delivered", fault=str(exc))

    async def close(self) -> None:
        """Finish what was begun."""
        if self._transport is not None:
            await asyncio.gather(*self._running, return_exceptions=True)
            self._transport.close()

    async def _serve(self, datagram: bytes, sender: Any) -> None:
        """Answer one datagram, whatever is in it."""
        try:
            reply = await answer(self._auc, datagram)
        except Exception as fault:  # noqa: BLE001 (a request may fail, the gateway goes on)
            _log.error("request not served", fault=type(fault).__name__)
            return
        if reply is not None and sender and self._transport is not None:
            self._transport.sendto(reply, sender)


async def answer(auc: AucService, datagram: bytes) -> bytes | None:
    """Return the answer to a datagram, None where there is none to give."""
    words = datagram.decode("ascii", "replace").rstrip("\0\n").split(" ")
    try:
        imsi = Imsi.parse(words[1] if len(words) > 1 else "")
    except DecodeError as error:
        _log.warning("datagram dropped", fault=str(error))
        return None
    match words:
        case ["AKA-REQ-AUTH", _]:
            return await _answer_with("AKA-RESP-AUTH", imsi, _aka_vector(auc, imsi))
        case ["SIM-REQ-AUTH", _, count] if count.isascii() and count.isdigit():
            return await _answer_with("SIM-RESP-AUTH", imsi, _gsm_triplets(auc, imsi, count))
        case ["AKA-AUTS", _, auts, rand]:
            await _report_auts(auc, imsi, auts, rand)
            return None
        case _:
            _log.warning("datagram dropped", fault="neither a request nor a report")
            return None


async def _answer_with(name: str, imsi: Imsi, values: Any) -> bytes:
    """Return an answer with what could be got, or with a failure."""
    try:
        text = await values
    except OpenEsimError as error:
        _log.info("authentication refused", imsi=imsi, cause=str(error))
        text = "FAILURE"
    return f"{name} {imsi} {text}".encode("ascii")


async def _aka_vector(auc: AucService, imsi: Imsi) -> str:
    """Return the text of an authentication vector."""
    vector = await auc.vector(imsi)
    return " ".join(octets.hex() for octets in (vector.rand, vector.autn, vector.ik, vector.ck, vector.xres))


async def _gsm_triplets(auc: AucService, imsi: Imsi, count: str) -> str:
    """Return the text of one to three triplets."""
    triplets = await auc.triplets(imsi, max(1, min(MOST_TRIPLETS, int(count[:2]))))
    return " ".join(f"{one.kc.hex()}:{one.sres.hex()}:{one.rand.hex()}" for one in triplets)


async def _report_auts(auc: AucService, imsi: Imsi, auts: str, rand: str) -> None:
    """Resynchronise; a report that does not hold changes nothing."""
    try:
        await auc.resynchronise(imsi, _octets(rand, RAND_OCTETS), _octets(auts, AUTS_OCTETS))
    except OpenEsimError as error:
        _log.warning("resynchronisation refused", imsi=imsi, cause=str(error))
    else:
        _log.info("resynchronised", imsi=imsi)


def _octets(text: str, length: int) -> bytes:
    """Return octets of hexadecimal text.

    Raises:
        DecodeError: not hexadecimal, or of another length.
    """
    octets = b""
    with suppress(ValueError):
        octets = bytes.fromhex(text)
    if len(octets) != length or len(text) != 2 * length:
        raise DecodeError(f"expected {2 * length} hexadecimal digits")
    return octets


class GatewaySocket:
    """The socket of a gateway: there while the gateway is, readable and writable by its owner alone."""

    def __init__(self, path: Path) -> None:
        """Bind the socket; one that a killed gateway has left behind is replaced.

        Args:
            path: where hostapd looks for it, at most 107 octets.

        Raises:
            ConflictError: another gateway answers there.
            ConfigError: no socket can be made there.
        """
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            self._remove_old()
            before = os.umask(_OWNER_ONLY)
            try:
                self._socket.bind(str(path))
            finally:
                os.umask(before)
        except OSError as error:
            self._socket.close()
            raise ConfigError(f"{path}: no socket can be made there: {error.strerror or error}") from None
        except ConflictError:
            self._socket.close()
            raise

    async def serve(self, auc: AucService) -> HostapdGateway:
        """Answer from now on."""
        loop = asyncio.get_running_loop()
        _, gateway = await loop.create_datagram_endpoint(lambda: HostapdGateway(auc), sock=self._socket)
        return gateway

    def __enter__(self) -> Self:
        """Return the socket."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the socket."""
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _remove_old(self) -> None:
        """Remove a socket that nobody reads any more.

        Raises:
            ConflictError: somebody does, or it is no socket.
        """
        if not self._path.exists():
            return
        if not self._path.is_socket():
            raise ConflictError(f"{self._path} is there already and no socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(str(self._path))
            except ConnectionRefusedError:
                self._path.unlink()
                return
        raise ConflictError(f"{self._path} is in use").explained(
            Explanation(
                "another authentication centre answers at this socket",
                "whoever runs it",
                "end it, or name another socket",
            )
        )
