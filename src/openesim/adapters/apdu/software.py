"""The software chip behind the port that readers and modems have: in memory, or in a file.

Both can be used as ``ApduTransport`` (APDUs in and out) and, without the cost of APDUs, as ``Es10Channel`` (whole ES10
commands in and out).
"""

from __future__ import annotations

import secrets
from pathlib import Path
from types import TracebackType
from typing import Self

from openesim.adapters.apdu.card_file import CardFile, FileOperations, explained, read_card_file
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import CardError, ConflictError, DecodeError, OpenEsimError
from openesim.provisioning.euicc import apdu
from openesim.provisioning.euicc.ambient import Ambient, build_ambient
from openesim.provisioning.euicc.dispatch import execute
from openesim.provisioning.euicc.state import Euicc, Nvm
from openesim.provisioning.euicc.storage import decode_nvm, encode_nvm
from openesim.provisioning.uicc.status_words import StatusWord


class MemoryCard:
    """A software chip that nobody keeps: for tests and load generators."""

    def __init__(
        self, nvm: Nvm, ambient: Ambient | None = None, entropy: Entropy = secrets.token_bytes
    ) -> None:
        """Switch a chip on.

        Args:
            nvm: its memory.
            ambient: what surrounds it, where the caller shares parts of it among many chips.
            entropy: source of challenges and one-time keys, where ``ambient`` is left out.

        Raises:
            DecodeError: a certificate or key in the memory cannot be read.
            VerificationError: a CI certificate in it is none.
        """
        self._ambient = ambient or build_ambient(nvm.identity, entropy)
        self._euicc = Euicc(nvm)
        self.reset()

    @property
    def euicc(self) -> Euicc:
        """The chip as it is now."""
        return self._euicc

    @property
    def nvm(self) -> Nvm:
        """The chip's memory as it is now."""
        return self._euicc.nvm

    def transmit(self, command: bytes) -> bytes:
        """Return response data and status word of a command APDU.

        Raises:
            CardError: what the chip changed could not be kept; the APDU has no answer.
        """
        after, response = apdu.process(self._euicc, command, self._ambient)
        self._commit(after)
        return response

    def execute(self, command: bytes) -> bytes:
        """Return the response data of one ES10 command or segment, without APDUs around it.

        Raises:
            CardError: a status word other than success, or what the chip changed could not be kept.
        """
        after, response = execute(self._euicc, command, self._ambient)
        self._commit(after)
        return response

    def send(self, command: bytes) -> bytes:
        """Return the response data of one ES10 command: ``execute`` under the name of the port.

        Raises:
            CardError: a status word other than success, or what the chip changed could not be kept.
        """
        return self.execute(command)

    def reset(self) -> None:
        """Switch the chip off and on: session and channels are gone, an installation that was going on is reported.

        Raises:
            CardError: the report could not be kept.
        """
        self._commit(apdu.power_on(self._euicc.nvm, self._ambient))

    def close(self) -> None:
        """Let go of the chip."""

    def _commit(self, after: Euicc) -> None:
        """Take the next state; nothing of it was told to anybody yet."""
        self._euicc = after


class SoftwareCard(MemoryCard):
    """A software chip in a file: what it changes is in the file before the answer leaves."""

    def __init__(
        self,
        path: Path | str,
        entropy: Entropy = secrets.token_bytes,
        operations: FileOperations | None = None,
    ) -> None:
        """Open a chip that ``create`` has made, and switch it on.

        Args:
            path: its file.
            entropy: source of challenges and one-time keys.
            operations: the system calls that change something.

        Raises:
            NotFoundError: no such file.
            ConflictError: another process uses the chip.
            ConfigError: the file cannot be read.
            DecodeError: the file is damaged, or of a later version.
            CardError: an interrupted installation could not be written down.
        """
        self._failure: str | None = None
        self._file = CardFile(Path(path), operations)
        try:
            nvm = decode_card(self._file.read(), self._file.path)
            super().__init__(nvm, entropy=entropy)
        except BaseException:
            self._file.close()
            raise

    @staticmethod
    def create(path: Path | str, nvm: Nvm, *, force: bool = False) -> None:
        """Write the file of a new chip.

        Args:
            path: where.
            nvm: its memory.
            force: put it in the place of a chip that is there.

        Raises:
            ConflictError: there is something at that place, or another process uses it.
            ConfigError: the folder cannot be written.
        """
        file = CardFile(Path(path))
        try:
            if file.exists() and not force:
                raise explained(
                    ConflictError(f"{path} is there already"),
                    "a chip holds profiles and keys that exist nowhere else",
                    "you",
                    "choose another name, or --force to throw the old chip away",
                )
            file.write(encode_nvm(nvm))
        except OSError as error:
            raise ConflictError(f"{path}: {error.strerror}") from None
        finally:
            file.close()

    def transmit(self, command: bytes) -> bytes:
        """Return response data and status word of a command APDU.

        Raises:
            CardError: what the chip changed could not be written, now or before; the APDU has no answer.
        """
        self._require_power()
        return super().transmit(command)

    def execute(self, command: bytes) -> bytes:
        """Return the response data of one ES10 command or segment, without APDUs around it.

        Raises:
            CardError: a status word other than success, or what the chip changed could not be written.
        """
        self._require_power()
        return super().execute(command)

    def reset(self) -> None:
        """Switch the chip off and on; a chip that could not write begins anew from its file.

        Raises:
            CardError: the file cannot be read or written.
        """
        if self._failure is not None:
            try:
                nvm = decode_card(self._file.read(), self._file.path)
            except OpenEsimError as error:
                raise CardError(str(error)) from None
            self._euicc, self._failure = Euicc(nvm), None
        super().reset()

    def close(self) -> None:
        """Let go of the chip, so that others can use it."""
        self._file.close()
        self._failure = "the chip was closed"

    def __enter__(self) -> Self:
        """Return the chip, open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the chip."""
        self.close()

    def _commit(self, after: Euicc) -> None:
        """Write the memory where it has changed, then take the next state.

        Raises:
            CardError: it could not be written. The chip is then off, as after a power cut: file and memory may
                disagree until it is switched on again.
        """
        if after.nvm is not self._euicc.nvm:
            try:
                self._file.write(encode_nvm(after.nvm))
            except OSError as error:
                self._failure = f"{self._file.path} could not be written: {error.strerror or error}"
                raise self._off() from None
        super()._commit(after)

    def _require_power(self) -> None:
        """Refuse to work on after a write that failed.

        Raises:
            CardError: the chip is off.
        """
        if self._failure is not None:
            raise self._off()

    def _off(self) -> CardError:
        """Return the error of a chip that is off."""
        error = CardError(self._failure or "the chip is off", StatusWord.MEMORY_PROBLEM)
        explained(
            error,
            "the chip's file could not be written, so the chip stopped before it said anything that would not hold",
            "whoever keeps the chip's file",
            "see to space and rights, then start again: the chip is as it was before or after that command",
        )
        return error


def decode_card(octets: bytes, path: Path) -> Nvm:
    """Return the memory in a chip's file.

    Raises:
        DecodeError: not a chip, damaged, or of a later version; explained.
    """
    try:
        return decode_nvm(octets)
    except DecodeError as error:
        explained(
            error,
            f"{path}: {error.reason}",
            "whoever keeps the chip's file",
            "use the file of a chip made by openesim euicc new, or a newer openesim",
        )
        raise


def read_card(path: Path | str) -> Nvm:
    """Return the memory of a chip as it stands in its file, without switching the chip on or locking it.

    Raises:
        NotFoundError: no such file.
        ConfigError: it cannot be read.
        DecodeError: it is damaged, or of a later version.
    """
    return decode_card(read_card_file(Path(path)), Path(path))
