"""The file of a software chip: one file, never half written, never used by two.

A new state is written beside the file, brought to the disk and then renamed over it; the folder is brought to the disk
last. Killed between any two of these steps, the file holds the state before or the state after. What a kill leaves
behind is the unfinished neighbour, which the next opening removes.

A lock file beside it (``.NAME.lock``) holds the process id of whoever uses the chip. The lock is the kernel's, so it
ends with the process, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from openesim.kernel.errors import ConfigError, ConflictError, Explanation, NotFoundError, OpenEsimError

PRIVATE = 0o600
_MOST_OCTETS = 1 << 28


class FileOperations:
    """The system calls that change something; tests put one in that fails at a chosen step."""

    def create(self, path: Path) -> int:
        """Create a file that only its owner may read, and return its descriptor."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)

    def write(self, descriptor: int, octets: bytes) -> int:
        """Write octets, or some of them, and return how many."""
        return os.write(descriptor, octets)

    def sync(self, descriptor: int) -> None:
        """Bring what was written to the disk."""
        os.fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another one, in one step."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)


def explained(error: OpenEsimError, cause: str, owner: str, next_step: str) -> OpenEsimError:
    """Return an error with what a person needs to know."""
    return error.explained(Explanation(cause, owner, next_step))


class CardFile:
    """The file, locked as long as it is open."""

    def __init__(self, path: Path, operations: FileOperations | None = None) -> None:
        """Lock the file; it need not be there yet.

        Args:
            path: the file, or a link to it.
            operations: the system calls.

        Raises:
            ConflictError: another process uses the chip.
            ConfigError: the folder is not there or cannot be written.
        """
        self.path = path.resolve()
        self._operations = operations or FileOperations()
        self._lock_path = self.path.with_name(f".{self.path.name}.lock")
        self._new_path = self.path.with_name(f".{self.path.name}.new")
        self._lock = self._acquire()
        with suppress(OSError):
            self._operations.remove(self._new_path)

    def exists(self) -> bool:
        """Tell whether the file is there."""
        return self.path.exists()

    def read(self) -> bytes:
        """Return the octets of the file.

        Raises:
            NotFoundError: there is no such file.
            ConfigError: it cannot be read.
        """
        return read_card_file(self.path)

    def write(self, octets: bytes) -> None:
        """Put new octets in the place of the old ones, or leave the old ones.

        Raises:
            OSError: a step failed; the file holds the old octets or the new ones.
        """
        self._operations.remove(self._new_path)
        descriptor = self._operations.create(self._new_path)
        try:
            view = octets
            while view:
                view = view[self._operations.write(descriptor, view) :]
            self._operations.sync(descriptor)
        finally:
            os.close(descriptor)
        self._operations.rename(self._new_path, self.path)
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._operations.sync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Unlock the file."""
        if self._lock < 0:
            return
        # Removed while it is held: whoever waits for it finds out that it is no longer the file of that name.
        with suppress(OSError):
            self._lock_path.unlink()
        os.close(self._lock)
        self._lock = -1

    def _acquire(self) -> int:
        """Return the descriptor of the lock file, locked.

        Raises:
            ConflictError: somebody else holds it.
            ConfigError: it cannot be made.
        """
        while True:
            try:
                descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
            except OSError as error:
                raise explained(
                    ConfigError(f"{self.path}: {error.strerror}"),
                    f"no lock file can be made in {self.path.parent}",
                    "whoever keeps the chip's file",
                    "choose a folder that is there and can be written",
                ) from None
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
                os.close(descriptor)
                raise self._taken(holder) from None
            if self._is_current(descriptor):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, str(os.getpid()).encode(), 0)
                return descriptor
            os.close(descriptor)

    def _is_current(self, descriptor: int) -> bool:
        """Tell whether a locked file is still the one that has the name."""
        try:
            return os.path.samestat(os.fstat(descriptor), self._lock_path.stat())
        except FileNotFoundError:
            return False

    def _taken(self, holder: str) -> OpenEsimError:
        """Return the refusal of a chip that another process uses."""
        who = f"process {holder}" if holder else "another process"
        return explained(
            ConflictError(f"{self.path} is in use by {who}"),
            f"{who} has the chip open, and a chip has one reader at a time",
            "whoever runs that process",
            "wait until it has finished, or end it; nothing in the file is damaged",
        )


def read_card_file(path: Path) -> bytes:
    """Return the octets of a chip's file, whoever uses it: it is replaced as a whole.

    Raises:
        NotFoundError: there is no such file.
        ConfigError: it cannot be read, or is far too large.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(_MOST_OCTETS + 1)
    except FileNotFoundError:
        raise explained(
            NotFoundError(f"{path}: no such software chip"),
            "there is no file of that name",
            "you",
            f"make one: openesim euicc new {path} --pki DIR",
        ) from None
    except OSError as error:
        raise explained(
            ConfigError(f"{path}: {error.strerror}"),
            "the file cannot be read",
            "whoever keeps the chip's file",
            "see to its rights",
        ) from None
    if len(octets) > _MOST_OCTETS:
        raise ConfigError(f"{path} is too large for a software chip")
    return octets
