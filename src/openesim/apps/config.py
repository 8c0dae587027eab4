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


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where keys are kept that need not be files.

    Attributes:
        provider: where the key-encryption key and the keys of DPauth, DPpb and DSauth live. What the other place has
            is still accepted, so that a database can move.
        module: path of the PKCS #11 module.
        token: label of the token.
        pin_file: file with the PIN of the token's user, from the data folder on; else OPENESIM_TOKEN_PIN.
        wrapping_key: label of the key-encryption keys in the token.
        labels: label of a key in the token by the name of its certificate, such as ``"nist/dpauth"``; left out, the
            key is found by CKA_ID, the certificate's subject key identifier.
    """

    provider: Literal["files", "pkcs11"] = "files"
    module: str | None = None
    token: str | None = None
    pin_file: str | None = None
    wrapping_key: str = "openesim-kek"
    labels: dict[str, str] = {}


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file.

    Attributes:
        storage: ``[storage]``.
        keys: ``[keys]``.
    """

    storage: Storage = Storage()
    keys: Keys = Keys()


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
