"""A new order, question by question: with rules that ask nothing, and with rules that ask for everything."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from openesim.conditions.catalogue.plans import Plan
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.accounts.roles import Role
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import LiveDesks
from tests.support.operator_desk import ASKED, FREE, OperatorDesk
from tests.support.operator_world import OperatorWorld, other_eid
from tests.support.rig import eid_of

pytestmark = pytest.mark.sockets

NEW = "/operator/orders/new"
TOKEN = re.compile(r'name="token" value="([^"]+)"')
ORDER = re.compile(r"/operator/orders/(\d{18,20})")


@pytest.fixture(scope="module", autouse=True)
def stocks(offices: LiveDesks) -> None:
    """Both operators have plans and stock."""
    for number, name in ((51, FREE), (52, ASKED)):
        desk, profile_type = OperatorDesk(offices, name), f"{name}-5g"

        def live(world: OperatorWorld, number: int = number, profile_type: str = profile_type) -> None:
            world.stock(30, number=number, profile_type=profile_type)
            world.plan("one", profile_type=profile_type)
            world.plan("gone", profile_type=profile_type, is_offered=False)

        desk.do(live)
    OperatorDesk(offices, ASKED).license()


def plan_of(desk: OperatorDesk, name: str = "one") -> Plan:
    plans = desk.ask(lambda stores: stores.plans_of_operator(desk.operator))
    found: Plan = next(plan for plan in plans if plan.name == name)
    return found


def begin(visitor: DeskVisitor, desk: OperatorDesk) -> str:
    """Chooses the plan, and returns the page that comes then."""
    visitor.get(NEW)
    return visitor.post(plan=str(plan_of(desk).plan_id))


def token(visitor: DeskVisitor) -> str:
    found = TOKEN.search(visitor.page)
    assert found is not None, visitor.text
    return found[1]


def test_an_order_is_made_without_more_than_the_rules_ask(free: OperatorDesk) -> None:
    visitor = free.somebody(Role.CLERK)
    text = begin(visitor, free)
    assert "For which chip?" in text
    assert "The rules ask for no chip." in text
    text = visitor.post(eid="")
    assert "What belongs to it besides?" in text
    text = visitor.post(reference="A-17", until="")
    assert "Check your answers" in text
    assert "Whichever chip comes first" in text
    assert "A-17" in text
    text = visitor.post(token=token(visitor))
    assert "The order was made." in text
    order = free.order(ORDER.search(visitor.path)[1])  # type: ignore[index]
    assert (order.state, order.reference, order.eid) == (OrderState.RELEASED, "A-17", None)
    assert free.deeds(order)[-1] == "order"


def test_an_order_that_is_sent_twice_is_made_once(free: OperatorDesk) -> None:
    visitor = free.somebody()
    begin(visitor, free)
    visitor.post(eid=str(eid_of(5001)))
    visitor.post(reference="twice", until="")
    path, same = visitor.path, token(visitor)
    visitor.post(token=same)
    first = visitor.path
    visitor.post(path, token=same)
    assert visitor.path == first
    visitor.get("/operator/orders?q=twice")
    assert len(set(ORDER.findall(visitor.page))) == 1


def test_every_answer_is_judged_where_it_is_given(free: OperatorDesk) -> None:
    visitor = free.somebody()
    text = visitor.post(NEW, plan="")
    assert "Plan: please choose" in text
    text = visitor.post(NEW, plan=str(plan_of(free, "gone").plan_id))
    assert "Plan: please choose" in text
    begin(visitor, free)
    right = eid_of(5002)
    for wrong, told in (
        (other_eid(right, 4), "digit 5"),
        (str(right)[:-1], "31 of 32 digits"),
        (str(right) + "1", "33 digits; an EID has 32"),
        (str(right)[:10] + "Ｏ" + str(right)[11:], "which is no digit"),
        ("٨" * 32, "which is no digit"),
        ("<script>" + "1" * 24, "which is no digit"),
    ):
        text = visitor.post(eid=wrong)
        assert visitor.status == 422, wrong
        assert told in text
        assert "<script>1" not in visitor.page
    spaced = " ".join(re.findall("....", str(right)))
    assert "What belongs to it besides?" in visitor.post(eid=spaced)
    today = free.desks.site.ambient.clock.now().date()
    for day in (today - timedelta(days=2), today + timedelta(days=2000)):
        text = visitor.post(reference="x" * 65, until=day.isoformat())
        assert "Your reference: at most 64 characters" in text
        assert "Last day of the download: a day from today on" in text
    assert "this is no day of the calendar" in visitor.post(reference="", until="2027-02-30")
    assert "Check your answers" in visitor.post(reference="", until=(today + timedelta(days=3)).isoformat())
    order_page = visitor.post(token=token(visitor))
    assert "Can be downloaded until" in order_page


def test_whoever_comes_from_the_middle_begins_where_an_answer_is_missing(free: OperatorDesk) -> None:
    visitor = free.somebody()
    for page in ("device", "person", "details", "check"):
        visitor.get(f"{NEW}/{page}")
        assert visitor.path == NEW
        visitor.post(f"{NEW}/{page}", eid="1", token="x")
        assert visitor.path == NEW
    plan = plan_of(free).plan_id
    visitor.get(f"{NEW}/check?plan={plan}&reference=-")
    assert visitor.path.startswith(f"{NEW}/device?")
    visitor.get(f"{NEW}/check?plan={plan}&eid=-")
    assert visitor.path.startswith(f"{NEW}/details?")
    for wrong in ("999999", "x", "9" * 40, "1' OR 1=1"):
        visitor.get(f"{NEW}/device?plan={wrong.replace(' ', '+')}")
        assert visitor.path == NEW


def test_an_order_without_a_verified_person_is_refused_and_says_why(asked: OperatorDesk) -> None:
    visitor = asked.somebody(Role.CLERK, language="zh")
    text = begin(visitor, asked)
    assert "按规则须机卡绑定" in text
    assert "请输入 32 位数字" in visitor.post(eid="")
    text = visitor.post(eid=str(eid_of(5101)))
    assert "该芯片尚无实名核验记录" in text
    assert "没有该编号的核验记录" in visitor.post(case="NOBODYS1")
    visitor.post(case="")
    text = visitor.post(reference="", until="")
    assert "按现行规则将无法办理" in text
    assert "该订单尚未完成实名核验" in text
    assert "gate:not-verified" in text
    assert 'name="token"' not in visitor.page
    before = asked.ask(lambda stores: stores.count_available("yuanshan-5g", "yuanshan", 100))
    text = visitor.post(token="anything")
    assert visitor.status == 409
    assert "订单被拒绝，未保存任何内容" in text
    assert "该订单尚未完成实名核验" in text
    assert asked.ask(lambda stores: stores.count_available("yuanshan-5g", "yuanshan", 100)) == before


def test_a_verified_person_gets_a_line_and_the_order_stands_in_the_ledger(asked: OperatorDesk) -> None:
    eid = eid_of(5102)
    case = asked.verify(eid)
    visitor = asked.somebody()
    begin(visitor, asked)
    text = visitor.post(eid=str(eid))
    assert "This verification stands behind the chip." in text
    assert case.case_id in text
    visitor.post(case="")
    text = visitor.post(reference="", until="")
    assert "Everything that the rules ask is met (asking 1)." in text
    text = visitor.post(token=token(visitor))
    assert "The order was made." in text
    assert "allowed Everything that the rules ask is met." in text
    assert case.case_id in text
    assert "The gate, when it was ordered: allowed" in text
    assert "Ordered at the desk" in text
    order = asked.order(ORDER.search(visitor.path)[1])  # type: ignore[index]
    assert order.confirmation_hash is not None
    text = visitor.post(f"/operator/orders/{order.iccid}/code")
    assert "asks for a confirmation code then: only the verified person gets it" in text


def test_another_operators_verification_is_none(asked: OperatorDesk, free: OperatorDesk) -> None:
    theirs = free.verify(eid_of(5103), "Zhao")
    visitor = asked.somebody()
    begin(visitor, asked)
    visitor.post(eid=str(eid_of(5103)))
    text = visitor.post(case=theirs.case_id)
    assert "your operator has no verification with this number" in text
