"""Data keys: made, wrapped, and unwrapped once a connection.

There are three kinds. A batch has a data key of its own, known by its wrapped form. Everything else that is secret is
sealed under the newest key of the table ``data_keys``, and says in its first octets under which one::

    4 octets  MARK            no record in clear begins so
    4 octets  number of the data key, big-endian
    12 octets nonce
    …         ciphertext and tag

A record without the mark was stored in clear, before there were such keys, and is read as it is.

Digest keys, known by name, seal nothing: with them, people are told apart by a digest of what their documents say.
"""

from __future__ import annotations

import hmac
import os
import time
from typing import Final

from openesim.kernel.ambient import Entropy, KeyWrapping
from openesim.kernel.errors import ConfigError
from openesim.kernel.secret import Secret
from openesim.security.crypto.envelope import KEY_OCTETS, NONCE_OCTETS, DataKey

MARK: Final = b"\0OE\1"
HEAD_OCTETS: Final = 8

REFRESH_S: Final = 5.0
"""How long a connection seals under a data key before it looks for a newer one."""


class DataKeys:
    """Data keys of one connection, by number and by their wrapped form as it stands in the database."""

    def __init__(self, wrapping: KeyWrapping | None, entropy: Entropy = os.urandom) -> None:
        """Bind the keys to what wraps them; without it, none can be made or opened."""
        self._wrapping: Final = wrapping
        self._entropy: Final = entropy
        self._unwrapped: Final[dict[bytes, DataKey]] = {}
        self._numbered: Final[dict[int, DataKey]] = {}
        self._digesting: Final[dict[str, Secret[bytes]]] = {}
        self._newest: int | None = None
        self._newest_until = 0.0

    @property
    def can_seal(self) -> bool:
        """Whether there is anything to seal with."""
        return self._wrapping is not None

    def forget_numbers(self) -> None:
        """Forget keys by number or name, after a transaction was given up: it may have been the one that made them."""
        self._numbered.clear()
        self._digesting.clear()
        self._newest = None

    def new(self, *, is_first: bool = False) -> bytes:
        """Return a fresh data key, wrapped.

        Args:
            is_first: the database holds no wrapped key yet, so that a missing key-encryption key may be made.

        Raises:
            ConfigError: there is no key-encryption key.
        """
        wrapping = self._require_wrapping()
        if is_first:
            wrapping.begin()
        return wrapping.wrap(Secret(self._entropy(KEY_OCTETS)))

    # --- by wrapped form ---

    def seal(self, wrapped: bytes, record: bytes, associated: bytes) -> bytes:
        """Return a record sealed under a data key, for what it belongs to.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: the data key cannot be unwrapped.
        """
        return self._key(wrapped).seal(record, associated, self._entropy(NONCE_OCTETS))

    def open(self, wrapped: bytes, sealed: bytes, associated: bytes) -> bytes:
        """Return a record that was sealed under a data key.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: data key or record cannot be opened.
        """
        return self._key(wrapped).open(sealed, associated)

    # --- by number ---

    @property
    def newest(self) -> int | None:
        """Number of the key to seal under; None where it is time to look."""
        return self._newest if time.monotonic() < self._newest_until else None

    def knows(self, number: int) -> bool:
        """Tell whether a key is at hand."""
        return number in self._numbered

    def learn(self, number: int, wrapped: bytes, *, is_newest: bool = False) -> None:
        """Take a key of the table ``data_keys``.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: the data key cannot be unwrapped.
        """
        if number not in self._numbered:
            self._numbered[number] = DataKey(self._require_wrapping().unwrap(wrapped))
        if is_newest:
            self._newest, self._newest_until = number, time.monotonic() + REFRESH_S

    def seal_under(self, number: int, record: bytes, associated: bytes) -> bytes:
        """Return a record sealed under a key that is at hand, for what it belongs to."""
        sealed = self._numbered[number].seal(record, associated, self._entropy(NONCE_OCTETS))
        return MARK + number.to_bytes(4, "big") + sealed

    def open_under(self, number: int, octets: bytes, associated: bytes) -> bytes:
        """Return a record that was sealed under a key that is at hand.

        Raises:
            VerificationError: it was changed, or belongs to something else.
        """
        return self._numbered[number].open(octets[HEAD_OCTETS:], associated)

    # --- digest keys ---

    def can_digest(self, name: str) -> bool:
        """Tell whether a digest key is at hand."""
        return name in self._digesting

    def learn_digest_key(self, name: str, wrapped: bytes) -> None:
        """Take a key of the table ``digest_keys``.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: the key cannot be unwrapped.
        """
        self._digesting[name] = self._require_wrapping().unwrap(wrapped)

    def digest(self, name: str, octets: bytes) -> bytes:
        """Return the HMAC-SHA-256 of octets under a digest key that is at hand, 32 octets."""
        return hmac.digest(self._digesting[name].reveal(), octets, "sha256")

    def _key(self, wrapped: bytes) -> DataKey:
        key = self._unwrapped.get(wrapped)
        if key is None:
            key = self._unwrapped[wrapped] = DataKey(self._require_wrapping().unwrap(wrapped))
        return key

    def _require_wrapping(self) -> KeyWrapping:
        if self._wrapping is None:
            raise ConfigError("this database was opened without the key of its secrets")
        return self._wrapping


def number_of(octets: bytes) -> int | None:
    """Return the number of the data key that a record is sealed under; None for one in clear."""
    return int.from_bytes(octets[4:HEAD_OCTETS], "big") if octets.startswith(MARK) else None
