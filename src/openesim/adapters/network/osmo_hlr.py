"""Keeps the subscribers of an osmo-hlr: over its control interface, so that it may run and go on running.

A subscription that is switched on stands there with its keys and may use both domains. One that is switched off stays
there without keys: osmo-hlr hands vectors to whoever asks for a subscriber that has some, whatever it may use. Keys that
are there already are left alone, since writing them sets the sequence number back.

Messages are lines of text in IPA frames: ``SET 1 subscriber.create 001010000000001`` is answered by ``SET_REPLY 1 …``
or ``ERROR 1 …``.

Source: Osmocom, OsmoHLR User Manual, "Control interface"; OsmoGSMTester, IPA framing.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from openesim.kernel.errors import (
    ConflictError,
    DecodeError,
    Explanation,
    NotFoundError,
    PeerError,
)
from openesim.kernel.ids import Imsi
from openesim.messages.saip.aka import Algorithm
from openesim.network.subscription import Subscription

DEFAULT_PORT: Final = 4259
IND_BITS: Final = 5
_TIMEOUT_S: Final = 5.0
_OSMO, _CTRL = 0xEE, 0x00
_HEAD: Final = 3
_NO_SUBSCRIBER: Final = "No such subscriber"


class OsmoHlr:
    """One osmo-hlr, connected while the object is open."""

    def __init__(self, host: str, port: int = DEFAULT_PORT, timeout_s: float = _TIMEOUT_S) -> None:
        """Connect to the control interface.

        Raises:
            PeerError: nobody listens there.
        """
        self._place = f"{host}:{port}"
        self._last_id = 0
        try:
            self._socket = socket.create_connection((host, port), timeout_s)
        except OSError as error:
            raise self._unreachable(error) from None
        self._reader = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        """Return the connection."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection; safe to repeat."""
        self._reader.close()
        self._socket.close()

    def provision(self, subscription: Subscription) -> None:
        """Make a subscriber what the subscription says; safe to repeat.

        Raises:
            ConflictError: osmo-hlr does not take it: a telephone number that another one has, another algorithm.
            PeerError: osmo-hlr did not answer.
        """
        if subscription.is_active:
            self._let_in(subscription)
        else:
            self._keep_out(subscription.imsi)

    def remove(self, imsi: Imsi) -> None:
        """Delete a subscriber; safe to repeat.

        Raises:
            PeerError: osmo-hlr did not answer.
        """
        if self.is_known(imsi):
            self._set("subscriber.delete", imsi)

    def is_known(self, imsi: Imsi) -> bool:
        """Tell whether osmo-hlr has a subscriber with the IMSI.

        Raises:
            PeerError: osmo-hlr did not answer.
        """
        try:
            self._ask(f"GET {{}} subscriber.by-imsi-{imsi}.info")
        except NotFoundError:
            return False
        return True

    def _let_in(self, subscription: Subscription) -> None:
        """Create a subscriber where it is missing, with keys and rights."""
        if subscription.algorithm is not Algorithm.MILENAGE or subscription.settings.has_own_constants:
            raise ConflictError(
                f"osmo-hlr computes Milenage with the usual constants; {subscription.imsi} has something else"
            )
        if not self.is_known(subscription.imsi):
            self._set("subscriber.create", subscription.imsi)
        subscriber = f"subscriber.by-imsi-{subscription.imsi}"
        self._set(f"{subscriber}.msisdn", subscription.msisdn or "none")
        k, opc = subscription.k.reveal().hex(), subscription.opc.reveal().hex()
        keys = f"milenage,{k},opc,{opc},{IND_BITS}"
        if self._ask(f"GET {{}} {subscriber}.aud3g").lower() != keys:
            self._set(f"{subscriber}.aud3g", keys)
        self._set_domains(subscriber, "1")

    def _keep_out(self, imsi: Imsi) -> None:
        """Take rights and keys from a subscriber that is there."""
        if self.is_known(imsi):
            subscriber = f"subscriber.by-imsi-{imsi}"
            self._set_domains(subscriber, "0")
            self._set(f"{subscriber}.aud3g", "none")

    def let_in(self, imsis: Sequence[Imsi]) -> dict[str, bool]:
        """Tell of each subscriber whether osmo-hlr lets it into either domain; one that it does not know, it does not.

        Raises:
            PeerError: osmo-hlr did not answer.
        """
        return {imsi: self._lets_in(imsi) for imsi in imsis}

    def _lets_in(self, imsi: Imsi) -> bool:
        """Tell whether a subscriber is there and may use a domain."""
        domains = (f"subscriber.by-imsi-{imsi}.{domain}-enabled" for domain in ("ps", "cs"))
        try:
            return any(self._ask(f"GET {{}} {domain}") == "1" for domain in domains)
        except NotFoundError:
            return False

    def _set_domains(self, subscriber: str, value: str) -> None:
        """Switch both domains on or off; connected networks hear of it."""
        self._set(f"{subscriber}.cs-enabled", value)
        self._set(f"{subscriber}.ps-enabled", value)

    def _set(self, variable: str, value: str) -> None:
        """Set a variable."""
        self._ask(f"SET {{}} {variable} {value}")

    def _ask(self, command: str) -> str:
        """Send a command and return the value of its reply.

        Args:
            command: with ``{}`` in the place of its number.

        Raises:
            NotFoundError: there is no such subscriber.
            ConflictError: osmo-hlr refused otherwise.
            PeerError: no answer.
        """
        self._last_id += 1
        number = str(self._last_id)
        try:
            self._socket.sendall(encode_frame(command.format(number)))
            words = self._next_reply(number)
        except (OSError, DecodeError) as error:
            raise self._unreachable(error) from None
        if words[0] == "ERROR":
            reason = " ".join(words[2:])
            if reason.startswith(_NO_SUBSCRIBER):
                raise NotFoundError("osmo-hlr has no such subscriber")
            raise ConflictError(f"osmo-hlr refused: {reason}")
        return words[3] if len(words) > 3 else ""

    def _next_reply(self, number: str) -> list[str]:
        """Return the words of the reply to a command; what osmo-hlr tells unasked is passed over."""
        while True:
            words = self._read_frame().split(" ", 3)
            if len(words) > 1 and words[1] == number and words[0] != "TRAP":
                return words

    def _read_frame(self) -> str:
        """Return the text of the next frame of the control interface."""
        while True:
            head = self._read(_HEAD)
            body = self._read(int.from_bytes(head[:2], "big"))
            if head[2] == _OSMO and body[:1] == bytes([_CTRL]):
                return body[1:].decode("utf-8", "replace")

    def _read(self, count: int) -> bytes:
        """Return so many octets.

        Raises:
            DecodeError: the connection ended before.
        """
        octets = self._reader.read(count)
        if len(octets) < count:
            raise DecodeError("the connection ended")
        return octets

    def _unreachable(self, error: Exception) -> PeerError:
        """Return the error of an osmo-hlr that does not answer."""
        return PeerError(f"osmo-hlr at {self._place}: {error}").explained(
            Explanation(
                "no answer from osmo-hlr's control interface",
                "whoever runs osmo-hlr",
                "see that it runs and that its configuration binds ctrl to this address; what waits is told later",
            )
        )


def encode_frame(text: str) -> bytes:
    """Return a message of the control interface in its IPA frame: length of 2 octets, stream EE, extension 00."""
    octets = text.encode("ascii")
    return (len(octets) + 1).to_bytes(2, "big") + bytes([_OSMO, _CTRL]) + octets
