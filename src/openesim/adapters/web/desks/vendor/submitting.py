"""A model is submitted: one question a page, the answers checked, then all of it in one deed.

The same pages submit a model once more, beginning with what the vendor says to what was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.explained import explained_by
from openesim.adapters.web.desks.components.flows import Wizard, WizardStep
from openesim.adapters.web.desks.components.naming import listed, members
from openesim.adapters.web.desks.components.values import Fact
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.vendor.draft import ANSWER, CHECK, MARKETS, QUESTIONS, Draft
from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.adapters.web.desks.vendor.views import (
    MAY_SUBMIT,
    MODELS,
    abilities_text,
    ability_name,
    category_name,
    market_name,
    note_told,
    path_of,
    read,
    span_text,
    state_name,
)
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.fields import LONGEST_REMARK, read_text
from openesim.conditions.terminals.models import Ability, Model, ModelState, state_at
from openesim.conditions.terminals.texts import Told
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError, StateError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.vendor.deeds import MOST_SPANS, Submission, read_spans

WORDS: Final = "vendor.submit"
NEW: Final = f"{MODELS}/new"

_SUBMIT = reach(Permission.MODELS_SUBMIT, Tenancy.VENDOR)


@dataclass(frozen=True, slots=True)
class Flow:
    """Which model the questions are about.

    Attributes:
        path: where the pages are.
        model: that is submitted once more; None: a new one.
    """

    path: str
    model: Model | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The pages, in order."""
        return (*((ANSWER,) if self.model else ()), *QUESTIONS, CHECK)

    @property
    def back(self) -> str:
        """Where somebody goes who does not go on."""
        return MODELS if self.model is None else path_of(self.model.model_id)

    def state(self, visit: Visit) -> ModelState | None:
        """Return where the model stands; None: it is a new one."""
        return None if self.model is None else state_at(self.model, visit.now)

    def missing(self, visit: Visit, draft: Draft) -> str:
        """Return the first question that is not answered; empty: all are. Whoever was asked has to answer."""
        is_asked = self.state(visit) is ModelState.ASKED_BACK
        return ANSWER if is_asked and not draft.value(ANSWER) else draft.missing

    def draft(self, visit: Visit) -> Draft:
        """Return what was answered so far; of a model that is there, what it is."""
        draft = Draft.of(dict(visit.query))
        return draft if self.model is None else draft.over(Draft.of_model(self.model))


def new_flow() -> Flow:
    """Return the questions about a new model."""
    return Flow(NEW)


async def flow_again(visit: Visit, vendor: VendorServices, model_id: int) -> Flow:
    """Return the questions about a model that is submitted once more.

    Raises:
        NotFoundError: there is no such model of the vendor's.
    """
    found = await vendor.desk.model(visit.vendor_id, model_id)
    return Flow(f"{path_of(model_id)}/again", found.model)


# --- routes -----------------------------------------------------------------------------------------------------


@get(f"{NEW}/{{step:str}}", opt=_SUBMIT)
async def new_step(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices], step: FromPath[str]
) -> Response[Any]:
    """Ask a question about a new model, or show all answers."""
    return await _show(visit, vendor, new_flow(), step)


@post(f"{NEW}/{{step:str}}", opt=_SUBMIT)
async def new_answered(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices], step: FromPath[str]
) -> Response[Any]:
    """Take an answer, or submit the model."""
    return await _take(visit, vendor, new_flow(), step)


@get(f"{MODELS}/{{model_id:int}}/again/{{step:str}}", opt=_SUBMIT)
async def again_step(
    visit: NamedDependency[Visit],
    vendor: NamedDependency[VendorServices],
    model_id: FromPath[int],
    step: FromPath[str],
) -> Response[Any]:
    """Ask a question about a model that is submitted once more, or show all answers."""
    return await _show(visit, vendor, await flow_again(visit, vendor, model_id), step)


@post(f"{MODELS}/{{model_id:int}}/again/{{step:str}}", opt=_SUBMIT)
async def again_answered(
    visit: NamedDependency[Visit],
    vendor: NamedDependency[VendorServices],
    model_id: FromPath[int],
    step: FromPath[str],
) -> Response[Any]:
    """Take an answer, or submit the model once more."""
    return await _take(visit, vendor, await flow_again(visit, vendor, model_id), step)


# --- questions --------------------------------------------------------------------------------------------------


async def _show(visit: Visit, vendor: VendorServices, flow: Flow, step: str) -> Response[Any]:
    _verify_step(flow, step)
    draft = flow.draft(visit)
    if step == CHECK:
        if flow.missing(visit, draft):
            return visit.go(draft.address(f"{flow.path}/{flow.missing(visit, draft)}"))
        return await _check_page(visit, vendor, flow, draft)
    return _question(visit, flow, step, _filled(visit, step, draft), draft)


def _filled(visit: Visit, step: str, draft: Draft) -> Form:
    """Return the form of a question with the answer that is known."""
    value = draft.value(step)
    if step == "abilities":
        return Form(visit, WORDS, {step: tuple(value.split())})
    return visit.blank(WORDS, **{step: value.replace(",", "\n") if step == "tacs" else value})


async def _take(visit: Visit, vendor: VendorServices, flow: Flow, step: str) -> Response[Any]:
    _verify_step(flow, step)
    form, draft = await visit.form(WORDS), flow.draft(visit)
    if step == CHECK:
        return await _submit(visit, vendor, flow, draft)
    text = _read_answer(visit, form, step)
    if step == "tacs" and not form.is_wrong:
        for told in await vendor.desk.taken(visit.vendor_id, read_spans(text)):
            note_told(visit, form, "tacs", told)
    if form.is_wrong:
        return _question(visit, flow, step, form, draft, http_status=422)
    draft = draft.changed(**{step: text})
    return visit.go(draft.address(f"{flow.path}/{flow.missing(visit, draft) or CHECK}"))


def _read_answer(visit: Visit, form: Form, step: str) -> str:
    """Return an answer as the draft has it; what is wrong is noted in the form."""
    match step:
        case "name":
            return read(visit, form, step, read_text) or ""
        case "category":
            return form.member(step, ServiceClass) or ""
        case "market":
            return form.choice(step, MARKETS) or ""
        case "abilities":
            return " ".join(form.chosen(step, [each.value for each in Ability], is_needed=False))
        case "tacs":
            if not form.value(step).strip():
                return ""
            return ",".join("-".join(span) for span in read(visit, form, step, read_spans) or ())
    return read(visit, form, step, lambda text: read_text(" ".join(text.split()), LONGEST_REMARK)) or ""


def _verify_step(flow: Flow, step: str) -> None:
    """Refuse a page that there is not, or a model that is not the vendor's to submit now.

    Raises:
        NotFoundError: no such step.
    """
    if step not in flow.steps:
        raise NotFoundError("there is no such question")


def _question(
    visit: Visit, flow: Flow, step: str, form: Form, draft: Draft, http_status: int = 200
) -> Response[Any]:
    return visit.page(
        "vendor/submit.html",
        http_status=http_status,
        form=form,
        step=step,
        wizard=_wizard(visit, flow, step, draft),
        action=draft.address(f"{flow.path}/{step}"),
        back=flow.back,
        asked=flow.model.remark if flow.model is not None and step == ANSWER else "",
        is_closed=_is_closed(visit, flow),
        categories=members(ServiceClass, lambda each: category_name(visit, each)),
        abilities=members(Ability, lambda each: ability_name(visit, each)),
        markets=MARKETS,
        most=MOST_SPANS,
    )


def _is_closed(visit: Visit, flow: Flow) -> str:
    """Return why a model cannot be submitted once more; empty: it can."""
    state = flow.state(visit)
    if state is None or state in MAY_SUBMIT:
        return ""
    return visit.say(f"{WORDS}.closed", state=state_name(visit, state))


def _wizard(visit: Visit, flow: Flow, step: str, draft: Draft) -> Wizard:
    """Return where somebody is among the questions."""
    steps = [
        WizardStep(visit.say(f"{WORDS}.step.{each}"), draft.address(f"{flow.path}/{each}"))
        for each in flow.steps
    ]
    return Wizard(steps, flow.steps.index(step) + 1)


# --- the check, and the deed ------------------------------------------------------------------------------------


async def _check_page(
    visit: Visit,
    vendor: VendorServices,
    flow: Flow,
    draft: Draft,
    refused: Exception | None = None,
) -> Response[Any]:
    """Show all answers, with what stands against them."""
    try:
        wish = draft.submission()
    except DecodeError:
        return visit.go(draft.address(f"{flow.path}/{_wrong_step(draft)}"))
    taken = await vendor.desk.taken(visit.vendor_id, wish.spans)
    explained = None
    if isinstance(refused, ConflictError | StateError):
        explained = explained_by(refused, visit.language)
    return visit.page(
        "vendor/submit_check.html",
        http_status=409 if refused is not None else 200,
        wizard=_wizard(visit, flow, CHECK, draft),
        action=draft.address(f"{flow.path}/{CHECK}"),
        back=flow.back,
        facts=_facts(visit, flow, draft, wish),
        taken=[told.spoken(visit.language.value).cause for told in taken],
        to_tacs=draft.address(f"{flow.path}/tacs"),
        explained=explained,
        is_closed=_is_closed(visit, flow),
        is_new=flow.model is None,
        has_tacs=bool(wish.spans) or flow.model is not None,
    )


def _facts(visit: Visit, flow: Flow, draft: Draft, wish: Submission) -> list[Fact]:
    """Return the answers, each with the way to change it."""
    spans = [span_text(span) for span in wish.spans]
    shown = {
        ANSWER: wish.said,
        "name": wish.name,
        "category": category_name(visit, wish.category),
        "market": market_name(visit, is_foreign=wish.is_foreign),
        "abilities": abilities_text(visit, wish.abilities),
        "tacs": listed(visit, spans),
    }
    names = [each for each in flow.steps if each != CHECK]
    return [
        Fact(visit.say(f"{WORDS}.step.{name}"), shown[name], draft.address(f"{flow.path}/{name}"))
        for name in names
    ]


def _wrong_step(draft: Draft) -> str:
    """Return the question whose answer cannot be taken."""
    for name in QUESTIONS:
        try:
            Draft(
                **({"name": "x", "category": "phone", "market": "home"} | {name: getattr(draft, name)})
            ).submission()
        except DecodeError:
            return name
    return ANSWER


async def _submit(visit: Visit, vendor: VendorServices, flow: Flow, draft: Draft) -> Response[Any]:
    """Submit the model, all of it or nothing."""
    if flow.missing(visit, draft):
        return visit.go(draft.address(f"{flow.path}/{flow.missing(visit, draft)}"))
    try:
        wish = draft.submission()
    except DecodeError:
        return visit.go(draft.address(f"{flow.path}/{_wrong_step(draft)}"))
    actor = visit.me.actor
    try:
        if flow.model is None:
            model = await vendor.desk.submit(visit.vendor_id, wish, actor)
        else:
            model = await vendor.desk.answer(visit.vendor_id, flow.model.model_id, wish, actor)
    except (ConflictError, StateError) as error:
        if not isinstance(error.explanation, Told):
            raise
        return await _check_page(visit, vendor, flow, draft, error)
    return visit.go(path_of(model.model_id), f"{WORDS}.done")
