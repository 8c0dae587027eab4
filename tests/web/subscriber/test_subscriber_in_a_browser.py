"""The whole way of a subscriber in a real browser, in both languages, on a desk and on a telephone; the phone is a real one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from openesim.services.conditions.accounts.roles import Role
from tests.support.browser import NARROW, WIDE, a_visitor, assert_accessible, fits
from tests.support.chip import ENABLE
from tests.support.desks import LiveDesks
from tests.support.people import resident
from tests.support.rig import eid_of, make_chip
from tests.support.subscriber_world import IMEI, DeskPhones, is_pending, is_right

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.sockets, pytest.mark.system("chromium", "chromium")]

WORDS = {
    "en": {
        "plan": "Seaside 30",
        "waits": "The verifier is looking",
        "verified": "You may order now",
        "asked": "Your device has asked for it",
        "online": "You are online",
        "frozen": "New lines in your name are frozen.",
    },
    "zh": {
        "plan": "海滨 30",
        "waits": "核验方正在处理",
        "verified": "现在可以下单",
        "asked": "终端已请求",
        "online": "已联网",
        "frozen": "已冻结名下新办号码。",
    },
}


def look(page: Page) -> None:
    """Looks whether the page is for everybody, and fits."""
    assert_accessible(page)
    assert fits(page), page.url


def go(page: Page) -> None:
    """Presses the button of the page."""
    page.locator("main form .buttons button").first.click()


@pytest.mark.parametrize(("language", "size", "number"), [("en", WIDE, 501), ("zh", NARROW, 502)])
def test_from_a_plan_to_being_online(
    market: LiveDesks, browser: Browser, language: str, size: tuple[int, int], number: int
) -> None:
    words, eid = WORDS[language], eid_of(number)
    authority: Any = market.site.verifiers["authority:register"]
    authority.answers, authority.asked = [is_pending, is_right], []
    token = market.token(Role.SUBSCRIBER)
    with a_visitor(browser, market.address, token=token, language=language, size=size) as page:
        page.goto("/subscriber")
        look(page)
        page.locator("main .buttons a.button").click()
        look(page)
        page.get_by_role("link", name=words["plan"], exact=True).click()
        look(page)
        page.locator("main .buttons a.button").click()
        page.locator("#field-eid").fill(str(eid))
        page.locator("#field-imei").fill(IMEI)
        page.locator("input[value=elsewhere]").check()
        look(page)
        go(page)
        look(page)
        go(page)
        look(page)
        page.locator("input[value='authority:register']").check()
        page.locator("#field-notice-risk").check()
        go(page)
        look(page)
        show_papers(page, resident(f"1101051990030{number}4"[:17]))
        assert page.get_by_text(words["waits"]).is_visible()
        look(page)
        market.site.ambient.clock.advance(minutes=1)  # type: ignore[attr-defined]
        market.run(market.site.services.subscriber.verification.ask_due())
        page.get_by_text(words["verified"]).wait_for(timeout=10_000)
        page.locator("main .buttons a.button").click()
        look(page)
        go(page)
        look(page)
        watch_the_line(market, page, words, number)
        look(page)
        page.goto("/subscriber/lines/freeze")
        look(page)
        go(page)
        assert page.get_by_text(words["frozen"]).is_visible()
        look(page)
        page.goto("/subscriber/rights")
        look(page)


def show_papers(page: Page, number: str) -> None:
    """Types what a document says."""
    page.locator("input[value=national]").check()
    page.locator("#field-document").select_option("resident-id")
    page.locator("#field-number").fill(number)
    page.locator("#field-name").fill("欧阳若曦")
    go(page)


def watch_the_line(market: LiveDesks, page: Page, words: dict[str, str], number: int) -> None:
    """Has the phone fetch the line, and sees on the page what it does, without a reload."""
    matching_id = page.locator(".qr-card-text code").inner_text().split("$")[2]
    page.locator("main form button").first.click()
    look(page)
    code = re.sub(r"\D", "", page.locator(".big-number").inner_text())
    phones = DeskPhones(market.site, market.run)
    lpa = phones.rig.lpa(make_chip(number))
    assert lpa.announce(matching_id).pair is None
    page.locator(".timeline li:not(.is-to-come)", has_text=words["asked"]).wait_for(timeout=10_000)
    assert page.locator(".timeline .is-to-come").count() == 3
    assert lpa.get_package(code).pair is None
    lpa.deliver(lpa.install())
    lpa.deliver(lpa.chip.change(next(iter(lpa.chip.profiles)), ENABLE))
    phones.process()
    page.get_by_text(words["online"]).first.wait_for(timeout=10_000)
    assert page.locator(".timeline .is-to-come").count() == 0


def test_the_way_works_without_scripts_on_the_smallest_telephone(market: LiveDesks, browser: Browser) -> None:
    token = market.token(Role.SUBSCRIBER)
    with a_visitor(browser, market.address, token=token, size=(360, 640), has_scripts=False) as page:
        page.goto("/subscriber/plans?operator=haitang&service=phone")
        assert fits(page)
        page.get_by_role("link", name="Begonia Free", exact=True).click()
        page.locator("main .buttons a.button").click()
        page.locator("#field-eid").fill(str(eid_of(503)))
        go(page)
        assert fits(page)
        go(page)
        go(page)
        assert fits(page)
        assert page.locator(".qr-card-text code").inner_text().startswith("LPA:1$")
        assert "http-equiv" in page.content()
