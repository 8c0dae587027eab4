"""osmo-hlr is told of a subscription and hands out vectors that its card accepts; a forged AUTS gets it nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from openesim.adapters.network.osmo_hlr import DEFAULT_PORT, OsmoHlr
from openesim.apps.keys import key_file
from openesim.apps.wiring import Work, open_database
from openesim.kernel.errors import ConflictError, PeerError
from openesim.kernel.ids import Iccid, Imsi
from openesim.network.auc import algorithm_of
from openesim.network.exports.format import Services
from openesim.network.exports.osmo_hlr import write_osmo_hlr
from openesim.network.subscription import Subscription
from openesim.security.aka.sqn import SqnArray
from openesim.security.aka.vectors import build_auts, verify_autn
from openesim.services.ports import SubscriptionStores
from tests.interop.programs import OPENESIM, environment, openesim
from tests.support.gsup import GsupClient, Refused, Vector
from tests.support.subscriptions import BATCH, make_subscription

pytestmark = [pytest.mark.system("osmo-hlr", "osmo-hlr"), pytest.mark.sockets]

HOST = f"127.{os.getpid() >> 16 & 127}.{os.getpid() >> 8 & 255}.{os.getpid() & 255 | 1}"
"""Its ports are fixed: a loopback address of this process's own keeps it apart from others."""

CONFIGURATION = f"""\
log stderr
 logging level main error
line vty
 bind {HOST}
ctrl
 bind {HOST}
hlr
 gsup
  bind ip {HOST}
"""
IMSI_UNKNOWN = 2
WAIT_S = 30.0


@pytest.fixture
def hlr(tmp_path: Path) -> Iterator[OsmoHlr]:
    """Runs osmo-hlr with an empty database, and connects to it."""
    with running(tmp_path) as connection:
        yield connection


@contextmanager
def running(folder: Path) -> Iterator[OsmoHlr]:
    """Runs osmo-hlr with the database of a folder, and connects to it."""
    (folder / "osmo-hlr.cfg").write_text(CONFIGURATION)
    command = ["osmo-hlr", "-c", "osmo-hlr.cfg", "-l", "hlr.db"]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, cwd=folder, env=environment(), stdout=log, stderr=log) as process,
    ):
        try:
            with connect(process) as connection:
                yield connection
        finally:
            process.terminate()


def connect(process: subprocess.Popen[bytes]) -> OsmoHlr:
    """Connects as soon as osmo-hlr listens."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        assert process.poll() is None, "osmo-hlr has ended"
        with suppress(PeerError):
            return OsmoHlr(HOST)
        time.sleep(0.05)
    raise TimeoutError("osmo-hlr does not listen")


class Card:
    """A card with the keys of a subscription, as far as authentication goes."""

    def __init__(self, subscription: Subscription) -> None:
        self._algorithm = algorithm_of(subscription)
        self.array = SqnArray()

    def answer(self, vector: Vector) -> bytes | None:
        """Returns RES, or None for a sequence number that is not fresh."""
        verified = verify_autn(self._algorithm, vector.rand, vector.autn)
        array = self.array.accept(verified.sqn)
        self.array = array or self.array
        return None if array is None else verified.answer.res

    def auts(self, vector: Vector) -> bytes:
        return build_auts(self._algorithm, vector.rand, self.array.sqn_ms)


def test_its_vectors_are_accepted_by_the_card_and_answered_as_expected(hlr: OsmoHlr) -> None:
    subscription = make_subscription()
    hlr.provision(subscription)
    card = Card(subscription)
    with GsupClient(HOST) as network:
        vectors = network.vectors(subscription.imsi) + network.vectors(subscription.imsi)
    assert len(vectors) == 10
    assert [card.answer(vector) for vector in vectors] == [vector.xres for vector in vectors]


def test_it_follows_the_card_s_counter_and_refuses_a_forged_auts(hlr: OsmoHlr) -> None:
    subscription = make_subscription()
    hlr.provision(subscription)
    card = Card(subscription)
    card.array = SqnArray((5000,) * 32)
    with GsupClient(HOST) as network:
        stale = network.vectors(subscription.imsi)[0]
        assert card.answer(stale) is None
        auts = card.auts(stale)
        forged = auts[:-1] + bytes([auts[-1] ^ 1])
        with pytest.raises(Refused):
            network.vectors(subscription.imsi, (stale.rand, forged))
        assert card.answer(network.vectors(subscription.imsi)[0]) is None, "the forgery moved nothing"
        fresh = network.vectors(subscription.imsi, (stale.rand, auts))[0]
        assert card.answer(fresh) == fresh.xres


def test_a_subscriber_told_again_keeps_its_counter(hlr: OsmoHlr) -> None:
    subscription = make_subscription()
    card = Card(subscription)
    with GsupClient(HOST) as network:
        for _ in range(3):
            hlr.provision(subscription)
            vector = network.vectors(subscription.imsi)[0]
            assert card.answer(vector) == vector.xres


def test_who_is_switched_off_or_deleted_gets_no_vector(hlr: OsmoHlr) -> None:
    with GsupClient(HOST) as network:

        def cause() -> object:
            with pytest.raises(Refused) as raised:
                network.vectors(make_subscription().imsi)
            return raised.value.args[0]

        assert cause() == IMSI_UNKNOWN
        hlr.provision(make_subscription())
        hlr.provision(make_subscription(is_active=False))
        assert cause() == IMSI_UNKNOWN
        hlr.provision(make_subscription())
        assert network.vectors(make_subscription().imsi)
        hlr.remove(make_subscription().imsi)
        hlr.remove(make_subscription().imsi)
        assert cause() == IMSI_UNKNOWN


def test_a_number_that_another_one_has_is_refused(hlr: OsmoHlr) -> None:
    hlr.provision(make_subscription())
    other = make_subscription(iccid=Iccid("8988001010000000026"), imsi=Imsi("001010000000002"))
    with pytest.raises(ConflictError):
        hlr.provision(other)


@pytest.mark.slow
@pytest.mark.usefixtures("hlr")
def test_the_authentication_centre_s_process_tells_it_who_was_switched(tmp_path: Path) -> None:
    subscription, data = make_subscription(is_active=False), tmp_path / "data"
    work = fill(data, subscription)
    command = [*OPENESIM, "auc", "serve", "--data", str(data), "--osmo-hlr", f"{HOST}:{DEFAULT_PORT}"]
    with GsupClient(HOST) as network, subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for is_active in (True, False):
            work.run_now(partial(switch, subscription, is_active=is_active))
            told = json.loads(process.stderr.readline())
            assert (told["event"], told["is_active"]) == ("HLR told", is_active)
            if is_active:
                assert network.vectors(subscription.imsi)
            else:
                with pytest.raises(Refused):
                    network.vectors(subscription.imsi)
        process.terminate()
        assert process.wait(WAIT_S) == 0
    work.close()


def test_our_export_is_its_database(tmp_path: Path) -> None:
    subscription, data, out = make_subscription(sqn=4711 << 5), tmp_path / "data", tmp_path / "export.sql"
    fill(data, subscription).close()
    openesim("subscription", "export", "--data", data, "--format", "osmo-hlr", "--out", out)
    subprocess.run(["osmo-hlr-db-tool", "-l", "hlr.db", "create"], cwd=tmp_path, check=True, timeout=WAIT_S)
    with sqlite3.connect(tmp_path / "hlr.db") as database:
        database.executescript(out.read_text())
    database.close()
    card = Card(subscription)
    with running(tmp_path) as connection, GsupClient(HOST) as network:
        assert connection.is_known(subscription.imsi)
        vectors = network.vectors(subscription.imsi)
        assert [card.answer(vector) for vector in vectors] == [vector.xres for vector in vectors]
        assert max(card.array.entries) > 4711, "it goes on behind the number we had handed out"
        auts = card.auts(vectors[0])
        forged = auts[:-1] + bytes([auts[-1] ^ 1])
        with pytest.raises(Refused):
            network.vectors(subscription.imsi, (vectors[0].rand, forged))


def test_who_is_switched_off_when_we_export_gets_no_vector(tmp_path: Path) -> None:
    subscription, database = make_subscription(), tmp_path / "hlr.db"
    subprocess.run(["osmo-hlr-db-tool", "-l", "hlr.db", "create"], cwd=tmp_path, check=True, timeout=WAIT_S)
    load_export(database, subscription)
    with running(tmp_path), GsupClient(HOST) as network:
        assert network.vectors(subscription.imsi)
    load_export(database, replace(subscription, is_active=False))
    with running(tmp_path) as connection, GsupClient(HOST) as network:
        assert connection.is_known(subscription.imsi)
        with pytest.raises(Refused):
            network.vectors(subscription.imsi)


def load_export(database: Path, subscription: Subscription) -> None:
    """Loads our export of a subscription into a database of osmo-hlr."""
    with sqlite3.connect(database) as connection:
        connection.executescript(write_osmo_hlr(subscription, Services()))
    connection.close()


def fill(data: Path, subscription: Subscription) -> Work:
    """Returns the database of a folder with a subscription in it."""
    work = open_database(data)
    key_file(data).make(bytes)
    work.run_now(lambda stores: stores.add_batch(BATCH))
    work.run_now(lambda stores: stores.add_subscription(subscription, BATCH.name))
    return work


def switch(subscription: Subscription, stores: SubscriptionStores, *, is_active: bool) -> None:
    stores.set_active(subscription.iccid, is_active=is_active)
