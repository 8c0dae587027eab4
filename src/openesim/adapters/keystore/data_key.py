"""Key-encryption keys in a file: what every secret in the database hangs on.

The file stands beside the database and not in it, so that a copy of the database alone tells nothing; who keeps copies
of one needs copies of the other, at another place. It is made once, with mode 0600::

    64 hexadecimal digits             the key that wraps; a file of earlier releases has this line alone
    64 hexadecimal digits             an earlier key, still accepted
    64 hexadecimal digits next        accepted, and the one that will wrap after the next rotation

A process reads the file when it needs it first, and again when it changed: before it wraps, and when nothing it knows
opens a data key. So processes go on while keys are rotated.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from openesim.adapters.keystore.atomic import make_folder, write_file
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import ConfigError, DecodeError, Explanation, VerificationError
from openesim.kernel.secret import Secret
from openesim.security.crypto.envelope import KeyEncryptionKey

_NEXT: Final = "next"
_WITHOUT: Final = "put it there from a copy: without it no secret of the database can be read"
_FIRST: Final = "put the file there from a copy"


@dataclass(frozen=True, slots=True)
class _Line:
    """A key of the file, and whether it waits for its turn."""

    key: KeyEncryptionKey
    is_next: bool = False

    @property
    def name(self) -> str:
        """What the key is called: a digest, of which nobody comes back to the key."""
        digest = sha256(b"openesim key-encryption key" + self.key.octets.reveal()).hexdigest()
        return f"file-{digest[:8]}"

    @property
    def text(self) -> str:
        """The line as it stands in the file."""
        return self.key.octets.reveal().hex() + (f" {_NEXT}" if self.is_next else "")


class KeyFile:
    """Implements ``kernel.ambient.KeyWrapping``, and a source of a ``KeyRing``, on a file."""

    def __init__(self, path: Path) -> None:
        """Name the file, such as ``DATA/keys/subscriptions.key``."""
        self._path: Final = path
        self._lines: list[_Line] = []
        self._stamp: tuple[int, int, int] | None = None

    def begin(self) -> None:
        """Make the key, if there is none yet.

        Raises:
            ConfigError: the file cannot be written.
        """
        self.make(os.urandom)

    def make(self, entropy: Entropy) -> None:
        """Make the key from 32 octets of entropy, if there is none yet.

        Raises:
            ConfigError: the file cannot be written.
        """
        if self._path.exists():
            return
        try:
            make_folder(self._path.parent)
            self._write([_Line(KeyEncryptionKey.generate(entropy))], force=False)
        except OSError as error:
            raise self._refusal(f"cannot be written: {error.strerror}", "see to rights and space") from None

    def wrap(self, data_key: Secret[bytes]) -> bytes:
        """Return a data key wrapped, 40 octets.

        Raises:
            ConfigError: the file is missing, or holds no key.
        """
        return self._read(is_fresh=True)[0].key.wrap(data_key)

    def unwrap(self, wrapped: bytes) -> Secret[bytes]:
        """Return the data key.

        Raises:
            ConfigError: the file is missing, or holds no key.
            VerificationError: the data key was wrapped under another one.
        """
        for is_fresh in (False, True):
            for line in self._read(is_fresh=is_fresh):
                try:
                    return line.key.unwrap(wrapped)
                except VerificationError:
                    continue
        cause = f"{self._path} is not the key that this database was filled with"
        raise VerificationError(cause).explained(
            Explanation(cause, "whoever keeps the data folder", "put the right file there from a copy")
        )

    # --- as a source of a key ring ---

    def names(self) -> list[str]:
        """Return the names of all keys, the one that wraps first; none without a file.

        Raises:
            ConfigError: the file holds no key.
        """
        return [line.name for line in self._read(is_fresh=True)] if self._path.exists() else []

    def name_of(self, wrapped: bytes) -> str | None:
        """Return the name of the key under which a data key stands.

        Raises:
            ConfigError: the file holds no key.
        """
        for line in self._read(is_fresh=True) if self._path.exists() else []:
            try:
                line.key.unwrap(wrapped)
            except VerificationError:
                continue
            return line.name
        return None

    def prepare(self, entropy: Entropy = os.urandom) -> str:
        """Add the key that will wrap after the next rotation, and return its name; one that waits is enough.

        So the file can be brought to every machine before anything is wrapped under it.

        Raises:
            ConfigError: the file is missing, or cannot be written.
        """
        with self._changing() as lines:
            waiting = next((line for line in lines if line.is_next), None)
            if waiting is None:
                waiting = _Line(KeyEncryptionKey.generate(entropy), is_next=True)
                self._write([*lines, waiting])
            return waiting.name

    def renew(self, entropy: Entropy = os.urandom) -> str:
        """Make a key that wraps from now on, or let the one that waits; those before are still accepted.

        Raises:
            ConfigError: the file is missing, or cannot be written.
        """
        with self._changing() as lines:
            waiting = next((line for line in lines if line.is_next), None)
            fresh = replace(waiting or _Line(KeyEncryptionKey.generate(entropy)), is_next=False)
            self._write([fresh, *(line for line in lines if line is not waiting)])
            return fresh.name

    def forget(self, name: str) -> None:
        """Take a key out of the file, and the file away with its last one.

        Raises:
            ConfigError: the file is missing, or cannot be written.
        """
        with self._changing() as lines:
            left = [line for line in lines if line.name != name]
            if left:
                self._write(left)
            else:
                self._path.unlink()

    @contextmanager
    def _changing(self) -> Iterator[list[_Line]]:
        """Read the file to write it again; no two do so at a time.

        Raises:
            ConfigError: the file is missing, or cannot be written.
        """
        if not self._path.exists():
            raise self._refusal("is missing", _WITHOUT)
        try:
            descriptor = os.open(self._path.parent, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield self._read(is_fresh=True)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._refusal(f"cannot be written: {error.strerror}", "see to rights and space") from None

    def _write(self, lines: list[_Line], *, force: bool = True) -> None:
        text = "".join(f"{line.text}\n" for line in lines)
        write_file(self._path, text.encode("ascii"), force=force)

    def _read(self, *, is_fresh: bool) -> list[_Line]:
        """Return the keys as last read, or as they stand now."""
        if self._lines and not is_fresh:
            return self._lines
        try:
            found = self._path.stat()
            stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
            if stamp != self._stamp:
                self._lines = _parse(self._path.read_text(encoding="ascii"))
                self._stamp = stamp
        except OSError as error:
            raise self._refusal(f"cannot be read: {error.strerror}", _WITHOUT) from None
        except (ValueError, DecodeError):
            raise self._refusal("holds no key: 64 hexadecimal digits are needed", _FIRST) from None
        return self._lines

    def _refusal(self, wrong: str, next_step: str) -> ConfigError:
        cause = f"{self._path}: {wrong}"
        return ConfigError(cause).explained(Explanation(cause, "whoever keeps the data folder", next_step))


def _parse(text: str) -> list[_Line]:
    """Return the keys of a file.

    Raises:
        ValueError: no hexadecimal digits, or a word that is not known.
        DecodeError: a key of another length, or none.
    """
    lines = []
    for line in text.splitlines():
        digits, *words = line.split() or [""]
        if words not in ([], [_NEXT]):
            raise ValueError(words)
        lines.append(_Line(KeyEncryptionKey(Secret(bytes.fromhex(digits))), bool(words)))
    if not lines or lines[0].is_next:
        raise DecodeError("there is no key that wraps")
    return lines
