"""lpac's stdio driver protocol: a card behind standard input and output, one JSON object a line.

::

    ← {"type":"apdu","payload":{"func":"connect","param":null}}
    → {"type":"apdu","payload":{"ecode":0}}
    ← {"type":"apdu","payload":{"func":"logic_channel_open","param":"a0000005591010ffffffff8900000100"}}
    → {"type":"apdu","payload":{"ecode":1}}                     the number of the channel, or less than 0
    ← {"type":"apdu","payload":{"func":"transmit","param":"81e2910003bf3c00"}}
    → {"type":"apdu","payload":{"ecode":0,"data":"bf3c…9000"}}   response data and status word

Every request gets one line, whatever was wrong with it. Lines of lpac that are no requests to a card (its own results)
get none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from openesim.kernel.errors import CardError
from openesim.services.ports import ApduTransport

MOST_LINE_OCTETS = 1 << 20
"""Longest line that is looked at; the longest command APDU has less than a seventh of it."""

FAILED = -1
_OK = b"\x90\x00"
_OPEN_CHANNEL = bytes.fromhex("0070000001")
_MOST_AID_OCTETS = 16
_FIRST_CHANNEL_OF_SECOND_RANGE = 4

_ENCODER = msgspec.json.Encoder()


class StdioBridge:
    """Answers the requests of an LPA out of a card."""

    def __init__(self, card: ApduTransport, tell: Callable[[str], None] = lambda _text: None) -> None:
        """Take the card.

        Args:
            card: the card.
            tell: takes lines for people: what went wrong, and what lpac says beside its requests.
        """
        self._card = card
        self._tell = tell
        self._functions: dict[str, Callable[[bytes], dict[str, Any]]] = {
            "connect": self._connect,
            "disconnect": self._disconnect,
            "logic_channel_open": self._open,
            "logic_channel_close": self._close,
            "transmit": self._transmit,
        }

    def serve(self, requests: BinaryIO, responses: BinaryIO) -> None:
        """Answer line by line until the input ends.

        Args:
            requests: lines of lpac.
            responses: where the answers go.
        """
        while line := requests.readline(MOST_LINE_OCTETS + 1):
            if len(line) > MOST_LINE_OCTETS:
                while line and not line.endswith(b"\n"):
                    line = requests.readline(MOST_LINE_OCTETS)
                answer: bytes | None = self._failed("the line is too long")
            else:
                answer = self.answer(line)
            if answer is not None:
                responses.write(answer + b"\n")
                responses.flush()

    def answer(self, line: bytes) -> bytes | None:
        """Return the answer to one line, None where it asks for none."""
        if not line.strip():
            return None
        try:
            request = msgspec.json.decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return self._failed("the line is no JSON")
        kind = request.get("type") if isinstance(request, dict) else None
        if isinstance(kind, str) and kind != "apdu":
            self._tell(line.decode("utf-8", "replace").strip())
            return self._no_http() if kind == "http" else None
        try:
            return _reply(self._carry_out(request))
        except CardError as error:
            return self._failed(str(error))

    def _carry_out(self, request: Any) -> dict[str, Any]:
        """Return the payload of the answer to a request.

        Raises:
            CardError: no such function, a parameter that is no hex, or the card did not do it.
        """
        is_ours = isinstance(request, dict) and request.get("type") == "apdu"
        payload = request.get("payload") if is_ours else None
        name = payload.get("func") if isinstance(payload, dict) else None
        function = self._functions.get(name) if isinstance(name, str) else None
        if payload is None or function is None:
            raise CardError("the request names no function of a card")
        parameter = payload.get("param")
        try:
            octets = bytes.fromhex(parameter or "")
        except (TypeError, ValueError):
            raise CardError("the parameter is not hexadecimal") from None
        return function(octets)

    def _connect(self, _octets: bytes) -> dict[str, Any]:
        """Reset the card."""
        self._card.reset()
        return {"ecode": 0}

    def _disconnect(self, _octets: bytes) -> dict[str, Any]:
        """Do nothing: the next connection resets the card."""
        return {"ecode": 0}

    def _open(self, aid: bytes) -> dict[str, Any]:
        """Open a logical channel and select an application on it; its number is the answer.

        Raises:
            CardError: no channel left, or no such application.
        """
        if not 0 < len(aid) <= _MOST_AID_OCTETS:
            raise CardError("an AID has 1 to 16 octets")
        opened = self._card.transmit(_OPEN_CHANNEL)
        if opened[-2:] != _OK or len(opened) != 3:
            raise CardError("no logical channel is left", int.from_bytes(opened[-2:], "big"))
        channel = opened[0]
        selected = self._card.transmit(bytes((_class(channel), 0xA4, 0x04, 0x00, len(aid))) + aid)
        if selected[-2] not in (0x90, 0x61):
            self._close(bytes((channel,)))
            raise CardError("no such application", int.from_bytes(selected[-2:], "big"))
        return {"ecode": channel}

    def _close(self, octets: bytes) -> dict[str, Any]:
        """Close a logical channel.

        Raises:
            CardError: not one octet, or the channel is not open.
        """
        if len(octets) != 1:
            raise CardError("a channel number has one octet")
        answer = self._card.transmit(bytes((0x00, 0x70, 0x80, octets[0], 0x00)))
        if answer[-2:] != _OK:
            raise CardError("the channel cannot be closed", int.from_bytes(answer[-2:], "big"))
        return {"ecode": 0}

    def _transmit(self, apdu: bytes) -> dict[str, Any]:
        """Pass an APDU on; whatever the card answers is an answer."""
        return {"ecode": 0, "data": self._card.transmit(apdu).hex()}

    def _failed(self, reason: str) -> bytes:
        """Return the answer that says no, and tell people why."""
        self._tell(reason)
        return _reply({"ecode": FAILED})

    def _no_http(self) -> bytes:
        """Return the answer to an LPA that takes us for its HTTP driver too."""
        return _ENCODER.encode({"type": "http", "payload": {"rcode": 501, "rx": ""}})


def _reply(payload: dict[str, Any]) -> bytes:
    """Return one line of answer."""
    return _ENCODER.encode({"type": "apdu", "payload": payload})


def _class(channel: int) -> int:
    """Return the class octet of an interindustry command on a channel."""
    first = _FIRST_CHANNEL_OF_SECOND_RANGE
    return channel if channel < first else 0x40 | channel - first
