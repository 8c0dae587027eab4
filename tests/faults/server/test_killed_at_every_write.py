"""The server dies at every single write of a download: before a statement, before a commit, after a commit.

What a dead process leaves is what stands in the files at that moment: they are copied there, the caller gets no
answer, and a new process opens the copy. Then the user does what users do: he tries again.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.provisioning.smdp.orders import ChipState, OrderState
from tests.support.chip import ENABLE
from tests.support.database import new_database
from tests.support.lpa import Lpa
from tests.support.rig import ICCID, Rig, SteppedClock, eid_of, make_chip

CODE = "1234"
MOST_WRITES = 200


@dataclass
class Tap:
    """Counts what goes to the database and copies the files at one of the moments."""

    work: SqliteWork
    database: Path
    moment: int
    count: int = 0
    copy: Path | None = None

    def __post_init__(self) -> None:
        cursor, connection = self.work._cursor, self.work._connection
        stores = self.work._stores
        object.__setattr__(stores, "_cursor", _Cursor(cursor, self.tick))
        object.__setattr__(self.work, "_connection", _Connection(connection, self.tick))

    def tick(self) -> None:
        """Another moment at which a process can die."""
        self.count += 1
        if self.count == self.moment:
            self.copy = self.database.with_name("after.db")
            shutil.copyfile(self.database, self.copy)
            wal = Path(f"{self.database}-wal")
            if wal.exists():
                shutil.copyfile(wal, f"{self.copy}-wal")


class _Cursor:
    """A cursor that tells before every statement."""

    def __init__(self, cursor: Any, tick: Callable[[], None]) -> None:
        self._cursor, self._tick = cursor, tick

    def execute(self, sql: str, parameters: Any) -> Any:
        if not sql.lstrip().upper().startswith("SELECT"):
            self._tick()
        return self._cursor.execute(sql, parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class _Connection:
    """A connection that tells before and after every commit."""

    def __init__(self, connection: Any, tick: Callable[[], None]) -> None:
        self._connection, self._tick = connection, tick

    def commit(self) -> None:
        self._tick()
        self._connection.commit()
        self._tick()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Died(Exception):
    """The server died before it answered."""


@dataclass
class User:
    """A phone and its owner; everything he was told is remembered."""

    rig: Rig
    tap: Tap | None
    lpa: Lpa
    outbox: list[bytes] = field(default_factory=list)
    has_package: bool = False
    wrong_codes: int = 0
    acknowledged: int = 0

    def step(self, call: Callable[[], Any]) -> Any:
        """Returns what the server answered."""
        answer = call()
        if self.tap is not None and self.tap.copy is not None:
            raise Died
        return answer

    def download(self) -> None:
        """Mistypes the code once, then gets it right, installs and enables."""
        self.step(self.lpa.initiate)
        self.step(lambda: self.lpa.authenticate("TEST-1"))
        assert self.step(lambda: self.lpa.get_package("0000")).pair == ("8.2.7", "3.8")
        self.wrong_codes += 1
        assert self.step(lambda: self.lpa.get_package(CODE)).pair is None
        self.has_package = True
        self.outbox.append(self.lpa.install())
        self.deliver()
        self.outbox.append(self.lpa.chip.change(ICCID, ENABLE))
        self.deliver()

    def deliver(self) -> None:
        """Sends what is not acknowledged yet; the server reads it a moment later."""
        while self.outbox:
            assert self.step(lambda: self.lpa.deliver(self.outbox[0])).http_status == 204
            self.outbox.pop(0)
            self.acknowledged += 1
        self.step(self.rig.process)

    def try_again(self) -> None:
        """After the server came back: the rest of the way, from wherever the phone is."""
        if ICCID not in self.lpa.chip.profiles:
            assert self.lpa.announce("TEST-1").pair is None
            assert self.lpa.get_package(CODE).pair is None
            self.outbox.append(self.lpa.install())
        self.deliver()
        if not self.lpa.chip.profiles[ICCID].enabled:
            self.outbox.append(self.lpa.chip.change(ICCID, ENABLE))
            self.deliver()


@contextmanager
def process(database: Path, runner: asyncio.Runner, clock: SteppedClock, seed: str) -> Iterator[Rig]:
    """Gives a server process on a database."""
    work = SqliteWork(database)
    try:
        yield Rig(work, runner, clock=clock, seed=seed)
    finally:
        work.close()


@pytest.mark.parametrize("batch", range(4))
def test_whenever_the_server_dies_the_user_can_finish(
    template: Path, tmp_path: Path, runner: asyncio.Runner, batch: int
) -> None:
    survived = False
    for moment in range(1 + batch, MOST_WRITES, 4):
        folder = tmp_path / str(moment)
        folder.mkdir()
        database = new_database(template, folder)
        clock = SteppedClock()
        with process(database, runner, clock, "first") as rig:
            rig.add_order(code=CODE, max_attempts=3)
            tap = Tap(rig.work, database, moment)  # type: ignore[arg-type]
            user = User(rig, tap, rig.lpa(make_chip()))
            try:
                user.download()
            except Died:
                pass
            else:
                survived = True
                assert tap.count < moment
        if survived:
            break
        assert tap.copy is not None
        with process(tap.copy, runner, clock, "second") as rig:
            _verify_after_death(rig, user)
            _finish(rig, user)
    assert survived, "there are moments behind those that were tried"


def _verify_after_death(rig: Rig, user: User) -> None:
    """Nothing that was answered is lost."""
    order = rig.order()
    assert order.confirmation_attempts >= user.wrong_codes
    if user.has_package:
        assert order.eid == eid_of(1), "a package is out: the order is that chip's"
        assert order.state is not OrderState.RELEASED
    pending = rig.work.run_now(lambda stores: stores.pending_notifications(0, 9))
    if user.acknowledged:
        assert pending or order.state is OrderState.INSTALLED


def _finish(rig: Rig, user: User) -> None:
    """The user tries again and succeeds; another chip never does."""
    rig.process()
    stranger = rig.lpa(make_chip(2))
    bound = rig.order().eid is not None
    if bound:
        assert stranger.announce("TEST-1").pair == ("8.1.1", "3.8")
    user.rig, user.tap = rig, None
    user.lpa.binding = rig.lpa().binding
    user.try_again()
    order = rig.order()
    assert (order.state, order.chip_state) == (OrderState.INSTALLED, ChipState.ENABLED)
    assert order.eid == eid_of(1)
    assert list(user.lpa.chip.profiles) == [ICCID]
    assert order.download_attempts <= 3
