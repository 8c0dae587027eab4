"""Orders at an operator's desk: the table, one order, and what is done to it."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from openesim.conditions.admission.admission import LineState
from openesim.provisioning.smdp.history import Action
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.conditions.accounts.roles import Role
from openesim.services.listing import Filters, Listing
from tests.support.desks import LiveDesks
from tests.support.operator_desk import OperatorDesk
from tests.support.operator_world import OperatorWorld, other_eid
from tests.support.rig import eid_of

pytestmark = pytest.mark.sockets

ORDERS = "/operator/orders"
SHOWN = re.compile(r'href="/operator/orders/(\d{18,20})"')


@pytest.fixture(scope="module")
def desk(offices: LiveDesks) -> OperatorDesk:
    """An operator with orders of a week."""
    desk = OperatorDesk(offices, "orders")

    def live(world: OperatorWorld) -> None:
        world.stock(90, number=41)
        world.stock(5, number=42, profile_type="orders-watch")
        for at in range(60):
            state = (OrderState.RELEASED, OrderState.INSTALLED, OrderState.ERROR)[at % 3]
            world.order(state, ago=timedelta(hours=at), eid=eid_of(4000 + at), reference=f"R-{at}")
        world.order(profile_type="orders-watch", ago=timedelta(days=40), reference="=cmd|' /C calc'!A0")

    desk.do(live)
    return desk


def shown(page: str) -> list[str]:
    """Returns the ICCIDs of a table, in its order."""
    return SHOWN.findall(page)


def test_the_newest_orders_come_first_and_the_next_page_goes_on(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    visitor.get(ORDERS)
    first = shown(visitor.page)
    assert len(first) == 50
    following = re.search(r'href="([^"]+after=[^"]+)"><span>Next page', visitor.page)
    assert following is not None
    visitor.get(following[1].replace("&amp;", "&"))
    second = shown(visitor.page)
    assert len(second) == 11
    assert not set(first) & set(second)
    visitor.get(f"{ORDERS}?sort=ordered")
    assert shown(visitor.page)[:11] == second[::-1]
    visitor.get(f"{ORDERS}?sort=changed")
    assert shown(visitor.page)[0] == second[-1]
    visitor.get(f"{ORDERS}?sort=-changed")
    assert shown(visitor.page)[:50] == first


def test_a_place_that_is_none_is_the_beginning(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    for after in ("1", "x.y", "9" * 30 + ".1", "-1.5", "1.2.3", "٣.٤"):
        visitor.get(f"{ORDERS}?{urlencode({'after': after})}")
        assert visitor.status == 200


def test_filters_stand_in_the_address(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    visitor.get(f"{ORDERS}?state=installed")
    assert len(shown(visitor.page)) == 20
    visitor.get(f"{ORDERS}?type=orders-watch")
    assert len(shown(visitor.page)) == 1
    visitor.get(f"{ORDERS}?when=week&state=error")
    assert len(shown(visitor.page)) == 20
    visitor.get(f"{ORDERS}?when=today&sort=ordered")
    today = len(shown(visitor.page))
    assert 0 < today < 30
    now = desk.desks.site.ambient.clock.now()
    days = urlencode({"from": (now - timedelta(days=41)).date(), "to": (now - timedelta(days=39)).date()})
    visitor.get(f"{ORDERS}?{days}")
    assert len(shown(visitor.page)) == 1
    visitor.get(f"{ORDERS}?state=nonsense&when=never&from=31.12.&sort=eid")
    assert len(shown(visitor.page)) == 50


def test_an_order_is_found_by_what_people_have_of_it(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    order = named(desk, "R-7")
    assert order.eid is not None
    for text in (str(order.iccid), f"{order.eid}", " ".join(re.findall("....", str(order.eid))), "R-7"):
        visitor.get(f"{ORDERS}?{urlencode({'q': text})}")
        assert shown(visitor.page) == [str(order.iccid)], text
    text = visitor.get(f"{ORDERS}?q={other_eid(order.eid, 20)}")
    assert "the check digits do not fit" in text
    text = visitor.get(f"{ORDERS}?q={str(order.iccid)[:-1]}{(int(order.iccid[-1]) + 1) % 10}")
    assert "The check digit of this ICCID does not fit" in text
    text = visitor.get(f"{ORDERS}?{urlencode({'q': '<img src=x>'})}")
    assert "Nothing matches" in text
    assert "<img src=x>" not in visitor.page


def named(desk: OperatorDesk, reference: str) -> Order:
    """Returns the order with a reference."""
    page = desk.desks.run(Listing(desk.desks.site.work).page(Filters(reference=reference), "orders", None, 1))
    order: Order = page.orders[0]
    return order


def test_all_of_it_is_given_as_a_file_in_which_nothing_is_a_formula(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    http_status, headers, text = visitor.desks.get(f"{ORDERS}?format=csv", visitor.token)
    assert (http_status, headers["content-disposition"]) == (200, 'attachment; filename="orders.csv"')
    rows = list(csv.reader(io.StringIO(text.lstrip("\N{BYTE ORDER MARK}"))))
    assert rows[0][:3] == ["ICCID", "State", "Ordered"]
    assert len(rows) == 62
    assert rows[-1][3] == "'=cmd|' /C calc'!A0"
    assert rows[1][4] == str(eid_of(4000))
    _, _, text = visitor.desks.get(f"{ORDERS}?format=csv&state=error", visitor.token, accept_language="zh")
    assert text.count("失败") == 20


def test_one_order_tells_everything_that_happened(desk: OperatorDesk) -> None:
    order = desk.do(lambda world: world.order(OrderState.INSTALLED, eid=eid_of(4100)))
    desk.do(lambda world: world.refused(order, 1, Action.AUTHENTICATE_CLIENT))
    visitor = desk.somebody()
    text = visitor.get(f"{ORDERS}/{order.iccid}")
    assert "The profile came into stock" in text
    assert (
        text.index("DownloadOrder")
        < text.index("GetBoundProfilePackage")
        < text.index("how the installation went")
    )
    assert "The person has 5 lines already; 5 are allowed" in text or "the person has 5 lines already" in text
    assert "gate:too-many-lines" in text
    assert "&#34;action&#34;: &#34;authenticate_client&#34;" in visitor.page
    assert order.matching_id not in visitor.page
    assert "芯片上报安装结果" in desk.somebody(language="zh").get(f"{ORDERS}/{order.iccid}")


def test_what_is_no_order_is_not_there(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    for wrong in ("1", "x" * 19, "8986999000000000016", "held%2f..", "%00"):
        visitor.get(f"{ORDERS}/{wrong}")
        assert visitor.status == 404


# --- the code -----------------------------------------------------------------------------------------------------


def test_the_code_says_which_chip_it_is_bound_to_before_one_scans_it(desk: OperatorDesk) -> None:
    now = desk.desks.site.ambient.clock.now()
    order = desk.do(lambda world: world.order(eid=eid_of(4101), expires_at=now + timedelta(days=3)))
    visitor = desk.somebody(Role.CLERK)
    assert "noted in the ledger" in visitor.get(f"{ORDERS}/{order.iccid}/code")
    assert order.matching_id not in visitor.page
    assert desk.deeds(order) == [], (
        "who loads a page again, or reads it in another language, looks at nothing"
    )
    text = visitor.post(f"{ORDERS}/{order.iccid}/code")
    assert "Works only on the chip with this EID" in text
    assert "Good until" in text
    assert f"LPA:1$smdp.example.com${order.matching_id}" in text
    assert text.index("Works only") < visitor.page.index('class="qr"')
    assert '<svg class="qr"' in visitor.page
    assert desk.deeds(order) == ["show-code"]
    text = visitor.get(f"{ORDERS}/{order.iccid}")
    assert "The activation code was looked at" in text
    assert "not sealed yet" in text


def test_there_is_no_code_of_what_cannot_be_downloaded(desk: OperatorDesk) -> None:
    for state in (OrderState.INSTALLED, OrderState.CONFIRMED, OrderState.ERROR):
        order = desk.do(lambda world: world.order(state))  # noqa: B023
        visitor = desk.somebody(language="zh")
        visitor.get(f"{ORDERS}/{order.iccid}/code")
        assert visitor.status == 409
        text = visitor.post(f"{ORDERS}/{order.iccid}/code")
        assert visitor.status == 409
        assert "该订单目前没有可用的激活码" in text
        assert order.matching_id not in visitor.page
        assert desk.deeds(order) == []


# --- issued again, taken back -------------------------------------------------------------------------------------


def seen(order: Order) -> str:
    assert order.changed_at is not None
    return order.changed_at.isoformat()


def test_an_order_is_issued_again_and_the_old_code_dies(desk: OperatorDesk) -> None:
    order = desk.do(lambda world: world.order(OrderState.ERROR, eid=eid_of(4102), download_attempts=10))
    visitor = desk.somebody()
    assert "dies at once" in visitor.get(f"{ORDERS}/{order.iccid}/reissue")
    text = visitor.post(chip="same", seen=seen(order))
    assert "The order was issued again." in text
    again = desk.order(order.iccid)
    assert (again.state, again.eid, again.download_attempts) == (OrderState.RELEASED, order.eid, 0)
    assert again.matching_id != order.matching_id
    assert desk.deeds(order) == ["reissue-order"]


def test_what_changed_meanwhile_is_not_done(desk: OperatorDesk) -> None:
    order = desk.do(lambda world: world.order(eid=eid_of(4103)))
    visitor = desk.somebody()
    visitor.get(f"{ORDERS}/{order.iccid}/reissue")
    visitor.post(chip="same", seen=seen(order))
    text = visitor.post(f"{ORDERS}/{order.iccid}/reissue", chip="same", seen=seen(order))
    assert visitor.status == 409
    assert "The order has changed since this page was made" in text or "order has changed since" in text
    text = visitor.post(f"{ORDERS}/{order.iccid}/cancel", seen=seen(order))
    assert visitor.status == 409
    assert desk.deeds(order) == ["reissue-order"]


def test_another_chip_gets_a_profile_that_was_handed_out_only_if_somebody_insists(desk: OperatorDesk) -> None:
    def hand_out(world: OperatorWorld) -> Order:
        order = world.order(OrderState.DOWNLOADED, eid=eid_of(4104))
        world.handed_out(order)
        return order

    order = desk.do(hand_out)
    visitor = desk.somebody()
    text = visitor.get(f"{ORDERS}/{order.iccid}/reissue")
    assert "A chip was handed this profile" in text
    text = visitor.post(chip="other", eid=str(eid_of(4105)), seen=seen(order))
    assert visitor.status == 422
    assert "I insist" in text
    assert "this has to be ticked" in text
    visitor.post(chip="other", eid=other_eid(eid_of(4105), 9), forced="yes", seen=seen(order))
    assert "digit 10" in visitor.text
    text = visitor.post(chip="other", eid=str(eid_of(4105)), forced="yes", seen=seen(order))
    assert "The order was issued again." in text
    assert desk.order(order.iccid).eid == eid_of(4105)

    order = desk.do(lambda world: world.handed_out(world.order(OrderState.DOWNLOADED, eid=eid_of(4106))))
    text = visitor.get(f"{ORDERS}/{order.iccid}/cancel")
    assert "taking the order back does not delete it there" in text
    assert "leaves the stock for good" in text
    text = visitor.post(seen=seen(order))
    assert "out of stock for good" in text
    assert desk.order(order.iccid).state is OrderState.UNAVAILABLE


def test_an_order_is_taken_back_after_its_consequence_was_told(desk: OperatorDesk) -> None:
    order = desk.do(lambda world: world.order(eid=eid_of(4107)))
    visitor = desk.somebody()
    text = visitor.get(f"{ORDERS}/{order.iccid}/cancel")
    assert "1 person may hold its activation code" in text
    assert "whoever scans it is refused" in text
    text = visitor.post(seen=seen(order))
    assert "its profile is in stock again" in text
    assert desk.order(order.iccid).state is OrderState.AVAILABLE
    assert desk.deeds(order) == ["cancel-order"]
    text = visitor.post(f"{ORDERS}/{order.iccid}/cancel")
    assert visitor.status == 409


def test_a_confirmed_order_is_released(desk: OperatorDesk) -> None:
    order = desk.do(lambda world: world.order(OrderState.CONFIRMED, eid=eid_of(4108)))
    visitor = desk.somebody(Role.CLERK)
    assert "The rules are asked once more" in visitor.get(f"{ORDERS}/{order.iccid}/release")
    assert "can be downloaded from now on" in visitor.post()
    assert desk.order(order.iccid).state is OrderState.RELEASED
    assert desk.deeds(order)[-1] == "release-order"


# --- held ---------------------------------------------------------------------------------------------------------


def test_held_orders_say_why_and_until_when(desk: OperatorDesk) -> None:
    order = desk.do(lambda world: world.held(eid=eid_of(4200)))
    text = desk.somebody().get(f"{ORDERS}/held")
    assert "The signs of this case ask for care (score 72)" in text
    assert "该申请存在风险提示（评分 72）" in desk.somebody(language="zh").get(f"{ORDERS}/held")
    clerk = desk.somebody(Role.CLERK)
    text = clerk.get(f"{ORDERS}/{order.iccid}")
    assert "This order is held" in text
    assert "A manager of your operator can let it go on" in text
    assert f"{order.iccid}/clear" not in clerk.page
    clerk.get(f"{ORDERS}/{order.iccid}/clear")
    assert clerk.status == 403


def test_an_order_that_was_stopped_on_its_way_is_among_the_held_ones_and_can_be_ended(
    desk: OperatorDesk,
) -> None:
    first = desk.do(lambda world: world.held(state=OrderState.RELEASED, eid=eid_of(4203)))
    second = desk.do(lambda world: world.held(state=OrderState.RELEASED, eid=eid_of(4204)))
    visitor = desk.somebody()
    assert str(first.iccid) in visitor.get(f"{ORDERS}/held")
    assert "It stopped when its chip came." in visitor.get(f"{ORDERS}/{first.iccid}")
    visitor.get(f"{ORDERS}/{first.iccid}/clear")
    assert "The order goes on." in visitor.post(reason="Called back: she ordered it herself.")
    assert desk.order(first.iccid).state is OrderState.RELEASED
    assert str(first.iccid) not in visitor.get(f"{ORDERS}/held")
    visitor.get(f"{ORDERS}/{second.iccid}/refuse")
    assert "the order does not go on" in visitor.post(reason="Nobody knows who she is.")
    assert desk.order(second.iccid).state is OrderState.ERROR
    assert "Somebody looked at the order and ended it" in visitor.get(f"{ORDERS}/{second.iccid}")


def test_a_held_order_goes_on_for_a_reason_that_is_kept(desk: OperatorDesk) -> None:
    order = desk.do(lambda world: world.held(eid=eid_of(4201)))
    visitor = desk.somebody()
    path = f"{ORDERS}/{order.iccid}/clear"
    assert "1 person can download then" in visitor.get(path)
    assert "Reason: please fill this in" in visitor.post(reason="")
    assert "at least 10 characters" in visitor.post(reason="because")
    assert "110101" not in visitor.post(reason="the person is 110101199003070134").partition("Reason")[0]
    assert visitor.status == 422
    assert "The order goes on." in visitor.post(reason="Called back: she ordered it herself.")
    assert desk.order(order.iccid).state is OrderState.RELEASED
    assert desk.deeds(order)[:1] == ["clear-hold"]
    visitor.post(path, reason="Called back: she ordered it herself.")
    assert visitor.status == 404


def test_a_held_order_is_ended_and_its_line_given_back(desk: OperatorDesk) -> None:
    order = desk.do(lambda world: world.held(eid=eid_of(4202), has_line=True))
    visitor = desk.somebody(language="zh")
    visitor.get(f"{ORDERS}/{order.iccid}/refuse")
    assert "待审核已终止" in visitor.post(reason="用户表示并未申请该号码")
    assert desk.order(order.iccid).state is OrderState.CONFIRMED
    assert desk.ask(lambda stores: stores.line(order.order_id)).state is LineState.ENDED
    assert desk.deeds(order) == ["end-hold"]
