"""A disk that crashes at a chosen system call, as kindly or as badly as a real one may.

Kindly: everything that was done before the crash stays, synced or not (a killed process). Badly: what was not brought to
the disk is gone (a power cut): the content of a file that was not synced is cut in half, a rename is undone as long
as its folder was not synced.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from openesim.adapters.apdu.card_file import FileOperations


class Crash(BaseException):
    """The process is gone: nothing after this line runs."""


@dataclass
class CrashingDisk(FileOperations):
    """Counts the steps and crashes at one of them.

    Attributes:
        crash_at: number of the step, from 1; 0 never.
        crash_on: name of the step, in place of its number.
        done: whether that step was still carried out.
        forgetful: whether what was not synced is gone.
        with_sigkill: end this process for real.
    """

    crash_at: int = 0
    crash_on: str = ""
    done: bool = False
    forgetful: bool = False
    with_sigkill: bool = False
    steps: int = 0
    names: list[str] = field(default_factory=list)
    _unsynced: dict[int, Path] = field(default_factory=dict)
    _renamed: tuple[Path, Path, bytes | None] | None = None

    def create(self, path: Path) -> int:
        self._step("create")
        descriptor = super().create(path)
        self._unsynced[descriptor] = path
        self._after()
        return descriptor

    def write(self, descriptor: int, octets: bytes) -> int:
        self._step("write")
        # In pieces, as a kernel may do it.
        written = super().write(descriptor, octets[: max(4096, len(octets) // 2)])
        self._after()
        return written

    def sync(self, descriptor: int) -> None:
        self._step("sync")
        super().sync(descriptor)
        if self._unsynced.pop(descriptor, None) is None:
            self._renamed = None
        self._after()

    def rename(self, source: Path, target: Path) -> None:
        self._step("rename")
        self._renamed = (source, target, target.read_bytes() if target.exists() else None)
        super().rename(source, target)
        self._after()

    def remove(self, path: Path) -> None:
        self._step("remove")
        super().remove(path)
        self._after()

    def _step(self, name: str) -> None:
        self.steps += 1
        self.names.append(name)
        if self._is_here() and not self.done:
            self.crash()

    def _after(self) -> None:
        if self._is_here() and self.done:
            self.crash()

    def _is_here(self) -> bool:
        return self.steps == self.crash_at or self.names[-1] == self.crash_on

    def crash(self) -> None:
        """End, now."""
        if self.with_sigkill:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.forgetful:
            self.forget()
        raise Crash

    def forget(self) -> None:
        """Lose what was not synced."""
        for path in self._unsynced.values():
            content = path.read_bytes() if path.exists() else b""
            path.write_bytes(content[: len(content) // 2])
        if self._renamed is not None:
            source, target, old = self._renamed
            source.write_bytes(target.read_bytes())
            if old is not None:
                target.write_bytes(old)
