"""The contract of ``OutboxStores``: messages in order, destinations claimed by one, costs that a backlog leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.services.outgoing import Destination, Level, Message
from tests.support.rig import NOW

LATER = NOW + timedelta(minutes=1)
UNTIL = NOW + timedelta(seconds=60)


def ask(work: Any, method: str, *arguments: Any, **named: Any) -> Any:
    """Returns what a method of the stores returns, in a unit of work of its own."""
    return work.run_now(lambda stores: getattr(stores, method)(*arguments, **named))


def add(work: Any, destination: str = "A", key: str = "1", kind: str = "es2plus", now: Any = NOW) -> int:
    message_id: int = ask(
        work,
        "add_message",
        kind=kind,
        destination=destination,
        sequence_key=key,
        payload=b"\0payload",
        now=now,
    )
    return message_id


def due(work: Any, now: Any = LATER, destination: str = "A") -> list[int]:
    return [each.message_id for each in ask(work, "due_messages", "es2plus", destination, now, 10)]


def get(work: Any, message_id: int) -> Message:
    found = ask(work, "message", message_id)
    assert isinstance(found, Message)
    return found


def claim(work: Any, holder: str = "one", now: Any = LATER, limit: int = 10) -> list[str]:
    until = now + timedelta(seconds=60)
    claimed = ask(work, "claim_destinations", ("es2plus", "webhook"), holder, now, until, limit)
    return [each.destination for each in claimed]


def test_a_message_comes_back_as_it_was_stored(work: Any, reopen: Callable[[], Any]) -> None:
    first = add(work)
    again = reopen()
    assert get(again, first) == Message(
        message_id=first,
        kind="es2plus",
        destination="A",
        sequence_key="1",
        created_at=NOW,
        due_at=NOW,
        attempts=0,
        is_stuck=False,
        last_fault=None,
        payload=b"\0payload",
    )
    assert ask(again, "message", first + 1) is None


def test_only_the_first_message_of_a_sequence_is_due(work: Any) -> None:
    first, other, second = add(work), add(work, key="2"), add(work)
    add(work, destination="B")
    assert due(work) == [first, other]
    ask(work, "remove_message", get(work, first), LATER)
    assert due(work) == [other, second]


def test_a_message_that_failed_holds_back_those_behind_it(work: Any) -> None:
    first, second, other = add(work), add(work), add(work, key="2")
    until = LATER + timedelta(minutes=5)
    ask(work, "postpone_message", get(work, first), until, "HTTP status 500")
    third = add(work, now=LATER)
    assert due(work) == [other]
    assert ask(work, "put_behind", "es2plus", "A", LATER) == 1
    assert get(work, third).due_at == until
    assert (get(work, first).attempts, get(work, first).last_fault) == (1, "HTTP status 500")
    ask(work, "remove_message", get(work, first), LATER)
    assert due(work, LATER) == [other, second], "they need not wait for its time any more"


def test_a_message_that_was_given_up_is_in_nobodys_way(work: Any, reopen: Callable[[], Any]) -> None:
    first, second = add(work), add(work)
    ask(work, "postpone_message", get(work, first), LATER + timedelta(days=1), "gone")
    ask(work, "give_up_message", get(work, first), "gone for good")
    again = reopen()
    assert due(again) == [second]
    stuck = ask(again, "stuck_messages", NOW, 10)
    assert [(each.message_id, each.is_stuck, each.last_fault) for each in stuck] == [
        (first, True, "gone for good")
    ]
    assert ask(again, "retry_message", first, LATER)
    assert due(again) == [first]
    assert not ask(again, "retry_message", 10**6, LATER)


def test_old_messages_are_given_up_a_few_at_a_time(work: Any) -> None:
    old = [add(work, key=str(number)) for number in range(5)]
    young = add(work, key="young", now=LATER)
    steps = [ask(work, "give_up_older", "es2plus", "A", LATER, "too old", 3) for _ in range(3)]
    assert steps == [3, 2, 0]
    assert due(work) == [young]
    assert len(ask(work, "stuck_messages", NOW, 10)) == len(old)


def test_messages_that_were_given_up_are_swept_when_they_are_old(work: Any) -> None:
    first, second = add(work), add(work, now=LATER)
    for each in (first, second):
        ask(work, "give_up_message", get(work, each), "gone")
    waiting = add(work)
    assert ask(work, "sweep_stuck", LATER, 10) == 1
    assert [each.message_id for each in ask(work, "messages", 0, 10)] == [second, waiting]


def test_a_destination_is_claimed_by_one(work: Any, reopen: Callable[[], Any]) -> None:
    add(work)
    add(work, destination="B", kind="webhook")
    add(work, destination="C", kind="es12")
    assert sorted(claim(work, "one")) == ["A", "B"], "kinds that nobody asked for are left alone"
    other = reopen()
    assert claim(other, "two") == []
    assert ask(other, "renew_claim", "es2plus", "A", "two", UNTIL) is False
    assert claim(other, "two", LATER + timedelta(seconds=61)) == ["A", "B"], "a dead process's claim lapses"
    assert ask(work, "renew_claim", "es2plus", "A", "one", UNTIL) is False
    ask(work, "release_destination", "es2plus", "A", "one")
    assert len(ask(work, "destinations")) == 2, "what is no longer ours is not released by us"
    ask(other, "release_destination", "es2plus", "A", "two")
    assert claim(work, "one") == ["A"]


def test_claims_are_limited_and_the_oldest_come_first(work: Any) -> None:
    for number in range(5):
        add(work, destination=f"D{number}", now=NOW - timedelta(seconds=number))
    assert claim(work, limit=2) == ["D4", "D3"]
    assert claim(work, limit=9) == ["D2", "D1", "D0"]


def test_a_destination_that_rests_is_left_alone_until_its_time(work: Any, reopen: Callable[[], Any]) -> None:
    add(work)
    claim(work)
    resting = Destination(
        kind="es2plus",
        destination="A",
        holder="",
        due_at=LATER + timedelta(minutes=5),
        failures=3,
        failing_since=NOW,
        last_fault="unreachable",
    )
    ask(work, "rest_destination", resting, "somebody else")
    assert ask(work, "destinations")[0].holder == "one"
    ask(work, "rest_destination", replace(resting, holder="one"), "one")
    again = reopen()
    assert ask(again, "destinations") == [resting]
    assert claim(again, "two") == []
    ask(again, "wake_destination", "es2plus", "A", LATER)
    until = LATER + timedelta(seconds=60)
    claimed = ask(again, "claim_destinations", ("es2plus",), "two", LATER, until, 1)
    assert [(each.failures, each.failing_since) for each in claimed] == [(3, NOW)]
    ask(again, "wake_destination", "es2plus", "A", LATER)
    assert claim(work) == [], "one that is served is not woken"


def test_messages_that_are_not_due_claim_no_destination(work: Any) -> None:
    first = add(work)
    ask(work, "postpone_message", get(work, first), LATER + timedelta(minutes=5), "later")
    assert claim(work) == []
    assert claim(work, now=LATER + timedelta(minutes=5)) == ["A"]


def test_levels_count_what_waits_and_what_is_stuck(work: Any) -> None:
    first, _, _ = add(work, now=LATER), add(work), add(work, destination="B", kind="webhook")
    ask(work, "give_up_message", get(work, first), "gone")
    assert ask(work, "outbox_levels") == [
        Level(kind="es2plus", destination="A", waiting=1, stuck=1, oldest=NOW),
        Level(kind="webhook", destination="B", waiting=1, stuck=0, oldest=NOW),
    ]


def test_messages_are_listed_by_destination_and_dropped(work: Any) -> None:
    first, other, second = add(work), add(work, destination="B"), add(work)
    listed = ask(work, "messages", 0, 10, kind="es2plus", destination="A")
    assert [each.message_id for each in listed] == [first, second]
    assert [each.message_id for each in ask(work, "messages", first, 1)] == [other]
    assert ask(work, "drop_message", first)
    assert not ask(work, "drop_message", first)
    assert due(work) == [second]


@pytest.mark.parametrize("waiting", [0, 3])
def test_a_page_is_no_longer_than_asked(work: Any, waiting: int) -> None:
    for number in range(waiting):
        add(work, key=str(number))
    assert len(ask(work, "due_messages", "es2plus", "A", LATER, 2)) == min(waiting, 2)


def test_a_destination_tells_of_itself_and_of_its_own_messages_only(work: Any) -> None:
    first, second, third, gone, lost = (add(work, key=str(number)) for number in range(5))
    add(work, destination="B")
    add(work, kind="webhook")
    assert ask(work, "destination", "es2plus", "A") is None
    ask(work, "postpone_message", get(work, first), UNTIL + timedelta(days=1), "HTTP status 500")
    for each in (gone, lost):
        ask(work, "give_up_message", get(work, each), "gone for good")
    assert claim(work, limit=1) == ["A"]
    told = ask(work, "destination", "es2plus", "A")
    assert (told.kind, told.destination, told.holder) == ("es2plus", "A", "one")
    assert ask(work, "destination", "es2plus", "B") is None
    waiting = ask(work, "waiting_messages_of", "es2plus", "A", 10)
    assert [each.message_id for each in waiting] == [second, third, first], "those that are due come first"
    assert [each.message_id for each in ask(work, "waiting_messages_of", "es2plus", "A", 1)] == [second]
    stuck = ask(work, "stuck_messages_of", "es2plus", "A", 0, 10)
    assert [each.message_id for each in stuck] == [gone, lost]
    assert [each.message_id for each in ask(work, "stuck_messages_of", "es2plus", "A", gone, 10)] == [lost]
    assert ask(work, "stuck_messages_of", "es2plus", "B", 0, 10) == []
