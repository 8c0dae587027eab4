"""Her own page: the lines in her name at every operator, no new ones against her will, and who looked at her data."""

from __future__ import annotations

import asyncio
from http.client import CREATED

from openesim.apps.demo.refusals import tell_facts
from openesim.apps.demo.scene import Scene
from openesim.apps.wiring import SystemClock
from openesim.apps.world.people import SUBSCRIBER
from openesim.conditions.admission.admission import LineState
from openesim.conditions.identity.case import Field
from openesim.conditions.identity.texts import FIELD_TEXTS
from openesim.services.conditions.subscriber.lines import OwnLines, OwnRecords


def see_lines(scene: Scene) -> None:
    """Step 15: she sees her lines, freezes new ones, and an order in her name is refused from then on."""
    scene.begin("lines_seen")
    teller, account = scene.teller, scene.people.account(SUBSCRIBER)
    records = OwnRecords(scene.home.work, SystemClock())
    found = asyncio.run(records.lines(account))
    _tell_lines(scene, found)
    states = [] if found is None else [line.state for line in found.lines]
    teller.check(states == [LineState.ACTIVE, LineState.ENDED], "check_lines")
    looks = [look for data in asyncio.run(records.kept(account)) for look in data.looks]
    for look in looks:
        teller.say(
            "look", style="dim", at=f"{look.at:%H:%M:%S}", who=teller.text(f"who_{look.who.value}"),
            fields=teller.text("comma").join(FIELD_TEXTS[Field(field)][teller.language] for field in look.fields),
        )  # fmt: skip
    teller.check(len(looks) == 2, "check_looks", count=len(looks))
    asyncio.run(records.freeze(account))
    has_heard = scene.wait_for_answer("frozen")
    status, problem = scene.order()
    teller.say("http_refusal", style="bold yellow", status=status)
    tell_facts(teller, problem.get("explanation", {}))
    teller.check(has_heard and status != CREATED, "check_frozen")


def _tell_lines(scene: Scene, found: OwnLines | None) -> None:
    teller = scene.teller
    rows = [
        (
            teller.text("operator_here", home=scene.home.name) if line.operator else "",
            line.iccid,
            teller.text(f"line_{line.state.value}"),
        )
        for line in (found.lines if found is not None else ())
    ]
    teller.table(("operator", "ICCID", "line"), rows)
