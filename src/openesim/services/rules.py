"""Rule packs from files: those that OpenESIM ships, and an operator's or regulator's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from openesim.conditions.rules.in_force import PackShelf
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.reading import RulePackError, parse_pack
from openesim.kernel.errors import ConfigError, Explanation

_MOST_OCTETS = 1024 * 1024


def shipped_packs() -> list[Pack]:
    """Return the packs that come with OpenESIM."""
    folder = resources.files("openesim.conditions.rules") / "packs"
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda f: f.name)
    return [parse_pack(each.read_text(encoding="utf-8")) for each in files]


def read_pack(path: Path) -> Pack:
    """Return the pack of a file.

    Raises:
        ConfigError: it cannot be read, or is no rule pack; nothing of it holds then.
    """
    try:
        if path.stat().st_size > _MOST_OCTETS:
            raise ConfigError(f"{path} is too long for a rule pack: at most {_MOST_OCTETS // 1024} kB")
        return parse_pack(path.read_text(encoding="utf-8"))
    except RulePackError as error:
        cause = f"{path}: {error}"
        raise ConfigError(cause).explained(
            Explanation(cause, "whoever wrote the pack", "mend that line; the pack is refused as a whole")
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not text in UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def read_shelf(folder: Path | None = None) -> PackShelf:
    """Return the shipped packs and those of a folder.

    Raises:
        ConfigError: a pack that is none, or two that overlap.
    """
    own = [] if folder is None else [read_pack(path) for path in sorted(folder.glob("*.toml"))]
    return PackShelf([*shipped_packs(), *own])
