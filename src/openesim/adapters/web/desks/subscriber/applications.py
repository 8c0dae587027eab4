"""An application: begun, looked at, given up. What comes next stands on top of it."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.explained import ExplainedError, explained_from
from openesim.adapters.web.desks.components.flows import Confirm, Step, Timeline
from openesim.adapters.web.desks.components.live import Moment, live_stream
from openesim.adapters.web.desks.components.naming import channel_name, listed
from openesim.adapters.web.desks.components.values import Fact, Identifier, Tone
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.subscriber import device, views
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission import codes
from openesim.conditions.admission.decision import Finding, Verdict
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.texts import (
    DOCUMENT_TEXTS,
    MISSING_TEXTS,
    NEXT_TEXTS,
    REFUSAL_TEXTS,
    said,
)
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.subscriber.applications import OwnApplication, Stage
from openesim.services.conditions.subscriber.cases import is_open
from openesim.transparency.entries import Entry, EntryKind

_MINE = reach(Permission.SELF_VERIFY, Tenancy.SELF)
_WAITS: Final = frozenset({Stage.WAIT, Stage.HELD})
NEXT: Final = {
    Stage.VERIFY: "who",
    Stage.ORDER: "order",
    Stage.GET: "get",
    Stage.HELD: "get",
    Stage.DONE: "get",
    Stage.FAILED: "get",
}
"""Where somebody goes on, by what comes next."""


def path_of(case_id: str, page: str = "") -> str:
    """Return the path of an application, or of one of its pages."""
    return f"/subscriber/applications/{case_id}" + (f"/{page}" if page else "")


@get("/subscriber/plans/{offer_id:int}/apply", opt=_MINE)
async def apply_again(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], offer_id: FromPath[int]
) -> Response[Any]:
    """Send whoever changes the language of a form that was to be mended back to it."""
    await subscriber.offers.offer(offer_id)
    return visit.go(f"/subscriber/plans/{offer_id}/device")


@post("/subscriber/plans/{offer_id:int}/apply", opt=_MINE)
async def apply(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], offer_id: FromPath[int]
) -> Response[Any]:
    """Begin an application for the plan and the device that was looked at."""
    offer = await subscriber.offers.offer(offer_id)
    form = await visit.form(device.DEVICE)
    asked = device.read_device(form, offer)
    if asked is None:
        return device.ask(visit, offer, form, http_status=422)
    case = await subscriber.applications.apply(visit.me, offer, asked, visit.whence.address)
    return visit.go(path_of(case.case_id, "who" if offer.needs_person else "order"))


@get("/subscriber/applications/{application:str}", opt=_MINE)
async def application(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Show how far it is, and what comes next."""
    one = await subscriber.applications.one(visit.me, application)
    if one.stage is Stage.WAIT and one.case.ask_again_at is not None:
        await subscriber.verification.ask_soon(application)
    return visit.page(
        "subscriber/application.html",
        heading=views.plan_title(visit, one.plan),
        facts=await application_facts(visit, subscriber, one),
        is_over=one.stage not in _WAITS,
        stream=path_of(application, "live"),
        withdraw=path_of(application, "withdraw") if is_open(one.case) and one.order is None else "",
        wizard=views.wizard(visit, _step_of(one), needs_person=one.needs_person),
        **piece_of(visit, one),
    )


@get("/subscriber/applications/{application:str}/live", opt=_MINE)
async def application_live(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Tell what happens to it, as it happens."""
    await subscriber.applications.one(visit.me, application)
    account = visit.me

    async def look() -> Moment:
        """Draw it as it is now."""
        one = await subscriber.applications.one(account, application)
        piece = visit.piece("subscriber/state.html", **piece_of(visit, one))
        return Moment(piece, is_over=one.stage not in _WAITS)

    return live_stream(visit, look)


def _step_of(one: OwnApplication) -> int:
    """Return at which step of the wizard an application is."""
    if one.order is not None and one.stage is not Stage.HELD:
        return 5
    return 3 if one.needs_person and one.stage in {Stage.VERIFY, Stage.WAIT, Stage.OVER} else 4


def piece_of(visit: Visit, one: OwnApplication) -> dict[str, Any]:
    """Return what the piece of a page shows that follows an application."""
    page = NEXT.get(one.stage, "")
    is_waiting = one.stage is Stage.WAIT and one.case.state is CaseState.DOCUMENTS
    return {
        "stage": views.stage_pill(visit, one.stage),
        "told": told_of(visit, one),
        "asked": explained_case(visit, one),
        "missing": [said(MISSING_TEXTS, each, visit.language.value) for each in one.case.missing],
        "onward": path_of(one.case.case_id, page) if page else "",
        "button": f"subscriber.application.go.{one.stage.value}" if page else "",
        "other_way": path_of(one.case.case_id, "who") if is_waiting else "",
        "timeline": Timeline(steps_of(visit, one)),
    }


def told_of(visit: Visit, one: OwnApplication) -> str:
    """Return in a sentence what is going on."""
    if one.stage is Stage.WAIT and one.case.state is CaseState.FOUR_EYES:
        return visit.t("subscriber.application.told.four_eyes")
    return visit.t(f"subscriber.application.told.{one.stage.value}")


def explained_case(visit: Visit, one: OwnApplication) -> ExplainedError | None:
    """Return why an application ended, where it ended without a line."""
    case, language = one.case, visit.language.value
    if case.state not in {CaseState.REFUSED, CaseState.REVOKED} or case.refusal is None:
        return None
    return ExplainedError(
        said(REFUSAL_TEXTS, case.refusal, language),
        visit.t("subscriber.application.operator"),
        NEXT_TEXTS[case.state][language],
        f"case:{case.refusal}",
    )


async def application_facts(visit: Visit, subscriber: SubscriberServices, one: OwnApplication) -> list[Fact]:
    """Return what was applied for, as facts."""
    say, case, language = visit.t, one.case, visit.language.value
    names = await subscriber.offers.names_of([case.operator])
    facts = [
        Fact(say("subscriber.application.number"), Identifier(case.case_id)),
        Fact(say("subscriber.plan.operator"), names[case.operator]),
        Fact(say("subscriber.application.begun"), case.created_at),
        *views.chip_facts(visit, case),
    ]
    if one.needs_person:
        facts.append(Fact(say("subscriber.application.channel"), channel_name(visit, case.channel)))
    if case.document is not None:
        facts.append(
            Fact(say("subscriber.application.document"), said(DOCUMENT_TEXTS, case.document, language))
        )
    if case.verified_at is not None:
        facts.append(Fact(say("subscriber.application.verified"), case.verified_at))
    if case.expires_at is not None:
        facts.append(Fact(say("subscriber.application.expires"), case.expires_at))
    return facts


# --- its story


def steps_of(visit: Visit, one: OwnApplication) -> list[Step]:
    """Return what happened, as the ledger tells it: deeds and decisions, no looks."""
    return [step for entry in one.story if (step := _step(visit, entry)) is not None]


_TONES: Final = {
    "verified": Tone.GOOD,
    "step-up": Tone.WAIT,
    "refused": Tone.BAD,
    "revoked": Tone.BAD,
    "expired": Tone.IDLE,
    "withdrawn": Tone.IDLE,
}


def _step(visit: Visit, entry: Entry) -> Step | None:
    if entry.kind is EntryKind.DECISION:
        return _decision(visit, entry)
    name, state = entry.facts.get("deed", ""), entry.facts.get("state", "")
    key = f"subscriber.application.deed.{name}"
    if entry.kind is not EntryKind.DEED or key not in visit.pages.wording:
        return None
    missing = [
        said(MISSING_TEXTS, each, visit.language.value)
        for each in entry.facts.get("missing", entry.facts.get("doubt", "")).split(", ")
        if each
    ]
    tone = _TONES.get(state, Tone.INFO)
    return Step(at=entry.at, title=visit.t(key), tone=tone, detail=listed(visit, missing))


def _decision(visit: Visit, entry: Entry) -> Step | None:
    """Return a word of the gate at the order; that a download began is told by the order itself."""
    verdict = entry.facts.get("verdict", "")
    if entry.facts.get("gate") != "confirmation" or verdict.upper() not in Verdict.__members__:
        return None
    tones = {"allow": Tone.GOOD, "hold": Tone.WAIT, "step_up": Tone.WAIT, "refuse": Tone.BAD}
    cause = entry.facts.get("causes", "").partition(",")[0]
    finding = Finding(Verdict.REFUSE, "", cause, {}) if cause else None
    known = None if finding is None else codes.explained(codes.code_of(finding))
    return Step(
        at=entry.at,
        title=visit.t(f"subscriber.application.gate.{verdict}"),
        tone=tones[verdict],
        explained=None if known is None else explained_from(known, visit.language),
    )


# --- its end


@get("/subscriber/applications/{application:str}/withdraw", opt=_MINE)
async def ask_withdraw(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Ask once more."""
    one = await subscriber.applications.one(visit.me, application)
    confirm = Confirm(
        title=visit.t("subscriber.withdraw.title"),
        consequence=visit.t("subscriber.withdraw.consequence"),
        hit=None,
        hit_label="",
        action=path_of(application, "withdraw"),
        button=visit.t("subscriber.withdraw.go"),
        back=path_of(one.case.case_id),
        is_grave=False,
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank("subscriber.withdraw"))


@post("/subscriber/applications/{application:str}/withdraw", opt=_MINE)
async def withdraw(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Give it up."""
    await subscriber.applications.withdraw(visit.me, application)
    return visit.go("/subscriber", "subscriber.withdraw.done")
