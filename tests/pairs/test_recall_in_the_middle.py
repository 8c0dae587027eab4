"""A recall while five hundred phones are in the middle of their downloads: two seconds later none gets its package."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.conditions.terminals.recalls import RecallKind, Target
from openesim.kernel.ids import Eid, Iccid, luhn_check_digit
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.following import Following
from openesim.services.conditions.terminals.book import TerminalBook
from openesim.services.conditions.terminals.recalls import make_recall
from tests.support.database import WRAPPING, make_template
from tests.support.gate import books_of, case_of, gate_of
from tests.support.lpa import Lpa
from tests.support.rig import Rig, make_chip

PHONES = 500
WITHIN_S = 2.0


def prepare(rig: Rig, number: int) -> tuple[Lpa, str, str]:
    """Returns a phone whose order is released, with its matching id and confirmation code."""
    chip = make_chip(number)
    case = case_of(Eid(chip.eid), name=f"person {number}")
    rig.work.run_now(lambda stores: stores.add_case(case))
    body = f"898821100000003{number:03d}"
    iccid = Iccid(body + luhn_check_digit(body))
    rig.add_order(iccid=iccid, state=OrderState.AVAILABLE, matching_id=None)
    named = {"eid": chip.eid, "iccid": str(iccid)}
    rig.call_es2("downloadOrder", **named)
    assert rig.call_es2("confirmOrder", **named, releaseFlag=True).pair is None

    def told(stores: Any) -> tuple[str, str]:
        order = stores.order_of_profile(iccid)
        return order.matching_id, stores.code_of_order(order.order_id)

    return rig.lpa(chip), *rig.work.run_now(told)


@pytest.mark.slow
def test_two_seconds_after_a_recall_nobody_gets_his_package(tmp_path: Path, runner: asyncio.Runner) -> None:
    path = make_template(tmp_path)
    work, inspector = SqliteWork(path, WRAPPING), SqliteWork(path, WRAPPING)
    books = books_of()
    assert isinstance(books.terminals, TerminalBook)
    following = Following(work, [books.terminals])
    runner.run(following.load())
    rig = Rig(work, runner, gate=gate_of(books))
    task = runner.get_loop().create_task(following.follow())
    phones = [prepare(rig, number) for number in range(1, PHONES + 1)]
    for lpa, matching_id, _ in phones:
        assert lpa.announce(matching_id).pair is None
    target = Target.parse(RecallKind.EIN, "89049032")
    recalled_at = 0.0
    served_at: list[float] = []
    refused: list[float] = []
    for number, (lpa, _, code) in enumerate(phones):
        if number == PHONES // 5:
            runner.run(work.run(lambda _stores: None))
            inspector.run_now(
                lambda stores: make_recall(
                    stores, target, "the battery burns", "inspector", datetime.now(UTC)
                )
            )
            recalled_at = time.monotonic()
        if recalled_at:
            runner.run(asyncio.sleep(0.005))
        reply = lpa.get_package(code)
        (served_at if reply.pair is None else refused).append(time.monotonic())
        assert reply.pair in {None, ("8.1.1", "3.8")}
    task.cancel()
    with suppress(asyncio.CancelledError):
        runner.run(asyncio.wait_for(asyncio.shield(task), 1))
    for each in (work, inspector):
        each.close()
    assert len(served_at) >= PHONES // 5
    assert refused, "the downloads were over before the recall could have been heard of"
    assert max(served_at) <= recalled_at + WITHIN_S
    assert min(refused) > recalled_at
