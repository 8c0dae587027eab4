"""``openesim account``, from the outside: a one-time password is shown once, and nothing of it is kept in clear."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.apps.cli.account import app
from openesim.apps.settings import DATABASE_FILE
from openesim.apps.wiring import open_database
from openesim.kernel.errors import ConfigError, NotFoundError
from openesim.kernel.secret import Secret
from openesim.security.crypto import argon2id
from openesim.security.crypto.argon2id import Argon2Hashing, Cost
from openesim.services.conditions.accounts.account import SecondFactor
from openesim.services.conditions.accounts.attempts import Attempts, login_key
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from openesim.services.conditions.ledger.ledger import Range, Window
from openesim.transparency.entries import EntryKind
from tests.support.database import make_template, new_database
from tests.support.rig import NOW


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture
def data(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder, where to hash a password costs little."""
    monkeypatch.setattr(
        argon2id.Argon2Hashing.__init__, "__defaults__", (Cost(memory_kib=32, passes=1, lanes=4),)
    )
    new_database(template, tmp_path)
    return tmp_path


def run(*arguments: object) -> str:
    """What a command prints; errors of ours come through."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def run_json(data: Path, *arguments: object) -> Any:
    return json.loads(run(*arguments, "--data", data, "--json"))


def ask(data: Path, unit: Any) -> Any:
    """Returns what a unit of work returns."""
    work = open_database(data)
    try:
        return work.run_now(unit)
    finally:
        work.close()


def test_an_account_is_made_and_its_password_is_shown_once(data: Path) -> None:
    made = run_json(data, "add", "Chief", "--role", "chief", "--name", "李 梅")
    assert re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", made["password"])
    assert (made["login"], made["name"], made["role"], made["state"]) == (
        "chief",
        "李 梅",
        "chief",
        "invited",
    )
    account = ask(data, lambda stores: stores.account_of_login("chief"))
    assert Argon2Hashing(bytes).is_right(account.password, Secret(made["password"]))
    files = b"".join(path.read_bytes() for path in data.glob(f"{DATABASE_FILE}*"))
    for secret in (made["password"], "chief@", "李 梅", "argon2id"):
        assert secret.encode() not in files
    (listed,) = run_json(data, "list")
    assert listed == {name: value for name, value in made.items() if name != "password"}


def test_people_are_told_to_whom_the_password_goes(data: Path) -> None:
    told = run("add", "clerk", "--role", "clerk", "--tenant", "qinghe", "--data", data)
    assert "shown this once" in told
    listed = run("list", "--data", data)
    assert "clerk" in listed
    assert "qinghe" in listed
    assert not re.search(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", listed)


def test_accounts_are_listed_by_role_and_tenant(data: Path) -> None:
    for login, role, tenant in (
        ("one", "clerk", "qinghe"),
        ("two", "manager", "qinghe"),
        ("six", "vendor", "7"),
    ):
        run("add", login, "--role", role, "--tenant", tenant, "--data", data)
    assert [each["login"] for each in run_json(data, "list", "--tenant", "qinghe")] == ["one", "two"]
    assert [each["login"] for each in run_json(data, "list", "--role", "vendor")] == ["six"]
    assert [each["login"] for each in run_json(data, "list")] == ["one", "two", "six"]


def test_an_account_is_disabled_and_enabled(data: Path) -> None:
    run("add", "mei", "--role", "subscriber", "--data", data)
    assert run_json(data, "disable", "MEI")["state"] == "disabled"
    assert run_json(data, "enable", "mei")["state"] == "invited"


def test_a_password_is_reset_and_a_lock_lifted(data: Path) -> None:
    first = run_json(data, "add", "mei", "--role", "subscriber")
    name = login_key("mei")

    def lock(stores: Any) -> None:
        assert stores.attempts(name) is None
        stores.save_attempts(name, Attempts(failures=9, at=NOW, locked_until=NOW))

    ask(data, lock)
    second = run_json(data, "reset-password", "mei")
    assert second["password"] != first["password"]
    assert ask(data, lambda stores: stores.attempts(name)) is None
    ask(data, lock)
    run("unlock", "mei", "--data", data)
    assert ask(data, lambda stores: stores.attempts(name)) is None


def test_a_lost_device_is_forgotten(data: Path) -> None:
    run("add", "mei", "--role", "subscriber", "--data", data)
    factor = SecondFactor(secret=Secret(b"s" * 20), last_step=0, recovery=frozenset(), since=NOW)

    def enrol(stores: Any) -> None:
        from openesim.kernel.records import changed

        stores.save_account(changed(stores.account_of_login("mei"), factor=factor))

    ask(data, enrol)
    assert run_json(data, "list")[0]["second_factor"] is True
    assert run_json(data, "reset-totp", "mei")["second_factor"] is False


def test_every_deed_is_in_the_ledger_with_who_did_it(data: Path) -> None:
    run("add", "mei", "--role", "subscriber", "--by", "an admin", "--data", data)
    for command in ("disable", "enable", "reset-password", "reset-totp", "unlock"):
        run(command, "mei", "--by", "an admin", "--data", data)
    window = Window(range=Range.KIND, kind=EntryKind.DEED)
    kept = ask(data, lambda stores: stores.ledger_window(window, 100))
    assert {each.entry.actor for each in kept} == {"an admin"}
    assert sorted(each.entry.facts["deed"] for each in kept) == [
        "account-disabled",
        "account-enabled",
        "account-factor-reset",
        "account-invited",
        "account-password-reset",
        "account-unlocked",
    ]


def test_what_is_no_role_login_or_tenant_is_refused_with_what_is_right(data: Path) -> None:
    with pytest.raises(ConfigError, match="inspector"):
        run("add", "mei", "--role", "boss", "--data", data)
    for arguments, cause in (
        (("me", "--role", "chief"), Cause.LOGIN_FORM),
        (("mei", "--role", "clerk"), Cause.TENANT_MISSING),
        (("mei", "--role", "chief", "--tenant", "qinghe"), Cause.TENANT_TOO_MANY),
        (("mei", "--role", "chief", "--name", " "), Cause.NAME_FORM),
    ):
        with pytest.raises(AccountRefused) as caught:
            run("add", *arguments, "--data", data)
        assert caught.value.cause is cause
    run("add", "mei", "--role", "chief", "--data", data)
    with pytest.raises(AccountRefused) as caught:
        run("add", "Mei", "--role", "chief", "--data", data)
    assert caught.value.cause is Cause.LOGIN_TAKEN
    with pytest.raises(NotFoundError):
        run("disable", "nobody", "--data", data)
    with pytest.raises(ConfigError, match="no accounts"):
        run("list", "--data", data / "elsewhere")
