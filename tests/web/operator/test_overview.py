"""The first page of an operator's desk."""

from __future__ import annotations

import re

import pytest

from openesim.services.conditions.accounts.roles import Role
from tests.support.desks import LiveDesks
from tests.support.operator_desk import OperatorDesk
from tests.support.operator_world import OperatorWorld

pytestmark = pytest.mark.sockets


@pytest.fixture(scope="module")
def busy(offices: LiveDesks) -> OperatorDesk:
    """An operator with a day behind him."""
    desk = OperatorDesk(offices, "haitang")

    def live(world: OperatorWorld) -> None:
        world.stock(50, number=11, low_stock=20)
        world.plan()
        world.some_day(40)

    desk.do(live)
    return desk


def stages(page: str) -> dict[str, int]:
    """Returns the funnel by its table."""
    table = page.partition("funnel")[2].partition("<table>")[2].partition("</table>")[0]
    rows = re.findall(r'<th scope="row">([^<]+)</th><td class="number">([\d,]+)</td>', table)
    return {name: int(number.replace(",", "")) for name, number in rows}


def test_todays_orders_are_told_by_how_far_they_have_come(busy: OperatorDesk) -> None:
    visitor = busy.somebody()
    visitor.get("/operator")
    assert visitor.status == 200
    found = stages(visitor.page)
    assert list(found) == ["Ordered", "Code sent", "Authenticated", "Downloaded", "Installed", "Online"]
    assert (found["Ordered"], found["Code sent"], found["Installed"], found["Online"]) == (42, 40, 24, 20)
    assert sorted(found.values(), reverse=True) == list(found.values())


def test_what_failed_is_told_by_cause_with_whose_move_it_is(busy: OperatorDesk) -> None:
    text = busy.somebody().get("/operator")
    assert "The person has 5 lines already; 5 are allowed · 5 times" in text
    assert "Give up a line that is not needed, or dispute one that is not yours" in text
    assert "gate:too-many-lines" in text
    chinese = busy.somebody(language="zh").get("/operator")
    assert "名下已有 5 个号码（上限 5 个） · 5 次" in chinese
    assert "今日订单的进展" in chinese


def test_low_stock_and_held_orders_are_seen_at_once(busy: OperatorDesk) -> None:
    visitor = busy.somebody()
    text = visitor.get("/operator")
    assert "One profile type is low in stock" in text
    assert "qinghe-5g: 8 left, the mark is 20" in text
    assert re.search(r'href="/operator/orders/held">Held</a></p>\s*<p class="figure-value">2', visitor.page)


def test_a_clerk_sees_no_more_than_his_role_does(busy: OperatorDesk) -> None:
    visitor = busy.somebody(Role.CLERK)
    text = visitor.get("/operator")
    assert "Today's orders" in text
    assert "low in stock" not in text
    assert 'href="/operator/stock"' not in visitor.page
    assert 'href="/operator/orders/new"' in visitor.page


def test_a_day_without_orders_says_how_to_make_the_first_one(offices: LiveDesks) -> None:
    text = OperatorDesk(offices, "nobodys").somebody().get("/operator")
    assert "No orders today" in text
    assert "Make a plan, import stock and place an order" in text
