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
from openesim.services.conditions.accounts.roles import Role
from tests.support import counter_world
from tests.support.browser import NARROW, WIDE, a_browser, a_visitor, take_picture
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.desks import DeskSite, LiveDesks, serving_desks
from tests.support.operator_desk import live_a_day
from tests.support.register_world import fill_supervision
from tests.support.regulator_world import fill_nation
from tests.support.subscriber_life import live_in
from tests.support.subscriber_world import TITLES, make_site
from tests.support.vendor_world import fill_register

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


MARKET = (
    Picture("subscriber-plans-en", "/subscriber/plans", Role.SUBSCRIBER),
    Picture("subscriber-plans-phone-zh", "/subscriber/plans", Role.SUBSCRIBER, language="zh", size=NARROW),
    Picture("subscriber-who-en", "/subscriber/applications/{begun}/who", Role.SUBSCRIBER),
    Picture(
        "subscriber-counter-zh", "/subscriber/applications/{counter}/counter", Role.SUBSCRIBER, language="zh"
    ),
    Picture("subscriber-get-en", "/subscriber/applications/{ordered}/get", Role.SUBSCRIBER),
    Picture(
        "subscriber-get-phone-zh-dark",
        "/subscriber/applications/{ordered}/get",
        Role.SUBSCRIBER,
        language="zh",
        theme="dark",
        size=NARROW,
    ),
    Picture("subscriber-lines-zh", "/subscriber/lines", Role.SUBSCRIBER, language="zh"),
    Picture("subscriber-rights-en", "/subscriber/rights", Role.SUBSCRIBER),
)
"""In a world of subscribers; braces hold what somebody has applied for (``tests.support.subscriber_world``)."""


OFFICE = (
    Picture("operator-today-en", "/operator", Role.MANAGER),
    Picture("operator-today-phone-zh-dark", "/operator", Role.MANAGER, "zh", "dark", NARROW),
    Picture("operator-orders-zh", "/operator/orders", Role.MANAGER, language="zh", is_whole=False),
    Picture("operator-order-en", "/operator/orders/{error}", Role.MANAGER),
    Picture("operator-held-zh", "/operator/orders/{held}", Role.MANAGER, language="zh"),
    Picture("operator-code-zh", "/operator/orders/{released}/code", Role.MANAGER, language="zh"),
    Picture("operator-stock-en", "/operator/stock", Role.MANAGER),
    Picture("operator-order-phone-zh", "/operator/orders/new", Role.CLERK, language="zh", size=NARROW),
)
"""In a world of operators; braces hold how an order stands (``tests.support.operator_desk``)."""


COUNTER = (
    Picture("operator-counter-zh", "/operator/counter", Role.CLERK, language="zh"),
    Picture("operator-device-phone-en", "/operator/counter/device?plan={plan}", Role.CLERK, size=NARROW),
    Picture(
        "operator-document-phone-zh-dark",
        "/operator/counter/{begun}/papers",
        Role.CLERK,
        "zh",
        "dark",
        NARROW,
    ),
    Picture("operator-verified-en", "/operator/counter/{verified}", Role.CLERK),
    Picture("operator-second-zh", "/operator/counter/second/{waiting}", Role.CLERK, language="zh"),
    Picture("operator-subscribers-zh", "/operator/subscribers", Role.CLERK, language="zh"),
    Picture("operator-subscriber-en", "/operator/subscribers/{ordered}", Role.MANAGER),
    Picture(
        "operator-licence-zh", "/operator/licences/{licence}/items/real-name-procedure", Role.MANAGER, "zh"
    ),
    Picture("operator-audit-en-dark", "/operator/audit", Role.MANAGER, theme="dark", is_whole=False),
)
"""At a counter; braces hold cases by how they stand (``tests.support.counter_world``)."""


NATION = (
    Picture("regulator-en", "/regulator", Role.CHIEF),
    Picture("regulator-zh", "/regulator", Role.CHIEF, language="zh"),
    Picture("regulator-phone-zh", "/regulator", Role.CHIEF, language="zh", size=NARROW, is_whole=False),
    Picture("regulator-application-en", "/regulator/applications/{in_review}", Role.CHIEF, is_whole=False),
    Picture("regulator-approve-zh", "/regulator/applications/{in_review}/approve", Role.CHIEF, language="zh"),
    Picture(
        "regulator-suspend-en-dark", "/regulator/applications/{approved}/suspend", Role.CHIEF, theme="dark"
    ),
    Picture("regulator-operator-zh-dark", "/regulator/operators/haitang", Role.CHIEF, "zh", "dark"),
    Picture("regulator-rules-zh", "/regulator/rules", Role.CHIEF, language="zh"),
    Picture(
        "regulator-pack-en", "/regulator/rules/packs/cn-2025-trial/2025-10-13", Role.CHIEF, is_whole=False
    ),
    Picture("regulator-accounts-zh", "/regulator/accounts", Role.CHIEF, language="zh"),
)
"""In a nation; braces hold licences by how they stand (``tests.support.regulator_world``)."""


SUPERVISION = (
    Picture("regulator-models-zh", "/regulator/terminals/models", Role.INSPECTOR, "zh", is_whole=False),
    Picture("regulator-model-en", "/regulator/terminals/models/{submitted}", Role.INSPECTOR),
    Picture(
        "regulator-device-phone-zh-dark",
        "/regulator/terminals/device?number=86012000",
        Role.INSPECTOR,
        "zh",
        "dark",
        NARROW,
    ),
    Picture("regulator-recall-en", "/regulator/recalls/preview?kind=model&number=QH-P1", Role.CHIEF),
    Picture(
        "regulator-recall-zh", "/regulator/recalls/confirm?kind=model&number=QH-P1", Role.CHIEF, language="zh"
    ),
    Picture(
        "regulator-decisions-zh", "/regulator/decisions?verdict=refuse", Role.CHIEF, "zh", is_whole=False
    ),
    Picture("regulator-decision-en", "/regulator/decisions/{decision}", Role.INSPECTOR, is_whole=False),
    Picture("regulator-ledger-en-dark", "/regulator/ledger", Role.CHIEF, theme="dark", is_whole=False),
    Picture("regulator-chain-zh", "/regulator/ledger/check/run?step=1", Role.CHIEF, language="zh"),
    Picture("regulator-enquiry-zh", "/regulator/enquiry", Role.CHIEF, language="zh"),
    Picture("regulator-watch-list-en", "/regulator/watch-list", Role.CHIEF),
)
"""In a register with recalls; braces hold numbers of what is there (``tests.support.register_world``)."""


_SUBMITTED = (
    "name=Shanlan+S7&category=phone&market=home&abilities=consumer+sm-ds&tacs=35290700-35290709,35290615"
)

REGISTER = (
    Picture("vendor-en", "/vendor", Role.VENDOR),
    Picture("vendor-phone-zh-dark", "/vendor", Role.VENDOR, "zh", "dark", NARROW, is_whole=False),
    Picture("vendor-models-zh", "/vendor/models", Role.VENDOR, language="zh"),
    Picture("vendor-model-en", "/vendor/models/{s5}", Role.VENDOR),
    Picture("vendor-asked-phone-zh", "/vendor/models/{tab}/again/answer", Role.VENDOR, "zh", size=NARROW),
    Picture("vendor-check-zh", f"/vendor/models/new/check?{_SUBMITTED}", Role.VENDOR, language="zh"),
    Picture("vendor-chips-en-dark", "/vendor/chips", Role.VENDOR, theme="dark"),
    Picture("vendor-notices-zh", "/vendor/notices", Role.VENDOR, language="zh"),
)
"""In a register of two vendors; braces hold models by a word of their names (``tests.support.vendor_world``)."""


def take(
    desks: LiveDesks,
    wanted: tuple[Picture, ...],
    folder: Path,
    tokens: dict[Role, str] | None = None,
    things: dict[str, str] | None = None,
) -> None:
    """Takes pictures.

    Args:
        desks: that are looked at.
        wanted: which.
        folder: where they are written.
        tokens: sessions of those who look; None: of somebody new in each role.
        things: what braces in paths stand for.
    """
    roles = {one.role for one in wanted if one.role is not None}
    tokens = {role: desks.token(role) for role in roles} if tokens is None else tokens
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
                page.goto(one.path.format_map(things or {}))
                page.wait_for_load_state("load")
                take_picture(page, folder / f"{one.name}.png", is_whole=one.is_whole)
                print(folder / f"{one.name}.png")


def wanted_of(pictures: tuple[Picture, ...]) -> tuple[Picture, ...]:
    """Returns the pictures that are named, or all of them."""
    return tuple(one for one in pictures if not sys.argv[1:] or one.name in sys.argv[1:])


def main() -> None:
    """Takes the pictures that are named, or all of them."""
    zone = ZoneInfo("Asia/Shanghai")
    rules = DeskRules(zone=zone, is_test=True, has_styleguide=True, verifier_titles=TITLES)
    with TemporaryDirectory() as folder:
        path = new_database(make_template(Path(folder)), Path(folder))
        if wanted := wanted_of(PICTURES):
            with serving_desks(lambda: DeskSite(SqliteWork(path, WRAPPING), rules=rules)) as desks:
                take(desks, wanted, IMAGES)
    with TemporaryDirectory() as folder:
        path = new_database(make_template(Path(folder)), Path(folder))
        if wanted := wanted_of(MARKET):
            with serving_desks(
                lambda: make_site(SqliteWork(path, WRAPPING), Path(folder), rules=rules)
            ) as desks:
                token, things = live_in(desks)
                take(desks, wanted, IMAGES, {Role.SUBSCRIBER: token}, things)
    with TemporaryDirectory() as folder:
        path = new_database(make_template(Path(folder)), Path(folder))
        if wanted := wanted_of(OFFICE):
            with serving_desks(lambda: DeskSite(SqliteWork(path, WRAPPING), rules=rules)) as desks:
                take(desks, wanted, IMAGES, things=live_a_day(desks))
    with TemporaryDirectory() as folder:
        path = new_database(make_template(Path(folder)), Path(folder))
        if wanted := wanted_of(COUNTER):
            with serving_desks(
                lambda: counter_world.make_site(SqliteWork(path, WRAPPING), Path(folder), rules=rules)
            ) as desks:
                tokens, things = counter_world.fill_counter(desks)
                take(desks, wanted, IMAGES, tokens, things)
    with TemporaryDirectory() as folder:
        path = new_database(make_template(Path(folder)), Path(folder))
        if wanted := wanted_of(NATION):
            with serving_desks(lambda: DeskSite(SqliteWork(path, WRAPPING), rules=rules)) as desks:
                take(desks, wanted, IMAGES, things=fill_nation(desks))
    with TemporaryDirectory() as folder:
        path = new_database(make_template(Path(folder)), Path(folder))
        if wanted := wanted_of(SUPERVISION):
            with serving_desks(lambda: DeskSite(SqliteWork(path, WRAPPING), rules=rules)) as desks:
                take(desks, wanted, IMAGES, things=fill_supervision(desks))
    with TemporaryDirectory() as folder:
        path = new_database(make_template(Path(folder)), Path(folder))
        if wanted := wanted_of(REGISTER):
            with serving_desks(lambda: DeskSite(SqliteWork(path, WRAPPING), rules=rules)) as desks:
                take(desks, wanted, IMAGES, things=fill_register(desks))


if __name__ == "__main__":
    main()
