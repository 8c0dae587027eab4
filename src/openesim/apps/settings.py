"""Settings of processes; the environment is read here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from openesim.apps.addresses import Address, Listen, SocketFile, parse_listen
from openesim.apps.config import Config, config_path, read_config
from openesim.apps.config_text import parse_value
from openesim.kernel.errors import ConfigError

__all__ = [
    "DATABASE_FILE",
    "KEY_FILE",
    "Address",
    "AucSettings",
    "Listen",
    "ServeSettings",
    "SocketFile",
    "log_level",
    "parse_listen",
    "section_with_flags",
    "serve_settings",
    "with_flags",
    "workers_of",
]

DATABASE_FILE = "openesim.db"
KEY_FILE = "keys/subscriptions.key"

_Section = TypeVar("_Section", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """What ``openesim serve`` is told, on the command line and by the configuration file.

    Attributes:
        data: data folder, or the configuration file.
        pki: PKI folder.
        fqdn: name under which LPAs call us.
        es9: where LPAs are heard.
        plain_http: LPAs are heard without TLS (behind a proxy, or in tests).
        es2: where operators are heard; None: nowhere.
        api: where the REST API is heard; None: nowhere.
        desks: where people are heard; None: nowhere.
        replace_session_keys: protect profiles with keys of their own.
        config: the whole file, with what was told on the command line in the place of what stands in it.
        ops: where those who run the server look; None: nowhere.
    """

    data: Path
    pki: Path
    fqdn: str
    es9: Listen
    plain_http: bool = False
    es2: Listen | None = None
    api: Listen | None = None
    desks: Listen | None = None
    replace_session_keys: bool = False
    config: Config = field(default_factory=Config)
    ops: Listen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AucSettings:
    """What ``openesim auc serve`` is told.

    Attributes:
        data: folder of the database.
        socket: where hostapd asks; None: nowhere.
        osmo_hlr: control interface of an osmo-hlr that is told which subscriptions are on; None: no one is told.
    """

    data: Path
    socket: Path | None = None
    osmo_hlr: Address | None = None


def log_level(configured: str = "info") -> str:
    """Return the least weight of an event in the log: what ``OPENESIM_LOG`` says, else what is configured."""
    return os.environ.get("OPENESIM_LOG", "").lower() or configured


def with_flags(config: Config, flags: Mapping[str, Any]) -> Config:
    """Return the configuration with what was told on the command line in its place.

    Args:
        config: what the file says.
        flags: of ``[serve]``, by the name of the field; None: not told.

    Raises:
        ConfigError: a flag is not of the form that its field has.
    """
    return msgspec.structs.replace(config, serve=section_with_flags(config.serve, flags))


def section_with_flags(section: _Section, flags: Mapping[str, Any]) -> _Section:
    """Return a section of the configuration with what was told on the command line in its place.

    Args:
        section: what the file says.
        flags: by the name of the field; None: not told.

    Raises:
        ConfigError: a flag is not of the form that its field has.
    """
    told = {}
    for each in msgspec.structs.fields(section):
        if flags.get(each.name) is None:
            continue
        try:
            told[each.name] = parse_value(flags[each.name], each.type, Path())
        except ValueError as error:
            raise ConfigError(f"--{each.name.replace('_', '-')} {flags[each.name]}: {error}") from None
    return msgspec.structs.replace(section, **told)


def serve_settings(data: Path, flags: Mapping[str, Any]) -> ServeSettings:
    """Return the settings of ``openesim serve``: flags go before the file.

    Raises:
        ConfigError: the file is not as it has to be, or something is told nowhere.
    """
    config = with_flags(read_config(data), flags)
    serve = config.serve
    if serve.fqdn is None or serve.pki is None or serve.es9 is None:
        missing = [name for name in ("fqdn", "pki", "es9") if getattr(serve, name) is None]
        raise ConfigError(
            f"openesim serve does not know {' and '.join(missing)}: say {' '.join(f'--{each} …' for each in missing)}, "
            f"or write {', '.join(missing)} under [serve] in {config_path(data)}"
        )
    return ServeSettings(
        data=data,
        pki=serve.pki,
        fqdn=serve.fqdn,
        es9=serve.es9.place,
        plain_http=serve.plain_http,
        es2=None if serve.es2 is None else serve.es2.place,
        api=None if serve.api is None else serve.api.place,
        desks=None if serve.desks is None else serve.desks.place,
        replace_session_keys=serve.ppk,
        config=config,
        ops=None if config.ops.listen is None else config.ops.listen.place,
    )


def workers_of(settings: ServeSettings) -> int:
    """Return how many worker processes there are to be.

    Raises:
        ConfigError: several, on SQLite.
    """
    count = settings.config.serve.workers or 1
    if count > 1 and settings.config.storage.database is None:
        raise ConfigError(
            f"{count} workers need PostgreSQL: a SQLite database has one writer. Name a database under [storage] in "
            f"{config_path(settings.data)}, or run one worker"
        )
    return count


def token_pin() -> str | None:
    """Return the PIN of the token's user that ``OPENESIM_TOKEN_PIN`` holds; None where it is not set."""
    return os.environ.get("OPENESIM_TOKEN_PIN")
