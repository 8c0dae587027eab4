"""The contract of the stores of operators and webhooks, and how soon a change of them holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.kernel.errors import ConfigError, ConflictError
from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.operators import USUAL_IDS, Operator, Point
from openesim.provisioning.smdp.webhooks import Subscribed, Webhook
from tests.support.database import WRAPPING, new_database
from tests.support.rig import NOW

PLAIN = Operator(name="one", display_name="One", created_at=NOW)
FULL = Operator(
    name="two",
    display_name="Zwei 二",
    created_at=NOW,
    certificate=b"\x30\x03cert",
    callback_address="es2.example.com:8443/prefix",
    points={**USUAL_IDS, Point.ENABLE: 101, Point.DISABLE: 102, Point.DELETE: 5},
    requests_per_minute=600,
)
HOOK = Webhook(
    webhook_id="wh_1",
    operator="two",
    address="https://hooks.example.com/a?b=c",
    event_types=("order.*", "profile.installed"),
    secret=Secret(b"s" * 32),
    created_at=NOW,
)


def ask(work: Any, method: str, *arguments: Any) -> Any:
    """Returns what a method of the stores returns, in a unit of work of its own."""
    return work.run_now(lambda stores: getattr(stores, method)(*arguments))


def test_operators_come_back_as_they_were_stored(work: Any, reopen: Callable[[], Any]) -> None:
    for operator in (FULL, PLAIN):
        ask(work, "add_operator", operator)
    again = reopen()
    assert ask(again, "operators") == [PLAIN, FULL]
    assert ask(again, "operator", "nobody") is None
    with pytest.raises(ConflictError):
        ask(work, "add_operator", PLAIN)
    changed = replace(PLAIN, display_name="Other", points={Point.DOWNLOAD: 3})
    ask(work, "save_operator", changed)
    assert ask(reopen(), "operator", "one") == changed


def test_webhooks_come_back_as_they_were_stored(work: Any, reopen: Callable[[], Any]) -> None:
    ask(work, "add_webhook", HOOK)
    assert ask(reopen(), "webhook", "wh_1") == HOOK
    rotated = replace(
        HOOK,
        secret=Secret(b"n" * 32),
        previous=HOOK.secret,
        previous_until=NOW + timedelta(days=1),
        is_active=False,
        disabled_at=NOW,
        disabled_reason="gone",
    )
    ask(work, "save_webhook", rotated)
    assert ask(reopen(), "webhooks_of", "two") == [rotated]
    assert ask(work, "webhooks") == [rotated]
    with pytest.raises(ConflictError):
        ask(work, "add_webhook", HOOK)
    assert ask(work, "remove_webhook", "wh_1")
    assert not ask(work, "remove_webhook", "wh_1")
    assert ask(work, "webhooks_of", "two") == []


def test_who_listens_is_known_at_once_in_the_process_that_sets_it(work: Any) -> None:
    assert ask(work, "listeners", "two", NOW) is None
    ask(work, "add_operator", FULL)
    assert ask(work, "listeners", "two", NOW).operator == FULL
    ask(work, "add_webhook", HOOK)
    assert ask(work, "listeners", "two", NOW).webhooks == (Subscribed("wh_1", HOOK.event_types),)
    ask(work, "save_webhook", replace(HOOK, is_active=False))
    ask(work, "save_operator", replace(FULL, points={}))
    assert ask(work, "listeners", "two", NOW) is None


def test_what_another_process_sets_holds_within_two_seconds(work: Any, reopen: Callable[[], Any]) -> None:
    assert ask(work, "listeners", "two", NOW) is None
    ask(reopen(), "add_operator", FULL)
    assert ask(work, "listeners", "two", NOW + timedelta(seconds=2)).operator == FULL
    ask(reopen(), "save_operator", replace(FULL, callback_address=None))
    assert ask(work, "listeners", "two", NOW + timedelta(seconds=4)) is None
    assert ask(work, "listeners", "two", NOW) is None, "a clock that was set back keeps nothing alive"


def test_an_operator_without_points_or_address_listens_to_nothing(work: Any) -> None:
    ask(work, "add_operator", replace(FULL, points={}))
    ask(work, "add_operator", PLAIN)
    assert ask(work, "listeners", "two", NOW) is None
    assert ask(work, "listeners", "one", NOW) is None


def test_a_secret_that_cannot_be_opened_hinders_nobody_who_tells(template: Path, tmp_path: Path) -> None:
    """The key was lost: a download goes on, and its messages wait for it."""
    path = new_database(template, tmp_path)
    with_key = SqliteWork(path, WRAPPING)
    ask(with_key, "add_webhook", HOOK)
    with_key.close()
    without = SqliteWork(path)
    try:
        assert ask(without, "listeners", "two", NOW).webhooks == (Subscribed("wh_1", HOOK.event_types),)
        with pytest.raises(ConfigError):
            ask(without, "webhook", "wh_1")
    finally:
        without.close()
