"""The outbox is sent: in order, less and less often where nobody answers, and never at the cost of others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import FunctionError, NotFoundError
from openesim.services.outbox import Outbox
from openesim.services.outgoing import Message, OutboxRules, pause_after
from tests.support.memory import MemoryWork
from tests.support.outbox import BROKEN, UNREACHABLE, Listener, fault
from tests.support.rig import SteppedClock, entropy_of

RULES = OutboxRules(look_again_s=0.01)


@dataclass
class Room:
    """An outbox with everything around it."""

    runner: asyncio.Runner
    work: MemoryWork = field(default_factory=MemoryWork)
    clock: SteppedClock = field(default_factory=SteppedClock)
    listener: Listener = field(default_factory=Listener)
    rules: OutboxRules = RULES

    def __post_init__(self) -> None:
        self.outbox = self.new_outbox()

    def new_outbox(self, seed: str = "outbox", work: Any = None) -> Outbox:
        """Returns the outbox of another process."""
        ambient = Ambient(self.clock, entropy_of(seed))
        return Outbox(work or self.work, ambient, {"es2plus": self.listener}, self.rules)

    def add(self, destination: str = "A", key: str = "1", kind: str = "es2plus") -> int:
        now = self.clock.now()
        return self.work.stores.add_message(
            kind=kind, destination=destination, sequence_key=key, payload=b"", now=now
        )

    def send(self, outbox: Outbox | None = None) -> None:
        self.runner.run((outbox or self.outbox).send_due())

    def waiting(self) -> list[int]:
        return [m.message_id for m in self.work.stores.messages(0, 1000) if not m.is_stuck]

    def stuck(self) -> list[int]:
        return [m.message_id for m in self.work.stores.messages(0, 1000) if m.is_stuck]


@pytest.fixture
def room(runner: asyncio.Runner) -> Room:
    return Room(runner)


def failing_for(*numbers: int, outcome: Any = BROKEN) -> Callable[[Message], None]:
    def answer(message: Message) -> None:
        if message.message_id in numbers:
            raise fault(outcome)

    return answer


def test_everything_that_is_due_is_sent_and_forgotten(room: Room) -> None:
    numbers = [room.add(destination, key) for destination in "AB" for key in "1213"]
    room.send()
    assert sorted(number for _, number in room.listener.taken) == numbers
    assert room.waiting() == []
    assert room.work.stores.destinations() == []
    assert room.outbox.counts["es2plus", "sent"] == len(numbers)


def test_messages_of_one_profile_arrive_one_after_the_other(room: Room) -> None:
    numbers = [room.add(key="1") for _ in range(5)]
    room.send()
    assert room.listener.numbers() == numbers
    assert room.listener.most_at_once == 1


def test_messages_of_several_profiles_are_under_way_together_but_not_too_many(room: Room) -> None:
    for number in range(12):
        room.add(key=str(number))
    room.listener.slow_s = 0.02
    room.send()
    assert 1 < room.listener.most_at_once <= RULES.at_a_time


def test_a_message_that_is_declined_holds_back_its_own_profile_only(room: Room) -> None:
    first, second, other = room.add(key="1"), room.add(key="1"), room.add(key="2")
    room.listener.answer = failing_for(first)
    room.send()
    assert room.listener.numbers() == [other]
    assert room.waiting() == [first, second]
    later = room.add(key="1")
    room.send()
    assert room.listener.numbers() == [other], "not before its time, and none behind it"
    room.listener.answer = failing_for()
    room.clock.advance(seconds=2)
    room.send()
    assert room.listener.numbers() == [other, first, second, later]


def test_an_answer_no_is_an_answer(room: Room, logs: list[Any]) -> None:
    first, second = room.add(), room.add()

    def refuse(message: Message) -> None:
        if message.message_id == first:
            raise FunctionError("8.2.1", "3.9", "never heard of it")

    room.listener.answer = refuse
    room.send()
    assert room.listener.numbers() == [second]
    assert room.waiting() == room.stuck() == []
    assert room.outbox.counts["es2plus", "refused"] == 1
    assert "8.2.1/3.9: never heard of it" in str(logs)


def test_one_who_is_away_is_tried_with_one_message_less_and_less_often(room: Room) -> None:
    for number in range(50):
        room.add(key=str(number))
    room.listener.answer = lambda _message: (_ for _ in ()).throw(fault())
    room.send()
    assert len(room.listener.tried) <= RULES.at_a_time, "what is behind them is not tried"
    pauses = []
    for _ in range(20):
        due_at = room.work.stores.destinations()[0].due_at
        pauses.append((due_at - room.clock.now()).total_seconds())
        room.clock.advance(seconds=pauses[-1] + 0.1)
        before = len(room.listener.tried)
        room.send()
        assert len(room.listener.tried) == before + 1
    assert pauses[0] <= 1.0
    assert max(pauses) <= 3600.0
    assert pauses[-1] >= 1700.0, "with jitter: between half and all of an hour"
    assert len({round(pause, 3) for pause in pauses[-6:]}) > 3
    resting = room.work.stores.destinations()[0]
    assert (resting.failures, resting.last_fault) == (21, "it is connection-failed")
    room.listener.answer = failing_for()
    room.clock.advance(hours=1)
    room.send()
    assert len(room.listener.numbers()) == 50, "when he is back he hears all of it"
    assert room.work.stores.destinations() == []


def test_one_who_is_away_costs_others_nothing(room: Room) -> None:
    for number in range(200):
        room.add("away", str(number))

    def answer(message: Message) -> None:
        if message.destination == "away":
            raise fault()

    room.listener.answer = answer
    room.send()
    tried = len(room.listener.tried)
    here = [room.add("here") for _ in range(3)]
    room.send()
    assert room.listener.numbers("here") == here
    assert len(room.listener.tried) == tried + 3, "the one who is away was not even tried"


def test_several_declined_in_a_row_are_as_good_as_away(room: Room) -> None:
    for number in range(30):
        room.add(key=str(number))
    room.listener.answer = lambda _message: (_ for _ in ()).throw(fault(BROKEN))
    room.send()
    assert len(room.listener.tried) <= RULES.most_failures + RULES.at_a_time
    assert room.work.stores.destinations()[0].failures >= RULES.most_failures


def test_who_asks_for_a_pause_gets_it(room: Room) -> None:
    room.add()
    room.listener.answer = lambda _message: (_ for _ in ()).throw(fault(UNREACHABLE, retry_after=120.0))
    room.send()
    pause = room.work.stores.destinations()[0].due_at - room.clock.now()
    assert timedelta(seconds=119) < pause <= timedelta(seconds=120)


def test_what_cannot_be_delivered_for_days_is_given_up_and_seen(room: Room) -> None:
    old = [room.add(key=str(number)) for number in range(6)]
    room.listener.answer = lambda _message: (_ for _ in ()).throw(fault())
    room.send()
    room.clock.advance(days=2, hours=23)
    room.send()
    assert room.stuck() == []
    young = room.add(key="young")
    for _ in range(3):  # one that was tried an hour ago waits until it is tried again
        room.clock.advance(hours=2)
        room.send()
    assert room.stuck() == old
    assert room.waiting() == [young]
    assert set(room.listener.given_up) == {("A", "it is connection-failed")}
    assert {m.last_fault for m in room.work.stores.messages(0, 10) if m.is_stuck} == {
        "it is connection-failed"
    }
    assert room.outbox.counts["es2plus", "given up"] == len(old)


def test_a_message_that_is_declined_for_days_is_given_up_and_its_profile_goes_on(room: Room) -> None:
    first, second = room.add(), room.add()
    room.listener.answer = failing_for(first)
    room.send()
    for _ in range(4):
        room.clock.advance(days=1)
        room.add(key="other")
        room.send()
    assert room.stuck() == [first]
    assert second in room.listener.numbers()
    assert room.listener.given_up == [], "the destination answers others"


def test_one_who_is_gone_is_told_nothing_more(room: Room) -> None:
    numbers = [room.add(key=str(number)) for number in range(5)]

    def gone(_message: Message) -> None:
        raise NotFoundError("HTTP status 410, gone for good")

    room.listener.answer = gone
    room.send()
    assert room.stuck() == numbers
    assert room.listener.given_up[0] == ("A", "HTTP status 410, gone for good")
    assert room.work.stores.destinations() == []


def test_messages_for_nobody_are_given_up(room: Room) -> None:
    number = room.add()
    room.listener.is_there = False
    room.send()
    assert room.stuck() == [number]
    assert room.listener.tried == []


def test_messages_of_other_kinds_are_left_alone(room: Room) -> None:
    number = room.add(kind="es12")
    room.send()
    assert room.waiting() == [number]


def test_what_was_given_up_long_ago_is_forgotten(room: Room) -> None:
    number = room.add()
    room.listener.is_there = False
    room.send()
    room.clock.advance(days=31)

    async def run_a_moment() -> None:
        task = asyncio.create_task(room.outbox.run())
        await asyncio.sleep(0.03)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    room.runner.run(run_a_moment())
    assert number not in room.stuck()


def test_a_claim_that_another_process_took_over_ends_the_work(room: Room) -> None:
    """A process that was stopped for longer than its lease, and goes on."""
    for number in range(40):
        room.add(key=str(number))
    other = room.new_outbox("other")

    def freeze(message: Message) -> None:
        if message.message_id == 1:
            room.clock.advance(seconds=61)
            key = (
                ("es2plus",),
                "another process",
                room.clock.now(),
                room.clock.now() + timedelta(seconds=60),
                1,
            )
            assert room.work.stores.claim_destinations(*key)

    room.listener.answer = freeze
    room.send()
    assert len(room.listener.tried) <= RULES.page
    assert room.work.stores.destinations()[0].holder == "another process"
    room.clock.advance(seconds=61)
    room.send(other)
    assert sorted(set(room.listener.numbers())) == list(range(1, 41))


def test_a_slow_one_keeps_his_claim_while_messages_arrive(room: Room) -> None:
    for number in range(20):
        room.add(key=str(number))
    holders: set[str] = set()

    def slow(_message: Message) -> None:
        room.clock.advance(seconds=20)
        now = room.clock.now()
        claimed = room.work.stores.claim_destinations(("es2plus",), "thief", now, now, 1)
        holders.update(each.holder for each in claimed)

    room.listener.answer = slow
    room.rules = OutboxRules(at_a_time=1)
    room.send(room.new_outbox("slow"))
    assert holders == set()
    assert room.waiting() == []


def test_what_is_under_way_at_the_end_is_finished_and_the_rest_left(room: Room) -> None:
    for number in range(40):
        room.add(key=str(number))
    room.listener.slow_s = 0.05

    async def stop_soon() -> None:
        task = asyncio.create_task(room.outbox.run())
        await asyncio.sleep(0.08)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    room.runner.run(stop_soon())
    taken = len(room.listener.taken)
    assert taken == len(room.listener.tried), "nobody was left in the middle"
    assert 0 < taken < 40
    assert len(room.waiting()) == 40 - taken
    assert room.work.stores.destinations() == [], "others may go on at once"


def test_a_database_that_is_away_is_waited_for(room: Room, logs: list[Any]) -> None:
    class Away(MemoryWork):
        faults = 2

        async def run(self, unit: Any, **options: Any) -> Any:
            if self.faults:
                self.faults -= 1
                raise OSError("no database")
            return await super().run(unit, **options)

    work = Away()
    work.stores = room.work.stores
    number = room.add()

    async def run_a_moment() -> None:
        task = asyncio.create_task(room.new_outbox("away", work).run())
        for _ in range(200):
            await asyncio.sleep(0.01)
            if room.listener.taken:
                break
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    room.runner.run(run_a_moment())
    assert room.listener.numbers() == [number]
    assert [event["event"] for event in logs].count("outbox not read") == 2


def test_a_fault_of_our_own_is_tried_again_and_named_by_its_kind_alone(room: Room) -> None:
    number = room.add()

    def break_down(_message: Message) -> None:
        raise ValueError("a text that may hold anything")

    room.listener.answer = break_down
    room.send()
    message = room.work.stores.message(number)
    assert message is not None
    assert (message.attempts, message.last_fault) == (1, "ValueError")


@pytest.mark.parametrize(
    ("failures", "longest"), [(1, 1), (2, 2), (5, 16), (12, 2048), (13, 3600), (400, 3600)]
)
def test_pauses_double_up_to_an_hour(failures: int, longest: float) -> None:
    assert pause_after(failures, RULES, 1.0).total_seconds() == longest
    assert pause_after(failures, RULES, 0.0).total_seconds() == longest / 2
    assert pause_after(failures, RULES, 0.5, wished_s=10_000).total_seconds() == 3600


def test_who_gives_no_answer_until_the_lease_is_nearly_up_is_as_good_as_away(room: Room) -> None:
    number = room.add()
    room.rules = OutboxRules(lease=timedelta(seconds=0.1))
    room.listener.slow_s = 0.3
    room.send(room.new_outbox("short"))
    message = room.work.stores.message(number)
    assert message is not None
    assert (message.attempts, message.last_fault) == (1, "no answer in time")
