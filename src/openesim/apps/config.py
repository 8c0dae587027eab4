"""The configuration file ``openesim.toml``: one for all processes, in the data folder.

Whatever is told on the command line goes before what stands in the file. A folder without a file is one laboratory on
SQLite.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final

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


class OutboxSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long messages to operators and webhooks are tried.

    Attributes:
        give_up_after_hours: age at which a message that cannot be delivered is given up.
        keep_stuck_days: how long one that was given up is kept for people.
        longest_pause_s: pause between two attempts that no other exceeds.
        lease_s: how long messages of a process that died stay with it.
    """

    give_up_after_hours: Annotated[float, msgspec.Meta(gt=0)] = 72.0
    keep_stuck_days: Annotated[int, msgspec.Meta(ge=1)] = 30
    longest_pause_s: Annotated[float, msgspec.Meta(ge=1)] = 3600.0
    lease_s: Annotated[float, msgspec.Meta(ge=1)] = 60.0


class CallbacksSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How operators are called back over ES2+; paths are relative to the data folder.

    Attributes:
        certificate: client certificate, PEM; absent: CERT.DPtls of the PKI folder.
        key: its private key, PEM.
        trust: files or folders with certificates that operators' servers are believed by, beside the PKI folder's CIs.
        uses_system_roots: believe the machine's roots, too.
    """

    certificate: str | None = None
    key: str | None = None
    trust: tuple[str, ...] = ()
    uses_system_roots: bool = True


class WebhooksSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How webhooks are told; paths are relative to the data folder.

    Attributes:
        allow_private: let webhooks be in private networks and without TLS (a laboratory).
        trust: files or folders with certificates to believe beside the machine's roots.
    """

    allow_private: bool = False
    trust: tuple[str, ...] = ()


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file.

    Attributes:
        storage: ``[storage]``.
        outbox: ``[outbox]``.
        callbacks: ``[callbacks]``.
        webhooks: ``[webhooks]``.
    """

    storage: Storage = Storage()
    outbox: OutboxSection = OutboxSection()
    callbacks: CallbacksSection = CallbacksSection()
    webhooks: WebhooksSection = WebhooksSection()


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
