"""A network element that asks an HLR for authentication vectors: GSUP in IPA frames, as an MSC or SGSN would.

Written from the protocol's description in the OsmoHLR user manual (chapters GSUP and IPA multiplex).
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Self

IPA_CCM, IPA_OSMO, EXTENSION_GSUP = 0xFE, 0xEE, 0x05
CCM_PING, CCM_PONG, CCM_ID_GET, CCM_ID_RESPONSE, CCM_ID_ACK = 0x00, 0x01, 0x04, 0x05, 0x06
SERIAL_NUMBER, UNIT_NAME, UNIT_ID = 0x00, 0x01, 0x08

SEND_AUTH_INFO_REQUEST, SEND_AUTH_INFO_ERROR, SEND_AUTH_INFO_RESULT = 0x08, 0x09, 0x0A
IMSI, CAUSE, AUTH_TUPLE, RAND, IK, CK, AUTN, AUTS, RES = 0x01, 0x02, 0x03, 0x20, 0x23, 0x24, 0x25, 0x26, 0x27


class Refused(Exception):
    """The HLR answered with an error; its argument is the cause."""


@dataclass(frozen=True, slots=True)
class Vector:
    """An authentication vector as the HLR gave it."""

    rand: bytes
    autn: bytes
    xres: bytes
    ck: bytes
    ik: bytes


class GsupClient:
    """A connection to an HLR."""

    def __init__(self, host: str, port: int = 4222, name: str = "MSC-00-00-00-00-00-00") -> None:
        self._socket = socket.create_connection((host, port), 5.0)
        self._file = self._socket.makefile("rb")
        self._identity = {SERIAL_NUMBER: name, UNIT_NAME: name, UNIT_ID: "0/0/0"}
        while self._handle_ccm(*self._receive()) != CCM_ID_ACK:
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def vectors(self, imsi: str, resynchronise: tuple[bytes, bytes] | None = None) -> list[Vector]:
        """Returns what the HLR gives for an IMSI; with RAND and AUTS after it has resynchronised."""
        message = bytes([SEND_AUTH_INFO_REQUEST]) + _element(IMSI, _packed(imsi))
        if resynchronise is not None:
            rand, auts = resynchronise
            message += _element(AUTS, auts) + _element(RAND, rand)
        self._send(IPA_OSMO, bytes([EXTENSION_GSUP]) + message)
        kind, elements = self._gsup_message()
        if kind == SEND_AUTH_INFO_ERROR:
            raise Refused(dict(elements)[CAUSE][0])
        assert kind == SEND_AUTH_INFO_RESULT
        tuples = [dict(_elements(value)) for tag, value in elements if tag == AUTH_TUPLE]
        return [Vector(each[RAND], each[AUTN], each[RES], each[CK], each[IK]) for each in tuples]

    def _gsup_message(self) -> tuple[int, list[tuple[int, bytes]]]:
        while True:
            stream, body = self._receive()
            if stream == IPA_OSMO and body[0] == EXTENSION_GSUP:
                return body[1], _elements(body[2:])
            self._handle_ccm(stream, body)

    def _handle_ccm(self, stream: int, body: bytes) -> int | None:
        """Answers what the connection management asks; returns the kind of its message."""
        if stream != IPA_CCM:
            return None
        if body[0] == CCM_PING:
            self._send(IPA_CCM, bytes([CCM_PONG]))
        elif body[0] == CCM_ID_GET:
            answer = b"".join(
                (len(value) + 2).to_bytes(2, "big") + bytes([tag]) + value.encode() + b"\0"
                for tag, value in self._identity.items()
            )
            self._send(IPA_CCM, bytes([CCM_ID_RESPONSE]) + answer)
            self._send(IPA_CCM, bytes([CCM_ID_ACK]))
        return body[0]

    def _send(self, stream: int, body: bytes) -> None:
        self._socket.sendall(len(body).to_bytes(2, "big") + bytes([stream]) + body)

    def _receive(self) -> tuple[int, bytes]:
        head = self._file.read(3)
        assert len(head) == 3, "the HLR has hung up"
        return head[2], self._file.read(int.from_bytes(head[:2], "big"))


def _element(tag: int, value: bytes) -> bytes:
    return bytes([tag, len(value)]) + value


def _elements(octets: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(octets):
        end = at + 2 + octets[at + 1]
        found.append((octets[at], octets[at + 2 : end]))
        at = end
    return found


def _packed(digits: str) -> bytes:
    digits += "F" * (len(digits) % 2)
    return bytes(int(digits[at + 1] + digits[at], 16) for at in range(0, len(digits), 2))
