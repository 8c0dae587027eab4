"""One profile, two chips, an operator and a server that dies: whatever comes in whatever order, these things hold.

* A package of the profile is handed to one chip at most, ever.
* The order moves along the table of ``orders`` only, and belongs to one EID once it has one.
* Counters do not run backwards; limits are kept.
* When every notification has arrived, order and chip agree; hearing all of it again changes nothing.
* History ends where the order stands.

A restart is a SIGKILL: the database is copied as it stands on disk, and a new process opens the copy.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.postgres import PostgresWork
from openesim.provisioning.smdp.orders import TRANSITIONS, ChipState, Order, OrderState
from tests.support.chip import DELETE, DISABLE, ENABLE, Chip
from tests.support.database import Cluster, make_template, new_database
from tests.support.fixtures import FAULTS, captured_logs, cluster
from tests.support.lpa import Lpa, Reply
from tests.support.rig import ICCID, NOW, Rig, SteppedClock, eid_of, make_chip, new_runner

__all__ = ["cluster"]

CODE = "1234"
MOST_ATTEMPTS = 6
# Whether a commit reaches the disk is tested elsewhere: here it only has to reach the file.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None

chips = st.sampled_from([1, 2])


def reachable() -> dict[OrderState, set[OrderState]]:
    """Returns, for every state, where any number of events may lead."""
    found = {state: {state} | set(row.values()) for state, row in TRANSITIONS.items()}
    for _ in OrderState:
        for state, ahead in found.items():
            found[state] = ahead.union(*(found[one] for one in ahead))
    return found


REACHABLE = reachable()


class TwoChips(RuleBasedStateMachine):
    """Everything that can happen to one order."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY)))
        self._runner = self._stack.enter_context(new_runner())
        self._clock = SteppedClock(NOW)
        self._restarts = 0
        self._path = new_database(self.template, self._folder)
        self.rig = self._open()
        self.chips: dict[int, Chip] = {number: make_chip(number) for number in (1, 2)}
        self.lpas: dict[int, Lpa] = {}
        self.outbox: dict[int, list[bytes]] = {1: [], 2: []}
        self.told: dict[int, list[bytes]] = {1: [], 2: []}
        self.handed: set[int] = set()
        self.installed: set[int] = set()
        self.admitted_to: dict[int, str | None] = {}
        self.token = "TOKEN-0"
        self.before: Order | None = None

    def _open(self) -> Rig:
        work = SqliteWork(self._path)
        self._stack.callback(work.close)
        return Rig(work, self._runner, clock=self._clock, seed=f"process {self._restarts}")

    @initialize(
        with_code=st.booleans(), linked=st.booleans(), attempts=st.sampled_from([None, MOST_ATTEMPTS])
    )
    def order(self, with_code: bool, linked: bool, attempts: int | None) -> None:
        self.rig.add_order(
            matching_id=self.token,
            code=CODE if with_code else None,
            eid=eid_of(1) if linked else None,
            max_attempts=attempts,
            operator="operator",
        )

    def _lpa(self, number: int) -> Lpa:
        """Returns the LPA of a chip; it remembers its session across restarts of the server."""
        lpa = self.lpas.setdefault(number, self.rig.lpa(self.chips[number]))
        lpa.binding = self.rig.lpa(self.chips[number]).binding
        return lpa

    @staticmethod
    def _answered(reply: Reply) -> Reply:
        assert reply.http_status in {200, 204}
        return reply

    # --- the chips

    @rule(number=chips, token=st.sampled_from(["current", "first", "none"]))
    def authenticate(self, number: int, token: str) -> None:
        text = {"current": self.token, "first": "TOKEN-0", "none": None}[token]
        lpa = self._lpa(number)
        lpa.admitted = None
        if self._answered(lpa.announce(text)).pair is None:
            self.admitted_to[number] = self.rig.order().matching_id

    @rule(number=chips, lost=st.booleans())
    def fetch(self, number: int, lost: bool) -> None:
        """The straight way as far as the package, which the single steps find too seldom."""
        self.authenticate(number, "current")
        self.get_package(number, CODE, lost)

    @rule(number=chips)
    def download(self, number: int) -> None:
        """The straight way to the end."""
        self.fetch(number, lost=False)
        self.install(number, (0, 0))
        self.deliver(number, 0, keep=False)

    @precondition(lambda self: any(lpa.admitted for lpa in self.lpas.values()))
    @rule(number=chips, code=st.sampled_from([CODE, CODE, None, "0000"]), lost=st.booleans())
    def get_package(self, number: int, code: str | None, lost: bool) -> None:
        lpa = self._lpa(number)
        if lpa.admitted is None:
            return
        lpa.package = None  # the chip makes another one-time key: an older package cannot be opened any more
        reply = self._answered(lpa.get_package(code))
        if reply.pair is None:
            self.handed.add(number)
            if lost:
                lpa.package = None

    @precondition(lambda self: any(lpa.package for lpa in self.lpas.values()))
    @rule(number=chips, outcome=st.sampled_from([(0, 0), (0, 0), (0, 0), (5, 8), (5, 11), (5, 12), (2, 4)]))
    def install(self, number: int, outcome: tuple[int, int]) -> None:
        lpa = self._lpa(number)
        if lpa.package is None or lpa.chip.session.transaction_id.hex().upper() != lpa.transaction_id:
            return
        lpa.chip.fails_with = outcome
        package, lpa.package = lpa.package.octets("boundProfilePackage"), None
        # Only the package of the session that is open can be opened at all.
        if bytes.fromhex(lpa.transaction_id) in package and ICCID not in lpa.chip.profiles:
            self.outbox[number].append(lpa.chip.install(package))
            if ICCID in lpa.chip.profiles:
                self.installed.add(number)
            lpa.admitted = None

    @rule(number=chips, reason=st.sampled_from([0, 1, 2, 4, 5, 127]))
    def cancel(self, number: int, reason: int) -> None:
        lpa = self._lpa(number)
        if lpa.admitted is not None:
            before = self.rig.order()
            self._answered(lpa.cancel(reason))
            if before.eid not in {None, eid_of(number)} or self.admitted_to[number] != before.matching_id:
                assert self.rig.order() == before, "a session ended an order that is not its own"

    @precondition(lambda self: any(ICCID in chip.profiles for chip in self.chips.values()))
    @rule(number=chips, event=st.sampled_from([ENABLE, DISABLE, DELETE]))
    def change(self, number: int, event: int) -> None:
        if ICCID in self.chips[number].profiles:
            self.outbox[number].append(self.chips[number].change(ICCID, event))

    @rule(number=chips, place=st.integers(0, 9), keep=st.booleans())
    def deliver(self, number: int, place: int, keep: bool) -> None:
        """In any order; kept ones are delivered once more later."""
        waiting = self.outbox[number]
        if waiting:
            notification = waiting[place % len(waiting)]
            if not keep:
                waiting.remove(notification)
            assert self._answered(self._lpa(number).deliver(notification)).http_status == 204
            self.told[number].append(notification)

    @rule(number=chips, forger=chips)
    def lie(self, number: int, forger: int) -> None:
        """A chip tells of a profile that it does not have: another's, or nobody's yet."""
        if forger not in self.handed:
            lie = self.chips[forger].tell(DELETE, "smdpplus.example.com", ICCID)
            self.rig.process()
            before = self.rig.order()
            self._answered(self._lpa(number).deliver(lie))
            self.rig.process()
            assert self.rig.order() == before

    @precondition(lambda self: any(ICCID in chip.profiles for chip in self.chips.values()))
    @rule(number=chips, events=st.lists(st.sampled_from([ENABLE, DISABLE]), min_size=2, max_size=4))
    def live(self, number: int, events: list[int]) -> None:
        """A phone that is used for a while without a network."""
        for event in events:
            self.change(number, event)

    # --- the operator, time, the server

    @rule(final=st.sampled_from(["Available", "Unavailable"]))
    def take_back(self, final: str) -> None:
        order = self.rig.order()
        members = {} if order.eid is None else {"eid": str(order.eid)}
        reply = self.rig.call_es2(
            "cancelOrder", iccid=f"{ICCID}F", finalProfileStatusIndicator=final, **members
        )
        if self._answered(reply).pair is None:
            self.before = None

    @precondition(lambda self: self.rig.order().state is OrderState.AVAILABLE)
    @rule()
    def sell_again(self) -> None:
        assert self.rig.call_es2("downloadOrder", iccid=f"{ICCID}F").pair is None
        reply = self.rig.call_es2("confirmOrder", iccid=f"{ICCID}F", releaseFlag=True)
        self.token = self._answered(reply).members["matchingId"]
        self.before = None

    @rule(number=chips)
    def resell(self, number: int) -> None:
        """The operator wants the profile back and sells it to whoever comes next."""
        self.take_back("Available")
        if self.rig.order().state is OrderState.AVAILABLE:
            self.sell_again()
            self.fetch(number, lost=False)

    @rule(minutes=st.sampled_from([1, 31]))
    def time_passes(self, minutes: int) -> None:
        self._clock.advance(minutes=minutes)

    @rule()
    def process(self) -> None:
        self.rig.process()

    @rule()
    def kill(self) -> None:
        self._restarts += 1
        path = self._folder / f"{self._restarts}.db"
        shutil.copyfile(self._path, path)
        wal = Path(f"{self._path}-wal")
        if wal.exists():
            shutil.copyfile(wal, f"{path}-wal")
        self._path = path
        self.rig = self._open()

    @precondition(lambda self: any(self.outbox.values()))
    @rule(number=chips)
    def deliver_and_kill(self, number: int) -> None:
        """The server dies the moment after it acknowledged."""
        self.deliver(number, 0, keep=False)
        self.kill()

    @rule(number=chips)
    def fetch_and_kill(self, number: int) -> None:
        """The server dies the moment after it handed a package out; the chip installs it all the same."""
        self.fetch(number, lost=False)
        self.kill()
        self.install(number, (0, 0))

    @rule(late=chips, code=st.sampled_from([CODE, "0000"]))
    def come_too_late(self, late: int, code: str) -> None:
        """Two chips are admitted; one takes the profile, the other one tries to, and gives up."""
        quick = 3 - late
        self.authenticate(late, "current")
        self.fetch(quick, lost=False)
        self.get_package(late, code, lost=False)
        self.cancel(late, 0)

    # --- what holds

    @invariant()
    def one_chip(self) -> None:
        assert len(self.handed) <= 1, "a package of one profile went to two chips"
        assert len(self.installed) <= 1

    @invariant()
    def along_the_table(self) -> None:
        if not hasattr(self, "rig"):
            return
        found: list[Any] = self.rig.work.run_now(lambda stores: stores.orders(0, 9))
        for after in found:
            self._verify_history(after)
            before, self.before = self.before, after
            assert after.confirmation_attempts <= after.confirmation_limit
            assert after.max_attempts is None or after.download_attempts <= after.max_attempts + 1
            if after.state in {OrderState.DOWNLOADED, OrderState.INSTALLED, OrderState.DELETED}:
                assert {str(after.eid)} == {self.chips[number].eid for number in self.handed}
            if before is None:
                continue
            assert after.state in REACHABLE[before.state], (before.state, after.state)
            assert before.eid in {None, after.eid}
            assert after.confirmation_attempts >= before.confirmation_attempts
            assert after.chip_sequence >= before.chip_sequence

    def _verify_history(self, order: Order) -> None:
        """The last step that moved the order says where it stands."""
        steps = self.rig.work.run_now(lambda stores: stores.steps_of_order(order.order_id))
        if steps:
            assert steps[-1].state is order.state, (steps[-1], order)
        else:
            assert order.state is OrderState.RELEASED, "the order moved, and nobody tells"

    def teardown(self) -> None:
        try:
            self._agree_in_the_end()
        finally:
            self._stack.close()

    def _hear_it_all_again(self) -> None:
        """Every notification that was ever acknowledged comes once more."""
        before = self.rig.order()
        for number, told in self.told.items():
            for notification in told:
                self._answered(self._lpa(number).deliver(notification))
        self.rig.process()
        assert self.rig.order() == before

    def _agree_in_the_end(self) -> None:
        """Everything that is still on its way arrives, in any order; then order and chip agree."""
        for number, waiting in self.outbox.items():
            random.Random(len(waiting)).shuffle(waiting)
            for notification in waiting:
                self._answered(self._lpa(number).deliver(notification))
        self.rig.process()
        self._hear_it_all_again()
        if not self.installed:
            return
        (owner,) = self.installed
        order = self.rig.order()
        if order.state is OrderState.UNAVAILABLE:
            return  # taken out of stock while it was on its way: whatever the chip does, that stays
        profile = self.chips[owner].profiles.get(ICCID)
        assert order.eid == eid_of(owner)
        if profile is None:
            assert (order.state, order.chip_state) == (OrderState.DELETED, ChipState.DELETED)
        else:
            expected = ChipState.ENABLED if profile.enabled else ChipState.DISABLED
            assert (order.state, order.chip_state) == (OrderState.INSTALLED, expected)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture(autouse=True)
def machine(template: Path) -> type[TwoChips]:
    """The machine on a database of its own."""
    TwoChips.template = template
    return TwoChips


def test_no_interleaving_gives_a_profile_to_two_chips(machine: type[TwoChips]) -> None:
    usual = settings()
    examples = 40 if usual.max_examples <= 100 else usual.max_examples
    # Explaining a failure traces every line of the database layer: shrunk steps say enough.
    phases = [phase for phase in usual.phases if phase is not Phase.explain]
    profile = settings(max_examples=examples, stateful_step_count=30, phases=phases)
    with captured_logs() as events:
        run_state_machine_as_test(machine, settings=profile)
    assert not [event for event in events if event["event"] == "request failed"]


STEPS: dict[str, tuple[int, dict[str, list[Any]]]] = {
    "authenticate": (3, {"token": ["current", "first", "none"]}),
    "fetch": (6, {"lost": [False, False, True]}),
    "get_package": (4, {"code": [CODE, CODE, None, "0000"], "lost": [False, True]}),
    "install": (8, {"outcome": [(0, 0), (0, 0), (5, 8), (5, 12)]}),
    "cancel": (3, {"reason": [0, 1, 5]}),
    "live": (3, {"events": [[ENABLE, DISABLE], [ENABLE, DISABLE, ENABLE]]}),
    "change": (2, {"event": [ENABLE, DISABLE, DELETE]}),
    "deliver": (8, {"place": list(range(5)), "keep": [False, True]}),
    "deliver_and_kill": (3, {}),
    "lie": (1, {"forger": [1, 2]}),
    "resell": (2, {}),
    "fetch_and_kill": (2, {}),
}
OTHER_STEPS = {"process": 5, "kill": 2}


def walk(machine: TwoChips, chance: random.Random) -> None:
    """Takes steps that lead somewhere more often than others."""
    machine.order(chance.random() < 0.3, chance.random() < 0.2, chance.choice([None, MOST_ATTEMPTS]))
    names = [*STEPS, *OTHER_STEPS]
    weights = [*(weight for weight, _ in STEPS.values()), *OTHER_STEPS.values()]
    for name in chance.choices(names, weights, k=40):
        if chance.random() < 0.05:
            machine.come_too_late(chance.choice([1, 2]), chance.choice([CODE, "0000"]))
        arguments: dict[str, Any] = {}
        if name in STEPS:
            arguments = {key: chance.choice(values) for key, values in STEPS[name][1].items()}
            arguments["number"] = chance.choice([1, 2])
        getattr(machine, name)(**arguments)
        machine.along_the_table()
        machine.one_chip()


@pytest.mark.parametrize("seeds", [range(start, start + 25) for start in (0, 25)], ids=str)
def test_long_walks_keep_to_the_same_rules(machine: type[TwoChips], seeds: range) -> None:
    """Hypothesis tries everything alike and seldom gets far; these walks go where profiles are installed."""
    with captured_logs():
        for seed in seeds:
            state = machine()
            try:
                walk(state, random.Random(seed))
            except BaseException:
                state._stack.close()
                raise
            state.teardown()


# --- Two processes ------------------------------------------------------------------------------------------------


class TwoProcesses(TwoChips):
    """The same with two server processes on one PostgreSQL: each step is answered by either, some by both at once."""

    cluster: Cluster

    def __init__(self) -> None:
        self._address = self.cluster.new_database()
        self.rigs: list[Rig] = []
        super().__init__()
        self.rigs = [self.rig, self._open()]

    def _open(self) -> Rig:
        self._restarts += 1
        work = PostgresWork(self._address, connections=1)
        self._stack.callback(work.close)
        # Each process has a loop of its own, since the two may work at the same time.
        runner = self._stack.enter_context(new_runner())
        return Rig(work, runner, clock=self._clock, seed=f"process {self._restarts}")

    def kill(self) -> None:
        """What a process had in memory is gone; what it committed is not."""
        self.rigs[self.rigs.index(self.rig)] = self.rig = self._open()

    def race(self) -> None:
        """Both chips want the profile at the same moment, each from another process."""
        lpas = {number: self._lpa(number) for number in (1, 2)}
        for number, rig in zip((1, 2), self.rigs, strict=True):
            lpas[number].binding = rig.lpa(self.chips[number]).binding
            lpas[number].admitted = lpas[number].package = None
        meeting = threading.Barrier(2, timeout=10)

        def fetch(lpa: Lpa) -> None:
            lpa.announce(self.token)
            meeting.wait()
            if lpa.admitted is not None:
                lpa.get_package(CODE)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(fetch, lpas.values()))
        for number, lpa in lpas.items():
            if lpa.admitted is not None:
                self.admitted_to[number] = self.token
            if lpa.package is not None:
                self.handed.add(number)

    def race_notifications(self) -> None:
        """Both processes read what is left at the same moment."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Rig.process, self.rigs))


def walk_over_processes(machine: TwoProcesses, chance: random.Random) -> None:
    """Takes steps as ``walk`` does, each in either process."""
    honest = machine.along_the_table

    def choose() -> None:
        honest()
        machine.rig = chance.choice(machine.rigs)
        if chance.random() < 0.1:
            machine.race()
            machine.one_chip()
        if chance.random() < 0.15:
            machine.race_notifications()
        honest()

    machine.along_the_table = choose  # type: ignore[method-assign]
    walk(machine, chance)


MOST_SEEDS = int(os.environ.get("OPENESIM_SEEDS", "8"))
"""Walks over two processes; more of them: OPENESIM_SEEDS=500."""


def test_two_processes_keep_to_the_same_rules(cluster: Cluster) -> None:
    TwoProcesses.cluster = cluster
    with captured_logs() as events:
        for seed in range(MOST_SEEDS):
            state = TwoProcesses()
            try:
                walk_over_processes(state, random.Random(seed))
            except BaseException:
                state._stack.close()
                raise
            state.teardown()
    assert not [event for event in events if event["event"] in FAULTS]
