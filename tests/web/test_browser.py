"""The frame of all desks in a real browser: for everybody, in both languages and themes, on a desk and on a telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from openesim.adapters.web.desks.styleguide.examples import EID
from openesim.security.crypto.totp import code_of, step_of
from openesim.services.conditions.accounts.roles import Role
from tests.support.browser import NARROW, WIDE, a_visitor, assert_accessible, fits
from tests.support.desks import PASSWORD, LiveDesks, today

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.sockets, pytest.mark.system("chromium", "chromium")]

LOOKS = [("en", "light", WIDE), ("zh", "dark", WIDE), ("zh", "light", NARROW), ("en", "dark", NARROW)]
OPEN_PAGES = (
    "/",
    "/sign-in",
    "/register",
    "/styleguide",
    "/styleguide/wizard",
    "/styleguide/confirm",
    "/nothing",
)


@pytest.mark.parametrize(("language", "theme", "size"), LOOKS)
def test_pages_before_signing_in_are_for_everybody(
    desks: LiveDesks, browser: Browser, language: str, theme: str, size: tuple[int, int]
) -> None:
    with a_visitor(browser, desks.address, language=language, theme=theme, size=size) as page:
        for path in OPEN_PAGES:
            page.goto(path)
            assert_accessible(page)
            assert fits(page), f"{path} is wider than {size[0]} points"


@pytest.mark.parametrize("role", list(Role))
def test_the_first_pages_of_every_role_are_for_everybody(
    desks: LiveDesks, browser: Browser, role: Role
) -> None:
    with a_visitor(browser, desks.address, token=desks.token(role), language="zh", size=NARROW) as page:
        for path in ("/", "/account", "/account/sessions", "/account/password"):
            page.goto(path)
            assert_accessible(page)
            assert fits(page)
        assert page.locator("html").get_attribute("data-desk") == role.desk.value


def test_pages_fit_the_smallest_telephone(desks: LiveDesks, browser: Browser) -> None:
    with a_visitor(browser, desks.address, size=(360, 640), language="zh") as page:
        for path in OPEN_PAGES:
            page.goto(path)
            assert fits(page), path


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"#field-{name}").fill(value)
    page.locator("main form button").first.click()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_inspector_signs_in_with_a_second_factor(
    desks: LiveDesks, browser: Browser, *, has_scripts: bool
) -> None:
    login = f"inspector-of-{'scripts' if has_scripts else 'none'}"
    desks.run(desks.site.add(login, Role.INSPECTOR))
    with a_visitor(browser, desks.address, has_scripts=has_scripts) as page:
        page.goto("/regulator")
        assert page.url.endswith("/sign-in?next=/regulator")
        fill(page, login=login, password="not the password")
        assert page.title().startswith("To mend:")
        page.get_by_role("link", name="Login and password do not belong together").click()
        assert page.evaluate("document.activeElement.id") == "field-login"
        fill(page, login=login, password=PASSWORD)
        assert page.url.endswith("/sign-in/device?next=/regulator")
        code = code_of_secret(page.locator("main code").inner_text())
        fill(page, code=code)
        assert page.get_by_role("heading", name="Your recovery codes").is_visible()
        recovery = page.locator(".recovery-codes code").first.inner_text()
        page.get_by_role("link", name="I have kept them").click()
        assert page.get_by_role("heading", name="Overview").is_visible()
        page.get_by_role("button", name="Sign out").click()
        assert page.get_by_text("You are signed out.").is_visible()

        page.goto("/regulator")
        fill(page, login=login, password=PASSWORD)
        assert page.url.endswith("/sign-in/code?next=/regulator")
        fill(page, code="000000")
        assert page.locator("#error-code").is_visible()
        fill(page, code=recovery)
        assert page.url.endswith("/regulator")


def code_of_secret(text: str) -> str:
    """Returns the code that a device shows for a secret as it is typed."""
    import base64

    from openesim.kernel.secret import Secret

    plain = text.replace(" ", "")
    octets = base64.b32decode(plain + "=" * (-len(plain) % 8))
    return code_of(Secret(octets), step_of(today()))


def test_a_subscriber_registers_in_chinese(desks: LiveDesks, browser: Browser) -> None:
    with a_visitor(browser, desks.address, language="zh", size=NARROW) as page:
        page.goto("/")
        page.get_by_role("link", name="我要办理 eSIM").click()
        fill(page, login="陈", password="几个便于记忆的词语和数字")
        assert "登录名由 3 至 64 个" in page.locator("#error-login").inner_text()
        assert_accessible(page)
        fill(page, login="chen.hua", password="几个便于记忆的词语和数字")
        assert page.url.endswith("/subscriber")
        page.goto("/account")
        assert page.locator("main").get_by_text("chen.hua").first.is_visible()


def test_everything_can_be_done_with_the_keyboard(desks: LiveDesks, browser: Browser) -> None:
    with a_visitor(browser, desks.address) as page:
        page.goto("/sign-in")
        page.keyboard.press("Tab")
        assert page.locator(".skip").evaluate("link => link.getBoundingClientRect().top >= 0")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "field-login"
        outline = page.locator("#field-login").evaluate("field => getComputedStyle(field).outlineWidth")
        assert outline == "3px"


def test_a_state_explains_itself_on_focus(desks: LiveDesks, browser: Browser) -> None:
    with a_visitor(browser, desks.address) as page:
        page.goto("/styleguide")
        pill = page.locator(".pill.has-tip").first
        assert not pill.locator(".tip").is_visible()
        pill.focus()
        assert pill.locator(".tip").is_visible()


def test_an_eid_is_judged_as_it_is_typed_and_when_it_is_sent(desks: LiveDesks, browser: Browser) -> None:
    wrong = EID[:10] + str((int(EID[10]) + 1) % 10) + EID[11:]
    with a_visitor(browser, desks.address) as page:
        page.goto("/styleguide/wizard")
        field, told = page.locator("#field-eid"), page.locator("[data-eid-told]")
        field.fill(EID[:12])
        assert told.inner_text() == "12 of 32 digits"
        field.fill(wrong)
        assert told.inner_text() == "32 digits, but the check digits do not fit"
        field.fill(EID)
        assert told.inner_text() == "32 digits, and the check digits fit"
        field.blur()
        assert field.input_value() == " ".join(EID[at : at + 4] for at in range(0, 32, 4))
        field.fill(wrong)
        page.locator("main form button.button").last.click()
        assert f"digit 11: {wrong[10]} → {EID[10]}" in page.locator("#error-eid").inner_text()


def test_progress_arrives_without_a_reload(desks: LiveDesks, browser: Browser) -> None:
    with a_visitor(browser, desks.address) as page:
        page.goto("/styleguide")
        page.locator(".live").get_by_text("4 of 4").wait_for(timeout=10_000)
        assert page.locator(".live progress").get_attribute("value") == "4"


def test_a_digest_is_copied(desks: LiveDesks, browser: Browser) -> None:
    with a_visitor(browser, desks.address) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto("/styleguide")
        page.locator(".copy").first.click()
        page.get_by_text("Copied", exact=True).wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == EID


def test_language_and_theme_are_changed_with_a_press_and_stay(desks: LiveDesks, browser: Browser) -> None:
    with a_visitor(browser, desks.address) as page:
        page.goto("/sign-in?next=/account")
        page.get_by_role("link", name="中文").click()
        expect(page).to_have_title("登录 – OpenESIM")
        page.get_by_role("link", name="深色").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.goto("/register")
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_table_is_filtered_sorted_and_searched_by_its_address(desks: LiveDesks, browser: Browser) -> None:
    with a_visitor(browser, desks.address, has_scripts=False) as page:
        page.goto("/styleguide")
        table = page.locator(".data").first
        table.get_by_role("link", name="In review").click()
        assert "state=waiting" in page.url
        assert table.locator("tbody tr").count() == 2
        table.get_by_role("link", name="Devices").click()
        assert "sort=number" in page.url
        assert table.locator("th[aria-sort=ascending]").inner_text().strip() == "Devices"
        table.get_by_role("searchbox").fill("tab")
        table.get_by_role("button").click()
        assert table.locator("tbody tr").count() == 1
        assert "state=waiting" in page.url
