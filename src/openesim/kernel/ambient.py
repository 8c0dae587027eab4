"""What surrounds pure code: time, randomness and keys, as protocols that callers pass in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from openesim.kernel.secret import Secret

Entropy = Callable[[int], bytes]
"""Gives the number of unpredictable octets that is asked for."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Ambient:
    """Time and randomness."""

    clock: Clock
    entropy: Entropy


class Signer(Protocol):
    """Holds one private key and signs with it; an HSM can stand behind it."""

    def sign(self, message: bytes) -> bytes:
        """Return the ECDSA signature with SHA-256 over ``message`` as r‖s, 64 octets."""
        ...


class KeyAgreement(Protocol):
    """Holds one half of a key agreement."""

    @property
    def public_key(self) -> bytes:
        """The public key as an uncompressed point 04‖X‖Y, 65 octets."""
        ...

    def agree(self, peer: bytes) -> bytes:
        """Return the shared X coordinate, 32 octets, for the peer's point of 65 octets.

        Raises:
            VerificationError: the peer's point is not on the curve.
        """
        ...


class KeyWrapping(Protocol):
    """Holds a key-encryption key, under which data keys are kept; an HSM can stand behind it."""

    def begin(self) -> None:
        """Make a key-encryption key where there is none: to be called for a database that holds no wrapped key yet.

        Raises:
            ConfigError: it cannot be made.
        """
        ...

    def wrap(self, data_key: Secret[bytes]) -> bytes:
        """Return a data key of 32 octets as it may be kept, 40 octets.

        Raises:
            ConfigError: there is no key-encryption key.
        """
        ...

    def unwrap(self, wrapped: bytes) -> Secret[bytes]:
        """Return the data key.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: it was wrapped under another one.
        """
        ...
