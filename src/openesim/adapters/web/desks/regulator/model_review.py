"""Reviewing a model: approving it with a number and its days, asking back, refusing; and stopping what was approved."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.values import Code, Fact
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.saying import in_a_row, say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.terminal_view import (
    MODELS,
    hit_label,
    hit_sentences,
    note_error,
    read,
    state_words,
)
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.terminals.fields import read_text
from openesim.conditions.terminals.models import NEEDS_REASON, Approval, ModelEvent
from openesim.conditions.terminals.texts import not_possible
from openesim.kernel.errors import ConflictError, DecodeError, StateError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.terminals.desk import ModelSeen

_APPROVE: Final = "regulator.model_approve"
_MOVE: Final = "regulator.model_move"
_ASK: Final = "regulator.model_ask"
_PATH: Final = f"{MODELS}/{{model_id:int}}"
_USUAL: Final = timedelta(days=3 * 365)

_REVIEW = reach(Permission.MODELS_REVIEW, Tenancy.NATION)
_STOP = reach(Permission.TERMINALS_STOP, Tenancy.NATION)
_STOPS: Final = frozenset({ModelEvent.SUSPEND, ModelEvent.REVOKE})
"""What hits people who have the device."""
STOPS_OR_GOES_ON: Final = _STOPS | {ModelEvent.RESUME}
"""What is more than a review: whether devices that are sold already are served."""


@get(f"{_PATH}/approve", opt=_REVIEW)
async def approve_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], model_id: FromPath[int]
) -> Response[Any]:
    """Ask for the number and the days of the approval."""
    seen = await regulator.terminals.model(model_id)
    _verify_move(seen, ModelEvent.APPROVE)
    known, today = seen.model.approval, visit.now.date()
    values = {
        "number": "" if known is None else known.number,
        "begins": today.isoformat(),
        "ends": (today + _USUAL).isoformat(),
    }
    return _approve_page(visit, seen, visit.blank(_APPROVE, **values))


@post(f"{_PATH}/approve", opt=_REVIEW)
async def approve(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], model_id: FromPath[int]
) -> Response[Any]:
    """Show what would be approved; once that was looked at, approve it."""
    seen = await regulator.terminals.model(model_id)
    _verify_move(seen, ModelEvent.APPROVE)
    form = await visit.form(_APPROVE)
    approval = _approval_of(visit, form)
    if approval is None:
        return _approve_page(visit, seen, form, http_status=422)
    if form.value("checked") != "yes":
        return _check_page(visit, seen, form, approval)
    try:
        await regulator.deeds.approve_model(model_id, approval, visit.me.actor)
    except (DecodeError, ConflictError) as error:
        note_error(visit, form, error, "number")
        return _approve_page(visit, seen, form, http_status=422)
    return visit.go(f"{MODELS}/{model_id}", f"{_APPROVE}.done", number=approval.number)


def _approval_of(visit: Visit, form: Form) -> Approval | None:
    """Return the approval that a form names; None: something is wrong, and noted."""
    number = read(visit, form, "number", read_text)
    begins, ends = form.day("begins"), form.day("ends")
    if begins is not None and ends is not None and ends < begins:
        form.wrong("ends", f"{_APPROVE}.backwards")
    if form.is_wrong or number is None or begins is None or ends is None:
        return None
    return Approval(number=number, begins=_first_moment(begins), ends=_first_moment(ends) + _LAST)


_LAST: Final = timedelta(days=1, milliseconds=-1)


def _first_moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _approve_page(visit: Visit, seen: ModelSeen, form: Form, http_status: int = 200) -> Response[Any]:
    return visit.page(
        "regulator/model_approve.html",
        http_status=http_status,
        form=form,
        model=seen.model,
        vendor=seen.vendor.name,
        has_tacs=bool(seen.tacs),
        path=f"{MODELS}/{seen.model.model_id}",
    )


def _check_page(visit: Visit, seen: ModelSeen, form: Form, approval: Approval) -> Response[Any]:
    path = f"{MODELS}/{seen.model.model_id}/approve"
    facts = [
        Fact(say(visit, f"{_APPROVE}.model"), seen.model.name),
        Fact(say(visit, f"{_APPROVE}.vendor"), seen.vendor.name),
        Fact(form.label("number").unescape(), Code(approval.number), path),
        Fact(form.label("begins").unescape(), approval.begins.date(), path),
        Fact(form.label("ends").unescape(), approval.ends.date(), path),
    ]
    hidden = [(name, form.value(name)) for name in ("number", "begins", "ends")]
    return visit.page(
        "regulator/model_check.html", facts=facts, hidden=[*hidden, ("checked", "yes")], path=path
    )


def _verify_move(seen: ModelSeen, event: ModelEvent) -> None:
    """Refuse what the model does not allow where it stands.

    Raises:
        StateError: it does not.
    """
    if event not in seen.moves:
        raise not_possible(event.value, seen.state.value)


# --- asking back, refusing, suspending, resuming, revoking: each asked once more, with what follows from it


def _move_routes(event: ModelEvent) -> tuple[Any, Any]:
    """Return the page that asks once more, and what is done then."""
    opt = _STOP if event in STOPS_OR_GOES_ON else _REVIEW

    @get(f"{_PATH}/{event.value}", opt=opt, name=f"regulator.model.{event.value}_page")
    async def page(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        model_id: FromPath[int],
    ) -> Response[Any]:
        """Ask once more."""
        seen = await regulator.terminals.model(model_id)
        _verify_move(seen, event)
        return await _confirm(visit, regulator, seen, event, visit.blank(_form_words(event)))

    @post(f"{_PATH}/{event.value}", opt=opt, name=f"regulator.model.{event.value}")
    async def do(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        model_id: FromPath[int],
    ) -> Response[Any]:
        """Do it."""
        seen = await regulator.terminals.model(model_id)
        form = await visit.form(_form_words(event))
        reason = form.text("reason", most=500, is_needed=event in NEEDS_REASON)
        if not form.is_wrong:
            try:
                await regulator.deeds.review_model(model_id, event, reason, visit.me.actor)
                return visit.go(f"{MODELS}/{model_id}", f"{_MOVE}.{event.value}.done")
            except (DecodeError, ConflictError, StateError) as error:
                note_error(visit, form, error, "reason")
        return await _confirm(visit, regulator, seen, event, form, http_status=422)

    return page, do


def _form_words(event: ModelEvent) -> str:
    """Return the words of the form: what is asked is no reason."""
    return _ASK if event is ModelEvent.ASK_BACK else _MOVE


async def _confirm(
    visit: Visit,
    regulator: RegulatorServices,
    seen: ModelSeen,
    event: ModelEvent,
    form: Form,
    http_status: int = 200,
) -> Response[Any]:
    """Return the page that asks once more: what follows, and whom it hits."""
    words, path = f"{_MOVE}.{event.value}", f"{MODELS}/{seen.model.model_id}"
    preview = await regulator.terminals.hit_by_model(seen.model.model_id) if event in _STOPS else None
    told = [say(visit, f"{words}.consequence")]
    if preview is not None:
        told += hit_sentences(visit, preview)
    confirm = Confirm(
        title=say(visit, f"{words}.title", name=seen.model.name),
        consequence=in_a_row(visit, told),
        hit=None if preview is None else preview.persons,
        hit_label="" if preview is None else hit_label(visit, preview),
        action=f"{path}/{event.value}",
        button=say(visit, f"{words}.button"),
        back=path,
        is_grave=event in {*_STOPS, ModelEvent.REFUSE},
        asks_reason=True,
    )
    return visit.page(
        "regulator/model_move.html",
        http_status=http_status,
        confirm=confirm,
        form=form,
        state=capital(state_words(visit, seen.state)),
    )


ROUTES: Final[tuple[Any, ...]] = (
    *(approve_page, approve),
    *(
        route
        for event in ModelEvent
        if event not in {ModelEvent.APPROVE, ModelEvent.SUBMIT}
        for route in _move_routes(event)
    ),
)
