"""A vendor or a chip maker is suspended, let in again, or struck off: asked about once more, with what follows from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar import Response

from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.regulator.saying import in_a_row, say
from openesim.adapters.web.desks.regulator.terminal_view import hit_label, hit_sentences, note_error
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.terminals.vendors import StandingEvent
from openesim.kernel.errors import ConflictError, DecodeError, StateError
from openesim.services.conditions.terminals.recalls import Preview


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Whose standing changes.

    Attributes:
        path: of the page about him.
        words: beginning of the keys of the words.
        number: his.
        name: what he is called.
        hit: returns who is hit where he is stopped, by his number.
        move: does it: his number, what happens, why, who does it.
        figures: of the sentence that says what follows.
    """

    path: str
    words: str
    number: int
    name: str
    hit: Callable[[int], Awaitable[Preview]]
    move: Callable[[int, StandingEvent, str, str], Awaitable[object]]
    figures: Mapping[str, int] = field(default_factory=dict)


async def ask(visit: Visit, one: Moved, event: StandingEvent) -> Response[Any]:
    """Return the page that asks once more."""
    return await _page(visit, one, event, visit.blank("shell.confirm"))


async def do(visit: Visit, one: Moved, event: StandingEvent) -> Response[Any]:
    """Do it, for the reason that the form gives."""
    form = await visit.form("shell.confirm")
    reason = form.text("reason", most=500)
    if not form.is_wrong:
        try:
            await one.move(one.number, event, reason, visit.me.actor)
            return visit.go(one.path, f"{one.words}.{event.value}.done")
        except (DecodeError, ConflictError, StateError) as error:
            note_error(visit, form, error, "reason")
    return await _page(visit, one, event, form, http_status=422)


async def _page(
    visit: Visit, one: Moved, event: StandingEvent, form: Form, http_status: int = 200
) -> Response[Any]:
    """Return what follows, and how many people it hits."""
    words, is_grave = f"{one.words}.{event.value}", event is not StandingEvent.RESUME
    told = [say(visit, f"{words}.consequence", name=one.name, **one.figures)]
    preview = await one.hit(one.number) if is_grave else None
    if preview is not None:
        told += hit_sentences(visit, preview)
    confirm = Confirm(
        title=say(visit, f"{words}.title", name=one.name),
        consequence=in_a_row(visit, told),
        hit=None if preview is None else preview.persons,
        hit_label="" if preview is None else hit_label(visit, preview),
        action=f"{one.path}/{event.value}",
        button=say(visit, f"{words}.button"),
        back=one.path,
        is_grave=is_grave,
        asks_reason=True,
    )
    return visit.page("shell/confirm.html", http_status=http_status, confirm=confirm, form=form)
