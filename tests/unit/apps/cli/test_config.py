"""openesim config: what it finds, what it shows, and what it leaves alone."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from openesim.adapters.keystore.files import init_pki
from openesim.apps.cli.main import app

pytestmark = pytest.mark.sockets

GOOD = """
[serve]
fqdn = "smdp.example.com"
pki = "pki"
es9 = "127.0.0.1:0"
es2 = "127.0.0.1:0"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a PKI."""
    folder = tmp_path_factory.mktemp("config")
    init_pki(folder / "pki", os.urandom, datetime.now(UTC))
    return folder


def run(*arguments: object, **more: str) -> Result:
    """Runs a command of ``openesim config``."""
    return CliRunner().invoke(app, ["config", *map(str, arguments)], env=more)


def check(folder: Path, text: str, *arguments: object, expect: int) -> dict[str, list[dict[str, Any]]]:
    """Checks a text and returns the findings by what they are about."""
    file = folder / "openesim.toml"
    file.write_text(text, encoding="utf-8")
    done = run("check", file, "--json", *arguments)
    assert done.exit_code == expect, done.output
    told = json.loads(done.stdout)
    assert told["ok"] is (expect == 0)
    found: dict[str, list[dict[str, Any]]] = {}
    for each in told["findings"]:
        assert each["verdict"] == "ok" or (each["owner"] and each["next_step"]), each
        found.setdefault(each["subject"], []).append(each)
    return found


def test_what_is_in_order_is_said_to_be_and_nothing_is_made(place: Path) -> None:
    found = check(place, GOOD, expect=0)
    assert {each["verdict"] for rows in found.values() for each in rows} == {"ok"}
    assert {"workers", "pki", "tls", "operators", "database", "key file", "es9", "es2"} < found.keys()
    assert sorted(path.name for path in place.iterdir()) == ["openesim.toml", "pki"]


def test_for_people_every_error_has_an_owner_and_a_next_step(place: Path) -> None:
    (place / "openesim.toml").write_text("[serve]\nfqnd = 'x'\n", encoding="utf-8")
    done = run("check", OPENESIM_DATA=str(place))
    assert done.exit_code == 2
    assert done.stdout == (
        f"ERROR    {place}/openesim.toml:2: [serve] fqnd: there is no such setting; did you mean fqdn?\n"
        "          who:       you\n"
        "          next step: correct it; what may stand there: openesim config example\n"
    )


def test_a_port_in_use_is_found_unless_the_server_runs(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        text = GOOD.replace('es2 = "127.0.0.1:0"', f'es2 = "127.0.0.1:{other.getsockname()[1]}"')
        found = check(place, text, expect=2)
        assert "Address already in use" in found["es2"][0]["message"]
        assert found["es9"][0]["verdict"] == "ok"
        check(place, text, "--running", expect=0)


@pytest.mark.parametrize(
    ("change", "subject", "message"),
    [
        (('"pki"', '"nothing"'), "pki", "is no PKI folder"),
        (('"127.0.0.1:0"\nes2', '"unix:nowhere/es9.sock"\nes2'), "es9", "there is no folder"),
        (("[serve]", "[serve]\nworkers = 2"), "workers", "2 workers need PostgreSQL"),
        (("[serve]", '[serve]\nes2_certificate = "proxy"'), "proxies", "nobody stands in trusted_proxies"),
        (("\n[serve]", '[callbacks]\ntrust = ["ca.pem"]\n[serve]'), "[callbacks] trust", "ca.pem is not there"),
        (("\n[serve]", '[storage]\ndatabase = "nonsense"\n[serve]'), "database", "no connection string"),
        (
            ("\n[serve]", '[storage]\ndatabase = "host=127.0.0.1 port=1 password=geheim"\n[serve]'),
            "database",
            "refused",
        ),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(place: Path, change: tuple[str, str], subject: str, message: str) -> None:
    found = check(place, GOOD.replace(*change), expect=2)
    told = [each["message"] for each in found[subject] if each["verdict"] == "error"]
    assert any(message in each for each in told), found
    assert "geheim" not in json.dumps(found)


def test_keys_that_others_may_read_are_told(place: Path, tmp_path: Path) -> None:
    key = tmp_path / "data" / "keys" / "subscriptions.key"
    key.parent.mkdir(parents=True)
    key.write_text("00" * 32, encoding="ascii")
    key.chmod(0o640)
    (place / "pki" / "nist" / "dpauth.key").chmod(0o644)
    try:
        found = check(place, f'[storage]\nfolder = "{tmp_path}/data"\n{GOOD}', expect=2)
    finally:
        (place / "pki" / "nist" / "dpauth.key").chmod(0o600)
    assert found["key file"][0]["next_step"] == f"chmod 600 {key}"
    assert any("dpauth.key: others may read it" in each["message"] for each in found["pki"])


def test_a_file_that_says_too_little_for_the_server_is_no_error(tmp_path: Path) -> None:
    found = check(tmp_path, "", expect=0)
    assert found["serve"][0]["verdict"] == "warning"
    assert "--fqdn" in found["serve"][0]["message"]


def test_a_file_that_is_no_database_is_told(place: Path, tmp_path: Path) -> None:
    (tmp_path / "openesim.db").write_bytes(b"no database at all" * 100)
    found = check(place, f'[storage]\nfolder = "{tmp_path}"\n{GOOD}', expect=2)
    assert "file is not a database" in found["database"][0]["message"]


def test_what_holds_is_shown(place: Path) -> None:
    (place / "openesim.toml").write_text(GOOD, encoding="utf-8")
    done = run("show", place)
    assert done.stdout.startswith(f'# {place}/openesim.toml\n[serve]\nfqdn = "smdp.example.com"\n')
    assert json.loads(run("show", place, "--json").stdout)["serve"]["es9"] == "127.0.0.1:0"
    assert run("show", place / "pki").stdout.startswith(f"# {place}/pki/openesim.toml is not there")


def test_the_example_passes_its_own_check(tmp_path: Path) -> None:
    found = check(tmp_path, run("example").stdout, expect=0)
    assert "error" not in {each["verdict"] for rows in found.values() for each in rows}
