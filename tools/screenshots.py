"""Writes pictures of the desks into docs/images: make screenshots.

A picture is a line in ``PICTURES``. The desks run as they do anywhere, over a database made for it, in the time zone of
China; the browser is Debian's chromium.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.web.desks.app import DeskRules
from openesim.services.conditions.roles import Role
from tests.support.browser import NARROW, WIDE, a_browser, a_visitor, take_picture
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.desks import DeskSite, LiveDesks, serving_desks

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture.

    Attributes:
        name: of its file, without its ending.
        path: of the page.
        role: who looks; None: nobody in particular.
        language: ``en`` or ``zh``.
        theme: ``light`` or ``dark``.
        size: of the screen.
        is_whole: the page to its end, not only what the screen shows.
    """

    name: str
    path: str
    role: Role | None = None
    language: str = "en"
    theme: str = "light"
    size: tuple[int, int] = WIDE
    is_whole: bool = True


PICTURES = (
    Picture("front-zh", "/", language="zh"),
    Picture("sign-in-phone-zh-dark", "/sign-in", language="zh", theme="dark", size=NARROW),
    Picture("styleguide-en", "/styleguide", is_whole=False),
    Picture("question-phone-en", "/styleguide/wizard", size=NARROW),
    Picture("regulator-empty-en", "/regulator", Role.INSPECTOR),
    Picture("regulator-empty-zh-dark", "/regulator", Role.INSPECTOR, language="zh", theme="dark"),
)


def take(desks: LiveDesks, wanted: tuple[Picture, ...], folder: Path) -> None:
    """Takes pictures."""
    tokens = {role: desks.token(role) for role in {one.role for one in wanted} if role is not None}
    with a_browser() as browser:
        for one in wanted:
            with a_visitor(
                browser,
                desks.address,
                token=tokens[one.role] if one.role else "",
                language=one.language,
                theme=one.theme,
                size=one.size,
            ) as page:
                page.goto(one.path)
                page.wait_for_load_state("load")
                take_picture(page, folder / f"{one.name}.png", is_whole=one.is_whole)
                print(folder / f"{one.name}.png")


def main() -> None:
    """Takes the pictures that are named, or all of them."""
    wanted = tuple(one for one in PICTURES if not sys.argv[1:] or one.name in sys.argv[1:])
    with TemporaryDirectory() as folder:
        path = new_database(make_template(Path(folder)), Path(folder))
        rules = DeskRules(zone=ZoneInfo("Asia/Shanghai"), is_test=True, has_styleguide=True)
        with serving_desks(lambda: DeskSite(SqliteWork(path, WRAPPING), rules=rules)) as desks:
            take(desks, wanted, IMAGES)


if __name__ == "__main__":
    main()
