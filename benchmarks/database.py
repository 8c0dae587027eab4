"""A PostgreSQL of our own for the benchmarks: databases full of orders, and the processor time that it takes for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from benchmarks.stage import Stage
from tests.support.database import Cluster

# Which orders are there: as many released, to be downloaded, as available, to be ordered.
_FILL = """
INSERT INTO orders (iccid, package_id, profile_type, operator, state, matching_id, is_default_smdp,
    confirmation_attempts, confirmation_limit, download_attempts, is_reusable, chip_sequence)
SELECT '8988' || lpad(n::text, 15, '0'), package_id, profile_type,
    CASE WHEN n % 2 = 0 THEN 'operator' END,
    CASE WHEN n % 2 = 0 THEN 'Available' ELSE 'Released' END,
    CASE WHEN n % 2 = 1 THEN 'BENCH-' || n / 2 END,
    false, 0, 3, 0, false, -1
FROM generate_series(2, %s) AS n, (SELECT package_id, profile_type FROM orders LIMIT 1) AS first
"""


class Database:
    """One database of a cluster, and the folder that names it to a server."""

    def __init__(self, stage: Stage, cluster: Cluster, name: str) -> None:
        """Make an empty database."""
        self._stage = stage
        self.address = cluster.new_database()
        self.data = stage.folder / name
        self.data.mkdir()
        (self.data / "openesim.toml").write_text(f'[storage]\ndatabase = "{self.address}"\n')

    def fill(self, count: int) -> float:
        """Make so many orders, half of them released as ``BENCH-0`` and so on, and return the seconds it took."""
        self._stage.fill(self.data.name, 1)
        begun = time.perf_counter()
        with psycopg.connect(self.address, autocommit=True) as connection:
            # An index that is made at the end is made in a tenth of the time.
            indexes = connection.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'orders' AND indexname <> 'orders_pkey'"
            ).fetchall()
            for name, _ in indexes:
                connection.execute(f'DROP INDEX "{name}"'.encode())
            connection.execute("SET maintenance_work_mem = '1GB'")
            connection.execute(_FILL.replace("%s", str(count - 1)).encode())
            for _, definition in indexes:
                connection.execute(definition.encode())
            connection.execute("VACUUM ANALYZE orders")
        return time.perf_counter() - begun

    def cpu_s(self) -> float:
        """Return the processor time of the database's processes that serve this database, in seconds."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            pids = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
        return sum(_spent_s(pid) for (pid,) in pids)


def _spent_s(pid: int) -> float:
    """Return the processor time of a process; none for one that has just ended, as whoever asked last."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return 0.0


@contextmanager
def open_cluster() -> Iterator[Cluster]:
    """Start a PostgreSQL that is durable as it comes."""
    # Its socket lives in its folder, and the path of a socket is short.
    with TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder))
        try:
            yield cluster
        finally:
            cluster.stop()
