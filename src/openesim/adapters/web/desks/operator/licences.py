"""Licences: what the operator holds, what it has applied for, and how an application begins."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.naming import (
    channel_name,
    last_moment,
    licence_pill,
    members,
    number_name,
    scope_texts,
    service_name,
)
from openesim.adapters.web.desks.components.table import Column, Row, plain_table
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.fields import note_refusal
from openesim.adapters.web.desks.operator.licence_view import LICENCES, path_of, title_of
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.licensing.licence import Licence, Scope
from openesim.conditions.licensing.reminders import stage_of
from openesim.conditions.licensing.states import Event, LicenceState
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass
from openesim.kernel.errors import DecodeError, StateError
from openesim.services.conditions.accounts.roles import Permission

W: Final = "operator.licences"
FORM: Final = "operator.licence_scope"

_READ = reach(Permission.LICENCE_READ, Tenancy.OPERATOR)
_APPLY = reach(Permission.LICENCE_APPLY, Tenancy.OPERATOR)
_DAY: Final = timedelta(days=1)
_REGION: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_FIELD_OF: Final = {
    "begins": "begins",
    "ends": "ends",
    "regions": "regions",
    "numbers": "numbers",
    "channels": "channels",
}

Operator = NamedDependency[OperatorServices]


@get(LICENCES, opt=_READ)
async def licences(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Show them: those that run first."""
    found = await operator.applications.all(visit.operator)
    names = ("licence", "state", "scope", "ends", "changed")
    columns = [Column(say(visit, f"{W}.column.{name}")) for name in names]
    rows = [
        Row(
            (
                title_of(visit, each),
                licence_pill(visit, each.state),
                _scope_text(visit, each.scope),
                last_moment(each.scope.ends),
                each.changed_at,
            ),
            path_of(each.licence_id),
        )
        for each in found
    ]
    renewed = {each.renews for each in found if each.state is not LicenceState.WITHDRAWN}
    ending = [
        (title_of(visit, each), path_of(each.licence_id), each.scope.ends)
        for each in found
        if stage_of(each, visit.now) is not None and each.licence_id not in renewed
    ]
    asked = [
        (title_of(visit, each), path_of(each.licence_id))
        for each in found
        if each.state is LicenceState.ASKED_BACK
    ]
    return visit.page(
        "operator/licences.html",
        table=plain_table(say(visit, f"{W}.title"), columns, rows),
        ending=ending,
        asked=asked,
        may_apply=visit.me.may(Permission.LICENCE_APPLY),
    )


@get(f"{LICENCES}/new", opt=_APPLY)
async def new(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Ask what is applied for."""
    today = visit.format.local_day(visit.now)
    return _form_page(visit, operator, visit.blank(FORM, begins=today.isoformat()), None)


@post(f"{LICENCES}/new", opt=_APPLY)
async def apply(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Begin the application: a draft."""
    form = await visit.form(FORM)
    service = form.choice("service", [each.value for each in operator.applications.services()])
    scope = read_scope(visit, form)
    if not form.is_wrong and service is not None and scope is not None:
        try:
            made = await operator.applications.apply(
                visit.operator, ServiceClass(service), scope, visit.me.actor
            )
        except DecodeError as error:
            note_refusal(visit, form, error, _field_of(error))
        else:
            return visit.go(path_of(made.licence_id), f"{FORM}.begun")
    return _form_page(visit, operator, form, None, http_status=422)


@get(f"{LICENCES}/{{licence_id:int}}/scope", opt=_APPLY)
async def scope_form(
    visit: NamedDependency[Visit], operator: Operator, licence_id: FromPath[int]
) -> Response[Any]:
    """Show what is applied for, to be changed."""
    dossier = await operator.applications.dossier(visit.operator, licence_id, visit.me.actor)
    _verify_open(dossier.picture.moves)
    return _form_page(visit, operator, Form(visit, FORM, _values(visit, dossier.licence)), dossier.licence)


@post(f"{LICENCES}/{{licence_id:int}}/scope", opt=_APPLY)
async def amend(
    visit: NamedDependency[Visit], operator: Operator, licence_id: FromPath[int]
) -> Response[Any]:
    """Change it."""
    dossier = await operator.applications.dossier(visit.operator, licence_id, visit.me.actor)
    form = await visit.form(FORM)
    scope = read_scope(visit, form)
    if not form.is_wrong and scope is not None:
        try:
            await operator.applications.amend(visit.operator, licence_id, scope, visit.me.actor)
        except DecodeError as error:
            note_refusal(visit, form, error, _field_of(error))
        else:
            return visit.go(path_of(licence_id), f"{FORM}.amended")
    return _form_page(visit, operator, form, dossier.licence, http_status=422)


def _verify_open(moves: frozenset[Event]) -> None:
    """Refuse a page that changes what cannot be changed now.

    Raises:
        StateError: it cannot.
    """
    if Event.ANSWER not in moves:
        raise StateError("the application cannot be changed now")


def read_scope(visit: Visit, form: Form) -> Scope | None:
    """Return what a form asks for; what is wrong is noted in it."""
    begins, ends = form.day("begins"), form.day("ends", is_needed=False)
    channels = form.chosen("channels", [each.value for each in Channel], is_needed=False)
    numbers = form.chosen("numbers", [each.value for each in NumberKind], is_needed=False)
    regions = _regions(form)
    if form.is_wrong or begins is None:
        return None
    try:
        last = None if ends is None else visit.format.begin_of(ends + _DAY)
        return Scope(
            begins=visit.format.begin_of(begins),
            ends=last,
            channels=frozenset(Channel(each) for each in channels),
            regions=regions,
            numbers=frozenset(NumberKind(each) for each in numbers),
        )
    except OverflowError:
        form.wrong("ends", "form.day")
        return None


def _regions(form: Form) -> frozenset[str]:
    """Return the regions that were typed, one a line or with commas between."""
    text = form.lines("regions", most=4000, is_needed=False)
    words = [each.strip().upper() for each in re.split(r"[\s,;，；、]+", text) if each.strip()]
    for word in words:
        if not _REGION.fullmatch(word):
            form.wrong("regions", f"{FORM}.region_form", word=word[:20])
    return frozenset(words)


def _field_of(error: DecodeError) -> str:
    return _FIELD_OF.get(error.path[0] if error.path else "", "begins")


def _form_page(
    visit: Visit, operator: OperatorServices, form: Form, licence: Licence | None, http_status: int = 200
) -> Response[Any]:
    services = {each.value: service_name(visit, each) for each in operator.applications.services()}
    return visit.page(
        "operator/licence_scope.html",
        http_status=http_status,
        form=form,
        services=services if licence is None else {},
        channels=members(Channel, lambda each: channel_name(visit, each)),
        numbers={each.value: number_name(visit, each) for each in NumberKind if each is not NumberKind.ANY},
        title="" if licence is None else title_of(visit, licence),
        back=LICENCES if licence is None else path_of(licence.licence_id),
    )


def _values(visit: Visit, licence: Licence) -> dict[str, list[str]]:
    """Return what is applied for as the values of its form."""
    asked, ends = licence.asked, last_moment(licence.asked.ends)
    return {
        "begins": [visit.format.local_day(asked.begins).isoformat()],
        "ends": [_day_text(visit, ends)],
        "channels": [each.value for each in asked.channels],
        "numbers": [each.value for each in asked.numbers],
        "regions": ["\n".join(sorted(asked.regions))],
    }


def _scope_text(visit: Visit, scope: Scope) -> str:
    """Return what a scope lets somebody do, in a line."""
    given = scope_texts(visit, scope)
    limits = {"channels": scope.channels, "regions": scope.regions, "numbers": scope.numbers}
    return " · ".join(
        given[name] if some else say(visit, f"{W}.every.{name}") for name, some in limits.items()
    )


def _day_text(visit: Visit, moment: datetime | None) -> str:
    return "" if moment is None else visit.format.local_day(moment).isoformat()


ROUTES: Final[tuple[Any, ...]] = (licences, new, apply, scope_form, amend)
