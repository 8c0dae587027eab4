"""The key-encryption key in a file: what the keys of all subscriptions hang on.

It stands beside the database and not in it, so that a copy of the database alone tells nothing; who keeps copies of
one needs copies of the other, at another place. The file is made once, with mode 0600, and never written again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from openesim.adapters.keystore.atomic import make_folder, write_file
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import ConfigError, DecodeError, Explanation, VerificationError
from openesim.kernel.secret import Secret
from openesim.security.crypto.envelope import KeyEncryptionKey


class KeyFile:
    """Implements ``kernel.ambient.KeyWrapping`` on a file, which is read when it is needed first."""

    def __init__(self, path: Path) -> None:
        """Name the file, such as ``DATA/keys/subscriptions.key``."""
        self._path: Final = path
        self._key: KeyEncryptionKey | None = None

    def make(self, entropy: Entropy) -> None:
        """Make the key, if there is none yet.

        Raises:
            ConfigError: the file cannot be written.
        """
        if self._path.exists():
            return
        try:
            make_folder(self._path.parent)
            write_file(self._path, KeyEncryptionKey.generate(entropy).octets.reveal().hex().encode() + b"\n")
        except OSError as error:
            raise self._refusal(f"cannot be written: {error.strerror}", "see to rights and space") from None

    def wrap(self, data_key: Secret[bytes]) -> bytes:
        """Return a data key wrapped, 40 octets.

        Raises:
            ConfigError: the file is missing, or holds no key.
        """
        return self._read().wrap(data_key)

    def unwrap(self, wrapped: bytes) -> Secret[bytes]:
        """Return the data key.

        Raises:
            ConfigError: the file is missing, or holds no key.
            VerificationError: the data key was wrapped under another one.
        """
        try:
            return self._read().unwrap(wrapped)
        except VerificationError as error:
            cause = f"{self._path} is not the key that this database was filled with"
            raise error.explained(
                Explanation(cause, "whoever keeps the data folder", "put the right file there from a copy")
            ) from None

    def _read(self) -> KeyEncryptionKey:
        if self._key is None:
            try:
                self._key = KeyEncryptionKey(Secret(bytes.fromhex(self._path.read_text(encoding="ascii"))))
            except OSError as error:
                raise self._refusal(
                    f"cannot be read: {error.strerror}",
                    "put it there from a copy: without it no subscription's keys can be read",
                ) from None
            except (ValueError, DecodeError):
                raise self._refusal(
                    "holds no key: 64 hexadecimal digits are needed", "put the file there from a copy"
                ) from None
        return self._key

    def _refusal(self, wrong: str, next_step: str) -> ConfigError:
        cause = f"{self._path}: {wrong}"
        return ConfigError(cause).explained(Explanation(cause, "whoever keeps the data folder", next_step))
