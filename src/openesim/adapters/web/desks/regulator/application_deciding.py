"""Deciding an application: approve it, for less than was asked perhaps, or refuse it; and stop what was approved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.licences import scope_facts
from openesim.adapters.web.desks.components.naming import (
    channel_name,
    in_words,
    listed,
    members,
    number_name,
    service_name,
)
from openesim.adapters.web.desks.components.values import Fact
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.application import note_refusal
from openesim.adapters.web.desks.regulator.application_view import WORDS, path_of
from openesim.adapters.web.desks.regulator.saying import in_a_row
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.licensing.licence import Licence
from openesim.conditions.licensing.scopes import MOST_REGIONS
from openesim.conditions.licensing.states import Event
from openesim.conditions.rules.words import Channel, NumberKind
from openesim.kernel.errors import DecodeError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.licences.desk import Dossier
from openesim.services.conditions.licences.wishes import Wish

_PATH: Final = "/regulator/applications/{licence_id:int}"
_APPROVE: Final = "regulator.application_approve"
_STOP: Final = "regulator.application_stop"
_MOST_TEXT: Final = 4000
_DECIDE = reach(Permission.APPLICATIONS_DECIDE, Tenancy.NATION)
_GRAVE = reach(Permission.LICENCES_STOP, Tenancy.NATION)
_CHECKED: Final = ("begins", "ends", "regions", "conditions", "text")
_SEVERAL: Final = ("channels", "numbers")


@get(_PATH + "/approve", opt=_DECIDE)
async def approve_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], licence_id: FromPath[int]
) -> Response[Any]:
    """Ask for what is approved: all that was asked, unless something is taken away."""
    dossier = await regulator.licences.dossier(licence_id, visit.me.actor)
    wish = regulator.licences.wish_of(dossier)
    values: dict[str, list[str]] = {
        "begins": [] if wish.begins is None else [wish.begins.isoformat()],
        "ends": [] if wish.ends is None else [wish.ends.isoformat()],
        "channels": [each.value for each in sorted(wish.channels or Channel)],
        "regions": ["\n".join(sorted(wish.regions))],
        "numbers": [each.value for each in sorted(wish.numbers or _numbers())],
    }
    return _approve_page(visit, dossier, Form(visit, _APPROVE, values))


@post(_PATH + "/approve", opt=_DECIDE)
async def approve(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], licence_id: FromPath[int]
) -> Response[Any]:
    """Show what would be approved; once that was looked at, approve it."""
    desk = regulator.licences
    dossier = await desk.dossier(licence_id, visit.me.actor)
    form = await visit.form(_APPROVE)
    wish = _wish_of(form, dossier)
    if form.is_wrong:
        return _approve_page(visit, dossier, form, http_status=422)
    approval = desk.approval_of(dossier, wish)
    try:
        licence = await desk.preview(dossier, visit.me.actor, approval)
        if form.value("checked") == "yes":
            await desk.approve(licence_id, visit.me.actor, approval)
            return visit.go(path_of(licence), "regulator.application.approved")
    except DecodeError as error:
        note_refusal(visit, form, error, "text")
        return _approve_page(visit, dossier, form, http_status=422)
    return visit.page(
        "regulator/application_check.html",
        facts=_answers(visit, dossier, licence, wish),
        hidden=_hidden(form),
        path=path_of(dossier.licence),
        operator=dossier.display_name,
        service=service_name(visit, dossier.licence.service),
        is_less=licence.granted != dossier.licence.asked,
    )


def _numbers() -> tuple[NumberKind, ...]:
    """Return the kinds of numbers that may be taken away; ``any`` is all of them."""
    return tuple(each for each in NumberKind if each is not NumberKind.ANY)


def _wish_of(form: Form, dossier: Dossier) -> Wish:
    """Return what an inspector wishes; what he left is as it was asked."""
    asked = dossier.licence.asked
    channels = frozenset(
        Channel(each) for each in form.chosen("channels", list(Channel)) if each in set(Channel)
    )
    numbers = frozenset(
        NumberKind(each) for each in form.chosen("numbers", list(_numbers())) if each in set(_numbers())
    )
    conditions = form.lines("conditions", most=_MOST_TEXT * 4, is_needed=False).split("\n")
    return Wish(
        begins=form.day("begins"),
        ends=form.day("ends", is_needed=asked.ends is not None),
        channels=asked.channels if channels == (asked.channels or frozenset(Channel)) else channels,
        regions=_regions_of(form),
        numbers=asked.numbers if numbers == (asked.numbers or frozenset(_numbers())) else numbers,
        conditions=tuple(each.strip() for each in conditions if each.strip()),
        text=form.lines("text", most=_MOST_TEXT, is_needed=False),
    )


def _regions_of(form: Form) -> frozenset[str]:
    """Return the regions that a field names, one a line or between commas."""
    text = form.lines("regions", most=MOST_REGIONS * 42, is_needed=False)
    for comma in (",", "\N{FULLWIDTH COMMA}", "\N{IDEOGRAPHIC COMMA}"):
        text = text.replace(comma, "\n")
    return frozenset(each.strip() for each in text.split("\n") if each.strip())


def _approve_page(visit: Visit, dossier: Dossier, form: Form, http_status: int = 200) -> Response[Any]:
    asked = dossier.licence.asked
    channels = [each.value for each in Channel if not asked.channels or each in asked.channels]
    numbers = [each.value for each in _numbers() if not asked.numbers or each in asked.numbers]
    return visit.page(
        "regulator/application_approve.html",
        http_status=http_status,
        form=form,
        channels=channels,
        channel_names=members(Channel, lambda each: channel_name(visit, each)),
        numbers=numbers,
        number_names=members(NumberKind, lambda each: number_name(visit, each)),
        is_open=asked.ends is None,
        is_renewal=dossier.licence.renews is not None,
        offset=dossier.picture.checklist.checklist.utc_offset,
        missing=[
            in_words(visit, dossier.picture.checklist.item[item].question)
            for item, _ in dossier.picture.missing
        ],
        path=path_of(dossier.licence),
        operator=dossier.display_name,
        service=service_name(visit, dossier.licence.service),
    )


def _answers(visit: Visit, dossier: Dossier, licence: Licence, wish: Wish) -> list[Fact]:
    """Return everything that is about to be approved."""
    change = f"{path_of(dossier.licence)}/approve"
    facts = scope_facts(visit, WORDS, dossier.licence.asked, licence.granted)
    facts += [
        Fact(visit.say(f"{_APPROVE}.condition", number=number), each)
        for number, each in enumerate(wish.conditions, start=1)
    ]
    facts.append(Fact(visit.say(f"{_APPROVE}.field.text.label"), wish.text))
    return [Fact(each.label, each.value, change if not at else "") for at, each in enumerate(facts)]


def _hidden(form: Form) -> list[tuple[str, str]]:
    """Return the fields of a form that was looked at, to be sent once more."""
    kept = [(name, form.value(name)) for name in _CHECKED]
    return kept + [(name, value) for name in _SEVERAL for value in form.values(name)] + [("checked", "yes")]


# --- refusing, suspending, reinstating, revoking: each asked once more, with what follows from it

Deed = Callable[[RegulatorServices, int, str, str], Awaitable[Licence]]

_DEEDS: Final[dict[Event, Deed]] = {
    Event.REFUSE: lambda desk, number, actor, text: desk.licences.refuse(number, actor, text),
    Event.SUSPEND: lambda desk, number, actor, text: desk.licences.suspend(number, actor, text),
    Event.REINSTATE: lambda desk, number, actor, text: desk.licences.reinstate(number, actor, text),
    Event.REVOKE: lambda desk, number, actor, text: desk.licences.revoke(number, actor, text),
}


def _deed_routes(event: Event) -> tuple[Any, Any]:
    """Return the page that asks once more, and what is done then."""
    opt = _DECIDE if event is Event.REFUSE else _GRAVE

    @get(f"{_PATH}/{event.value}", opt=opt, name=f"regulator.{event.value}_page")
    async def page(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        licence_id: FromPath[int],
    ) -> Response[Any]:
        """Ask once more."""
        dossier = await regulator.licences.dossier(licence_id, visit.me.actor)
        return await _confirm(visit, regulator, dossier, event, visit.blank(_STOP))

    @post(f"{_PATH}/{event.value}", opt=opt, name=f"regulator.{event.value}")
    async def do(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        licence_id: FromPath[int],
    ) -> Response[Any]:
        """Do it."""
        form = await visit.form(_STOP)
        text = form.lines("reason", most=_MOST_TEXT, is_needed=event is not Event.REINSTATE)
        dossier = await regulator.licences.dossier(licence_id, visit.me.actor)
        if not form.is_wrong:
            try:
                licence = await _DEEDS[event](regulator, licence_id, visit.me.actor, text)
                return visit.go(path_of(licence), f"{_STOP}.{event.value}.done")
            except DecodeError as error:
                note_refusal(visit, form, error, "reason")
        return await _confirm(visit, regulator, dossier, event, form, http_status=422)

    return page, do


async def _confirm(
    visit: Visit,
    regulator: RegulatorServices,
    dossier: Dossier,
    event: Event,
    form: Form,
    http_status: int = 200,
) -> Response[Any]:
    """Return the page that asks once more: what follows, and how many orders stop."""
    licence, words = dossier.licence, f"{_STOP}.{event.value}"
    facts = {"operator": dossier.display_name, "service": service_name(visit, licence.service)}
    hit = None if event is Event.REFUSE else await regulator.licences.hit(licence, event)
    consequence = [visit.say(f"{words}.consequence", **facts)]
    if hit is not None and hit.renewals:
        numbers = listed(visit, map(str, hit.renewals))
        consequence.append(visit.say(f"{_STOP}.renewals", count=len(hit.renewals), numbers=numbers))
    if hit is not None and hit.is_more:
        consequence.append(visit.say(f"{_STOP}.is_more"))
    path = path_of(licence)
    confirm = Confirm(
        title=visit.say(f"{words}.title", **facts),
        consequence=in_a_row(visit, consequence),
        hit=None if hit is None else hit.orders,
        hit_label="" if hit is None else visit.say(f"{words}.hit", count=hit.orders),
        action=f"{path}/{event.value}",
        button=visit.say(f"{words}.button"),
        back=path,
        is_grave=event is not Event.REINSTATE,
        asks_reason=True,
    )
    return visit.page("shell/confirm.html", http_status=http_status, confirm=confirm, form=form)


DEED_ROUTES: Final[tuple[Any, ...]] = tuple(route for event in _DEEDS for route in _deed_routes(event))
