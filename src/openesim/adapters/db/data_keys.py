"""The data keys of batches: made, wrapped, and unwrapped once a process."""

from __future__ import annotations

import os
from typing import Final

from openesim.kernel.ambient import Entropy, KeyWrapping
from openesim.kernel.errors import ConfigError
from openesim.kernel.secret import Secret
from openesim.security.crypto.envelope import KEY_OCTETS, NONCE_OCTETS, DataKey


class DataKeys:
    """Data keys by their wrapped form, as it stands in the database."""

    def __init__(self, wrapping: KeyWrapping | None, entropy: Entropy = os.urandom) -> None:
        """Bind the keys to what wraps them; without it, none can be made or opened."""
        self._wrapping: Final = wrapping
        self._entropy: Final = entropy
        self._unwrapped: Final[dict[bytes, DataKey]] = {}

    def new(self) -> bytes:
        """Return a fresh data key, wrapped.

        Raises:
            ConfigError: there is no key-encryption key.
        """
        return self._require_wrapping().wrap(Secret(self._entropy(KEY_OCTETS)))

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

    def _key(self, wrapped: bytes) -> DataKey:
        key = self._unwrapped.get(wrapped)
        if key is None:
            key = self._unwrapped[wrapped] = DataKey(self._require_wrapping().unwrap(wrapped))
        return key

    def _require_wrapping(self) -> KeyWrapping:
        if self._wrapping is None:
            raise ConfigError("this database was opened without the key of its subscriptions")
        return self._wrapping
