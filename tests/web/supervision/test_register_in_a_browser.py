"""Terminals, recalls, decisions and the ledger in a real browser: in both languages, on a desk and on a telephone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from openesim.services.conditions.accounts.roles import Role
from tests.support.browser import NARROW, WIDE, a_visitor, assert_accessible, fits
from tests.web.supervision.conftest import Office

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.sockets, pytest.mark.system("chromium", "chromium")]

PAGES = (
    "/terminals",
    "/terminals/models",
    "/terminals/models/{submitted}",
    "/terminals/models/{submitted}/approve",
    "/terminals/models/{submitted}/ask-back",
    "/terminals/models/{revoked}",
    "/terminals/vendors",
    "/terminals/vendors/new",
    "/terminals/vendors/{vendor}",
    "/terminals/vendors/{vendor}/strike-off",
    "/terminals/makers",
    "/terminals/makers/{maker}",
    "/terminals/makers/{maker}/add",
    "/terminals/device?number=86012000",
    "/terminals/device/bind",
    "/terminals/imports",
    "/terminals/imports/new",
    "/recalls",
    "/recalls/new",
    "/recalls/{recall}",
    "/recalls/preview?kind=model&number=QH-P1",
    "/recalls/confirm?kind=model&number=QH-P1",
    "/recalls/{lifted}",
    "/decisions?verdict=refuse",
    "/held",
    "/held/{held}",
    "/held/{held}/end",
    "/watch-list",
    "/watch-list/{watched}",
    "/watch-list/new?kind=person",
    "/enquiry",
    "/ledger",
    "/ledger/5",
    "/ledger/check",
    "/ledger/check/run?step=1&heads=5:" + "ab" * 32,
)


def pages_of(office: Office) -> list[str]:
    """Returns an address of every kind of page."""
    refused = re.search(r"/regulator(/decisions/\d+)", office.get("/regulator/decisions?verdict=refuse"))
    assert refused is not None
    return [f"/regulator{path.format(**office.things)}" for path in (*PAGES, refused[1])]


@pytest.mark.parametrize(
    ("language", "theme", "size"), [("en", "light", WIDE), ("zh", "dark", NARROW)], ids=["desk", "telephone"]
)
def test_every_page_is_for_everybody(
    office: Office, browser: Browser, language: str, theme: str, size: tuple[int, int]
) -> None:
    address = office.desks.address
    with a_visitor(browser, address, token=office.token(), language=language, theme=theme, size=size) as page:
        page.goto(f"/regulator/recalls?lang={language}")
        for number, path in enumerate(pages_of(office)):
            page.goto(path)
            assert page.locator("main h1").count() == 1, path
            if number % 2 == (size == WIDE):  # axe takes its time: each page once, on one of the two screens
                assert_accessible(page)
            assert fits(page), f"{path} is wider than {size[0]} points"


def test_a_model_is_recalled_without_scripts_and_in_chinese(office: Office, browser: Browser) -> None:
    office.desks.run(_refreshed(office))
    token = office.desks.token(Role.CHIEF)
    with a_visitor(
        browser, office.desks.address, token=token, language="zh", size=NARROW, has_scripts=False
    ) as page:
        page.goto("/regulator/terminals/models?q=YS+Watch+2&lang=zh")
        page.get_by_role("link", name="YS Watch 2", exact=True).click()
        page.get_by_role("link", name="查看持有该型号终端的用户数").click()
        assert page.get_by_text("尚未发起召回。").is_visible()
        page.get_by_role("link", name="发起召回…", exact=True).click()
        page.get_by_label("召回理由").fill("表带接触面过热。")
        page.get_by_role("button", name="确认召回").click()
        assert page.title().startswith("待更正：")
        page.locator("[name=word]").fill("YS Watch 2")
        page.get_by_role("button", name="确认召回").click()
        assert page.get_by_text("召回已生效").is_visible()
        assert page.get_by_text("表带接触面过热。").is_visible()
        page.get_by_role("link", name="解除").click()
        page.get_by_label("解除理由").fill("已更换表带。")
        page.get_by_role("button", name="解除召回").click()
        assert page.get_by_role("status").get_by_text("已解除，记录保留。").is_visible()


async def _refreshed(office: Office) -> None:
    await office.desks.site.parts.conditions.following.refresh()


def test_the_chain_is_verified_while_somebody_looks_on(office: Office, browser: Browser) -> None:
    office.seal()
    with a_visitor(browser, office.desks.address, token=office.token()) as page:
        page.goto("/regulator/ledger?lang=en")
        page.get_by_role("link", name="Verify the chain").click()
        page.get_by_role("button", name="Note that I keep it").click()
        assert page.get_by_text("Copy it to where nobody of this server comes").is_visible()
        page.get_by_role("button", name="Begin").click()
        page.get_by_text(re.compile(r"All \d+ entries hold")).wait_for(timeout=15_000)
        assert_accessible(page)


def test_a_file_is_followed_to_its_end(office: Office, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "厂商 vendors.csv"
    rows = "".join(f"Vendor of the file {number},private,CN,\n" for number in range(3000))
    file.write_text(f"name,kind,country,agent\n{rows}")
    with a_visitor(browser, office.desks.address, token=office.token()) as page:
        page.goto("/regulator/terminals/imports/new?lang=en")
        page.get_by_label("Vendors").check()
        page.set_input_files("input[type=file]", file)
        page.get_by_role("button", name="Import").click()
        page.get_by_text("3,000 new rows are stored").wait_for(timeout=30_000)
        assert_accessible(page)
        assert fits(page)
