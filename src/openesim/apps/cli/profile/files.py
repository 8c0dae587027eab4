"""Files of ``openesim profile``: packages read, packages and descriptions written."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from openesim.apps.cli.folder import opened
from openesim.kernel.errors import ConfigError, DecodeError, Explanation, NotFoundError
from openesim.messages.saip.description import Description
from openesim.messages.saip.description_file import parse_description
from openesim.messages.saip.package import Package, decode_package


def read_package(path: Path, data: Path | None = None) -> Package:
    """Return the package of a file in DER or in hexadecimal; ``-`` is standard input.

    Args:
        path: the file, or the name of a profile type in ``data``.
        data: the data folder of an SM-DP+.

    Raises:
        ConfigError: the file cannot be read.
        NotFoundError: the SM-DP+ has no profile type of the name.
        DecodeError: it holds no profile package; with element, field and offset.
    """
    octets = _read(path) if data is None else _read_stored(str(path), data)
    if octets.strip()[:1].isalnum():  # DER of a package begins with the octet A0
        with suppress(ValueError):
            octets = bytes.fromhex(octets.decode("ascii"))
    try:
        return decode_package(octets)
    except DecodeError as error:
        raise error.explained(
            Explanation(
                f"{path} is no profile package, or a damaged one",
                "whoever made the file",
                "compare its length with the original; the element and the octet are named above",
            )
        ) from None


def _read_stored(name: str, data: Path) -> bytes:
    """Return the package that an SM-DP+ keeps for a profile type."""
    with opened(data, must_exist=True, holds="profile types") as work:
        found = work.run_now(lambda stores: stores.package_named(name))
    if found is None:
        raise NotFoundError(f"no profile type in {data} is called {name}")
    stored, _ = found
    return stored.octets


def _read(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None


def read_description(path: Path) -> Description:
    """Return the description in a file.

    Raises:
        ConfigError: the file cannot be read.
        DecodeError: it is no description; with key and line, and what to write instead.
    """
    try:
        return parse_description(_read(path).decode())
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not text in UTF-8") from None
    except DecodeError as error:
        raise error.explained(
            Explanation(
                f"{path} does not describe a profile that a card and a network would take",
                "you",
                "mend the line that is named above; openesim profile new writes a description that works",
            )
        ) from None


def write_secret(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file that only its owner may read, folders included.

    Raises:
        ConfigError: it is there already and must not be replaced, or cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if replace:
            path.unlink(missing_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(content)
    except FileExistsError:
        raise ConfigError(f"{path} is there already: name another file, or say --force") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
