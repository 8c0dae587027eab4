"""SoftHSM2: tokens of our own in a folder, for this process and for those it starts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openesim.adapters.keystore.pkcs11 import Token, TokenPlace

PIN, SO_PIN = "492716", "20212223"
NEEDED = pytest.mark.system("softhsm2", "softhsm2-util")

_PLACES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")


def find_module() -> str:
    """Returns the path of the PKCS #11 module."""
    several = [*_PLACES, *map(str, Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"))]
    return next(path for path in several if Path(path).is_file())


def make_token(label: str) -> TokenPlace:
    """Makes an empty token in the folder that SOFTHSM2_CONF names."""
    command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN]
    subprocess.run(command, check=True, capture_output=True)
    return TokenPlace(find_module(), label, lambda: PIN)


def configuration(label: str) -> str:
    """Returns the section of openesim.toml for a token; its PIN stands in the file ``pin``."""
    return f'[keys]\nprovider = "pkcs11"\nmodule = "{find_module()}"\ntoken = "{label}"\npin_file = "pin"\n'


def write_configuration(data: Path, label: str) -> None:
    """Writes openesim.toml and the file with the PIN into a data folder."""
    data.mkdir(exist_ok=True)
    (data / "openesim.toml").write_text(configuration(label))
    (data / "pin").write_text(f"{PIN}\n")


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of all tokens; SoftHSM reads its place once a process, so it is one for all tests."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    text = f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    (folder / "softhsm2.conf").write_text(text)
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    yield folder
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.fixture
def new_token(softhsm: Path) -> Iterator[Callable[..., Token]]:
    """Makes tokens, and closes their sessions when the test is over."""
    del softhsm
    opened: list[Token] = []

    def make(label: str, place: TokenPlace | None = None) -> Token:
        opened.append(Token(place or make_token(label)))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
