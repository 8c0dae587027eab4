"""What docs/api.md shows can be run: every example, by curl, against a server."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from openesim.adapters.web.serving import WebServer
from openesim.provisioning.smdp.orders import OrderState
from tests.support.api import BASE, Api, fill_stock
from tests.support.memory import MemoryWork
from tests.support.rig import Rig, new_runner

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
SCRIPT = "set -euo pipefail\n" + "\n".join(
    re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
)
HOST = "127.0.0.1"


@pytest.mark.sockets
@pytest.mark.system("curl", "curl")
def test_every_example_of_the_page_can_be_run(tmp_path: Path) -> None:
    import asyncio
    import socket

    with new_runner() as runner, socket.create_server((HOST, 0)) as bound:
        work = MemoryWork()
        api = Api(Rig(work, runner))
        fill_stock(api.rig, 3)
        server = WebServer(api.app)
        runner.run(server.open([bound]))
        environment = {**os.environ, "API": f"http://{HOST}:{bound.getsockname()[1]}{BASE}", "KEY": api.key}
        done = runner.run(
            asyncio.to_thread(
                subprocess.run,
                ["bash", "-c", SCRIPT],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        )
        runner.run(server.close())
    assert done.returncode == 0, done.stderr
    assert SCRIPT.count("curl ") > 15
    assert {path.name for path in tmp_path.iterdir()} == {"code.svg", "code.png", "codes.zip"}
    states = {order.state for order in work.stores.orders.values()}
    assert states == {OrderState.AVAILABLE, OrderState.RELEASED}
