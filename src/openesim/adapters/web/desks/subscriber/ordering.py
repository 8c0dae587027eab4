"""Get it: answers checked and ordered, the code to scan, the code to type, and the line as it arrives."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.explained import ExplainedError, explained_from
from openesim.adapters.web.desks.components.findings import explained_finding
from openesim.adapters.web.desks.components.flows import Step, Timeline
from openesim.adapters.web.desks.components.live import Moment, live_stream
from openesim.adapters.web.desks.components.records import QrCard
from openesim.adapters.web.desks.components.values import Fact, Tone
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.subscriber import views
from openesim.adapters.web.desks.subscriber.applications import path_of
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.identity.texts import DOCUMENT_TEXTS, said
from openesim.provisioning.smdp.history import Action
from openesim.provisioning.smdp.history import Step as Happened
from openesim.provisioning.smdp.orders import ChipState, OrderState
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.subscriber.applications import OwnApplication, Stage, stage_of_order
from openesim.services.conditions.subscriber.orders import OwnOrder
from openesim.services.conditions.subscriber.texts import Matter, refused
from openesim.services.timeline import explain_step

_MINE = reach(Permission.SELF_ORDER, Tenancy.SELF)
_OVER: Final = frozenset({OrderState.ERROR, OrderState.DELETED})


@get("/subscriber/applications/{application:str}/order", opt=_MINE)
async def check_answers(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Show everything that was answered, and what the rules say to it now."""
    one = await subscriber.applications.one(visit.me, application)
    if one.stage is not Stage.ORDER or one.plan is None:
        return visit.go(path_of(application, "get" if one.order is not None else ""))
    return await _ask(visit, subscriber, one)


async def _ask(visit: Visit, subscriber: SubscriberServices, one: OwnApplication) -> Response[Any]:
    assert one.plan is not None  # noqa: S101 (the route has looked)
    case_id, plan_id = one.case.case_id, one.plan.plan_id
    offer = await subscriber.offers.offer(plan_id)
    findings = (await subscriber.orders.preview(visit.me, case_id)).findings
    return visit.page(
        "subscriber/order.html",
        heading=views.plan_title(visit, one.plan),
        facts=[*views.plan_facts(visit, offer), *views.chip_facts(visit, one.case), *who_facts(visit, one)],
        against=[explained_finding(visit, each) for each in findings],
        may=all(each.verdict is Verdict.HOLD for each in findings),
        action=path_of(case_id, "order"),
        back=path_of(case_id),
        wizard=views.wizard(visit, 4, needs_person=one.needs_person),
    )


def who_facts(visit: Visit, one: OwnApplication) -> list[Fact]:
    """Return who was verified, without who he is."""
    case, say = one.case, visit.t
    if not one.needs_person or case.verified_at is None:
        return [Fact(say("subscriber.step.who"), say("subscriber.order.not_asked"))]
    document = "" if case.document is None else said(DOCUMENT_TEXTS, case.document, visit.language.value)
    told = say("subscriber.order.verified", moment=visit.format.moment(case.verified_at), document=document)
    return [Fact(say("subscriber.step.who"), told)]


@post("/subscriber/applications/{application:str}/order", opt=_MINE)
async def place(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Order it. Pressed twice, it is ordered once."""
    one = await subscriber.applications.one(visit.me, application)
    if one.order is None and one.stage is not Stage.ORDER:
        return visit.go(path_of(application))
    await subscriber.orders.place(visit.me, application)
    return visit.go(path_of(application, "get"))


# --- the line


@get("/subscriber/applications/{application:str}/get", opt=_MINE)
async def get_it(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Show the code to scan, and what happens to the line."""
    return await _show(visit, subscriber, application)


@get("/subscriber/applications/{application:str}/code", opt=_MINE)
async def hide_code(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Send whoever loads the page with his code again to the one without it."""
    await subscriber.orders.follow(visit.me, application)
    return visit.go(path_of(application, "get"))


@post("/subscriber/applications/{application:str}/code", opt=_MINE)
async def show_code(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Show the confirmation code, once it was asked for; that it was looked at is in the ledger."""
    code = await subscriber.orders.confirmation_code(visit.me, application)
    return await _show(visit, subscriber, application, code)


async def _show(visit: Visit, subscriber: SubscriberServices, case_id: str, code: str = "") -> Response[Any]:
    one = await subscriber.applications.one(visit.me, case_id)
    if one.order is None:
        raise refused(Matter.NO_ORDER)
    return visit.page(
        "subscriber/get.html",
        heading=views.plan_title(visit, one.plan),
        card=card_of(visit, one.order),
        has_code=one.order.has_confirmation_code and one.order.code is not None,
        code=code,
        code_action=path_of(case_id, "code"),
        is_over=_is_over(one.order),
        stream=path_of(case_id, "get/live"),
        back=path_of(case_id),
        wizard=views.wizard(visit, 5, needs_person=one.needs_person),
        **piece_of(visit, one.order),
    )


@get("/subscriber/applications/{application:str}/get/live", opt=_MINE)
async def get_live(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Tell what happens to the line, as it happens."""
    account = visit.me
    await subscriber.orders.follow(account, application)

    async def look() -> Moment:
        """Draw it as it is now."""
        order = await subscriber.orders.follow(account, application)
        if order is None:
            return Moment("", is_over=True)
        piece = visit.piece("subscriber/progress.html", **piece_of(visit, order))
        return Moment(piece, is_over=_is_over(order))

    return live_stream(visit, look)


def _is_over(order: OwnOrder) -> bool:
    """Tell whether nothing more will come that somebody waits for."""
    return order.order.state in _OVER or order.order.chip_state is ChipState.ENABLED


def card_of(visit: Visit, order: OwnOrder) -> QrCard | None:
    """Return the code to scan; None: there is none, or not any more."""
    if order.code is None:
        return None
    return QrCard(
        text=order.code.text,
        title=visit.t("subscriber.get.card"),
        told=visit.t("subscriber.get.card_told"),
        bound_to=str(order.order.eid or ""),
        expires_at=order.order.expires_at,
        links=(
            (visit.t("subscriber.get.ios"), order.code.ios_link),
            (visit.t("subscriber.get.android"), order.code.android_link),
        ),
    )


def piece_of(visit: Visit, order: OwnOrder) -> dict[str, Any]:
    """Return what the piece of a page shows that follows an order."""
    stage = stage_of_order(order)
    return {
        "stage": views.stage_pill(visit, stage),
        "told": told_of(visit, stage, order),
        "timeline": Timeline(steps_of(visit, order)),
        "trouble": trouble_of(visit, order),
    }


def told_of(visit: Visit, stage: Stage, order: OwnOrder) -> str:
    """Return in a sentence how far the line is."""
    if stage is Stage.DONE:
        is_on = order.order.chip_state is ChipState.ENABLED
        return visit.t("subscriber.get.online" if is_on else "subscriber.get.installed")
    return visit.t(f"subscriber.get.told.{stage.value}")


def trouble_of(visit: Visit, order: OwnOrder) -> ExplainedError | None:
    """Return why the last attempt failed, as long as nothing went well after it; or what is waited for."""
    last = order.steps[-1] if order.steps else None
    if last is None or not (last.is_refused or last.code is not None):
        return None
    explained = explain_step(last)
    return None if explained is None else explained_from(explained, visit.language)


def steps_of(visit: Visit, order: OwnOrder) -> list[Step]:
    """Return the way of a line: what came, and what is still to come."""
    came = {name: _first(order, name) for name in _WAY}
    furthest = max((at for at, name in enumerate(_WAY) if came[name] is not None), default=-1)
    steps = []
    for at, name in enumerate(_WAY):
        moment = came[name]
        if moment is None and at < furthest:
            continue  # it went past without telling
        title = visit.t(f"subscriber.get.step.{name}")
        steps.append(Step(at=moment, title=title, tone=Tone.GOOD if moment else Tone.IDLE))
    return steps


_WAY: Final = ("ordered", "released", "authenticated", "downloaded", "installed", "enabled")
_BEHIND: Final = {
    OrderState.RELEASED: "released",
    OrderState.DOWNLOADED: "downloaded",
    OrderState.INSTALLED: "installed",
}


def _first(order: OwnOrder, name: str) -> Any:
    """Return when a step of the way was first made; None: it was not."""
    return next((step.at for step in order.steps if not step.is_refused and _is(name, step)), None)


def _is(name: str, step: Happened) -> bool:
    match name:
        case "ordered":
            return step.action in {Action.DOWNLOAD_ORDER, Action.IMPORT, Action.CONFIRM_ORDER}
        case "authenticated":
            return step.action is Action.AUTHENTICATE_CLIENT
        case "enabled":
            return step.chip_state is ChipState.ENABLED
        case "downloaded":
            return step.action is Action.GET_BOUND_PROFILE_PACKAGE
    return _BEHIND.get(step.state) == name
