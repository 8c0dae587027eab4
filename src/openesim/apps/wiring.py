"""Wiring: which adapter stands behind which port. The only place that knows all of them."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.schema import upgrade, upgrade_postgres
from openesim.adapters.db.scratch import Scratch
from openesim.adapters.http_server.dispatcher import TransportError
from openesim.adapters.http_server.exchange import Request
from openesim.adapters.keystore.files import PkiFolder
from openesim.adapters.keystore.reading import is_in_time
from openesim.apps.config import Times, data_folder, read_config
from openesim.apps.keys import key_ring
from openesim.apps.settings import DATABASE_FILE, ServeSettings
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConfigError
from openesim.provisioning.smdp.context import Policy, Smdp
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.chain import EumCache
from openesim.security.pki.oids import Role
from openesim.services.conditions.gate.gate import Gate
from openesim.services.guards import Guards
from openesim.services.operator_directory import OperatorDirectory
from openesim.services.ports import UnitOfWork
from openesim.services.smdp import SmdpService

if TYPE_CHECKING:
    from openesim.adapters.db.postgres import PostgresWork


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)


Work: TypeAlias = "SqliteWork | PostgresWork"


def open_database(data: Path) -> Work:
    """Open the database of a data folder, or of the configuration file that is named in its place.

    Folder and schema are created where they are missing.

    It is SQLite in the folder, or the PostgreSQL database that ``openesim.toml`` names.

    Raises:
        ConfigError: the folder cannot be made or written, or the database cannot be used.
    """
    config = read_config(data)
    storage, folder, wrapping = config.storage, data_folder(data, config), key_ring(data)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if storage.database is None:
            upgrade(folder / DATABASE_FILE)
    except OSError as error:
        raise ConfigError(f"the data folder {folder} cannot be used: {error.strerror}") from None
    if storage.database is None:
        return SqliteWork(folder / DATABASE_FILE, wrapping)
    # A process that runs on SQLite does without the driver, which takes a fifth of a second to import.
    from openesim.adapters.db.postgres import PostgresWork, verify_address  # noqa: PLC0415

    verify_address(storage.database)
    upgrade_postgres(storage.database)
    return PostgresWork(storage.database, wrapping, connections=storage.connections)


def new_scratch() -> Scratch:
    """Return a table for one run, on disk where it grows large."""
    return Scratch()


def build_smdp(folder: PkiFolder, settings: ServeSettings) -> Smdp:
    """Return the SM-DP+ for a PKI folder.

    Raises:
        ConfigError: the folder holds no complete identity of an SM-DP+.
    """
    identities = {identity.ci_key_id: identity for identity in folder.server_identities}
    if not identities:
        raise ConfigError(
            f"{settings.pki} holds no SM-DP+ identity: dpauth.pem and dppb.pem with their keys (files, or in the token) are needed; "
            f"make a test world with: openesim pki init {settings.pki}"
        )
    orders = settings.config.orders
    policy = Policy(
        replace_session_keys=settings.replace_session_keys,
        redownloads=_times(orders.redownloads),
        redownloads_of={name: _times(value) for name, value in orders.redownloads_of.items()},
    )
    return Smdp(settings.fqdn, identities, folder.trust, policy, EumCache())


def _times(value: Times) -> int | None:
    """Return how often something may happen, as the pure rules have it; None: without limit."""
    return None if value == "unlimited" else value


def build_service(
    smdp: Smdp, work: UnitOfWork, guards: Guards | None = None, gate: Gate | None = None
) -> SmdpService:
    """Return the SM-DP+ service on the machine's clock and randomness."""
    return SmdpService(smdp, work, Ambient(SystemClock(), os.urandom), guards, gate)


def server_tls(folder: PkiFolder, fqdn: str, role: Role = Role.DP_TLS) -> ssl.SSLContext:
    """Return the TLS context of the ES9+ or ES11 listener: version 1.2 at least, no client certificate.

    Source: SGP.22 v2.5 §2.6.6.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    folder.tls_material(fqdn, os.urandom, datetime.now(UTC), role).load_into(context)
    return context


def mutual_tls(folder: PkiFolder, fqdn: str, operators: OperatorDirectory) -> ssl.SSLContext:
    """Return the TLS context of the ES2+ listener: only operators that are known come in, those of tomorrow included.

    Source: SGP.22 v2.5 §2.6.6, §5.2.
    """
    context = server_tls(folder, fqdn)
    context.verify_mode = ssl.CERT_REQUIRED
    # The operator's own certificate is the anchor: who issued it does not matter, only that it stands there.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    operators.tell_certificates(lambda certificate: context.load_verify_locations(cadata=certificate))
    return context


def identify_operator(operators: OperatorDirectory) -> Callable[[Request], str]:
    """Return what names the operator behind a connection."""

    def identify(request: Request) -> str:
        """Return his name, as his certificate tells it."""
        certificate = request.client_certificate
        name = None if certificate is None else operators.name_of(certificate)
        if certificate is None or name is None:
            raise TransportError(403, "this client certificate belongs to no operator known here")
        # A proxy looks only whether the caller holds the key.
        if not is_in_time(Certificate.decode(certificate), datetime.now(UTC)):
            raise TransportError(403, "this client certificate is not in its time")
        return name

    return identify
