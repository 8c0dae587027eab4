"""The READMEs tell the truth: every command in them is run as it is written, every path in them exists."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh.md")

BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)|`((?:docs|examples|src|tests|tools)/[\w./-]*)`")
PORT = re.compile(r"\b844[0-9]\b")

# `make` sets the environment up or runs all tests: its targets are only looked up. A server is waited for.
PROLOGUE = """\
set -eu
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true' EXIT
wait_for_server() {
    until grep -q 'es9 listening' server.out; do kill -0 "$1"; sleep 0.05; done
}
"""
EPILOGUE = 'kill "$server"; wait "$server"; server=\n'


def read_blocks(readme: str, kind: str) -> list[str]:
    """Returns the blocks of one kind, without the indentation they have in lists."""
    text = (REPOSITORY / readme).read_text(encoding="utf-8")
    return [
        "\n".join(line.removeprefix(indent) for line in body.splitlines())
        for indent, found, body in BLOCK.findall(text)
        if found == kind
    ]


def read_commands(readme: str) -> list[str]:
    """Returns the commands of a README, one a line."""
    return [line for block in read_blocks(readme, "sh") for line in block.splitlines() if line.strip()]


def free_port() -> str:
    """Returns a port of the loopback interface that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def make_script(commands: list[str]) -> str:
    """Returns the commands as a script that stops at the first one that fails, on ports that are free."""
    lines = []
    for command in commands:
        if command.startswith("make "):
            continue
        if command.endswith(" &"):
            lines += [f"{command.removesuffix(' &')} >server.out &", "server=$!", 'wait_for_server "$server"']
        else:
            lines += [f"echo '>>>' {len(lines)}", command]
    text = "\n".join(lines)
    ports = {port: free_port() for port in PORT.findall(text)}
    return PROLOGUE + PORT.sub(lambda match: ports[match.group()], text) + "\n" + EPILOGUE


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that has of a checkout what the commands need."""
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    return tmp_path


@pytest.mark.sockets
@pytest.mark.slow
@pytest.mark.system("curl", "curl")
def test_every_command_of_the_readme_runs_as_written(checkout: Path) -> None:
    script = make_script(read_commands("README.md"))
    done = subprocess.run(
        ["bash", "-c", script], cwd=checkout, capture_output=True, encoding="utf-8", check=False
    )
    told = f"{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, told
    assert "Profile 8999901000000000021 is enabled." in done.stdout, told
    assert re.search(r"8999901000000000021 +Installed +FIRST-ORDER +…\d{8} +enabled", done.stdout), told
    assert '"status":"Executed-Success"' in done.stdout, told
    assert "20 of 20 downloads completed" in done.stdout, told


@pytest.mark.slow
def test_the_orders_in_csv_can_be_imported(checkout: Path) -> None:
    commands = """
        openesim profile build examples/profile.toml data/travel.der
        openesim order import examples/orders.csv --data data --json
    """
    script = f'set -eu\nexport PATH="$PWD/.venv/bin:$PATH"\n{commands}'
    done = subprocess.run(["bash", "-c", script], cwd=checkout, capture_output=True, check=True)
    summary, _, orders = done.stdout.decode().partition("\n")
    assert "14 elements" in summary
    assert "note: " not in done.stdout.decode()
    states = [(order["matching_id"], order["state"]) for order in json.loads(orders)]
    assert states == [("BATCH-0001", "Released"), ("BATCH-0002", "Released"), ("BATCH-0003", "Confirmed")]
    assert (checkout / "data" / "travel.der").stat().st_mode & 0o777 == 0o600


def test_both_readmes_give_the_same_commands() -> None:
    assert read_commands("README.md") == read_commands("README.zh.md")
    assert read_blocks("README.md", "text") == read_blocks("README.zh.md", "text")


@pytest.mark.parametrize("readme", READMES)
def test_what_a_readme_points_to_is_there(readme: str) -> None:
    text = (REPOSITORY / readme).read_text(encoding="utf-8")
    paths = {first or second for first, second in LINK.findall(text)}
    assert len(paths) > 5
    assert [path for path in sorted(paths) if not (REPOSITORY / path).exists()] == []


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    texts = [(REPOSITORY / readme).read_text(encoding="utf-8") for readme in READMES]
    targets = {
        target for text in texts for target in re.findall(r"^make (\w+)|`make (\w+)", text, re.MULTILINE)
    }
    named = {first or second for first, second in targets}
    assert {"demo", "test", "setup"} <= named
    assert [target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_the_contract_names_every_command() -> None:
    (contract,) = read_blocks("README.md", "text")
    for command in ("pki", "order", "serve", "euicc", "lpa", "load", "demo"):
        assert f"openesim {command} " in contract
