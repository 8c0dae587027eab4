"""The database of a data folder as a whole: brought up to the schema, copied, looked at."""

from __future__ import annotations

from pathlib import Path

from openesim.adapters.db.copying import Database, PostgresDatabase, SqliteDatabase
from openesim.adapters.db.postgres import verify_address
from openesim.adapters.db.schema import HEAD, upgrade, upgrade_postgres
from openesim.apps.config import CONFIG_FILE, data_folder, read_config
from openesim.apps.settings import DATABASE_FILE
from openesim.kernel.errors import ConfigError, Explanation


def database_of(data: Path) -> Database:
    """Return the database of a data folder, or of the configuration file that is named in its place.

    Raises:
        ConfigError: there is none.
    """
    config = read_config(data)
    address, folder = config.storage.database, data_folder(data, config)
    if address is not None:
        verify_address(address)
        return PostgresDatabase(address)
    path = folder / DATABASE_FILE
    if not path.is_file():
        cause = f"there is no database in {folder}: neither {DATABASE_FILE}, nor one that {CONFIG_FILE} names"
        raise ConfigError(cause).explained(Explanation(cause, "you", "name the right folder with --data"))
    return SqliteDatabase(path)


def bring_up(data: Path, patience_s: float = 30.0) -> tuple[str | None, str]:
    """Bring the database of a data folder to this release's schema; a new one is made.

    Args:
        data: the folder, made if missing; or the configuration file.
        patience_s: how long others are waited for who write to SQLite; PostgreSQL waits for its locks.

    Returns:
        The step at which it stood, None for a new one; and the step at which it stands.

    Raises:
        ConfigError: the folder or the database cannot be used.
    """
    config = read_config(data)
    address, folder = config.storage.database, data_folder(data, config)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if address is None:
            before = upgrade(folder / DATABASE_FILE, patience_s)
        else:
            verify_address(address)
            before = upgrade_postgres(address)
    except OSError as error:
        raise ConfigError(f"the data folder {folder} cannot be used: {error.strerror}") from None
    return before, HEAD if before is None else max(before, HEAD)
