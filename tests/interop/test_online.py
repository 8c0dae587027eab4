"""Online for real: a chip of ours in a reader gets its user into two networks, through programs of others."""

from __future__ import annotations

import json
import subprocess

import pytest

from openesim.apps.online.room import NEEDS
from tests.interop.programs import OPENESIM, environment

pytestmark = [
    *(pytest.mark.system(package, program) for program, package in NEEDS.items()),
    pytest.mark.sockets,
    pytest.mark.slow,
    pytest.mark.timeout(400),
]

CHECKS = {
    "empty": ["check_no_usim"],
    "download_both": ["check_on", "check_on", "check_both_disabled", "check_disabled_is_out"],
    "first_online": ["check_online", "check_online", "check_stranger"],
    "false_network": ["check_false", "check_false_left_nothing"],
    "behind": ["check_resynchronised", "check_caught_up", "check_in_step"],
    "second_online": ["check_online", "check_online", "check_stranger"],
    "delete_both": ["check_both_off", "check_no_usim", "check_copy"],
    "closing": ["check_all_ended"],
}


def test_both_subscribers_get_online_and_nobody_else_does() -> None:
    done = subprocess.run(
        [*OPENESIM, "online", "--json"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=380,
    )
    if done.returncode == 2 and "namespaces" in done.stderr:
        pytest.skip(done.stderr)
    assert done.returncode == 0, (done.stdout, done.stderr)
    told = json.loads(done.stdout)
    held = {
        step["step"]: [check["check"] for check in step["checks"] if check["ok"]] for step in told["steps"]
    }
    assert {name: held.get(name) for name in CHECKS} == CHECKS
    assert len(told["steps"]) == 12
