"""A browser that tests drive: Debian's chromium, without anything of its own kept, and axe to look at what is not for everybody."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)
WIDE, NARROW = (1280, 900), (390, 844)
"""Points of a desk's screen and of a telephone's."""

FONTS = Path(__file__).with_name("fonts.conf")
GRAVE = {"serious", "critical"}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Gives a browser."""
    program = shutil.which("chromium")
    assert program, "apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=list(FLAGS), env={**os.environ, "FONTCONFIG_FILE": str(FONTS)}
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def a_visitor(
    browser: Browser,
    address: str,
    *,
    token: str = "",
    language: str = "en",
    theme: str = "light",
    size: tuple[int, int] = WIDE,
    has_scripts: bool = True,
) -> Iterator[Page]:
    """Gives a page of somebody with cookies of his own; whatever a script complains of fails the test.

    Args:
        browser: to look with.
        address: of the desks; paths begin there.
        token: what his session cookie holds; empty: he is not signed in.
        language: ``en`` or ``zh``.
        theme: ``light`` or ``dark``, as his system has it.
        size: of his screen, in points.
        has_scripts: whether his browser runs scripts.
    """
    context: BrowserContext = browser.new_context(
        base_url=address,
        locale=LOCALES[language],
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
        java_script_enabled=has_scripts,
    )
    if token:
        context.add_cookies([{"name": "session", "value": token, "url": address}])
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None,
    )
    page.on("request", lambda asked: None if asked.url.startswith(address) else complaints.append(asked.url))
    try:
        yield page
        assert not complaints, f"scripts, styles or foreign addresses: {complaints}"
    finally:
        context.close()


def assert_accessible(page: Page) -> None:
    """Fails if axe finds anything serious on the page."""
    found = violations(page)
    told = [f"{each['id']} ({each['impact']}): {each['help']} – {_places(each)}" for each in found]
    assert not found, "\n".join([page.url, *told])


def violations(page: Page) -> list[dict[str, Any]]:
    """Returns what axe finds that is serious or critical."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [each for each in result["violations"] if each["impact"] in GRAVE]


def take_picture(page: Page, path: Path, *, is_whole: bool = True) -> None:
    """Writes a picture of the page, or of what the screen shows of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=path, full_page=is_whole, animations="disabled")


def fits(page: Page) -> bool:
    """Tells whether the page is no wider than the screen."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider <= 0


def _places(violation: dict[str, Any]) -> str:
    return json.dumps([node["target"] for node in violation["nodes"]][:5])
