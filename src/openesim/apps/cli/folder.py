"""The data folder, as the commands open it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openesim.apps.wiring import Work
    from openesim.services.package_import import ReadFile


class opened:  # noqa: N801 (reads as a word: `with opened(data) as work`)
    """Opens the database of a data folder for one command."""

    def __init__(self, data: Path, *, must_exist: bool = False, holds: str = "orders") -> None:
        """Name the folder, and what a person looks for in it."""
        self._data = data
        self._must_exist = must_exist
        self._holds = holds

    def __enter__(self) -> Work:
        """Open the database.

        Raises:
            ConfigError: there is none, or it cannot be used.
        """
        from openesim.apps.wiring import open_database
        from openesim.kernel.errors import ConfigError

        if self._must_exist and not is_begun(self._data):
            raise ConfigError(
                f"there are no {self._holds} in {self._data}: openesim order import, openesim stock add and "
                "openesim serve begin a folder"
            )
        self._work = open_database(self._data)
        return self._work

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._work.close()


def is_begun(data: Path) -> bool:
    """Tell whether a data folder holds a database, or a file that names one."""
    from openesim.apps.config import config_path, data_folder
    from openesim.apps.settings import DATABASE_FILE

    return config_path(data).is_file() or (data_folder(data) / DATABASE_FILE).is_file()


def package_reader(folder: Path) -> ReadFile:
    """Return what reads package files: paths are relative to a folder, or to where we are."""

    def read(name: str) -> bytes | None:
        path = find_file(folder, name)
        return path.read_bytes() if path else None

    return read


def find_file(folder: Path, name: str) -> Path | None:
    """Return the file of a name: relative to a folder, or to where we are."""
    return next((path for path in (folder / name, Path(name)) if path.is_file()), None)
