"""Plans at an operator's desk."""

from __future__ import annotations

import pytest

from tests.support.desks import LiveDesks
from tests.support.operator_desk import OperatorDesk

pytestmark = pytest.mark.sockets

RIGHT = {
    "title_en": "Sea 10 GB",
    "title_zh": "海棠 10 GB",
    "description_en": "Data for a month",
    "description_zh": "",
    "price": "39.90",
    "currency": "cny",
    "name": "sea-10",
    "profile_type": "qinghe-5g",
    "service": "phone",
    "number": "mobile-11",
    "home_region": "cn-sh",
    "channel": "counter",
    "offered": "yes",
}


@pytest.fixture(scope="module")
def desk(offices: LiveDesks) -> OperatorDesk:
    """An operator with something in stock."""
    desk = OperatorDesk(offices, "plans")
    desk.do(lambda world: world.stock(3, number=21))
    return desk


def test_a_plan_is_made_and_changed(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    text = visitor.post("/operator/plans/new", **RIGHT)
    assert visitor.path == "/operator/plans"
    assert "The plan sea-10 is kept." in text
    assert "Sea 10 GB qinghe-5g phone mobile number, 11 digits Shanghai CN¥39.90 Offered" in text
    plan = desk.ask(lambda stores: stores.plans_of_operator("plans"))[0]
    assert (plan.price, plan.home_region, plan.titles["zh"]) == (3990, "CN-SH", "海棠 10 GB")

    path = f"/operator/plans/{plan.plan_id}"
    visitor.get(path)
    assert 'value="39.90"' in visitor.page
    text = visitor.post(path, **{**RIGHT, "price": "", "offered": ""})
    assert "Not offered" in text
    changed = desk.ask(lambda stores: stores.plan(plan.plan_id))
    assert (changed.price, changed.is_offered, changed.created_at) == (None, False, plan.created_at)


def test_a_price_has_the_decimals_of_its_currency(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    text = visitor.post("/operator/plans/new", **RIGHT | {"name": "yen", "price": "1,000", "currency": "JPY"})
    assert "¥1,000" in text
    assert "100,000" not in text
    plans = {plan.name: plan for plan in desk.ask(lambda stores: stores.plans_of_operator("plans"))}
    assert plans["yen"].price == 1000, "in minor units, as a subscriber is told it"
    visitor.get(f"/operator/plans/{plans['yen'].plan_id}")
    assert 'value="1000"' in visitor.page
    visitor.post("/operator/plans/new", **RIGHT | {"name": "half", "price": "10.50", "currency": "JPY"})
    assert (visitor.status, 'id="error-price"' in visitor.page) == (422, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", "1e5"),
        ("price", "-1"),
        ("price", "1000001"),
        ("price", "1_0"),
        ("currency", "ZZZ"),
        ("currency", "cn"),
    ],
)
def test_an_amount_that_nobody_pays_is_refused(desk: OperatorDesk, field: str, value: str) -> None:
    visitor = desk.somebody()
    visitor.post("/operator/plans/new", **RIGHT | {"name": "never", field: value})
    assert (visitor.status, f'id="error-{field}"' in visitor.page) == (422, True)


def test_every_wrong_field_is_named_and_nothing_is_stored(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    wrong = RIGHT | {
        "name": "x" * 61,
        "title_zh": "",
        "title_en": "a\x00b",
        "price": "12.345",
        "home_region": "Shanghai",
        "currency": "¥",
        "service": "toaster",
        "profile_type": "another's",
    }
    text = visitor.post("/operator/plans/new", **wrong)
    assert visitor.status == 422
    for told in (
        "Short name: at most 60 characters",
        "Title in Chinese: please fill this in",
        "Title in English: there is a character in it that cannot be printed",
        "Price a month: an amount such as 39.00",
        "Home region of the number: two letters of a country",
        "Currency: three letters",
        "For what kind of device: please choose",
        "Profile type: please choose",
    ):
        assert told in text
    assert "x" * 61 not in [plan.name for plan in desk.ask(lambda stores: stores.plans_of_operator("plans"))]


@pytest.mark.parametrize("price", ["-1", "NaN", "Infinity", "1e400", "١٢", "1000001", "12,34,5.6.7", "abc"])
def test_no_price_that_is_none(desk: OperatorDesk, price: str) -> None:
    text = desk.somebody(language="zh").post(
        "/operator/plans/new", **{**RIGHT, "name": "price", "price": price}
    )
    assert "月费：请填写金额" in text


def test_a_title_with_markup_is_text(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    hostile = "<script>alert(1)</script>"
    visitor.post("/operator/plans/new", **{**RIGHT, "name": "hostile", "title_en": hostile})
    assert visitor.status == 200
    assert hostile not in visitor.page
    assert "&lt;script&gt;" in visitor.page


def test_a_name_is_taken_once_an_operator(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    visitor.post("/operator/plans/new", **{**RIGHT, "name": "twice"})
    text = visitor.post("/operator/plans/new", **{**RIGHT, "name": "twice"})
    assert visitor.status == 422
    assert "Short name: another plan of yours has this name" in text


def test_who_keeps_a_plan_stands_in_the_ledger(desk: OperatorDesk) -> None:
    visitor = desk.somebody()
    visitor.post("/operator/plans/new", **{**RIGHT, "name": "noted"})
    assert "keep-plan" in desk.deeds()


def test_without_a_profile_type_the_way_to_one_is_told(offices: LiveDesks) -> None:
    text = OperatorDesk(offices, "bare").somebody().get("/operator/plans/new")
    assert "No profile type yet" in text
    assert "Import a batch" in text
