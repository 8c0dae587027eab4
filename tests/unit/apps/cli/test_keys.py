"""``openesim keys``, from the outside: keys in a file, and keys in a token on SoftHSM2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.apps.cli import stock
from openesim.apps.cli.keys import app
from openesim.apps.settings import KEY_FILE
from openesim.kernel.errors import ConfigError, ConflictError
from openesim.services import keys as room
from tests.support.batches import COUNTED, toml
from tests.support.rig import package_octets
from tests.support.softhsm import NEEDED, make_token, softhsm, write_configuration

__all__ = ["softhsm"]


def run(*arguments: object, exit_code: int = 0, application: Any = app) -> str:
    """What a command prints; errors of ours come through."""
    result = CliRunner().invoke(application, [str(one) for one in arguments], catch_exceptions=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.stdout


def run_json(*arguments: object, exit_code: int = 0) -> Any:
    """The document a command prints with --json."""
    return json.loads(run(*arguments, "--json", exit_code=exit_code))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else runs here who would have to hear of a new data key."""
    monkeypatch.setattr(room, "SETTLE_S", 0.0)
    monkeypatch.setattr(room.KeyRotation.__init__, "__kwdefaults__", {"settle_s": 0.0})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a batch in stock."""
    (tmp_path / "testland.der").write_bytes(package_octets())
    (tmp_path / "batch.toml").write_text(toml(COUNTED))
    run("add", tmp_path / "batch.toml", "--data", tmp_path / "data", application=stock.app)
    return tmp_path / "data"


def key_octets(data: Path) -> list[str]:
    """The keys of the key file, as digits."""
    return [line.split()[0] for line in (data / KEY_FILE).read_text().splitlines()]


def test_keys_are_shown_by_name_and_never_themselves(data: Path) -> None:
    shown = run_json("show", "--data", data)
    (wrapping,) = shown["key_encryption_keys"]
    assert wrapping["name"].startswith("file-")
    assert (wrapping["data_keys"], wrapping["wraps"]) == (2, True)
    assert [each["records"] for each in shown["data_keys"]] == [1]
    assert shown["records_under_keys_of_batches"] == 5
    assert (shown["records_in_clear"], shown["data_keys_of_strangers"]) == (0, 0)
    text = run("show", "--data", data)
    assert wrapping["name"] in text
    assert "wraps" in text
    assert key_octets(data)[0] not in text


def test_a_folder_without_a_database_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no keys in"):
        run("show", "--data", tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_the_key_encryption_key_is_rotated_and_the_old_one_forgotten(data: Path) -> None:
    before = key_octets(data)
    told = run_json("rotate", "--data", data)
    assert told["rewrapped"] == 2
    assert key_octets(data)[1:] == before
    assert (data / KEY_FILE).stat().st_mode & 0o777 == 0o600
    shown = run_json("show", "--data", data)["key_encryption_keys"]
    assert [each["data_keys"] for each in shown] == [2, 0]
    assert "still accepted" in run("rotate", "--data", data)
    assert len(run_json("forget", "--data", data, "--yes")["forgotten"]) == 2
    assert len(key_octets(data)) == 1
    assert run("forget", "--data", data, "--yes") == "there was none\n"
    assert run("check", "--data", data) == "every key is there and fits\n"


def test_forgetting_is_asked_about(data: Path) -> None:
    run_json("rotate", "--data", data)
    result = CliRunner().invoke(app, ["forget", "--data", str(data)], input="n\n")
    assert result.exit_code == 1
    assert "Backups" in result.stdout
    assert len(key_octets(data)) == 2


def test_a_rotation_that_was_begun_is_finished_and_no_other_begun(data: Path) -> None:
    from openesim.apps.keys import key_file

    name = key_file(data).renew()
    with pytest.raises(ConflictError, match="still stand under"):
        run("forget", "--data", data, "--yes")
    assert run_json("rotate", "--data", data) == {"wraps": name, "rewrapped": 2}
    assert len(key_octets(data)) == 2


def test_the_next_key_is_prepared_for_every_machine(data: Path) -> None:
    prepared = run_json("rotate", "--prepare", "--data", data)["next"]
    assert run_json("rotate", "--data", data)["wraps"] == prepared


def test_every_record_is_sealed_under_a_new_data_key(data: Path) -> None:
    told = run_json("rotate", "--data-keys", "--data", data)
    assert told["resealed"] == 6
    shown = run_json("show", "--data", data)
    assert {each["number"]: each["records"] for each in shown["data_keys"]}[told["data_key"]] == 6
    assert shown["records_under_keys_of_batches"] == 0
    assert run_json("reseal", "--data", data) == {"resealed": 0}
    listed = json.loads(run("list", "--data", data, "--json", application=stock.app))
    assert listed["types"][0]["available"] == 5


def test_a_key_file_of_another_database_is_found_by_check(data: Path) -> None:
    (data / KEY_FILE).write_text("ab" * 32 + "\n")
    checked = run_json("check", "--data", data, exit_code=1)
    assert checked["findings"] == ["2 data keys stand under a key-encryption key that is not here"]


def test_commands_of_a_token_say_where_it_is_to_be_named(data: Path) -> None:
    for asked in (("list",), ("import", data), ("generate", data)):
        with pytest.raises(ConfigError, match=r"openesim\.toml names no token"):
            run(*asked, "--data", data)


@NEEDED
@pytest.mark.usefixtures("softhsm")
def test_keys_are_generated_in_a_token_and_certified(tmp_path: Path) -> None:
    from openesim.apps.cli import pki

    make_token("generated")
    data, folder = tmp_path / "data", tmp_path / "pki"
    write_configuration(data, "generated")
    run("init", folder, application=pki.app)
    made = run_json("generate", folder, "--data", data)["generated"]
    assert len(made) == 6
    assert not list(folder.rglob("dpauth.key"))
    checked = run_json("check", "--data", data, "--pki", folder)
    assert checked["servers"] == dict.fromkeys(sorted(made), "token") or set(checked["servers"].values()) == {
        "token"
    }
    assert {each["can_leave"] for each in run_json("list", "--data", data)} == {False}
    assert "stays in" in run("list", "--data", data)


@NEEDED
@pytest.mark.usefixtures("softhsm")
def test_a_key_of_the_token_is_sent_to_a_ci(tmp_path: Path) -> None:
    from cryptography import x509

    make_token("request")
    data, out = tmp_path / "data", tmp_path / "out.csr"
    write_configuration(data, "request")
    asked = ["request", out, "--data", data, "--label", "ours", "--organization", "O", "--common-name", "N"]
    with pytest.raises(ConfigError, match="no key was made"):
        run(*asked, "--oid", "not an identifier")
    assert run_json("list", "--data", data) == []
    told = run_json(*asked, "--oid", "2.999.10")
    assert (told["label"], told["token"]) == ("ours", "request")
    request = x509.load_pem_x509_csr(out.read_bytes())
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=N,O=O"
    with pytest.raises(ConfigError, match="is there already"):
        run(*asked)
    assert [(each["label"], each["can_leave"]) for each in run_json("list", "--data", data)] == [
        ("ours", False)
    ]


@NEEDED
@pytest.mark.usefixtures("softhsm")
def test_a_database_moves_from_the_file_to_a_token_and_back(data: Path) -> None:
    make_token("moving")
    first = run_json("show", "--data", data)["key_encryption_keys"][0]["name"]
    write_configuration(data, "moving")
    told = run_json("rotate", "--data", data)
    assert told["wraps"].startswith("token-")
    assert run_json("forget", "--data", data, "--yes")["forgotten"] == [first]
    assert not (data / KEY_FILE).exists()
    assert run("check", "--data", data) == "every key is there and fits\n"
    config = (data / "openesim.toml").read_text()
    (data / "openesim.toml").write_text(config.replace('provider = "pkcs11"', 'provider = "files"'))
    assert run_json("rotate", "--data", data)["wraps"].startswith("file-")
    assert run_json("forget", "--data", data, "--yes")["forgotten"] == [told["wraps"]]
    (data / "openesim.toml").unlink()
    assert run("check", "--data", data) == "every key is there and fits\n"
