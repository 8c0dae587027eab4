"""Where the soak happens: a PostgreSQL of our own, a PKI, a folder for the servers, and a database full of orders."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from benchmarks.stage import Stage, set_stage
from openesim.adapters.http_client.webhooks import WebhookHttpClient
from openesim.apps.load.plan import Maker, read_maker_of_folder
from openesim.apps.wiring import SystemClock, open_database
from openesim.kernel.ambient import Ambient
from openesim.security.crypto.curves import Curve
from openesim.services.webhooks import WebhookService
from tests.support.database import Cluster

OPERATOR = "operator"

# More orders like the first one, each with a profile and a matching id of its own.
_MULTIPLY = """
INSERT INTO orders (iccid, package_id, profile_type, operator, state, matching_id, is_default_smdp,
    confirmation_attempts, confirmation_limit, download_attempts, is_reusable, chip_sequence)
SELECT '8988' || lpad(n::text, 15, '0'), package_id, profile_type, operator, state, 'BENCH-' || n, false, 0, 3, 0, false, -1
FROM generate_series(1, %s) AS n, (SELECT * FROM orders LIMIT 1) AS first
"""


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is there before a server starts.

    Attributes:
        stage: PKI and profile.
        cluster: the database server.
        address: of the database.
        data: folder of the servers.
    """

    stage: Stage
    cluster: Cluster
    address: str
    data: Path

    @property
    def pki(self) -> Path:
        """The PKI folder."""
        return self.stage.folder / "pki"

    def maker(self) -> Maker:
        """Returns who makes the chips."""
        return read_maker_of_folder(self.pki, Curve.P256)

    def fill(self, count: int, *, webhook: str | None = None) -> list[str]:
        """Makes released orders of an operator and returns their matching ids.

        Args:
            count: how many.
            webhook: where the operator wants to be told of them.
        """
        self.stage.fill(self.data.name, 1)
        with psycopg.connect(self.address, autocommit=True) as connection:
            # Who is interrupted by us again and again is not to be punished for it: no limit of attempts.
            connection.execute("UPDATE orders SET operator = %s, max_attempts = NULL", (OPERATOR,))
            connection.execute(_MULTIPLY.replace("%s", str(count - 1)).encode())
            connection.execute("VACUUM ANALYZE orders")
        if webhook is not None:
            self._subscribe(webhook)
        return [f"BENCH-{number}" for number in range(count)]

    def _subscribe(self, url: str) -> None:
        work = open_database(self.data)
        try:
            ambient = Ambient(SystemClock(), os.urandom)
            service = WebhookService(
                work, ambient, WebhookHttpClient((), allow_private=True), allow_private=True
            )
            asyncio.run(service.create(OPERATOR, url, ("profile.*",)))
        finally:
            work.close()

    def rows(self, query: str) -> list[Any]:
        """Returns rows as they are committed."""
        with psycopg.connect(self.address) as connection:
            return connection.execute(query.encode()).fetchall()

    def counts(self) -> dict[str, int]:
        """Returns how many rows the tables have that must not grow for ever."""
        tables = ("sessions", "notifications", "outbox")
        return {table: int(self.rows(f"SELECT count(*) FROM {table}")[0][0]) for table in tables}


@contextmanager
def new_world(folder: Path, cluster: Cluster | None = None) -> Iterator[World]:
    """Gives a world in an empty folder, on a database server that is there or on one of its own."""
    with ExitStack() as stack:
        if cluster is None:
            # Its socket lives in its folder, and the path of a socket is short.
            short = stack.enter_context(TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True))
            cluster = Cluster(Path(short))
            stack.callback(cluster.stop)
        data = folder / "data"
        data.mkdir()
        address = cluster.new_database()
        (data / "openesim.toml").write_text(
            f'[storage]\ndatabase = "{address}"\n'
            "[webhooks]\nallow_private = true\n[outbox]\nlease_s = 3\nlongest_pause_s = 2\n"
        )
        yield World(set_stage(folder), cluster, address, data)
