"""Checklists from files: those that OpenESIM ships, and a regulator's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

from openesim.conditions.licensing.checklist import Checklist, ChecklistShelf
from openesim.conditions.licensing.reading import ChecklistError, parse_checklist
from openesim.kernel.errors import ConfigError, Explanation

_MOST_OCTETS: Final = 1024 * 1024


def shipped_checklists() -> list[Checklist]:
    """Return the checklists that come with OpenESIM."""
    folder = resources.files("openesim.conditions.licensing") / "checklists"
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda f: f.name)
    return [parse_checklist(each.read_text(encoding="utf-8")) for each in files]


def read_checklist(path: Path) -> Checklist:
    """Return the checklist of a file.

    Raises:
        ConfigError: it cannot be read, or is no checklist; nothing of it holds then.
    """
    try:
        if path.stat().st_size > _MOST_OCTETS:
            raise ConfigError(f"{path} is too long for a checklist: at most {_MOST_OCTETS // 1024} kB")
        return parse_checklist(path.read_text(encoding="utf-8"))
    except ChecklistError as error:
        cause = f"{path}: {error}"
        raise ConfigError(cause).explained(
            Explanation(
                cause, "whoever wrote the checklist", "mend that line; the checklist is refused as a whole"
            )
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not text in UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def read_checklists(folder: Path | None = None) -> ChecklistShelf:
    """Return the shipped checklists and those of a folder.

    A version of the folder's with the id of a shipped one takes its place from its day on.

    Raises:
        ConfigError: a checklist that is none, or two that cannot be told apart.
    """
    own = [] if folder is None else [read_checklist(path) for path in sorted(folder.glob("*.toml"))]
    return ChecklistShelf([*shipped_checklists(), *own])
