"""osmo-hlr is told of a subscription and hands out vectors that its card accepts; a forged AUTS gets it nothing."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from openesim.adapters.network.osmo_hlr import DEFAULT_PORT, OsmoHlr
from openesim.apps.wiring import key_file, open_database
from openesim.kernel.errors import ConflictError, PeerError
from openesim.kernel.ids import Iccid, Imsi
from openesim.network.auc import algorithm_of
from openesim.network.subscription import Subscription
from openesim.security.aka.sqn import SqnArray
from openesim.security.aka.vectors import build_auts, verify_autn
from openesim.services.ports import SubscriptionStores
from tests.interop.programs import OPENESIM, environment
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
    (tmp_path / "osmo-hlr.cfg").write_text(CONFIGURATION)
    command = ["osmo-hlr", "-c", "osmo-hlr.cfg", "-l", "hlr.db"]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=log, stderr=log) as process,
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
    work = open_database(data)
    key_file(data).make(bytes)
    work.run_now(lambda stores: stores.add_batch(BATCH))
    work.run_now(lambda stores: stores.add_subscription(subscription, BATCH.name))
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


def switch(subscription: Subscription, stores: SubscriptionStores, *, is_active: bool) -> None:
    stores.set_active(subscription.iccid, is_active=is_active)
