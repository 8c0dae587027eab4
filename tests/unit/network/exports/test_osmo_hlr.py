"""SQL for osmo-hlr, run on its own database: on its schema as published, and on what its tool makes."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openesim.kernel.errors import ConfigError
from openesim.kernel.ids import Imsi
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.aka_algorithm import AlgorithmSettings
from openesim.network.exports.format import Services
from openesim.network.exports.osmo_hlr import OSMO_HLR, write_osmo_hlr
from openesim.network.subscription import Subscription
from tests.support.subscriptions import make_subscription

# sql/hlr.sql, database schema 7: the columns that an export may meet.
SCHEMA = """
CREATE TABLE subscriber (id INTEGER PRIMARY KEY, imsi VARCHAR(15) UNIQUE NOT NULL, msisdn VARCHAR(15) UNIQUE,
  vlr_number VARCHAR(15), nam_cs BOOLEAN NOT NULL DEFAULT 1, nam_ps BOOLEAN NOT NULL DEFAULT 1);
CREATE TABLE auc_3g (subscriber_id INTEGER PRIMARY KEY, algo_id_3g INTEGER NOT NULL, k VARCHAR(64) NOT NULL,
  op VARCHAR(64), opc VARCHAR(64), sqn INTEGER NOT NULL DEFAULT 0, ind_bitlen INTEGER NOT NULL DEFAULT 5);
"""
JOINED = (
    "SELECT imsi, msisdn, nam_cs, nam_ps, algo_id_3g, k, op, opc, sqn, ind_bitlen"
    " FROM subscriber JOIN auc_3g ON subscriber_id = id"
)
SUBSCRIBERS = "SELECT imsi, nam_cs, nam_ps FROM subscriber"
K, OPC = "000102030405060708090a0b0c0d0e0f", "101112131415161718191a1b1c1d1e1f"
ROW = ("001010000000001", "99970000001", 1, 1, 5, K, None, OPC, 163, 5)


def script(subscriptions: Iterable[Subscription]) -> str:
    lines = (write_osmo_hlr(each, Services()) for each in subscriptions)
    return "".join((OSMO_HLR.head, *lines, OSMO_HLR.tail))


def load(database: sqlite3.Connection, *subscriptions: Subscription) -> list[Any]:
    database.executescript(script(subscriptions))
    return database.execute(JOINED).fetchall()


@pytest.fixture
def database() -> Any:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


def test_a_subscription_becomes_its_rows(database: sqlite3.Connection, subscription: Subscription) -> None:
    assert load(database, subscription) == [ROW]


def test_loading_it_again_changes_what_changed(
    database: sqlite3.Connection, subscription: Subscription
) -> None:
    load(database, subscription)
    database.execute("UPDATE subscriber SET vlr_number = '4711'")
    changed = replace(subscription, msisdn=None, opc=Secret(b"\xaa" * 16))
    assert load(database, changed) == [(ROW[0], None, 1, 1, 5, K, None, "aa" * 16, 163, 5)]
    assert database.execute("SELECT vlr_number FROM subscriber").fetchall() == [("4711",)]


def test_who_is_switched_off_has_no_keys_there(
    database: sqlite3.Connection, subscription: Subscription
) -> None:
    off = replace(subscription, is_active=False)
    other = replace(subscription, imsi=Imsi("001010000000002"), msisdn=None)
    assert load(database, off) == []
    assert database.execute(SUBSCRIBERS).fetchall() == [(ROW[0], 0, 0)]
    assert [imsi for imsi, *_ in load(database, other, subscription)] == [ROW[0], other.imsi]
    assert [imsi for imsi, *_ in load(database, off)] == [other.imsi]
    assert K not in write_osmo_hlr(off, Services())


def test_a_sequence_number_never_goes_back(database: sqlite3.Connection, subscription: Subscription) -> None:
    load(database, subscription)
    database.execute("UPDATE auc_3g SET sqn = 1000")
    ((*_, sqn, _),) = load(database, subscription)
    assert sqn == 1000
    ((*_, sqn, _),) = load(database, replace(subscription, sqn=2000))
    assert sqn == 2000


@pytest.mark.parametrize(
    ("algorithm", "number", "opc"),
    [(Algorithm.TUAK, 7, b"t" * 32), (Algorithm.USIM_TEST_ALGORITHM, 4, b"")],
)
def test_every_algorithm_has_its_number(
    database: sqlite3.Connection, subscription: Subscription, algorithm: Algorithm, number: int, opc: bytes
) -> None:
    ((*_, algo, _, _, kept, _, _),) = load(
        database, replace(subscription, algorithm=algorithm, opc=Secret(opc))
    )
    assert (algo, kept) == (number, opc.hex() or None)


@pytest.mark.system("osmo-hlr", "osmo-hlr-db-tool")
def test_the_database_of_its_own_tool_takes_it(tmp_path: Path, subscription: Subscription) -> None:
    path = tmp_path / "hlr.db"
    subprocess.run(
        ["osmo-hlr-db-tool", "-l", str(path), "create"], check=True, capture_output=True, timeout=30
    )
    connection = sqlite3.connect(path)
    try:
        assert load(connection, subscription) == [ROW]
        assert load(connection, subscription) == [ROW]
    finally:
        connection.close()


def test_constants_of_ones_own_are_not_exported_as_if_they_were_usual() -> None:
    own = AlgorithmSettings(rotation_constants=bytes(5))
    with pytest.raises(ConfigError, match="constants of Milenage"):
        write_osmo_hlr(make_subscription(settings=own), Services())
