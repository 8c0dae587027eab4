"""Disagreements without a browser: found, explained, repaired once, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openesim.provisioning.smdp.orders import ChipState, Order, OrderState
from openesim.services.conditions.accounts.roles import Role
from tests.support.counter_world import case_of, clerk, verify
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import LiveDesks
from tests.support.rig import eid_of

pytestmark = pytest.mark.sockets


@pytest.fixture
def manager(harbour: LiveDesks) -> DeskVisitor:
    """A manager."""
    return clerk(harbour, Role.MANAGER)


def disagreeing(harbour: LiveDesks, number: int) -> Order:
    """Returns an order whose chip has told that it has the profile, while the order says that it was only handed out."""
    who = clerk(harbour)
    case_id = verify(who, eid_of(number))
    who.post(f"/operator/counter/{case_id}/order")
    eid = case_of(harbour, case_id).eid

    def unit(stores: Any) -> Order:
        made = [stores.order(each.order_id) for each in stores.admissions_of_case(case_id, 10)]
        order: Order = replace(made[0], state=OrderState.DOWNLOADED, chip_state=ChipState.ENABLED)
        assert order.eid == eid
        stores.save_order(order)
        return order

    made: Order = harbour.run(harbour.site.work.run(unit))
    return made


def test_what_disagrees_is_found_explained_and_repaired(manager: DeskVisitor, harbour: LiveDesks) -> None:
    order = disagreeing(harbour, 4501)
    text = manager.get("/operator/disagreements?state=Downloaded")
    assert "On the chip, but the order says otherwise" in text
    assert "The order becomes installed" in text
    path = f"/operator/disagreements/{order.iccid}/on-chip-not-installed"
    text = manager.get(path)
    assert "The chip told that it has the profile" in text
    assert "Do the proposed repair below" in text
    assert "--apply" not in text
    text = manager.get(f"{path}/repair")
    assert "The order follows what its chip told" in text
    manager.post(f"{path}/repair")
    assert "It is repaired" in manager.text
    kept = harbour.run(harbour.site.work.run(lambda stores: stores.order(order.order_id)))
    assert kept.state is OrderState.INSTALLED
    assert "Disagreement repaired" in manager.get("/operator/audit")
    manager.post(f"{path}/repair")
    assert "It agrees by now" in manager.text
    manager.get(path)
    assert manager.status == 404


def test_orders_that_agree_say_so_and_one_can_look_further(manager: DeskVisitor) -> None:
    text = manager.get("/operator/disagreements?state=Deleted")
    assert "orders were looked at" in text
    assert manager.get("/operator/disagreements?after=nonsense&state=nonsense")
    assert manager.status == 200


def test_it_is_told_in_chinese(manager: DeskVisitor, harbour: LiveDesks) -> None:
    order = disagreeing(harbour, 4502)
    manager.language = "zh"
    assert "已在芯片上，订单状态不符" in manager.get("/operator/disagreements")
    text = manager.get(f"/operator/disagreements/{order.iccid}/on-chip-not-installed")
    assert "请执行下方建议的修复" in text


def test_nobody_else_finds_or_repairs_it(manager: DeskVisitor, harbour: LiveDesks) -> None:
    order = disagreeing(harbour, 4503)
    stranger = clerk(harbour, Role.MANAGER, "yuanshan")
    path = f"/operator/disagreements/{order.iccid}/on-chip-not-installed"
    for each in (path, f"{path}/repair"):
        stranger.get(each)
        assert stranger.status == 404
    stranger.post(f"{path}/repair")
    assert stranger.status == 404
    assert str(order.iccid) not in stranger.get("/operator/disagreements").replace(" ", "")
    who = clerk(harbour)
    who.get("/operator/disagreements")
    assert who.status == 403
    for kind in ("nothing", "%3Cscript%3E"):
        manager.get(f"/operator/disagreements/{order.iccid}/{kind}")
        assert manager.status == 404
