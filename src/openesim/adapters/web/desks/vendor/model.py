"""One model: where it stands, its approval, its TACs, and what was said of it."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.flows import Confirm, Step, Timeline
from openesim.adapters.web.desks.components.naming import date_text
from openesim.adapters.web.desks.components.table import Column, Row, Table, plain_table
from openesim.adapters.web.desks.components.values import Fact, Link, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.adapters.web.desks.vendor.views import (
    IN_REVIEW,
    MAY_SUBMIT,
    MODELS,
    abilities_text,
    category_name,
    hit_view,
    market_name,
    note_told,
    path_of,
    read,
    state_name,
    state_pill,
    tac_value,
)
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.vendor.deeds import MOST_SPANS, read_spans
from openesim.services.conditions.vendor.pictures import Dossier, Said

_W: Final = "vendor.model"
TACS: Final = "vendor.model_tacs"
_MOST_TEXT: Final = 4000

_READ = reach(Permission.MODELS_READ, Tenancy.VENDOR)
_SUBMIT = reach(Permission.MODELS_SUBMIT, Tenancy.VENDOR)

_TONES: Final = {
    "submit-model": Tone.INFO,
    "ask-back-model": Tone.WAIT,
    "approve-model": Tone.GOOD,
    "refuse-model": Tone.BAD,
    "suspend-model": Tone.BAD,
    "resume-model": Tone.GOOD,
    "revoke-model": Tone.BAD,
    "add-tacs": Tone.IDLE,
    "remove-tacs": Tone.IDLE,
}
_OWN_DEEDS: Final = {"submit-model", "add-tacs", "remove-tacs"}
"""What the vendor does himself, as a rule."""


@get(f"{MODELS}/{{model_id:int}}", opt=_READ)
async def model(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices], model_id: FromPath[int]
) -> Response[Any]:
    """Show everything about a model."""
    found = await vendor.desk.model(visit.vendor_id, model_id)
    may = visit.me.may(Permission.MODELS_SUBMIT)
    is_open = may and found.state in IN_REVIEW
    return visit.page(
        "vendor/model.html",
        name=found.model.name,
        path=path_of(model_id),
        pill=state_pill(visit, found.state),
        state=found.state.value,
        remark=found.model.remark,
        facts=_facts(visit, found),
        tacs=_tacs_table(visit, found, may_remove=is_open),
        has_more_tacs=found.has_more_tacs,
        is_open=is_open,
        may_submit=may and found.state in MAY_SUBMIT,
        hits=[hit_view(visit, hit) for hit in found.hits],
        timeline=Timeline(_steps(visit, found)),
    )


def _facts(visit: Visit, found: Dossier) -> list[Fact]:
    """Return what is known of a model."""
    one, approval = found.model, found.model.approval

    def fact(name: str, value: object) -> Fact:
        """Return a line."""
        return Fact(visit.say(f"{_W}.fact.{name}"), value)

    return [
        fact("number", None if approval is None else approval.number),
        fact("begins", None if approval is None else approval.begins.date()),
        fact("ends", None if approval is None else approval.ends.date()),
        fact("category", category_name(visit, one.category)),
        fact("market", market_name(visit, is_foreign=one.is_foreign)),
        fact("abilities", abilities_text(visit, one.abilities)),
        fact("changed", one.changed_at),
    ]


def _tacs_table(visit: Visit, found: Dossier, *, may_remove: bool) -> Table:
    """Return the TACs of a model."""
    names = ("tacs", "count", "remove") if may_remove else ("tacs", "count")
    columns = [
        Column(visit.say(f"{_W}.column.{name}"), "number" if name == "count" else "text") for name in names
    ]
    rows = []
    for tacs in found.tacs:
        cells: list[Any] = [tac_value(tacs.first, tacs.last), int(tacs.last) - int(tacs.first) + 1]
        if may_remove:
            path = f"{path_of(found.model.model_id)}/tacs/{tacs.first}/remove"
            cells.append(Link(visit.say(f"{_W}.remove"), path))
        rows.append(Row(cells))
    return plain_table(visit.say(f"{_W}.tacs"), columns, rows)


def _steps(visit: Visit, found: Dossier) -> list[Step]:
    """Return what was said and done, the oldest first, and what is to come."""
    steps = [_step(visit, said) for said in found.talk]
    if not steps:
        title = visit.say(f"{_W}.deed.registered")
        steps.append(Step(at=found.model.changed_at, title=title, detail=found.model.remark))
    if found.state in IN_REVIEW:
        steps.append(Step(at=None, title=visit.say(f"{_W}.to_come.{found.state.value}"), tone=Tone.IDLE))
    return steps


def _step(visit: Visit, said: Said) -> Step:
    key = said.deed if said.deed in _TONES else "other"
    return Step(
        at=said.at,
        title=visit.say(f"{_W}.deed.{key}"),
        tone=_TONES.get(said.deed, Tone.IDLE),
        detail=_detail(visit, said),
        actor=said.who or ("" if said.deed in _OWN_DEEDS else visit.say("vendor.words.regulator")),
    )


def _detail(visit: Visit, said: Said) -> str:
    """Return more of a step: the reason, the approval, the TACs."""
    facts = said.facts
    if said.deed == "approve-model" and "approval" in facts:
        days = {name: date_text(visit, facts.get(name, "")) for name in ("begins", "ends")}
        return visit.say(f"{_W}.approved_as", approval=facts["approval"], **days)
    if "first" in facts:
        return (
            facts["first"] if facts["first"] == facts.get("last") else f"{facts['first']}–{facts.get('last')}"
        )
    return facts.get("reason", "")


# --- TACs, while the model is in review ------------------------------------------------------------------------


@get(f"{MODELS}/{{model_id:int}}/tacs", opt=_SUBMIT)
async def tacs_form(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices], model_id: FromPath[int]
) -> Response[Any]:
    """Ask for more TACs."""
    found = await vendor.desk.model(visit.vendor_id, model_id)
    return _tacs_page(visit, found, visit.blank(TACS))


@post(f"{MODELS}/{{model_id:int}}/tacs", opt=_SUBMIT)
async def add_tacs(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices], model_id: FromPath[int]
) -> Response[Any]:
    """Give the model more TACs."""
    found = await vendor.desk.model(visit.vendor_id, model_id)
    form = await visit.form(TACS)
    spans = read(visit, form, "tacs", lambda text: read_spans(text[:_MOST_TEXT]))
    for told in await vendor.desk.taken(visit.vendor_id, spans or ()):
        note_told(visit, form, "tacs", told)
    if form.is_wrong or spans is None:
        return _tacs_page(visit, found, form, http_status=422)
    await vendor.desk.add_tacs(visit.vendor_id, model_id, spans, visit.me.actor)
    return visit.go(path_of(model_id), f"{_W}.tacs_added", count=len(spans))


def _tacs_page(visit: Visit, found: Dossier, form: Form, http_status: int = 200) -> Response[Any]:
    return visit.page(
        "vendor/model_tacs.html",
        http_status=http_status,
        form=form,
        name=found.model.name,
        back=path_of(found.model.model_id),
        is_open=found.state in IN_REVIEW,
        state=state_name(visit, found.state),
        most=MOST_SPANS,
    )


@get(f"{MODELS}/{{model_id:int}}/tacs/{{tac:str}}/remove", opt=_SUBMIT)
async def confirm_removal(
    visit: NamedDependency[Visit],
    vendor: NamedDependency[VendorServices],
    model_id: FromPath[int],
    tac: FromPath[str],
) -> Response[Any]:
    """Ask once more before TACs are taken back."""
    found = await vendor.desk.model(visit.vendor_id, model_id)
    if found.state not in IN_REVIEW or not any(each.first == tac for each in found.tacs):
        raise NotFoundError("there is no such range of the model's that could be taken back")
    which = next(each for each in found.tacs if each.first == tac)
    confirm = Confirm(
        title=visit.say(f"{_W}.remove_title", name=found.model.name),
        consequence=visit.say(f"{_W}.remove_text", first=which.first, last=which.last),
        hit=int(which.last) - int(which.first) + 1,
        hit_label=visit.say(f"{_W}.remove_hit"),
        action=visit.path,
        button=visit.say(f"{_W}.remove_button"),
        back=path_of(model_id),
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank("shell.confirm"))


@post(f"{MODELS}/{{model_id:int}}/tacs/{{tac:str}}/remove", opt=_SUBMIT)
async def remove_tacs(
    visit: NamedDependency[Visit],
    vendor: NamedDependency[VendorServices],
    model_id: FromPath[int],
    tac: FromPath[str],
) -> Response[Any]:
    """Take them back."""
    if len(tac) != 8 or not (tac.isascii() and tac.isdigit()):
        raise NotFoundError("no range begins there")
    await vendor.desk.take_back(visit.vendor_id, model_id, tac, visit.me.actor)
    return visit.go(path_of(model_id), f"{_W}.tacs_removed")
