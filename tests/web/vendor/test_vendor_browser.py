"""The main path of a vendor in a real browser, in both languages, at a desk and on a telephone, with scripts and without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from openesim.services.conditions.accounts.roles import Role
from tests.support.browser import NARROW, WIDE, a_visitor, assert_accessible, fits
from tests.support.vendor_world import OWN
from tests.web.vendor.conftest import Makers

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.sockets, pytest.mark.system("chromium", "chromium")]

PAGES = (
    "/vendor",
    "/vendor/models",
    "/vendor/chips",
    "/vendor/imports",
    "/vendor/notices",
    "/vendor/devices",
)
SAID = {
    "en": {
        "new": "Submit a model",
        "on": "Go on",
        "kind": "Phone",
        "market": "For this country",
        "ability": "Provisioning by its user (SGP.22)",
        "check": "Check your answers",
        "submit": "Submit",
        "review": "In review",
        "rows": "Rows to mend",
        "import": "Check and import",
        "models": "Models",
    },
    "zh": {
        "new": "提交型号",
        "on": "下一步",
        "kind": "手机",
        "market": "境内市场",
        "ability": "消费类远程写号（SGP.22）",
        "check": "核对所填内容",
        "submit": "提交",
        "review": "审核中",
        "rows": "需更正的行",
        "import": "校验并导入",
        "models": "终端型号",
    },
}


def is_good(page: Page) -> None:
    """Fails if a page is not for everybody, or wider than the screen."""
    assert_accessible(page)
    assert fits(page), page.url


@pytest.mark.parametrize(
    ("language", "theme", "size", "has_scripts"),
    [("en", "light", WIDE, True), ("zh", "dark", NARROW, True), ("zh", "light", WIDE, False)],
    ids=["en-desk", "zh-telephone", "zh-without-scripts"],
)
def test_a_model_is_submitted_and_followed(
    makers: Makers, browser: Browser, language: str, theme: str, size: tuple[int, int], *, has_scripts: bool
) -> None:
    said, name = SAID[language], f"Shanlan B-{language}-{size[0]}"
    token = makers.desks.token(Role.VENDOR)
    with a_visitor(
        browser,
        makers.desks.address,
        token=token,
        language=language,
        theme=theme,
        size=size,
        has_scripts=has_scripts,
    ) as page:
        page.goto("/vendor/models")
        page.get_by_role("link", name=said["new"]).first.click()
        page.locator("#field-name").fill("<b>")
        page.get_by_role("button", name=said["on"]).click()
        assert page.locator("#error-name").is_visible()
        page.locator("#field-name").fill(name)
        page.get_by_role("button", name=said["on"]).click()
        for label in (said["kind"], said["market"]):
            page.get_by_label(label, exact=True).check()
            page.get_by_role("button", name=said["on"]).click()
        page.get_by_label(said["ability"]).check()
        if has_scripts:
            is_good(page)
        page.get_by_role("button", name=said["on"]).click()
        page.locator("#field-tacs").fill("35290615")
        page.get_by_role("button", name=said["on"]).click()
        assert "Shanlan S5" in page.locator("#error-tacs").inner_text()
        page.locator("#field-tacs").fill(f"3530{size[0]:04d}" if has_scripts else "35310001")
        page.get_by_role("button", name=said["on"]).click()
        assert page.get_by_role("heading", name=said["check"]).is_visible()
        if has_scripts:
            is_good(page)
        page.get_by_role("button", name=said["submit"], exact=True).click()
        page.wait_for_url(re.compile(r"/vendor/models/\d+$"))
        assert page.get_by_role("heading", name=name).is_visible()
        assert page.locator(".heading .pill").first.inner_text().startswith(said["review"])
        if has_scripts:
            is_good(page)


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [("en", "dark", NARROW), ("zh", "light", WIDE)],
    ids=["en-telephone", "zh-desk"],
)
def test_every_page_of_the_desk_is_for_everybody(
    makers: Makers, browser: Browser, language: str, theme: str, size: tuple[int, int]
) -> None:
    token = makers.desks.token(Role.VENDOR)
    models = [f"/vendor/models/{makers.model_id(name)}" for name in ("Shanlan S5", "Shanlan Car")]
    with a_visitor(
        browser, makers.desks.address, token=token, language=language, theme=theme, size=size
    ) as page:
        for path in (
            *PAGES,
            *models,
            f"{models[1]}/again/answer",
            "/vendor/imports/new",
            "/vendor/chips/eins",
        ):
            page.goto(path)
            is_good(page)
            assert page.locator("nav.menu").get_by_text(SAID[language]["models"], exact=True).is_visible()


def test_a_file_is_sent_and_what_is_wrong_appears_while_one_waits(
    makers: Makers, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "models.csv"
    rows = "".join(f"{OWN},Live {number},phone\n" for number in range(3000))
    file.write_text(f"vendor,name,category\n{rows}{OWN},=1+1,phone\nLanhe,Not mine,phone\n", encoding="utf-8")
    with a_visitor(
        browser, makers.desks.address, token=makers.desks.token(Role.VENDOR), language="zh", size=NARROW
    ) as page:
        page.goto("/vendor/imports/new?kind=models")
        page.locator("#field-file").set_input_files(file)
        page.get_by_role("button", name=SAID["zh"]["import"]).click()
        page.get_by_role("heading", name=SAID["zh"]["rows"]).wait_for(timeout=20_000)
        assert page.get_by_text("以 = 开头：电子表格会将其作为公式执行").is_visible()
        is_good(page)
