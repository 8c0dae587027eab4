"""What deploy/ ships agrees with itself and with the program: paths, ports, users, commands."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from openesim.apps.config import find_config
from tests.conftest import REPOSITORY

DEPLOY = REPOSITORY / "deploy"


def unit() -> configparser.ConfigParser:
    """Returns the unit of systemd."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    parser.optionxform = str  # type: ignore[method-assign, assignment]
    parser.read(DEPLOY / "systemd/openesim.service", encoding="utf-8")
    return parser


def container() -> list[tuple[str, str]]:
    """Returns the instructions of the container file, continued lines joined."""
    text = (DEPLOY / "container/Containerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def test_the_configuration_that_is_shipped_is_well_written() -> None:
    config, faults = find_config(DEPLOY / "openesim.toml")
    assert not faults
    assert config is not None


def test_nginx_reaches_the_server_where_it_listens() -> None:
    config, _ = find_config(DEPLOY / "openesim.toml")
    assert config is not None
    conf = (DEPLOY / "nginx/openesim.conf").read_text(encoding="utf-8")
    code = re.sub(r"#.*", "", conf)
    listening = {config.serve.es9, config.serve.es2, config.serve.api, config.serve.desks}
    assert set(re.findall(r"server (unix:\S+)", code)) == listening
    assert f"http://{config.ops.listen}" in code
    assert config.serve.es2_certificate == "proxy"
    assert config.serve.trusted_proxies == ("unix",)


def test_every_way_through_nginx_says_what_nginx_knows_and_not_what_a_stranger_says() -> None:
    conf = re.sub(r"#.*", "", (DEPLOY / "nginx/openesim.conf").read_text(encoding="utf-8"))
    ways = re.findall(r"location [^{]+\{[^}]*?(?:\{[^}]*\}[^}]*)?proxy_pass http://openesim_[^}]*\}", conf)
    assert len(ways) == 4
    for way in ways:
        for header in ("X-Forwarded-For $remote_addr", "X-Request-ID $request_id", "X-Client-Certificate "):
            assert f"proxy_set_header {header}" in way
    handed_on = [way for way in ways if "X-Client-Certificate $ssl_client_escaped_cert" in way]
    assert len(handed_on) == 1
    assert "openesim_es2" in handed_on[0]


def test_the_service_is_no_administrator_and_writes_only_where_it_has_to() -> None:
    service = unit()["Service"]
    assert service["User"] == "openesim"
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")
    assert service["CapabilityBoundingSet"] == ""
    config, _ = find_config(DEPLOY / "openesim.toml")
    assert config is not None
    assert str(config.storage.folder) == f"/var/lib/{service['StateDirectory']}"
    assert str(config.serve.es9).startswith(f"unix:/run/{service['RuntimeDirectory']}/")


def test_the_service_is_told_when_the_server_is_ready_and_renews_by_signal() -> None:
    text = (DEPLOY / "systemd/openesim.service").read_text(encoding="utf-8")
    assert "\nType=notify\n" in text
    reloads = re.findall(r"^ExecReload=(.*)$", text, flags=re.MULTILINE)
    assert reloads == ["/opt/openesim/bin/openesim config check --running", "/bin/kill -HUP $MAINPID"]


def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    text = (DEPLOY / "systemd/openesim.service").read_text(encoding="utf-8")
    assert not re.search(r"^[^#\[\s][^=]*$", text, flags=re.MULTILINE), "every line is a setting"
    if program is None:
        return  # what can be seen without it has been looked at above
    path = tmp_path / "openesim.service"
    path.write_text(text.replace("/opt/openesim/bin/openesim", "/bin/true"), encoding="utf-8")
    done = subprocess.run([program, "verify", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_container_runs_the_server_as_nobody_in_particular() -> None:
    found = container()
    assert [what for name, what in found if name == "FROM"] == [
        "python:3.11-slim AS build",
        "python:3.11-slim",
    ]
    last = dict(found[found.index(("FROM", "python:3.11-slim")) :])
    assert last["USER"] == "10001:10001"
    assert (last["ENTRYPOINT"], last["CMD"]) == ('["openesim"]', '["serve"]')
    assert last["STOPSIGNAL"] == "SIGTERM"
    names = [name for name, _ in found]
    assert names.index("USER") > max(at for at, name in enumerate(names) if name in {"RUN", "COPY"})


@pytest.mark.parametrize(
    "what", [what for name, what in container() if name == "COPY" and "--from" not in what]
)
def test_what_goes_into_the_container_is_in_the_repository(what: str) -> None:
    *sources, _ = what.split()
    assert [name for name in sources if not (REPOSITORY / name).exists()] == []
