"""``openesim lpa`` on cards in files: what people read, what programs read, exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.encoding.jsonbinding import encode_object
from openesim.messages.sgp22.function import format_failure
from openesim.messages.sgp22.status import Reason, Status, Subject
from tests.unit.adapters.http_client.server import Server, serve
from tests.unit.apps.cli.lpa.conftest import Lpa, read_object
from tests.unit.provisioning.euicc.laboratory import ADDRESS, ICCID, SECOND_ICCID

REFUSAL = encode_object(format_failure(Status(Subject.MATCHING_ID, Reason.REFUSED, "no such order")))


@pytest.fixture
def server() -> Iterator[Server]:
    """An SM-DP+ without TLS that acknowledges everything."""
    with serve() as running:
        running.answer(204)
        yield running


def reach(server: Server) -> tuple[str, ...]:
    """Options that lead to a server."""
    return ("--plain-http", "--resolve", f"{ADDRESS}=127.0.0.1:{server.port}")


# --- Reading --------------------------------------------------------------------------------------------------


def test_the_chip_is_shown_to_people_and_to_programs(lpa: Lpa, empty_card: Path) -> None:
    told = lpa("--card", empty_card, "info")
    assert told.exit_code == 0
    assert "89049032" in told.stdout
    assert "2.5.0" in told.stdout

    values = read_object(lpa("--card", empty_card, "info", "--json"))
    assert values["ok"] is True
    assert values["eid"] in told.stdout
    assert values["default_smdp_address"] is None
    assert values["svn"] == "2.5.0"


def test_profiles_are_listed(lpa: Lpa, card: Path, empty_card: Path) -> None:
    told = lpa("--card", card, "list")
    assert ICCID in told.stdout
    assert "disabled" in told.stdout
    assert "No profile" in lpa("--card", empty_card, "list").stdout
    assert "没有配置文件" in lpa("--card", empty_card, "--lang", "zh", "list").stdout


def test_json_may_be_asked_for_before_and_after_the_command(lpa: Lpa, card: Path) -> None:
    before, after = lpa("--card", card, "--json", "list"), lpa("--card", card, "list", "--json")
    assert before.stdout == after.stdout
    profiles = read_object(before)["profiles"]
    assert [profile["iccid"] for profile in profiles] == [ICCID, SECOND_ICCID]
    assert profiles[0]["state"] == "disabled"
    assert profiles[0]["class"] == "operational"


@pytest.mark.parametrize(
    "arguments",
    [("notifications",), ("notifications", "list"), ("notifications", "--json", "list")],
)
def test_notifications_are_listed_with_and_without_saying_so(
    lpa: Lpa, card: Path, arguments: tuple[str, ...]
) -> None:
    assert read_object(lpa("--card", card, "--json", *arguments)) == {"ok": True, "notifications": []}


def test_an_empty_list_of_notifications_is_told(lpa: Lpa, card: Path) -> None:
    assert "No notification" in lpa("--card", card, "notifications").stdout


# --- Changing -------------------------------------------------------------------------------------------------


@pytest.mark.sockets
def test_a_profile_is_enabled_disabled_and_deleted_and_its_server_hears_of_it(
    lpa: Lpa, card: Path, server: Server
) -> None:
    options = ("--card", card, *reach(server))
    assert "is enabled" in lpa(*options, "enable", ICCID).stdout
    told = lpa(*options, "disable", ICCID[-6:])
    assert f"{ADDRESS} knows: disable {ICCID}" in told.stdout
    values = read_object(lpa(*options, "delete", ICCID, "--yes", "--json"))
    assert [one["event"] for one in values["notifications"]["delivered"]] == ["delete"]
    assert len(server.asked) == 3
    assert ICCID not in lpa("--card", card, "list").stdout


@pytest.mark.sockets
def test_a_notification_that_is_refused_waits_and_is_warned_about(
    lpa: Lpa, card: Path, server: Server
) -> None:
    """PAIN 1 and 5: nobody shall find out too late that a server does not know."""
    server.answer(400, REFUSAL)
    options = ("--card", card, *reach(server))
    told = lpa(*options, "delete", ICCID, "--yes")
    assert told.exit_code == 0
    assert "NOT DELIVERED" in told.stderr
    assert "notifications process" in told.stderr
    (waiting,) = read_object(lpa(*options, "notifications", "--json"))["notifications"]
    assert waiting == {
        "seq_number": waiting["seq_number"],
        "event": "delete",
        "address": ADDRESS,
        "iccid": ICCID,
    }
    assert str(waiting["seq_number"]) in lpa(*options, "notifications").stdout

    again = lpa(*options, "notifications", "process", "--json")
    assert (again.exit_code, read_object(again)["ok"]) == (1, False), "delivery was all that was asked for"
    assert read_object(again)["undelivered"][0]["event"] == "delete"

    server.answer(204)
    assert "knows" in lpa(*options, "notifications", "process", waiting["seq_number"]).stdout
    assert "No notification" in lpa(*options, "notifications", "process").stdout


@pytest.mark.sockets
def test_a_notification_is_only_thrown_away_after_a_warning(lpa: Lpa, card: Path, server: Server) -> None:
    server.answer(400, REFUSAL)
    options = ("--card", card, *reach(server))
    lpa(*options, "delete", ICCID, "--yes")
    number = read_object(lpa(*options, "--json", "notifications"))["notifications"][0]["seq_number"]

    refused = lpa(*options, "notifications", "remove", number, answers="n\n")
    assert refused.exit_code == 1
    assert "WARNING" in refused.stderr
    assert read_object(lpa(*options, "--json", "notifications"))["notifications"]

    assert lpa(*options, "notifications", "remove", number, answers="y\n").exit_code == 0
    assert read_object(lpa(*options, "--json", "notifications"))["notifications"] == []
    again = read_object(lpa(*options, "notifications", "remove", number, "--yes", "--json"))
    assert again["error"]["code"] == "lpa:notification-not-found"


@pytest.mark.sockets
@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_a_deletion_is_asked_about(lpa: Lpa, card: Path, server: Server, answer: str, code: int) -> None:
    told = lpa("--card", card, *reach(server), "delete", ICCID, answers=answer)
    assert told.exit_code == code
    assert ICCID in told.stderr
    assert (ICCID in lpa("--card", card, "list").stdout) == (code == 1)


def test_a_nickname_is_given_and_removed(lpa: Lpa, card: Path) -> None:
    assert "Arbeit" in lpa("--card", card, "nickname", ICCID, "Arbeit").stdout
    assert "Arbeit" in lpa("--card", card, "list").stdout
    assert read_object(lpa("--card", card, "nickname", ICCID, "", "--json"))["nickname"] is None
    assert lpa("--card", card, "nickname", ICCID, "字" * 22).exit_code == 2


def test_the_default_server_is_shown_set_and_cleared(lpa: Lpa, empty_card: Path) -> None:
    assert "none" in lpa("--card", empty_card, "default-smdp").stdout
    assert read_object(lpa("--card", empty_card, "default-smdp", "A.Example", "--json")) == {
        "ok": True,
        "default_smdp_address": "a.example",
    }
    assert "a.example" in lpa("--card", empty_card, "default-smdp").stdout
    assert "no default server" in lpa("--card", empty_card, "default-smdp", "--clear").stdout
    assert lpa("--card", empty_card, "default-smdp", "a.example", "--clear").exit_code == 2
    assert lpa("--card", empty_card, "default-smdp", "not a host").exit_code == 1


@pytest.mark.parametrize(("answer", "code"), [("reset\n", 1), ("", 1), ("RESET\n", 0)])
def test_a_reset_wants_a_word_typed_in_full(lpa: Lpa, empty_card: Path, answer: str, code: int) -> None:
    told = lpa("--card", empty_card, "reset", answers=answer)
    assert told.exit_code == code
    assert "all operational profiles" in told.stderr


@pytest.mark.sockets
def test_a_reset_deletes_what_is_named(lpa: Lpa, card: Path, server: Server) -> None:
    options = ("--card", card, *reach(server))
    lpa(*options, "default-smdp", "a.example")
    values = read_object(lpa(*options, "reset", "--profiles", "--yes", "--json"))
    assert len(values["notifications"]["delivered"]) == 2
    assert read_object(lpa(*options, "info", "--json"))["default_smdp_address"] == "a.example"
    assert "nothing to delete" in lpa(*options, "reset", "--test-profiles", "--yes").stdout


# --- Downloads that end early ---------------------------------------------------------------------------------


@pytest.mark.sockets
def test_a_refused_download_tells_codes_cause_owner_and_next_step(
    lpa: Lpa, card: Path, server: Server
) -> None:
    server.answer(200, REFUSAL)
    options = ("--card", card, *reach(server))
    told = lpa(*options, "download", f"LPA:1${ADDRESS}$ID-1", "--yes", "--json")
    assert told.exit_code == 1
    values = read_object(told)
    assert values["ok"] is False
    error = values["error"]
    assert (error["subject"], error["reason"], error["owner"]) == ("8.2.6", "3.8", "user")
    assert error["code"] == "status:8.2.6/3.8"
    assert error["cause"]
    assert error["next_step"]
    assert "no such order" in error["message"]

    chinese = lpa(*options, "--lang", "zh", "download", f"LPA:1${ADDRESS}$ID-1")
    assert chinese.exit_code == 1
    assert "由谁处理" in chinese.stderr
    assert "用户" in chinese.stderr
    assert chinese.stdout == ""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("LPA:1.example.com-ID", "lpa:activation-code-eaten-by-shell"),
        ("hello", "lpa:activation-code-invalid"),
    ],
)
def test_a_code_that_is_none_is_explained(lpa: Lpa, card: Path, code: str, expected: str) -> None:
    told = lpa("--card", card, "download", code, "--json")
    assert told.exit_code == 1
    assert read_object(told)["error"]["code"] == expected


def test_without_code_and_default_server_there_is_nobody_to_ask(lpa: Lpa, card: Path) -> None:
    assert read_object(lpa("--card", card, "download", "--json"))["error"]["code"] == "lpa:no-default-server"


# --- Options --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("at:/nowhere/ttyUSB2", "lpa:port-not-found"),
        ("at:/nowhere/ttyUSB2,fast", "lpa:port-setting-wrong"),
        ("at:/nowhere/ttyUSB2,17", "lpa:port-setting-wrong"),
        ("at:", "lpa:port-setting-wrong"),
    ],
)
def test_a_modem_that_is_not_there_is_explained(lpa: Lpa, named: str, code: str) -> None:
    told = lpa("--card", named, "info", "--json")
    assert told.exit_code == 2
    assert read_object(told)["error"]["code"] == code


@pytest.mark.parametrize(
    "options",
    [
        ("--resolve", "nonsense"),
        ("--resolve", "a=b"),
        ("--resolve", "a=b:0"),
        ("--trust", "no/such/file.pem"),
        ("--aid", "xyz"),
    ],
)
def test_options_that_have_to_be_mended_end_with_2(lpa: Lpa, card: Path, options: tuple[str, ...]) -> None:
    told = lpa("--card", card, *options, "--json", "list")
    assert told.exit_code == 2
    assert read_object(told)["ok"] is False


def test_a_wrong_imei_ends_with_2(lpa: Lpa, card: Path) -> None:
    assert lpa("--card", card, "--imei", "123", "download", "1$a.example$X").exit_code == 2


@pytest.mark.sockets
def test_the_imei_is_told_to_the_chip(lpa: Lpa, card: Path, server: Server) -> None:
    server.answer(200, REFUSAL)
    told = lpa("--card", card, *reach(server), "--imei", "490154203237518", "download", f"1${ADDRESS}$X")
    assert told.exit_code == 1
    assert "8.2.6/3.8" in told.stderr


def test_without_a_card_the_form_is_told(lpa: Lpa) -> None:
    told = lpa("list")
    assert told.exit_code == 2
    assert "--card CARD" in told.stderr


def test_a_card_that_is_not_there_is_explained(lpa: Lpa, tmp_path: Path) -> None:
    told = lpa("--card", tmp_path / "none", "list", "--json")
    assert told.exit_code == 1
    assert read_object(told)["error"]["next_step"]


def test_another_name_of_the_isd_r_and_another_block_size_reach_the_card(lpa: Lpa, card: Path) -> None:
    assert lpa("--card", card, "--block-size", "7", "list").exit_code == 0
    told = lpa("--card", card, "--aid", "A0000005591010FFFFFFFF8900000999", "list", "--json")
    assert read_object(told)["error"]["code"] == "status-word:6A82"
