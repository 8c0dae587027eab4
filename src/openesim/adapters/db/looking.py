"""Looks at a database without changing it: is it there, and at which step of the schema does it stand?"""

from __future__ import annotations

from pathlib import Path

import psycopg
import sqlalchemy

from openesim.adapters.db.postgres import verify_address
from openesim.adapters.db.schema import step_of
from openesim.kernel.errors import ConfigError

_PATIENCE_S = 5


def look_at_sqlite(path: Path) -> str | None:
    """Return the step that a SQLite database stands at, None for one without our tables.

    Raises:
        ConfigError: the file is no database, or cannot be read.
    """
    address = sqlalchemy.URL.create("sqlite", database=f"file:{path}", query={"mode": "ro", "uri": "true"})
    engine = sqlalchemy.create_engine(address, connect_args={"timeout": _PATIENCE_S})
    try:
        return step_of(engine)
    except sqlalchemy.exc.DatabaseError as error:
        raise ConfigError(f"{path} cannot be used as a database: {error.orig}") from None
    finally:
        engine.dispose()


def look_at_postgres(address: str) -> str | None:
    """Return the step that a PostgreSQL database stands at, None for one without our tables.

    Raises:
        ConfigError: it is no connection string, or the database cannot be reached.
    """
    verify_address(address)
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(address, connect_timeout=_PATIENCE_S),
        poolclass=sqlalchemy.NullPool,
    )
    try:
        return step_of(engine)
    except psycopg.Error as error:
        raise ConfigError(f"the database cannot be reached: {str(error).strip()}") from None
    except sqlalchemy.exc.DatabaseError as error:
        raise ConfigError(f"the database cannot be used: {str(error.orig).strip()}") from None
    finally:
        engine.dispose()
