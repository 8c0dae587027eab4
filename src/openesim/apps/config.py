"""The configuration file ``openesim.toml``: one for all processes, in the data folder.

Whatever is told on the command line goes before what stands in the file. A folder without a file is one laboratory on
SQLite.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from openesim.kernel.errors import ConfigError

CONFIG_FILE: Final = "openesim.toml"


class Storage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where orders, subscriptions and everything else are kept.

    Attributes:
        database: connection string of a PostgreSQL database; absent: SQLite in the data folder.
        connections: to PostgreSQL, a process.
    """

    database: str | None = None
    connections: Annotated[int, msgspec.Meta(ge=1, le=64)] = 2


Times = Annotated[int, msgspec.Meta(ge=0, le=1000)] | Literal["unlimited"]


class Orders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules of orders.

    Attributes:
        redownloads: how often a chip may fetch a profile again, with the same code, after it had it; 0: never, the
            operator issues the order again; or ``"unlimited"``.
        redownloads_of: the same for single operators, by name.
    """

    redownloads: Times = 0
    redownloads_of: dict[str, Times] = {}


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file.

    Attributes:
        storage: ``[storage]``.
        orders: ``[orders]``.
    """

    storage: Storage = Storage()
    orders: Orders = Orders()


def read_config(data: Path) -> Config:
    """Return what the file of a data folder says, or the defaults where there is none.

    Raises:
        ConfigError: the file cannot be read, or says something that is not in the schema.
    """
    path = data / CONFIG_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    try:
        return msgspec.convert(tomllib.loads(text), Config)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{path}: {error}") from None
