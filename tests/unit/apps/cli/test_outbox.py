"""``openesim outbox``, from the outside."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.schema import upgrade
from openesim.apps.cli.outbox import app
from openesim.apps.settings import DATABASE_FILE
from openesim.kernel.errors import ConfigError, NotFoundError
from openesim.services.outgoing import Destination

NOW = datetime.now(UTC)
ICCID = "8988211000000000017"


def run(*arguments: object) -> str:
    """What a command prints; errors of ours come through."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def run_json(*arguments: object) -> Any:
    """The document a command prints with --json."""
    return json.loads(run(*arguments, "--json"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with five messages: one of lotus was given up, and lotus is away."""
    upgrade(tmp_path / DATABASE_FILE)
    work = SqliteWork(tmp_path / DATABASE_FILE)

    def unit(stores: Any) -> None:
        for number in range(3):
            body = f'{{"iccid":"{ICCID}","number":{number}}}'.encode()
            stores.add_message(kind="es2plus", destination="lotus", sequence_key=ICCID, payload=body, now=NOW)
        stores.add_message(kind="webhook", destination="wh_1", sequence_key=ICCID, payload=b"{}", now=NOW)
        event = b'{"eid":"1","eventId":"MATCHING-ID"}'
        stores.add_message(kind="es12", destination="smds", sequence_key=ICCID, payload=event, now=NOW)
        until = NOW + timedelta(minutes=1)
        stores.claim_destinations(("es2plus",), "process", NOW, until, 1)
        stores.give_up_message(stores.message(1), "HTTP status 500")
        resting = Destination(
            kind="es2plus",
            destination="lotus",
            holder="",
            due_at=NOW + timedelta(hours=1),
            failures=7,
            failing_since=NOW,
            last_fault="lotus: no answer in time",
        )
        stores.rest_destination(resting, "process")

    work.run_now(unit)
    work.close()
    return tmp_path


def test_what_waits_is_counted_by_destination_and_listed(data: Path) -> None:
    listed = run_json("list", "--data", data)
    lotus, smds, webhook = sorted(listed["destinations"], key=lambda each: str(each["destination"]))
    assert (lotus["waiting"], lotus["stuck"], lotus["failures"]) == (2, 1, 7)
    assert lotus["last_fault"] == "lotus: no answer in time"
    assert lotus["next_attempt"] > lotus["failing_since"]
    assert (webhook["destination"], webhook["waiting"], webhook["next_attempt"]) == ("wh_1", 1, None)
    assert smds["kind"] == "es12"
    assert [each["message_id"] for each in listed["messages"]] == [1, 2, 3, 4, 5]
    assert [each["message_id"] for each in run_json("list", "--data", data, "--stuck")["messages"]] == [1]
    mine = run_json("list", "--data", data, "--to", "wh_1")
    assert [each["destination"] for each in (*mine["destinations"], *mine["messages"])] == ["wh_1", "wh_1"]
    printed = run("list", "--data", data)
    assert "given up" in printed
    assert "lotus: no answer in time" in printed


def test_a_message_is_shown_but_not_the_matching_id_in_it(data: Path) -> None:
    shown = run_json("show", 1, "--data", data)
    assert (shown["stuck"], shown["last_fault"], shown["payload"]["iccid"]) == (
        True,
        "HTTP status 500",
        ICCID,
    )
    assert "MATCHING-ID" not in run("show", 5, "--data", data) + run("show", 5, "--data", data, "--json")
    assert '"number": 0' in run("show", 1, "--data", data)
    with pytest.raises(NotFoundError):
        run("show", 99, "--data", data)


def test_a_message_that_was_given_up_is_sent_again_and_its_destination_tried_at_once(data: Path) -> None:
    assert run_json("retry", 1, "--data", data) == {"ok": True, "count": 1}
    listed = run_json("list", "--data", data, "--to", "lotus")
    assert (listed["destinations"][0]["stuck"], listed["destinations"][0]["waiting"]) == (0, 3)
    assert datetime.fromisoformat(listed["destinations"][0]["next_attempt"]) <= datetime.now(UTC)
    assert "3 messages sent again" in run("retry", "--to", "lotus", "--data", data)


def test_messages_are_dropped(data: Path) -> None:
    assert "1 message dropped" in run("drop", 2, "--data", data)
    assert run_json("drop", "--to", "lotus", "--data", data)["count"] == 2
    assert run_json("drop", "--to", "nobody", "--data", data)["count"] == 0
    assert [each["message_id"] for each in run_json("list", "--data", data)["messages"]] == [4, 5]
    run("drop", 4, "--data", data)
    run("drop", 5, "--data", data)
    assert "The outbox is empty" in run("list", "--data", data)


@pytest.mark.parametrize("command", ["retry", "drop"])
@pytest.mark.parametrize("which", [(), (1, "--to", "lotus")])
def test_one_says_which_messages_are_meant(data: Path, command: str, which: tuple[object, ...]) -> None:
    with pytest.raises(ConfigError, match="name a message"):
        run(command, *which, "--data", data)
