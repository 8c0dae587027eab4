"""The server dies between what happened and its telling: the operator hears of it all the same, perhaps twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.schema import upgrade
from openesim.apps.settings import DATABASE_FILE
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.operators import USUAL_IDS, Operator
from openesim.provisioning.smdp.orders import OrderState
from openesim.provisioning.smdp.progress import call_identifier, progress_of
from openesim.services.telling import tell
from tests.faults.server.test_killed_at_every_write import MOST_WRITES, Died, Tap, User, process
from tests.support.database import new_database
from tests.support.programs import Scene, a_scene, read_json, told, wait_until
from tests.support.rig import ICCID, NOW, SteppedClock, eid_of, make_chip

OPERATOR = Operator(
    name="operator",
    display_name="Operator",
    created_at=NOW,
    callback_address="127.0.0.1:9",
    points=USUAL_IDS,
)


def test_whenever_the_server_dies_history_and_messages_agree(
    template: Path, tmp_path: Path, runner: asyncio.Runner
) -> None:
    """A message stands in the database with the step that it tells, or neither does."""
    lengths = set()
    for moment in range(1, MOST_WRITES, 3):
        folder = tmp_path / str(moment)
        folder.mkdir()
        database = new_database(template, folder)
        with process(database, runner, SteppedClock(), "first") as rig:
            rig.work.run_now(lambda stores: stores.add_operator(OPERATOR))
            rig.add_order(code="1234", operator="operator")
            tap = Tap(rig.work, database, moment)  # type: ignore[arg-type]
            try:
                User(rig, tap, rig.lpa(make_chip())).download()
            except Died:
                pass
            else:
                break
        assert tap.copy is not None
        work = SqliteWork(tap.copy)
        steps: list[Step] = work.run_now(lambda stores: stores.steps_of_operator("operator", 0, 100))
        messages = work.run_now(lambda stores: stores.messages(0, 100))
        work.close()
        told_steps = [call_identifier(step) for step in steps if progress_of(step, USUAL_IDS)]
        assert len(messages) == len(told_steps)
        for message, identifier in zip(messages, told_steps, strict=True):
            assert f'"functionCallIdentifier":"{identifier}"'.encode() in message.payload
        lengths.add(len(messages))
    assert len(lengths) >= 4, "it died before, between and after what was told"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with a_scene(tmp_path) as scene:
        scene.data.mkdir()
        (scene.data / "openesim.toml").write_text("[outbox]\nlease_s = 3\nlongest_pause_s = 1\n")
        yield scene


def happen(scene: Scene, callback_address: str, *states: OrderState) -> list[str]:
    """Has steps happen to an order of an operator who is called back, and returns their call identifiers."""
    upgrade(scene.data / DATABASE_FILE)
    work = SqliteWork(scene.data / DATABASE_FILE)

    def unit(stores: Any) -> list[str]:
        stores.add_operator(
            Operator(
                name="operator",
                display_name="Operator",
                created_at=NOW,
                callback_address=callback_address,
                points=USUAL_IDS,
            )
        )
        for state in states:
            step = Step(
                order_id=1,
                operator="operator",
                iccid=ICCID,
                profile_type="Testland",
                at=datetime.now(UTC),
                action=Action.GET_BOUND_PROFILE_PACKAGE,
                state=state,
                eid=eid_of(1),
            )
            tell(stores, step)
        return [call_identifier(step) for step in stores.steps_of_operator("operator", 0, 100)]

    made: list[str] = work.run_now(unit)
    work.close()
    return made


def calls(receiver: Any) -> list[str]:
    return [call["request"]["header"]["functionCallIdentifier"] for call in told(receiver)]


@pytest.mark.sockets
@pytest.mark.slow
def test_killed_before_and_after_sending_the_next_process_tells_it_all_in_order(scene: Scene) -> None:
    """The process in which it happened sent nothing; the next dies while the operator answers."""
    receiver, port = scene.receive("--slow", 1)
    made = happen(scene, f"127.0.0.1:{port}", OrderState.RELEASED, OrderState.DOWNLOADED)
    server, *_ = scene.serve()
    wait_until(lambda: "arrived" in receiver.log.read_text(), "a message under way")
    scene.kill(server)
    wait_until(lambda: told(receiver), "the message taken, and nobody there to hear of it")
    waiting = read_json("outbox", "list", "--data", scene.data)
    assert waiting["destinations"][0]["waiting"] == len(made)
    scene.serve()
    wait_until(lambda: len(told(receiver)) >= 3, "the message again, and the other")
    assert calls(receiver) == [made[0], *made], "what came twice has the same name"
