"""A server that does not start is told, not waited for; a log without faults has events and refusals only."""

from __future__ import annotations

from pathlib import Path

import pytest

from openesim.apps.demo.servers import ServerPlan, ServerProcess, is_fault
from openesim.kernel.errors import OpenEsimError

EVENT = '{"event": "refused", "level": "info", "status": "8.2/1.2"}'


@pytest.fixture
def broken(tmp_path: Path) -> ServerProcess:
    """A server without a PKI."""
    data = tmp_path / "data"
    return ServerProcess(ServerPlan(folder=tmp_path, data=data, pki=tmp_path, fqdn="smdp.example.com"))


@pytest.mark.slow
def test_a_server_that_ends_at_once_is_told_with_its_exit_code(broken: ServerProcess) -> None:
    with pytest.raises(OpenEsimError, match="exit code 2"):
        broken.wait()
    assert "PKI" in "\n".join(broken.log_tail(5))
    assert broken.faults()
    assert broken.stop() == 2


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (EVENT, False),
        ("es9 listening on https://127.0.0.1:8443 (pid 1)", False),
        ("desks listening on http://127.0.0.1:8080 as smdp.example.com (pid 1)", False),
        (EVENT.replace("info", "error"), True),
        ("Traceback (most recent call last):", True),
        ("[]", True),
    ],
)
def test_an_error_or_a_line_that_is_no_event_is_a_fault(line: str, is_one: bool) -> None:
    assert is_fault(line) is is_one


@pytest.mark.slow
def test_a_server_is_ended_once_and_then_stays_ended(broken: ServerProcess) -> None:
    assert broken.stop() == broken.stop()
