"""READMEs and guides tell the truth: every command in them is run as it is written, every make target exists."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from openesim.apps.cli.main import app
from openesim.apps.demo.run import STEPS, STORY_TEXTS
from openesim.apps.online.texts import TEXTS as ONLINE_TEXTS

REPOSITORY = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh.md")

BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
PORT = re.compile(r"\b844[0-9]\b")

# `make` sets the environment up or runs all tests: its targets are only looked up. Servers are waited for.
PROLOGUE = """\
set -eu
export PATH="$PWD/.venv/bin:$PATH"
servers=
trap '[ -z "$servers" ] || kill $servers 2>/dev/null || true' EXIT
wait_for_server() {
    until grep -q ' listening' "$1"; do kill -0 "$2"; sleep 0.05; done
}
"""
EPILOGUE = "kill $servers; for server in $servers; do wait $server; done; servers=\n"


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
    lines: list[str] = []
    for command in commands:
        if command.startswith("make "):
            continue
        if command.endswith(" &"):
            told = f"server{len(lines)}.out"
            lines += [
                f"{command.removesuffix(' &')} >{told} &",
                'servers="$servers $!"',
                f"wait_for_server {told} $!",
            ]
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


def run_commands(document: str, folder: Path) -> str:
    """Runs the commands of a document in a folder, and returns what they print."""
    script = make_script(read_commands(document))
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.sockets
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.system("curl", "curl")
def test_every_command_of_the_readme_runs_as_written(checkout: Path) -> None:
    printed = run_commands("README.md", checkout)
    assert "Profile 8999901000000000021 is enabled." in printed
    assert re.search(r"8999901000000000021 +Installed +FIRST-ORDER +…\d{8} +enabled", printed), printed
    assert "batch 2027-01: 1000 profiles of type home added" in printed
    assert '"status":"Executed-Success"' in printed
    assert "20 of 20 downloads completed" in printed
    assert "Sample accounts." in printed
    assert "Desks: http://127.0.0.1:" in printed


@pytest.mark.sockets
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_operator_of_one_s_own_gets_a_subscriber_in_as_written(checkout: Path) -> None:
    printed = run_commands("docs/guide/own-operator.md", checkout)
    assert "Profile 8999901000000100003 is enabled." in printed
    assert re.search(r"active  True\n", printed), printed
    assert re.search(r"AUTN  [0-9a-f]{32}\n", printed), printed
    (exported,) = (checkout / "data" / "subscribers.json").read_text(encoding="utf-8").splitlines()
    assert json.loads(exported)["imsi"] == "001010000100000"


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


@pytest.mark.parametrize(("readme", "chosen"), [("README.md", 0), ("README.zh.md", 1)])
def test_what_a_readme_shows_of_narrated_runs_is_what_they_say(readme: str, chosen: int) -> None:
    texts = [*STORY_TEXTS.values(), *ONLINE_TEXTS.values()]
    said = [re.sub(r"\\{[^}]*\\}", ".+", re.escape(text[chosen])) for text in texts]
    blocks = [block for block in read_blocks(readme, "") if "✓" in block]
    assert len(blocks) == 2
    assert f"/{STEPS}  " in blocks[0]
    for block in blocks:
        whole = re.sub(r"\n {4}", " " if chosen == 0 else "", block)
        shown = re.findall(r"^(?:  ✓ |[ 0-9]{2}/[0-9]+  )(.*?)(?: ─+)?$", whole, re.MULTILINE)
        assert len(shown) >= 5
        for line in shown:
            assert any(re.fullmatch(text, line) for text in said), line


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    texts = [(REPOSITORY / readme).read_text(encoding="utf-8") for readme in READMES]
    targets = {
        target for text in texts for target in re.findall(r"^make (\w+)|`make (\w+)", text, re.MULTILINE)
    }
    named = {first or second for first, second in targets}
    assert {"demo", "online", "test", "setup"} <= named
    assert [target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_the_contract_names_every_command() -> None:
    contract = next(
        block for block in read_blocks("README.md", "text") if block.startswith("openesim pki init")
    )
    for command in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        assert f"openesim {command} " in contract
