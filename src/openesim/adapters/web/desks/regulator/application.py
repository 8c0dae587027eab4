"""One application: form, checklist with evidence, dialogue, and what may be done with it now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.explained import explained_by, in_a_line
from openesim.adapters.web.desks.components.licences import scope_facts
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
        scope=scope_facts(visit, view.WORDS, licence.asked, licence.granted),
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


# --- asking back, and writing a line: both are told to the operator, about an item or the whole

Say = Callable[[RegulatorServices], Callable[[int, str, str, str | None], Awaitable[object]]]


def _say_routes(name: str, needed: Permission, say: Say, told: str) -> tuple[Any, Any]:
    """Return the page that asks what is to be said, and what says it.

    Args:
        name: of the page, and the end of the path.
        needed: what somebody has to be allowed.
        say: returns what says it.
        told: key of what is told then.
    """
    words, opt = f"regulator.application_{name}", reach(needed, Tenancy.NATION)

    @get(f"{_PATH}/{name}", opt=opt, name=f"regulator.application.{name}_page")
    async def page(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        licence_id: FromPath[int],
    ) -> Response[Any]:
        """Ask what is to be said."""
        dossier = await regulator.licences.dossier(licence_id, visit.me.actor)
        return _say_page(visit, dossier, visit.blank(words, item=visit.asked("item")), name)

    @post(f"{_PATH}/{name}", opt=opt, name=f"regulator.application.{name}")
    async def do(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        licence_id: FromPath[int],
    ) -> Response[Any]:
        """Say it."""
        dossier = await regulator.licences.dossier(licence_id, visit.me.actor)
        form = await visit.form(words)
        item, text = _item_and_text(form, dossier)
        if not form.is_wrong:
            try:
                await say(regulator)(licence_id, visit.me.actor, text, item)
                return visit.go(view.path_of(dossier.licence), told)
            except DecodeError as error:
                note_refusal(visit, form, error, "text")
        return _say_page(visit, dossier, form, name, http_status=422)

    return page, do


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


SAY_ROUTES: Final[tuple[Any, ...]] = (
    *_say_routes(
        "ask",
        Permission.APPLICATIONS_ASK,
        lambda regulator: regulator.licences.ask,
        "regulator.application.asked",
    ),
    *_say_routes(
        "comment",
        Permission.APPLICATIONS_COMMENT,
        lambda regulator: regulator.licences.comment,
        "regulator.application.commented",
    ),
)
