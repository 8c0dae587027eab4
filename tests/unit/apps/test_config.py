"""The configuration file: what it may say, what is told when it says something else, what goes before what."""

from __future__ import annotations

from pathlib import Path

import pytest

from openesim.apps.config import Config, config_path, data_folder, find_config, read_config
from openesim.apps.settings import Address, SocketFile, serve_settings, workers_of
from openesim.kernel.errors import ConfigError

WHOLE = """
[serve]
fqdn = "SMDP.example.com"
pki = "pki"
es9 = "[::1]:8443"
es2 = "unix:run/es2.sock"
workers = 2
trusted_proxies = ["unix", "10.0.0.0/8"]

[storage]
folder = "data"
database = "postgresql:///openesim"
"""


def written(folder: Path, text: str, name: str = "openesim.toml") -> Path:
    """Writes a file and returns its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str) -> list[str]:
    """Returns what is wrong with a text, with the line before it."""
    config, faults = find_config(written(folder, text))
    assert config is None
    return [f"{fault.line}: {fault}" for fault in faults]


def test_a_folder_without_a_file_is_one_laboratory(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config()
    assert data_folder(tmp_path) == tmp_path


def test_the_folder_or_the_file_may_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    assert read_config(tmp_path) == read_config(path)
    assert config_path(tmp_path) == config_path(path) == path


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"other\.toml cannot be read: No such file"):
        read_config(tmp_path / "other.toml")


def test_a_folder_may_be_called_like_a_file(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").mkdir()
    assert read_config(tmp_path / "lab.toml") == Config()


def test_relative_paths_begin_in_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, WHOLE)
    monkeypatch.chdir(tmp_path.parent)
    for data in (tmp_path, Path(tmp_path.name)):
        settings = serve_settings(data, {})
        assert settings.pki == tmp_path / "pki"
        assert settings.es2 == SocketFile(tmp_path / "run/es2.sock")
        assert data_folder(data) == tmp_path / "data"


def test_flags_go_before_the_file(tmp_path: Path) -> None:
    flags = {"es9": "127.0.0.1:1", "pki": "elsewhere", "workers": 3, "plain_http": True, "fqdn": None}
    settings = serve_settings(written(tmp_path, WHOLE), flags)
    assert settings.es9 == Address("127.0.0.1", 1)
    assert settings.pki == Path("elsewhere"), "what is typed begins where we are"
    assert settings.plain_http
    assert settings.fqdn == "smdp.example.com", "the file holds what is not typed"
    assert workers_of(settings) == 3


def test_a_flag_is_held_against_the_schema_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--es9 nowhere: 'nowhere' is not HOST:PORT"):
        serve_settings(written(tmp_path, WHOLE), {"es9": "nowhere"})


def test_what_is_told_nowhere_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--fqdn … --pki …, or write fqdn, pki under \[serve\]"):
        serve_settings(tmp_path, {"es9": "127.0.0.1:1"})


def test_several_workers_need_postgresql(tmp_path: Path) -> None:
    settings = serve_settings(written(tmp_path, WHOLE.replace("database", "# database")), {})
    with pytest.raises(ConfigError, match="2 workers need PostgreSQL: a SQLite database has one writer"):
        workers_of(settings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[serve]\nfqnd = 'a'", "2: [serve] fqnd: there is no such setting; did you mean fqdn?"),
        ("[serve]\nplain-http = true", "2: [serve] plain-http: there is no such setting; did you mean plain_http?"),
        ("\n[sotrage]\n", "2: [sotrage]: there is no such section; did you mean storage?"),
        ("[serve]\n\nworkers = 0", "3: [serve] workers: has to be a whole number from 1 to 256"),
        ("[serve]\nworkers = '2'", "2: [serve] workers: has to be a whole number from 1 to 256"),
        ("[serve]\nplain_http = 1", "2: [serve] plain_http: has to be true or false"),
        ("[serve]\npki = 1", "2: [serve] pki: has to be text, not int"),
        ("[serve]\nes2_certificate = 'no'", '2: [serve] es2_certificate: has to be one of "proxy", "tls"'),
        ("[serve]\ntrusted_proxies = ['me']", "2: [serve] trusted_proxies: 'me' is not an IP address, a network"),
        ("[serve]\nfqdn = 'a b'", "2: [serve] fqdn: 'a b' is not a host name"),
        ("serve.es9 = '80'", "1: [serve] es9: '80' is not HOST:PORT, such as 127.0.0.1:8443"),
        ("serve = 1", "1: [serve]: this is a section, and no value"),
        ("[serve]\nfqdn = ", "2: this is not TOML: Invalid value"),
        ("[serve]\nfqdn = 'a'\nfqdn = 'b'", "3: this is not TOML: Cannot overwrite a value"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line_field_and_what_is_allowed(
    tmp_path: Path, text: str, told: str
) -> None:
    (fault,) = faults_of(tmp_path, text)
    assert fault.startswith(told)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "[serve]\nworkers = 0\n\n[storage]\nconnections = 100\n[nothing]\n")
    with pytest.raises(ConfigError) as raised:
        read_config(path)
    lines = str(raised.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{path}:2", f"{path}:5", f"{path}:6"]


def test_a_file_that_is_no_text_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "openesim.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is not text in UTF-8"):
        read_config(tmp_path)
