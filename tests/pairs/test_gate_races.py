"""Many orders of one person at once: four processes, two operators, one PostgreSQL, and a limit that holds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from openesim.adapters.db.postgres import PostgresWork
from openesim.conditions.admission.admission import LineState
from openesim.provisioning.smdp.orders import Order, OrderState
from tests.support.database import WRAPPING, Cluster
from tests.support.gate import case_of, person_of
from tests.support.gate_racer import LIMIT, iccid_of
from tests.support.rig import NOW, eid_of, make_package

PROCESSES, EACH = 4, 50
OPERATORS = ("operator", "other")


def fill(stores: Any) -> None:
    """Puts the stock, and a verification of one person for each chip, into the stores."""
    package = stores.add_package(make_package(), bytes(32))
    for number in range(PROCESSES * EACH):
        operator = OPERATORS[number // EACH % 2]
        stores.add_order(
            Order(
                iccid=iccid_of(number),
                package_id=package.package_id,
                profile_type=package.name,
                operator=operator,
                state=OrderState.AVAILABLE,
            )
        )
        stores.add_case(case_of(eid_of(number), operator=operator))
    stores.hold_person(person_of("Wang"), NOW)


@pytest.mark.sockets
@pytest.mark.slow
def test_two_hundred_orders_of_one_person_at_once_get_five_lines(cluster: Cluster) -> None:
    address = cluster.new_database()
    work = PostgresWork(address, WRAPPING)
    work.run_now(fill)
    racers = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.support.gate_racer",
                address,
                OPERATORS[number % 2],
                str(number * EACH),
                str(EACH),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    ends: Counter[str] = Counter()
    for racer in racers:
        said, _ = racer.communicate(timeout=200)
        assert racer.returncode == 0
        ends.update(json.loads(said))
    lines = work.run_now(lambda stores: stores.lines_of_person(person_of("Wang")))
    work.close()
    assert ends["released"] == LIMIT
    assert sum(ends.values()) == PROCESSES * EACH
    assert {end.partition("?")[0] for end in ends} == {"released", "gate:too-many-lines-nationwide"}
    assert [line.state for line in lines] == [LineState.RESERVED] * LIMIT
