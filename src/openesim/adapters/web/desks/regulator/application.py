"""One application: form, checklist with evidence, dialogue, and what may be done with it now."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.explained import explained_by, in_a_line
from openesim.adapters.web.desks.components.naming import in_words
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator import application_view as view
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.licensing.states import Event
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.licences.desk import Dossier

_PATH: Final = "/regulator/applications/{licence_id:int}"
_ASK: Final = "regulator.application_ask"
_COMMENT: Final = "regulator.application_comment"
_MOST_TEXT: Final = 4000

_STOPS: Final = (Event.SUSPEND, Event.REINSTATE, Event.REVOKE)
_NEEDS: Final = {
    Event.TAKE_UP: Permission.APPLICATIONS_ASK,
    Event.ASK: Permission.APPLICATIONS_ASK,
    Event.COMMENT: Permission.APPLICATIONS_COMMENT,
    Event.APPROVE: Permission.APPLICATIONS_DECIDE,
    Event.REFUSE: Permission.APPLICATIONS_DECIDE,
    **dict.fromkeys(_STOPS, Permission.LICENCES_STOP),
}
"""What somebody has to be allowed for a move."""


@get(_PATH, opt=reach(Permission.APPLICATIONS_READ, Tenancy.NATION))
async def application(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], licence_id: FromPath[int]
) -> Response[Any]:
    """Show an application with everything about it."""
    dossier = await regulator.licences.dossier(licence_id, visit.me.actor)
    licence = dossier.licence
    moves = [
        event for event, needed in _NEEDS.items() if event in dossier.picture.moves and visit.me.may(needed)
    ]
    return visit.page(
        "regulator/application.html",
        dossier=dossier,
        path=view.path_of(licence),
        head=view.head_facts(visit, dossier),
        scope=view.scope_facts(visit, licence.asked, licence.granted),
        sections=view.sections(visit, dossier),
        note=in_words(visit, dossier.picture.checklist.checklist.note),
        timeline=view.timeline(visit, dossier),
        moves=[event.value for event in moves],
        stops=[event.value for event in moves if event in _STOPS],
        decides=visit.me.may(Permission.APPLICATIONS_DECIDE),
    )


@get(_PATH + "/files/{file_id:int}", opt=reach(Permission.APPLICATIONS_READ, Tenancy.NATION))
async def application_file(
    visit: NamedDependency[Visit],
    regulator: NamedDependency[RegulatorServices],
    licence_id: FromPath[int],
    file_id: FromPath[int],
) -> Response[Any]:
    """Hand a file out as what it was recognised as, to be kept and not to be shown here."""
    try:
        file, octets = await regulator.licences.file(licence_id, file_id, visit.me.actor)
    except VerificationError:
        path = f"/regulator/applications/{licence_id}"
        return visit.go(path, "regulator.application.file_broken", kind="trouble")
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(octets, media_type=file.media_type, headers=headers)


@post(_PATH + "/take-up", opt=reach(Permission.APPLICATIONS_ASK, Tenancy.NATION))
async def take_up(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], licence_id: FromPath[int]
) -> Response[Any]:
    """Take an application up."""
    licence = await regulator.licences.take_up(licence_id, visit.me.actor)
    return visit.go(view.path_of(licence), "regulator.application.taken_up")


@get(_PATH + "/ask", opt=reach(Permission.APPLICATIONS_ASK, Tenancy.NATION))
async def ask_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], licence_id: FromPath[int]
) -> Response[Any]:
    """Ask what has to be asked back."""
    dossier = await regulator.licences.dossier(licence_id, visit.me.actor)
    return _say_page(visit, dossier, visit.blank(_ASK, item=visit.asked("item")), "ask")


@post(_PATH + "/ask", opt=reach(Permission.APPLICATIONS_ASK, Tenancy.NATION))
async def ask_back(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], licence_id: FromPath[int]
) -> Response[Any]:
    """Ask back: the operator may change answers and files until he submits again."""
    dossier = await regulator.licences.dossier(licence_id, visit.me.actor)
    form = await visit.form(_ASK)
    item, text = _item_and_text(form, dossier)
    if not form.is_wrong:
        try:
            await regulator.licences.ask(licence_id, visit.me.actor, text, item)
            return visit.go(view.path_of(dossier.licence), "regulator.application.asked")
        except DecodeError as error:
            note_refusal(visit, form, error, "text")
    return _say_page(visit, dossier, form, "ask", http_status=422)


@get(_PATH + "/comment", opt=reach(Permission.APPLICATIONS_COMMENT, Tenancy.NATION))
async def comment_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], licence_id: FromPath[int]
) -> Response[Any]:
    """Ask for a line of the dialogue."""
    dossier = await regulator.licences.dossier(licence_id, visit.me.actor)
    return _say_page(visit, dossier, visit.blank(_COMMENT, item=visit.asked("item")), "comment")


@post(_PATH + "/comment", opt=reach(Permission.APPLICATIONS_COMMENT, Tenancy.NATION))
async def comment(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], licence_id: FromPath[int]
) -> Response[Any]:
    """Write a line into the dialogue."""
    dossier = await regulator.licences.dossier(licence_id, visit.me.actor)
    form = await visit.form(_COMMENT)
    item, text = _item_and_text(form, dossier)
    if not form.is_wrong:
        try:
            await regulator.licences.comment(licence_id, visit.me.actor, text, item)
            return visit.go(view.path_of(dossier.licence), "regulator.application.commented")
        except DecodeError as error:
            note_refusal(visit, form, error, "text")
    return _say_page(visit, dossier, form, "comment", http_status=422)


def note_refusal(visit: Visit, form: Form, error: DecodeError, field: str) -> None:
    """Tell a refusal at the field that it names, or at another one; what has no explanation is raised again."""
    told = explained_by(error, visit.language)
    if told is None:
        raise error
    about = (
        error.path[0]
        if error.path and f"{form.words}.field.{error.path[0]}.label" in visit.pages.wording
        else field
    )
    form.refuse(str(about), in_a_line(told, visit.language))


def _item_and_text(form: Form, dossier: Dossier) -> tuple[str | None, str]:
    item = form.choice("item", list(dossier.picture.checklist.item), is_needed=False)
    return item, form.lines("text", most=_MOST_TEXT)


def _say_page(visit: Visit, dossier: Dossier, form: Form, name: str, http_status: int = 200) -> Response[Any]:
    """Return the page of a text to the operator."""
    items = dossier.picture.checklist.item
    return visit.page(
        f"regulator/application_{name}.html",
        http_status=http_status,
        form=form,
        items=list(items),
        questions={key: in_words(visit, item.question) for key, item in items.items()},
        path=view.path_of(dossier.licence),
        operator=dossier.display_name,
    )
