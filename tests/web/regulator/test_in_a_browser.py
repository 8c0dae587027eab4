"""The regulator's main paths in a real browser: in both languages, on a desk and on a telephone, for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from openesim.services.conditions.accounts.roles import Role
from tests.support.browser import NARROW, WIDE, a_visitor, assert_accessible, fits
from tests.web.regulator.conftest import Nation
from tests.web.regulator.test_rules import pack_text

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.sockets, pytest.mark.system("chromium", "chromium")]


def pages_of(nation: Nation) -> list[str]:
    """Returns an address of every kind of page."""
    application = f"/regulator/applications/{nation.licences['in-review'].licence_id}"
    granted = f"/regulator/applications/{nation.licences['ending'].licence_id}"
    return [
        *("/regulator", "/regulator/applications", application, f"{application}/ask"),
        *(f"{application}/approve", granted, f"{granted}/suspend"),
        *("/regulator/operators", "/regulator/operators/haitang", "/regulator/licences/ending"),
        *("/regulator/rules", "/regulator/rules/packs/cn-2025-trial/2025-10-13", "/regulator/rules/add"),
        *("/regulator/rules/compare?before=in@2024-07-01&after=de@2021-12-01", "/regulator/rules/assign"),
        *("/regulator/rules/simulate", "/regulator/accounts", "/regulator/accounts/new"),
    ]


@pytest.mark.parametrize(
    ("language", "theme", "size"), [("en", "light", WIDE), ("zh", "dark", NARROW)], ids=["desk", "telephone"]
)
def test_every_page_is_for_everybody(
    nation: Nation, browser: Browser, language: str, theme: str, size: tuple[int, int]
) -> None:
    address = nation.desks.address
    with a_visitor(browser, address, token=nation.token(), language=language, theme=theme, size=size) as page:
        page.goto(f"/regulator?lang={language}")
        for number, path in enumerate(pages_of(nation)):
            page.goto(path)
            assert page.locator("main h1").count() == 1
            if number % 2 == (size == WIDE):  # axe takes its time: each page once, on one of the two screens
                assert_accessible(page)
            assert fits(page), f"{path} is wider than {size[0]} points"


def test_an_application_is_decided_without_scripts_and_in_chinese(nation: Nation, browser: Browser) -> None:
    number = nation.applied("haitang").licence_id
    token = nation.desks.token(Role.CHIEF)
    with a_visitor(
        browser, nation.desks.address, token=token, language="zh", size=NARROW, has_scripts=False
    ) as page:
        page.goto("/regulator/applications?lang=zh")
        page.get_by_role("link", name=f"第\u00a0{number}\u00a0号").click()
        page.get_by_role("button", name="受理").click()
        assert page.get_by_text("已受理。").is_visible()
        page.get_by_role("link", name="批准…", exact=True).click()
        page.get_by_label("线上").uncheck()
        page.get_by_label("附加条件").fill("首年仅限营业厅办理。")
        page.get_by_role("button", name="下一步：核对").click()
        assert page.get_by_text("将获准办理部分内容").is_visible()
        assert page.get_by_text("申请为：营业厅、线上").is_visible()
        page.get_by_role("button", name="批准", exact=True).click()
        assert page.get_by_text("已批准，两秒内全部服务器生效。").is_visible()
        page.get_by_role("link", name="暂停…").click()
        page.get_by_role("button", name="暂停许可").click()
        assert page.title().startswith("待更正：")
        page.get_by_label("理由").fill("核验记录不完整。")
        page.get_by_role("button", name="暂停许可").click()
        assert page.locator(".pill", has_text="已暂停").first.is_visible()


def test_a_pack_is_tried_and_added(nation: Nation, browser: Browser) -> None:
    token = nation.desks.token(Role.CHIEF)
    with a_visitor(browser, nation.desks.address, token=token) as page:
        page.goto("/regulator/rules")
        page.get_by_role("link", name="Add a pack").click()
        text = pack_text("2040", "2040-01-01")
        page.get_by_label("Or the text itself").fill(text.replace("per_operator", "per_opperator", 1))
        page.get_by_role("button", name="Check it").click()
        assert page.locator("mark").inner_text().strip().endswith("per_opperator = 1")
        assert page.evaluate("document.activeElement.className") == "error-summary"
        page.get_by_label("Or the text itself").fill(text)
        page.get_by_role("button", name="Check it").click()
        assert page.get_by_role("heading", name="Check test, version 2040").is_visible()
        assert_accessible(page)
        page.get_by_role("button", name="Simulate it on the past first").click()
        page.get_by_label("Which orders").select_option("-")
        page.get_by_role("button", name="Begin").click()
        page.locator(".pill", has_text="done").wait_for(timeout=15_000)
        assert_accessible(page)
        assert fits(page)
        page.get_by_role("button", name="Look at this pack").click()
        page.get_by_role("button", name="Add the pack").click()
        assert page.get_by_text("Added: test.").is_visible()


def test_an_account_is_made_with_the_keyboard(nation: Nation, browser: Browser) -> None:
    token = nation.desks.token(Role.CHIEF)
    with a_visitor(browser, nation.desks.address, token=token) as page:
        page.goto("/regulator/accounts/new")
        page.get_by_label("Inspector of the regulator").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("Liu Yang")
        page.keyboard.press("Tab")
        page.keyboard.type("liu.yang")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="The one-time password of Liu Yang").wait_for()
        assert_accessible(page)
