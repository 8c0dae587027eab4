"""My device: which chip and which model it is, and whether a plan would work on it, before anything is applied for."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.explained import in_a_line
from openesim.adapters.web.desks.components.findings import explained_finding
from openesim.adapters.web.desks.components.naming import region_name
from openesim.adapters.web.desks.components.table import Column, Row, Table, plain_table
from openesim.adapters.web.desks.components.values import Fact, Identifier, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.subscriber import views
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.rules.words import Region
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Imei
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.subscriber.device_check import Asked, Checked
from openesim.services.conditions.subscriber.offers import Offer

DEVICE: Final = "subscriber.device"
HOME, ELSEWHERE, ABROAD = "home", "elsewhere", "abroad"
"""Where somebody says that he is."""

MOST_PLANS: Final = 30
_IMEI_DIGITS: Final = 15

_MINE = reach(Permission.DEVICE_CHECK, Tenancy.SELF)


@get("/subscriber/device", opt=_MINE)
async def any_device(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for a device, whatever is put on it."""
    return visit.page("subscriber/my_device.html", form=visit.blank(DEVICE))


@post("/subscriber/device", opt=_MINE)
async def check_any_device(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices]
) -> Response[Any]:
    """Show what is known of a device, and which plans would work on it where their numbers belong."""
    form = await visit.form(DEVICE)
    asked = read_device(form, None)
    if asked is None:
        return visit.page("subscriber/my_device.html", http_status=422, form=form)
    offers = (await subscriber.offers.all())[:MOST_PLANS]
    wishes = [
        (offer, Asked(eid=asked.eid, imei=asked.imei, region=offer.plan.home_region, in_country=True))
        for offer in offers
    ]
    checked = await subscriber.checks.check(wishes, visit.me.account_id)
    known = subscriber.checks.describe(asked)
    return visit.page(
        "subscriber/my_device.html",
        form=form,
        facts=[*asked_facts(visit, asked), *views.device_facts(visit, known)],
        table=plans_table(visit, checked),
    )


def plans_table(visit: Visit, checked: list[Checked]) -> Table:
    """Return which plans would work."""
    say = visit.t
    columns = [
        Column(say("subscriber.my_device.plan")),
        Column(say("subscriber.plan.operator")),
        Column(say("subscriber.my_device.works")),
        Column(say("subscriber.my_device.why")),
    ]
    rows = []
    for one in checked:
        against = [explained_finding(visit, each).cause for each in one.of_device[:2]]
        pill = Pill(say("subscriber.check.yes"), Tone.GOOD)
        if not one.works:
            pill = Pill(say("subscriber.check.no"), Tone.BAD)
        cells = (
            views.plan_title(visit, one.offer.plan),
            one.offer.operator,
            pill,
            "; ".join(against) or None,
        )
        rows.append(Row(cells, f"/subscriber/plans/{one.offer.plan.plan_id}"))
    return plain_table(say("subscriber.my_device.table"), columns, rows)


@get("/subscriber/plans/{offer_id:int}/device", opt=_MINE)
async def device(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], offer_id: FromPath[int]
) -> Response[Any]:
    """Ask for the device that a plan is for."""
    offer = await subscriber.offers.offer(offer_id)
    return ask(visit, offer, visit.blank(DEVICE))


@post("/subscriber/plans/{offer_id:int}/device", opt=_MINE)
async def check_device(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], offer_id: FromPath[int]
) -> Response[Any]:
    """Tell whether the plan would work on it. Nothing is kept of the question."""
    offer = await subscriber.offers.offer(offer_id)
    form = await visit.form(DEVICE)
    asked = read_device(form, offer)
    if asked is None or form.value("again"):
        return ask(visit, offer, form, http_status=422 if form.is_wrong else 200)
    [checked] = await subscriber.checks.check([(offer, asked)], visit.me.account_id)
    return visit.page(
        "subscriber/check.html",
        checked=checked,
        heading=views.plan_title(visit, offer.plan),
        verdict="no" if not checked.works else "yes",
        facts=check_facts(visit, checked),
        against=[explained_finding(visit, each) for each in checked.of_device],
        to_do=[in_a_line(explained_finding(visit, each), visit.language) for each in checked.of_person],
        hidden=hidden_of(form),
        plan_id=offer_id,
        wizard=views.wizard(visit, 2, plan_id=offer_id, needs_person=offer.needs_person),
    )


def ask(visit: Visit, offer: Offer, form: Form, http_status: int = 200) -> Response[Any]:
    """Show the question for a device."""
    plan_id, home = offer.plan.plan_id, offer.plan.home_region
    return visit.page(
        "subscriber/device.html",
        http_status=http_status,
        form=form,
        heading=views.plan_title(visit, offer.plan),
        needs_imei=offer.needs_imei,
        places=places_of(visit, offer),
        home=region_name(visit, home) if home else "",
        plan_id=plan_id,
        wizard=views.wizard(visit, 2, plan_id=plan_id, needs_person=offer.needs_person),
    )


def places_of(visit: Visit, offer: Offer) -> dict[str, str]:
    """Return where somebody may say that he is; nothing where the rules do not ask."""
    if offer.regions is Region.ANYWHERE:
        return {}
    home = offer.plan.home_region
    is_home_asked = offer.regions is Region.HOME_PROVINCE and home
    places: dict[str, str] = {
        HOME: visit.t("subscriber.device.place.home", region=region_name(visit, home or ""))
    }
    places[ELSEWHERE] = visit.t("subscriber.device.place.elsewhere")
    places[ABROAD] = visit.t("subscriber.device.place.abroad")
    if not is_home_asked:
        del places[HOME]
        places[ELSEWHERE] = visit.t("subscriber.device.place.country")
    return places


def read_device(form: Form, offer: Offer | None) -> Asked | None:
    """Return which device was told, and where it is; None: something has to be mended.

    Args:
        form: as it came.
        offer: the plan; None: whichever.
    """
    eid = form.eid("eid")
    imei = read_imei(form, is_needed=offer is not None and offer.needs_imei)
    place = None
    if offer is not None and offer.regions is not Region.ANYWHERE:
        place = form.choice("place", (HOME, ELSEWHERE, ABROAD))
    if form.is_wrong or eid is None:
        return None
    return Asked(
        eid=eid,
        imei=imei,
        region=region_of(offer, place),
        in_country=None if place is None else place != ABROAD,
    )


def region_of(offer: Offer | None, place: str | None) -> str | None:
    """Return the code of where somebody says that he is."""
    if offer is None or place is None or place == ABROAD:
        return None
    if place == HOME:
        return offer.plan.home_region
    return None if offer.pack is None else offer.pack.pack.country


def read_imei(form: Form, *, is_needed: bool) -> Imei | None:
    """Return the number of a device, typed with or without blanks; what is wrong with it is named."""
    plain = "".join(form.value("imei").split()).replace("-", "").replace("/", "")
    if not plain:
        if is_needed:
            form.wrong("imei", "subscriber.device.imei.missing")
        return None
    if not plain.isascii() or not plain.isdecimal():
        form.wrong("imei", "subscriber.device.imei.character")
    elif len(plain) != _IMEI_DIGITS:
        form.wrong("imei", "subscriber.device.imei.length", count=len(plain))
    else:
        try:
            return Imei.parse(plain)
        except DecodeError:
            form.wrong("imei", "subscriber.device.imei.check")
    return None


def hidden_of(form: Form) -> list[tuple[str, str]]:
    """Return what was told of the device, to be sent along."""
    return [(name, form.value(name)) for name in ("eid", "imei", "place") if form.value(name)]


def asked_facts(visit: Visit, asked: Asked) -> list[Fact]:
    """Return chip and device as facts."""
    imei = None if asked.imei is None else Identifier(str(asked.imei))
    return [
        Fact(visit.t("field.eid.label"), Identifier(str(asked.eid))),
        Fact(visit.t("field.imei.label"), imei),
    ]


def check_facts(visit: Visit, checked: Checked) -> list[Fact]:
    """Return what is known, as facts: device, room on the chip, place, lines."""
    say, most = visit.t, checked.most_profiles
    known = {"count": checked.profiles, "most": most}
    room = say("subscriber.check.room_of", **known) if most else say("subscriber.check.room", **known)
    facts = [
        *asked_facts(visit, checked.asked),
        *views.device_facts(visit, checked.description),
        Fact(say("subscriber.check.space"), room),
        Fact(say("subscriber.plan.place"), views.plan_place(visit, checked.offer)),
    ]
    if checked.most_lines:
        have = {"count": checked.lines_here or 0, "most": checked.most_lines}
        key = "unknown" if checked.lines_here is None else "known"
        facts.append(Fact(say("subscriber.check.lines"), say(f"subscriber.check.lines_{key}", **have)))
    return facts
