"""``openesim api-key``, from the outside."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.apps.cli.api_key import app
from openesim.apps.settings import DATABASE_FILE
from openesim.kernel.errors import ConfigError, DecodeError, NotFoundError
from openesim.services.access import Scope


def run(*arguments: object) -> str:
    """What a command prints; errors of ours come through."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def add(data: Path, *arguments: object) -> Any:
    return json.loads(run("add", "acme", "--data", data, "--json", *arguments))


def test_a_key_is_shown_once_and_kept_as_a_digest(tmp_path: Path) -> None:
    made = add(tmp_path, "--scopes", "orders:read, stock:read", "--label", "shop", "--days", 30)
    assert re.fullmatch(r"oe_[a-z2-7]{16}_[a-z2-7]{52}", made["key"])
    assert (made["scopes"], made["state"]) == (["orders:read", "stock:read"], "good")
    secret = made["key"].split("_")[2]
    files = b"".join(path.read_bytes() for path in tmp_path.glob(f"{DATABASE_FILE}*"))
    assert secret.encode() not in files
    (listed,) = json.loads(run("list", "--data", tmp_path, "--json"))
    assert listed == {name: value for name, value in made.items() if name != "key"}
    assert secret not in run("list", "--data", tmp_path)


def test_people_are_told_to_keep_the_key(tmp_path: Path) -> None:
    told = run("add", "acme", "--data", tmp_path, "--scopes", "all")
    assert "shown this once" in told
    assert all(scope in told for scope in Scope)


def test_keys_are_listed_by_operator(tmp_path: Path) -> None:
    add(tmp_path, "--scopes", "all")
    run("add", "other", "--data", tmp_path, "--scopes", "all")
    assert [key["operator"] for key in json.loads(run("list", "other", "--data", tmp_path, "--json"))] == [
        "other"
    ]


@pytest.mark.parametrize("by", ["key_id", "key"])
def test_a_key_is_revoked_by_its_name_or_itself(tmp_path: Path, by: str) -> None:
    made = add(tmp_path, "--scopes", "all")
    revoked = json.loads(run("revoke", made[by], "--data", tmp_path, "--json"))
    assert (revoked["state"], revoked["key_id"]) == ("revoked", made["key_id"])
    again = json.loads(run("revoke", made[by], "--data", tmp_path, "--json"))
    assert again["revoked_at"] == revoked["revoked_at"]


def test_what_is_no_scope_operator_or_key_is_refused(tmp_path: Path) -> None:
    for scopes in ("orders:write,nonsense", "", "all,orders:read"):
        with pytest.raises(ConfigError, match="scope"):
            run("add", "acme", "--data", tmp_path, "--scopes", scopes)
    with pytest.raises(DecodeError):
        run("add", "../acme", "--data", tmp_path, "--scopes", "all")
    add(tmp_path, "--scopes", "all")
    with pytest.raises(NotFoundError):
        run("revoke", "nonsense", "--data", tmp_path)
