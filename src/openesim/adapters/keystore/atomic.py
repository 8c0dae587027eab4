"""Writing so that a file is either as before or complete, and a key is never readable by others.

The mode is given when a file is created, not afterwards: there is no moment in which a key lies open.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from openesim.adapters.keystore.pem import config_error

PRIVATE: Final = 0o600
PUBLIC: Final = 0o644
FOLDER: Final = 0o700


def mode_of(name: str) -> int:
    """Return the mode with which a file of a PKI folder is created: keys are for their owner alone."""
    return PRIVATE if name.endswith(".key") else PUBLIC


def make_folder(path: Path) -> None:
    """Make a folder (and those above it) that only its owner can enter; one that is there stays as it is.

    Raises:
        ConfigError: it cannot be made.
    """
    try:
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=FOLDER, exist_ok=True)
    except OSError as error:
        raise config_error(
            path, error.strerror or "cannot be made", "choose a folder that can be written"
        ) from None


def write_file(path: Path, octets: bytes, *, force: bool = False) -> None:
    """Write a file as a whole.

    Args:
        path: where; its folder is there.
        octets: content.
        force: replace a file that is there.

    Raises:
        ConfigError: there is such a file with another content.
    """
    if not force and path.exists():
        if path.read_bytes() == octets:
            return
        raise config_error(path, "is there already and holds something else", "move it away, or use force")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    try:
        _create(temporary, octets, mode_of(path.name))
        if force:
            temporary.replace(path)
        else:
            os.link(temporary, path)  # unlike a rename, it fails where somebody was quicker
    except FileExistsError:
        raise config_error(path, "has just been written by someone else", "try again") from None
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def write_folder(path: Path, files: Mapping[str, bytes], *, force: bool = False) -> None:
    """Write a folder with its files as a whole: it appears complete or not at all.

    Args:
        path: where.
        files: content by name.
        force: put a folder that is there aside, to ``NAME.old``, instead of refusing.

    Raises:
        ConfigError: there is something at that place.
    """
    if path.exists() and not force:
        raise config_error(
            path, "is there already", "use another folder, or --force, which keeps it as NAME.old"
        )
    make_folder(path.parent)
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise config_error(path, error.strerror or "cannot be written", "see to rights and space") from None
    try:
        for name, octets in files.items():
            _create(temporary / name, octets, mode_of(name))
        _sync_folder(temporary)
        _put_aside(path)
        temporary.rename(path)
    except OSError as error:
        raise config_error(path, error.strerror or "cannot be written", "see to rights and space") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _sync_folder(path.parent)


def _put_aside(path: Path) -> None:
    """Move a folder that is there to ``NAME.old``, in place of an older one."""
    if path.exists():
        old = path.with_name(path.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        path.rename(old)


def _create(path: Path, octets: bytes, mode: int) -> None:
    """Create a file with its mode and bring it to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
