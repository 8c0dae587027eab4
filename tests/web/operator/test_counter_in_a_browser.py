"""The counter in a real browser, in both languages, on a desk and on a telephone; and every page behind it, for everybody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.services.conditions.accounts.roles import Role
from tests.support.browser import NARROW, WIDE, a_visitor, assert_accessible, fits
from tests.support.counter_world import DONE, NAME, clerk, verify
from tests.support.desks import LiveDesks
from tests.support.people import resident
from tests.support.rig import eid_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.sockets, pytest.mark.system("chromium", "chromium")]

WORDS = {
    "en": {
        "begin": "Verify somebody",
        "go": "Go on",
        "back": "One page back",
        "check": "Verify this person",
        "verified": "The person is verified",
        "order": "Order the line",
        "ordered": "The line is ordered.",
        "show": "Show the codes, to hand them over",
    },
    "zh": {
        "begin": "开始核验",
        "go": "下一步",
        "back": "上一步",
        "check": "提交核验",
        "verified": "核验通过，现在可以办理号码",
        "order": "办理号码",
        "ordered": "号码已办理。",
        "show": "显示并交付激活码",
    },
}


def looked_at(page: Page) -> None:
    assert_accessible(page)
    assert fits(page), f"{page.url} is too wide"


@pytest.mark.parametrize(
    ("language", "theme", "size", "number"),
    [("en", "light", WIDE, "11010519900307201"), ("zh", "dark", NARROW, "11010519900307203")],
)
def test_a_person_is_verified_and_goes_away_with_a_line(
    harbour: LiveDesks, browser: Browser, language: str, theme: str, size: tuple[int, int], number: str
) -> None:
    said, token = WORDS[language], clerk(harbour).token
    with a_visitor(browser, harbour.address, token=token, language=language, theme=theme, size=size) as page:
        go = page.get_by_role("button", name=said["go"])
        page.goto("/operator/counter")
        looked_at(page)
        page.get_by_role("link", name=said["begin"]).first.click()
        assert page.get_by_role("radio").is_checked(), "there is one plan only"
        looked_at(page)
        go.click()
        page.locator("#field-eid").fill(str(eid_of(4900 + len(language) + size[0]))[:-1])
        go.click()
        looked_at(page)
        page.locator("#field-eid").fill(str(eid_of(4900 + len(language) + size[0])))
        page.locator("#field-region").select_option("CN-SH")
        go.click()
        page.locator("input[value='national/resident-id']").check()
        looked_at(page)
        go.click()
        page.locator("#field-number").fill(resident(number)[:-1] + "?")
        page.locator("#field-name").fill(NAME)
        page.locator("input[value=himself]").check()
        go.click()
        assert page.locator("#error-number").is_visible()
        assert page.locator("#field-number").evaluate("each => each.getAttribute('aria-invalid')") == "true"
        looked_at(page)
        page.locator("#field-number").fill(resident(number))
        go.click()
        for tick in DONE:
            page.locator(f"input[value='{tick}']").check()
        looked_at(page)
        go.click()
        for notice in page.get_by_role("checkbox").all():
            notice.check()
        page.get_by_role("button", name=said["back"]).click()
        assert page.locator(f"input[value='{DONE[0]}']").is_checked(), "nothing is lost on the way back"
        go.click()
        looked_at(page)
        go.click()
        looked_at(page)
        page.get_by_role("button", name=said["check"]).click()
        page.get_by_text(said["verified"]).wait_for()
        looked_at(page)
        page.get_by_role("button", name=said["order"]).click()
        page.get_by_text(said["ordered"]).wait_for()
        looked_at(page)
        page.get_by_role("button", name=said["show"]).click()
        assert page.locator(".big-code code").inner_text().replace(" ", "").isdigit()
        assert page.get_by_role("img").last.is_visible()
        looked_at(page)


@pytest.fixture(scope="module")
def pages(harbour: LiveDesks) -> dict[str, tuple[str, ...]]:
    """Pages that clerks and managers see, of a world in which everything stands somewhere."""
    who, manager = clerk(harbour), clerk(harbour, Role.MANAGER)
    numbers = (resident(f"1101051991030720{digit}") for digit in range(1, 9))
    done, waiting, short = (
        verify(who, eid_of(4950), number=next(numbers)),
        verify(who, eid_of(4951), number=next(numbers), four_eyes="yes"),
        verify(who, eid_of(4952), number=next(numbers), done=DONE[:1]),
    )
    who.post(f"/operator/counter/{done}/order")
    manager.post("/operator/licences/new", service="tablet", begins="2027-02-01")
    licence = manager.path
    manager.post("/operator/webhooks/new", address="https://crm.example.com/esim", types="*")
    manager.post("/operator/api-keys/new", label="CRM", scopes="orders:read", days="90")
    iccid = harbour.run(harbour.site.work.run(lambda stores: _disagree(stores, done)))
    disagreement = f"/operator/disagreements/{iccid}/on-chip-not-installed"
    return {
        "clerk": (
            *(f"/operator/counter/{each}" for each in (waiting, short)),
            *("/operator/counter/second", f"/operator/counter/second/{waiting}"),
            *("/operator/subscribers", "/operator/subscribers/find", f"/operator/subscribers/{done}"),
        ),
        "manager": (
            *(f"/operator/subscribers/{done}{each}" for each in ("", "/revoke", "/again")),
            *("/operator/disagreements?state=Downloaded", disagreement, f"{disagreement}/repair"),
            *(
                "/operator/licences",
                "/operator/licences/new",
                licence,
                f"{licence}/items/real-name-procedure",
            ),
            *("/operator/api-keys", "/operator/api-keys/new", "/operator/webhooks", "/operator/webhooks/new"),
            *("/operator/staff", "/operator/staff/new", "/operator/audit"),
        ),
    }


def _disagree(stores: Any, case_id: str) -> str:
    order = stores.order(stores.admissions_of_case(case_id, 10)[0].order_id)
    stores.save_order(replace(order, state=OrderState.DOWNLOADED, chip_state=ChipState.ENABLED))
    return str(order.iccid)


@pytest.mark.parametrize(("language", "theme", "size"), [("zh", "light", NARROW), ("en", "dark", WIDE)])
def test_every_page_is_for_everybody(
    harbour: LiveDesks,
    browser: Browser,
    pages: dict[str, tuple[str, ...]],
    language: str,
    theme: str,
    size: tuple[int, int],
) -> None:
    for role in (Role.CLERK, Role.MANAGER):
        token = clerk(harbour, role).token
        with a_visitor(
            browser, harbour.address, token=token, language=language, theme=theme, size=size
        ) as page:
            for path in pages[role.value]:
                answer = page.goto(path)
                assert answer is not None
                assert answer.ok, path
                looked_at(page)
