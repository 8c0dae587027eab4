"""One licence or application: where it stands, what was asked back, its checklist item by item, its files."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.licences import scope_facts
from openesim.adapters.web.desks.components.naming import in_words
from openesim.adapters.web.desks.components.values import Link
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.fields import note_refusal
from openesim.adapters.web.desks.operator.licence_view import (
    LICENCES,
    W,
    asked_about,
    evidence,
    head_facts,
    path_of,
    sections,
    timeline,
    title_of,
    wants_files,
)
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.licensing.checklist import AnswerKind
from openesim.conditions.licensing.evidence import MOST_OCTETS, Upload, read_upload
from openesim.conditions.licensing.states import HELD, Event, LicenceState
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.licences.applications import Dossier

ITEM: Final = "operator.licence_item"

_ONE: Final = f"{LICENCES}/{{licence_id:int}}"
_ITEM: Final = f"{_ONE}/items/{{item:str}}"
_READ = reach(Permission.LICENCE_READ, Tenancy.OPERATOR)
_APPLY = reach(Permission.LICENCE_APPLY, Tenancy.OPERATOR)
_MOST_BODY: Final = MOST_OCTETS + 256 * 1024

Operator = NamedDependency[OperatorServices]


@get(_ONE, opt=_READ)
async def licence(
    visit: NamedDependency[Visit], operator: Operator, licence_id: FromPath[int]
) -> Response[Any]:
    """Show a licence with everything about it."""
    dossier = await operator.applications.dossier(visit.operator, licence_id, visit.me.actor)
    one, picture = dossier.licence, dossier.picture
    may_apply = visit.me.may(Permission.LICENCE_APPLY)
    may_answer = may_apply and Event.ANSWER in picture.moves
    parts = sections(visit, dossier, may_answer=may_answer)
    return visit.page(
        "operator/licence.html",
        title=title_of(visit, one),
        path=path_of(licence_id),
        state=one.state.value,
        facts=head_facts(visit, dossier),
        scope=scope_facts(visit, W, one.asked, one.granted),
        is_granted=one.granted is not None,
        conditions=one.conditions,
        sections=parts,
        missing=len(picture.missing),
        note=in_words(visit, picture.checklist.checklist.note),
        timeline=timeline(visit, dossier),
        may_answer=may_answer,
        may_submit=may_apply and Event.SUBMIT in picture.moves,
        may_comment=may_apply and Event.COMMENT in picture.moves,
        may_withdraw=may_apply and Event.WITHDRAW in picture.moves,
        may_renew=may_apply and one.state in HELD and one.scope.ends is not None and picture.renewal is None,
        first=next((item.address for part in parts for item in part.items if item.missing), ""),
        ends=one.scope.ends if picture.reminder is not None and picture.renewal is None else None,
        is_asked=one.state is LicenceState.ASKED_BACK,
    )


# --- the checklist


@get(_ITEM, opt=_APPLY)
async def item(
    visit: NamedDependency[Visit], operator: Operator, licence_id: FromPath[int], item: FromPath[str]
) -> Response[Any]:
    """Ask one question of the checklist."""
    dossier = await operator.applications.dossier(visit.operator, licence_id, visit.me.actor)
    answer = dossier.licence.answer_to(item)
    return _item_page(visit, dossier, item, visit.blank(ITEM, answer="" if answer is None else answer.text))


@post(_ITEM, opt=_APPLY, request_max_body_size=_MOST_BODY)
async def answer(
    visit: NamedDependency[Visit], operator: Operator, licence_id: FromPath[int], item: FromPath[str]
) -> Response[Any]:
    """Keep the answer, and the file that came with it; go on with the next question."""
    dossier = await operator.applications.dossier(visit.operator, licence_id, visit.me.actor)
    asked = dossier.picture.checklist.item.get(item)
    if asked is None:
        raise NotFoundError("there is no such thing")
    form = await visit.form(ITEM)
    if asked.answer is AnswerKind.YES_NO:
        text = form.choice("answer", ("yes", "no"), is_needed=False) or ""
    else:
        text = form.lines("answer", is_needed=False)
    upload = _upload(visit, form) if wants_files(asked) else None
    if not form.is_wrong:
        try:
            await operator.applications.answer(visit.operator, licence_id, item, text, upload, visit.me.actor)
        except DecodeError as error:
            note_refusal(visit, form, error, "file" if "file" in error.path else "answer")
        except ConflictError as error:
            note_refusal(visit, form, error, "file")
        else:
            return _next(visit, dossier, item, stays=form.value("then") == "stay")
    return _item_page(visit, dossier, item, form, http_status=422)


def _upload(visit: Visit, form: Form) -> Upload | None:
    """Return the file that came, found harmless."""
    came = form.file("file", most=MOST_OCTETS, is_needed=False)
    if came is None or form.is_wrong:
        return None
    try:
        return read_upload(came.name, came.octets)
    except DecodeError as error:
        note_refusal(visit, form, error, "file")
        return None


def _next(visit: Visit, dossier: Dossier, item: str, *, stays: bool) -> Response[Any]:
    """Go on with the next question; behind the last one to the application."""
    base = path_of(dossier.licence.licence_id)
    names = list(dossier.picture.checklist.item)
    at = names.index(item)
    if stays:
        return visit.go(f"{base}/items/{item}", f"{ITEM}.kept")
    if at + 1 < len(names):
        return visit.go(f"{base}/items/{names[at + 1]}", f"{ITEM}.kept")
    return visit.go(base, f"{ITEM}.kept")


def _item_page(
    visit: Visit, dossier: Dossier, name: str, form: Form, http_status: int = 200
) -> Response[Any]:
    checklist, one = dossier.picture.checklist, dossier.licence
    asked = checklist.item.get(name)
    if asked is None or Event.ANSWER not in dossier.picture.moves:
        raise NotFoundError("there is no such thing")
    base, names = path_of(one.licence_id), list(checklist.item)
    at = names.index(name)
    return visit.page(
        "operator/licence_item.html",
        http_status=http_status,
        form=form,
        question=in_words(visit, asked.question),
        wanted=in_words(visit, asked.evidence) if wants_files(asked) else "",
        is_yes_no=asked.answer is AnswerKind.YES_NO,
        is_mandatory=asked.mandatory,
        yes_no={each: say(visit, f"ui.{each}") for each in ("yes", "no")},
        takes_files=wants_files(asked),
        files=evidence(visit, dossier, name),
        asked_back=asked_about(one, name),
        sources=[
            Link(source.title, source.where)
            for key in asked.source
            if (source := checklist.sources.get(key)) is not None
            and source.where.startswith(("http://", "https://"))
        ],
        section=in_words(visit, checklist.section[asked.section].title),
        number=at + 1,
        of=len(names),
        before=f"{base}/items/{names[at - 1]}" if at else "",
        after=f"{base}/items/{names[at + 1]}" if at + 1 < len(names) else base,
        path=f"{base}/items/{name}",
        base=base,
    )


# --- files


@get(f"{_ONE}/files/{{file_id:int}}", opt=_READ)
async def file(
    visit: NamedDependency[Visit],
    operator: Operator,
    licence_id: FromPath[int],
    file_id: FromPath[int],
) -> Response[Any]:
    """Hand a file out as what it was recognised as, to be kept and not to be shown here."""
    found, octets = await operator.applications.file(visit.operator, licence_id, file_id, visit.me.actor)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(octets, media_type=found.media_type, headers=headers)


@post(f"{_ONE}/files/{{file_id:int}}/remove", opt=_APPLY)
async def remove_file(
    visit: NamedDependency[Visit],
    operator: Operator,
    licence_id: FromPath[int],
    file_id: FromPath[int],
) -> Response[Any]:
    """Remove a file from an application."""
    form = await visit.form(ITEM)
    dossier = await operator.applications.dossier(visit.operator, licence_id, visit.me.actor)
    await operator.applications.detach(visit.operator, licence_id, file_id, visit.me.actor)
    item = form.value("item")
    base = path_of(licence_id)
    known = item in dossier.picture.checklist.item
    return visit.go(f"{base}/items/{item}" if known else base, f"{W}.file_removed")


ROUTES: Final[tuple[Any, ...]] = (licence, item, answer, file, remove_file)
