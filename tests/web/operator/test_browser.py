"""The main path of an operator's desk in a real browser, in both languages, on a desk and on a telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from openesim.kernel.ids import luhn_check_digit
from openesim.services.conditions.accounts.roles import Role
from tests.support.browser import NARROW, WIDE, a_visitor, assert_accessible, fits
from tests.support.desks import LiveDesks
from tests.support.operator_desk import OperatorDesk
from tests.support.operator_world import OperatorWorld
from tests.support.rig import eid_of, package_octets

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.sockets, pytest.mark.system("chromium", "chromium")]

FIRST = "898606200000000001" + luhn_check_digit("898606200000000001")
WORDS = {
    "en": {
        "new": "New order",
        "go": "Go on",
        "order": "Order",
        "made": "The order was made.",
        "code": "Activation code",
        "again": "Issue again",
        "issue": "Issue it again",
        "issued": "The order was issued again.",
        "back": "Take back",
        "take": "Take the order back",
        "taken": "its profile is in stock again",
    },
    "zh": {
        "new": "新建订单",
        "go": "继续",
        "order": "提交订单",
        "made": "订单已创建。",
        "code": "查看激活码",
        "again": "重新签发",
        "issue": "重新签发",
        "issued": "订单已重新签发",
        "back": "撤回订单",
        "take": "撤回订单",
        "taken": "配置文件已回到库存",
    },
}


@pytest.fixture(scope="module")
def desk(offices: LiveDesks) -> OperatorDesk:
    """An operator with a day behind him."""
    desk = OperatorDesk(offices, "browser")

    def live(world: OperatorWorld) -> None:
        world.stock(60, number=61, low_stock=100)
        world.plan()
        world.some_day(30)

    desk.do(live)
    return desk


def looked_at(page: Page) -> None:
    assert_accessible(page)
    assert fits(page), f"{page.url} is too wide"


@pytest.mark.parametrize(("language", "theme", "size"), [("en", "light", WIDE), ("zh", "dark", NARROW)])
def test_an_order_is_made_shown_issued_again_and_taken_back(
    desk: OperatorDesk, browser: Browser, language: str, theme: str, size: tuple[int, int]
) -> None:
    said, token = WORDS[language], desk.desks.token(Role.MANAGER, desk.operator)
    with a_visitor(
        browser, desk.desks.address, token=token, language=language, theme=theme, size=size
    ) as page:
        page.goto("/operator")
        looked_at(page)
        page.get_by_role("link", name=said["new"]).click()
        page.locator("#field-plan").check()
        looked_at(page)
        page.get_by_role("button", name=said["go"]).click()
        page.locator("#field-eid").fill(str(eid_of(6000 + len(language) + size[0])))
        page.get_by_role("button", name=said["go"]).click()
        page.locator("#field-reference").fill("A-1")
        page.get_by_role("button", name=said["go"]).click()
        looked_at(page)
        page.get_by_role("button", name=said["order"], exact=True).click()
        page.get_by_text(said["made"]).wait_for()
        looked_at(page)
        address = page.url
        page.get_by_role("button", name=said["code"]).click()
        assert page.locator(".qr-card-told dd code").is_visible()
        assert page.get_by_role("img").last.is_visible()
        looked_at(page)
        before = page.locator(".qr-card-text code").inner_text()
        page.goto(address)
        page.get_by_role("link", name=said["again"]).click()
        looked_at(page)
        page.get_by_role("button", name=said["issue"]).click()
        page.get_by_text(said["issued"]).wait_for()
        page.goto(f"{address}/code")
        page.locator("main form button").click()
        assert page.locator(".qr-card-text code").inner_text() != before
        page.goto(address)
        page.get_by_role("link", name=said["back"]).click()
        looked_at(page)
        page.get_by_role("button", name=said["take"]).click()
        page.get_by_text(said["taken"]).first.wait_for()


def test_every_page_of_the_desk_is_for_everybody(desk: OperatorDesk, browser: Browser) -> None:
    held = desk.ask(lambda stores: stores.held_of_operator(desk.operator, None, 1))[0][1]
    iccid = desk.ask(lambda stores: stores.order(held)).iccid
    paths = (
        *("/operator/plans", "/operator/plans/new", "/operator/stock", "/operator/stock/import"),
        *("/operator/orders", "/operator/orders?state=error&q=A-1", "/operator/orders/held"),
        *(f"/operator/orders/{iccid}", f"/operator/orders/{iccid}/clear"),
    )
    token = desk.desks.token(Role.MANAGER, desk.operator)
    with a_visitor(browser, desk.desks.address, token=token, language="zh", size=NARROW) as page:
        for path in paths:
            page.goto(path)
            looked_at(page)
    with a_visitor(browser, desk.desks.address, token=token, theme="dark") as page:
        for path in paths:
            page.goto(path)
            looked_at(page)


def test_a_batch_is_imported_while_its_page_is_looked_at(
    desk: OperatorDesk, browser: Browser, tmp_path: Path
) -> None:
    package = tmp_path / "live-5g.der"
    package.write_bytes(package_octets())
    token = desk.desks.token(Role.MANAGER, desk.operator)
    with a_visitor(browser, desk.desks.address, token=token) as page:
        page.goto("/operator/stock/import")
        page.locator("#field-name").fill("live")
        page.locator("#field-profile").select_option("+new")
        page.locator("#field-package").set_input_files(package)
        for name, value in (("count", "2500"), ("iccid", FIRST), ("imsi", "001010620000001")):
            page.locator(f"#field-{name}").fill(value)
        page.get_by_role("button", name="Check and import").click()
        page.locator("progress").wait_for()
        looked_at(page)
        page.get_by_text("All 2,500 profiles of the batch are on disk").wait_for(timeout=40_000)
        looked_at(page)


def test_the_wizard_works_without_scripts(desk: OperatorDesk, browser: Browser) -> None:
    token = desk.desks.token(Role.CLERK, desk.operator)
    with a_visitor(browser, desk.desks.address, token=token, has_scripts=False) as page:
        page.goto("/operator/orders/new")
        page.locator("#field-plan").check()
        page.get_by_role("button", name="Go on").click()
        page.locator("#field-eid").fill(str(eid_of(6500))[:-1])
        page.get_by_role("button", name="Go on").click()
        assert "31 of 32 digits" in page.locator("#error-eid").inner_text()
        page.locator("#field-eid").fill("")
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Order", exact=True).click()
        assert page.get_by_text("The order was made.").is_visible()
