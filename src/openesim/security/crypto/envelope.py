"""Envelope encryption: records are sealed under a data key, the data key is wrapped under a key-encryption key.

So whoever holds the records alone can read nothing, and a new key-encryption key means to wrap a few data keys again,
not to seal a million records.

Source: NIST SP 800-38D (GCM); RFC 3394 (AES key wrap).
"""

from __future__ import annotations

from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.secret import Secret

KEY_OCTETS: Final = 32
NONCE_OCTETS: Final = 12
TAG_OCTETS: Final = 16


class DataKey:
    """A key of AES-256-GCM that seals records; it has no text form."""

    __slots__ = ("_cipher",)

    def __init__(self, key: Secret[bytes]) -> None:
        """Take the key, 32 octets.

        Raises:
            DecodeError: a key of another length.
        """
        _verify_length(key.reveal())
        self._cipher: Final = AESGCM(key.reveal())

    def seal(self, record: bytes, associated: bytes, nonce: bytes) -> bytes:
        """Return a record sealed: nonce, ciphertext and tag of 16 octets.

        Args:
            record: octets of any length.
            associated: what the record belongs to; to open it one must say the same.
            nonce: 12 octets that never come twice with this key.

        Source: NIST SP 800-38D §7.1.
        """
        return nonce + self._cipher.encrypt(nonce, record, associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Return the record.

        Raises:
            VerificationError: sealed under another key, for something else, or changed since.

        Source: NIST SP 800-38D §7.2.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE_OCTETS], sealed[NONCE_OCTETS:], associated)
        except (InvalidTag, ValueError):
            raise VerificationError("a sealed record cannot be opened with its data key") from None


class KeyEncryptionKey:
    """A key-encryption key in memory: implements ``kernel.ambient.KeyWrapping``."""

    __slots__ = ("_key",)

    def __init__(self, key: Secret[bytes]) -> None:
        """Take the key, 32 octets.

        Raises:
            DecodeError: a key of another length.
        """
        _verify_length(key.reveal())
        self._key: Final = key

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make a fresh key from 32 octets of entropy."""
        return cls(Secret(entropy(KEY_OCTETS)))

    @property
    def octets(self) -> Secret[bytes]:
        """The key itself, 32 octets, to be kept."""
        return self._key

    def begin(self) -> None:
        """Make nothing: the key is there."""

    def wrap(self, data_key: Secret[bytes]) -> bytes:
        """Return a data key of 32 octets wrapped, 40 octets.

        Source: RFC 3394 §2.2.1.
        """
        return aes_key_wrap(self._key.reveal(), data_key.reveal())

    def unwrap(self, wrapped: bytes) -> Secret[bytes]:
        """Return the data key.

        Raises:
            VerificationError: it was wrapped under another key, or changed since.

        Source: RFC 3394 §2.2.2.
        """
        try:
            return Secret(aes_key_unwrap(self._key.reveal(), wrapped))
        except (InvalidUnwrap, ValueError):
            raise VerificationError("a data key was wrapped under another key-encryption key") from None


def _verify_length(key: bytes) -> None:
    if len(key) != KEY_OCTETS:
        raise DecodeError(f"a key of an envelope has {KEY_OCTETS} octets")
