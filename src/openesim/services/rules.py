"""Rule packs from files: those that OpenESIM ships, and an operator's or regulator's own."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from openesim.conditions.rules.in_force import PackShelf
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.reading import RulePackError, parse_pack
from openesim.conditions.rules.texts import explained
from openesim.kernel.errors import ConfigError

MOST_OCTETS = 1024 * 1024
"""No pack is longer."""


@cache
def shipped_packs() -> tuple[Pack, ...]:
    """Return the packs that come with OpenESIM."""
    folder = resources.files("openesim.conditions.rules") / "packs"
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(parse_pack(each.read_text(encoding="utf-8")) for each in files)


def read_pack(path: Path) -> Pack:
    """Return the pack of a file.

    Raises:
        ConfigError: it cannot be read, or is no rule pack; nothing of it holds then.
    """
    return pack_of_text(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Return the text of a file that should be a rule pack.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        if path.stat().st_size > MOST_OCTETS:
            raise _too_long(path)
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not text in UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def pack_of_text(text: str, name: str = "the text") -> Pack:
    """Return the pack of a text, or refuse it as a whole in words for people.

    Args:
        text: TOML.
        name: what the text is called, such as its file.

    Raises:
        ConfigError: it is no rule pack; nothing of it holds then.
    """
    if len(text.encode(errors="replace")) > MOST_OCTETS:
        raise _too_long(name)
    try:
        return parse_pack(text)
    except RulePackError as error:
        told = explained("no-pack", name=name, reason=error.told(), zh=error.told("zh"))
        raise ConfigError(told.cause).explained(told) from None


def _too_long(name: object) -> ConfigError:
    told = explained("too-long", name=name, most=MOST_OCTETS // 1024)
    return ConfigError(told.cause).explained(told)


def read_folder(folder: Path | None) -> tuple[Pack, ...]:
    """Return the packs of a folder of one's own; None has none.

    Raises:
        ConfigError: there is no such folder, or a file in it is no rule pack.
    """
    if folder is None:
        return ()
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder with rule packs")
    return tuple(read_pack(path) for path in sorted(folder.glob("*.toml")))


def read_shelf(folder: Path | None = None) -> PackShelf:
    """Return the shipped packs and those of a folder.

    Raises:
        ConfigError: a pack that is none, or two that overlap.
    """
    return PackShelf([*shipped_packs(), *read_folder(folder)])
