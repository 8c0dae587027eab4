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


class Log(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told on standard error, as JSON lines.

    Attributes:
        level: least weight of an event; ``OPENESIM_LOG`` goes before it.
        access: one line a request, besides.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    access: bool = False


class Ops(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where those who run the server look: ``/metrics``, ``/healthz`` and ``/readyz``, in plain HTTP.

    Attributes:
        listen: HOST:PORT of a network that is not everybody's; absent: nowhere.
    """

    listen: str | None = None


PerMinute = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class RateLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much may be asked in a minute, a process; absent: as much as comes.

    Attributes:
        requests_per_address: of one address: IPv4, or a network of 64 bits of IPv6.
        downloads_per_eid: that one chip begins.
        requests_per_operator: of one operator, on ES2+ and the API.
        wrong_codes: matching ids without an order, of one address and of one chip; 0: as many as come.
    """

    requests_per_address: PerMinute | None = None
    downloads_per_eid: PerMinute | None = None
    requests_per_operator: PerMinute | None = None
    wrong_codes: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 60


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file.

    Attributes:
        storage: ``[storage]``.
        outbox: ``[outbox]``.
        callbacks: ``[callbacks]``.
        webhooks: ``[webhooks]``.
        log: ``[log]``.
        ops: ``[ops]``.
        limits: ``[limits]``.
    """

    storage: Storage = Storage()
    outbox: OutboxSection = OutboxSection()
    callbacks: CallbacksSection = CallbacksSection()
    webhooks: WebhooksSection = WebhooksSection()
    log: Log = Log()
    ops: Ops = Ops()
    limits: RateLimits = RateLimits()


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
