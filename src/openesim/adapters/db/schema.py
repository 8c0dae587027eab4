"""Brings a database to the present schema.

Steps are additive: code of the previous release runs on the new schema, so processes can be replaced one by one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy

from openesim.kernel.errors import ConfigError

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

HEAD = "0004"
_PATIENCE_S = 30.0
_LOCK = 0x0E51
"""Number of the advisory lock that holds others back while steps run: ours by agreement with ourselves."""


def upgrade(path: Path, patience_s: float = _PATIENCE_S) -> str | None:
    """Create a SQLite database, or run the steps it lacks; the file is for its owner alone.

    A database that stands at a later step is left as it is: we run on it.

    Args:
        path: the file.
        patience_s: how long others are waited for who write.

    Returns:
        The step at which it stood; None for a new one.

    Raises:
        ConfigError: the file is no database, or is damaged.
    """
    if not path.exists():
        path.touch(mode=0o600)
    address = sqlalchemy.URL.create("sqlite", database=str(path))
    # Without an isolation level the driver begins nothing by itself: see ``_run_steps``.
    options = {"timeout": patience_s, "isolation_level": None}
    engine = sqlalchemy.create_engine(address, connect_args=options)
    try:
        return _bring_up(engine, "BEGIN IMMEDIATE")
    except sqlalchemy.exc.DatabaseError as error:
        raise ConfigError(f"{path} cannot be used as a database: {error.orig}") from None
    finally:
        engine.dispose()


def upgrade_postgres(address: str) -> str | None:
    """Create our tables in a PostgreSQL database, or run the steps it lacks.

    Args:
        address: a connection string as libpq reads it; the database itself has to be there.

    Returns:
        The step at which it stood; None for a new one.

    Raises:
        ConfigError: the database cannot be reached, or lets us do nothing.
    """
    # A process that runs on SQLite does without the driver, which takes a fifth of a second to import.
    import psycopg  # noqa: PLC0415

    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(address), poolclass=sqlalchemy.NullPool
    )
    try:
        return _bring_up(engine, f"SELECT pg_advisory_xact_lock({_LOCK})")
    except psycopg.Error as error:
        raise ConfigError(f"the database cannot be used: {error}") from None
    except sqlalchemy.exc.DatabaseError as error:
        raise ConfigError(f"the database cannot be used: {error.orig}") from None
    finally:
        engine.dispose()


def _bring_up(engine: Engine, lock: str) -> str | None:
    """Run the steps that are missing, if any is, and return the step before them."""
    present = step_of(engine)
    if present is None or present < HEAD:
        _run_steps(engine, lock)
    return present


def step_of(engine: Engine) -> str | None:
    """Return the step that a database stands at, None for one without our tables."""
    if not sqlalchemy.inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalar()


def _run_steps(engine: Engine, lock: str) -> None:
    """Run the steps that are missing, in one transaction: all or none, and no two processes at a time.

    Which steps are missing is looked up behind the lock: a server and an import that meet on a new database both come
    here, and the second finds nothing left to do.
    """
    # Alembic takes a third of a second to import, and is needed once in a database's life.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        connection.exec_driver_sql(lock)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
